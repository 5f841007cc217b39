package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

const sessionColumn = "sessions.data"

// sessionID is what the database knows a cookie by: who reads the database cannot make cookies of it.
func sessionID(cookieID string) string {
	sum := sha256.Sum256([]byte(cookieID))
	return hex.EncodeToString(sum[:])
}

const readSession = `SELECT s.cart_id, s.data, s.created_at, s.updated_at, s.expires_at,
	(SELECT COALESCE(SUM(l.quantity), 0) FROM cart_lines l WHERE l.cart_id = s.cart_id)
FROM sessions s WHERE s.id = ? AND s.expires_at > ?`

// Session reads the session of a cookie in one statement, with the number of pieces in its cart; Data is opened. Unknown, expired,
// and sealed with a key that is no longer ours are all ErrNotFound: the browser gets a new session.
func (s *Store) Session(ctx context.Context, cookieID string) (models.Session, error) {
	m := models.Session{ID: sessionID(cookieID)}
	var sealed []byte
	err := s.one(ctx, readSession, []any{m.ID, s.now()},
		&m.CartID, &sealed, &m.CreatedAt, &m.UpdatedAt, &m.ExpiresAt, &m.CartCount)
	if err != nil {
		return models.Session{}, doing("read the session", err)
	}
	m.Data, err = s.sealer.open(sessionColumn, m.ID, sealed)
	if errors.Is(err, errSealed) {
		s.log.WarnContext(ctx, "a session cannot be opened", slog.Any("error", err))
		return models.Session{}, fmt.Errorf("read the session: %w", ErrNotFound)
	}
	return m, doing("read the session", err)
}

const (
	insertSession = "INSERT INTO sessions (id, cart_id, data, created_at, updated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) "
	renewSQLite   = "ON CONFLICT (id) DO UPDATE SET " +
		"cart_id = excluded.cart_id, data = excluded.data, updated_at = excluded.updated_at, expires_at = excluded.expires_at"
	renewMySQL = "ON DUPLICATE KEY UPDATE " +
		"cart_id = VALUES(cart_id), data = VALUES(data), updated_at = VALUES(updated_at), expires_at = VALUES(expires_at)"
)

// PutSession stores the session of a cookie, new or changed; Data is sealed in the column (ErrNoSealKey). ExpiresAt must be set.
func (s *Store) PutSession(ctx context.Context, cookieID string, m models.Session) error {
	m.ID = sessionID(cookieID)
	sealed, err := s.sealer.seal(sessionColumn, m.ID, m.Data)
	if err != nil {
		return doing("store the session", err)
	}
	now := s.now()
	if m.CreatedAt.IsZero() {
		m.CreatedAt = now
	}
	renew := renewMySQL
	if s.dialect == migrations.SQLite {
		renew = renewSQLite
	}
	var data any // a nil []byte would be stored as an empty one
	if sealed != nil {
		data = sealed
	}
	_, err = s.exec(ctx, insertSession+renew, m.ID, m.CartID, data, m.CreatedAt, now, m.ExpiresAt)
	return doing("store the session", err)
}

// UpdateSession stores a session that exists, and never brings one back that was ended: ErrNotFound then. So a request that was
// under way at a sign-out cannot undo it.
func (s *Store) UpdateSession(ctx context.Context, cookieID string, m models.Session) error {
	m.ID = sessionID(cookieID)
	sealed, err := s.sealer.seal(sessionColumn, m.ID, m.Data)
	if err != nil {
		return doing("store the session", err)
	}
	c := &change{}
	c.set("cart_id", m.CartID)
	c.set("data", any(sealed))
	if sealed == nil {
		c.set("data", nil)
	}
	c.set("updated_at", s.now())
	c.set("expires_at", m.ExpiresAt)
	err = s.update(ctx, "sessions", c, "id = ?", m.ID)
	if errors.Is(err, ErrConflict) {
		err = ErrNotFound
	}
	return doing("store the session", err)
}

// ReplaceSession stores a session under a new cookie id and deletes it under the old one, if there is one (""), in one transaction.
func (s *Store) ReplaceSession(ctx context.Context, oldID, newID string, m models.Session) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.PutSession(ctx, newID, m); err != nil || oldID == "" {
			return err
		}
		return tx.DeleteSession(ctx, oldID)
	})
}

// DeleteSession ends the session of a cookie; none there is fine too.
func (s *Store) DeleteSession(ctx context.Context, cookieID string) error {
	_, err := s.exec(ctx, "DELETE FROM sessions WHERE id = ?", sessionID(cookieID))
	return doing("end the session", err)
}

// DeleteExpiredSessions removes up to limit sessions whose time is over and says how many.
func (s *Store) DeleteExpiredSessions(ctx context.Context, now time.Time, limit int) (int, error) {
	var ids []any
	query := "SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?"
	err := s.each(ctx, query, []any{now, max(1, limit)}, scanTexts(&ids))
	if err != nil || len(ids) == 0 {
		return 0, doing("look for expired sessions", err)
	}
	// The time is asked for again: a session may have been renewed since.
	n, err := s.exec(ctx, "DELETE FROM sessions WHERE id IN ("+places(len(ids))+") AND expires_at <= ?", append(ids, now)...)
	return int(n), doing("remove expired sessions", err)
}
