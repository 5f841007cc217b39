package shop

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/visit"
)

// UseCoupon sets or removes the cart's coupon: POST /cart/coupon with coupon, which may be empty. The cart says whether the code counts.
func (p *CartPages) UseCoupon(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	cart, err := p.cart(v)
	if err != nil || cart.ID == "" {
		return seeCart(v, err)
	}
	refused, err := p.chooseCoupon(v, &cart, form.Get("coupon"))
	if err != nil || refused.typed == "" {
		return seeCart(v, err)
	}
	view, err := p.cartPage(v)
	if err != nil {
		return err
	}
	view.Coupon = refused.field(v.Printer)
	return showCart(v, refused.status(v), view)
}

// EstimateDelivery stores the cart's place of delivery: POST /cart/place with country and region.
func (p *CartPages) EstimateDelivery(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	cart, err := p.cart(v)
	if err != nil || cart.ID == "" {
		return seeCart(v, err)
	}
	place := models.PlaceOf(form.Get("country"), form.Get("region"))
	if place.Country == "" {
		return v.SeeOther(cartPath)
	}
	return seeCart(v, p.site.Store.SetCartPlace(v.Context(), cart.ID, place))
}

// seeCart redirects to the cart unless there is an error.
func seeCart(v *visit.Visit, err error) error {
	if err != nil {
		return err
	}
	return v.SeeOther(cartPath)
}
