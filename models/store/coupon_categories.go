package store

import (
	"context"
	"slices"

	"github.com/coincart/coincart/models"
)

// CouponsFor reads the coupons that name a category, in the order of their codes.
func (s *Store) CouponsFor(ctx context.Context, categoryID string) ([]models.Coupon, error) {
	list, err := s.couponsFor(ctx, categoryID, "")
	return list, wrap("read the coupons of a category", err)
}

func (s *Store) couponsFor(ctx context.Context, categoryID, lock string) ([]models.Coupon, error) {
	list, err := couponTable.query(ctx, s, "WHERE category_ids LIKE ? ORDER BY code"+lock, "%"+categoryID+"%")
	return slices.DeleteFunc(list, func(c models.Coupon) bool { return !slices.Contains(c.CategoryIDs, categoryID) }), err
}

// followCategory keeps the coupons of a category that is deleted for the goods that they were for: what was below it, and where its
// products went. One that would be for no goods is switched off and keeps the category's id: with none it would be for all goods.
func (s *Store) followCategory(ctx context.Context, list []models.Category, deleted, moveTo string) error {
	var successors []string
	if moveTo != "" {
		successors = append(successors, moveTo)
	}
	for _, c := range list {
		if c.ParentID == deleted && c.ID != moveTo {
			successors = append(successors, c.ID)
		}
	}
	coupons, err := s.couponsFor(ctx, deleted, s.forUpdate())
	if err != nil {
		return err
	}
	for _, c := range coupons {
		ids := slices.DeleteFunc(slices.Clone(c.CategoryIDs), func(id string) bool { return id == deleted || slices.Contains(successors, id) })
		ids = append(ids, successors...)
		if len(ids) == 0 {
			ids, c.Enabled = models.List{deleted}, false
		}
		err := s.execOr(ctx, ErrConflict, "UPDATE coupons SET category_ids = ?, enabled = ?, version = ?, updated_at = ? WHERE id = ? AND version = ?",
			ids, c.Enabled, c.Version+1, s.now(), c.ID, c.Version)
		if err != nil {
			return err
		}
	}
	return nil
}
