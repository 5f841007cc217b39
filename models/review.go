package models

import (
	"slices"
	"strings"
	"time"
)

// Review is something that a person must look at: money in the wrong place, or an alert about a payment.
type Review struct {
	ID        string     `ascii:"36"`
	Kind      ReviewKind `ascii:"32"`
	Subject   string     `text:"190"` // what it is about, with Kind unique: an attempt's id, a platform order number, an inbox id
	OrderID   string     `ascii:"36"`
	AttemptID string     `ascii:"36"`
	Note      string     `text:"1000"` // a Remark for the person, without secrets
	Open      bool
	// WaitUntil is until when a person put it off; zero: it is due.
	WaitUntil time.Time `gorm:"default:null"`
	// Decision is what was decided; empty: nothing yet, or the shop closed it by itself.
	Decision  Decision `ascii:"24"`
	DecidedBy string   `ascii:"36"` // staff id; empty: the shop itself
	// Resolution is what the person who decided wrote, or a Remark of the shop.
	Resolution string `text:"1000"`
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// ReviewKind names what happened.
type ReviewKind string

// The kinds of reviews.
const (
	ReviewLatePayment    ReviewKind = "late_payment"       // paid after the order was given up
	ReviewSoldOut        ReviewKind = "sold_out"           // paid, but the goods are gone
	ReviewSecondPayment  ReviewKind = "second_payment"     // two attempts of one order are paid; the second wants a refund
	ReviewMismatch       ReviewKind = "mismatch"           // the platform's amount, coin or number is not the attempt's
	ReviewStatusRegress  ReviewKind = "status_regress"     // paid, and the platform now says otherwise
	ReviewUnknownOrder   ReviewKind = "unknown_order"      // callback for an order that is not ours
	ReviewUnreadable     ReviewKind = "unreadable"         // callback with a good signature that cannot be opened
	ReviewUnresolved     ReviewKind = "unresolved"         // an attempt whose outcome is still unknown at the end of the schedule
	ReviewUndelivered    ReviewKind = "undelivered_mail"   // a message that could not be sent
	ReviewOverdue        ReviewKind = "overdue"            // something that does not move any more; closed by itself when it does
	ReviewSealedDay      ReviewKind = "sealed_day_changed" // the platform's statement of a sealed day differs from the sealed one
	ReviewUnmatchedOrder ReviewKind = "unmatched_order"    // the platform knows an order under our id that is not the attempt's
	ReviewRate           ReviewKind = "rate"               // nothing can be sold at a coin's rate
)

// Decision is what a person decides about a case (docs: reliability.md §4).
type Decision string

// The decisions. All but wait and ask close the case.
const (
	DecideAccept       Decision = "accept"        // the order is paid: its stock is sold, it is sent
	DecideAcceptAmount Decision = "accept_amount" // the order is paid with another amount: it is over- or underpaid
	DecideRefund       Decision = "refund"        // all of the payment goes back; an order that nothing else paid is cancelled
	DecideDrop         Decision = "drop"          // there is no money for this order: it is cancelled
	DecideNoted        Decision = "noted"         // nothing is to be done
	DecideAsk          Decision = "ask"           // the exchange is asked for the state once more
	DecideWait         Decision = "wait"          // put off for some days
)

// Decisions returns all decisions, for tests and pages.
func Decisions() []Decision {
	return []Decision{DecideAccept, DecideAcceptAmount, DecideRefund, DecideDrop, DecideNoted, DecideAsk, DecideWait}
}

// Closes reports whether the decision ends the case.
func (d Decision) Closes() bool { return d != DecideAsk && d != DecideWait }

// Permission returns what a person who decides so must be allowed to do.
func (d Decision) Permission() Permission {
	switch d {
	case DecideRefund:
		return MayRefund
	case DecideAsk:
		return MayAsk
	case DecideAccept, DecideAcceptAmount, DecideDrop, DecideNoted, DecideWait:
	}
	return MayReconcile
}

// Decisions returns what a person may decide about an open case as things are. order is the order that the case is about; nil: there is none.
func (r *Review) Decisions(order *Order) []Decision {
	switch {
	case !r.Open:
		return nil
	case order == nil:
		return []Decision{DecideNoted, DecideWait}
	}
	a := order.Attempt(r.AttemptID)
	asked := []Decision{DecideAsk, DecideWait}
	if a == nil { // the order is known, but no payment of it is meant
		return []Decision{DecideNoted, DecideWait}
	}
	if decisions := r.moneyDecisions(order, a); decisions != nil {
		return slices.Concat(decisions, asked)
	}
	return slices.Concat([]Decision{DecideNoted}, asked)
}

// moneyDecisions returns what can be decided about money of an attempt that waits for a decision; nil: none does.
func (r *Review) moneyDecisions(order *Order, a *Attempt) []Decision {
	inReview, booked := order.State == OrderReview, a.State == AttemptPaid
	pays := order.State == OrderPaid && order.PaidAttemptID == a.ID
	switch {
	case !r.Kind.Money():
		return nil
	case booked && inReview:
		return []Decision{DecideAccept, DecideRefund}
	case booked && !pays && a.Left().IsPositive():
		return []Decision{DecideRefund}
	case r.Kind == ReviewMismatch && !booked && inReview && r.anotherMoney(a):
		return []Decision{DecideDrop}
	case r.Kind == ReviewMismatch && !booked && r.anotherMoney(a):
		return nil
	case r.Kind == ReviewMismatch && !booked && inReview:
		return []Decision{DecideAcceptAmount, DecideRefund, DecideDrop}
	case r.Kind == ReviewMismatch && !booked && r.claimsPaid(): // the order is paid otherwise, or over
		return []Decision{DecideRefund, DecideNoted}
	}
	return nil
}

// claimsPaid reports whether the platform calls the order of a mismatch paid.
func (r *Review) claimsPaid() bool {
	_, values, _ := ReadRemark(r.Note)
	return values["status"] == "3"
}

// anotherMoney reports whether the exchange names another coin than the payment's, or another of its orders: there is no amount of it to accept or
// to send back.
func (r *Review) anotherMoney(a *Attempt) bool {
	code, values, _ := ReadRemark(r.Note)
	return code == "mismatch" && (values["field"] == MismatchOrder || !strings.EqualFold(values["coin"], a.Coin))
}

// MismatchOrder is the field of a mismatch's remark whose answer is about another order.
const MismatchOrder = "appOrderId"

// Money reports whether the case is about money that the shop holds or may hold, so that an order in review waits for its decision.
func (k ReviewKind) Money() bool {
	switch k { //nolint:exhaustive // the others are alerts
	case ReviewLatePayment, ReviewSoldOut, ReviewSecondPayment, ReviewMismatch:
		return true
	default:
		return false
	}
}
