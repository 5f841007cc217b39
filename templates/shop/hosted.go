package shop

import "github.com/coincart/coincart/templates"

// HostedState is the state of a checkout that has become no order.
type HostedState string

// The states of the hosted page. A checkout that has become an order is shown by Order.
const (
	HostedOpen      HostedState = "open"
	HostedExpired   HostedState = "expired"
	HostedCancelled HostedState = "cancelled"
	HostedFull      HostedState = "full" // its payment link was used by others meanwhile, or was switched off
)

// HostedStates returns all states, for the gallery.
func HostedStates() []HostedState {
	return []HostedState{HostedOpen, HostedExpired, HostedCancelled, HostedFull}
}

// HostedView is the page of a checkout: GET /c/{id}. Its form is POST /c/{id}/pay with coin, payer_uid and quotes.
type HostedView struct {
	Page      templates.Page
	Base      string // the checkout's address, under which its form is
	State     HostedState
	Reference string // the merchant's own; "": none
	Lines     []SummaryLine
	Totals    templates.Totals
	Payment   PaymentForm
	Deadline  Deadline
	Notices   []Notice
	Hosted    HostedWays
}

// HostedWays are the ways on from a payment that another program or a link asked for.
type HostedWays struct {
	Page     string // the checkout's own page
	GoOn     string // absolute address where the payer goes on after paying; "": nowhere
	GoOnHost string // the host of GoOn
	Back     string // absolute address to go back to without paying; "": nowhere
	BackHost string
	Thanks   string // what the payment link says after paying; "": nothing
}

func (v HostedView) heading() string {
	if v.State == HostedOpen {
		return v.Page.Printer.T("hosted.title", "Amount", v.Totals.Total)
	}
	return v.Page.Printer.T("hosted.end." + string(v.State) + ".title")
}

// hostedWords returns the title or the text (part) of the order's state for an order that another program or a link asked for: nothing about
// mails, delivery or a cart.
func (v OrderView) hostedWords(part string) string {
	p := v.Page.Printer
	thanks := v.State == OrderPaid || v.State == OrderPart || v.State == OrderFulfilled
	if thanks && part == "text" && v.Hosted.Thanks != "" {
		return v.Hosted.Thanks
	}
	return p.T("hosted.state."+string(v.State)+"."+part, "Shop", v.Page.ShopName)
}
