package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// Outcome is the result of storing a product.
type Outcome string

// The outcomes of storing a product.
const (
	OutcomeCreated   Outcome = "created"
	OutcomeChanged   Outcome = "changed"
	OutcomeUnchanged Outcome = "unchanged"
)

// SaveProduct stores a product as it is given: with Version 0 a new one, under its ID or a fresh one; else the one with its ID and
// Version, with exactly the variants, pictures, categories and tags that it lists, in their order. New variants have no ID, or an ID
// that is not there yet; their OnHand is booked as an import, while that of others is not touched (MoveStock). Titles of variants
// follow from their options; the first picture is the cover. CategoryIDs counts where it is not empty, else CategoryID alone. A slug
// that changes leaves a redirect behind.
//
// Errors: *ProductError; ErrConflict: the product was changed since it was read; ErrNotFound: it is gone, or a category is not
// there; *SlugTakenError, *SKUTakenError; *VariantInUseError: a variant that is not listed any more cannot be deleted; ErrText.
func (s *Store) SaveProduct(ctx context.Context, p models.Product) error {
	_, err := s.SaveProducts(ctx, []models.Product{p})
	return err
}

// SaveProducts stores many products as SaveProduct does, all or none, and returns the outcome of each. What is the same as before is not
// written, and keeps its Version.
func (s *Store) SaveProducts(ctx context.Context, list []models.Product) ([]Outcome, error) {
	for _, p := range list {
		if problems := p.Problems(); len(problems) > 0 {
			return nil, wrap("store the product", &ProductError{p.Slug, problems})
		}
	}
	var outcomes []Outcome
	err := s.Tx(ctx, func(tx *Store) error {
		var err error
		outcomes, err = tx.saveProducts(ctx, list, true)
		return err
	})
	if err != nil {
		return nil, wrap("store the product", err)
	}
	return outcomes, nil
}

// savedAtOnce is the number of products that are compared and written together.
const savedAtOnce = 200

func (s *Store) saveProducts(ctx context.Context, list []models.Product, versioned bool) ([]Outcome, error) {
	categories, err := s.Categories(ctx)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, 0, len(list))
	for part := range slices.Chunk(list, savedAtOnce) {
		w := &productWriter{Store: s, now: s.now(), categories: categories, versioned: versioned}
		saved, err := w.save(ctx, part)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, saved...)
	}
	return outcomes, nil
}

// savedProduct is a product as it will be stored, and as it is stored.
type savedProduct struct {
	storedProduct
	was     *storedProduct // empty: it is new
	outcome Outcome
}

func (p *savedProduct) isNew() bool { return p.was.ID == "" }

// productWriter writes some products together.
type productWriter struct {
	*Store
	now        time.Time
	categories []models.Category
	versioned  bool
	list       []*savedProduct
	last       int // the last place that was given
}

func (w *productWriter) save(ctx context.Context, list []models.Product) ([]Outcome, error) {
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return w.prepare(ctx, list) },
		w.checkSlugs, w.checkSKUs, w.dropVariants, w.writeProducts, w.writeVariants, w.writeParts, w.writeTerms,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	outcomes := make([]Outcome, len(w.list))
	for i, p := range w.list {
		outcomes[i] = p.outcome
	}
	return outcomes, nil
}

// prepare reads what is there, checks versions, and fills in what follows from the rest.
func (w *productWriter) prepare(ctx context.Context, list []models.Product) error {
	var ids []string
	for _, p := range list {
		if p.ID != "" {
			ids = append(ids, p.ID)
		}
	}
	stored, err := w.storedProducts(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range list {
		saved := &savedProduct{storedProduct: storedProduct{Product: p}, was: &storedProduct{}, outcome: OutcomeCreated}
		if was := stored[p.ID]; was != nil {
			saved.was = was
		}
		switch {
		case saved.isNew() && p.Version > 0:
			return ErrNotFound
		case !saved.isNew() && w.versioned && p.Version != saved.was.Version:
			return ErrConflict
		}
		if err := w.complete(ctx, saved); err != nil {
			return err
		}
		w.list = append(w.list, saved)
	}
	return nil
}

// complete fills in ids, places, titles, cover, categories and what lists show.
func (w *productWriter) complete(ctx context.Context, p *savedProduct) error {
	p.ID = cmp.Or(p.ID, models.NewID())
	if err := w.place(ctx, p); err != nil {
		return err
	}
	if len(p.CategoryIDs) == 0 {
		p.CategoryIDs = []string{p.CategoryID}
	}
	p.CategoryIDs = unique(p.CategoryIDs)
	p.CategoryID = p.CategoryIDs[0]
	p.Tags = unique(p.Tags)
	if len(p.Pictures) > 0 {
		p.Cover, p.CoverAlt = p.Pictures[0].Source, p.Pictures[0].Alt
	}
	var found []models.Category
	for _, id := range p.CategoryIDs {
		path := models.Ancestors(w.categories, id)
		if len(path) == 0 {
			return wrap("find the category", ErrNotFound)
		}
		found = append(found, path...)
	}
	p.Variants = p.Titled()
	for i := range p.Variants {
		v := &p.Variants[i]
		v.ProductID, v.Position = p.ID, i
		v.SaleFrom, v.SaleUntil = instantOrZero(v.SaleFrom), instantOrZero(v.SaleUntil)
		if v.ID == "" {
			v.ID = p.idOfSKU(v.SKU)
		}
	}
	p.CardPrices, p.CardTexts = models.PricesAt(p.Variants, w.now), cardTexts(p.Texts)
	p.SearchText, p.SearchVersion = productTerms(p.Product, found), searchVersion
	return checkProduct(p)
}

// place puts a new product behind all others, unless it names its place. Only MoveProduct changes it later.
func (w *productWriter) place(ctx context.Context, p *savedProduct) error {
	switch {
	case !w.versioned:
	case !p.isNew():
		p.Position = p.was.Position
	case p.Position == 0:
		if w.last == 0 {
			if err := w.one(ctx, "SELECT COALESCE(MAX(position), 0) FROM products", nil, &w.last); err != nil {
				return err
			}
		}
		w.last++
		p.Position = w.last
	}
	return nil
}

// idOfSKU returns the id of the variant that the product has under a SKU and that is not listed by its id, else a new one.
func (p *savedProduct) idOfSKU(sku string) string {
	for _, old := range p.was.Variants {
		if old.SKU == sku && !slices.ContainsFunc(p.Variants, func(v models.Variant) bool { return v.ID == old.ID }) {
			return old.ID
		}
	}
	return models.NewID()
}

func instantOrZero(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return models.Instant(t)
}

// unique returns a list without repetitions, in its order.
func unique(list []string) []string {
	var kept []string
	for _, text := range list {
		if !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}

// sameTexts compares translations as they are stored.
func sameTexts(a, b models.Texts) bool {
	if len(a) == 0 && len(b) == 0 {
		return true
	}
	x, errX := a.Value()
	y, errY := b.Value()
	return errX == nil && errY == nil && x == y
}
