package admin

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
)

// DashboardView is the first page. The span is a GET form with from and to (yyyy-MM-dd in Page.Zone, both included), or one of the
// presets: ?span=today|7d|30d|90d.
type DashboardView struct {
	Page           Page
	Presets        []Choice
	From           Field
	To             Field
	Refusal        Refusal // of the span
	Today          Figures
	Span           Figures
	Days           Chart // orders and paid orders by day
	Revenue        Chart // revenue in the shop's currency by day
	ToPaid         Chart // p50 and p95 of the time to paid by day, in minutes
	Callbacks      CallbackHealth
	Attention      []Attention // what the inbox holds, by kind, where there is any
	AttentionTotal int
}

// Figures are the figures of a span.
type Figures struct {
	Orders     int
	Paid       int
	Conversion string      // "87.5 %" of the orders were paid; "" without orders
	Received   string      // what came, in the shop's currency
	Returned   string      // what was refunded, in the shop's currency; "": nothing
	Revenue    string      // Received less Returned
	Sums       []SumFigure // by currency, then by coin
	ToPaidP50  string      // "1 min 20 s"; "" without payments
	ToPaidP95  string
	Open       int // now, whatever the span: orders that await their payment
	Unknown    int // now: attempts whose outcome is unknown
	Reviews    int // now: open reviews
	Fulfil     int // now: paid orders to hand over
}

// SumFigure is what was received and refunded in one currency or coin.
type SumFigure struct {
	Symbol   string
	Coin     bool // of a coin
	Payments int
	Received string // with the symbol
	Refunds  int
	Returned string // with the symbol
	Net      string // Received less Returned
}

// Chart is a bar chart over days, of one or two series. The numbers behind it are in a table below it.
type Chart struct {
	ID     string // "days", "revenue", "to_paid": words "admin.chart." + ID, of series "admin.chart." + ID + "." + Series.ID
	Series []Series
	Labels []string // of the days, one for each bar
	Top    string   // what the top of the scale says
	Empty  bool     // nothing to show
}

// Series is one series of a chart, in a colour of its own.
type Series struct {
	ID     string
	Bars   []int    // heights, 0 to 1000
	Values []string // the numbers, for the table
}

// CallbackHealth says whether the platform's callbacks arrive.
type CallbackHealth struct {
	Last     templates.Moment // the last good one; Text "": none yet
	Lag      string           // typical time from paid to callback, "1.2 s"; "": unknown
	Rejected []Rejected       // in the span
	Silent   int              // paid orders of the span that never had a callback
	Bad      bool             // worth a warning
}

// Rejected is the number of refused callbacks for one reason: "admin.rejected." + Reason.
type Rejected struct {
	Reason string
	Count  int
}

// Attention is the number of things of one kind that wait for a person: "admin.attention." + Kind.
type Attention struct {
	Kind  string
	Count int
	URL   string
}

// InboxView is what needs attention.
type InboxView struct {
	Page    Page
	Counts  []Attention
	Rows    []ReviewRow
	All     bool   // closed ones too: ?all=1
	Next    string // address; ""
	First   string
	Refusal Refusal // of the address
}

// ReviewRow is a review: "admin.review." + Kind.
type ReviewRow struct {
	ID         string
	Kind       string
	Note       string
	OrderID    string // "" without an order
	Number     string
	Subject    string
	Open       bool
	At         templates.Moment
	Updated    templates.Moment
	Resolution string           // what the person who decided wrote
	Decision   string           // "admin.decision." + Decision; "" while it is open, or where the shop closed it by itself
	DecidedBy  string           // e-mail; ""
	WaitUntil  templates.Moment // until when it was put off; Text "": it was not

	Decisions []DecisionForm // what may be decided
}

// DecisionForm is one decision about a review: POST /admin/reviews/{id}/decide, or /refund or /ask for these two, with decision, note,
// anyway, amount, days, form_token.
type DecisionForm struct {
	Decision string // "admin.decision." + Decision
	Token    string
	Amount   string // accept_amount: with the coin
	Plain    string // accept_amount: decimal text
	Note     Field
	Days     Field
	Refusal  Refusal
	Missing  []string // accept: what is missing, such as "2 × MUG-1"; none before it was tried
	Open     bool     // it has something to correct
}

