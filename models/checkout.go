package models

import (
	"database/sql/driver"
	"encoding/json"
	"strings"
	"time"
)

// CheckoutPrefix is the beginning of every checkout's id.
const CheckoutPrefix = "co_"

// IsCheckoutID reports whether a text has the form of a checkout's id. Check a text from outside before looking it up.
func IsCheckoutID(text string) bool {
	ref, found := strings.CutPrefix(text, CheckoutPrefix)
	return found && IsRef(ref)
}

// CheckoutStatus is what a checkout tells the program that made it.
type CheckoutStatus string

// The statuses of a checkout.
const (
	CheckoutOpen       CheckoutStatus = "open"       // nobody has pressed pay, or the last try to pay came to nothing and time is left
	CheckoutProcessing CheckoutStatus = "processing" // a payment is under way, or its outcome is not known
	CheckoutPaid       CheckoutStatus = "paid"       // absorbing: refunds are told beside it
	CheckoutReview     CheckoutStatus = "review"     // money came that fits nothing; a person decides
	CheckoutExpired    CheckoutStatus = "expired"    // not paid in time; late money leads to review
	CheckoutCancelled  CheckoutStatus = "cancelled"  // called off; late money leads to review
)

// CheckoutStatuses returns all statuses, for tests and filters.
func CheckoutStatuses() []CheckoutStatus {
	return []CheckoutStatus{CheckoutOpen, CheckoutProcessing, CheckoutPaid, CheckoutReview, CheckoutExpired, CheckoutCancelled}
}

// Ended reports whether the checkout can no longer be paid.
func (s CheckoutStatus) Ended() bool { return s != CheckoutOpen && s != CheckoutProcessing }

// Checkout says that somebody shall pay an amount. A program makes it with a key, or a payment link does. When the payer presses pay, it becomes
// an order without delivery; there is no second way for money. Stock is reserved for a payment link of a product alone.
type Checkout struct {
	ID        string         `ascii:"32"` // CheckoutPrefix and NewRef: it is in the address of its page
	KeyID     string         `ascii:"36"` // APIKey.ID; empty: a payment link made it
	LinkID    string         `ascii:"36"` // the payment link that made it; empty: a key did
	Live      bool           // false: made by a demonstration
	Reference string         `text:"64"` // the merchant's own id of what is paid; need not be unique; may be empty
	Status    CheckoutStatus `ascii:"16"`
	Sequence  int            // of its last event; see Event
	FormToken string         `ascii:"64"` // of the order that it becomes; see Order.FormToken

	Currency string `text:"32"` // the shop's
	Digits   int    // fraction digits of Currency
	Amount   Amount // what is paid, in Currency: the lines − Discount + Delivery + Tax
	Discount Amount
	Delivery Amount
	Tax      Amount        // added
	Lines    CheckoutLines `text:"medium"`

	Email       string `text:"254"` // of the payer; empty: not known, and no mails
	Name        string `text:"200"` // of the payer; empty: not known
	Lang        string `ascii:"35"` // BCP 47, of its page; empty: the browser's
	PayerUserID string `text:"64"`  // the platform's UID, if the program knows it

	SuccessURL string   `text:"2000"` // where the payer goes on after paying; empty: nowhere
	CancelURL  string   `text:"2000"` // where the payer goes back; empty: nowhere
	Metadata   Metadata `text:"medium"`
	Coins      TextList `text:"1000"` // symbols that may pay it; empty: all that the shop accepts
	SceneType  string   `text:"64"`   // the platform's orderSceneType; empty: the shop's

	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time // until when pay can be pressed. An order has a time to pay of its own
	OrderID   string    `gorm:"default:null" ascii:"36"` // the order that it became; empty: none yet
	DueAt     time.Time `gorm:"default:null"`            // when a worker ends it; zero: never
	Lease     string    `ascii:"64"`
}

// StatusWith returns the status that follows from the order that the checkout has become; nil: it has become none.
func (c *Checkout) StatusWith(o *Order) CheckoutStatus {
	if o == nil {
		return c.Status
	}
	switch o.State {
	case OrderPaid:
		return CheckoutPaid
	case OrderReview:
		return CheckoutReview
	case OrderExpired:
		return CheckoutExpired
	case OrderCancelled:
		return CheckoutCancelled
	case OrderAwaiting:
	}
	if a := o.Current(); a != nil && a.State.Live() {
		return CheckoutProcessing
	}
	return CheckoutOpen
}

// CheckoutLine is one line of what a checkout asks for.
type CheckoutLine struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	SKU         string `json:"sku,omitempty"`
	Quantity    int    `json:"quantity"`
	UnitPrice   Amount `json:"unit_price"`           // decimal text, in the checkout's currency
	ImageURL    string `json:"image_url,omitempty"`  // https
	VariantID   string `json:"variant_id,omitempty"` // of the shop's own goods, whose stock the order reserves; empty: none
	Cover       string `json:"cover,omitempty"`      // of VariantID: see OrderLine.Cover
}

// Total returns UnitPrice × Quantity.
func (l CheckoutLine) Total() Amount { return l.UnitPrice.Times(l.Quantity) }

// CheckoutLines are the lines of a checkout, stored as JSON.
type CheckoutLines []CheckoutLine

// Sum returns what the lines cost together.
func (l CheckoutLines) Sum() Amount {
	var sum Amount
	for _, line := range l {
		sum = sum.Add(line.Total())
	}
	return sum
}

// Value stores the lines as JSON.
func (l CheckoutLines) Value() (driver.Value, error) { return jsonValue("lines", []CheckoutLine(l)) }

// Scan reads what Value stored.
func (l *CheckoutLines) Scan(src any) error {
	*l = nil
	return scanJSON("lines", src, (*[]CheckoutLine)(l))
}

// Metadata is what a program notes with a checkout for itself: up to MaxMetadata names and texts.
type Metadata map[string]string

// Limits of Metadata, in entries and characters.
const (
	MaxMetadata      = 20
	MaxMetadataName  = 40
	MaxMetadataValue = 500
)

// Value stores the metadata as JSON.
func (m Metadata) Value() (driver.Value, error) {
	if len(m) == 0 {
		return "{}", nil
	}
	return jsonValue("metadata", map[string]string(m))
}

// Scan reads what Value stored.
func (m *Metadata) Scan(src any) error {
	*m = nil
	return scanJSON("metadata", src, (*map[string]string)(m))
}

// TextList is a short list of texts, stored as JSON.
type TextList []string

// Value stores the list as JSON.
func (l TextList) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	return jsonValue("list", []string(l))
}

// Scan reads what Value stored.
func (l *TextList) Scan(src any) error {
	*l = nil
	return scanJSON("list", src, (*[]string)(l))
}

// RawJSON is a JSON text that is stored and sent as it is.
type RawJSON string

// MarshalJSON returns the text.
func (r RawJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(r).MarshalJSON() }
