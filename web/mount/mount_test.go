package mount_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/sessions"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/web/mount"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode) //nolint:forbidigo // the programs of these tests decide so
	code := m.Run()
	if keyFolderName != "" {
		_ = os.RemoveAll(keyFolderName)
	}
	os.Exit(code)
}

// payer is the account of a payer at the sandbox exchange.
const payer = "22033390" // Alice

// program is another program with pages, files, sessions and an error page of its own, which has a mount below /pay.
type program struct {
	t      *testing.T
	url    string
	router *gin.Engine

	mu     sync.Mutex
	events []mount.Event
	refuse int // events that are refused before one is taken
}

func newProgram(t *testing.T) *program {
	t.Helper()
	p := &program{t: t, router: gin.New()}
	server := httptest.NewServer(p.router)
	t.Cleanup(server.Close)
	p.url = server.URL
	store := sessions.NewCookieStore([]byte("the program's own key"))
	p.router.GET("/", func(c *gin.Context) {
		s, _ := store.Get(c.Request, "session")
		s.Values["seen"] = true
		assert.NoError(t, s.Save(c.Request, c.Writer))
		c.String(http.StatusOK, "the program's front page")
	})
	p.router.GET("/static/site.css", func(c *gin.Context) { c.String(http.StatusOK, "the program's styles") })
	p.router.GET("/thanks", func(c *gin.Context) { c.String(http.StatusOK, "the program's thanks for %s", c.Query("checkout")) })
	p.router.NoRoute(func(c *gin.Context) { c.String(http.StatusNotFound, "the program's 404") })
	return p
}

func (p *program) take(_ context.Context, e mount.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse > 0 {
		p.refuse--
		return assert.AnError
	}
	p.events = append(p.events, e)
	return nil
}

func (p *program) told() (types []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		types = append(types, e.Type)
	}
	return types
}

// keyFolder returns a folder with the keys of a demonstration, which take a while to make.
func keyFolder(t *testing.T) string {
	t.Helper()
	madeKeys.Do(func() {
		keyFolderName = filepath.Join(os.TempDir(), "coincart-mount-"+rand.Text())
		_, err := demo.LoadOrMakeKeys(keyFolderName)
		require.NoError(t, err)
	})
	return keyFolderName
}

var (
	madeKeys      sync.Once
	keyFolderName string
)

// inOrder asserts that the events of each object came in their order, each with its own id.
func (p *program) inOrder() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	last, ids := map[string]int{}, map[string]bool{}
	for _, e := range p.events {
		var object struct {
			ID, SKU  string
			Sequence int
		}
		require.NoError(p.t, json.Unmarshal(e.Data, &object))
		object.ID = cmp.Or(object.ID, object.SKU) // a stock has no id
		assert.Greater(p.t, object.Sequence, last[object.ID], "%s of %s", e.Type, object.ID)
		assert.False(p.t, ids[e.ID], "%s is told once, as nothing failed after it was taken", e.ID)
		last[object.ID], ids[e.ID] = object.Sequence, true
	}
}

