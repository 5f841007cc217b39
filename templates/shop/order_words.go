package shop

import (
	"net/url"
	"strconv"

	"github.com/coincart/coincart/templates/i18n"
)

func (v OrderView) heading() string {
	p := v.Page.Printer
	switch v.State {
	case OrderAwaiting:
		return p.T("order.awaiting.title")
	case OrderConfirming:
		return p.T("order.confirming.title")
	case OrderUnknown:
		return p.T("order.unknown.title")
	case OrderFailed:
		return p.T("order.failed.title")
	case OrderCancelling:
		return p.T("order.cancelling.title")
	case OrderCancelled:
		return p.T("order.cancelled.title")
	case OrderExpired:
		return p.T("order.expired.title")
	case OrderPaid:
		return p.T("order.paid.title")
	case OrderFulfilled:
		return p.T(v.kind("order.fulfilled.title", "order.fulfilled.title.unsent"))
	case OrderReview:
		return p.T("order.review." + string(v.Review) + ".title")
	case OrderRefunding:
		return p.T("order.refunding.title")
	case OrderPartRefunded:
		return p.T("order.part_refunded.title")
	case OrderRefunded:
		return p.T("order.refunded.title")
	}
	return p.T("order.title")
}

// kind is the id of words that differ where nothing is sent to an address.
func (v OrderView) kind(sent, unsent string) string {
	if v.Shipped {
		return sent
	}
	return unsent
}

func (v OrderView) message() string {
	p := v.Page.Printer
	switch v.State {
	case OrderAwaiting:
		return p.T("order.awaiting.text")
	case OrderConfirming:
		return p.T("order.confirming.text")
	case OrderUnknown:
		return p.T("order.unknown.text")
	case OrderFailed:
		return failure(p, v.Problem)
	case OrderCancelling:
		return p.T("order.cancelling.text")
	case OrderCancelled:
		return p.T("order.cancelled.text")
	case OrderExpired:
		return p.T("order.expired.text")
	case OrderPaid:
		return p.T(v.kind("order.paid.text", "order.paid.text.unsent"), "Email", v.Email)
	case OrderFulfilled:
		return p.T(v.kind("order.fulfilled.text", "order.fulfilled.text.unsent"))
	case OrderReview:
		return p.T("order.review."+string(v.Review)+".text", "Email", v.Email)
	case OrderRefunding:
		return p.T("order.refunding.text")
	case OrderPartRefunded:
		return p.T("order.part_refunded.text")
	case OrderRefunded:
		return p.T("order.refunded.text")
	}
	return ""
}

// failure says in a shopper's words why an attempt came to nothing. code is the platform's (platform/api.md §4) or one of the
// shop's own problems.
func failure(p *i18n.Printer, code string) string {
	switch code {
	case "70004", "60004":
		return p.T("failure.payer")
	case "60001", "60002":
		return p.T("failure.sign_in")
	case "70005":
		return p.T("failure.merchant")
	case "70006":
		return p.T("failure.balance")
	case "70007":
		return p.T("failure.coin")
	case "70008":
		return p.T("failure.amount")
	case "unreachable", "not_sent", "not_found":
		return p.T("failure.unreachable")
	case "pay_failed":
		return p.T("failure.pay_failed")
	case "closed":
		return p.T("failure.closed")
	}
	return p.T("failure.other")
}

func (v OrderView) timeLeft() string {
	p := v.Page.Printer
	if v.Minutes < 1 {
		return p.T("order.last_minute")
	}
	return p.N("order.minutes", v.Minutes)
}

// tone is the colour of the status.
func (v OrderView) tone() string {
	switch v.State {
	case OrderPaid, OrderFulfilled:
		return "good"
	case OrderFailed, OrderReview:
		return "warn"
	case OrderAwaiting, OrderConfirming, OrderUnknown, OrderCancelling, OrderRefunding:
		return "busy"
	case OrderCancelled, OrderExpired, OrderPartRefunded, OrderRefunded:
		return "plain"
	}
	return "plain"
}

// busy reports that something happens without the shopper: the sign moves.
func (v OrderView) busy() bool {
	switch v.State {
	case OrderConfirming, OrderUnknown, OrderCancelling:
		return true
	case OrderAwaiting, OrderFailed, OrderCancelled, OrderExpired, OrderPaid, OrderFulfilled, OrderReview, OrderRefunding,
		OrderPartRefunded, OrderRefunded:
		return false
	}
	return false
}

func (v OrderView) icon() string {
	switch v.State {
	case OrderPaid, OrderFulfilled:
		return "check"
	case OrderFailed:
		return "alert"
	case OrderReview:
		return "eye"
	case OrderCancelled:
		return "cross"
	case OrderRefunding, OrderPartRefunded, OrderRefunded:
		return "return"
	case OrderAwaiting, OrderConfirming, OrderUnknown, OrderCancelling, OrderExpired:
		return "clock"
	}
	return "info"
}

// payable reports that the form to pay with another coin or account is shown.
func (v OrderView) payable() bool {
	return (v.State == OrderAwaiting || v.State == OrderFailed) && len(v.Payment.Coins) > 0
}

func (v OrderView) amountLabel() string {
	p := v.Page.Printer
	switch v.State {
	case OrderPaid, OrderFulfilled, OrderRefunding, OrderPartRefunded, OrderRefunded:
		return p.T("order.amount_paid")
	case OrderAwaiting, OrderConfirming, OrderUnknown, OrderFailed, OrderCancelling, OrderCancelled, OrderExpired, OrderReview:
		return p.T("order.amount")
	}
	return p.T("order.amount")
}

// stage is one step on the way from placing to receiving.
type stage struct {
	text          string
	done, current bool
}

func (v OrderView) steps() []stage {
	p := v.Page.Printer
	reached := 0
	switch v.State {
	case OrderAwaiting, OrderConfirming, OrderUnknown, OrderFailed:
		reached = 1
	case OrderPaid:
		reached = 2
	case OrderFulfilled:
		reached = 3
	case OrderCancelling, OrderCancelled, OrderExpired, OrderReview, OrderRefunding, OrderPartRefunded, OrderRefunded:
		return nil
	}
	texts := []string{p.T("progress.placed"), p.T("progress.paid"), p.T(v.kind("progress.sent", "progress.sent.unsent"))}
	stages := make([]stage, len(texts))
	for i, text := range texts {
		stages[i] = stage{text: text, done: i < reached, current: i == reached}
	}
	return stages
}

// pollURL is where the page asks again, saying what it shows.
func (v OrderView) pollURL() string {
	return v.path() + "?shown=" + url.QueryEscape(string(v.State))
}

func (v OrderView) pollTrigger() string { return "every " + strconv.Itoa(v.Page.RefreshSeconds) + "s" }
