package models

import (
	"slices"
	"time"
)

// OrderSort orders the back office's list of orders.
type OrderSort string

// The orders that the list can have.
const (
	OrdersNewest     OrderSort = "newest" // the default
	OrdersOldest     OrderSort = "oldest"
	OrdersAmountDesc OrderSort = "amount_desc"
	OrdersAmountAsc  OrderSort = "amount_asc"
)

// OrderSorts returns all sorts, the default first.
func OrderSorts() []OrderSort {
	return []OrderSort{OrdersNewest, OrdersOldest, OrdersAmountDesc, OrdersAmountAsc}
}

// ParseOrderSort parses a sort from a query string, empty being the default; ok is false for one that is not allowed.
func ParseOrderSort(text string) (sort OrderSort, ok bool) {
	if text == "" {
		return OrdersNewest, true
	}
	sort = OrderSort(text)
	return sort, slices.Contains(OrderSorts(), sort)
}

// ParseOrderState parses a state from a query string; ok is false for one that does not exist.
func ParseOrderState(text string) (state OrderState, ok bool) {
	state = OrderState(text)
	return state, slices.Contains(OrderStates(), state)
}

// MaxPageRows is the most rows of a page of the back office's lists.
const MaxPageRows = 100

// OrderFilter chooses the orders of a list. Zero fields choose all.
type OrderFilter struct {
	// Search finds by parts, in any case; of several words all must be there: e-mail, name, products, SKUs, coupon, total, amounts in coins,
	// tracking number, the platform's orderNum, the payer's UID. A key finds its order alone: an order number (ReadOrderNumber), our reference or appOrderId (8 characters or
	// more from their beginning), the row's id, the orderNum of a payment or a refund.
	Search     string
	State      OrderState
	Balance    Balance    // of paid orders
	Fulfilment Fulfilment // of paid orders
	ToSend     bool       // with Fulfilment: only those with something that the shop itself sends or hands over
	Refunds    RefundStatus
	Coin       string    // of the newest attempt
	From       time.Time // created at or after
	To         time.Time // created before
	Unusual    bool      // only those with an open review
	Sort       OrderSort
	After      string // OrderPage.Next of the page before; it belongs to the same sort
	Limit      int    // 1 to MaxPageRows; 0: 50
}

// OrderRow is a line of the list: the order and the attempt that counts, which is the one that paid it, else the newest.
type OrderRow struct {
	ID          string
	Number      string // as people read it
	State       OrderState
	Email       string
	Name        string
	Lang        string
	Currency    string
	Digits      int
	Total       Amount
	Coin        string // of the newest attempt
	Balance     Balance
	Fulfilment  Fulfilment
	Refunds     RefundStatus
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ExpiresAt   time.Time
	PaidAt      time.Time
	FulfilledAt time.Time

	GoodsTotal   Amount // what Total is made of
	Discount     Amount
	Delivery     Amount
	DeliveryTax  Amount // delivery's part of Tax or of ContainedTax
	Tax          Amount // added
	ContainedTax Amount // contained
	TaxIncluded  bool
	TaxName      string // in the shop's own language
	TaxRate      Amount // percent
	CouponCode   string
	DeliveryBy   string // the way of delivery, in the shop's own language
	Country      string // that goods went to; empty: none, or erased. Of EachOrderRow alone

	AttemptID    string // empty: the order has no attempt
	AttemptState AttemptState
	AppOrderID   string
	OrderNum     string
	PayCoin      string // the attempt's
	PayAmount    Amount // of PayCoin: what was received, or what is asked
	Refunded     Amount // of PayCoin: refunds that were sent or will be
	PayerUserID  string

	Payment OrderPayment   // by the attempt that counts; of EachOrderRow alone, as is Further
	Further []OrderPayment // other payments of the order, oldest first: they were paid twice, or for nothing

	OpenReviews int
	Tracking    string // the carriers' numbers with commas between them; of EachOrderRow alone
}

