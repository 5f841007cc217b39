package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// settleTries is the maximum number of tries if other writers are faster.
const settleTries = 5

// settlement changes attempts, their orders and their stock to what the platform answered, and ends orders that are given up. It makes no
// calls.
type settlement struct {
	core

	outbox *mail.Outbox
}

// settle changes an attempt, its order and the stock to what the platform answered; nothing else does (reliability.md R5). detail is a
// verified answer to a query about this attempt; cause is the reason of the query. The same answer again changes nothing. settle returns the
// attempt after the change.
func (s *settlement) settle(
	ctx context.Context, attemptID string, detail opay.OrderDetail, source models.EvidenceSource, cause string,
) (models.Attempt, error) {
	for range settleTries {
		var after models.Attempt
		err := s.store.Tx(ctx, func(tx *store.Store) error {
			err := s.settleIn(ctx, tx, attemptID, detail, source, cause)
			if err != nil {
				return err
			}
			after, err = tx.Attempt(ctx, attemptID)
			return err
		})
		switch {
		case errors.Is(err, store.ErrConflict):
			continue
		case err != nil:
			return after, fmt.Errorf("settle attempt: %w", err)
		}
		s.outbox.Wake()
		return after, nil
	}
	return models.Attempt{}, fmt.Errorf("settle attempt: %w %d times", store.ErrConflict, settleTries)
}

