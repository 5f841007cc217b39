package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// explained is a discrepancy of the day that a person has accepted, or that was settled, about a line or a booking.
const explained = `SELECT 1 FROM discrepancies x WHERE x.day = d.day AND x.type = {type} AND x.app_order_id = {of}.app_order_id
	AND x.state IN ('accepted', 'settled')`

// moneyInvariants are those of refunds and of the books.
var moneyInvariants = []invariant{
	{"R15", "payment whose refunds are not what is noted with it", `SELECT a.id FROM attempts a LEFT JOIN (
			SELECT attempt_id, {sum amount} AS total FROM refunds WHERE state NOT IN ('failed', 'declined') GROUP BY attempt_id
		) r ON r.attempt_id = a.id WHERE (r.total IS NULL AND a.refunded <> 0) OR a.refunded <> r.total`},
	{"R15", "payment of which more goes back than was paid", "SELECT id FROM attempts WHERE refunded > received"},
	{"R15", "refund of what was not paid", `SELECT r.id FROM refunds r JOIN attempts a ON a.id = r.attempt_id
		WHERE a.state <> 'paid' OR a.coin <> r.coin OR a.order_id <> r.order_id`},
	{"R15", "refund whose history does not lead to its state", `SELECT id FROM (
			SELECT refund_id AS id, to_state AS state, 1 AS n FROM transitions WHERE refused = 0 AND refund_id <> ''
			UNION ALL SELECT refund_id, from_state, -1 FROM transitions WHERE refused = 0 AND refund_id <> '' AND from_state <> ''
			UNION ALL SELECT id, state, -1 FROM refunds
		) moves GROUP BY id, state HAVING SUM(n) <> 0`},
	{"R15", "payment whose amount or worth is not noted, or an unpaid one with it", `SELECT id FROM attempts
		WHERE (state = 'paid' AND received <= 0) OR (state <> 'paid' AND (received <> 0 OR worth <> 0))`},
	{"R15", "payment of which more is sent back than it is worth", `SELECT a.id FROM attempts a JOIN (
			SELECT attempt_id, {sum worth} AS worth FROM refunds WHERE state NOT IN ('failed', 'declined') GROUP BY attempt_id
		) r ON r.attempt_id = a.id WHERE a.worth < r.worth OR (a.refunded = a.received AND a.worth <> r.worth)`},
	{"I3", "shipment of an order that is not paid", `SELECT s.id FROM shipments s JOIN orders o ON o.id = s.order_id
		WHERE s.undone_at IS NULL AND o.state <> 'paid'`},
	{"I3", "line of which more was sent than ordered", `SELECT l.id FROM order_lines l JOIN (
			SELECT x.order_line_id, SUM(x.quantity) AS sent FROM shipment_lines x JOIN shipments s ON s.id = x.shipment_id
			WHERE s.undone_at IS NULL GROUP BY x.order_line_id
		) x ON x.order_line_id = l.id WHERE x.sent > l.quantity`},
	{"I3", "order whose fulfilment is not that of its shipments", `SELECT o.id FROM orders o LEFT JOIN (
			SELECT order_id, COUNT(*) AS n FROM shipments WHERE undone_at IS NULL GROUP BY order_id
		) s ON s.order_id = o.id WHERE (o.fulfilment = 'none') <> (s.n IS NULL)
			OR (o.fulfilment IN ('sent', 'handed')) <> (o.fulfilled_at IS NOT NULL)`},
	{"R15", "line of which more was refunded than ordered", `SELECT l.id FROM order_lines l JOIN (
			SELECT x.order_line_id, SUM(x.quantity) AS back FROM refund_lines x JOIN refunds r ON r.id = x.refund_id
			WHERE r.state NOT IN ('failed', 'declined') GROUP BY x.order_line_id
		) x ON x.order_line_id = l.id WHERE x.back > l.quantity`},
	{"R15", "order whose state of refunds is not that of its refunds", `SELECT o.id FROM orders o LEFT JOIN (
			SELECT attempt_id, SUM(CASE WHEN state = 'requested' THEN 1 ELSE 0 END) AS asked,
				SUM(CASE WHEN state IN ('approved', 'submitting', 'unknown', 'accepted') THEN 1 ELSE 0 END) AS flying,
				SUM(CASE WHEN state = 'confirmed' THEN 1 ELSE 0 END) AS done
			FROM refunds GROUP BY attempt_id
		) r ON r.attempt_id = o.paid_attempt_id WHERE o.refunds <> CASE
			WHEN COALESCE(r.asked, 0) > 0 THEN 'requested' WHEN COALESCE(r.flying, 0) > 0 THEN 'in_flight' WHEN COALESCE(r.done, 0) = 0 THEN 'none'
			WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.id = o.paid_attempt_id AND a.refunded >= a.received) THEN 'all' ELSE 'part' END`},
	{"I18", "order in review without an open case", `SELECT o.id FROM orders o WHERE o.state = 'review' AND NOT EXISTS (
			SELECT 1 FROM reviews r WHERE r.open IN (1) AND r.order_id = o.id AND r.kind IN ('late_payment', 'sold_out', 'second_payment', 'mismatch'))`},
	{"I18", "money that belongs to no order and no open case, and does not go back", `SELECT a.id FROM attempts a JOIN orders o ON o.id = a.order_id
		WHERE a.state = 'paid' AND a.refunded < a.received AND NOT (o.state = 'paid' AND o.paid_attempt_id = a.id) AND NOT EXISTS (
			SELECT 1 FROM reviews r WHERE r.open IN (1) AND r.attempt_id = a.id AND r.kind IN ('late_payment', 'sold_out', 'second_payment', 'mismatch'))`},
	{"I18", "case closed without a decision", `SELECT id FROM reviews WHERE open IN (0) AND decision = '' AND resolution = ''`},
	{"I11", "sealed day with an open discrepancy", `SELECT x.id FROM discrepancies x JOIN book_days d ON d.day = x.day
		WHERE d.state = 'sealed' AND x.state = 'open' AND x.kind <> 'changed_sealed'`},
	{"I11", "sealed day whose statement is not the one that it was sealed with", `SELECT d.day FROM book_days d
		LEFT JOIN statements m ON m.id = d.statement_id
		WHERE d.state = 'sealed' AND (m.id IS NULL OR m.state <> 'complete' OR m.hash <> d.sealed_hash)`},
	{"I11", "line of a sealed day that our books do not have, unexplained", `SELECT l.id FROM book_days d
		JOIN statement_lines l ON l.statement_id = d.statement_id
		WHERE d.state = 'sealed'
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE l.type = '1' AND a.app_order_id = l.app_order_id AND a.state = 'paid'
				AND a.coin = l.coin AND a.received = l.amount)
			AND NOT EXISTS (SELECT 1 FROM refunds r WHERE l.type = '11' AND r.app_order_id = l.app_order_id
				AND r.state IN ('submitting', 'unknown', 'accepted', 'confirmed') AND r.coin = l.coin AND r.amount = l.amount)
			AND NOT EXISTS (` + strings.NewReplacer("{type}", "l.type", "{of}", "l").Replace(explained) + `)`},
	{"I11", "line of a sealed day that is there twice, unexplained", `SELECT MIN(l.id) FROM book_days d
		JOIN statement_lines l ON l.statement_id = d.statement_id
		WHERE d.state = 'sealed' AND NOT EXISTS (` + strings.NewReplacer("{type}", "l.type", "{of}", "l").Replace(explained) + `)
		GROUP BY d.day, l.type, l.app_order_id HAVING COUNT(*) > 1`},
	{"I11", "discrepancy that is there twice", "SELECT MIN(id) FROM discrepancies GROUP BY day, kind, `key` HAVING COUNT(*) > 1"},
}

