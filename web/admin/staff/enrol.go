package staff

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// showEnrolment returns the handler of the page that makes the shop's first owner (first), or that makes or resets an account: GET
// /admin/setup/{token}, GET /admin/invite/{token}.
func (h *handlers) showEnrolment(first bool) admin.Handler {
	return func(req *admin.Request) error {
		e, err := h.enrolment(req, first)
		if err != nil {
			return err
		}
		view, err := enrolView(req, e)
		if err != nil {
			return err
		}
		view.Name.Value = e.Account.Name
		return req.Answer("", pages.Enrol(view))
	}
}

// enrolment opens the link, with the secret that this browser was shown before, if there is one.
func (h *handlers) enrolment(req *admin.Request, first bool) (staff.Enrolment, error) {
	known := req.Cookie(enrolCookie)
	e, err := h.accounts.Enrolment(req.Context(), req.Param("token"), known, req.Origin())
	if errors.Is(err, staff.ErrLink) || (err == nil && e.First() != first) {
		return e, visit.ErrUsedUp
	}
	if err != nil {
		return e, err
	}
	if e.Browser != known {
		req.KeepCookie(enrolCookie, e.Browser, models.InvitationTime)
	}
	return e, nil
}

// enrol returns the handler of that page's form: POST with email (of the first owner), name, password, code.
func (h *handlers) enrol(first bool) admin.Handler {
	return admin.WithForm(func(req *admin.Request, form url.Values) error {
		e, err := h.enrolment(req, first)
		if err != nil {
			return err
		}
		input := staff.NewAccount{
			Email: form.Get("email"), Name: form.Get("name"), Password: form.Get("password"), Code: form.Get("code"), Lang: req.Printer.Lang(),
		}
		joined, err := h.accounts.Join(req.Context(), e, input, req.Origin())
		if errors.Is(err, staff.ErrLink) {
			return visit.ErrUsedUp
		}
		if err != nil {
			return h.enrolAgain(req, e, input, err)
		}
		req.Open(joined.Opened)
		req.DropCookie(enrolCookie)
		return req.Answer("", pages.Recovery(pages.RecoveryView{Page: req.Frame(""), Codes: joined.Codes, Next: admin.Home}))
	})
}

// enrolAgain shows the page again with what was typed and what is wrong with it.
func (h *handlers) enrolAgain(req *admin.Request, e staff.Enrolment, input staff.NewAccount, cause error) error {
	view, err := enrolView(req, e)
	if err != nil {
		return err
	}
	if !view.EmailFixed {
		view.Email.Value = admin.Clip(input.Email)
	}
	view.Name.Value = admin.Clip(input.Name)
	known := false
	for _, p := range []struct {
		err     error
		problem invalid.Problem
		field   *invalid.Problem
	}{
		{staff.ErrEmail, invalid.Email, &view.Email.Problem},
		{staff.ErrEmailTaken, invalid.Taken, &view.Email.Problem},
		{staff.ErrName, invalid.Characters, &view.Name.Problem},
		{staff.ErrNameLink, invalid.Link, &view.Name.Problem},
		{staff.ErrPassword, invalid.Password, &view.Password},
		{staff.ErrPasswordIs, invalid.Guessable, &view.Password},
		{staff.ErrCode, invalid.Code, &view.Code},
	} {
		if errors.Is(cause, p.err) {
			*p.field, known = p.problem, true
		}
	}
	if !known {
		return cause
	}
	if input.Name == "" {
		view.Name.Problem = invalid.Missing
	}
	return req.Show(http.StatusUnprocessableEntity, pages.Enrol(view))
}

func enrolView(req *admin.Request, e staff.Enrolment) (pages.EnrolView, error) {
	view := pages.EnrolView{
		Page: req.Page(""), First: e.First(), Reset: e.Reset(), Role: string(e.Invitation.Role), MinPassword: models.MinPassword,
		Email: pages.Field{Value: e.Invitation.Email}, EmailFixed: !e.First(), Action: admin.InvitePath(req.Param("token")),
	}
	if view.First {
		view.Action = admin.SetupPath(req.Param("token"))
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

const enrolCookie = "coincart_admin_enrol"
