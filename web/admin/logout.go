package admin

import (
	"errors"

	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/staff"
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
