package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/web"
	"github.com/coincart/coincart/web/api"
)

// scopes is who may call each route. A route that is not here fails the tests: whoever adds one says here who may call it.
func scopes() map[string]string {
	return map[string]string{
		"GET /me":                      "any key",
		"POST /keys/exchange":          "public",
		"GET /public/checkouts/{id}":   "public",
		"POST /checkouts":              "checkouts:write",
		"GET /checkouts":               "checkouts:read",
		"GET /checkouts/{id}":          "checkouts:read",
		"POST /checkouts/{id}/cancel":  "checkouts:write",
		"POST /checkouts/{id}/refunds": "refunds:write",
		"GET /refunds":                 "refunds:read",
		"GET /refunds/{id}":            "refunds:read",
		"GET /rates":                   "rates:read",
		"GET /events":                  "events:read",
		"GET /orders":                  "orders:read",
		"GET /orders/{id}":             "orders:read",
		"POST /orders/{id}/fulfil":     "orders:write",
		"GET /products":                "products:read",
		"GET /products/{sku}":          "products:read",
		"PUT /products/{sku}":          "products:write",
		"GET /stock/{sku}":             "products:read",
		"PUT /stock/{sku}":             "products:write",
		"GET /statements/{day}":        "statements:read",
		"GET /statements/{day}/lines":  "statements:read",
		"GET /discrepancies":           "statements:read",
		"GET /events/{id}":             "events:read",

		"POST /payment_links":       "links:write",
		"GET /payment_links":        "links:read",
		"GET /payment_links/{id}":   "links:read",
		"PATCH /payment_links/{id}": "links:write",

		"POST /webhook_endpoints":                                      "webhooks:write",
		"GET /webhook_endpoints":                                       "webhooks:read",
		"GET /webhook_endpoints/{id}":                                  "webhooks:read",
		"PATCH /webhook_endpoints/{id}":                                "webhooks:write",
		"DELETE /webhook_endpoints/{id}":                               "webhooks:write",
		"POST /webhook_endpoints/{id}/rotate_secret":                   "webhooks:write",
		"POST /webhook_endpoints/{id}/ping":                            "webhooks:write",
		"GET /webhook_endpoints/{id}/deliveries":                       "webhooks:read",
		"POST /webhook_endpoints/{id}/redeliver":                       "webhooks:write",
		"POST /webhook_endpoints/{id}/deliveries/{delivery}/redeliver": "webhooks:write",
	}
}

// pages are the addresses below /api that have no rule, because they tell nothing about a shop.
var pages = []string{"GET /api/v1/openapi.json", "HEAD /api/v1/openapi.json", "GET /api/docs", "HEAD /api/docs"}

func ruleText(r api.Rule) string {
	switch {
	case r.Public:
		return "public"
	case r.AnyKey:
		return "any key"
	}
	return string(r.Scope)
}

func TestRoutes_EachHasARule(t *testing.T) {
	s := sqlite(t)
	engine := gin.New()
	base, err := models.ParseBaseURL("https://shop.example.org")
	require.NoError(t, err)
	a, err := api.New(api.Config{Store: s.Store, Services: s.Services, Base: base, ShopName: s.web.ShopName}, engine)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	rules, registered := map[string]string{}, map[string]bool{}
	for _, r := range a.Routes() {
		rules[r.Method+" "+r.Path] = ruleText(r.Rule)
		registered[r.Method+" "+api.Prefix+strings.NewReplacer("{", ":", "}", "").Replace(r.Path)] = true
		assert.NotEmpty(t, r.Name)
		assert.Equal(t, r.Method == http.MethodPost && !r.Rule.Public, r.Once, "%s %s: every POST needs an Idempotency-Key", r.Method, r.Path)
	}
	assert.Equal(t, scopes(), rules)
	for _, r := range engine.Routes() {
		if name := r.Method + " " + r.Path; !registered[name] {
			assert.Contains(t, pages, name, "a route past the guard")
		}
	}
}

