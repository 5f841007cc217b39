package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// webhookInvariants are the rules for deliveries (reliability.md I19).
var webhookInvariants = []invariant{
	{"I14", "webhook that nobody sends", `SELECT d.id FROM deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
		WHERE d.due_at < ? AND COALESCE(e.tried_at, e.created_at) < d.due_at`},
	{"I19", "delivery that waits without a time, or has ended with one", `SELECT id FROM deliveries
		WHERE state = 'waiting' AND (due_at IS NULL OR ended_at IS NOT NULL) OR state <> 'waiting' AND (due_at IS NOT NULL OR ended_at IS NULL OR slot IS NOT NULL)`},
	{"I19", "delivered without an answer that says so", `SELECT d.id FROM deliveries d WHERE d.state = 'delivered'
		AND NOT EXISTS (SELECT 1 FROM delivery_tries t WHERE t.delivery_id = d.id AND t.problem = '' AND t.status BETWEEN 200 AND 299)`},
	{"I19", "delivery that was given up too early", `SELECT id FROM deliveries
		WHERE state = 'parked' AND problem NOT IN ('disabled', 'gone') AND tries < 10`},
	{"I19", "delivery that waits for an endpoint that is disabled", `SELECT d.id FROM deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
		WHERE d.state = 'waiting' AND e.state = 'disabled'`},
}

// body returns what is sent about an event: the same bytes with every try.
func body(e *models.Event) (models.RawJSON, error) {
	sent := wire.OfEvent(e)
	sent.ID = "" // it is in a header
	text, err := json.Marshal(sent)
	if err != nil {
		return "", fmt.Errorf("encode the event: %w", err)
	}
	return models.RawJSON(text), nil
}

// PublishToEndpoints publishes up to limit events, and notes in the same transaction which endpoint is to be told about each. It returns how many
// it has published.
func (s *Store) PublishToEndpoints(ctx context.Context, limit int) (int, error) {
	list, err := s.PublishEvents(ctx, limit, func(tx *Store, published []models.Event) error {
		targets, err := tx.targets(ctx, "")
		if err != nil {
			return err
		}
		for _, t := range targets {
			if err := tx.addDeliveries(ctx, t, published); err != nil {
				return err
			}
		}
		return nil
	})
	return len(list), err
}

// target is an endpoint that is not disabled, with the key that made it.
type target struct {
	endpoint models.WebhookEndpoint
	key      *models.APIKey // nil: staff made it, or there is no such key
}

// targets reads the endpoints that are not disabled, and keeps them from being disabled before this transaction ends. id chooses one; empty: all.
func (s *Store) targets(ctx context.Context, id string) (list []target, err error) {
	where := conditions{}
	where.add("state <> ?", string(models.EndpointDisabled))
	where.equal("id", id)
	endpoints, err := endpointTable.query(ctx, s, "WHERE "+where.sql()+" ORDER BY id"+s.forUpdate(), where.args...)
	if err != nil {
		return nil, wrap("read the endpoints", err)
	}
	for _, e := range endpoints {
		t := target{endpoint: e}
		if e.KeyID != "" {
			key, err := s.APIKey(ctx, e.KeyID)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			if err == nil {
				t.key = &key
			}
		}
		list = append(list, t)
	}
	return list, nil
}

