package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// PutStaffSession stores the session of a cookie of the back office. Every step of a sign-in makes a new one, because an id that was
// known before must not be worth more after. ExpiresAt must be set; times that are empty are now.
func (s *Store) PutStaffSession(ctx context.Context, cookieID string, m models.StaffSession) error {
	m.ID = hashed(cookieID)
	m.CreatedAt, m.SeenAt = orTime(m.CreatedAt, s.now()), orTime(m.SeenAt, s.now())
	clipTexts(&m, "remote_addr", "user_agent")
	return wrap("store the session", s.create(ctx, &m))
}

var readStaffSession = "SELECT " + staffSessionTable.list("t") + ", " + staffTable.list("p") + `
FROM staff_sessions t JOIN staff p ON p.id = t.staff_id
WHERE t.id = ? AND t.expires_at > ? AND t.seen_at > ? AND p.disabled = ?`

// StaffSession reads the session of a cookie and whose it is, in one statement. Unknown, expired, unused for models.StaffIdleTime, and of
// somebody who was disabled are all ErrNotFound.
func (s *Store) StaffSession(ctx context.Context, cookieID string) (models.StaffSession, models.Staff, error) {
	var m models.StaffSession
	var p models.Staff
	now := s.now()
	err := s.one(ctx, readStaffSession, []any{hashed(cookieID), now, now.Add(-models.StaffIdleTime), false},
		slices.Concat(staffSessionTable.targets(&m), staffTable.targets(&p))...)
	if err != nil {
		return models.StaffSession{}, models.Staff{}, wrap("read the session", err)
	}
	return m, p, wrap("read the session", s.openTOTP(&p))
}

// TouchStaffSession notes that a session was used; time never goes back. None there is fine too.
func (s *Store) TouchStaffSession(ctx context.Context, id string, at time.Time) error {
	at = models.Instant(at)
	_, err := s.exec(ctx, "UPDATE staff_sessions SET seen_at = ? WHERE id = ? AND seen_at < ?", at, id, at)
	return wrap("touch the session", err)
}

// StaffSessions reads the sessions of a person that can still be used, the one used last first.
func (s *Store) StaffSessions(ctx context.Context, staffID string) ([]models.StaffSession, error) {
	now := s.now()
	list, err := find[models.StaffSession](ctx, s, "seen_at DESC, id", "staff_id = ? AND expires_at > ? AND seen_at > ?",
		staffID, now, now.Add(-models.StaffIdleTime))
	return list, wrap("read the sessions", err)
}

// EndStaffSession ends a session by its row id, which says nothing about the cookie; none there is fine too. Whose session it is, is
// for the caller to know: see StaffSessions.
func (s *Store) EndStaffSession(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM staff_sessions WHERE id = ?", id)
	return wrap("end the session", err)
}

// EndStaffSessions ends all sessions of a person but one (empty: all).
func (s *Store) EndStaffSessions(ctx context.Context, staffID, except string) error {
	_, err := s.exec(ctx, "DELETE FROM staff_sessions WHERE staff_id = ? AND id <> ?", staffID, except)
	return wrap("end the sessions", err)
}

// PutInvitation stores an invitation under the hash of its token. Times that are empty are now and models.InvitationTime later.
func (s *Store) PutInvitation(ctx context.Context, token string, m models.Invitation) error {
	m.ID = hashed(token)
	m.Email = foldEmail(m.Email)
	m.CreatedAt = orTime(m.CreatedAt, s.now())
	m.ExpiresAt = orTime(m.ExpiresAt, m.CreatedAt.Add(models.InvitationTime))
	return wrap("store the invitation", s.create(ctx, &m))
}

// Invitation reads the invitation of a token; used and expired ones are ErrNotFound.
func (s *Store) Invitation(ctx context.Context, token string) (models.Invitation, error) {
	m, err := take[models.Invitation](ctx, s, "id = ? AND used_at IS NULL AND expires_at > ?", hashed(token), s.now())
	return m, wrap("read the invitation", err)
}

// UseInvitation uses an invitation up; ErrConflict: it was used before, or its time is over. It belongs into the transaction that makes
// the account.
func (s *Store) UseInvitation(ctx context.Context, token string) error {
	return wrap("use the invitation", s.execOr(ctx, ErrConflict,
		"UPDATE invitations SET used_at = ? WHERE id = ? AND used_at IS NULL AND expires_at > ?", s.now(), hashed(token), s.now()))
}

// Invitations reads the invitations that can still be used, newest first.
func (s *Store) Invitations(ctx context.Context) ([]models.Invitation, error) {
	list, err := find[models.Invitation](ctx, s, "created_at DESC, id", "used_at IS NULL AND expires_at > ?", s.now())
	return list, wrap("read the invitations", err)
}

// DeleteInvitation takes an invitation back that was not used; none there is fine too.
func (s *Store) DeleteInvitation(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM invitations WHERE id = ? AND used_at IS NULL", id)
	return wrap("take the invitation back", err)
}

