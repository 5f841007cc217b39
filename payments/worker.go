package payments

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

const (
	causePoll  = "poll"
	claimBatch = 8  // rows that a worker takes at once and handles side by side: none waits for another while its lease runs
	mailTries  = 12 // about three hours by retryDelay; then a person is told
	inboxTries = 20
)

// Run works until ctx ends: it opens callbacks, asks about attempts that are due, gives up orders whose time is over and sends
// mails. Any number of replicas may run; a row is leased by one of them at a time. It returns nil when ctx ends.
func (s *Service) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	defer s.watch.forget()
	group.Go(func() error {
		s.logProbe(ctx)
		return nil
	})
	for _, w := range s.workers() {
		group.Go(func() error { return s.supervise(ctx, w) })
	}
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("payments workers: %w", err)
	}
	return nil
}

// RunOnce does all that is due now and returns how many rows were handled: what Run does again and again. Tests and command
// lines use it.
func (s *Service) RunOnce(ctx context.Context) (int, error) {
	total := 0
	for _, w := range s.workers() {
		n, err := w.step(ctx)
		total += n
		if err != nil {
			return total, fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return total, nil
}

type worker struct {
	name  string
	step  func(context.Context) (int, error) // handles what is due, returns how many rows
	limit time.Duration                      // for one step; 0: what it does has limits of its own
	wake  <-chan struct{}                    // work has just come in; nil: none does
}

func (s *Service) workers() []worker {
	list := []worker{
		{"inbox", s.inboxStep, stepLimit, s.wakeInbox},
		{"attempts", s.attemptStep, stepLimit, nil},
		{"orders", s.orderStep, stepLimit, nil},
		{"refunds", s.refundStep, stepLimit, s.wakeRefunds},
		{workerTasks, s.taskStep, 0, s.wakeTasks},
		{"statements", s.statementStep, tidyLimit, nil},
		{"rates", s.rateStep, stepLimit, nil},
		{"housekeeping", s.housekeepingStep, tidyLimit, nil},
		{"catalogue", s.store.RefreshCatalogue, tidyLimit, nil},
	}
	if s.mailer != nil {
		list = append(list, worker{"outbox", s.outboxStep, stepLimit, s.wakeOutbox})
	}
	return list
}

// workerTasks names the worker whose steps take long.
const workerTasks = "tasks"

// loop does a worker's steps until ctx ends. turn says on whose behalf, see supervise.
func (s *Service) loop(ctx context.Context, w worker, state *watched, turn int) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		case <-w.wake:
		}
		state.begin(turn)
		n, err := w.limited(ctx)
		state.end(turn, err)
		next := idlePause
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.ErrorContext(ctx, "worker step failed", "worker", w.name, "error", err)
			next = 5 * idlePause
		case n == claimBatch:
			next = 0
		}
		pause.Reset(next)
	}
}

// limited does one step within its time.
func (w worker) limited(ctx context.Context) (int, error) {
	if w.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.limit)
		defer cancel()
	}
	return w.step(ctx)
}

// claim takes due rows with time of its own: where connections to the database have fallen silent, the step ends early and the next
// one finds others.
func claim[T any](
	ctx context.Context, take func(context.Context, int, time.Duration) ([]T, error), limit int, lease time.Duration,
) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	return take(ctx, limit, lease)
}

// poke wakes a worker of this process; others find the row at their next look.
func (s *Service) poke(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// each handles claimed rows side by side. One row's failure is its own: handle reschedules it.
func each[T any](ctx context.Context, rows []T, handle func(context.Context, T)) int {
	var group errgroup.Group
	for _, row := range rows {
		group.Go(func() error {
			handle(ctx, row)
			return nil
		})
	}
	_ = group.Wait() // handle reports its errors itself
	return len(rows)
}

func (s *Service) inboxStep(ctx context.Context) (int, error) {
	rows, err := claim(ctx, s.store.ClaimInbox, claimBatch, leaseTime)
	if err != nil {
		return 0, fmt.Errorf("claim callbacks: %w", err)
	}
	return each(ctx, rows, func(ctx context.Context, m models.InboxMessage) {
		err := s.handleInbox(ctx, m)
		if err == nil {
			return
		}
		s.log.ErrorContext(ctx, "callback not handled", "inbox", m.ID, "tries", m.Tries, "error", err)
		if m.Tries >= inboxTries {
			err = s.unreadable(ctx, &m)
		} else {
			err = s.store.Reschedule(ctx, store.QueueInbox, m.ID, m.Lease, s.clock().Add(retryDelay(m.Tries-1)))
		}
		s.logLost(ctx, err)
	}), nil
}

// logLost notes that a row could not be rescheduled; its lease ends by itself, so nothing is lost but time.
func (s *Service) logLost(ctx context.Context, err error) {
	if err != nil && !errors.Is(err, store.ErrConflict) && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "row not rescheduled", "error", err)
	}
}

