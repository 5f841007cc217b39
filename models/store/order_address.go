package store

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
)

const addressColumns = "name, phone, line1, line2, city, region, postcode, country"

func (s *Store) insertAddress(ctx context.Context, o *models.Order) error {
	a := o.Address
	if a == nil {
		return nil
	}
	for column, text := range map[string]string{
		"name": a.Name, "phone": a.Phone, "line1": a.Line1, "line2": a.Line2, "city": a.City, "region": a.Region, "postcode": a.Postcode,
		"country": a.Country,
	} {
		if err := widths["order_addresses"][column].check(column, text); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, "INSERT INTO order_addresses (order_id, "+addressColumns+", created_at) VALUES ("+places(10)+")",
		o.ID, a.Name, a.Phone, a.Line1, a.Line2, a.City, a.Region, a.Postcode, a.Country, o.CreatedAt)
	return err
}

// address reads where an order goes; nil where it was erased.
func (s *Store) address(ctx context.Context, orderID string) (*models.Address, error) {
	var a models.Address
	err := s.one(ctx, "SELECT "+addressColumns+" FROM order_addresses WHERE order_id = ?", []any{orderID},
		&a.Name, &a.Phone, &a.Line1, &a.Line2, &a.City, &a.Region, &a.Postcode, &a.Country)
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // an erased address is no error
	}
	return &a, err
}
