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

	action     string
	declineURL string
	hidden     []formField
	merchant   string
	users      []User
	problem    string
}

// loginSubject is what the one-time token of a sign-in's form is for.
func loginSubject(q url.Values) string {
	return "login " + q.Get("appKey") + " " + q.Get("redirectUrl")
}

// returnTo returns the address where a sign-in ends, with the state and the code if they are not empty.
func returnTo(to url.URL, state, code string) string {
	query := to.Query()
	if code != "" {
		query.Set("code", code)
	}
	if state != "" {
		query.Set("state", state)
	}
	to.RawQuery = query.Encode()
	return to.String()
}

// loginTarget returns the application of a sign-in and the address where it ends, if that is allowed (50002 otherwise, platform/api.md §4).
func (pp *payerPages) loginTarget(q url.Values) (*App, *url.URL, *pageProblem) {
	app := pp.cfg.app(q.Get("appKey"))
	if app == nil {
		return nil, nil, &pageProblem{http.StatusNotFound, opay.CodeAppKeyUnknown, "sandbox.refused.no_app"}
	}
	to, err := pp.cfg.returnAddress(q.Get("redirectUrl"))
	if err != nil || !app.mayReturnTo(to) || len(q.Get("state")) > maxStateParameter {
		return nil, nil, &pageProblem{http.StatusBadRequest, opay.CodeRedirectURLMismatch, "sandbox.refused.redirect"}
	}
	return app, to, nil
}

// serveLogin shows login.html.
func (pp *payerPages) serveLogin(w http.ResponseWriter, r *http.Request) {
	pp.showLogin(w, r, r.URL.Query(), http.StatusOK, "")
}

// showLogin shows login.html. problem is the id of a message above the form, or empty.
func (pp *payerPages) showLogin(w http.ResponseWriter, r *http.Request, q url.Values, status int, problem string) {
	app, to, refused := pp.loginTarget(q)
	if refused != nil {
		pp.refusePage(w, r, "sandbox.login.refused", *refused)
		return
	}
	p := texts(r)
	view := loginView{Printer: p, action: r.URL.Path, declineURL: returnTo(*to, q.Get("state"), ""), merchant: app.Name}
	if problem != "" {
		view.problem = p.T(problem)
	}
	pp.locked(func(k *core) {
		for _, u := range k.sortedUsers() {
			view.users = append(view.users, *u)
		}
		view.hidden = hiddenFields(q, k.newForm(loginSubject(q)), "appKey", "redirectUrl", "state")
	})
	pp.render(w, r, status, loginPage(view), q.Get("redirectUrl"))
}

// serveLoginForm signs the chosen user in and returns the browser with the one-time code.
func (pp *payerPages) serveLoginForm(w http.ResponseWriter, r *http.Request) {
	q := r.PostForm
	app, to, refused := pp.loginTarget(q)
	if refused != nil {
		pp.refusePage(w, r, "sandbox.login.refused", *refused)
		return
	}
	var code string
	fresh, known := true, true
	pp.locked(func(k *core) {
		if fresh = k.useForm(loginSubject(q), r.PostForm.Get("once")); !fresh {
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
		http.Redirect(w, r, returnTo(*to, q.Get("state"), code), http.StatusSeeOther)
	}
}
