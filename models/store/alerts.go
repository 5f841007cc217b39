package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// alertSettled is how long an alert must be stored before it is told: a replica that began to store one earlier has committed it by then, so
// that nobody's mark passes it unseen.
const alertSettled = 10 * time.Second

// alertSources are the queries of what is open at this moment, by the kind of alert. The argument of AlertLowStock is the shop's limit.
var alertSources = map[models.AlertKind]string{
	models.AlertAttention: "SELECT id FROM reviews WHERE `open` = 1",
	models.AlertRefund:    "SELECT id FROM refunds WHERE state = '" + string(models.RefundRequested) + "'",
	models.AlertLowStock:  "SELECT v.id FROM variants v WHERE " + isLow,
	models.AlertStatement: "SELECT id FROM discrepancies WHERE state = '" + string(models.DiscrepancyOpen) + "'",
}

// RefreshAlerts brings the alerts up to what is open now: new ones are stored with this moment, at most models.AlertsCounted of each kind at
// once, and those that are over are deleted. lowStock is the number of pieces at or below which a stock is low, for variants without their own;
// callbacks reports whether payments come without callbacks. Several replicas may do it at once.
func (s *Store) RefreshAlerts(ctx context.Context, lowStock int, callbacks bool) error {
	for _, kind := range models.AlertKinds() {
		var err error
		if source, ok := alertSources[kind]; ok {
			err = s.refreshAlerts(ctx, kind, source, lowStock)
		} else {
			err = s.switchAlert(ctx, kind, callbacks)
		}
		if err != nil {
			return wrap("refresh the alerts of "+string(kind), err)
		}
	}
	return nil
}

func (s *Store) refreshAlerts(ctx context.Context, kind models.AlertKind, source string, lowStock int) error {
	var args []any
	if kind == models.AlertLowStock {
		args = []any{lowStock}
	}
	// Reads come first and lock nothing: the rows that are looked at are those of payments.
	fresh, err := s.readTexts(ctx, "SELECT id FROM ("+source+") now_open WHERE NOT EXISTS (SELECT 1 FROM alerts a WHERE a.kind = ? AND a.subject = now_open.id) LIMIT ?",
		slices.Concat(args, []any{string(kind), models.AlertsCounted})...)
	if err != nil {
		return err
	}
	over, err := s.readTexts(ctx, "SELECT subject FROM alerts WHERE kind = ? AND subject NOT IN ("+source+")", slices.Concat([]any{string(kind)}, args)...)
	if err != nil {
		return err
	}
	if kind == models.AlertLowStock {
		err = s.tellLowStock(ctx, lowStock, fresh)
	} else {
		err = s.addAlerts(ctx, kind, fresh...)
	}
	if err != nil {
		return err
	}
	return inParts(over, func(list string, part []any) error {
		_, err := s.exec(ctx, "DELETE FROM alerts WHERE kind = ? AND subject IN "+list, slices.Concat([]any{string(kind)}, part)...)
		return err
	})
}

// switchAlert stores or deletes the only alert of a kind.
func (s *Store) switchAlert(ctx context.Context, kind models.AlertKind, on bool) error {
	if on {
		return s.addAlerts(ctx, kind, string(kind))
	}
	_, err := s.exec(ctx, "DELETE FROM alerts WHERE kind = ?", string(kind))
	return err
}

func (s *Store) addAlerts(ctx context.Context, kind models.AlertKind, subjects ...string) error {
	now := models.Instant(s.now())
	for _, subject := range subjects {
		if err := s.create(ctx, &alert{kind, subject, now}, onConflict("kind", "subject")); err != nil {
			return err
		}
	}
	return nil
}

