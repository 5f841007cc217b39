package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Cancel calls an unpaid order off. With a live attempt the platform is asked to close its order, and orderDetail decides: a
// payment that was faster wins (reliability.md R12). Without an answer the wish is stored and the worker goes on with it; the
// order page shows "cancelling".
//
// Errors: store.ErrNotFound, ErrNotCancellable.
func (s *Service) Cancel(ctx context.Context, ref string) error {
	order, err := s.store.OrderByRef(ctx, ref)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if order.State == models.OrderCancelled {
		return nil
	}
	if order.State != models.OrderAwaiting {
		return ErrNotCancellable
	}
	return s.giveUp(ctx, &order, models.IntentCancel, models.OrderCancelled)
}

// giveUp ends an awaiting order for the given intent: at once where no attempt is live, else by way of the platform. Whoever changes
// the order's attempts at the same moment makes it look again, so that the wish is never lost.
func (s *Service) giveUp(ctx context.Context, order *models.Order, intent models.Intent, to models.OrderState) error {
	for range settleTries {
		err := s.tryToGiveUp(ctx, order, intent, to)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		fresh, err := s.store.Order(ctx, order.ID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		switch fresh.State {
		case models.OrderCancelled, models.OrderExpired:
			return nil
		case models.OrderPaid, models.OrderFulfilled, models.OrderReview, models.OrderRefunding, models.OrderRefunded:
			return ErrNotCancellable
		case models.OrderAwaiting:
			*order = fresh
		}
	}
	return fmt.Errorf("give the order up: %w %d times", store.ErrConflict, settleTries)
}

// tryToGiveUp is giveUp once; store.ErrConflict: the order or its attempt is not as it was read.
func (s *Service) tryToGiveUp(ctx context.Context, order *models.Order, intent models.Intent, to models.OrderState) error {
	a := order.Current()
	if a == nil || !a.State.Live() {
		return s.store.Tx(ctx, func(tx *store.Store) error { return s.endIdle(ctx, tx, order, to, string(intent)) })
	}
	if a.Intent != models.IntentCancel && a.Intent != intent { // a shopper's cancellation is not turned into an expiry
		if err := s.store.SetIntent(ctx, a.ID, a.Intent, intent); err != nil {
			return fmt.Errorf("store the intent: %w", err)
		}
	}
	if err := s.askNow(ctx, a.ID, string(intent)); err != nil {
		s.log.InfoContext(ctx, "order not given up yet", "order", order.ID, "intent", string(intent), "error", err)
	}
	return nil
}

// endIdle ends an order without a live attempt. It loads the order again inside the transaction, because an attempt may have
// been made since.
func (s *Service) endIdle(ctx context.Context, tx *store.Store, order *models.Order, to models.OrderState, cause string) error {
	fresh, err := tx.LockOrder(ctx, order.ID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if a := fresh.Current(); a != nil && a.State.Live() {
		return store.ErrConflict
	}
	return s.endOrder(ctx, tx, &fresh, to, cause)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
