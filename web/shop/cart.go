package shop

import (
	"errors"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/pricing"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// cartPath is the address of the cart, to which every change of it redirects.
const cartPath = "/cart"

// CartPages show and change the visitor's cart.
type CartPages struct {
	site      *visit.Site
	quoter    *payments.Quoter
	catalogue *CataloguePages
	atlas     *atlas
	guesses   *pricing.Guesses // wrong coupon codes
}

// Cart shows the cart: GET /cart.
func (p *CartPages) Cart(v *visit.Visit) error {
	view, err := p.cartPage(v)
	if err != nil {
		return err
	}
	return showCart(v, http.StatusOK, view)
}

func (p *CartPages) cartPage(v *visit.Visit) (pages.CartView, error) {
	cart, err := p.cart(v)
	if err != nil {
		return pages.CartView{}, err
	}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return pages.CartView{}, err
	}
	if err := p.fillDestination(v, &cart); err != nil {
		return pages.CartView{}, err
	}
	bill, err := p.quoter.TotalsBy(v.Context(), p.site, cart, currency, "")
	if err != nil {
		return pages.CartView{}, err
	}
	view := cartView(v.Printer, currency, cart, bill)
	if view.Estimate, err = p.placeForm(v.Context(), v.Printer.Lang(), cart, bill); err != nil {
		return view, err
	}
	if view.Page, err = v.Page(); err != nil {
		return view, err
	}
	view.Page.CartCount = cart.Count()
	if v.Fragment() {
		view.Page.Path = cartPath
	}
	view.LeftOut = leftOut(v)
	if len(cart.Lines) == 0 {
		view.Featured, err = p.catalogue.featured(v)
	}
	return view, err
}

func showCart(v *visit.Visit, status int, view pages.CartView) error {
	if v.Fragment() {
		return v.Show(status, pages.CartFragment(view))
	}
	return v.Show(status, pages.Cart(view))
}

// cart returns the visitor's cart. A visitor who never added anything has an empty one, without a query.
func (p *CartPages) cart(v *visit.Visit) (models.Cart, error) {
	s, err := v.Session()
	if err != nil || s.CartID == "" {
		return models.Cart{}, err
	}
	cart, err := p.site.Store.Cart(v.Context(), s.CartID)
	if errors.Is(err, store.ErrNotFound) {
		s.CartID = "" // the next addition makes another one
		return models.Cart{}, nil
	}
	return cart, err
}

func lineOf(cart models.Cart, variant string) (models.CartLine, bool) {
	for _, l := range cart.Lines {
		if l.VariantID == variant {
			return l, true
		}
	}
	return models.CartLine{}, false
}
