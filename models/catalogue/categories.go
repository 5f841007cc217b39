package catalogue

import (
	"context"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

func categorySubject(id string) string { return "category:" + id }

// SaveCategory stores a category; stored is what it was, of version 0 for a new one. list are all there are, for the audit log. Errors are those
// of store.Store's SaveCategory and KeepMedia.
func (e *Editor) SaveCategory(ctx context.Context, by models.Actor, list []models.Category, stored, c models.Category) error {
	action, before := "category.change", CategoryFacts(list, stored)
	if stored.Version == 0 {
		action, before = "category.create", nil
	}
	was, is := models.ChangedFacts(before, CategoryFacts(list, c))
	return e.store.Audited(ctx, by, action, categorySubject(c.ID), was, is, func(tx *store.Store) error {
		if err := tx.KeepMedia(ctx, c.Picture); err != nil {
			return err
		}
		return tx.SaveCategory(ctx, c)
	})
}

// MoveCategory puts a category below a parent ("": the top), in front of a neighbour ("": at the end). Errors: store.ErrTree,
// store.ErrNotFound.
func (e *Editor) MoveCategory(ctx context.Context, by models.Actor, list []models.Category, c models.Category, parent, before string) error {
	was := models.Facts{"parent": models.CategoryPath(list, c.ParentID)}
	is := models.Facts{"parent": models.CategoryPath(list, parent), "before": models.CategoryPath(list, before)}
	return e.store.Audited(ctx, by, "category.move", categorySubject(c.ID), was, is, func(tx *store.Store) error {
		return tx.MoveCategory(ctx, c.ID, parent, before)
	})
}

// DeleteCategory deletes a category. Its products go to another one (to; "": to none). Errors: store.ErrInUse, store.ErrTree,
// store.ErrNotFound.
func (e *Editor) DeleteCategory(ctx context.Context, by models.Actor, list []models.Category, c models.Category, to string) error {
	coupons, err := e.store.CouponsFor(ctx, c.ID)
	if err != nil {
		return err
	}
	is := models.Facts{"products_to": models.CategoryPath(list, to)}
	if len(coupons) > 0 {
		is["coupons"] = couponCodes(coupons)
	}
	return e.store.Audited(ctx, by, "category.delete", categorySubject(c.ID), CategoryFacts(list, c), is, func(tx *store.Store) error {
		return tx.DeleteCategory(ctx, c.ID, to)
	})
}

// couponCodes names coupons that change with their category.
func couponCodes(list []models.Coupon) string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	return strings.Join(codes, ", ")
}

// CategoryFacts are what the audit log tells about a category, and what differs between two versions of it; list holds those above it.
func CategoryFacts(list []models.Category, c models.Category) models.Facts {
	f := models.Facts{
		"name": c.Name, "slug": c.Slug, "summary": models.FactText(c.Summary), "hidden": strconv.FormatBool(c.Hidden), "picture": c.Picture,
		"parent": models.CategoryPath(list, c.ParentID),
	}
	for lang, fields := range c.Texts {
		for name, text := range fields {
			f[name+" "+lang] = models.FactText(text)
		}
	}
	return f
}
