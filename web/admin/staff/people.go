package staff

import (
	"context"
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

const staffPath = admin.Home + "/staff"

// showStaff lists the people and the open invitations: GET /admin/staff.
func (h *handlers) showStaff(req *admin.Request) error {
	return h.staffPage(req, func(*pages.StaffView) {})
}

func (h *handlers) staffPage(req *admin.Request, say func(*pages.StaffView)) error {
	names, people, err := req.Names()
	if err != nil {
		return err
	}
	open, err := h.accounts.Invitations(req.Context())
	if err != nil {
		return err
	}
	view := pages.StaffView{Page: req.PageAt(pages.SectionStaff, staffPath), Roles: admin.Choices(models.Roles(), "", false)}
	for _, p := range people {
		view.People = append(view.People, personView(req.Printer, p, p.ID == req.Who().Staff.ID))
	}
	for _, i := range open {
		view.Invitations = append(view.Invitations, pages.Invitation{
			ID: i.ID, Email: i.Email, Role: string(i.Role), InvitedBy: names.Of(i.InvitedBy), Expires: admin.Moment(req.Printer, i.ExpiresAt),
		})
	}
	say(&view)
	return req.Answer(pages.Worst(view.Refusal, view.Email.Problem, view.Role.Problem), pages.Staff(view))
}

func personView(p *i18n.Printer, s models.Staff, self bool) pages.Person {
	return pages.Person{
		ID: s.ID, Name: s.Name, Email: s.Email, Role: string(s.Role), Roles: admin.Choices(models.Roles(), string(s.Role), false), Disabled: s.Disabled,
		Self: self, RecoveryLeft: staff.RecoveryLeft(s), Created: admin.Moment(p, s.CreatedAt), LastLogin: admin.Moment(p, s.LastLoginAt),
	}
}

// invite makes an invitation and shows its link, once: POST /admin/staff/invite with email, role. A later invitation of the same address
// replaces the first.
func (h *handlers) invite(req *admin.Request, form url.Values) error {
	email := form.Get("email")
	role, ok := models.ParseRole(form.Get("role"))
	if !ok {
		return h.staffPage(req, func(view *pages.StaffView) {
			view.Email.Value, view.Role = admin.Clip(email), pages.Field{Problem: invalid.Unknown}
		})
	}
	token, err := h.accounts.Invite(req.Context(), req.Actor(), email, role)
	var problem invalid.Problem
	switch {
	case errors.Is(err, staff.ErrEmail):
		problem = invalid.Email
	case errors.Is(err, staff.ErrEmailTaken):
		problem = invalid.Taken
	case err != nil:
		return err
	}
	return h.staffPage(req, func(view *pages.StaffView) {
		if problem == "" {
			view.Link, view.LinkEmail = req.Absolute(admin.InvitePath(token)), email
			return
		}
		view.Email = pages.Field{Value: admin.Clip(email), Problem: problem}
		view.Roles = admin.Choices(models.Roles(), string(role), false)
	})
}

// endInvitation ends an invitation: POST /admin/staff/invitations/{id}/end.
func (h *handlers) endInvitation(req *admin.Request) error {
	if err := h.accounts.EndInvitation(req.Context(), req.Actor(), req.Param("invitation")); err != nil {
		return admin.NoPage(err)
	}
	return req.Done(staffPath, pages.NoticeInvitationEnded)
}

// changeRole changes the role of a person: POST /admin/staff/{id}/role with role.
func (h *handlers) changeRole(req *admin.Request, form url.Values) error {
	role, ok := models.ParseRole(form.Get("role"))
	if !ok {
		return admin.ErrFilter
	}
	return h.changeStaff(pages.NoticeStaffChanged, func(ctx context.Context, by models.Actor, id string) error {
		return h.accounts.SetRole(ctx, by, id, role)
	})(req)
}

// changeStaff returns a handler that carries out a change to the person that the address names: POST /admin/staff/{id}/disable, enable,
// end-sessions.
func (h *handlers) changeStaff(kind pages.NoticeKind, change func(ctx context.Context, by models.Actor, id string) error) admin.Handler {
	return func(req *admin.Request) error {
		var refusal pages.Refusal
		switch err := change(req.Context(), req.Actor(), req.ID()); {
		case errors.Is(err, staff.ErrSelf):
			refusal = pages.RefusalSelf
		case errors.Is(err, store.ErrLastOwner):
			refusal = pages.RefusalLastOwner
		case err != nil:
			return admin.NoPage(err)
		default:
			return req.Done(staffPath, kind)
		}
		return h.staffPage(req, func(view *pages.StaffView) { view.Refusal = refusal })
	}
}
