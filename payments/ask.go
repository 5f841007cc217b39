package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// Inquiry asks the platform about attempts and settles the answers. Its worker asks about every attempt that is due (reliability.md R10).
type Inquiry struct {
	core

	gateway    Calls
	settlement *settlement
	sender     *sender
	proofAge   time.Duration
}

// causePoll is the cause of changes that the worker makes.
const causePoll = "poll"

// Refresh returns an order after at most one query to the platform, for the return page and for an order page that waits (reliability.md
// R13). It makes no query if the attempt is not live or if any replica queried it less than two seconds ago. The query takes at most two
// seconds; if it fails, Refresh returns the stored state. Errors are the store's, such as store.ErrNotFound.
func (q *Inquiry) Refresh(ctx context.Context, ref string) (models.Order, error) {
	order, _, err := q.RefreshPending(ctx, ref)
	return order, err
}

// RefreshPending is Refresh that also says what the platform answered: pending reports whether it has just said that the order's payment is
// open and not paid. Without a query or an answer pending is false.
func (q *Inquiry) RefreshPending(ctx context.Context, ref string) (order models.Order, pending bool, err error) {
	order, err = q.store.OrderByRef(ctx, ref)
	if err != nil {
		return order, false, fmt.Errorf("load order: %w", err)
	}
	return q.refresh(ctx, order)
}

// RefreshReturned is RefreshPending for an order by the reference that the platform has (models.Order.ReturnRef).
func (q *Inquiry) RefreshReturned(ctx context.Context, returnRef string) (order models.Order, pending bool, err error) {
	order, err = q.store.OrderByReturnRef(ctx, returnRef)
	if err != nil {
		return order, false, fmt.Errorf("load order: %w", err)
	}
	return q.refresh(ctx, order)
}

func (q *Inquiry) refresh(ctx context.Context, order models.Order) (_ models.Order, pending bool, err error) {
	a := order.Current()
	if a == nil || !q.askable(a) {
		return order, false, nil
	}
	now := q.clock()
	err = q.store.MarkChecked(ctx, a.ID, a.CheckedAt, now)
	if errors.Is(err, store.ErrConflict) {
		return order, false, nil // somebody asks at this moment
	}
	if err != nil {
		return order, false, fmt.Errorf("mark attempt checked: %w", err)
	}
	question, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	asked := q.Ask(question, *a, "return")
	if asked != nil {
		q.log.InfoContext(ctx, "refresh got no answer", "order", order.ID, "error", asked)
	}
	order, err = q.store.Order(ctx, order.ID)
	if a := order.Current(); asked == nil && err == nil && a != nil {
		pending = order.State == models.OrderAwaiting && a.State == models.AttemptOpen && a.Intent == models.IntentNone
	}
	return order, pending, err
}

// askable reports whether a query about the attempt could tell something new, and is allowed now.
func (q *Inquiry) askable(a *models.Attempt) bool {
	if !a.State.Live() || a.State == models.AttemptCreated {
		return false
	}
	if a.State == models.AttemptSubmitting && q.clock().Sub(a.SentAt) < submittingGrace {
		return false // createThirdOrder is under way
	}
	return q.clock().Sub(a.CheckedAt) >= refreshInterval
}

// Ask queries the platform about an attempt and settles the answer. It closes the platform's order if nobody wants it any more: there is
// an intent, or the attempt was given up. An error means that nothing is known; the attempt is unchanged.
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

// askAgain is Ask for a person who wants to know about an attempt, whatever its state: a paid one too.
func (q *Inquiry) askAgain(ctx context.Context, a models.Attempt) error {
	if a.State != models.AttemptPaid {
		return q.Ask(ctx, a, "admin")
	}
	d, source, err := q.detail(ctx, &a)
	if err != nil {
		return err
	}
	_, err = q.settleDetached(ctx, a.ID, d, source, "admin")
	return err
}

// unwanted reports whether the platform holds a pending order of the shop that is to be closed. a is the attempt after settling, so that
// a paid one is never closed.
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

