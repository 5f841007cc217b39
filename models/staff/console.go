package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Credentials are what somebody needs to sign in besides a password: the authenticator's key and the recovery codes. They are not seen
// again.
type Credentials struct {
	Key   Key
	Codes []string
}

// CheckPassword refuses a password that Create and ResetPassword would refuse, before it is asked for a second time. Errors: ErrPassword,
// ErrPasswordIs.
func (a *Accounts) CheckPassword(password, email, name string) error {
	return checkPassword(password, normalEmail(email), name, a.issuer)
}

// Create makes an account at once, where somebody at the machine itself types the password; in the browser accounts are made by links
// (Invite). Only Email, Name, Password and Lang of n count.
//
// Errors, several at once: ErrEmail, ErrEmailTaken, ErrName, ErrPassword, ErrPasswordIs.
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
	made := Credentials{Key: Key{Secret: person.TOTP, Issuer: a.issuer, Email: n.Email}, Codes: codes}
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		err := tx.CreateStaff(ctx, &person)
		if errors.Is(err, store.ErrDuplicate) {
			return ErrEmailTaken
		}
		if err != nil {
			return fmt.Errorf("store account: %w", err)
		}
		// With staff there is no first owner to be any more, so the links for one are worth nothing.
		if err := errors.Join(endInvitations(ctx, tx, n.Email), endInvitations(ctx, tx, "")); err != nil {
			return err
		}
		return tx.Record(ctx, by, "staff.create", subjectOf(person.ID), nil, models.Facts{"email": n.Email, "name": n.Name, "role": string(role)})
	})
	if err != nil {
		return Credentials{}, err
	}
	return made, nil
}

// ResetPassword gives an account a new password and ends its sessions; the authenticator stays. Errors: store.ErrNotFound, ErrPassword,
// ErrPasswordIs.
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
	err = a.replace(ctx, by, person, "staff.reset_password", store.StaffChange{PasswordHash: new(hash)})
	if err != nil {
		return err
	}
	return a.succeed(ctx, passwordKey(person.Email))
}

// ResetTOTP gives an account a new authenticator key and new recovery codes, and ends its sessions; the password stays. It works where
// the old key cannot be opened any more, because the shop's own key was replaced. Errors: store.ErrNotFound.
func (a *Accounts) ResetTOTP(ctx context.Context, by models.Actor, email string) (Credentials, error) {
	person, err := a.Listed(ctx, email)
	if err != nil {
		return Credentials{}, err
	}
	codes, hashes := newRecovery()
	made := Credentials{Key: Key{Secret: newSecret(), Issuer: a.issuer, Email: person.Email}, Codes: codes}
	err = a.replace(ctx, by, person, "staff.reset_totp", store.StaffChange{TOTP: new(made.Key.Secret), RecoveryHash: new(hashes)})
	if err != nil {
		return Credentials{}, err
	}
	return made, a.succeed(ctx, codeKey(person.ID))
}

func (a *Accounts) replace(ctx context.Context, by models.Actor, person models.Staff, action string, set store.StaffChange) error {
	return a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.UpdateStaff(ctx, person.ID, set); err != nil {
			return fmt.Errorf("store account: %w", err)
		}
		if err := tx.EndStaffSessions(ctx, person.ID, ""); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return tx.Record(ctx, by, action, subjectOf(person.ID), nil, nil)
	})
}

// Listed finds an account by its address, without its secrets. The error is store.ErrNotFound.
func (a *Accounts) Listed(ctx context.Context, email string) (models.Staff, error) {
	return listed(ctx, a.store, withEmail(email))
}
