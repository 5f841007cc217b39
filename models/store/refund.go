package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// RefundTooMuchError means that less is left of a payment than is to go back.
type RefundTooMuchError struct {
	Left models.Amount // of Coin
	Coin string
}

// Error names what is left.
func (e *RefundTooMuchError) Error() string {
	return fmt.Sprintf("refund is too much: %s %s left", e.Left, e.Coin)
}

// InsertRefund stores a refund and takes its amount from what can still go back of the attempt's payment, in one conditional UPDATE:
// of any number of refunds at the same moment, those that fit together within limit and what was received are stored, and the
// others are *RefundTooMuchError (reliability.md R15). Ids and times that are empty are filled in; the history gets a row. A form
// token or an appOrderId that is taken is ErrDuplicate; then nothing has changed, inside a transaction of the caller's too.
// ErrConflict: the attempt is not paid, or in another coin.
func (s *Store) InsertRefund(ctx context.Context, r *models.Refund, limit models.Amount) error {
	s.completeRefund(r)
	return wrap("store the refund", s.Tx(ctx, func(tx *Store) error {
		if !r.Amount.IsPositive() {
			return ErrConflict
		}
		// The order's row comes first: what its refunds make of it is read under its lock.
		if err := tx.lockOrder(ctx, r.OrderID); errors.Is(err, ErrNotFound) {
			return ErrConflict
		} else if err != nil {
			return err
		}
		if err := tx.takeRefund(ctx, r, limit); err != nil {
			return err
		}
		if err := tx.create(ctx, r); err != nil {
			if errors.Is(err, ErrDuplicate) {
				err = errors.Join(err, tx.giveRefundBack(ctx, r.AttemptID, r.Amount))
			}
			return err
		}
		if len(r.Lines) > 0 {
			if err := tx.create(ctx, &r.Lines); err != nil {
				return err
			}
		}
		err := tx.addTransition(ctx, models.Transition{
			OrderID: r.OrderID, AttemptID: r.AttemptID, RefundID: r.ID, ToState: string(r.State), Cause: "refund", CreatedAt: r.CreatedAt,
		})
		if err != nil {
			return err
		}
		if err := tx.tellRefund(ctx, *r); err != nil {
			return err
		}
		return tx.FollowRefunds(ctx, r.OrderID)
	}))
}

func (s *Store) completeRefund(r *models.Refund) {
	r.ID, r.AppOrderID = cmp.Or(r.ID, models.NewID()), cmp.Or(r.AppOrderID, models.NewRef())
	r.State = cmp.Or(r.State, models.RefundRequested)
	r.CreatedAt = orTime(r.CreatedAt, s.now())
	r.UpdatedAt = orTime(r.UpdatedAt, r.CreatedAt)
	for i := range r.Lines {
		r.Lines[i].ID, r.Lines[i].RefundID = cmp.Or(r.Lines[i].ID, models.NewID()), r.ID
	}
}

// plus returns an expression for the exact sum of a column and a parameter.
func (s *Store) plus(column string) string {
	if s.dialect == migrations.SQLite {
		return "dec_add(" + column + ", ?)"
	}
	return "(" + column + " + " + s.param() + ")"
}

func (s *Store) takeRefund(ctx context.Context, r *models.Refund, limit models.Amount) error {
	query := fmt.Sprintf("UPDATE attempts SET refunded = %[1]s, updated_at = ? WHERE id = ? AND order_id = ? AND state = ? AND coin = ? "+
		"AND %[1]s <= received%[3]s AND %[1]s <= %[2]s%[3]s", s.plus("refunded"), s.param(), s.byValue())
	n, err := s.exec(ctx, query, r.Amount, s.now(), r.AttemptID, r.OrderID, string(models.AttemptPaid), r.Coin, r.Amount, r.Amount, limit)
	if err != nil || n == 1 {
		return err
	}
	a, err := s.Attempt(ctx, r.AttemptID)
	if err != nil {
		return err
	}
	if a.OrderID != r.OrderID || a.State != models.AttemptPaid || a.Coin != r.Coin {
		return ErrConflict
	}
	left := slices.MinFunc([]models.Amount{a.Received, limit}, models.Amount.Cmp).Sub(a.Refunded)
	if left.IsNegative() {
		left = models.Amount{}
	}
	return &RefundTooMuchError{Left: left, Coin: a.Coin}
}

// byValue makes SQLite compare computed amounts by value.
func (s *Store) byValue() string {
	if s.dialect == migrations.SQLite {
		return " COLLATE DECIMAL"
	}
	return ""
}

