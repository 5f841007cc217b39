package store

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
)

// SetCartCoupon puts a coupon's code, as it was typed, into a cart; an empty one takes it out. Whether it counts is for models.Price.
// ErrText: the text cannot be a code. ErrNotFound.
func (s *Store) SetCartCoupon(ctx context.Context, cartID, code string) error {
	folded := models.FoldCoupon(code)
	if folded == "" && code != "" {
		return wrap("put the coupon into the cart", ErrText)
	}
	return wrap("put the coupon into the cart", s.chooseForCart(ctx, cartID, map[string]string{"coupon_code": folded}))
}

// SetCartPlace stores where a cart's goods are to be sent. The region is kept for countries with regions (models.Regions) and dropped
// elsewhere. ErrNotFound, ErrText.
func (s *Store) SetCartPlace(ctx context.Context, cartID string, p models.Place) error {
	if len(models.Regions(p.Country)) == 0 {
		p.Region = ""
	}
	if p != (models.Place{}) && !p.Known() {
		return wrap("note where the cart goes", ErrText)
	}
	set := map[string]string{"country": p.Country, "region": p.Region}
	return wrap("note where the cart goes", s.chooseForCart(ctx, cartID, set))
}

// SetCartMethod notes the way of delivery that was chosen for a cart. ErrNotFound, ErrText.
func (s *Store) SetCartMethod(ctx context.Context, cartID, methodID string) error {
	return wrap("note the way of delivery", s.chooseForCart(ctx, cartID, map[string]string{"method_id": methodID}))
}

func (s *Store) chooseForCart(ctx context.Context, cartID string, set map[string]string) error {
	c := &change{}
	for _, column := range sortedKeys(set) {
		if err := widths["carts"][column].check(column, set[column]); err != nil {
			return err
		}
		c.set(column, set[column])
	}
	c.set("updated_at", s.now())
	err := s.update(ctx, "carts", c, "id = ?", cartID)
	if errors.Is(err, ErrConflict) {
		err = ErrNotFound
	}
	return err
}
