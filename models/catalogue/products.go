package catalogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

func productSubject(id string) string { return "product:" + id }

// SaveProduct stores a product. stored is the product before the change, or the zero value for a new one. categories holds all categories,
// whose names the audit log records. confirmed is the digest of the changes of prices that the person has confirmed
// (models.PriceMovesDigest), "" for none; the owners get a mail about them. Errors: *PriceJumpError (they must be confirmed first), and those
// of SaveProduct and KeepMedia of store.Store.
func (e *Editor) SaveProduct(ctx context.Context, by models.Actor, categories []models.Category, stored, p models.Product, confirmed string) error {
	moves, err := e.priceMoves(ctx, stored, p)
	if err != nil {
		return err
	}
	if models.PriceMovesDigest(moves) != confirmed && len(moves) > 0 {
		return &PriceJumpError{moves}
	}
	action, before := "product.change", ProductFacts(stored, categories)
	if stored.ID == "" {
		action, before = "product.create", nil
	}
	oldFacts, newFacts := models.ChangedFacts(before, ProductFacts(p, categories))
	if len(moves) > 0 {
		newFacts["confirmed"] = models.FactText(movesFact(moves, len(moves)))
	}
	err = e.store.Audited(ctx, by, action, productSubject(p.ID), oldFacts, newFacts, func(tx *store.Store) error {
		if err := tx.KeepMedia(ctx, p.PictureSources()...); err != nil {
			return err
		}
		if len(moves) > 0 {
			if err := e.alert.queue(ctx, tx, models.AlertOfMoves(models.AlertProduct, by.Who, p.Title, "/admin/products/"+p.ID, moves, len(moves))); err != nil {
				return err
			}
		}
		return tx.SaveProduct(ctx, p)
	})
	if err == nil && len(moves) > 0 {
		e.alert.wake()
	}
	return err
}

// DuplicateProduct stores a hidden copy of a product with another id and title and without stock. store.ErrConflict: the id exists already.
func (e *Editor) DuplicateProduct(ctx context.Context, by models.Actor, of models.Product, id, title string) error {
	copied := copyOf(of, id, title)
	facts := models.Facts{"title": copied.Title, "slug": copied.Slug, "of": of.ID}
	return e.store.Audited(ctx, by, "product.duplicate", productSubject(id), nil, facts, func(tx *store.Store) error {
		return tx.SaveProduct(ctx, copied)
	})
}

// DeleteProduct deletes a product. store.ErrInUse: the product was ordered.
func (e *Editor) DeleteProduct(ctx context.Context, by models.Actor, categories []models.Category, p models.Product) error {
	return e.store.Audited(ctx, by, "product.delete", productSubject(p.ID), ProductFacts(p, categories), nil, func(tx *store.Store) error {
		return tx.DeleteProduct(ctx, p.ID)
	})
}

// MoveProduct moves a product in front of the product before in the order of a category. An empty before is the end.
func (e *Editor) MoveProduct(ctx context.Context, by models.Actor, id, category, before string) error {
	facts := models.Facts{"category": category, "before": before}
	return e.store.Audited(ctx, by, "product.move", productSubject(id), nil, facts, func(tx *store.Store) error {
		return tx.MoveProduct(ctx, id, category, before)
	})
}

// ProductChange is a change that can be made to several products at once.
type ProductChange string

// The changes.
const (
	Publish   ProductChange = "publish"
	Hide      ProductChange = "hide"
	Feature   ProductChange = "feature"
	Unfeature ProductChange = "unfeature"
)

// productChanges holds what each change does.
var productChanges = map[ProductChange]func(*models.Product){
	Publish:   func(p *models.Product) { p.Hidden = false },
	Hide:      func(p *models.Product) { p.Hidden = true },
	Feature:   func(p *models.Product) { p.Featured = true },
	Unfeature: func(p *models.Product) { p.Featured = false },
}

// Known reports whether c is one of the changes.
func (c ProductChange) Known() bool { return productChanges[c] != nil }

