package store

import (
	"context"
	"fmt"

	"github.com/coincart/coincart/models"
)

// InsertOrder stores a new order with its lines and, if it has one, its address. Ids and times that are empty are filled in; lines get
// their places; an order whose Total has no parts is all goods. A form token or a ref that is taken is ErrDuplicate (reliability.md R9).
func (s *Store) InsertOrder(ctx context.Context, o *models.Order) error {
	s.completeOrder(o)
	return doing("store the order", s.Tx(ctx, func(tx *Store) error {
		if err := tx.create(ctx, o); err != nil {
			return err
		}
		if err := tx.insertAddress(ctx, o); err != nil || len(o.Lines) == 0 {
			return err
		}
		return tx.create(ctx, &o.Lines)
	}))
}

func (s *Store) completeOrder(o *models.Order) {
	now := s.now()
	if o.ID == "" {
		o.ID = models.NewID()
	}
	if o.Ref == "" {
		o.Ref = models.NewRef()
	}
	if o.State == "" {
		o.State = models.OrderAwaiting
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = now
	}
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = o.CreatedAt
	}
	if sum := o.GoodsTotal.Add(o.Discount).Add(o.Delivery).Add(o.Tax); sum.IsZero() {
		o.GoodsTotal = o.Total
	}
	o.Customer = s.customerOf(o.Email)
	o.Shipped = o.Shipped || o.Address != nil
	for i := range o.Lines {
		line := &o.Lines[i]
		if line.ID == "" {
			line.ID = models.NewID()
		}
		line.OrderID, line.Position = o.ID, i
	}
}

// Order reads an order with lines and attempts by its row id; ErrNotFound.
func (s *Store) Order(ctx context.Context, id string) (models.Order, error) {
	return s.order(ctx, "id = ?", id)
}

// OrderByRef reads an order with lines and attempts by its public reference; ErrNotFound.
func (s *Store) OrderByRef(ctx context.Context, ref string) (models.Order, error) {
	return s.order(ctx, "ref = ?", ref)
}

// OrderByFormToken reads the order that a checkout form became; ErrNotFound.
func (s *Store) OrderByFormToken(ctx context.Context, token string) (models.Order, error) {
	return s.order(ctx, "form_token = ?", token)
}

func (s *Store) order(ctx context.Context, where, key string) (models.Order, error) {
	if !machine(key) {
		return models.Order{}, fmt.Errorf("read the order: %w", ErrNotFound)
	}
	var o models.Order
	if err := s.take(ctx, &o, where, key); err != nil {
		return models.Order{}, doing("read the order", err)
	}
	if err := s.ofOrder(ctx, &o.Lines, o.ID, "position"); err != nil {
		return models.Order{}, doing("read the order's lines", err)
	}
	err := s.ofOrder(ctx, &o.Attempts, o.ID, "created_at, id")
	if err != nil {
		return models.Order{}, doing("read the order's attempts", err)
	}
	for i := range o.Attempts {
		s.openPayer(ctx, &o.Attempts[i])
	}
	if o.Shipped {
		if o.Address, err = s.address(ctx, o.ID); err != nil {
			return models.Order{}, doing("read the order's address", err)
		}
	}
	return o, nil
}

// MoveOrder changes an order's state by compare-and-set and stores the transition, whose ids, states and time are filled in. ErrConflict:
// the order is not in that state, or the machine has no such move; then nothing is changed. ErrText. Only orders that await
// payment are due by themselves, and none comes back to that state: a move ends due_at and lease.
func (s *Store) MoveOrder(
	ctx context.Context, id string, from, to models.OrderState, set OrderChange, t models.Transition,
) error {
	if !from.CanMove(to) {
		return fmt.Errorf("move the order from %s to %s: %w", from, to, ErrConflict)
	}
	c, err := set.columns()
	if err != nil {
		return doing("move the order", err)
	}
	c.set("due_at", nil)
	c.set("lease", "")
	c.set("state", string(to))
	c.set("updated_at", s.now())
	t.OrderID, t.AttemptID, t.FromState, t.ToState, t.Refused = id, "", string(from), string(to), false
	return doing(fmt.Sprintf("move the order from %s to %s", from, to), s.Tx(ctx, func(tx *Store) error {
		if err := tx.update(ctx, "orders", c, "id = ? AND state = ?", id, string(from)); err != nil {
			return err
		}
		return tx.addTransition(ctx, t)
	}))
}

// RefuseTransition stores a change that was asked for and refused (reliability.md R6).
func (s *Store) RefuseTransition(ctx context.Context, t models.Transition) error {
	t.Refused = true
	return doing("store a refused change", s.addTransition(ctx, t))
}

func (s *Store) addTransition(ctx context.Context, t models.Transition) error {
	if t.ID == "" {
		t.ID = models.NewID()
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = s.now()
	}
	clipTexts(&t, "cause", "note")
	return s.create(ctx, &t)
}

// NoteOfMove is the note of an order's last change to a state; "" where it never had the state.
func (s *Store) NoteOfMove(ctx context.Context, orderID string, to models.OrderState) (string, error) {
	var notes []string
	err := s.orm.WithContext(ctx).Model(&models.Transition{}).Where("order_id = ? AND attempt_id = '' AND refund_id = ''", orderID).
		Where("to_state = ? AND refused = ?", to, false).Order("created_at DESC, id DESC").Limit(1).Pluck("note", &notes).Error
	if err != nil || len(notes) == 0 {
		return "", doing("read why an order changed", translate(err))
	}
	return notes[0], nil
}

// Transitions reads an order's history, its attempts' too, oldest first.
func (s *Store) Transitions(ctx context.Context, orderID string) ([]models.Transition, error) {
	var list []models.Transition
	err := s.ofOrder(ctx, &list, orderID, "created_at, id")
	return list, doing("read the order's history", err)
}
