package platform

import (
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/session"
	"github.com/coincart/coincart/web/visit"
)

// afterSignIn is the page after a sign-in that did not say where it came from.
const afterSignIn = "/checkout"

// Connect redirects to the platform's login page: GET or POST /payments/connect with from, the page to come back to. A form that is posted
// here is the checkout's or the order's: what was typed into it is kept.
func (p *Pages) Connect(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	from := v.Query("from")
	if v.Posted() {
		form, err := v.Form()
		if err != nil {
			return err
		}
		from = form.Get("from")
		s.Draft = session.DraftOf(form, s.Draft)
		if err := p.keepPlace(v, s, form); err != nil {
			return err
		}
	}
	state := s.BeginSignIn(visit.OwnPath(from, afterSignIn), p.site.Clock())
	login, err := p.payments.LoginURL(state)
	if err != nil {
		return err
	}
	if err := v.SaveSession(); err != nil {
		return err
	}
	return v.SeeOther(login)
}

// Connected handles the redirect from the login page: GET /payments/connected?code=&state=. The state belongs to this browser, is used once
// and is at most 15 minutes old: another person's link signs nobody in.
func (p *Pages) Connected(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	from, ok := s.EndSignIn(v.Query("state"), p.site.Clock())
	if !ok {
		return visit.ErrUsedUp
	}
	code := v.Query("code")
	if code == "" {
		s.Notice = string(pages.NoticeConnectRefused)
		return saveAndReturn(v, v.SaveSession, from)
	}
	payer, err := p.payments.Connect(v.Context(), code)
	if err != nil {
		p.site.Log.WarnContext(v.Context(), "sign-in failed", "request", v.RequestID(), "error", err)
		s.Notice = string(pages.NoticeConnectFailed)
		return saveAndReturn(v, v.SaveSession, from)
	}
	s.SetPayer(payer)
	s.Notice = string(pages.NoticeConnected)
	return saveAndReturn(v, v.RenewSession, from)
}

// Disconnect forgets the account: POST /payments/disconnect, from the checkout's or an order's form.
func (p *Pages) Disconnect(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	from := visit.OwnPath(form.Get("from"), afterSignIn)
	if !s.SignedIn().Known() {
		return v.SeeOther(from)
	}
	s.Payer = session.Payer{}
	s.Notice = string(pages.NoticeDisconnected)
	s.Draft = session.DraftOf(form, s.Draft)
	return saveAndReturn(v, v.RenewSession, from)
}

// saveAndReturn stores the session and redirects to a page.
func saveAndReturn(v *visit.Visit, keep func() error, to string) error {
	if err := keep(); err != nil {
		return err
	}
	return v.SeeOther(to)
}

// keepPlace stores the country and region of the form, if it has them.
func (p *Pages) keepPlace(v *visit.Visit, s *session.Session, form url.Values) error {
	place := models.PlaceOf(form.Get("country"), form.Get("region"))
	if place.Country == "" || s.CartID == "" {
		return nil
	}
	err := p.site.Store.SetCartPlace(v.Context(), s.CartID, place)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
