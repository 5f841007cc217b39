package shop

import (
	"context"
	"errors"
	"net/http"

	"coincart/models"
	"coincart/models/store"
	"coincart/templates"
	pages "coincart/templates/shop"
	"coincart/web/visit"
)

// Product shows one product: GET /products/{slug}?variant=SKU. An unknown SKU chooses nothing: links to a variant outlive it.
func (p *Pages) Product(v *visit.Visit) error {
	product, err := p.product(v.Context(), v.Param("slug"))
	if err != nil {
		return err
	}
	view, err := p.productView(v, product, chosenBySKU(product, v.Query("variant")))
	if err != nil {
		return err
	}
	v.Public()
	return v.Show(http.StatusOK, pages.Product(view))
}

func (p *Pages) product(ctx context.Context, slug string) (models.Product, error) {
	if !isSlug(slug) {
		return models.Product{}, visit.ErrNoProduct
	}
	product, err := p.site.Store.Product(ctx, slug)
	if errors.Is(err, store.ErrNotFound) {
		return product, visit.ErrNoProduct
	}
	return product, err
}

// productView is the product's page with a variant chosen ("" for none).
func (p *Pages) productView(v *visit.Visit, product models.Product, chosen string) (pages.ProductView, error) {
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return pages.ProductView{}, err
	}
	related, err := p.site.Shelf(v.Context(), models.CardFilter{CategoryID: product.CategoryID, Limit: perRelation + 1})
	if err != nil {
		return pages.ProductView{}, err
	}
	frame, err := p.productFrame(v, &product)
	if err != nil {
		return pages.ProductView{}, err
	}
	view := productView(v.Printer, currency, product, chosen)
	view.Page = frame
	view.Related = relatedCards(v.Printer, currency, related, product.ID)
	return view, nil
}

func (p *Pages) productFrame(v *visit.Visit, product *models.Product) (templates.Page, error) {
	frame, err := v.Page()
	if err != nil {
		return frame, err
	}
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return frame, err
	}
	for _, c := range categories {
		if c.ID == product.CategoryID {
			product.Category = c
			activate(&frame, c.Slug)
		}
	}
	frame.Canonical = v.Absolute("/products/" + product.Slug)
	return frame, nil
}

// chosenBySKU is the id of the variant that an address names, else of the first one that can be bought.
func chosenBySKU(product models.Product, sku string) string {
	for _, variant := range product.Variants {
		if sku != "" && variant.SKU == sku {
			return variant.ID
		}
	}
	for _, variant := range product.Variants {
		if variant.OnHand > 0 {
			return variant.ID
		}
	}
	return ""
}

// isSlug reports that a text could be a product's: lower-case letters, digits and dashes.
func isSlug(text string) bool {
	const longest = 120
	if text == "" || len(text) > longest {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
