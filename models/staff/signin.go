package staff

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Begin is the first step of signing in. It checks the password and returns the cookie's id of a session that allows only the second step,
// for models.LoginTime. Unknown, disabled and known accounts take the same time and give the same answer.
//
// Errors: ErrSignIn, *WaitError; ErrSealed, which only a person who knows the password gets.
func (a *Accounts) Begin(ctx context.Context, email, password string, from Origin) (id string, err error) {
	email = normalEmail(email)
	if _, err := a.checkWait(ctx, addressKey(from.RemoteAddr)); err != nil {
		return "", err
	}
	if err := a.reserveTry(ctx, passwordKey(email), passwordSlowdown()); err != nil {
		return "", err
	}
	person, ok, err := a.checkPassword(ctx, email, password)
	if errors.Is(err, ErrSealed) {
		return "", errors.Join(err, a.store.ClearFailures(ctx, passwordKey(email)))
	}
	if err != nil {
		return "", err
	}
	if !ok {
		if _, err := a.addFailure(ctx, addressKey(from.RemoteAddr), addressSlowdown()); err != nil {
			return "", err
		}
		return "", ErrSignIn
	}
	if err := a.store.ClearFailures(ctx, passwordKey(email)); err != nil {
		return "", err
	}
	now := a.clock()
	return a.beginSession(ctx, a.store, models.StaffSession{
		StaffID: person.ID, Stage: models.StagePassword, RemoteAddr: from.RemoteAddr, UserAgent: from.UserAgent,
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(models.LoginTime),
	})
}

// checkPassword does the same work whether the account exists or not.
func (a *Accounts) checkPassword(ctx context.Context, email, password string) (person models.Staff, ok bool, err error) {
	hash, known := a.decoy, false
	person, err = a.store.StaffByEmail(ctx, email)
	sealed := errors.Is(err, store.ErrTOTPSealed)
	switch {
	case err == nil, sealed:
		if !person.Disabled && person.PasswordHash != "" {
			hash, known = person.PasswordHash, true
		}
	case !errors.Is(err, store.ErrNotFound):
		return person, false, err
	}
	right, outdated, err := a.password.verify(ctx, hash, password)
	if err != nil {
		return person, false, fmt.Errorf("check password: %w", err)
	}
	if !known || !right {
		return person, false, nil
	}
	if sealed {
		a.warnSealed(ctx, person.ID)
		return person, false, ErrSealed
	}
	if outdated {
		fresh, err := a.password.hash(ctx, password)
		if err != nil {
			return person, false, err
		}
		if err := a.store.UpdateStaff(ctx, person.ID, store.StaffChange{PasswordHash: new(fresh)}); err != nil {
			return person, false, err
		}
	}
	return person, true, nil
}

// warnSealed logs why a person cannot sign in, and what to do.
func (a *Accounts) warnSealed(ctx context.Context, staffID string) {
	a.log.ErrorContext(ctx, "an authenticator cannot be opened: the key that the shop seals with was replaced; "+
		"put the old key back, or give the account a new authenticator with: coincart staff reset-totp", "staff", staffID)
}

// Finish is the second step of signing in. It checks a code of the authenticator, or a recovery code, and replaces the session with a full
// one. It returns the id for the cookie.
//
// Errors: ErrCode, *WaitError.
func (a *Accounts) Finish(ctx context.Context, s SignedIn, typed string, from Origin) (id string, err error) {
	proof, err := a.checkCode(ctx, s.Staff, typed)
	if err != nil {
		return "", err
	}
	now := a.clock()
	with := models.Facts{"with": "authenticator"}
	if proof.recovery {
		with["with"] = "recovery code"
	}
	err = a.store.Audited(ctx, s.Actor(from), "staff.sign_in", subjectOf(s.Staff.ID), nil, with, func(tx *store.Store) error {
		if err := proof.use(ctx, tx); err != nil {
			return err
		}
		if err := tx.EndStaffSession(ctx, s.Session.ID); err != nil {
			return err
		}
		if id, err = a.beginSession(ctx, tx, a.fullSession(s.Staff.ID, from)); err != nil {
			return err
		}
		return tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{LastLoginAt: new(now)})
	})
	if err != nil {
		return "", err
	}
	return id, a.store.ClearFailures(ctx, codeKey(s.Staff.ID))
}

// StepUp checks a fresh code, allows refunds and changes of keys and staff for models.StepUpTime, and returns a new id for the session.
//
// Errors: ErrCode, *WaitError.
func (a *Accounts) StepUp(ctx context.Context, s SignedIn, typed string, from Origin) (up SignedIn, id string, err error) {
	proof, err := a.checkCode(ctx, s.Staff, typed)
	if err != nil {
		return s, "", err
	}
	up = s
	up.Session.StepUpAt, up.Session.SeenAt = a.clock(), a.clock()
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		if err := proof.use(ctx, tx); err != nil {
			return err
		}
		if id, err = a.renewSession(ctx, tx, up.Session); err != nil {
			return err
		}
		if !proof.recovery {
			return nil
		}
		return tx.Record(ctx, s.Actor(from), "staff.recovery_used", subjectOf(s.Staff.ID), nil, nil)
	})
	if err != nil {
		return s, "", err
	}
	up.Session.ID = rowID(id)
	return up, id, a.store.ClearFailures(ctx, codeKey(s.Staff.ID))
}

// proof is a correct code that has not been used up yet.
type proof struct {
	staffID  string
	recovery bool
	step     int64  // of the authenticator's code
	hash     string // of the recovery code
}

// checkCode checks a code without using it up. Wrong codes slow down further tries on the account.
func (a *Accounts) checkCode(ctx context.Context, person models.Staff, typed string) (proof, error) {
	if err := a.reserveTry(ctx, codeKey(person.ID), codeSlowdown()); err != nil {
		return proof{}, err
	}
	code, recovery, ok := readCode(typed)
	if !ok || person.TOTP == "" {
		return proof{}, ErrCode
	}
	p := proof{staffID: person.ID, recovery: recovery}
	if recovery {
		p.hash = RecoveryHash(code)
		return p, nil
	}
	step, ok, err := matchStep(person.TOTP, code, a.machine(), person.TOTPStep)
	if err != nil {
		return proof{}, err
	}
	if !ok {
		return proof{}, ErrCode
	}
	p.step = step
	return p, nil
}

// use uses the code up. Errors: ErrCode if it was used before, in any session.
func (p proof) use(ctx context.Context, tx *store.Store) error {
	var err error
	if p.recovery {
		err = tx.UseRecoveryCode(ctx, p.staffID, p.hash)
	} else {
		err = tx.UseTOTPStep(ctx, p.staffID, p.step)
	}
	if errors.Is(err, store.ErrConflict) {
		return ErrCode
	}
	return err
}
