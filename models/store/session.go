package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

const sessionColumn = "sessions.data"

// hashed returns the SHA-256 of a cookie, a token or a key of throttles, in hex digits. The database holds only that: nobody who reads it can
// make a cookie, and texts of any length fit.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

const readSession = `SELECT s.cart_id, s.data, s.created_at, s.updated_at, s.expires_at,
	(SELECT COALESCE(SUM(l.quantity), 0) FROM cart_lines l WHERE l.cart_id = s.cart_id)
FROM sessions s WHERE s.id = ? AND s.expires_at > ?`

// Session reads the session of a cookie in one statement, with the number of pieces in its cart; Data is opened. Unknown, expired,
// and sealed with a former key are all ErrNotFound: the browser gets a new session.
func (s *Store) Session(ctx context.Context, cookieID string) (models.Session, error) {
	m := models.Session{ID: hashed(cookieID)}
	var sealed []byte
	err := s.one(ctx, readSession, []any{m.ID, s.now()},
		&m.CartID, &sealed, &m.CreatedAt, &m.UpdatedAt, &m.ExpiresAt, &m.CartCount)
	if err != nil {
		return models.Session{}, wrap("read the session", err)
	}
	m.Data, err = s.sealer.open(sessionColumn, m.ID, sealed)
	if errors.Is(err, errSealed) {
		s.log.WarnContext(ctx, "a session cannot be opened", slog.Any("error", err))
		return models.Session{}, fmt.Errorf("read the session: %w", ErrNotFound)
	}
	return m, wrap("read the session", err)
}

// PutSession stores the session of a cookie, new or changed; Data is sealed in the column (ErrNoSealKey). ExpiresAt must be set.
func (s *Store) PutSession(ctx context.Context, cookieID string, m models.Session) error {
	m, err := s.sealSession(cookieID, m)
	m.CreatedAt = orTime(m.CreatedAt, m.UpdatedAt)
	if err == nil {
		err = sessionTable.put(ctx, s, &m)
	}
	return wrap("store the session", err)
}

// UpdateSession stores a session that exists, and never brings one back that was ended: ErrNotFound then. So a request that was
// under way at a sign-out cannot undo it.
func (s *Store) UpdateSession(ctx context.Context, cookieID string, m models.Session) error {
	m, err := s.sealSession(cookieID, m)
	if err == nil {
		err = s.update(ctx, "sessions", sessionTable.change(&m), "id = ?", m.ID)
	}
	if errors.Is(err, ErrConflict) {
		err = ErrNotFound
	}
	return wrap("store the session", err)
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

// sealSession returns the row of a session that is stored now.
func (s *Store) sealSession(cookieID string, m models.Session) (models.Session, error) {
	m.ID, m.UpdatedAt = hashed(cookieID), s.now()
	var err error
	m.Data, err = s.sealer.seal(sessionColumn, m.ID, m.Data)
	return m, err
}

// DeleteSession ends the session of a cookie; none there is fine too.
func (s *Store) DeleteSession(ctx context.Context, cookieID string) error {
	_, err := s.exec(ctx, "DELETE FROM sessions WHERE id = ?", hashed(cookieID))
	return wrap("end the session", err)
}

// ExtendSession gives the session of a cookie time until it expires; none there is fine too.
func (s *Store) ExtendSession(ctx context.Context, cookieID string, until time.Time) error {
	_, err := s.exec(ctx, "UPDATE sessions SET expires_at = ? WHERE id = ? AND expires_at < ?", models.Instant(until), hashed(cookieID), models.Instant(until))
	return wrap("keep the session", err)
}

// DeleteExpiredSessions removes up to limit sessions whose time is over, with their carts, and returns how many sessions.
func (s *Store) DeleteExpiredSessions(ctx context.Context, now time.Time, limit int) (n int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		n, err = tx.deleteExpiredSessions(ctx, now, limit)
		return err
	})
	return n, wrap("remove expired sessions", err)
}

func (s *Store) deleteExpiredSessions(ctx context.Context, now time.Time, limit int) (int, error) {
	carts, err := readMap[string, string](ctx, s, "SELECT id, cart_id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?"+s.forUpdate(), now, max(1, limit))
	if err != nil || len(carts) == 0 {
		return 0, err
	}
	ids, cartIDs := padded(arguments(sortedKeys(carts))), []string{}
	n, err := s.exec(ctx, "DELETE FROM sessions WHERE id IN ("+placeholders(len(ids))+")", ids...)
	if err != nil {
		return 0, err
	}
	for _, id := range carts {
		if id != "" {
			cartIDs = append(cartIDs, id)
		}
	}
	slices.Sort(cartIDs)
	return int(n), inParts(cartIDs, func(list string, args []any) error {
		_, err := s.exec(ctx, "DELETE FROM carts WHERE id IN "+list, args...)
		return err
	})
}
