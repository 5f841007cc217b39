package models

import (
	"slices"
	"time"
)

// RefundState is the state of a refund.
type RefundState string

// The states of a refund (reliability.md R15).
const (
	RefundRequested  RefundState = "requested"  // above the limit: a second person must approve
	RefundApproved   RefundState = "approved"   // to be sent by the worker; its id at the platform is fixed
	RefundSubmitting RefundState = "submitting" // refundOrder is under way, or its process died
	RefundUnknown    RefundState = "unknown"    // it may or may not have been accepted; resolved, never repeated
	RefundAccepted   RefundState = "accepted"   // the platform took it; waits for the statement's type-11 line
	RefundConfirmed  RefundState = "confirmed"  // the statement shows it
	RefundFailed     RefundState = "failed"     // refused by the platform: no money moved
	RefundDeclined   RefundState = "declined"   // the second person said no, or it was withdrawn
)

// RefundStates returns all states, for tests and filters.
func RefundStates() []RefundState {
	return []RefundState{
		RefundRequested, RefundApproved, RefundSubmitting, RefundUnknown, RefundAccepted, RefundConfirmed, RefundFailed, RefundDeclined,
	}
}

// refundMoves is the whole state machine. From unknown a refund is accepted when getReferenceOrder or the statement shows it, and failed only
// with proof; a statement line confirms it from any state in which it may have been sent.
var refundMoves = map[RefundState][]RefundState{
	RefundRequested:  {RefundApproved, RefundDeclined},
	RefundApproved:   {RefundSubmitting, RefundDeclined},
	RefundSubmitting: {RefundAccepted, RefundUnknown, RefundFailed, RefundConfirmed},
	RefundUnknown:    {RefundAccepted, RefundFailed, RefundConfirmed},
	RefundAccepted:   {RefundConfirmed},
	RefundConfirmed:  {},
	RefundFailed:     {RefundConfirmed},
	RefundDeclined:   {},
}

// CanMove reports whether a refund may go from one state to the other.
func (s RefundState) CanMove(to RefundState) bool { return slices.Contains(refundMoves[s], to) }

// Counts reports whether the refund counts against what was paid: its amount was sent, may have been, or will be.
func (s RefundState) Counts() bool {
	switch s {
	case RefundRequested, RefundApproved, RefundSubmitting, RefundUnknown, RefundAccepted, RefundConfirmed:
		return true
	case RefundFailed, RefundDeclined:
	}
	return false
}

// Sent reports whether the refund was sent and may have been accepted, or was: its money counts as gone.
func (s RefundState) Sent() bool {
	switch s {
	case RefundSubmitting, RefundUnknown, RefundAccepted, RefundConfirmed:
		return true
	case RefundRequested, RefundApproved, RefundFailed, RefundDeclined:
	}
	return false
}

// Refund is coin that goes back to a payer. At the platform it is a grant, not tied to the order (platform/api.md §3.8): only the
// shop prevents that too much goes back.
type Refund struct {
	ID          string      `ascii:"36"`
	OrderID     string      `ascii:"36"`
	AttemptID   string      `ascii:"36"`                     // the attempt whose payment goes back
	AppOrderID  string      `ascii:"64"`                     // our id at the platform, random, fixed before the first call, never reused
	OrderNum    string      `gorm:"default:null" text:"190"` // the platform's number; empty until known
	State       RefundState `ascii:"16"`
	Amount      Amount      // of Coin
	Coin        string      `text:"32"`
	Worth       Amount      // of Amount, in the order's currency at the order's rate
	Reason      string      `text:"1000"` // of the staff, for the staff
	ShopperNote string      `text:"1000"` // of the staff, for the shopper; empty: none
	Restocked   bool        // the pieces of its lines that go back on the shelf are there
	FormToken   string      `ascii:"64"` // the form that asked for it; unique: a double click is one refund
	RequestedBy string      `ascii:"36"` // staff id
	ApprovedBy  string      `ascii:"36"` // staff id; the same as RequestedBy below the limit
	DeclinedBy  string      `ascii:"36"` // staff id; empty unless declined
	ProblemCode string      `text:"64"`
	Sequence    int         // of its last event, kept by the store; see Event
	Checks      int
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SentAt      time.Time `gorm:"default:null"`
	ConfirmedAt time.Time `gorm:"default:null"`
	DueAt       time.Time `gorm:"default:null"`
	Lease       string    `ascii:"64"`

	Lines []RefundLine `gorm:"-"` // what it is for; none: an amount alone
}

// RefundLine says which pieces of an order's line a refund is for, or that it is for the delivery.
type RefundLine struct {
	ID          string `ascii:"36"`
	RefundID    string `ascii:"36"`
	OrderLineID string `ascii:"36"` // empty: the delivery
	Quantity    int    // of the line; 1 for the delivery
	Unsent      int    // of Quantity: pieces that had not been sent and will not be
	Restock     bool   // the pieces go back on the shelf when the exchange has taken the refund
	Worth       Amount // in the order's currency
}

// RefundStatus says how much of the payment that counts for an order goes back: the third of an order's facts.
type RefundStatus string

// The states of an order's refunds.
const (
	RefundsNone      RefundStatus = "none"
	RefundsRequested RefundStatus = "requested" // one waits for a second person
	RefundsInFlight  RefundStatus = "in_flight" // one is on its way: the statement does not show it yet
	RefundsPart      RefundStatus = "part"
	RefundsAll       RefundStatus = "all"
)

// RefundStatuses returns all of them, for tests and filters.
func RefundStatuses() []RefundStatus {
	return []RefundStatus{RefundsNone, RefundsRequested, RefundsInFlight, RefundsPart, RefundsAll}
}

// StatusOfRefunds returns the state of the refunds of a payment of which received has come; refunds of other payments are left out. What
// waits for a person comes first, then what is on its way.
func StatusOfRefunds(attemptID string, received Amount, refunds []Refund) RefundStatus {
	var back Amount
	status := RefundsNone
	for _, r := range refunds {
		switch {
		case r.AttemptID != attemptID || !r.State.Counts():
		case r.State == RefundRequested:
			return RefundsRequested
		case r.State == RefundConfirmed:
			back = back.Add(r.Amount)
		default:
			status = RefundsInFlight
		}
	}
	switch {
	case status == RefundsInFlight || !back.IsPositive():
		return status
	case back.Cmp(received) >= 0:
		return RefundsAll
	}
	return RefundsPart
}