// giveRefundBack lets an amount be refunded again that did not go back after all.
func (s *Store) giveRefundBack(ctx context.Context, attemptID string, amount models.Amount) error {
	return s.addRefunded(ctx, attemptID, models.Amount{}.Sub(amount))
}

func (s *Store) addRefunded(ctx context.Context, attemptID string, amount models.Amount) error {
	return s.execOr(ctx, ErrNotFound, "UPDATE attempts SET refunded = "+s.plus("refunded")+", updated_at = ? WHERE id = ?", amount, s.now(), attemptID)
}

// Refund reads a refund by its row id; ErrNotFound.
func (s *Store) Refund(ctx context.Context, id string) (models.Refund, error) {
	return s.refund(ctx, "id", id)
}

// RefundByFormToken reads the refund that a form became; ErrNotFound.
func (s *Store) RefundByFormToken(ctx context.Context, token string) (models.Refund, error) {
	return s.refund(ctx, "form_token", token)
}

// RefundByAppOrderID reads a refund by our id at the platform; ErrNotFound.
func (s *Store) RefundByAppOrderID(ctx context.Context, appOrderID string) (models.Refund, error) {
	return s.refund(ctx, "app_order_id", appOrderID)
}

func (s *Store) refund(ctx context.Context, column, key string) (models.Refund, error) {
	r, err := takeByKey[models.Refund](ctx, s, isKey, column, key)
	if err != nil {
		return r, wrap("read the refund", err)
	}
	lines, err := find[models.RefundLine](ctx, s, "id", "refund_id = ?", r.ID)
	r.Lines = linesOf(lines, r.ID)
	return r, wrap("read the lines of the refund", err)
}

// RefundsOf reads an order's refunds with their lines, oldest first.
func (s *Store) RefundsOf(ctx context.Context, orderID string) ([]models.Refund, error) {
	list, err := ofOrder[models.Refund](ctx, s, orderID, "created_at, id")
	if err != nil || len(list) == 0 {
		return nil, wrap("read the order's refunds", err)
	}
	lines, err := find[models.RefundLine](ctx, s, "id", "refund_id IN (SELECT id FROM refunds WHERE order_id = ?)", orderID)
	for i := range list {
		list[i].Lines = linesOf(lines, list[i].ID)
	}
	return list, wrap("read the lines of the order's refunds", err)
}

// RefundsOfOrders reads the refunds of orders without their lines, oldest first, by the order's id.
func (s *Store) RefundsOfOrders(ctx context.Context, orderIDs []string) (map[string][]models.Refund, error) {
	of := map[string][]models.Refund{}
	err := inParts(orderIDs, func(list string, args []any) error {
		found, err := refundTable.query(ctx, s, "WHERE order_id IN "+list+" ORDER BY created_at, id", args...)
		for _, r := range found {
			of[r.OrderID] = append(of[r.OrderID], r)
		}
		return err
	})
	return of, wrap("read the refunds of orders", err)
}

// RefundFilter chooses refunds. Fields that are empty choose all.
type RefundFilter struct {
	KeyID   string // those of this key's checkouts and of orders that no key made
	OrderID string
}

// RefundsFor reads a page of refunds without their lines, newest first. ErrFilter: limit. ErrCursor: after.
func (s *Store) RefundsFor(ctx context.Context, f RefundFilter, after string, limit int) (rows []models.Refund, next string, err error) {
	where := conditions{}
	where.equal("order_id", f.OrderID)
	if f.KeyID != "" {
		where.add("NOT EXISTS (SELECT 1 FROM checkouts c WHERE c.order_id = refunds.order_id AND c.key_id NOT IN ('', ?))", f.KeyID)
	}
	rows, next, err = refundTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the refunds", err)
}

func linesOf(lines []models.RefundLine, refundID string) []models.RefundLine {
	var list []models.RefundLine
	for _, l := range lines {
		if l.RefundID == refundID {
			list = append(list, l)
		}
	}
	return list
}

// WorthOfRefunds reads what a person's refunds are worth together, in the shops' currency: those of one order, and those of all orders that
// were requested since a time. Refunds that came to nothing do not count.
func (s *Store) WorthOfRefunds(ctx context.Context, staffID, orderID string, since time.Time) (models.Amount, error) {
	var sum models.Amount
	err := s.each(ctx, "SELECT worth FROM refunds WHERE requested_by = ? AND (order_id = ? OR created_at >= ?) AND state NOT IN (?, ?)",
		[]any{staffID, orderID, since, string(models.RefundFailed), string(models.RefundDeclined)}, func(rows *sql.Rows) error {
			var worth models.Amount
			err := rows.Scan(&worth)
			sum = sum.Add(worth)
			return err
		})
	return sum, wrap("add a person's refunds up", err)
}