// settleIn makes one try of settle in a transaction. store.ErrConflict means that another writer was faster.
func (s *settlement) settleIn(ctx context.Context, tx *store.Store, attemptID string, d opay.OrderDetail, source models.EvidenceSource, cause string) error {
	a, err := tx.LockAttempt(ctx, attemptID)
	if err != nil {
		return fmt.Errorf("load attempt: %w", err)
	}
	order, err := tx.Order(ctx, a.OrderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	news := a.State != stateOf(d.Status)
	mismatch := mismatchOf(&a, d)
	if news || mismatch != "" {
		if err := tx.AddEvidence(ctx, evidenceOf(&a, d, source, s.clock())); err != nil {
			return fmt.Errorf("add evidence: %w", err)
		}
	}
	if mismatch != "" {
		return s.mismatch(ctx, tx, &order, &a, d, mismatch, source, cause)
	}
	switch d.Status {
	case opay.StatusPaid:
		return s.credit(ctx, tx, &order, &a, d, cause)
	case opay.StatusPending:
		return s.pending(ctx, tx, &order, &a, d, cause)
	case opay.StatusFailed:
		return s.closeAttempt(ctx, tx, &order, &a, ending{to: models.AttemptFailed, problem: models.ProblemPayFailed, orderNum: d.OrderNum, held: true, cause: cause})
	case opay.StatusClosed:
		return s.closeAttempt(ctx, tx, &order, &a, ending{to: models.AttemptClosed, problem: models.ProblemClosed, orderNum: d.OrderNum, held: true, cause: cause})
	}
	return fmt.Errorf("settle attempt: undocumented status %q", string(d.Status))
}

// evidenceOf returns an answer of the platform as evidence.
func evidenceOf(a *models.Attempt, d opay.OrderDetail, source models.EvidenceSource, now time.Time) *models.Evidence {
	return &models.Evidence{
		AttemptID: a.ID, OrderID: a.OrderID, Source: source, Verified: true,
		AppOrderID: d.AppOrderID, OrderNum: d.OrderNum, Status: string(d.Status), Coin: d.Coin, Amount: models.CanonicalAmount(string(d.Amount)),
		CreatedAt: now,
	}
}

// mismatchOf returns the field in which the platform's order differs from the attempt, or "" (reliability.md R3).
func mismatchOf(a *models.Attempt, d opay.OrderDetail) string {
	amount, err := models.ParseAmount(string(d.Amount))
	asked := a.Amount
	if a.State == models.AttemptPaid {
		asked = a.Received // a person may have accepted another amount
	}
	switch {
	case d.AppOrderID != a.AppOrderID:
		return models.MismatchOrder
	case a.OrderNum != "" && d.OrderNum != a.OrderNum:
		return "orderNum"
	case d.Coin != a.Coin:
		return "payCoinSymbol"
	case err != nil || !amount.Equal(asked):
		return "orderAmount"
	}
	return ""
}

// mismatch opens a review because the platform's order differs from the attempt. Nothing is credited. If the platform calls its order paid,
// the order goes to review, also one that was given up, and keeps the stock that it still has, because the money is in the wrong place. What
// people have decided about stands until the platform claims something else.
func (s *settlement) mismatch(
	ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, d opay.OrderDetail, field string, source models.EvidenceSource, cause string,
) error {
	paid := d.Status == opay.StatusPaid
	note := models.Remark("mismatch", "field", field, "status", string(d.Status), "amount", models.CanonicalAmount(string(d.Amount)), "coin", d.Coin)
	open, err := s.openMismatch(ctx, tx, a, note, paid)
	if err != nil {
		return err
	}
	if d.AppOrderID != a.AppOrderID || (field == "orderNum" && source == models.SourceReference) {
		// The number is another order's, or the platform refuses it and tells another one when it is asked by the shop's own id.
		return s.dropNumber(ctx, tx, a, cause)
	}
	if !paid || !open || a.State == models.AttemptPaid || !order.State.CanMove(models.OrderReview) {
		return nil
	}
	t := models.Transition{OrderID: order.ID, Cause: cause, Note: note}
	if err := tx.MoveOrder(ctx, order.ID, order.State, models.OrderReview, store.OrderChange{}, t); err != nil {
		return fmt.Errorf("move order to review: %w", err)
	}
	return s.outbox.Queue(ctx, tx, models.MailLatePayment, order.ID)
}

// openMismatch opens the case of an attempt that differs at the platform. There is one for each attempt: a new claim that it is paid is noted
// with it and opens it again. open reports whether it is open now.
func (s *settlement) openMismatch(ctx context.Context, tx *store.Store, a *models.Attempt, note string, paid bool) (open bool, err error) {
	reviews, err := tx.ReviewsOf(ctx, a.OrderID)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(reviews, func(r models.Review) bool { return r.Kind == models.ReviewMismatch && r.AttemptID == a.ID })
	if i < 0 {
		return true, s.openReview(ctx, tx, models.ReviewMismatch, a, note)
	}
	r := reviews[i]
	if !paid || r.Note == note {
		return r.Open, nil
	}
	set := store.ReviewChange{
		Open: new(true), Note: &note, WaitUntil: new(time.Time{}), Decision: new(models.Decision("")), DecidedBy: new(""), Resolution: new(""),
	}
	if err := tx.MoveReview(ctx, r.ID, r.Open, set); err != nil {
		return false, fmt.Errorf("open the case again: %w", err)
	}
	return true, nil
}

// dropNumber removes an order number that belongs to another order. The attempt is unknown again, and queried by the shop's id.
func (s *settlement) dropNumber(ctx context.Context, tx *store.Store, a *models.Attempt, cause string) error {
	set := store.AttemptChange{OrderNum: new(""), DueAt: new(s.clock().Add(unknownDelay))}
	if a.State != models.AttemptOpen {
		if !a.State.Live() {
			return nil
		}
		return tx.SetAttempt(ctx, a.ID, a.State, set)
	}
	t := models.Transition{OrderID: a.OrderID, AttemptID: a.ID, Cause: cause, Note: models.Remark("foreign_number")}
	if err := tx.MoveAttempt(ctx, a.ID, models.AttemptOpen, models.AttemptUnknown, set, t); err != nil {
		return fmt.Errorf("forget the order number: %w", err)
	}
	return nil
}

// credit records a payment that orderDetail confirms in every field.
func (s *settlement) credit(ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, d opay.OrderDetail, cause string) error {
	if a.State == models.AttemptPaid {
		return tx.EndQuestions(ctx, a.ID)
	}
	if err := s.payAttempt(ctx, tx, order, a, d.OrderNum, a.Amount, cause); err != nil {
		return err
	}
	if order.State != models.OrderAwaiting { // the case that opens now takes the place of one about another amount
		if err := supersede(ctx, tx, order.ID, a.ID, ""); err != nil {
			return err
		}
	}
	switch order.State {
	case models.OrderAwaiting:
		return s.creditOrder(ctx, tx, order, a, cause)
	case models.OrderExpired, models.OrderCancelled:
		return s.lateMoney(ctx, tx, order, a, models.ReviewLatePayment, models.Remark("paid_late", "order", string(order.State)), cause)
	case models.OrderReview:
		return s.openReview(ctx, tx, models.ReviewLatePayment, a, models.Remark("paid_in_review"))
	case models.OrderPaid:
		// R8: the first payment pays the order; this one must be refunded.
		return s.openReview(ctx, tx, models.ReviewSecondPayment, a, models.Remark("paid_twice", "amount", a.Amount.String(), "coin", a.Coin))
	}
	return fmt.Errorf("credit order in state %q", order.State)
}

// payAttempt records that an attempt is paid, with what was received and what that is worth.
func (s *settlement) payAttempt(
	ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, orderNum string, received models.Amount, cause string,
) error {
	set := store.AttemptChange{
		OrderNum: new(orderNum), PaidAt: new(s.clock()), Received: new(received), Worth: new(worthOf(order, a, received)),
		DueAt: new(time.Time{}), Intent: new(models.IntentNone), ProblemCode: new(""),
	}
	t := models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: cause}
	if err := tx.MoveAttempt(ctx, a.ID, a.State, models.AttemptPaid, set, t); err != nil {
		return fmt.Errorf("mark attempt paid: %w", err)
	}
	return nil
}

