package models

import (
	"slices"
	"time"
)

// OrderState is the state of an order's payment: one of the three facts of an order, beside Fulfilment and RefundStatus.
type OrderState string

// The states of an order's payment (docs: design.md §3).
const (
	OrderAwaiting  OrderState = "awaiting"  // placed, not paid; stock is reserved
	OrderPaid      OrderState = "paid"      // credited with verified evidence; Order.Balance says whether exactly
	OrderExpired   OrderState = "expired"   // not paid in time; stock released
	OrderCancelled OrderState = "cancelled" // called off; stock released. Money that came late is sent back
	OrderReview    OrderState = "review"    // money arrived where it should not; a person decides
)

// OrderStates returns all states, for tests and filters.
func OrderStates() []OrderState {
	return []OrderState{OrderAwaiting, OrderPaid, OrderExpired, OrderCancelled, OrderReview}
}

// orderMoves is the whole state machine. Paid is never left (reliability.md R6, I6): what is sent and what goes back are facts of their
// own. Money for an order that was given up goes to review, which a person ends.
var orderMoves = map[OrderState][]OrderState{
	OrderAwaiting:  {OrderPaid, OrderExpired, OrderCancelled, OrderReview},
	OrderPaid:      {},
	OrderExpired:   {OrderReview},
	OrderCancelled: {OrderReview},
	OrderReview:    {OrderPaid, OrderCancelled},
}

// CanMove reports whether an order may go from one state to the other.
func (s OrderState) CanMove(to OrderState) bool { return slices.Contains(orderMoves[s], to) }

// AttemptState is the state of an attempt to pay.
type AttemptState string

// The states of an attempt (docs: design.md §3).
const (
	AttemptCreated    AttemptState = "created"    // stored; the platform was not asked yet
	AttemptSubmitting AttemptState = "submitting" // createThirdOrder is under way, or its process died
	AttemptOpen       AttemptState = "open"       // the platform holds a pending order with our appOrderId
	AttemptUnknown    AttemptState = "unknown"    // createThirdOrder may or may not have been accepted
	AttemptFailed     AttemptState = "failed"     // refused by the platform, never sent, or payment failed (status 2)
	AttemptClosed     AttemptState = "closed"     // closed at the platform (status 0)
	AttemptPaid       AttemptState = "paid"       // status 3, with verified evidence; absorbing
)

// attemptMoves is the whole state machine: only forward, except that open and unknown may alternate; every state may become paid,
// because money can arrive late (reliability.md R6), and paid is never left.
var attemptMoves = map[AttemptState][]AttemptState{
	AttemptCreated:    {AttemptSubmitting, AttemptFailed, AttemptPaid},
	AttemptSubmitting: {AttemptOpen, AttemptUnknown, AttemptFailed, AttemptClosed, AttemptPaid},
	AttemptOpen:       {AttemptUnknown, AttemptFailed, AttemptClosed, AttemptPaid},
	AttemptUnknown:    {AttemptOpen, AttemptFailed, AttemptClosed, AttemptPaid},
	AttemptFailed:     {AttemptPaid},
	AttemptClosed:     {AttemptPaid},
	AttemptPaid:       {},
}

// CanMove reports whether an attempt may go from one state to the other.
func (s AttemptState) CanMove(to AttemptState) bool { return slices.Contains(attemptMoves[s], to) }

// Live reports whether the attempt may still become paid by itself: it occupies the order's one place for an open attempt
// (reliability.md R8).
func (s AttemptState) Live() bool {
	switch s {
	case AttemptCreated, AttemptSubmitting, AttemptOpen, AttemptUnknown:
		return true
	case AttemptFailed, AttemptClosed, AttemptPaid:
	}
	return false
}

