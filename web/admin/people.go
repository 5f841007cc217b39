package admin

import (
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const staffPath = Home + "/staff"

// showStaff lists the people and the open invitations: GET /admin/staff.
func (o *Office) showStaff(d *desk) error { return o.staffPage(d, func(*pages.StaffView) {}) }

func (o *Office) staffPage(d *desk, say func(*pages.StaffView)) error {
	names, people, err := d.names()
	if err != nil {
		return err
	}
	open, err := o.accounts.Invitations(d.Context())
	if err != nil {
		return err
	}
	view := pages.StaffView{Page: d.page(pages.SectionStaff), Roles: choices(models.Roles(), "", false)}
	view.Page.Path = staffPath
	for _, p := range people {
		view.People = append(view.People, personView(d.Printer, p, p.ID == d.who.Staff.ID))
	}
	for _, i := range open {
		view.Invitations = append(view.Invitations, pages.Invitation{
			ID: i.ID, Email: i.Email, Role: string(i.Role), InvitedBy: names.of(i.InvitedBy), Expires: moment(d.Printer, i.ExpiresAt),
		})
	}
	say(&view)
	problem := view.Email.Problem
	if problem == pages.ProblemNone {
		problem = view.Role.Problem
	}
	if problem == pages.ProblemNone {
		problem = view.Problem
	}
	return d.show(problem, pages.Staff(view))
}

func personView(p *i18n.Printer, s models.Staff, self bool) pages.Person {
	return pages.Person{
		ID: s.ID, Name: s.Name, Email: s.Email, Role: string(s.Role), Roles: choices(models.Roles(), string(s.Role), false), Disabled: s.Disabled,
		Self: self, RecoveryLeft: staff.RecoveryLeft(s), Created: moment(p, s.CreatedAt), LastLogin: moment(p, s.LastLoginAt),
	}
}

// invite makes an invitation and shows its link, this once: POST /admin/staff/invite with email, role. Another one for the same address
// takes the place of the first.
func (o *Office) invite(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	email := form.Get("email")
	role, ok := models.ParseRole(form.Get("role"))
	if !ok {
		return o.staffPage(d, func(view *pages.StaffView) {
			view.Email.Value, view.Role = clip(email), pages.Field{Problem: pages.ProblemRole}
		})
	}
	token, err := o.accounts.Invite(d.Context(), d.actor(), email, role)
	problem := pages.ProblemNone
	switch {
	case errors.Is(err, staff.ErrEmail):
		problem = pages.ProblemEmail
	case errors.Is(err, staff.ErrEmailTaken):
		problem = pages.ProblemEmailTaken
	case err != nil:
		return err
	}
	return o.staffPage(d, func(view *pages.StaffView) {
		if problem == pages.ProblemNone {
			view.Link, view.LinkEmail = d.Absolute(InvitePath(token)), email
			return
		}
		view.Email = pages.Field{Value: clip(email), Problem: problem}
		view.Roles = choices(models.Roles(), string(role), false)
	})
}

// endInvitation makes a link useless: POST /admin/staff/invitations/{id}/end.
func (o *Office) endInvitation(d *desk) error {
	if err := o.accounts.EndInvitation(d.Context(), d.actor(), d.Param("id")); err != nil {
		return missing(err)
	}
	return d.done(staffPath, pages.NoticeInvitationEnded)
}

// changeRole changes what somebody may do: POST /admin/staff/{id}/role with role.
func (o *Office) changeRole(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	role, ok := models.ParseRole(form.Get("role"))
	if !ok {
		return ErrFilter
	}
	return o.changeStaff(d, pages.NoticeStaffChanged, func(id string, by models.Actor) error {
		return o.accounts.SetRole(d.Context(), by, id, role)
	})
}

// disableStaff keeps somebody out: POST /admin/staff/{id}/disable.
func (o *Office) disableStaff(d *desk) error {
	return o.changeStaff(d, pages.NoticeStaffDisabled, func(id string, by models.Actor) error {
		return o.accounts.Disable(d.Context(), by, id)
	})
}

// enableStaff lets somebody in again: POST /admin/staff/{id}/enable.
func (o *Office) enableStaff(d *desk) error {
	return o.changeStaff(d, pages.NoticeStaffEnabled, func(id string, by models.Actor) error {
		return o.accounts.Enable(d.Context(), by, id)
	})
}

// endStaffSessions ends all sessions of somebody: POST /admin/staff/{id}/end-sessions.
func (o *Office) endStaffSessions(d *desk) error {
	return o.changeStaff(d, pages.NoticeSessionsEnded, func(id string, by models.Actor) error {
		return o.accounts.EndSessions(d.Context(), by, id)
	})
}

// changeStaff makes a change to the person that the address names.
func (o *Office) changeStaff(d *desk, kind pages.NoticeKind, change func(id string, by models.Actor) error) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	problem := pages.ProblemNone
	switch err := change(id, d.actor()); {
	case errors.Is(err, staff.ErrSelf):
		problem = pages.ProblemSelf
	case errors.Is(err, store.ErrLastOwner):
		problem = pages.ProblemLastOwner
	case err != nil:
		return missing(err)
	}
	if problem == pages.ProblemNone {
		return d.done(staffPath, kind)
	}
	return o.staffPage(d, func(view *pages.StaffView) { view.Problem = problem })
}