// throttleMemory is the time from the last failure until all are forgotten.
const throttleMemory = 24 * time.Hour

// Throttle reads how often guessing under a key has failed lately, and until when it may not be tried again (zero: it may). Failures are
// forgotten a day after the last one.
func (s *Store) Throttle(ctx context.Context, key string) (failures int, until time.Time, err error) {
	err = s.each(ctx, "SELECT failures, blocked_until FROM throttles WHERE id = ? AND failed_at > ?",
		[]any{hashed(key), s.now().Add(-throttleMemory)},
		func(rows *sql.Rows) error { return rows.Scan(&failures, orZero(&until)) })
	if err != nil {
		return 0, time.Time{}, wrap("look for failures", err)
	}
	return failures, until, nil
}

// AddFailure counts a failure under a key and blocks it until the time that until gives for the count (zero: not at all). until may be
// called more than once.
func (s *Store) AddFailure(
	ctx context.Context, key string, at time.Time, until func(failures int) time.Time,
) (failures int, err error) {
	at = models.Instant(at)
	id := hashed(key)
	forgotten := at.Add(-throttleMemory)
	query := "INSERT INTO throttles (id, failures, failed_at) VALUES (?, 1, ?) "
	if s.dialect == migrations.SQLite {
		query += `ON CONFLICT (id) DO UPDATE SET
			failures = CASE WHEN failed_at > ? THEN failures + 1 ELSE 1 END, failed_at = excluded.failed_at`
	} else {
		query += `ON DUPLICATE KEY UPDATE
			failures = CASE WHEN failed_at > ? THEN failures + 1 ELSE 1 END, failed_at = VALUES(failed_at)`
	}
	err = s.Tx(ctx, func(tx *Store) error {
		if _, err := tx.exec(ctx, query, id, at, forgotten); err != nil {
			return err
		}
		if err := tx.one(ctx, "SELECT failures FROM throttles WHERE id = ?", []any{id}, &failures); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "UPDATE throttles SET blocked_until = ? WHERE id = ?", until(failures), id)
		return err
	})
	return failures, wrap("count a failure", err)
}

// ClearFailures forgets the failures under a key, after a success.
func (s *Store) ClearFailures(ctx context.Context, key string) error {
	_, err := s.exec(ctx, "DELETE FROM throttles WHERE id = ?", hashed(key))
	return wrap("forget failures", err)
}

// TakeBackFailure takes back a failure that AddFailure counted as number n of its key: the try did not fail. A wait that it caused ends, if
// none was counted since.
func (s *Store) TakeBackFailure(ctx context.Context, key string, n int) error {
	_, err := s.exec(ctx, "UPDATE throttles SET blocked_until = CASE WHEN failures = ? THEN NULL ELSE blocked_until END, failures = failures - 1 "+
		"WHERE id = ? AND failures > 0", n, hashed(key))
	return wrap("take back a failure", err)
}

// KnowsInvitation reports whether a token is or was that of an invitation, also of one that was used or has expired. One that was taken back
// is not known.
func (s *Store) KnowsInvitation(ctx context.Context, token string) (bool, error) {
	n := 0
	err := s.one(ctx, "SELECT COUNT(*) FROM invitations WHERE id = ?", []any{hashed(token)}, &n)
	return n > 0, wrap("look for the invitation", err)
}

// sweeps are the tables with rows that end, with the age at which an ended row is deleted.
var sweeps = []struct {
	table, where string
	age          time.Duration
}{
	{"staff_sessions", "expires_at <= ?", 0},
	{"invitations", "expires_at <= ?", 30 * 24 * time.Hour},
	{"throttles", "failed_at <= ?", throttleMemory},
	{"request_counts", "began_at <= ?", quotaMemory},
	{"mail_slots", "taken_at <= ?", throttleMemory},
	{"staff_devices", "seen_at <= ?", models.DeviceTime},
}

// SweepStaff removes up to limit each of expired sessions, invitations that ended a month ago, forgotten failures and counts of requests, places of
// mailboxes that are free since yesterday, and browsers that have not signed in for models.DeviceTime, and returns how many.
func (s *Store) SweepStaff(ctx context.Context, now time.Time, limit int) (int, error) {
	total := 0
	for _, sweep := range sweeps {
		before := now.Add(-sweep.age)
		ids, err := s.readTexts(ctx, "SELECT id FROM "+sweep.table+" WHERE "+sweep.where+" LIMIT ?", before, max(1, limit))
		if err != nil {
			return total, wrap("look for what is over", err)
		}
		if len(ids) == 0 {
			continue
		}
		// The time is asked for again: a failure may have been added since.
		n, err := s.exec(ctx, "DELETE FROM "+sweep.table+" WHERE id IN ("+placeholders(len(ids))+") AND "+sweep.where, append(arguments(ids), before)...)
		if err != nil {
			return total, wrap("remove what is over", err)
		}
		total += int(n)
	}
	return total, nil
}
