package catalogue

import "github.com/coincart/coincart/models/store"

// Editor edits products, categories and tags on behalf of staff. Each change is stored in one transaction with its entry in the audit log.
type Editor struct {
	store *store.Store
}

// NewEditor returns an editor.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }
