package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// Limits of form fields.
const (
	maxEmail = 254 // bytes, RFC 5321 §4.5.3.1.3
	maxName  = 100 // runes
)

// normalEmail returns the form of an address under which accounts are stored.
func normalEmail(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// checkEmail refuses an address that cannot name an account. No mail is sent to it.
func checkEmail(email string) error {
	if len(email) > maxEmail || strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ErrEmail
	}
	address, err := mail.ParseAddress(email)
	if err != nil || address.Name != "" || address.Address != email {
		return ErrEmail
	}
	return nil
}

func checkName(name string) error {
	if text.Blank(name) || utf8.RuneCountInString(name) > maxName || !text.Line(name) {
		return ErrName
	}
	if text.Linked(name) {
		return ErrNameLink
	}
	return nil
}

// Enrolment is a visit to the page on which a person sets up an account with an invitation, and the authenticator's secret shown there. The
// secret is encrypted in the database and bound to the browser, so that whoever passed the link on does not know it.
type Enrolment struct {
	Invitation models.Invitation
	Account    models.Staff // the account to reset; zero if a new one is made
	Browser    string       // value of the browser's cookie: the one it sent, or a new one

	token  string
	secret models.Secret
	issuer string
}

// First reports whether the account is the shop's first owner.
func (e Enrolment) First() bool { return e.Invitation.Email == "" }

// Reset reports whether the account exists already.
func (e Enrolment) Reset() bool { return e.Account.ID != "" }

// Key returns the key for the authenticator. email is the form's, used if the invitation names none.
func (e Enrolment) Key(email string) Key {
	if e.Invitation.Email != "" {
		email = e.Invitation.Email
	}
	if email == "" {
		email = string(e.Invitation.Role)
	}
	return Key{Secret: e.secret, Issuer: e.issuer, Email: email}
}

// pendingKey is an authenticator's key that is shown but not yet confirmed.
type pendingKey struct {
	Invitation string `json:"invitation,omitempty"`
	Secret     string `json:"secret"` // plain text, because models.Secret encodes as a placeholder; the store encrypts the row
}

const enrolPrefix = "staff-enrol:" // prefix of the session id under which a browser's enrolment is stored

// Enrolment returns the enrolment of a browser that opened an invitation's link. browser is the cookie of an earlier visit, if there is
// one. ErrLink: the link is unknown, expired or used, or the person who sent it may no longer invite.
func (a *Accounts) Enrolment(ctx context.Context, token, browser string, from Origin) (Enrolment, error) {
	e := Enrolment{token: token, issuer: a.issuer, Browser: browser}
	if !models.IsRef(token) {
		return e, a.unknownLink(ctx, token, from)
	}
	var err error
	e.Invitation, err = a.store.Invitation(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return e, a.unknownLink(ctx, token, from)
	}
	if err != nil {
		return e, err
	}
	if e.Account, err = a.checkInvitation(ctx, a.store, e.Invitation); err != nil {
		return e, err
	}
	if models.IsRef(browser) {
		kept, err := a.pendingKey(ctx, enrolPrefix+browser)
		if err != nil {
			return e, err
		}
		if kept.Invitation == e.Invitation.ID {
			e.secret = models.Secret(kept.Secret)
			return e, nil
		}
	}
	e.Browser, e.secret = models.NewRef(), newSecret()
	return e, a.putPendingKey(ctx, enrolPrefix+e.Browser, pendingKey{Invitation: e.Invitation.ID, Secret: e.secret.Reveal()})
}

// unknownLink returns ErrLink, and records a token that the shop did not make or has taken back.
func (a *Accounts) unknownLink(ctx context.Context, token string, from Origin) error {
	ended, err := a.store.KnowsInvitation(ctx, token)
	if err != nil {
		return err
	}
	if !ended {
		a.record(ctx, models.SecurityTamperedLink, "", from)
	}
	return ErrLink
}

// checkInvitation checks that an invitation is still valid and returns the account that it resets, if any. Errors: ErrLink.
func (a *Accounts) checkInvitation(ctx context.Context, tx *store.Store, i models.Invitation) (models.Staff, error) {
	var none models.Staff
	if i.Email == "" {
		n, err := tx.StaffCount(ctx)
		if err == nil && n > 0 {
			err = ErrLink // the shop has an owner
		}
		return none, err
	}
	if i.InvitedBy != "" {
		host, err := findAccount(ctx, tx, withID(i.InvitedBy))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return none, err
		}
		if err != nil || host.Disabled || !host.Role.Can(models.MayStaff) {
			return none, ErrLink
		}
	}
	account, err := findAccount(ctx, tx, withEmail(i.Email))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return none, nil
	case err != nil:
		return none, err
	case i.InvitedBy != "" || account.Disabled: // only the command line resets accounts
		return none, ErrLink
	}
	return account, nil
}

func (a *Accounts) pendingKey(ctx context.Context, id string) (pendingKey, error) {
	row, err := a.store.Session(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return pendingKey{}, nil
	}
	if err != nil {
		return pendingKey{}, err
	}
	var w pendingKey
	if err := json.Unmarshal(row.Data, &w); err != nil {
		return pendingKey{}, errors.New("read enrolment: it is damaged") // the cause could quote the secret
	}
	return w, nil
}

