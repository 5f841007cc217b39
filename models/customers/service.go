// Package customers manages the personal data of the people who bought. It keeps the list of them and the search for orders, exports and erases
// the data, mails shoppers a link to their orders, and removes data whose retention period has passed.
package customers

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

// Config configures a Service.
type Config struct {
	Store  *store.Store
	Jobs   *jobs.Engine // runs the removal of data whose retention period has passed
	Outbox *mail.Outbox
	Clock  models.Clock // nil: models.SystemClock
}

// Service manages the personal data of customers. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store  *store.Store
	outbox *mail.Outbox
	clock  models.Clock
}

// New returns a service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil || c.Outbox == nil {
		return nil, errors.New("customers: store, jobs and outbox are needed")
	}
	s := &Service{store: c.Store, outbox: c.Outbox, clock: c.Clock.OrSystem()}
	c.Jobs.AddWorker(jobs.Worker{Name: "search", Step: s.index, Limit: jobs.TidyLimit})
	c.Jobs.AddChore("forget what is kept of people for a while only", s.forgetPersons)
	return s, nil
}

// indexedAtOnce is the maximum number of orders of one step that brings the search up to date.
const indexedAtOnce = 2000

// index brings the search for orders and the list of customers up to date.
func (s *Service) index(ctx context.Context) (int, error) {
	return s.store.IndexOrders(ctx, indexedAtOnce)
}
