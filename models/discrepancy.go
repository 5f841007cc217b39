package models

import "time"

// DayResult is what the comparison of a day, or of one coin of it, has come to. Every place that shows a day uses these words, so that
// "balanced" means one thing.
type DayResult string

// The results, worst first.
const (
	DayNotCompared   DayResult = "not_compared"   // there is no complete statement yet
	DayUnbalanced    DayResult = "unbalanced"     // the sums differ by more than the listed differences
	DayExplainedOpen DayResult = "explained_open" // the listed differences explain the sums, and some are open
	DayExplained     DayResult = "explained"      // the same, and staff has given a reason for each
	DayBalanced      DayResult = "balanced"       // statement and records are the same: no differences
)

// ResultOf returns the result of a comparison. addsUp reports whether the listed differences explain the sums; open and accepted are the
// numbers of differences in these states, and differs reports whether the sums differ without one, as those of a coin can whose difference is
// listed with another coin.
func ResultOf(addsUp, differs bool, open, accepted int) DayResult {
	switch {
	case !addsUp:
		return DayUnbalanced
	case open > 0:
		return DayExplainedOpen
	case accepted > 0 || differs:
		return DayExplained
	default:
		return DayBalanced
	}
}

// SealReason is why a day cannot be sealed.
type SealReason string

// The reasons, in the order in which they are looked for: each must be gone before the next one matters.
const (
	SealSealed     SealReason = "sealed"      // it is already
	SealNotOver    SealReason = "not_over"    // the day has not ended in the exchange's zone
	SealNotFetched SealReason = "not_fetched" // there is no complete statement
	SealEarly      SealReason = "early"       // the newest complete statement was fetched before the day ended
	SealUnbalanced SealReason = "unbalanced"  // the listed differences do not explain the sums
	SealOpen       SealReason = "open"        // discrepancies are open
)

// DiscrepancyCount is the number of open and accepted discrepancies of one type and coin of a day. A difference between two coins counts for
// both.
type DiscrepancyCount struct {
	Type     StatementType
	Coin     string
	Open     int
	Accepted int
}

// DiscrepancySeen is a discrepancy as a person saw it: a change is refused if it has changed since.
type DiscrepancySeen struct {
	ID      string
	Version int
}

// Seen returns the discrepancy as it was read.
func (d Discrepancy) Seen() DiscrepancySeen { return DiscrepancySeen{d.ID, d.Version} }

// DiscrepancyAction is something that staff can do about an open discrepancy.
type DiscrepancyAction string

// The actions.
const (
	DiscrepancyAssign DiscrepancyAction = "assign" // to a person
	DiscrepancyNote   DiscrepancyAction = "note"
	DiscrepancyAccept DiscrepancyAction = "accept" // with the reason by which it is explained
	DiscrepancyReopen DiscrepancyAction = "reopen" // after it was accepted
	DiscrepancySettle DiscrepancyAction = "settle" // by asking the exchange about the payment
	DiscrepancyRefund DiscrepancyAction = "refund" // of the payment
)

// DiscrepancyActions returns all actions.
func DiscrepancyActions() []DiscrepancyAction {
	return []DiscrepancyAction{DiscrepancyAssign, DiscrepancyNote, DiscrepancyAccept, DiscrepancyReopen, DiscrepancySettle, DiscrepancyRefund}
}

// DiscrepancyKinds returns all kinds.
func DiscrepancyKinds() []DiscrepancyKind {
	return []DiscrepancyKind{AmountDiffers, CoinDiffers, TheirsNotOurs, OursNotTheirs, DuplicateLine, WrongDay, ChangedSealed, UnreadableLine}
}

// Allows reports whether an action can work on a discrepancy of its kind, type and state, on a day that is not locked. What else it needs is
// for the caller to look up: an attempt of the shop for DiscrepancySettle, a payment that is not refunded yet for DiscrepancyRefund.
//
//   - Asking the exchange can record a payment that the shop has not recorded. It changes nothing about one that is recorded, which is final
//     (reliability.md R6), and makes no line readable.
//   - A refund sends back money that the exchange lists in the coin that the shop has recorded. Money that no statement shows, that is in
//     another coin or that is not recorded is not sent back, and a payment on another day is no reason to.
//   - A discrepancy of a locked day (ChangedSealed) is worked on as a case.
func (d Discrepancy) Allows(action DiscrepancyAction) bool {
	if d.Kind == ChangedSealed {
		return false
	}
	if action == DiscrepancyReopen {
		return d.State == DiscrepancyAccepted
	}
	if d.State != DiscrepancyOpen {
		return false
	}
	switch action {
	case DiscrepancySettle:
		return d.Kind == TheirsNotOurs && d.Type == StatementPayment
	case DiscrepancyRefund:
		return (d.Kind == AmountDiffers || d.Kind == DuplicateLine) && d.Type == StatementPayment
	case DiscrepancyAssign, DiscrepancyNote, DiscrepancyAccept:
		return true
	case DiscrepancyReopen: // see above
	}
	return false
}

// DiscrepancyEventKind names what happened to a discrepancy.
type DiscrepancyEventKind string

// The kinds of events.
const (
	DiscrepancyFound       DiscrepancyEventKind = "found"       // by a comparison, for the first time or again after it was settled
	DiscrepancyAssigned    DiscrepancyEventKind = "assigned"    // Value: staff id; empty: to nobody
	DiscrepancyNoted       DiscrepancyEventKind = "noted"       // Value: the note
	DiscrepancyExplained   DiscrepancyEventKind = "explained"   // Value: the reason
	DiscrepancyReopened    DiscrepancyEventKind = "reopened"    // by a person
	DiscrepancyChanged     DiscrepancyEventKind = "changed"     // other figures were found: what was accepted is open again. Value: see FiguresOf
	DiscrepancyDisappeared DiscrepancyEventKind = "disappeared" // a comparison does not find it any more
)

// DiscrepancyEvent is one event of a discrepancy's history. Events are only added.
type DiscrepancyEvent struct {
	ID            string               `ascii:"36"`
	DiscrepancyID string               `ascii:"36"`
	Kind          DiscrepancyEventKind `ascii:"16"`
	StaffID       string               `ascii:"36"`  // empty: the command line, or the shop itself
	Who           string               `text:"254"`  // e-mail, or "command line"; empty: the shop itself
	Value         string               `text:"1000"` // see the kinds
	CreatedAt     time.Time
}

// FiguresOf returns the figures of a discrepancy as decimal texts: the exchange's and the shop's, with a space between them.
func FiguresOf(d Discrepancy) string { return d.Theirs.String() + " " + d.Ours.String() }
