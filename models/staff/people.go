package staff

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// CreateSetupLink returns the token of a one-time link for the shop's first owner. needed is false if there is staff already. It ends
// the earlier links. The database holds only the token's hash. There is no default account.
func (a *Accounts) CreateSetupLink(ctx context.Context) (token string, needed bool, err error) {
	n, err := a.store.StaffCount(ctx)
	if err != nil || n > 0 {
		return "", false, err
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

// ResetLink returns the token of a link with which a person sets a new password and authenticator, once, within models.InvitationTime. It
// ends earlier links for the account. Only the command line may call it. Errors: store.ErrNotFound.
func (a *Accounts) ResetLink(ctx context.Context, email string) (token string, err error) {
	person, err := findAccount(ctx, a.store, withEmail(email))
	if err != nil {
		return "", err
	}
	return a.invite(ctx, CommandLine(), "staff.reset_link", person.Email, person.Role)
}

// invite ends the open links for an address ("": of the first owner), and makes a new one.
func (a *Accounts) invite(ctx context.Context, by models.Actor, action, email string, role models.Role) (token string, err error) {
	token = models.NewRef()
	now := a.clock()
	facts := models.Facts{"email": email, "role": string(role)}
	err = a.store.Audited(ctx, by, action, "invitation:"+email, nil, facts, func(tx *store.Store) error {
		if err := endInvitations(ctx, tx, email); err != nil {
			return err
		}
		return tx.PutInvitation(ctx, token, models.Invitation{
			Email: email, Role: role, InvitedBy: by.StaffID, CreatedAt: now, ExpiresAt: now.Add(models.InvitationTime),
		})
	})
	return token, err
}

// endInvitations ends the open links for an address.
func endInvitations(ctx context.Context, tx *store.Store, email string) error {
	open, err := tx.Invitations(ctx)
	for _, i := range open {
		if err == nil && i.Email == email {
			err = tx.DeleteInvitation(ctx, i.ID)
		}
	}
	return err
}

// Invitations returns the open links.
func (a *Accounts) Invitations(ctx context.Context) ([]models.Invitation, error) {
	return a.store.Invitations(ctx)
}

// EndInvitation ends an open link. id is the invitation's. Errors: store.ErrNotFound.
func (a *Accounts) EndInvitation(ctx context.Context, by models.Actor, id string) error {
	open, err := a.Invitations(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(open, func(i models.Invitation) bool { return i.ID == id })
	if at < 0 {
		return store.ErrNotFound
	}
	before := models.Facts{"email": open[at].Email, "role": string(open[at].Role)}
	return a.store.Audited(ctx, by, "staff.invitation_end", "invitation:"+open[at].Email, before, nil, func(tx *store.Store) error {
		return tx.DeleteInvitation(ctx, id)
	})
}

// People returns all accounts, without their secrets.
func (a *Accounts) People(ctx context.Context) ([]models.Staff, error) { return a.store.StaffList(ctx) }

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
		return models.Staff{}, err
	}
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i], nil
	}
	return models.Staff{}, fmt.Errorf("find account: %w", store.ErrNotFound)
}

// SetRole sets a person's role and ends their sessions. Errors: ErrSelf, store.ErrLastOwner, store.ErrNotFound.
func (a *Accounts) SetRole(ctx context.Context, by models.Actor, id string, role models.Role) error {
	return a.change(ctx, by, id, "staff.role", store.StaffChange{Role: new(role)})
}

// Disable keeps a person from signing in and ends their sessions. Errors: ErrSelf, store.ErrLastOwner, store.ErrNotFound.
func (a *Accounts) Disable(ctx context.Context, by models.Actor, id string) error {
	return a.change(ctx, by, id, "staff.disable", store.StaffChange{Disabled: new(true)})
}

// Enable lets a person sign in again. Errors: ErrSelf, store.ErrNotFound.
func (a *Accounts) Enable(ctx context.Context, by models.Actor, id string) error {
	return a.change(ctx, by, id, "staff.enable", store.StaffChange{Disabled: new(false)})
}

// change changes another person's role or whether they may sign in, and ends their sessions. The entry in the audit log comes first, because
// it makes concurrent changes wait for each other: store.ErrLastOwner must count the owners that the others leave.
func (a *Accounts) change(ctx context.Context, by models.Actor, id, action string, set store.StaffChange) error {
	if by.StaffID == id {
		return ErrSelf
	}
	return a.store.Tx(ctx, func(tx *store.Store) error {
		person, err := findAccount(ctx, tx, withID(id))
		if err != nil {
			return err
		}
		before := models.Facts{"role": string(person.Role), "disabled": strconv.FormatBool(person.Disabled)}
		after := maps.Clone(before)
		if set.Role != nil {
			after["role"] = string(*set.Role)
		}
		if set.Disabled != nil {
			after["disabled"] = strconv.FormatBool(*set.Disabled)
		}
		if err := tx.Record(ctx, by, action, subjectOf(id), before, after); err != nil {
			return err
		}
		if err := tx.UpdateStaff(ctx, id, set); err != nil {
			return err
		}
		return tx.EndStaffSessions(ctx, id, "")
	})
}
