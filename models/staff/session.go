package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// seenEvery is how exactly it is known when a session was used last.
const seenEvery = time.Minute

// idLength is the length of a cookie's id: two models.NewRef, 260 random bits.
const idLength = 2 * 26

func newID() string { return models.NewRef() + models.NewRef() }

// rowID is the id of the row of a cookie's session (models.StaffSession).
func rowID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// IsID reports that a text has the shape of a session's id, before it is looked up.
func IsID(text string) bool {
	return len(text) == idLength && models.IsRef(text[:idLength/2]) && models.IsRef(text[idLength/2:])
}

// Session returns who a cookie signs in, at whatever stage. used says that a person does something, which keeps the session alive; a
// page that asks again by itself does not. The error is ErrSignedOut for an unknown, ended, idle or expired session and for a disabled
// account.
func (a *Accounts) Session(ctx context.Context, id string, used bool) (SignedIn, error) {
	if !IsID(id) {
		return SignedIn{}, ErrSignedOut
	}
	session, person, err := a.store.StaffSession(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return SignedIn{}, ErrSignedOut
	case errors.Is(err, store.ErrTOTPSealed):
		a.warnSealed(ctx, session.StaffID)
		return SignedIn{}, ErrSignedOut // signing in says why it cannot be done
	case err != nil:
		return SignedIn{}, fmt.Errorf("read session: %w", err)
	}
	if now := a.clock(); used && now.Sub(session.SeenAt) >= seenEvery {
		if err := a.store.TouchStaffSession(ctx, session.ID, now); err != nil {
			return SignedIn{}, fmt.Errorf("keep session: %w", err)
		}
	}
	return SignedIn{Staff: person, Session: session}, nil
}

// SteppedUp reports that a fresh code was given within models.StepUpTime.
func (a *Accounts) SteppedUp(s SignedIn) bool {
	since := a.clock().Sub(s.Session.StepUpAt)
	return !s.Session.StepUpAt.IsZero() && since >= 0 && since < models.StepUpTime
}

// begin stores a new session and returns its cookie's id.
func (a *Accounts) begin(ctx context.Context, tx *store.Store, s models.StaffSession) (id string, err error) {
	id = newID()
	s.ID = "" // of the row; the store hashes the cookie's id
	s.UserAgent = userAgent(s.UserAgent)
	if err := tx.PutStaffSession(ctx, id, s); err != nil {
		return "", fmt.Errorf("store session: %w", err)
	}
	return id, nil
}

// renew puts a session under a new id at a change of privilege: an id that somebody saw or planted before is worth nothing after.
func (a *Accounts) renew(ctx context.Context, tx *store.Store, s models.StaffSession) (id string, err error) {
	if err := tx.EndStaffSession(ctx, s.ID); err != nil {
		return "", fmt.Errorf("end session: %w", err)
	}
	return a.begin(ctx, tx, s)
}

// fullSession is a session of somebody who has shown password and code.
func (a *Accounts) fullSession(staffID string, from Origin) models.StaffSession {
	now := a.clock()
	return models.StaffSession{
		StaffID: staffID, Stage: models.StageFull, RemoteAddr: from.RemoteAddr, UserAgent: from.UserAgent,
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(models.StaffSessionTime),
	}
}

// userAgent makes what a browser calls itself fit to be stored and read.
func userAgent(header string) string {
	const longest = 200
	runes := []rune(text.Clean(header))
	return string(runes[:min(len(runes), longest)])
}

// SignOut ends the session.
func (a *Accounts) SignOut(ctx context.Context, s SignedIn) error {
	if err := a.store.EndStaffSession(ctx, s.Session.ID); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Sessions lists the person's sessions that could be used now.
func (a *Accounts) Sessions(ctx context.Context, s SignedIn) ([]models.StaffSession, error) {
	all, err := a.store.StaffSessions(ctx, s.Staff.ID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return slices.DeleteFunc(all, func(one models.StaffSession) bool { return one.Stage != models.StageFull }), nil
}

// EndSession ends one of the person's own sessions, by its row's id. The error is store.ErrNotFound for one that is not theirs.
func (a *Accounts) EndSession(ctx context.Context, s SignedIn, by models.Actor, id string) error {
	list, err := a.Sessions(ctx, s)
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.ID != id {
			continue
		}
		return a.store.Tx(ctx, func(tx *store.Store) error {
			if err := tx.EndStaffSession(ctx, id); err != nil {
				return fmt.Errorf("end session: %w", err)
			}
			return tx.Record(ctx, by, "staff.session_end", subjectOf(s.Staff.ID), models.Facts{"begun": one.CreatedAt.Format(time.RFC3339)}, nil)
		})
	}
	return store.ErrNotFound
}

// EndOthers ends all sessions of the person but the present one.
func (a *Accounts) EndOthers(ctx context.Context, s SignedIn, by models.Actor) error {
	return a.endAll(ctx, by, s.Staff.ID, s.Session.ID)
}

// EndSessions ends all sessions of somebody.
func (a *Accounts) EndSessions(ctx context.Context, by models.Actor, staffID string) error {
	if _, err := listed(ctx, a.store, withID(staffID)); err != nil {
		return err
	}
	return a.endAll(ctx, by, staffID, "")
}

func (a *Accounts) endAll(ctx context.Context, by models.Actor, staffID, except string) error {
	return a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.EndStaffSessions(ctx, staffID, except); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return tx.Record(ctx, by, "staff.sessions_end", subjectOf(staffID), nil, nil)
	})
}
