package staff

import (
	"context"
	"errors"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Credentials are what a person needs to sign in in addition to a password. They cannot be read again.
type Credentials struct {
	Key   Key
	Codes []string
}

// CheckPassword refuses the passwords that Create and ResetPassword refuse, so that a command can do so before it asks for the password
// again. Errors: ErrPassword, ErrPasswordIs.
func (a *Accounts) CheckPassword(password, email, name string) error {
	return checkPassword(password, normalEmail(email), name, a.issuer)
}

// Create creates an account for a person who types the password at the machine itself; in the browser, accounts are made with Invite. It
// uses Email, Name, Password and Lang of n.
//
// Errors, joined if several fields are wrong: ErrEmail, ErrEmailTaken, ErrName, ErrNameLink, ErrPassword, ErrPasswordIs.
func (a *Accounts) Create(ctx context.Context, by models.Actor, n NewAccount, role models.Role) (Credentials, error) {
	n.Email, n.Name = normalEmail(n.Email), strings.TrimSpace(n.Name)
	if err := errors.Join(checkEmail(n.Email), checkName(n.Name), checkPassword(n.Password, n.Email, n.Name, a.issuer)); err != nil {
		return Credentials{}, err
	}
	hash, err := a.password.hash(ctx, n.Password)
	if err != nil {
		return Credentials{}, err
	}
	codes, hashes := newRecovery()
	person := models.Staff{
		ID: models.NewID(), Email: n.Email, Name: n.Name, Role: role, Lang: n.Lang, PasswordHash: hash, TOTP: newSecret(), RecoveryHash: hashes,
		CreatedAt: a.clock(), UpdatedAt: a.clock(),
	}
	credentials := Credentials{Key: Key{Secret: person.TOTP, Issuer: a.issuer, Email: n.Email}, Codes: codes}
	facts := models.Facts{"email": n.Email, "name": n.Name, "role": string(role)}
	err = a.store.Audited(ctx, by, "staff.create", subjectOf(person.ID), nil, facts, func(tx *store.Store) error {
		if err := createAccount(ctx, tx, &person); err != nil {
			return err
		}
		// Setup links are for the first owner only, so they end when there is staff.
		return errors.Join(endInvitations(ctx, tx, n.Email), endInvitations(ctx, tx, ""))
	})
	if err != nil {
		return Credentials{}, err
	}
	return credentials, nil
}

// createAccount stores a new account. Errors: ErrEmailTaken.
func createAccount(ctx context.Context, tx *store.Store, person *models.Staff) error {
	err := tx.CreateStaff(ctx, person)
	if errors.Is(err, store.ErrDuplicate) {
		return ErrEmailTaken
	}
	return err
}

// ResetPassword sets a new password for an account and ends its sessions and links. It keeps the authenticator. Errors: store.ErrNotFound,
// ErrPassword, ErrPasswordIs.
func (a *Accounts) ResetPassword(ctx context.Context, by models.Actor, email, password string) error {
	person, err := a.Listed(ctx, email)
	if err != nil {
		return err
	}
	if err := checkPassword(password, person.Email, person.Name, a.issuer); err != nil {
		return err
	}
	hash, err := a.password.hash(ctx, password)
	if err != nil {
		return err
	}
	err = a.replaceCredentials(ctx, by, person, "staff.reset_password", store.StaffChange{PasswordHash: new(hash)})
	if err != nil {
		return err
	}
	return a.store.ClearFailures(ctx, passwordKey(person.Email))
}

// ResetTOTP gives an account a new authenticator key and new recovery codes, and ends its sessions and links. It keeps the password. It also works if
// the old key cannot be decrypted because the shop's own key was replaced. Errors: store.ErrNotFound.
func (a *Accounts) ResetTOTP(ctx context.Context, by models.Actor, email string) (Credentials, error) {
	person, err := a.Listed(ctx, email)
	if err != nil {
		return Credentials{}, err
	}
	codes, hashes := newRecovery()
	credentials := Credentials{Key: Key{Secret: newSecret(), Issuer: a.issuer, Email: person.Email}, Codes: codes}
	err = a.replaceCredentials(ctx, by, person, "staff.reset_totp", store.StaffChange{TOTP: new(credentials.Key.Secret), RecoveryHash: new(hashes)})
	if err != nil {
		return Credentials{}, err
	}
	return credentials, a.store.ClearFailures(ctx, codeKey(person.ID))
}

func (a *Accounts) replaceCredentials(ctx context.Context, by models.Actor, person models.Staff, action string, set store.StaffChange) error {
	return a.store.Audited(ctx, by, action, subjectOf(person.ID), nil, nil, func(tx *store.Store) error {
		if err := tx.UpdateStaff(ctx, person.ID, set); err != nil {
			return err
		}
		return errors.Join(endInvitations(ctx, tx, person.Email), tx.EndStaffSessions(ctx, person.ID, ""), tx.EndDevices(ctx, person.ID, ""))
	})
}

// Listed returns the account with an e-mail address, without its secrets. Errors: store.ErrNotFound.
func (a *Accounts) Listed(ctx context.Context, email string) (models.Staff, error) {
	return findAccount(ctx, a.store, withEmail(email))
}
