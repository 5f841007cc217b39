// Package paymentstest gives tests a whole shop: all services over a real database, with a sandbox platform that is called, and calls back,
// over HTTP. Builders create the states in which most tests begin.
package paymentstest

import (
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// App is the shop's app id at the platform.
const App = "shop_test"

// Accounts at the platform, by their UID.
const (
	Alice = "22033390" // can pay any amount
	Bob   = "22033391" // has almost no balance
	Carol = "22033392" // is frozen
)

// Finance returns a member of staff.
func Finance() models.Actor {
	return models.Actor{StaffID: "01900000-0000-7000-8000-000000000001", Who: "fin@example.org", RemoteAddr: "192.0.2.1", RequestID: "req-1"}
}

// keys holds the key pairs of the shop and of the platform. They are made once, because generating 2048 bits is slow.
var keys = sync.OnceValues(func() (pair [2]*rsa.PrivateKey, err error) {
	for i := range pair {
		if pair[i], err = opay.GenerateKeys(opay.MinKeyBits); err != nil {
			return pair, err
		}
	}
	return pair, nil
})

// PlatformRing returns a keyring that encrypts and signs as the platform does.
func PlatformRing(tb testing.TB) *opay.Keyring {
	tb.Helper()
	pair, err := keys()
	require.NoError(tb, err)
	ring, err := opay.NewKeyring(pair[1], &pair[0].PublicKey)
	require.NoError(tb, err)
	return ring
}

// Option changes the configuration of the sandbox and the services.
type Option func(*sandbox.Config, *assembly.Config)

// Shop is a shop with one product of which 50 pieces are in stock. It embeds its payments service; the other services are those of
// assembly.
type Shop struct {
	*payments.Service
	assembly.Services

	T         testing.TB
	DSN       string // of the database, for bypassing the store; empty if New was given a store
	Store     *store.Store
	Clock     *modelstest.Clock // of the platform and, unless an option sets another, of the services
	Platform  *sandbox.Server
	Gateway   *Gateway
	Mails     *Mailbox
	Config    assembly.Config // of the services; a test makes a replica with it
	NotifyURL string          // address for callbacks
	Requests  *atomic.Int64   // number of requests that the platform has received
	Variant   models.Variant  // the product's only variant, 10.50 USD a piece
}

// Each runs a scenario on SQLite and on MariaDB, in parallel, and then checks the invariants of reliability.md §5.
func Each(t *testing.T, scenario func(t *testing.T, s *Shop), options ...Option) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, dsn(t), options)
			scenario(t, s)
			CheckInvariants(t, s.Store)
		})
	}
}

// SQLite returns a shop with a new SQLite database.
func SQLite(t *testing.T, options ...Option) *Shop {
	t.Helper()
	return open(t, modelstest.SQLiteDSN(t), options)
}

// open returns a shop with a database and a clock that shows noon UTC of 22 November 2026.
func open(t *testing.T, dsn string, options []Option) *Shop {
	t.Helper()
	clock := modelstest.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	s := New(t, modelstest.Open(t, dsn, modelstest.WithClock(clock)), clock, options...)
	s.DSN = dsn
	return s
}

