package sandbox

import (
	"errors"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/coincart/coincart/payments/opay"
)

// OrderType is what a statement calls orderType (platform/api.md §3.5).
type OrderType int

// The two types that the platform documents.
const (
	TypePayment  OrderType = 1
	TypeTransfer OrderType = 11 // refund or grant
)

// Order is a payment order or a transfer. Methods of Server return copies.
type Order struct {
	OrderNum   string       `json:"orderNum"` // the platform's number
	AppID      string       `json:"appId"`
	AppOrderID string       `json:"appOrderId"` // the merchant's id
	Type       OrderType    `json:"type"`
	UID        string       `json:"userId"`          // payer, or receiver of a transfer
	Amount     opay.Amount  `json:"amount"`          // as the merchant wrote it, or what was paid in its place
	Asked      opay.Amount  `json:"asked,omitempty"` // what the merchant wrote, if a fault of payments changed Amount
	Coin       string       `json:"coin"`            // upper case
	Scene      string       `json:"scene"`           // orderSceneType, may be empty
	ReturnPage string       `json:"returnPage"`
	NotifyPage string       `json:"notifyPage"`
	Goods      []opay.Goods `json:"goods"`
	Status     opay.Status  `json:"status"`
	CreatedAt  time.Time    `json:"createdAt"`
	PaidAt     time.Time    `json:"paidAt,omitzero"`
	History    []Change     `json:"history"` // oldest first, the first is the creation
}

// Change is a change of an order's status.
type Change struct {
	Status opay.Status `json:"status"`
	At     time.Time   `json:"at"`
	By     string      `json:"by"` // who caused it: "merchant", "payer", "operator", "expiry"
}

// Causes of changes.
const (
	byMerchant = "merchant"
	byPayer    = "payer"
	byOperator = "operator"
	byExpiry   = "expiry"
)

// Errors of the methods that change orders.
var (
	ErrOrderNotFound       = errors.New("sandbox: order does not exist")
	ErrNotPending          = errors.New("sandbox: order is not pending")
	ErrInsufficientBalance = errors.New("sandbox: insufficient balance")
	ErrPayerFrozen         = errors.New("sandbox: the payer's account is frozen")
	ErrUnknownUser         = errors.New("sandbox: user does not exist")
	ErrUnknownApp          = errors.New("sandbox: application does not exist")
	ErrUnknownCoin         = errors.New("sandbox: coin is unknown")
)

func (o *Order) clone() Order {
	c := *o
	c.Goods = slices.Clone(o.Goods)
	c.History = slices.Clone(o.History)
	return c
}

func (o *Order) settled() bool { return o.Status != opay.StatusPending }

// place returns the last digits of the order's number, which count the orders. Random values of an order derive from it, because the digits
// before depend on the time of the start.
func (o *Order) place() string { return o.OrderNum[max(0, len(o.OrderNum)-3):] }

// before returns the order's status before its last change.
func (o *Order) before() opay.Status {
	if len(o.History) < 2 {
		return o.Status
	}
	return o.History[len(o.History)-2].Status
}

func (o *Order) change(status opay.Status, at time.Time, by string) {
	o.Status = status
	o.History = append(o.History, Change{Status: status, At: at, By: by})
	if status == opay.StatusPaid {
		o.PaidAt = at
	}
}

// value returns the order's amount, which was checked when the order was made or loaded.
func (o *Order) value() decimal.Decimal {
	value, err := parseDecimal(string(o.Amount))
	if err != nil {
		return decimal.Decimal{}
	}
	return value
}

// orderBook holds the orders in the order of their creation.
type orderBook struct {
	byNum  map[string]*Order
	byRef  map[orderRef]*Order
	inTurn []*Order
}

type orderRef struct{ appID, appOrderID string }

func newOrderBook() *orderBook {
	return &orderBook{byNum: map[string]*Order{}, byRef: map[orderRef]*Order{}}
}

func (b *orderBook) add(o *Order) {
	b.byNum[o.OrderNum] = o
	b.byRef[orderRef{o.AppID, o.AppOrderID}] = o
	b.inTurn = append(b.inTurn, o)
}

// full reports whether there is no room for another order, even if a settled one is dropped.
func (b *orderBook) full(limit int) bool {
	return len(b.inTurn) >= limit && !slices.ContainsFunc(b.inTurn, (*Order).settled)
}

// drop removes the order with a number.
func (b *orderBook) drop(num string) {
	o, ok := b.byNum[num]
	if !ok {
		return
	}
	b.forget(o)
	b.inTurn = slices.DeleteFunc(b.inTurn, func(other *Order) bool { return other == o })
}

// forget removes an order from the indexes.
func (b *orderBook) forget(o *Order) {
	delete(b.byNum, o.OrderNum)
	delete(b.byRef, orderRef{o.AppID, o.AppOrderID})
}

// trim drops the oldest settled orders beyond the limit and returns them. It drops a tenth of the limit at once, so that it runs rarely.
func (b *orderBook) trim(limit int) (dropped []*Order) {
	if len(b.inTurn) <= limit {
		return nil
	}
	excess := len(b.inTurn) - limit + limit/10
	b.inTurn = slices.DeleteFunc(b.inTurn, func(o *Order) bool {
		drop := len(dropped) < excess && o.settled()
		if drop {
			b.forget(o)
			dropped = append(dropped, o)
		}
		return drop
	})
	return dropped
}

// expired returns the pending orders that were made before a time.
func (b *orderBook) expired(before time.Time) []*Order {
	var due []*Order
	for _, o := range b.inTurn {
		if !o.CreatedAt.Before(before) {
			break
		}
		if !o.settled() {
			due = append(due, o)
		}
	}
	return due
}
