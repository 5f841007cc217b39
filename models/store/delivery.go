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

// QueueDeliveries makes the deliveries of events that were just published, in the transaction that publishes them: one for each endpoint that
// wants the event.
func (s *Store) QueueDeliveries(ctx context.Context, events []models.Event) error {
	endpoints, err := s.Endpoints(ctx, "")
	if err != nil || len(endpoints) == 0 {
		return err
	}
	keys := map[string]*models.APIKey{}
	for _, e := range endpoints {
		if err := s.keyOf(ctx, keys, e); err != nil {
			return err
		}
	}
	var rows []models.Delivery
	for i := range events {
		for j := range endpoints {
			if !endpoints[j].Wants(&events[i], keys[endpoints[j].KeyID]) {
				continue
			}
			row, err := s.newDelivery(&events[i], &endpoints[j])
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
	}
	return s.insertDeliveries(ctx, rows)
}

func (s *Store) keyOf(ctx context.Context, keys map[string]*models.APIKey, e models.WebhookEndpoint) error {
	if _, known := keys[e.KeyID]; known || e.KeyID == "" {
		return nil
	}
	key, err := s.APIKey(ctx, e.KeyID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	keys[e.KeyID] = &key
	return err
}

func (s *Store) newDelivery(e *models.Event, to *models.WebhookEndpoint) (models.Delivery, error) {
	text, err := body(e)
	return models.Delivery{
		ID: models.NewID(), EventID: e.ID, EndpointID: to.ID, EventType: e.Type, ObjectID: e.ObjectID, OrderID: e.OrderID, Sequence: e.Sequence,
		Body: text, State: models.DeliveryWaiting, CreatedAt: e.CreatedAt, DueAt: s.now(),
	}, err
}

// insertDeliveries stores deliveries; those that are there stay as they are.
func (s *Store) insertDeliveries(ctx context.Context, rows []models.Delivery) error {
	for part := range slices.Chunk(rows, 50) {
		if err := s.create(ctx, &part, onConflict("event_id", "endpoint_id")); err != nil {
			return wrap("queue deliveries", err)
		}
	}
	return nil
}

// ClaimDeliveries claims due deliveries of all endpoints, at most models.DeliveriesAtOnce under way to each among any number of replicas: each
// takes one of the endpoint's places, which are unique. A delivery waits while an earlier one about the same object does.
func (s *Store) ClaimDeliveries(ctx context.Context, lease time.Duration) ([]models.Delivery, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	endpoints, err := s.readTexts(ctx, "SELECT id FROM webhook_endpoints WHERE state <> ?", string(models.EndpointDisabled))
	if err != nil {
		return nil, wrap("look for endpoints", err)
	}
	var mine []models.Delivery
	for _, id := range endpoints {
		list, err := s.claimFor(ctx, id, now, lease)
		mine = append(mine, list...)
		if err != nil {
			if len(mine) > 0 {
				return mine, nil // what is claimed already is worth more than the error
			}
			return nil, wrap("claim deliveries", err)
		}
	}
	return mine, nil
}

func (s *Store) claimFor(ctx context.Context, endpointID string, now time.Time, lease time.Duration) ([]models.Delivery, error) {
	// A delivery whose lease has ended keeps its place, and comes first.
	due, err := deliveryTable.query(ctx, s, `d WHERE d.endpoint_id = ? AND d.due_at <= ? AND NOT EXISTS (
		SELECT 1 FROM deliveries e WHERE e.endpoint_id = d.endpoint_id AND e.object_id = d.object_id AND e.sequence < d.sequence AND e.state = 'waiting')
		ORDER BY CASE WHEN d.slot IS NULL THEN 1 ELSE 0 END, d.due_at, d.id LIMIT ?`, endpointID, now, models.DeliveriesAtOnce)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	taken := map[int]bool{}
	err = s.each(ctx, "SELECT slot FROM deliveries WHERE endpoint_id = ? AND slot IS NOT NULL", []any{endpointID}, func(rows *sql.Rows) error {
		slot := 0
		err := rows.Scan(&slot)
		taken[slot] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	until, token := models.Instant(now.Add(lease)), models.NewRef()
	var mine []models.Delivery
	for _, d := range due {
		was := d.DueAt
		if d.Slot == 0 {
			for d.Slot = 1; taken[d.Slot]; d.Slot++ {
			}
		}
		if d.Slot > models.DeliveriesAtOnce {
			break
		}
		n, err := s.exec(ctx, "UPDATE deliveries SET due_at = ?, lease = ?, slot = ? WHERE id = ? AND due_at = ?", until, token, d.Slot, d.ID, was)
		taken[d.Slot] = true
		if errors.Is(err, ErrDuplicate) {
			continue // another replica has the place
		}
		if err != nil {
			return mine, err
		}
		if n == 1 {
			d.DueAt, d.Lease = until, token
			mine = append(mine, d)
		}
	}
	return mine, nil
}

// ReleaseDelivery gives a claimed delivery back without a try. ErrConflict: the lease is not held any more.
func (s *Store) ReleaseDelivery(ctx context.Context, d models.Delivery) error {
	return wrap("give the delivery back", s.execOr(ctx, ErrConflict,
		"UPDATE deliveries SET due_at = ?, lease = '', slot = NULL WHERE id = ? AND lease = ?", s.now(), d.ID, d.Lease))
}

// FinishTry stores a try of a claimed delivery and what follows: State, Tries, Problem, Status and DueAt of d, which is the next try of a delivery
// that waits. Later deliveries about the same object follow it. It belongs into a transaction. ErrConflict: the lease is not held any more.
func (s *Store) FinishTry(ctx context.Context, d models.Delivery, try models.DeliveryTry) error {
	ended := time.Time{}
	next := d.DueAt
	if d.State != models.DeliveryWaiting {
		ended, d.DueAt, next = s.now(), time.Time{}, s.now()
	}
	err := s.execOr(ctx, ErrConflict, `UPDATE deliveries SET state = ?, tries = ?, problem = ?, status = ?, ended_at = ?, due_at = ?, lease = '', slot = NULL
		WHERE id = ? AND lease = ? AND state = ?`, string(d.State), d.Tries, d.Problem, d.Status, orNull(ended), orNull(d.DueAt), d.ID, d.Lease,
		string(models.DeliveryWaiting))
	if err != nil {
		return wrap("store the delivery", err)
	}
	try.ID, try.DeliveryID = models.NewID(), d.ID
	clipTexts(&try, "answer")
	if err := deliveryTryTable.insert(ctx, s, &try); err != nil {
		return wrap("store the try", err)
	}
	// What waits behind it is looked at when it can go on, not twice a second.
	_, err = s.exec(ctx, "UPDATE deliveries SET due_at = ? WHERE endpoint_id = ? AND object_id = ? AND sequence > ? AND state = ? AND lease = ''",
		next, d.EndpointID, d.ObjectID, d.Sequence, string(models.DeliveryWaiting))
	if err != nil {
		return wrap("move what waits behind the delivery", err)
	}
	return wrap("note the try", s.noteTry(ctx, d.EndpointID, try.Problem == ""))
}

// orNull returns a time, or nil for the zero time.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// noteTry notes with the endpoint how a try ended, at most once a second while all is well.
func (s *Store) noteTry(ctx context.Context, endpointID string, good bool) error {
	now := s.now()
	if !good {
		_, err := s.exec(ctx, "UPDATE webhook_endpoints SET tried_at = ?, failing_since = COALESCE(failing_since, ?) WHERE id = ?", now, now, endpointID)
		return err
	}
	_, err := s.exec(ctx, `UPDATE webhook_endpoints SET tried_at = ?, delivered_at = ?, failing_since = NULL
		WHERE id = ? AND (failing_since IS NOT NULL OR tried_at IS NULL OR tried_at < ?)`, now, now, endpointID, now.Add(-time.Second))
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, "UPDATE webhook_endpoints SET state = ?, reason = '', state_since = ? WHERE id = ? AND state = ?",
		string(models.EndpointEnabled), now, endpointID, string(models.EndpointFailing))
	if err != nil || n == 0 {
		return err
	}
	return s.CloseEndpointCase(ctx, endpointID, models.Remark("webhook_works"))
}

// Delivery reads a delivery; ErrNotFound.
func (s *Store) Delivery(ctx context.Context, id string) (models.Delivery, error) {
	if !isKey(id) {
		return models.Delivery{}, wrap("read the delivery", ErrNotFound)
	}
	d, err := deliveryTable.take(ctx, s, "WHERE id = ?", id)
	return d, wrap("read the delivery", err)
}

// TriesOf reads the tries of a delivery, newest first, at most models.MaxPageRows.
func (s *Store) TriesOf(ctx context.Context, deliveryID string) ([]models.DeliveryTry, error) {
	list, err := deliveryTryTable.query(ctx, s, "WHERE delivery_id = ? ORDER BY at DESC, id DESC LIMIT ?", deliveryID, models.MaxPageRows)
	return list, wrap("read the tries", err)
}

// DeliveryFilter chooses deliveries. Fields that are empty choose all.
type DeliveryFilter struct {
	EndpointID string
	State      models.DeliveryState
	EventID    string
}

// DeliveryPage reads a page of deliveries, newest first. ErrFilter: limit. ErrCursor: after.
func (s *Store) DeliveryPage(ctx context.Context, f DeliveryFilter, after string, limit int) (rows []models.Delivery, next string, err error) {
	where := conditions{}
	where.equal("endpoint_id", f.EndpointID)
	where.equal("state", string(f.State))
	where.equal("event_id", f.EventID)
	rows, next, err = deliveryTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the deliveries", err)
}

// DeliveriesOfOrder reads the deliveries of events about an order, what became it, and its refunds, oldest first, at most models.MaxPageRows.
func (s *Store) DeliveriesOfOrder(ctx context.Context, orderID string) ([]models.Delivery, error) {
	list, err := deliveryTable.query(ctx, s, "WHERE order_id = ? ORDER BY created_at, sequence, id LIMIT ?", orderID, models.MaxPageRows)
	return list, wrap("read the deliveries of the order", err)
}

// again are the columns of a delivery that begins a new round.
const again = "UPDATE deliveries SET state = ?, tries = 0, due_at = ?, ended_at = NULL, lease = '', slot = NULL"

// Redeliver begins a new round of a delivery, whether it was delivered, parked or waits; ErrConflict: it is under way, or there is none.
func (s *Store) Redeliver(ctx context.Context, id string) error {
	return wrap("send again", s.execOr(ctx, ErrConflict, again+" WHERE id = ? AND lease = ''", string(models.DeliveryWaiting), s.now(), id))
}

// RedeliverSince begins a new round of the deliveries of an endpoint about events since a time that were parked, and of those that were delivered
// too if all is true. It returns their number.
func (s *Store) RedeliverSince(ctx context.Context, endpointID string, since time.Time, all bool) (int, error) {
	states := []any{string(models.DeliveryParked), string(models.DeliveryParked)}
	if all {
		states[1] = string(models.DeliveryDelivered)
	}
	n, err := s.exec(ctx, again+" WHERE endpoint_id = ? AND created_at >= ? AND state IN (?, ?)",
		append([]any{string(models.DeliveryWaiting), s.now(), endpointID, models.Instant(since)}, states...)...)
	return int(n), wrap("send again", err)
}

// AddMissed makes deliveries of published events for an endpoint that wants them and has none, such as those from when it was disabled: up to
// limit events since a time and after a position are looked at. It returns how many it made, and the last position, 0 at the end.
func (s *Store) AddMissed(ctx context.Context, endpoint models.WebhookEndpoint, since time.Time, after, limit int) (made, last int, err error) {
	events, err := eventTable.query(ctx, s, "WHERE position > ? AND created_at >= ? ORDER BY position LIMIT ?", after, models.Instant(since), limit)
	if err != nil || len(events) == 0 {
		return 0, 0, wrap("look for events", err)
	}
	keys := map[string]*models.APIKey{}
	if err := s.keyOf(ctx, keys, endpoint); err != nil {
		return 0, 0, err
	}
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	there, err := s.deliveredEvents(ctx, endpoint.ID, ids)
	if err != nil {
		return 0, 0, err
	}
	var rows []models.Delivery
	for i := range events {
		e := &events[i]
		if there[e.ID] || e.Type == models.EventPing || !endpoint.Wants(e, keys[endpoint.KeyID]) {
			continue
		}
		row, err := s.newDelivery(e, &endpoint)
		if err != nil {
			return 0, 0, err
		}
		rows = append(rows, row)
	}
	if len(events) == limit {
		last = events[len(events)-1].Position
	}
	return len(rows), last, s.insertDeliveries(ctx, rows)
}

// deliveredEvents returns which of some events an endpoint has deliveries of.
func (s *Store) deliveredEvents(ctx context.Context, endpointID string, ids []string) (map[string]bool, error) {
	found := map[string]bool{}
	err := inParts(ids, func(list string, part []any) error {
		have, err := s.readTexts(ctx, "SELECT event_id FROM deliveries WHERE endpoint_id = ? AND event_id IN "+list, slices.Concat([]any{endpointID}, part)...)
		for _, id := range have {
			found[id] = true
		}
		return err
	})
	return found, wrap("look for deliveries", err)
}

// ForgetDeliveries removes up to limit deliveries about events from before a time that have ended, with their log, and returns how many.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	ids, err := s.readTexts(ctx, "SELECT id FROM deliveries WHERE state IN (?, ?) AND created_at < ? LIMIT ?",
		string(models.DeliveryDelivered), string(models.DeliveryParked), models.Instant(before), max(1, limit))
	if err != nil || len(ids) == 0 {
		return 0, wrap("look for old deliveries", err)
	}
	gone := 0
	err = s.Tx(ctx, func(tx *Store) error {
		gone = 0
		return inParts(ids, func(list string, part []any) error {
			if _, err := tx.exec(ctx, "DELETE FROM delivery_tries WHERE delivery_id IN "+list, part...); err != nil {
				return err
			}
			n, err := tx.exec(ctx, "DELETE FROM deliveries WHERE id IN "+list, part...)
			gone += int(n)
			return err
		})
	})
	return gone, wrap("remove old deliveries", err)
}

// DeliveryBacklog counts what waits to be delivered, and the endpoints that need attention.
func (s *Store) DeliveryBacklog(ctx context.Context) (b models.DeliveryBacklog, err error) {
	err = s.one(ctx, "SELECT COUNT(*) FROM (SELECT id FROM deliveries WHERE state = ? LIMIT ?) w", []any{string(models.DeliveryWaiting), models.MaxGauge}, &b.Waiting)
	if err == nil && b.Waiting > 0 {
		err = s.one(ctx, "SELECT created_at FROM deliveries WHERE state = ? ORDER BY created_at LIMIT 1", []any{string(models.DeliveryWaiting)}, orZero(&b.Oldest))
		if errors.Is(err, ErrNotFound) {
			err = nil
		}
	}
	if err == nil {
		err = s.one(ctx, `SELECT COALESCE(SUM(CASE WHEN state = ? THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN state = ? AND reason <> ? THEN 1 ELSE 0 END), 0) FROM webhook_endpoints`,
			[]any{string(models.EndpointFailing), string(models.EndpointDisabled), string(models.ReasonPerson)}, &b.Failing, &b.Disabled)
	}
	return b, wrap("count what waits to be delivered", err)
}
