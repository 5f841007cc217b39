package sandbox

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"coincart/payments/opay"
)

const (
	shownOrders    = 200
	shownRecent    = 8
	shownCallbacks = 100
	shownTraffic   = 100
)

// frame is what every page of the console has.
type frame struct {
	title, styles, path, problem string
	now                          time.Time
	faults                       int
}

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

func (s *Server) consoleRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.serveOverview)
	mux.HandleFunc("GET /orders", s.serveOrders)
	mux.HandleFunc("GET /orders/{orderNum}", s.serveOrder)
	mux.HandleFunc("POST /orders/{orderNum}", s.serveOrderForm)
	mux.HandleFunc("GET /callbacks", s.serveCallbacks)
	mux.HandleFunc("POST /callbacks/{id}/replay", s.serveReplay)
	mux.HandleFunc("GET /traffic", s.serveTraffic)
	mux.HandleFunc("GET /faults", s.serveFaults)
	mux.HandleFunc("POST /faults", s.serveFaultsForm)
	mux.HandleFunc("GET /help", s.serveHelp)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.problemPage(w, r, http.StatusNotFound, "There is nothing at this address.")
	})
}

func (s *Server) frame(r *http.Request, title string) frame {
	return frame{title: title, styles: s.styles, path: r.URL.Path, now: s.Now(), faults: len(s.Faults())}
}

func (s *Server) problemPage(w http.ResponseWriter, r *http.Request, status int, problem string) {
	f := s.frame(r, http.StatusText(status))
	f.problem = problem
	s.render(w, r, status, problemPage(f))
}

func (s *Server) serveOverview(w http.ResponseWriter, r *http.Request) {
	info, err := s.info(r)
	if err != nil {
		s.problemPage(w, r, http.StatusInternalServerError, "The platform's key cannot be shown.")
		return
	}
	orders := s.Orders()
	paid, pending, waiting := 0, 0, 0
	for i := range orders {
		switch orders[i].Status { //nolint:exhaustive // only these are counted
		case opay.StatusPaid:
			paid++
		case opay.StatusPending:
			pending++
		}
	}
	for _, c := range s.Callbacks() {
		if c.State == CallbackWaiting {
			waiting++
		}
	}
	s.render(w, r, http.StatusOK, overviewPage(overviewView{
		frame: s.frame(r, "Overview"), orders: newest(orders, shownRecent), info: info,
		figures: []figure{
			{"orders", strconv.Itoa(len(orders))},
			{"pending", strconv.Itoa(pending)},
			{"paid", strconv.Itoa(paid)},
			{"callbacks waiting", strconv.Itoa(waiting)},
		},
	}))
}

func (s *Server) serveOrders(w http.ResponseWriter, r *http.Request) {
	orders := s.Orders()
	shown := newest(orders, shownOrders)
	s.render(w, r, http.StatusOK, ordersPage(ordersView{frame: s.frame(r, "Orders"), orders: shown, more: len(orders) - len(shown)}))
}

func (s *Server) serveOrder(w http.ResponseWriter, r *http.Request) {
	s.showOrder(w, r, http.StatusOK, "")
}

func (s *Server) showOrder(w http.ResponseWriter, r *http.Request, status int, problem string) {
	o, ok := s.Order(r.PathValue("orderNum"))
	if !ok {
		s.problemPage(w, r, http.StatusNotFound, "There is no such order. The oldest settled ones are dropped.")
		return
	}
	v := orderView{frame: s.frame(r, "Order "+o.OrderNum), order: o}
	v.problem = problem
	v.payURL = payPath + "?" + url.Values{"appKey": {o.AppID}, "orderNum": {o.OrderNum}, "userId": {o.UID}}.Encode()
	for _, c := range s.Callbacks() {
		if c.OrderNum == o.OrderNum {
			v.callbacks = append(v.callbacks, c)
		}
	}
	slices.Reverse(v.callbacks)
	s.render(w, r, status, orderPage(v))
}

func (s *Server) serveOrderForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.problemPage(w, r, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	form := r.PostForm
	times, err := wholeNumber(form.Get("times"))
	if err == nil {
		err = s.act(r.PathValue("orderNum"), form.Get("action"), Notice{
			OutOrderID: form.Get("outOrderId"), OrderStatus: form.Get("orderStatus"), PayAmount: form.Get("payAmount"),
			Forge: form.Get("forge"), Times: times,
		})
	}
	if err != nil {
		s.showOrder(w, r, controlStatus(err), sentence(err))
		return
	}
	http.Redirect(w, r, string(orderLink(Order{OrderNum: r.PathValue("orderNum")})), http.StatusSeeOther)
}

