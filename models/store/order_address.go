package store

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
)

func (s *Store) insertAddress(ctx context.Context, o *models.Order) error {
	if o.Address == nil {
		return nil
	}
	row := orderAddress{o.ID, *o.Address, o.CreatedAt}
	if err := checkTexts(row); err != nil {
		return err
	}
	return addressTable.insert(ctx, s, &row)
}

// address reads where an order goes; nil where it was erased.
func (s *Store) address(ctx context.Context, orderID string) (*models.Address, error) {
	row, err := addressTable.take(ctx, s, "WHERE order_id = ?", orderID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // an erased address is no error
	}
	return &row.Address, err
}
