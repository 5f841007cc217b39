package models

import (
	"slices"
	"strings"
	"time"
)

// EndpointState is what the shop knows about a webhook endpoint.
type EndpointState string

// The states of a webhook endpoint.
const (
	EndpointEnabled  EndpointState = "enabled"
	EndpointFailing  EndpointState = "failing"  // nothing was delivered for EndpointFailsAfter; the shop goes on trying
	EndpointDisabled EndpointState = "disabled" // nothing is sent
)

// EndpointStates returns all states, for pages and tests.
func EndpointStates() []EndpointState {
	return []EndpointState{EndpointEnabled, EndpointFailing, EndpointDisabled}
}

// EndpointReason says why an endpoint is failing or disabled.
type EndpointReason string

// The reasons. An endpoint that is enabled has none.
const (
	ReasonFailures EndpointReason = "failures" // nothing but failures for days
	ReasonGone     EndpointReason = "gone"     // the receiver answered 410
	ReasonPerson   EndpointReason = "person"   // a person, or the program that made it, switched it off
)

// When an endpoint of which nothing but failures come back is reported, and switched off.
const (
	EndpointFailsAfter = 3 * 24 * time.Hour
	EndpointEndsAfter  = 5 * 24 * time.Hour
)

// Limits of webhooks.
const (
	MaxEndpoints      = 50   // of a shop
	MaxEndpointURL    = 2000 // characters
	MaxEndpointAbout  = 200  // characters of its description
	DeliveriesAtOnce  = 4    // under way to one endpoint
	AnswerKept        = 1024 // bytes of an answer that the log keeps
	DeliveriesKept    = 30 * 24 * time.Hour
	EndpointSecretFor = 24 * time.Hour // how long the secret before signs too
)

// WebhookEndpoint is an address that is told about events.
type WebhookEndpoint struct {
	ID          string         `ascii:"36"`
	KeyID       string         `ascii:"36"`  // the API key that made it, which is told about its own objects and the shop's; empty: staff, and all
	URL         string         `text:"2000"` // https; plain http only to this machine, in the demonstration
	Types       TextList       `text:"4000"` // of events; empty: all
	Description string         `text:"200"`  // for people
	State       EndpointState  `ascii:"16"`
	Reason      EndpointReason `ascii:"16"` // empty: it is enabled
	StateSince  time.Time

	SecretSealed []byte    // the store's: see Secret
	OldSealed    []byte    // see OldSecret
	OldUntil     time.Time `gorm:"default:null"` // until when OldSecret signs too; zero: there is none
	KeySealed    []byte    // see SignKey

	FailingSince time.Time `gorm:"default:null"` // first failure since the last success; zero: the last try was good
	TriedAt      time.Time `gorm:"default:null"` // when the last try ended; zero: never
	DeliveredAt  time.Time `gorm:"default:null"` // last success; zero: never
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int // counts changes by people and programs

	Secret    Secret `gorm:"-"` // whsec_ and base64 of 32 bytes
	OldSecret Secret `gorm:"-"` // the one before; empty: there is none
	SignKey   Secret `gorm:"-"` // whsk_ and base64 of an ed25519 seed of 32 bytes; empty: v1a is not used
}

// Off reports whether nothing is sent to the endpoint.
func (e *WebhookEndpoint) Off() bool { return e.State == EndpointDisabled }

// Wants reports whether the endpoint is to be told about an event. key is the API key that made the endpoint; nil: staff made it. A ping is for
// the endpoint that it is about, whatever types it has chosen.
func (e *WebhookEndpoint) Wants(event *Event, key *APIKey) bool {
	if e.Off() {
		return false
	}
	if event.Type == EventPing {
		return event.ObjectID == e.ID
	}
	return e.Chose(event.Type) && (e.KeyID == "" || key != nil && !key.Ended() && event.MayRead(key))
}

// Chose reports whether the endpoint has chosen a type of events.
func (e *WebhookEndpoint) Chose(t EventType) bool {
	return len(e.Types) == 0 || slices.Contains(e.Types, string(t))
}

// MayRead reports whether a key may be told about the event: the event is about what the key made or about the shop, and the key may read such
// things.
func (e *Event) MayRead(key *APIKey) bool {
	return (e.KeyID == "" || e.KeyID == key.ID) && key.May(e.Type.Scope())
}

// Scope returns what a key must be allowed to do to be told about events of a type.
func (t EventType) Scope() Scope {
	noun, _, _ := strings.Cut(string(t), ".")
	scope, ok := map[string]Scope{
		"checkout": ScopeCheckoutsRead, "refund": ScopeRefundsRead, "order": ScopeOrdersRead, "stock": ScopeProductsRead,
		"statement": ScopeStatementsRead, "rate": ScopeRatesRead,
	}[noun]
	if !ok {
		return ScopeWebhooksRead
	}
	return scope
}

