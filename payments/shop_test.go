package payments_test

import (
	"context"
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/rates"
	"github.com/coincart/coincart/payments/sandbox"
)

const (
	testApp = "shop_test"
	alice   = "22033390" // can pay anything
	bob     = "22033391" // has next to nothing
	carol   = "22033392" // frozen
)

// keys are made once: 2048 bits take a while.
var keys = sync.OnceValues(func() (pair [2]*rsa.PrivateKey, err error) {
	for i := range pair {
		if pair[i], err = opay.GenerateKeys(0); err != nil {
			return pair, err
		}
	}
	return pair, nil
})

// shop is a whole money path: the service over a real database, and the sandbox platform behind real sockets, which calls back
// to the service over HTTP.
type shop struct {
	*payments.Service

	jobs      *jobs.Engine
	outbox    *mail.Outbox
	books     *books.Service
	rates     *rates.Service
	customers *customers.Service
	products  *catalogue.Transfers

	t        *testing.T
	store    *store.Store
	clock    *modelstest.Clock
	platform *sandbox.Server
	gateway  *faultyGateway
	config   assembly.Config
	notify   string // address that callbacks go to
	requests *atomic.Int64
	mails    *mailbox
	variant  models.Variant
}

type shopOption func(*sandbox.Config, *assembly.Config)

// eachShop runs a scenario on both databases and checks the invariants of reliability.md §4 after it.
func eachShop(t *testing.T, scenario func(t *testing.T, s *shop), options ...shopOption) {
	t.Helper()
	run := func(open func(testing.TB, ...modelstest.Option) *store.Store) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			clock := modelstest.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
			db := open(t, modelstest.WithClock(clock))
			s := newShop(t, db, clock, options...)
			scenario(t, s)
			checkInvariants(t, db)
		}
	}
	t.Run("sqlite", run(modelstest.SQLite))
	t.Run("mariadb", run(modelstest.MariaDB))
}

func newShop(t *testing.T, db *store.Store, clock *modelstest.Clock, options ...shopOption) *shop {
	t.Helper()
	pair, err := keys()
	require.NoError(t, err)
	merchant, platform := pair[0], pair[1]
	s := &shop{t: t, store: db, clock: clock, requests: &atomic.Int64{}, mails: &mailbox{}}

	shopServer := httptest.NewServer(http.HandlerFunc(s.serveNotify))
	t.Cleanup(shopServer.Close)
	s.notify = shopServer.URL + payments.NotifyPath

	sc := sandbox.Config{
		Keys: platform, Seed: 1, Clock: clock.Now,
		Apps: []sandbox.App{{AppID: testApp, Name: "Test shop", Key: &merchant.PublicKey, Balances: map[string]string{"USDT": "1000"}}},
	}
	pc := assembly.Config{
		Config: payments.Config{Store: db, BaseURL: shopServer.URL, Clock: clock.Now}, Sender: s.mails, Compose: composePlain,
	}
	for _, option := range options {
		option(&sc, &pc)
	}
	s.platform, err = sandbox.New(sc)
	require.NoError(t, err)
	platformServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.platform.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(platformServer.Close)

	ring, err := opay.NewKeyring(merchant, &platform.PublicKey)
	require.NoError(t, err)
	wire := opay.Config{BaseURL: platformServer.URL, AppID: testApp, Keys: ring, Now: clock.Now, Retries: -1}
	client, err := opay.New(wire)
	require.NoError(t, err)
	s.gateway = &faultyGateway{Gateway: client, wire: wire}
	pc.Gateway, pc.Statements, pc.PlatformURL = s.gateway, s.gateway, platformServer.URL
	s.config = pc
	services, err := assembly.New(pc)
	require.NoError(t, err)
	s.Service, s.jobs, s.outbox, s.books, s.rates = services.Payments, services.Jobs, services.Outbox, services.Books, services.Rates
	s.customers, s.products = services.Customers, services.Transfers
	s.stock(50)
	return s
}

