package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// assetNormal is the platform's assetType of an ordinary balance (platform/api.md §3.8).
const assetNormal = "201"

// refundProof is the number of ProofAges after which a refund that the platform does not know is proved missing.
const refundProof = 5

// Errors of refunds.
var (
	// ErrNotRefundable means that the attempt did not pay, belongs to another order, that its payer was erased, or that a case about the order
	// must be decided first.
	ErrNotRefundable = errors.New("nothing was paid that could be refunded")
	// ErrRefundAmount means that the amount is not positive or has more fraction digits than the coin, or that nothing was chosen.
	ErrRefundAmount = errors.New("the amount cannot be refunded")
	// ErrSamePerson means that a second person must approve a refund above the limit.
	ErrSamePerson = errors.New("a second person must approve")
	// ErrRefundOver means that the refund is already decided.
	ErrRefundOver = errors.New("the refund is decided already")
)

// Refunds refunds payments: staff request and approve refunds; its worker sends them and resolves their outcome.
type Refunds struct {
	core

	gateway  Calls
	fourEyes models.Amount
	proofAge time.Duration
	wake     jobs.Bell
	outbox   *mail.Outbox
}

// FourEyesLimit returns the value, in the shop's currency, above which a refund needs a second person; 0 means that none does.
func (rs *Refunds) FourEyesLimit() models.Amount { return rs.fourEyes }

// RefundInput is a form that requests a refund: of pieces, of an amount, or of all that is left. An amount goes before the price of the
// pieces, and Amount before Worth.
type RefundInput struct {
	OrderID   string
	AttemptID string        // the paid attempt to refund; empty: the one that paid the order
	All       bool          // all that is left of the payment
	Amount    models.Amount // of the attempt's coin; zero: not given
	Worth     models.Amount // in the order's currency; zero: not given
	Pieces    []RefundPieces
	Delivery  bool // the delivery is refunded
	Restock   bool // All: pieces that were not sent go back on the shelf

	Reason      string // for the staff
	ShopperNote string // for the shopper; empty: none
	FormToken   string // one-time token: the same form gives the same refund
}

// RequestRefund stores a refund with its final id at the platform before anything is sent (reliability.md R15). It is approved at once, and
// the worker sends it, as long as what the person has refunded of this order, and of all orders in a day, is within Config.FourEyesLimit
// together; above, a second person must approve it.
//
// Errors: store.ErrNotFound, ErrNotRefundable, ErrRefundAmount, ErrPieces, models.ErrNoteText, *store.RefundTooMuchError.
func (rs *Refunds) RequestRefund(ctx context.Context, in RefundInput, by models.Actor) (models.Refund, error) {
	if known, err := rs.store.RefundByFormToken(ctx, in.FormToken); err == nil {
		return known, nil
	}
	var refund models.Refund
	err := rs.store.Tx(ctx, func(tx *store.Store) (err error) {
		refund, err = rs.RequestRefundIn(ctx, tx, in, by)
		return err
	})
	if errors.Is(err, store.ErrDuplicate) {
		return rs.store.RefundByFormToken(ctx, in.FormToken)
	}
	rs.WakeRefunds()
	return refund, err
}

// RequestRefundIn is RequestRefund in a transaction of the caller, who calls WakeRefunds after it.
func (rs *Refunds) RequestRefundIn(ctx context.Context, tx *store.Store, in RefundInput, by models.Actor) (models.Refund, error) {
	counts, order, err := rs.countLines(ctx, tx, in.OrderID)
	if err != nil {
		return models.Refund{}, err
	}
	if known, err := tx.RefundByFormToken(ctx, in.FormToken); !errors.Is(err, store.ErrNotFound) {
		return known, err // the other click of a double click has just stored it
	}
	if order.State != models.OrderPaid { // money of an order in review waits for its decision
		return models.Refund{}, ErrNotRefundable
	}
	refund, err := rs.requestIn(ctx, tx, &order, counts, in, by)
	if err != nil {
		return refund, err
	}
	return refund, rs.closeRefunded(ctx, tx, refund, by)
}

// WakeRefunds lets the worker look for refunds to send.
func (rs *Refunds) WakeRefunds() { rs.wake.Ring() }

