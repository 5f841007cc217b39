// Package hooks tells other programs about events by webhooks, as Standard Webhooks describes them: it keeps the endpoints, and delivers to each
// what it has chosen, signed, in order for each object, again and again until the endpoint answers or is given up (docs: webhooks.md).
package hooks

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// Errors of endpoints. What is wrong with the fields of a form is an *InputError.
var (
	// ErrOff means that the endpoint is disabled: nothing can be sent to it.
	ErrOff = errors.New("the endpoint is disabled")
	// ErrTooMany means that the shop has as many endpoints as it may have.
	ErrTooMany = errors.New("there are too many endpoints")
)

// InputError says what is wrong with the fields of an endpoint: url, types, description.
type InputError struct{ Problems invalid.Problems }

// Error counts the fields.
func (e *InputError) Error() string {
	return fmt.Sprintf("%d fields of the endpoint are invalid", len(e.Problems))
}

// Limits of one try.
const (
	connectWithin = 2 * time.Second
	tryWithin     = 15 * time.Second
	maxAnswer     = 64 << 10 // bytes of an answer that are read
)

// Config configures a Service.
type Config struct {
	Store    *store.Store
	Jobs     *jobs.Engine
	Outbox   *mail.Outbox
	Clock    models.Clock   // nil: models.SystemClock
	Logger   *slog.Logger   // nil: nothing is logged
	Demo     bool           // endpoints may be on this machine, without TLS
	Networks []netip.Prefix // that endpoints may be in although they are not public
	Version  string         // of the program, for the User-Agent; empty: it is left out

	Program func(ctx context.Context, e wire.Event) error // is told as an endpoint is: see Listen; nil: nobody is

	Transport http.RoundTripper // nil: one that reaches public addresses and Networks only; tests set another
	Jitter    func() float64    // from 0 up to but not including 1; nil: random
}

// Service is the use cases of webhooks. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store   *store.Store
	outbox  *mail.Outbox
	clock   models.Clock
	log     *slog.Logger
	client  *http.Client
	options fetch.Options
	agent   string
	jitter  func() float64
	program func(ctx context.Context, e wire.Event) error
	work    *work
}

// New returns a service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil || c.Outbox == nil {
		return nil, errors.New("hooks: store, jobs and outbox are needed")
	}
	s := &Service{
		store: c.Store, outbox: c.Outbox, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), agent: "Coincart", jitter: c.Jitter, program: c.Program,
		options: fetch.Options{
			ConnectTimeout: connectWithin, Timeout: tryWithin, MaxBytes: maxAnswer, Loopback: c.Demo, Networks: c.Networks, PerHost: models.DeliveriesAtOnce,
		},
		work: &work{bell: jobs.NewBell()},
	}
	if c.Version != "" {
		s.agent += "/" + c.Version
	}
	if s.jitter == nil {
		s.jitter = randomJitter
	}
	s.client = fetch.New(s.options)
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Transport != nil {
		s.client.Transport = c.Transport
	}
	c.Jobs.AddWorker(jobs.Worker{Name: "webhooks", Step: s.step, Wake: s.work.bell, Wait: s.work.underway.Wait})
	c.Jobs.AddChore("look after webhook endpoints", s.lookAfter)
	return s, nil
}

// In returns the service with all its use cases in the transaction tx.
func (s *Service) In(tx *store.Store) *Service {
	inside := *s
	inside.store = tx
	return &inside
}

// Wake makes the worker look for events at once. Call it after a transaction that has stored one; without it, the worker finds the event within half a
// second.
func (s *Service) Wake() { s.work.bell.Ring() }

// newSecret returns a prefix and 32 random bytes as base64.
func newSecret(prefix string) models.Secret {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return models.Secret(prefix + base64.StdEncoding.EncodeToString(random[:]))
}

// List reads the endpoints that a key made, newest first; an empty keyID reads all.
func (s *Service) List(ctx context.Context, keyID string) ([]models.WebhookEndpoint, error) {
	return s.store.Endpoints(ctx, keyID)
}

// Get reads an endpoint that a key made; an empty keyID may read all. store.ErrNotFound.
func (s *Service) Get(ctx context.Context, id, keyID string) (models.WebhookEndpoint, error) {
	e, err := s.store.Endpoint(ctx, id)
	if err == nil && keyID != "" && e.KeyID != keyID {
		return models.WebhookEndpoint{}, store.ErrNotFound
	}
	return e, err
}

// PublicKey returns the text of the key with which v1a signatures of an endpoint are verified, whpk_ and base64; empty: it has none, or it cannot be
// opened at the moment.
func (s *Service) PublicKey(ctx context.Context, id string) string {
	e, err := s.store.OpenEndpoint(ctx, id)
	if err != nil || e.SignKey == "" {
		return ""
	}
	public, err := publicKey(e.SignKey)
	if err != nil {
		return ""
	}
	return public
}
