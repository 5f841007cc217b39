package sandbox

import (
	"net/http"
	"net/url"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates/i18n"
)

const maxStateParameter = 1024

type loginView struct {
	*i18n.Printer

	declineURL string
	hidden     []formField
	merchant   string
	users      []User
	problem    string
}

// loginQuery holds the parameters of login.html, from the address or the form.
type loginQuery struct{ appKey, redirectURL, state string }

func readLoginQuery(values url.Values) loginQuery {
	return loginQuery{values.Get("appKey"), values.Get("redirectUrl"), values.Get("state")}
}

func (q loginQuery) subject() string { return "login " + q.appKey + " " + q.redirectURL }

// target returns the address where the sign-in ends, with the state and, if it is not empty, the code.
func (q loginQuery) target(to url.URL, code string) string {
	query := to.Query()
	if code != "" {
		query.Set("code", code)
	}
	if q.state != "" {
		query.Set("state", q.state)
	}
	to.RawQuery = query.Encode()
	return to.String()
}

// loginTarget returns the application of a sign-in and the address where it ends, if that is allowed (50002 otherwise, platform/api.md §4).
func (pp *payerPages) loginTarget(q loginQuery) (*App, *url.URL, *pageProblem) {
	app := pp.cfg.app(q.appKey)
	if app == nil {
		return nil, nil, &pageProblem{http.StatusNotFound, opay.CodeAppKeyUnknown, "sandbox.refused.no_app"}
	}
	to, err := pp.cfg.returnAddress(q.redirectURL)
	if err != nil || !app.mayReturnTo(to) || len(q.state) > maxStateParameter {
		return nil, nil, &pageProblem{http.StatusBadRequest, opay.CodeRedirectURLMismatch, "sandbox.refused.redirect"}
	}
	return app, to, nil
}

// serveLogin shows login.html.
func (pp *payerPages) serveLogin(w http.ResponseWriter, r *http.Request) {
	pp.showLogin(w, r, readLoginQuery(r.URL.Query()), http.StatusOK, "")
}

// showLogin shows login.html. problem is the id of a message above the form, or empty.
func (pp *payerPages) showLogin(w http.ResponseWriter, r *http.Request, q loginQuery, status int, problem string) {
	app, to, refused := pp.loginTarget(q)
	if refused != nil {
		pp.refusePage(w, r, "sandbox.login.refused", *refused)
		return
	}
	p := texts(r)
	view := loginView{Printer: p, declineURL: q.target(*to, ""), merchant: app.Name}
	if problem != "" {
		view.problem = p.T(problem)
	}
	pp.locked(func(k *core) {
		for _, u := range k.sortedUsers() {
			view.users = append(view.users, *u)
		}
		view.hidden = []formField{{"appKey", q.appKey}, {"redirectUrl", q.redirectURL}, {"state", q.state}, {"once", k.newForm(q.subject())}}
	})
	pp.render(w, r, status, loginPage(view), q.redirectURL)
}

// serveLoginForm signs the chosen user in and returns the browser with the one-time code.
func (pp *payerPages) serveLoginForm(w http.ResponseWriter, r *http.Request) {
	q := readLoginQuery(r.PostForm)
	app, to, refused := pp.loginTarget(q)
	if refused != nil {
		pp.refusePage(w, r, "sandbox.login.refused", *refused)
		return
	}
	var code string
	fresh, known := true, true
	pp.locked(func(k *core) {
		if fresh = k.useForm(q.subject(), r.PostForm.Get("once")); !fresh {
			return
		}
		uid := r.PostForm.Get("uid")
		if known = k.users[uid] != nil; known {
			code = k.newCode(app.AppID, uid)
		}
	})
	switch {
	case !fresh:
		pp.showLogin(w, r, q, http.StatusConflict, "sandbox.pay.used_form")
	case !known:
		pp.showLogin(w, r, q, http.StatusUnprocessableEntity, "sandbox.login.select")
	default:
		// loginTarget has found the address among the application's registered ones.
		http.Redirect(w, r, q.target(*to, code), http.StatusSeeOther)
	}
}
