package store

import (
	"context"

	"github.com/coincart/coincart/models"
)

// OrdersWithFew is Orders where so many orders of a time are few.
func (s *Store) OrdersWithFew(ctx context.Context, f models.OrderFilter, few int) (models.OrderPage, error) {
	return s.orderPage(ctx, f, f.Limit, few)
}

// WithCandidates looks at n candidates of a page of a search.
func WithCandidates(n int, fn func()) {
	defer func(was int) { maxCandidates = was }(maxCandidates)
	maxCandidates = n
	fn()
}

// Change runs a statement, for what no method does.
func (s *Store) Change(ctx context.Context, query string, args ...any) error {
	_, err := s.exec(ctx, query, args...)
	return err
}
