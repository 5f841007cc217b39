package shop

import (
	"errors"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// ChangeCart sets the quantity of a variant in the cart: POST /cart/items/{variant} with quantity.
func (p *CartPages) ChangeCart(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	cart, err := p.cart(v)
	if err != nil {
		return err
	}
	variant := v.Param("variant")
	line, ok := lineOf(cart, variant)
	if !ok || line.ProductHidden {
		return v.SeeOther(cartPath) // removed in another tab, or no longer sold: the cart shows what there is
	}
	typed := form.Get("quantity")
	quantity, ok := models.ParseQuantity(typed)
	switch {
	case !ok:
		return p.refuseChange(v, variant, typed, pages.LineProblem{Kind: pages.LineBadQuantity})
	case line.Available() <= 0:
		return p.refuseChange(v, variant, typed, pages.LineProblem{Kind: pages.LineSoldOut})
	case quantity > line.Available():
		return p.refuseChange(v, variant, typed, pages.LineProblem{Kind: pages.LineOnlyLeft, Left: line.Available()})
	}
	err = p.site.Store.SetCartLine(v.Context(), cart.ID, variant, quantity)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := v.KeepSession(); err != nil {
		return err
	}
	return v.SeeOther(cartPath)
}

// refuseChange shows the cart again with what was typed and why it was refused.
func (p *CartPages) refuseChange(v *visit.Visit, variant, typed string, problem pages.LineProblem) error {
	view, err := p.cartPage(v)
	if err != nil {
		return err
	}
	refuse(&view, variant, typed, problem)
	return showCart(v, http.StatusUnprocessableEntity, view)
}