// New returns a shop with a given database and clock.
func New(tb testing.TB, db *store.Store, clock *modelstest.Clock, options ...Option) *Shop {
	tb.Helper()
	pair, err := keys()
	require.NoError(tb, err)
	merchant, platform := pair[0], pair[1]
	s := &Shop{T: tb, Store: db, Clock: clock, Requests: &atomic.Int64{}, Mails: &Mailbox{}}

	shopServer := httptest.NewServer(http.HandlerFunc(s.serveNotify))
	tb.Cleanup(shopServer.Close)
	s.NotifyURL = shopServer.URL + payments.NotifyPath

	sc := sandbox.Config{
		Keys: platform, Seed: 1, Clock: clock.Now,
		Apps: []sandbox.App{{AppID: App, Name: "Test shop", Key: &merchant.PublicKey, Balances: map[string]string{"USDT": "1000"}}},
	}
	ac := assembly.Config{
		Config: payments.Config{Store: db, BaseURL: shopServer.URL, Clock: clock.Now}, Sender: s.Mails, Compose: composePlain,
	}
	for _, option := range options {
		option(&sc, &ac)
	}
	wire := sign(tb, &sc)
	s.Platform, err = sandbox.New(sc)
	require.NoError(tb, err)
	platformServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Requests.Add(1)
		s.Platform.Handler().ServeHTTP(w, r)
	}))
	tb.Cleanup(platformServer.Close)

	wire.BaseURL, wire.Now = platformServer.URL, clock.Now
	client, err := opay.New(wire)
	require.NoError(tb, err)
	s.Gateway = &Gateway{Client: client, wire: wire}
	ac.Gateway, ac.Statements, ac.PlatformURL = s.Gateway, s.Gateway, platformServer.URL
	s.Config = ac
	s.Services, err = assembly.New(ac)
	require.NoError(tb, err)
	s.Service = s.Payments
	modelstest.NoLimits(tb, db)
	s.fill(50)
	return s
}

// serveNotify handles a callback as package web does.
func (s *Shop) serveNotify(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, opay.MaxNotificationBytes+1))
	if err != nil {
		http.Error(w, "cannot read", http.StatusBadRequest)
		return
	}
	if err := s.Receive(r.Context(), r.Header.Get("Content-Type"), body, r.RemoteAddr); err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	_, _ = w.Write(opay.Acknowledgement())
}

// fill adds one product and three coins.
func (s *Shop) fill(onHand int) {
	s.T.Helper()
	ctx := s.T.Context()
	now := s.Clock.Now()
	category := models.Category{ID: models.NewID(), Slug: "cups", Name: "Cups"}
	require.NoError(s.T, s.Store.PutCategory(ctx, category))
	require.NoError(s.T, s.Store.PutProduct(ctx, models.Product{
		ID: models.NewID(), Slug: "mug", CategoryID: category.ID, Title: "Mug", CreatedAt: now, UpdatedAt: now,
		Variants: []models.Variant{{ID: models.NewID(), SKU: "MUG-1", Title: "Blue", Price: models.MustAmount("10.50"), OnHand: onHand}},
	}))
	for _, coin := range []models.Coin{
		{Symbol: "USDT", Name: "Tether", Precision: 2, Rate: models.MustAmount("1"), RateSource: "fixed", RateAt: now, Enabled: true},
		{Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.MustAmount("97250"), RateSource: "fixed", RateAt: now, Enabled: true, Position: 1},
		{Symbol: "DOGE", Name: "unknown to the platform", Precision: 2, Rate: models.MustAmount("0.5"), RateSource: "fixed", RateAt: now, Enabled: true, Position: 2},
	} {
		require.NoError(s.T, s.Store.PutCoin(ctx, coin))
	}
	product, err := s.Store.Product(ctx, "mug")
	require.NoError(s.T, err)
	s.Variant = product.Variants[0]
}

// Work runs the workers until nothing is due.
func (s *Shop) Work() {
	s.T.Helper()
	for range 20 {
		n, err := s.Jobs.RunOnce(s.T.Context())
		require.NoError(s.T, err)
		if n == 0 {
			return
		}
	}
	s.T.Fatal("the workers never come to rest")
}

// Later advances the clock by d and runs the workers.
func (s *Shop) Later(d time.Duration) {
	s.T.Helper()
	s.Clock.Advance(d)
	s.Work()
}

// Deliver makes the platform send its callbacks and runs the workers.
func (s *Shop) Deliver() {
	s.T.Helper()
	for s.Platform.Deliver(s.T.Context()) > 0 {
	}
	s.Work()
}

// CheckInvariants runs the SQL of reliability.md §5, which must return no row.
func CheckInvariants(tb testing.TB, db *store.Store) {
	tb.Helper()
	violations, err := db.Invariants(tb.Context())
	require.NoError(tb, err)
	assert.Empty(tb, violations)
}
