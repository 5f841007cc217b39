package books

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Errors of work on discrepancies.
var (
	// ErrDiscrepancyOver means that the discrepancy is explained or settled, or has changed since it was seen.
	ErrDiscrepancyOver = errors.New("the discrepancy has changed")
	// ErrNotSettleable means that the platform confirms nothing that would settle the discrepancy.
	ErrNotSettleable = errors.New("the platform confirms nothing that would settle this")
	// ErrNoAction means that the action cannot work on a discrepancy of this kind, see models.Discrepancy.Allows.
	ErrNoAction = errors.New("not possible for a discrepancy of this kind")
)

// AcceptDiscrepancy marks a discrepancy as explained, with a reason. Its owner and notes stay. Errors: store.ErrNotFound, ErrDiscrepancyOver,
// ErrDaySealed, ErrNoAction, models.ErrNoteText.
func (s *Service) AcceptDiscrepancy(ctx context.Context, seen models.DiscrepancySeen, reason string, by models.Actor) error {
	reason, err := models.CleanReason(reason)
	if err != nil {
		return err
	}
	m := store.DiscrepancyMove{Seen: seen, To: models.DiscrepancyAccepted, Set: store.DiscrepancyChange{Reason: new(reason)}, By: by}
	return s.changeDiscrepancy(ctx, models.DiscrepancyAccept, m)
}

// AssignDiscrepancy assigns an open discrepancy to a person; "": to nobody. Errors: those of AcceptDiscrepancy.
func (s *Service) AssignDiscrepancy(ctx context.Context, seen models.DiscrepancySeen, ownerID string, by models.Actor) error {
	m := store.DiscrepancyMove{Seen: seen, To: models.DiscrepancyOpen, Set: store.DiscrepancyChange{OwnerID: new(ownerID)}, By: by}
	return s.changeDiscrepancy(ctx, models.DiscrepancyAssign, m)
}

// NoteDiscrepancy adds a note to an open discrepancy; earlier ones stay in its history. Errors: those of AcceptDiscrepancy.
func (s *Service) NoteDiscrepancy(ctx context.Context, seen models.DiscrepancySeen, note string, by models.Actor) error {
	note, err := models.CleanReason(note)
	if err != nil {
		return err
	}
	m := store.DiscrepancyMove{Seen: seen, To: models.DiscrepancyOpen, Set: store.DiscrepancyChange{Note: new(note)}, By: by}
	return s.changeDiscrepancy(ctx, models.DiscrepancyNote, m)
}

// ReopenDiscrepancy takes back that a discrepancy is accepted; its reason stays in its history. Errors: those of AcceptDiscrepancy.
func (s *Service) ReopenDiscrepancy(ctx context.Context, seen models.DiscrepancySeen, by models.Actor) error {
	m := store.DiscrepancyMove{Seen: seen, To: models.DiscrepancyOpen, By: by}
	return s.changeDiscrepancy(ctx, models.DiscrepancyReopen, m)
}

// changeDiscrepancy makes a person's change and writes its audit entry, which has what was changed and the state.
func (s *Service) changeDiscrepancy(ctx context.Context, action models.DiscrepancyAction, m store.DiscrepancyMove) error {
	d, err := s.workable(ctx, m.Seen.ID, action)
	if err != nil {
		return err
	}
	m.From = d.State
	before, after := models.Facts{"state": string(d.State)}, models.Facts{"state": string(m.To)}
	for _, fact := range []struct {
		name, old string
		now       *string
	}{{"owner", d.OwnerID, m.Set.OwnerID}, {"note", d.Note, m.Set.Note}, {"reason", d.Reason, m.Set.Reason}} {
		if fact.now != nil {
			before[fact.name], after[fact.name] = fact.old, *fact.now
		}
	}
	err = s.store.Audited(ctx, m.By, "discrepancy."+string(action), "discrepancy:"+d.ID, before, after, func(tx *store.Store) error {
		return tx.MoveDiscrepancy(ctx, m)
	})
	if errors.Is(err, store.ErrConflict) {
		return ErrDiscrepancyOver
	}
	return err
}

// CheckDiscrepancy reports whether an action can work on a discrepancy now. Errors: those of AcceptDiscrepancy.
func (s *Service) CheckDiscrepancy(ctx context.Context, id string, action models.DiscrepancyAction) error {
	_, err := s.workable(ctx, id, action)
	return err
}

// workable returns a discrepancy on which the action can work.
func (s *Service) workable(ctx context.Context, id string, action models.DiscrepancyAction) (models.Discrepancy, error) {
	d, err := s.store.Discrepancy(ctx, id)
	if err != nil {
		return d, fmt.Errorf("load discrepancy: %w", err)
	}
	book, err := s.store.BookDay(ctx, d.Day)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return d, fmt.Errorf("load day: %w", err)
	}
	if book.State == models.DaySealed {
		return d, ErrDaySealed
	}
	if d.Allows(action) {
		return d, nil
	}
	other := d
	for _, other.State = range []models.DiscrepancyState{models.DiscrepancyOpen, models.DiscrepancyAccepted} {
		if other.Allows(action) {
			return d, ErrDiscrepancyOver
		}
	}
	return d, ErrNoAction
}

// SettleDiscrepancy asks the platform about the attempt behind a discrepancy (orderDetail) and settles the answer like any other, so that
// only evidence changes a payment. It then compares the day again. Errors: store.ErrNotFound, ErrDiscrepancyOver, ErrDaySealed, ErrNoAction,
// ErrNotSettleable.
func (s *Service) SettleDiscrepancy(ctx context.Context, id string, by models.Actor) error {
	d, err := s.workable(ctx, id, models.DiscrepancySettle)
	if err != nil {
		return err
	}
	a, err := s.store.AttemptByAppOrderID(ctx, d.AppOrderID)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNotSettleable
	}
	if err != nil {
		return fmt.Errorf("load attempt: %w", err)
	}
	ask, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	noChange := func(*store.Store) error { return nil }
	if err := s.store.Audited(ctx, by, "discrepancy.settle", "discrepancy:"+id, models.Facts{"attempt": string(a.State)}, nil, noChange); err != nil {
		return err
	}
	if err := s.money.Ask(ask, a, "statement"); err != nil {
		return fmt.Errorf("%w: %w", ErrNotSettleable, err)
	}
	if _, err := s.Reconcile(ctx, d.Day); err != nil {
		return err
	}
	d, err = s.store.Discrepancy(ctx, id)
	if err != nil {
		return fmt.Errorf("load discrepancy: %w", err)
	}
	if d.State == models.DiscrepancyOpen {
		return ErrNotSettleable
	}
	return nil
}
