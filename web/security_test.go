package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web"
)

func forms(s *shop) []string {
	ref := models.NewRef()
	return []string{
		"/language", "/cart/items", "/cart/items/" + s.blue().ID, "/cart/items/" + s.blue().ID + "/remove", "/checkout",
		"/orders/" + ref + "/pay", "/orders/" + ref + "/cancel", "/orders/" + ref + "/reorder", "/payments/disconnect", "/payments/connect",
	}
}

func TestForms_FromAnotherSiteAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		for _, path := range forms(s) {
			for name, header := range map[string]http.Header{
				"cross-site":     {"Sec-Fetch-Site": {"cross-site"}},
				"same-site":      {"Sec-Fetch-Site": {"same-site"}},
				"foreign origin": {"Sec-Fetch-Site": nil, "Origin": {"https://evil.example"}},
				"null origin":    {"Sec-Fetch-Site": nil, "Origin": {"null"}},
			} {
				p := b.send(path, header, "variant", s.blue().ID, "quantity", "1", "lang", "en")
				assert.Equal(t, http.StatusForbidden, p.status, "%s %s", name, path)
				checkHeaders(t, s, path, p)
				checkMarkup(t, path, p)
			}
		}
		assert.Equal(t, "1", b.get("/cart").value("quantity"), "nothing was done")
		b.send("/cart/items", http.Header{"Sec-Fetch-Site": nil, "Origin": {s.url}}, "variant", s.blue().ID, "quantity", "1").redirects("/cart")
		b.do(http.MethodGet, "/cart", nil, http.Header{"Sec-Fetch-Site": {"cross-site"}}).is(http.StatusOK)
	})
}

func TestForms_ThatCannotBeRead(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for name, c := range map[string]struct {
		body   string
		header http.Header
		status int
	}{
		"too large":      {"quantity=" + strings.Repeat("1", 65<<10), form, http.StatusRequestEntityTooLarge},
		"bad escape":     {"quantity=%zz", form, http.StatusBadRequest},
		"not UTF-8":      {"quantity=1&variant=%ff%fe", form, http.StatusBadRequest},
		"no type":        {"variant=" + s.blue().ID + "&quantity=1", nil, http.StatusUnsupportedMediaType},
		"JSON":           {`{"variant":"` + s.blue().ID + `","quantity":"1"}`, http.Header{"Content-Type": {"application/json"}}, http.StatusUnsupportedMediaType},
		"multipart":      {"--x\r\n", http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}, http.StatusUnsupportedMediaType},
		"broken type":    {"quantity=1", http.Header{"Content-Type": {"application/x-www-form-urlencoded; ="}}, http.StatusBadRequest},
		"query, no body": {"", form, http.StatusNotFound},
	} {
		p := b.do(http.MethodPost, "/cart/items?variant="+s.blue().ID+"&quantity=1", strings.NewReader(c.body), c.header)
		assert.Equal(t, c.status, p.status, name)
		checkHeaders(t, s, name, p)
		checkMarkup(t, name, p)
	}
}

func TestMethods_OthersAreNotAllowed(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace, "PURGE"} {
		p := b.do(method, "/cart", nil, http.Header{"Sec-Fetch-Site": {"same-origin"}})
		assert.Equal(t, http.StatusMethodNotAllowed, p.status, method)
		assert.Contains(t, p.header.Get("Allow"), http.MethodGet, method)
		checkHeaders(t, s, method, p)
	}
	assert.Equal(t, http.MethodPost, b.get("/language").header.Get("Allow"))
}

func TestLanguage_SwitchIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		p := b.post("/language", "lang", "zh-Hans", "next", "/products/mug?variant=MUG-BIG").redirects("/products/mug?variant=MUG-BIG")
		cookies := parseCookies(p)
		require.Len(t, cookies, 1)
		assert.Equal(t, "coincart-language", cookies[0].Name)
		assert.True(t, cookies[0].HttpOnly)
		assert.Equal(t, http.SameSiteLaxMode, cookies[0].SameSite)
		assert.Equal(t, 365*24*60*60, cookies[0].MaxAge)
		assert.Empty(t, b.session(), "a language needs no session")
		b.get("/products/mug").is(http.StatusOK).has("陶杯")
		assert.Equal(t, "/products/mug?variant=MUG-BIG", b.get("/products/mug?variant=MUG-BIG").value("next"))
		_, order := b.place("1")
		assert.Equal(t, "zh-Hans", order.Lang)
		assert.Equal(t, "陶杯", order.Lines[0].Title)

		for _, lang := range []string{"", "xx", "zh", "EN", "../en", "en\r\nSet-Cookie: a=b"} {
			bad := b.post("/language", "lang", lang, "next", "/").is(http.StatusBadRequest)
			assert.Empty(t, bad.header.Values("Set-Cookie"), lang)
		}
		odd := s.browser()
		odd.header.Set("Cookie", "coincart-language=<script>")
		odd.get("/").is(http.StatusOK).has(`lang="en"`).lacks("<script>")
	})
}

func TestNotify_OnlyWhatIsSignedIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		server := func(body, contentType string) page {
			return b.do(http.MethodPost, "/payments/notify", strings.NewReader(body), http.Header{"Content-Type": {contentType}})
		}
		pair, err := keys()
		require.NoError(t, err)
		merchant, platform := pair[0], pair[1]
		foreign, err := opay.NewKeyring(merchant, &platform.PublicKey) // signs with the wrong key, as a stranger would
		require.NoError(t, err)
		envelope, err := foreign.Seal([]byte(`{"outOrderId":"X","orderNum":"1","orderStatus":"3","payAmount":"1"}`))
		require.NoError(t, err)
		forged, err := json.Marshal(map[string]string{"app_id": appID, "data": envelope.Data, "sign": envelope.Sign, "time": "1"})
		require.NoError(t, err)

		for name, c := range map[string]struct {
			body, contentType string
			status            int
		}{
			"empty":             {"", "application/json", http.StatusBadRequest},
			"not JSON":          {"data=x", "application/json", http.StatusBadRequest},
			"HTML":              {"<html>", "text/html", http.StatusBadRequest},
			"form":              {"data=x&sign=y", "application/x-www-form-urlencoded", http.StatusBadRequest},
			"no members":        {"{}", "application/json", http.StatusBadRequest},
			"junk members":      {`{"app_id":"x","data":"AAAA","sign":"AAAA","time":"1"}`, "application/json", http.StatusBadRequest},
			"foreign signature": {string(forged), "application/json", http.StatusBadRequest},
			"too large":         {`{"data":"` + strings.Repeat("A", 17<<10) + `"}`, "application/json", http.StatusRequestEntityTooLarge},
			"not UTF-8":         {"{\"data\":\"\xff\"}", "application/json", http.StatusBadRequest},
		} {
			p := server(c.body, c.contentType)
			assert.Equal(t, c.status, p.status, name)
			assert.Equal(t, "application/json", p.header.Get("Content-Type"), name)
			checkHeaders(t, s, name, p)
			var answer map[string]string
			require.NoError(t, json.Unmarshal([]byte(p.body), &answer), name)
			assert.NotEmpty(t, answer["code"], name)
			assert.NotEqual(t, "0", answer["code"], name)
			assert.NotEmpty(t, answer["msg"], name)
			assert.Len(t, answer, 2, name)
			for _, statement := range s.statements() {
				assert.NotContains(t, statement, "INSERT", "%s is stored", name)
			}
		}
		get := b.get("/payments/notify").is(http.StatusMethodNotAllowed)
		assert.JSONEq(t, `{"code":"50000","msg":"method not allowed"}`, get.body)
		crossSite := b.do(http.MethodPost, "/payments/notify", strings.NewReader("{}"), http.Header{"Sec-Fetch-Site": {"cross-site"}})
		assert.Equal(t, http.StatusForbidden, crossSite.status, "a browser is no platform")
		assert.Equal(t, "application/json", crossSite.header.Get("Content-Type"))
	})
}

func TestNotify_AcknowledgesWhatIsStored(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.work()
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State, "the callback alone, without any page")
		callbacks := s.platform.Callbacks()
		require.NotEmpty(t, callbacks)
		for range 3 {
			require.NoError(t, s.platform.Replay(callbacks[0].ID))
			s.work()
		}
		b.get("/orders/" + order.Ref).is(http.StatusOK).has("status--good")
	})
}

