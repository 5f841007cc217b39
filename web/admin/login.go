package admin

import (
	"errors"
	"strconv"

	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
)

const (
	loginPath = Home + "/login"
	totpPath  = Home + "/totp"
)

// showLogin shows the first step of signing in: GET /admin/login. Who is signed in needs none.
func (o *Office) showLogin(d *desk) error {
	next := ownPage(d.Query("next"))
	switch err := d.identify(); {
	case errors.Is(err, staff.ErrSignedOut):
		return d.show("", pages.Login(pages.LoginView{Page: d.page(""), Next: next}))
	case err != nil:
		return err
	case d.signedIn():
		return d.SeeOther(next)
	}
	return d.SeeOther(withNext(totpPath, next))
}

// signIn checks the password: POST /admin/login with email, password, next.
func (o *Office) signIn(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	next := ownPage(form.Get("next"))
	id, err := o.accounts.Begin(d.Context(), form.Get("email"), form.Get("password"), d.origin())
	if err == nil {
		if d.identify() == nil { // somebody who was signed in here signs in anew
			if err := o.accounts.SignOut(d.Context(), d.who); err != nil {
				return err
			}
		}
		d.keep(id)
		return d.SeeOther(withNext(totpPath, next))
	}
	view := pages.LoginView{Page: d.page(""), Email: clip(form.Get("email")), Next: next}
	switch wait := staff.RetryAfter(err); {
	case wait > 0:
		view.Problem, view.WaitSeconds = pages.ProblemWait, wait
		d.SetHeader("Retry-After", strconv.Itoa(wait))
	case errors.Is(err, staff.ErrSealed):
		view.Problem = pages.ProblemSealed
	case errors.Is(err, staff.ErrSignIn):
		view.Problem = pages.ProblemSignIn
	default:
		return err
	}
	return d.show(view.Problem, pages.Login(view))
}

// clip keeps a page from repeating more than a field holds.
func clip(text string) string {
	const longest = 254
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest])
	}
	return text
}
