package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// seenEvery is the precision of a session's time of last use.
const seenEvery = time.Minute

// idLength is the length of a session id: two models.NewRef, 260 random bits.
const idLength = 2 * 26

func newID() string { return models.NewRef() + models.NewRef() }

// rowID returns the id of a session's row (models.StaffSession) for the id in its cookie.
func rowID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// IsID reports whether text has the form of a session id. Check it before looking the session up.
func IsID(text string) bool {
	return len(text) == idLength && models.IsRef(text[:idLength/2]) && models.IsRef(text[idLength/2:])
}

// Session returns the person and the session that a cookie's id signs in, at any stage. used says that the person did something, which
// keeps the session alive; a page that refreshes itself does not. ErrSignedOut: the session is unknown, ended, idle for too long or
// expired, or the account is disabled.
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
		return SignedIn{}, ErrSignedOut // the sign-in page explains the reason
	case err != nil:
		return SignedIn{}, err
	}
	if now := a.clock(); used && now.Sub(session.SeenAt) >= seenEvery {
		if err := a.store.TouchStaffSession(ctx, session.ID, now); err != nil {
			return SignedIn{}, err
		}
	}
	return SignedIn{Staff: person, Session: session}, nil
}

// SteppedUp reports whether the person entered a code within models.StepUpTime.
func (a *Accounts) SteppedUp(s SignedIn) bool {
	since := a.clock().Sub(s.Session.StepUpAt)
	return !s.Session.StepUpAt.IsZero() && since >= 0 && since < models.StepUpTime
}

// beginSession stores a new session and returns the id for its cookie.
func (a *Accounts) beginSession(ctx context.Context, tx *store.Store, s models.StaffSession) (id string, err error) {
	id = newID()
	s.ID = "" // the row's; the store hashes the cookie's id
	s.UserAgent = userAgent(s.UserAgent)
	return id, tx.PutStaffSession(ctx, id, s)
}

// renewSession gives a session a new id. Every change of privilege does so, so that an id that was seen or planted before is worthless
// afterwards.
func (a *Accounts) renewSession(ctx context.Context, tx *store.Store, s models.StaffSession) (id string, err error) {
	if err := tx.EndStaffSession(ctx, s.ID); err != nil {
		return "", err
	}
	return a.beginSession(ctx, tx, s)
}

// fullSession returns a session for a person who has given password and code.
func (a *Accounts) fullSession(staffID string, from Origin) models.StaffSession {
	now := a.clock()
	return models.StaffSession{
		StaffID: staffID, Stage: models.StageFull, RemoteAddr: from.RemoteAddr, UserAgent: from.UserAgent,
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(models.StaffSessionTime),
	}
}

// userAgent cleans a User-Agent header for storing and showing it.
func userAgent(header string) string { return text.Clip(text.Clean(header), 200) }

// SignOut ends the person's current session.
func (a *Accounts) SignOut(ctx context.Context, s SignedIn) error {
	return a.store.EndStaffSession(ctx, s.Session.ID)
}

// Sessions returns the person's full sessions.
func (a *Accounts) Sessions(ctx context.Context, s SignedIn) ([]models.StaffSession, error) {
	all, err := a.store.StaffSessions(ctx, s.Staff.ID)
	return slices.DeleteFunc(all, func(one models.StaffSession) bool { return one.Stage != models.StageFull }), err
}

// EndSession ends one of the person's own sessions. id is its row's. store.ErrNotFound: the person has no such session.
func (a *Accounts) EndSession(ctx context.Context, s SignedIn, by models.Actor, id string) error {
	list, err := a.Sessions(ctx, s)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(one models.StaffSession) bool { return one.ID == id })
	if at < 0 {
		return store.ErrNotFound
	}
	before := models.Facts{"begun": list[at].CreatedAt.Format(time.RFC3339)}
	return a.store.Audited(ctx, by, "staff.session_end", subjectOf(s.Staff.ID), before, nil, func(tx *store.Store) error {
		return tx.EndStaffSession(ctx, id)
	})
}

// EndOthers ends the person's sessions except the current one.
func (a *Accounts) EndOthers(ctx context.Context, s SignedIn, by models.Actor) error {
	return a.endAll(ctx, by, s.Staff.ID, s.Session.ID)
}

// EndSessions ends all sessions of a person.
func (a *Accounts) EndSessions(ctx context.Context, by models.Actor, staffID string) error {
	if _, err := findAccount(ctx, a.store, withID(staffID)); err != nil {
		return err
	}
	return a.endAll(ctx, by, staffID, "")
}

func (a *Accounts) endAll(ctx context.Context, by models.Actor, staffID, except string) error {
	return a.store.Audited(ctx, by, "staff.sessions_end", subjectOf(staffID), nil, nil, func(tx *store.Store) error {
		return tx.EndStaffSessions(ctx, staffID, except)
	})
}
