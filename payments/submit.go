package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// sender sends the order of an attempt to the platform and stores the outcome.
type sender struct {
	core

	gateway    Calls
	settlement *settlement
	outbox     *mail.Outbox
	base       string // the shop's public address
	grace      time.Duration
}

// submit sends createThirdOrder for an attempt that is stored as created, and stores the outcome (reliability.md R1, R2). Only the caller
// that moves the attempt to submitting sends it. The error is ErrUnreachable if the request was never sent, and ErrSignIn if the payer's
// sign-in has expired. Any other refusal and an unknown outcome are stored and are not errors.
func (s *sender) submit(ctx context.Context, order *models.Order, a *models.Attempt) error {
	ctx, cancel := s.detached(ctx)
	defer cancel()
	now := s.clock()
	set := store.AttemptChange{SentAt: new(now), DueAt: new(now.Add(submittingGrace))}
	t := models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: "submit"}
	err := s.store.MoveAttempt(ctx, a.ID, models.AttemptCreated, models.AttemptSubmitting, set, t)
	if errors.Is(err, store.ErrConflict) {
		return nil // somebody else sends it, or has given it up
	}
	if err != nil {
		return fmt.Errorf("begin submission: %w", err)
	}
	return s.send(ctx, order, a)
}

// send creates the platform's order with the attempt's fixed appOrderId and stores the outcome. It may be repeated for an attempt whose
// outcome is unknown: the same appOrderId cannot create a second order (platform/api.md §4).
func (s *sender) send(ctx context.Context, order *models.Order, a *models.Attempt) error {
	call, cancel := context.WithTimeout(ctx, s.timeout)
	created, err := s.gateway.CreateOrder(call, opay.CreateOrderRequest{
		AppOrderID: a.AppOrderID, Payer: opayPayer(a.Payer), Amount: opay.Amount(a.Amount.String()), Coin: a.Coin,
		SceneType: a.SceneType, ReturnPage: s.base + ReturnPath + order.ReturnRef, NotifyPage: s.base + NotifyPath, Goods: order.Goods,
	})
	cancel()
	store, cancel := s.detached(ctx) // the answer is stored even if the call took all the time
	defer cancel()
	if created.PayLinkProblem != "" {
		s.log.WarnContext(ctx, "pay address of the exchange's answer not used", "order", order.ID, "attempt", a.ID, "problem", created.PayLinkProblem)
	}
	return s.storeOutcome(store, order, a, created, err)
}

// storeOutcome stores the result of a call: opened, refused, not sent, or unknown.
func (s *sender) storeOutcome(ctx context.Context, order *models.Order, a *models.Attempt, created opay.CreatedOrder, callErr error) error {
	first := a.State == models.AttemptCreated
	code, refused := opay.CodeOf(callErr)
	switch {
	case callErr == nil:
		err := s.storeOpened(ctx, order, a, created)
		if errors.Is(err, store.ErrDuplicate) {
			return s.storeForeign(ctx, order, a, created.OrderNum)
		}
		return err
	case refused && !undecided(code) && !first:
		// This try was refused; an earlier one may have been accepted.
		err := s.store.SetAttempt(ctx, a.ID, models.AttemptUnknown, store.AttemptChange{ProblemCode: new(string(code))})
		if errors.Is(err, store.ErrConflict) {
			return nil // the outcome is known by now
		}
		return err
	case refused && !undecided(code):
		s.log.WarnContext(ctx, "platform refused an order", "order", order.ID, "attempt", a.ID, "code", string(code))
		if err := s.storeFailed(ctx, a, string(code), false); err != nil {
			return err
		}
		if a.Payer.OpenID != "" && models.SignInOver(string(code)) {
			return ErrSignIn
		}
		return nil
	case errors.Is(callErr, opay.ErrUnreachable) && first:
		s.log.WarnContext(ctx, "platform unreachable", "order", order.ID, "attempt", a.ID, "error", callErr)
		if err := s.storeFailed(ctx, a, models.ProblemUnreachable, false); err != nil {
			return err
		}
		return ErrUnreachable
	case errors.Is(callErr, opay.ErrInvalidRequest) && first:
		// The client refused it before anything was sent: the order cannot be made this way.
		s.log.ErrorContext(ctx, "order cannot be sent", "order", order.ID, "attempt", a.ID, "error", callErr)
		return s.storeFailed(ctx, a, models.ProblemNotSent, false)
	default:
		s.log.WarnContext(ctx, "outcome of createThirdOrder unknown", "order", order.ID, "attempt", a.ID, "error", callErr)
		return s.storeUnknown(ctx, order, a)
	}
}

// undecided reports whether the platform may hold the order in spite of a code: an earlier try was accepted, or it failed at an unknown
// point.
func undecided(code opay.Code) bool {
	switch code { //nolint:exhaustive // every other code says that there is no order
	case opay.CodeOrderExists, opay.CodeSystemException, opay.CodeRequestTimeout, opay.CodeNetworkError:
		return true
	default:
		return false
	}
}