// OrderPayment is what was asked and received by one attempt of an order, and what went back of it.
type OrderPayment struct {
	AttemptID   string
	AppOrderID  string
	OrderNum    string
	PayerUserID string
	Coin        string
	Rate        Amount    // price of one coin in the order's currency
	Asked       Amount    // of Coin
	Received    Amount    // of Coin; zero: it is not paid
	Worth       Amount    // of Received, in the order's currency
	PaidAt      time.Time // zero: it is not paid
	Returned    Returned  // by refunds that were sent
}

// Returned is what went back of a payment: refunds that were sent, and may have been accepted or were.
type Returned struct {
	Amount Amount // of the payment's coin
	Worth  Amount // in the order's currency
}

// OrderLineRow is a line of the export of order lines.
type OrderLineRow struct {
	OrderLine

	Refunded int // pieces in refunds that were sent
	Sent     int // pieces in shipments
}

// OrderWithLines is an order of the export of order lines.
type OrderWithLines struct {
	OrderRow

	Lines            []OrderLineRow // in their order
	DeliveryReturned bool           // a refund for the delivery was sent
}

// OrderPage is a page of the list.
type OrderPage struct {
	Rows []OrderRow
	Next string // OrderFilter.After of the next page; empty: this is the last
	// Partial: the search fits more orders than were sorted by their amounts, which are the newest ones.
	Partial bool
}

// PendingAttempt is a live attempt whose order is pending at the platform.
type PendingAttempt struct {
	ID          string
	OrderID     string
	Number      string // the order's, as people read it
	Email       string
	State       AttemptState
	OrderState  OrderState
	Intent      Intent
	AppOrderID  string
	OrderNum    string
	Coin        string
	Amount      Amount
	PayerUserID string
	CreatedAt   time.Time
	CheckedAt   time.Time // zero: never
	ExpiresAt   time.Time // the order's
}

// AuditFilter chooses entries of the audit log, newest first. Zero fields choose all.
type AuditFilter struct {
	Action  string    // exact, or all below a prefix that ends with "."
	Who     string    // exact
	Subject string    // exact
	From    time.Time // at or after
	To      time.Time // before
	Before  int64     // only entries with a smaller Seq; 0: from the newest
	Limit   int       // 1 to MaxPageRows; 0: 50
}

// DiscrepancyFilter chooses discrepancies. Zero fields choose all.
type DiscrepancyFilter struct {
	Day   string
	State DiscrepancyState
	Kind  DiscrepancyKind
	After string // next of the page before
	Limit int    // 1 to MaxPageRows; 0: 50
}

// BookDayRow is a day in the list of statements.
type BookDayRow struct {
	BookDay

	Lines       int // of the statement that the day was reconciled with
	FetchedAt   time.Time
	LatestState StatementState // of the newest fetch of the day, which may have failed
	LatestID    string
	Open        int // discrepancies by state
	Accepted    int
	Settled     int
}

// Booked is a row of the shop's records that a statement should show: a paid attempt (StatementPayment) or a refund that the platform
// took or may have taken (StatementTransfer).
type Booked struct {
	Type        StatementType
	AppOrderID  string
	OrderID     string
	AttemptID   string // the attempt, or the attempt whose payment goes back
	RefundID    string // empty for a payment
	RefundState RefundState
	Coin        string
	Amount      Amount
	At          time.Time // when it was paid or sent
}

// LineOrder is what a line of a statement is about: the order of the payment or refund that we gave the line's appOrderId.
type LineOrder struct {
	OrderID string
	Number  string // the order's, as people read it
	Coin    string // of our payment or refund
	Payment bool   // the id is that of a payment, not of a refund
	Left    Amount // of a payment, in Coin: what can still be refunded
}

// CoinTotal is an exact sum of one coin or currency.
type CoinTotal struct {
	Symbol string
	Count  int
	Amount Amount
}

// TypeTotal is an exact sum of one type and coin of a statement.
type TypeTotal struct {
	Type   StatementType
	Coin   string
	Count  int
	Amount Amount
}

