package admin

import (
	"errors"

	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
)

// signOut ends the session: POST /admin/logout.
func (o *Office) signOut(d *desk) error {
	switch err := d.identify(); {
	case err == nil:
		if err := o.accounts.SignOut(d.Context(), d.who); err != nil {
			return err
		}
	case !errors.Is(err, staff.ErrSignedOut):
		return err
	}
	d.DropCookie(sessionCookie)
	return d.done(loginPath, pages.NoticeSignedOut)
}
