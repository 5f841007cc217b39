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

// showLogin shows the first step of signing in: GET /admin/login. A person who is signed in is redirected.
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
		if req.Identify() == nil { // the person was signed in here already
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

// fewRecoveryCodes is the number of recovery codes below which a notice warns.
const fewRecoveryCodes = 3

// showCode shows the second step of signing in: GET /admin/totp.
func (h *handlers) showCode(req *admin.Request) error {
	return req.Answer("", pages.Code(pages.CodeView{Page: req.Page(""), Next: admin.OwnPage(req.Query("next"))}))
}

// giveCode checks the code: POST /admin/totp with code or recovery, and next.
func (h *handlers) giveCode(req *admin.Request, form url.Values) error {
	typed, recovery := form.Get("code"), form.Get("recovery")
	if typed == "" {
		typed = recovery
	}
	next := admin.OwnPage(form.Get("next"))
	opened, err := h.accounts.Finish(req.Context(), req.Who(), typed, req.Origin())
	if err != nil {
		view := pages.CodeView{Page: req.Page(""), Next: next, Recovering: recovery != ""}
		if view.Problem, view.WaitSeconds, err = req.CodeProblem(err); err != nil {
			return err
		}
		return req.Answer(pages.RefusalOf(view.Problem), pages.Code(view))
	}
	req.Open(opened)
	if req.Who().Staff.Lang != "" {
		req.SetLanguage(req.Who().Staff.Lang)
	}
	if left := staff.RecoveryLeft(req.Who().Staff); recovery != "" && left-1 < fewRecoveryCodes {
		req.LeaveNotice(pages.NoticeRecoveryFew, strconv.Itoa(left-1))
	}
	return req.SeeOther(next)
}

// showStepUp asks for a fresh code: GET /admin/step-up?next=.
func (h *handlers) showStepUp(req *admin.Request) error {
	next := []pages.Hidden{{Name: "next", Value: admin.OwnPage(req.Query("next"))}}
	return req.Answer("", pages.StepUp(pages.StepUpView{Page: req.Page(""), Action: admin.StepUpPath, Fields: next}))
}

// stepUp checks a fresh code: POST /admin/step-up with totp, next.
func (h *handlers) stepUp(req *admin.Request, form url.Values) error {
	next := admin.OwnPage(form.Get("next"))
	if err := req.StepUp(form.Get(admin.FreshCodeField)); err != nil {
		view := pages.StepUpView{Page: req.Page(""), Action: admin.StepUpPath, Fields: []pages.Hidden{{Name: "next", Value: next}}}
		if view.Problem, view.WaitSeconds, err = req.CodeProblem(err); err != nil {
			return err
		}
		return req.Answer(pages.RefusalOf(view.Problem), pages.StepUp(view))
	}
	return req.SeeOther(next)
}

// signOut ends the session: POST /admin/logout.
func (h *handlers) signOut(req *admin.Request) error {
	switch err := req.Identify(); {
	case err == nil:
		if err := h.accounts.SignOut(req.Context(), req.Who()); err != nil {
			return err
		}
	case !errors.Is(err, staff.ErrSignedOut):
		return err
	}
	req.DropSession()
	return req.Done(admin.LoginPath, pages.NoticeSignedOut)
}
