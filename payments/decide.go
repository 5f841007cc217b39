package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

// MaxWaitDays is the maximum number of days for which a case can be put off.
const MaxWaitDays = 14

// Errors of decisions.
var (
	// ErrNotDecidable means that the case is closed, or that things have changed so that this decision is not possible any more.
	ErrNotDecidable = errors.New("this cannot be decided about the case")
	// ErrWaitDays means that a case cannot be put off for so many days.
	ErrWaitDays = errors.New("the number of days is not allowed")
)

// MissingError means that pieces are missing of which the order needs more than there are.
type MissingError struct{ Pieces []store.Missing }

// Error names what is missing.
func (e *MissingError) Error() string {
	parts := make([]string, len(e.Pieces))
	for i, m := range e.Pieces {
		parts[i] = strconv.Itoa(m.Pieces) + " × " + m.SKU
	}
	return "missing: " + strings.Join(parts, ", ")
}

// Cases lets people decide about reviews.
type Cases struct {
	core

	settlement *settlement
	refunds    *Refunds
	admin      *OrderAdmin
	outbox     *mail.Outbox
}

// DecideInput is a form that decides about a case.
type DecideInput struct {
	ReviewID  string
	Decision  models.Decision
	Note      string        // for the staff; required for drop, noted and refund
	Anyway    bool          // accept and accept_amount: sell although pieces are missing
	Amount    models.Amount // accept_amount: what the person saw, of the attempt's coin
	Days      int           // wait: 1 to MaxWaitDays
	FormToken string        // refund: one-time token
}

// Decide does what a person decides about an open case, with all that follows for order, stock, coupon, books and mails (reliability.md §4).
//
// Errors: store.ErrNotFound, ErrNotDecidable, *MissingError, ErrWaitDays, models.ErrNoteText, ErrTooOften (ask), and those of RequestRefund.
func (c *Cases) Decide(ctx context.Context, in DecideInput, by models.Actor) error {
	note := ""
	if in.Decision.Closes() && in.Decision != models.DecideAccept && in.Decision != models.DecideAcceptAmount || strings.TrimSpace(in.Note) != "" {
		var err error
		if note, err = models.CleanReason(in.Note); err != nil {
			return err
		}
	}
	if in.Decision == models.DecideWait && (in.Days < 1 || in.Days > MaxWaitDays) {
		return ErrWaitDays
	}
	if in.Decision == models.DecideAsk {
		return c.ask(ctx, in.ReviewID, by)
	}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		cs, err := c.open(ctx, tx, in.ReviewID, in.Decision)
		if err != nil {
			return err
		}
		if err := c.carryOut(ctx, tx, cs, in, note, by); err != nil {
			return err
		}
		after := models.Facts{"decision": string(in.Decision)}
		if note != "" {
			after["note"] = note
		}
		return tx.Record(ctx, by, "review.decide", "review:"+cs.review.ID, models.Facts{"kind": string(cs.review.Kind), "order": cs.review.OrderID}, after)
	})
	c.outbox.Wake()
	c.refunds.wake.Ring()
	return err
}

// theCase is an open case with its order, under the order's lock; order is nil where the case is about none.
type theCase struct {
	review  models.Review
	order   *models.Order
	attempt *models.Attempt
}

// open reads a case for a decision and checks that it is possible.
func (c *Cases) open(ctx context.Context, tx *store.Store, id string, decision models.Decision) (theCase, error) {
	review, err := tx.Review(ctx, id)
	if err != nil {
		return theCase{}, fmt.Errorf("load case: %w", err)
	}
	cs := theCase{review: review}
	if review.OrderID != "" {
		order, err := tx.LockOrder(ctx, review.OrderID)
		if err != nil {
			return cs, fmt.Errorf("load order: %w", err)
		}
		cs.order, cs.attempt = &order, order.Attempt(review.AttemptID)
		if cs.review, err = tx.Review(ctx, id); err != nil {
			return cs, fmt.Errorf("load case: %w", err)
		}
	}
	if !slices.Contains(cs.review.Decisions(cs.order), decision) {
		return cs, ErrNotDecidable
	}
	return cs, nil
}

// carryOut does what was decided and closes the case.
func (c *Cases) carryOut(ctx context.Context, tx *store.Store, cs theCase, in DecideInput, note string, by models.Actor) error {
	var err error
	switch in.Decision {
	case models.DecideWait:
		until := c.clock().Add(time.Duration(in.Days) * 24 * time.Hour)
		return tx.MoveReview(ctx, cs.review.ID, true, store.ReviewChange{WaitUntil: &until, Resolution: &note})
	case models.DecideAccept:
		err = c.accept(ctx, tx, cs, cs.attempt.Received, in.Anyway, by)
	case models.DecideAcceptAmount:
		err = c.acceptAmount(ctx, tx, cs, in, by)
	case models.DecideRefund:
		err = c.sendBack(ctx, tx, cs, in, by)
	case models.DecideDrop:
		err = c.drop(ctx, tx, cs)
	case models.DecideNoted:
	case models.DecideAsk:
		return ErrNotDecidable // asked outside of a transaction
	}
	if err != nil {
		return err
	}
	return closeCase(ctx, tx, cs.review.ID, in.Decision, note, by)
}

