package store

import (
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
)

// KnowsDevice reports whether the browser of a device cookie has signed in to the account with an e-mail address, within models.DeviceTime.
func (s *Store) KnowsDevice(ctx context.Context, cookieID, email string) (bool, error) {
	if !isChosenKey(email) {
		return false, nil
	}
	n := 0
	err := s.one(ctx, "SELECT COUNT(*) FROM staff_devices d JOIN staff p ON p.id = d.staff_id WHERE d.id = ? AND p.email = ? AND d.seen_at > ?",
		[]any{hashed(cookieID), foldEmail(email), s.now().Add(-models.DeviceTime)}, &n)
	return n > 0, wrap("look for a browser", err)
}

// IsDevice reports whether a device cookie was made here: some account has signed in with it.
func (s *Store) IsDevice(ctx context.Context, cookieID string) (bool, error) {
	n := 0
	err := s.one(ctx, "SELECT COUNT(*) FROM staff_devices WHERE id = ?", []any{hashed(cookieID)}, &n)
	return n > 0, wrap("look for a browser", err)
}

// PutDevice notes that the browser of a device cookie signed in to an account. id is that of its row. isNew means that it had not within
// models.DeviceTime; then VisitedAt of m is kept.
func (s *Store) PutDevice(ctx context.Context, cookieID string, m models.StaffDevice) (id string, isNew bool, err error) {
	m.ID, m.CreatedAt = hashed(cookieID), orTime(m.CreatedAt, s.now())
	m.SeenAt = m.CreatedAt
	clipTexts(&m, "remote_addr", "user_agent")
	err = s.Tx(ctx, func(tx *Store) error {
		err := tx.execOr(ctx, ErrNotFound, "UPDATE staff_devices SET visited_at = seen_at, seen_at = ? WHERE id = ? AND staff_id = ? AND seen_at > ?",
			m.SeenAt, m.ID, m.StaffID, m.SeenAt.Add(-models.DeviceTime))
		if isNew = errors.Is(err, ErrNotFound); !isNew {
			return err
		}
		if _, err := tx.exec(ctx, "DELETE FROM staff_devices WHERE id = ? AND staff_id = ?", m.ID, m.StaffID); err != nil {
			return err
		}
		return tx.create(ctx, &m)
	})
	return m.ID, isNew, wrap("store the browser", err)
}

// Device reads a browser that has signed in to an account, by its row id; ErrNotFound.
func (s *Store) Device(ctx context.Context, id, staffID string) (models.StaffDevice, error) {
	m, err := take[models.StaffDevice](ctx, s, "id = ? AND staff_id = ?", id, staffID)
	return m, wrap("read the browser", err)
}

// NewDevices reads the browsers that signed in to an account for the first time after a time, newest first.
func (s *Store) NewDevices(ctx context.Context, staffID string, since time.Time) ([]models.StaffDevice, error) {
	list, err := find[models.StaffDevice](ctx, s, "created_at DESC, id", "staff_id = ? AND created_at > ?", staffID, models.Instant(since))
	return list, wrap("read the browsers", err)
}

// EndDevices forgets the browsers that have signed in to an account, except one by its row id (empty: all). They are new ones then.
func (s *Store) EndDevices(ctx context.Context, staffID, except string) error {
	_, err := s.exec(ctx, "DELETE FROM staff_devices WHERE staff_id = ? AND id <> ?", staffID, except)
	return wrap("forget the browsers", err)
}
