// Package rates keeps what the shop's coins are worth: it asks price sources, judges their answers against the last rate and a second
// source, and stores what staff decide about coins and sources.
package rates

import (
	"cmp"
	"errors"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// Config is what a Service needs.
type Config struct {
	Store  *store.Store
	Jobs   *jobs.Engine // asks for live rates, and forgets old ones
	Clock  models.Clock // nil: the machine's
	Logger *slog.Logger // nil: none

	PlatformURL    string        // the exchange's address, for its public prices (models.PlatformMark)
	LoopbackPrices bool          // price sources on this machine may be asked: for demonstrations and tests
	PriceTimeout   time.Duration // for one answer of a price source; 0: 5 seconds
}

// Service keeps coins, their rates and their price sources. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store  *store.Store
	clock  models.Clock
	log    *slog.Logger
	prices *prices
}

// New makes the service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil {
		return nil, errors.New("rates: store and jobs are needed")
	}
	s := &Service{store: c.Store, clock: c.Clock, log: c.Logger}
	if s.clock == nil {
		s.clock = models.SystemClock
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.prices = newPrices(c.PlatformURL, c.LoopbackPrices, cmp.Or(c.PriceTimeout, 5*time.Second), s.clock)
	c.Jobs.AddWorker(jobs.Worker{Name: "rates", Step: s.rateStep})
	c.Jobs.AddChore("forget old rates", s.forgetRates)
	return s, nil
}
