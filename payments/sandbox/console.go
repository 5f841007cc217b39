package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// frame is the common part of the console's pages.
type frame struct {
	*i18n.Printer

	title, path, problem string
	now                  time.Time
	faults               int
}

// console serves the pages for people who watch and operate the sandbox.
type console struct{ *Server }

func (con *console) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", con.serveOverview)
	mux.HandleFunc("GET /orders", con.serveOrders)
	mux.HandleFunc("GET /orders/{orderNum}", con.serveOrder)
	mux.HandleFunc("POST /orders/{orderNum}", withForm(con.serveOrderForm, con.refuseForm))
	mux.HandleFunc("GET /callbacks", con.serveCallbacks)
	mux.HandleFunc("POST /callbacks/{id}/replay", con.serveReplay)
	mux.HandleFunc("GET /traffic", con.serveTraffic)
	mux.HandleFunc("GET /faults", con.serveFaults)
	mux.HandleFunc("POST /faults", withForm(con.serveFaultsForm, con.refuseForm))
	mux.HandleFunc("GET /markets", con.serveTickers)
	mux.HandleFunc("POST /markets", withForm(con.serveTickerForm, con.refuseForm))
	mux.HandleFunc("GET /help", con.serveHelp)
	mux.HandleFunc("POST /language", withForm(con.serveLanguageForm, con.refuseForm))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		con.problemPage(w, r, http.StatusNotFound, errPage)
	})
}

// frame returns the frame of a page whose title is the message with the id. problem is shown above the page; nil: none.
func (con *console) frame(r *http.Request, problem error, id string, pairs ...string) frame {
	p := texts(r)
	return frame{
		Printer: p, title: p.T(id, pairs...), path: r.URL.Path, problem: problemText(p, problem),
		now: con.Now(), faults: len(con.Faults()),
	}
}

func (con *console) problemPage(w http.ResponseWriter, r *http.Request, status int, problem error) {
	con.render(w, r, status, problemPage(con.frame(r, problem, "sandbox.problem.title")))
}

func (con *console) refuseForm(w http.ResponseWriter, r *http.Request) {
	con.problemPage(w, r, http.StatusBadRequest, errForm)
}

func (con *console) serveOverview(w http.ResponseWriter, r *http.Request) {
	orders := con.Orders()
	byStatus, waiting := map[opay.Status]int{}, 0
	for i := range orders {
		byStatus[orders[i].Status]++
	}
	for _, c := range con.Callbacks() {
		if c.State == CallbackWaiting {
			waiting++
		}
	}
	p := texts(r)
	con.render(w, r, http.StatusOK, overviewPage(overviewView{
		frame: con.frame(r, nil, "sandbox.overview.title"), orders: newest(orders, shownRecent), info: con.info(con.address(r)),
		figures: []figure{
			{p.T("sandbox.overview.orders"), strconv.Itoa(len(orders))},
			{p.T("sandbox.overview.pending"), strconv.Itoa(byStatus[opay.StatusPending])},
			{p.T("sandbox.overview.paid"), strconv.Itoa(byStatus[opay.StatusPaid])},
			{p.T("sandbox.overview.waiting"), strconv.Itoa(waiting)},
		},
	}))
}

func (con *console) serveOrders(w http.ResponseWriter, r *http.Request) {
	orders := con.Orders()
	shown := newest(orders, shownOrders)
	con.render(w, r, http.StatusOK, ordersPage(con.frame(r, nil, "sandbox.orders.title"), shown, len(orders)-len(shown)))
}

func (con *console) serveOrder(w http.ResponseWriter, r *http.Request) {
	con.showOrder(w, r, http.StatusOK, nil)
}

func (con *console) showOrder(w http.ResponseWriter, r *http.Request, status int, problem error) {
	o, ok := con.Order(r.PathValue("orderNum"))
	if !ok {
		con.problemPage(w, r, http.StatusNotFound, ErrOrderNotFound)
		return
	}
	v := orderView{frame: con.frame(r, problem, "sandbox.order.title", "Number", o.OrderNum), order: o}
	v.payURL = con.cfg.paths().Pay + "?" + url.Values{"appKey": {o.AppID}, "orderNum": {o.OrderNum}, "userId": {o.UID}}.Encode()
	v.callbacks = newest(slices.DeleteFunc(con.Callbacks(), func(c Callback) bool { return c.OrderNum != o.OrderNum }), maxCallbacks)
	con.render(w, r, status, orderPage(v))
}

func (con *console) serveOrderForm(w http.ResponseWriter, r *http.Request) {
	form := r.PostForm
	times, err := wholeNumber(form.Get("times"))
	if err == nil {
		err = con.act(r.PathValue("orderNum"), form.Get("action"), Notice{
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
	f := con.frame(r, nil, "sandbox.callbacks.title")
	con.render(w, r, http.StatusOK, callbacksPage(f, newest(con.Callbacks(), shownCallbacks), retryText(f.Printer, con.cfg.RetrySchedule)))
}

func (con *console) serveReplay(w http.ResponseWriter, r *http.Request) {
	if err := con.Replay(r.PathValue("id")); err != nil {
		con.problemPage(w, r, controlStatus(err), err)
		return
	}
	http.Redirect(w, r, "/callbacks", http.StatusSeeOther)
}

func (con *console) serveTraffic(w http.ResponseWriter, r *http.Request) {
	f := con.frame(r, nil, "sandbox.traffic.title")
	con.render(w, r, http.StatusOK, trafficPage(f, con.Traffic(shownTraffic), min(shownTraffic, con.cfg.MaxTraffic)))
}

func (con *console) serveFaults(w http.ResponseWriter, r *http.Request) {
	con.showFaults(w, r, http.StatusOK, url.Values{"times": {"1"}, "percent": {"0"}}, nil)
}

func (con *console) showFaults(w http.ResponseWriter, r *http.Request, status int, form url.Values, problem error) {
	con.render(w, r, status, faultsPage(faultsView{frame: con.frame(r, problem, "sandbox.faults.title"), faults: con.Faults(), form: form}))
}

func (con *console) serveFaultsForm(w http.ResponseWriter, r *http.Request) {
	faults, err := changedFaults(con.Faults(), r.PostForm)
	if err == nil {
		err = con.SetFaults(faults)
	}
	if err != nil {
		con.showFaults(w, r, http.StatusUnprocessableEntity, r.PostForm, err)
		return
	}
	http.Redirect(w, r, "/faults", http.StatusSeeOther)
}

// changedFaults returns the faults after a form: all switched off, one switched off, or one added.
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
	fault, err := readFault(form)
	return append(faults, fault), err
}

func readFault(form url.Values) (f Fault, err error) {
	f = Fault{
		Kind: FaultKind(form.Get("kind")), Call: form.Get("call"), Code: opay.Code(form.Get("code")), Way: form.Get("way"), Accept: form.Has("accept"),
	}
	var errs [4]error
	f.Times, errs[0] = wholeNumber(form.Get("times"))
	f.Percent, errs[1] = wholeNumber(form.Get("percent"))
	f.Count, errs[2] = wholeNumber(form.Get("count"))
	f.Delay, errs[3] = readDelay(form.Get("delay"))
	return f, errors.Join(errs[:]...)
}

// readDelay parses a duration such as 7.9s. An empty text is 0.
func readDelay(text string) (d Duration, err error) {
	if text != "" && d.UnmarshalText([]byte(text)) != nil {
		return 0, errDelay
	}
	return d, nil
}

// wholeNumber parses a whole number, not negative. An empty text is 0.
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
