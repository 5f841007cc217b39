package store

import (
	"context"
	"database/sql"
	"strings"
)

// orderMarks reads what changes with an order: the times of its last changes and those of its attempts and refunds, and the number of its
// changes of state, which grows also if two of them happen within the resolution of the times.
const orderMarks = `SELECT o.ref, o.state, o.updated_at,
	(SELECT MAX(a.updated_at) FROM attempts a WHERE a.order_id = o.id),
	(SELECT MAX(r.updated_at) FROM refunds r WHERE r.order_id = o.id),
	(SELECT COUNT(*) FROM transitions t WHERE t.order_id = o.id)
	FROM orders o WHERE o.ref IN {refs}`

// OrderMarks reads a mark of each order by its ref. The mark differs after every change of the order's row, of one of its attempts or of one
// of its refunds, whichever replica made it. Marks have no other meaning. Refs without an order are left out.
func (s *Store) OrderMarks(ctx context.Context, refs []string) (map[string]string, error) {
	marks := make(map[string]string, len(refs))
	err := inParts(refs, func(list string, part []any) error {
		return s.each(ctx, substitute(orderMarks, "refs", list), part, func(rows *sql.Rows) error {
			var ref, state, order, count string
			var attempt, refund sql.NullString
			err := rows.Scan(&ref, &state, &order, &attempt, &refund, &count)
			marks[ref] = strings.Join([]string{state, order, attempt.String, refund.String, count}, " ")
			return err
		})
	})
	return marks, wrap("look for changed orders", err)
}

// CheckoutMarks reads a mark of each checkout by its id, as OrderMarks does for orders: it differs after every change of the status.
func (s *Store) CheckoutMarks(ctx context.Context, ids []string) (map[string]string, error) {
	marks := make(map[string]string, len(ids))
	err := inParts(ids, func(list string, part []any) error {
		return s.each(ctx, "SELECT id, status FROM checkouts WHERE id IN "+list, part, func(rows *sql.Rows) error {
			var id, status string
			err := rows.Scan(&id, &status)
			marks[id] = status
			return err
		})
	})
	return marks, wrap("look for changed checkouts", err)
}