func (s *Server) serveCallbacks(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, callbacksPage(callbacksView{
		frame: s.frame(r, "Callbacks"), callbacks: newest(s.Callbacks(), shownCallbacks), schedule: s.scheduleText(),
	}))
}

func (s *Server) serveReplay(w http.ResponseWriter, r *http.Request) {
	if err := s.Replay(r.PathValue("id")); err != nil {
		s.problemPage(w, r, controlStatus(err), sentence(err))
		return
	}
	http.Redirect(w, r, "/callbacks", http.StatusSeeOther)
}

func (s *Server) serveTraffic(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, trafficPage(trafficView{
		frame: s.frame(r, "Traffic"), exchanges: s.Traffic(shownTraffic), limit: min(shownTraffic, s.cfg.MaxTraffic),
	}))
}

func (s *Server) serveFaults(w http.ResponseWriter, r *http.Request) {
	s.showFaults(w, r, http.StatusOK, faultInput{times: "1", percent: "0"}, "")
}

func (s *Server) showFaults(w http.ResponseWriter, r *http.Request, status int, input faultInput, problem string) {
	v := faultsView{frame: s.frame(r, "Faults"), faults: s.Faults(), form: input}
	v.problem = problem
	groups := []faultGroup{{name: "Answers to calls"}, {name: "Statements"}, {name: "Callbacks"}}
	for _, form := range faultForms() {
		i := 0
		switch {
		case form.kind.ofCallback():
			i = 2
		case strings.HasPrefix(string(form.kind), "statement_"):
			i = 1
		}
		groups[i].forms = append(groups[i].forms, form)
	}
	v.groups = groups
	s.render(w, r, status, faultsPage(v))
}

func (s *Server) serveFaultsForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.problemPage(w, r, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	faults, err := changedFaults(s.Faults(), r.PostForm)
	if err == nil {
		err = s.SetFaults(faults)
	}
	if err != nil {
		s.showFaults(w, r, http.StatusUnprocessableEntity, readFaultInput(r.PostForm), sentence(err))
		return
	}
	http.Redirect(w, r, "/faults", http.StatusSeeOther)
}

// changedFaults applies the form: all off, one off, or one more.
func changedFaults(faults Faults, form url.Values) (Faults, error) {
	if form.Has("clear") {
		return nil, nil
	}
	if form.Has("remove") {
		i, err := wholeNumber(form.Get("remove"))
		if err != nil {
			return nil, err
		}
		// Its place may hold another fault by now, if it has run out meanwhile.
		if i >= len(faults) || string(faults[i].Kind) != form.Get("kind") {
			return faults, nil
		}
		return slices.Delete(faults, i, i+1), nil
	}
	fault, err := readFaultInput(form).fault()
	return append(faults, fault), err
}

func readFaultInput(form url.Values) faultInput {
	return faultInput{
		kind: form.Get("kind"), call: form.Get("call"), times: form.Get("times"), percent: form.Get("percent"), delay: form.Get("delay"),
		code: form.Get("code"), way: form.Get("way"), count: form.Get("count"), accept: form.Has("accept"),
	}
}

func (in faultInput) fault() (f Fault, err error) {
	f = Fault{Kind: FaultKind(in.kind), Call: in.call, Code: opay.Code(in.code), Way: in.way, Accept: in.accept}
	var errs [4]error
	f.Times, errs[0] = wholeNumber(in.times)
	f.Percent, errs[1] = wholeNumber(in.percent)
	f.Count, errs[2] = wholeNumber(in.count)
	if in.delay != "" {
		errs[3] = f.Delay.UnmarshalText([]byte(in.delay))
	}
	return f, errors.Join(errs[:]...)
}

var errWhole = errors.New("whole numbers are expected")

// wholeNumber reads digits; nothing is 0.
func wholeNumber(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errWhole
	}
	return n, nil
}

func (s *Server) scheduleText() string {
	if len(s.cfg.RetrySchedule) == 0 {
		return "no time at all: there is one try"
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
	add(f.Count > 0, strconv.Itoa(f.Count)+" copies")
	add(f.Accept, "takes effect nevertheless")
	return strings.Join(parts, " · ")
}
