package store

import (
	"context"
	"database/sql"

	"github.com/coincart/coincart/models"
)

// catalogueInvariants are the rules of the catalogue that a query can tell.
var catalogueInvariants = []invariant{
	// The path of a category below itself could not end, so that this finds circles too.
	{"catalogue", "category whose path is not its parent's with itself", `SELECT c.id FROM categories c LEFT JOIN categories p ON p.id = c.parent_id
		WHERE c.path <> CONCAT(COALESCE(p.path, '/'), c.id, '/') OR (c.parent_id <> '' AND p.id IS NULL)`},
	{"catalogue", "product whose primary category is not its first", `SELECT p.id FROM products p WHERE p.category_id <> COALESCE((
		SELECT pc.category_id FROM product_categories pc WHERE pc.product_id = p.id ORDER BY pc.position, pc.category_id LIMIT 1), '')`},
	{"catalogue", "old address of what is not there, or that is an address again", `SELECT r.slug FROM slug_redirects r
		LEFT JOIN products p ON p.id = r.target_id LEFT JOIN categories c ON c.id = r.target_id
		WHERE (r.kind = 'product' AND (p.id IS NULL OR EXISTS (SELECT 1 FROM products o WHERE o.slug = r.slug)))
			OR (r.kind = 'category' AND (c.id IS NULL OR EXISTS (SELECT 1 FROM categories o WHERE o.slug = r.slug)))`},
	{"catalogue", "word of a product that is not there", `SELECT DISTINCT t.product_id FROM search_terms t
		LEFT JOIN products p ON p.id = t.product_id WHERE p.id IS NULL`},
	{"catalogue", "count of the stock that ended without a time, or has one before its end", `SELECT id FROM stock_counts
		WHERE (state = 'open' AND ended_at IS NOT NULL) OR (state <> 'open' AND ended_at IS NULL)`},
}

// derivedInvariant computes the words and the prices of all products again and compares them with those that are kept, a batch at a time.
// Those that wait to be computed again (RefreshCatalogue) are left out.
func (s *Store) derivedInvariant(ctx context.Context) ([]Violation, error) {
	categories, err := s.Categories(ctx)
	if err != nil {
		return nil, err
	}
	indexed, err := s.indexedWords(ctx)
	if err != nil {
		return nil, err
	}
	var found []Violation
	for after := ""; ; {
		list, err := s.readTexts(ctx, "SELECT id FROM products WHERE id > ? ORDER BY id LIMIT 200", after)
		if err != nil || len(list) == 0 {
			return found, err
		}
		after = list[len(list)-1]
		stored, err := s.readProducts(ctx, list, "")
		if err != nil {
			return nil, err
		}
		for _, id := range list {
			if p := stored[id]; p != nil && len(found) < shownPerRule {
				found = append(found, s.derivedViolations(p, categories, indexed[id])...)
			}
		}
	}
}

// words is the number of indexed words of a product, and the sum of their weights.
type words struct{ count, weight int }

func (s *Store) indexedWords(ctx context.Context) (map[string]words, error) {
	found := map[string]words{}
	err := s.each(ctx, "SELECT product_id, COUNT(*), SUM(weight) FROM search_terms GROUP BY product_id", nil, func(rows *sql.Rows) error {
		var id string
		var w words
		err := rows.Scan(&id, &w.count, &w.weight)
		found[id] = w
		return err
	})
	return found, err
}

func (s *Store) derivedViolations(p *storedProduct, categories []models.Category, indexed words) []Violation {
	var found []Violation
	now := s.now()
	anew := *p
	anew.CardPrices = models.PricesAt(p.Variants, now)
	if (p.PriceDueAt.IsZero() || p.PriceDueAt.After(now)) && !storedProductTable.same(&anew, p) {
		found = append(found, Violation{"catalogue", "product whose prices in lists are not those of its variants: " + p.ID})
	}
	if p.SearchVersion != searchVersion {
		return found
	}
	var in []models.Category
	for _, id := range p.CategoryIDs {
		in = append(in, models.Ancestors(categories, id)...)
	}
	listed := readTerms(p.SearchText)
	sum := words{count: len(listed)}
	for _, w := range listed {
		sum.weight += w.weight
	}
	if p.SearchText != productTerms(p.Product, in) || sum != indexed {
		found = append(found, Violation{"catalogue", "product that is not found by its words: " + p.ID})
	}
	return found
}
