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
	// ErrDiscrepancyOver means that the discrepancy is already explained or settled.
	ErrDiscrepancyOver = errors.New("the discrepancy is closed already")
	// ErrNotSettleable means that the platform confirms nothing that would settle the discrepancy.
	ErrNotSettleable = errors.New("the platform confirms nothing that would settle this")
)

// AcceptDiscrepancy marks a discrepancy as explained, with a reason. Errors: store.ErrNotFound, ErrDiscrepancyOver, ErrDaySealed,
// models.ErrNoteText.
func (s *Service) AcceptDiscrepancy(ctx context.Context, id, reason string, by models.Actor) error {
	reason, err := models.CleanNote(reason)
	if err != nil {
		return err
	}
	return s.changeDiscrepancy(ctx, id, models.DiscrepancyAccepted, store.DiscrepancyChange{Note: new(reason), OwnerID: new(by.StaffID)}, by, "discrepancy.accept", models.Facts{"reason": reason})
}

// AssignDiscrepancy assigns a discrepancy to a person, with an optional note. Errors: those of AcceptDiscrepancy.
func (s *Service) AssignDiscrepancy(ctx context.Context, id, ownerID, note string, by models.Actor) error {
	set := store.DiscrepancyChange{OwnerID: new(ownerID)}
	if note != "" {
		clean, err := models.CleanNote(note)
		if err != nil {
			return err
		}
		set.Note = new(clean)
	}
	return s.changeDiscrepancy(ctx, id, models.DiscrepancyOpen, set, by, "discrepancy.assign", models.Facts{"owner": ownerID, "note": note})
}

func (s *Service) changeDiscrepancy(ctx context.Context, id string, to models.DiscrepancyState, set store.DiscrepancyChange, by models.Actor, action string, after models.Facts) error {
	d, err := s.openDiscrepancy(ctx, id)
	if err != nil {
		return err
	}
	after["state"] = string(to)
	before := models.Facts{"state": string(d.State), "note": d.Note, "owner": d.OwnerID}
	err = s.store.Audited(ctx, by, action, "discrepancy:"+id, before, after, func(tx *store.Store) error {
		return tx.MoveDiscrepancy(ctx, id, models.DiscrepancyOpen, to, set)
	})
	if errors.Is(err, store.ErrConflict) {
		return ErrDiscrepancyOver
	}
	return err
}

func (s *Service) openDiscrepancy(ctx context.Context, id string) (models.Discrepancy, error) {
	d, err := s.store.Discrepancy(ctx, id)
	if err != nil {
		return d, fmt.Errorf("load discrepancy: %w", err)
	}
	if d.State != models.DiscrepancyOpen {
		return d, ErrDiscrepancyOver
	}
	book, err := s.store.BookDay(ctx, d.Day)
	if err == nil && book.State == models.DaySealed {
		return d, ErrDaySealed
	}
	return d, nil
}

// SettleDiscrepancy asks the platform about the attempt behind a discrepancy (orderDetail) and settles the answer like any other, so that
// only evidence changes a payment. It then compares the day again. Errors: store.ErrNotFound, ErrDiscrepancyOver, ErrDaySealed,
// ErrNotSettleable.
func (s *Service) SettleDiscrepancy(ctx context.Context, id string, by models.Actor) error {
	d, err := s.openDiscrepancy(ctx, id)
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