// Order is what a shopper buys, with everything as it was when it was placed.
type Order struct {
	ID            string     `ascii:"36"`
	Ref           string     `ascii:"64"`          // random, in links only: it shows the state, and with a proof (customers.Service.Prove) everything
	ReturnRef     string     `ascii:"64"`          // random, for the platform: what it opens shows nothing personal, and pays only
	Number        int        `gorm:"default:null"` // in order and without gaps; zero only until its transaction ends (Store.InsertOrder)
	NumberText    string     `text:"32"`           // Number as people read it, with the prefix of the day: a later prefix renames nothing
	State         OrderState `ascii:"16"`
	Email         string     `text:"254"`
	Name          string     `text:"200"`
	Lang          string     `ascii:"35"` // BCP 47, the language of its mails
	Currency      string     `text:"32"`
	Digits        int        // fraction digits of the currency
	Total         Amount     // in Currency: GoodsTotal − Discount + Delivery + Tax
	Goods         string     `text:"medium"` // the goods JSON, byte for byte as every attempt sends it (platform/api.md §3.1)
	FormToken     string     `ascii:"64"`    // the checkout form that made it; unique (reliability.md R9)
	PaidAttemptID string     `ascii:"36"`    // the attempt that paid it; empty until then
	CreatedAt     time.Time
	UpdatedAt     time.Time
	ExpiresAt     time.Time // when the shop gives an unpaid order up
	EndsBy        time.Time // ExpiresAt never gets later than this, whatever is tried again
	PaidAt        time.Time `gorm:"default:null"` // zero until paid
	CheckoutID    string    `ascii:"32"`          // the checkout that it comes from; empty: it was placed in the shop
	Anonymous     bool      // placed without an e-mail address: there is nobody to write to
	Told          string    `ascii:"64"` // the facts that its last event told, kept by the store
	Sequence      int       // of its last event, kept by the store; see Event
	Coin          string    `text:"32"` // of the newest attempt, kept by the store; empty: there is none
	Balance       Balance   `ascii:"8"` // how what was received compares with what was asked
	// Fulfilment and Refunds follow from the shipments and from the refunds of the payment that counts; the store keeps them.
	Fulfilment  Fulfilment   `ascii:"8"`
	Refunds     RefundStatus `ascii:"16"`
	FulfilledAt time.Time    `gorm:"default:null"` // when the last piece was sent or handed over; zero: something is left
	DueAt       time.Time    `gorm:"default:null"` // when a worker handles it again; zero: never (see models/store, leases)
	Lease       string       `ascii:"64"`

	// What Total is made of, as models.Price computed it when the order was placed.
	GoodsTotal    Amount // the lines together
	Discount      Amount
	Delivery      Amount
	DeliveryTax   Amount // delivery's part of Tax or of ContainedTax
	Tax           Amount // added
	ContainedTax  Amount // contained in the prices
	TaxIncluded   bool
	TaxName       string `text:"100"`
	TaxRate       Amount // percent
	CouponCode    string `text:"64"`  // of the coupon that was used; empty: none
	DeliveryTitle string `text:"100"` // as the shopper read it, in Lang; empty: no way of delivery was chosen
	ShopDelivery  string `text:"100"` // DeliveryTitle in the shop's own language, for staff and files
	ShopTaxName   string `text:"100"` // TaxName in the shop's own language
	Shipped       bool   // goods go to Address

	Customer string `ascii:"64"` // Store.CustomerID of Email, kept by the store

	Lines    []OrderLine `gorm:"-"`
	Attempts []Attempt   `gorm:"-"` // oldest first
	Address  *Address    `gorm:"-"` // nil: nothing is shipped to an address, or it is erased
}

// Erased reports that the personal data of the order was erased: nobody is left to write to, or to send money back to.
func (o *Order) Erased() bool { return o.Email == "" && !o.Anonymous }

// Current returns the attempt that counts: the one that paid, else the newest; nil where there is none.
func (o *Order) Current() *Attempt {
	for i := range o.Attempts {
		if o.PaidAttemptID != "" && o.Attempts[i].ID == o.PaidAttemptID {
			return &o.Attempts[i]
		}
	}
	if len(o.Attempts) == 0 {
		return nil
	}
	return &o.Attempts[len(o.Attempts)-1]
}

// Attempt returns the order's attempt with an id; nil where it has none.
func (o *Order) Attempt(id string) *Attempt {
	for i := range o.Attempts {
		if o.Attempts[i].ID == id {
			return &o.Attempts[i]
		}
	}
	return nil
}

// CalledOff reports an order that was given up while it was being placed, because the platform could not be reached or the payer's
// sign-in had run out: nothing came of it, and its shopper kept the cart.
func (o *Order) CalledOff() bool {
	a := o.Current()
	return o.State == OrderCancelled && a != nil && (a.ProblemCode == ProblemUnreachable || SignInOver(a.ProblemCode))
}

// OrderLine is one line with its price snapshot.
type OrderLine struct {
	ID           string `ascii:"36"`
	OrderID      string `ascii:"36"`
	Position     int
	VariantID    string `ascii:"36"`
	SKU          string `text:"100"`
	Slug         string `text:"190"`
	Title        string `text:"200"` // as the shopper read it, in Order.Lang
	VariantTitle string `text:"200"`
	ShopTitle    string `text:"200"` // Title in the shop's own language, for staff and files
	ShopVariant  string `text:"200"` // VariantTitle in the shop's own language
	Cover        string `text:"255"`
	UnitPrice    Amount
	Quantity     int
	Total        Amount // UnitPrice × Quantity
	Discount     Amount // its share of the order's
	Tax          Amount // added to it or contained in it
}

// ForShop returns the line's title and the title of its variant in the shop's own language.
func (l *OrderLine) ForShop() (title, variant string) {
	if l.ShopTitle == "" {
		return l.Title, l.VariantTitle
	}
	return l.ShopTitle, l.ShopVariant
}

// Intent is what the shop wants of a live attempt besides waiting for it. It is stored before the platform is asked, so that
// a crash between the steps is finished by the worker (reliability.md R12).
type Intent string

// The intents.
const (
	IntentNone   Intent = ""
	IntentCancel Intent = "cancel" // the shopper or an admin cancels the order
	IntentExpire Intent = "expire" // the order's time is over
	IntentRetry  Intent = "retry"  // another coin or payer is wanted
)