// mount opens a mount below a path and runs it until the test ends.
func (p *program) mount(path string, edits ...func(*mount.Config)) *mount.Mount {
	p.t.Helper()
	c := mount.Config{
		BaseURL: p.url + path, Database: modelstest.SQLiteDSN(p.t), DataDir: filepath.Join(p.t.TempDir(), "data"), Demo: true, SandboxAddr: "127.0.0.1:0",
		ShopName: "Osier", OnEvent: p.take, Logger: slog.New(slog.NewTextHandler(p.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, edit := range edits {
		edit(&c)
	}
	require.NoError(p.t, os.CopyFS(c.DataDir, os.DirFS(keyFolder(p.t))))
	for _, name := range []string{"merchant.pem", "platform.pem"} {
		require.NoError(p.t, os.Chmod(filepath.Join(c.DataDir, name), 0o600))
	}
	m, err := mount.Open(p.t.Context(), c)
	require.NoError(p.t, err)
	p.router.Any(path, gin.WrapH(m))
	p.router.Any(path+"/*rest", gin.WrapH(m))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	p.t.Cleanup(func() {
		stop()
		assert.NoError(p.t, <-ended)
		assert.NoError(p.t, m.Close())
		assert.NoError(p.t, m.Close(), "closing again does nothing")
	})
	return m
}

// shopper is a browser without scripts.
type shopper struct {
	t      *testing.T
	client *http.Client
}

func newShopper(t *testing.T) *shopper {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &shopper{t: t, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// page is what a shopper sees.
type page struct {
	at     *url.URL
	status int
	text   string
	header http.Header
}

func (s *shopper) do(method, address string, form url.Values) page {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	request.Header.Set("Accept-Language", "en")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := s.client.Do(request)
	require.NoError(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return page{response.Request.URL, response.StatusCode, string(body), response.Header}
}

func (s *shopper) get(address string) page { s.t.Helper(); return s.do(http.MethodGet, address, nil) }

// submit sends the first form whose action ends like this, with what its hidden fields hold and more.
func (s *shopper) submit(p page, action string, more url.Values) page {
	s.t.Helper()
	root, err := html.Parse(strings.NewReader(p.text))
	require.NoError(s.t, err)
	for n := range root.Descendants() {
		if n.Data != "form" || !strings.HasSuffix(attribute(n, "action"), action) || attribute(n, "method") != "post" {
			continue
		}
		values := url.Values{}
		for field := range n.Descendants() {
			if field.Data == "input" && attribute(field, "type") == "hidden" {
				values.Add(attribute(field, "name"), attribute(field, "value"))
			}
		}
		maps.Copy(values, more)
		to, err := p.at.Parse(attribute(n, "action"))
		require.NoError(s.t, err)
		return s.do(http.MethodPost, to.String(), values)
	}
	require.Fail(s.t, "no such form", "%s on %s (%d):\n%s", action, p.at, p.status, p.text)
	return page{}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// pay pays a checkout at the exchange and returns the page that the exchange sends the payer back to.
func (s *shopper) pay(address string) page {
	s.t.Helper()
	at := s.submit(s.get(address), "/pay", url.Values{"coin": {"USDT"}, "payer_uid": {payer}})
	require.Contains(s.t, at.at.Path, "pay.html", at.text)
	return s.submit(at, "", url.Values{"action": {"pay"}})
}

// waitPaid waits until a checkout is paid.
func waitPaid(t *testing.T, m *mount.Mount, id string) mount.State {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		c, err := m.Get(t.Context(), id)
		require.NoError(t, err)
		if c.Status == "paid" {
			return c
		}
		require.Less(t, time.Since(began), time.Minute, "the checkout is %s", c.Status)
	}
}

func TestMount_TakesPaymentsBesideAnotherProgram(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			p := newProgram(t)
			p.refuse = 1
			m := p.mount("/pay", func(c *mount.Config) { c.Database = dsn(t) })
			made, err := m.Create(t.Context(), mount.Checkout{
				Reference: "1001", Amount: "32.24", Currency: "USD", SuccessURL: p.url + "/thanks", Metadata: map[string]string{"cart": "7"}, Key: "cart 7",
			})
			require.NoError(t, err)
			assert.Equal(t, "open", made.Status)
			assert.True(t, strings.HasPrefix(made.URL, p.url+"/pay/c/co_"), made.URL)
			assert.False(t, made.Livemode)

			s := newShopper(t)
			returned := s.pay(made.URL)
			assert.True(t, strings.HasPrefix(returned.at.String(), p.url+"/pay/"), returned.at)
			paid := waitPaid(t, m, made.ID)
			assert.Equal(t, "32.24", paid.Payment.Worth)
			assert.Equal(t, map[string]string{"cart": "7"}, paid.Metadata)
			assert.Contains(t, s.get(made.URL).text, p.url+"/thanks?checkout="+made.ID)
			assert.Equal(t, "the program's thanks for "+made.ID, s.get(p.url+"/thanks?checkout="+made.ID).text)

			require.Eventually(t, func() bool { return slices.Contains(p.told(), "checkout.paid") }, time.Minute, 50*time.Millisecond, "an event that was refused is told again")
			assert.Contains(t, p.told(), "checkout.processing", "the first of all, which was refused once")
			p.inOrder()

			_, err = m.Cancel(t.Context(), made.ID)
			require.ErrorIs(t, err, mount.ErrPaid)
			_, err = m.Refund(t.Context(), made.ID, mount.Refund{Reason: "broken"})
			require.ErrorIs(t, err, mount.ErrRefundLimit, "nothing may be refunded unless the program says so")
		})
	}
}

func TestMount_LeavesTheProgramAlone(t *testing.T) {
	mode, debug, logger, client, mux := gin.Mode(), gin.DebugPrintFunc == nil, slog.Default(), *http.DefaultClient, http.DefaultServeMux
	p := newProgram(t)
	m := p.mount("/pay")
	s := newShopper(t)
	s.get(p.url + "/")
	made, err := m.Create(t.Context(), mount.Checkout{Reference: "1", Amount: "5"})
	require.NoError(t, err)
	s.pay(made.URL)

	for path, want := range map[string]string{
		"/": "the program's front page", "/static/site.css": "the program's styles", "/nothing": "the program's 404", "/c/" + made.ID: "the program's 404",
		"/payable": "the program's 404",
	} {
		assert.Equal(t, want, s.get(p.url+path).text, path)
	}
	here, err := url.Parse(p.url + "/")
	require.NoError(t, err)
	names := []string{}
	for _, c := range s.client.Jar.Cookies(here) {
		names = append(names, c.Name)
	}
	assert.Equal(t, []string{"session"}, names, "the mount's cookies are its own")
	assert.Equal(t, mode, gin.Mode())
	assert.Equal(t, debug, gin.DebugPrintFunc == nil)
	assert.Same(t, logger, slog.Default())
	assert.Equal(t, client, *http.DefaultClient)
	assert.Same(t, mux, http.DefaultServeMux)
	_, pattern := http.DefaultServeMux.Handler(httptest.NewRequest(http.MethodGet, "/metrics", nil))
	assert.Empty(t, pattern)
}

func TestMount_TwiceInOneProcess(t *testing.T) {
	p := newProgram(t)
	first := p.mount("/pay")
	second := p.mount("/shops/two", func(c *mount.Config) { c.ShopName, c.WholeShop = "Second", true })
	a, err := first.Create(t.Context(), mount.Checkout{Reference: "1", Amount: "5"})
	require.NoError(t, err)
	b, err := second.Create(t.Context(), mount.Checkout{Reference: "1", Amount: "6"})
	require.NoError(t, err)
	_, err = second.Get(t.Context(), a.ID)
	require.ErrorIs(t, err, mount.ErrNotFound)
	s := newShopper(t)
	s.pay(a.URL)
	s.pay(b.URL)
	waitPaid(t, first, a.ID)
	waitPaid(t, second, b.ID)

	front := s.get(p.url + "/shops/two/")
	assert.Equal(t, http.StatusOK, front.status)
	assert.Contains(t, front.text, "Second")
	assert.Contains(t, front.text, "/shops/two/cart")
}

// A mount that only takes payments has no front page, catalogue or cart, and none of its pages leads to one.
func TestMount_CheckoutOnlyLeadsToNoGoods(t *testing.T) {
	p := newProgram(t)
	m := p.mount("/pay")
	made, err := m.Create(t.Context(), mount.Checkout{Reference: "1", Amount: "5"})
	require.NoError(t, err)
	s := newShopper(t)
	returned := s.pay(made.URL)
	waitPaid(t, m, made.ID)
	for _, path := range []string{"/", "/cart", "/checkout", "/search?q=mug", "/products/stoneware-mug", "/categories/kitchen"} {
		assert.Equal(t, http.StatusNotFound, s.get(p.url+"/pay"+path).status, path)
	}
	waiting, seen := []string{made.URL, returned.at.String(), p.url + "/pay/nothing", p.url + "/pay/orders", p.url + "/pay/admin/login"}, map[string]bool{}
	for len(waiting) > 0 {
		address := waiting[0]
		waiting = waiting[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		shown := s.get(address)
		if address != p.url+"/pay/nothing" {
			assert.Equal(t, http.StatusOK, shown.status, address)
		}
		if !strings.HasPrefix(shown.header.Get("Content-Type"), "text/html") {
			continue
		}
		root, err := html.Parse(strings.NewReader(shown.text))
		require.NoError(t, err)
		for n := range root.Descendants() {
			href := attribute(n, "href")
			to, err := shown.at.Parse(href)
			if n.Data == "a" && href != "" && err == nil && strings.HasPrefix(to.String(), p.url+"/pay") {
				to.Fragment = ""
				waiting = append(waiting, to.String())
			}
		}
	}
	assert.Greater(t, len(seen), 5)
}

func TestMount_RepeatsAndRefuses(t *testing.T) {
	p := newProgram(t)
	m := p.mount("/pay", func(c *mount.Config) { c.RefundLimit, c.Origins = "100", []string{"https://www.example.org"} })
	ask := mount.Checkout{Reference: "1", Lines: []mount.Line{{Name: "Mug", Quantity: 2, UnitPrice: "4.50"}}, Delivery: "1", Key: "one", CancelURL: "https://www.example.org/basket"}
	made, err := m.Create(t.Context(), ask)
	require.NoError(t, err)
	assert.Equal(t, "10.00", made.Amount)
	again, err := m.Create(t.Context(), ask)
	require.NoError(t, err)
	assert.Equal(t, made, again)
	ask.Reference = "2"
	_, err = m.Create(t.Context(), ask)
	require.ErrorIs(t, err, mount.ErrOther)

	_, err = m.Create(t.Context(), mount.Checkout{Amount: "1e3", Reference: "1", SuccessURL: "https://elsewhere.example.org/"})
	var wrong *mount.InputError
	require.ErrorAs(t, err, &wrong)
	assert.Len(t, wrong.Problems, 2)
	assert.Contains(t, wrong.Problems, "/amount")
	assert.Contains(t, wrong.Problems, "/success_url")

	newShopper(t).pay(made.URL)
	waitPaid(t, m, made.ID)
	refund, err := m.Refund(t.Context(), made.ID, mount.Refund{CurrencyAmount: "4", Reason: "one is broken", Key: "r1"})
	require.NoError(t, err)
	same, err := m.Refund(t.Context(), made.ID, mount.Refund{CurrencyAmount: "4", Reason: "one is broken", Key: "r1"})
	require.NoError(t, err)
	assert.Equal(t, refund.ID, same.ID)

	open, err := m.Create(t.Context(), mount.Checkout{Reference: "3", Amount: "1"})
	require.NoError(t, err)
	cancelled, err := m.Cancel(t.Context(), open.ID)
	require.NoError(t, err)
	assert.Equal(t, "cancelled", cancelled.Status)
	_, err = m.Get(t.Context(), "co_unknown")
	require.ErrorIs(t, err, mount.ErrNotFound)
}

func TestOpen_NamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	good := func() mount.Config {
		return mount.Config{BaseURL: "https://shop.example.org/pay", Database: modelstest.SQLiteDSN(t), DataDir: dir, Demo: true, SandboxAddr: "127.0.0.1:0"}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "not.pem"), []byte("no key"), 0o600))
	platform := mount.Platform{URL: "https://service.example.com", AppID: "shop", MerchantKey: filepath.Join(dir, "not.pem")}
	for member, edit := range map[string]func(*mount.Config){
		"BaseURL":               func(c *mount.Config) { c.BaseURL = "http://shop.example.org" },
		"Platform.Timezone":     func(c *mount.Config) { c.Platform.Timezone = "Mars" },
		"FourEyesLimit":         func(c *mount.Config) { c.FourEyesLimit = "-1" },
		"RefundLimit":           func(c *mount.Config) { c.RefundLimit = "many" },
		"Origins":               func(c *mount.Config) { c.Origins = []string{"ftp://example.org"} },
		"SandboxAddr":           func(c *mount.Config) { c.SandboxAddr = taken.Addr().String() },
		"Database":              func(c *mount.Config) { c.Demo, c.Platform, c.Database = true, platform, "oracle:x" },
		"Platform.URL":          func(c *mount.Config) { c.Demo = false },
		"Platform.AppID":        func(c *mount.Config) { c.Demo, c.Platform = false, mount.Platform{URL: platform.URL} },
		"Platform.MerchantKey":  func(c *mount.Config) { c.Demo, c.Platform = false, platform },
		"Platform.PlatformKeys": func(c *mount.Config) { c.Demo, c.Platform = false, platformWithKey(t, platform) },
		"Platform.Secrets": func(c *mount.Config) {
			c.Demo, c.Platform = false, platformWithKey(t, platform)
			c.Platform.Secrets = []string{filepath.Join(dir, "none")}
		},
	} {
		c := good()
		edit(&c)
		_, err := mount.Open(t.Context(), c)
		var wrong *mount.ConfigError
		if assert.ErrorAs(t, err, &wrong, member) {
			assert.Equal(t, member, wrong.Member, err)
		}
	}
}

// platformWithKey returns p with a merchant's key, and no keys of the exchange.
func platformWithKey(t *testing.T, p mount.Platform) mount.Platform {
	t.Helper()
	folder := t.TempDir()
	m, err := mount.Open(t.Context(), mount.Config{
		BaseURL: "http://127.0.0.1:1", Database: modelstest.SQLiteDSN(t), DataDir: folder, Demo: true, SandboxAddr: "127.0.0.1:0",
	})
	require.NoError(t, err)
	require.NoError(t, m.Close())
	p.MerchantKey = filepath.Join(folder, "merchant.pem")
	return p
}