// PaymentRow is a line of the export of payments: a paid attempt with its order.
type PaymentRow struct {
	AttemptID   string
	OrderID     string
	Number      string // the order's, as people read it
	OrderState  OrderState
	Balance     Balance
	Pays        bool // the payment pays its order; false: it came twice or for nothing, or a person has not decided yet
	Email       string
	AppOrderID  string
	OrderNum    string
	Coin        string
	Received    Amount // of Coin
	Worth       Amount // of Received, in Currency
	Rate        Amount // price of one coin in Currency
	RateSource  string
	Currency    string
	Digits      int      // fraction digits of Currency
	Total       Amount   // the order's, in Currency
	Returned    Returned // by refunds that were sent
	PayerUserID string
	CreatedAt   time.Time
	PaidAt      time.Time
}

// RefundRow is a line of the export of refunds: a refund with its order.
type RefundRow struct {
	Refund

	Number     string // the order's, as people read it
	Currency   string // of Worth
	Digits     int    // fraction digits of Currency
	Requester  string // e-mail address of who asked for it; empty: the person is not there any more
	Approver   string // of who approved it; empty: nobody has yet
	AttemptRef string // our id of the payment at the platform
}

// DayFigures are the sums of one day of a zone.
type DayFigures struct {
	Day       string      // yyyy-MM-dd
	Orders    int         // placed that day
	Converted int         // of these, paid by now
	Paid      int         // paid that day
	Uncalled  int         // of these, without any callback
	Revenue   []CoinTotal // what the payments of that day are worth, per currency: all that came, whatever it was for
	Coins     []CoinTotal // what came, per coin
	Returned  []CoinTotal // what the refunds sent that day, accepted or possibly so, are worth, per currency
	Refunds   []CoinTotal // what they sent, per coin
	Wait      Histogram   // from order to paid
	Lag       Histogram   // from the time that a callback carries to its arrival
	Live      bool        // counted at this moment: the day is not over, or was not rolled up yet
}

// Dashboard is the state of the shop, and its figures over a span of days.
type Dashboard struct {
	Zone    string
	Today   DayFigures   // up to now, whether or not the span has today
	From    string       // the first day
	To      string       // the last day
	Days    []DayFigures // one for each day, oldest first
	Missing []string     // finished days whose figures are not there yet; their sums are not in it

	Orders    int
	Converted int
	Paid      int
	Uncalled  int         // paid orders that never had a callback
	Revenue   []CoinTotal // by symbol, as in DayFigures
	Coins     []CoinTotal
	Returned  []CoinTotal
	Refunds   []CoinTotal
	WaitP50   time.Duration // from order to paid; 0: none was paid
	WaitP95   time.Duration

	LastCallback time.Time      // the last good one, ever; zero: none
	LagP95       time.Duration  // of the span's callbacks
	Callbacks    map[string]int // by counter ("notify_accepted", "notify_bad_signature", …), over the same dates in UTC

	Now Gauges
}

// MaxGauge is where gauges stop counting: as many or more.
const MaxGauge = 10_000

// Gauges are what waits for somebody at this moment, each counted up to MaxGauge.
type Gauges struct {
	Awaiting       int // orders that wait for their payment
	Open           int // attempts that are pending at the platform
	Unknown        int // attempts whose outcome is unknown
	Reviews        int // open ones
	RefundsWaiting int // for a second person
	RefundsUnknown int // may or may not have been accepted
	Discrepancies  int // open ones
	ReadyToFulfil  int // paid orders that were not handed over
}

// EvidenceRow is a claim with the callback that it came with, if it came so.
type EvidenceRow struct {
	Evidence
	RemoteAddr string    // where the callback came from
	ReceivedAt time.Time // zero: it was no callback
}

// OrderFile is everything that is known of an order, each list oldest first.
type OrderFile struct {
	Order       Order // with lines and attempts
	Evidence    []EvidenceRow
	Transitions []Transition
	Refunds     []Refund   // with lines
	Shipments   []Shipment // with lines, undone ones too
	Notes       []Note
	Mails       []OutboxMessage
	Deliveries  []Delivery   // webhooks about the order, its checkout and its refunds
	Reviews     []Review     // open and closed
	Audit       []AuditEntry // of "order:<id>", without hashes
	// People are the e-mail addresses of those who asked for refunds or approved them, sent shipments or decided reviews, by staff id.
	People map[string]string
}
