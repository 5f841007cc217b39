package shop

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// Product shows one product: GET /products/{slug}?variant=SKU, or ?o0=&o1= with the chosen value of each option. An unknown choice is
// ignored: links to a variant outlive it. A former address redirects to the present one.
func (p *CataloguePages) Product(v *visit.Visit) error {
	product, err := p.product(v.Context(), v.Param("slug"))
	if errors.Is(err, visit.ErrNoProduct) {
		return p.redirectMoved(v, "product", "/products/", err)
	}
	if err != nil {
		return err
	}
	c, ok := chosenValues(product, v.Query)
	if !ok {
		c = chosenBySKU(product, v.Query("variant"))
	}
	view, err := p.productView(v, product, c)
	if err != nil {
		return err
	}
	v.Public()
	if v.Fragment() {
		view.Quantity, view.Chose = v.Query("quantity"), true
		return v.Show(http.StatusOK, pages.BuyForm(view))
	}
	return v.Show(http.StatusOK, pages.Product(view))
}

// redirectMoved redirects from a former address to the present one; cause is the error if there never was such an address.
func (p *CataloguePages) redirectMoved(v *visit.Visit, kind, path string, cause error) error {
	slug := v.Param("slug")
	if !isSlug(slug) || v.Fragment() {
		return cause
	}
	now, err := p.site.Store.RedirectSlug(v.Context(), kind, slug)
	if errors.Is(err, store.ErrNotFound) || (err == nil && now == slug) {
		return cause
	}
	if err != nil {
		return err
	}
	return v.Moved(path + now)
}

// Preview shows a product's page, whether it is stored and published or not.
func (p *CataloguePages) Preview(v *visit.Visit, product models.Product) error {
	product.Variants = slices.DeleteFunc(slices.Clone(product.Variants), func(variant models.Variant) bool { return variant.Retired })
	for i := range product.Variants {
		if product.Variants[i].ID == "" {
			product.Variants[i].ID = "new-" + strconv.Itoa(i)
		}
		product.Variants[i].Title = product.Titled()[i].Title
	}
	view, err := p.productView(v, product, chosenBySKU(product, ""))
	if err != nil {
		return err
	}
	view.Preview, view.Related, view.Page.NoIndex, view.Page.Canonical = true, nil, true, ""
	return v.Show(http.StatusOK, pages.Product(view))
}

func (p *CataloguePages) product(ctx context.Context, slug string) (models.Product, error) {
	if !isSlug(slug) {
		return models.Product{}, visit.ErrNoProduct
	}
	product, err := p.site.Store.Product(ctx, slug)
	if errors.Is(err, store.ErrNotFound) {
		return product, visit.ErrNoProduct
	}
	return product, err
}

// productView returns the product's page with the choice.
func (p *CataloguePages) productView(v *visit.Visit, product models.Product, c choice) (pages.ProductView, error) {
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return pages.ProductView{}, err
	}
	related, err := p.shelf(v, models.CardFilter{CategoryID: product.CategoryID, Limit: perRelation + 1})
	if err != nil {
		return pages.ProductView{}, err
	}
	related = slices.DeleteFunc(related, func(c pages.Card) bool { return c.Slug == product.Slug })
	frame, path, err := p.productFrame(v, product)
	if err != nil {
		return pages.ProductView{}, err
	}
	view := productView(v.Printer, currency, product, c, p.site.Clock())
	view.Page, view.Crumbs = frame, path
	view.Related = related[:min(perRelation, len(related))]
	return view, nil
}

// productFrame returns the frame around a product's page, and its breadcrumbs.
func (p *CataloguePages) productFrame(v *visit.Visit, product models.Product) (templates.Page, []templates.Link, error) {
	frame, err := v.Page()
	if err != nil {
		return frame, nil, err
	}
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return frame, nil, err
	}
	activate(&frame, models.Ancestors(categories, product.CategoryID))
	frame.Canonical = v.Absolute("/products/" + product.Slug)
	return frame, crumbs(v.Printer, categories, product.CategoryID), nil
}

// chosenBySKU returns the variant that an address names, else the first one that can be bought.
func chosenBySKU(product models.Product, sku string) choice {
	i := slices.IndexFunc(product.Variants, func(v models.Variant) bool { return sku != "" && v.SKU == sku })
	if i < 0 {
		i = slices.IndexFunc(product.Variants, func(v models.Variant) bool { return v.Available() > 0 })
	}
	if i < 0 {
		return chosenVariant(product, "")
	}
	return chosenVariant(product, product.Variants[i].ID)
}

// isSlug reports whether a text could be a product's slug: lower-case letters, digits and dashes.
func isSlug(text string) bool {
	const longest = 120
	return text != "" && len(text) <= longest && consistsOf(text, lowerLetters+digits+"-")
}
