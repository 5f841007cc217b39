package models

import (
	"strings"
	"time"
)

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

// OutboxMessage is a mail that waits to be sent, to the shopper of an order or to a person of the staff; DedupeKey makes it at most one
// (reliability.md I10).
type OutboxMessage struct {
	ID        string      `ascii:"36"`
	Kind      MailKind    `ascii:"32"`
	OrderID   string      `ascii:"36"`    // empty: it is about no order
	StaffID   string      `ascii:"36"`    // the person of the staff that it is for; empty: it is for the order's shopper, or the invoice's customer
	LinkID    string      `ascii:"36"`    // the payment link that it is about, which is an invoice; empty: it is about none
	About     string      `text:"255"`    // of a mail to a shopper: the id of a refund, or MailResent; of a reminder: the due date, 2006-01-02; empty: nothing else
	Details   string      `text:"medium"` // of a mail to the staff: JSON of what it tells, by its kind; empty: nothing but the kind
	DedupeKey string      `text:"190"`
	State     OutboxState `ascii:"16"`
	Tries     int
	Problem   string    `text:"255"` // a Remark: why it was given up or skipped
	CreatedAt time.Time // of a mail for later: when it is to be sent first
	SentAt    time.Time `gorm:"default:null"`
	DueAt     time.Time `gorm:"default:null"` // zero: sent, parked or skipped
	Lease     string    `ascii:"64"`
}

// MailKind names a mail's template.
type MailKind string

// The mails of the shop.
const (
	MailOrderReceived   MailKind = "order_received"
	MailPaymentReceived MailKind = "payment_received"
	MailOrderSent       MailKind = "order_sent"
	MailOrderUnsent     MailKind = "order_unsent" // a shipment was undone: it was not sent after all
	MailOrderCancelled  MailKind = "order_cancelled"
	MailOrderExpired    MailKind = "order_expired"
	MailLatePayment     MailKind = "late_payment" // money came for an order that could not be completed any more
	MailLateDecided     MailKind = "late_decided" // what was decided about that money
	MailRefunded        MailKind = "refunded"     // About is the refund's id
	MailOrderList       MailKind = "order_list"   // a link to all orders of the e-mail address
)

// The mails about an invoice, to its customer.
const (
	MailInvoice     MailKind = "invoice"      // the invoice itself
	MailInvoiceSoon MailKind = "invoice_soon" // it is due in a few days
	MailInvoiceDue  MailKind = "invoice_due"  // it is due today
	MailInvoiceLate MailKind = "invoice_late" // it was due, and is not paid
)

// The mails to the staff, with what their Details are.
const (
	MailStaffAlert MailKind = "staff_alert" // what waits for the person, at once: AlertCounts
	MailStaffDaily MailKind = "staff_daily" // the same once a day: AlertCounts
	MailPriceAlert MailKind = "price_alert" // to the owners, about prices that a person changed and had to confirm: PriceAlert

	MailWebhook MailKind = "staff_webhook" // to the owners, about a webhook endpoint that fails or was disabled: WebhookAlert

	MailNewBrowser MailKind = "staff_new_browser" // a browser signed in that never had before: Facts "address" and "browser"
	MailThrottled  MailKind = "staff_throttled"   // there were so many tries that the next have to wait: no details
)

// StaffMail is a mail to a person of the staff that is to be queued.
type StaffMail struct {
	Kind    MailKind
	StaffID string // empty: nobody, and the mail is dropped when it is due
	Details any    // what it tells, for OutboxMessage.Details; nil: nothing but the kind
	Key     string // no two mails have the same
}

// OwnersOnly reports whether a mail to the staff is for owners: a person who is none any more does not get it.
func (k MailKind) OwnersOnly() bool { return k == MailPriceAlert || k == MailWebhook }

// MailResent is OutboxMessage.About of a mail that a person of the staff sends again: no stranger caused it, so that no limit holds for it.
const MailResent = "resent"

// Limits of mails about orders that were not paid: anybody can cause them, for any address (reliability.md §3).
const (
	MaxUnpaidMails   = 3         // for each mailbox within UnpaidMailWindow
	UnpaidMailWindow = time.Hour // sliding
)

// Unpaid reports whether the mail is sent about orders that nobody has paid: everybody can cause it.
func (k MailKind) Unpaid() bool {
	return k == MailOrderReceived || k == MailOrderCancelled || k == MailOrderExpired
}

// Mailbox returns the mailbox that an e-mail address leads to, in lower case and without the tag behind a plus sign, with which one
// mailbox has any number of addresses (RFC 5233).
func Mailbox(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	local, host, _ := strings.Cut(email, "@")
	if name, _, tagged := strings.Cut(local, "+"); tagged && name != "" {
		local = name
	}
	return local + "@" + host
}

// OutboxState is what became of a message.
type OutboxState string

// The states of a message.
const (
	OutboxWaiting OutboxState = "waiting"
	OutboxSent    OutboxState = "sent"
	OutboxParked  OutboxState = "parked"  // given up; a review is open
	OutboxSkipped OutboxState = "skipped" // not sent on purpose; Problem says why
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
