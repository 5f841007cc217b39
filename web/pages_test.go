package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// addresses are pages that anybody can open, with their status.
func addresses() map[string]int {
	return map[string]int{
		"/":                                     http.StatusOK,
		"/categories/cups":                      http.StatusOK,
		"/categories/plates?page=2":             http.StatusOK,
		"/categories/cups?sort=name":            http.StatusOK,
		"/search?q=tea":                         http.StatusOK,
		"/search?q=nothing+like+it":             http.StatusOK,
		"/search":                               http.StatusOK,
		"/products/mug":                         http.StatusOK,
		"/products/mug?variant=MUG-BIG":         http.StatusOK,
		"/products/mug?variant=gone":            http.StatusOK,
		"/cart":                                 http.StatusOK,
		"/checkout":                             http.StatusSeeOther,
		"/healthz":                              http.StatusOK,
		"/readyz":                               http.StatusOK,
		"/nowhere":                              http.StatusNotFound,
		"/cart/":                                http.StatusSeeOther,
		"//cart":                                http.StatusNotFound,
		"/products/none":                        http.StatusNotFound,
		"/products/secret":                      http.StatusNotFound,
		"/products/" + strings.Repeat("a", 500): http.StatusNotFound,
		"/products/MUG":                         http.StatusNotFound,
		"/products/%00":                         http.StatusNotFound,
		"/products/%ff%fe":                      http.StatusNotFound,
		"/products/mug%27--":                    http.StatusNotFound,
		"/categories/none":                      http.StatusNotFound,
		"/categories/cups?sort=price":           http.StatusNotFound,
		"/categories/cups?sort=id%3B":           http.StatusNotFound,
		"/categories/cups?page=2":               http.StatusNotFound,
		"/categories/cups?page=0":               http.StatusNotFound,
		"/categories/cups?page=-1":              http.StatusNotFound,
		"/categories/cups?page=x":               http.StatusNotFound,
		"/categories/cups?page=99999999999999999999": http.StatusNotFound,
		"/orders/none":                                                http.StatusNotFound,
		"/orders/ABCDEFGHIJKLMNOPQRSTUVWXYZ":                          http.StatusNotFound,
		"/payments/return/none":                                       http.StatusNotFound,
		"/payments/return/ABCDEFGHIJKLMNOPQRSTUVWXYZ":                 http.StatusNotFound,
		"/payments/connected":                                         http.StatusGone,
		"/payments/connected?state=ABCDEFGHIJKLMNOPQRSTUVWXYZ&code=x": http.StatusGone,
		"/payments/notify":                                            http.StatusMethodNotAllowed,
		"/language":                                                   http.StatusMethodNotAllowed,
		"/cart/items":                                                 http.StatusMethodNotAllowed,
		"/static/none.css":                                            http.StatusNotFound,
		"/static/../go.mod":                                           http.StatusNotFound,
		"/metrics":                                                    http.StatusNotFound,
	}
}

func TestPages_StatusHeadersAndMarkup(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		for path, status := range addresses() {
			p := b.get(path)
			assert.Equal(t, status, p.status, path)
			checkHeaders(t, s, path, p)
			checkMarkup(t, path, p)

			head := b.do(http.MethodHead, path, nil, nil)
			assert.Equal(t, status, head.status, "HEAD %s", path)
			assert.Empty(t, head.body, "HEAD %s", path)
			assert.Equal(t, p.header.Get("Content-Type"), head.header.Get("Content-Type"), "HEAD %s", path)
			if status == http.StatusOK {
				assert.Equal(t, p.header.Get("Content-Length"), head.header.Get("Content-Length"), "HEAD %s", path)
			}
		}
	})
}