// closeCase closes an open case with its decision. A case that the decision itself has closed stays as it is.
func closeCase(ctx context.Context, tx *store.Store, id string, decision models.Decision, note string, by models.Actor) error {
	set := store.ReviewChange{Open: new(false), WaitUntil: new(time.Time{}), Decision: &decision, DecidedBy: &by.StaffID, Resolution: &note}
	if err := tx.MoveReview(ctx, id, true, set); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("close the case: %w", err)
	}
	return nil
}

// supersede closes the open cases about the money of an attempt except one, which takes their place.
func supersede(ctx context.Context, tx *store.Store, orderID, attemptID, except string) error {
	reviews, err := tx.ReviewsOf(ctx, orderID)
	if err != nil {
		return err
	}
	for _, r := range reviews {
		if !r.Open || !r.Kind.Money() || r.AttemptID != attemptID || r.ID == except {
			continue
		}
		set := store.ReviewChange{Open: new(false), Resolution: new(models.Remark("superseded"))}
		if err := tx.MoveReview(ctx, r.ID, true, set); err != nil {
			return fmt.Errorf("close the case before: %w", err)
		}
	}
	return nil
}

// ask asks the platform about the order's newest attempt once more and settles the answer; the case stays open unless that ends it.
func (c *Cases) ask(ctx context.Context, reviewID string, by models.Actor) error {
	review, err := c.store.Review(ctx, reviewID)
	if err != nil {
		return fmt.Errorf("load case: %w", err)
	}
	order, err := c.store.Order(ctx, review.OrderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if !slices.Contains(review.Decisions(&order), models.DecideAsk) {
		return ErrNotDecidable
	}
	return c.admin.askAbout(ctx, &order, order.Attempt(review.AttemptID), by)
}

// accept pays the order with an attempt whose money is here: the stock is sold, the coupon used, and the shopper told.
func (c *Cases) accept(ctx context.Context, tx *store.Store, cs theCase, received models.Amount, anyway bool, by models.Actor) error {
	if err := c.sell(ctx, tx, cs.order, anyway, by); err != nil {
		return err
	}
	set := store.OrderChange{PaidAttemptID: &cs.attempt.ID, PaidAt: new(c.clock()), Balance: new(balanceOf(cs.attempt.Amount, received))}
	t := models.Transition{OrderID: cs.order.ID, Cause: "admin", Note: models.Remark("accepted", "kind", string(cs.review.Kind))}
	if err := tx.MoveOrder(ctx, cs.order.ID, models.OrderReview, models.OrderPaid, set, t); err != nil {
		return fmt.Errorf("mark order paid: %w", err)
	}
	if err := useCoupon(ctx, tx, cs.order); err != nil {
		return err
	}
	if err := supersede(ctx, tx, cs.order.ID, cs.attempt.ID, cs.review.ID); err != nil {
		return err
	}
	if err := tx.FollowRefunds(ctx, cs.order.ID); err != nil {
		return err
	}
	return c.outbox.QueueDecided(ctx, tx, cs.order.ID, cs.review.ID)
}

// sell sells the order's stock. What is missing is *MissingError, unless it is to be sold anyway.
func (c *Cases) sell(ctx context.Context, tx *store.Store, order *models.Order, anyway bool, by models.Actor) error {
	missing, err := tx.MissingFor(ctx, order.ID)
	if err != nil {
		return err
	}
	if len(missing) > 0 && !anyway {
		return &MissingError{missing}
	}
	if len(missing) > 0 {
		if _, err := tx.SupplyReservation(ctx, order.ID, by.Who); err != nil {
			return err
		}
	}
	if err := tx.SellReservation(ctx, order.ID); err != nil {
		return fmt.Errorf("sell reserved stock: %w", err)
	}
	return nil
}

func balanceOf(asked, received models.Amount) models.Balance {
	switch received.Cmp(asked) {
	case -1:
		return models.BalanceUnder
	case 1:
		return models.BalanceOver
	}
	return models.BalanceExact
}

// acceptAmount is accept for a payment of another amount than was asked. The amount is the one of the exchange's verified answer, and the one
// that the person has seen.
func (c *Cases) acceptAmount(ctx context.Context, tx *store.Store, cs theCase, in DecideInput, by models.Actor) error {
	received, err := c.claimed(ctx, tx, cs)
	if err != nil {
		return err
	}
	if !received.Equal(in.Amount) {
		return ErrNotDecidable
	}
	if err := c.take(ctx, tx, cs, received); err != nil {
		return err
	}
	return c.accept(ctx, tx, cs, received, in.Anyway, by)
}

// claimed returns what the exchange says was paid for an attempt, from its newest verified answer (reliability.md R3, R7).
func (c *Cases) claimed(ctx context.Context, tx *store.Store, cs theCase) (models.Amount, error) {
	a := cs.attempt
	if a.State == models.AttemptPaid {
		return a.Received, nil
	}
	claim, err := tx.PaidClaim(ctx, a.ID)
	if errors.Is(err, store.ErrNotFound) {
		return models.Amount{}, ErrNotDecidable
	}
	if err != nil {
		return models.Amount{}, err
	}
	amount, err := models.ParseAmount(claim.Amount)
	if err != nil || !amount.IsPositive() || claim.AppOrderID != a.AppOrderID || !strings.EqualFold(claim.Coin, a.Coin) {
		return models.Amount{}, ErrNotDecidable // another order's money, or another coin: the exchange must say what happened
	}
	// The claim may be about another order number than the attempt's: the shop's own id, which nobody else has, says whose money it is.
	return amount, nil
}

// take records that another amount than was asked has come for the attempt.
func (c *Cases) take(ctx context.Context, tx *store.Store, cs theCase, received models.Amount) error {
	if cs.attempt.State == models.AttemptPaid {
		return nil
	}
	claim, err := tx.PaidClaim(ctx, cs.attempt.ID)
	if err != nil {
		return err
	}
	return c.settlement.payAttempt(ctx, tx, cs.order, cs.attempt, claim.OrderNum, received, "admin")
}

// sendBack requests a refund of all that is left of the payment. An order in review that no other payment waits for is cancelled.
func (c *Cases) sendBack(ctx context.Context, tx *store.Store, cs theCase, in DecideInput, by models.Actor) error {
	received, err := c.claimed(ctx, tx, cs)
	if err != nil {
		return err
	}
	if err := c.take(ctx, tx, cs, received); err != nil {
		return err
	}
	if cs.order.State == models.OrderReview {
		if err := c.endReview(ctx, tx, cs); err != nil {
			return err
		}
	}
	order, err := tx.Order(ctx, cs.order.ID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	request := RefundInput{OrderID: order.ID, AttemptID: cs.attempt.ID, All: true, Reason: in.Note, FormToken: in.FormToken}
	_, err = c.refunds.requestIn(ctx, tx, &order, nil, request, by)
	return err
}

// endReview ends the review of an order whose payment goes back. If another payment of the order waits for a decision, the order waits with
// it.
func (c *Cases) endReview(ctx context.Context, tx *store.Store, cs theCase) error {
	if waits, err := otherPayment(ctx, tx, cs); err != nil || waits != nil {
		if err == nil {
			err = tx.SetPaidAttempt(ctx, cs.order.ID, models.OrderReview, waits.ID)
		}
		return err
	}
	if err := tx.SetPaidAttempt(ctx, cs.order.ID, models.OrderReview, cs.attempt.ID); err != nil {
		return err
	}
	if err := c.outbox.QueueDecided(ctx, tx, cs.order.ID, cs.review.ID); err != nil {
		return err
	}
	return c.settlement.releaseOrder(ctx, tx, cs.order, models.OrderCancelled, "admin")
}

// otherPayment returns another payment of the order that waits for a decision; nil: there is none.
func otherPayment(ctx context.Context, tx *store.Store, cs theCase) (*models.Attempt, error) {
	reviews, err := tx.ReviewsOf(ctx, cs.order.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range reviews {
		other := cs.order.Attempt(r.AttemptID)
		if r.Open && r.Kind.Money() && other != nil && other.ID != cs.attempt.ID && other.State == models.AttemptPaid {
			return other, nil
		}
	}
	return nil, nil //nolint:nilnil // none is no error
}

// drop ends an order for which there is no money: the exchange's claim was a mistake. The attempt ends; if money comes for it after all, that
// is late money. If another payment of the order waits for a decision, the order waits with it.
func (c *Cases) drop(ctx context.Context, tx *store.Store, cs theCase) error {
	if cs.attempt.State.Live() {
		end := ending{to: models.AttemptFailed, problem: models.ProblemDropped, held: true, cause: "admin"}
		if err := c.settlement.closeAttempt(ctx, tx, cs.order, cs.attempt, end); err != nil {
			return err
		}
	}
	if waits, err := otherPayment(ctx, tx, cs); err != nil || waits != nil {
		return err
	}
	return c.settlement.endOrder(ctx, tx, cs.order, models.OrderCancelled, "admin")
}
