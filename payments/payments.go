// Package payments is the money path: it takes a cart to a paid order or ends the order, and refunds payments. It contains no HTTP server and
// no HTML.
//
// Callback, return page, poller and cancellation all call the same function, settle. It compares the answer of orderDetail with the attempt,
// and changes attempt, order and stock in one transaction by compare-and-set (reliability.md R3, R5). No call to the platform runs inside a
// transaction (R1).
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

// Gateway is the part of the platform's API that this package needs. *opay.Client implements it.
type Gateway interface {
	Calls

	PayURL(p opay.PayPage) (string, error)
	LoginURL(redirectURL, state string) (string, error)
	Exchange(ctx context.Context, code string) (opay.Grant, error)
	RefreshToken(ctx context.Context, old opay.Grant) (opay.Grant, error)
	CheckNotification(contentType string, body []byte) (opay.SealedNotification, error)
	OpenNotification(n opay.SealedNotification) (opay.Notification, error)
}

// Calls are the platform's calls about orders and refunds.
type Calls interface {
	CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (opay.CreatedOrder, error)
	Order(ctx context.Context, orderNum, token string) (opay.OrderDetail, error)
	OrderByRef(ctx context.Context, appOrderID string) (opay.OrderDetail, error)
	Refund(ctx context.Context, r opay.RefundRequest) (orderNum string, err error)
	Cancel(ctx context.Context, orderNum string) error
}

// Config configures a Service. The comments of durations name the defaults.
type Config struct {
	Store     *store.Store
	Gateway   Gateway
	BaseURL   string       // the shop's public address; returnPage and notifyPage are built from it (never from a Host header)
	SceneType string       // orderSceneType, if agreed with the platform
	Clock     models.Clock // nil: models.SystemClock
	Logger    *slog.Logger // nil: nothing is logged
	Jobs      *jobs.Engine
	Outbox    *mail.Outbox

	FourEyesLimit models.Amount // refunds worth more than this, in the shop's currency, need a second person; 0: none does

	QuoteTTL    time.Duration // validity of a quote from a live rate; 0: 10 minutes
	OrderTTL    time.Duration // time to pay an order; 0: 30 minutes
	RetryTTL    time.Duration // minimum time to pay a new attempt; 0: 15 minutes
	ExpiryGrace time.Duration // from the end of the time to pay to the end of the order; 0: 1 minute
	ProofAge    time.Duration // after sending, from which "does not exist" is proof; 0: 2 minutes; refunds wait five times as long
	CallTimeout time.Duration // of one call to the platform; 0: 8 seconds (reliability.md R14)
}

// Paths of the shop that the platform uses. Package web/platform serves them.
const (
	NotifyPath    = "/payments/notify"
	ReturnPath    = "/payments/return/"
	ConnectedPath = "/payments/connected"
)

// Errors that pages explain.
var (
	// ErrCartEmpty means that there is nothing to buy.
	ErrCartEmpty = errors.New("the cart is empty")
	// ErrFormUsed means that the form no longer belongs to a cart: show a new checkout page.
	ErrFormUsed = errors.New("the form was used or is too old")
	// ErrCartChanged means that prices, stock or rates differ from what the form showed.
	ErrCartChanged = errors.New("the cart is not what the form showed")
	// ErrCoin means that the coin is not accepted for this total.
	ErrCoin = errors.New("the coin is not accepted")
	// ErrPayer means that no payer was named.
	ErrPayer = errors.New("the payer is missing")
	// ErrSignIn means that the payer's sign-in at the platform has expired. Nothing was ordered; the payer must sign in again.
	ErrSignIn = errors.New("the sign-in at the platform has run out")
	// ErrUnreachable means that the platform could not be reached. Nothing was ordered, and the cart is kept.
	ErrUnreachable = errors.New("the platform cannot be reached")
	// ErrNotPayable means that the order does not await a payment.
	ErrNotPayable = errors.New("the order cannot be paid")
	// ErrNotCancellable means that the order does not await a payment.
	ErrNotCancellable = errors.New("the order cannot be cancelled")
	// ErrBusy means that an earlier attempt is not proved closed yet (reliability.md R8). The order page shows it.
	ErrBusy = errors.New("an earlier payment is still being closed")
)

