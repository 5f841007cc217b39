// Package customers answers what the shop knows of the people who bought: it finds, exports and erases them, sends them the link to their
// orders, and forgets what is kept for a while only.
package customers

import (
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

// Config is what a Service needs.
type Config struct {
	Store  *store.Store
	Jobs   *jobs.Engine // forgets what is kept for a while only
	Outbox *mail.Outbox
	Clock  models.Clock // nil: the machine's
}

// Service keeps what the shop knows of its customers. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store  *store.Store
	outbox *mail.Outbox
	clock  models.Clock
}

// New makes the service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil || c.Outbox == nil {
		return nil, errors.New("customers: store, jobs and outbox are needed")
	}
	s := &Service{store: c.Store, outbox: c.Outbox, clock: c.Clock}
	if s.clock == nil {
		s.clock = models.SystemClock
	}
	c.Jobs.AddChore("forget what is kept of people for a while only", s.forgetPersons)
	return s, nil
}
