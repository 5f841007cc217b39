package shop

import (
	"net/http"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/shop"
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
	typed := form.Get("coupon")
	if typed != "" && models.FoldCoupon(typed) == "" {
		view, err := p.cartPage(v)
		if err != nil {
			return err
		}
		view.Coupon = pages.CouponField{Typed: typed, Problem: string(models.CouponUnknown)}
		return showCart(v, http.StatusUnprocessableEntity, view)
	}
	return seeCart(v, p.site.Store.SetCartCoupon(v.Context(), cart.ID, typed))
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
