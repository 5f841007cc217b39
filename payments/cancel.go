package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// Cancellation gives up unpaid orders: on request, and in its worker when their time to pay is over.
type Cancellation struct {
	core

	settlement *settlement
	inquiry    *Inquiry
}

// Cancel cancels an unpaid order. If it has a live attempt, the platform is asked to close its order, and orderDetail decides: a payment
// that was faster wins (reliability.md R12). If the platform does not answer, the intent stays stored and the worker continues; the order
// page shows "cancelling".
//
// Errors: store.ErrNotFound, ErrNotCancellable.
func (c *Cancellation) Cancel(ctx context.Context, ref string) error {
	order, err := c.store.OrderByRef(ctx, ref)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if order.State == models.OrderCancelled {
		return nil
	}
	if order.State != models.OrderAwaiting {
		return ErrNotCancellable
	}
	return c.giveUp(ctx, &order, models.IntentCancel, models.OrderCancelled)
}

// giveUp ends an awaiting order: at once if no attempt is live, otherwise through the platform. It starts again if the order's attempts
// change at the same moment, so that the intent is never lost.
func (c *Cancellation) giveUp(ctx context.Context, order *models.Order, intent models.Intent, to models.OrderState) error {
	for range settleTries {
		err := c.tryToGiveUp(ctx, order, intent, to)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		fresh, err := c.store.Order(ctx, order.ID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		switch fresh.State {
		case models.OrderCancelled, models.OrderExpired:
			return nil
		case models.OrderPaid, models.OrderReview:
			return ErrNotCancellable
		case models.OrderAwaiting:
			*order = fresh
		}
	}
	return fmt.Errorf("give the order up: %w %d times", store.ErrConflict, settleTries)
}

// tryToGiveUp makes one try of giveUp. store.ErrConflict means that the order or its attempt has changed since it was read.
func (c *Cancellation) tryToGiveUp(ctx context.Context, order *models.Order, intent models.Intent, to models.OrderState) error {
	a := order.Current()
	if a == nil || !a.State.Live() {
		return c.store.Tx(ctx, func(tx *store.Store) error { return c.endIdle(ctx, tx, order, to, string(intent)) })
	}
	if a.Intent != models.IntentCancel && a.Intent != intent { // a shopper's cancellation is not turned into an expiry
		if err := c.store.SetIntent(ctx, a.ID, a.Intent, intent); err != nil {
			return fmt.Errorf("store the intent: %w", err)
		}
	}
	if err := c.inquiry.askNow(ctx, a.ID, string(intent)); err != nil {
		c.log.InfoContext(ctx, "order not given up yet", "order", order.ID, "intent", string(intent), "error", err)
	}
	return nil
}

// endIdle ends an order without a live attempt. It loads the order again inside the transaction, because an attempt may have been made
// since.
func (c *Cancellation) endIdle(ctx context.Context, tx *store.Store, order *models.Order, to models.OrderState, cause string) error {
	fresh, err := tx.LockOrder(ctx, order.ID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if a := fresh.Current(); a != nil && a.State.Live() {
		return store.ErrConflict
	}
	return c.settlement.endOrder(ctx, tx, &fresh, to, cause)
}

func (c *Cancellation) orderStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, c.store.ClaimOrders, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim orders: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, o models.Order) {
		if err := c.expire(ctx, o); err != nil {
			c.log.ErrorContext(ctx, "order not expired", "order", o.ID, "error", err)
		}
		err := c.store.Reschedule(ctx, store.QueueOrders, o.ID, o.Lease, c.clock().Add(pollSteps()[3]))
		jobs.LogLost(ctx, c.log, err)
	}), nil
}

// expire ends an unpaid order after its time. It asks the platform first; the stock stays reserved until the platform has answered
// (reliability.md R11).
func (c *Cancellation) expire(ctx context.Context, claimed models.Order) error {
	order, err := c.store.Order(ctx, claimed.ID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting || c.clock().Before(order.ExpiresAt) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*c.timeout)
	defer cancel()
	err = c.giveUp(ctx, &order, models.IntentExpire, models.OrderExpired)
	if errors.Is(err, ErrNotCancellable) {
		return nil
	}
	return err
}
