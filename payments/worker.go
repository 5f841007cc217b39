package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

const (
	causePoll  = "poll"
	inboxTries = 20
)

// register has the engine do the service's work: it opens callbacks, asks about attempts that are due, gives up orders whose time is over,
// sends refunds, and cancels orders by the dozen.
func (s *Service) register(e *jobs.Engine) {
	e.OnStart(s.logProbe)
	e.AddWorker(jobs.Worker{Name: "inbox", Step: s.inboxStep, Wake: s.wakeInbox})
	e.AddWorker(jobs.Worker{Name: "attempts", Step: s.attemptStep})
	e.AddWorker(jobs.Worker{Name: "orders", Step: s.orderStep})
	e.AddWorker(jobs.Worker{Name: "refunds", Step: s.refundStep, Wake: s.wakeRefunds})
	e.Handle(models.TaskCancel, s.cancelOrders)
}

func (s *Service) inboxStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, s.store.ClaimInbox, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim callbacks: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, m models.InboxMessage) {
		err := s.handleInbox(ctx, m)
		if err == nil {
			return
		}
		s.log.ErrorContext(ctx, "callback not handled", "inbox", m.ID, "tries", m.Tries, "error", err)
		if m.Tries >= inboxTries {
			err = s.unreadable(ctx, &m)
		} else {
			err = s.store.Reschedule(ctx, store.QueueInbox, m.ID, m.Lease, s.clock().Add(jobs.RetryDelay(m.Tries-1)))
		}
		jobs.LogLost(ctx, s.log, err)
	}), nil
}

func (s *Service) attemptStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, s.store.ClaimAttempts, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim attempts: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, a models.Attempt) {
		question, cancel := context.WithTimeout(ctx, 2*s.timeout)
		defer cancel()
		if err := s.Ask(question, a, causePoll); err != nil {
			s.log.InfoContext(ctx, "poll got no answer", "order", a.OrderID, "attempt", a.ID, "checks", a.Checks, "error", err)
		}
		jobs.LogLost(ctx, s.log, s.pollLater(ctx, a.ID, a.Lease))
	}), nil
}

// pollLater plans the next question about an attempt, or ends the questions (reliability.md R10). An attempt that settle has
// planned or ended has lost the lease and is left alone.
func (s *Service) pollLater(ctx context.Context, id, lease string) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
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
		now, end := s.clock(), order.ExpiresAt.Add(pollAfterExpiry)
		if !now.Before(end) || !a.State.Live() && !mayBeHeld(&a) {
			if a.State.Live() {
				if err := s.openReview(ctx, tx, models.ReviewUnresolved, &a, models.Remark("never_ended")); err != nil {
					return err
				}
			}
			return tx.Reschedule(ctx, store.QueueAttempts, id, lease, time.Time{})
		}
		if err := tx.SetAttempt(ctx, id, a.State, store.AttemptChange{Checks: new(a.Checks + 1)}); err != nil {
			return fmt.Errorf("count the question: %w", err)
		}
		next := now.Add(pollDelay(a.Checks + 1))
		if !a.State.Live() {
			next = now.Add(closedDelay(a.Checks + 1))
		}
		return tx.Reschedule(ctx, store.QueueAttempts, id, lease, earlier(next, end)) // the last question is at the end
	})
}

// mayBeHeld reports that the platform held an order for an attempt that was given up, or may have: money for it can still arrive.
func mayBeHeld(a *models.Attempt) bool {
	return a.OrderNum != "" || a.ProblemCode == models.ProblemNotAccepted
}

func (s *Service) orderStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, s.store.ClaimOrders, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim orders: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, o models.Order) {
		if err := s.expire(ctx, o); err != nil {
			s.log.ErrorContext(ctx, "order not expired", "order", o.ID, "error", err)
		}
		err := s.store.Reschedule(ctx, store.QueueOrders, o.ID, o.Lease, s.clock().Add(pollSteps()[3]))
		jobs.LogLost(ctx, s.log, err)
	}), nil
}

// expire gives an unpaid order up after its time; the platform is asked first, and stock stays reserved until it has answered
// (reliability.md R11).
func (s *Service) expire(ctx context.Context, claimed models.Order) error {
	order, err := s.store.Order(ctx, claimed.ID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting || s.clock().Before(order.ExpiresAt) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*s.timeout)
	defer cancel()
	err = s.giveUp(ctx, &order, models.IntentExpire, models.OrderExpired)
	if errors.Is(err, ErrNotCancellable) {
		return nil
	}
	return err
}
