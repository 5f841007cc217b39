package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates/i18n"
)

const (
	shownOrders    = 200
	shownRecent    = 8
	shownCallbacks = 100
	shownTraffic   = 100
)

// frame is what every page of the console has.
type frame struct {
	*i18n.Printer

	title, styles, path, problem string
	now                          time.Time
	faults                       int
}

// console is the pages for people who watch and operate the sandbox.
type console struct {
	*Server

	pages *pages
}

func (con *console) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", con.serveOverview)
	mux.HandleFunc("GET /orders", con.serveOrders)
	mux.HandleFunc("GET /orders/{orderNum}", con.serveOrder)
	mux.HandleFunc("POST /orders/{orderNum}", con.serveOrderForm)
	mux.HandleFunc("GET /callbacks", con.serveCallbacks)
	mux.HandleFunc("POST /callbacks/{id}/replay", con.serveReplay)
	mux.HandleFunc("GET /traffic", con.serveTraffic)
	mux.HandleFunc("GET /faults", con.serveFaults)
	mux.HandleFunc("POST /faults", con.serveFaultsForm)
	mux.HandleFunc("GET /markets", con.serveTickers)
	mux.HandleFunc("POST /markets", con.serveTickerForm)
	mux.HandleFunc("GET /help", con.serveHelp)
	mux.HandleFunc("POST /language", con.serveLanguageForm)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		con.problemPage(w, r, http.StatusNotFound, errPage)
	})
}

// frame has the title from the catalogue's message with the id.
func (con *console) frame(r *http.Request, id string, pairs ...string) frame {
	p := texts(r)
	return frame{Printer: p, title: p.T(id, pairs...), styles: con.pages.styles, path: r.URL.Path, now: con.Now(), faults: len(con.operator.Faults())}
}

func (con *console) problemPage(w http.ResponseWriter, r *http.Request, status int, problem error) {
	f := con.frame(r, "sandbox.problem.title")
	f.problem = problemText(f.Printer, problem)
	con.pages.render(w, r, status, problemPage(f))
}

func (con *console) serveOverview(w http.ResponseWriter, r *http.Request) {
	info, err := con.operator.info(con.pages.address(r))
	if err != nil {
		con.problemPage(w, r, http.StatusInternalServerError, errExchangeKey)
		return
	}
	orders := con.operator.Orders()
	paid, pending, waiting := 0, 0, 0
	for i := range orders {
		switch orders[i].Status { //nolint:exhaustive // only these are counted
		case opay.StatusPaid:
			paid++
		case opay.StatusPending:
			pending++
		}
	}
	for _, c := range con.delivery.Callbacks() {
		if c.State == CallbackWaiting {
			waiting++
		}
	}
	p := texts(r)
	con.pages.render(w, r, http.StatusOK, overviewPage(overviewView{
		frame: con.frame(r, "sandbox.overview.title"), orders: newest(orders, shownRecent), info: info,
		figures: []figure{
			{p.T("sandbox.overview.orders"), strconv.Itoa(len(orders))},
			{p.T("sandbox.overview.pending"), strconv.Itoa(pending)},
			{p.T("sandbox.overview.paid"), strconv.Itoa(paid)},
			{p.T("sandbox.overview.waiting"), strconv.Itoa(waiting)},
		},
	}))
}

func (con *console) serveOrders(w http.ResponseWriter, r *http.Request) {
	orders := con.operator.Orders()
	shown := newest(orders, shownOrders)
	con.pages.render(w, r, http.StatusOK, ordersPage(ordersView{frame: con.frame(r, "sandbox.orders.title"), orders: shown, more: len(orders) - len(shown)}))
}

func (con *console) serveOrder(w http.ResponseWriter, r *http.Request) {
	con.showOrder(w, r, http.StatusOK, nil)
}

