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

// The limits of what is typed.
const (
	maxEmail = 254 // RFC 5321 §4.5.3.1.3
	maxName  = 100 // runes
)

// normalEmail is an address as accounts are found by it.
func normalEmail(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// checkEmail accepts an address that can name an account. Nothing is sent to it.
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
	return nil
}

// Enrolment is somebody at the page that makes an account, with the secret that their authenticator is told there. The secret is
// sealed in the database and bound to the browser, so that whoever passed the link on does not know it.
type Enrolment struct {
	Invitation models.Invitation
	Account    models.Staff // the account that gets a new password and authenticator; zero where a new one is made
	Browser    string       // value of the browser's cookie, new or as it came

	token  string
	secret models.Secret
	issuer string
}

// First reports that this is the shop's first owner.
func (e Enrolment) First() bool { return e.Invitation.Email == "" }

// Reset reports that the account is there already.
func (e Enrolment) Reset() bool { return e.Account.ID != "" }

// Key is what the authenticator is told; email is what was typed, where the invitation does not say.
func (e Enrolment) Key(email string) Key {
	if e.Invitation.Email != "" {
		email = e.Invitation.Email
	}
	if email == "" {
		email = string(e.Invitation.Role)
	}
	return Key{Secret: e.secret, Issuer: e.issuer, Email: email}
}

// waiting is what is kept of an enrolment between showing the page and sending it.
type waiting struct {
	Invitation string `json:"invitation,omitempty"`
	Secret     string `json:"secret"` // plain text, because models.Secret hides itself from encoders; sealed with the row
}

const enrolPrefix = "staff-enrol:" // of the rows' ids, which the browsers' sessions are kept with

// Enrolment opens a link's page for a browser, which may bring the cookie of an earlier visit. The error is ErrLink for a link that is
// unknown, too old, used, or from somebody who may not invite any more.
func (a *Accounts) Enrolment(ctx context.Context, token, browser string) (Enrolment, error) {
	e := Enrolment{token: token, issuer: a.issuer, Browser: browser}
	if !models.IsRef(token) {
		return e, ErrLink
	}
	var err error
	e.Invitation, err = a.store.Invitation(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return e, ErrLink
	}
	if err != nil {
		return e, fmt.Errorf("load invitation: %w", err)
	}
	if e.Account, err = a.invited(ctx, a.store, e.Invitation); err != nil {
		return e, err
	}
	if models.IsRef(browser) {
		kept, err := a.waiting(ctx, enrolPrefix+browser)
		if err != nil {
			return e, err
		}
		if kept.Invitation == e.Invitation.ID {
			e.secret = models.Secret(kept.Secret)
			return e, nil
		}
	}
	e.Browser, e.secret = models.NewRef(), newSecret()
	return e, a.wait(ctx, enrolPrefix+e.Browser, waiting{Invitation: e.Invitation.ID, Secret: e.secret.Reveal()})
}

// invited checks that an invitation still stands, and finds the account that it resets, if it does. The error is ErrLink.
func (a *Accounts) invited(ctx context.Context, tx *store.Store, i models.Invitation) (models.Staff, error) {
	var none models.Staff
	if i.Email == "" {
		n, err := tx.StaffCount(ctx)
		if err != nil {
			return none, fmt.Errorf("count staff: %w", err)
		}
		if n > 0 {
			return none, ErrLink // the shop has its owner
		}
		return none, nil
	}
	if i.InvitedBy != "" {
		host, err := listed(ctx, tx, withID(i.InvitedBy))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return none, err
		}
		if err != nil || host.Disabled || !host.Role.Can(models.MayStaff) {
			return none, ErrLink
		}
	}
	account, err := listed(ctx, tx, withEmail(i.Email))
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

func (a *Accounts) waiting(ctx context.Context, id string) (waiting, error) {
	row, err := a.store.Session(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return waiting{}, nil
	}
	if err != nil {
		return waiting{}, fmt.Errorf("read enrolment: %w", err)
	}
	var w waiting
	if err := json.Unmarshal(row.Data, &w); err != nil {
		return waiting{}, errors.New("read enrolment: it is damaged") // the cause could quote the secret
	}
	return w, nil
}

