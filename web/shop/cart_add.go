package shop

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// AddToCart adds pieces of a variant to the cart: POST /cart/items with variant (its id) or o0, o1 … (the chosen value of each option),
// quantity, and product (its slug, so that a form without a variant can be shown again).
func (p *CartPages) AddToCart(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	product, err := p.productOf(v, form)
	if err != nil {
		return err
	}
	cart, err := p.cart(v)
	if err != nil {
		return err
	}
	add, refusal := readAddition(form, product, cart)
	if refusal.problem != pages.BuyOK {
		return p.refuseAddition(v, product, form, refusal)
	}
	if err := p.add(v, add.variant, add.quantity); err != nil {
		return err
	}
	if !v.Fragment() {
		return v.SeeOther(cartPath)
	}
	view, err := p.catalogue.productView(v, product, chosenVariant(product, add.variant.ID))
	if err != nil {
		return err
	}
	lang := v.Printer.Lang()
	title := pages.LineTitle(product.Texts.In(lang, "title", product.Title), add.variant.Texts.In(lang, "title", add.variant.Title))
	view.Added = &pages.AddedLine{Title: title, Quantity: add.quantity}
	return v.Show(http.StatusOK, pages.BuyForm(view))
}

// productOf returns the product that the form is about.
func (p *CartPages) productOf(v *visit.Visit, form url.Values) (models.Product, error) {
	slug := form.Get("product")
	if slug == "" {
		id := form.Get("variant")
		if uuid.Validate(id) != nil {
			return models.Product{}, visit.ErrNoProduct
		}
		_, product, err := p.site.Store.Variant(v.Context(), id)
		if errors.Is(err, store.ErrNotFound) {
			return models.Product{}, visit.ErrNoProduct
		}
		if err != nil {
			return models.Product{}, err
		}
		slug = product.Slug
	}
	return p.catalogue.product(v.Context(), slug)
}

type addition struct {
	variant  models.Variant
	quantity int
}

type buyRefusal struct {
	problem pages.BuyProblem
	left    int
}

// readAddition returns what is to be added to the cart, checked against the stock and what the cart already contains. Stock is not reserved
// here: that happens when the order is placed.
func readAddition(form url.Values, product models.Product, cart models.Cart) (addition, buyRefusal) {
	c := chosenInForm(product, form)
	switch {
	case c.variant == nil && len(c.values) > 0 && !slices.Contains(c.values, ""):
		return addition{}, buyRefusal{problem: pages.BuyNotMade}
	case c.variant == nil:
		return addition{}, buyRefusal{problem: pages.BuyNoVariant}
	}
	variant := *c.variant
	quantity, ok := models.ParseQuantity(form.Get("quantity"))
	line, _ := lineOf(cart, variant.ID)
	rest := variant.Available() - line.Quantity
	switch {
	case !ok:
		return addition{}, buyRefusal{problem: pages.BuyBadQuantity}
	case variant.Available() <= 0:
		return addition{}, buyRefusal{problem: pages.BuySoldOut}
	case quantity > rest && !variant.Untracked:
		return addition{}, buyRefusal{problem: pages.BuyOnlyLeft, left: max(rest, 0)}
	case line.Quantity+quantity > models.MaxQuantity:
		return addition{}, buyRefusal{problem: pages.BuyTooMany}
	}
	return addition{variant: variant, quantity: quantity}, buyRefusal{}
}

// refuseAddition shows the same page again with what was typed.
func (p *CartPages) refuseAddition(v *visit.Visit, product models.Product, form url.Values, r buyRefusal) error {
	view, err := p.catalogue.productView(v, product, chosenInForm(product, form))
	if err != nil {
		return err
	}
	view.Quantity, view.Problem, view.Left = form.Get("quantity"), r.problem, r.left
	if v.Fragment() {
		return v.Show(http.StatusUnprocessableEntity, pages.BuyForm(view))
	}
	return v.Show(http.StatusUnprocessableEntity, pages.Product(view))
}

// add stores the line; the first line creates the cart and the session.
func (p *CartPages) add(v *visit.Visit, variant models.Variant, quantity int) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	if s.CartID == "" {
		cart, err := p.site.Store.CreateCart(v.Context())
		if err != nil {
			return err
		}
		s.CartID = cart.ID
	}
	if _, err := p.site.Store.AddToCart(v.Context(), s.CartID, variant.ID, quantity, variant.PriceAt(p.site.Clock())); err != nil {
		return err
	}
	s.CartCount += quantity
	return v.KeepSession()
}
