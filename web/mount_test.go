package web_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/web"
)

// foreign is what the other program on the shop's host says on all its pages.
const foreign = "the program that was here first"

// neighbour is another program with routes, an error page and files of its own, which has the shop below a path.
func neighbour(path string, shop http.Handler) *gin.Engine {
	engine := gin.New()
	say := func(status int) gin.HandlerFunc {
		return func(c *gin.Context) { c.String(status, "%s: %d cookies", foreign, len(c.Request.Cookies())) }
	}
	for _, own := range []string{"/", "/cart", "/admin", "/static/site.css"} {
		engine.GET(own, say(http.StatusOK))
	}
	engine.NoRoute(say(http.StatusNotFound))
	engine.Any(path, gin.WrapH(shop))
	engine.Any(path+"/*rest", gin.WrapH(shop))
	return engine
}

// newMounted is newShop below /shop of a host that belongs to another program. root is the host's address.
func newMounted(t *testing.T) (s *shop, root string) {
	t.Helper()
	s = newShop(t, modelstest.SQLite)
	root = s.url
	s.url += "/shop"
	s.config.BaseURL, s.money.BaseURL = s.url, s.url
	s.money.Compose, s.money.ComposeStaff = web.Compose(s.db, s.url, "Osier"), web.ComposeStaff(s.db, s.url, "Osier")
	s.build()
	s.use(neighbour("/shop", s.web.Handler()))
	return s, root
}

// walk is a visitor who follows everything that leads on.
type walk struct {
	*browser

	root    string
	waiting []string
	seen    map[string]bool
	forms   map[string]url.Values // by where they are sent
	files   int                   // stylesheets, scripts and pictures
	pages   int
}

// note looks at an answer: whether all it leads to is in the shop, and what that is.
func (w *walk) note(from string, p page) {
	t := w.s.t
	t.Helper()
	assert.NotContains(t, p.body, foreign, from)
	assert.Less(t, p.status, http.StatusInternalServerError, from)
	for _, cookie := range parseCookies(p) {
		assert.Equal(t, "/shop", cookie.Path, "cookie %s of %s", cookie.Name, from)
	}
	for _, header := range []string{"Location", "Hx-Redirect"} {
		to := p.header.Get(header)
		if to == "" || strings.HasPrefix(to, w.s.exchange) {
			continue
		}
		assert.True(t, strings.HasPrefix(to, "/shop/"), "%s leads to %s", from, to)
		w.waiting = append(w.waiting, to)
	}
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
		w.files++
		return
	}
	w.pages++
	inside, outside := browsertest.Outside(t, p.body, "/shop")
	assert.Positive(t, inside, from)
	assert.Empty(t, outside, from)
	p.nodes(func(n *html.Node) {
		for _, name := range []string{"href", "src", "hx-get"} {
			w.waiting = append(w.waiting, attribute(n, name))
		}
		for candidate := range strings.SplitSeq(attribute(n, "srcset"), ",") {
			address, _, _ := strings.Cut(strings.TrimSpace(candidate), " ")
			w.waiting = append(w.waiting, address)
		}
		if n.Data == "form" {
			w.form(n)
		}
	})
}

// form keeps what a form sends as it stands, for each place that it can be sent to.
func (w *walk) form(form *html.Node) {
	to := []string{attribute(form, "action")}
	if attribute(form, "method") != "post" {
		w.waiting = append(w.waiting, to...)
		return
	}
	fields := url.Values{}
	for n := range form.Descendants() {
		switch name, kind := attribute(n, "name"), attribute(n, "type"); {
		case attribute(n, "formaction") != "":
			to = append(to, attribute(n, "formaction"))
		case n.Data == "input" && (kind == "radio" || kind == "checkbox") && !hasAttribute(n, "checked"):
		case n.Data == "input" && name != "" || n.Data == "button" && name != "":
			fields.Add(name, attribute(n, "value"))
		}
	}
	for _, address := range to {
		w.forms[address] = fields
	}
}

// follow follows all that is there to follow, each address once.
func (w *walk) follow() {
	w.s.t.Helper()
	const enough = 1000 // addresses
	for len(w.waiting) > 0 && len(w.seen) < enough {
		next := w.waiting[0]
		w.waiting = w.waiting[1:]
		if !strings.HasPrefix(next, "/") || w.seen[next] {
			continue
		}
		w.seen[next] = true
		w.note(next, w.get(w.root+next))
	}
	require.Less(w.s.t, len(w.seen), enough)
}

