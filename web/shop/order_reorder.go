package shop

import (
	"context"
	"errors"

	"coincart/models"
	"coincart/models/store"
	"coincart/web/visit"
)

// Reorder puts an order's lines into the cart again: POST /orders/{ref}/reorder. What is no longer sold is left out; prices and
// stock that have changed since are said by the cart.
func (p *Pages) Reorder(v *visit.Visit) error {
	order, err := p.order(v)
	if err != nil {
		return err
	}
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
	for _, line := range order.Lines {
		if err := p.addLine(v.Context(), s.CartID, line); err != nil {
			return err
		}
	}
	if err := v.KeepSession(); err != nil {
		return err
	}
	return v.SeeOther(cartPath)
}

func (p *Pages) addLine(ctx context.Context, cartID string, line models.OrderLine) error {
	variant, product, err := p.site.Store.Variant(ctx, line.VariantID)
	if errors.Is(err, store.ErrNotFound) || (err == nil && (product.Hidden || variant.Retired)) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = p.site.Store.AddToCart(ctx, cartID, line.VariantID, line.Quantity, line.UnitPrice)
	return err
}
