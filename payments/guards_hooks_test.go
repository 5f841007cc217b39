package payments

import (
	"context"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Submit is submit for tests of those that read the same attempt and send it at the same moment.
func (s *Service) Submit(ctx context.Context, order *models.Order, a *models.Attempt) error {
	return s.Placer.sender.submit(ctx, order, a)
}

// EndIdle is endIdle for an order that was read some time ago.
func (s *Service) EndIdle(ctx context.Context, order *models.Order, to models.OrderState) error {
	return s.Cancellation.store.Tx(ctx, func(tx *store.Store) error { return s.endIdle(ctx, tx, order, to, "test") })
}

// Expire is expire for an order that was claimed some time ago.
func (s *Service) Expire(ctx context.Context, claimed models.Order) error {
	return s.expire(ctx, claimed)
}
