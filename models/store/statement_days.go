package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// StatementDaysOf reads on which day's statement lines of a type stand: appOrderId → day, for those of ids that stand on any. Only the
// newest complete statement of a day counts, and a line that cannot be read stands nowhere.
func (s *Store) StatementDaysOf(ctx context.Context, kind models.StatementType, ids []string) (map[string]string, error) {
	query := `SELECT l.app_order_id, st.day FROM statement_lines l JOIN statements st ON st.id = l.statement_id
		WHERE l.type = ? AND l.unreadable = '' AND st.state = ? AND NOT EXISTS (
			SELECT 1 FROM statements n WHERE n.day = st.day AND n.state = ?
			AND (n.created_at > st.created_at OR n.created_at = st.created_at AND n.id > st.id))
		AND l.app_order_id IN {keys}`
	days, err := readMapOf[string](ctx, s, query, ids, string(kind), string(models.StatementComplete), string(models.StatementComplete))
	return days, wrap("look for lines of statements", err)
}

// OrdersOfLines reads the orders that lines of statements are about, by the ids that the shop gave payments and refunds: appOrderId → order,
// for those of ids that the shop knows.
func (s *Store) OrdersOfLines(ctx context.Context, ids []string) (map[string]models.LineOrder, error) {
	orders := make(map[string]models.LineOrder, len(ids))
	err := inParts(possibleKeys(ids), func(list string, args []any) error {
		in := " WHERE app_order_id IN " + list
		query := "SELECT ours.app_order_id, o.id, o.number_text, ours.coin, ours.payment, ours.received, ours.refunded FROM (" +
			"SELECT app_order_id, order_id, coin, 1 AS payment, received, refunded FROM attempts" + in +
			" UNION ALL SELECT app_order_id, order_id, coin, 0, amount, amount FROM refunds" + in + ") ours JOIN orders o ON o.id = ours.order_id"
		return s.each(ctx, query, slices.Concat(args, args), func(rows *sql.Rows) error {
			var id string
			var order models.LineOrder
			var received, refunded models.Amount
			if err := rows.Scan(&id, &order.OrderID, &order.Number, &order.Coin, &order.Payment, &received, &refunded); err != nil {
				return err
			}
			order.Left = received.Sub(refunded)
			orders[id] = order
			return nil
		})
	})
	if err != nil {
		return nil, wrap("look for the lines' orders", err)
	}
	return orders, nil
}

// FirstOrderDay reads the day, yyyy-MM-dd in a zone, on which the shop's first order was placed; ErrNotFound: there is none.
func (s *Store) FirstOrderDay(ctx context.Context, zone *time.Location) (string, error) {
	var at time.Time
	if err := s.one(ctx, "SELECT created_at FROM orders ORDER BY created_at LIMIT 1", nil, &at); err != nil {
		return "", wrap("look for the first order", err)
	}
	return models.DayOf(at, zone), nil
}
