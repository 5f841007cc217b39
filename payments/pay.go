package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// mayPayAs reports that whoever asks may be sent to a pay page that was made for a payer. The address of a signed-in payer's page
// holds the token of the account, so only a browser that is signed in as that account gets it; whoever merely knows the order does
// not. A typed UID opens nothing by itself, and nobody asked for stands for it.
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

// PayInput says how an order is to be paid. The zero value goes on with what is there.
type PayInput struct {
	Coin   string
	Payer  models.Payer
	Quotes string // token of the quotes that the form showed (Service.Quotes, OrderSubject); needed with Coin
}

// Pay sends the shopper of an unpaid order to the pay page: of the open attempt, if coin and payer are the same (an empty coin
// means the same, and so does an empty payer where a UID was typed), else of a new one, after the old one is proved closed
// (reliability.md R8). An attempt whose outcome is unknown shows the order page, which says so.
//
// A new attempt costs what the shopper has seen: in.Quotes is the token of what the form showed, and where nothing was chosen the
// attempt before says what it may cost. The quote of an attempt is never made anew.
//
// Errors: store.ErrNotFound, ErrNotPayable, ErrBusy, ErrCoin, ErrQuote, ErrPayer, ErrSignIn, ErrUnreachable (the order stays as it is).
func (c *Checkout) Pay(ctx context.Context, ref string, in PayInput) (Placement, error) {
	coin, payer := in.Coin, in.Payer
	order, err := c.store.OrderByRef(ctx, ref)
	if err != nil {
		return Placement{}, fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting {
		return Placement{Ref: ref}, ErrNotPayable
	}
	a := order.Current()
	if a != nil && !payer.Known() && a.Payer.UserID == "" {
		return Placement{Ref: ref}, ErrPayer // who signed in must be signed in again
	}
	if a != nil && a.State.Live() {
		if coin != "" && (coin != a.Coin || !mayPayAs(payer, a.Payer)) {
			if err := c.quoter.checkQuote(ctx, &order, in); err != nil { // before anything is closed for it
				return Placement{Ref: ref}, err
			}
		}
		done, p, err := c.payLive(ctx, &order, a, coin, payer)
		if done || err != nil {
			return p, err
		}
	}
	if !c.clock().Before(order.ExpiresAt) {
		return Placement{Ref: ref}, ErrNotPayable
	}
	return c.payAnew(ctx, &order, in)
}

// payLive deals with an attempt that may still be paid. done is false when it is proved closed and a new one may be made.
func (c *Checkout) payLive(ctx context.Context, order *models.Order, a *models.Attempt, coin string, payer models.Payer) (done bool, p Placement, err error) {
	p = Placement{Ref: order.Ref}
	if sending(a) {
		if a, err = c.afterSubmission(ctx, order); err != nil {
			return true, p, err
		}
		if !a.State.Live() {
			return order.State != models.OrderAwaiting, p, nil
		}
	}
	same := func(a *models.Attempt) bool { return (coin == "" || coin == a.Coin) && mayPayAs(payer, a.Payer) }
	if a.State == models.AttemptOpen && a.Intent == models.IntentNone && same(a) {
		p.PayURL, err = c.payURL(a, payer)
		return true, p, err
	}
	if a.State == models.AttemptOpen && a.Intent == models.IntentRetry {
		p, err = c.besideAnother(ctx, order, payer) // another press of the button is closing it
		return true, p, err
	}
	if a.State == models.AttemptOpen && a.Intent == models.IntentNone {
		err := c.store.SetIntent(ctx, a.ID, a.Intent, models.IntentRetry)
		if errors.Is(err, store.ErrConflict) {
			p, err = c.besideAnother(ctx, order, payer)
			return true, p, err
		}
		if err != nil {
			return true, p, fmt.Errorf("store the intent: %w", err)
		}
	}
	if err := c.inquiry.askNow(ctx, a.ID, "retry"); err != nil {
		c.log.InfoContext(ctx, "attempt not closed yet", "order", order.ID, "attempt", a.ID, "error", err)
	}
	fresh, err := c.store.Order(ctx, order.ID)
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
	case now.State == models.AttemptOpen && now.Intent == models.IntentNone && same(now):
		p.PayURL, err = c.payURL(now, payer)
		return true, p, err
	case now.ID != a.ID && sending(now):
		if err := c.awaitSubmission(ctx, order.ID); err != nil { // another press has begun the new attempt
			return true, p, err
		}
		p, err = c.next(ctx, order.ID, order.Ref, payer)
		return true, p, err
	case now.State != models.AttemptOpen:
		return true, p, nil // unknown: the order page says so
	default:
		return true, p, ErrBusy
	}
}

// payAnew makes a new attempt for an order whose earlier ones are over.
func (c *Checkout) payAnew(ctx context.Context, order *models.Order, in PayInput) (Placement, error) {
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
		return c.besideAnother(ctx, order, payer)
	}
	if err != nil {
		return Placement{Ref: order.Ref}, err
	}
	if err := c.sender.submit(ctx, order, &attempt); err != nil {
		return Placement{Ref: order.Ref}, err
	}
	return c.next(ctx, order.ID, order.Ref, payer)
}

// afterSubmission waits a moment for the request that is sending the order's newest attempt, and loads the order again.
func (c *Checkout) afterSubmission(ctx context.Context, order *models.Order) (*models.Attempt, error) {
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

// besideAnother answers a second press of the button: the database allows one live attempt only, and whatever the first press makes
// is the second's too. ErrBusy: the old attempt is not proved closed yet.
func (c *Checkout) besideAnother(ctx context.Context, order *models.Order, payer models.Payer) (Placement, error) {
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
	return c.next(ctx, order.ID, order.Ref, payer)
}

func (c *Checkout) insertAttempt(ctx context.Context, order *models.Order, in PayInput) (models.Attempt, error) {
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
		now := c.clock()
		attempt = c.frozenAttempt(order, quote, in.Payer, now)
		// The new attempt gets time of its own; whoever expires the order at this moment wins.
		expires := later(order.ExpiresAt, now.Add(c.retryTTL))
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

// payURL is where the shopper, who is asked, pays an open attempt. Whoever is signed in as its payer gets there with the token at
// hand: that of the attempt may have run out since.
func (c *Checkout) payURL(a *models.Attempt, asked models.Payer) (string, error) {
	payer := a.Payer
	if !payer.Known() {
		return "", ErrPayer // sealed with a key that is no longer ours
	}
	if payer.OpenID != "" && asked.OpenID == payer.OpenID && asked.Token != "" {
		payer.Token = asked.Token
	}
	to, err := c.gateway.PayURL(opay.PayPage{OrderNum: a.OrderNum, Payer: opayPayer(payer)})
	if err != nil {
		return "", fmt.Errorf("build the pay address: %w", err)
	}
	return to, nil
}
