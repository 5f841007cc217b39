package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates/i18n"
)

const (
	payPathShort = "/pay.html" // newer pages write this one
	maxForm      = 16 << 10
)

type formField struct{ name, value string }

type payView struct {
	*i18n.Printer

	action    string
	hidden    []formField
	order     Order
	merchant  string
	coin      Coin
	payer     User
	balance   string // of the payer, in the order's coin
	remaining string // after paying
	canPay    bool
	problem   string
}

type outcomeView struct {
	*i18n.Printer

	tone              string // good, bad, or neither
	title, text, code string
	order             *Order // nil: the page is refused
}

// hiddenFields returns the parameters of a page as fields of its form, with the form's one-time token.
func hiddenFields(query url.Values, once string, names ...string) (fields []formField) {
	for _, name := range names {
		if value := query.Get(name); value != "" {
			fields = append(fields, formField{name, value})
		}
	}
	return append(fields, formField{"once", once})
}

// pageProblem is the reason why a payer does not get a page.
type pageProblem struct {
	status int
	code   opay.Code
	id     string // of the message
}

// payable returns the order of a pay page if the payer is the one for whom it was created (platform/api.md §3.2).
func (k *core) payable(q url.Values) (*Order, *pageProblem) {
	openID, uid, token := q.Get("openId"), q.Get("userId"), q.Get("token")
	if k.cfg.app(q.Get("appKey")) == nil {
		return nil, &pageProblem{http.StatusNotFound, opay.CodeAppKeyUnknown, "sandbox.refused.no_app"}
	}
	o, ok := k.order(q.Get("appKey"), q.Get("orderNum"))
	if !ok || o.Type != TypePayment {
		return nil, &pageProblem{http.StatusNotFound, opay.CodeOrderNotFound, "sandbox.refused.no_order"}
	}
	switch {
	case openID == "" && uid == "":
		return nil, &pageProblem{http.StatusBadRequest, opay.CodeParameterError, "sandbox.refused.no_payer"}
	case openID != "" && openID != k.openID(o.AppID, o.UID), openID == "" && uid != o.UID:
		return nil, &pageProblem{http.StatusForbidden, opay.CodeIllegalPayer, "sandbox.refused.wrong_payer"}
	case token != "" && !k.tokenGood(o.AppID, o.UID, token):
		return nil, &pageProblem{http.StatusForbidden, opay.CodeTokenInvalid, "sandbox.refused.token"}
	}
	return o, nil
}

// payerPages serves the platform's pages for payers: pay.html and login.html.
type payerPages struct{ *state }

func (pp *payerPages) routes(mux *http.ServeMux) {
	for _, path := range pp.cfg.payPaths() {
		mux.HandleFunc("GET "+path, pp.servePay)
		mux.HandleFunc("POST "+path, withForm(pp.servePayForm, pp.refuseForm("sandbox.refused.title")))
	}
	login := pp.cfg.paths().Login
	mux.HandleFunc("GET "+login, pp.serveLogin)
	mux.HandleFunc("POST "+login, withForm(pp.serveLoginForm, pp.refuseForm("sandbox.login.refused")))
}

// servePay shows pay.html.
func (pp *payerPages) servePay(w http.ResponseWriter, r *http.Request) {
	pp.showPay(w, r, r.URL.Query(), http.StatusOK, "")
}

// showPay shows pay.html, or the outcome of a settled order. problem is the id of a message above the form, or empty.
func (pp *payerPages) showPay(w http.ResponseWriter, r *http.Request, q url.Values, status int, problem string) {
	p := texts(r)
	var o *Order
	var refused *pageProblem
	var view payView
	pp.locked(func(k *core) {
		if o, refused = k.payable(q); refused == nil {
			clone := o.clone()
			o = &clone
			view = k.payView(o, q, p, problem)
		}
	})
	switch {
	case refused != nil:
		pp.refusePage(w, r, "sandbox.refused.title", *refused)
	case o.settled():
		pp.render(w, r, status, outcomePage(outcomeOf(o, p)))
	default:
		view.action = r.URL.Path
		pp.render(w, r, status, payPage(view), o.ReturnPage)
	}
}

