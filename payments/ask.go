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
	if err := s.Ask(question, *a, "return"); err != nil {
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

// Ask finds out how an attempt stands and settles it. Where the platform holds an order that nobody wants any more (there is an
// intent, or the attempt was given up), it is closed. The error says that nothing is known; the attempt stays as it is.
func (s *Service) Ask(ctx context.Context, a models.Attempt, cause string) error {
	if a.State == models.AttemptCreated {
		return s.abandonUnsent(ctx, &a)
	}
	return s.askPlatform(ctx, a, cause)
}

func (s *Service) askPlatform(ctx context.Context, a models.Attempt, cause string) error {
	if a.State == models.AttemptPaid {
		return s.store.EndQuestions(ctx, a.ID) // nothing better can be learned
	}
	d, source, err := s.detail(ctx, &a)
	switch code, _ := opay.CodeOf(err); {
	case err == nil:
	case a.OrderNum == "" && source == models.SourceReference && code == opay.CodeOrderNotFound:
		return s.notAtPlatform(ctx, a, true)
	case a.OrderNum == "" && source == models.SourceReference && errors.Is(err, opay.ErrNotOffered):
		return s.notAtPlatform(ctx, a, false)
	default:
		return err
	}
	after, err := s.settleDetached(ctx, a.ID, d, source, cause)
	if err != nil || !unwanted(&after, d) {
		return err
	}
	return s.closeAtPlatform(ctx, after)
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
func (s *Service) settleDetached(
	ctx context.Context, attemptID string, d opay.OrderDetail, source models.EvidenceSource, cause string,
) (models.Attempt, error) {
	ctx, cancel := s.detached(ctx)
	defer cancel()
	return s.settle(ctx, attemptID, d, source, cause)
}

// detail asks for an attempt's order: by its number, or by our own id where the number is not known (reliability.md R2). A refusal
// that would be the same for ever is not the end of the questions: our own id is the other way to ask.
func (s *Service) detail(ctx context.Context, a *models.Attempt) (opay.OrderDetail, models.EvidenceSource, error) {
	if a.OrderNum == "" {
		return s.detailByRef(ctx, a, "")
	}
	d, err := s.detailByNumber(ctx, a, a.OrderNum)
	if code, refused := opay.CodeOf(err); refused && !code.Retryable() {
		if other, source, err := s.detailByRef(ctx, a, a.OrderNum); err == nil {
			return other, source, nil
		}
	}
	return d, models.SourceQuery, err
}

// detailByRef asks by our own id. Some platforms answer with the number alone: then the order is asked for by it, unless that was
// refused already.
func (s *Service) detailByRef(ctx context.Context, a *models.Attempt, refused string) (opay.OrderDetail, models.EvidenceSource, error) {
	d, err := s.gateway.OrderByRef(ctx, a.AppOrderID)
	switch {
	case err != nil:
		return d, models.SourceReference, fmt.Errorf("ask by our id: %w", err)
	case d.Complete():
		return d, models.SourceReference, nil
	case d.OrderNum == refused:
		return d, models.SourceReference, errNumberOnly
	}
	d, err = s.detailByNumber(ctx, a, d.OrderNum)
	return d, models.SourceQuery, err
}

// errNumberOnly says that the platform told no more than an order number which it does not answer for.
var errNumberOnly = errors.New("the platform tells the order's number only")

// detailByNumber asks with the payer's token while the platform takes it, and without it from then on: a sign-in lapses, and the
// token is optional (platform/api.md §3.4). What was refused is kept as evidence.
func (s *Service) detailByNumber(ctx context.Context, a *models.Attempt, orderNum string) (opay.OrderDetail, error) {
	d, err := s.gateway.Order(ctx, orderNum, a.Payer.Token.Reveal())
	code, refused := opay.CodeOf(err)
	if !refused || code.Retryable() {
		return d, asking(err)
	}
	if err := s.keepRefusal(ctx, a, orderNum, code); err != nil {
		return d, err
	}
	if a.Payer.Token == "" || !tokenRefused(code) {
		return d, asking(err)
	}
	a.Payer.Token = ""
	d, err = s.gateway.Order(ctx, orderNum, "")
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
func (s *Service) keepRefusal(ctx context.Context, a *models.Attempt, orderNum string, code opay.Code) error {
	ctx, cancel := s.detached(ctx)
	defer cancel()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		err := tx.AddRefusal(ctx, &models.Evidence{
			AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceQuery, AppOrderID: a.AppOrderID, OrderNum: orderNum, Code: string(code),
			CreatedAt: s.clock(),
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
	d, err := s.detailByNumber(ctx, &a, a.OrderNum)
	if err != nil {
		return err
	}
	_, err = s.settleDetached(ctx, a.ID, d, models.SourceQuery, "cancel")
	return err
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

// notAtPlatform handles an attempt that the platform does not know, or cannot look up (proved is false). While the shopper
// still wants it, the order is sent again under the same appOrderId, which can never make a second one. When it is no longer
// wanted, its absence is proof only after ProofAge: until then the first request may still be on its way.
func (s *Service) notAtPlatform(ctx context.Context, a models.Attempt, proved bool) error {
	if !a.State.Live() {
		return nil // as it was said to be when it was given up
	}
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
	return s.storeFailed(ctx, &a, problem, true)
}

func (s *Service) resend(ctx context.Context, order *models.Order, a models.Attempt, now time.Time) error {
	if a.State == models.AttemptSubmitting {
		if err := s.storeUnknown(ctx, order, &a); err != nil {
			return err
		}
		a.State = models.AttemptUnknown
	}
	err := s.store.SetAttempt(ctx, a.ID, models.AttemptUnknown, store.AttemptChange{SentAt: new(now)})
	if errors.Is(err, store.ErrConflict) {
		return nil // it is known by now
	}
	if err != nil {
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
		err = s.closeAttempt(ctx, tx, &order, a, ending{to: models.AttemptFailed, problem: models.ProblemNotSent, cause: causePoll})
		if errors.Is(err, store.ErrConflict) {
			return nil
		}
		return err
	})
}
