package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
)

// aged describes data that a table keeps for a while only. What is cleared is found by its time, and a mark says how far the table is
// cleared, so that no look goes over the same rows again. Clearing twice changes nothing: any number of replicas may do it at once.
type aged struct {
	mark, table, key string
	at               string // the time that decides, with an index of its own
	kept             string // condition of rows that are not cleared yet
	clear            string // what is set
}

var (
	agedEnvelopes = aged{
		mark: "inbox.envelopes", table: "inbox", key: "id", at: "handled_at", kept: "(data <> '' OR sign <> '')", clear: "data = '', sign = ''",
	}
	agedArrivals = aged{
		mark: "inbox.network", table: "inbox", key: "id", at: "received_at", kept: "remote_addr <> ''", clear: "remote_addr = ''",
	}
	// One that is open for longer than the period keeps its payer until the payer's orders are erased.
	agedCheckouts = aged{
		mark: "checkouts.payers", table: "checkouts", key: "id", at: "created_at",
		kept:  "status IN ('expired', 'cancelled') AND (email <> '' OR name <> '' OR payer_user_id <> '' OR metadata <> '{}')",
		clear: "email = '', name = '', payer_user_id = '', metadata = '{}'",
	}
	// An entry without origin is older than the rule that lets its address go: the chain would break.
	agedEntries = aged{
		mark: "audit.network", table: "audit_entries", key: "seq", at: "at", kept: "remote_addr <> '' AND origin <> ''",
		clear: "remote_addr = '', origin_salt = ''",
	}
)

// ForgetEnvelopes clears the data and the signatures of up to limit callbacks that were handled before a time, and returns how many;
// their digests and what became of them stay.
func (s *Store) ForgetEnvelopes(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := s.forget(ctx, agedEnvelopes, before, limit)
	return n, wrap("clear old envelopes", err)
}

// ForgetCheckouts clears payer and metadata of up to limit checkouts that were made before a time and came to nothing, and returns how many.
func (s *Store) ForgetCheckouts(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := s.forget(ctx, agedCheckouts, before, limit)
	return n, wrap("clear old checkouts", err)
}

// ForgetNetwork clears addresses of the network from before a time: of callbacks, of the audit log, whose chain holds without them,
// of the staff's sessions and browsers together with the browsers' names, and of the mails that told of a new browser; and it removes the counts of events of security. Of each kind
// it takes up to limit, and returns how many it cleared of the kind that has most.
func (s *Store) ForgetNetwork(ctx context.Context, before time.Time, limit int) (int, error) {
	largest := 0
	for _, a := range []aged{agedArrivals, agedEntries} {
		n, err := s.forget(ctx, a, before, limit)
		if err != nil {
			return largest, wrap("clear old addresses of the network", err)
		}
		largest = max(largest, n)
	}
	// There are few: a session lasts half a day and is deleted soon after, and a person has few browsers.
	for _, table := range []string{"staff_sessions", "staff_devices"} {
		n, err := s.exec(ctx, "UPDATE "+table+" SET remote_addr = '', user_agent = '' WHERE created_at < ? AND (remote_addr <> '' OR user_agent <> '')",
			models.Instant(before))
		if err != nil {
			return largest, wrap("clear old addresses of sessions", err)
		}
		largest = max(largest, int(n))
	}
	told, err := s.exec(ctx, "UPDATE outbox SET details = '' WHERE kind = ? AND created_at < ? AND state <> ? AND details <> ''",
		string(models.MailNewBrowser), models.Instant(before), string(models.OutboxWaiting))
	if err != nil {
		return largest, wrap("clear old addresses of mails to the staff", err)
	}
	n, err := s.ForgetSecurity(ctx, before, limit)
	return max(largest, n, int(told)), err
}

// forget clears up to limit rows from before a time, the oldest first.
func (s *Store) forget(ctx context.Context, a aged, before time.Time, limit int) (int, error) {
	before, limit = models.Instant(before), max(1, limit)
	done, err := s.retentionMark(ctx, a.mark)
	if err != nil || !done.Before(before) {
		return 0, err
	}
	var keys []any
	var last time.Time
	query := "SELECT " + a.key + ", " + a.at + " FROM " + a.table + " WHERE " + a.at + " >= ? AND " + a.at + " < ? AND " + a.kept +
		" ORDER BY " + a.at + " LIMIT ?"
	err = s.each(ctx, query, []any{done, before, limit}, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key, &last)
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	n := len(keys)
	if n > 0 {
		keys = padded(keys)
		if _, err := s.exec(ctx, "UPDATE "+a.table+" SET "+a.clear+" WHERE "+a.key+" IN ("+placeholders(len(keys))+")", keys...); err != nil {
			return 0, err
		}
	}
	if n < limit {
		last = before
	}
	return n, s.setRetentionMark(ctx, a.mark, last)
}

// retentionMark reads the time up to which all is done; long ago where nothing was done yet.
func (s *Store) retentionMark(ctx context.Context, name string) (time.Time, error) {
	done := time.Unix(0, 0).UTC()
	err := s.one(ctx, "SELECT done_until FROM retention_marks WHERE name = ?", []any{name}, &done)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return done, err
}

// setRetentionMark may bring a mark back that another replica has set further: then rows are looked at twice, and none is left out.
func (s *Store) setRetentionMark(ctx context.Context, name string, until time.Time) error {
	return retentionMarkTable.put(ctx, s, &retentionMark{name, until})
}

// ForgetAddresses removes up to limit addresses that goods went to, of orders for which nothing remains to be done and that were
// changed last before a time; it returns how many.
func (s *Store) ForgetAddresses(ctx context.Context, before time.Time, limit int) (int, error) {
	before = models.Instant(before)
	complete := finished + " AND o.updated_at < ?"
	found, err := s.readTexts(ctx, "SELECT a.order_id FROM order_addresses a JOIN orders o ON o.id = a.order_id WHERE a.created_at < ? AND "+complete+
		" ORDER BY a.created_at LIMIT ?", before, before, max(1, limit))
	if err != nil || len(found) == 0 {
		return 0, wrap("look for old addresses", err)
	}
	// Whether it is complete is asked for again: money may have come for it since.
	ids := padded(arguments(found))
	n, err := s.exec(ctx, "DELETE FROM order_addresses WHERE order_id IN ("+placeholders(len(ids))+") AND order_id IN (SELECT o.id FROM orders o WHERE "+
		complete+")", append(ids, before)...)
	return int(n), wrap("remove old addresses", err)
}
