// Package rates maintains the exchange rates of the shop's coins. It requests prices from price sources, checks them against the last rate
// and a second source, and stores what staff decide about coins and sources.
package rates

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// Config configures a Service.
type Config struct {
	Store  *store.Store
	Jobs   *jobs.Engine // runs the requests and the removal of old rates
	Clock  models.Clock // nil: models.SystemClock
	Logger *slog.Logger // nil: nothing is logged

	// Alert tells the owners about a move of a rate that a person confirmed, in the transaction tx; Alerted is called after it. nil: nobody
	// is told.
	Alert   func(ctx context.Context, tx *store.Store, alert models.PriceAlert) error
	Alerted func()

	PlatformURL    string        // the exchange's address, for its public prices (models.PlatformMark)
	LoopbackPrices bool          // allow price sources on this machine, for demonstrations and tests
	PriceTimeout   time.Duration // of one answer of a price source; 0: 5 seconds
}

// Service maintains coins, their rates and their price sources. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store  *store.Store
	clock  models.Clock
	log    *slog.Logger
	prices *prices

	alert   func(ctx context.Context, tx *store.Store, alert models.PriceAlert) error
	alerted func()
}

// New returns a service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil {
		return nil, errors.New("rates: store and jobs are needed")
	}
	s := &Service{store: c.Store, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler))}
	s.alert, s.alerted = c.Alert, c.Alerted
	if s.alert == nil {
		s.alert, s.alerted = func(context.Context, *store.Store, models.PriceAlert) error { return nil }, func() {}
	}
	s.prices = newPrices(c.PlatformURL, c.LoopbackPrices, cmp.Or(c.PriceTimeout, 5*time.Second), s.clock)
	c.Jobs.AddWorker(jobs.Worker{Name: "rates", Step: s.rateStep})
	c.Jobs.AddChore("forget old rates", s.forgetRates)
	return s, nil
}
