package shop

import (
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/session"
	"github.com/coincart/coincart/web/visit"
)

// account is the visitor's account at the platform, as their session knows it.
type account struct {
	signIn *payments.SignIn
}

// payAs calls pay for a payer. An account that is signed in is kept signed in, or signed out if the platform does not know it any more.
func (a *account) payAs(v *visit.Visit, payer models.Payer, pay func(models.Payer) (payments.Placement, error)) (payments.Placement, error) {
	if payer.OpenID != "" {
		fresh, err := a.keepSignedIn(v)
		if err != nil {
			return payments.Placement{}, err
		}
		payer = fresh
	}
	placement, err := pay(payer)
	if errors.Is(err, payments.ErrSignIn) {
		err = a.signOut(v)
	}
	return placement, err
}

// keepSignedIn returns the account that the visitor is signed in to, with a token that is valid for the next minutes. A refreshed token is
// stored in the session at once, because the one before may be used up. Errors: payments.ErrSignIn if the visitor has to sign in again; the
// session then has no account any more.
func (a *account) keepSignedIn(v *visit.Visit) (models.Payer, error) {
	s, err := v.Session()
	if err != nil {
		return models.Payer{}, err
	}
	was := s.SignedIn()
	is, err := a.signIn.KeepSignedIn(v.Context(), was)
	if errors.Is(err, payments.ErrSignIn) {
		// Another tab may have refreshed the token a moment ago: then it is in the session, and good.
		if stored, lookErr := s.StoredPayer(v.Context()); lookErr == nil && stored.Known() && stored.Token != was.Token {
			s.SetPayer(stored)
			return stored, nil
		}
		return models.Payer{}, a.signOut(v)
	}
	if err != nil || is.Token == was.Token {
		return is, err
	}
	s.SetPayer(is)
	defer v.Afterwards()()
	return is, v.SaveSession()
}

// signOut removes an account that the platform no longer accepts, and returns payments.ErrSignIn.
func (a *account) signOut(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	s.Payer = session.Payer{}
	if err := v.RenewSession(); err != nil {
		return err
	}
	return payments.ErrSignIn
}
