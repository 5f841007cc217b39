package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/web/admin"
)

// staffCmd groups the commands for accounts of the back office. The audit log records their changes as done by "command line".
type staffCmd struct {
	settings `group:"Settings, as for coincart serve:"`

	List          staffListCmd          `cmd:"" help:"List all accounts."`
	Add           staffAddCmd           `cmd:"" help:"Create an account. The password is prompted for, or read from standard input."`
	Invite        staffInviteCmd        `cmd:"" help:"Print a one-time link for someone to create their own account."`
	SetupLink     staffSetupLinkCmd     `cmd:"" help:"Print the first owner's one-time setup link. Works only while there are no accounts."`
	Role          staffRoleCmd          `cmd:"" help:"Change someone's role. Their sessions end."`
	Disable       staffDisableCmd       `cmd:"" help:"Disable someone's account. Their sessions end."`
	Enable        staffEnableCmd        `cmd:"" help:"Enable someone's account again."`
	ResetPassword staffResetPasswordCmd `cmd:"" help:"Set a new password for someone: prompted for, or read from standard input. Their sessions end."`
	ResetTotp     staffResetTOTPCmd     `cmd:"" help:"Create a new authenticator key and recovery codes for someone. Their sessions end."`
	ResetLink     staffResetLinkCmd     `cmd:"" help:"Print a one-time link for someone to reset their password and authenticator."`
}

// backOffice is what the staff commands work with.
type backOffice struct {
	*staff.Accounts

	baseURL string
}

// withOffice opens the shop while fn runs.
func (c *staffCmd) withOffice(ctx context.Context, con console, fn func(d backOffice) error) error {
	opened, err := c.openShop(ctx, con)
	if err != nil {
		return err
	}
	err = fn(backOffice{Accounts: opened.Server.Accounts(), baseURL: opened.Base})
	return errors.Join(plainStaffError(err), opened.store.Close())
}

