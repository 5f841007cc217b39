// Package catalogue changes products, categories and tags for members of the staff. Each change and its entry in the audit log are kept or
// lost together.
package catalogue

import "github.com/coincart/coincart/models/store"

// Editor makes the changes.
type Editor struct {
	store *store.Store
}

// NewEditor makes an editor of a shop's catalogue.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }
