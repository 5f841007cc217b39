package store

import (
	"context"
	"slices"

	"github.com/coincart/coincart/models"
)

// dropVariants deletes the variants that are not listed any more.
func (w *productWriter) dropVariants(ctx context.Context) error {
	var removed []models.Variant
	for _, p := range w.list {
		if p.was == nil {
			continue
		}
		for _, old := range p.was.Variants {
			if !slices.ContainsFunc(p.Variants, func(v models.Variant) bool { return v.ID == old.ID }) {
				removed = append(removed, old)
			}
		}
	}
	return w.deleteVariants(ctx, removed, false)
}

// deleteVariants deletes variants that were never ordered and, unless stock may go with them, have none.
func (s *Store) deleteVariants(ctx context.Context, removed []models.Variant, withStock bool) error {
	for _, v := range removed {
		var uses int
		err := s.one(ctx, `SELECT (SELECT COUNT(*) FROM reservations WHERE variant_id = ?) + (SELECT COUNT(*) FROM order_lines WHERE variant_id = ?)
			+ (SELECT COUNT(*) FROM stock_movements WHERE variant_id = ? AND order_id <> '')`, []any{v.ID, v.ID, v.ID}, &uses)
		if err != nil {
			return err
		}
		if uses > 0 || v.Reserved != 0 || v.Sold != 0 || (v.OnHand != 0 && !withStock) {
			return &VariantInUseError{v.ID, v.SKU}
		}
		for _, query := range []string{"DELETE FROM stock_movements WHERE variant_id = ?", "DELETE FROM variants WHERE id = ?"} {
			if _, err := s.exec(ctx, query, v.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// DeleteProduct deletes a product that was never ordered, with its stock; ErrInUse where it was: it can be hidden. ErrNotFound.
func (s *Store) DeleteProduct(ctx context.Context, id string) error {
	return wrap("delete the product", s.Tx(ctx, func(tx *Store) error {
		stored, err := tx.storedProducts(ctx, []string{id})
		if err != nil {
			return err
		}
		p := stored[id]
		if p == nil {
			return ErrNotFound
		}
		if err := tx.deleteVariants(ctx, p.Variants, true); err != nil {
			return err
		}
		if err := tx.changeTerms(ctx, id, p.SearchText, ""); err != nil {
			return err
		}
		return tx.execEach(ctx, id,
			"DELETE FROM slug_redirects WHERE target_id = ?", "DELETE FROM product_tags WHERE product_id = ?",
			"DELETE FROM product_categories WHERE product_id = ?", "DELETE FROM pictures WHERE product_id = ?", "DELETE FROM products WHERE id = ?")
	}))
}
