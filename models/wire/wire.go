// Package wire has the objects that other programs read: in answers of the API and in events. Its names are a promise: an incompatible change
// needs a new version of the API.
//
// Amounts are decimal text. Times are RFC 3339 in UTC with milliseconds. Members that have no value are null or left out, as the type says.
// Nothing here tells who paid: no account of the exchange, no token.
package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// Version is the newest version of the API.
const Version = "2026-12-01"

// Checkout is a checkout.
type Checkout struct {
	Object         string            `json:"object" enum:"checkout" doc:"Always checkout."`
	ID             string            `json:"id" example:"co_7J3DGN5QZ2M4XKPBVWTRYACEHL" doc:"Random, opaque."`
	Status         string            `json:"status" enum:"open,processing,paid,review,expired,cancelled" doc:"What became of it. paid, expired and cancelled are final, except that late money leads to review."`
	Sequence       int               `json:"sequence" doc:"Rises with each event about this checkout: leave out what is older than what you have."`
	Reference      string            `json:"reference" doc:"Your own id of what is paid."`
	Amount         string            `json:"amount" example:"32.24" doc:"Decimal text: what is paid, in currency."`
	Currency       string            `json:"currency" example:"USD"`
	Discount       string            `json:"discount" doc:"Decimal text."`
	Delivery       string            `json:"delivery" doc:"Decimal text."`
	Tax            string            `json:"tax" doc:"Decimal text: added to the lines."`
	Lines          []CheckoutLine    `json:"lines"`
	Payment        *Payment          `json:"payment" doc:"The payment that counts, or else the last try to pay; null: nobody has pressed pay."`
	AmountRefunded string            `json:"amount_refunded" doc:"Decimal text, in currency: what has gone back."`
	RefundStatus   string            `json:"refund_status" enum:"none,pending,partial,full"`
	Fulfilment     string            `json:"fulfilment" enum:"none,part,sent,handed"`
	OrderID        string            `json:"order_id,omitempty" doc:"The order that it became; left out: none."`
	OrderNumber    string            `json:"order_number,omitempty" example:"#1042" doc:"As people read it; left out: it became no order."`
	SuccessURL     string            `json:"success_url,omitempty"`
	CancelURL      string            `json:"cancel_url,omitempty"`
	Metadata       map[string]string `json:"metadata"`
	Livemode       bool              `json:"livemode" doc:"false: made by a demonstration; no real money."`
	CreatedAt      string            `json:"created_at" format:"date-time"`
	ExpiresAt      string            `json:"expires_at" format:"date-time" doc:"Until when it can be paid."`
}

// CheckoutLine is one line of a checkout.
type CheckoutLine struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	SKU         string `json:"sku,omitempty"`
	Quantity    int    `json:"quantity"`
	UnitPrice   string `json:"unit_price" doc:"Decimal text, in the checkout's currency."`
	ImageURL    string `json:"image_url,omitempty"`
}

// Payment is a try to pay, and the payment if it was paid.
type Payment struct {
	ID         string `json:"id"`
	Status     string `json:"status" enum:"created,submitting,open,unknown,failed,closed,paid"`
	Coin       string `json:"coin" example:"USDT"`
	Amount     string `json:"amount" doc:"Decimal text of coin: what was asked."`
	Received   string `json:"received" doc:"Decimal text of coin: what came; 0 until paid."`
	Worth      string `json:"worth" doc:"Decimal text: what received is worth in the checkout's currency; 0 until paid."`
	Rate       string `json:"rate" doc:"Decimal text: the price of one coin in the checkout's currency."`
	RateSource string `json:"rate_source"`
	OrderNum   string `json:"order_num,omitempty" doc:"The exchange's number; left out until it is known."`
	Problem    string `json:"problem,omitempty" doc:"Why it came to nothing: a code of the exchange or of the shop."`
	PaidAt     string `json:"paid_at,omitempty" format:"date-time"`
}

// Refund is money that goes back.
type Refund struct {
	Object      string `json:"object" enum:"refund" doc:"Always refund."`
	ID          string `json:"id"`
	CheckoutID  string `json:"checkout_id,omitempty" doc:"Left out: the order is one of the shop's own."`
	OrderID     string `json:"order_id"`
	Status      string `json:"status" enum:"pending_approval,requested,sent,unknown,succeeded,confirmed,failed,declined" doc:"pending_approval waits for a second person; requested is about to be sent; unknown: the exchange did not answer and is asked again; succeeded: the exchange took it; confirmed: its statement shows it."`
	Sequence    int    `json:"sequence" doc:"Rises with each event about this refund."`
	Amount      string `json:"amount" doc:"Decimal text of coin."`
	Coin        string `json:"coin" example:"USDT"`
	Worth       string `json:"worth" doc:"Decimal text, in currency, at the order's rate."`
	Currency    string `json:"currency" example:"USD"`
	Reason      string `json:"reason"`
	Problem     string `json:"problem,omitempty" doc:"Why it failed: a code of the exchange or of the shop."`
	CreatedAt   string `json:"created_at" format:"date-time"`
	SentAt      string `json:"sent_at,omitempty" format:"date-time"`
	ConfirmedAt string `json:"confirmed_at,omitempty" format:"date-time"`
}

