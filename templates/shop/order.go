package shop

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
)

// OrderView is an order's page, which is also the page that the exchange sends the shopper back to.
type OrderView struct {
	Page    templates.Page // RefreshSeconds > 0 makes the page ask again, with and without scripts
	Base    string         // the order's address, under which its forms and its fragments are
	Number  string         // as people read it
	State   OrderState
	Shown   string       // fragment only: the query's "shown", the state that the shopper's page shows now
	Review  ReviewReason // OrderReview: why
	Problem string       // OrderFailed: the platform's code, such as "70004" (platform/api.md §4), or a models.Problem constant
	Notices []Notice

	Placed     templates.Moment
	Deadline   Deadline         // of an order that can be paid
	Returned   bool             // the shopper came back from the pay page
	PaidAt     templates.Moment // from OrderPaid on
	Email      string
	Name       string
	Lines      []SummaryLine
	Totals     templates.Totals
	Shipped    bool     // goods go to Address
	Address    []string // lines; none: it is erased
	Phone      string   // of the address
	Parcels    []Parcel // what was sent or handed over
	Refunds    []Refund
	Fulfilment string // "order.fulfilment." + Fulfilment; "" unless it is paid
	Refunded   string // "order.refunds." + Refunded; "" where nothing goes back
	Balance    string // "under" or "over"; "" where exactly what was asked was paid
	Attempt    AttemptView
	Payment    PaymentForm // OrderAwaiting, OrderUnpaid, OrderFailed: to pay with another coin or account; nothing is shown where Coins is empty
	CanCancel  bool
	ByLink     bool       // another program or a payment link asked for it: Hosted says how it goes on, and there is no delivery and no cart
	Hosted     HostedWays // ByLink
	PhoneCode  string     // address of the code that opens the page on a phone; "": none

	// Limited is the page for somebody who knows the address and nothing else: state, amount and the button that pays. Whoever makes it sets
	// nothing personal, and the page offers nothing but paying.
	Limited bool
	Pieces  int       // Limited: how many were bought
	FullURL string    // Limited: the order's own page, where this browser may see all; "": it may not
	Proof   ProofForm // Limited: how to see all
}

// ProofForm asks for the e-mail address of an order, to show all of it: POST {Base}/show with email.
type ProofForm struct {
	Shown   bool
	Email   string // as typed
	Problem invalid.Problem
}

// Deadline is until when an order can be paid.
type Deadline struct {
	Until templates.Moment // no text: there is none
	Left  int              // whole seconds left, 0 when the time is over
}

// AttemptView is the order's current attempt as shown to the shopper.
type AttemptView struct {
	Amount string // Printer.Coin; "" hides the part
	Coin   string
	Rate   string // Printer.Money of one coin
	Spread string // such as "0.5%"; "": nothing
	Source string // of a live rate: who said it

	Payer    string // "…1234"; "" hides it
	OrderNum string // the exchange's order number; "" hides it
}

// Parcel is a shipment as the shopper sees it.
type Parcel struct {
	ByHand  bool
	Carrier string
	Number  string
	Link    string // https address to follow it; ""
	Sent    templates.Moment
	Lines   []string // "2 × Stoneware mug"
}

// Refund is a refund as the shopper sees it.
type Refund struct {
	Amount string // with the coin
	Worth  string // in the order's currency
	State  string // "order.refund." + State: in_flight or done
	At     templates.Moment
	Note   string // of the shop; ""
	Lines  []string
}

// OrderState is the state that an order's page shows. It combines the states of the order and of its current attempt.
type OrderState string

// The states of the order page.
const (
	OrderAwaiting   OrderState = "awaiting"   // an attempt is open at the exchange: go there and pay
	OrderUnpaid     OrderState = "unpaid"     // the shopper came back, and the exchange says that the attempt is still open
	OrderConfirming OrderState = "confirming" // the shopper came back, or the attempt is being made: not known yet
	OrderUnknown    OrderState = "unknown"    // the outcome of a call is unknown: do not pay twice
	OrderFailed     OrderState = "failed"     // the attempt was refused, failed or closed: see OrderView.Problem
	OrderCancelling OrderState = "cancelling"
	OrderCancelled  OrderState = "cancelled"
	OrderExpired    OrderState = "expired"
	OrderPaid       OrderState = "paid"
	OrderFulfilled  OrderState = "fulfilled"
	OrderReview     OrderState = "review"    // money arrived where it should not
	OrderPart       OrderState = "part"      // a part was sent
	OrderRefunded   OrderState = "refunded"  // all that was paid went back
	OrderReturning  OrderState = "returning" // money that came late goes back
	OrderReturned   OrderState = "returned"  // and is there
)

// ReviewReason says why staff must look at an order before it goes on.
type ReviewReason string

// The reasons for a review.
const (
	ReviewLate    ReviewReason = "late"     // paid after the order had ended
	ReviewSoldOut ReviewReason = "sold_out" // paid when an item was no longer there
	ReviewDiffers ReviewReason = "differs"  // the exchange reports another amount, coin or number
)

// changed reports whether the shopper's page shows something else than the order has now.
func (v OrderView) changed() bool { return v.Shown != v.mark() }

// mark names what the page shows: the state, and the facts that may change beside it.
func (v OrderView) mark() string {
	mark := string(v.State)
	if v.Fulfilment != "" || v.Refunded != "" {
		mark += ":" + v.Fulfilment + ":" + v.Refunded
	}
	return mark
}
