package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ChangeProfile changes the person's own name and language (a BCP 47 tag). Errors: ErrName.
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

// ChangePassword sets a new password, ends the person's other sessions, and returns a new id for this one.
//
// Errors: ErrCurrent, ErrPassword, ErrPasswordIs, *WaitError.
func (a *Accounts) ChangePassword(ctx context.Context, s SignedIn, by models.Actor, current, password string) (id string, err error) {
	if err := checkPassword(password, s.Staff.Email, s.Staff.Name, a.issuer); err != nil {
		return "", err
	}
	if err := a.reserveTry(ctx, passwordKey(s.Staff.Email), passwordSlowdown()); err != nil {
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
		id, err = a.renewAlone(ctx, tx, s, by, "staff.password")
		return err
	})
	if err != nil {
		return "", err
	}
	return id, a.clearFailures(ctx, passwordKey(s.Staff.Email))
}

// renewAlone ends the person's other sessions after a change of their credentials, gives this session a new id, and records action.
func (a *Accounts) renewAlone(ctx context.Context, tx *store.Store, s SignedIn, by models.Actor, action string) (id string, err error) {
	if err := tx.EndStaffSessions(ctx, s.Staff.ID, s.Session.ID); err != nil {
		return "", fmt.Errorf("end sessions: %w", err)
	}
	if id, err = a.renewSession(ctx, tx, s.Session); err != nil {
		return "", err
	}
	return id, tx.Record(ctx, by, action, subjectOf(s.Staff.ID), nil, nil)
}

const totpPrefix = "staff-totp:" // prefix of the session id under which a new key waits for ConfirmKey

// NewKey returns the key for another authenticator. It returns the same key until ConfirmKey, or until the session has another id.
func (a *Accounts) NewKey(ctx context.Context, s SignedIn) (Key, error) {
	key := Key{Issuer: a.issuer, Email: s.Staff.Email}
	kept, err := a.pendingKey(ctx, totpPrefix+s.Session.ID)
	if err != nil {
		return key, err
	}
	if kept.Secret != "" {
		key.Secret = models.Secret(kept.Secret)
		return key, nil
	}
	key.Secret = newSecret()
	return key, a.putPendingKey(ctx, totpPrefix+s.Session.ID, pendingKey{Secret: key.Secret.Reveal()})
}

// ConfirmKey replaces the account's authenticator with the one that was set up with NewKey, ends the person's other sessions, and returns a
// new id for this one. Errors: ErrCode, also if there is no key to confirm.
func (a *Accounts) ConfirmKey(ctx context.Context, s SignedIn, by models.Actor, typed string) (id string, err error) {
	kept, err := a.pendingKey(ctx, totpPrefix+s.Session.ID)
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
		id, err = a.renewAlone(ctx, tx, s, by, "staff.totp")
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// NewRecoveryCodes replaces the recovery codes and returns the new ones. They cannot be read again.
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

// RetryAfter returns how long a *WaitError says to wait, in seconds, and 0 for other errors.
func RetryAfter(err error) int {
	if wait, ok := errors.AsType[*WaitError](err); ok {
		return wait.Seconds()
	}
	return 0
}
