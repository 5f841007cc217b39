package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// InsertOrder stores a new order with its lines and, if it has one, its address. Ids and times that are empty are filled in; lines get
// their places; an order whose Total has no parts is all goods. A form token or a ref that is taken is ErrDuplicate (reliability.md R9).
//
// The order's number is taken right before the transaction commits, and is in o after it: the lock of the counter, for which all placements
// wait, is held for the commit alone.
func (s *Store) InsertOrder(ctx context.Context, o *models.Order) error {
	s.completeOrder(o)
	return wrap("store the order", s.Tx(ctx, func(tx *Store) error {
		numbering, err := tx.numbering(ctx)
		if err != nil {
			return err
		}
		o.Number, o.NumberText = 0, "" // of a try that was rolled back
		if err := tx.create(ctx, o); err != nil {
			return err
		}
		if err := tx.markForSearch(ctx, o.ID); err != nil {
			return err
		}
		tx.beforeCommit(func() error { return tx.numberOrder(ctx, o, numbering) })
		if err := tx.insertAddress(ctx, o); err != nil || len(o.Lines) == 0 {
			return err
		}
		return tx.create(ctx, &o.Lines)
	}))
}

func (s *Store) completeOrder(o *models.Order) {
	o.ID, o.Ref, o.ReturnRef = cmp.Or(o.ID, models.NewID()), cmp.Or(o.Ref, models.NewRef()), cmp.Or(o.ReturnRef, models.NewRef())
	o.State = cmp.Or(o.State, models.OrderAwaiting)
	o.Fulfilment, o.Refunds = cmp.Or(o.Fulfilment, models.FulfilmentNone), cmp.Or(o.Refunds, models.RefundsNone)
	o.CreatedAt = orTime(o.CreatedAt, s.now())
	o.UpdatedAt = orTime(o.UpdatedAt, o.CreatedAt)
	if sum := o.GoodsTotal.Add(o.Discount).Add(o.Delivery).Add(o.Tax); sum.IsZero() {
		o.GoodsTotal = o.Total
	}
	o.EndsBy = orTime(o.EndsBy, o.ExpiresAt)
	o.Customer = s.customerOf(o.Email)
	o.Shipped = o.Shipped || o.Address != nil
	for i := range o.Lines {
		line := &o.Lines[i]
		line.ID, line.OrderID, line.Position = cmp.Or(line.ID, models.NewID()), o.ID, i
	}
}

// Order reads an order with lines and attempts by its row id; ErrNotFound.
func (s *Store) Order(ctx context.Context, id string) (models.Order, error) {
	return s.order(ctx, "id", id)
}

// OrderByRef reads an order with lines and attempts by its public reference; ErrNotFound.
func (s *Store) OrderByRef(ctx context.Context, ref string) (models.Order, error) {
	return s.order(ctx, "ref", ref)
}

// OrderByReturnRef reads an order with lines and attempts by the reference that the platform has; ErrNotFound.
func (s *Store) OrderByReturnRef(ctx context.Context, ref string) (models.Order, error) {
	return s.order(ctx, "return_ref", ref)
}

// OrderByFormToken reads the order that a checkout form became; ErrNotFound.
func (s *Store) OrderByFormToken(ctx context.Context, token string) (models.Order, error) {
	return s.order(ctx, "form_token", token)
}

func (s *Store) order(ctx context.Context, column, key string) (models.Order, error) {
	o, err := takeByKey[models.Order](ctx, s, isKey, column, key)
	if err != nil {
		return models.Order{}, wrap("read the order", err)
	}
	if o.Lines, err = ofOrder[models.OrderLine](ctx, s, o.ID, "position"); err != nil {
		return models.Order{}, wrap("read the order's lines", err)
	}
	if o.Attempts, err = ofOrder[models.Attempt](ctx, s, o.ID, "created_at, id"); err != nil {
		return models.Order{}, wrap("read the order's attempts", err)
	}
	for i := range o.Attempts {
		s.openPayer(ctx, &o.Attempts[i])
	}
	if o.Shipped {
		if o.Address, err = s.address(ctx, o.ID); err != nil {
			return models.Order{}, wrap("read the order's address", err)
		}
	}
	return o, nil
}

