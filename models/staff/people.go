package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// CreateSetupLink makes the one-time link of the shop's first owner, while there is no staff at all; needed is false otherwise. The
// token is shown once, at start: the database holds its hash. There is no default account, ever.
func (a *Accounts) CreateSetupLink(ctx context.Context) (token string, needed bool, err error) {
	n, err := a.store.StaffCount(ctx)
	if err != nil {
		return "", false, fmt.Errorf("count staff: %w", err)
	}
	if n > 0 {
		return "", false, nil
	}
	token, err = a.invite(ctx, CommandLine(), "staff.setup_link", "", models.RoleOwner)
	return token, err == nil, err
}

// Invite makes a link with which somebody makes an account with this role, once, within models.InvitationTime. Earlier links for the
// address stop working. Errors: ErrEmail, ErrEmailTaken.
func (a *Accounts) Invite(ctx context.Context, by models.Actor, email string, role models.Role) (token string, err error) {
	email = normalEmail(email)
	if err := checkEmail(email); err != nil {
		return "", err
	}
	_, err = listed(ctx, a.store, withEmail(email))
	if err == nil {
		return "", ErrEmailTaken
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	return a.invite(ctx, by, "staff.invite", email, role)
}

// ResetLink makes a link with which somebody who lost password or authenticator sets both anew, once, within models.InvitationTime. It
// is for the command line only. Errors: store.ErrNotFound.
func (a *Accounts) ResetLink(ctx context.Context, email string) (token string, err error) {
	person, err := listed(ctx, a.store, withEmail(email))
	if err != nil {
		return "", err
	}
	return a.invite(ctx, CommandLine(), "staff.reset_link", person.Email, person.Role)
}

func (a *Accounts) invite(ctx context.Context, by models.Actor, action, email string, role models.Role) (token string, err error) {
	token = models.NewRef()
	now := a.clock()
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		if email != "" {
			if err := endInvitations(ctx, tx, email); err != nil {
				return err
			}
		}
		err := tx.PutInvitation(ctx, token, models.Invitation{
			Email: email, Role: role, InvitedBy: by.StaffID, CreatedAt: now, ExpiresAt: now.Add(models.InvitationTime),
		})
		if err != nil {
			return fmt.Errorf("store invitation: %w", err)
		}
		return tx.Record(ctx, by, action, "invitation:"+email, nil, models.Facts{"email": email, "role": string(role)})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func endInvitations(ctx context.Context, tx *store.Store, email string) error {
	open, err := tx.Invitations(ctx)
	if err != nil {
		return fmt.Errorf("list invitations: %w", err)
	}
	for _, i := range open {
		if i.Email != email {
			continue
		}
		if err := tx.DeleteInvitation(ctx, i.ID); err != nil {
			return fmt.Errorf("end invitation: %w", err)
		}
	}
	return nil
}

// Invitations lists the links that are open.
func (a *Accounts) Invitations(ctx context.Context) ([]models.Invitation, error) {
	open, err := a.store.Invitations(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return open, nil
}

// EndInvitation makes an open link useless, by its row's id. The error is store.ErrNotFound.
func (a *Accounts) EndInvitation(ctx context.Context, by models.Actor, id string) error {
	open, err := a.Invitations(ctx)
	if err != nil {
		return err
	}
	for _, i := range open {
		if i.ID != id {
			continue
		}
		return a.store.Tx(ctx, func(tx *store.Store) error {
			if err := tx.DeleteInvitation(ctx, id); err != nil {
				return fmt.Errorf("end invitation: %w", err)
			}
			return tx.Record(ctx, by, "staff.invitation_end", "invitation:"+i.Email, models.Facts{"email": i.Email, "role": string(i.Role)}, nil)
		})
	}
	return store.ErrNotFound
}

// People lists all accounts.
func (a *Accounts) People(ctx context.Context) ([]models.Staff, error) {
	list, err := a.store.StaffList(ctx)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return list, nil
}

// withEmail and withID say which account listed looks for.
func withEmail(email string) func(models.Staff) bool {
	email = normalEmail(email)
	return func(p models.Staff) bool { return p.Email == email }
}

func withID(id string) func(models.Staff) bool {
	return func(p models.Staff) bool { return p.ID == id }
}

// listed finds an account without opening its secrets, which fails once the shop's own key was replaced. The error is
// store.ErrNotFound.
func listed(ctx context.Context, tx *store.Store, wanted func(models.Staff) bool) (models.Staff, error) {
	list, err := tx.StaffList(ctx)
	if err != nil {
		return models.Staff{}, fmt.Errorf("list staff: %w", err)
	}
	if i := slices.IndexFunc(list, wanted); i >= 0 {
		return list[i], nil
	}
	return models.Staff{}, fmt.Errorf("find account: %w", store.ErrNotFound)
}

// SetRole changes what somebody may do and ends their sessions. Errors: ErrSelf, store.ErrLastOwner, store.ErrNotFound.
func (a *Accounts) SetRole(ctx context.Context, by models.Actor, id string, role models.Role) error {
	return a.change(ctx, by, id, func(p *models.Staff) (action string, set store.StaffChange) {
		p.Role = role
		return "staff.role", store.StaffChange{Role: new(role)}
	})
}

// Disable keeps somebody from signing in and ends their sessions. Errors: ErrSelf, store.ErrLastOwner, store.ErrNotFound.
func (a *Accounts) Disable(ctx context.Context, by models.Actor, id string) error {
	return a.change(ctx, by, id, func(p *models.Staff) (string, store.StaffChange) {
		p.Disabled = true
		return "staff.disable", store.StaffChange{Disabled: new(true)}
	})
}

// Enable lets somebody sign in again. Errors: ErrSelf, store.ErrNotFound.
func (a *Accounts) Enable(ctx context.Context, by models.Actor, id string) error {
	return a.change(ctx, by, id, func(p *models.Staff) (string, store.StaffChange) {
		p.Disabled = false
		return "staff.enable", store.StaffChange{Disabled: new(false)}
	})
}

// change makes one change to somebody's account.
func (a *Accounts) change(ctx context.Context, by models.Actor, id string, edit func(*models.Staff) (action string, set store.StaffChange)) error {
	if by.StaffID == id {
		return ErrSelf
	}
	return a.store.Tx(ctx, func(tx *store.Store) error {
		person, err := listed(ctx, tx, withID(id))
		if err != nil {
			return err
		}
		before := models.Facts{"role": string(person.Role), "disabled": strconv.FormatBool(person.Disabled)}
		action, set := edit(&person)
		if err := tx.Record(ctx, by, action, subjectOf(id), before, models.Facts{"role": string(person.Role), "disabled": strconv.FormatBool(person.Disabled)}); err != nil {
			return err
		}
		if err := tx.UpdateStaff(ctx, id, set); err != nil {
			return fmt.Errorf("store staff: %w", err)
		}
		if err := tx.EndStaffSessions(ctx, id, ""); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return nil
	})
}
