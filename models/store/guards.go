package store

import (
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
)

// MarkChecked claims the next question about an attempt: it moves checked_at from the value that was read (zero: never asked) to
// now. ErrConflict: somebody else asked meanwhile. It is the rate limit of questions to the platform, over all replicas
// (reliability.md R13).
func (s *Store) MarkChecked(ctx context.Context, attemptID string, was, now time.Time) error {
	query, args := "UPDATE attempts SET checked_at = ? WHERE id = ? AND checked_at IS NULL", []any{now, attemptID}
	if !was.IsZero() {
		query, args = "UPDATE attempts SET checked_at = ? WHERE id = ? AND checked_at = ?", append(args, was)
	}
	return wrap("mark the attempt checked", s.execOr(ctx, ErrConflict, query, args...))
}

// LockOrder is Order for a transaction that decides by the order's attempts: the order's row is taken first, so that a transaction that adds
// an attempt (ExtendOrder) waits, or on a cluster is refused and starts again.
func (s *Store) LockOrder(ctx context.Context, id string) (models.Order, error) {
	if err := s.lockOrder(ctx, id); err != nil {
		return models.Order{}, wrap("lock the order", err)
	}
	return s.Order(ctx, id)
}

func (s *Store) lockOrder(ctx context.Context, id string) error {
	return s.execOr(ctx, ErrNotFound, "UPDATE orders SET updated_at = ? WHERE id = ?", s.now(), id)
}

// ExtendOrder gives an awaiting order time for another attempt: until expires, and the worker looks at due. Neither time gets later than the
// order's EndsBy allows, which never changes: due keeps its distance from expires. ErrConflict: the order awaits no payment any more.
func (s *Store) ExtendOrder(ctx context.Context, id string, expires, due time.Time) error {
	var endsBy time.Time
	err := s.one(ctx, "SELECT ends_by FROM orders WHERE id = ?", []any{id}, &endsBy)
	if errors.Is(err, ErrNotFound) {
		err = ErrConflict
	}
	if err != nil {
		return wrap("extend the order", err)
	}
	if over := expires.Sub(endsBy); over > 0 {
		expires, due = expires.Add(-over), due.Add(-over)
	}
	return wrap("extend the order", s.execOr(ctx, ErrConflict,
		"UPDATE orders SET expires_at = ?, due_at = ?, lease = '', updated_at = ? WHERE id = ? AND state = ?",
		expires, due, s.now(), id, string(models.OrderAwaiting)))
}

// RenewForm gives a cart another form token, by compare-and-set: the form that was used up cannot make an order any more, and the
// cart keeps its lines. ErrConflict: the cart has another token.
func (s *Store) RenewForm(ctx context.Context, cartID, from, to string) error {
	return wrap("renew the cart's form", s.execOr(ctx, ErrConflict,
		"UPDATE carts SET form_token = ?, updated_at = ? WHERE id = ? AND form_token = ?", to, s.now(), cartID, from))
}

// nudge brings the next question about attempts forward. A question that is nearer stays where it is, so that repeating a callback
// asks no more often than due allows; what is paid is never asked about again.
const nudge = "UPDATE attempts SET due_at = ?, lease = '' WHERE state <> 'paid' AND (due_at > ? OR due_at IS NULL) AND "

// NudgeAttempt brings the next question about an unpaid attempt forward to due; a paid one stays as it is.
func (s *Store) NudgeAttempt(ctx context.Context, id string, due time.Time) error {
	_, err := s.exec(ctx, nudge+"id = ?", due, due, id)
	return wrap("bring the next question forward", err)
}

// NudgeAttempts is NudgeAttempt for those that a callback with this digest has spoken of.
func (s *Store) NudgeAttempts(ctx context.Context, digest string, due time.Time) error {
	_, err := s.exec(ctx, nudge+`id IN (
		SELECT e.attempt_id FROM evidence e JOIN inbox i ON i.id = e.inbox_id WHERE i.digest = ?)`, due, due, digest)
	return wrap("bring the next questions forward", err)
}

// EndQuestions makes a paid attempt due no more; one that is in another state stays as it is.
func (s *Store) EndQuestions(ctx context.Context, attemptID string) error {
	_, err := s.exec(ctx, "UPDATE attempts SET due_at = NULL, lease = '' WHERE id = ? AND state = 'paid' AND due_at IS NOT NULL", attemptID)
	return wrap("end the questions", err)
}
