package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/coincart/coincart/models"
)

const readPayments = `SELECT a.id, a.order_id, o.number_text, o.state, o.email, a.app_order_id, a.order_num, a.coin, a.received, a.rate, a.rate_source,
	o.currency, o.total, a.refunded, a.payer_user_id, a.created_at, a.paid_at
FROM attempts a JOIN orders o ON o.id = a.order_id
WHERE a.paid_at >= ? AND a.paid_at < ? {after} ORDER BY a.paid_at, a.id LIMIT ?`

// EachPayment calls fn with every attempt that was paid in a time, from its beginning up to but not including its end, in the order of
// payment, a batch at a time: memory does not grow with their number. An error of fn ends it and is returned as it is.
func (s *Store) EachPayment(ctx context.Context, from, to time.Time, fn func(models.PaymentRow) error) error {
	return eachInBatches(batch, func(last *models.PaymentRow) ([]models.PaymentRow, error) {
		args := []any{from, to}
		place := ""
		if last != nil {
			part, more := s.beyond(">", []string{"?", "?"}, []any{last.PaidAt, last.AttemptID}, "a.paid_at", "a.id")
			// The range begins at the last row, so that the rows before it are not read again.
			args[0] = last.PaidAt
			place, args = "AND "+part, append(args, more...)
		}
		list, err := collect(ctx, s, substitute(readPayments, "after", place), append(args, batch), scanPayment)
		return list, wrap("read the payments", err)
	}, fn)
}

func scanPayment(rows *sql.Rows) (p models.PaymentRow, err error) {
	err = rows.Scan(&p.AttemptID, &p.OrderID, &p.Number, &p.OrderState, &p.Email, &p.AppOrderID, orZero(&p.OrderNum), &p.Coin, &p.Amount, &p.Rate, &p.RateSource,
		&p.Currency, &p.Total, &p.Refunded, &p.PayerUserID, &p.CreatedAt, &p.PaidAt)
	return p, err
}