// requestIn stores a refund in a transaction that holds the order's lock.
func (rs *Refunds) requestIn(
	ctx context.Context, tx *store.Store, order *models.Order, counts []models.LineCount, in RefundInput, by models.Actor,
) (models.Refund, error) {
	a := order.Attempt(cmp.Or(in.AttemptID, order.PaidAttemptID))
	if a == nil || a.State != models.AttemptPaid || order.Erased() {
		return models.Refund{}, ErrNotRefundable
	}
	refund, err := rs.newRefund(ctx, tx, order, a, counts, in, by)
	if err != nil {
		return refund, err
	}
	if err := tx.InsertRefund(ctx, &refund, a.Received); err != nil {
		return refund, fmt.Errorf("insert refund: %w", err)
	}
	return refund, tx.Record(ctx, by, "refund.request", "refund:"+refund.ID, nil, models.Facts{
		"order": refund.OrderID, "amount": refund.Amount.String(), "coin": refund.Coin, "worth": refund.Worth.String(), "state": string(refund.State),
		"reason": refund.Reason,
	})
}

func (rs *Refunds) newRefund(
	ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, counts []models.LineCount, in RefundInput, by models.Actor,
) (models.Refund, error) {
	reason, err := models.CleanReason(in.Reason)
	if err != nil {
		return models.Refund{}, err
	}
	note := ""
	if strings.TrimSpace(in.ShopperNote) != "" {
		if note, err = models.CleanReason(in.ShopperNote); err != nil {
			return models.Refund{}, err
		}
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return models.Refund{}, fmt.Errorf("load refunds: %w", err)
	}
	precision, err := coinPrecision(ctx, tx, a.Coin)
	if err != nil {
		return models.Refund{}, err
	}
	basis := newRefundBasis(order, a, counts, refunds, precision)
	price, err := basis.price(in)
	if err != nil {
		return models.Refund{}, err
	}
	now := rs.clock()
	refund := models.Refund{
		ID: models.NewID(), OrderID: order.ID, AttemptID: a.ID, AppOrderID: models.NewRef(), State: models.RefundRequested,
		Amount: price.amount, Coin: a.Coin, Worth: price.worth, Lines: price.lines, Reason: reason, ShopperNote: note, FormToken: in.FormToken,
		RequestedBy: by.StaffID, CreatedAt: now, UpdatedAt: now,
	}
	alone, err := rs.mayDecideAlone(ctx, tx, &refund, a, by)
	if alone {
		refund.State, refund.ApprovedBy, refund.DueAt = models.RefundApproved, by.StaffID, now
	}
	return refund, err
}

// refundDay is the time over which a person's refunds of all orders are added up.
const refundDay = 24 * time.Hour

// mayDecideAlone reports whether a person may refund without a second one: this refund, their others of this order, and their others of a day
// are within the limit together. The person is locked, so that two refunds at the same moment are added up too.
func (rs *Refunds) mayDecideAlone(ctx context.Context, tx *store.Store, refund *models.Refund, a *models.Attempt, by models.Actor) (bool, error) {
	if !rs.fourEyes.IsPositive() {
		return true, nil
	}
	err := tx.LockPerson(ctx, by.StaffID)
	if errors.Is(err, store.ErrNotFound) {
		err = tx.LockAPIKey(ctx, by.StaffID) // another program
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil // who has neither account nor key cannot be added up, and decides nothing alone
	}
	if err != nil {
		return false, err
	}
	before, err := tx.WorthOfRefunds(ctx, by.StaffID, refund.OrderID, refund.CreatedAt.Add(-refundDay))
	if err != nil {
		return false, err
	}
	worth := refund.Worth
	if rate := refund.Amount.Mul(a.Rate); rate.Cmp(worth) > 0 {
		worth = rate // rounding never helps
	}
	return before.Add(worth).Cmp(rs.fourEyes) <= 0, nil
}

// coinPrecision returns the fraction digits that amounts of a coin may have; 0 for a coin that the shop does not have any more.
func coinPrecision(ctx context.Context, tx *store.Store, symbol string) (int, error) {
	coins, err := tx.Coins(ctx)
	if err != nil {
		return 0, fmt.Errorf("load coins: %w", err)
	}
	coin, _ := coinOf(coins, symbol)
	return coin.Precision, nil
}

