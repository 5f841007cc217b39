package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// BookDay reads a day of the books; ErrNotFound.
func (s *Store) BookDay(ctx context.Context, day string) (models.BookDay, error) {
	d, err := take[models.BookDay](ctx, s, "day = ?", day)
	return d, wrap("read the day", err)
}

// PutBookDay stores an open day, new or reconciled again: its zone, statement and report. A sealed day stays as it is: ErrConflict.
func (s *Store) PutBookDay(ctx context.Context, d models.BookDay) error {
	d.State, d.SealedHash, d.SealedBy, d.SealedAt = models.DayOpen, "", "", time.Time{}
	d.UpdatedAt = s.now()
	d.CreatedAt = orTime(d.CreatedAt, d.UpdatedAt)
	if err := checkTexts(&d); err != nil {
		return wrap("store the day", err)
	}
	set := bookDayTable.changeOnly(&d, "zone", "statement_id", "report", "updated_at")
	return wrap("store the day", s.Tx(ctx, func(tx *Store) error {
		err := tx.update(ctx, "book_days", set, "day = ? AND state = ?", d.Day, string(models.DayOpen))
		if !errors.Is(err, ErrConflict) {
			return err
		}
		err = tx.create(ctx, &d)
		if errors.Is(err, ErrDuplicate) {
			err = ErrConflict // it is sealed
		}
		return err
	}))
}

// OpenBookDay makes sure that the books have a day, open and not compared with anything yet; one that is there stays as it is.
func (s *Store) OpenBookDay(ctx context.Context, day, zone string) error {
	d := models.BookDay{Day: day, Zone: zone, State: models.DayOpen, CreatedAt: s.now(), UpdatedAt: s.now()}
	return wrap("open the day", s.create(ctx, &d, onConflict("day")))
}

// SealDay closes a day with the statement that it was reconciled with. ErrConflict: the day is not open, has no complete statement, or
// a discrepancy of it is open. ErrNotFound: no such day.
func (s *Store) SealDay(ctx context.Context, day, by string) error {
	return wrap("seal the day", s.Tx(ctx, func(tx *Store) error {
		// The day's row is taken first: whoever adds discrepancies has taken it too.
		if err := tx.lockDay(ctx, day); err != nil {
			return err
		}
		var hash string
		query := `SELECT m.hash FROM book_days d JOIN statements m ON m.id = d.statement_id
			WHERE d.day = ? AND d.state = ? AND m.state = ? AND NOT EXISTS (SELECT 1 FROM discrepancies x WHERE x.day = d.day AND x.state = ?)`
		err := tx.one(ctx, query,
			[]any{day, string(models.DayOpen), string(models.StatementComplete), string(models.DiscrepancyOpen)}, &hash)
		if errors.Is(err, ErrNotFound) {
			return ErrConflict
		}
		if err != nil {
			return err
		}
		return tx.execOr(ctx, ErrConflict, "UPDATE book_days SET state = ?, sealed_hash = ?, sealed_by = ?, sealed_at = ? WHERE day = ? AND state = ?",
			string(models.DaySealed), hash, by, tx.now(), day, string(models.DayOpen))
	}))
}

// lockDay takes the day's row for the transaction; ErrNotFound.
func (s *Store) lockDay(ctx context.Context, day string) error {
	return s.execOr(ctx, ErrNotFound, "UPDATE book_days SET updated_at = ? WHERE day = ?", s.now(), day)
}

// Behind a point no name needs quotes, not even lines.
var readDays = "SELECT " + bookDayTable.list("d") + `,
	COALESCE(m.lines, 0), m.fetched_at,
	(SELECT l.id FROM statements l WHERE l.day = d.day ORDER BY l.created_at DESC, l.id DESC LIMIT 1),
	(SELECT l.state FROM statements l WHERE l.day = d.day ORDER BY l.created_at DESC, l.id DESC LIMIT 1),
	(SELECT COUNT(*) FROM discrepancies x WHERE x.day = d.day AND x.state = 'open'),
	(SELECT COUNT(*) FROM discrepancies x WHERE x.day = d.day AND x.state = 'accepted'),
	(SELECT COUNT(*) FROM discrepancies x WHERE x.day = d.day AND x.state = 'settled')
FROM book_days d LEFT JOIN statements m ON m.id = d.statement_id
WHERE d.day < ? ORDER BY d.day DESC LIMIT ?`

