package store

import (
	"cmp"
	"context"
	"errors"

	"github.com/coincart/coincart/models"
)

// PutProduct stores a product of a catalogue that a program brings along, new or changed, by its slug, in the category that CategoryID
// names, else Category.Slug. Variants are stored by their SKU: a new one's OnHand is booked as an import, an existing one keeps its
// stock, one that is not listed stays behind the others. Pictures, categories and tags become those that are listed; without
// categories the product stays in those that it is in besides its primary one. A SKU of another product is ErrDuplicate; an unknown
// category ErrNotFound.
func (s *Store) PutProduct(ctx context.Context, p models.Product) error {
	if err := checkTexts(&p); err != nil {
		return wrap("store the product", err)
	}
	return wrap("store the product", s.Tx(ctx, func(tx *Store) error {
		merged, err := tx.mergeProduct(ctx, p) // a repeated transaction starts from the caller's again
		if err != nil {
			return err
		}
		_, err = tx.saveProducts(ctx, []models.Product{merged}, false)
		return err
	}))
}

// mergeProduct returns the product to store: what is given, and the rest from the stored one.
func (s *Store) mergeProduct(ctx context.Context, p models.Product) (models.Product, error) {
	var err error
	if len(p.CategoryIDs) == 0 && p.CategoryID == "" {
		err = s.one(ctx, "SELECT id FROM categories WHERE slug = ?", []any{p.Category.Slug}, &p.CategoryID)
		if err != nil {
			return p, wrap("find the category", err)
		}
	}
	if p.ID, err = s.idBy(ctx, "SELECT id FROM products WHERE slug = ?", p.Slug, p.ID); err != nil {
		return p, err
	}
	stored, err := s.storedProducts(ctx, []string{p.ID})
	was := stored[p.ID]
	p.Version = 0
	if err != nil || was == nil {
		return p, err
	}
	if len(p.CategoryIDs) == 0 {
		p.CategoryIDs = append([]string{p.CategoryID}, was.CategoryIDs...)
		if p.CategoryID != was.CategoryID {
			p.CategoryIDs = p.CategoryIDs[:1]
		}
	}
	bySKU := map[string]models.Variant{}
	for _, v := range was.Variants {
		bySKU[v.SKU] = v
	}
	variants := make([]models.Variant, 0, len(p.Variants))
	for _, v := range p.Variants {
		v.ID = bySKU[v.SKU].ID
		variants = append(variants, v)
		delete(bySKU, v.SKU)
	}
	for _, v := range was.Variants {
		if _, left := bySKU[v.SKU]; left {
			variants = append(variants, v)
		}
	}
	p.Variants = variants
	return p, nil
}

// idBy finds the id of the row that a key names; a new row gets the id that is wanted, or one of its own.
func (s *Store) idBy(ctx context.Context, query, key, wanted string) (string, error) {
	var id string
	err := s.one(ctx, query, []any{key}, &id)
	if errors.Is(err, ErrNotFound) {
		return cmp.Or(wanted, models.NewID()), nil
	}
	return id, err
}

// translations returns some fields of all languages.
func translations(t models.Texts, fields ...string) []string {
	var list []string
	for _, lang := range sortedKeys(t) {
		for _, field := range fields {
			if text := t[lang][field]; text != "" {
				list = append(list, text)
			}
		}
	}
	return list
}

// cardTexts keeps what a list shows. Descriptions are long, and reading them for every card would cost more than the query.
func cardTexts(t models.Texts) models.Texts {
	small := models.Texts{}
	for lang, fields := range t {
		for _, field := range []string{"title", "summary"} {
			if text := fields[field]; text != "" {
				if small[lang] == nil {
					small[lang] = map[string]string{}
				}
				small[lang][field] = text
			}
		}
	}
	return small
}
