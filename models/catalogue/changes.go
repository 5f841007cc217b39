package catalogue

import "github.com/coincart/coincart/models/store"

// Editor makes the changes.
type Editor struct {
	store *store.Store
}

// NewEditor makes an editor of a shop's catalogue.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }
