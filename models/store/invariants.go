package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
)

// Violation is a row that must not exist.
type Violation struct {
	Rule string // such as "I7", of reliability.md §5; "sums" for those that only add up
	What string // what is wrong with which row
}

// overdue is the maximum time that a row may wait for its worker after it became due (I14).
const overdue = 5 * time.Minute

// shownPerRule is the maximum number of violations of a rule that are listed; one row is as wrong as fifty.
const shownPerRule = 50

// invariant is a query that must return no row; its first column is the id of what is wrong.
type invariant struct{ rule, what, query string }

// proof is evidence that an attempt was paid (I4): a verified claim that equals it in every field.
const proof = `e.verified = 1 AND e.status = '3' AND e.app_order_id = a.app_order_id AND e.order_num = a.order_num
	AND UPPER(e.coin) = UPPER(a.coin) AND a.received = {exact e.amount}`

// history finds things whose moves do not lead from their first state to the one they are in: whatever was entered is left again,
// except where the thing is now.
const history = `SELECT id FROM (
	SELECT {key} AS id, to_state AS state, 1 AS n FROM transitions WHERE refused = 0 AND refund_id = '' AND attempt_id {of} ''
	UNION ALL SELECT {key}, from_state, -1 FROM transitions WHERE refused = 0 AND refund_id = '' AND attempt_id {of} ''
	UNION ALL SELECT id, '{first}', 1 FROM {table}
	UNION ALL SELECT id, state, -1 FROM {table}
) moves GROUP BY id, state HAVING SUM(n) <> 0`

var invariants = []invariant{
	{"I1", "evidence of a callback that is not in the inbox", `SELECT e.id FROM evidence e
		LEFT JOIN inbox i ON i.id = e.inbox_id WHERE e.source = 'callback' AND i.id IS NULL`},
	{"I1", "handled callback without evidence", `SELECT i.id FROM inbox i
		WHERE i.state IN ('done', 'flagged') AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.inbox_id = i.id)`},
	{"I2", "order credited more than once", `SELECT order_id FROM transitions
		WHERE refused = 0 AND attempt_id = '' AND to_state = 'paid' AND from_state IN ('awaiting', 'review')
		GROUP BY order_id HAVING COUNT(*) > 1`},
	{"I2", "attempt booked as paid more than once", `SELECT attempt_id FROM transitions
		WHERE refused = 0 AND attempt_id <> '' AND to_state = 'paid' GROUP BY attempt_id HAVING COUNT(*) > 1`},
	{"I2", "attempt that pays more than one order", `SELECT paid_attempt_id FROM orders
		WHERE paid_attempt_id <> '' GROUP BY paid_attempt_id HAVING COUNT(*) > 1`},
	{"I4", "paid order without proof of its payment", `SELECT o.id FROM orders o
		WHERE o.state = 'paid' AND NOT EXISTS (
			SELECT 1 FROM attempts a JOIN evidence e ON e.attempt_id = a.id
			WHERE a.id = o.paid_attempt_id AND a.order_id = o.id AND a.state = 'paid' AND ` + proof + `)`},
	{"I4", "paid attempt without proof", `SELECT a.id FROM attempts a
		WHERE a.state = 'paid' AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.attempt_id = a.id AND ` + proof + `)`},
	{"I6", "change that leaves paid", `SELECT id FROM transitions
		WHERE refused = 0 AND from_state = 'paid' AND refund_id = ''`},
	{"I6", "order whose history does not lead to its state", strings.NewReplacer(
		"{key}", "order_id", "{of}", "=", "{first}", "awaiting", "{table}", "orders",
	).Replace(history)},
	{"I6", "attempt whose history does not lead to its state", strings.NewReplacer(
		"{key}", "attempt_id", "{of}", "<>", "{first}", "created", "{table}", "attempts",
	).Replace(history)},
	{"I7", "variant whose stock is not the sum of its movements", `SELECT v.id FROM variants v LEFT JOIN (
			SELECT variant_id, SUM(quantity) AS on_hand,
				-SUM(CASE WHEN kind IN ('reservation', 'release') THEN quantity ELSE 0 END) AS reserved,
				-SUM(CASE WHEN kind IN ('sale', 'return') THEN quantity ELSE 0 END) AS sold
			FROM stock_movements GROUP BY variant_id
		) m ON m.variant_id = v.id
		WHERE v.on_hand <> COALESCE(m.on_hand, 0) OR v.reserved <> COALESCE(m.reserved, 0) OR v.sold <> COALESCE(m.sold, 0)
			OR v.on_hand < 0 OR v.reserved < 0 OR v.sold < 0`},
	{"I7", "variant whose reserved stock is not what orders hold", `SELECT v.id FROM variants v LEFT JOIN (
			SELECT variant_id, SUM(quantity) AS held FROM reservations WHERE state = 'held' GROUP BY variant_id
		) r ON r.variant_id = v.id WHERE v.reserved <> COALESCE(r.held, 0)`},
	{"I7", "reservation that is not as its order", `SELECT r.id FROM reservations r JOIN orders o ON o.id = r.order_id
		WHERE (r.state = 'held' AND o.state NOT IN ('awaiting', 'review'))
			OR (r.state = 'sold' AND o.state IN ('awaiting', 'expired', 'cancelled'))
			OR (r.state = 'released' AND o.state IN ('awaiting', 'paid'))`},
	{"R8", "attempt that is live in one column only", `SELECT id FROM attempts
		WHERE (live IS NULL AND state IN ('created', 'submitting', 'open', 'unknown'))
			OR (live IS NOT NULL AND state NOT IN ('created', 'submitting', 'open', 'unknown'))`},
	{"I9", "evidence of a platform order that belongs to no attempt, and nobody was told", `SELECT e.id FROM evidence e
		WHERE e.verified = 1 AND e.order_num <> ''
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.order_num = e.order_num)
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.app_order_id = e.app_order_id AND a.order_num IS NULL)
			AND NOT EXISTS (SELECT 1 FROM reviews r
				WHERE r.kind IN ('unknown_order', 'mismatch', 'unmatched_order', 'unreadable', 'late_payment', 'sold_out')
					AND r.subject IN (e.order_num, e.attempt_id, e.inbox_id) AND r.subject <> '')`},
	{"I9", "callback set aside, and nobody was told", `SELECT i.id FROM inbox i
		WHERE i.state IN ('flagged', 'bad')
			AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.kind = 'unreadable' AND r.subject IN (i.id, i.digest))
			AND NOT EXISTS (SELECT 1 FROM evidence e JOIN reviews r ON r.kind = 'unknown_order' AND r.subject IN (e.order_num, i.id)
				WHERE e.inbox_id = i.id)`},
	{"I10", "message that is sent without a time, or waits for nothing", `SELECT id FROM outbox
		WHERE (state = 'sent' AND sent_at IS NULL) OR (state = 'waiting' AND due_at IS NULL)`},
	{"I10", "message given up, and nobody was told", `SELECT o.id FROM outbox o WHERE o.state = 'parked'
		AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.kind = 'undelivered_mail' AND r.subject = o.id)`},
	{"I14", "live attempt that nobody asks about", `SELECT id FROM attempts
		WHERE live IS NOT NULL AND due_at IS NULL AND id NOT IN (SELECT attempt_id FROM reviews
			WHERE kind = 'unresolved' OR (open IN (1) AND kind = 'mismatch'))`},
	{"I14", "overdue attempt", "SELECT id FROM attempts WHERE due_at < ?"},
	{"I14", "overdue callback", "SELECT id FROM inbox WHERE due_at < ?"},
	{"I14", "overdue message", "SELECT id FROM outbox WHERE due_at < ?"},
	{"I14", "overdue order", "SELECT id FROM orders WHERE due_at < ?"},
	{"I14", "overdue refund", "SELECT id FROM refunds WHERE due_at < ?"},
	{"I14", "overdue task", "SELECT id FROM tasks WHERE due_at < ?"},
	{"I15", "paid attempt that is still due", "SELECT id FROM attempts WHERE state = 'paid' AND due_at IS NOT NULL"},
	{"I15", "order that awaits no payment and is still due", "SELECT id FROM orders WHERE state <> 'awaiting' AND due_at IS NOT NULL"},
	{"numbers", "order without a number", "SELECT id FROM orders WHERE number IS NULL OR number_text = ''"},
	{"numbers", "order whose number was not given out yet", "SELECT id FROM orders WHERE number > (SELECT COALESCE(MAX(last), 0) FROM sequences WHERE name = 'orders')"},
	{"I17", "unpaid order that can be paid after its last end", "SELECT id FROM orders WHERE state = 'awaiting' AND expires_at > ends_by"},
	{"I17", "order that is counted for somebody although it is not unpaid", `SELECT h.order_id FROM unpaid_holders h
		JOIN orders o ON o.id = h.order_id WHERE o.state <> 'awaiting'`},
	{"I17", "payment whose price is promised for longer than its order waits", `SELECT a.id FROM attempts a JOIN orders o ON o.id = a.order_id
		WHERE a.live IS NOT NULL AND o.state = 'awaiting' AND a.quote_expires_at > o.expires_at`},
	{"sums", "line whose total is not quantity times price", `SELECT id FROM order_lines
		WHERE total <> {product unit_price quantity}`},
}

// Invariants runs the rules that hold at every moment (reliability.md §5) and returns the rows that break them; none is well.
// I5 needs what the platform says: see UnknownPayments.
func (s *Store) Invariants(ctx context.Context) ([]Violation, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	var found []Violation
	for _, rule := range slices.Concat(invariants, pricingInvariants, moneyInvariants, catalogueInvariants) {
		var args []any
		if strings.Contains(rule.query, "?") {
			args = []any{now.Add(-overdue)}
		}
		list, err := s.violations(ctx, rule, args)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	for _, check := range []func(context.Context) ([]Violation, error){
		s.booksInvariants, s.auditInvariant, s.derivedInvariant, s.livenessInvariant,
		s.secretsInvariant,
	} {
		list, err := check(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	return found, nil
}

// Amounts are text in SQLite, compared by their column's collation; in MySQL a text would be compared with a number as floats.
var (
	sqliteExact = strings.NewReplacer(
		"{exact e.amount}", "e.amount", "{sum total}", "dec_sum(total)", "{sum amount}", "dec_sum(amount)", "{product unit_price quantity}", "dec_mul(unit_price, quantity)",
		"{sum worth}", "dec_sum(worth)", "{sum discount}", "dec_sum(discount)", "{sum tax}", "dec_sum(tax)", "{asked}", "dec_add(total, discount)",
		"{given}", "dec_add(goods_total, dec_add(delivery, tax))", "{order tax}", "dec_add(o.tax, o.contained_tax)",
		"{line tax}", "dec_add(COALESCE(l.tax, '0'), o.delivery_tax)",
	)
	mysqlExact = strings.NewReplacer(
		"{exact e.amount}", "CAST(e.amount AS DECIMAL(36,18))", "{sum total}", "SUM(total)", "{sum amount}", "SUM(amount)",
		"{product unit_price quantity}", "unit_price * quantity",
		"{sum worth}", "SUM(worth)", "{sum discount}", "SUM(discount)", "{sum tax}", "SUM(tax)", "{asked}", "total + discount",
		"{given}", "goods_total + delivery + tax", "{order tax}", "o.tax + o.contained_tax",
		"{line tax}", "COALESCE(l.tax, 0) + o.delivery_tax",
	)
)

func (s *Store) inDialect(query string) string {
	if s.dialect == migrations.SQLite {
		return sqliteExact.Replace(query)
	}
	return mysqlExact.Replace(query)
}
