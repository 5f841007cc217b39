package catalogue

import (
	"context"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

func categorySubject(id string) string { return "category:" + id }

// SaveCategory stores a category. stored is the category before the change, or of version 0 for a new one. list holds all categories, whose
// names the audit log records. Errors: those of SaveCategory and KeepMedia of store.Store.
func (e *Editor) SaveCategory(ctx context.Context, by models.Actor, list []models.Category, stored, c models.Category) error {
	action, before := "category.change", CategoryFacts(list, stored)
	if stored.Version == 0 {
		action, before = "category.create", nil
	}
	oldFacts, newFacts := models.ChangedFacts(before, CategoryFacts(list, c))
	return e.store.Audited(ctx, by, action, categorySubject(c.ID), oldFacts, newFacts, func(tx *store.Store) error {
		if err := tx.KeepMedia(ctx, c.Picture); err != nil {
			return err
		}
		return tx.SaveCategory(ctx, c)
	})
}

// MoveCategory moves a category below parent, in front of its child before. An empty parent is the top level, an empty before the end.
// Errors: store.ErrTree, store.ErrNotFound.
func (e *Editor) MoveCategory(ctx context.Context, by models.Actor, list []models.Category, c models.Category, parent, before string) error {
	from := models.Facts{"parent": models.CategoryPath(list, c.ParentID)}
	target := models.Facts{"parent": models.CategoryPath(list, parent), "before": models.CategoryPath(list, before)}
	return e.store.Audited(ctx, by, "category.move", categorySubject(c.ID), from, target, func(tx *store.Store) error {
		return tx.MoveCategory(ctx, c.ID, parent, before)
	})
}

// DeleteCategory deletes a category and moves its products to the category to; if to is empty, they only lose it. Errors: store.ErrInUse,
// store.ErrTree, store.ErrNotFound.
func (e *Editor) DeleteCategory(ctx context.Context, by models.Actor, list []models.Category, c models.Category, to string) error {
	coupons, err := e.store.CouponsFor(ctx, c.ID)
	if err != nil {
		return err
	}
	facts := models.Facts{"products_to": models.CategoryPath(list, to)}
	if len(coupons) > 0 {
		facts["coupons"] = couponCodes(coupons)
	}
	return e.store.Audited(ctx, by, "category.delete", categorySubject(c.ID), CategoryFacts(list, c), facts, func(tx *store.Store) error {
		return tx.DeleteCategory(ctx, c.ID, to)
	})
}

// couponCodes returns the codes of coupons that change with their category.
func couponCodes(list []models.Coupon) string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	return strings.Join(codes, ", ")
}

// CategoryFacts returns what the audit log records of a category. list must hold its ancestors.
func CategoryFacts(list []models.Category, c models.Category) models.Facts {
	f := models.Facts{
		"name": c.Name, "slug": c.Slug, "summary": models.FactText(c.Summary), "hidden": strconv.FormatBool(c.Hidden), "picture": c.Picture,
		"parent": models.CategoryPath(list, c.ParentID),
	}
	addTexts(f, c.Texts)
	return f
}

// addTexts adds translations to what the audit log records.
func addTexts(f models.Facts, texts models.Texts) {
	for lang, fields := range texts {
		for name, text := range fields {
			f[name+" "+lang] = models.FactText(text)
		}
	}
}
