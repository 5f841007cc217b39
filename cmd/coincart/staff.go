package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"coincart/models"
	"coincart/models/store"
	"coincart/web/admin"
	"coincart/web/staff"
)

// staffCmd works on the accounts of the back office. Whatever it changes is in the audit log as done by "command line".
type staffCmd struct {
	settings `group:"Settings, as for coincart serve:"`

	List          staffListCmd          `cmd:"" help:"List all accounts."`
	Add           staffAddCmd           `cmd:"" help:"Make an account now. The password is asked for, or read from standard input."`
	Invite        staffInviteCmd        `cmd:"" help:"Print a link with which somebody makes an account themselves, once."`
	SetupLink     staffSetupLinkCmd     `cmd:"" help:"Print the first owner's one-time link, while there is no staff."`
	Role          staffRoleCmd          `cmd:"" help:"Change what somebody may do. Their sessions end."`
	Disable       staffDisableCmd       `cmd:"" help:"Keep somebody from signing in. Their sessions end."`
	Enable        staffEnableCmd        `cmd:"" help:"Let somebody sign in again."`
	ResetPassword staffResetPasswordCmd `cmd:"" help:"Give somebody a new password: asked for, or read from standard input. Their sessions end."`
	ResetTotp     staffResetTOTPCmd     `cmd:"" help:"Give somebody a new authenticator key and recovery codes. Their sessions end."`
	ResetLink     staffResetLinkCmd     `cmd:"" help:"Print a link with which somebody sets password and authenticator anew, once."`
}

// desk is what a command of the staff works with.
type desk struct {
	*staff.Accounts

	baseURL string
}

// with opens the shop for the time of fn.
func (c *staffCmd) with(ctx context.Context, con console, fn func(d desk) error) error {
	opened, err := c.openShop(ctx, con)
	if err != nil {
		return err
	}
	err = fn(desk{Accounts: opened.web.Accounts(), baseURL: opened.base})
	return errors.Join(plainStaffError(err), opened.store.Close())
}

// plainStaffError says what to do about errors that are about what was asked.
func plainStaffError(err error) error {
	var plain []error
	for _, known := range []struct {
		is   error
		says string
	}{
		{store.ErrNotFound, "nobody has an account with this address: coincart staff list shows all"},
		{store.ErrLastOwner, "this is the only owner who can sign in, and somebody must be able to change the staff: make another owner first"},
		{staff.ErrEmail, "this is no e-mail address: write it plainly, such as ada@example.org"},
		{staff.ErrEmailTaken, "there is an account with this address already: coincart staff list shows all"},
		{staff.ErrName, "the name must be 1 to 100 printable characters: set --name"},
		{staff.ErrPassword, fmt.Sprintf("the password must have %d to %d characters", models.MinPassword, staff.MaxPassword)},
		{staff.ErrPasswordIs, "the password is easily guessed: a few words that do not belong together are better"},
	} {
		if errors.Is(err, known.is) {
			plain = append(plain, errors.New(known.says))
		}
	}
	if len(plain) == 0 {
		return err
	}
	return errors.Join(plain...)
}

type staffListCmd struct{}

// Run prints a table, by address.
func (*staffListCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.with(ctx, con, func(d desk) error {
		people, err := d.People(ctx)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			fmt.Fprintln(con.err, "There is no account yet. coincart staff setup-link prints the first owner's link.")
			return nil
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "E-MAIL\tNAME\tROLE\tSTATE\tLAST SIGN-IN (UTC)")
		for _, p := range people {
			state := "active"
			if p.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", printable(p.Email), printable(p.Name), p.Role, state, moment(p.LastLoginAt))
		}
		if err := table.Flush(); err != nil {
			return fmt.Errorf("print the table: %w", err)
		}
		return nil
	})
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.DateTime)
}

type staffAddCmd struct {
	Email string `arg:"" help:"The person's address, with which they sign in."`
	Name  string `required:"" placeholder:"NAME" help:"The person's name, as colleagues see it."`
	Role  string `required:"" enum:"viewer,operator,finance,owner" placeholder:"ROLE" help:"viewer, operator, finance or owner."`
	Lang  string `default:"en" enum:"en,zh-Hans" placeholder:"TAG" help:"Language of the pages and mails: en or zh-Hans."`
}

// Run makes the account and prints what the person needs besides the password.
func (c *staffAddCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.with(ctx, con, func(d desk) error {
		password, err := con.newPassword(ctx, "Password for "+printable(c.Email), func(password string) error {
			return d.CheckPassword(password, c.Email, c.Name)
		})
		if err != nil {
			return err
		}
		input := staff.NewAccount{Email: c.Email, Name: c.Name, Password: password, Lang: c.Lang}
		made, err := d.Create(ctx, staff.CommandLine(), input, models.Role(c.Role))
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s can sign in at %s%s, as %s.\n\n", made.Key.Email, d.baseURL, admin.Home, c.Role)
		handOver(con.out, made)
		return nil
	})
}