// OrdersView is the list of orders. The filter is a GET form with q, state, coin, from, to, unusual=1, sort. Bulk actions: one form over
// the rows with id (repeated) and form_token, and the buttons' formaction /admin/orders/bulk/cancel (May.Cancel) and
// /admin/orders/bulk/fulfil (May.Fulfil).
type OrdersView struct {
	Page         Page
	Search       Field
	States       []Choice // "admin.order_state." + Value; "" is any
	StateProblem invalid.Problem

	Fulfilments       []Choice // "admin.fulfilment." + Value; "" is any
	FulfilmentProblem invalid.Problem
	Refunds           []Choice // "admin.refunds." + Value; "" is any
	RefundsProblem    invalid.Problem

	Coins       []Choice
	CoinProblem invalid.Problem
	From        Field
	To          Field
	Unusual     bool
	Sorts       []Choice // "admin.sort." + Value: newest, oldest, amount_desc, amount_asc
	SortProblem invalid.Problem
	Refusal     Refusal // of the address (cursor), or of a bulk action
	Filtered    bool    // a filter is set: an empty list is no empty shop
	Partial     bool    // the search fits more orders than were sorted by their amounts
	Rows        []OrderRow
	Next        string // address; "" on the last page
	First       string // address; "" on the first page
	FormToken   string
	Export      Export
}

// Export is the form that makes a file of what a list shows: POST /admin/exports with the hidden fields (what, form_token and the
// filter) and the button's format=csv or xlsx. Shown with May.Export.
type Export struct {
	Fields []Hidden
	Kinds  []Choice // what can be chosen, "admin.export." + Value; none: what is a hidden field
}

// OrderRow is one order of a list.
type OrderRow struct {
	ID         string
	Number     string
	Email      string
	Name       string
	State      string // "admin.order_state." + State: of the payment
	Fulfilment string // "admin.fulfilment." + Fulfilment; "" unless it is paid
	Refunded   string // "admin.refunds." + Refunded
	Attempt    string // "admin.attempt_state." + Attempt; "" without one
	Total      string
	Amount     string // of coin; ""
	OrderNum   string
	Payer      string // UID; "" where the payer signed in at the platform
	Created    templates.Moment
	Reviews    int
	Chosen     bool // its box is ticked, after a bulk action that was refused
}

// OrderView is one order. Forms, each shown where its Can is true:
// POST /admin/orders/{id}/note (text, form_token) · ship (pieces-{line}, carrier, number, link, by_hand, form_token) · ship/correct and
// ship/undo (shipment, version) · cancel · ask · resend (kind) · refund (reason, shopper_note, pieces-{line}, delivery, restock, amount,
// unit, all, form_token; the page's StepUpView asks for the code where it is needed).
type OrderView struct {
	Page       Page
	ID         string
	Number     string
	ShopURL    string // the shopper's page
	State      string // of the payment: "admin.order_state." + State
	Fulfilment string // "admin.fulfilment." + Fulfilment; "" unless it is paid
	Refunded   string // "admin.refunds." + Refunded
	Email      string
	Name       string
	Customer   string // address of the customer's page; "" without one
	Erased     bool   // the personal data is gone
	Lang       string
	Created    templates.Moment
	Expires    templates.Moment // Text "" unless it waits
	Paid       templates.Moment
	Fulfilled  templates.Moment
	Total      string
	Lines      []Line
	Sums       []Sum    // what Total is made of besides the lines; none where it is the lines alone
	Contains   Sum      // tax that the prices contain; Amount "" where there is none
	Shipped    bool     // goods go to Address
	Address    []string // lines; none where it was erased
	Phone      string
	Attempts   []Attempt  // newest first
	Shipments  []Shipment // oldest first
	Refunds    []RefundRow
	Reviews    []ReviewRow // open ones
	Timeline   []Event     // newest first

	CanNote, CanShip, CanCancel, CanAsk, CanResend, CanRefund bool

	Refusal   Refusal // of the last action as a whole
	Note      Field
	NoteToken string
	Ship      ShipForm
	Mails     []Choice // "admin.mail." + Value
	Refund    RefundForm
}

// Sum is one row of an order's totals.
type Sum struct {
	Kind   string // "admin.totals." + Kind: goods, discount, delivery, tax
	Detail string // the coupon's code, the way of delivery, the tax with its rate
	Amount string
}

// Shipment is a parcel, or what was handed over.
type Shipment struct {
	ShipmentDetails

	ID        string
	Version   int
	Lines     []string // "2 × Stoneware mug"
	Who       string   // e-mail; ""
	Sent      templates.Moment
	Undone    templates.Moment // Text "": it was not
	UndoUntil templates.Moment // Text "": it cannot be undone any more
}

