package staff

import (
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// isDevice reports whether text has the form of a device cookie's value. Check it before looking the browser up.
func isDevice(text string) bool { return IsID(text) }

// knowsDevice reports whether the browser has signed in to the account before. The account need not exist.
func knowsDevice(ctx context.Context, db *store.Store, email string, from Origin) (bool, error) {
	if !isDevice(from.Device) {
		return false, nil
	}
	return db.KnowsDevice(ctx, from.Device, email)
}

// ownDevice returns the value of the browser's device cookie: the one that it sent, if the shop made it, or a new one.
func ownDevice(ctx context.Context, tx *store.Store, from Origin) (string, error) {
	if isDevice(from.Device) {
		if ours, err := tx.IsDevice(ctx, from.Device); err != nil || ours {
			return from.Device, err
		}
	}
	return newID(), nil
}

// Visit is what has happened to an account since the person's last visit.
type Visit struct {
	Since       time.Time
	Refused     int                  // wrong passwords, and tries that came too early
	WrongCodes  int                  // wrong codes, of people who know the password
	NewBrowsers []models.StaffDevice // that signed in for the first time, newest first; perhaps the current one too
}

// LastVisit returns what has happened to the person's account since the previous sign-in with the current browser, so that a sign-in of
// somebody else hides nothing. In a new browser it is the previous sign-in with any; before there was one, the account was made.
func (a *Accounts) LastVisit(ctx context.Context, s SignedIn) (Visit, error) {
	device, err := a.store.Device(ctx, s.Session.DeviceID, s.Staff.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Visit{}, err
	}
	v := Visit{Since: device.VisitedAt}
	if v.Since.IsZero() {
		v.Since = s.Staff.CreatedAt
	}
	counts, err := a.store.SecuritySince(ctx, a.store.AccountDigest(s.Staff.Email), v.Since)
	if err != nil {
		return v, err
	}
	v.Refused, v.WrongCodes = counts[models.SecurityRefused]+counts[models.SecurityThrottled], counts[models.SecurityCodeRefused]
	v.NewBrowsers, err = a.store.NewDevices(ctx, s.Staff.ID, v.Since)
	return v, err
}
