package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// Inquiry asks the platform how attempts stand and settles the answers. Its worker asks about every attempt that is due (reliability.md R10).
type Inquiry struct {
	core

	gateway    Calls
	settlement *settlement
	sender     *sender
	proofAge   time.Duration
}

// causePoll is the cause of what the worker finds out.
const causePoll = "poll"

// Refresh returns the order as we know it, after at most one question to the platform: for the return page and for the order
// page that waits (reliability.md R13). The question is left out if the attempt is not live or was asked about less than two
// seconds ago, by any replica; it takes two seconds at most, and its failure is not the shopper's: our state is the answer.
// Errors are the store's, such as store.ErrNotFound.
func (q *Inquiry) Refresh(ctx context.Context, ref string) (models.Order, error) {
	order, err := q.store.OrderByRef(ctx, ref)
	if err != nil {
		return order, fmt.Errorf("load order: %w", err)
	}
	a := order.Current()
	if a == nil || !q.askable(a) {
		return order, nil
	}
	now := q.clock()
	err = q.store.MarkChecked(ctx, a.ID, a.CheckedAt, now)
	if errors.Is(err, store.ErrConflict) {
		return order, nil // somebody asks at this moment
	}
	if err != nil {
		return order, fmt.Errorf("mark attempt checked: %w", err)
	}
	question, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	if err := q.Ask(question, *a, "return"); err != nil {
		q.log.InfoContext(ctx, "refresh got no answer", "order", order.ID, "error", err)
	}
	return q.store.OrderByRef(ctx, ref)
}

// askable reports that a question about the attempt could tell something new, and is allowed now.
func (q *Inquiry) askable(a *models.Attempt) bool {
	if !a.State.Live() || a.State == models.AttemptCreated {
		return false
	}
	if a.State == models.AttemptSubmitting && q.clock().Sub(a.SentAt) < submittingGrace {
		return false // createThirdOrder is under way
	}
	return q.clock().Sub(a.CheckedAt) >= refreshInterval
}

// Ask finds out how an attempt stands and settles it. Where the platform holds an order that nobody wants any more (there is an
// intent, or the attempt was given up), it is closed. The error says that nothing is known; the attempt stays as it is.
func (q *Inquiry) Ask(ctx context.Context, a models.Attempt, cause string) error {
	if a.State == models.AttemptCreated {
		return q.abandonUnsent(ctx, &a)
	}
	return q.askPlatform(ctx, a, cause)
}

func (q *Inquiry) askPlatform(ctx context.Context, a models.Attempt, cause string) error {
	if a.State == models.AttemptPaid {
		return q.store.EndQuestions(ctx, a.ID) // nothing better can be learned
	}
	d, source, err := q.detail(ctx, &a)
	switch code, _ := opay.CodeOf(err); {
	case err == nil:
	case a.OrderNum == "" && source == models.SourceReference && code == opay.CodeOrderNotFound:
		return q.notAtPlatform(ctx, a, true)
	case a.OrderNum == "" && source == models.SourceReference && errors.Is(err, opay.ErrNotOffered):
		return q.notAtPlatform(ctx, a, false)
	default:
		return err
	}
	after, err := q.settleDetached(ctx, a.ID, d, source, cause)
	if err != nil || !unwanted(&after, d) {
		return err
	}
	return q.closeAtPlatform(ctx, after)
}

// unwanted reports that the platform holds an order of ours, ready to be paid, that is to be closed. It is asked of the attempt as
// it was settled, so that a paid one is never closed.
func unwanted(a *models.Attempt, d opay.OrderDetail) bool {
	if d.Status != opay.StatusPending || d.AppOrderID != a.AppOrderID || d.OrderNum != a.OrderNum {
		return false
	}
	switch a.State {
	case models.AttemptFailed, models.AttemptClosed:
		return true
	case models.AttemptOpen:
		return a.Intent != models.IntentNone
	case models.AttemptCreated, models.AttemptSubmitting, models.AttemptUnknown, models.AttemptPaid:
	}
	return false
}

// settleDetached settles with time of its own: an answer of the platform must be stored even if the caller's time is over.
func (q *Inquiry) settleDetached(
	ctx context.Context, attemptID string, d opay.OrderDetail, source models.EvidenceSource, cause string,
) (models.Attempt, error) {
	ctx, cancel := q.detached(ctx)
	defer cancel()
	return q.settlement.settle(ctx, attemptID, d, source, cause)
}

// detail asks for an attempt's order: by its number, or by our own id where the number is not known (reliability.md R2). A refusal
// that would be the same for ever is not the end of the questions: our own id is the other way to ask.
func (q *Inquiry) detail(ctx context.Context, a *models.Attempt) (opay.OrderDetail, models.EvidenceSource, error) {
	if a.OrderNum == "" {
		return q.detailByRef(ctx, a, "")
	}
	d, err := q.detailByNumber(ctx, a, a.OrderNum)
	if code, refused := opay.CodeOf(err); refused && !code.Retryable() {
		if other, source, err := q.detailByRef(ctx, a, a.OrderNum); err == nil {
			return other, source, nil
		}
	}
	return d, models.SourceQuery, err
}

