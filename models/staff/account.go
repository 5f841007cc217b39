package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ChangeProfile changes the person's own name and language (a BCP 47 tag). Errors: ErrName, ErrNameLink.
func (a *Accounts) ChangeProfile(ctx context.Context, s SignedIn, by models.Actor, name, lang string) error {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return err
	}
	before, after := models.Facts{"name": s.Staff.Name, "lang": s.Staff.Lang}, models.Facts{"name": name, "lang": lang}
	return a.store.Audited(ctx, by, "staff.profile", subjectOf(s.Staff.ID), before, after, func(tx *store.Store) error {
		return tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{Name: new(name), Lang: new(lang)})
	})
}

// ChangePassword sets a new password, ends the person's other sessions, and returns a new id for this one.
//
// Errors: ErrCurrent, ErrPassword, ErrPasswordIs, *WaitError, ErrBusy.
func (a *Accounts) ChangePassword(ctx context.Context, s SignedIn, by models.Actor, current, password string) (id string, err error) {
	if err := checkPassword(password, s.Staff.Email, s.Staff.Name, a.issuer); err != nil {
		return "", err
	}
	leave, err := a.password.enter(true)
	if err != nil {
		return "", err
	}
	defer leave()
	counted, err := a.checkCurrent(ctx, s, current)
	if err != nil {
		a.recordRefusal(ctx, models.SecurityRefused, s.Staff.Email, Origin{RemoteAddr: by.RemoteAddr, RequestID: by.RequestID}, err)
		return "", err
	}
	hash, err := a.password.hash(ctx, password)
	if err != nil {
		return "", err
	}
	id, err = a.changeCredentials(ctx, s, by, "staff.password", store.StaffChange{PasswordHash: new(hash)}, nil)
	if err != nil {
		return "", err
	}
	return id, counted.takeBack(ctx, a.store, true)
}

// checkCurrent checks the current password of a person who is signed in, and returns the try, for takeBack. Errors: ErrCurrent, *WaitError.
func (a *Accounts) checkCurrent(ctx context.Context, s SignedIn, current string) (try, error) {
	counted, err := a.reserve(ctx, s.Staff.Email, currentLimits(s))
	if err != nil {
		return try{}, err
	}
	ok, _, err := a.password.verify(ctx, s.Staff.PasswordHash, current)
	if err != nil {
		return try{}, fmt.Errorf("check password: %w", err)
	}
	if !ok {
		return try{}, ErrCurrent
	}
	return counted, nil
}

// changeCredentials changes how the person signs in, ends their other sessions, forgets their other browsers, and returns a new id for this
// session. also runs in the same transaction; it may be nil.
func (a *Accounts) changeCredentials(
	ctx context.Context, s SignedIn, by models.Actor, action string, set store.StaffChange, also func(tx *store.Store) error,
) (id string, err error) {
	err = a.store.Audited(ctx, by, action, subjectOf(s.Staff.ID), nil, nil, func(tx *store.Store) error {
		if err := tx.UpdateStaff(ctx, s.Staff.ID, set); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		if err := errors.Join(tx.EndStaffSessions(ctx, s.Staff.ID, s.Session.ID), tx.EndDevices(ctx, s.Staff.ID, s.Session.DeviceID)); err != nil {
			return err
		}
		id, err = a.renewSession(ctx, tx, s.Session)
		return err
	})
	return id, err
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
	return a.changeCredentials(ctx, s, by, "staff.totp", store.StaffChange{TOTP: new(secret)}, func(tx *store.Store) error {
		if err := tx.DeleteSession(ctx, totpPrefix+s.Session.ID); err != nil {
			return err
		}
		return tx.UseTOTPStep(ctx, s.Staff.ID, step)
	})
}

// NewRecoveryCodes replaces the recovery codes and returns the new ones. They cannot be read again.
func (a *Accounts) NewRecoveryCodes(ctx context.Context, s SignedIn, by models.Actor) (codes []string, err error) {
	codes, hashes := newRecovery()
	err = a.store.Audited(ctx, by, "staff.recovery", subjectOf(s.Staff.ID), nil, nil, func(tx *store.Store) error {
		return tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{RecoveryHash: new(hashes)})
	})
	return codes, err
}

// RetryAfter returns how long a *WaitError says to wait, in seconds, and 0 for other errors.
func RetryAfter(err error) int {
	if wait, ok := errors.AsType[*WaitError](err); ok {
		return wait.Seconds()
	}
	return 0
}