// handOver prints what is not seen again.
func handOver(w io.Writer, made staff.Credentials) {
	fmt.Fprintf(w, `Their authenticator (any app for six-digit codes) is told this key, typed or as a QR code of the address below it:
  %s
  %s

If the authenticator is lost, each of these codes stands for it once:
  %s

Neither is shown again. Hand them over so that nobody else sees them.
`, made.Key.Grouped(), made.Key.URL(), strings.Join(made.Codes, "\n  "))
}

type staffInviteCmd struct {
	Email string `arg:"" help:"The person's address, with which they will sign in."`
	Role  string `required:"" enum:"viewer,operator,finance,owner" placeholder:"ROLE" help:"viewer, operator, finance or owner."`
}

// Run prints the link.
func (c *staffInviteCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.with(ctx, con, func(d desk) error {
		token, err := d.Invite(ctx, staff.CommandLine(), c.Email, models.Role(c.Role))
		if err != nil {
			return err
		}
		printLink(con, d.baseURL+admin.InvitePath(token))
		return nil
	})
}

// printLink prints the address alone on standard output, so that a script can take it, and what it is beside it.
func printLink(con console, link string) {
	fmt.Fprintf(con.err, "This link works once, for %d hours. Send it so that nobody else sees it:\n", int(models.InvitationTime.Hours()))
	fmt.Fprintln(con.out, link)
}

type staffSetupLinkCmd struct{}

// Run prints the first owner's link. It fails once there is staff.
func (*staffSetupLinkCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.with(ctx, con, func(d desk) error {
		token, needed, err := d.CreateSetupLink(ctx)
		if err != nil {
			return err
		}
		if !needed {
			return errors.New("the shop has staff already, so there is no first owner to be: coincart staff invite makes a link for somebody else")
		}
		printLink(con, d.baseURL+admin.SetupPath(token))
		return nil
	})
}

// named changes the account of an address, and says so.
func (c *staffCmd) named(ctx context.Context, con console, email, done string, change func(d desk, person models.Staff) error) error {
	return c.with(ctx, con, func(d desk) error {
		person, err := d.Listed(ctx, email)
		if err != nil {
			return err
		}
		if err := change(d, person); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s %s.\n", printable(person.Email), done)
		return nil
	})
}

type staffRoleCmd struct {
	Email string `arg:"" help:"The person's address."`
	Role  string `arg:"" enum:"viewer,operator,finance,owner" help:"viewer, operator, finance or owner."`
}

// Run changes the role.
func (c *staffRoleCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.named(ctx, con, c.Email, "is "+c.Role+" now", func(d desk, person models.Staff) error {
		return d.SetRole(ctx, staff.CommandLine(), person.ID, models.Role(c.Role))
	})
}

type staffDisableCmd struct {
	Email string `arg:"" help:"The person's address."`
}

// Run disables the account.
func (c *staffDisableCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.named(ctx, con, c.Email, "cannot sign in any more", func(d desk, person models.Staff) error {
		return d.Disable(ctx, staff.CommandLine(), person.ID)
	})
}

type staffEnableCmd struct {
	Email string `arg:"" help:"The person's address."`
}

// Run enables the account.
func (c *staffEnableCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.named(ctx, con, c.Email, "can sign in again", func(d desk, person models.Staff) error {
		return d.Enable(ctx, staff.CommandLine(), person.ID)
	})
}

type staffResetPasswordCmd struct {
	Email string `arg:"" help:"The person's address."`
}

// Run asks for the new password.
func (c *staffResetPasswordCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.named(ctx, con, c.Email, "has a new password", func(d desk, person models.Staff) error {
		password, err := con.newPassword(ctx, "New password for "+printable(person.Email), func(password string) error {
			return d.CheckPassword(password, person.Email, person.Name)
		})
		if err != nil {
			return err
		}
		return d.ResetPassword(ctx, staff.CommandLine(), person.Email, password)
	})
}

type staffResetTOTPCmd struct {
	Email string `arg:"" help:"The person's address."`
}

// Run prints the new key and codes.
func (c *staffResetTOTPCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.named(ctx, con, c.Email, "has a new authenticator key", func(d desk, person models.Staff) error {
		made, err := d.ResetTOTP(ctx, staff.CommandLine(), person.Email)
		if err != nil {
			return err
		}
		handOver(con.out, made)
		return nil
	})
}

type staffResetLinkCmd struct {
	Email string `arg:"" help:"The person's address."`
}

// Run prints the link.
func (c *staffResetLinkCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.with(ctx, con, func(d desk) error {
		token, err := d.ResetLink(ctx, c.Email)
		if err != nil {
			return err
		}
		printLink(con, d.baseURL+admin.InvitePath(token))
		return nil
	})
}
