package models

import (
	"strings"
	"time"
)

// EventType says what happened.
type EventType string

// The types of events. A checkout that is open again after a try to pay is EventAttemptFailed.
const (
	EventProcessing    EventType = "checkout.processing"
	EventPaid          EventType = "checkout.paid"
	EventAttemptFailed EventType = "checkout.attempt_failed"
	EventReview        EventType = "checkout.review"
	EventExpired       EventType = "checkout.expired"
	EventCancelled     EventType = "checkout.cancelled"

	EventRefundPending   EventType = "refund.pending_approval"
	EventRefundSucceeded EventType = "refund.succeeded" // the platform took it
	EventRefundConfirmed EventType = "refund.confirmed" // the platform's statement shows it
	EventRefundFailed    EventType = "refund.failed"    // refused by the platform, or declined by a person

	EventOrderPaid      EventType = "order.paid"
	EventOrderReview    EventType = "order.review"
	EventOrderFulfilled EventType = "order.fulfilled"
	EventOrderCancelled EventType = "order.cancelled"
	EventOrderExpired   EventType = "order.expired"
	EventOrderRefunded  EventType = "order.refunded" // a part of it or all

	EventStockLow         EventType = "stock.low"
	EventStatementSealed  EventType = "statement.sealed"
	EventDiscrepancy      EventType = "statement.discrepancy"
	EventRateStopped      EventType = "rate.stopped"
	EventPing             EventType = "endpoint.ping"
	EventEndpointDisabled EventType = "endpoint.disabled"
)

// EventTypes returns all types, in the order in which they are shown.
func EventTypes() []EventType {
	return []EventType{
		EventProcessing, EventPaid, EventAttemptFailed, EventReview, EventExpired, EventCancelled,
		EventRefundPending, EventRefundSucceeded, EventRefundConfirmed, EventRefundFailed,
		EventOrderPaid, EventOrderReview, EventOrderFulfilled, EventOrderCancelled, EventOrderExpired, EventOrderRefunded,
		EventStockLow, EventStatementSealed, EventDiscrepancy, EventRateStopped, EventPing, EventEndpointDisabled,
	}
}

// EventsKept is how long events can be read.
const EventsKept = 90 * 24 * time.Hour

// EventPrefix is the beginning of every event's id.
const EventPrefix = "evt_"

// NewEventID returns a new event's id: events of one process that happen in the same millisecond sort by it as they happened.
func NewEventID() string { return EventPrefix + strings.ReplaceAll(NewID(), "-", "") }

// Event is something that other programs may want to know, written in the transaction in which it happened.
//
// Sequence rises with each event of one object, so that a receiver can leave out what is older than what it has. Position rises with each event
// of the shop. It is given after the event's transaction, because transactions end in another order than they begin: who has read up to a
// position has missed nothing.
type Event struct {
	ID        string    `ascii:"36"` // NewEventID: the same in every delivery
	Type      EventType `ascii:"32"`
	ObjectID  string    `ascii:"36"` // what it is about: a checkout, a refund, an order …
	OrderID   string    `ascii:"36"` // empty: it is about no order
	KeyID     string    `ascii:"36"` // the key that made the object; empty: none did
	Sequence  int
	Data      RawJSON `text:"medium"` // the object as it was then, as the API answers it
	CreatedAt time.Time
	Position  int `gorm:"default:null"` // 1, 2, 3 …; zero until it is published
}
