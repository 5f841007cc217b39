// Package assembly connects the services of a shop.
package assembly

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/coincart/coincart/models/alerts"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/checkouts"
	"github.com/coincart/coincart/payments/rates"
)

// Config configures the services of a shop.
type Config struct {
	payments.Config // Store, Clock, Logger and CallTimeout apply to all services; New sets Jobs and Outbox

	Zone *time.Location // in which the exchange's day begins and ends; nil: UTC

	Statements books.Statements // the exchange's statements; the same client as Gateway
	Sender     mail.Sender      // nil: the shop sends no mails
	Compose    mail.Compose     // required with Sender

	ComposeStaff   mail.ComposeStaff   // nil: nothing is mailed to the staff
	ComposeInvoice mail.ComposeInvoice // nil: no invoices are mailed

	WebhookNetworks []netip.Prefix                                // that webhook endpoints may be in although they are not public
	Version         string                                        // of the program, which webhooks name; empty: they do not
	OnEvent         func(ctx context.Context, e wire.Event) error // is told as a webhook endpoint is; nil: nobody is

	Demo bool // a demonstration: addresses to come back to may be on this machine, without TLS

	PlatformURL    string        // the exchange's address, for its public prices (models.PlatformMark)
	LoopbackPrices bool          // allow price sources on this machine, for demonstrations and tests
	PriceTimeout   time.Duration // of one answer of a price source; 0: 5 seconds

	StaticPicture func(name string) bool   // reports whether the program contains a picture, for imports of products; nil: it contains none
	FetchPicture  catalogue.PictureFetcher // fetches a picture of an import; nil: over https from public addresses
}

// Services are the services of a shop. Jobs runs their background work.
type Services struct {
	Jobs      *jobs.Engine
	Outbox    *mail.Outbox
	Payments  *payments.Service
	Checkouts *checkouts.Service
	Keys      *keys.Service
	Hooks     *hooks.Service
	Links     *links.Service
	Books     *books.Service
	Rates     *rates.Service
	Customers *customers.Service
	Alerts    *alerts.Service
	Transfers *catalogue.Transfers
}

// New returns the services of a shop. Nothing runs before Jobs.Run.
func New(c Config) (Services, error) {
	s := Services{Jobs: jobs.New(jobs.Config{Store: c.Store, Clock: c.Clock, Logger: c.Logger})}
	var err error
	if s.Outbox, err = mail.NewOutbox(mail.OutboxConfig{
		Store: c.Store, Jobs: s.Jobs, Clock: c.Clock, Logger: c.Logger, Sender: c.Sender, Compose: c.Compose, ComposeStaff: c.ComposeStaff,
		ComposeInvoice: c.ComposeInvoice,
	}); err != nil {
		return s, fmt.Errorf("set up mails: %w", err)
	}
	c.Jobs, c.Outbox = s.Jobs, s.Outbox
	if s.Payments, err = payments.New(c.Config); err != nil {
		return s, fmt.Errorf("set up payments: %w", err)
	}
	if s.Checkouts, err = checkouts.New(checkouts.Config{
		Store: c.Store, Money: s.Payments, Jobs: s.Jobs, Clock: c.Clock, Logger: c.Logger, Demo: c.Demo,
	}); err != nil {
		return s, fmt.Errorf("set up checkouts: %w", err)
	}
	s.Keys = keys.New(c.Store, c.Clock, c.Demo)
	if s.Hooks, err = hooks.New(hooks.Config{
		Store: c.Store, Jobs: s.Jobs, Outbox: s.Outbox, Clock: c.Clock, Logger: c.Logger, Demo: c.Demo, Networks: c.WebhookNetworks, Version: c.Version, Program: c.OnEvent,
	}); err != nil {
		return s, fmt.Errorf("set up webhooks: %w", err)
	}
	s.Links = links.New(c.Store, s.Outbox, c.Clock, c.Demo)
	if s.Books, err = books.New(books.Config{
		Store: c.Store, Jobs: s.Jobs, Statements: c.Statements, Money: s.Payments, Clock: c.Clock, Logger: c.Logger, Zone: c.Zone, CallTimeout: c.CallTimeout,
	}); err != nil {
		return s, fmt.Errorf("set up the books: %w", err)
	}
	if s.Rates, err = rates.New(rates.Config{
		Store: c.Store, Jobs: s.Jobs, Clock: c.Clock, Logger: c.Logger,
		Alert: s.Outbox.QueueStaffPrices, Alerted: s.Outbox.Wake, PlatformURL: c.PlatformURL, LoopbackPrices: c.LoopbackPrices, PriceTimeout: c.PriceTimeout,
	}); err != nil {
		return s, fmt.Errorf("set up rates: %w", err)
	}
	if s.Customers, err = customers.New(customers.Config{Store: c.Store, Jobs: s.Jobs, Outbox: s.Outbox, Clock: c.Clock}); err != nil {
		return s, fmt.Errorf("set up customers: %w", err)
	}
	if s.Transfers, err = catalogue.NewTransfers(catalogue.TransfersConfig{
		Store: c.Store, Jobs: s.Jobs, Clock: c.Clock, Zone: c.Zone, StaticPicture: c.StaticPicture, FetchPicture: c.FetchPicture,
		Alert: s.Outbox.QueueStaffPrices, Alerted: s.Outbox.Wake,
	}); err != nil {
		return s, fmt.Errorf("set up imports and exports of products: %w", err)
	}
	if s.Alerts, err = alerts.New(alerts.Config{
		Store: c.Store, Jobs: s.Jobs, Outbox: s.Outbox, Clock: c.Clock, Logger: c.Logger, Zone: c.Zone, Callbacks: payments.CallbackProbe(),
	}); err != nil {
		return s, fmt.Errorf("set up mails to the staff: %w", err)
	}
	s.Jobs.WatchOverdue()
	return s, nil
}

// Probes returns what the rooms check in the records of a shop, in the order in which the findings are shown.
func Probes() []health.Probe {
	return []health.Probe{payments.CallbackProbe(), jobs.Probe(), jobs.OverdueProbe(), mail.Probe(), hooks.Probe()}
}
