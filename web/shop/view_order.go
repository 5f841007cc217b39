package shop

import (
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// orderView returns an order's page without its frame and its form. returned says that the shopper comes from the pay page: an
// attempt that is open there is being confirmed, not waited for.
func orderView(p *i18n.Printer, order models.Order, now time.Time, returned bool) pages.OrderView {
	currency := currencyOf(order)
	view := pages.OrderView{
		Number: order.NumberText,
		State:  orderState(order, returned),
		Placed: templates.NewMoment(p, order.CreatedAt),
		PaidAt: templates.NewMoment(p, order.PaidAt),
		Email:  order.Email,
		Name:   order.Name,
		Totals: OrderTotals(p, order),
		Lines:  make([]pages.SummaryLine, len(order.Lines)),
	}
	for i, l := range order.Lines {
		view.Lines[i] = pages.SummaryLine{
			Slug: l.Slug, Title: l.Title, VariantTitle: l.VariantTitle, Picture: templates.Picture{Source: l.Cover}, Quantity: l.Quantity,
			UnitPrice: visit.Money(p, currency, l.UnitPrice), Total: visit.Money(p, currency, l.Total),
		}
	}
	view.Shipped, view.Balance = order.Shipped, string(order.Balance)
	if order.State == models.OrderPaid {
		view.Fulfilment = string(order.Fulfilment)
	}
	switch order.Refunds {
	case models.RefundsInFlight, models.RefundsPart, models.RefundsAll:
		view.Refunded = string(order.Refunds)
	case models.RefundsNone, models.RefundsRequested: // what a second person has not approved yet is not promised
	}
	if a := order.Address; a != nil {
		view.Address, view.Phone = AddressLines(p.Lang(), *a), a.Phone
	}
	if a := order.Current(); a != nil {
		view.Attempt = attemptView(p, currency, *a)
		if view.State == pages.OrderFailed {
			view.Problem = a.ProblemCode
		}
	}
	view.Returned = returned && order.State == models.OrderAwaiting
	if view.State.Payable() {
		view.Deadline = deadline(p, order.ExpiresAt, now)
	}
	view.CanCancel = order.State == models.OrderAwaiting && view.State != pages.OrderCancelling
	return view
}

// limitedView returns the page of an order for somebody who knows its address and nothing else, made of the parts that are nobody's secret.
func limitedView(full pages.OrderView, order models.Order) pages.OrderView {
	view := pages.OrderView{
		Limited: true, Number: full.Number, State: full.State, Problem: full.Problem, Placed: full.Placed, PaidAt: full.PaidAt,
		Deadline: full.Deadline, Returned: full.Returned, Shipped: full.Shipped, Attempt: pages.AttemptView{Amount: full.Attempt.Amount, Coin: full.Attempt.Coin},
		Totals: templates.Totals{Total: full.Totals.Total},
	}
	for _, l := range order.Lines {
		view.Pieces += l.Quantity
	}
	return view
}

// deadline returns until when an order can be paid.
func deadline(p *i18n.Printer, expires, now time.Time) pages.Deadline {
	return pages.Deadline{Until: templates.NewMoment(p, expires), Left: max(0, int(expires.Sub(now)/time.Second))}
}

// stillOpen turns the page of a shopper who came back into the one that says that the order is not paid yet. The platform has just said so.
func stillOpen(p *i18n.Printer, view *pages.OrderView, order models.Order, now time.Time) {
	if view.Returned && view.State == pages.OrderConfirming {
		view.State, view.Deadline = pages.OrderUnpaid, deadline(p, order.ExpiresAt, now)
	}
}

func attemptView(p *i18n.Printer, currency models.Currency, a models.Attempt) pages.AttemptView {
	payer := a.PayerUserID
	if payer == "" {
		payer = a.Payer.OpenID.Reveal()
	}
	amount := a.Amount
	if a.State == models.AttemptPaid {
		amount = a.Received
	}
	view := pages.AttemptView{
		Amount: p.Coin(amount.String(), a.Coin), Coin: a.Coin, Rate: visit.Money(p, currency, a.Rate), OrderNum: a.OrderNum,
		Spread: visit.Percent(a.Spread),
	}
	if !a.QuoteExpiresAt.IsZero() {
		view.Source = visit.SourceName(p, a.RateSource)
	}
	if end := accountEnd(payer); end != "" {
		view.Payer = "…" + end
	}
	return view
}

// orderState combines the states of an order and of its current attempt into the state that the page shows.
func orderState(order models.Order, returned bool) pages.OrderState {
	if order.State == models.OrderAwaiting {
		return awaitingState(order.Current(), returned)
	}
	switch {
	case order.State == models.OrderPaid && order.Refunds == models.RefundsAll:
		return pages.OrderRefunded
	case order.State == models.OrderPaid && order.Fulfilment == models.FulfilmentPart:
		return pages.OrderPart
	case order.State == models.OrderPaid && order.Fulfilment.Done():
		return pages.OrderFulfilled
	case order.State == models.OrderCancelled && order.Refunds == models.RefundsAll:
		return pages.OrderReturned
	case order.State == models.OrderCancelled && (order.Refunds == models.RefundsInFlight || order.Refunds == models.RefundsRequested):
		return pages.OrderReturning
	}
	return pages.OrderState(order.State) // the page has the other states of an order under their own names
}

// addPapers adds what was sent of an order and what goes back.
func addPapers(view *pages.OrderView, p *i18n.Printer, order models.Order, shipments []models.Shipment, refunds []models.Refund) {
	titles := map[string]string{"": p.T("order.refund.delivery")}
	for _, l := range order.Lines {
		titles[l.ID] = pages.LineTitle(l.Title, l.VariantTitle)
	}
	for _, s := range shipments {
		if s.Undone() {
			continue
		}
		parcel := pages.Parcel{ByHand: s.ByHand, Carrier: s.Carrier, Number: s.Number, Link: s.Link, Sent: templates.NewMoment(p, s.SentAt)}
		for _, l := range s.Lines {
			parcel.Lines = append(parcel.Lines, strconv.Itoa(l.Quantity)+" × "+titles[l.OrderLineID])
		}
		view.Parcels = append(view.Parcels, parcel)
	}
	for _, r := range refunds {
		if !r.State.Counts() || r.State == models.RefundRequested {
			continue
		}
		refund := pages.Refund{
			Amount: p.Coin(r.Amount.String(), r.Coin), Worth: visit.Money(p, currencyOf(order), r.Worth), State: "in_flight", Note: r.ShopperNote,
			At: templates.NewMoment(p, r.CreatedAt),
		}
		if r.State == models.RefundConfirmed {
			refund.State = "done"
		}
		for _, l := range r.Lines {
			line := titles[l.OrderLineID]
			if l.OrderLineID != "" {
				line = strconv.Itoa(l.Quantity) + " × " + line
			}
			refund.Lines = append(refund.Lines, line)
		}
		view.Refunds = append(view.Refunds, refund)
	}
}

func awaitingState(a *models.Attempt, returned bool) pages.OrderState {
	if a == nil {
		return pages.OrderConfirming
	}
	if a.State.Live() && (a.Intent == models.IntentCancel || a.Intent == models.IntentExpire) {
		return pages.OrderCancelling
	}
	switch a.State {
	case models.AttemptOpen:
		if returned || a.Intent == models.IntentRetry {
			return pages.OrderConfirming
		}
		return pages.OrderAwaiting
	case models.AttemptUnknown:
		return pages.OrderUnknown
	case models.AttemptFailed, models.AttemptClosed:
		return pages.OrderFailed
	case models.AttemptCreated, models.AttemptSubmitting, models.AttemptPaid:
		return pages.OrderConfirming
	}
	return pages.OrderConfirming
}

// reviewReason returns the reason of a review, from the note of the order's change to it.
func reviewReason(note string) pages.ReviewReason {
	code, _, _ := models.ReadRemark(note)
	switch code {
	case "sold_out":
		return pages.ReviewSoldOut
	case "mismatch":
		return pages.ReviewDiffers
	}
	return pages.ReviewLate
}

// currencyOf returns the currency of an order's prices, which may differ from the shop's present one.
func currencyOf(order models.Order) models.Currency {
	return models.Currency{Code: order.Currency, Digits: order.Digits}
}