// Order is an order, with its three facts.
type Order struct {
	Object         string   `json:"object" enum:"order" doc:"Always order."`
	ID             string   `json:"id"`
	Number         string   `json:"number" example:"#1042" doc:"As people read it."`
	CheckoutID     string   `json:"checkout_id,omitempty" doc:"Left out: the order was placed in the shop itself."`
	Status         string   `json:"status" enum:"awaiting,paid,expired,cancelled,review" doc:"Its payment."`
	Balance        string   `json:"balance,omitempty" enum:"under,over" doc:"Left out: what came is what was asked."`
	Fulfilment     string   `json:"fulfilment" enum:"none,part,sent,handed"`
	RefundStatus   string   `json:"refund_status" enum:"none,pending,partial,full"`
	Sequence       int      `json:"sequence" doc:"Rises with each event about this order."`
	Total          string   `json:"total" doc:"Decimal text, in currency."`
	Currency       string   `json:"currency" example:"USD"`
	AmountRefunded string   `json:"amount_refunded" doc:"Decimal text, in currency."`
	Payment        *Payment `json:"payment"`
	CreatedAt      string   `json:"created_at" format:"date-time"`
	PaidAt         string   `json:"paid_at,omitempty" format:"date-time"`
}

// Event is what happened, as the API lists it. Webhooks deliver the same without id, which is in their header.
type Event struct {
	ID        string          `json:"id,omitempty" example:"evt_QX5…"`
	Type      string          `json:"type" example:"checkout.paid"`
	Timestamp string          `json:"timestamp" format:"date-time" doc:"When it happened."`
	Data      json.RawMessage `json:"data" doc:"The object as it was then."`
}

// OfCheckout returns a checkout with the order that it became (nil: none) and that order's refunds.
func OfCheckout(c *models.Checkout, o *models.Order, refunds []models.Refund) Checkout {
	out := Checkout{
		Object: "checkout", ID: c.ID, Status: string(c.Status), Sequence: c.Sequence, Reference: c.Reference,
		Amount: c.Amount.Fixed(c.Digits), Currency: c.Currency, Discount: c.Discount.Fixed(c.Digits), Delivery: c.Delivery.Fixed(c.Digits), Tax: c.Tax.Fixed(c.Digits),
		Lines: linesOf(c), AmountRefunded: models.Amount{}.Fixed(c.Digits), RefundStatus: "none", Fulfilment: string(models.FulfilmentNone),
		SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, Metadata: c.Metadata, Livemode: c.Live,
		CreatedAt: Time(c.CreatedAt), ExpiresAt: Time(c.ExpiresAt),
	}
	if out.Metadata == nil {
		out.Metadata = map[string]string{}
	}
	if o != nil {
		out.OrderID, out.OrderNumber = o.ID, o.NumberText
		out.Payment = PaymentOf(o)
		out.AmountRefunded, out.RefundStatus, out.Fulfilment = refunded(o, refunds), RefundStatus(o.Refunds), string(o.Fulfilment)
		if !c.Status.Ended() {
			out.ExpiresAt = Time(o.ExpiresAt)
		}
	}
	return out
}

func linesOf(c *models.Checkout) []CheckoutLine {
	list := make([]CheckoutLine, len(c.Lines))
	for i, l := range c.Lines {
		list[i] = CheckoutLine{
			Name: l.Name, Description: l.Description, SKU: l.SKU, Quantity: l.Quantity, UnitPrice: l.UnitPrice.Fixed(c.Digits), ImageURL: l.ImageURL,
		}
	}
	return list
}

// PaymentOf returns the payment that counts for an order, or its last try to pay; nil: there is none.
func PaymentOf(o *models.Order) *Payment {
	a := o.Current()
	if a == nil {
		return nil
	}
	p := OfAttempt(a, o)
	return &p
}

// OfAttempt returns a try to pay an order.
func OfAttempt(a *models.Attempt, o *models.Order) Payment {
	return Payment{
		ID: a.ID, Status: string(a.State), Coin: a.Coin, Amount: a.Amount.String(), Received: a.Received.String(), Worth: a.Worth.Fixed(o.Digits),
		Rate: a.Rate.String(), RateSource: a.RateSource, OrderNum: a.OrderNum, Problem: a.ProblemCode, PaidAt: Time(a.PaidAt),
	}
}