// worthOf returns what a received amount is worth in the order's currency: the order's total for what was asked, and its part for another
// amount.
func worthOf(order *models.Order, a *models.Attempt, received models.Amount) models.Amount {
	if received.Equal(a.Amount) || !a.Amount.IsPositive() {
		return order.Total
	}
	return order.Total.Mul(received).DivHalfUp(a.Amount, order.Digits)
}

// creditOrder marks an order paid and sells its reserved stock. Without stock the money goes to review.
func (s *settlement) creditOrder(ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, cause string) error {
	var gone *store.OutOfStockError
	if err := tx.SellReservation(ctx, order.ID); errors.As(err, &gone) {
		return s.lateMoney(ctx, tx, order, a, models.ReviewSoldOut, models.Remark("sold_out", "sku", gone.SKU), cause)
	} else if err != nil {
		return fmt.Errorf("sell reserved stock: %w", err)
	}
	set := store.OrderChange{PaidAttemptID: new(a.ID), PaidAt: new(s.clock())}
	t := models.Transition{OrderID: order.ID, Cause: cause}
	if err := tx.MoveOrder(ctx, order.ID, models.OrderAwaiting, models.OrderPaid, set, t); err != nil {
		return fmt.Errorf("mark order paid: %w", err)
	}
	if err := useCoupon(ctx, tx, order); err != nil {
		return err
	}
	return s.outbox.Queue(ctx, tx, models.MailPaymentReceived, order.ID)
}

// lateMoney sends money for an order that was given up, or whose goods are gone, to review (reliability.md R6): it is neither dropped nor
// booked automatically. Its coupon is used when somebody accepts the money.
func (s *settlement) lateMoney(
	ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, kind models.ReviewKind, note, cause string,
) error {
	if err := s.openReview(ctx, tx, kind, a, note); err != nil {
		return err
	}
	set := store.OrderChange{PaidAttemptID: new(a.ID)}
	t := models.Transition{OrderID: order.ID, Cause: cause, Note: note}
	if err := tx.MoveOrder(ctx, order.ID, order.State, models.OrderReview, set, t); err != nil {
		return fmt.Errorf("move order to review: %w", err)
	}
	return s.outbox.Queue(ctx, tx, models.MailLatePayment, order.ID)
}

func useCoupon(ctx context.Context, tx *store.Store, order *models.Order) error {
	if order.CouponCode == "" {
		return nil
	}
	return tx.UseCoupon(ctx, order.ID)
}

// pending records that the platform's order awaits the payment.
func (s *settlement) pending(ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, d opay.OrderDetail, cause string) error {
	now := s.clock()
	switch a.State {
	case models.AttemptOpen:
		return nil
	case models.AttemptSubmitting, models.AttemptUnknown:
		set := store.AttemptChange{OrderNum: new(d.OrderNum), OpenedAt: new(now), DueAt: new(now.Add(pollDelay(0))), ProblemCode: new("")}
		t := models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: cause}
		if err := tx.MoveAttempt(ctx, a.ID, a.State, models.AttemptOpen, set, t); err != nil {
			return fmt.Errorf("open attempt: %w", err)
		}
		return s.outbox.Queue(ctx, tx, models.MailOrderReceived, order.ID)
	case models.AttemptPaid:
		return s.regress(ctx, tx, a, models.AttemptOpen, cause)
	case models.AttemptFailed, models.AttemptClosed:
		// It can be paid although the shop gave it up: the caller closes it at the platform, or the poller if that fails.
		set := store.AttemptChange{OrderNum: new(d.OrderNum), DueAt: new(now.Add(unknownDelay))}
		if err := tx.SetAttempt(ctx, a.ID, a.State, set); err != nil {
			return fmt.Errorf("ask again: %w", err)
		}
		return s.regress(ctx, tx, a, models.AttemptOpen, cause)
	case models.AttemptCreated:
		// The platform knows an order that was not sent: another shop uses the same keys, or a backup was restored.
		return s.openReview(ctx, tx, models.ReviewUnmatchedOrder, a, models.Remark("never_sent"))
	}
	return fmt.Errorf("attempt in state %q is pending", a.State)
}

