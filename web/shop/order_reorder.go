package shop

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web/visit"
)

// Reorder puts an order's lines into the cart again: POST /orders/{ref}/reorder. What is no longer sold is left out; prices and
// stock that have changed since are said by the cart.
func (p *OrderPages) Reorder(v *visit.Visit) error {
	order, err := p.order(v)
	if err != nil {
		return err
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	cartID := s.CartID
	// All lines or none: the shopper of a form that failed sends it again, and no line may count twice.
	err = p.site.Store.Tx(v.Context(), func(tx *store.Store) error {
		if cartID = s.CartID; cartID == "" {
			cart, err := tx.CreateCart(v.Context())
			if err != nil {
				return err
			}
			cartID = cart.ID
		}
		for _, line := range order.Lines {
			if err := addLine(v.Context(), tx, cartID, line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return p.unfinished(v, order, "reorder", err)
	}
	known := s.CartID == cartID
	s.CartID = cartID
	if err := v.KeepSession(); err != nil {
		if !known {
			return err // nobody would find the new cart
		}
		p.site.Log.WarnContext(v.Context(), "session not kept", "request", v.RequestID(), "error", err)
	}
	return v.SeeOther(cartPath)
}

func addLine(ctx context.Context, db *store.Store, cartID string, line models.OrderLine) error {
	variant, product, err := db.Variant(ctx, line.VariantID)
	if errors.Is(err, store.ErrNotFound) || (err == nil && (product.Hidden || variant.Retired)) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = db.AddToCart(ctx, cartID, line.VariantID, line.Quantity, line.UnitPrice)
	return err
}
