package shop

import (
	"github.com/coincart/coincart/web/visit"
)

// Reorder adds an order's lines to the cart again, for a browser that knows the order: POST /orders/{ref}/reorder. Products that are no longer sold are left out; the cart
// shows prices and stock that have changed since.
func (p *OrderPages) Reorder(v *visit.Visit) error {
	order, err := p.order(v)
	if err != nil {
		return err
	}
	if refused, err := p.refuseUnknown(v, order); refused {
		return err
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	cartID, err := p.site.Store.Reorder(v.Context(), s.CartID, order.Lines)
	if err != nil {
		return p.unfinished(v, order, showing{}, "reorder", err)
	}
	known := s.CartID == cartID
	s.CartID = cartID
	if err := v.KeepSession(); err != nil {
		if !known {
			return err // without the session the new cart would be lost
		}
		p.site.Log.WarnContext(v.Context(), "session not kept", "request", v.RequestID(), "error", err)
	}
	return v.SeeOther(cartPath)
}