// missingLines are bookings of a sealed day for which no complete statement has a line, and nobody has said why. Which bookings are of
// the day depends on its zone, so the day's bounds are computed here.
var missingLines = []invariant{
	{"I11", "payment of a sealed day that no statement has, unexplained", `SELECT a.id FROM attempts a JOIN book_days d ON d.day = ?
		WHERE a.state = 'paid' AND a.paid_at >= ? AND a.paid_at < ? AND ` + noLine("a", "'1'")},
	{"I11", "refund of a sealed day that no statement has, unexplained", `SELECT a.id FROM refunds a JOIN book_days d ON d.day = ?
		WHERE a.state IN ('submitting', 'unknown', 'accepted', 'confirmed') AND a.sent_at >= ? AND a.sent_at < ? AND ` + noLine("a", "'11'")},
}

func noLine(of, kind string) string {
	return "NOT EXISTS (SELECT 1 FROM statement_lines l JOIN statements m ON m.id = l.statement_id" +
		" WHERE l.app_order_id = " + of + ".app_order_id AND l.type = " + kind + " AND m.state = 'complete')" +
		" AND NOT EXISTS (" + strings.NewReplacer("{type}", kind, "{of}", of).Replace(explained) + ")"
}

// booksInvariants checks every sealed day against the bookings that lie in it.
func (s *Store) booksInvariants(ctx context.Context) ([]Violation, error) {
	zones, err := readMap[string, string](ctx, s, "SELECT day, zone FROM book_days WHERE state = 'sealed'")
	if err != nil {
		return nil, wrap("check I11", err)
	}
	var found []Violation
	for _, day := range sortedKeys(zones) {
		zone, err := time.LoadLocation(zones[day])
		if err != nil {
			found = append(found, Violation{"I11", "sealed day in a zone that does not exist: " + day})
			continue
		}
		from, to, err := models.ParseDay(day, zone)
		if err != nil {
			found = append(found, Violation{"I11", "sealed day that is none: " + day})
			continue
		}
		for _, rule := range missingLines {
			list, err := s.violations(ctx, rule, []any{day, from, to})
			if err != nil {
				return nil, err
			}
			found = append(found, list...)
		}
	}
	return found, nil
}

// violations runs one rule.
func (s *Store) violations(ctx context.Context, rule invariant, args []any) ([]Violation, error) {
	query := fmt.Sprintf("%s LIMIT %d", s.inDialect(rule.query), shownPerRule)
	list, err := collect(ctx, s, query, args, func(rows *sql.Rows) (Violation, error) {
		var id string
		err := rows.Scan(&id)
		return Violation{Rule: rule.rule, What: rule.what + ": " + id}, err
	})
	return list, wrap("check "+rule.rule+" ("+rule.what+")", err)
}

// auditInvariant checks the chain of the audit log.
func (s *Store) auditInvariant(ctx context.Context) ([]Violation, error) {
	_, broken, err := s.VerifyAudit(ctx)
	if err != nil || broken == nil {
		return nil, err
	}
	return []Violation{{"I12", "audit entry whose place or hashes do not fit: " + strconv.FormatInt(broken.Seq, 10)}}, nil
}