// LockPerson makes other transactions that lock the same person wait, or start again on a cluster, until this one ends. ErrNotFound: there is
// no such person, and nothing is locked.
func (s *Store) LockPerson(ctx context.Context, staffID string) error {
	return wrap("lock the person", s.execOr(ctx, ErrNotFound, "UPDATE staff SET updated_at = ? WHERE id = ?", s.now(), staffID))
}

// RefundPage reads a page of refunds, newest first, in one state or (empty) in all. ErrFilter, ErrCursor.
func (s *Store) RefundPage(
	ctx context.Context, state models.RefundState, after string, limit int,
) (rows []models.Refund, next string, err error) {
	where := conditions{}
	where.equal("state", string(state))
	rows, next, err = refundTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the refunds", err)
}

// MoveRefund changes a refund's state by compare-and-set and stores the transition, whose ids, states and time are filled in. What comes
// to nothing (failed, declined) can be refunded again from that moment on; what is confirmed after it had failed is taken again,
// whatever is left. ErrConflict: the refund is not in that state, or the machine has no such move. ErrDuplicate: the platform's
// number belongs to another refund. ErrText.
func (s *Store) MoveRefund(ctx context.Context, id string, from, to models.RefundState, set RefundChange, t models.Transition) error {
	what := fmt.Sprintf("move the refund from %s to %s", from, to)
	if !from.CanMove(to) {
		return fmt.Errorf("%s: %w", what, ErrConflict)
	}
	c, err := changed[models.Refund](set)
	if err != nil {
		return wrap(what, err)
	}
	c.set("state", string(to))
	c.set("updated_at", s.now())
	return wrap(what, s.Tx(ctx, func(tx *Store) error {
		if err := tx.lockOrderOf(ctx, id); err != nil {
			return err
		}
		if err := tx.update(ctx, "refunds", c, "id = ? AND state = ?", id, string(from)); err != nil {
			return err
		}
		r, err := tx.Refund(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case from.Counts() && !to.Counts():
			err = tx.giveRefundBack(ctx, r.AttemptID, r.Amount)
		case !from.Counts() && to.Counts():
			err = tx.addRefunded(ctx, r.AttemptID, r.Amount)
		}
		if err != nil {
			return err
		}
		moved := t // a repeated transaction starts from the caller's again
		moved.OrderID, moved.AttemptID, moved.RefundID = r.OrderID, r.AttemptID, id
		moved.FromState, moved.ToState, moved.Refused = string(from), string(to), false
		if slices.Contains(c.names, "order_num") {
			if err := tx.markForSearch(ctx, r.OrderID); err != nil {
				return err
			}
		}
		if err := tx.addTransition(ctx, moved); err != nil {
			return err
		}
		if from.Counts() != to.Counts() {
			if err := tx.outdateFigures(ctx, r.SentAt); err != nil {
				return err
			}
		}
		if err := tx.tellRefund(ctx, r); err != nil {
			return err
		}
		return tx.FollowRefunds(ctx, r.OrderID)
	}))
}

// lockOrderOf locks the order of a refund; one that is not there locks none.
func (s *Store) lockOrderOf(ctx context.Context, refundID string) error {
	_, err := s.exec(ctx, "UPDATE orders SET updated_at = ? WHERE id = (SELECT order_id FROM refunds WHERE id = ?)", s.now(), refundID)
	return err
}

// SetRefund changes a refund without moving it, while it is in the given state. ErrConflict: it is in another state, or there is none.
// ErrDuplicate, ErrText.
func (s *Store) SetRefund(ctx context.Context, id string, while models.RefundState, set RefundChange) error {
	c, err := changed[models.Refund](set)
	if err != nil {
		return wrap("change the refund", err)
	}
	c.set("updated_at", s.now())
	return wrap("change the refund", s.update(ctx, "refunds", c, "id = ? AND state = ?", id, string(while)))
}

// ClaimRefunds claims up to limit due refunds, longest due first.
func (s *Store) ClaimRefunds(ctx context.Context, limit int, lease time.Duration) ([]models.Refund, error) {
	return claim(ctx, s, QueueRefunds, limit, lease, func(r *models.Refund) leased { return leased{&r.ID, &r.Lease, &r.DueAt, nil} })
}
