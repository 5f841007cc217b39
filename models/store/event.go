package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// eventPositions is the row of sequences that counts published events.
const eventPositions = "events"

// AddEvent stores an event about an object of package wire, in the caller's transaction. Its id and time are filled in; its sequence must be the
// next of the object. ErrDuplicate: it is not.
func (s *Store) AddEvent(ctx context.Context, e models.Event, object any) error {
	return wrap("store the event", s.addEvent(ctx, e, object))
}

func (s *Store) addEvent(ctx context.Context, e models.Event, object any) (err error) {
	if e.Data, err = wire.Text(object); err != nil {
		return err
	}
	e.ID, e.CreatedAt = cmp.Or(e.ID, models.NewEventID()), orTime(e.CreatedAt, s.now())
	if err := checkTexts(e); err != nil {
		return err
	}
	return eventTable.insert(ctx, s, &e)
}

// tellOrder writes, at the end of this transaction, the events that follow from what it has made of an order.
func (s *Store) tellOrder(ctx context.Context, orderID string) {
	const mark = "told "
	if s.marked[mark+orderID] {
		return
	}
	s.marked[mark+orderID] = true
	s.beforeCommit(func() error { return s.tell(ctx, orderID) })
}

// orderFacts are the facts of an order of which each change is told: payment, fulfilment and refunds.
type orderFacts struct{ state, fulfilment, refunds string }

func (f orderFacts) text() string { return f.state + " " + f.fulfilment + " " + f.refunds }

// toldFacts are the facts that the last event told; an order begins with those of a new one.
func toldFacts(text string) orderFacts {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return orderFacts{string(models.OrderAwaiting), string(models.FulfilmentNone), string(models.RefundsNone)}
	}
	return orderFacts{parts[0], parts[1], parts[2]}
}

// events returns what a change of the facts is called, in the order in which it is told.
func (f orderFacts) events(was orderFacts) (list []models.EventType) {
	if f.state != was.state {
		switch models.OrderState(f.state) {
		case models.OrderPaid:
			list = append(list, models.EventOrderPaid)
		case models.OrderReview:
			list = append(list, models.EventOrderReview)
		case models.OrderExpired:
			list = append(list, models.EventOrderExpired)
		case models.OrderCancelled:
			list = append(list, models.EventOrderCancelled)
		case models.OrderAwaiting:
		}
	}
	if f.fulfilment != was.fulfilment && models.Fulfilment(f.fulfilment).Done() {
		list = append(list, models.EventOrderFulfilled)
	}
	if back := models.RefundStatus(f.refunds); f.refunds != was.refunds && (back == models.RefundsPart || back == models.RefundsAll) {
		list = append(list, models.EventOrderRefunded)
	}
	return list
}

// tell writes the events of an order and of the checkout that became it.
func (s *Store) tell(ctx context.Context, orderID string) error {
	var now orderFacts
	var told, checkoutID string
	var sequence int
	err := s.one(ctx, "SELECT state, fulfilment, refunds, told, sequence, checkout_id FROM orders WHERE id = ?", []any{orderID},
		&now.state, &now.fulfilment, &now.refunds, &told, &sequence, &checkoutID)
	if err != nil {
		return wrap("tell what became of the order", err)
	}
	was := toldFacts(told)
	if now == was && checkoutID == "" {
		return nil
	}
	order, err := s.Order(ctx, orderID)
	if err != nil {
		return err
	}
	refunds, err := s.RefundsOf(ctx, orderID)
	if err != nil {
		return err
	}
	checkout, err := s.checkout(ctx, "order_id", orderID, "")
	if err != nil && !errors.Is(err, ErrNotFound) { // an order of which nothing came has lost its checkout
		return err
	}
	if now != was {
		if err := s.tellFacts(ctx, &order, refunds, checkout.KeyID, now, was); err != nil {
			return wrap("tell what became of the order", err)
		}
	}
	if checkout.ID == "" {
		return nil
	}
	if to := checkout.StatusWith(&order); to != checkout.Status {
		return wrap("tell what became of the checkout", s.moveCheckout(ctx, checkout, to, &order, refunds))
	}
	return nil
}

func (s *Store) tellFacts(ctx context.Context, order *models.Order, refunds []models.Refund, keyID string, now, was orderFacts) error {
	for _, kind := range now.events(was) {
		order.Sequence++
		e := models.Event{Type: kind, ObjectID: order.ID, OrderID: order.ID, KeyID: keyID, Sequence: order.Sequence}
		if err := s.addEvent(ctx, e, wire.OfOrder(order, refunds)); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, "UPDATE orders SET told = ?, sequence = ? WHERE id = ?", now.text(), order.Sequence, order.ID)
	return err
}

// refundEvents are the events of a refund's states.
var refundEvents = map[models.RefundState]models.EventType{
	models.RefundRequested: models.EventRefundPending, models.RefundAccepted: models.EventRefundSucceeded, models.RefundConfirmed: models.EventRefundConfirmed,
	models.RefundFailed: models.EventRefundFailed, models.RefundDeclined: models.EventRefundFailed,
}