func TestNotify_CountsAreWrittenByRun(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		for range 5 {
			b.do(http.MethodPost, "/payments/notify", strings.NewReader("junk"), http.Header{"Content-Type": {"application/json"}})
		}
		counted := func() int {
			now := s.clock.Now()
			today, err := s.db.Dashboard(t.Context(), now, now.Add(time.Millisecond), time.UTC)
			assert.NoError(t, err)
			return today.Callbacks["notify_bad_shape"]
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.web.Run(ctx) }()
		require.Eventually(t, func() bool {
			return counted() == 5
		}, 10*time.Second, 50*time.Millisecond)
		b.do(http.MethodPost, "/payments/notify", strings.NewReader("junk"), http.Header{"Content-Type": {"application/json"}})
		stop()
		require.NoError(t, <-done)
		assert.Equal(t, 6, counted(), "the last ones are written at the end")
	})
}

func TestNotify_DatabaseDownAsksToSendAgain(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	b.place("1")
	require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
	var sent []byte
	var kind string
	s.use(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		_, err := body.ReadFrom(r.Body)
		assert.NoError(t, err)
		sent, kind = body.Bytes(), r.Header.Get("Content-Type")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	require.Equal(t, 1, s.platform.Deliver(t.Context()))
	s.use(s.web.Handler())
	require.NoError(t, s.db.Close())
	p := b.do(http.MethodPost, "/payments/notify", bytes.NewReader(sent), http.Header{"Content-Type": {kind}})
	assert.Equal(t, http.StatusServiceUnavailable, p.status)
	assert.JSONEq(t, `{"code":"10001","msg":"try again later"}`, p.body)
	assert.NotEmpty(t, p.header.Get("Retry-After"))
}

func TestLimits_TooManyRequests(t *testing.T) {
	s := newShop(t, sqlite, func(c *web.Config) {
		c.Limits = web.Limits{Search: 3, Cart: 3, Checkout: 3, Pay: 3, Connect: 3}
	})
	ref := models.NewRef()
	for name, ask := range map[string]func(b *browser) page{
		"search":   func(b *browser) page { return b.get("/search?q=tea") },
		"cart":     func(b *browser) page { return b.post("/cart/items", "variant", s.blue().ID, "quantity", "1") },
		"checkout": func(b *browser) page { return b.post("/checkout") },
		"pay":      func(b *browser) page { return b.post("/orders/" + ref + "/pay") },
		"connect":  func(b *browser) page { return b.get("/payments/connect") },
	} {
		for range 3 {
			assert.NotEqual(t, http.StatusTooManyRequests, ask(s.browser()).status, name)
		}
		spoofer := s.browser()
		spoofer.header.Set("X-Forwarded-For", "203.0.113.9")
		p := ask(spoofer).is(http.StatusTooManyRequests)
		assert.Equal(t, "60", p.header.Get("Retry-After"), name)
		checkMarkup(t, name, p)
	}
	s.browser().get("/").is(http.StatusOK)
}

func TestLimits_CountTheAddressThatATrustedProxyNames(t *testing.T) {
	s := newShop(t, sqlite, func(c *web.Config) {
		c.Limits.Search, c.TrustedProxies = 2, []string{"127.0.0.1"}
	})
	b := s.browser()
	for i := range 10 {
		b.header.Set("X-Forwarded-For", "203.0.113."+strconv.Itoa(i))
		b.get("/search?q=tea").is(http.StatusOK)
	}
	for i := range 3 {
		b.header.Set("X-Forwarded-For", "2001:db8::"+strconv.Itoa(i))
		want := http.StatusOK
		if i == 2 {
			want = http.StatusTooManyRequests
		}
		b.get("/search?q=tea").is(want)
	}
}

func TestHealth_DatabaseDown(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	b.buy("1")
	b.get("/readyz").is(http.StatusOK)
	require.NoError(t, s.db.Close())
	b.get("/healthz").is(http.StatusOK)
	b.get("/readyz").is(http.StatusServiceUnavailable)
	s.clock.Advance(2 * time.Second)
	for _, path := range []string{"/", "/products/mug", "/cart", "/categories/cups"} {
		p := b.get(path).is(http.StatusInternalServerError)
		checkMarkup(t, path, p)
		p.lacks("sql:", "SELECT", "closed")
		assert.Contains(t, p.body, `href="/"`)
	}
}

func TestReady_PlatformDownIsReady(t *testing.T) {
	s := newShop(t, sqlite)
	s.unplugged()
	s.browser().get("/readyz").is(http.StatusOK)
	s.browser().get("/products/mug").is(http.StatusOK)
}

func TestReady_SchemaBehindIsNotReady(t *testing.T) {
	s := newShop(t, sqlite)
	require.NoError(t, s.db.MigrateDown(t.Context()))
	s.browser().get("/readyz").is(http.StatusServiceUnavailable)
}

func TestLogs_HoldNoSecretsAndNoAddresses(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		b.signIn("/checkout").redirects("/checkout")
		shown := b.get("/checkout").is(http.StatusOK)
		token := shown.value("form_token")
		b.post("/checkout", "form_token", token, "seen", shown.value("seen"), "quotes", shown.value("quotes"), "email", "ann@example.com", "name", "Ann Secret",
			"coin", "USDT").is(http.StatusSeeOther)
		order, err := s.db.OrderByFormToken(t.Context(), token)
		require.NoError(t, err)
		b.get("/search?q=private+words")
		b.get("/payments/connected?code=private-code&state=private-state")
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError}}))
		b.get("/payments/return/" + order.ReturnRef).is(http.StatusOK)
		b.post("/orders/"+order.Ref+"/pay", "quotes", b.get("/orders/"+order.Ref).value("quotes"), "coin", "BTC", "payer_uid", "9876543210")
		s.work()

		attempt, err := s.db.Attempt(t.Context(), order.Current().ID)
		require.NoError(t, err)
		// The line about a request is written when its answer is on its way already.
		require.Eventually(t, func() bool { return strings.Contains(s.logs.String(), `"route":"/orders/:ref/pay"`) }, 5*time.Second, 5*time.Millisecond)
		logs := s.logs.String()
		for name, secret := range map[string]string{
			"reference": order.Ref, "openId": attempt.Payer.OpenID.Reveal(), "token": attempt.Payer.Token.Reveal(),
			"session": b.session(), "form token": token, "e-mail": "ann@example.com", "name": "Ann Secret",
			"search": "private", "UID": "9876543210",
		} {
			require.NotEmpty(t, secret, name)
			assert.False(t, strings.Contains(logs, secret), "%s is in the log", name)
		}
	})
}

