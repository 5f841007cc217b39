package books

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// SealError says why a day cannot be sealed. It is ErrDaySealed or ErrNothingFetched for these reasons, and ErrDayOpen for the others.
type SealError struct {
	Reason models.SealReason
	Ends   time.Time // of the day, UTC: from then on it can be sealed
	Open   int       // with models.SealOpen: how many discrepancies
}

func (e *SealError) Error() string { return "the day cannot be sealed: " + string(e.Reason) }

// Is makes a SealError one of the package's errors.
func (e *SealError) Is(target error) bool {
	switch e.Reason {
	case models.SealSealed:
		return target == ErrDaySealed
	case models.SealNotFetched:
		return target == ErrNothingFetched
	case models.SealNotOver, models.SealEarly, models.SealUnbalanced, models.SealOpen:
		return target == ErrDayOpen
	}
	return false
}

// Sealable returns why a day cannot be sealed as it is stored, or nil. fetched is when the newest complete statement began to be fetched;
// zero: there is none. result and open are those of the day's comparison.
func (s *Service) Sealable(state models.BookDayState, ends, fetched time.Time, result models.DayResult, open int) *SealError {
	found := &SealError{Ends: ends}
	switch {
	case state == models.DaySealed:
		found.Reason = models.SealSealed
	case s.clock().Before(ends):
		found.Reason = models.SealNotOver
	case fetched.IsZero() || result == models.DayNotCompared:
		found.Reason = models.SealNotFetched
	case fetched.Before(ends):
		found.Reason = models.SealEarly
	case result == models.DayUnbalanced:
		found.Reason = models.SealUnbalanced
	case open > 0:
		found.Reason, found.Open = models.SealOpen, open
	default:
		return nil
	}
	return found
}

// SealDay closes a day for good. The day must be over, its newest complete statement fetched after its end and reconciled, and every
// discrepancy explained. Errors: models.ErrDay, ErrDayFuture, *SealError.
func (s *Service) SealDay(ctx context.Context, day string, by models.Actor) error {
	_, ends, err := s.day(day)
	if err != nil {
		return err
	}
	// First by what is known before anything is compared, then by the records as they are now.
	book, err := s.store.BookDay(ctx, day)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("load day: %w", err)
	}
	fetched, err := s.fetchedAt(ctx, day)
	if err != nil {
		return err
	}
	if wrong := s.Sealable(book.State, ends, fetched, models.DayBalanced, 0); wrong != nil {
		return wrong
	}
	if err := s.sealableNow(ctx, book, ends, fetched); err != nil {
		return err
	}
	before, after := models.Facts{"state": string(book.State)}, models.Facts{"state": string(models.DaySealed)}
	err = s.store.Audited(ctx, by, "day.seal", "day:"+day, before, after, func(tx *store.Store) error {
		if err := tx.SealDay(ctx, day, by.StaffID); err != nil {
			return err
		}
		sealed, err := tx.BookDay(ctx, day)
		if err != nil {
			return err
		}
		return tx.TellOf(ctx, models.Event{Type: models.EventStatementSealed, ObjectID: day}, func(sequence int) any { return wire.OfSealedDay(&sealed, sequence) })
	})
	if errors.Is(err, store.ErrConflict) { // a discrepancy was opened, or the day was sealed, at this moment
		if book, err = s.store.BookDay(ctx, day); err != nil {
			return fmt.Errorf("load day: %w", err)
		}
		return cmp.Or(s.sealableNow(ctx, book, ends, fetched), ErrDayOpen)
	}
	return err
}

// sealableNow compares the day again, because the records may have changed since the last comparison, and returns why it cannot be sealed.
func (s *Service) sealableNow(ctx context.Context, book models.BookDay, ends, fetched time.Time) error {
	result, err := s.Reconcile(ctx, book.Day)
	if err != nil {
		return err
	}
	open, accepted, err := s.discrepancyCounts(ctx, book.Day)
	if err != nil {
		return err
	}
	if wrong := s.Sealable(book.State, ends, fetched, result.Result(open, accepted), open); wrong != nil {
		return wrong
	}
	return nil
}

// fetchedAt returns when the newest complete statement of a day began to be fetched; zero: there is none.
func (s *Service) fetchedAt(ctx context.Context, day string) (time.Time, error) {
	st, err := s.store.NewestStatement(ctx, day)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("load statement: %w", err)
	}
	return st.CreatedAt, nil
}

// discrepancyCounts returns the numbers of the day's open and accepted discrepancies. One between two coins counts once.
func (s *Service) discrepancyCounts(ctx context.Context, day string) (open, accepted int, err error) {
	err = s.store.EachDiscrepancy(ctx, models.DiscrepancyFilter{Day: day}, func(d models.Discrepancy) error {
		switch d.State {
		case models.DiscrepancyOpen:
			open++
		case models.DiscrepancyAccepted:
			accepted++
		case models.DiscrepancySettled:
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("count discrepancies: %w", err)
	}
	return open, accepted, nil
}
