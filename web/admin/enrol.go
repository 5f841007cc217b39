package admin

import (
	"errors"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// showSetup shows the page that makes the shop's first owner: GET /admin/setup/{token}.
func (o *Office) showSetup(d *desk) error { return o.showEnrolment(d, true) }

// setUp makes the first owner: POST /admin/setup/{token} with email, name, password, code.
func (o *Office) setUp(d *desk) error { return o.enrol(d, true) }

// showInvitation shows the page that makes or resets an account: GET /admin/invite/{token}.
func (o *Office) showInvitation(d *desk) error { return o.showEnrolment(d, false) }

// join makes or resets an account: POST /admin/invite/{token} with name, password, code.
func (o *Office) join(d *desk) error { return o.enrol(d, false) }

func (o *Office) showEnrolment(d *desk, first bool) error {
	e, err := o.enrolment(d, first)
	if err != nil {
		return err
	}
	view, err := enrolView(d, e)
	if err != nil {
		return err
	}
	view.Name.Value = e.Account.Name
	return d.show("", pages.Enrol(view))
}

// enrolment opens the link, with the secret that this browser was shown before, if it was.
func (o *Office) enrolment(d *desk, first bool) (staff.Enrolment, error) {
	known := d.Cookie(enrolCookie)
	e, err := o.accounts.Enrolment(d.Context(), d.Param("token"), known)
	if errors.Is(err, staff.ErrLink) || (err == nil && e.First() != first) {
		return e, visit.ErrUsedUp
	}
	if err != nil {
		return e, err
	}
	if e.Browser != known {
		d.KeepCookie(enrolCookie, e.Browser, models.InvitationTime)
	}
	return e, nil
}

func (o *Office) enrol(d *desk, first bool) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	e, err := o.enrolment(d, first)
	if err != nil {
		return err
	}
	input := staff.NewAccount{
		Email: form.Get("email"), Name: form.Get("name"), Password: form.Get("password"), Code: form.Get("code"), Lang: d.Printer.Lang(),
	}
	joined, err := o.accounts.Join(d.Context(), e, input, d.origin())
	if errors.Is(err, staff.ErrLink) {
		return visit.ErrUsedUp
	}
	if err != nil {
		return o.enrolAgain(d, e, input, err)
	}
	d.keep(joined.SessionID)
	d.DropCookie(enrolCookie)
	return d.show("", pages.Recovery(pages.RecoveryView{Page: d.frame(""), Codes: joined.Codes, Next: Home}))
}

// enrolAgain shows the page again with what was typed and what is wrong with it.
func (o *Office) enrolAgain(d *desk, e staff.Enrolment, input staff.NewAccount, cause error) error {
	view, err := enrolView(d, e)
	if err != nil {
		return err
	}
	if !view.EmailFixed {
		view.Email.Value = clip(input.Email)
	}
	view.Name.Value = clip(input.Name)
	known := false
	for _, p := range []struct {
		err     error
		problem pages.Problem
		field   *pages.Problem
	}{
		{staff.ErrEmail, pages.ProblemEmail, &view.Email.Problem},
		{staff.ErrEmailTaken, pages.ProblemEmailTaken, &view.Email.Problem},
		{staff.ErrName, pages.ProblemText, &view.Name.Problem},
		{staff.ErrPassword, pages.ProblemPassword, &view.Password},
		{staff.ErrPasswordIs, pages.ProblemPasswordIs, &view.Password},
		{staff.ErrCode, pages.ProblemCode, &view.Code},
	} {
		if errors.Is(cause, p.err) {
			*p.field, known = p.problem, true
		}
	}
	if !known {
		return cause
	}
	if input.Name == "" {
		view.Name.Problem = pages.ProblemMissing
	}
	return d.Show(http.StatusUnprocessableEntity, pages.Enrol(view))
}

func enrolView(d *desk, e staff.Enrolment) (pages.EnrolView, error) {
	view := pages.EnrolView{
		Page: d.page(""), First: e.First(), Reset: e.Reset(), Role: string(e.Invitation.Role), MinPassword: models.MinPassword,
		Email: pages.Field{Value: e.Invitation.Email}, EmailFixed: !e.First(), Action: InvitePath(d.Param("token")),
	}
	if view.First {
		view.Action = SetupPath(d.Param("token"))
	}
	view.Page.Path = view.Action
	var err error
	view.QR, err = qrView(e.Key(""))
	return view, err
}

func qrView(key staff.Key) (pages.QR, error) {
	size, path, err := key.QR()
	if err != nil {
		return pages.QR{}, err
	}
	return pages.QR{Size: size, Path: path, Secret: key.Grouped()}, nil
}
