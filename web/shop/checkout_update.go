package shop

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/visit"
)

// checkoutPath is the page before paying.
const checkoutPath = "/checkout"

// UpdateCheckout stores the form's choices without ordering: POST /checkout/update with the checkout's form, for another country, another
// way of delivery, or a coupon.
func (p *CheckoutPages) UpdateCheckout(v *visit.Visit) error {
	values, err := v.Form()
	if err != nil {
		return err
	}
	cart, err := p.carts.cart(v)
	if err != nil {
		return err
	}
	if len(cart.Lines) == 0 || slices.ContainsFunc(cart.Lines, func(l models.CartLine) bool { return !l.Sellable() }) {
		return v.Leave(cartPath)
	}
	form := readCheckout(values)
	if err := p.storeChoices(v, &cart, &form); err != nil {
		return err
	}
	if err := keepDraft(v); err != nil {
		return err
	}
	c, err := p.checkout(v, cart, form, p.site)
	switch {
	case err != nil:
		return err
	case c.badCoupon.typed != "":
		return c.show(v, c.badCoupon.status(v))
	case v.Fragment():
		return c.show(v, http.StatusOK)
	default:
		return v.SeeOther(checkoutPath)
	}
}

// storeChoices stores a form's choices in the cart: place and way of delivery, and coupon. A form without a place leaves the one that the page
// shows.
func (p *CheckoutPages) storeChoices(v *visit.Visit, cart *models.Cart, form *checkoutForm) error {
	ctx, db := v.Context(), p.site.Store
	shown := *cart
	if err := p.carts.fillDestination(v, &shown); err != nil {
		return err
	}
	place := models.PlaceOf(form.address.Country, form.address.Region)
	if place.Country != "" && place != (models.Place{Country: cart.Country, Region: cart.Region}) {
		if err := db.SetCartPlace(ctx, cart.ID, place); err != nil {
			return err
		}
		cart.Country, cart.Region = place.Country, place.Region
		form.chose = place != models.Place{Country: shown.Country, Region: shown.Region}
	}
	if uuid.Validate(form.method) == nil && form.method != cart.MethodID {
		if err := db.SetCartMethod(ctx, cart.ID, form.method); err != nil {
			return err
		}
		form.chose = form.chose || cart.MethodID != ""
		cart.MethodID = form.method
	}
	if form.coupon != nil {
		was := cart.CouponCode
		refused, err := p.carts.chooseCoupon(v, cart, *form.coupon)
		if err != nil {
			return err
		}
		form.refused, form.chose = refused, form.chose || cart.CouponCode != was
	}
	return p.carts.fillDestination(v, cart)
}
