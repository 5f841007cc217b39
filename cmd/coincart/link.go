package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// linkCmd groups the commands for payment links. The audit log records their changes as done by "command line".
type linkCmd struct {
	settings `group:"Settings, as for coincart serve:"`

	List   linkListCmd   `cmd:"" help:"List the newest payment links."`
	Create linkCreateCmd `cmd:"" help:"Create a payment link and print its address."`
	End    linkEndCmd    `cmd:"" help:"Switch a payment link off."`
}

// withLinks opens the shop while fn runs.
func (c *linkCmd) withLinks(ctx context.Context, con console, fn func(*shop) error) error {
	opened, err := c.openShop(ctx, con)
	if err != nil {
		return err
	}
	return errors.Join(plainLinkError(fn(opened)), opened.store.Close())
}

// linkFlags are the flags behind the fields of a link.
func linkFlags() map[string]string {
	return map[string]string{
		"title": "--title", "text": "--text", "slug": "--slug", "amount": "--amount", "min_amount": "--min", "max_amount": "--max", "sku": "--sku",
		"quantity": "--quantity", "max_uses": "--uses", "thanks_url": "--thanks-url", "suggestions": "--suggest", "reference": "--reference",
	}
}

// plainLinkError says what to do about errors that the arguments cause, one flag on each line.
func plainLinkError(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errors.New("there is no such payment link: coincart link list shows the newest")
	}
	wrong, ok := errors.AsType[*links.InputError](err)
	if !ok {
		return err
	}
	var plain []error
	for _, field := range slices.Sorted(maps.Keys(wrong.Problems)) {
		plain = append(plain, fmt.Errorf("%s: %s", linkFlags()[field], i18n.ByTag("en").Problem(wrong.Problems[field])))
	}
	return errors.Join(plain...)
}

type linkListCmd struct{}

// Run prints a table, newest first.
func (*linkListCmd) Run(ctx context.Context, con console, parent *linkCmd) error {
	const most = 100
	return parent.withLinks(ctx, con, func(opened *shop) error {
		list, _, err := opened.store.PaymentLinkPage(ctx, store.LinkFilter{}, "", most)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(con.err, "There are no payment links yet. Run coincart link create to make one.")
			return nil
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ADDRESS\tKIND\tTITLE\tAMOUNT\tUSES\tON")
		for _, l := range list {
			amount, uses := "", strconv.Itoa(l.Uses)
			if total := l.Total(); !total.IsZero() {
				amount = total.Fixed(l.Digits) + " " + l.Currency
			}
			if l.MaxUses > 0 {
				uses += "/" + strconv.Itoa(l.MaxUses)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%t\n", l.Slug, l.Kind, text.Quote(l.Title), amount, uses, l.Enabled)
		}
		if err := table.Flush(); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
		return nil
	})
}

type linkCreateCmd struct {
	Title     string   `placeholder:"TITLE" help:"What the payer reads. Needed unless --sku is given."`
	Text      string   `placeholder:"TEXT" help:"More words below the title."`
	Slug      string   `placeholder:"NAME" help:"The end of the address. Without it: made of the title."`
	Amount    string   `placeholder:"AMOUNT" help:"A fixed amount, such as 20.00."`
	Currency  string   `placeholder:"CODE" help:"The shop's currency, to be sure."`
	Min       string   `placeholder:"AMOUNT" help:"Without --amount and --sku the payer enters the amount: the lowest."`
	Max       string   `placeholder:"AMOUNT" help:"The highest amount that the payer can enter."`
	Suggest   []string `placeholder:"AMOUNT" help:"Amounts to suggest."`
	SKU       string   `name:"sku" placeholder:"SKU" help:"A product instead of an amount."`
	Quantity  string   `default:"1" placeholder:"NUMBER" help:"How many of the product. Default: 1."`
	Uses      string   `placeholder:"NUMBER" help:"How many can pay. Without it: any number."`
	Reference string   `placeholder:"TEXT" help:"Your own number."`
	ThanksURL string   `name:"thanks-url" placeholder:"URL" help:"An https address where the payer can go on after paying."`
}

// draft returns the link that the flags describe.
func (c *linkCreateCmd) draft() links.Draft {
	d := links.Draft{
		Title: c.Title, Text: c.Text, Slug: c.Slug, Kind: models.LinkChosen, Amount: c.Amount, MinAmount: c.Min, MaxAmount: c.Max, Suggestions: c.Suggest, SKU: c.SKU,
		Quantity: c.Quantity, MaxUses: c.Uses, Reference: c.Reference, ThanksURL: c.ThanksURL, AskEmail: models.AskOptional,
	}
	switch {
	case c.SKU != "":
		d.Kind = models.LinkProduct
	case c.Amount != "":
		d.Kind = models.LinkFixed
	}
	return d
}

// Run creates the link. Only its address is printed on standard output.
func (c *linkCreateCmd) Run(ctx context.Context, con console, parent *linkCmd) error {
	return parent.withLinks(ctx, con, func(opened *shop) error {
		settings, err := opened.store.LoadSettings(ctx)
		if err != nil {
			return err
		}
		if code := settings.Currency().Code; c.Currency != "" && !strings.EqualFold(c.Currency, code) {
			return fmt.Errorf("--currency: the shop's currency is %s", code)
		}
		link, err := opened.Services.Links.Create(ctx, staff.CommandLine(), c.draft())
		if err != nil {
			return err
		}
		fmt.Fprintln(con.out, opened.Base+"/pay/"+link.Slug)
		return nil
	})
}

type linkEndCmd struct {
	Address string `arg:"" help:"The link's address, or the end of it, as coincart link list prints it."`
}

// Run switches the link off.
func (c *linkEndCmd) Run(ctx context.Context, con console, parent *linkCmd) error {
	return parent.withLinks(ctx, con, func(opened *shop) error {
		slug := c.Address[strings.LastIndex(c.Address, "/")+1:]
		link, err := opened.Services.Links.BySlug(ctx, slug)
		if err != nil {
			return err
		}
		if err := opened.Services.Links.Switch(ctx, staff.CommandLine(), link.ID, false); err != nil {
			return err
		}
		fmt.Fprintln(con.err, "The payment link is switched off. Payments that have begun can still be finished.")
		return nil
	})
}
