package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// keyCmd groups the commands for the keys with which other programs use the API. The audit log records their changes as done by "command line".
type keyCmd struct {
	settings `group:"Settings, as for coincart serve:"`

	List   keyListCmd   `cmd:"" help:"List all keys."`
	Create keyCreateCmd `cmd:"" help:"Create a key and print it. It cannot be printed again."`
	End    keyEndCmd    `cmd:"" help:"End a key. Programs that use it are refused at once."`
}

// withKeys opens the shop while fn runs.
func (c *keyCmd) withKeys(ctx context.Context, con console, fn func(*keys.Service) error) error {
	opened, err := c.openShop(ctx, con)
	if err != nil {
		return err
	}
	return errors.Join(plainKeyError(fn(opened.services.Keys)), opened.store.Close())
}

// keyFlags are the flags behind the fields of a key.
func keyFlags() map[string]string {
	return map[string]string{
		"name": "--name", "scope": "--scope", "origins": "--origin", "networks": "--network", "refund_limit": "--refund-limit", "lifetime": "--days",
	}
}

// plainKeyError says what to do about errors that the arguments cause, one flag on each line.
func plainKeyError(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errors.New("there is no key with this ID: coincart key list shows all")
	case errors.Is(err, keys.ErrEnded):
		return errors.New("this key was ended before")
	}
	wrong, ok := errors.AsType[*keys.InputError](err)
	if !ok {
		return err
	}
	var plain []error
	for _, field := range slices.Sorted(maps.Keys(wrong.Problems)) {
		flag := keyFlags()[field]
		plain = append(plain, fmt.Errorf("%s: %s", flag, keyProblem(field, wrong.Problems[field])))
	}
	return errors.Join(plain...)
}

func keyProblem(field string, p invalid.Problem) string {
	if field == "scope" && p == invalid.Unknown {
		return "Scopes are: " + scopeNames() + "."
	}
	return i18n.ByTag("en").Problem(p)
}

func scopeNames() string {
	var names []string
	for _, s := range models.Scopes() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

type keyListCmd struct{}

// Run prints a table, newest first.
func (*keyListCmd) Run(ctx context.Context, con console, parent *keyCmd) error {
	return parent.withKeys(ctx, con, func(s *keys.Service) error {
		list, err := s.List(ctx)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(con.err, "There are no keys yet. Run coincart key create to make one.")
			return nil
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tKEY\tNAME\tSCOPES\tENDS (UTC)\tLAST USE (UTC)")
		for _, k := range list {
			ends := moment(k.ExpiresAt)
			if k.Ended() {
				ends = "ended"
			}
			fmt.Fprintf(table, "%s\t%s…\t%s\t%s\t%s\t%s\n", k.ID, k.Shown, text.Quote(k.Name), strings.Join(k.Scopes, " "), ends, moment(k.UsedAt))
		}
		if err := table.Flush(); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
		return nil
	})
}

type keyCreateCmd struct {
	Name        string   `required:"" placeholder:"NAME" help:"The program that will use it."`
	Scope       []string `required:"" placeholder:"SCOPE" help:"What it may do, such as checkouts:write. Give it once for each scope, or separate them by commas."`
	Origin      []string `placeholder:"URL" help:"Where payers may be sent after paying, such as https://shop.example.org."`
	Network     []string `placeholder:"NETWORK" help:"From where it may be used, such as 192.0.2.0/24. Without it: from everywhere."`
	RefundLimit string   `placeholder:"AMOUNT" help:"What it may refund within 24 hours, in the shop's currency. Without it: nothing."`
	Days        int      `default:"365" placeholder:"DAYS" help:"After how many days it ends. 0: never. Default: 365."`
}

// Run creates the key. Only the key itself is printed on standard output, so that a script can keep it.
func (c *keyCreateCmd) Run(ctx context.Context, con console, parent *keyCmd) error {
	return parent.withKeys(ctx, con, func(s *keys.Service) error {
		key, secret, err := s.Create(ctx, staff.CommandLine(), keys.Draft{
			Name: c.Name, Scopes: c.Scope, Origins: c.Origin, Networks: c.Network, RefundLimit: c.RefundLimit, Days: c.Days,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(con.err, "The key was created (ID %s). Keep it now: it cannot be printed again.\n", key.ID)
		fmt.Fprintln(con.out, secret.Reveal())
		return nil
	})
}

type keyEndCmd struct {
	ID string `arg:"" help:"The key's ID, as coincart key list prints it."`
}

// Run ends the key.
func (c *keyEndCmd) Run(ctx context.Context, con console, parent *keyCmd) error {
	return parent.withKeys(ctx, con, func(s *keys.Service) error {
		if err := s.End(ctx, staff.CommandLine(), c.ID); err != nil {
			return err
		}
		fmt.Fprintln(con.err, "The key was ended.")
		return nil
	})
}
