package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// mayPayAs reports whether a shopper who is asked may be sent to a pay page that was made for the payer of. The address of a signed-in
// payer's page contains the token of the account, so only a browser that is signed in as that account gets it. A typed UID gives access to
// nothing by itself, so a shopper who names no payer may pay with it.
func mayPayAs(asked, of models.Payer) bool {
	switch {
	case of.OpenID != "":
		return asked.OpenID == of.OpenID
	case asked.Known():
		return asked.OpenID == "" && asked.UserID == of.UserID
	default:
		return of.UserID != ""
	}
}

// PayInput says how an order is to be paid. The zero value continues the current attempt.
type PayInput struct {
	Coin   string
	Payer  models.Payer
	Quotes string // token of the quotes that the form showed (Service.Quotes, OrderSubject); needed with Coin
}

// wants reports whether an attempt matches the input: the same coin, and a pay page to which the payer may be sent.
func (in PayInput) wants(a *models.Attempt) bool {
	return (in.Coin == "" || in.Coin == a.Coin) && mayPayAs(in.Payer, a.Payer)
}

// Pay returns where the shopper of an unpaid order goes to pay it. It continues the open attempt if coin and payer are the same; an empty
// coin means the same, and so does an empty payer if a UID was typed. Otherwise it makes a new attempt after the old one is proved closed
// (reliability.md R8). If the outcome of an attempt is unknown, the shopper goes to the order page, which says so.
//
// A new attempt costs what the shopper has seen: in.Quotes is the token of the quotes on the form. Without a choice it costs the same as
// the attempt before. The quote of an attempt never changes.
//
// Errors: store.ErrNotFound, ErrNotPayable, ErrBusy, ErrCoin, ErrQuote, ErrPayer, ErrSignIn, ErrUnreachable (the order stays as it is),
// *store.UnpaidLimitError (the payer has too many other unpaid orders), store.ErrLinkClosed (its payment link takes no more payments).
func (c *Placer) Pay(ctx context.Context, ref string, in PayInput) (Placement, error) {
	order, err := c.store.OrderByRef(ctx, ref)
	if err != nil {
		return Placement{}, fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting {
		return Placement{Ref: ref}, ErrNotPayable
	}
	a := order.Current()
	if a != nil && !in.Payer.Known() && a.Payer.UserID == "" {
		return Placement{Ref: ref}, ErrPayer // who signed in must be signed in again
	}
	if a != nil && a.State.Live() {
		if in.Coin != "" && !in.wants(a) {
			if err := c.quoter.checkQuote(ctx, &order, in); err != nil { // before anything is closed for it
				return Placement{Ref: ref}, err
			}
		}
		done, p, err := c.payLive(ctx, &order, a, in)
		if done || err != nil {
			return p, err
		}
	}
	if !c.clock().Before(order.ExpiresAt) {
		return Placement{Ref: ref}, ErrNotPayable
	}
	return c.payAnew(ctx, &order, in)
}

// payLive handles a live attempt: it continues the one that the input wants and closes any other. done is false if the attempt is proved
// closed, so that a new one may be made.
func (c *Placer) payLive(ctx context.Context, order *models.Order, a *models.Attempt, in PayInput) (done bool, p Placement, err error) {
	p = Placement{Ref: order.Ref}
	if sending(a) {
		if a, err = c.afterSubmission(ctx, order); err != nil {
			return true, p, err
		}
		if !a.State.Live() {
			return order.State != models.OrderAwaiting, p, nil
		}
	}
	if a.State == models.AttemptOpen {
		closing := a.Intent == models.IntentRetry // by another press of the button
		if a.Intent == models.IntentNone {
			if in.wants(a) {
				p.PayURL, err = c.payURL(a, in.Payer)
				return true, p, err
			}
			err = c.store.SetIntent(ctx, a.ID, models.IntentNone, models.IntentRetry)
			if closing = errors.Is(err, store.ErrConflict); err != nil && !closing {
				return true, p, fmt.Errorf("store the intent: %w", err)
			}
		}
		if closing {
			p, err = c.awaitOtherPress(ctx, order, in.Payer)
			return true, p, err
		}
	}
	if err := c.inquiry.askNow(ctx, a.ID, "retry"); err != nil {
		c.log.InfoContext(ctx, "attempt not closed yet", "order", order.ID, "attempt", a.ID, "error", err)
	}
	return c.afterClosing(ctx, order, a.ID, in)
}

// afterClosing loads the order again after the platform was asked to prove an attempt closed, and returns where the shopper goes. done is
// false if no attempt can be paid any more, so that a new one may be made.
func (c *Placer) afterClosing(ctx context.Context, order *models.Order, attemptID string, in PayInput) (done bool, p Placement, err error) {
	p = Placement{Ref: order.Ref}
	fresh, err := c.store.Order(ctx, order.ID)
	if err != nil {
		return true, p, fmt.Errorf("load order: %w", err)
	}
	*order = fresh
	if order.State != models.OrderAwaiting {
		return true, p, nil // paid meanwhile, or given up: the order page tells
	}
	a := order.Current()
	switch {
	case !a.State.Live():
		return false, p, nil
	case a.State == models.AttemptOpen && a.Intent == models.IntentNone && in.wants(a):
		p.PayURL, err = c.payURL(a, in.Payer)
		return true, p, err
	case a.State == models.AttemptOpen:
		return true, p, ErrBusy
	case a.ID != attemptID && sending(a): // another press has begun the new attempt
		if err := c.awaitSubmission(ctx, order.ID); err != nil {
			return true, p, err
		}
		p, err = c.destination(ctx, order.ID, order.Ref, in.Payer)
		return true, p, err
	default:
		return true, p, nil // unknown: the order page says so
	}
}

// payAnew makes a new attempt for an order whose earlier attempts are over.
func (c *Placer) payAnew(ctx context.Context, order *models.Order, in PayInput) (Placement, error) {
	payer := in.Payer
	if last := order.Current(); last != nil && !payer.Known() {
		payer = last.Payer
	}
	if !payer.Known() {
		return Placement{Ref: order.Ref}, ErrPayer
	}
	in.Payer = payer
	attempt, err := c.insertAttempt(ctx, order, in)
	if errors.Is(err, store.ErrDuplicate) {
		return c.awaitOtherPress(ctx, order, payer)
	}
	if err != nil {
		return Placement{Ref: order.Ref}, err
	}
	if err := c.sender.submit(ctx, order, &attempt); err != nil {
		return Placement{Ref: order.Ref}, err
	}
	return c.destination(ctx, order.ID, order.Ref, payer)
}

// afterSubmission waits a moment for the request that is sending the order's newest attempt, and loads the order again.
func (c *Placer) afterSubmission(ctx context.Context, order *models.Order) (*models.Attempt, error) {
	if err := c.awaitSubmission(ctx, order.ID); err != nil {
		return nil, err
	}
	fresh, err := c.store.Order(ctx, order.ID)
	if err != nil {
		return nil, fmt.Errorf("load order: %w", err)
	}
	*order = fresh
	return order.Current(), nil
}

// awaitOtherPress waits for what another press of the button makes and returns it: the database allows only one live attempt. ErrBusy means
// that the old attempt is not proved closed yet.
func (c *Placer) awaitOtherPress(ctx context.Context, order *models.Order, payer models.Payer) (Placement, error) {
	old := order.Current().ID
	err := c.await(ctx, order.ID, func(o *models.Order) bool { return o.State != models.OrderAwaiting || o.Current().ID != old })
	if err != nil {
		return Placement{Ref: order.Ref}, err
	}
	if err := c.awaitSubmission(ctx, order.ID); err != nil {
		return Placement{Ref: order.Ref}, err
	}
	fresh, err := c.store.Order(ctx, order.ID)
	if err != nil {
		return Placement{Ref: order.Ref}, fmt.Errorf("load order: %w", err)
	}
	if a := fresh.Current(); a.State.Live() && a.Intent == models.IntentRetry {
		return Placement{Ref: order.Ref}, ErrBusy
	}
	return c.destination(ctx, order.ID, order.Ref, payer)
}

func (c *Placer) insertAttempt(ctx context.Context, order *models.Order, in PayInput) (models.Attempt, error) {
	var attempt models.Attempt
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		coins, err := tx.Coins(ctx)
		if err != nil {
			return fmt.Errorf("load coins: %w", err)
		}
		var quote models.Quote
		if last := order.Current(); in.Coin == "" && last != nil {
			quote, err = c.quoter.repeatQuote(coins, last, order.Total)
		} else {
			quote, err = c.quoter.agreedQuote(coins, in.Coin, order.Total, OrderSubject(order.ID), in.Quotes)
		}
		if err != nil {
			return err
		}
		settings, err := tx.LoadSettings(ctx)
		if err != nil {
			return fmt.Errorf("read the limits: %w", err)
		}
		if err := holdUnpaid(ctx, tx, order.ID, settings.Limits(), models.PayerHolder(in.Payer)); err != nil {
			return err
		}
		if err := holdLinkOf(ctx, tx, order, c.clock()); err != nil {
			return err
		}
		// The new attempt gets time of its own, up to the end that the order was given when it was placed: stock is not promised without end.
		// Whoever expires the order at this moment wins.
		now := c.clock()
		expires := earlier(later(order.ExpiresAt, now.Add(c.retryTTL)), order.EndsBy)
		extended := *order
		extended.ExpiresAt = expires
		attempt = c.newAttempt(&extended, quote, in.Payer, now)
		if err := tx.ExtendOrder(ctx, order.ID, expires, expires.Add(c.grace)); err != nil {
			if errors.Is(err, store.ErrConflict) {
				return ErrNotPayable
			}
			return fmt.Errorf("extend order: %w", err)
		}
		return tx.InsertAttempt(ctx, &attempt)
	})
	return attempt, err
}

