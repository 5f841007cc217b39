// Package assembly puts the use cases of one shop together, in the order in which they need each other.
package assembly

import (
	"fmt"
	"time"

	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/rates"
)

// Config is what the services of a shop need.
type Config struct {
	payments.Config // Store, Clock, Logger and CallTimeout are those of all services; Jobs and Outbox are made by New

	Zone *time.Location // in which the exchange's day begins and ends; nil: UTC

	Statements books.Statements // the exchange's statements; the same client as Gateway
	Sender     mail.Sender      // nil: no mails are written
	Compose    mail.Compose     // needed with Sender

	PlatformURL    string        // the exchange's address, for its public prices (models.PlatformMark)
	LoopbackPrices bool          // price sources on this machine may be asked: for demonstrations and tests
	PriceTimeout   time.Duration // for one answer of a price source; 0: 5 seconds

	StaticPicture func(name string) bool   // pictures that the program brings along, for imports of products; nil: none
	FetchPicture  catalogue.PictureFetcher // fetches a picture of an import; nil: over https from public addresses
}

// Services are the use cases of a shop. Jobs runs what they do in the background.
type Services struct {
	Jobs      *jobs.Engine
	Outbox    *mail.Outbox
	Payments  *payments.Service
	Books     *books.Service
	Rates     *rates.Service
	Customers *customers.Service
	Transfers *catalogue.Transfers
}

// New makes the services of a shop; nothing runs yet.
func New(c Config) (Services, error) {
	s := Services{Jobs: jobs.New(jobs.Config{Store: c.Store, Clock: c.Clock, Logger: c.Logger})}
	var err error
	if s.Outbox, err = mail.NewOutbox(mail.OutboxConfig{
		Store: c.Store, Jobs: s.Jobs, Clock: c.Clock, Logger: c.Logger, Sender: c.Sender, Compose: c.Compose,
	}); err != nil {
		return s, fmt.Errorf("set up mails: %w", err)
	}
	c.Jobs, c.Outbox = s.Jobs, s.Outbox
	if s.Payments, err = payments.New(c.Config); err != nil {
		return s, fmt.Errorf("set up payments: %w", err)
	}
	if s.Books, err = books.New(books.Config{
		Store: c.Store, Jobs: s.Jobs, Statements: c.Statements, Money: s.Payments, Clock: c.Clock, Logger: c.Logger, Zone: c.Zone, CallTimeout: c.CallTimeout,
	}); err != nil {
		return s, fmt.Errorf("set up the books: %w", err)
	}
	if s.Rates, err = rates.New(rates.Config{
		Store: c.Store, Jobs: s.Jobs, Clock: c.Clock, Logger: c.Logger,
		PlatformURL: c.PlatformURL, LoopbackPrices: c.LoopbackPrices, PriceTimeout: c.PriceTimeout,
	}); err != nil {
		return s, fmt.Errorf("set up rates: %w", err)
	}
	if s.Customers, err = customers.New(customers.Config{Store: c.Store, Jobs: s.Jobs, Outbox: s.Outbox, Clock: c.Clock}); err != nil {
		return s, fmt.Errorf("set up customers: %w", err)
	}
	if s.Transfers, err = catalogue.NewTransfers(catalogue.TransfersConfig{
		Store: c.Store, Jobs: s.Jobs, Clock: c.Clock, Logger: c.Logger, Zone: c.Zone, StaticPicture: c.StaticPicture, FetchPicture: c.FetchPicture,
	}); err != nil {
		return s, fmt.Errorf("set up imports and exports of products: %w", err)
	}
	return s, nil
}