// Every route with every kind of key: none, one without its scope, one with its scope alone.
func TestRoutes_AskForTheirScope(t *testing.T) {
	s := sqlite(t, noLimits)
	keys := map[models.Scope][2]string{}
	for _, scope := range models.Scopes() {
		_, with := s.Key(func(k *models.APIKey) { k.Scopes = models.TextList{string(scope)} })
		_, without := s.Key(func(k *models.APIKey) {
			k.Scopes = slices.DeleteFunc(slices.Clone(k.Scopes), func(name string) bool { return name == string(scope) })
		})
		keys[scope] = [2]string{with, without}
	}
	for _, r := range s.web.API().Routes() {
		path := strings.NewReplacer("{id}", "none", "{delivery}", "none", "{sku}", "NONE", "{day}", "2026-11-01").Replace(r.Path)
		var body any
		if r.Method != http.MethodGet {
			body = "{}"
		}
		none := s.send(r.Method, path, body, withKey(""))
		if r.Rule.Public {
			assert.NotEqual(t, http.StatusUnauthorized, none.Status)
			continue
		}
		none.fails(http.StatusUnauthorized, api.CodeKeyMissing)
		assert.Equal(t, "Bearer", none.Header.Get("WWW-Authenticate"))
		if r.Rule.AnyKey {
			continue
		}
		pair := keys[r.Rule.Scope]
		s.send(r.Method, path, body, withKey(pair[1])).fails(http.StatusForbidden, api.CodeScopeMissing)
		may := s.send(r.Method, path, body, withKey(pair[0]))
		assert.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError}, may.Status, "%s %s: %s", r.Method, r.Path, may.Body)
	}
}

func noLimits(c *web.Config) { c.API = api.Limits{Key: -1, Failed: -1, Public: -1} }

func TestKeys_ThatDoNotWorkAreToldAlike(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, live := s.Key(func(k *models.APIKey) { k.Live = true })
		_, ended := s.Key(func(k *models.APIKey) { k.EndedAt = s.Clock.Now() })
		details := map[string]bool{}
		wrong, _ := models.NewKey(false)
		for _, key := range []string{live, ended, "cc_live_short", wrong, "x y", "Bearer"} {
			p := s.get("/me", withKey(key)).fails(http.StatusUnauthorized, api.CodeKeyInvalid)
			details[p.Detail] = true
			assert.NotContains(t, p.Detail, key)
		}
		assert.Len(t, details, 1)
		_, expired := s.Key(func(k *models.APIKey) { k.ExpiresAt = s.Clock.Now() })
		s.get("/me", withKey(expired)).fails(http.StatusUnauthorized, api.CodeKeyExpired)
		_, elsewhere := s.Key(func(k *models.APIKey) { k.Networks = models.TextList{"192.0.2.0/24"} })
		s.get("/me", withKey(elsewhere)).fails(http.StatusForbidden, api.CodeIPNotAllowed)
		_, here := s.Key(func(k *models.APIKey) { k.Networks = models.TextList{"127.0.0.0/8", "::1/128"} })
		s.get("/me", withKey(here)).ok(http.StatusOK)
		s.get("/me", header("Authorization", "Basic "+s.key)).fails(http.StatusUnauthorized, api.CodeKeyMissing)
		s.get("/me?key="+s.key, withKey("")).fails(http.StatusUnauthorized, api.CodeKeyMissing)
		for _, key := range []string{s.key, live, ended, wrong} {
			assert.NotContains(t, s.logs.String(), key)
		}
	})
}

// Who guesses keys is slowed down; who has one that worked here is not kept out by others of the network.
func TestKeys_GuessingIsLimited(t *testing.T) {
	s := sqlite(t)
	s.get("/me").ok(http.StatusOK)
	for range 20 {
		key, _ := models.NewKey(false)
		s.get("/me", withKey(key)).fails(http.StatusUnauthorized, api.CodeKeyInvalid)
	}
	key, _ := models.NewKey(false)
	a := s.get("/me", withKey(key))
	a.fails(http.StatusTooManyRequests, api.CodeRateLimited)
	assert.NotEmpty(t, a.Header.Get("Retry-After"))
	s.get("/me").ok(http.StatusOK)
	s.Clock.Advance(time.Minute)
	s.get("/me", withKey(key)).fails(http.StatusUnauthorized, api.CodeKeyInvalid)
}

func TestLimits_AreToldAndHoldOverReplicas(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, other := s.replica()
		first := s.get("/me")
		first.ok(http.StatusOK)
		assert.Equal(t, "5", first.Header.Get("RateLimit-Limit"))
		assert.Equal(t, "4", first.Header.Get("RateLimit-Remaining"))
		assert.NotEmpty(t, first.Header.Get("RateLimit-Reset"))
		for range 4 {
			s.get("/me").ok(http.StatusOK)
		}
		a := s.get("/me")
		a.fails(http.StatusTooManyRequests, api.CodeRateLimited)
		assert.Equal(t, "0", a.Header.Get("RateLimit-Remaining"))
		s.Clock.Advance(2 * time.Second) // the next sync
		s.get("/me").fails(http.StatusTooManyRequests, api.CodeRateLimited)
		s.sendTo(other, http.MethodGet, "/me", nil).fails(http.StatusTooManyRequests, api.CodeRateLimited)
		s.Clock.Advance(time.Minute)
		s.get("/me").ok(http.StatusOK)
	}, func(c *web.Config) { c.API.Key = 5 })
}

