package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

const accountPath = admin.AccountPath

// showAccount shows one's own account, or once the recovery codes that were just made: GET /admin/account.
func (h *handlers) showAccount(req *admin.Request) error {
	var codes []string
	told, err := req.Told(accountPath, &codes)
	if err != nil {
		return err
	}
	if told {
		return req.Answer("", pages.Recovery(pages.RecoveryView{Page: req.PageAt(pages.SectionAccount, accountPath), Codes: codes, Next: accountPath}))
	}
	view, err := h.accountView(req)
	if err != nil {
		return err
	}
	return req.Answer("", pages.Account(view))
}

func (h *handlers) accountView(req *admin.Request) (pages.AccountView, error) {
	sessions, err := h.accounts.Sessions(req.Context(), req.Who())
	if err != nil {
		return pages.AccountView{}, err
	}
	visit, err := h.accounts.LastVisit(req.Context(), req.Who())
	if err != nil {
		return pages.AccountView{}, err
	}
	person := req.Who().Staff
	view := pages.AccountView{
		Page: req.PageAt(pages.SectionAccount, accountPath), Name: pages.Field{Value: person.Name}, Langs: languageChoices(person.Lang), MinPassword: models.MinPassword,
		RecoveryLeft: staff.RecoveryLeft(person), Sessions: make([]pages.Session, len(sessions)),
	}
	for i, s := range sessions {
		view.Sessions[i] = sessionView(req.Printer, s, s.ID == req.Who().Session.ID)
	}
	view.LastVisit = visitView(req.Printer, visit, req.Who().Session.DeviceID)
	return view, h.fillAlerts(req, &view)
}

// visitView returns what happened since the last visit. device is the row of the browser that shows it.
func visitView(p *i18n.Printer, v staff.Visit, device string) pages.LastVisit {
	view := pages.LastVisit{Since: admin.Moment(p, v.Since), Refused: v.Refused, WrongCodes: v.WrongCodes}
	for _, d := range v.NewBrowsers {
		view.NewBrowsers = append(view.NewBrowsers, pages.NewBrowser{
			RemoteAddr: d.RemoteAddr, UserAgent: d.UserAgent, At: admin.Moment(p, d.CreatedAt), Current: d.ID == device,
		})
	}
	return view
}

func sessionView(p *i18n.Printer, s models.StaffSession, current bool) pages.Session {
	return pages.Session{
		ID: s.ID, RemoteAddr: s.RemoteAddr, UserAgent: s.UserAgent, Begun: admin.Moment(p, s.CreatedAt), Seen: admin.Moment(p, s.SeenAt),
		Ends: admin.Moment(p, s.ExpiresAt), Current: current,
	}
}

func languageChoices(chosen string) []pages.Choice {
	var list []pages.Choice
	for _, l := range i18n.Languages() {
		list = append(list, pages.Choice{Value: l.Tag, Label: l.Name, Selected: l.Tag == chosen})
	}
	return list
}

// changeProfile changes one's name and language: POST /admin/account with name, lang.
func (h *handlers) changeProfile(req *admin.Request, form url.Values) error {
	lang := form.Get("lang")
	if !slices.ContainsFunc(i18n.Languages(), func(l i18n.Language) bool { return l.Tag == lang }) {
		return admin.ErrFilter
	}
	err := h.accounts.ChangeProfile(req.Context(), req.Who(), req.Actor(), form.Get("name"), lang)
	if problem := nameProblem(err); problem != "" {
		view, err := h.accountView(req)
		if err != nil {
			return err
		}
		view.Name, view.Langs = pages.Field{Value: admin.Clip(form.Get("name")), Problem: problem}, languageChoices(lang)
		return req.Show(http.StatusUnprocessableEntity, pages.Account(view))
	}
	if err != nil {
		return err
	}
	req.SetLanguage(lang)
	return req.Done(accountPath, pages.NoticeSaved)
}

