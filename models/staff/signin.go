package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Begin is the first step of signing in. It checks the password and returns the cookie's id of a session that allows only the second step,
// for models.LoginTime. Unknown, disabled and known accounts take the same time and give the same answer.
//
// Errors: ErrSignIn, *WaitError, ErrBusy; ErrSealed, which only a person who knows the password gets.
func (a *Accounts) Begin(ctx context.Context, email, password string, from Origin) (id string, err error) {
	email = normalEmail(email)
	person, err := a.givePassword(ctx, email, password, from)
	if err != nil {
		a.recordRefusal(ctx, models.SecurityRefused, email, from, err)
		return "", err
	}
	now := a.clock()
	return a.beginSession(ctx, a.store, models.StaffSession{
		StaffID: person.ID, Stage: models.StagePassword, RemoteAddr: from.RemoteAddr, UserAgent: from.UserAgent,
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(models.LoginTime),
	})
}

// givePassword counts a try, checks its password, and takes the try back if the password is right. A try that must wait, or finds the queue
// full, is refused before any password is hashed.
func (a *Accounts) givePassword(ctx context.Context, email, password string, from Origin) (person models.Staff, err error) {
	known, err := knowsDevice(ctx, a.store, email, from)
	if err != nil {
		return person, err
	}
	limits := passwordLimits(email, from, known)
	if _, err := a.checkWait(ctx, limits); err != nil {
		return person, err
	}
	leave, err := a.password.enter(known)
	if err != nil {
		return person, err
	}
	defer leave()
	counted, err := a.reserve(ctx, email, limits)
	if err != nil {
		return person, err
	}
	person, ok, err := a.checkPassword(ctx, email, password)
	switch {
	case errors.Is(err, ErrSealed):
		return person, errors.Join(err, counted.takeBack(ctx, a.store, true))
	case err != nil:
		return person, errors.Join(err, counted.takeBack(ctx, a.store, false))
	case !ok:
		return person, ErrSignIn
	}
	return person, counted.takeBack(ctx, a.store, true)
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

// Opened is the result of signing in: the ids for the cookies of the session and of the browser, which is to keep the latter for
// models.DeviceTime.
type Opened struct {
	SessionID string
	Device    string
}

// Finish is the second step of signing in. It checks a code of the authenticator, or a recovery code, and replaces the session with a full
// one. The browser becomes a known one; if it was not, the person gets a mail.
//
// Errors: ErrCode, *WaitError.
func (a *Accounts) Finish(ctx context.Context, s SignedIn, typed string, from Origin) (Opened, error) {
	proof, err := a.checkCode(ctx, s.Staff, typed, from)
	if err != nil {
		return Opened{}, err
	}
	with := models.Facts{"with": "authenticator"}
	if proof.recovery {
		with["with"] = "recovery code"
	}
	var opened Opened
	isNew := false
	err = a.store.Audited(ctx, s.Actor(from), "staff.sign_in", subjectOf(s.Staff.ID), nil, with, func(tx *store.Store) error {
		if err := proof.use(ctx, tx); err != nil {
			return err
		}
		if err := tx.EndStaffSession(ctx, s.Session.ID); err != nil {
			return err
		}
		if opened, isNew, err = a.open(ctx, tx, s.Staff.ID, s.Staff.LastLoginAt, from); err != nil {
			return err
		}
		if isNew {
			if err := a.tellNewBrowser(ctx, tx, s.Staff.ID, from); err != nil {
				return err
			}
		}
		return tx.UpdateStaff(ctx, s.Staff.ID, store.StaffChange{LastLoginAt: new(a.clock())})
	})
	if err != nil {
		a.recordRefusal(ctx, models.SecurityCodeRefused, s.Staff.Email, from, err)
		return Opened{}, err
	}
	if isNew {
		a.told()
		a.record(ctx, models.SecurityNewBrowser, s.Staff.Email, from)
	}
	return opened, a.accept(ctx, s.Staff, proof, from)
}

// open begins a full session of a person, whose last sign-in was at visited, in a browser that is a known one from now on. isNew means that
// it was not.
func (a *Accounts) open(
	ctx context.Context, tx *store.Store, staffID string, visited time.Time, from Origin,
) (opened Opened, isNew bool, err error) {
	if opened.Device, err = ownDevice(ctx, tx, from); err != nil {
		return opened, false, err
	}
	session := a.fullSession(staffID, from)
	session.DeviceID, isNew, err = tx.PutDevice(ctx, opened.Device, models.StaffDevice{
		StaffID: staffID, RemoteAddr: from.RemoteAddr, UserAgent: userAgent(from.UserAgent), CreatedAt: a.clock(), VisitedAt: visited,
	})
	if err != nil {
		return opened, false, err
	}
	opened.SessionID, err = a.beginSession(ctx, tx, session)
	return opened, isNew, err
}

// StepUp checks a fresh code, allows refunds and changes of keys and staff for models.StepUpTime, and returns a new id for the session.
//
// Errors: ErrCode, *WaitError.
func (a *Accounts) StepUp(ctx context.Context, s SignedIn, typed string, from Origin) (up SignedIn, id string, err error) {
	proof, err := a.checkCode(ctx, s.Staff, typed, from)
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
		a.recordRefusal(ctx, models.SecurityCodeRefused, s.Staff.Email, from, err)
		return s, "", err
	}
	up.Session.ID = rowID(id)
	return up, id, a.accept(ctx, s.Staff, proof, from)
}

// accept ends the counters of a code that was right and is used up.
func (a *Accounts) accept(ctx context.Context, person models.Staff, p proof, from Origin) error {
	if p.recovery {
		a.record(ctx, models.SecurityRecoveryUsed, person.Email, from)
	}
	return p.counted.takeBack(ctx, a.store, true)
}

// proof is a correct code that has not been used up yet.
type proof struct {
	staffID  string
	recovery bool
	step     int64  // of the authenticator's code
	hash     string // of the recovery code
	counted  try    // to be taken back when the code is used up
}

// checkCode checks a code without using it up. Wrong codes slow down further tries, and are recorded.
func (a *Accounts) checkCode(ctx context.Context, person models.Staff, typed string, from Origin) (p proof, err error) {
	defer func() {
		if err != nil {
			a.recordRefusal(ctx, models.SecurityCodeRefused, person.Email, from, err)
		}
	}()
	known, err := knowsDevice(ctx, a.store, person.Email, from)
	if err != nil {
		return proof{}, err
	}
	p = proof{staffID: person.ID}
	if p.counted, err = a.reserve(ctx, person.Email, codeLimits(person, from, known)); err != nil {
		return proof{}, err
	}
	code, recovery, ok := readCode(typed)
	if !ok || person.TOTP == "" {
		return proof{}, ErrCode
	}
	if p.recovery = recovery; recovery {
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