func TestFrame_VersionsMethodsAndCookies(t *testing.T) {
	s := sqlite(t, noLimits)
	a := s.get("/me", header("Coincart-Version", "2026-12-01"), header("Cookie", "coincart_admin=x"), header("Origin", "https://evil.example"), header("Sec-Fetch-Site", "cross-site"))
	a.ok(http.StatusOK)
	assert.Equal(t, "2026-12-01", a.Header.Get("Coincart-Version"))
	assert.Empty(t, a.Header.Values("Set-Cookie"))
	s.get("/me", header("Coincart-Version", "2020-01-01")).fails(http.StatusBadRequest, api.CodeInvalidVersion)
	s.send(http.MethodDelete, "/me", nil).fails(http.StatusMethodNotAllowed, api.CodeMethodNotAllowed)
	s.get("/nothing").fails(http.StatusNotFound, api.CodeNotFound)
	s.get("/me/").fails(http.StatusNotFound, api.CodeNotFound)
	s.get("/checkouts/"+strings.Repeat("x", 65)).fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
}

func TestBodies_AreReadStrictly(t *testing.T) {
	s := sqlite(t, noLimits)
	for _, c := range []struct {
		name, body string
		status     int
		code       api.Code
		param      string
	}{
		{"not JSON", `{"amount":`, 400, api.CodeMalformedJSON, ""},
		{"empty", ``, 400, api.CodeMalformedJSON, ""},
		{"twice", `{"amount":"1","amount":"2","reference":"r"}`, 400, api.CodeMalformedJSON, ""},
		{"array", `[]`, 400, api.CodeMalformedJSON, ""},
		{"two", `{} {}`, 400, api.CodeMalformedJSON, ""},
		{"not UTF-8", "{\"reference\":\"\xff\"}", 400, api.CodeMalformedJSON, ""},
		{"too deep", strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50), 400, api.CodeMalformedJSON, ""},
		{"too large", `{"reference":"` + strings.Repeat("x", 64<<10) + `"}`, 413, api.CodeBodyTooLarge, ""},
		{"unknown", `{"amount":"1","reference":"r","Amount":"2","cc_live_secret":1}`, 422, api.CodeUnknownMember, "/Amount"},
		{"unknown in a line", `{"reference":"r","lines":[{"name":"n","quantity":1,"unit_price":"1","price":"1"}]}`, 422, api.CodeUnknownMember, "/lines/0/price"},
		{"number", `{"amount":1.5,"reference":"r"}`, 422, api.CodeInvalidAmount, "/amount"},
		{"exponent", `{"amount":"1e3","reference":"r"}`, 422, api.CodeInvalidAmount, "/amount"},
		{"plus", `{"amount":"+1","reference":"r"}`, 422, api.CodeInvalidAmount, "/amount"},
		{"minus", `{"amount":"-1","reference":"r"}`, 422, api.CodeInvalidAmount, "/amount"},
		{"zero", `{"amount":"0","reference":"r"}`, 422, api.CodeInvalidAmount, "/amount"},
		{"cents", `{"amount":"1.001","reference":"r"}`, 422, api.CodeInvalidAmount, "/amount"},
		{"no reference", `{"amount":"1"}`, 422, api.CodeMissing, "/reference"},
		{"null", `{"amount":"1","reference":null}`, 422, api.CodeMissing, "/reference"},
		{"long", `{"amount":"1","reference":"` + strings.Repeat("x", 65) + `"}`, 422, api.CodeTooLong, "/reference"},
		{"type", `{"amount":"1","reference":"r","expires_in":"300"}`, 422, api.CodeWrongType, "/expires_in"},
		{"range", `{"amount":"1","reference":"r","expires_in":10}`, 422, api.CodeOutOfRange, "/expires_in"},
		{"huge", `{"amount":"1","reference":"r","expires_in":99999999999999999999}`, 422, api.CodeOutOfRange, "/expires_in"},
		{"currency", `{"amount":"1","reference":"r","currency":"EUR"}`, 422, api.CodeInvalidCurrency, "/currency"},
		{"coin", `{"amount":"1","reference":"r","coins":["NOPE"]}`, 422, api.CodeInvalidCoin, "/coins/0"},
		{"sum", `{"amount":"3","reference":"r","lines":[{"name":"n","quantity":1,"unit_price":"1"}]}`, 422, api.CodeAmountMismatch, "/amount"},
		{"origin", `{"amount":"1","reference":"r","success_url":"https://evil.example/"}`, 422, api.CodeURLNotAllowed, "/success_url"},
		{"script", `{"amount":"1","reference":"r","cancel_url":"javascript:alert(1)"}`, 422, api.CodeURLNotAllowed, "/cancel_url"},
		{"email", `{"amount":"1","reference":"r","email":"nope"}`, 422, api.CodeInvalidEmail, "/email"},
		{"uid", `{"amount":"1","reference":"r","payer":{"user_id":"x"}}`, 422, api.CodeInvalidValue, "/payer/user_id"},
		{"metadata", `{"amount":"1","reference":"r","metadata":{"a":1}}`, 422, api.CodeWrongType, "/metadata/a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := *s
			s.t = t
			p := s.post("/checkouts", c.body).fails(c.status, c.code)
			assert.Equal(t, c.param, p.Param)
		})
	}
	s.post("/checkouts", checkout(), header("Content-Type", "text/plain")).fails(http.StatusUnsupportedMediaType, api.CodeMediaType)
	s.post("/checkouts", checkout(), header("Idempotency-Key", "")).fails(http.StatusBadRequest, api.CodeKeyRequired)
	s.post("/checkouts", checkout(), once(strings.Repeat("k", 256))).fails(http.StatusBadRequest, api.CodeKeyRequired)
	p := s.post("/checkouts", `{"amount":"x","reference":"","nope":1}`).fails(http.StatusUnprocessableEntity, api.CodeUnknownMember)
	assert.Len(t, p.Errors, 2, "all that is wrong at once")
	assert.Empty(t, s.get("/checkouts").ok(http.StatusOK)["data"])
	assert.NotContains(t, s.logs.String(), "evil.example")
}

