package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// overdueRule finds rows of one kind that do not move any more.
type overdueRule struct {
	kind models.OverdueKind
	wait time.Duration // how long such a row may take, before the time that all may be overdue
	// The query gives id, order, attempt and since. Each {cutoff} is a time; what waits from before it is overdue.
	query string
}

// noOtherCase excludes rows that an open case of another kind is about.
const noOtherCase = " AND NOT EXISTS (SELECT 1 FROM reviews c WHERE c.`open` = 1 AND c.kind <> 'overdue' AND {about})"

// overdueRules are the rules in the order in which cases are opened: an order gets none while one of its attempts has one.
var overdueRules = []overdueRule{
	{models.OverdueAttempt, 0, `SELECT a.id AS id, a.order_id AS order_id, a.id AS attempt_id, a.created_at AS since FROM attempts a
		WHERE (a.live = 1 AND a.state IN ('submitting', 'unknown') AND a.created_at < {cutoff} OR a.due_at < {cutoff})` +
		strings.Replace(noOtherCase, "{about}", "(c.attempt_id = a.id OR c.subject = a.id)", 1)},
	{models.OverdueOrder, 0, `SELECT o.id AS id, o.id AS order_id, '' AS attempt_id, o.expires_at AS since FROM orders o
		WHERE o.state = 'awaiting' AND o.expires_at < {cutoff}
		AND NOT EXISTS (SELECT 1 FROM reviews c WHERE c.` + "`open`" + ` = 1 AND c.order_id = o.id AND c.subject <> o.id)`},
	{models.OverdueCallback, 0, `SELECT i.id AS id, '' AS order_id, '' AS attempt_id, i.received_at AS since FROM inbox i
		WHERE i.due_at IS NOT NULL AND i.state = 'new' AND i.received_at < {cutoff}` +
		strings.Replace(noOtherCase, "{about}", "c.subject = i.id", 1)},
	{models.OverdueMail, 0, `SELECT m.id AS id, m.order_id AS order_id, '' AS attempt_id, m.created_at AS since FROM outbox m
		WHERE m.due_at IS NOT NULL AND m.state = 'waiting' AND (m.tries > 0 AND m.created_at < {cutoff} OR m.due_at < {cutoff})` +
		strings.Replace(noOtherCase, "{about}", "c.subject = m.id", 1)},
	{models.OverdueRefund, 0, `SELECT r.id AS id, r.order_id AS order_id, r.attempt_id AS attempt_id, COALESCE(r.sent_at, r.updated_at) AS since
		FROM refunds r WHERE r.state IN ('approved', 'submitting', 'unknown') AND COALESCE(r.sent_at, r.updated_at) < {cutoff}` +
		strings.Replace(noOtherCase, "{about}", "c.subject = r.id", 1)},
	// The statement of day D is fetched at D+2: three days after sending, it was there to be compared with.
	{models.OverdueUnconfirmed, 3 * 24 * time.Hour, `SELECT r.id AS id, r.order_id AS order_id, r.attempt_id AS attempt_id, r.sent_at AS since
		FROM refunds r WHERE r.state = 'accepted' AND r.sent_at < {cutoff}` + strings.Replace(noOtherCase, "{about}", "c.subject = r.id", 1)},
	{models.OverdueTask, 0, `SELECT t.id AS id, '' AS order_id, '' AS attempt_id, t.updated_at AS since FROM tasks t
		WHERE t.due_at IS NOT NULL AND (t.due_at < {cutoff} OR t.state = 'running' AND t.updated_at < {cutoff})` +
		strings.Replace(noOtherCase, "{about}", "c.subject = t.id", 1)},
	// A receiver that answers slowly, or not at all, has tries. An endpoint without any for so long is one that nobody works for.
	{models.OverdueWebhook, 0, `SELECT w.endpoint_id AS id, '' AS order_id, '' AS attempt_id, MIN(w.due_at) AS since
		FROM deliveries w JOIN webhook_endpoints e ON e.id = w.endpoint_id
		WHERE w.due_at < {cutoff} AND COALESCE(e.tried_at, e.created_at) < {cutoff} GROUP BY w.endpoint_id`},
}

// at returns the rule's query for rows that have been overdue for a time.
func (r overdueRule) at(now time.Time, overdue time.Duration) (query string, args []any) {
	cutoff := models.Instant(now.Add(-r.wait - overdue))
	return strings.ReplaceAll(r.query, "{cutoff}", "?"), slices.Repeat([]any{cutoff}, strings.Count(r.query, "{cutoff}"))
}

// note is the remark of the case of an overdue row.
func (r overdueRule) note(since time.Time) string {
	code := "overdue_" + string(r.kind)
	return models.Remark(code, "since", since.UTC().Format(time.DateTime+" MST"))
}

// casesAtOnce is the maximum number of cases of one kind that WatchOverdue opens or closes at once; the next call goes on.
const casesAtOnce = 200

