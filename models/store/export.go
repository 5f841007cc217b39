package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/coincart/coincart/models"
)

const readPayments = `SELECT a.id, a.order_id, o.number_text, o.state, o.balance, o.paid_attempt_id, o.email, a.app_order_id, a.order_num, a.coin, a.received,
	a.worth, a.rate, a.rate_source, o.currency, o.digits, o.total, a.payer_user_id, a.created_at, a.paid_at
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
		if err != nil {
			return nil, wrap("read the payments", err)
		}
		return list, wrap("read what went back of the payments", s.addReturned(ctx, list))
	}, fn)
}

func scanPayment(rows *sql.Rows) (p models.PaymentRow, err error) {
	var pays string
	err = rows.Scan(&p.AttemptID, &p.OrderID, &p.Number, &p.OrderState, &p.Balance, &pays, &p.Email, &p.AppOrderID, orZero(&p.OrderNum), &p.Coin, &p.Received,
		&p.Worth, &p.Rate, &p.RateSource, &p.Currency, &p.Digits, &p.Total, &p.PayerUserID, &p.CreatedAt, &p.PaidAt)
	p.Pays = p.OrderState == models.OrderPaid && pays == p.AttemptID
	return p, err
}

func (s *Store) addReturned(ctx context.Context, list []models.PaymentRow) error {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].AttemptID
	}
	returned, err := s.returned(ctx, "attempt_id", ids)
	for i := range list {
		list[i].Returned = returned[list[i].AttemptID]
	}
	return err
}

// returned reads what the refunds that were sent have sent back, by attempt. column says what the keys are of.
func (s *Store) returned(ctx context.Context, column string, keys []string) (map[string]models.Returned, error) {
	returned := map[string]models.Returned{}
	err := inParts(keys, func(list string, args []any) error {
		query := "SELECT attempt_id, " + s.sum("amount") + ", " + s.sum("worth") + " FROM refunds WHERE " + column + " IN " + list +
			" AND " + refundIsSent + " GROUP BY attempt_id"
		return s.each(ctx, query, args, func(rows *sql.Rows) error {
			var id string
			var r models.Returned
			err := rows.Scan(&id, &r.Amount, &r.Worth)
			returned[id] = r
			return err
		})
	})
	return returned, err
}

const readOrderPayments = `SELECT order_id, id, state, app_order_id, order_num, payer_user_id, coin, rate, amount, received, worth, paid_at FROM attempts
	WHERE order_id IN {orders} ORDER BY created_at, id`

// addPayments puts the payments of each order beside it: by the attempt that counts, and by others.
func (s *Store) addPayments(ctx context.Context, list []models.OrderRow) error {
	place := make(map[string]*models.OrderRow, len(list))
	for i := range list {
		place[list[i].ID] = &list[i]
	}
	returned, err := s.returned(ctx, "order_id", rowIDs(list))
	if err != nil {
		return err
	}
	return inParts(rowIDs(list), func(orders string, args []any) error {
		return s.each(ctx, substitute(readOrderPayments, "orders", orders), args, func(rows *sql.Rows) error {
			var orderID string
			var state models.AttemptState
			var p models.OrderPayment
			err := rows.Scan(&orderID, &p.AttemptID, &state, &p.AppOrderID, orZero(&p.OrderNum), &p.PayerUserID, &p.Coin, &p.Rate, &p.Asked, &p.Received,
				&p.Worth, orZero(&p.PaidAt))
			if err != nil {
				return err
			}
			p.Returned = returned[p.AttemptID]
			switch row := place[orderID]; {
			case p.AttemptID == row.AttemptID:
				row.Payment = p
			case state == models.AttemptPaid:
				row.Further = append(row.Further, p)
			}
			return nil
		})
	})
}

// addCountries puts the country that goods went to beside each order.
func (s *Store) addCountries(ctx context.Context, list []models.OrderRow) error {
	countries, err := readMapOf[string](ctx, s, "SELECT order_id, country FROM order_addresses WHERE order_id IN {keys}", rowIDs(list))
	for i := range list {
		list[i].Country = countries[list[i].ID]
	}
	return err
}

// EachOrderWithLines is EachOrderRow with the lines of each order.
func (s *Store) EachOrderWithLines(ctx context.Context, f models.OrderFilter, fn func(models.OrderWithLines) error) error {
	return s.eachOrderPage(ctx, f, func(rows []models.OrderRow) error {
		lines, delivered, err := s.linesForExport(ctx, rowIDs(rows))
		if err != nil {
			return wrap("read the lines of the orders", err)
		}
		for _, row := range rows {
			if err := fn(models.OrderWithLines{OrderRow: row, Lines: lines[row.ID], DeliveryReturned: delivered[row.ID]}); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	sentPieces = `SELECT x.order_line_id, SUM(x.quantity) FROM shipment_lines x JOIN shipments s ON s.id = x.shipment_id
		WHERE s.undone_at IS NULL AND s.order_id IN {keys} GROUP BY x.order_line_id`
	refundedPieces = `SELECT x.order_line_id, SUM(x.quantity) FROM refund_lines x JOIN refunds r ON r.id = x.refund_id
		WHERE x.order_line_id <> '' AND r.order_id IN {keys} AND r.` + refundIsSent + ` GROUP BY x.order_line_id`
	refundedDeliveries = `SELECT r.order_id, SUM(x.quantity) FROM refund_lines x JOIN refunds r ON r.id = x.refund_id
		WHERE x.order_line_id = '' AND r.order_id IN {keys} AND r.` + refundIsSent + ` GROUP BY r.order_id`
)

// linesForExport reads the lines of orders with what was sent and refunded of each, and of which orders the delivery was refunded.
func (s *Store) linesForExport(ctx context.Context, orders []string) (lines map[string][]models.OrderLineRow, delivered map[string]bool, err error) {
	sent, err := readMapOf[int](ctx, s, sentPieces, orders)
	if err != nil {
		return nil, nil, err
	}
	refunded, err := readMapOf[int](ctx, s, refundedPieces, orders)
	if err != nil {
		return nil, nil, err
	}
	deliveries, err := readMapOf[int](ctx, s, refundedDeliveries, orders)
	if err != nil {
		return nil, nil, err
	}
	delivered = map[string]bool{}
	for id, n := range deliveries {
		delivered[id] = n > 0
	}
	lines = map[string][]models.OrderLineRow{}
	err = inParts(orders, func(list string, args []any) error {
		found, err := find[models.OrderLine](ctx, s, "order_id, position", "order_id IN "+list, args...)
		for _, l := range found {
			lines[l.OrderID] = append(lines[l.OrderID], models.OrderLineRow{OrderLine: l, Refunded: refunded[l.ID], Sent: sent[l.ID]})
		}
		return err
	})
	return lines, delivered, err
}

var readRefunds = "SELECT " + refundTable.list("r") + `, o.number_text, o.currency, o.digits, a.app_order_id, p.email, q.email
FROM refunds r JOIN orders o ON o.id = r.order_id JOIN attempts a ON a.id = r.attempt_id
LEFT JOIN staff p ON p.id = r.requested_by LEFT JOIN staff q ON q.id = r.approved_by
WHERE (r.sent_at >= ? AND r.sent_at < ? OR r.sent_at IS NULL AND r.created_at >= ? AND r.created_at < ?) AND r.id > ? ORDER BY r.id LIMIT ?`

// EachRefund calls fn with every refund of a time, from its beginning up to but not including its end: those that were sent then, and those
// that were requested then and not sent. They come oldest first, a batch at a time, without their lines. An error of fn ends it and is
// returned as it is.
func (s *Store) EachRefund(ctx context.Context, from, to time.Time, fn func(models.RefundRow) error) error {
	return eachInBatches(batch, func(last *models.RefundRow) ([]models.RefundRow, error) {
		after := ""
		if last != nil {
			after = last.ID
		}
		list, err := collect(ctx, s, readRefunds, []any{from, to, from, to, after, batch}, func(rows *sql.Rows) (r models.RefundRow, err error) {
			err = rows.Scan(append(refundTable.targets(&r.Refund), &r.Number, &r.Currency, &r.Digits, &r.AttemptRef, orZero(&r.Requester), orZero(&r.Approver))...)
			return r, err
		})
		return list, wrap("read the refunds", err)
	}, fn)
}