func TestOnce_OtherBodyAndInFlight(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first := s.post("/checkouts", `{"amount":"20.00","reference":"1001"}`, once("k"))
		first.ok(http.StatusCreated)
		again := s.post("/checkouts", "{ \"reference\":\"\\u0031001\",\n \"amount\":\"20.00\" }", once("k"))
		assert.Equal(t, first.Body, again.Body, "the same value in other words")
		assert.Equal(t, http.StatusCreated, again.Status)
		assert.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
		s.post("/checkouts", checkout(), once("k")).fails(http.StatusUnprocessableEntity, api.CodeIdempotencyConflict)
		_, other := s.Key()
		assert.NotEqual(t, first.Body, s.post("/checkouts", checkout(), once("k"), withKey(other)).Body, "keys are a caller's own")

		id := s.create()
		require.NoError(t, s.Store.InsertAnswer(t.Context(), &models.Answer{
			ID: sum(sum(s.row.ID, "POST", "/checkouts/{id}/cancel", "running"), id), Digest: sum(""),
		}))
		a := s.post("/checkouts/"+id+"/cancel", nil, once("running"))
		a.fails(http.StatusConflict, api.CodeIdempotencyInFlight)
		assert.NotEmpty(t, a.Header.Get("Retry-After"))
	}, noLimits)
}

func sum(parts ...string) string {
	d := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(d[:])
}

// 50 equal requests at the same moment to two servers make one checkout and are answered alike.
func TestOnce_ManyEqualRequestsToTwoServers(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, other := s.replica()
		servers := []string{s.url, other}
		answers := make([]answer, 50)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() { answers[i] = s.sendTo(servers[i%2], http.MethodPost, "/checkouts", checkout(), once("same")) })
		}
		group.Wait()
		for _, a := range answers {
			assert.Equal(t, http.StatusCreated, a.Status, a.Body)
			assert.Equal(t, answers[0].Body, a.Body)
		}
		assert.Len(t, s.get("/checkouts").ok(http.StatusOK)["data"], 1)
	}, noLimits)
}

