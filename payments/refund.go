package payments

import (
	"context"
	"errors"
	"fmt"
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
	// ErrNotRefundable means that the attempt did not pay, belongs to another order, or that its payer was erased.
	ErrNotRefundable = errors.New("nothing was paid that could be refunded")
	// ErrRefundAmount means that the amount is not positive, or has more fraction digits than the coin.
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

// RefundInput is a form that requests a refund.
type RefundInput struct {
	OrderID   string
	AttemptID string        // the paid attempt to refund
	Amount    models.Amount // of the attempt's coin
	Reason    string
	FormToken string // one-time token: the same form gives the same refund
}

// RequestRefund stores a refund with its final id at the platform before anything is sent (reliability.md R15). Up to Config.FourEyesLimit
// the refund is approved at once and the worker sends it; above, a second person must approve it.
//
// Errors: store.ErrNotFound, ErrNotRefundable, ErrRefundAmount, models.ErrNoteText, *store.RefundTooMuchError.
func (rs *Refunds) RequestRefund(ctx context.Context, in RefundInput, by models.Actor) (models.Refund, error) {
	if known, err := rs.store.RefundByFormToken(ctx, in.FormToken); err == nil {
		return known, nil
	}
	reason, err := models.CleanNote(in.Reason)
	if err != nil {
		return models.Refund{}, err
	}
	order, err := rs.store.Order(ctx, in.OrderID)
	if err != nil {
		return models.Refund{}, fmt.Errorf("load order: %w", err)
	}
	a := paidAttempt(&order, in.AttemptID)
	if a == nil {
		return models.Refund{}, ErrNotRefundable
	}
	if err := rs.checkRefundAmount(ctx, a, in.Amount); err != nil {
		return models.Refund{}, err
	}
	refund := rs.newRefund(in, a, reason, by)
	err = rs.insertRefund(ctx, &refund, a, by)
	if errors.Is(err, store.ErrDuplicate) {
		return rs.store.RefundByFormToken(ctx, in.FormToken)
	}
	rs.wake.Ring()
	return refund, err
}

// paidAttempt returns the paid attempt of an order with an id, or nil.
func paidAttempt(order *models.Order, id string) *models.Attempt {
	for i := range order.Attempts {
		if a := &order.Attempts[i]; a.ID == id && a.State == models.AttemptPaid {
			return a
		}
	}
	return nil
}

// checkRefundAmount refuses an amount that the coin cannot have. The store checks the cap.
func (rs *Refunds) checkRefundAmount(ctx context.Context, a *models.Attempt, amount models.Amount) error {
	if !amount.IsPositive() {
		return ErrRefundAmount
	}
	coins, err := rs.store.Coins(ctx)
	if err != nil {
		return fmt.Errorf("load coins: %w", err)
	}
	if coin, ok := coinOf(coins, a.Coin); ok && amount.Digits() > max(coin.Precision, a.Amount.Digits()) {
		return ErrRefundAmount
	}
	return nil
}

func (rs *Refunds) newRefund(in RefundInput, a *models.Attempt, reason string, by models.Actor) models.Refund {
	now := rs.clock()
	refund := models.Refund{
		ID: models.NewID(), OrderID: in.OrderID, AttemptID: a.ID, AppOrderID: models.NewRef(), State: models.RefundRequested,
		Amount: in.Amount, Coin: a.Coin, Reason: reason, FormToken: in.FormToken, RequestedBy: by.StaffID, CreatedAt: now, UpdatedAt: now,
	}
	worth := in.Amount.Mul(a.Rate)
	if !rs.fourEyes.IsPositive() || worth.Cmp(rs.fourEyes) <= 0 {
		refund.State, refund.ApprovedBy, refund.DueAt = models.RefundApproved, by.StaffID, now
	}
	return refund
}

func (rs *Refunds) insertRefund(ctx context.Context, refund *models.Refund, a *models.Attempt, by models.Actor) error {
	return rs.store.Tx(ctx, func(tx *store.Store) error {
		order, err := tx.LockOrder(ctx, refund.OrderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		if order.Email == "" {
			return ErrNotRefundable
		}
		if err := tx.InsertRefund(ctx, refund, a.Amount); err != nil {
			return fmt.Errorf("insert refund: %w", err)
		}
		if err := rs.orderRefunding(ctx, tx, &order, refund); err != nil {
			return err
		}
		return tx.Record(ctx, by, "refund.request", "refund:"+refund.ID, nil, models.Facts{
			"order": refund.OrderID, "amount": refund.Amount.String(), "coin": refund.Coin, "state": string(refund.State), "reason": refund.Reason,
		})
	})
}

// orderRefunding marks the order as being refunded. The refund of a second payment does not change the order, which the first one paid.
func (rs *Refunds) orderRefunding(ctx context.Context, tx *store.Store, order *models.Order, refund *models.Refund) error {
	if order.PaidAttemptID != refund.AttemptID || order.State == models.OrderRefunding {
		return nil
	}
	t := models.Transition{OrderID: order.ID, Cause: "refund", Note: refund.Amount.String() + " " + refund.Coin}
	if err := tx.MoveOrder(ctx, order.ID, order.State, models.OrderRefunding, store.OrderChange{}, t); err != nil {
		return fmt.Errorf("mark order refunding: %w", err)
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
	reason, err := models.CleanNote(reason)
	if err != nil {
		return err
	}
	return rs.decideRefund(ctx, id, models.RefundDeclined, reason, by, func(r *models.Refund) (store.RefundChange, error) {
		if !r.State.CanMove(models.RefundDeclined) {
			return store.RefundChange{}, ErrRefundOver
		}
		return store.RefundChange{DueAt: new(time.Time{})}, nil
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
	return rs.store.Tx(ctx, func(tx *store.Store) error { return rs.moveRefundIn(ctx, tx, r, to, set, "refund") })
}

// moveRefundIn changes a refund's state in a transaction, and the order's state if no other refund is pending.
func (rs *Refunds) moveRefundIn(ctx context.Context, tx *store.Store, r *models.Refund, to models.RefundState, set store.RefundChange, cause string) error {
	t := models.Transition{OrderID: r.OrderID, AttemptID: r.AttemptID, Cause: cause}
	if err := tx.MoveRefund(ctx, r.ID, r.State, to, set, t); err != nil {
		return fmt.Errorf("move refund to %s: %w", to, err)
	}
	if to == models.RefundAccepted || to == models.RefundConfirmed {
		if err := rs.outbox.QueueRefunded(ctx, tx, r.OrderID, r.ID); err != nil {
			return err
		}
	}
	return rs.orderAfterRefunds(ctx, tx, r.OrderID, cause)
}

// orderAfterRefunds moves an order back to its earlier state, or to refunded, when no refund is pending any more.
func (rs *Refunds) orderAfterRefunds(ctx context.Context, tx *store.Store, orderID, cause string) error {
	order, err := tx.LockOrder(ctx, orderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderRefunding {
		return nil
	}
	refunds, err := tx.RefundsOf(ctx, orderID)
	if err != nil {
		return fmt.Errorf("load refunds: %w", err)
	}
	var back models.Amount
	for _, r := range refunds {
		if r.AttemptID != order.PaidAttemptID {
			continue
		}
		if r.State == models.RefundConfirmed {
			back = back.Add(r.Amount)
		} else if r.State.Counts() {
			return nil // one is still pending
		}
	}
	to := models.OrderPaid
	switch {
	case back.Cmp(order.Current().Amount) >= 0:
		to = models.OrderRefunded
	case !order.FulfilledAt.IsZero():
		to = models.OrderFulfilled
	case order.PaidAt.IsZero():
		to = models.OrderReview // it was late money, and a part of it is still here
	}
	t := models.Transition{OrderID: order.ID, Cause: cause, Note: models.Remark("refunded", "amount", back.String(), "coin", order.Current().Coin)}
	if err := tx.MoveOrder(ctx, order.ID, models.OrderRefunding, to, store.OrderChange{}, t); err != nil {
		return fmt.Errorf("move order to %s: %w", to, err)
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
