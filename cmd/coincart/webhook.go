package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// webhookCmd groups the commands for webhooks. They only read, and never print a secret.
type webhookCmd struct {
	settings `group:"Settings, as for coincart serve:"`

	List webhookListCmd `cmd:"" help:"List the webhooks, newest first."`
	Show webhookShowCmd `cmd:"" help:"Show a webhook with its last deliveries."`
}

// withHooks opens the shop while fn runs.
func (c *webhookCmd) withHooks(ctx context.Context, con console, fn func(*hooks.Service) error) error {
	opened, err := c.openShop(ctx, con)
	if err != nil {
		return err
	}
	err = fn(opened.Services.Hooks)
	if errors.Is(err, store.ErrNotFound) {
		err = errors.New("there is no such webhook: coincart webhook list shows all")
	}
	return errors.Join(err, opened.store.Close())
}

type webhookListCmd struct{}

// Run prints a table, newest first.
func (*webhookListCmd) Run(ctx context.Context, con console, parent *webhookCmd) error {
	return parent.withHooks(ctx, con, func(service *hooks.Service) error {
		list, err := service.List(ctx, "")
		if err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(con.err, "There are no webhooks yet. Make one in the back office: Shop, Webhooks.")
			return nil
		}
		waiting, err := service.Waiting(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tSTATE\tWAITING\tLAST DELIVERED (UTC)\tADDRESS")
		for _, e := range list {
			fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", e.ID, e.State, waiting[e.ID], moment(e.DeliveredAt), text.Quote(hooks.ShownURL(e.URL)))
		}
		return flushed(table)
	})
}

type webhookShowCmd struct {
	ID string `arg:"" help:"The webhook's id, as coincart webhook list prints it."`
}

// Run prints what is known about the webhook, and its newest deliveries.
func (c *webhookShowCmd) Run(ctx context.Context, con console, parent *webhookCmd) error {
	const most = 20
	return parent.withHooks(ctx, con, func(service *hooks.Service) error {
		e, err := service.Get(ctx, c.ID, "")
		if err != nil {
			return err
		}
		list, _, err := service.Deliveries(ctx, e.ID, "", "", "", most)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		printWebhook(table, &e)
		if err := flushed(table); err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(con.err, "There are no deliveries yet.")
			return nil
		}
		fmt.Fprintln(table, "\nEVENT\tCREATED (UTC)\tSTATE\tTRIES\tSTATUS\tPROBLEM\tDELIVERY")
		for _, d := range list {
			status := "-"
			if d.Status != 0 {
				status = strconv.Itoa(d.Status)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", d.EventType, moment(d.CreatedAt), d.State, d.Tries, status, orDash(d.Problem), d.ID)
		}
		return flushed(table)
	})
}

// printWebhook prints an endpoint, one fact on each line.
func printWebhook(table *tabwriter.Writer, e *models.WebhookEndpoint) {
	types := "all"
	if len(e.Types) > 0 {
		types = strings.Join(e.Types, ", ")
	}
	state := string(e.State)
	if e.Reason != "" {
		state += " (" + string(e.Reason) + ")"
	}
	for _, fact := range [][2]string{
		{"Address", text.Quote(hooks.ShownURL(e.URL))},
		{"Description", text.Quote(e.Description)},
		{"Events", types},
		{"State", state},
		{"Since (UTC)", moment(e.StateSince)},
		{"API key", orDash(e.KeyID)},
		{"Last try (UTC)", moment(e.TriedAt)},
		{"Last delivered (UTC)", moment(e.DeliveredAt)},
	} {
		fmt.Fprintf(table, "%s\t%s\n", fact[0], fact[1])
	}
}

// orDash returns what was given, or a dash.
func orDash(given string) string {
	if given == "" {
		return "-"
	}
	return given
}

// flushed prints the table.
func flushed(table *tabwriter.Writer) error {
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	return nil
}