// storeOpened stores the platform's order number and queues the mail to the shopper in transaction 2.
func (s *sender) storeOpened(ctx context.Context, order *models.Order, a *models.Attempt, created opay.CreatedOrder) error {
	now, orderNum := s.clock(), created.OrderNum
	return s.store.Tx(ctx, func(tx *store.Store) error {
		fresh, err := tx.LockAttempt(ctx, a.ID)
		if err != nil {
			return fmt.Errorf("load attempt: %w", err)
		}
		err = tx.AddEvidence(ctx, &models.Evidence{
			AttemptID: a.ID, OrderID: order.ID, Source: models.SourceCreate, Verified: true,
			AppOrderID: a.AppOrderID, OrderNum: orderNum, Status: string(opay.StatusPending), CreatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("add evidence: %w", err)
		}
		switch {
		case fresh.OrderNum != "" && fresh.OrderNum != orderNum:
			return s.settlement.openReview(ctx, tx, models.ReviewMismatch, &fresh,
				models.Remark("other_number", "number", orderNum, "known", fresh.OrderNum))
		case fresh.State != models.AttemptSubmitting && fresh.State != models.AttemptUnknown:
			// A callback was faster than this answer, and has moved on.
			if fresh.OrderNum == "" {
				return tx.SetAttempt(ctx, a.ID, fresh.State, store.AttemptChange{OrderNum: new(orderNum), PayLink: new(created.PayLink)})
			}
			return nil
		}
		set := store.AttemptChange{OrderNum: new(orderNum), PayLink: new(created.PayLink), OpenedAt: new(now), DueAt: new(now.Add(pollDelay(0))), ProblemCode: new("")}
		t := models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: "create"}
		if err := tx.MoveAttempt(ctx, a.ID, fresh.State, models.AttemptOpen, set, t); err != nil {
			return fmt.Errorf("open attempt: %w", err)
		}
		return s.outbox.Queue(ctx, tx, models.MailOrderReceived, order.ID)
	})
}

// storeForeign handles an answer with the number of another order of the shop. It is the answer to something else (reliability.md R2), so the
// outcome is unknown.
func (s *sender) storeForeign(ctx context.Context, order *models.Order, a *models.Attempt, orderNum string) error {
	if err := s.settlement.openReview(ctx, s.store, models.ReviewMismatch, a, models.Remark("number_of_other", "number", orderNum)); err != nil {
		return err
	}
	return s.storeUnknown(ctx, order, a)
}

// storeFailed ends an attempt for which the platform holds no order. held means that one may still appear, because a request was never
// answered.
func (s *sender) storeFailed(ctx context.Context, a *models.Attempt, problem string, held bool) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		fresh, err := tx.LockAttempt(ctx, a.ID)
		if err != nil {
			return fmt.Errorf("load attempt: %w", err)
		}
		if !fresh.State.CanMove(models.AttemptFailed) {
			return nil // a callback was faster
		}
		err = tx.AddEvidence(ctx, &models.Evidence{
			AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceCreate, AppOrderID: a.AppOrderID, Code: problem, CreatedAt: s.clock(),
		})
		if err != nil {
			return fmt.Errorf("add evidence: %w", err)
		}
		order, err := tx.Order(ctx, a.OrderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		if err := s.settlement.closeAttempt(ctx, tx, &order, &fresh, ending{to: models.AttemptFailed, problem: problem, held: held, cause: "create"}); err != nil {
			return err
		}
		return s.shortenOrder(ctx, tx, &order)
	})
}

// shortenOrder shortens the time to pay an order after a refusal: nothing can be paid for it, and its stock should not wait long for a
// shopper who may have mistyped a number. A new attempt extends the time again.
func (s *sender) shortenOrder(ctx context.Context, tx *store.Store, order *models.Order) error {
	until := s.clock().Add(refusedPatience)
	if order.State != models.OrderAwaiting || !until.Before(order.ExpiresAt) {
		return nil
	}
	err := tx.ExtendOrder(ctx, order.ID, until, until.Add(s.grace))
	if errors.Is(err, store.ErrConflict) {
		return nil // it was given up with the attempt
	}
	return err
}

// storeUnknown marks an attempt as unknown and keeps everything else until the platform can answer (reliability.md R2).
func (s *sender) storeUnknown(ctx context.Context, order *models.Order, a *models.Attempt) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		set := store.AttemptChange{DueAt: new(s.clock().Add(unknownDelay))}
		t := models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: "create"}
		err := tx.MoveAttempt(ctx, a.ID, models.AttemptSubmitting, models.AttemptUnknown, set, t)
		if errors.Is(err, store.ErrConflict) {
			return nil // unknown already, or resolved meanwhile
		}
		if err != nil {
			return fmt.Errorf("mark attempt unknown: %w", err)
		}
		return s.outbox.Queue(ctx, tx, models.MailOrderReceived, order.ID)
	})
}

// opayPayer returns a payer in the form of package opay.
func opayPayer(p models.Payer) opay.Payer {
	return opay.Payer{OpenID: p.OpenID.Reveal(), UserID: p.UserID, Token: p.Token.Reveal()}
}
