// Package payments is the money path: it brings a cart to a paid order, or ends the order, and pays money back. It knows no HTTP server and no
// HTML.
//
// Every source of news — callback, return page, poller, cancellation — ends in the same function, settle, which compares what
// orderDetail says with the attempt and moves attempt, order and stock in one transaction by compare-and-set (reliability.md
// R3, R5). No call to the platform ever runs inside a transaction (R1).
package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// Gateway is the platform as this package needs it; *opay.Client is the real one.
type Gateway interface {
	Calls

	PayURL(p opay.PayPage) (string, error)
	LoginURL(redirectURL, state string) (string, error)
	Exchange(ctx context.Context, code string) (opay.Grant, error)
	RefreshToken(ctx context.Context, old opay.Grant) (opay.Grant, error)
	CheckNotification(contentType string, body []byte) (opay.SealedNotification, error)
	OpenNotification(n opay.SealedNotification) (opay.Notification, error)
}

// Calls are the questions and orders that the platform answers about money.
type Calls interface {
	CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (orderNum string, err error)
	Order(ctx context.Context, orderNum, token string) (opay.OrderDetail, error)
	OrderByRef(ctx context.Context, appOrderID string) (opay.OrderDetail, error)
	Refund(ctx context.Context, r opay.RefundRequest) (orderNum string, err error)
	Cancel(ctx context.Context, orderNum string) error
}

// Config is what a Service needs. Zero durations take the defaults.
type Config struct {
	Store     *store.Store
	Gateway   Gateway
	BaseURL   string // the shop's public address; returnPage and notifyPage are built from it (never from a Host header)
	SceneType string // orderSceneType, if agreed with the platform
	Clock     models.Clock
	Logger    *slog.Logger
	Jobs      *jobs.Engine
	Outbox    *mail.Outbox

	FourEyesLimit models.Amount // refunds worth more than this, in the shop's currency, need a second person; 0: none does

	QuoteTTL    time.Duration // how long a live rate is kept for a shopper; 10 minutes
	OrderTTL    time.Duration // how long an order may wait for its payment; 30 minutes
	RetryTTL    time.Duration // how long a new attempt may wait at least; 15 minutes
	ExpiryGrace time.Duration // how much later the shop gives an unpaid order up; 1 minute
	ProofAge    time.Duration // how long after sending "does not exist" proves that nothing will arrive; 2 minutes, five times that for refunds
	CallTimeout time.Duration // for one call to the platform; 8 seconds (reliability.md R14)
}

// The paths that this package builds addresses from; web serves them.
const (
	NotifyPath    = "/payments/notify"
	ReturnPath    = "/payments/return/"
	ConnectedPath = "/payments/connected"
)

// Errors that a page has words for.
var (
	// ErrCartEmpty: there is nothing to buy.
	ErrCartEmpty = errors.New("the cart is empty")
	// ErrFormUsed: the form belongs to no cart any more; show the checkout afresh.
	ErrFormUsed = errors.New("the form was used or is too old")
	// ErrCartChanged: prices, stock or rates are not those that the form showed.
	ErrCartChanged = errors.New("the cart is not what the form showed")
	// ErrCoin: the coin is not accepted for this total.
	ErrCoin = errors.New("the coin is not accepted")
	// ErrPayer: nobody was named who pays.
	ErrPayer = errors.New("the payer is missing")
	// ErrSignIn: the payer's sign-in at the platform has run out; nothing was ordered, and the payer has to sign in again.
	ErrSignIn = errors.New("the sign-in at the platform has run out")
	// ErrUnreachable: the platform could not be asked, nothing was ordered, and the cart is kept.
	ErrUnreachable = errors.New("the platform cannot be reached")
	// ErrNotPayable: the order does not wait for a payment.
	ErrNotPayable = errors.New("the order cannot be paid")
	// ErrNotCancellable: the order does not wait for a payment, so it cannot be called off.
	ErrNotCancellable = errors.New("the order cannot be cancelled")
	// ErrBusy: an earlier attempt is not proved closed yet (reliability.md R8); the order page shows it.
	ErrBusy = errors.New("an earlier payment is still being closed")
)