// MoveOrder changes an order's state by compare-and-set and stores the transition, whose ids, states and time are filled in. ErrConflict:
// the order is not in that state, or the machine has no such move; then nothing is changed. ErrText. Only orders that await
// payment are due by themselves, and none comes back to that state: a move ends due_at and lease.
func (s *Store) MoveOrder(ctx context.Context, id string, from, to models.OrderState, set OrderChange, t models.Transition) error {
	if !from.CanMove(to) {
		return fmt.Errorf("move the order from %s to %s: %w", from, to, ErrConflict)
	}
	c, err := changed[models.Order](set)
	if err != nil {
		return wrap("move the order", err)
	}
	c.set("due_at", nil)
	c.set("lease", "")
	c.set("state", string(to))
	c.set("updated_at", s.now())
	t.OrderID, t.AttemptID, t.FromState, t.ToState, t.Refused = id, "", string(from), string(to), false
	return wrap(fmt.Sprintf("move the order from %s to %s", from, to), s.Tx(ctx, func(tx *Store) error {
		if err := tx.update(ctx, "orders", c, "id = ? AND state = ?", id, string(from)); err != nil {
			return err
		}
		if from == models.OrderAwaiting {
			if err := tx.dropHolders(ctx, id); err != nil {
				return err
			}
		}
		if from == models.OrderReview && to == models.OrderPaid { // perhaps days after it was placed
			var placed time.Time
			if err := tx.one(ctx, "SELECT created_at FROM orders WHERE id = ?", []any{id}, &placed); err != nil {
				return err
			}
			if err := tx.outdateFigures(ctx, placed); err != nil {
				return err
			}
		}
		if err := tx.markForSearch(ctx, id); err != nil {
			return err
		}
		tx.tellOrder(ctx, id)
		return tx.addTransition(ctx, t)
	}))
}

// SetPaidAttempt names the payment that counts for an order, while the order is in a state. ErrConflict: it is in another one.
func (s *Store) SetPaidAttempt(ctx context.Context, id string, while models.OrderState, attemptID string) error {
	return wrap("name the payment that counts", s.execOr(ctx, ErrConflict,
		"UPDATE orders SET paid_attempt_id = ?, updated_at = ? WHERE id = ? AND state = ?", attemptID, s.now(), id, string(while)))
}

// RefuseTransition stores a change that was asked for and refused (reliability.md R6).
func (s *Store) RefuseTransition(ctx context.Context, t models.Transition) error {
	t.Refused = true
	return wrap("store a refused change", s.addTransition(ctx, t))
}

func (s *Store) addTransition(ctx context.Context, t models.Transition) error {
	t.ID, t.CreatedAt = cmp.Or(t.ID, models.NewID()), orTime(t.CreatedAt, s.now())
	clipTexts(&t, "cause", "note")
	return s.create(ctx, &t)
}

// NoteOfMove reads the note of an order's last change to a state; "" where it never had the state.
func (s *Store) NoteOfMove(ctx context.Context, orderID string, to models.OrderState) (string, error) {
	note := ""
	err := s.one(ctx, "SELECT note FROM transitions WHERE order_id = ? AND attempt_id = '' AND refund_id = '' AND to_state = ? AND refused = ? "+
		"ORDER BY created_at DESC, id DESC LIMIT 1", []any{orderID, string(to), false}, &note)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return note, wrap("read why an order changed", err)
}

func (s *Store) insertAddress(ctx context.Context, o *models.Order) error {
	if o.Address == nil {
		return nil
	}
	row := orderAddress{o.ID, *o.Address, o.CreatedAt}
	if err := checkTexts(row); err != nil {
		return err
	}
	return addressTable.insert(ctx, s, &row)
}

// address reads where an order goes; nil where it was erased.
func (s *Store) address(ctx context.Context, orderID string) (*models.Address, error) {
	row, err := addressTable.take(ctx, s, "WHERE order_id = ?", orderID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // an erased address is no error
	}
	return &row.Address, err
}
