package staff

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// showLogin shows the first step of signing in: GET /admin/login. Who is signed in needs none.
func (h *handlers) showLogin(req *admin.Request) error {
	next := admin.OwnPage(req.Query("next"))
	switch err := req.Identify(); {
	case errors.Is(err, staff.ErrSignedOut):
		return req.Answer("", pages.Login(pages.LoginView{Page: req.Page(""), Next: next}))
	case err != nil:
		return err
	case req.SignedIn():
		return req.SeeOther(next)
	}
	return req.SeeOther(admin.WithNext(admin.CodePath, next))
}

// signIn checks the password: POST /admin/login with email, password, next.
func (h *handlers) signIn(req *admin.Request, form url.Values) error {
	next := admin.OwnPage(form.Get("next"))
	id, err := h.accounts.Begin(req.Context(), form.Get("email"), form.Get("password"), req.Origin())
	if err == nil {
		if req.Identify() == nil { // somebody who was signed in here signs in anew
			if err := h.accounts.SignOut(req.Context(), req.Who()); err != nil {
				return err
			}
		}
		req.KeepSession(id)
		return req.SeeOther(admin.WithNext(admin.CodePath, next))
	}
	view := pages.LoginView{Page: req.Page(""), Email: admin.Clip(form.Get("email")), Next: next}
	switch wait := staff.RetryAfter(err); {
	case wait > 0:
		view.Refusal, view.WaitSeconds = pages.RefusalOf(invalid.Wait), wait
		req.SetHeader("Retry-After", strconv.Itoa(wait))
	case errors.Is(err, staff.ErrSealed):
		view.Refusal = pages.RefusalSealed
	case errors.Is(err, staff.ErrSignIn):
		view.Refusal = pages.RefusalSignIn
	default:
		return err
	}
	return req.Answer(view.Refusal, pages.Login(view))
}
