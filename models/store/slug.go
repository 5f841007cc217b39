package store

import (
	"context"
	"fmt"
)

// The kinds of things that have an address.
const (
	slugOfProduct  = "product"
	slugOfCategory = "category"
)

// RedirectSlug finds the address that a thing has now by one that it had: kind is "product" or "category". ErrNotFound: nothing ever had
// it, or what had it is not there any more.
func (s *Store) RedirectSlug(ctx context.Context, kind, slug string) (string, error) {
	var query string
	switch kind {
	case slugOfProduct:
		query = "SELECT p.slug FROM slug_redirects r JOIN products p ON p.id = r.target_id WHERE r.kind = ? AND r.slug = ? AND p.hidden = 0"
	case slugOfCategory:
		query = "SELECT c.slug FROM slug_redirects r JOIN categories c ON c.id = r.target_id WHERE r.kind = ? AND r.slug = ? AND c.hidden = 0"
	default:
		return "", fmt.Errorf("find the new address: %w: kind", ErrFilter)
	}
	if !isChosenKey(slug) {
		return "", fmt.Errorf("find the new address: %w", ErrNotFound)
	}
	var now string
	err := s.one(ctx, query, []any{kind, slug}, &now)
	return now, wrap("find the new address", err)
}

// moveSlug keeps the address that a thing gives up, and takes the one that it gets from others that had it once. was is empty where the
// thing is new.
func (s *Store) moveSlug(ctx context.Context, kind, id, was, is string) error {
	if was == is {
		return nil
	}
	if _, err := s.exec(ctx, "DELETE FROM slug_redirects WHERE kind = ? AND slug = ?", kind, is); err != nil || was == "" {
		return err
	}
	return slugRedirectTable.put(ctx, s, &slugRedirect{kind, was, id, s.now()})
}
