package models

import (
	"net/url"
	"time"
)

// Shipment is a parcel, or what was handed over at once: pieces of an order that the shopper gets together.
type Shipment struct {
	ID        string `ascii:"36"`
	OrderID   string `ascii:"36"`
	ByHand    bool   // handed over, or sent as a file or a code: no carrier
	Carrier   string `text:"100"` // empty: not known
	Number    string `text:"200"` // the carrier's; empty: none
	Link      string `text:"500"` // https address at which the shopper follows the parcel; empty: none
	FormToken string `ascii:"64"` // the form that made it; unique: a double click is one shipment
	SentBy    string `ascii:"36"` // staff id
	SentAt    time.Time
	UpdatedAt time.Time
	UndoneAt  time.Time `gorm:"default:null"` // it was not sent after all; zero: it was
	Version   int       // counts corrections, so that each is told once

	Lines []ShipmentLine `gorm:"-"`
}

// Undone reports whether the shipment was taken back.
func (s *Shipment) Undone() bool { return !s.UndoneAt.IsZero() }

// ShipmentLine is how many pieces of an order's line a shipment has.
type ShipmentLine struct {
	ID          string `ascii:"36"`
	ShipmentID  string `ascii:"36"`
	OrderLineID string `ascii:"36"`
	Quantity    int
}

// IsTrackingLink reports whether a text is an https address of a host, without credentials.
func IsTrackingLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Opaque == ""
}

// Fulfilment says how much of an order was sent or handed over: the second of an order's facts.
type Fulfilment string

// The states of fulfilment.
const (
	FulfilmentNone   Fulfilment = "none"
	FulfilmentPart   Fulfilment = "part"
	FulfilmentSent   Fulfilment = "sent"   // all that is to be sent
	FulfilmentHanded Fulfilment = "handed" // all of it was handed over by hand
)

// Fulfilments returns all of them, for tests and filters.
func Fulfilments() []Fulfilment {
	return []Fulfilment{FulfilmentNone, FulfilmentPart, FulfilmentSent, FulfilmentHanded}
}

// Done reports whether nothing is left to send.
func (f Fulfilment) Done() bool { return f == FulfilmentSent || f == FulfilmentHanded }

// Balance says how what was received for an order compares with what was asked.
type Balance string

// The balances.
const (
	BalanceExact Balance = ""
	BalanceUnder Balance = "under" // a person accepted less
	BalanceOver  Balance = "over"  // a person accepted more
)

// Balances returns those that are told, for tests and filters.
func Balances() []Balance { return []Balance{BalanceUnder, BalanceOver} }

// LineCount says what became of the pieces of one line of an order.
type LineCount struct {
	Line     *OrderLine
	Sent     int // in shipments that were not undone
	Refunded int // in refunds that count
	Unsent   int // of Refunded: pieces that will not be sent

	Back       int // of Refunded: pieces that are sold again, on the shelf or once the exchange has taken the refund
	BackUnsent int // of Back: those of Unsent
}

// ToSend returns how many pieces are still to be sent: those that are neither sent nor refunded. Of a shipment that was undone, the pieces
// that were refunded meanwhile are not: their money has gone back.
func (c LineCount) ToSend() int { return max(0, c.Line.Quantity-max(c.Sent+c.Unsent, c.Refunded)) }

// Sendable returns how many pieces can be sent at most: also those that were refunded unsent, but none that is sold again. Of a shipment that
// was undone, the pieces that came back meanwhile stay on the shelf.
func (c LineCount) Sendable() int { return max(0, c.Line.Quantity-max(c.Sent+c.BackUnsent, c.Back)) }

// ToRefund returns how many pieces can still be refunded.
func (c LineCount) ToRefund() int { return max(0, c.Line.Quantity-c.Refunded) }

// CountLines counts what became of the pieces of an order, line by line.
func CountLines(order *Order, shipments []Shipment, refunds []Refund) []LineCount {
	counts := make([]LineCount, len(order.Lines))
	place := make(map[string]*LineCount, len(order.Lines))
	for i := range order.Lines {
		counts[i].Line = &order.Lines[i]
		place[order.Lines[i].ID] = &counts[i]
	}
	for _, s := range shipments {
		for _, l := range s.Lines {
			if c := place[l.OrderLineID]; c != nil && !s.Undone() {
				c.Sent += l.Quantity
			}
		}
	}
	for _, r := range refunds {
		for _, l := range r.Lines {
			if c := place[l.OrderLineID]; c != nil && r.State.Counts() {
				c.Refunded += l.Quantity
				c.Unsent += l.Unsent
				if l.Restock {
					c.Back += l.Quantity
					c.BackUnsent += l.Unsent
				}
			}
		}
	}
	return counts
}

// FulfilmentOf returns the state of an order's fulfilment.
func FulfilmentOf(counts []LineCount, shipments []Shipment) Fulfilment {
	sent, left := 0, 0
	for _, c := range counts {
		sent += c.Sent
		left += c.ToSend()
	}
	switch {
	case sent == 0:
		return FulfilmentNone
	case left > 0:
		return FulfilmentPart
	}
	for _, s := range shipments {
		if !s.Undone() && !s.ByHand {
			return FulfilmentSent
		}
	}
	return FulfilmentHanded
}
