package shop

import (
	"errors"

	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web/visit"
)

// RemoveFromCart removes a variant from the cart: POST /cart/items/{variant}/remove. A variant that is not in it is no error.
func (p *CartPages) RemoveFromCart(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	if s.CartID == "" {
		return v.SeeOther(cartPath)
	}
	err = p.site.Store.RemoveCartLine(v.Context(), s.CartID, v.Param("variant"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return v.SeeOther(cartPath)
}
