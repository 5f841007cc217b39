// Package payments is what the shop does about money: it places orders, takes the platform's callbacks, asks the platform,
// settles, polls, expires and cancels. It knows no HTTP server and no HTML.
//
// Every source of news — callback, return page, poller, cancellation — ends in the same function, settle, which compares what
// orderDetail says with the attempt and moves attempt, order and stock in one transaction by compare-and-set (reliability.md
// R3, R5). No call to the platform ever runs inside a transaction (R1).
package payments

import (
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

	Zone          *time.Location // in which the platform's day begins and ends; nil: UTC
	FourEyesLimit models.Amount  // refunds worth more than this, in the shop's currency, need a second person; 0: none does

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

// Service does the shop's payments. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store    *store.Store
	gateway  Gateway
	base     string
	scene    string
	clock    models.Clock
	log      *slog.Logger
	jobs     *jobs.Engine
	outbox   *mail.Outbox
	quoteTTL time.Duration
	orderTTL time.Duration
	retryTTL time.Duration
	grace    time.Duration
	proofAge time.Duration
	timeout  time.Duration
	zone     *time.Location
	fourEyes models.Amount

	wakeInbox   jobs.Bell
	wakeRefunds jobs.Bell
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
	s := &Service{
		store: c.Store, gateway: c.Gateway, base: base.String(), scene: c.SceneType, clock: c.Clock, log: c.Logger,
		jobs: c.Jobs, outbox: c.Outbox,
		quoteTTL: orDefault(c.QuoteTTL, 10*time.Minute),
		orderTTL: orDefault(c.OrderTTL, 30*time.Minute), retryTTL: orDefault(c.RetryTTL, 15*time.Minute),
		grace: orDefault(c.ExpiryGrace, time.Minute), proofAge: orDefault(c.ProofAge, 2*time.Minute),
		timeout: orDefault(c.CallTimeout, 8*time.Second),
		zone:    c.Zone, fourEyes: c.FourEyesLimit,
		wakeInbox: jobs.NewBell(), wakeRefunds: jobs.NewBell(),
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	if s.clock == nil {
		s.clock = models.SystemClock
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.register(c.Jobs)
	return s, nil
}

// PlatformZone is the zone in which the exchange's day begins and ends.
func (s *Service) PlatformZone() *time.Location { return s.zone }

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}

// payURL is where the shopper, who is asked, pays an open attempt. Whoever is signed in as its payer gets there with the token at
// hand: that of the attempt may have run out since.
func (s *Service) payURL(a *models.Attempt, asked models.Payer) (string, error) {
	payer := a.Payer
	if !payer.Known() {
		return "", ErrPayer // sealed with a key that is no longer ours
	}
	if payer.OpenID != "" && asked.OpenID == payer.OpenID && asked.Token != "" {
		payer.Token = asked.Token
	}
	to, err := s.gateway.PayURL(opay.PayPage{OrderNum: a.OrderNum, Payer: opayPayer(payer)})
	if err != nil {
		return "", fmt.Errorf("build the pay address: %w", err)
	}
	return to, nil
}

func opayPayer(p models.Payer) opay.Payer {
	return opay.Payer{OpenID: p.OpenID.Reveal(), UserID: p.UserID, Token: p.Token.Reveal()}
}

// detached lets a step that has begun finish although the shopper's browser went away: an answer of the platform must be
// stored.
func (s *Service) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
}