// detailByRef asks by our own id. Some platforms answer with the number alone: then the order is asked for by it, unless that was
// refused already.
func (q *Inquiry) detailByRef(ctx context.Context, a *models.Attempt, refused string) (opay.OrderDetail, models.EvidenceSource, error) {
	d, err := q.gateway.OrderByRef(ctx, a.AppOrderID)
	switch {
	case err != nil:
		return d, models.SourceReference, fmt.Errorf("ask by our id: %w", err)
	case d.Complete():
		return d, models.SourceReference, nil
	case d.OrderNum == refused:
		return d, models.SourceReference, errNumberOnly
	}
	d, err = q.detailByNumber(ctx, a, d.OrderNum)
	return d, models.SourceQuery, err
}

// errNumberOnly says that the platform told no more than an order number which it does not answer for.
var errNumberOnly = errors.New("the platform tells the order's number only")

// detailByNumber asks with the payer's token while the platform takes it, and without it from then on: a sign-in lapses, and the
// token is optional (platform/api.md §3.4). What was refused is kept as evidence.
func (q *Inquiry) detailByNumber(ctx context.Context, a *models.Attempt, orderNum string) (opay.OrderDetail, error) {
	d, err := q.gateway.Order(ctx, orderNum, a.Payer.Token.Reveal())
	code, refused := opay.CodeOf(err)
	if !refused || code.Retryable() {
		return d, asking(err)
	}
	if err := q.keepRefusal(ctx, a, orderNum, code); err != nil {
		return d, err
	}
	if a.Payer.Token == "" || !tokenRefused(code) {
		return d, asking(err)
	}
	a.Payer.Token = ""
	d, err = q.gateway.Order(ctx, orderNum, "")
	return d, asking(err)
}

func asking(err error) error {
	if err != nil {
		return fmt.Errorf("ask for the order: %w", err)
	}
	return nil
}

// keepRefusal keeps that the platform refused to tell of an order: a row of the order's history, once per code. A token that it
// does not take any more is forgotten.
func (q *Inquiry) keepRefusal(ctx context.Context, a *models.Attempt, orderNum string, code opay.Code) error {
	ctx, cancel := q.detached(ctx)
	defer cancel()
	return q.store.Tx(ctx, func(tx *store.Store) error {
		err := tx.AddRefusal(ctx, &models.Evidence{
			AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceQuery, AppOrderID: a.AppOrderID, OrderNum: orderNum, Code: string(code),
			CreatedAt: q.clock(),
		})
		if err != nil {
			return fmt.Errorf("add evidence: %w", err)
		}
		if a.Payer.Token == "" || !tokenRefused(code) {
			return nil
		}
		fresh, err := tx.LockAttempt(ctx, a.ID) // the payer may have been erased meanwhile
		if err != nil {
			return fmt.Errorf("load attempt: %w", err)
		}
		if fresh.Payer.Token != a.Payer.Token {
			return nil
		}
		fresh.Payer.Token = ""
		if err := tx.SetAttempt(ctx, a.ID, fresh.State, store.AttemptChange{Payer: new(fresh.Payer)}); err != nil {
			return fmt.Errorf("forget the token: %w", err)
		}
		return nil
	})
}

// closeAtPlatform cancels the platform's order and lets orderDetail decide: a payment that was faster wins
// (reliability.md R12).
func (q *Inquiry) closeAtPlatform(ctx context.Context, a models.Attempt) error {
	cancelErr := q.gateway.Cancel(ctx, a.OrderNum)
	if cancelErr != nil {
		q.log.InfoContext(ctx, "cancelOrder did not succeed", "order", a.OrderID, "attempt", a.ID, "error", cancelErr)
	}
	code, _ := opay.CodeOf(cancelErr)
	err := q.recordCancel(ctx, &a, cancelErr == nil, string(code))
	if err != nil {
		return err
	}
	d, err := q.detailByNumber(ctx, &a, a.OrderNum)
	if err != nil {
		return err
	}
	_, err = q.settleDetached(ctx, a.ID, d, models.SourceQuery, "cancel")
	return err
}

func (q *Inquiry) recordCancel(ctx context.Context, a *models.Attempt, ok bool, code string) error {
	if !ok && code == "" {
		return nil // nothing was claimed
	}
	ctx, cancel := q.detached(ctx)
	defer cancel()
	err := q.store.AddEvidence(ctx, &models.Evidence{
		AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceCancel, AppOrderID: a.AppOrderID, OrderNum: a.OrderNum, Code: code,
		CreatedAt: q.clock(),
	})
	if err != nil {
		return fmt.Errorf("add evidence: %w", err)
	}
	return nil
}