func TestExchange_TellsTheKeyOnce(t *testing.T) {
	s := sqlite(t)
	s.post("/keys/exchange", map[string]any{"code": strings.Repeat("x", 52), "verifier": strings.Repeat("v", 43)}, withKey(""), header("Idempotency-Key", "")).
		fails(http.StatusUnprocessableEntity, api.CodeInvalidCode)
}

// A program that pairs again goes on with what its key before has made; the key before no longer works.
func TestExchange_RenewsTheKeyBefore(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		pair := func(previous, origin string) string {
			verifier := strings.Repeat("v", 43)
			sum := sha256.Sum256([]byte(verifier))
			to, err := s.Keys.Agree(t.Context(), models.Actor{StaffID: models.NewID(), Who: "olga@example.org"}, keys.PairRequest{
				Application: "Shop", Scopes: []string{"checkouts:read", "checkouts:write"}, Redirect: origin + "/paired", Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
			}, "")
			require.NoError(t, err)
			u, err := url.Parse(to)
			require.NoError(t, err)
			body := map[string]any{"code": u.Query().Get("code"), "verifier": verifier, "previous_key": previous}
			made := s.post("/keys/exchange", body, withKey(""), header("Idempotency-Key", "")).ok(http.StatusCreated)
			return fmt.Sprint(made["key"])
		}
		const home = "https://woo.example.org"
		first := pair("", home)
		id := fmt.Sprint(s.post("/checkouts", checkout(), withKey(first), header("Idempotency-Key", "a")).ok(http.StatusCreated)["id"])
		second := pair(first, home)
		assert.NotEqual(t, first, second)
		s.get("/me", withKey(first)).fails(http.StatusUnauthorized, api.CodeKeyInvalid)
		s.get("/checkouts/"+id, withKey(second)).ok(http.StatusOK)
		again := s.post("/checkouts", checkout(), withKey(second), header("Idempotency-Key", "a")).ok(http.StatusCreated)
		assert.Equal(t, id, again["id"], "requests that are sent again are recognised")

		foreign := pair(second, "https://elsewhere.example.org")
		s.get("/checkouts/"+id, withKey(foreign)).fails(http.StatusNotFound, api.CodeNotFound)
		s.get("/checkouts/"+id, withKey(second)).ok(http.StatusOK)

		list, err := s.Store.APIKeys(t.Context())
		require.NoError(t, err)
		for _, k := range list {
			if strings.HasPrefix(second, k.Shown) {
				require.NoError(t, s.Keys.End(t.Context(), models.Actor{StaffID: models.NewID(), Who: "olga@example.org"}, k.ID))
			}
		}
		third := pair(second, home)
		s.get("/checkouts/"+id, withKey(third)).fails(http.StatusNotFound, api.CodeNotFound)
		s.get("/me", withKey(second)).fails(http.StatusUnauthorized, api.CodeKeyInvalid)
	}, func(c *web.Config) { c.Demo = false })
}

// BenchmarkCreateCheckout measures POST /checkouts, which asks no platform: one client, two and eight at once. cpu-ms is of this process,
// clients included, and not of a database server.
func BenchmarkCreateCheckout(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		for _, clients := range []int{1, 2, 8} {
			b.Run(fmt.Sprintf("%s/%d", name, clients), func(b *testing.B) { benchmarkCreate(b, openBench(b, dsn(b)), clients) })
		}
	}
}

func benchmarkCreate(b *testing.B, s *shop, clients int) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	took := make([]time.Duration, b.N)
	begin, cpu := time.Now(), ownCPU(b)
	b.ResetTimer()
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				began := time.Now()
				response, err := client.Do(s.request(s.url, http.MethodPost, "/checkouts", checkout()))
				if !assert.NoError(b, err) || !assert.Equal(b, http.StatusCreated, response.StatusCode) {
					return
				}
				_, err = io.Copy(io.Discard, response.Body)
				assert.NoError(b, errors.Join(err, response.Body.Close()))
				took[n-1] = time.Since(began)
			}
		})
	}
	group.Wait()
	b.StopTimer()
	spent := ownCPU(b) - cpu
	slices.Sort(took)
	for _, percent := range []int{50, 95} {
		b.ReportMetric(float64(took[len(took)*percent/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", percent))
	}
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "checkouts/s")
}

// ownCPU returns the CPU time of this process.
func ownCPU(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func openBench(b *testing.B, dsn string) *shop {
	b.Helper()
	clock := modelstest.NewClock(models.SystemClock())
	return open(b, paymentstest.New(b, modelstest.Open(b, dsn, modelstest.WithClock(clock)), clock), noLimits)
}