// settleDetached settles with a timeout of its own, because an answer of the platform must be stored even after the caller's deadline.
func (q *Inquiry) settleDetached(
	ctx context.Context, attemptID string, d opay.OrderDetail, source models.EvidenceSource, cause string,
) (models.Attempt, error) {
	ctx, cancel := q.detached(ctx)
	defer cancel()
	return q.settlement.settle(ctx, attemptID, d, source, cause)
}

// detail queries the order of an attempt by the platform's number, or by the shop's id if the number is not known (reliability.md R2). If
// the platform would refuse the query by number for ever, it queries by the shop's id.
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

// detailByRef queries by the shop's id. Some platforms answer with the order number alone; then it queries by that number, unless it is
// refused, the number whose query was refused already.
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

// errNumberOnly means that the platform answered with no more than an order number whose query it refuses.
var errNumberOnly = errors.New("the platform tells the order's number only")

// detailByNumber queries with the payer's token, and without it once the platform refuses the token: a sign-in expires, and the token is
// optional (platform/api.md §3.4). It stores refusals as evidence.
func (q *Inquiry) detailByNumber(ctx context.Context, a *models.Attempt, orderNum string) (opay.OrderDetail, error) {
	d, err := q.gateway.Order(ctx, orderNum, a.Payer.Token.Reveal())
	code, refused := opay.CodeOf(err)
	if !refused || code.Retryable() {
		return d, askError(err)
	}
	if err := q.keepRefusal(ctx, a, orderNum, code); err != nil {
		return d, err
	}
	if a.Payer.Token == "" || !tokenRefused(code) {
		return d, askError(err)
	}
	a.Payer.Token = ""
	d, err = q.gateway.Order(ctx, orderNum, "")
	return d, askError(err)
}

// askError adds to an error of the gateway what was being done.
func askError(err error) error {
	if err != nil {
		return fmt.Errorf("ask for the order: %w", err)
	}
	return nil
}

// keepRefusal stores that the platform refused a query: one row of the order's history for each code. It removes a token that the
// platform no longer accepts.
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

// closeAtPlatform cancels the platform's order and lets orderDetail decide: a payment that was faster wins (reliability.md R12).
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

// recordCancel stores the answer to cancelOrder as evidence. Without an answer it stores nothing.
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

// notAtPlatform handles an attempt that the platform does not know, or cannot look up (proved is false). While the shopper still wants it,
// it sends the order again with the same appOrderId, which cannot create a second one. Otherwise the absence is proof only after ProofAge,
// because the first request may still be on its way.
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

// abandonUnsent ends an attempt whose process died before it called the platform. The compare-and-set ensures that nobody sends it
// afterwards.
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

// askNow loads an attempt and asks about it, unless it is over or about to be sent.
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

// pollLater schedules the next query about an attempt, or ends the queries (reliability.md R10). It skips an attempt that settle has
// scheduled or ended, because its lease is gone.
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
			if err := q.neverEnded(ctx, tx, &order, &a); err != nil {
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

// neverEnded opens a review of an attempt whose outcome is still unknown at the end of the schedule, unless a decision about the order, which
// ends the attempt too, is awaited.
func (q *Inquiry) neverEnded(ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt) error {
	reviews, err := tx.ReviewsOf(ctx, order.ID)
	if err != nil {
		return err
	}
	awaited := func(r models.Review) bool { return r.Open && r.Kind == models.ReviewMismatch && r.AttemptID == a.ID }
	if order.State == models.OrderReview && slices.ContainsFunc(reviews, awaited) {
		return nil
	}
	return q.settlement.openReview(ctx, tx, models.ReviewUnresolved, a, models.Remark("never_ended"))
}

// mayBeHeld reports whether the platform held an order for an attempt that was given up, or may have. Money for it can still arrive.
func mayBeHeld(a *models.Attempt) bool {
	return a.OrderNum != "" || a.ProblemCode == models.ProblemNotAccepted
}
