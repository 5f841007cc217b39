package admin

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const accountPath = Home + "/account"

// showAccount shows one's own account: GET /admin/account.
func (o *Office) showAccount(d *desk) error {
	view, err := o.accountView(d)
	if err != nil {
		return err
	}
	return d.show("", pages.Account(view))
}

func (o *Office) accountView(d *desk) (pages.AccountView, error) {
	sessions, err := o.accounts.Sessions(d.Context(), d.who)
	if err != nil {
		return pages.AccountView{}, err
	}
	person := d.who.Staff
	view := pages.AccountView{
		Page: d.page(pages.SectionAccount), Name: pages.Field{Value: person.Name}, Langs: langs(person.Lang), MinPassword: models.MinPassword,
		RecoveryLeft: staff.RecoveryLeft(person), Sessions: make([]pages.Session, len(sessions)),
	}
	view.Page.Path = accountPath
	for i, s := range sessions {
		view.Sessions[i] = sessionView(d.Printer, s, s.ID == d.who.Session.ID)
	}
	return view, nil
}

func sessionView(p *i18n.Printer, s models.StaffSession, current bool) pages.Session {
	return pages.Session{
		ID: s.ID, RemoteAddr: s.RemoteAddr, UserAgent: s.UserAgent, Begun: moment(p, s.CreatedAt), Seen: moment(p, s.SeenAt),
		Ends: moment(p, s.ExpiresAt), Current: current,
	}
}

func langs(chosen string) []pages.Choice {
	var list []pages.Choice
	for _, l := range i18n.Languages() {
		list = append(list, pages.Choice{Value: l.Tag, Label: l.Name, Selected: l.Tag == chosen})
	}
	return list
}

// changeProfile changes one's name and language: POST /admin/account with name, lang.
func (o *Office) changeProfile(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	lang := form.Get("lang")
	if !slices.ContainsFunc(i18n.Languages(), func(l i18n.Language) bool { return l.Tag == lang }) {
		return ErrFilter
	}
	err = o.accounts.ChangeProfile(d.Context(), d.who, d.actor(), form.Get("name"), lang)
	if errors.Is(err, staff.ErrName) {
		view, err := o.accountView(d)
		if err != nil {
			return err
		}
		view.Name, view.Langs = pages.Field{Value: clip(form.Get("name")), Problem: pages.ProblemText}, langs(lang)
		return d.Show(http.StatusUnprocessableEntity, pages.Account(view))
	}
	if err != nil {
		return err
	}
	d.SetLanguage(lang)
	return d.done(accountPath, pages.NoticeSaved)
}

// changePassword sets a new password: POST /admin/account/password with current, password.
func (o *Office) changePassword(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	id, cause := o.accounts.ChangePassword(d.Context(), d.who, d.actor(), form.Get("current"), form.Get("password"))
	if cause == nil {
		d.keep(id)
		return d.done(accountPath, pages.NoticePasswordChanged)
	}
	view, err := o.accountView(d)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch wait := staff.RetryAfter(cause); {
	case wait > 0:
		view.Current, view.WaitSeconds, status = pages.ProblemWait, wait, http.StatusTooManyRequests
		d.SetHeader("Retry-After", strconv.Itoa(wait))
	case errors.Is(cause, staff.ErrCurrent):
		view.Current = pages.ProblemCurrent
	case errors.Is(cause, staff.ErrPassword):
		view.Password = pages.ProblemPassword
	case errors.Is(cause, staff.ErrPasswordIs):
		view.Password = pages.ProblemPasswordIs
	default:
		return cause
	}
	return d.Show(status, pages.Account(view))
}

// newRecovery makes new recovery codes: POST /admin/account/recovery.
func (o *Office) newRecovery(d *desk) error {
	codes, err := o.accounts.NewRecoveryCodes(d.Context(), d.who, d.actor())
	if err != nil {
		return err
	}
	view := pages.RecoveryView{Page: d.page(pages.SectionAccount), Codes: codes, Next: accountPath}
	view.Page.Path = accountPath
	return d.show("", pages.Recovery(view))
}

// endSession ends one of one's sessions: POST /admin/account/sessions/{id}/end.
func (o *Office) endSession(d *desk) error {
	id := d.Param("id")
	if err := o.accounts.EndSession(d.Context(), d.who, d.actor(), id); err != nil {
		return missing(err)
	}
	if id == d.who.Session.ID {
		d.DropCookie(sessionCookie)
		return d.done(loginPath, pages.NoticeSignedOut)
	}
	return d.done(accountPath, pages.NoticeSessionEnded)
}

// endOtherSessions ends all of one's sessions but this one: POST /admin/account/sessions/end.
func (o *Office) endOtherSessions(d *desk) error {
	if err := o.accounts.EndOthers(d.Context(), d.who, d.actor()); err != nil {
		return err
	}
	return d.done(accountPath, pages.NoticeSessionsEnded)
}
