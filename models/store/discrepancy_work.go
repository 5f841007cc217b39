package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
)

// DiscrepancyMove is a change that a person makes to a discrepancy.
type DiscrepancyMove struct {
	Seen     models.DiscrepancySeen
	From, To models.DiscrepancyState // the same twice: only owner, note or reason change
	Set      DiscrepancyChange
	By       models.Actor
}

// MoveDiscrepancy changes a discrepancy by compare-and-set of its state and its version, and adds to its history what has changed. What is
// accepted gets a reason, a moment and a person; what is opened again loses them. ErrConflict: it has changed since it was seen, or its day is
// sealed and it would be open again. ErrText.
func (s *Store) MoveDiscrepancy(ctx context.Context, m DiscrepancyMove) error {
	what := fmt.Sprintf("move the discrepancy from %s to %s", m.From, m.To)
	if m.To == models.DiscrepancyOpen && m.From != m.To {
		m.Set.Reason = new("")
	}
	c, err := changed[models.Discrepancy](m.Set)
	if err != nil {
		return wrap(what, err)
	}
	now := s.now()
	c.set("state", string(m.To))
	c.set("version", m.Seen.Version+1)
	c.set("updated_at", now)
	switch {
	case m.From == m.To:
	case m.To == models.DiscrepancyAccepted:
		c.set("accepted_by", m.By.StaffID)
		c.set("accepted_at", now)
	default:
		c.set("accepted_by", "")
		c.set("accepted_at", nil)
	}
	return wrap(what, s.Tx(ctx, func(tx *Store) error {
		x, err := tx.Discrepancy(ctx, m.Seen.ID)
		if err != nil {
			return err
		}
		if m.To == models.DiscrepancyOpen && m.From != m.To {
			if err := tx.lockOpenDay(ctx, x.Day); err != nil {
				return err
			}
		}
		err = tx.update(ctx, discrepancyTable.name, c, "id = ? AND state = ? AND version = ?", x.ID, string(m.From), m.Seen.Version)
		if err != nil {
			return err
		}
		return discrepancyEventTable.insertAll(ctx, tx, tx.eventsOf(x, m))
	}))
}

// lockOpenDay takes the day's row, if there is one; ErrConflict: it is sealed.
func (s *Store) lockOpenDay(ctx context.Context, day string) error {
	if err := s.lockDay(ctx, day); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	d, err := s.BookDay(ctx, day)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if d.State == models.DaySealed {
		return ErrConflict
	}
	return nil
}

// event returns an event that the shop itself has caused.
func (s *Store) event(discrepancyID string, kind models.DiscrepancyEventKind, value string) models.DiscrepancyEvent {
	return models.DiscrepancyEvent{ID: models.NewID(), DiscrepancyID: discrepancyID, Kind: kind, Value: value, CreatedAt: s.now()}
}

// eventsOf returns an event for each fact that a person's change changes.
func (s *Store) eventsOf(x models.Discrepancy, m DiscrepancyMove) []models.DiscrepancyEvent {
	var list []models.DiscrepancyEvent
	add := func(kind models.DiscrepancyEventKind, value string) {
		e := s.event(x.ID, kind, value)
		e.StaffID, e.Who = m.By.StaffID, m.By.Who
		list = append(list, e)
	}
	if owner := m.Set.OwnerID; owner != nil && *owner != x.OwnerID {
		add(models.DiscrepancyAssigned, *owner)
	}
	if note := m.Set.Note; note != nil {
		add(models.DiscrepancyNoted, *note)
	}
	switch {
	case m.From == m.To:
	case m.To == models.DiscrepancyOpen:
		add(models.DiscrepancyReopened, "")
	case m.To == models.DiscrepancyAccepted && m.Set.Reason != nil:
		add(models.DiscrepancyExplained, *m.Set.Reason)
	}
	return list
}

// DiscrepancyEvents reads the history of discrepancies, by their ids, each from its beginning.
func (s *Store) DiscrepancyEvents(ctx context.Context, ids []string) (map[string][]models.DiscrepancyEvent, error) {
	events := make(map[string][]models.DiscrepancyEvent, len(ids))
	err := inParts(ids, func(list string, args []any) error {
		found, err := discrepancyEventTable.query(ctx, s, "WHERE discrepancy_id IN "+list+" ORDER BY id", args...) // ids are made in the order of time
		for _, e := range found {
			events[e.DiscrepancyID] = append(events[e.DiscrepancyID], e)
		}
		return err
	})
	return events, wrap("read the history of discrepancies", err)
}

// countDiscrepancies counts the discrepancies of a day in two states. The coin of a discrepancy is the statement's: one between two coins is
// counted again for the coin of our payment or refund.
const countDiscrepancies = `SELECT type, coin, SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END) FROM (
		SELECT type, coin, state FROM discrepancies WHERE day = ? AND state IN ('open', 'accepted')
		UNION ALL SELECT x.type, ours.coin, x.state FROM discrepancies x JOIN (
			SELECT app_order_id, coin FROM attempts UNION ALL SELECT app_order_id, coin FROM refunds
		) ours ON ours.app_order_id = x.app_order_id WHERE x.day = ? AND x.kind = 'coin_differs' AND x.state IN ('open', 'accepted') AND ours.coin <> x.coin
	) both_sides GROUP BY type, coin ORDER BY type, coin`

// CountDiscrepancies counts the open and the accepted discrepancies of a day by type and coin.
func (s *Store) CountDiscrepancies(ctx context.Context, day string) ([]models.DiscrepancyCount, error) {
	list, err := collect(ctx, s, countDiscrepancies, []any{day, day}, func(rows *sql.Rows) (n models.DiscrepancyCount, err error) {
		return n, rows.Scan(&n.Type, &n.Coin, &n.Open, &n.Accepted)
	})
	return slices.Clip(list), wrap("count the day's discrepancies", err)
}
