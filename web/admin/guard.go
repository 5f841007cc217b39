package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// Guard returns the handler of a route, which enforces the permissions of the table. A person who is not signed in is redirected to the
// sign-in, a role without the permission is refused, a route that needs a fresh code asks for it, and an id must be valid. Only then does
// the route's own handler run.
func (o *Office) Guard(route Route) visit.Handler {
	return func(v *visit.Visit) error {
		req := &Request{Visit: v, office: o}
		if req.Posted() {
			defer o.counters.changed()
		}
		admitted, err := req.admit(route)
		switch {
		case err != nil || !admitted:
		case strings.Contains(route.Path, "/:id") && !IsID(req.ID()):
			err = visit.ErrNoPage
		default:
			err = route.Handler(req)
		}
		if err != nil {
			return &failed{page: req.Frame(""), cause: err}
		}
		return nil
	}
}

// admit reports whether the request may go on. If it returns false without an error, it has answered the request.
func (r *Request) admit(route Route) (admitted bool, err error) {
	if route.Door == DoorOpen {
		return true, nil
	}
	switch err := r.Identify(); {
	case errors.Is(err, staff.ErrSignedOut):
		return false, r.toLogin()
	case err != nil:
		return false, err
	}
	if full := r.SignedIn(); full != (route.Door == DoorFull) {
		if full {
			return false, r.SeeOther(Home)
		}
		return false, r.SeeOther(WithNext(CodePath, r.WantedPage()))
	}
	if route.Door == DoorPassword {
		return true, nil
	}
	if !route.Admits(r.who.Staff.Role) {
		r.NoteSecurity(models.SecurityForbidden, r.who.Staff.Email)
		return false, ErrForbidden
	}
	if route.StepUp && !r.office.accounts.SteppedUp(r.who) {
		return r.askFresh()
	}
	return true, nil
}

// toLogin redirects somebody who is not signed in to the sign-in, which leads back to the requested page. The cookie is kept: a request of
// another tab may still carry the id from before a fresh code, and its answer must not delete the new one.
func (r *Request) toLogin() error {
	to := WithNext(LoginPath, r.WantedPage())
	if r.Cookie(sessionCookie) != "" {
		r.LeaveNotice(pages.NoticeExpired, "")
	}
	return r.Leave(to) // also where the page's script asked: it must not show the sign-in as a part of its page
}

// WantedPage returns the address of the page that a request is about: its own, or that of the page whose form it is.
func (r *Request) WantedPage() string {
	if !r.Posted() {
		return OwnPage(r.BarePage().Path)
	}
	return OwnPage(r.Referer(Home))
}

// FreshCodeField is the name of the code's field in a form that needs a fresh code.
const FreshCodeField = "totp"

// askFresh checks the fresh code of a form, or asks for one. The question keeps what was typed into the form, so that the answer carries
// out the action.
func (r *Request) askFresh() (admitted bool, err error) {
	if !r.Posted() {
		return false, r.showQuestion(pages.StepUpView{Action: StepUpPath, Fields: []pages.Hidden{{Name: "next", Value: r.WantedPage()}}})
	}
	form, err := r.Form()
	if err != nil {
		return false, err
	}
	return r.freshFor(form, false)
}

// NeedFresh is for a handler whose form needs a fresh code only for some of what it can change: it reports whether the handler may go on,
// and otherwise has asked for the code. form is what was typed, with the names of pictures that were uploaded; the question sends it again
// as multipart/form-data.
func (r *Request) NeedFresh(form url.Values) (admitted bool, err error) {
	if r.office.accounts.SteppedUp(r.who) {
		return true, nil
	}
	return r.freshFor(form, true)
}

// freshFor checks the fresh code of a form that was read, or asks for one.
func (r *Request) freshFor(form url.Values, multipart bool) (admitted bool, err error) {
	question := pages.StepUpView{Action: r.Address(), Fields: HiddenFields(form), Multipart: multipart}
	if typed := form.Get(FreshCodeField); typed != "" {
		err := r.StepUp(typed)
		if err == nil {
			return true, nil
		}
		if question.Problem, question.WaitSeconds, err = r.CodeProblem(err); err != nil {
			return false, err
		}
	}
	return false, r.showQuestion(question)
}

// showQuestion asks for the code in place of the action: 403, or the status of a refused code.
func (r *Request) showQuestion(view pages.StepUpView) error {
	view.Page = r.Page("")
	status := http.StatusForbidden
	if view.Problem != "" {
		status = StatusOf(pages.RefusalOf(view.Problem))
	}
	return r.Show(status, pages.StepUp(view))
}