// tellLowStock stores the alerts of variants of which little is left, each with its event. The alert, which only one replica can add, is why there
// is one event for each time that a stock falls.
func (s *Store) tellLowStock(ctx context.Context, lowStock int, variantIDs []string) error {
	for _, id := range variantIDs {
		err := s.Tx(ctx, func(tx *Store) error {
			v, err := variantTable.take(ctx, tx, "WHERE id = ?", id)
			if err != nil {
				return err
			}
			row := alert{models.AlertLowStock, id, models.Instant(tx.now())}
			if err := tx.create(ctx, &row); err != nil {
				return err
			}
			return tx.TellOf(ctx, models.Event{Type: models.EventStockLow, ObjectID: id}, func(sequence int) any {
				out := wire.OfStock(&v)
				out.LowAt, out.Sequence = cmp.Or(v.LowStock, lowStock), sequence
				return out
			})
		})
		if err != nil && !errors.Is(err, ErrDuplicate) && !errors.Is(err, ErrNotFound) { // another replica was faster, or the variant is gone
			return err
		}
	}
	return nil
}

// StaffAlerts reads what a person has chosen and was told, by kind; rows that were never stored are missing.
func (s *Store) StaffAlerts(ctx context.Context, staffID string) (map[models.AlertKind]models.StaffAlert, error) {
	list, err := staffAlertTable.query(ctx, s, "WHERE staff_id = ?", staffID)
	found := make(map[models.AlertKind]models.StaffAlert, len(list))
	for _, row := range list {
		found[row.Kind] = row
	}
	return found, wrap("read the alerts of a person", err)
}

// SetAlertTiming stores when a person wants to be told about a kind of alert.
func (s *Store) SetAlertTiming(ctx context.Context, staffID string, kind models.AlertKind, timing models.AlertTiming) error {
	return wrap("store when to tell", staffAlertTable.put(ctx, s, &models.StaffAlert{StaffID: staffID, Kind: kind, Timing: timing}))
}

// AlertsFor counts the alerts of a person: of each kind those that are open, and those among them that are new to the person. A refund that
// the person asked for is not counted: another one must approve it. until is the moment for Tell: alerts of later are not counted.
func (s *Store) AlertsFor(ctx context.Context, staffID string) (counts models.AlertCounts, until time.Time, err error) {
	until = models.Instant(s.now().Add(-alertSettled))
	query := `SELECT a.kind, COUNT(*), SUM(CASE WHEN t.told_until IS NULL OR a.since > t.told_until THEN 1 ELSE 0 END)
		FROM alerts a LEFT JOIN staff_alerts t ON t.staff_id = ? AND t.kind = a.kind
		WHERE a.since <= ? AND NOT (a.kind = ? AND EXISTS (SELECT 1 FROM refunds r WHERE r.id = a.subject AND r.requested_by = ?)) GROUP BY a.kind`
	found := map[models.AlertKind]models.AlertCount{}
	err = s.each(ctx, query, []any{staffID, until, string(models.AlertRefund), staffID}, func(rows *sql.Rows) error {
		var n models.AlertCount
		err := rows.Scan(&n.Kind, &n.Open, &n.New)
		found[n.Kind] = n
		return err
	})
	for _, kind := range models.AlertKinds() {
		if n, ok := found[kind]; ok {
			counts = append(counts, n)
		}
	}
	return counts, until, wrap("count the alerts of a person", err)
}

// Tell marks that a person is told about kinds of alerts up to a moment. was is what the decision rests on (StaffAlerts). ErrConflict: another
// replica has told since; nothing is marked then if Tell runs in a transaction that is rolled back.
func (s *Store) Tell(ctx context.Context, staffID string, was map[models.AlertKind]models.StaffAlert, until time.Time, kinds ...models.AlertKind) error {
	now := models.Instant(s.now())
	for _, kind := range kinds {
		row := models.StaffAlert{StaffID: staffID, Kind: kind}
		if err := s.create(ctx, &row, onConflict("staff_id", "kind")); err != nil {
			return wrap("tell a person", err)
		}
		where, args := "mailed_at IS NULL", []any{now, until, staffID, string(kind)}
		if before := was[kind].MailedAt; !before.IsZero() {
			where, args = "mailed_at = ?", append(args, before)
		}
		err := s.execOr(ctx, ErrConflict, "UPDATE staff_alerts SET mailed_at = ?, told_until = ? WHERE staff_id = ? AND kind = ? AND "+where, args...)
		if err != nil {
			return wrap("tell a person", err)
		}
	}
	return nil
}
