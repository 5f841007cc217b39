package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
)

// PutDiscrepancies brings a day's discrepancies up to what a reconciliation has found: new ones, by (kind, key), are stored open; open ones
// that were found again take the figures of now; open ones that were not found any more become settled; settled ones that are back
// are open again, and so are accepted ones whose figures have changed, because those were not what was accepted. All in one
// transaction that holds the day's row; ErrNotFound: no such day.
//
// Those of a sealed day can only be models.ChangedSealed: what the day was sealed with stays as it is.
func (s *Store) PutDiscrepancies(ctx context.Context, day string, found []models.Discrepancy) error {
	return doing("store the day's discrepancies", s.Tx(ctx, func(tx *Store) error {
		if err := tx.lockDay(ctx, day); err != nil {
			return err
		}
		d, err := tx.BookDay(ctx, day)
		if err != nil {
			return err
		}
		known, err := tx.dayDiscrepancies(ctx, day)
		if err != nil {
			return err
		}
		seen := make(map[discrepancyPlace]bool, len(found))
		var added []models.Discrepancy
		for _, x := range found {
			if d.State == models.DaySealed && x.Kind != models.ChangedSealed {
				return ErrConflict
			}
			x.AppOrderID = clip("discrepancies", "app_order_id", asKey(x.AppOrderID))
			x.Key = clip("discrepancies", "key", asKey(x.Key))
			x.Coin = clip("discrepancies", "coin", x.Coin)
			place := discrepancyPlace{x.Kind, x.Key}
			if seen[place] {
				continue
			}
			seen[place] = true
			old, ok := known[place]
			if !ok {
				added = append(added, tx.newDiscrepancy(day, x))
				continue
			}
			if err := tx.refind(ctx, old, x); err != nil {
				return err
			}
		}
		if err := tx.addDiscrepancies(ctx, added); err != nil {
			return err
		}
		return tx.settleLost(ctx, known, seen)
	}))
}

type discrepancyPlace struct {
	kind models.DiscrepancyKind
	key  string
}

func (s *Store) dayDiscrepancies(ctx context.Context, day string) (map[discrepancyPlace]models.Discrepancy, error) {
	var list []models.Discrepancy
	if err := s.find(ctx, &list, "id", "day = ?", day); err != nil {
		return nil, err
	}
	known := make(map[discrepancyPlace]models.Discrepancy, len(list))
	for _, x := range list {
		known[discrepancyPlace{x.Kind, x.Key}] = x
	}
	return known, nil
}

func (s *Store) newDiscrepancy(day string, x models.Discrepancy) models.Discrepancy {
	x.ID, x.Day, x.State = models.NewID(), day, models.DiscrepancyOpen
	x.CreatedAt = s.now()
	x.UpdatedAt = x.CreatedAt
	x.Note = clip("discrepancies", "note", x.Note)
	return x
}

func (s *Store) addDiscrepancies(ctx context.Context, added []models.Discrepancy) error {
	for rest := added; len(rest) > 0; {
		some := rest[:min(linesPerInsert, len(rest))]
		if err := s.create(ctx, &some); err != nil {
			return err
		}
		rest = rest[len(some):]
	}
	return nil
}

// refind brings a discrepancy that was known up to what was found now.
func (s *Store) refind(ctx context.Context, old, now models.Discrepancy) error {
	same := old.Theirs.Equal(now.Theirs) && old.Ours.Equal(now.Ours) && old.Coin == now.Coin && old.OrderID == now.OrderID
	if same && old.State != models.DiscrepancySettled {
		return nil
	}
	c := &change{}
	c.set("theirs", now.Theirs)
	c.set("ours", now.Ours)
	c.set("coin", now.Coin)
	c.set("order_id", now.OrderID)
	c.set("state", string(models.DiscrepancyOpen))
	c.set("updated_at", s.now())
	return s.update(ctx, "discrepancies", c, "id = ?", old.ID)
}

// settleLost settles the open ones that were not found any more.
func (s *Store) settleLost(
	ctx context.Context, known map[discrepancyPlace]models.Discrepancy, seen map[discrepancyPlace]bool,
) error {
	var ids []any
	for place, x := range known {
		if x.State == models.DiscrepancyOpen && !seen[place] {
			ids = append(ids, x.ID)
		}
	}
	for some := range slices.Chunk(ids, linesPerInsert) {
		args := append([]any{string(models.DiscrepancySettled), s.now(), string(models.DiscrepancyOpen)}, some...)
		query := "UPDATE discrepancies SET state = ?, updated_at = ? WHERE state = ? AND id IN (" + places(len(some)) + ")"
		if _, err := s.exec(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

const discrepancyList = "discrepancies"

// Discrepancies reads a page of discrepancies, newest first. ErrFilter, ErrCursor.
func (s *Store) Discrepancies(ctx context.Context, f models.DiscrepancyFilter) (rows []models.Discrepancy, next string, err error) {
	f.Limit, err = pageLimit(f.Limit)
	if err != nil {
		return nil, "", doing("read the discrepancies", err)
	}
	rows, err = s.discrepancies(ctx, f)
	if err != nil {
		return nil, "", doing("read the discrepancies", err)
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
		if part.value == "" {
			continue
		}
		if !machine(part.value) {
			return nil, ErrFilter
		}
		where.add(part.column+" = ?", part.value)
	}
	if keys != nil {
		where.add("id < ?", keys[0]) // ids are made in the order of time
	}
	var list []models.Discrepancy
	err = s.orm.WithContext(ctx).Where(where.sql(), where.args...).Order("id DESC").Limit(f.Limit + 1).Find(&list).Error
	return list, translate(err)
}

// EachDiscrepancy calls fn with every discrepancy that a filter chooses, newest first, a batch at a time. An error of fn ends it and is
// returned as it is.
func (s *Store) EachDiscrepancy(ctx context.Context, f models.DiscrepancyFilter, fn func(models.Discrepancy) error) error {
	f.Limit = batch
	for {
		list, err := s.discrepancies(ctx, f)
		if err != nil {
			return doing("read the discrepancies", err)
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
	var x models.Discrepancy
	err := s.take(ctx, &x, "id = ?", id)
	return x, doing("read the discrepancy", err)
}

// MoveDiscrepancy changes a discrepancy's state by compare-and-set; the same state twice only changes its owner or note.
// ErrConflict: it is in another state, or its day is sealed and it would be open again. ErrText.
func (s *Store) MoveDiscrepancy(ctx context.Context, id string, from, to models.DiscrepancyState, set DiscrepancyChange) error {
	what := fmt.Sprintf("move the discrepancy from %s to %s", from, to)
	c, err := set.columns()
	if err != nil {
		return doing(what, err)
	}
	c.set("state", string(to))
	c.set("updated_at", s.now())
	return doing(what, s.Tx(ctx, func(tx *Store) error {
		x, err := tx.Discrepancy(ctx, id)
		if err != nil {
			return err
		}
		if to == models.DiscrepancyOpen && from != to {
			if err := tx.lockDay(ctx, x.Day); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			d, err := tx.BookDay(ctx, x.Day)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if d.State == models.DaySealed {
				return ErrConflict
			}
		}
		return tx.update(ctx, "discrepancies", c, "id = ? AND state = ?", id, string(from))
	}))
}
