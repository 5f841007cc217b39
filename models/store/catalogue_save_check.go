package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
)

func checkProduct(p *savedProduct) error {
	if err := checkTexts(&p.Product); err != nil {
		return err
	}
	if err := checkTexts(&p.Variants); err != nil {
		return err
	}
	for i, tag := range p.Tags {
		if err := widths["product_tags"]["tag"].check(fmt.Sprintf("tag %d", i+1), tag); err != nil {
			return err
		}
	}
	return checkTexts(&p.Pictures)
}

// checkSlugs finds out whether others have the addresses, and leaves redirects where addresses change.
func (w *productWriter) checkSlugs(ctx context.Context) error {
	owner := map[string]string{}
	var changed []string
	for _, p := range w.list {
		if other, ok := owner[p.Slug]; ok && other != p.ID {
			return &SlugTakenError{p.Slug}
		}
		owner[p.Slug] = p.ID
		if p.was.Slug != p.Slug {
			changed = append(changed, p.Slug)
		}
	}
	owners, err := readMapOf[string](ctx, w.Store, "SELECT slug, id FROM products WHERE slug IN {keys}", changed)
	if err != nil {
		return err
	}
	for _, slug := range sortedKeys(owners) {
		if owner[slug] != owners[slug] {
			return &SlugTakenError{slug}
		}
	}
	for _, p := range w.list {
		if err := w.moveSlug(ctx, slugOfProduct, p.ID, p.was.Slug, p.Slug); err != nil {
			return err
		}
	}
	return nil
}

// checkSKUs finds out whether other variants have the SKUs.
func (w *productWriter) checkSKUs(ctx context.Context) error {
	owner := map[string]string{}
	var wanted []string
	for _, p := range w.list {
		for _, v := range p.Variants {
			if other, ok := owner[v.SKU]; ok && other != v.ID {
				return &SKUTakenError{v.SKU}
			}
			owner[v.SKU] = v.ID
			if old := p.was.variant(v.ID); old == nil || old.SKU != v.SKU {
				wanted = append(wanted, v.SKU)
			}
		}
	}
	// Variants that are in the same call may pass their SKU on.
	mine := map[string]string{}
	for _, p := range w.list {
		for _, v := range p.Variants {
			mine[v.ID] = v.SKU
		}
	}
	owners, err := readMapOf[string](ctx, w.Store, "SELECT sku, id FROM variants WHERE sku IN {keys}", wanted)
	if err != nil {
		return err
	}
	for _, sku := range sortedKeys(owners) {
		id := owners[sku]
		now, listed := mine[id]
		if passedOn := listed && now != sku; !passedOn && owner[sku] != id && !w.dropped(id) {
			return &SKUTakenError{sku}
		}
	}
	return nil
}

// dropped reports whether a variant is one that its product does not list any more.
func (w *productWriter) dropped(id string) bool {
	for _, p := range w.list {
		if p.was.variant(id) != nil && !slices.ContainsFunc(p.Variants, func(v models.Variant) bool { return v.ID == id }) {
			return true
		}
	}
	return false
}

// variant returns the stored variant with an id, or nil.
func (p *storedProduct) variant(id string) *models.Variant {
	i := slices.IndexFunc(p.Variants, func(v models.Variant) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Variants[i]
}