// WatchOverdue opens a case for everything that has been overdue for models.CaseAfter and has none, and closes the cases of what has moved on.
// A case that was closed is opened again if its subject is still overdue, or is again: there is one for each subject.
func (s *Store) WatchOverdue(ctx context.Context) (opened, closed int, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, rule := range overdueRules {
		late, err := s.withoutCase(ctx, rule, now)
		if err != nil {
			return opened, closed, wrap("look for what is overdue", err)
		}
		for _, o := range late {
			if err := s.openOverdue(ctx, rule, o); err != nil {
				return opened, closed, wrap("open a case", err)
			}
			opened++
		}
		n, err := s.closeMoved(ctx, rule, now)
		closed += n
		if err != nil {
			return opened, closed, wrap("close the cases of what has moved on", err)
		}
	}
	return opened, closed, nil
}

// withoutCase reads the overdue rows of a rule that have no open case.
func (s *Store) withoutCase(ctx context.Context, rule overdueRule, now time.Time) ([]models.Overdue, error) {
	query, args := rule.at(now, models.CaseAfter)
	query = "SELECT x.id, x.order_id, x.attempt_id, x.since FROM (" + query + ") x WHERE NOT EXISTS (SELECT 1 FROM reviews r " +
		"WHERE r.kind = 'overdue' AND r.`open` = 1 AND r.subject = x.id) LIMIT ?"
	return collect(ctx, s, query, append(args, casesAtOnce), func(rows *sql.Rows) (o models.Overdue, err error) {
		o.Kind = rule.kind
		err = rows.Scan(&o.ID, &o.OrderID, &o.AttemptID, nullTime{&o.Since})
		return o, err
	})
}

// openOverdue opens the case of an overdue row, or opens it again.
func (s *Store) openOverdue(ctx context.Context, rule overdueRule, o models.Overdue) error {
	note := rule.note(o.Since)
	n, err := s.exec(ctx, "UPDATE reviews SET `open` = ?, note = ?, resolution = '', updated_at = ? WHERE kind = ? AND subject = ? AND `open` = ?",
		true, note, s.now(), string(models.ReviewOverdue), o.ID, false)
	if err != nil || n > 0 {
		return err
	}
	return s.OpenReview(ctx, models.Review{
		Kind: models.ReviewOverdue, Subject: o.ID, OrderID: o.OrderID, AttemptID: o.AttemptID, Note: note,
	})
}

// closeMoved closes the open cases of a rule whose rows are no longer overdue, with a remark.
func (s *Store) closeMoved(ctx context.Context, rule overdueRule, now time.Time) (closed int, err error) {
	query, args := rule.at(now, models.CaseAfter)
	code, _, _ := strings.Cut(rule.note(now), "?")
	ids, err := s.readTexts(ctx, "SELECT r.id FROM reviews r WHERE r.kind = ? AND r.`open` = 1 AND r.note LIKE ? AND r.subject NOT IN ("+
		"SELECT x.id FROM ("+query+") x) LIMIT ?", slices.Concat([]any{string(models.ReviewOverdue), code + "?%"}, args, []any{casesAtOnce})...)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		n, err := s.exec(ctx, "UPDATE reviews SET `open` = ?, resolution = ?, updated_at = ? WHERE id = ? AND `open` = ?",
			false, models.Remark("moved_on"), s.now(), id, true)
		if err != nil {
			return closed, err
		}
		closed += int(n)
	}
	return closed, nil
}

// Backlog counts what is overdue and the open cases. Each count stops at models.MaxGauge.
func (s *Store) Backlog(ctx context.Context) (models.Backlog, error) {
	b := models.Backlog{Overdue: map[models.OverdueKind]int{}}
	now, err := s.Now(ctx)
	if err != nil {
		return b, err
	}
	for _, rule := range overdueRules {
		query, args := rule.at(now, models.CaseAfter)
		err := s.each(ctx, "SELECT COUNT(*), MIN(x.since) FROM (SELECT y.since FROM ("+query+") y LIMIT ?) x", append(args, models.MaxGauge),
			func(rows *sql.Rows) error {
				var n int
				var since time.Time
				if err := rows.Scan(&n, nullTime{&since}); err != nil || n == 0 {
					return err
				}
				b.Overdue[rule.kind] = n
				if b.Since.IsZero() || since.Before(b.Since) {
					b.Since = since
				}
				return nil
			})
		if err != nil {
			return b, wrap("count what is overdue", err)
		}
	}
	b.Cases, err = readMap[models.ReviewKind, int](ctx, s, "SELECT kind, COUNT(*) FROM reviews WHERE `open` = 1 GROUP BY kind")
	return b, wrap("count the open cases", err)
}

// livenessInvariant finds what has been overdue for models.LostAfter without a case (I16).
func (s *Store) livenessInvariant(ctx context.Context) ([]Violation, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	var found []Violation
	for _, rule := range overdueRules {
		query, args := rule.at(now, models.LostAfter)
		list, err := s.violations(ctx, invariant{
			"I16", string(rule.kind) + " overdue for more than an hour without an open case",
			"SELECT x.id FROM (" + query + ") x WHERE x.id NOT IN (SELECT r.subject FROM reviews r WHERE r.kind = 'overdue' AND r.`open` = 1)",
		}, args)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	return found, nil
}
