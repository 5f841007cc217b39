package store

import (
	"cmp"
	"context"

	"github.com/coincart/coincart/models"
)

// AddEvidence appends a claim about a payment (reliability.md R7). Claims longer than their columns are cut off: what somebody else
// wrote is never the reason that a claim is lost.
func (s *Store) AddEvidence(ctx context.Context, e *models.Evidence) error {
	e.ID, e.CreatedAt = cmp.Or(e.ID, models.NewID()), orTime(e.CreatedAt, s.now())
	clipTexts(e, "app_order_id", "order_num", "status", "coin", "amount", "code")
	return wrap("store the evidence", s.create(ctx, e))
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

// Evidence reads all claims about an order's payments, oldest first.
func (s *Store) Evidence(ctx context.Context, orderID string) ([]models.Evidence, error) {
	list, err := ofOrder[models.Evidence](ctx, s, orderID, "created_at, id")
	return list, wrap("read the evidence", err)
}

// OpenReview asks a person to look. The same kind and subject again changes nothing, also when the first one is closed.
func (s *Store) OpenReview(ctx context.Context, r models.Review) error {
	r.ID, r.CreatedAt = cmp.Or(r.ID, models.NewID()), orTime(r.CreatedAt, s.now())
	r.UpdatedAt = orTime(r.UpdatedAt, r.CreatedAt)
	r.Open = true
	clipTexts(&r, "subject", "note")
	return wrap("open a review", s.create(ctx, &r, onConflict("kind", "subject")))
}

// Reviews reads reviews, newest first; limit is at least 1.
func (s *Store) Reviews(ctx context.Context, onlyOpen bool, limit int) ([]models.Review, error) {
	where := conditions{}
	if onlyOpen {
		where.add("`open` = ?", true)
	}
	list, err := firstRows[models.Review](ctx, s, max(1, limit), "created_at DESC, id DESC", where.sql(), where.args...)
	return list, wrap("read the reviews", err)
}

// AddNote stores what staff wrote on an order; id and time that are empty are filled in.
func (s *Store) AddNote(ctx context.Context, n *models.Note) error {
	n.ID, n.CreatedAt = cmp.Or(n.ID, models.NewID()), orTime(n.CreatedAt, s.now())
	return wrap("store the note", s.create(ctx, n))
}

// Notes reads the notes on an order, oldest first.
func (s *Store) Notes(ctx context.Context, orderID string) ([]models.Note, error) {
	list, err := ofOrder[models.Note](ctx, s, orderID, "created_at, id")
	return list, wrap("read the notes", err)
}