// plainStaffError says what to do about errors that the arguments cause.
func plainStaffError(err error) error {
	var plain []error
	for _, known := range []struct {
		is   error
		says string
	}{
		{store.ErrNotFound, "there is no account with this email address: coincart staff list shows all"},
		{store.ErrLastOwner, "this is the only active owner: make another account an owner first"},
		{staff.ErrEmail, "this is not a valid email address: use the form ada@example.org"},
		{staff.ErrEmailTaken, "an account with this email address already exists: coincart staff list shows all"},
		{staff.ErrName, "the name must be 1 to 100 printable characters: set --name"},
		{staff.ErrNameLink, "the name must not contain a web address or an email address: set --name"},
		{staff.ErrPassword, fmt.Sprintf("the password must be %d to %d characters long", models.MinPassword, staff.MaxPassword)},
		{staff.ErrPasswordIs, "the password is easy to guess: use several unrelated words"},
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

// Run prints a table, sorted by address.
func (*staffListCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.withOffice(ctx, con, func(d backOffice) error {
		people, err := d.People(ctx)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			fmt.Fprintln(con.err, "There are no accounts yet. Run coincart staff setup-link to get the first owner's link.")
			return nil
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "EMAIL\tNAME\tROLE\tSTATUS\tLAST SIGN-IN (UTC)")
		for _, p := range people {
			state := "active"
			if p.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", text.Quote(p.Email), text.Quote(p.Name), p.Role, state, moment(p.LastLoginAt))
		}
		if err := table.Flush(); err != nil {
			return fmt.Errorf("print the list: %w", err)
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
	Email string `arg:"" help:"The email address they sign in with."`
	Name  string `required:"" placeholder:"NAME" help:"The name their colleagues see."`
	Role  string `required:"" enum:"viewer,operator,finance,owner" placeholder:"ROLE" help:"Role: viewer, operator, finance or owner."`
	Lang  string `default:"en" enum:"${languages}" placeholder:"TAG" help:"Language of their pages and emails: ${languages}."`
}

// Run creates the account and prints what the person needs in addition to the password.
func (c *staffAddCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.withOffice(ctx, con, func(d backOffice) error {
		password, err := con.newPassword(ctx, "Password for "+text.Quote(c.Email), func(password string) error {
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
		printCredentials(con.out, made)
		return nil
	})
}

// printCredentials prints the credentials, which cannot be read again.
func printCredentials(w io.Writer, made staff.Credentials) {
	fmt.Fprintf(w, `Add this key to their authenticator app: enter it, or show the URL below it as a QR code:
  %s
  %s

If the authenticator is lost, each of these recovery codes works once instead:
  %s

The key and the codes are not shown again. Pass them on through a secure channel.
`, made.Key.Grouped(), made.Key.URL(), strings.Join(made.Codes, "\n  "))
}

type staffInviteCmd struct {
	Email string `arg:"" help:"The email address they will sign in with."`
	Role  string `required:"" enum:"viewer,operator,finance,owner" placeholder:"ROLE" help:"Role: viewer, operator, finance or owner."`
}

// Run prints the link.
func (c *staffInviteCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.withOffice(ctx, con, func(d backOffice) error {
		token, err := d.Invite(ctx, staff.CommandLine(), c.Email, models.Role(c.Role))
		if err != nil {
			return err
		}
		printLink(con, d.baseURL+admin.InvitePath(token))
		return nil
	})
}

// printLink prints only the URL on standard output, so that scripts can use it, and its explanation on standard error.
func printLink(con console, link string) {
	fmt.Fprintf(con.err, "This link works once and expires in %d hours. Send it through a secure channel:\n", int(models.InvitationTime.Hours()))
	fmt.Fprintln(con.out, link)
}

type staffSetupLinkCmd struct{}

// Run prints the first owner's link. It fails if there is staff.
func (*staffSetupLinkCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.withOffice(ctx, con, func(d backOffice) error {
		token, needed, err := d.CreateSetupLink(ctx)
		if err != nil {
			return err
		}
		if !needed {
			return errors.New("the shop already has staff accounts: use coincart staff invite to create a link for someone")
		}
		printLink(con, d.baseURL+admin.SetupPath(token))
		return nil
	})
}

// changeAccount changes the account with an e-mail address and prints what was done.
func (c *staffCmd) changeAccount(ctx context.Context, con console, email, done string, change func(d backOffice, person models.Staff) error) error {
	return c.withOffice(ctx, con, func(d backOffice) error {
		person, err := d.Listed(ctx, email)
		if err != nil {
			return err
		}
		if err := change(d, person); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s %s.\n", text.Quote(person.Email), done)
		return nil
	})
}

// staffAccount is the account that a command is about.
type staffAccount struct {
	Email string `arg:"" help:"The email address of the account."`
}

type staffRoleCmd struct {
	staffAccount

	Role string `arg:"" enum:"viewer,operator,finance,owner" help:"Role: viewer, operator, finance or owner."`
}

// Run changes the role.
func (c *staffRoleCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.changeAccount(ctx, con, c.Email, "now has the role "+c.Role, func(d backOffice, person models.Staff) error {
		return d.SetRole(ctx, staff.CommandLine(), person.ID, models.Role(c.Role))
	})
}

type staffDisableCmd struct{ staffAccount }

// Run disables the account.
func (c *staffDisableCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.changeAccount(ctx, con, c.Email, "cannot sign in any more", func(d backOffice, person models.Staff) error {
		return d.Disable(ctx, staff.CommandLine(), person.ID)
	})
}

type staffEnableCmd struct{ staffAccount }

// Run enables the account.
func (c *staffEnableCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.changeAccount(ctx, con, c.Email, "can sign in again", func(d backOffice, person models.Staff) error {
		return d.Enable(ctx, staff.CommandLine(), person.ID)
	})
}

type staffResetPasswordCmd struct{ staffAccount }

// Run sets a new password.
func (c *staffResetPasswordCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.changeAccount(ctx, con, c.Email, "has a new password", func(d backOffice, person models.Staff) error {
		password, err := con.newPassword(ctx, "New password for "+text.Quote(person.Email), func(password string) error {
			return d.CheckPassword(password, person.Email, person.Name)
		})
		if err != nil {
			return err
		}
		return d.ResetPassword(ctx, staff.CommandLine(), person.Email, password)
	})
}

type staffResetTOTPCmd struct{ staffAccount }

// Run prints the new key and codes.
func (c *staffResetTOTPCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.changeAccount(ctx, con, c.Email, "has a new authenticator key", func(d backOffice, person models.Staff) error {
		made, err := d.ResetTOTP(ctx, staff.CommandLine(), person.Email)
		if err != nil {
			return err
		}
		printCredentials(con.out, made)
		return nil
	})
}

type staffResetLinkCmd struct{ staffAccount }

// Run prints the link.
func (c *staffResetLinkCmd) Run(ctx context.Context, con console, parent *staffCmd) error {
	return parent.withOffice(ctx, con, func(d backOffice) error {
		token, err := d.ResetLink(ctx, c.Email)
		if err != nil {
			return err
		}
		printLink(con, d.baseURL+admin.InvitePath(token))
		return nil
	})
}