// serveNotify is what web does with a callback, without web.
func (s *shop) serveNotify(w http.ResponseWriter, r *http.Request) {
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

// stock puts one product into the catalogue: 10.50 USD a piece, so many on hand.
func (s *shop) stock(onHand int) {
	s.t.Helper()
	ctx := s.t.Context()
	now := s.clock.Now()
	category := models.Category{ID: models.NewID(), Slug: "cups", Name: "Cups"}
	require.NoError(s.t, s.store.PutCategory(ctx, category))
	require.NoError(s.t, s.store.PutProduct(ctx, models.Product{
		ID: models.NewID(), Slug: "mug", CategoryID: category.ID, Title: "Mug", CreatedAt: now, UpdatedAt: now,
		Variants: []models.Variant{{ID: models.NewID(), SKU: "MUG-1", Title: "Blue", Price: models.MustAmount("10.50"), OnHand: onHand}},
	}))
	for _, coin := range []models.Coin{
		{Symbol: "USDT", Name: "Tether", Precision: 2, Rate: models.MustAmount("1"), RateSource: "fixed", RateAt: now, Enabled: true},
		{Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.MustAmount("97250"), RateSource: "fixed", RateAt: now, Enabled: true, Position: 1},
		{Symbol: "DOGE", Name: "unknown to the platform", Precision: 2, Rate: models.MustAmount("0.5"), RateSource: "fixed", RateAt: now, Enabled: true, Position: 2},
	} {
		require.NoError(s.t, s.store.PutCoin(ctx, coin))
	}
	product, err := s.store.Product(ctx, "mug")
	require.NoError(s.t, err)
	s.variant = product.Variants[0]
}

// cart makes a cart with so many mugs, and the form that its checkout page would send.
func (s *shop) cart(quantity int) payments.PlaceInput {
	s.t.Helper()
	ctx := s.t.Context()
	cart, err := s.store.CreateCart(ctx)
	require.NoError(s.t, err)
	_, err = s.store.AddToCart(ctx, cart.ID, s.variant.ID, quantity, s.variant.Price)
	require.NoError(s.t, err)
	return s.form(cart.ID)
}

func (s *shop) form(cartID string) payments.PlaceInput {
	s.t.Helper()
	ctx := s.t.Context()
	cart, err := s.store.Cart(ctx, cartID)
	require.NoError(s.t, err)
	bill, err := s.Totals(ctx, cart, dollars(), "ada@example.org")
	require.NoError(s.t, err)
	return payments.PlaceInput{
		CartID: cart.ID, FormToken: cart.FormToken, Seen: bill.Seen, Quotes: s.quotes(ctx, payments.CartSubject(cart.ID), bill.Total),
		Email: "ada@example.org", Name: "Ada", Lang: "en", Currency: dollars(), Coin: "USDT", Payer: models.Payer{UserID: alice},
	}
}

func dollars() models.Currency { return models.Currency{Code: "USD", Digits: 2} }

// quotes is the token of what a page would show now.
func (s *shop) quotes(ctx context.Context, subject string, total models.Amount) string {
	s.t.Helper()
	coins, err := s.store.Coins(ctx)
	require.NoError(s.t, err)
	offers, err := s.Quotes(payments.QuoteRequest{Subject: subject, Coins: coins, Total: total})
	require.NoError(s.t, err)
	return offers.Token
}

// Pay pays an order as its page's form would that is shown now.
func (s *shop) Pay(ctx context.Context, ref, coin string, payer models.Payer) (payments.Placement, error) {
	in := payments.PayInput{Coin: coin, Payer: payer}
	if order, err := s.store.OrderByRef(ctx, ref); err == nil && coin != "" {
		in.Quotes = s.quotes(ctx, payments.OrderSubject(order.ID), order.Total)
	}
	return s.Service.Pay(ctx, ref, in)
}

// place orders so many mugs and insists that the shopper is sent to the pay page.
func (s *shop) place(quantity int) models.Order {
	s.t.Helper()
	p, err := s.Place(s.t.Context(), s.cart(quantity))
	require.NoError(s.t, err)
	require.NotEmpty(s.t, p.PayURL)
	return s.order(p.Ref)
}

func (s *shop) order(ref string) models.Order {
	s.t.Helper()
	order, err := s.store.OrderByRef(s.t.Context(), ref)
	require.NoError(s.t, err)
	return order
}

// attempt is the order's current attempt.
func (s *shop) attempt(ref string) models.Attempt {
	s.t.Helper()
	order := s.order(ref)
	require.NotNil(s.t, order.Current())
	return *order.Current()
}

// platformOrder is the platform's side of the order's current attempt.
func (s *shop) platformOrder(o models.Order) sandbox.Order {
	s.t.Helper()
	at, ok := s.platform.OrderByAppID(o.Current().AppOrderID)
	require.True(s.t, ok, "the platform has no such order")
	return at
}

// deliver lets the platform send its callbacks and the shop work on them.
func (s *shop) deliver() {
	s.t.Helper()
	for s.platform.Deliver(s.t.Context()) > 0 {
	}
	s.work()
}

// work lets the workers do what is due, until nothing is.
func (s *shop) work() {
	s.t.Helper()
	for range 20 {
		n, err := s.jobs.RunOnce(s.t.Context())
		require.NoError(s.t, err)
		if n == 0 {
			return
		}
	}
	s.t.Fatal("the workers never come to rest")
}

// later moves the clock and works.
func (s *shop) later(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(d)
	s.work()
}

// stockIs checks on hand, reserved and sold.
func (s *shop) stockIs(onHand, reserved, sold int) {
	s.t.Helper()
	v, _, err := s.store.Variant(s.t.Context(), s.variant.ID)
	require.NoError(s.t, err)
	assert.Equal(s.t, [3]int{onHand, reserved, sold}, [3]int{v.OnHand, v.Reserved, v.Sold}, "on hand, reserved, sold")
}

// reviews lists the open reviews' kinds.
func (s *shop) reviews() []models.ReviewKind {
	s.t.Helper()
	rows, err := s.store.Reviews(s.t.Context(), true, 100)
	require.NoError(s.t, err)
	kinds := []models.ReviewKind{}
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

// evidence counts an order's evidence by source.
func (s *shop) evidence(o models.Order) map[models.EvidenceSource]int {
	s.t.Helper()
	rows, err := s.store.Evidence(s.t.Context(), o.ID)
	require.NoError(s.t, err)
	counts := map[models.EvidenceSource]int{}
	for _, e := range rows {
		counts[e.Source]++
	}
	return counts
}

func payerOf(t *testing.T, payURL string) string {
	t.Helper()
	u, err := url.Parse(payURL)
	require.NoError(t, err)
	return u.Query().Get("userId")
}

// Gateway is the platform as all services need it.
type Gateway interface {
	payments.Gateway
	books.Statements
}

// faultyGateway is the real client, with answers that the sandbox's own ledger could never give.
type faultyGateway struct {
	Gateway

	wire      opay.Config
	mu        sync.Mutex
	detail    func(opay.OrderDetail) opay.OrderDetail
	statement func(opay.StatementRequest) opay.StatementPage
	before    func(call string)
}

// cutOff lets nobody listen any more where the platform is asked. A server that is closed would leave its port to the next one.
func (g *faultyGateway) cutOff(t *testing.T) {
	t.Helper()
	nowhere := g.wire
	nowhere.BaseURL = "http://127.0.0.1:1"
	client, err := opay.New(nowhere)
	require.NoError(t, err)
	g.Gateway = client
}

func (g *faultyGateway) lie(detail func(opay.OrderDetail) opay.OrderDetail) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.detail = detail
}

// interrupt runs f before each call to the platform: to let something happen at that very moment.
func (g *faultyGateway) interrupt(f func(call string)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before = f
}

func (g *faultyGateway) hook(call string) {
	g.mu.Lock()
	f := g.before
	g.mu.Unlock()
	if f != nil {
		f(call)
	}
}

func (g *faultyGateway) Order(ctx context.Context, orderNum, token string) (opay.OrderDetail, error) {
	g.hook("orderDetail")
	d, err := g.Gateway.Order(ctx, orderNum, token)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil && g.detail != nil {
		d = g.detail(d)
	}
	return d, err
}

func (g *faultyGateway) Cancel(ctx context.Context, orderNum string) error {
	g.hook("cancelOrder")
	return g.Gateway.Cancel(ctx, orderNum)
}

func (g *faultyGateway) CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (string, error) {
	g.hook("createThirdOrder")
	return g.Gateway.CreateOrder(ctx, r)
}

type mailbox struct {
	mu   sync.Mutex
	sent []mail.Message
	fail error
}

func (m *mailbox) Send(_ context.Context, mail mail.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.sent = append(m.sent, mail)
	return nil
}

func (m *mailbox) subjects() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := []string{}
	for _, mail := range m.sent {
		list = append(list, mail.Subject)
	}
	return list
}

func composePlain(m models.OutboxMessage, o models.Order) (mail.Message, error) {
	return mail.Message{To: o.Email, Subject: strings.ReplaceAll(string(m.Kind), "_", " ")}, nil
}