func TestMetrics_CountRequestsAndEvents(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	b.place("1")
	b.get("/orders/" + models.NewRef())
	b.do("BREW", "/cart", nil, nil)
	b.do(http.MethodPost, "/payments/notify", strings.NewReader("junk"), nil)
	s.use(s.web.MetricsHandler())
	b.get("/metrics").is(http.StatusOK).has(
		`coincart_http_requests_total{method="POST",route="/checkout",status="303"} 1`,
		`coincart_http_requests_total{method="GET",route="/orders/:ref",status="404"} 1`,
		`coincart_http_requests_total{method="other",route="unmatched",status="405"} 1`,
		`coincart_events_total{event="checkout_placed"} 1`,
		`coincart_events_total{event="notify_bad_shape"} 1`,
		`coincart_http_request_seconds_count{route="/cart/items"} 1`,
		"go_goroutines",
	)
}

func TestNew_RefusesAddressesThatAreNone(t *testing.T) {
	s := newShop(t, sqlite)
	good := web.Config{Store: s.db, Services: s.services, BaseURL: s.url, PlatformURL: s.exchange}
	_, err := web.New(good)
	require.NoError(t, err)
	for name, spoil := range map[string]func(*web.Config){
		"no store":      func(c *web.Config) { c.Store = nil },
		"no services":   func(c *web.Config) { c.Services = assembly.Services{} },
		"no base":       func(c *web.Config) { c.BaseURL = "" },
		"no scheme":     func(c *web.Config) { c.BaseURL = "shop.example" },
		"ftp":           func(c *web.Config) { c.PlatformURL = "ftp://exchange.example" },
		"user":          func(c *web.Config) { c.PlatformURL = "https://a:b@exchange.example" },
		"proxies":       func(c *web.Config) { c.TrustedProxies = []string{"nonsense"} },
		"header breaks": func(c *web.Config) { c.PlatformURL = "https://exchange.example;script-src" },
	} {
		c := good
		spoil(&c)
		_, err := web.New(c)
		assert.Error(t, err, name)
	}
}