func (s *Service) attemptStep(ctx context.Context) (int, error) {
	rows, err := claim(ctx, s.store.ClaimAttempts, claimBatch, leaseTime)
	if err != nil {
		return 0, fmt.Errorf("claim attempts: %w", err)
	}
	return each(ctx, rows, func(ctx context.Context, a models.Attempt) {
		question, cancel := context.WithTimeout(ctx, 2*s.timeout)
		defer cancel()
		if err := s.ask(question, a, causePoll); err != nil {
			s.log.InfoContext(ctx, "poll got no answer", "order", a.OrderID, "attempt", a.ID, "checks", a.Checks, "error", err)
		}
		s.logLost(ctx, s.pollLater(ctx, a.ID, a.Lease))
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
	rows, err := claim(ctx, s.store.ClaimOrders, claimBatch, leaseTime)
	if err != nil {
		return 0, fmt.Errorf("claim orders: %w", err)
	}
	return each(ctx, rows, func(ctx context.Context, o models.Order) {
		if err := s.expire(ctx, o); err != nil {
			s.log.ErrorContext(ctx, "order not expired", "order", o.ID, "error", err)
		}
		err := s.store.Reschedule(ctx, store.QueueOrders, o.ID, o.Lease, s.clock().Add(pollSteps()[3]))
		s.logLost(ctx, err)
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

func (s *Service) outboxStep(ctx context.Context) (int, error) {
	rows, err := claim(ctx, s.store.ClaimOutbox, claimBatch, leaseTime)
	if err != nil {
		return 0, fmt.Errorf("claim mails: %w", err)
	}
	return each(ctx, rows, func(ctx context.Context, m models.OutboxMessage) {
		if m.OrderID == "" {
			s.logLost(ctx, s.store.DropOutbox(ctx, m.ID)) // an address that nothing was ordered with: see SendOrderLink
			return
		}
		err := s.sendMail(ctx, m)
		if errors.Is(err, errNobody) {
			s.logLost(ctx, s.store.DropOutbox(ctx, m.ID))
			return
		}
		if err == nil {
			s.logLost(ctx, s.store.FinishOutbox(ctx, m.ID, models.OutboxSent, ""))
			return
		}
		s.log.ErrorContext(ctx, "mail not sent", "mail", m.ID, "kind", string(m.Kind), "order", m.OrderID, "tries", m.Tries, "error", err)
		if m.Tries < mailTries {
			s.logLost(ctx, s.store.Reschedule(ctx, store.QueueOutbox, m.ID, m.Lease, s.clock().Add(retryDelay(m.Tries-1))))
			return
		}
		s.logLost(ctx, s.parkMail(ctx, m))
	}), nil
}

// errNobody says that a mail is for somebody who was erased.
var errNobody = errors.New("there is nobody to write to")

func (s *Service) sendMail(ctx context.Context, m models.OutboxMessage) error {
	order, err := s.store.Order(ctx, m.OrderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	if order.Email == "" {
		return errNobody
	}
	mail, err := s.compose(m, order)
	if err != nil {
		return fmt.Errorf("compose mail: %w", err)
	}
	mail.MessageID = strings.ToLower(m.ID)
	ctx, cancel := context.WithTimeout(ctx, leaseTime/2)
	defer cancel()
	if err := s.mailer.Send(ctx, mail); err != nil {
		return fmt.Errorf("send mail: %w", nameless(err, order.Email))
	}
	return nil
}

// parkMail gives a mail up, visibly (reliability.md I10).
func (s *Service) parkMail(ctx context.Context, m models.OutboxMessage) error {
	now := s.clock()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		err := tx.OpenReview(ctx, models.Review{
			ID: models.NewID(), Kind: models.ReviewUndelivered, Subject: m.ID, OrderID: m.OrderID, Note: models.Remark("mail_given_up", "mail", string(m.Kind)),
			Open: true, CreatedAt: now, UpdatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("open review: %w", err)
		}
		return tx.FinishOutbox(ctx, m.ID, models.OutboxParked, models.Remark("given_up"))
	})
}

// putMail queues a mail about an order, once per kind.
func (s *Service) putMail(ctx context.Context, tx *store.Store, kind models.MailKind, orderID string) error {
	if s.mailer == nil {
		return nil
	}
	now := s.clock()
	err := tx.PutOutbox(ctx, models.OutboxMessage{
		ID: models.NewID(), Kind: kind, OrderID: orderID, DedupeKey: string(kind) + ":" + orderID, State: models.OutboxWaiting,
		CreatedAt: now, DueAt: now,
	})
	if err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	return nil
}