// closeRefunded closes the cases about a payment of which nothing is left: to send it back was the decision.
func (rs *Refunds) closeRefunded(ctx context.Context, tx *store.Store, refund models.Refund, by models.Actor) error {
	a, err := tx.Attempt(ctx, refund.AttemptID)
	if err != nil || a.Left().IsPositive() {
		return err
	}
	reviews, err := tx.ReviewsOf(ctx, refund.OrderID)
	if err != nil {
		return err
	}
	for _, r := range reviews {
		if r.Open && r.Kind.Money() && r.AttemptID == a.ID {
			if err := closeCase(ctx, tx, r.ID, models.DecideRefund, refund.Reason, by); err != nil {
				return err
			}
		}
	}
	return nil
}

// ApproveRefund approves a refund by a second person. Errors: store.ErrNotFound, ErrSamePerson, ErrRefundOver.
func (rs *Refunds) ApproveRefund(ctx context.Context, id string, by models.Actor) error {
	err := rs.decideRefund(ctx, id, models.RefundApproved, "", by, func(r *models.Refund) (store.RefundChange, error) {
		if r.RequestedBy == by.StaffID {
			return store.RefundChange{}, ErrSamePerson
		}
		if r.State != models.RefundRequested {
			return store.RefundChange{}, ErrRefundOver
		}
		return store.RefundChange{ApprovedBy: new(by.StaffID), DueAt: new(rs.clock())}, nil
	})
	rs.wake.Ring()
	return err
}

// DeclineRefund stops a refund that was not sent yet, with a reason. Its amount can then be refunded again. Errors: store.ErrNotFound,
// ErrRefundOver, models.ErrNoteText.
func (rs *Refunds) DeclineRefund(ctx context.Context, id, reason string, by models.Actor) error {
	reason, err := models.CleanReason(reason)
	if err != nil {
		return err
	}
	return rs.decideRefund(ctx, id, models.RefundDeclined, reason, by, func(r *models.Refund) (store.RefundChange, error) {
		if !r.State.CanMove(models.RefundDeclined) {
			return store.RefundChange{}, ErrRefundOver
		}
		return store.RefundChange{DeclinedBy: new(by.StaffID), DueAt: new(time.Time{})}, nil
	})
}

// decideRefund moves a refund to a state that a person has decided. check returns what else changes, or an error.
func (rs *Refunds) decideRefund(
	ctx context.Context, id string, to models.RefundState, reason string, by models.Actor, check func(*models.Refund) (store.RefundChange, error),
) error {
	err := rs.store.Tx(ctx, func(tx *store.Store) error {
		refund, err := tx.Refund(ctx, id)
		if err != nil {
			return fmt.Errorf("load refund: %w", err)
		}
		set, err := check(&refund)
		if err != nil {
			return err
		}
		if err := rs.moveRefundIn(ctx, tx, &refund, to, set, "admin"); err != nil {
			return err
		}
		after := models.Facts{"state": string(to)}
		if reason != "" {
			after["reason"] = reason
		}
		return tx.Record(ctx, by, "refund."+string(to), "refund:"+id, models.Facts{"state": string(refund.State)}, after)
	})
	if errors.Is(err, store.ErrConflict) {
		return ErrRefundOver
	}
	return err
}

// moveRefund calls moveRefundIn for the worker in a transaction of its own.
func (rs *Refunds) moveRefund(ctx context.Context, r *models.Refund, to models.RefundState, set store.RefundChange) error {
	err := rs.store.Tx(ctx, func(tx *store.Store) error { return rs.moveRefundIn(ctx, tx, r, to, set, "refund") })
	rs.outbox.Wake()
	return err
}