// nameProblem returns what is wrong with a name, or "" for another error.
func nameProblem(err error) invalid.Problem {
	switch {
	case errors.Is(err, staff.ErrName):
		return invalid.Characters
	case errors.Is(err, staff.ErrNameLink):
		return invalid.Link
	}
	return ""
}

// changePassword sets a new password: POST /admin/account/password with current, password.
func (h *handlers) changePassword(req *admin.Request, form url.Values) error {
	id, cause := h.accounts.ChangePassword(req.Context(), req.Who(), req.Actor(), form.Get("current"), form.Get("password"))
	if cause == nil {
		req.KeepSession(id)
		return req.Done(accountPath, pages.NoticePasswordChanged)
	}
	view, err := h.accountView(req)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch wait := staff.RetryAfter(cause); {
	case wait > 0:
		view.Current, view.WaitSeconds, status = invalid.Wait, wait, http.StatusTooManyRequests
		req.SetHeader("Retry-After", strconv.Itoa(wait))
	case errors.Is(cause, staff.ErrCurrent):
		view.Current = invalid.Current
	case errors.Is(cause, staff.ErrPassword):
		view.Password = invalid.Password
	case errors.Is(cause, staff.ErrPasswordIs):
		view.Password = invalid.Guessable
	default:
		return cause
	}
	return req.Show(status, pages.Account(view))
}

// newRecovery makes new recovery codes: POST /admin/account/recovery.
func (h *handlers) newRecovery(req *admin.Request) error {
	codes, err := h.accounts.NewRecoveryCodes(req.Context(), req.Who(), req.Actor())
	if err != nil {
		return err
	}
	return req.TellOnce(accountPath, codes)
}

// endSession ends one of one's sessions: POST /admin/account/sessions/{id}/end.
func (h *handlers) endSession(req *admin.Request) error {
	id := req.Param("session")
	if err := h.accounts.EndSession(req.Context(), req.Who(), req.Actor(), id); err != nil {
		return admin.NoPage(err)
	}
	if id == req.Who().Session.ID {
		req.DropSession()
		return req.Done(admin.LoginPath, pages.NoticeSignedOut)
	}
	return req.Done(accountPath, pages.NoticeSessionEnded)
}

// endOtherSessions ends all of one's sessions but this one: POST /admin/account/sessions/end.
func (h *handlers) endOtherSessions(req *admin.Request) error {
	if err := h.accounts.EndOthers(req.Context(), req.Who(), req.Actor()); err != nil {
		return err
	}
	return req.Done(accountPath, pages.NoticeSessionsEnded)
}

const newTOTPPath = accountPath + "/totp"

// showNewTOTP shows the key of another authenticator: GET /admin/account/totp.
func (h *handlers) showNewTOTP(req *admin.Request) error { return h.newTOTP(req, "", 0) }

// changeTOTP replaces the account's authenticator: POST /admin/account/totp with code.
func (h *handlers) changeTOTP(req *admin.Request, form url.Values) error {
	id, err := h.accounts.ConfirmKey(req.Context(), req.Who(), req.Actor(), form.Get("code"))
	if err != nil {
		problem, wait, err := req.CodeProblem(err)
		if err != nil {
			return err
		}
		return h.newTOTP(req, problem, wait)
	}
	req.KeepSession(id)
	return req.Done(accountPath, pages.NoticeTOTPChanged)
}

func (h *handlers) newTOTP(req *admin.Request, problem invalid.Problem, wait int) error {
	key, err := h.accounts.NewKey(req.Context(), req.Who())
	if err != nil {
		return err
	}
	view := pages.NewTOTPView{Page: req.PageAt(pages.SectionAccount, newTOTPPath), Problem: problem, WaitSeconds: wait}
	if view.QR, err = qrView(key); err != nil {
		return err
	}
	return req.Answer(pages.RefusalOf(problem), pages.NewTOTP(view))
}
