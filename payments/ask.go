package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coincart/models"
	"coincart/models/store"
	"coincart/payments/opay"
)

// Refresh returns the order as we know it, after at most one question to the platform: for the return page and for the order
// page that waits (reliability.md R13). The question is left out if the attempt is not live or was asked about less than two
// seconds ago, by any replica; it takes two seconds at most, and its failure is not the shopper's: our state is the answer.
// Errors are the store's, such as store.ErrNotFound.
func (s *Service) Refresh(ctx context.Context, ref string) (models.Order, error) {
	order, err := s.store.OrderByRef(ctx, ref)
	if err != nil {
		return order, fmt.Errorf("load order: %w", err)
	}
	a := order.Current()
	if a == nil || !s.askable(a) {
		return order, nil
	}
	now := s.clock()
	err = s.store.MarkChecked(ctx, a.ID, a.CheckedAt, now)
	if errors.Is(err, store.ErrConflict) {
		return order, nil // somebody asks at this moment
	}
	if err != nil {
		return order, fmt.Errorf("mark attempt checked: %w", err)
	}
	question, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	if err := s.ask(question, *a, "return"); err != nil {
		s.log.InfoContext(ctx, "refresh got no answer", "order", order.ID, "error", err)
	}
	return s.store.OrderByRef(ctx, ref)
}

// askable reports that a question about the attempt could tell something new, and is allowed now.
func (s *Service) askable(a *models.Attempt) bool {
	if !a.State.Live() || a.State == models.AttemptCreated {
		return false
	}
	if a.State == models.AttemptSubmitting && s.clock().Sub(a.SentAt) < submittingGrace {
		return false // createThirdOrder is under way
	}
	return s.clock().Sub(a.CheckedAt) >= refreshInterval
}

// ask finds out how an attempt stands and settles it: by its order number, or by our own id where the number is not known. With
// an intent it asks the platform to close the order first. The error says that nothing is known; the attempt stays as it is.
func (s *Service) ask(ctx context.Context, a models.Attempt, cause string) error {
	switch {
	case a.State == models.AttemptCreated:
		return s.abandonUnsent(ctx, &a)
	case a.OrderNum == "":
		return s.askByRef(ctx, a, cause)
	case a.State.Live() && a.Intent != models.IntentNone, !a.State.Live() && cause == causePoll:
		return s.closeAtPlatform(ctx, a) // a dead attempt is polled only if the platform still holds its order open
	default:
		return s.askByNumber(ctx, a, cause)
	}
}

func (s *Service) askByNumber(ctx context.Context, a models.Attempt, cause string) error {
	detail, err := s.gateway.Order(ctx, a.OrderNum, a.Payer.Token.Reveal())
	if err != nil {
		return fmt.Errorf("ask for the order: %w", err)
	}
	ctx, cancel := s.detached(ctx)
	defer cancel()
	return s.settle(ctx, a.ID, detail, models.SourceQuery, cause)
}

// closeAtPlatform cancels the platform's order and lets orderDetail decide: a payment that was faster wins
// (reliability.md R12).
func (s *Service) closeAtPlatform(ctx context.Context, a models.Attempt) error {
	cancelErr := s.gateway.Cancel(ctx, a.OrderNum)
	if cancelErr != nil {
		s.log.InfoContext(ctx, "cancelOrder did not succeed", "order", a.OrderID, "attempt", a.ID, "error", cancelErr)
	}
	code, _ := opay.CodeOf(cancelErr)
	err := s.recordCancel(ctx, &a, cancelErr == nil, string(code))
	if err != nil {
		return err
	}
	return s.askByNumber(ctx, a, "cancel")
}

func (s *Service) recordCancel(ctx context.Context, a *models.Attempt, ok bool, code string) error {
	if !ok && code == "" {
		return nil // nothing was claimed
	}
	ctx, cancel := s.detached(ctx)
	defer cancel()
	err := s.store.AddEvidence(ctx, &models.Evidence{
		AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceCancel, AppOrderID: a.AppOrderID, OrderNum: a.OrderNum, Code: code,
		CreatedAt: s.clock(),
	})
	if err != nil {
		return fmt.Errorf("add evidence: %w", err)
	}
	return nil
}

// askByRef resolves an attempt whose createThirdOrder was never answered (reliability.md R2).
func (s *Service) askByRef(ctx context.Context, a models.Attempt, cause string) error {
	detail, err := s.gateway.OrderByRef(ctx, a.AppOrderID)
	code, _ := opay.CodeOf(err)
	missing := code == opay.CodeOrderNotFound
	switch {
	case err == nil && detail.Complete():
		ctx, cancel := s.detached(ctx)
		defer cancel()
		return s.settle(ctx, a.ID, detail, models.SourceReference, cause)
	case err == nil:
		a.OrderNum = detail.OrderNum
		return s.askByNumber(ctx, a, cause)
	case missing:
		return s.notAtPlatform(ctx, a, true)
	case errors.Is(err, opay.ErrNotOffered):
		return s.notAtPlatform(ctx, a, false)
	default:
		return fmt.Errorf("ask by our id: %w", err)
	}
}

// notAtPlatform handles an attempt that the platform does not know, or cannot look up (proved is false). While the shopper
// still wants it, the order is sent again under the same appOrderId, which can never make a second one. When it is no longer
// wanted, its absence is proof only after ProofAge: until then the first request may still be on its way.
func (s *Service) notAtPlatform(ctx context.Context, a models.Attempt, proved bool) error {
	ctx, cancel := s.detached(ctx)
	defer cancel()
	order, err := s.store.Order(ctx, a.OrderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	now := s.clock()
	wanted := order.State == models.OrderAwaiting && a.Intent == models.IntentNone && a.ProblemCode == "" && now.Before(order.ExpiresAt)
	if wanted {
		return s.resend(ctx, &order, a, now)
	}
	if !proved || now.Sub(a.SentAt) < s.proofAge {
		return nil
	}
	problem := a.ProblemCode
	if problem == "" {
		problem = models.ProblemNotAccepted
	}
	return s.storeFailed(ctx, &a, problem)
}

func (s *Service) resend(ctx context.Context, order *models.Order, a models.Attempt, now time.Time) error {
	if a.State == models.AttemptSubmitting {
		if err := s.storeUnknown(ctx, order, &a); err != nil {
			return err
		}
		a.State = models.AttemptUnknown
	}
	if err := s.store.SetAttempt(ctx, a.ID, map[string]any{"sent_at": now}); err != nil {
		return fmt.Errorf("store the time of sending: %w", err)
	}
	return s.send(ctx, order, &a)
}

// abandonUnsent ends an attempt whose process died before it asked the platform. The compare-and-set makes sure that nobody
// sends it now.
func (s *Service) abandonUnsent(ctx context.Context, a *models.Attempt) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		order, err := tx.Order(ctx, a.OrderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		err = s.closeAttempt(ctx, tx, &order, a, models.AttemptFailed, models.ProblemNotSent, causePoll)
		if errors.Is(err, store.ErrConflict) {
			return nil
		}
		return err
	})
}
