package store

import (
	"context"
	"slices"

	"github.com/coincart/coincart/models"
)

// CategoryCounts gives how many products each category itself has, hidden ones too, by the category's id. One without products is not
// in it.
func (s *Store) CategoryCounts(ctx context.Context) (map[string]int, error) {
	counts, err := readMap[string, int](ctx, s, "SELECT category_id, COUNT(*) FROM product_categories GROUP BY category_id")
	return counts, doing("count the categories' products", err)
}

// RenameTag gives a tag another text on all products that have it, and takes it off where the text is empty. A product that has both
// keeps one. It gives the number of products.
func (s *Store) RenameTag(ctx context.Context, tag, to string) (int, error) {
	changed := 0
	err := s.Tx(ctx, func(tx *Store) error {
		ids, err := tx.readTexts(ctx, "SELECT product_id FROM product_tags WHERE tag = ? ORDER BY product_id", tag)
		if err != nil {
			return err
		}
		changed = len(ids)
		for part := range slices.Chunk(ids, savedAtOnce) {
			list := make([]models.Product, len(part))
			for i, id := range part {
				p, err := tx.ProductByID(ctx, id)
				if err != nil {
					return err
				}
				p.Tags = renamed(p.Tags, tag, to)
				list[i] = p
			}
			if _, err := tx.SaveProducts(ctx, list); err != nil {
				return err
			}
		}
		return nil
	})
	return changed, doing("rename the tag", err)
}

func renamed(tags []string, tag, to string) []string {
	list := make([]string, 0, len(tags))
	for _, t := range tags {
		if t == tag {
			t = to
		}
		if t != "" && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}
