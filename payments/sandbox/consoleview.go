package sandbox

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/coincart/coincart/payments/opay"
)

type navLink struct {
	path, text string
	count      int
	current    bool
}

func (f frame) links() []navLink {
	links := []navLink{
		{path: "/", text: f.T("sandbox.overview.title")},
		{path: "/orders", text: f.T("sandbox.orders.title")},
		{path: "/callbacks", text: f.T("sandbox.callbacks.title")},
		{path: "/traffic", text: f.T("sandbox.traffic.title")},
		{path: "/faults", text: f.T("sandbox.faults.title"), count: f.faults},
		{path: "/markets", text: f.T("sandbox.markets.title")},
		{path: "/help", text: f.T("sandbox.help.title")},
	}
	for i := range links {
		links[i].current = f.path == links[i].path || links[i].path != "/" && strings.HasPrefix(f.path, links[i].path+"/")
	}
	return links
}

type figure struct{ name, value string }

type overviewView struct {
	frame
	figures []figure
	orders  []Order
	info    Info
}

type orderView struct {
	frame
	order     Order
	payURL    string
	callbacks []Callback
}

type faultsView struct {
	frame
	faults Faults
	form   url.Values
}

type helpView struct {
	frame
	info                  Info
	calledAt              map[string][]string // a call's addresses
	flat                  bool                // messages have the platform's first signature
	pay, login            string              // addresses of the pages for browsers
	examples              []figure
	envelope, retry, zone string
}

func sortedBalances(balances map[string]string) []figure {
	lines := make([]figure, 0, len(balances))
	for _, coin := range slices.Sorted(maps.Keys(balances)) {
		amount := balances[coin]
		if u, err := parseDecimal(amount); err == nil {
			amount = grouped(u)
		}
		lines = append(lines, figure{coin, amount})
	}
	return lines
}

func orderLink(o Order) templ.SafeURL { return templ.SafeURL("/orders/" + url.PathEscape(o.OrderNum)) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }

// Colours of tags, by what they say.
var (
	statusTones   = map[opay.Status]string{opay.StatusPaid: "good", opay.StatusFailed: "bad", opay.StatusPending: "open", opay.StatusClosed: "shut"}
	callbackTones = map[CallbackState]string{
		CallbackAcknowledged: "good", CallbackGivenUp: "bad", CallbackLost: "bad", CallbackWaiting: "open",
	}
)

func codeTone(code opay.Code) string {
	if code == opay.CodeOK {
		return "good"
	}
	return "bad"
}