// DeliveryState is what became of a delivery.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryWaiting   DeliveryState = "waiting"
	DeliveryDelivered DeliveryState = "delivered" // the receiver answered 2xx
	DeliveryParked    DeliveryState = "parked"    // given up, or the endpoint was disabled; a person or a program can send it again
)

// DeliveryStates returns all states, for filters and tests.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryWaiting, DeliveryDelivered, DeliveryParked}
}

// Delivery is one event for one endpoint.
type Delivery struct {
	ID         string        `ascii:"36"`
	EventID    string        `ascii:"36"` // unique with EndpointID
	EndpointID string        `ascii:"36"`
	EventType  EventType     `ascii:"32"`
	ObjectID   string        `ascii:"36"`
	OrderID    string        `ascii:"36"` // empty: it is about no order
	Sequence   int           // of the object: a later one waits until the earlier ones are delivered or parked
	Body       RawJSON       `text:"medium"` // as it is sent, byte by byte
	State      DeliveryState `ascii:"16"`
	Tries      int           // of this round: sending again begins a new one
	Problem    string        `ascii:"32"` // of the last try: a DeliveryProblem; empty: none
	Status     int           // of HTTP, of the last try; 0: there was no answer
	CreatedAt  time.Time
	EndedAt    time.Time `gorm:"default:null"` // delivered or parked; zero: it waits
	DueAt      time.Time `gorm:"default:null"` // zero: it does not wait
	Lease      string    `ascii:"64"`
	Slot       int       `gorm:"default:null"` // 1 to DeliveriesAtOnce while it is under way, unique for the endpoint; zero: it is not
}

// DeliveryTry is one try to deliver, for the log.
type DeliveryTry struct {
	ID         string `ascii:"36"`
	DeliveryID string `ascii:"36"`
	At         time.Time
	TookMS     int    // milliseconds
	Status     int    // of HTTP; 0: there was no answer
	Problem    string `ascii:"32"`  // a DeliveryProblem; empty: it was delivered
	Answer     string `text:"1024"` // the beginning of the answer; parts that are no text are left out
}

// The problems of deliveries.
const (
	DeliveryAddress  = "address"  // the endpoint's address is not a public one
	DeliveryTimeout  = "timeout"  // no answer in time
	DeliveryConnect  = "connect"  // no connection
	DeliveryTLS      = "tls"      // the certificate or the handshake was refused
	DeliveryRedirect = "redirect" // 3xx
	DeliveryRefused  = "refused"  // another status than 2xx
	DeliveryBroken   = "broken"   // the connection broke off, or the answer is none of HTTP
	DeliveryGone     = "gone"     // 410
	DeliveryOff      = "disabled" // the endpoint was disabled before
	DeliverySecret   = "secret"   // the endpoint's secret cannot be opened
)

// DeliveryProblems returns all problems, for tests.
func DeliveryProblems() []string {
	return []string{
		DeliveryAddress, DeliveryTimeout, DeliveryConnect, DeliveryTLS, DeliveryRedirect, DeliveryRefused, DeliveryBroken, DeliveryGone,
		DeliveryOff, DeliverySecret,
	}
}

// deliverySchedule are the pauses before each try, from the end of the one before (Standard Webhooks, "Retry schedule"). Ten tries take 75½ hours.
var deliverySchedule = []time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// MaxDeliveryTries is how often a delivery is tried before it is parked.
const MaxDeliveryTries = 10

// DeliveryPause returns the pause before the next try after a number of tries, changed by up to a fifth: jitter is from 0 up to but not including
// 1. ok is false if there is no next try.
func DeliveryPause(tries int, jitter float64) (pause time.Duration, ok bool) {
	if tries >= len(deliverySchedule) {
		return 0, false
	}
	base := deliverySchedule[max(tries, 0)]
	return base + time.Duration((jitter-0.5)*0.4*float64(base)), true
}

// DeliveryBacklog is what waits to be delivered.
type DeliveryBacklog struct {
	Waiting  int       // deliveries; at most MaxGauge
	Oldest   time.Time // when the oldest of them was made; zero: none waits
	Failing  int       // endpoints
	Disabled int       // endpoints that the shop itself has disabled
}

// WebhookAlert is what a mail to the owners tells about an endpoint.
type WebhookAlert struct {
	EndpointID string         `json:"endpoint_id"`
	Host       string         `json:"host"` // of its address
	State      EndpointState  `json:"state"`
	Reason     EndpointReason `json:"reason"`
	Since      time.Time      `json:"since"` // when the failures began
}
