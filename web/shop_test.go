package web_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"coincart/models"
	"coincart/models/modelstest"
	"coincart/models/store"
	"coincart/payments"
	"coincart/payments/opay"
	"coincart/payments/sandbox"
	"coincart/web"
)

const (
	appID = "shop_test"
	alice = "22033390" // can pay anything
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

// shop is the whole house behind real sockets: web over a real database, payments, and the sandbox as the platform.
type shop struct {
	t         *testing.T
	db        *store.Store
	clock     *modelstest.Clock
	web       *web.Server
	pay       *payments.Service
	platform  *sandbox.Server
	url       string
	exchange  string // address of the sandbox
	logs      *syncBuffer
	mails     *mailbox
	unplugged func() // cuts the platform's connections from now on
	money     payments.Config
	config    web.Config

	mu      sync.Mutex
	queries *store.QueryCount // of the last request
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
	s.money = payments.Config{
		Store: s.db, Gateway: gateway, BaseURL: s.url, Clock: s.clock.Now, Logger: log,
		Mailer: s.mails, Compose: web.Compose(s.db, s.url, "Osier"), PlatformURL: exchange.URL,
	}
	s.config = web.Config{
		Store: s.db, BaseURL: s.url, PlatformURL: exchange.URL, Logger: log, Clock: s.clock.Now, ShopName: "Osier",
	}
	for _, o := range options {
		o(&s.config)
	}
	s.build()
	s.fill()
	return s
}

// build makes payments and server of their configurations, which a test may have changed.
func (s *shop) build() {
	s.t.Helper()
	var err error
	s.pay, err = payments.New(s.money)
	require.NoError(s.t, err)
	s.config.Payments = s.pay
	s.web, err = web.New(s.config)
	require.NoError(s.t, err)
	s.use(s.web.Handler())
}

// serve counts the statements of every request.
func (s *shop) serve(w http.ResponseWriter, r *http.Request) {
	ctx, count := store.CountQueries(r.Context())
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
		n, err := s.pay.RunOnce(s.t.Context())
		require.NoError(s.t, err)
		if n == 0 {
			return
		}
	}
	require.Fail(s.t, "the workers never come to rest")
}

// browser is one visitor: it keeps cookies and does not follow redirects by itself.
type browser struct {
	s      *shop
	client *http.Client
	header http.Header // sent with every request
}

func (s *shop) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	wire := &http.Transport{DisableCompression: true}
	s.t.Cleanup(wire.CloseIdleConnections)
	return &browser{s: s, header: http.Header{"Accept-Language": {"en"}}, client: &http.Client{
		Jar:           jar,
		Transport:     wire,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}}
}

// page is an answer.
type page struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path string, body io.Reader, header http.Header) page {
	b.s.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = b.s.url + path
	}
	r, err := http.NewRequestWithContext(b.s.t.Context(), method, address, body)
	require.NoError(b.s.t, err)
	for _, h := range []http.Header{b.header, header} {
		maps.Copy(r.Header, h)
	}
	answer, err := b.client.Do(r)
	require.NoError(b.s.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(b.s.t, err)
	require.NoError(b.s.t, answer.Body.Close())
	return page{t: b.s.t, status: answer.StatusCode, header: answer.Header, body: string(text)}
}

func (b *browser) get(path string) page {
	b.s.t.Helper()
	return b.do(http.MethodGet, path, nil, nil)
}

// fragment asks as the page's script does.
func (b *browser) fragment(path string) page {
	b.s.t.Helper()
	return b.do(http.MethodGet, path, nil, http.Header{"Hx-Request": {"true"}})
}

func (b *browser) post(path string, fields ...string) page {
	b.s.t.Helper()
	return b.send(path, nil, fields...)
}

func (b *browser) send(path string, header http.Header, fields ...string) page {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	all := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}}
	maps.Copy(all, header)
	return b.do(http.MethodPost, path, strings.NewReader(form.Encode()), all)
}

// session is the value of the session's cookie.
func (b *browser) session() string {
	b.s.t.Helper()
	u, err := url.Parse(b.s.url)
	require.NoError(b.s.t, err)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == "coincart-session" {
			return c.Value
		}
	}
	return ""
}

// buy puts blue mugs into the cart.
func (b *browser) buy(quantity string) {
	b.s.t.Helper()
	b.post("/cart/items", "variant", b.s.blue().ID, "quantity", quantity).redirects("/cart")
}

