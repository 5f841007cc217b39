package store

import (
	"context"
	"maps"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// PutDiscrepancies brings a day's discrepancies up to what a reconciliation has found: new ones, by (kind, key), are stored open; open ones
// that were found again take the figures of now; those that were not found any more become settled, also accepted ones, so that a day
// without differences is balanced; settled ones that are back are open again, and so are accepted ones whose figures have changed, because
// those were not what was accepted. Each change is an event of its history. All in one transaction that holds the day's row; ErrNotFound: no
// such day.
//
// Those of a sealed day can only be models.ChangedSealed: what the day was sealed with stays as it is.
func (s *Store) PutDiscrepancies(ctx context.Context, day string, found []models.Discrepancy) error {
	found = distinctDiscrepancies(found)
	return wrap("store the day's discrepancies", s.Tx(ctx, func(tx *Store) error {
		if err := tx.lockDay(ctx, day); err != nil {
			return err
		}
		d, err := tx.BookDay(ctx, day)
		if err != nil {
			return err
		}
		if d.State == models.DaySealed && slices.ContainsFunc(found, func(x models.Discrepancy) bool { return x.Kind != models.ChangedSealed }) {
			return ErrConflict
		}
		missing, err := tx.dayDiscrepancies(ctx, day) // those that are not found below
		if err != nil {
			return err
		}
		var added []models.Discrepancy
		var events []models.DiscrepancyEvent
		for _, x := range found {
			old, known := missing[keyOf(x)]
			delete(missing, keyOf(x))
			if !known {
				x.ID, x.Day, x.State, x.CreatedAt, x.UpdatedAt = models.NewID(), day, models.DiscrepancyOpen, tx.now(), tx.now()
				added = append(added, x)
				events = append(events, tx.event(x.ID, models.DiscrepancyFound, ""))
			} else if err := tx.updateDiscrepancy(ctx, old, x); err != nil {
				return err
			}
		}
		if err := discrepancyEventTable.insertAll(ctx, tx, events); err != nil {
			return err
		}
		if err := discrepancyTable.insertAll(ctx, tx, added); err != nil {
			return err
		}
		if err := tx.tellDiscrepancies(ctx, added); err != nil {
			return err
		}
		if d.State == models.DaySealed {
			maps.DeleteFunc(missing, func(_ discrepancyKey, x models.Discrepancy) bool { return x.State == models.DiscrepancyAccepted })
		}
		return tx.settleDiscrepancies(ctx, missing)
	}))
}

// tellDiscrepancies writes the events of discrepancies that are new; one that is back is told by updateDiscrepancy.
func (s *Store) tellDiscrepancies(ctx context.Context, added []models.Discrepancy) error {
	for _, d := range added {
		e := models.Event{Type: models.EventDiscrepancy, ObjectID: d.ID, OrderID: d.OrderID, Sequence: 1}
		if err := s.addEvent(ctx, e, wire.OfDiscrepancy(&d, e.Sequence)); err != nil {
			return err
		}
	}
	return nil
}

// discrepancyKey tells the discrepancies of a day apart.
type discrepancyKey struct {
	kind models.DiscrepancyKind
	key  string
}

func keyOf(x models.Discrepancy) discrepancyKey { return discrepancyKey{x.Kind, x.Key} }

// distinctDiscrepancies makes the texts of discrepancies fit their columns, and keeps the first of those that are the same then.
func distinctDiscrepancies(list []models.Discrepancy) []models.Discrepancy {
	seen := make(map[discrepancyKey]bool, len(list))
	var distinct []models.Discrepancy
	for _, x := range list {
		x.AppOrderID, x.Key = asKey(x.AppOrderID), asKey(x.Key)
		clipTexts(&x, "app_order_id", "key", "coin", "note")
		if !seen[keyOf(x)] {
			seen[keyOf(x)] = true
			distinct = append(distinct, x)
		}
	}
	return distinct
}

func (s *Store) dayDiscrepancies(ctx context.Context, day string) (map[discrepancyKey]models.Discrepancy, error) {
	list, err := discrepancyTable.query(ctx, s, "WHERE day = ?", day)
	found := make(map[discrepancyKey]models.Discrepancy, len(list))
	for _, x := range list {
		found[keyOf(x)] = x
	}
	return found, err
}

// updateDiscrepancy gives a stored discrepancy the figures that were found now, and opens it, unless it is open or accepted with the same.
// Its reason was for other figures, or for a difference that had gone: it stays in the history alone.
func (s *Store) updateDiscrepancy(ctx context.Context, old, now models.Discrepancy) error {
	same := old.Theirs.Equal(now.Theirs) && old.Ours.Equal(now.Ours) && old.Coin == now.Coin && old.OrderID == now.OrderID
	if same && old.State != models.DiscrepancySettled {
		return nil
	}
	now.State, now.UpdatedAt, now.Version = models.DiscrepancyOpen, s.now(), old.Version+1
	set := discrepancyTable.changeOnly(&now, "theirs", "ours", "coin", "order_id", "state", "reason", "accepted_by", "accepted_at", "version", "updated_at")
	if err := s.update(ctx, discrepancyTable.name, set, "id = ?", old.ID); err != nil {
		return err
	}
	kind, value := models.DiscrepancyChanged, models.FiguresOf(old)
	if old.State == models.DiscrepancySettled {
		kind, value = models.DiscrepancyFound, ""
		now.ID, now.Day, now.CreatedAt = old.ID, old.Day, old.CreatedAt
		e := models.Event{Type: models.EventDiscrepancy, ObjectID: now.ID, OrderID: now.OrderID}
		if err := s.TellOf(ctx, e, func(sequence int) any { return wire.OfDiscrepancy(&now, sequence) }); err != nil {
			return err
		}
	}
	return discrepancyEventTable.insertAll(ctx, s, []models.DiscrepancyEvent{s.event(old.ID, kind, value)})
}

// settleDiscrepancies settles those that are open or accepted.
func (s *Store) settleDiscrepancies(ctx context.Context, list map[discrepancyKey]models.Discrepancy) error {
	var ids []string
	var events []models.DiscrepancyEvent
	for _, x := range list {
		if x.State != models.DiscrepancySettled {
			ids = append(ids, x.ID)
			events = append(events, s.event(x.ID, models.DiscrepancyDisappeared, ""))
		}
	}
	err := inParts(ids, func(list string, args []any) error {
		_, err := s.exec(ctx, "UPDATE discrepancies SET state = ?, version = version + 1, updated_at = ? WHERE state <> ? AND id IN "+list,
			slices.Concat([]any{string(models.DiscrepancySettled), s.now(), string(models.DiscrepancySettled)}, args)...)
		return err
	})
	if err != nil {
		return err
	}
	return discrepancyEventTable.insertAll(ctx, s, events)
}

const discrepancyList = "discrepancies"

// Discrepancies reads a page of discrepancies, newest first. ErrFilter, ErrCursor.
func (s *Store) Discrepancies(ctx context.Context, f models.DiscrepancyFilter) (rows []models.Discrepancy, next string, err error) {
	f.Limit, err = pageLimit(f.Limit)
	if err != nil {
		return nil, "", wrap("read the discrepancies", err)
	}
	rows, err = s.discrepancies(ctx, f)
	if err != nil {
		return nil, "", wrap("read the discrepancies", err)
	}
	rows, next = trim(rows, f.Limit, func(x models.Discrepancy) string { return cursor(discrepancyList, x.ID) })
	return rows, next, nil
}

// discrepancies reads one row more than the limit.
func (s *Store) discrepancies(ctx context.Context, f models.DiscrepancyFilter) ([]models.Discrepancy, error) {
	keys, err := readCursor(discrepancyList, f.After, 1)
	if err != nil {
		return nil, err
	}
	where := &conditions{}
	for _, part := range []struct{ column, value string }{
		{"day", f.Day}, {"state", string(f.State)}, {"kind", string(f.Kind)},
	} {
		if part.value != "" && !isKey(part.value) {
			return nil, ErrFilter
		}
		where.equal(part.column, part.value)
	}
	if keys != nil {
		where.add("id < ?", keys[0]) // ids are made in the order of time
	}
	return firstRows[models.Discrepancy](ctx, s, f.Limit+1, "id DESC", where.sql(), where.args...)
}

// EachDiscrepancy calls fn with every discrepancy that a filter chooses, newest first, a batch at a time. An error of fn ends it and is
// returned as it is.
func (s *Store) EachDiscrepancy(ctx context.Context, f models.DiscrepancyFilter, fn func(models.Discrepancy) error) error {
	f.Limit = batch
	for {
		list, err := s.discrepancies(ctx, f)
		if err != nil {
			return wrap("read the discrepancies", err)
		}
		list, f.After = trim(list, f.Limit, func(x models.Discrepancy) string { return cursor(discrepancyList, x.ID) })
		for _, x := range list {
			if err := fn(x); err != nil {
				return err
			}
		}
		if f.After == "" {
			return nil
		}
	}
}

// Discrepancy reads a discrepancy by its id; ErrNotFound.
func (s *Store) Discrepancy(ctx context.Context, id string) (models.Discrepancy, error) {
	x, err := take[models.Discrepancy](ctx, s, "id = ?", id)
	return x, wrap("read the discrepancy", err)
}
