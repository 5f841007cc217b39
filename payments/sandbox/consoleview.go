package sandbox

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"coincart/payments/opay"
)

type navLink struct {
	path, text string
	count      int
	current    bool
}

func (f frame) links() []navLink {
	links := []navLink{
		{path: "/", text: "Overview"},
		{path: "/orders", text: "Orders"},
		{path: "/callbacks", text: "Callbacks"},
		{path: "/traffic", text: "Traffic"},
		{path: "/faults", text: "Faults", count: f.faults},
		{path: "/markets", text: "Markets"},
		{path: "/help", text: "Help"},
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
	schedule  string
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
	info            Info
	calls, examples []figure
	envelope        string
	schedule, zone  string
}

func (s *Server) scheduleText() string {
	if len(s.cfg.RetrySchedule) == 0 {
		return "one attempt only, no retries"
	}
	parts := make([]string, len(s.cfg.RetrySchedule))
	for i, d := range s.cfg.RetrySchedule {
		parts[i] = shortDuration(d)
	}
	return strings.Join(parts, ", ")
}

// shortDuration is 5m rather than 5m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	text = strings.TrimSuffix(text, "0s")
	if text == "" || strings.HasSuffix(text, ".") || !strings.HasSuffix(text, "m") {
		return d.String()
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		return short + "h"
	}
	return text
}

func sentence(err error) string {
	text := strings.TrimPrefix(err.Error(), "sandbox: ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

type balanceLine struct{ coin, amount string }

func sortedBalances(balances map[string]string) []balanceLine {
	lines := make([]balanceLine, 0, len(balances))
	for _, coin := range slices.Sorted(maps.Keys(balances)) {
		amount := balances[coin]
		if u, err := parseUnits(amount); err == nil {
			amount = u.grouped()
		}
		lines = append(lines, balanceLine{coin, amount})
	}
	return lines
}

func orderLink(o Order) templ.SafeURL { return templ.SafeURL("/orders/" + url.PathEscape(o.OrderNum)) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }

func plainWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func httpStatus(status int) string {
	if status == 0 {
		return "no answer"
	}
	return "HTTP " + strconv.Itoa(status)
}

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

// faultText says the details of a switched-on fault.
func faultText(f Fault) string {
	var parts []string
	add := func(set bool, text string) {
		if set {
			parts = append(parts, text)
		}
	}
	add(f.Call != "", "call "+f.Call)
	add(f.Call == "" && !f.Kind.ofCallback(), "every call that it concerns")
	add(f.Times > 0, "next "+plural(f.Times, "time", "times"))
	add(f.Times == 0, "until switched off")
	add(f.Percent > 0, strconv.Itoa(f.Percent)+" %")
	add(f.Delay > 0, time.Duration(f.Delay).String())
	add(f.Code != "", "code "+string(f.Code))
	add(f.Way != "", plainWords(f.Way))
	add(f.Count > 0, plural(f.Count, "copy", "copies"))
	add(f.Accept, "still takes effect")
	return strings.Join(parts, " · ")
}
