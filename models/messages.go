package models

import "time"

// InboxMessage is a callback of the platform, stored before it is acknowledged (reliability.md R4) and opened by a worker.
// Its envelope passed the signature pre-check; what is inside is not known yet.
type InboxMessage struct {
	ID         string     `ascii:"36"`
	Digest     string     `ascii:"128"` // hex of the digest that the signature covers: the same plaintext gives the same digest
	DataHash   string     `ascii:"64"`  // hex SHA-256 of data; (digest, data_hash) is unique
	AppID      string     `text:"255"`
	SentTime   string     `text:"64"` // the envelope's time as sent; not covered by the signature
	Data       string     `ascii:"medium"`
	Sign       string     `ascii:"2048"`
	RemoteAddr string     `text:"64"`
	State      InboxState `ascii:"16"`
	Problem    string     `text:"255"` // why it could not be used
	Tries      int
	ReceivedAt time.Time
	HandledAt  time.Time `gorm:"default:null"`
	DueAt      time.Time `gorm:"default:null"` // zero: handled
	Lease      string    `ascii:"64"`
}

// InboxState is what became of a callback.
type InboxState string

// The states of a callback.
const (
	InboxNew     InboxState = "new"
	InboxDone    InboxState = "done"    // its claim is stored as evidence
	InboxFlagged InboxState = "flagged" // stored and acknowledged, but about an order that is not ours
	InboxBad     InboxState = "bad"     // cannot be opened or read
)

// OutboxMessage is a mail that waits to be sent; DedupeKey makes it at most one (reliability.md I10).
type OutboxMessage struct {
	ID        string      `ascii:"36"`
	Kind      MailKind    `ascii:"32"`
	OrderID   string      `ascii:"36"`  // empty: it is about no order
	StaffID   string      `ascii:"36"`  // the recipient of a mail to staff; empty: the order's customer
	Facts     string      `text:"1000"` // JSON of what a mail to staff tells (Facts)
	DedupeKey string      `text:"190"`
	State     OutboxState `ascii:"16"`
	Tries     int
	Problem   string `text:"255"` // a Remark: why it was given up
	CreatedAt time.Time
	SentAt    time.Time `gorm:"default:null"`
	DueAt     time.Time `gorm:"default:null"` // zero: sent or parked
	Lease     string    `ascii:"64"`
}

// MailKind names a mail's template.
type MailKind string

// The mails of the shop.
const (
	MailOrderReceived   MailKind = "order_received"
	MailPaymentReceived MailKind = "payment_received"
	MailOrderSent       MailKind = "order_sent"
	MailOrderList       MailKind = "order_list" // a link to all orders of the e-mail address

	MailNewBrowser MailKind = "staff_new_browser" // to staff: a browser signed in that never had before
	MailThrottled  MailKind = "staff_throttled"   // to staff: there were so many tries that the next have to wait
)

// OutboxState is what became of a message.
type OutboxState string

// The states of a message.
const (
	OutboxWaiting OutboxState = "waiting"
	OutboxSent    OutboxState = "sent"
	OutboxParked  OutboxState = "parked" // given up; a review is open
)

// Session is a browser's session. The cookie holds a random id; the database holds its hash and the sealed content.
type Session struct {
	ID        string `ascii:"64"` // hex SHA-256 of the cookie's id
	CartID    string `ascii:"36"`
	Data      []byte // sealed by the store
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time

	CartCount int `gorm:"->"` // pieces in the cart, read with the session
}