// tellRefund writes the event of a refund that is in another state now, if it has one.
func (s *Store) tellRefund(ctx context.Context, r models.Refund) error {
	kind, ok := refundEvents[r.State]
	if !ok {
		return nil
	}
	order, err := orderTable.take(ctx, s, "WHERE id = ?", r.OrderID)
	if err != nil {
		return err
	}
	keyID := ""
	if order.CheckoutID != "" {
		if err := s.one(ctx, "SELECT key_id FROM checkouts WHERE id = ?", []any{order.CheckoutID}, &keyID); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	r.Sequence++
	if _, err := s.exec(ctx, "UPDATE refunds SET sequence = ? WHERE id = ?", r.Sequence, r.ID); err != nil {
		return err
	}
	return s.addEvent(ctx, models.Event{Type: kind, ObjectID: r.ID, OrderID: r.OrderID, KeyID: keyID, Sequence: r.Sequence}, wire.OfRefund(&r, &order))
}

// PublishEvents gives up to limit events that have none their positions, and returns them in the order of these. Any number of replicas may do it
// at once. also is done in the same transaction; nil: nothing.
func (s *Store) PublishEvents(ctx context.Context, limit int, also func(tx *Store, published []models.Event) error) ([]models.Event, error) {
	waiting := 0
	if err := s.one(ctx, "SELECT COUNT(*) FROM (SELECT id FROM events WHERE position IS NULL LIMIT 1) w", nil, &waiting); err != nil || waiting == 0 {
		return nil, wrap("look for new events", err)
	}
	var list []models.Event
	err := s.Tx(ctx, func(tx *Store) (err error) {
		last, err := tx.lockSequence(ctx, eventPositions)
		if err != nil {
			return err
		}
		if list, err = eventTable.query(ctx, tx, "WHERE position IS NULL ORDER BY created_at, sequence, id LIMIT ?", max(1, limit)); err != nil || len(list) == 0 {
			return err
		}
		inSequence(list)
		for i := range list {
			list[i].Position = last + i + 1
			if _, err := tx.exec(ctx, "UPDATE events SET position = ? WHERE id = ?", list[i].Position, list[i].ID); err != nil {
				return err
			}
		}
		if _, err := tx.exec(ctx, "UPDATE sequences SET last = ? WHERE name = ?", last+len(list), eventPositions); err != nil {
			return err
		}
		if also == nil {
			return nil
		}
		return also(tx, list)
	})
	return list, wrap("publish events", err)
}

// inSequence puts the events of each object in the order of their sequence, in the places that its events have.
func inSequence(list []models.Event) {
	places := map[string][]int{}
	for i, e := range list {
		places[e.ObjectID] = append(places[e.ObjectID], i)
	}
	for _, at := range places {
		own := make([]models.Event, len(at))
		for i, place := range at {
			own[i] = list[place]
		}
		slices.SortFunc(own, func(a, b models.Event) int { return cmp.Compare(a.Sequence, b.Sequence) })
		for i, place := range at {
			list[place] = own[i]
		}
	}
}

// EventFilter chooses published events. Fields that are empty choose all.
type EventFilter struct {
	After  int // position of the last event that was read; 0: from the first
	Types  []models.EventType
	KeyID  string // events about what this key made, and those about the shop
	Object string // about this object
}

// Events reads up to limit published events in the order of their positions. ErrFilter: limit.
func (s *Store) Events(ctx context.Context, f EventFilter, limit int) ([]models.Event, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, wrap("read events", err)
	}
	where := conditions{}
	where.add("position > ?", f.After)
	if len(f.Types) > 0 {
		where.add("type IN ("+placeholders(len(f.Types))+")", statesWhere(f.Types, func(models.EventType) bool { return true })...)
	}
	if f.KeyID != "" {
		where.add("key_id IN ('', ?)", f.KeyID)
	}
	where.equal("object_id", f.Object)
	list, err := eventTable.query(ctx, s, "WHERE "+where.sql()+" ORDER BY position LIMIT ?", append(where.args, limit)...)
	return list, wrap("read events", err)
}

// Event reads an event by its id; ErrNotFound.
func (s *Store) Event(ctx context.Context, id string) (models.Event, error) {
	if !isKey(id) {
		return models.Event{}, wrap("read the event", ErrNotFound)
	}
	e, err := eventTable.take(ctx, s, "WHERE id = ?", id)
	return e, wrap("read the event", err)
}

// EventsOfOrder reads the events about an order, what became it, and its refunds, oldest first.
func (s *Store) EventsOfOrder(ctx context.Context, orderID string) ([]models.Event, error) {
	list, err := eventTable.query(ctx, s, "WHERE order_id = ? ORDER BY created_at, sequence, id", orderID)
	return list, wrap("read the events of the order", err)
}

// ForgetEvents removes up to limit published events from before a time, and returns how many.
func (s *Store) ForgetEvents(ctx context.Context, before time.Time, limit int) (int, error) {
	ids, err := collect(ctx, s, "SELECT id FROM events WHERE created_at < ? AND position IS NOT NULL ORDER BY created_at LIMIT ?",
		[]any{models.Instant(before), max(1, limit)}, func(rows *sql.Rows) (id string, err error) {
			err = rows.Scan(&id)
			return id, err
		})
	if err != nil || len(ids) == 0 {
		return 0, wrap("look for old events", err)
	}
	list := padded(arguments(ids))
	n, err := s.exec(ctx, "DELETE FROM events WHERE id IN ("+placeholders(len(list))+")", list...)
	return int(n), wrap("remove old events", err)
}