// BookDays reads the days before one (empty: from the newest), newest first, each with its statement and how many discrepancies are in
// which state. ErrFilter.
func (s *Store) BookDays(ctx context.Context, before string, limit int) ([]models.BookDayRow, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, wrap("read the days", err)
	}
	if before == "" {
		before = "9999-12-31"
	}
	if !isKey(before) {
		return nil, fmt.Errorf("read the days: %w", ErrFilter)
	}
	list, err := collect(ctx, s, readDays, []any{before, limit}, func(rows *sql.Rows) (d models.BookDayRow, err error) {
		err = rows.Scan(append(bookDayTable.targets(&d.BookDay), &d.Lines, orZero(&d.FetchedAt), orZero(&d.LatestID), orZero(&d.LatestState),
			&d.Open, &d.Accepted, &d.Settled)...)
		return d, err
	})
	return list, wrap("read the days", err)
}

// bookedBatch is the maximum number of records of a day in memory at once.
const bookedBatch = 4000

// bookedAttempts and bookedRefunds read the shop's side of a statement. A refund that may be under way is in the records from the moment that
// it was sent: the statement says whether it was.
const (
	bookedAttempts = `SELECT app_order_id, order_id, id, '', '', coin, received, paid_at FROM attempts
		WHERE state = 'paid' AND {which} ORDER BY app_order_id LIMIT ?`
	bookedRefunds = `SELECT app_order_id, order_id, attempt_id, id, state, coin, amount, sent_at FROM refunds
		WHERE state IN ('submitting', 'unknown', 'accepted', 'confirmed') AND {which} ORDER BY app_order_id LIMIT ?`
)

// EachBooked calls fn with everything in the shop's records of a span of time, from its beginning up to but not including its end: first
// the attempts paid then (models.StatementPayment), then the refunds sent then that were or may have been accepted
// (models.StatementTransfer), each ordered by appOrderId as in EachStatementLine, a batch at a time. An error of fn ends it and is returned
// as it is.
func (s *Store) EachBooked(ctx context.Context, from, to time.Time, fn func(models.Booked) error) error {
	for _, side := range []struct {
		kind        models.StatementType
		query, when string
	}{
		{models.StatementPayment, bookedAttempts, "paid_at"},
		{models.StatementTransfer, bookedRefunds, "sent_at"},
	} {
		which := side.when + " >= ? AND " + side.when + " < ? AND app_order_id > ?"
		err := eachInBatches(bookedBatch, func(last *models.Booked) ([]models.Booked, error) {
			after := ""
			if last != nil {
				after = last.AppOrderID
			}
			list, err := s.booked(ctx, side.kind, side.query, which, []any{from, to, after, bookedBatch})
			return list, wrap("read the books", err)
		}, fn)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) booked(ctx context.Context, kind models.StatementType, query, which string, args []any) ([]models.Booked, error) {
	return collect(ctx, s, substitute(query, "which", which), args, func(rows *sql.Rows) (models.Booked, error) {
		b := models.Booked{Type: kind}
		err := rows.Scan(&b.AppOrderID, &b.OrderID, &b.AttemptID, &b.RefundID, &b.RefundState, &b.Coin, &b.Amount, orZero(&b.At))
		return b, err
	})
}

// BookedByAppOrderIDs reads what the shop's records hold under these ids, whatever its day, in no order: for lines of a statement whose
// booking lies on another day. Other types are not in the shop's records.
func (s *Store) BookedByAppOrderIDs(ctx context.Context, kind models.StatementType, ids []string) ([]models.Booked, error) {
	query := bookedAttempts
	switch kind {
	case models.StatementPayment:
	case models.StatementTransfer:
		query = bookedRefunds
	default:
		return nil, nil
	}
	var all []models.Booked
	err := inParts(possibleKeys(ids), func(list string, args []any) error {
		found, err := s.booked(ctx, kind, query, "app_order_id IN "+list, append(args, len(args)))
		all = append(all, found...)
		return err
	})
	if err != nil {
		return nil, wrap("look into the books", err)
	}
	return all, nil
}
