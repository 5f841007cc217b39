package admin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// guard enforces a row of the table: who is not signed in is sent to sign in, a role without the permission is refused, and what needs a
// fresh code asks for one. Nothing of a handler runs before.
func (o *Office) guard(r Route, h handler) visit.Handler {
	return func(v *visit.Visit) error {
		d := &desk{Visit: v, office: o}
		if d.Posted() {
			defer o.counters.changed()
		}
		admitted, err := d.admit(r)
		if err == nil && admitted {
			err = h(d)
		}
		if err != nil {
			return &failed{page: d.frame(""), cause: err}
		}
		return nil
	}
}

// admit decides; where it says no without an error, it has answered already.
func (d *desk) admit(r Route) (admitted bool, err error) {
	if r.Door == DoorOpen {
		return true, nil
	}
	switch err := d.identify(); {
	case errors.Is(err, staff.ErrSignedOut):
		return false, d.toLogin()
	case err != nil:
		return false, err
	}
	if full := d.signedIn(); full != (r.Door == DoorFull) {
		if full {
			return false, d.SeeOther(Home)
		}
		return false, d.SeeOther(withNext(totpPath, d.wanted()))
	}
	if r.Door == DoorPassword {
		return true, nil
	}
	if !d.who.Staff.Role.Can(r.Permission) {
		return false, ErrForbidden
	}
	if r.StepUp && !d.office.accounts.SteppedUp(d.who) {
		return d.askFresh()
	}
	return true, nil
}

// toLogin sends somebody who is not signed in to the sign-in, and back to where they wanted to be after it. The cookie is left alone: a
// request of another tab may still carry the id from before a fresh code, and its answer must not take the new one away.
func (d *desk) toLogin() error {
	to := withNext(loginPath, d.wanted())
	if d.Cookie(sessionCookie) != "" {
		d.note(pages.NoticeExpired, "")
	}
	if d.Fragment() { // the page's script asked: it must not show the sign-in as a part of its page
		d.SetHeader("HX-Redirect", to)
		return d.Text(http.StatusOK, "")
	}
	return d.SeeOther(to)
}

// wanted is the page that a request is about: itself, or the page whose form it is.
func (d *desk) wanted() string {
	if !d.Posted() {
		return ownPage(d.BarePage().Path)
	}
	from, err := url.Parse(d.Header("Referer"))
	if err != nil {
		return Home
	}
	return ownPage(from.RequestURI())
}

// freshField is the code's field in a form that needs a fresh one.
const freshField = "totp"

// askFresh takes the fresh code that came with a form, or asks for one: what was typed into the form is kept in the question, so that
// the answer does what was wanted.
func (d *desk) askFresh() (admitted bool, err error) {
	question := pages.StepUpView{Action: stepUpPath, Fields: []pages.Hidden{{Name: "next", Value: d.wanted()}}}
	if d.Posted() {
		form, err := d.Form()
		if err != nil {
			return false, err
		}
		if typed := form.Get(freshField); typed != "" {
			err := d.takeFresh(typed)
			if err == nil {
				return true, nil
			}
			if question.Problem, question.WaitSeconds, err = d.codeProblem(err); err != nil {
				return false, err
			}
		}
		question.Action, question.Fields = d.Address(), hidden(form)
	}
	return false, d.showQuestion(question)
}