// moveRefundIn changes a refund's state in a transaction, and what follows from it: the order's facts, stock that comes back, and the case
// about a payment that does not go back after all.
func (rs *Refunds) moveRefundIn(ctx context.Context, tx *store.Store, r *models.Refund, to models.RefundState, set store.RefundChange, cause string) error {
	order, err := tx.LockOrder(ctx, r.OrderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	t := models.Transition{OrderID: r.OrderID, AttemptID: r.AttemptID, Cause: cause}
	if err := tx.MoveRefund(ctx, r.ID, r.State, to, set, t); err != nil {
		return fmt.Errorf("move refund to %s: %w", to, err)
	}
	switch to {
	case models.RefundAccepted, models.RefundConfirmed:
		whole, err := tx.Refund(ctx, r.ID)
		if err != nil {
			return fmt.Errorf("load refund: %w", err)
		}
		if _, err := tx.Restock(ctx, whole); err != nil {
			return err
		}
		return rs.outbox.QueueRefunded(ctx, tx, r.OrderID, r.ID)
	case models.RefundFailed, models.RefundDeclined:
		return rs.reopenCase(ctx, tx, &order, r, cause)
	case models.RefundRequested, models.RefundApproved, models.RefundSubmitting, models.RefundUnknown:
	}
	return nil
}

// reopenCase opens the case about a payment again whose refund came to nothing, unless the payment pays its order: the money is here, and
// nobody has decided about it.
func (rs *Refunds) reopenCase(ctx context.Context, tx *store.Store, order *models.Order, r *models.Refund, cause string) error {
	if order.State == models.OrderPaid && order.PaidAttemptID == r.AttemptID {
		return nil
	}
	reviews, err := tx.ReviewsOf(ctx, order.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(reviews, func(v models.Review) bool {
		return v.Kind.Money() && v.AttemptID == r.AttemptID && v.Decision == models.DecideRefund
	})
	if i < 0 || reviews[i].Open {
		return nil
	}
	set := store.ReviewChange{Open: new(true), Decision: new(models.Decision("")), DecidedBy: new(""), Resolution: new("")}
	if err := tx.MoveReview(ctx, reviews[i].ID, false, set); err != nil {
		return fmt.Errorf("open the case again: %w", err)
	}
	if order.State != models.OrderCancelled && order.State != models.OrderExpired {
		return nil
	}
	t := models.Transition{OrderID: order.ID, Cause: cause, Note: models.Remark("refund_came_to_nothing", "refund", string(r.State))}
	if err := tx.MoveOrder(ctx, order.ID, order.State, models.OrderReview, store.OrderChange{PaidAttemptID: new(r.AttemptID)}, t); err != nil {
		return fmt.Errorf("move order to review: %w", err)
	}
	return nil
}

// refundStep sends approved refunds and resolves those whose outcome is unknown.
func (rs *Refunds) refundStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, rs.store.ClaimRefunds, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim refunds: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, r models.Refund) {
		work, cancel := context.WithTimeout(ctx, 2*rs.timeout)
		defer cancel()
		var err error
		if r.State == models.RefundApproved {
			err = rs.sendRefund(work, r)
		} else {
			err = rs.resolveRefund(work, r)
		}
		if err != nil && !errors.Is(err, store.ErrConflict) {
			rs.log.ErrorContext(ctx, "refund not done yet", "refund", r.ID, "order", r.OrderID, "error", err)
		}
		jobs.LogLost(ctx, rs.log, rs.refundLater(ctx, r))
	}), nil
}

// refundLater schedules the next query about an open refund, unless it was scheduled or ended meanwhile.
func (rs *Refunds) refundLater(ctx context.Context, r models.Refund) error {
	return rs.store.Reschedule(ctx, store.QueueRefunds, r.ID, r.Lease, rs.clock().Add(pollDelay(r.Checks+1)))
}