// refunded returns what has gone back of the payment that counts, in the order's currency: refunds that the exchange took.
func refunded(o *models.Order, refunds []models.Refund) string {
	var sum models.Amount
	for _, r := range refunds {
		if r.AttemptID == o.PaidAttemptID && (r.State == models.RefundAccepted || r.State == models.RefundConfirmed) {
			sum = sum.Add(r.Worth)
		}
	}
	return sum.Fixed(o.Digits)
}

// RefundStatus returns the word for how much of a payment goes back.
func RefundStatus(s models.RefundStatus) string {
	switch s {
	case models.RefundsRequested, models.RefundsInFlight:
		return "pending"
	case models.RefundsPart:
		return "partial"
	case models.RefundsAll:
		return "full"
	case models.RefundsNone:
	}
	return "none"
}

// refundStates are the words for the states of a refund.
var refundStates = map[models.RefundState]string{
	models.RefundRequested: "pending_approval", models.RefundApproved: "requested", models.RefundSubmitting: "sent", models.RefundUnknown: "unknown",
	models.RefundAccepted: "succeeded", models.RefundConfirmed: "confirmed", models.RefundFailed: "failed", models.RefundDeclined: "declined",
}

// OfRefund returns a refund of an order.
func OfRefund(r *models.Refund, o *models.Order) Refund {
	return Refund{
		Object: "refund", ID: r.ID, CheckoutID: o.CheckoutID, OrderID: o.ID, Status: refundStates[r.State], Sequence: r.Sequence,
		Amount: r.Amount.String(), Coin: r.Coin, Worth: r.Worth.Fixed(o.Digits), Currency: o.Currency, Reason: r.Reason, Problem: r.ProblemCode,
		CreatedAt: Time(r.CreatedAt), SentAt: Time(r.SentAt), ConfirmedAt: Time(r.ConfirmedAt),
	}
}

// OfOrder returns an order with its refunds.
func OfOrder(o *models.Order, refunds []models.Refund) Order {
	return Order{
		Object: "order", ID: o.ID, Number: o.NumberText, CheckoutID: o.CheckoutID, Status: string(o.State), Balance: string(o.Balance),
		Fulfilment: string(o.Fulfilment), RefundStatus: RefundStatus(o.Refunds), Sequence: o.Sequence, Total: o.Total.Fixed(o.Digits), Currency: o.Currency,
		AmountRefunded: refunded(o, refunds), Payment: PaymentOf(o), CreatedAt: Time(o.CreatedAt), PaidAt: Time(o.PaidAt),
	}
}

// OfEvent returns an event.
func OfEvent(e *models.Event) Event {
	return Event{ID: e.ID, Type: string(e.Type), Timestamp: Time(e.CreatedAt), Data: json.RawMessage(e.Data)}
}

// Time returns a time as text; "" for the zero time.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// Text returns an object as JSON.
func Text(object any) (models.RawJSON, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return "", fmt.Errorf("encode an object of the API: %w", err)
	}
	return models.RawJSON(text), nil
}

// Endpoint is a webhook endpoint as events tell it.
type Endpoint struct {
	Object      string   `json:"object" enum:"webhook_endpoint" doc:"Always webhook_endpoint."`
	ID          string   `json:"id"`
	URL         string   `json:"url"`
	Types       []string `json:"types" doc:"Of events; empty: all."`
	Description string   `json:"description"`
	Status      string   `json:"status" enum:"enabled,failing,disabled"`
	Reason      string   `json:"reason,omitempty" enum:"failures,gone,person" doc:"Why it is failing or disabled."`
	Sequence    int      `json:"sequence,omitempty" doc:"Rises with each event about this endpoint; left out elsewhere."`
	CreatedAt   string   `json:"created_at" format:"date-time"`
	DeliveredAt string   `json:"delivered_at,omitempty" format:"date-time" doc:"Last success."`
	FailingFrom string   `json:"failing_since,omitempty" format:"date-time" doc:"First failure since the last success."`
}

// OfEndpoint returns a webhook endpoint, without its secrets. sequence is that of the event; 0: it is in none.
func OfEndpoint(e *models.WebhookEndpoint, sequence int) Endpoint {
	types := []string(e.Types)
	if types == nil {
		types = []string{}
	}
	return Endpoint{
		Object: "webhook_endpoint", ID: e.ID, URL: e.URL, Types: types, Description: e.Description, Status: string(e.State), Reason: string(e.Reason),
		Sequence: sequence, CreatedAt: Time(e.CreatedAt), DeliveredAt: Time(e.DeliveredAt), FailingFrom: Time(e.FailingSince),
	}
}
