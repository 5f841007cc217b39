package catalogue

import "github.com/coincart/coincart/models/store"

// Editor edits products, categories and tags on behalf of staff. Each change is stored in one transaction with its entry in the audit log.
type Editor struct {
	store *store.Store
	alert alert
}

// NewEditor returns an editor that tells nobody about changes of prices; Transfers.Editor returns one that does.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }
