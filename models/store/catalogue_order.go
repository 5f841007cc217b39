package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/coincart/coincart/models"
)

// placeGap is the room that is made between two products, so that the next move to the same place need not make any.
const placeGap = 1024

// MoveProduct puts a product before another one in the shopkeeper's order, or (before empty) behind all those of a category with what is
// branchPattern it; without a category behind all. ErrNotFound.
func (s *Store) MoveProduct(ctx context.Context, id, categoryID, before string) error {
	if id == before {
		return nil
	}
	return wrap("move the product", s.Tx(ctx, func(tx *Store) error {
		var there string
		if err := tx.one(ctx, "SELECT id FROM products WHERE id = ?"+tx.forUpdate(), []any{id}, &there); err != nil {
			return err
		}
		following, err := tx.neighbour(ctx, id, categoryID, before)
		if errors.Is(err, ErrNotFound) && before == "" {
			return tx.setPlace(ctx, id, "SELECT COALESCE(MAX(position), 0) + 1 FROM products WHERE id <> ?", id)
		}
		if err != nil {
			return err
		}
		room := following.position
		err = tx.one(ctx, "SELECT position FROM products WHERE id <> ? AND (position < ? OR (position = ? AND id < ?)) ORDER BY position DESC LIMIT 1",
			[]any{id, following.position, following.position, following.id}, &room)
		switch {
		case errors.Is(err, ErrNotFound):
			return tx.setPlace(ctx, id, "SELECT ? - 1", following.position)
		case err != nil:
			return err
		case following.position-room >= 2:
			return tx.setPlace(ctx, id, "SELECT ?", room+(following.position-room)/2)
		}
		_, err = tx.exec(ctx, "UPDATE products SET position = position + ? WHERE position > ? OR (position = ? AND id >= ?)",
			placeGap, following.position, following.position, following.id)
		if err != nil {
			return err
		}
		return tx.setPlace(ctx, id, "SELECT ?", following.position+placeGap/2)
	}))
}

type placed struct {
	id       string
	position int
}

// neighbour returns the product that will follow the moved one: before itself, or the one behind the last of a category. ErrNotFound: none.
func (s *Store) neighbour(ctx context.Context, id, categoryID, before string) (placed, error) {
	var following placed
	if before != "" {
		err := s.one(ctx, "SELECT id, position FROM products WHERE id = ?", []any{before}, &following.id, &following.position)
		return following, err
	}
	if categoryID == "" {
		return following, ErrNotFound
	}
	var last placed
	err := s.one(ctx, "SELECT p.id, p.position FROM products p WHERE p.id <> ? AND "+inCategory+" ORDER BY p.position DESC, p.id DESC LIMIT 1",
		[]any{id, branchPattern(categoryID)}, &last.id, &last.position)
	if err != nil {
		return following, err
	}
	err = s.one(ctx, "SELECT id, position FROM products WHERE id <> ? AND (position > ? OR (position = ? AND id > ?)) ORDER BY position, id LIMIT 1",
		[]any{id, last.position, last.position, last.id}, &following.id, &following.position)
	return following, err
}

func (s *Store) setPlace(ctx context.Context, id, query string, arg any) error {
	var place int
	if err := s.one(ctx, query, []any{arg}, &place); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE products SET position = ? WHERE id = ?", place, id)
	return err
}

// Tags reads all tags with the number of products that have them, by their text.
func (s *Store) Tags(ctx context.Context) ([]models.TagCount, error) {
	list, err := collect(ctx, s, "SELECT t.tag, COUNT(*), COALESCE(SUM(CASE WHEN p.hidden = 0 THEN 1 ELSE 0 END), 0) "+
		"FROM product_tags t JOIN products p ON p.id = t.product_id GROUP BY t.tag ORDER BY t.tag", nil, scanTag)
	return list, wrap("read the tags", err)
}

func scanTag(rows *sql.Rows) (t models.TagCount, err error) {
	err = rows.Scan(&t.Tag, &t.Products, &t.Published)
	return t, err
}

// CategoryCounts reads how many products each category itself has, hidden ones too, by the category's id. One without products is not
// in it.
func (s *Store) CategoryCounts(ctx context.Context) (map[string]int, error) {
	counts, err := readMap[string, int](ctx, s, "SELECT category_id, COUNT(*) FROM product_categories GROUP BY category_id")
	return counts, wrap("count the categories' products", err)
}

// RenameTag gives a tag another text on all products that have it, and takes it off where the text is empty. A product that has both
// keeps one. It returns the number of products.
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
	return changed, wrap("rename the tag", err)
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