func (con *console) showOrder(w http.ResponseWriter, r *http.Request, status int, problem error) {
	o, ok := con.operator.Order(r.PathValue("orderNum"))
	if !ok {
		con.problemPage(w, r, http.StatusNotFound, ErrOrderNotFound)
		return
	}
	v := orderView{frame: con.frame(r, "sandbox.order.title", "Number", o.OrderNum), order: o}
	if problem != nil {
		v.problem = problemText(v.Printer, problem)
	}
	v.payURL = payPath + "?" + url.Values{"appKey": {o.AppID}, "orderNum": {o.OrderNum}, "userId": {o.UID}}.Encode()
	for _, c := range con.delivery.Callbacks() {
		if c.OrderNum == o.OrderNum {
			v.callbacks = append(v.callbacks, c)
		}
	}
	slices.Reverse(v.callbacks)
	con.pages.render(w, r, status, orderPage(v))
}

func (con *console) serveOrderForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		con.problemPage(w, r, http.StatusBadRequest, errForm)
		return
	}
	form := r.PostForm
	times, err := wholeNumber(form.Get("times"))
	if err == nil {
		err = con.operator.act(r.PathValue("orderNum"), form.Get("action"), Notice{
			OutOrderID: form.Get("outOrderId"), OrderStatus: form.Get("orderStatus"), PayAmount: form.Get("payAmount"),
			Forge: form.Get("forge"), Times: times,
		})
	}
	if err != nil {
		con.showOrder(w, r, controlStatus(err), err)
		return
	}
	http.Redirect(w, r, string(orderLink(Order{OrderNum: r.PathValue("orderNum")})), http.StatusSeeOther)
}

func (con *console) serveCallbacks(w http.ResponseWriter, r *http.Request) {
	p := texts(r)
	con.pages.render(w, r, http.StatusOK, callbacksPage(callbacksView{
		frame: con.frame(r, "sandbox.callbacks.title"), callbacks: newest(con.delivery.Callbacks(), shownCallbacks), retry: retryText(p, con.cfg.RetrySchedule),
	}))
}

func (con *console) serveReplay(w http.ResponseWriter, r *http.Request) {
	if err := con.delivery.Replay(r.PathValue("id")); err != nil {
		con.problemPage(w, r, controlStatus(err), err)
		return
	}
	http.Redirect(w, r, "/callbacks", http.StatusSeeOther)
}

func (con *console) serveTraffic(w http.ResponseWriter, r *http.Request) {
	con.pages.render(w, r, http.StatusOK, trafficPage(trafficView{
		frame: con.frame(r, "sandbox.traffic.title"), exchanges: con.traffic.newest(shownTraffic), limit: min(shownTraffic, con.cfg.MaxTraffic),
	}))
}

func (con *console) serveFaults(w http.ResponseWriter, r *http.Request) {
	con.showFaults(w, r, http.StatusOK, faultInput{times: "1", percent: "0"}, nil)
}

func (con *console) showFaults(w http.ResponseWriter, r *http.Request, status int, input faultInput, problem error) {
	p := texts(r)
	v := faultsView{frame: con.frame(r, "sandbox.faults.title"), faults: con.operator.Faults(), form: input}
	if problem != nil {
		v.problem = problemText(p, problem)
	}
	groups := []faultGroup{
		{name: p.T("sandbox.faults.of_calls")}, {name: p.T("sandbox.faults.of_statements")}, {name: p.T("sandbox.faults.of_callbacks")},
	}
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
	con.pages.render(w, r, status, faultsPage(v))
}

func (con *console) serveFaultsForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		con.problemPage(w, r, http.StatusBadRequest, errForm)
		return
	}
	faults, err := changedFaults(con.operator.Faults(), r.PostForm)
	if err == nil {
		err = con.operator.SetFaults(faults)
	}
	if err != nil {
		con.showFaults(w, r, http.StatusUnprocessableEntity, readFaultInput(r.PostForm), err)
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
	if in.delay != "" && f.Delay.UnmarshalText([]byte(in.delay)) != nil {
		errs[3] = errDelay
	}
	return f, errors.Join(errs[:]...)
}

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
