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

type ordersView struct {
	frame
	orders []Order
	more   int
}

type orderView struct {
	frame
	order     Order
	payURL    string
	callbacks []Callback
}

type callbacksView struct {
	frame
	callbacks []Callback
	retry     string
}

type trafficView struct {
	frame
	exchanges []Exchange
	limit     int
}

type faultGroup struct {
	name  string
	forms []faultForm
}

type faultsView struct {
	frame
	faults Faults
	groups []faultGroup
	form   faultInput
}

// faultInput is the form of the faults page as it was typed.
type faultInput struct {
	kind, call, times, percent, delay, code, way, count string
	accept                                              bool
}

type helpView struct {
	frame
	info                  Info
	calls                 []helpCall
	examples              []figure
	envelope, retry, zone string
}

// helpCall is a call of the API and its addresses.
type helpCall struct {
	name  string
	paths []string
}

type balanceLine struct{ coin, amount string }

func sortedBalances(balances map[string]string) []balanceLine {
	lines := make([]balanceLine, 0, len(balances))
	for _, coin := range slices.Sorted(maps.Keys(balances)) {
		amount := balances[coin]
		if u, err := parseDecimal(amount); err == nil {
			amount = grouped(u)
		}
		lines = append(lines, balanceLine{coin, amount})
	}
	return lines
}

func orderLink(o Order) templ.SafeURL { return templ.SafeURL("/orders/" + url.PathEscape(o.OrderNum)) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }

func statusTone(status opay.Status) string {
	switch status {
	case opay.StatusPaid:
		return "good"
	case opay.StatusFailed:
		return "bad"
	case opay.StatusPending:
		return "open"
	case opay.StatusClosed:
		return "shut"
	default:
		return ""
	}
}

func callbackTone(state CallbackState) string {
	switch state {
	case CallbackAcknowledged:
		return "good"
	case CallbackGivenUp, CallbackLost:
		return "bad"
	case CallbackWaiting:
		return "open"
	default:
		return ""
	}
}

func codeTone(code opay.Code) string {
	if code == opay.CodeOK {
		return "good"
	}
	return "bad"
}
