package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// Queue names a table whose rows wait for a worker: a row is due when due_at has come.
//
// A claim reads the rows that are due and then moves each one's due_at, from the very value that was read, to the end of the
// lease. A worker that finds the row changed skips it. So a row has one worker at a time among any number of replicas, on Galera too,
// where SKIP LOCKED hands out rows twice; and a worker that dies gives its rows back when its lease ends.
type Queue string

// The queues.
const (
	QueueOrders   Queue = "orders"
	QueueAttempts Queue = "attempts"
	QueueInbox    Queue = "inbox"
	QueueOutbox   Queue = "outbox"
	QueueRefunds  Queue = "refunds"
	QueueTasks    Queue = "tasks"

	QueueCheckouts Queue = "checkouts"

	queueCoins Queue = "coins" // see FinishCoin
)

// queues are those whose claims end with Reschedule, and whose rows Pulse watches.
var queues = []Queue{QueueOrders, QueueAttempts, QueueInbox, QueueOutbox, QueueRefunds, QueueTasks, QueueCheckouts}

// key returns the column that names the queue's rows.
func (q Queue) key() string {
	if q == queueCoins {
		return "symbol"
	}
	return "id"
}

// ErrQueue means that there is no such queue.
var ErrQueue = fmt.Errorf("no such queue: %w", ErrNotFound)

// ClaimOrders claims up to limit due orders that await payment, longest due first, without lines and attempts; Lease and DueAt are
// the claim's.
func (s *Store) ClaimOrders(ctx context.Context, limit int, lease time.Duration) ([]models.Order, error) {
	return claim(ctx, s, QueueOrders, limit, lease, func(o *models.Order) leased { return leased{&o.ID, &o.Lease, &o.DueAt, nil} })
}

// ClaimAttempts claims up to limit due attempts, longest due first, with their payers.
func (s *Store) ClaimAttempts(ctx context.Context, limit int, lease time.Duration) ([]models.Attempt, error) {
	list, err := claim(ctx, s, QueueAttempts, limit, lease,
		func(a *models.Attempt) leased { return leased{&a.ID, &a.Lease, &a.DueAt, nil} })
	for i := range list {
		s.openPayer(ctx, &list[i])
	}
	return list, err
}

// ClaimInbox claims up to limit due callbacks, longest due first, and counts the try.
func (s *Store) ClaimInbox(ctx context.Context, limit int, lease time.Duration) ([]models.InboxMessage, error) {
	return claim(ctx, s, QueueInbox, limit, lease,
		func(m *models.InboxMessage) leased { return leased{&m.ID, &m.Lease, &m.DueAt, &m.Tries} })
}

// ClaimOutbox claims up to limit due messages, longest due first, and counts the try.
func (s *Store) ClaimOutbox(ctx context.Context, limit int, lease time.Duration) ([]models.OutboxMessage, error) {
	return claim(ctx, s, QueueOutbox, limit, lease,
		func(m *models.OutboxMessage) leased { return leased{&m.ID, &m.Lease, &m.DueAt, &m.Tries} })
}

// ClaimCoins claims up to limit coins whose price sources are due: one worker asks about a coin at a time, among any number of replicas.
func (s *Store) ClaimCoins(ctx context.Context, limit int, lease time.Duration) ([]models.Coin, error) {
	return claim(ctx, s, queueCoins, limit, lease, func(c *models.Coin) leased { return leased{&c.Symbol, &c.Lease, &c.DueAt, nil} })
}

// leased points at the fields of a row that a claim reads and changes.
type leased struct {
	id, lease *string
	due       *time.Time
	tries     *int
}

func claim[T any](
	ctx context.Context, s *Store, queue Queue, limit int, lease time.Duration, parts func(*T) leased,
) ([]T, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	due, err := firstRows[T](ctx, s, max(1, limit), "due_at, "+queue.key(), "due_at <= ?", now)
	if err != nil {
		return nil, wrap("look for due "+string(queue), err)
	}
	until, token := models.Instant(now.Add(lease)), models.NewRef()
	mine := due[:0]
	for i := range due {
		row := due[i]
		p := parts(&row)
		c := &change{}
		c.set("due_at", until)
		c.set("lease", token)
		if p.tries != nil {
			*p.tries++
			c.set("tries", *p.tries)
		}
		n, err := s.exec(ctx, "UPDATE "+string(queue)+" SET "+c.sql()+" WHERE "+queue.key()+" = ? AND due_at = ?",
			append(c.values, *p.id, *p.due)...)
		if err != nil {
			// What is claimed already is worth more than the error, which the next claim meets again.
			if len(mine) > 0 {
				return mine, nil
			}
			return nil, wrap("claim due "+string(queue), err)
		}
		if n == 1 {
			*p.due, *p.lease = until, token
			mine = append(mine, row)
		}
	}
	return mine, nil
}

// Reschedule ends a claim and sets the time of the next look; the zero time means never. ErrConflict: the lease is not held any
// more, or the row was given another time meanwhile.
func (s *Store) Reschedule(ctx context.Context, queue Queue, id, lease string, due time.Time) error {
	if !slices.Contains(queues, queue) {
		return ErrQueue
	}
	if lease == "" {
		return wrap("reschedule "+string(queue), ErrConflict)
	}
	return wrap("reschedule "+string(queue), s.execOr(ctx, ErrConflict,
		"UPDATE "+string(queue)+" SET due_at = ?, lease = '' WHERE id = ? AND lease = ?", due, id, lease))
}