// form is the checkout's form as the page gives it, with what a shopper types.
func (b *browser) form(change ...string) []string {
	b.s.t.Helper()
	shown := b.get("/checkout").is(http.StatusOK)
	fields := []string{
		"form_token", shown.value("form_token"), "seen", shown.value("seen"), "quotes", shown.value("quotes"), "email", "ann@example.com", "name", "Ann Lee",
		"coin", "USDT", "payer_uid", alice,
	}
	return append(fields, change...)
}

// place orders so many mugs and returns the pay page's address with the order.
func (b *browser) place(quantity string) (payURL string, order models.Order) {
	b.s.t.Helper()
	b.buy(quantity)
	form := b.form()
	answer := b.post("/checkout", form...).is(http.StatusSeeOther)
	payURL = answer.header.Get("Location")
	require.True(b.s.t, strings.HasPrefix(payURL, b.s.exchange+"/platform/pay.html?"), payURL)
	order, err := b.s.db.OrderByFormToken(b.s.t.Context(), form[1])
	require.NoError(b.s.t, err)
	return payURL, order
}

func (p page) is(status int) page {
	p.t.Helper()
	require.Equal(p.t, status, p.status, p.excerpt())
	return p
}

func (p page) redirects(to string) page {
	p.t.Helper()
	p.is(http.StatusSeeOther)
	require.Equal(p.t, to, p.header.Get("Location"))
	return p
}

// has insists that the page's text holds all of these.
func (p page) has(texts ...string) page {
	p.t.Helper()
	for _, text := range texts {
		require.True(p.t, strings.Contains(p.body, text), "%q is missing in: %s", text, p.excerpt())
	}
	return p
}

func (p page) lacks(texts ...string) page {
	p.t.Helper()
	for _, text := range texts {
		require.False(p.t, strings.Contains(p.body, text), "%q is in: %s", text, p.excerpt())
	}
	return p
}

// excerpt is the words of the page's main part.
func (p page) excerpt() string {
	root, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		return p.body
	}
	var words strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && within(n, "main") {
			words.WriteString(strings.TrimSpace(n.Data) + " ")
		}
	}
	const most = 1500
	text := words.String()
	return text[:min(len(text), most)]
}

func within(n *html.Node, element string) bool {
	for a := n.Parent; a != nil; a = a.Parent {
		if a.Data == element {
			return true
		}
	}
	return false
}

// nodes visits every element of the page.
func (p page) nodes(visit func(*html.Node)) {
	p.t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(p.t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

// value is what a field of the page's forms holds.
func (p page) value(name string) string {
	p.t.Helper()
	value, found := "", false
	p.nodes(func(n *html.Node) {
		if n.Data == "input" && attribute(n, "name") == name && !found {
			value, found = attribute(n, "value"), true
		}
	})
	require.True(p.t, found, "no field %s in %s", name, p.excerpt())
	return value
}

// chosen is the value of the radio button that is on.
func (p page) chosen(name string) string {
	p.t.Helper()
	value := ""
	p.nodes(func(n *html.Node) {
		if n.Data == "input" && attribute(n, "name") == name && hasAttribute(n, "checked") {
			value = attribute(n, "value")
		}
		if n.Data == "option" && hasAttribute(n, "selected") && attribute(n.Parent, "name") == name {
			value = attribute(n, "value")
		}
	})
	return value
}

// invalid reports that a field is marked as refused.
func (p page) invalid(name string) bool {
	p.t.Helper()
	bad := false
	p.nodes(func(n *html.Node) {
		if attribute(n, "name") == name && attribute(n, "aria-invalid") == "true" {
			bad = true
		}
	})
	return bad
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// errors are the lines of the log that a person should look at.
func (b *syncBuffer) errors() string {
	var found []string
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

type mailbox struct {
	mu    sync.Mutex
	mails []payments.Mail
}

func (m *mailbox) Send(_ context.Context, mail payments.Mail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, mail)
	return nil
}

func (m *mailbox) all() []payments.Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]payments.Mail(nil), m.mails...)
}

// sqlite is for scenarios that do not depend on the database.
func sqlite(tb testing.TB, options ...modelstest.Option) *store.Store {
	tb.Helper()
	return modelstest.SQLite(tb, options...)
}