// Service makes the shop's payments. Its methods are those of its parts. It is safe for concurrent use and for any number of replicas.
//
// The parts use one another in one direction: settlement ← sender ← Inquiry ← Cancellation, Callbacks, Placer ← OrderAdmin ← Cases. Placer also
// uses Quoter, and Cases Refunds. Quoter, Refunds and SignIn use none of the others.
type Service struct {
	*Quoter
	*Placer
	*Inquiry
	*Callbacks
	*Cancellation
	*Refunds
	*SignIn
	*OrderAdmin
	*Cases
}

// core holds what every part needs.
type core struct {
	store   *store.Store
	clock   models.Clock
	log     *slog.Logger
	timeout time.Duration // for one call to the platform
}

// New returns a service and registers its work with c.Jobs. It accepts a BaseURL that models.ParseBaseURL accepts.
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

// withDefaults returns the configuration with the default of each field that is not set.
func (c Config) withDefaults() Config {
	c.QuoteTTL = orDefault(c.QuoteTTL, 10*time.Minute)
	c.OrderTTL = orDefault(c.OrderTTL, 30*time.Minute)
	c.RetryTTL = orDefault(c.RetryTTL, 15*time.Minute)
	c.ExpiryGrace = orDefault(c.ExpiryGrace, time.Minute)
	c.ProofAge = orDefault(c.ProofAge, 2*time.Minute)
	c.CallTimeout = orDefault(c.CallTimeout, DefaultCallTimeout)
	c.Clock = c.Clock.OrSystem()
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

// assemble makes the parts and connects them.
func assemble(c Config) *Service {
	core := core{store: c.Store, clock: c.Clock, log: c.Logger, timeout: c.CallTimeout}
	settlement := &settlement{core: core, outbox: c.Outbox}
	sender := &sender{core: core, gateway: c.Gateway, settlement: settlement, outbox: c.Outbox, base: c.BaseURL, grace: c.ExpiryGrace}
	inquiry := &Inquiry{core: core, gateway: c.Gateway, settlement: settlement, sender: sender, proofAge: c.ProofAge}
	cancellation := &Cancellation{core: core, settlement: settlement, inquiry: inquiry}
	quoter := &Quoter{core: core, ttl: c.QuoteTTL}
	refunds := &Refunds{
		core: core, gateway: c.Gateway, fourEyes: c.FourEyesLimit, proofAge: c.ProofAge, wake: jobs.NewBell(), outbox: c.Outbox,
	}
	orderAdmin := &OrderAdmin{core: core, inquiry: inquiry, cancellation: cancellation, jobs: c.Jobs, outbox: c.Outbox}
	return &Service{
		Quoter: quoter,
		Placer: &Placer{
			core: core, gateway: c.Gateway, settlement: settlement, sender: sender, inquiry: inquiry, quoter: quoter,
			scene: c.SceneType, orderTTL: c.OrderTTL, retryTTL: c.RetryTTL, grace: c.ExpiryGrace,
		},
		Inquiry:      inquiry,
		Callbacks:    &Callbacks{core: core, gateway: c.Gateway, settlement: settlement, inquiry: inquiry, wake: jobs.NewBell()},
		Cancellation: cancellation,
		Refunds:      refunds,
		SignIn:       &SignIn{core: core, gateway: c.Gateway, base: c.BaseURL},
		OrderAdmin:   orderAdmin,
		Cases:        &Cases{core: core, settlement: settlement, refunds: refunds, admin: orderAdmin, outbox: c.Outbox},
	}
}

// register registers the parts' workers and tasks with the engine.
func (s *Service) register(e *jobs.Engine) {
	e.OnStart(s.logProbe)
	e.AddWorker(jobs.Worker{Name: "inbox", Step: s.inboxStep, Wake: s.Callbacks.wake})
	e.AddWorker(jobs.Worker{Name: "attempts", Step: s.attemptStep})
	e.AddWorker(jobs.Worker{Name: "orders", Step: s.orderStep})
	e.AddWorker(jobs.Worker{Name: "refunds", Step: s.refundStep, Wake: s.Refunds.wake})
	e.Handle(models.TaskCancel, s.cancelOrders)
	e.Handle(models.TaskFulfil, s.fulfilOrders)
	e.AddChore("forget whom old orders are counted for", s.forgetHolders)
}

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}

// detached returns a context that outlives the request, with the timeout of one call, so that an answer of the platform is always stored.
func (c core) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
}