// apply changes p and reports whether it was different before.
func (c ProductChange) apply(p *models.Product) bool {
	hidden, featured := p.Hidden, p.Featured
	productChanges[c](p)
	return p.Hidden != hidden || p.Featured != featured
}

// ChangeProducts changes all products or none and returns how many it changed. It ignores products that no longer exist.
func (e *Editor) ChangeProducts(ctx context.Context, by models.Actor, ids []string, change ProductChange) (changed int, err error) {
	if !change.Known() {
		return 0, fmt.Errorf("change products: no such change: %q", change)
	}
	facts := models.Facts{"products": strings.Join(ids, " ")}
	err = e.store.Audited(ctx, by, "product."+string(change), "products:"+strconv.Itoa(len(ids)), nil, facts, func(tx *store.Store) error {
		changed = 0 // a retry of the transaction must start at zero
		for _, id := range ids {
			p, err := tx.ProductByID(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if !change.apply(&p) {
				continue
			}
			if err := tx.SaveProduct(ctx, p); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}

// copyOf returns a hidden copy of a product with a slug and SKUs of its own, without stock.
func copyOf(p models.Product, id, title string) models.Product {
	suffix := strings.ReplaceAll(id, "-", "")[24:]
	p.ID, p.Title, p.Hidden, p.Featured, p.Version = id, text.Clip(title, models.MaxTitle), true, false, 0
	p.Slug = strings.Trim(text.Clip(p.Slug, text.MaxSlug-len(suffix)-1), "-") + "-" + suffix
	p.Variants, p.Pictures = slices.Clone(p.Variants), slices.Clone(p.Pictures)
	for i := range p.Variants {
		v := &p.Variants[i]
		v.ID, v.OnHand, v.Reserved, v.Sold = "", 0, 0, 0
		v.SKU = text.Clip(v.SKU, models.MaxSKU-len(suffix)-1) + "-" + suffix
	}
	for i := range p.Pictures {
		p.Pictures[i].ID = ""
	}
	return p
}

// ProductFacts returns what the audit log records of a product. categories holds all categories.
func ProductFacts(p models.Product, categories []models.Category) models.Facts {
	f := models.Facts{
		"title": p.Title, "slug": p.Slug, "summary": models.FactText(p.Summary), "description": models.FactText(p.Description), "tags": strings.Join(p.Tags, ", "),
		"featured": strconv.FormatBool(p.Featured), "hidden": strconv.FormatBool(p.Hidden), "options": strings.Join(p.OptionNames, ", "),
	}
	var names, sources []string
	for _, id := range p.CategoryIDs {
		names = append(names, models.CategoryPath(categories, id))
	}
	f["categories"] = strings.Join(names, ", ")
	for _, picture := range p.Pictures {
		sources = append(sources, picture.Source)
	}
	f["pictures"] = strings.Join(sources, ", ")
	addTexts(f, p.Texts)
	for _, v := range p.Variants {
		f["variant "+v.SKU] = variantFact(v)
	}
	return f
}

// variantFact returns a variant in one line, without values that are the default.
func variantFact(v models.Variant) string {
	parts := []string{strings.Join(v.Options, " / "), v.Price.String()}
	if v.SalePrice.IsPositive() {
		parts = append(parts, "sale "+v.SalePrice.String()+saleSpan(v.SaleFrom, v.SaleUntil))
	}
	if !v.Weight.IsZero() {
		parts = append(parts, v.Weight.String()+" kg")
	}
	if v.LowStock > 0 {
		parts = append(parts, "low "+strconv.Itoa(v.LowStock))
	}
	if v.Origin != "" {
		parts = append(parts, "origin "+v.Origin)
	}
	for name, set := range map[string]bool{"virtual": v.Virtual, "untracked": v.Untracked, "retired": v.Retired} {
		if set {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts[2:])
	parts = append(parts, v.Barcode, v.Picture)
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func saleSpan(from, until time.Time) string {
	span := ""
	if !from.IsZero() {
		span = " from " + from.UTC().Format(time.RFC3339)
	}
	if !until.IsZero() {
		span += " until " + until.UTC().Format(time.RFC3339)
	}
	return span
}