// ShipmentDetails say how a shipment goes, with what is wrong with them.
type ShipmentDetails struct {
	ByHand      bool
	Carrier     string
	Number      string
	Link        string
	Problem     invalid.Problem // of carrier and number
	LinkProblem invalid.Problem
}

// ShipForm is the form that sends pieces of an order.
type ShipForm struct {
	ShipmentDetails

	FormToken  string
	Quantities map[string]string // as typed, by line
	Refusal    Refusal
}

// Line is one line of an order.
type Line struct {
	ID        string
	Sent      int // pieces
	Refunded  int
	ToSend    int
	ToRefund  int
	SKU       string
	Title     string
	Variant   string
	Quantity  int
	UnitPrice string
	Total     string
}

// Attempt is one attempt to pay.
type Attempt struct {
	ID         string
	State      string // "admin.attempt_state." + State
	Intent     string // "admin.intent." + Intent; "": none
	AppOrderID string
	OrderNum   string
	Amount     string // of coin, exactly
	Rate       string // of one coin in the order's currency
	RateSource string // a price source's name, or "fixed"
	RateAt     templates.Moment
	Spread     string           // that the amount has on top, such as 0.5%; "": none
	KeptUntil  templates.Moment // the quote's end; Text "": its rate was fixed by hand
	Payer      string
	SignedIn   bool   // the payer signed in at the platform
	Problem    string // code of the platform, or one of ours: "admin.code." + Problem where there are words
	Checks     int
	Checked    templates.Moment
	Created    templates.Moment
	Sent       templates.Moment
	Opened     templates.Moment
	Paid       templates.Moment
	Received   string // of coin, where it differs from Amount; ""
	Refunded   string // of coin, requested or refunded so far; ""
	Current    bool
}

// Event is one entry of an order's timeline.
type Event struct {
	Kind     EventKind
	At       templates.Moment
	Who      string // person, "platform", "shop", "shopper": a person's e-mail as it is, else "admin.who." + Who
	Person   bool   // Who is an e-mail address of the staff
	Where    string // network address; ""
	Verified Verified
	What     string // words: "admin.event." + What, such as evidence.query, transition.order, mail.order_received, audit.order.cancel
	From     string // of a transition: a state
	To       string
	Of       string // "order", "attempt" or "refund": whose states From and To are
	Text     string // of a note, as typed; or a remark
	Facts    []Fact
}

// EventKind is the source of an event.
type EventKind string

// The kinds of events.
const (
	EventEvidence   EventKind = "evidence"
	EventTransition EventKind = "transition"
	EventRefused    EventKind = "refused" // a transition that was not made
	EventCallback   EventKind = "callback"
	EventMail       EventKind = "mail"
	EventNote       EventKind = "note"
	EventAudit      EventKind = "audit"
)

// Verified says whether a claim was verified: "admin.verified." + Verified.
type Verified string

// The answers.
const (
	VerifiedYes Verified = "yes"
	VerifiedNo  Verified = "no"
	VerifiedOwn Verified = "own" // our own doing: nothing to verify
)

// RefundForm is the form that requests a refund of the payment that counts.
type RefundForm struct {
	FormToken    string
	Paid         string            // with the coin
	Left         string            // with the coin
	Quantities   map[string]string // as typed, by line
	Delivery     string            // what the delivery cost; "": nothing, or it was refunded
	WithDelivery bool
	Restock      bool
	Amount       Field
	Units        []Choice // the coin and the order's currency, labelled
	Reason       Field
	Note         Field
	Refusal      Refusal
	TooMuch      bool   // Amount is more than Left
	FourEyes     string // above this amount (in the shop's currency) a second person must approve; "": never
}

// CancellationsView lists what is pending at the platform: one form with id (repeated, of orders) and form_token, POST
// /admin/cancellations, which redirects to the task's page with a result per row.
type CancellationsView struct {
	Page      Page
	Rows      []PendingRow
	Next      string
	First     string
	Refusal   Refusal
	FormToken string
}

// PendingRow is one pending order of the platform.
type PendingRow struct {
	AttemptID  string
	OrderID    string
	Number     string
	OrderNum   string
	AppOrderID string
	State      string // "admin.attempt_state." + State
	Intent     string
	Amount     string // of coin
	Payer      string
	Created    templates.Moment
	Age        string // "12 min"
	Chosen     bool
}