// regress records a status that goes back. Nothing changes, and a review is opened (reliability.md R6).
func (s *settlement) regress(ctx context.Context, tx *store.Store, a *models.Attempt, to models.AttemptState, cause string) error {
	err := tx.RefuseTransition(ctx, models.Transition{
		OrderID: a.OrderID, AttemptID: a.ID, FromState: string(a.State), ToState: string(to), Refused: true, Cause: cause, CreatedAt: s.clock(),
	})
	if err != nil {
		return fmt.Errorf("record refused transition: %w", err)
	}
	return s.openReview(ctx, tx, models.ReviewStatusRegress, a, models.Remark("regress", "attempt", string(a.State), "now", string(to)))
}

// ending describes how an attempt ends without a payment.
type ending struct {
	to       models.AttemptState // failed or closed
	problem  string
	orderNum string // the platform's number, if it is known
	held     bool   // the platform held an order, or may have: queries continue while money may arrive (reliability.md R10)
	cause    string
}

// closeAttempt ends an attempt that is proved closed. According to its intent, the order is cancelled, expires, or waits for a new attempt.
func (s *settlement) closeAttempt(ctx context.Context, tx *store.Store, order *models.Order, a *models.Attempt, e ending) error {
	switch {
	case a.State == models.AttemptPaid:
		if err := s.regress(ctx, tx, a, e.to, e.cause); err != nil {
			return err
		}
		return tx.EndQuestions(ctx, a.ID)
	case !a.State.Live():
		return nil // already closed or failed
	}
	set := store.AttemptChange{DueAt: new(time.Time{}), ProblemCode: new(e.problem), Checks: new(0)}
	if e.held {
		set.DueAt = new(s.clock().Add(closedDelay(0)))
	}
	if e.orderNum != "" {
		set.OrderNum = new(e.orderNum)
	}
	t := models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: e.cause, Note: models.Remark("ended", "code", e.problem)}
	if err := tx.EndAttempt(ctx, a.ID, a.State, a.Intent, e.to, set, t); err != nil {
		return fmt.Errorf("end attempt: %w", err)
	}
	if order.State != models.OrderAwaiting {
		return nil
	}
	switch a.Intent {
	case models.IntentCancel:
		return s.endOrder(ctx, tx, order, models.OrderCancelled, "cancel")
	case models.IntentExpire:
		return s.endOrder(ctx, tx, order, models.OrderExpired, "expire")
	case models.IntentNone, models.IntentRetry:
	}
	return nil
}

// openReview opens a review of an attempt, once for each kind.
func (s *settlement) openReview(ctx context.Context, tx *store.Store, kind models.ReviewKind, a *models.Attempt, note string) error {
	s.log.WarnContext(ctx, "review opened", "kind", string(kind), "order", a.OrderID, "attempt", a.ID)
	review := newReview(kind, a.ID, note, s.clock())
	review.OrderID, review.AttemptID = a.OrderID, a.ID
	if err := tx.OpenReview(ctx, review); err != nil {
		return fmt.Errorf("open review: %w", err)
	}
	return nil
}

func newReview(kind models.ReviewKind, subject, note string, now time.Time) models.Review {
	return models.Review{ID: models.NewID(), Kind: kind, Subject: subject, Note: note, Open: true, CreatedAt: now, UpdatedAt: now}
}

// endOrder cancels or expires an order that is not paid, releases its stock and its coupon, and tells the shopper.
func (s *settlement) endOrder(ctx context.Context, tx *store.Store, order *models.Order, to models.OrderState, cause string) error {
	if err := s.releaseOrder(ctx, tx, order, to, cause); err != nil {
		return err
	}
	return s.outbox.QueueEnded(ctx, tx, endedMail(to), order.ID)
}

// releaseOrder is endOrder without a mail.
func (s *settlement) releaseOrder(ctx context.Context, tx *store.Store, order *models.Order, to models.OrderState, cause string) error {
	t := models.Transition{OrderID: order.ID, Cause: cause}
	if err := tx.MoveOrder(ctx, order.ID, order.State, to, store.OrderChange{}, t); err != nil {
		return fmt.Errorf("move order to %s: %w", to, err)
	}
	if err := tx.ReleaseReservation(ctx, order.ID); err != nil {
		return fmt.Errorf("release stock: %w", err)
	}
	if order.CouponCode == "" {
		return nil
	}
	return tx.ReleaseCoupon(ctx, order.ID)
}

// endedMail returns the mail about an order that ends in a state without a payment.
func endedMail(to models.OrderState) models.MailKind {
	if to == models.OrderExpired {
		return models.MailOrderExpired
	}
	return models.MailOrderCancelled
}