// notAtPlatform handles an attempt that the platform does not know, or cannot look up (proved is false). While the shopper
// still wants it, the order is sent again under the same appOrderId, which can never make a second one. When it is no longer
// wanted, its absence is proof only after ProofAge: until then the first request may still be on its way.
func (q *Inquiry) notAtPlatform(ctx context.Context, a models.Attempt, proved bool) error {
	if !a.State.Live() {
		return nil // as it was said to be when it was given up
	}
	ctx, cancel := q.detached(ctx)
	defer cancel()
	order, err := q.store.Order(ctx, a.OrderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	now := q.clock()
	wanted := order.State == models.OrderAwaiting && a.Intent == models.IntentNone && a.ProblemCode == "" && now.Before(order.ExpiresAt)
	if wanted {
		return q.resend(ctx, &order, a, now)
	}
	if !proved || now.Sub(a.SentAt) < q.proofAge {
		return nil
	}
	problem := a.ProblemCode
	if problem == "" {
		problem = models.ProblemNotAccepted
	}
	return q.sender.storeFailed(ctx, &a, problem, true)
}

func (q *Inquiry) resend(ctx context.Context, order *models.Order, a models.Attempt, now time.Time) error {
	if a.State == models.AttemptSubmitting {
		if err := q.sender.storeUnknown(ctx, order, &a); err != nil {
			return err
		}
		a.State = models.AttemptUnknown
	}
	err := q.store.SetAttempt(ctx, a.ID, models.AttemptUnknown, store.AttemptChange{SentAt: new(now)})
	if errors.Is(err, store.ErrConflict) {
		return nil // it is known by now
	}
	if err != nil {
		return fmt.Errorf("store the time of sending: %w", err)
	}
	return q.sender.send(ctx, order, &a)
}

// abandonUnsent ends an attempt whose process died before it asked the platform. The compare-and-set makes sure that nobody
// sends it now.
func (q *Inquiry) abandonUnsent(ctx context.Context, a *models.Attempt) error {
	return q.store.Tx(ctx, func(tx *store.Store) error {
		order, err := tx.Order(ctx, a.OrderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		err = q.settlement.closeAttempt(ctx, tx, &order, a, ending{to: models.AttemptFailed, problem: models.ProblemNotSent, cause: causePoll})
		if errors.Is(err, store.ErrConflict) {
			return nil
		}
		return err
	})
}

// askNow asks about an attempt as it is in the store at this moment.
func (q *Inquiry) askNow(ctx context.Context, attemptID, cause string) error {
	a, err := q.store.Attempt(ctx, attemptID)
	if err != nil {
		return fmt.Errorf("load attempt: %w", err)
	}
	if a.State == models.AttemptCreated || !a.State.Live() {
		return nil // about to be sent by somebody, or over
	}
	if a.State == models.AttemptSubmitting && q.clock().Sub(a.SentAt) < submittingGrace {
		return nil
	}
	return q.Ask(ctx, a, cause)
}

func (q *Inquiry) attemptStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, q.store.ClaimAttempts, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim attempts: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, a models.Attempt) {
		question, cancel := context.WithTimeout(ctx, 2*q.timeout)
		defer cancel()
		if err := q.Ask(question, a, causePoll); err != nil {
			q.log.InfoContext(ctx, "poll got no answer", "order", a.OrderID, "attempt", a.ID, "checks", a.Checks, "error", err)
		}
		jobs.LogLost(ctx, q.log, q.pollLater(ctx, a.ID, a.Lease))
	}), nil
}

// pollLater plans the next question about an attempt, or ends the questions (reliability.md R10). An attempt that settle has
// planned or ended has lost the lease and is left alone.
func (q *Inquiry) pollLater(ctx context.Context, id, lease string) error {
	return q.store.Tx(ctx, func(tx *store.Store) error {
		a, err := tx.Attempt(ctx, id)
		if err != nil {
			return fmt.Errorf("load attempt: %w", err)
		}
		if a.Lease != lease || a.DueAt.IsZero() {
			return nil
		}
		order, err := tx.Order(ctx, a.OrderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		now, end, live := q.clock(), order.ExpiresAt.Add(pollAfterExpiry), a.State.Live()
		timeIsOver := !now.Before(end)
		if timeIsOver && live {
			if err := q.settlement.openReview(ctx, tx, models.ReviewUnresolved, &a, models.Remark("never_ended")); err != nil {
				return err
			}
		}
		if timeIsOver || !live && !mayBeHeld(&a) {
			return tx.Reschedule(ctx, store.QueueAttempts, id, lease, time.Time{})
		}
		if err := tx.SetAttempt(ctx, id, a.State, store.AttemptChange{Checks: new(a.Checks + 1)}); err != nil {
			return fmt.Errorf("count the question: %w", err)
		}
		next := now.Add(pollDelay(a.Checks + 1))
		if !live {
			next = now.Add(closedDelay(a.Checks + 1))
		}
		return tx.Reschedule(ctx, store.QueueAttempts, id, lease, earlier(next, end)) // the last question is at the end
	})
}

// mayBeHeld reports that the platform held an order for an attempt that was given up, or may have: money for it can still arrive.
func mayBeHeld(a *models.Attempt) bool {
	return a.OrderNum != "" || a.ProblemCode == models.ProblemNotAccepted
}
