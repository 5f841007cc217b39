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
	{"R15", "payment of which more goes back than was paid", "SELECT id FROM attempts WHERE refunded > amount"},
	{"R15", "refund of what was not paid", `SELECT r.id FROM refunds r JOIN attempts a ON a.id = r.attempt_id
		WHERE a.state <> 'paid' OR a.coin <> r.coin OR a.order_id <> r.order_id`},
	{"R15", "refund whose history does not lead to its state", `SELECT id FROM (
			SELECT refund_id AS id, to_state AS state, 1 AS n FROM transitions WHERE refused = 0 AND refund_id <> ''
			UNION ALL SELECT refund_id, from_state, -1 FROM transitions WHERE refused = 0 AND refund_id <> '' AND from_state <> ''
			UNION ALL SELECT id, state, -1 FROM refunds
		) moves GROUP BY id, state HAVING SUM(n) <> 0`},
	{"I11", "sealed day with an open discrepancy", `SELECT x.id FROM discrepancies x JOIN book_days d ON d.day = x.day
		WHERE d.state = 'sealed' AND x.state = 'open' AND x.kind <> 'changed_sealed'`},
	{"I11", "sealed day whose statement is not the one that it was sealed with", `SELECT d.day FROM book_days d
		LEFT JOIN statements m ON m.id = d.statement_id
		WHERE d.state = 'sealed' AND (m.id IS NULL OR m.state <> 'complete' OR m.hash <> d.sealed_hash)`},
	{"I11", "line of a sealed day that our books do not have, unexplained", `SELECT l.id FROM book_days d
		JOIN statement_lines l ON l.statement_id = d.statement_id
		WHERE d.state = 'sealed'
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE l.type = '1' AND a.app_order_id = l.app_order_id AND a.state = 'paid'
				AND a.coin = l.coin AND a.amount = l.amount)
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
