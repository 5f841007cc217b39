package web_test

import (
	"crypto/rsa"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web"
)

const (
	appID = "shop_test"
	alice = "22033390" // can pay anything
)

// keys are made once, and short: each call and callback signs and opens with them, and keys of 2048 bits take six times as long.
var keys = sync.OnceValues(func() (pair [2]*rsa.PrivateKey, err error) {
	for i := range pair {
		if pair[i], err = opay.GenerateKeys(opay.MinKeyBits); err != nil {
			return pair, err
		}
	}
	return pair, nil
})

// shop is the whole house behind real sockets: web over a real database, payments, and the sandbox as the platform.
type shop struct {
	t         *testing.T
	db        *store.Store
	clock     *modelstest.Clock
	web       *web.Server
	services  assembly.Services
	platform  *sandbox.Server
	url       string
	exchange  string // address of the sandbox
	logs      *syncBuffer
	mails     *mailbox
	unplugged func() // cuts the platform's connections from now on
	money     assembly.Config
	config    web.Config

	mu      sync.Mutex
	queries *modelstest.QueryCount // of the last request
	handler http.Handler
}

type option func(*web.Config)

// each runs a scenario on SQLite and on MariaDB.
func each(t *testing.T, scenario func(t *testing.T, s *shop), options ...option) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { scenario(t, newShop(t, modelstest.SQLite, options...)) })
	t.Run("mariadb", func(t *testing.T) { scenario(t, newShop(t, modelstest.MariaDB, options...)) })
}

func newShop(t *testing.T, open func(testing.TB, ...modelstest.Option) *store.Store, options ...option) *shop {
	t.Helper()
	s := &shop{t: t, clock: modelstest.NewClock(models.SystemClock()), logs: &syncBuffer{}, mails: &mailbox{}}
	s.db = open(t, modelstest.WithClock(s.clock))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("errors in the log:\n" + s.logs.errors())
		}
	})
	pair, err := keys()
	require.NoError(t, err)
	merchant, platform := pair[0], pair[1]
	log := slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))

	front := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(front.Close)
	s.url = front.URL

	s.platform, err = sandbox.New(sandbox.Config{
		Keys: platform, Seed: 1, Clock: s.clock.Now, Apps: []sandbox.App{{AppID: appID, Name: "Test shop", Key: &merchant.PublicKey}},
	})
	require.NoError(t, err)
	exchange := httptest.NewServer(s.platform.Handler())
	t.Cleanup(exchange.Close)
	s.exchange, s.unplugged = exchange.URL, exchange.Close

	ring, err := opay.NewKeyring(merchant, &platform.PublicKey)
	require.NoError(t, err)
	gateway, err := opay.New(opay.Config{BaseURL: exchange.URL, AppID: appID, Keys: ring, Now: s.clock.Now})
	require.NoError(t, err)
	s.money = assembly.Config{
		Config:     payments.Config{Store: s.db, Gateway: gateway, BaseURL: s.url, Clock: s.clock.Now, Logger: log},
		Statements: gateway, Sender: s.mails, Compose: web.Compose(s.db, s.url, "Osier"),
		ComposeStaff: web.ComposeStaff(s.db, s.url, "Osier"), ComposeInvoice: web.ComposeInvoice(s.db, s.url, "Osier"), PlatformURL: exchange.URL,
	}
	s.config = web.Config{
		Store: s.db, BaseURL: s.url, PlatformURL: exchange.URL, Logger: log, Clock: s.clock.Now, ShopName: "Osier",
	}
	for _, o := range options {
		o(&s.config)
	}
	modelstest.NoLimits(t, s.db)
	s.build()
	s.fill()
	return s
}

// path is the path of the shop's address.
func (s *shop) path() string {
	s.t.Helper()
	base, err := models.ParseBaseURL(s.url)
	require.NoError(s.t, err)
	return base.Path
}

// build makes payments and server of their configurations, which a test may have changed.
func (s *shop) build() {
	s.t.Helper()
	var err error
	s.config.Services, err = assembly.New(s.money)
	require.NoError(s.t, err)
	s.services = s.config.Services
	s.web, err = web.New(s.config)
	require.NoError(s.t, err)
	s.use(s.web.Handler())
}

// serve counts the statements of every request.
func (s *shop) serve(w http.ResponseWriter, r *http.Request) {
	ctx, count := modelstest.CountQueries(r.Context())
	s.mu.Lock()
	s.queries = count
	handler := s.handler
	s.mu.Unlock()
	handler.ServeHTTP(w, r.WithContext(ctx))
}

func (s *shop) use(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

// statements are those of the last request.
func (s *shop) statements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queries.Statements()
}

