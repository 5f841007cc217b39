package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
)

// AddEvidence appends a claim about a payment (reliability.md R7). Claims longer than their columns are cut off: what somebody else
// wrote is never the reason that a claim is lost.
func (s *Store) AddEvidence(ctx context.Context, e *models.Evidence) error {
	e.ID, e.CreatedAt = cmp.Or(e.ID, models.NewID()), orTime(e.CreatedAt, s.now())
	clipTexts(e, "app_order_id", "order_num", "status", "coin", "amount", "code")
	return wrap("store the evidence", s.create(ctx, e))
}

// PaidClaim reads the platform's newest verified answer to a question that calls an attempt paid; ErrNotFound.
func (s *Store) PaidClaim(ctx context.Context, attemptID string) (models.Evidence, error) {
	list, err := firstRows[models.Evidence](ctx, s, 1, "created_at DESC, id DESC", "attempt_id = ? AND verified = ? AND status = '3' AND source IN (?, ?)",
		attemptID, true, string(models.SourceQuery), string(models.SourceReference))
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return models.Evidence{}, wrap("read what the exchange claims", err)
	}
	return list[0], nil
}

// AddRefusal is AddEvidence for a question that was refused: the same refusal again (attempt, source and code) adds nothing, because a
// poller would meet it for days.
func (s *Store) AddRefusal(ctx context.Context, e *models.Evidence) error {
	n := 0
	err := s.one(ctx, "SELECT COUNT(*) FROM evidence WHERE attempt_id = ? AND source = ? AND code = ?",
		[]any{e.AttemptID, string(e.Source), e.Code}, &n)
	if err != nil {
		return wrap("look for the refusal", err)
	}
	if n > 0 {
		return nil
	}
	return s.AddEvidence(ctx, e)
}

// OpenReview asks a person to look. The same kind and subject again changes nothing, also when the first one is closed.
func (s *Store) OpenReview(ctx context.Context, r models.Review) error {
	r.ID, r.CreatedAt = cmp.Or(r.ID, models.NewID()), orTime(r.CreatedAt, s.now())
	r.UpdatedAt = orTime(r.UpdatedAt, r.CreatedAt)
	r.Open = true
	clipTexts(&r, "subject", "note")
	return wrap("open a review", s.create(ctx, &r, onConflict("kind", "subject")))
}

// RenewReview is OpenReview for a case whose remark says what is known last. Another remark replaces the stored one, and opens a closed case
// again, undecided; the same remark changes nothing.
func (s *Store) RenewReview(ctx context.Context, r models.Review) error {
	clipTexts(&r, "subject", "note")
	before, err := take[models.Review](ctx, s, "kind = ? AND subject = ?", string(r.Kind), r.Subject)
	if errors.Is(err, ErrNotFound) {
		return s.OpenReview(ctx, r)
	}
	if err != nil {
		return wrap("read the review", err)
	}
	if before.Note == r.Note {
		return nil
	}
	return s.MoveReview(ctx, before.ID, before.Open, ReviewChange{
		Open: new(true), WaitUntil: new(time.Time{}), Note: &r.Note, Decision: new(models.Decision("")), DecidedBy: new(""), Resolution: new(""),
	})
}

// AddNote stores what staff wrote on an order; id and time that are empty are filled in.
func (s *Store) AddNote(ctx context.Context, n *models.Note) error {
	n.ID, n.CreatedAt = cmp.Or(n.ID, models.NewID()), orTime(n.CreatedAt, s.now())
	return wrap("store the note", s.create(ctx, n))
}
