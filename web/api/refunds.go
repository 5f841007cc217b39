package api

import (
	"context"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments/checkouts"
)

// NewRefund asks for a refund. With neither amount all that is left goes back.
type NewRefund struct {
	Amount         string `json:"amount,omitempty" format:"decimal" maxLength:"40" example:"5.00" doc:"Decimal text of the coin that was paid. Not together with currency_amount; without both, all that is left."`
	CurrencyAmount string `json:"currency_amount,omitempty" format:"decimal" maxLength:"40" doc:"Decimal text, in the checkout's currency, at the rate of the payment."`
	Reason         string `json:"reason" minLength:"1" maxLength:"500" doc:"For the shop's staff. The payer does not see it."`
}

type (
	createRefundInput struct {
		ID   string `path:"id" maxLength:"64"`
		Body NewRefund
	}
	getRefundInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	listRefundsInput struct {
		Page

		Checkout string `query:"checkout" maxLength:"64" doc:"Only those of this checkout."`
	}
	refundOutput  struct{ Body wire.Refund }
	refundsOutput struct{ Body List[wire.Refund] }
)

// refundHandlers handles the requests of these routes.
type refundHandlers struct{ *API }

func (a *API) refundRoutes() {
	h := refundHandlers{a}
	read := Rule{Scope: models.ScopeRefundsRead}
	add(a, Route{
		Method: http.MethodPost, Path: "/checkouts/{id}/refunds", Name: "createRefund", Group: "Refunds", Summary: "Give money back",
		Rule: Rule{Scope: models.ScopeRefundsWrite}, Status: http.StatusCreated, Kept: wire.Refund{},
		Fails: []Code{CodeNotPaid, CodeInvalidAmount, CodeRefundTooMuch, CodeOverLimit},
		Text:  "The refund is asked for here, and sent to the exchange afterwards. Above the shop's limit a second person must approve it first.",
	}, h.createRefund)
	add(a, Route{
		Method: http.MethodGet, Path: "/refunds/{id}", Name: "getRefund", Group: "Refunds", Summary: "What became of a refund", Rule: read,
	}, h.getRefund)
	add(a, Route{
		Method: http.MethodGet, Path: "/refunds", Name: "listRefunds", Group: "Refunds", Summary: "Refunds, newest first", Rule: read, Fails: []Code{CodeInvalidCursor},
		Text: "Those of the key's own checkouts, and of orders that no key made.",
	}, h.listRefunds)
}

func (a refundHandlers) createRefund(ctx context.Context, c *Call, in *createRefundInput) (*Kept, error) {
	want := checkouts.RefundInput{Amount: in.Body.Amount, CurrencyAmount: in.Body.CurrencyAmount, Reason: in.Body.Reason}
	return keep(a.services.Checkouts.Refund(ctx, in.ID, want, c.Key, c.Actor(), c.Once(in.ID, asItIs)))
}

func (a refundHandlers) getRefund(ctx context.Context, c *Call, in *getRefundInput) (*refundOutput, error) {
	refund, err := a.services.Checkouts.OneRefund(ctx, in.ID, c.Key.ID)
	return &refundOutput{refund}, err
}

func (a refundHandlers) listRefunds(ctx context.Context, c *Call, in *listRefundsInput) (*refundsOutput, error) {
	list, next, err := a.services.Checkouts.Refunds(ctx, c.Key.ID, in.Checkout, in.After, in.Limit)
	return &refundsOutput{listOf(list, next)}, err
}