// addDeliveries stores that an endpoint is to be told about those of the events that it wants.
func (s *Store) addDeliveries(ctx context.Context, t target, events []models.Event) error {
	var wanted []models.Event
	var objects []string
	for _, e := range events {
		if t.endpoint.Wants(&e, t.key) {
			wanted, objects = append(wanted, e), append(objects, e.ObjectID)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	behind, err := s.waitingObjects(ctx, t.endpoint.ID, objects)
	if err != nil {
		return err
	}
	now := s.now()
	rows := make([]models.Delivery, len(wanted))
	for i := range wanted {
		e := &wanted[i]
		text, err := body(e)
		if err != nil {
			return err
		}
		rows[i] = models.Delivery{
			ID: models.NewID(), EventID: e.ID, EndpointID: t.endpoint.ID, EventType: e.Type, ObjectID: e.ObjectID, OrderID: e.OrderID, Sequence: e.Sequence,
			Body: text, State: models.DeliveryWaiting, CreatedAt: now, DueAt: now,
		}
		if due := behind[e.ObjectID]; due.After(now) {
			rows[i].DueAt = due // it would only be looked at and found to wait
		}
	}
	return wrap("store what an endpoint is to be told", deliveryTable.insertAll(ctx, s, rows))
}

// waitingObjects reads of which objects something waits for an endpoint, and until when.
func (s *Store) waitingObjects(ctx context.Context, endpointID string, objects []string) (map[string]time.Time, error) {
	until := map[string]time.Time{}
	err := inParts(objects, func(list string, part []any) error {
		query := "SELECT object_id, due_at FROM deliveries WHERE endpoint_id = ? AND state = ? AND object_id IN " + list
		return s.each(ctx, query, slices.Concat([]any{endpointID, string(models.DeliveryWaiting)}, part), func(rows *sql.Rows) error {
			var object string
			var due time.Time
			err := rows.Scan(&object, nullTime{&due})
			if due.After(until[object]) {
				until[object] = due
			}
			return err
		})
	})
	return until, wrap("look for what waits", err)
}

// ClaimDeliveries claims deliveries that are due: of each endpoint as many as bring those that are under way, in all replicas, to
// models.DeliveriesAtOnce, and of each object only the one that is next. What another worker has claimed and not finished within its lease is due
// again. Lease, DueAt and Slot are the claim's.
func (s *Store) ClaimDeliveries(ctx context.Context, lease time.Duration) ([]models.Delivery, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	endpoints, err := s.readTexts(ctx, `SELECT e.id FROM webhook_endpoints e WHERE e.state <> ?
		AND EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint_id = e.id AND d.due_at <= ?) ORDER BY e.id`, string(models.EndpointDisabled), now)
	if err != nil {
		return nil, wrap("look for due deliveries", err)
	}
	var mine []models.Delivery
	for _, id := range endpoints {
		claimed, err := s.claimFor(ctx, id, now, lease)
		mine = append(mine, claimed...)
		if err != nil {
			if len(mine) > 0 {
				return mine, nil // what is claimed already is worth more than the error, which the next claim meets again
			}
			return nil, wrap("claim due deliveries", err)
		}
	}
	return mine, nil
}

func (s *Store) claimFor(ctx context.Context, endpointID string, now time.Time, lease time.Duration) (mine []models.Delivery, err error) {
	free, err := s.freeSlots(ctx, endpointID, now)
	if err != nil || len(free) == 0 {
		return nil, err
	}
	due, err := deliveryTable.query(ctx, s, `WHERE endpoint_id = ? AND due_at <= ? AND state = ? AND slot IS NULL AND NOT EXISTS (
		SELECT 1 FROM deliveries b WHERE b.endpoint_id = deliveries.endpoint_id AND b.object_id = deliveries.object_id
		AND b.sequence < deliveries.sequence AND b.state = ?) ORDER BY due_at, id LIMIT ?`,
		endpointID, now, string(models.DeliveryWaiting), string(models.DeliveryWaiting), len(free))
	if err != nil {
		return nil, err
	}
	until, token := models.Instant(now.Add(lease)), models.NewRef()
	for i, d := range due {
		n, err := s.exec(ctx, "UPDATE deliveries SET slot = ?, lease = ?, due_at = ? WHERE id = ? AND due_at = ? AND state = ? AND slot IS NULL",
			free[i], token, until, d.ID, d.DueAt, string(models.DeliveryWaiting))
		if errors.Is(err, ErrDuplicate) {
			continue // another replica has taken the slot
		}
		if err != nil {
			return mine, err
		}
		if n == 1 {
			d.Slot, d.Lease, d.DueAt = free[i], token, until
			mine = append(mine, d)
		}
	}
	return mine, nil
}

// freeSlots returns the slots of an endpoint that no delivery has. It takes them back from workers whose leases have ended.
func (s *Store) freeSlots(ctx context.Context, endpointID string, now time.Time) (free []int, err error) {
	_, err = s.exec(ctx, "UPDATE deliveries SET slot = NULL, lease = '' WHERE endpoint_id = ? AND slot IS NOT NULL AND due_at <= ?", endpointID, now)
	if err != nil {
		return nil, err
	}
	taken, err := collect(ctx, s, "SELECT slot FROM deliveries WHERE endpoint_id = ? AND slot IS NOT NULL", []any{endpointID},
		func(rows *sql.Rows) (slot int, err error) {
			err = rows.Scan(&slot)
			return slot, err
		})
	if err != nil {
		return nil, err
	}
	for slot := 1; slot <= models.DeliveriesAtOnce; slot++ {
		if !slices.Contains(taken, slot) {
			free = append(free, slot)
		}
	}
	return free, nil
}

// FinishDelivery stores a try of a delivery that was claimed, and what follows: d.State, and for one that waits again d.DueAt. A delivery that has
// ended lets the next one of its object go; one that waits keeps them back. ErrConflict: the lease is not held any more; nothing was stored.
func (s *Store) FinishDelivery(ctx context.Context, d models.Delivery, try models.DeliveryTry) error {
	return wrap("finish the delivery", s.Tx(ctx, func(tx *Store) error {
		now := tx.now()
		ended, due := now, time.Time{}
		if d.State == models.DeliveryWaiting {
			ended, due = time.Time{}, models.Instant(d.DueAt)
		}
		c := &change{}
		c.set("state", string(d.State))
		c.set("tries", d.Tries)
		c.set("problem", try.Problem)
		c.set("status", try.Status)
		c.set("ended_at", ended)
		c.set("due_at", due)
		c.set("lease", "")
		c.set("slot", nil)
		if err := tx.update(ctx, "deliveries", c, "id = ? AND lease = ? AND state = ?", d.ID, d.Lease, string(models.DeliveryWaiting)); err != nil {
			return err
		}
		try.ID, try.DeliveryID, try.Answer = models.NewID(), d.ID, clip("delivery_tries", "answer", try.Answer)
		if err := deliveryTryTable.insert(ctx, tx, &try); err != nil {
			return err
		}
		if err := tx.moveFollowers(ctx, d, now, due); err != nil {
			return err
		}
		return tx.markEndpoint(ctx, d.EndpointID, try.Problem == "", now)
	}))
}

// moveFollowers gives the later deliveries of an object their time: now if the one before them has ended, else that of its next try.
func (s *Store) moveFollowers(ctx context.Context, d models.Delivery, now, due time.Time) error {
	compare := "<"
	if due.IsZero() {
		compare, due = ">", models.Instant(now)
	}
	_, err := s.exec(ctx, "UPDATE deliveries SET due_at = ? WHERE endpoint_id = ? AND object_id = ? AND sequence > ? AND state = ? AND slot IS NULL AND due_at "+compare+" ?",
		due, d.EndpointID, d.ObjectID, d.Sequence, string(models.DeliveryWaiting), due)
	return err
}

// markPause is how old an endpoint's time of its last try may be: all its deliveries write it.
const markPause = time.Second

// markEndpoint notes the outcome of a try with the endpoint.
func (s *Store) markEndpoint(ctx context.Context, id string, good bool, now time.Time) (err error) {
	now = models.Instant(now)
	if good {
		_, err = s.exec(ctx, `UPDATE webhook_endpoints SET tried_at = ?, delivered_at = ?, failing_since = NULL
			WHERE id = ? AND (failing_since IS NOT NULL OR delivered_at IS NULL OR delivered_at <= ?)`, now, now, id, now.Add(-markPause))
		return err
	}
	_, err = s.exec(ctx, `UPDATE webhook_endpoints SET tried_at = ?, failing_since = COALESCE(failing_since, ?)
		WHERE id = ? AND (failing_since IS NULL OR tried_at IS NULL OR tried_at <= ?)`, now, now, id, now.Add(-markPause))
	return err
}

// SendAgain makes a delivery due now. One that has ended gets a new round of tries. ErrNotFound. ErrConflict: it is under way.
func (s *Store) SendAgain(ctx context.Context, endpointID, id string) error {
	d, err := s.Delivery(ctx, endpointID, id)
	if err != nil {
		return err
	}
	if d.State == models.DeliveryWaiting {
		return wrap("send the delivery again", s.execOr(ctx, ErrConflict, "UPDATE deliveries SET due_at = ? WHERE id = ? AND state = ? AND slot IS NULL",
			s.now(), id, string(models.DeliveryWaiting)))
	}
	return wrap("send the delivery again", s.wait(ctx, []string{id}))
}

// wait begins a new round of tries for deliveries that have ended.
func (s *Store) wait(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return inParts(ids, func(list string, part []any) error {
		_, err := s.exec(ctx, "UPDATE deliveries SET state = ?, tries = 0, problem = '', status = 0, ended_at = NULL, due_at = ? WHERE state <> ? AND id IN "+list,
			slices.Concat([]any{string(models.DeliveryWaiting), s.now(), string(models.DeliveryWaiting)}, part)...)
		return err
	})
}

// sentAtOnce is the maximum number of events that SendSince reads at once.
const sentAtOnce = 200

// SendSince makes the events from a time on that an endpoint wants due, those that it was never to be told about too: a page of them, after a
// position. delivered sends again what was delivered as well. It returns how many are sent, and the position to go on with; 0: that was all.
// ErrNotFound: there is no such endpoint, or it is disabled.
func (s *Store) SendSince(ctx context.Context, endpointID string, since time.Time, delivered bool, after int) (sent, next int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		sent, next = 0, 0
		targets, err := tx.targets(ctx, endpointID)
		if err != nil {
			return err
		}
		if len(targets) == 0 {
			return ErrNotFound
		}
		events, err := eventTable.query(ctx, tx, "WHERE position > ? AND created_at >= ? ORDER BY position LIMIT ?", after, models.Instant(since), sentAtOnce)
		if err != nil {
			return err
		}
		if len(events) == sentAtOnce {
			next = events[len(events)-1].Position
		}
		sent, err = tx.sendEvents(ctx, targets[0], events, delivered)
		return err
	})
	return sent, next, wrap("send events again", err)
}

