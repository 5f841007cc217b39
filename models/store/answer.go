package store

import (
	"context"
	"time"

	"github.com/coincart/coincart/models"
)

// Answer reads what a request with an Idempotency-Key was answered; ErrNotFound.
func (s *Store) Answer(ctx context.Context, id string) (models.Answer, error) {
	if !isKey(id) {
		return models.Answer{}, wrap("read an answer", ErrNotFound)
	}
	a, err := answerTable.take(ctx, s, "WHERE id = ?", id)
	return a, wrap("read an answer", err)
}

// InsertAnswer stores an answer, or with status 0 that a request is being handled. ErrDuplicate: there is one; then nothing has changed, inside a
// transaction of the caller's too.
func (s *Store) InsertAnswer(ctx context.Context, a *models.Answer) error {
	a.CreatedAt = orTime(a.CreatedAt, s.now())
	return wrap("store an answer", s.create(ctx, a))
}

// FinishAnswer stores the answer to a request that is being handled. ErrConflict: it has been answered.
func (s *Store) FinishAnswer(ctx context.Context, a models.Answer) error {
	return wrap("store an answer", s.execOr(ctx, ErrConflict, "UPDATE answers SET status = ?, body = ? WHERE id = ? AND status = 0", a.Status, a.Body, a.ID))
}

// TakeAnswer takes over a request that another process began to handle before a time and never answered. ErrConflict: it is answered, or the other
// process may still be at work.
func (s *Store) TakeAnswer(ctx context.Context, id string, before time.Time) error {
	return wrap("take a request over", s.execOr(ctx, ErrConflict, "UPDATE answers SET created_at = ? WHERE id = ? AND status = 0 AND created_at < ?",
		s.now(), id, models.Instant(before)))
}

// DropAnswer forgets a request that was not handled after all, so that it can be sent again.
func (s *Store) DropAnswer(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM answers WHERE id = ? AND status = 0", id)
	return wrap("forget a request", err)
}

// ForgetAnswers removes up to limit answers from before a time, and returns how many.
func (s *Store) ForgetAnswers(ctx context.Context, before time.Time, limit int) (int, error) {
	ids, err := s.readTexts(ctx, "SELECT id FROM answers WHERE created_at < ? ORDER BY created_at LIMIT ?", models.Instant(before), max(1, limit))
	if err != nil || len(ids) == 0 {
		return 0, wrap("look for old answers", err)
	}
	list := padded(arguments(ids))
	n, err := s.exec(ctx, "DELETE FROM answers WHERE id IN ("+placeholders(len(list))+")", list...)
	return int(n), wrap("remove old answers", err)
}
