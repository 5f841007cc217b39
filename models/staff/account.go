package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ChangeProfile changes the person's own name and language (BCP 47). Errors: ErrName.
func (a *Accounts) ChangeProfile(ctx context.Context, s SignedIn, by models.Actor, name, lang string) error {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return err
	}
	return a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{Name: new(name), Lang: new(lang)}); err != nil {
			return fmt.Errorf("store account: %w", err)
		}
		return tx.Record(ctx, by, "staff.profile", subjectOf(s.Staff.ID),
			models.Facts{"name": s.Staff.Name, "lang": s.Staff.Lang}, models.Facts{"name": name, "lang": lang})
	})
}

// ChangePassword sets a new password, ends all other sessions, and puts this one under a new id.
//
// Errors: ErrCurrent, ErrPassword, ErrPasswordIs, *WaitError.
func (a *Accounts) ChangePassword(ctx context.Context, s SignedIn, by models.Actor, current, password string) (id string, err error) {
	if err := checkPassword(password, s.Staff.Email, s.Staff.Name, a.issuer); err != nil {
		return "", err
	}
	if err := a.try(ctx, passwordKey(s.Staff.Email), passwordSlowdown()); err != nil {
		return "", err
	}
	ok, _, err := a.password.verify(ctx, s.Staff.PasswordHash, current)
	if err != nil {
		return "", fmt.Errorf("check password: %w", err)
	}
	if !ok {
		return "", ErrCurrent
	}
	hash, err := a.password.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{PasswordHash: new(hash)}); err != nil {
			return fmt.Errorf("store account: %w", err)
		}
		id, err = a.secure(ctx, tx, s, by, "staff.password")
		return err
	})
	if err != nil {
		return "", err
	}
	return id, a.succeed(ctx, passwordKey(s.Staff.Email))
}

// secure follows a change of what protects the account: the other sessions end, and this one gets a new id.
func (a *Accounts) secure(ctx context.Context, tx *store.Store, s SignedIn, by models.Actor, action string) (id string, err error) {
	if err := tx.EndStaffSessions(ctx, s.Staff.ID, s.Session.ID); err != nil {
		return "", fmt.Errorf("end sessions: %w", err)
	}
	if id, err = a.renew(ctx, tx, s.Session); err != nil {
		return "", err
	}
	return id, tx.Record(ctx, by, action, subjectOf(s.Staff.ID), nil, nil)
}

const totpPrefix = "staff-totp:" // as enrolPrefix

// NewKey is what another authenticator is told, the same until it is confirmed or the session has another id.
func (a *Accounts) NewKey(ctx context.Context, s SignedIn) (Key, error) {
	key := Key{Issuer: a.issuer, Email: s.Staff.Email}
	kept, err := a.waiting(ctx, totpPrefix+s.Session.ID)
	if err != nil {
		return key, err
	}
	if kept.Secret != "" {
		key.Secret = models.Secret(kept.Secret)
		return key, nil
	}
	key.Secret = newSecret()
	return key, a.wait(ctx, totpPrefix+s.Session.ID, waiting{Secret: key.Secret.Reveal()})
}

// ConfirmKey makes the authenticator that was told NewKey the account's only one, ends all other sessions, and puts this one under a new
// id. Errors: ErrCode, also where there is nothing to confirm.
func (a *Accounts) ConfirmKey(ctx context.Context, s SignedIn, by models.Actor, typed string) (id string, err error) {
	kept, err := a.waiting(ctx, totpPrefix+s.Session.ID)
	if err != nil {
		return "", err
	}
	code, recovery, ok := readCode(typed)
	if kept.Secret == "" || !ok || recovery {
		return "", ErrCode
	}
	secret := models.Secret(kept.Secret)
	step, ok, err := matchStep(secret, code, a.machine(), 0)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", ErrCode
	}
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.DeleteSession(ctx, totpPrefix+s.Session.ID); err != nil {
			return err
		}
		if err := tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{TOTP: new(secret)}); err != nil {
			return fmt.Errorf("store account: %w", err)
		}
		if err := tx.UseTOTPStep(ctx, s.Staff.ID, step); err != nil {
			return fmt.Errorf("use code: %w", err)
		}
		id, err = a.secure(ctx, tx, s, by, "staff.totp")
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// NewRecoveryCodes replaces the recovery codes; the new ones are not seen again.
func (a *Accounts) NewRecoveryCodes(ctx context.Context, s SignedIn, by models.Actor) (codes []string, err error) {
	codes, hashes := newRecovery()
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{RecoveryHash: new(hashes)}); err != nil {
			return fmt.Errorf("store recovery codes: %w", err)
		}
		return tx.Record(ctx, by, "staff.recovery", subjectOf(s.Staff.ID), nil, nil)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// RetryAfter is how long an error says to wait, in seconds; 0 where it does not.
func RetryAfter(err error) int {
	if wait, ok := errors.AsType[*WaitError](err); ok {
		return wait.Seconds()
	}
	return 0
}