func checkHeaders(t *testing.T, s *shop, path string, p page) {
	t.Helper()
	csp := p.header.Get("Content-Security-Policy")
	assert.Equal(t, "default-src 'self'; form-action 'self' "+s.exchange+"; frame-ancestors 'none'; base-uri 'none'; object-src 'none'", csp, path)
	assert.NotContains(t, csp, "unsafe", path)
	assert.Equal(t, "nosniff", p.header.Get("X-Content-Type-Options"), path)
	assert.Equal(t, "same-origin", p.header.Get("Referrer-Policy"), path)
	assert.Equal(t, "DENY", p.header.Get("X-Frame-Options"), path)
	assert.Len(t, p.header.Get("X-Request-Id"), 16, path)
	assert.Empty(t, p.header.Get("Strict-Transport-Security"), "%s: not under plain http", path)
	assert.Empty(t, p.header.Values("Set-Cookie"), "%s: nothing to remember", path)
	cache := p.header.Get("Cache-Control")
	public := p.status == http.StatusOK && (path == "/" || strings.HasPrefix(path, "/categories/") ||
		strings.HasPrefix(path, "/search") || strings.HasPrefix(path, "/products/"))
	if public {
		assert.Equal(t, "private, no-cache", cache, path)
		assert.Contains(t, p.header.Get("Vary"), "Cookie", path)
	} else {
		assert.Equal(t, "no-store", cache, path)
	}
}

// checkMarkup insists that the strict policy has nothing to block, and that every error page leads on.
func checkMarkup(t *testing.T, path string, p page) {
	t.Helper()
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
		return
	}
	links := 0
	p.nodes(func(n *html.Node) {
		if n.Data == "script" {
			assert.NotEmpty(t, attribute(n, "src"), "%s: inline script", path)
			assert.Nil(t, n.FirstChild, "%s: inline script", path)
		}
		assert.NotEqual(t, "style", n.Data, "%s: inline style", path)
		for _, a := range n.Attr {
			assert.NotEqual(t, "style", a.Key, "%s: inline style", path)
			assert.False(t, strings.HasPrefix(a.Key, "on"), "%s: inline handler %s", path, a.Key)
			assert.NotContains(t, strings.ToLower(a.Val), "javascript:", path)
		}
		if n.Data == "html" {
			assert.Equal(t, "en", attribute(n, "lang"), path)
		}
		if n.Data == "a" && attribute(n, "href") == "/" {
			links++
		}
	})
	if strings.Contains(p.body, "error-page") {
		assert.GreaterOrEqual(t, links, 2, "%s: an error page leads on", path)
		p.has(p.header.Get("X-Request-Id"), "noindex")
	}
}

func TestPages_SpeakTheVisitorsLanguage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		chinese := s.browser()
		chinese.header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5")
		for path, words := range map[string][]string{
			"/":                {"陶杯", "杯壶"},
			"/categories/cups": {"杯壶", "陶杯"},
			"/products/mug":    {"陶杯", "蓝", "US$12.00"},
			"/search?q=陶杯":     {"陶杯"},
			"/nowhere":         {"杯壶"},
		} {
			p := chinese.get(path)
			assert.Equal(t, "zh-Hans", p.header.Get("Content-Language"), path)
			p.has(append(words, `lang="zh-Hans"`)...)
		}
		s.browser().get("/products/mug").has("Stoneware mug", "Blue", "$12.00", "First.", "Second.").lacks("陶杯", "杯壶")
	})
}

func TestCategory_SortsAndPages(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		first := b.get("/categories/plates").is(http.StatusOK).has("Plate a", "Plate l", "/categories/plates?page=2").lacks("Plate m")
		assert.Contains(t, first.body, `<link rel="canonical" href="`+s.url+`/categories/plates"`)
		b.get("/categories/plates?page=2").is(http.StatusOK).has("Plate m").lacks("Plate a<")
		dear := b.get("/categories/plates?sort=price_desc").is(http.StatusOK).has("Plate m", "?page=2&amp;sort=price_desc")
		assert.Less(t, strings.Index(dear.body, "Plate m"), strings.Index(dear.body, "Plate b"))
		b.get("/categories/cups").is(http.StatusOK).has("Stoneware mug", "Tea pot").lacks("Hidden thing")
	})
}

