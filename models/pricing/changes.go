// Package pricing changes coupons and delivery zones for members of the staff. Each change and its entry in the audit log are kept or lost
// together.
package pricing

import "github.com/coincart/coincart/models/store"

// Editor makes the changes.
type Editor struct {
	store *store.Store
}

// NewEditor makes an editor of a shop's coupons and delivery zones.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }
