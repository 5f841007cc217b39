package store

import (
	"context"
	"slices"

	"coincart/models"
)

// followCategory keeps the coupons of a category that goes for the goods that they were for: what was below it, and where its products went.
// One that would be for no goods is switched off and keeps the category's id: with none it would be for all goods.
func (s *Store) followCategory(ctx context.Context, list []models.Category, gone, moveTo string) error {
	var next []string
	if moveTo != "" {
		next = append(next, moveTo)
	}
	for _, c := range list {
		if c.ParentID == gone && c.ID != moveTo {
			next = append(next, c.ID)
		}
	}
	coupons, err := collect(ctx, s, "SELECT "+couponColumns+" FROM coupons WHERE category_ids LIKE ?"+s.forUpdate(), []any{"%" + gone + "%"}, scanCoupon)
	if err != nil {
		return err
	}
	for _, c := range coupons {
		if !slices.Contains(c.CategoryIDs, gone) {
			continue
		}
		ids := slices.DeleteFunc(slices.Clone(c.CategoryIDs), func(id string) bool { return id == gone || slices.Contains(next, id) })
		ids = append(ids, next...)
		if len(ids) == 0 {
			ids, c.Enabled = models.List{gone}, false
		}
		set := setOf(map[string]any{"category_ids": ids, "enabled": c.Enabled, "version": c.Version + 1, "updated_at": s.now()})
		if err := s.update(ctx, "coupons", set, "id = ? AND version = ?", c.ID, c.Version); err != nil {
			return err
		}
	}
	return nil
}