func (s *Store) sendEvents(ctx context.Context, t target, events []models.Event, delivered bool) (int, error) {
	ids := make([]string, 0, len(events))
	for _, e := range events {
		if t.endpoint.Wants(&e, t.key) {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	states := map[string]models.DeliveryState{}
	var again []string
	err := inParts(ids, func(list string, part []any) error {
		query := "SELECT id, event_id, state FROM deliveries WHERE endpoint_id = ? AND event_id IN " + list
		return s.each(ctx, query, slices.Concat([]any{t.endpoint.ID}, part), func(rows *sql.Rows) error {
			var id, event string
			var state models.DeliveryState
			err := rows.Scan(&id, &event, &state)
			states[event] = state
			if state == models.DeliveryParked || delivered && state == models.DeliveryDelivered {
				again = append(again, id)
			}
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	if err := s.wait(ctx, again); err != nil {
		return 0, err
	}
	missing := slices.DeleteFunc(slices.Clone(events), func(e models.Event) bool { return states[e.ID] != "" || !slices.Contains(ids, e.ID) })
	return len(again) + len(missing), s.addDeliveries(ctx, t, missing)
}

// Delivery reads a delivery to an endpoint; ErrNotFound.
func (s *Store) Delivery(ctx context.Context, endpointID, id string) (models.Delivery, error) {
	if !isKey(id) || !isKey(endpointID) {
		return models.Delivery{}, wrap("read the delivery", ErrNotFound)
	}
	d, err := deliveryTable.take(ctx, s, "WHERE id = ? AND endpoint_id = ?", id, endpointID)
	return d, wrap("read the delivery", err)
}

// Deliveries reads a page of the deliveries to an endpoint, newest first. state chooses those in a state; empty: all. after is the next of the page
// before. ErrFilter: limit. ErrCursor: after.
func (s *Store) Deliveries(ctx context.Context, endpointID string, state models.DeliveryState, after string, limit int) ([]models.Delivery, string, error) {
	where := conditions{}
	where.add("endpoint_id = ?", endpointID)
	where.equal("state", string(state))
	list, next, err := deliveryTable.page(ctx, s, where, after, limit)
	return list, next, wrap("read the deliveries", err)
}

// DeliveryTries reads the tries of a delivery, oldest first.
func (s *Store) DeliveryTries(ctx context.Context, deliveryID string) ([]models.DeliveryTry, error) {
	list, err := deliveryTryTable.query(ctx, s, "WHERE delivery_id = ? ORDER BY at, id", deliveryID)
	return list, wrap("read the tries of the delivery", err)
}

// DeliveriesOfOrder reads the deliveries about an order, what became it and its refunds, oldest first.
func (s *Store) DeliveriesOfOrder(ctx context.Context, orderID string) ([]models.Delivery, error) {
	list, err := deliveryTable.query(ctx, s, "WHERE order_id = ? ORDER BY created_at, id", orderID)
	return list, wrap("read the deliveries about the order", err)
}

// WaitingDeliveries counts what waits for each endpoint, those without anything left out.
func (s *Store) WaitingDeliveries(ctx context.Context) (map[string]int, error) {
	counts, err := readMap[string, int](ctx, s, "SELECT endpoint_id, COUNT(*) FROM deliveries WHERE state = ? GROUP BY endpoint_id", string(models.DeliveryWaiting))
	return counts, wrap("count what waits for endpoints", err)
}

// DeliveryBacklog counts what waits for endpoints, and the endpoints that do not work.
func (s *Store) DeliveryBacklog(ctx context.Context) (models.DeliveryBacklog, error) {
	var b models.DeliveryBacklog
	err := s.one(ctx, "SELECT COUNT(*) FROM (SELECT id FROM deliveries WHERE state = ? LIMIT ?) w", []any{string(models.DeliveryWaiting), models.MaxGauge}, &b.Waiting)
	if err == nil && b.Waiting > 0 {
		err = s.each(ctx, "SELECT created_at FROM deliveries WHERE state = ? ORDER BY created_at LIMIT 1", []any{string(models.DeliveryWaiting)},
			func(rows *sql.Rows) error { return rows.Scan(nullTime{&b.Oldest}) })
	}
	if err == nil {
		err = s.one(ctx, "SELECT COUNT(*) FROM webhook_endpoints WHERE state = ?", []any{string(models.EndpointFailing)}, &b.Failing)
	}
	if err == nil {
		err = s.one(ctx, "SELECT COUNT(*) FROM webhook_endpoints WHERE state = ? AND reason <> ?",
			[]any{string(models.EndpointDisabled), string(models.ReasonPerson)}, &b.Disabled)
	}
	return b, wrap("count what waits for endpoints", err)
}

// ForgetDeliveries removes up to limit deliveries that ended before a time, with their tries, and returns how many.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	before = models.Instant(before)
	ids, err := s.readTexts(ctx, "SELECT id FROM deliveries WHERE state IN (?, ?) AND created_at < ? AND ended_at < ? ORDER BY created_at LIMIT ?",
		string(models.DeliveryDelivered), string(models.DeliveryParked), before, before, max(1, limit))
	if err != nil || len(ids) == 0 {
		return 0, wrap("look for old deliveries", err)
	}
	err = s.Tx(ctx, func(tx *Store) error {
		return inParts(ids, func(list string, part []any) error {
			if _, err := tx.exec(ctx, "DELETE FROM delivery_tries WHERE delivery_id IN "+list, part...); err != nil {
				return err
			}
			_, err := tx.exec(ctx, "DELETE FROM deliveries WHERE id IN "+list, part...)
			return err
		})
	})
	return len(ids), wrap("remove old deliveries", err)
}

// ForgetOldSecrets removes the secrets of endpoints whose time is over.
func (s *Store) ForgetOldSecrets(ctx context.Context) error {
	_, err := s.exec(ctx, "UPDATE webhook_endpoints SET old_sealed = NULL, old_until = NULL WHERE old_until <= ?", s.now())
	return wrap("remove old secrets", err)
}