// holdLinkOf holds the payment link of an order that is paid in another way after a try that came to nothing: others may have used the link up
// meanwhile. store.ErrLinkClosed.
func holdLinkOf(ctx context.Context, tx *store.Store, order *models.Order, now time.Time) error {
	if order.CheckoutID == "" {
		return nil
	}
	checkout, err := tx.Checkout(ctx, order.CheckoutID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || checkout.LinkID == "" || checkout.Status != models.CheckoutOpen { // it counts already
		return err
	}
	return tx.HoldLink(ctx, checkout.LinkID, now)
}

// payURL returns the address where the shopper asked pays an open attempt. It contains the current token of a shopper who is signed in as
// the attempt's payer, because the token of the attempt may have expired.
func (c *Placer) payURL(a *models.Attempt, asked models.Payer) (string, error) {
	payer := a.Payer
	if !payer.Known() {
		return "", ErrPayer // sealed with a key that is no longer ours
	}
	if payer.OpenID != "" && asked.OpenID == payer.OpenID && asked.Token != "" {
		payer.Token = asked.Token
	}
	to, err := c.gateway.PayURL(opay.PayPage{OrderNum: a.OrderNum, Payer: opayPayer(payer), PayLink: a.PayLink})
	if err != nil {
		return "", fmt.Errorf("build the pay address: %w", err)
	}
	return to, nil
}