func (a *Accounts) wait(ctx context.Context, id string, w waiting) error {
	data, err := json.Marshal(w) //nolint:gosec // the store seals it
	if err != nil {
		return fmt.Errorf("encode enrolment: %w", err)
	}
	now := a.clock()
	row := models.Session{Data: data, CreatedAt: now, ExpiresAt: now.Add(models.InvitationTime)}
	if err := a.store.PutSession(ctx, id, row); err != nil {
		return fmt.Errorf("store enrolment: %w", err)
	}
	return nil
}

// NewAccount is what is typed to make an account. Email counts only where the invitation names none.
type NewAccount struct {
	Email    string
	Name     string
	Password string
	Code     string
	Lang     string
}

// Joined is a new account: its first session's cookie id, and its recovery codes, which are not seen again.
type Joined struct {
	SessionID string
	Codes     []string
}

// Join makes the account, or resets it, uses the link up and signs the person in.
//
// Errors, several at once where several fields are wrong: ErrEmail, ErrEmailTaken, ErrName, ErrPassword, ErrPasswordIs, ErrCode; ErrLink.
func (a *Accounts) Join(ctx context.Context, e Enrolment, n NewAccount, from Origin) (Joined, error) {
	n.Email, n.Name = normalEmail(n.Email), strings.TrimSpace(n.Name)
	if !e.First() {
		n.Email = e.Invitation.Email
	}
	step, err := a.checkNew(e, n)
	if err != nil {
		return Joined{}, err
	}
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
		joined.SessionID, err = a.begin(ctx, tx, a.fullSession(id, from))
		return err
	})
	if err != nil {
		return Joined{}, err
	}
	if err := a.store.DeleteSession(ctx, enrolPrefix+e.Browser); err != nil {
		return Joined{}, fmt.Errorf("forget enrolment: %w", err)
	}
	return joined, a.succeed(ctx, passwordKey(n.Email))
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

// join uses the link up and stores the account. It returns the account's id.
func (a *Accounts) join(ctx context.Context, tx *store.Store, e Enrolment, person models.Staff, from Origin) (id string, err error) {
	err = tx.UseInvitation(ctx, e.token)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return "", ErrLink
	}
	if err != nil {
		return "", fmt.Errorf("use invitation: %w", err)
	}
	account, err := a.invited(ctx, tx, e.Invitation)
	if err != nil {
		return "", err
	}
	if account.ID != "" {
		return account.ID, a.reset(ctx, tx, account, person, from)
	}
	err = tx.CreateStaff(ctx, &person)
	if errors.Is(err, store.ErrDuplicate) {
		return "", ErrEmailTaken
	}
	if err != nil {
		return "", fmt.Errorf("store account: %w", err)
	}
	by := SignedIn{Staff: person}.Actor(from)
	err = tx.Record(ctx, by, "staff.join", subjectOf(person.ID), nil,
		models.Facts{"email": person.Email, "name": person.Name, "role": string(person.Role), "invited_by": e.Invitation.InvitedBy})
	if err != nil || !e.First() {
		return person.ID, err
	}
	// Writers of the audit log queue: of two first owners who join at the same moment, the second finds the first one here.
	n, err := tx.StaffCount(ctx)
	if err != nil {
		return "", fmt.Errorf("count staff: %w", err)
	}
	if n != 1 {
		return "", ErrLink
	}
	return person.ID, endInvitations(ctx, tx, "") // other links for a first owner are worth nothing now
}

// reset gives an account a new password and a new authenticator; role and address stay.
func (a *Accounts) reset(ctx context.Context, tx *store.Store, account, person models.Staff, from Origin) error {
	err := tx.UpdateStaff(ctx, account.ID, store.StaffChange{
		Name: new(person.Name), PasswordHash: new(person.PasswordHash), TOTP: new(person.TOTP), RecoveryHash: new(person.RecoveryHash),
		LastLoginAt: new(person.LastLoginAt),
	})
	if err != nil {
		return fmt.Errorf("store account: %w", err)
	}
	if err := tx.UseTOTPStep(ctx, account.ID, person.TOTPStep); err != nil {
		return fmt.Errorf("use code: %w", err)
	}
	if err := tx.EndStaffSessions(ctx, account.ID, ""); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	by := SignedIn{Staff: account}.Actor(from)
	return tx.Record(ctx, by, "staff.reset", subjectOf(account.ID), models.Facts{"name": account.Name}, models.Facts{"name": person.Name})
}