func TestMounted_NothingLeadsOutOfTheShop(t *testing.T) {
	s, root := newMounted(t)
	b := s.hire(models.RoleOwner)
	w := &walk{browser: b.browser, root: root, seen: map[string]bool{}, forms: map[string]url.Values{}}

	// Something to see: a paid order, an open one, and a full cart.
	_, paid := w.place("2")
	for _, o := range s.platform.Orders() {
		require.NoError(t, s.platform.Pay(o.OrderNum))
	}
	s.work()
	require.Equal(t, models.OrderPaid, s.order(paid.Ref).State, "the callback came to the shop's address")
	w.place("1")
	w.buy("1")
	for _, mail := range s.mails.all() {
		assert.Contains(t, mail.Text, s.url+"/orders/", "mails lead to the shop")
	}
	require.NotEmpty(t, s.mails.all())

	w.waiting = []string{"/shop/", "/shop/checkout", "/shop/orders/" + paid.Ref, "/shop/payments/return/" + paid.ReturnRef, "/shop/search?q=mug", "/shop/payments/connect"}
	w.follow()
	shopPages := w.pages
	assert.Greater(t, shopPages, 20)
	assert.Greater(t, w.files, 4, "stylesheet, script, icon and pictures")

	b.signIn()
	w.waiting = []string{"/shop/admin"}
	w.follow()
	assert.Greater(t, w.pages, shopPages+50)

	// All forms, as they stand; nobody is signed out before the end.
	posts := slices.DeleteFunc(slices.Sorted(maps.Keys(w.forms)), func(to string) bool { return strings.Contains(to, "sessions") || strings.HasSuffix(to, "/logout") })
	assert.Greater(t, len(posts), 40)
	for _, to := range append(posts, "/shop/admin/logout") {
		require.True(t, strings.HasPrefix(to, "/shop/"), to)
		w.note("POST "+to, w.sendAll(root+to, w.forms[to], http.Header{"Referer": {root + "/shop/cart"}}))
	}
	w.follow()
	t.Logf("%d addresses, %d pages, %d files, %d forms", len(w.seen), w.pages, w.files, len(posts)+1)

	seen := httptest.NewRecorder()
	s.web.MetricsHandler().ServeHTTP(seen, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	assert.Contains(t, seen.Body.String(), `route="/cart"`)
	assert.NotContains(t, seen.Body.String(), "/shop")
	for _, wrong := range []string{`"route":"/shop`, `"route":"unmatched"`} {
		assert.NotContains(t, s.logs.String(), wrong)
	}
}

func TestMounted_TheNeighbourAnswersItself(t *testing.T) {
	s, root := newMounted(t)
	b := s.browser()
	b.buy("1")
	require.NotEmpty(t, b.session())
	for path, status := range map[string]int{
		"/": 200, "/cart": 200, "/admin": 200, "/static/site.css": 200, "/nothing": 404, "/shopping": 404, "/orders": 404, "/healthz": 404,
	} {
		p := b.get(root + path).is(status)
		assert.Equal(t, foreign+": 0 cookies", p.body, path)
	}
	p := b.get(root + "/shop?a=1").is(http.StatusTemporaryRedirect)
	assert.Equal(t, "/shop/?a=1", p.header.Get("Location"))
	b.get("/nothing").is(http.StatusNotFound).lacks(foreign).has(`href="/shop/"`)
	for _, path := range []string{"/healthz", "/readyz"} {
		b.get(path).is(http.StatusOK)
	}
}

func TestMounted_TheServerAloneAnswersBelowItsPathOnly(t *testing.T) {
	s, root := newMounted(t)
	s.use(s.web.Handler())
	b := s.browser()
	for _, path := range []string{"/", "/cart", "/shopping", "/admin", "//shop/", "/SHOP/"} {
		assert.Equal(t, "404 page not found\n", b.get(root+path).is(http.StatusNotFound).body, path)
	}
	assert.Equal(t, http.StatusNotFound, b.do(http.MethodPost, root+"/shop", nil, nil).status)
	b.get("/cart").is(http.StatusOK)
	b.get("/").is(http.StatusOK)
}

func TestMounted_RedirectsAndWaysBackStayInTheShop(t *testing.T) {
	s, root := newMounted(t)
	b := s.browser()
	for next, want := range map[string]string{
		"/cart": "/cart", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/../cart": "/", "/%2e%2E/cart": "/",
	} {
		b.post("/language", "lang", "en", "next", next).redirects(want)
	}
	b.get("/admin/orders?state=paid").redirects("/admin/login?next=%2Fadmin%2Forders%3Fstate%3Dpaid")
	note := "/admin/orders/" + models.NewID() + "/note"
	b.send(note, http.Header{"Referer": {s.url + "/admin/orders?state=paid"}}).redirects("/admin/login?next=%2Fadmin%2Forders%3Fstate%3Dpaid")
	b.send(note, http.Header{"Referer": {root + "/admin/orders?state=paid"}}).redirects("/admin/login")
	p := b.fragment("/admin/tasks")
	assert.Equal(t, "/shop/admin/login?next=%2Fadmin%2Ftasks", p.header.Get("Hx-Redirect"))

	buy := []string{"variant", s.blue().ID, "quantity", "1"}
	b.send("/cart/items", http.Header{"Sec-Fetch-Site": nil, "Origin": {root}}, buy...).redirects("/cart")
	b.send("/cart/items", http.Header{"Sec-Fetch-Site": nil, "Origin": {"https://evil.example"}}, buy...).is(http.StatusForbidden)
}

// A __Host- cookie must have the path /, which is the neighbour's.
func TestMounted_CookiesUnderHTTPS(t *testing.T) {
	s := newShop(t, sqlite, func(c *web.Config) { c.BaseURL = "https://shop.example/shop" })
	b := s.browser()
	s.url += "/shop"
	set := parseCookies(b.post("/cart/items", "variant", s.blue().ID, "quantity", "1"))
	set = append(set, parseCookies(b.post("/language", "lang", "en", "next", "/"))...)
	set = append(set, parseCookies(s.hire(models.RoleViewer).givePassword())...)
	require.Len(t, set, 3)
	for i, name := range []string{"coincart-session", "coincart-language", "coincart_admin"} {
		assert.Equal(t, "__Secure-"+name, set[i].Name)
		assert.Equal(t, "/shop", set[i].Path)
		assert.True(t, set[i].Secure && set[i].HttpOnly)
		assert.Empty(t, set[i].Domain)
	}
	b.get("/").has(`<link rel="canonical" href="https://shop.example/shop/"`)
}