// fill stocks the shop: mugs in three kinds, one of them sold out, a pot with three left, a hidden product, and enough plates for
// two pages.
func (s *shop) fill() {
	s.t.Helper()
	ctx := s.t.Context()
	zh := func(name string) models.Texts { return models.Texts{"zh-Hans": {"title": name, "name": name}} }
	require.NoError(s.t, s.db.PutSetting(ctx, "currency", "USD"))
	require.NoError(s.t, s.db.PutSetting(ctx, "currency_digits", "2"))
	require.NoError(s.t, s.db.PutCategory(ctx, models.Category{Slug: "cups", Name: "Cups & pots", Position: 1, Texts: zh("杯壶")}))
	require.NoError(s.t, s.db.PutCategory(ctx, models.Category{Slug: "plates", Name: "Plates", Position: 2, Texts: zh("盘子")}))
	put := func(category string, p models.Product) {
		p.Category.Slug = category
		p.Pictures = []models.Picture{{Source: "pictures/stoneware-mug.svg", Alt: "A picture"}}
		require.NoError(s.t, s.db.PutProduct(ctx, p))
	}
	put("cups", models.Product{
		Slug: "mug", Title: "Stoneware mug", Summary: "Holds tea", Description: "First.\n\nSecond.", Featured: true, Position: 1, Texts: zh("陶杯"),
		Variants: []models.Variant{
			{SKU: "MUG-RED", Title: "Red", Price: models.MustAmount("12"), OnHand: 0},
			{SKU: "MUG-BLUE", Title: "Blue", Price: models.MustAmount("12"), OnHand: 10, Texts: zh("蓝")},
			{SKU: "MUG-BIG", Title: "Big", Price: models.MustAmount("15.50"), OnHand: 2000},
		},
	})
	put("cups", models.Product{
		Slug: "pot", Title: "Tea pot", Summary: "Pours tea", Featured: true, Position: 2,
		Variants: []models.Variant{{SKU: "POT", Price: models.MustAmount("34.50"), OnHand: 3}},
	})
	put("cups", models.Product{
		Slug: "secret", Title: "Hidden thing", Hidden: true, Variants: []models.Variant{{SKU: "SECRET", Price: models.MustAmount("1"), OnHand: 9}},
	})
	for i := range 13 {
		name := string(rune('a' + i))
		put("plates", models.Product{
			Slug: "plate-" + name, Title: "Plate " + name, Position: i,
			Variants: []models.Variant{{SKU: "PLATE-" + name, Price: models.AmountFromInt(int64(20 + i)), OnHand: 50}},
		})
	}
	for i, c := range []models.Coin{
		{Symbol: "USDT", Name: "Tether", Precision: 2, Rate: models.MustAmount("1")},
		{Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.MustAmount("97250")},
		{Symbol: "DOGE", Name: "Unknown to the platform", Precision: 2, Rate: models.MustAmount("0.5")},
		{Symbol: "ETH", Name: "Ether", Precision: 6, Rate: models.MustAmount("3000"), MinAmount: models.MustAmount("5")},
	} {
		c.RateSource, c.RateAt, c.Enabled, c.Position = "fixed", s.clock.Now(), true, i
		require.NoError(s.t, s.db.PutCoin(ctx, c))
	}
}

// variant is one by its SKU.
func (s *shop) variant(slug, sku string) models.Variant {
	s.t.Helper()
	product, err := s.db.Product(s.t.Context(), slug)
	require.NoError(s.t, err)
	for _, v := range product.Variants {
		if v.SKU == sku {
			return v
		}
	}
	require.Fail(s.t, "no such variant", sku)
	return models.Variant{}
}

func (s *shop) blue() models.Variant { return s.variant("mug", "MUG-BLUE") }

// price changes what a variant costs.
func (s *shop) price(slug, sku, price string) {
	s.t.Helper()
	product, err := s.db.Product(s.t.Context(), slug)
	require.NoError(s.t, err)
	for i := range product.Variants {
		if product.Variants[i].SKU == sku {
			product.Variants[i].Price = models.MustAmount(price)
		}
	}
	require.NoError(s.t, s.db.PutProduct(s.t.Context(), product))
}

// stock takes pieces out of, or puts them into, a variant's stock.
func (s *shop) stock(v models.Variant, change int) {
	s.t.Helper()
	require.NoError(s.t, s.db.MoveStock(s.t.Context(), models.StockMovement{
		ID: models.NewID(), VariantID: v.ID, Kind: models.MovementCorrection, Quantity: change, CreatedAt: s.clock.Now(),
	}))
}

// order is the order that an address names.
func (s *shop) order(address string) models.Order {
	s.t.Helper()
	order, err := s.db.OrderByRef(s.t.Context(), address[strings.LastIndex(address, "/")+1:])
	require.NoError(s.t, err)
	return order
}

// work lets callbacks arrive and the workers do what is due.
func (s *shop) work() {
	s.t.Helper()
	for s.platform.Deliver(s.t.Context()) > 0 {
	}
	for range 20 {
		n, err := s.services.Jobs.RunOnce(s.t.Context())
		require.NoError(s.t, err)
		if n == 0 {
			return
		}
	}
	require.Fail(s.t, "the workers never come to rest")
}

// sqlite is for scenarios that do not depend on the database.
func sqlite(tb testing.TB, options ...modelstest.Option) *store.Store {
	tb.Helper()
	return modelstest.SQLite(tb, options...)
}