func TestSearch_FindsAndSurvivesAnything(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/search?q=tea").is(http.StatusOK).has("Tea pot", "Stoneware mug").lacks("Hidden thing", "Plate a")
		b.get("/search?q=TEA+pours").is(http.StatusOK).has("Tea pot").lacks("Plate a")
		for _, q := range []string{
			"%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%22%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E", "%27+OR+1%3D1--", "%25", "_", "%00", "%ff%fe",
			"%0d%0aSet-Cookie:+a=b", "%E2%80%AEgnp", strings.Repeat("a", 4000), strings.Repeat("%E8%8C%B6+", 300), "&q=b", "%F0%9F%8D%B5",
		} {
			p := b.get("/search?q=" + q).is(http.StatusOK)
			checkMarkup(t, "/search?q="+q, p)
			assert.Empty(t, p.header.Values("Set-Cookie"))
			p.lacks("<script>alert", "<img src=x", "\x00", "Hidden thing")
			assert.LessOrEqual(t, len([]rune(p.value("q"))), 100)
		}
		b.get("/search?q=%3Cscript%3E").has("&lt;script&gt;")
	})
}

func TestProduct_ShowsStockAndTheChosenVariant(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		assert.Equal(t, s.blue().ID, b.get("/products/mug").is(http.StatusOK).chosen("variant"), "the first that can be bought")
		assert.Equal(t, s.variant("mug", "MUG-BIG").ID, b.get("/products/mug?variant=MUG-BIG").chosen("variant"))
		b.get("/products/pot").is(http.StatusOK).has(english.N("stock.left", 3), "Cups &amp; pots", "/categories/cups")
	})
}

func TestVisitor_WithoutACookieCostsNoSession(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		for path := range addresses() {
			b.get(path)
			for _, statement := range s.statements() {
				assert.True(t, strings.HasPrefix(statement, "SELECT"), "%s writes: %s", path, statement)
				assert.NotContains(t, statement, "sessions", path)
			}
		}
		stale := s.browser()
		stale.header.Set("Cookie", "coincart-session=../../etc/passwd; coincart-language=xx")
		stale.get("/").is(http.StatusOK)
		for _, statement := range s.statements() {
			assert.NotContains(t, statement, "sessions", "an id that we never made is not looked up")
		}
	})
}

func TestPages_StatementsPerPage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("2")
		for path, most := range map[string]int{
			"/": 4, "/products/mug": 4, "/cart": 4, "/categories/cups": 4, "/search?q=tea": 4, "/checkout": 5,
		} {
			b.get(path).is(http.StatusOK) // fills what is kept for a second
			b.get(path).is(http.StatusOK)
			statements := s.statements()
			assert.LessOrEqual(t, len(statements), most, "%s: %s", path, strings.Join(statements, "\n"))
			t.Logf("%s: %d statements", path, len(statements))
		}
		_, order := b.place("1")
		b.get("/orders/" + order.Ref).is(http.StatusOK)
		b.get("/orders/" + order.Ref).is(http.StatusOK)
		assert.LessOrEqual(t, len(s.statements()), 5, strings.Join(s.statements(), "\n"))
	})
}

func TestPages_CompressOnlyWhatHoldsNoSecret(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	b.buy("1")
	zipped := http.Header{"Accept-Encoding": {"gzip"}}
	for path, want := range map[string]string{
		"/": "gzip", "/products/mug": "gzip", "/search?q=tea": "gzip", "/cart": "", "/checkout": "", "/nowhere": "",
	} {
		p := b.do(http.MethodGet, path, nil, zipped)
		assert.Equal(t, want, p.header.Get("Content-Encoding"), path)
		if want != "" {
			assert.Contains(t, p.header.Get("Vary"), "Accept-Encoding", path)
			assert.Less(t, len(p.body), len(b.get(path).body)/2, path)
		}
	}
}

func TestPages_TheCacheIsASecondOld(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	b.get("/").has("Stoneware mug")
	product, err := s.db.Product(t.Context(), "mug")
	require.NoError(t, err)
	product.Title = "Earthen mug"
	require.NoError(t, s.db.PutProduct(t.Context(), product))
	s.clock.Advance(1001e6)
	b.get("/").has("Earthen mug")
}
