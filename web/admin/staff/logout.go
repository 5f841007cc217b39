package staff

import (
	"errors"

	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// signOut ends the session: POST /admin/logout.
func (h *handlers) signOut(req *admin.Request) error {
	switch err := req.Identify(); {
	case err == nil:
		if err := h.accounts.SignOut(req.Context(), req.Who()); err != nil {
			return err
		}
	case !errors.Is(err, staff.ErrSignedOut):
		return err
	}
	req.DropSession()
	return req.Done(admin.LoginPath, pages.NoticeSignedOut)
}
