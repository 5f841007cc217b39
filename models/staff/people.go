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

// CreateSetupLink returns the token of a one-time link for the shop's first owner. needed is false if there is staff already. The database
// holds only the token's hash. There is no default account.
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

// Invite returns the token of a link with which a person creates an account with this role, once, within models.InvitationTime. It ends
// earlier links for the address. Errors: ErrEmail, ErrEmailTaken.
func (a *Accounts) Invite(ctx context.Context, by models.Actor, email string, role models.Role) (token string, err error) {
	email = normalEmail(email)
	if err := checkEmail(email); err != nil {
		return "", err
	}
	_, err = findAccount(ctx, a.store, withEmail(email))
	if err == nil {
		return "", ErrEmailTaken
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	return a.invite(ctx, by, "staff.invite", email, role)
}

// ResetLink returns the token of a link with which a person sets a new password and authenticator, once, within models.InvitationTime. Only
// the command line may call it. Errors: store.ErrNotFound.
func (a *Accounts) ResetLink(ctx context.Context, email string) (token string, err error) {
	person, err := findAccount(ctx, a.store, withEmail(email))
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

// Invitations returns the open links.
func (a *Accounts) Invitations(ctx context.Context) ([]models.Invitation, error) {
	open, err := a.store.Invitations(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return open, nil
}

// EndInvitation ends an open link. id is the invitation's. Errors: store.ErrNotFound.
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

// People returns all accounts, without their secrets.
func (a *Accounts) People(ctx context.Context) ([]models.Staff, error) {
	list, err := a.store.StaffList(ctx)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return list, nil
}

// withEmail matches the account with an e-mail address, for findAccount.
func withEmail(email string) func(models.Staff) bool {
	email = normalEmail(email)
	return func(p models.Staff) bool { return p.Email == email }
}

func withID(id string) func(models.Staff) bool {
	return func(p models.Staff) bool { return p.ID == id }
}

// findAccount returns the account that match accepts, without its secrets, so it also works if the shop's own key was replaced. Errors:
// store.ErrNotFound.
func findAccount(ctx context.Context, tx *store.Store, match func(models.Staff) bool) (models.Staff, error) {
	list, err := tx.StaffList(ctx)
	if err != nil {
		return models.Staff{}, fmt.Errorf("list staff: %w", err)
	}
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i], nil
	}
	return models.Staff{}, fmt.Errorf("find account: %w", store.ErrNotFound)
}

// SetRole sets a person's role and ends their sessions. Errors: ErrSelf, store.ErrLastOwner, store.ErrNotFound.
func (a *Accounts) SetRole(ctx context.Context, by models.Actor, id string, role models.Role) error {
	return a.change(ctx, by, id, func(p *models.Staff) (action string, set store.StaffChange) {
		p.Role = role
		return "staff.role", store.StaffChange{Role: new(role)}
	})
}

// Disable keeps a person from signing in and ends their sessions. Errors: ErrSelf, store.ErrLastOwner, store.ErrNotFound.
func (a *Accounts) Disable(ctx context.Context, by models.Actor, id string) error {
	return a.change(ctx, by, id, func(p *models.Staff) (string, store.StaffChange) {
		p.Disabled = true
		return "staff.disable", store.StaffChange{Disabled: new(true)}
	})
}

// Enable lets a person sign in again. Errors: ErrSelf, store.ErrNotFound.
func (a *Accounts) Enable(ctx context.Context, by models.Actor, id string) error {
	return a.change(ctx, by, id, func(p *models.Staff) (string, store.StaffChange) {
		p.Disabled = false
		return "staff.enable", store.StaffChange{Disabled: new(false)}
	})
}

// change applies edit to another person's account, records it, and ends the person's sessions.
func (a *Accounts) change(ctx context.Context, by models.Actor, id string, edit func(*models.Staff) (action string, set store.StaffChange)) error {
	if by.StaffID == id {
		return ErrSelf
	}
	return a.store.Tx(ctx, func(tx *store.Store) error {
		person, err := findAccount(ctx, tx, withID(id))
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