func (a *Accounts) putPendingKey(ctx context.Context, id string, w pendingKey) error {
	data, err := json.Marshal(w) //nolint:gosec // the store encrypts it
	if err != nil {
		return fmt.Errorf("encode enrolment: %w", err)
	}
	now := a.clock()
	return a.store.PutSession(ctx, id, models.Session{Data: data, CreatedAt: now, ExpiresAt: now.Add(models.InvitationTime)})
}

// NewAccount is the form for a new account. Email is used only if the invitation names none.
type NewAccount struct {
	Email    string
	Name     string
	Password string
	Code     string
	Lang     string
}

// Joined is the result of Join: the ids for the cookies of the first session and of the browser, and the recovery codes, which cannot be
// read again.
type Joined struct {
	Opened

	Codes []string
}

// Join creates or resets the account, uses up the link, and signs the person in.
//
// Errors, joined if several fields are wrong: ErrEmail, ErrEmailTaken, ErrName, ErrNameLink, ErrPassword, ErrPasswordIs, ErrCode; ErrLink alone.
func (a *Accounts) Join(ctx context.Context, e Enrolment, n NewAccount, from Origin) (Joined, error) {
	n.Email, n.Name = normalEmail(n.Email), strings.TrimSpace(n.Name)
	if !e.First() {
		n.Email = e.Invitation.Email
	}
	step, err := a.checkNew(e, n)
	if err != nil {
		return Joined{}, err
	}
	leave, err := a.password.enter(true)
	if err != nil {
		return Joined{}, err
	}
	defer leave()
	hash, err := a.password.hash(ctx, n.Password)
	if err != nil {
		return Joined{}, err
	}
	codes, hashes := newRecovery()
	joined := Joined{Codes: codes}
	person := models.Staff{
		ID: models.NewID(), Email: n.Email, Name: n.Name, Role: e.Invitation.Role, Lang: n.Lang, PasswordHash: hash,
		TOTP: e.secret, TOTPStep: step, RecoveryHash: hashes, CreatedAt: a.clock(), UpdatedAt: a.clock(), LastLoginAt: a.clock(),
	}
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		id, err := a.join(ctx, tx, e, person, from)
		if err != nil {
			return err
		}
		joined.Opened, _, err = a.open(ctx, tx, id, e.Account.LastLoginAt, from)
		return err
	})
	if err != nil {
		return Joined{}, err
	}
	if err := a.store.DeleteSession(ctx, enrolPrefix+e.Browser); err != nil {
		return Joined{}, err
	}
	return joined, a.store.ClearFailures(ctx, passwordKey(n.Email))
}

func (a *Accounts) checkNew(e Enrolment, n NewAccount) (step int64, err error) {
	code, recovery, ok := readCode(n.Code)
	step, found, err := matchStep(e.secret, code, a.machine(), 0)
	if err != nil {
		return 0, err
	}
	if !ok || recovery || !found {
		err = ErrCode
	}
	return step, errors.Join(checkEmail(n.Email), checkName(n.Name), checkPassword(n.Password, n.Email, n.Name, a.issuer), err)
}

// join uses up the link, creates or resets the account, and returns its id.
func (a *Accounts) join(ctx context.Context, tx *store.Store, e Enrolment, person models.Staff, from Origin) (id string, err error) {
	err = tx.UseInvitation(ctx, e.token)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return "", ErrLink
	}
	if err != nil {
		return "", err
	}
	account, err := a.checkInvitation(ctx, tx, e.Invitation)
	if err != nil {
		return "", err
	}
	if account.ID != "" {
		return account.ID, a.reset(ctx, tx, account, person, from)
	}
	if err := createAccount(ctx, tx, &person); err != nil {
		return "", err
	}
	by := SignedIn{Staff: person}.Actor(from)
	err = tx.Record(ctx, by, "staff.join", subjectOf(person.ID), nil,
		models.Facts{"email": person.Email, "name": person.Name, "role": string(person.Role), "invited_by": e.Invitation.InvitedBy})
	if err != nil || !e.First() {
		return person.ID, err
	}
	// Recording in the audit log serialises transactions: if two first owners join at the same time, the second counts the first here.
	n, err := tx.StaffCount(ctx)
	if err != nil {
		return "", err
	}
	if n != 1 {
		return "", ErrLink
	}
	return person.ID, endInvitations(ctx, tx, "") // end the other setup links
}

// reset gives an account a new password and a new authenticator. Role and address stay.
func (a *Accounts) reset(ctx context.Context, tx *store.Store, account, person models.Staff, from Origin) error {
	err := tx.UpdateStaff(ctx, account.ID, store.StaffChange{
		Name: new(person.Name), PasswordHash: new(person.PasswordHash), TOTP: new(person.TOTP), RecoveryHash: new(person.RecoveryHash),
		LastLoginAt: new(person.LastLoginAt),
	})
	if err != nil {
		return err
	}
	if err := tx.UseTOTPStep(ctx, account.ID, person.TOTPStep); err != nil {
		return err
	}
	if err := errors.Join(tx.EndStaffSessions(ctx, account.ID, ""), tx.EndDevices(ctx, account.ID, "")); err != nil {
		return err
	}
	by := SignedIn{Staff: account}.Actor(from)
	return tx.Record(ctx, by, "staff.reset", subjectOf(account.ID), models.Facts{"name": account.Name}, models.Facts{"name": person.Name})
}