func (k *core) payView(o *Order, q url.Values, p *i18n.Printer, problem string) payView {
	balance := k.ledger.balance(userAccount(o.UID), o.Coin)
	v := payView{
		Printer: p, hidden: hiddenFields(q, k.newForm("pay "+o.OrderNum), "appKey", "orderNum", "openId", "userId", "token"), order: *o,
		merchant: k.cfg.app(o.AppID).Name, payer: User{UID: o.UID, Name: o.UID, Frozen: true},
		balance: grouped(balance), remaining: grouped(balance.Sub(o.value())),
	}
	v.coin, _ = k.cfg.coin(o.Coin)
	if user := k.users[o.UID]; user != nil {
		v.payer = *user
	}
	switch {
	case v.payer.Frozen:
		v.problem = p.T("sandbox.pay.frozen")
	case balance.LessThan(o.value()):
		v.problem = p.T("sandbox.pay.insufficient")
	default:
		v.canPay = true
		if problem != "" {
			v.problem = p.T(problem)
		}
	}
	return v
}

func outcomeOf(o *Order, p *i18n.Printer) outcomeView {
	v := outcomeView{Printer: p, order: o}
	switch o.Status { //nolint:exhaustive // the page of a pending order is payPage
	case opay.StatusPaid:
		v.tone, v.title, v.text = "good", p.T("sandbox.paid.title"), p.T("sandbox.paid.text")
	case opay.StatusFailed:
		v.tone, v.title, v.text = "bad", p.T("sandbox.failed.title"), p.T("sandbox.failed.text")
	case opay.StatusClosed:
		v.title, v.text = p.T("sandbox.closed.title"), p.T("sandbox.closed.text")
	}
	return v
}

// refusePage shows why a payer does not get a page. title is the id of a message.
func (pp *payerPages) refusePage(w http.ResponseWriter, r *http.Request, title string, refused pageProblem) {
	p := texts(r)
	pp.render(w, r, refused.status, outcomePage(outcomeView{
		Printer: p, tone: "bad", title: p.T(title), text: p.T(refused.id), code: string(refused.code),
	}))
}

func (pp *payerPages) refuseForm(title string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		pp.refusePage(w, r, title, pageProblem{http.StatusBadRequest, opay.CodeParameterError, "sandbox.refused.form"})
	}
}

// servePayForm carries out a button of pay.html and redirects the browser to the merchant.
func (pp *payerPages) servePayForm(w http.ResponseWriter, r *http.Request) {
	q := r.PostForm
	var returnTo string
	var refused *pageProblem
	var err error
	fresh := true
	pp.locked(func(k *core) {
		var o *Order
		if o, refused = k.payable(q); refused != nil {
			return
		}
		if fresh = k.useForm("pay "+o.OrderNum, r.PostForm.Get("once")); fresh {
			returnTo = o.ReturnPage
			err = k.press(o, r.PostForm.Get("action"))
		}
	})
	switch {
	case refused != nil:
		pp.refusePage(w, r, "sandbox.refused.title", *refused)
	case !fresh:
		pp.showPay(w, r, q, http.StatusConflict, "sandbox.pay.used_form")
	case err != nil:
		pp.showPay(w, r, q, http.StatusConflict, "")
	default:
		// The address was checked when the order was made, and the payer has just pressed a button of this very order.
		http.Redirect(w, r, returnTo, http.StatusSeeOther)
	}
}

// press carries out a button of pay.html.
func (k *core) press(o *Order, action string) error {
	switch action {
	case "pay":
		return k.pay(o, byPayer, false)
	case "fail":
		return k.end(o, opay.StatusFailed, byPayer)
	case "close":
		return k.end(o, opay.StatusClosed, byPayer)
	default:
		return ErrNotPending
	}
}

// initial returns the first letter of a name in upper case.
func initial(name string) string {
	first, _ := utf8.DecodeRuneInString(name)
	return strings.ToUpper(string(first))
}
