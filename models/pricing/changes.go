// Package pricing edits coupons and delivery zones on behalf of staff. Each change is stored in one transaction with its entry in the audit
// log. It also limits guesses of coupon codes.
package pricing

import "github.com/coincart/coincart/models/store"

// Editor edits coupons and delivery zones.
type Editor struct {
	store *store.Store
}

// NewEditor returns an editor.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }
