package models

import "time"

// Work that moves by itself and may stop: an attempt to pay, an order, a callback, a mail, a refund, a task, a webhook. What is overdue gets a case
// (ReviewOverdue) after CaseAfter, and nothing may be overdue for LostAfter without one (reliability.md R23, I16).
const (
	CaseAfter = 15 * time.Minute
	LostAfter = time.Hour
)

// OverdueKind is what is overdue.
type OverdueKind string

// The kinds of what can be overdue.
const (
	OverdueAttempt     OverdueKind = "attempt"     // the outcome of a payment is not known, or nobody asks for it
	OverdueOrder       OverdueKind = "order"       // unpaid after its end
	OverdueCallback    OverdueKind = "callback"    // not handled
	OverdueMail        OverdueKind = "mail"        // not sent
	OverdueRefund      OverdueKind = "refund"      // approved and not sent, or the outcome is not known
	OverdueUnconfirmed OverdueKind = "unconfirmed" // a refund that the exchange accepted and no statement shows
	OverdueTask        OverdueKind = "task"        // without progress
	OverdueWebhook     OverdueKind = "webhook"     // nobody sends what an endpoint is to be told
)

// OverdueKinds returns all kinds.
func OverdueKinds() []OverdueKind {
	return []OverdueKind{OverdueAttempt, OverdueOrder, OverdueCallback, OverdueMail, OverdueRefund, OverdueUnconfirmed, OverdueTask, OverdueWebhook}
}

// Overdue is something that does not move any more.
type Overdue struct {
	Kind      OverdueKind
	ID        string // of its row
	OrderID   string // "": it is about no order
	AttemptID string
	Since     time.Time // since when it waits
}

// Backlog counts what is overdue and the open cases.
type Backlog struct {
	Overdue map[OverdueKind]int // rows that have been overdue for CaseAfter; kinds without any are left out
	Cases   map[ReviewKind]int  // open reviews of all kinds; kinds without any are left out
	Since   time.Time           // since when the oldest row waits; zero: none is overdue
}