// Service does the shop's payments: it puts the parts together, and its methods are theirs. It is safe for concurrent use and for any
// number of replicas.
//
// The parts know one another in one direction: settlement ← sender ← Inquiry ← Cancellation, Callbacks, Checkout ← OrderAdmin. Quoter, Refunds
// and SignIn know none of these; Checkout knows Quoter.
type Service struct {
	*Quoter
	*Checkout
	*Inquiry
	*Callbacks
	*Cancellation
	*Refunds
	*SignIn
	*OrderAdmin
}

// core is what every part needs.
type core struct {
	store   *store.Store
	clock   models.Clock
	log     *slog.Logger
	timeout time.Duration // for one call to the platform
}

// New checks the configuration and registers the service's work with c.Jobs. BaseURL must be one that models.ParseBaseURL takes.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Gateway == nil || c.Jobs == nil || c.Outbox == nil {
		return nil, errors.New("payments: store, gateway, jobs and outbox are needed")
	}
	base, err := models.ParseBaseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("payments: base address: %w", err)
	}
	c.BaseURL = base.String()
	s := assemble(c.withDefaults())
	s.register(c.Jobs)
	return s, nil
}

// withDefaults is the configuration with the default of each field that is not set.
func (c Config) withDefaults() Config {
	c.QuoteTTL = orDefault(c.QuoteTTL, 10*time.Minute)
	c.OrderTTL = orDefault(c.OrderTTL, 30*time.Minute)
	c.RetryTTL = orDefault(c.RetryTTL, 15*time.Minute)
	c.ExpiryGrace = orDefault(c.ExpiryGrace, time.Minute)
	c.ProofAge = orDefault(c.ProofAge, 2*time.Minute)
	c.CallTimeout = orDefault(c.CallTimeout, DefaultCallTimeout)
	if c.Clock == nil {
		c.Clock = models.SystemClock
	}
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

// assemble makes the parts, each with what it needs.
func assemble(c Config) *Service {
	core := core{store: c.Store, clock: c.Clock, log: c.Logger, timeout: c.CallTimeout}
	settlement := &settlement{core: core, outbox: c.Outbox}
	sender := &sender{core: core, gateway: c.Gateway, settlement: settlement, outbox: c.Outbox, base: c.BaseURL, grace: c.ExpiryGrace}
	inquiry := &Inquiry{core: core, gateway: c.Gateway, settlement: settlement, sender: sender, proofAge: c.ProofAge}
	cancellation := &Cancellation{core: core, settlement: settlement, inquiry: inquiry}
	quoter := &Quoter{core: core, ttl: c.QuoteTTL}
	return &Service{
		Quoter: quoter,
		Checkout: &Checkout{
			core: core, gateway: c.Gateway, settlement: settlement, sender: sender, inquiry: inquiry, quoter: quoter,
			scene: c.SceneType, orderTTL: c.OrderTTL, retryTTL: c.RetryTTL, grace: c.ExpiryGrace,
		},
		Inquiry:      inquiry,
		Callbacks:    &Callbacks{core: core, gateway: c.Gateway, settlement: settlement, inquiry: inquiry, wake: jobs.NewBell()},
		Cancellation: cancellation,
		Refunds:      &Refunds{core: core, gateway: c.Gateway, fourEyes: c.FourEyesLimit, proofAge: c.ProofAge, wake: jobs.NewBell()},
		SignIn:       &SignIn{core: core, gateway: c.Gateway, base: c.BaseURL},
		OrderAdmin:   &OrderAdmin{core: core, inquiry: inquiry, cancellation: cancellation, jobs: c.Jobs, outbox: c.Outbox},
	}
}

// register gives the engine the parts' workers and tasks.
func (s *Service) register(e *jobs.Engine) {
	e.OnStart(s.logProbe)
	e.AddWorker(jobs.Worker{Name: "inbox", Step: s.inboxStep, Wake: s.Callbacks.wake})
	e.AddWorker(jobs.Worker{Name: "attempts", Step: s.attemptStep})
	e.AddWorker(jobs.Worker{Name: "orders", Step: s.orderStep})
	e.AddWorker(jobs.Worker{Name: "refunds", Step: s.refundStep, Wake: s.Refunds.wake})
	e.Handle(models.TaskCancel, s.cancelOrders)
}

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}

// detached lets a step that has begun finish although the shopper's browser went away: an answer of the platform must be
// stored.
func (c core) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
}