// sendRefund sends a refund once, which the compare-and-set to submitting ensures: a worker that finds a refund in submitting resolves it
// and never sends it again (reliability.md R15).
func (rs *Refunds) sendRefund(ctx context.Context, r models.Refund) error {
	a, err := rs.store.Attempt(ctx, r.AttemptID)
	if err != nil {
		return fmt.Errorf("load attempt: %w", err)
	}
	now := rs.clock()
	if err := rs.moveRefund(ctx, &r, models.RefundSubmitting, store.RefundChange{SentAt: new(now), DueAt: new(now.Add(submittingGrace))}); err != nil {
		return err
	}
	r.State, r.SentAt = models.RefundSubmitting, now
	call, cancel := context.WithTimeout(ctx, rs.timeout)
	orderNum, callErr := rs.gateway.Refund(call, opay.RefundRequest{
		AppOrderID: r.AppOrderID, Payer: opayPayer(a.Payer), Amount: opay.Amount(r.Amount.String()), Coin: r.Coin, SceneType: a.SceneType,
		AssetType: assetNormal,
	})
	cancel()
	keep, cancel := rs.detached(ctx)
	defer cancel()
	return rs.storeRefundOutcome(keep, &r, orderNum, callErr)
}

// storeRefundOutcome stores the answer of the platform, or that there was none.
func (rs *Refunds) storeRefundOutcome(ctx context.Context, r *models.Refund, orderNum string, callErr error) error {
	code, refused := opay.CodeOf(callErr)
	to, set := models.RefundUnknown, store.RefundChange{DueAt: new(rs.clock().Add(unknownDelay))}
	switch {
	case callErr == nil:
		to, set = models.RefundAccepted, store.RefundChange{OrderNum: new(orderNum), DueAt: new(time.Time{})}
	case refused && !undecided(code):
		to, set = models.RefundFailed, store.RefundChange{ProblemCode: new(string(code)), DueAt: new(time.Time{})}
	case errors.Is(callErr, opay.ErrUnreachable), errors.Is(callErr, opay.ErrInvalidRequest):
		to, set = models.RefundFailed, store.RefundChange{ProblemCode: new(models.ProblemUnreachable), DueAt: new(time.Time{})}
	}
	if callErr != nil {
		rs.log.WarnContext(ctx, "refund not accepted", "refund", r.ID, "order", r.OrderID, "state", string(to), "error", callErr)
	}
	return rs.moveRefund(ctx, r, to, set)
}

// resolveRefund queries a refund by the shop's id. Its absence is proof only after refundProof times ProofAge. If the platform does not offer
// the call, the statement decides.
func (rs *Refunds) resolveRefund(ctx context.Context, r models.Refund) error {
	detail, err := rs.gateway.OrderByRef(ctx, r.AppOrderID)
	code, _ := opay.CodeOf(err)
	ctx, cancel := rs.detached(ctx)
	defer cancel()
	now := rs.clock()
	switch {
	case err == nil:
		return rs.moveRefund(ctx, &r, models.RefundAccepted, store.RefundChange{OrderNum: new(detail.OrderNum), DueAt: new(time.Time{})})
	case code == opay.CodeOrderNotFound && now.Sub(r.SentAt) >= refundProof*rs.proofAge:
		set := store.RefundChange{ProblemCode: new(models.ProblemNotAccepted), DueAt: new(time.Time{})}
		return rs.moveRefund(ctx, &r, models.RefundFailed, set)
	}
	if r.State == models.RefundSubmitting {
		return rs.moveRefund(ctx, &r, models.RefundUnknown, store.RefundChange{DueAt: new(now.Add(unknownDelay))})
	}
	if err := rs.store.SetRefund(ctx, r.ID, r.State, store.RefundChange{Checks: new(r.Checks + 1)}); err != nil {
		return fmt.Errorf("count the question: %w", err)
	}
	if code == opay.CodeOrderNotFound || errors.Is(err, opay.ErrNotOffered) {
		return nil
	}
	return fmt.Errorf("ask for the refund: %w", err)
}

// ConfirmRefund records that the statement shows a refund.
func (rs *Refunds) ConfirmRefund(ctx context.Context, appOrderID string, at time.Time) error {
	err := rs.store.Tx(ctx, func(tx *store.Store) error {
		r, err := tx.RefundByAppOrderID(ctx, appOrderID)
		if err != nil {
			return fmt.Errorf("load refund: %w", err)
		}
		if !r.State.CanMove(models.RefundConfirmed) {
			return nil
		}
		return rs.moveRefundIn(ctx, tx, &r, models.RefundConfirmed, store.RefundChange{ConfirmedAt: new(at), DueAt: new(time.Time{}), ProblemCode: new("")}, "statement")
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
