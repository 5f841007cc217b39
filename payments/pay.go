package payments

import (
	"context"
	"errors"
	"fmt"

	"coincart/models"
	"coincart/models/store"
)

// Pay sends the shopper of an unpaid order to the pay page: of the open attempt, if coin and payer are the same (an empty coin
// or payer means the same), else of a new one, after the old one is proved closed (reliability.md R8).
//
// Errors: store.ErrNotFound, ErrNotPayable, ErrBusy, ErrCoin, ErrPayer, ErrUnreachable (the order stays as it is).
func (s *Service) Pay(ctx context.Context, ref, coin string, payer models.Payer) (Placement, error) {
	order, err := s.store.OrderByRef(ctx, ref)
	if err != nil {
		return Placement{}, fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting {
		return Placement{Ref: ref}, ErrNotPayable
	}
	a := order.Current()
	if a != nil && a.State.Live() {
		done, p, err := s.payLive(ctx, &order, a, coin, payer)
		if done || err != nil {
			return p, err
		}
	}
	if !s.clock().Before(order.ExpiresAt) {
		return Placement{Ref: ref}, ErrNotPayable
	}
	return s.payAnew(ctx, &order, coin, payer)
}

// payLive deals with an attempt that may still be paid. done is false when it is proved closed and a new one may be made.
func (s *Service) payLive(ctx context.Context, order *models.Order, a *models.Attempt, coin string, payer models.Payer) (done bool, p Placement, err error) {
	p = Placement{Ref: order.Ref}
	if a.State == models.AttemptCreated || a.State == models.AttemptSubmitting {
		if a, err = s.afterSubmission(ctx, order); err != nil {
			return true, p, err
		}
		if !a.State.Live() {
			return order.State != models.OrderAwaiting, p, nil
		}
	}
	same := (coin == "" || coin == a.Coin) && (!payer.Known() || payer == a.Payer)
	if a.State == models.AttemptOpen && a.Intent == models.IntentNone && same {
		p.PayURL, err = s.payURL(a)
		return true, p, err
	}
	if a.State == models.AttemptOpen && a.Intent == models.IntentNone {
		if err := s.setIntent(ctx, a, models.IntentRetry); err != nil {
			return true, p, err
		}
	}
	if err := s.askNow(ctx, a.ID, "retry"); err != nil {
		s.log.InfoContext(ctx, "attempt not closed yet", "order", order.ID, "attempt", a.ID, "error", err)
	}
	fresh, err := s.store.Order(ctx, order.ID)
	if err != nil {
		return true, p, fmt.Errorf("load order: %w", err)
	}
	*order = fresh
	now := fresh.Current()
	switch {
	case fresh.State != models.OrderAwaiting:
		return true, p, nil // paid meanwhile, or given up: the order page tells
	case !now.State.Live():
		return false, p, nil
	case now.State == models.AttemptOpen && now.Intent == models.IntentNone && same:
		p.PayURL, err = s.payURL(now)
		return true, p, err
	default:
		return true, p, ErrBusy
	}
}

func (s *Service) setIntent(ctx context.Context, a *models.Attempt, to models.Intent) error {
	err := s.store.SetIntent(ctx, a.ID, a.Intent, to)
	if errors.Is(err, store.ErrConflict) {
		return ErrBusy
	}
	if err != nil {
		return fmt.Errorf("store the intent: %w", err)
	}
	a.Intent = to
	return nil
}

// askNow asks about an attempt as it is in the store at this moment.
func (s *Service) askNow(ctx context.Context, attemptID, cause string) error {
	a, err := s.store.Attempt(ctx, attemptID)
	if err != nil {
		return fmt.Errorf("load attempt: %w", err)
	}
	if a.State == models.AttemptCreated || !a.State.Live() {
		return nil // about to be sent by somebody, or over
	}
	if a.State == models.AttemptSubmitting && s.clock().Sub(a.SentAt) < submittingGrace {
		return nil
	}
	return s.ask(ctx, a, cause)
}

// payAnew makes a new attempt for an order whose earlier ones are over.
func (s *Service) payAnew(ctx context.Context, order *models.Order, coin string, payer models.Payer) (Placement, error) {
	if last := order.Current(); last != nil {
		if coin == "" {
			coin = last.Coin
		}
		if !payer.Known() {
			payer = last.Payer
		}
	}
	if !payer.Known() {
		return Placement{Ref: order.Ref}, ErrPayer
	}
	attempt, err := s.insertAttempt(ctx, order, coin, payer)
	if errors.Is(err, store.ErrDuplicate) {
		return s.besideAnother(ctx, order)
	}
	if err != nil {
		return Placement{Ref: order.Ref}, err
	}
	if err := s.submit(ctx, order, &attempt); err != nil {
		return Placement{Ref: order.Ref}, err
	}
	return s.next(ctx, order.ID, order.Ref)
}

// afterSubmission waits a moment for the request that is sending the order's newest attempt, and loads the order again.
func (s *Service) afterSubmission(ctx context.Context, order *models.Order) (*models.Attempt, error) {
	if err := s.awaitSubmission(ctx, order.ID); err != nil {
		return nil, err
	}
	fresh, err := s.store.Order(ctx, order.ID)
	if err != nil {
		return nil, fmt.Errorf("load order: %w", err)
	}
	*order = fresh
	return order.Current(), nil
}

// besideAnother answers a second press of the button: the database allowed one live attempt only, and its way is ours too.
func (s *Service) besideAnother(ctx context.Context, order *models.Order) (Placement, error) {
	if err := s.awaitSubmission(ctx, order.ID); err != nil {
		return Placement{Ref: order.Ref}, err
	}
	return s.next(ctx, order.ID, order.Ref)
}

func (s *Service) insertAttempt(ctx context.Context, order *models.Order, coin string, payer models.Payer) (models.Attempt, error) {
	var attempt models.Attempt
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		coins, err := tx.Coins(ctx)
		if err != nil {
			return fmt.Errorf("load coins: %w", err)
		}
		now := s.clock()
		attempt, err = s.newAttempt(order, coins, coin, payer, now)
		if err != nil {
			return err
		}
		// The new attempt gets time of its own; whoever expires the order at this moment wins.
		expires := later(order.ExpiresAt, now.Add(s.retryTTL))
		if err := tx.ExtendOrder(ctx, order.ID, expires, expires.Add(s.grace)); err != nil {
			if errors.Is(err, store.ErrConflict) {
				return ErrNotPayable
			}
			return fmt.Errorf("extend order: %w", err)
		}
		return tx.InsertAttempt(ctx, &attempt)
	})
	return attempt, err
}
