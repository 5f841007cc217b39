package store

import (
	"context"
	"slices"

	"github.com/coincart/coincart/models"
)

// Products whose words or prices have to be computed again.
const (
	stalePrices = "SELECT id FROM products WHERE price_due_at <= ? ORDER BY price_due_at LIMIT 200"
	staleSearch = "SELECT id FROM products WHERE search_version < ? ORDER BY search_version, id LIMIT 200"
)

// maxRefreshes is the maximum number of batches of one call, so that a worker gets to its other work.
const maxRefreshes = 25

// RefreshCatalogue brings up to date what lists and searches keep of products: prices where a sale began or ended, and words where a
// category was renamed or a new version of the program indexes differently. It returns the number of products; none most of the time,
// which costs two reads. It may run in several places at once.
func (s *Store) RefreshCatalogue(ctx context.Context) (int, error) {
	n, err := s.RefreshPrices(ctx)
	if err != nil {
		return n, err
	}
	more, err := s.refreshAll(ctx, staleSearch, searchVersion)
	return n + more, wrap("bring the search up to date", err)
}

// RefreshPrices brings the prices of lists up to date where a sale began or ended, and returns the number of products.
func (s *Store) RefreshPrices(ctx context.Context) (int, error) {
	n, err := s.refreshAll(ctx, stalePrices, s.now())
	return n, wrap("bring the prices up to date", err)
}

func (s *Store) refreshAll(ctx context.Context, query string, arg any) (int, error) {
	done := 0
	for range maxRefreshes {
		n, err := s.refreshSome(ctx, query, arg)
		done += n
		if err != nil || n < savedAtOnce {
			return done, err
		}
	}
	return done, nil
}

// refreshSome computes the words and prices of products that a query finds again, up to savedAtOnce of them.
func (s *Store) refreshSome(ctx context.Context, query string, arg any) (int, error) {
	ids, err := s.readTexts(ctx, query, arg)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	// In one order, so that two workers that do the same cannot deadlock.
	slices.Sort(ids)
	return len(ids), s.Tx(ctx, func(tx *Store) error {
		stored, err := tx.storedProducts(ctx, ids)
		if err != nil {
			return err
		}
		list := make([]models.Product, 0, len(stored))
		for _, id := range ids {
			if p := stored[id]; p != nil {
				list = append(list, p.Product)
			}
		}
		_, err = tx.saveProducts(ctx, list, false)
		return err
	})
}
