package shop

import (
	"cmp"
	"net/url"
	"strconv"

	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// look is the appearance of an order in one state.
type look struct {
	tone    string // colour of the status
	icon    string
	moves   bool // something happens without the shopper: the sign moves
	paid    bool // the amount is what was paid, not what is due
	reached int  // how many steps of the progress are done; 0: no progress is shown
	refresh int  // seconds after which the page asks again; 0: there is nothing to wait for
	scripts int  // seconds after which the page asks again with scripts alone, where loading the whole page again would empty its form
}

// looks are the looks of all states. An order that waits for its shopper asks rarely: without scripts the whole page is reloaded, with the
// form on it.
var looks = map[OrderState]look{
	OrderAwaiting:   {tone: "busy", icon: "clock", reached: 1, refresh: 20},
	OrderUnpaid:     {tone: "warn", icon: "clock", reached: 1, refresh: 5},
	OrderConfirming: {tone: "busy", icon: "clock", reached: 1, refresh: 3, moves: true},
	OrderUnknown:    {tone: "busy", icon: "clock", reached: 1, refresh: 5, moves: true},
	OrderFailed:     {tone: "warn", icon: "alert", reached: 1, scripts: 20},
	OrderCancelling: {tone: "busy", icon: "clock", refresh: 3, moves: true},
	OrderCancelled:  {tone: "plain", icon: "cross"},
	OrderExpired:    {tone: "plain", icon: "clock"},
	OrderPaid:       {tone: "good", icon: "check", reached: 2, paid: true},
	OrderFulfilled:  {tone: "good", icon: "check", reached: 3, paid: true},
	OrderPart:       {tone: "good", icon: "check", reached: 2, refresh: 60, paid: true},
	OrderReview:     {tone: "warn", icon: "eye", refresh: 60},
	OrderRefunded:   {tone: "plain", icon: "return", paid: true},
	OrderReturning:  {tone: "busy", icon: "return", refresh: 60, paid: true},
	OrderReturned:   {tone: "plain", icon: "return", paid: true},
}

// RefreshSeconds returns after how many seconds the page of an order in this state asks again, with and without scripts; 0 if it does not.
func (s OrderState) RefreshSeconds() int { return looks[s].refresh }

func (v OrderView) look() look { return looks[v.State] }

// eyebrow returns what stands above the heading.
func (v OrderView) eyebrow() string {
	if v.ByLink {
		return v.Page.Printer.T("hosted.to", "Shop", v.Page.ShopName)
	}
	return v.Page.Printer.T("order.title")
}

func (v OrderView) heading() string { return v.words("title") }

func (v OrderView) message() string {
	if v.State == OrderFailed {
		return failure(v.Page.Printer, v.Problem)
	}
	return v.words("text")
}

// words returns the page's title or text (part) for the state. Some words differ for an order without delivery to an address.
func (v OrderView) words(part string) string {
	id := "order.state." + string(v.State)
	switch {
	case v.ByLink:
		return v.hostedWords(part)
	case v.Limited && part == "text" && v.limitedText():
		return v.Page.Printer.T(id + ".text.limited")
	case v.State == OrderReview:
		id = "order.review." + string(v.Review)
	case !v.Shipped && (v.State == OrderFulfilled || v.State == OrderPaid && part == "text"):
		part += ".unsent"
	}
	return v.Page.Printer.T(id+"."+part, "Email", v.Email)
}

// limitedText reports whether the state has a text of its own for the limited page: the usual one names the e-mail address, or offers what
// the page does not have.
func (v OrderView) limitedText() bool {
	switch v.State {
	case OrderPaid, OrderPart, OrderReview, OrderCancelled, OrderExpired:
		return true
	case OrderAwaiting, OrderUnpaid, OrderConfirming, OrderUnknown, OrderFailed, OrderCancelling, OrderFulfilled, OrderRefunded, OrderReturning,
		OrderReturned:
	}
	return false
}

// failure returns the reason of a failed attempt in a shopper's words. code is the platform's (platform/api.md §4) or one of the shop's own
// problems.
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

// titled returns the page with the order's state and number as its title, so that the browser's tab says them.
func (v OrderView) titled() templates.Page {
	return v.Page.Titled(v.heading() + " · " + v.Page.Printer.T("order.title.number", "Number", v.Number))
}

// asks returns after how many seconds the page asks again with scripts; 0 if there is nothing to wait for.
func (v OrderView) asks() int { return cmp.Or(v.Page.RefreshSeconds, v.look().scripts) }

// words returns how much time is left.
func (d Deadline) words(p *i18n.Printer) string {
	switch minutes := d.Left / 60; {
	case d.Left <= 0:
		return p.T("order.over")
	case minutes < 1:
		return p.T("order.last_minute")
	default:
		return p.N("order.minutes", minutes)
	}
}

// Payable reports whether the order can be paid, or paid in another way.
func (s OrderState) Payable() bool { return s == OrderAwaiting || s == OrderUnpaid || s == OrderFailed }

// payable reports whether the form to pay with another coin or account is shown.
func (v OrderView) payable() bool {
	return v.State.Payable() && len(v.Payment.Coins) > 0
}

func (v OrderView) amountLabel() string {
	if v.look().paid {
		return v.Page.Printer.T("order.amount_paid")
	}
	return v.Page.Printer.T("order.amount")
}

// stage is one step on the way from placing to receiving.
type stage struct {
	text          string
	done, current bool
}

// stages returns the steps of the progress; none for an order that has ended without delivery.
func (v OrderView) stages() []stage {
	reached := v.look().reached
	if reached == 0 || v.ByLink {
		return nil
	}
	p, last := v.Page.Printer, "progress.sent"
	if !v.Shipped {
		last = "progress.sent.unsent"
	}
	var stages []stage
	for i, id := range []string{"progress.placed", "progress.paid", last} {
		stages = append(stages, stage{text: p.T(id), done: i < reached, current: i == reached})
	}
	return stages
}

// pollURL returns the address at which the page asks again; it names the state that the page shows.
func (v OrderView) pollURL() string { return v.Base + v.shownQuery() }

// liveURL returns the address at which the page waits for changes.
func (v OrderView) liveURL() string { return v.Base + "/live" + v.shownQuery() }

func (v OrderView) shownQuery() string {
	query := "?shown=" + url.QueryEscape(v.mark())
	if v.Returned {
		query += "&back=1"
	}
	return query
}

// pollTrigger returns when the page asks again: now and then, and when it is told of a change (static/js/live.js).
func (v OrderView) pollTrigger() string { return "every " + strconv.Itoa(v.asks()) + "s, live" }

// factWords returns the words of a fact of the order; "" where there is nothing to say.
func (v OrderView) factWords(prefix, value string) string {
	if value == "" {
		return ""
	}
	return v.Page.Printer.T(prefix + value)
}

func (p Parcel) title(printer *i18n.Printer) string {
	switch {
	case p.ByHand:
		return printer.T("order.parcel.by_hand")
	case p.Carrier != "":
		return p.Carrier
	}
	return printer.T("order.parcel")
}