// Attempt is one try to pay an order.
type Attempt struct {
	ID         string       `ascii:"36"`
	OrderID    string       `ascii:"36"`
	AppOrderID string       `ascii:"64"`                     // our id at the platform, random, never reused
	OrderNum   string       `gorm:"default:null" text:"190"` // the platform's number; empty until known
	State      AttemptState `ascii:"16"`
	Live       *bool        // true while State is live, NULL after: with the unique index (order_id, live) at most one
	Intent     Intent       `ascii:"16"`

	Coin       string `text:"32"`
	Amount     Amount // of coin, exactly as sent
	Received   Amount // of coin: what the platform says was paid; zero until then. It differs from Amount only if a person accepted that
	Worth      Amount // of Received, in the order's currency at the order's rate; zero until paid
	Refunded   Amount // of coin: the refunds of this payment that were sent or may have been; kept by the store, never above Received
	Rate       Amount // price of one coin in the order's currency
	RateSource string `text:"100"`
	RateAt     time.Time
	Spread     Amount // percent that the amount has on top
	// QuoteExpiresAt is until when the shop kept to the quote; zero: the rate was fixed by hand. It is about placing: an order
	// that the platform has is paid as it was placed.
	QuoteExpiresAt time.Time `gorm:"default:null"`

	PayerUserID string `text:"64"`  // the UID that was typed; empty for a signed-in payer
	PayerDigest string `ascii:"64"` // names the account that signed in, kept by the store; empty: nobody did
	PayerSealed []byte // openId and token, sealed by the store; see Payer
	Payer       Payer  `gorm:"-"`
	SceneType   string `text:"64"`

	ProblemCode string    `text:"64"` // the platform's code of a refusal, or one of our Problem constants
	Checks      int       // questions asked so far: the place in the schedule of reliability.md R10
	CheckedAt   time.Time `gorm:"default:null"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SentAt      time.Time `gorm:"default:null"` // createThirdOrder was sent last; zero: never
	OpenedAt    time.Time `gorm:"default:null"`
	PaidAt      time.Time `gorm:"default:null"`
	DueAt       time.Time `gorm:"default:null"` // next_check of reliability.md R10; zero: never
	Lease       string    `ascii:"64"`
}

// Left returns what can still be refunded of the payment, of Coin; zero where nothing was received.
func (a *Attempt) Left() Amount {
	if a.State != AttemptPaid {
		return Amount{}
	}
	return a.Received.Sub(a.Refunded)
}

// Problems of an attempt that have no code of the platform.
const (
	ProblemUnreachable = "unreachable" // the request never left us
	ProblemNotSent     = "not_sent"    // our process stopped before sending
	ProblemNotAccepted = "not_found"   // the platform proved that it has no such order
	ProblemPayFailed   = "pay_failed"  // status 2
	ProblemClosed      = "closed"      // status 0
	ProblemDropped     = "dropped"     // a person decided that there is no money
)

// SignInOver reports whether a code of the platform means that the payer has to sign in again (platform/api.md §4): refresh token, token or openId
// invalid.
func SignInOver(code string) bool { return code == "60001" || code == "60002" || code == "60004" }

// EvidenceSource says where a claim about a payment came from.
type EvidenceSource string

// The sources of evidence.
const (
	SourceCreate    EvidenceSource = "create"    // answer of createThirdOrder
	SourceCallback  EvidenceSource = "callback"  // notifyPage
	SourceQuery     EvidenceSource = "query"     // orderDetail
	SourceReference EvidenceSource = "reference" // getReferenceOrder
	SourceCancel    EvidenceSource = "cancel"    // answer of cancelOrder
	SourceStatement EvidenceSource = "statement" // merchantBillingDay
	SourceAdmin     EvidenceSource = "admin"     // a person
)

// Evidence is one claim about an attempt, append-only (reliability.md R7). Its fields are the allow-list: nothing else of an
// answer is kept.
type Evidence struct {
	ID         string         `ascii:"36"`
	AttemptID  string         `ascii:"36"` // empty: no attempt of ours is meant
	OrderID    string         `ascii:"36"`
	Source     EvidenceSource `ascii:"16"`
	Verified   bool           // signature checked, and the claim is about what was asked
	AppOrderID string         `text:"255"` // as claimed
	OrderNum   string         `text:"255"`
	Status     string         `text:"32"`  // 0 closed, 1 pending, 2 failed, 3 paid; empty: the claim has none
	Coin       string         `text:"64"`  // upper case; empty: the claim has none
	Amount     string         `text:"64"`  // decimal text as claimed; empty: the claim has none
	Code       string         `text:"64"`  // the platform's code of a refusal
	InboxID    string         `ascii:"36"` // the callback it came with
	CreatedAt  time.Time
}

// Transition is one change of state, or one that was refused; never updated (reliability.md R6, I6).
type Transition struct {
	ID        string `ascii:"36"`
	OrderID   string `ascii:"36"`
	AttemptID string `ascii:"36"` // empty: the order itself
	RefundID  string `ascii:"36"` // a change of one of its refunds
	FromState string `ascii:"16"`
	ToState   string `ascii:"16"`
	Refused   bool
	Cause     string `text:"32"` // what asked for it: place, create, callback, query, poll, expire, cancel, retry, admin …
	Note      string `text:"1000"`
	CreatedAt time.Time
}

// Reservation promises stock to an unpaid order.
type Reservation struct {
	ID        string `ascii:"36"`
	OrderID   string `ascii:"36"`
	VariantID string `ascii:"36"`
	Quantity  int
	State     ReservationState `ascii:"16"`
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ReservationState is what became of reserved stock.
type ReservationState string

// The states of a reservation.
const (
	ReservationHeld     ReservationState = "held"
	ReservationReleased ReservationState = "released"
	ReservationSold     ReservationState = "sold"
)
