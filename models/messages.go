package models

import "time"

// InboxMessage is a callback of the platform, stored before it is acknowledged (reliability.md R4) and opened by a worker.
// Its envelope passed the signature pre-check; what is inside is not known yet.
type InboxMessage struct {
	ID         string
	Digest     string // hex of the digest that the signature covers: the same plaintext gives the same digest
	DataHash   string // hex SHA-256 of data; (digest, data_hash) is unique
	AppID      string
	SentTime   string // the envelope's time as sent; not covered by the signature
	Data       string
	Sign       string
	RemoteAddr string
	State      InboxState
	Problem    string // why it could not be used
	Tries      int
	ReceivedAt time.Time
	HandledAt  time.Time `gorm:"default:null"`
	DueAt      time.Time `gorm:"default:null"` // zero: handled
	Lease      string
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
	ID        string
	Kind      MailKind
	OrderID   string
	DedupeKey string
	State     OutboxState
	Tries     int
	Problem   string // a Remark: why it was given up
	CreatedAt time.Time
	SentAt    time.Time `gorm:"default:null"`
	DueAt     time.Time `gorm:"default:null"` // zero: sent or parked
	Lease     string
}

// MailKind names a mail's template.
type MailKind string

// The mails of the shop.
const (
	MailOrderReceived   MailKind = "order_received"
	MailPaymentReceived MailKind = "payment_received"
	MailOrderSent       MailKind = "order_sent"
	MailOrderList       MailKind = "order_list" // a link to all orders of the e-mail address
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
	ID        string // hex SHA-256 of the cookie's id
	CartID    string
	Data      []byte // sealed by the store
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time

	CartCount int `gorm:"->"` // pieces in the cart, read with the session
}
