package hooks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// run runs the workers until the test ends.
func (b *bench) run() {
	ctx, stop := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.jobs.Run(ctx) }()
	b.t.Cleanup(func() {
		stop()
		assert.NoError(b.t, <-ended)
	})
}

const soon = 30 * time.Second // for a busy machine

// plant stores an endpoint that no form would take.
func (b *bench) plant(address string) models.WebhookEndpoint {
	b.t.Helper()
	e := models.WebhookEndpoint{URL: address, Secret: b.secret()}
	require.NoError(b.t, b.store.InsertEndpoint(b.t.Context(), &e))
	return e
}

func (b *bench) secret() models.Secret {
	return models.Secret("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
}

func TestDeliver_BadEndpointsDelayNobody(t *testing.T) {
	t.Parallel()
	const events = 60
	each(t, func(t *testing.T, b *bench) {
		dead := httptest.NewServer(nil)
		dead.Close()
		release := make(chan struct{})
		slow := b.listening(b.receiver(func(int, http.ResponseWriter, *http.Request) { <-release }))
		inside := b.receiver(nil)
		moved := b.listening(b.receiver(func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, inside.URL, http.StatusTemporaryRedirect)
		}))
		flood := b.listening(b.receiver(func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			for range 1000 {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}))
		bad := map[string]models.WebhookEndpoint{
			models.DeliveryConnect: b.create(dead.URL), models.DeliveryRedirect: moved.endpoint, models.DeliveryRefused: flood.endpoint,
			models.DeliveryAddress: b.plant("http://169.254.169.254/latest/meta-data"), "private": b.plant("https://10.0.0.1/"), "plain": b.plant("http://shop.example.org/"),
		}
		healthy := b.listening(b.receiver(nil))
		var want []string
		for n := range events {
			want = append(want, b.happen(fmt.Sprintf("co_%d", n%20), 1+n/20))
		}
		b.run()
		require.Eventually(t, func() bool { return len(healthy.ids()) == events }, soon, 10*time.Millisecond, "with a slow one beside it that has answered nothing")
		assert.ElementsMatch(t, want, healthy.ids())
		next := map[string]int{}
		for _, got := range healthy.requests() {
			_, rest, _ := strings.Cut(got.body, `"co_`)
			object, _, _ := strings.Cut(rest, `"`)
			next[object]++
			assert.Contains(t, got.body, fmt.Sprintf(`"sequence":%d`, next[object]), "in order")
		}
		assert.Len(t, slow.ids(), models.DeliveriesAtOnce, "no more are under way")
		close(release)
		require.Eventually(t, func() bool { return len(slow.ids()) == events }, soon, 10*time.Millisecond)
		assert.Empty(t, inside.ids(), "nobody follows a redirect")
		for want, e := range bad {
			require.Eventually(t, func() bool { return b.deliveries(e)[0].Tries > 0 }, soon, 10*time.Millisecond, want)
			d := b.deliveries(e)[0]
			if want == "private" || want == "plain" {
				want = models.DeliveryAddress
			}
			assert.Equal(t, want, d.Problem)
			assert.Equal(t, models.DeliveryWaiting, d.State)
		}
	})
}

// A name does not show where it leads: it is refused when it has led there, whatever it led to before.
func TestDeliver_NothingInsideIsReached(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		var asked atomic.Int32
		server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		t.Cleanup(server.Close)
		u, err := url.Parse(server.URL)
		require.NoError(t, err)
		renamed := b.create("https://LOCALHOST:" + u.Port() + "/")
		addressed := b.plant(server.URL)
		b.happen("co_1", 1)
		b.work()
		for _, e := range []models.WebhookEndpoint{renamed, addressed} {
			assert.Equal(t, models.DeliveryAddress, b.deliveries(e)[0].Problem)
		}
		assert.Zero(t, asked.Load())
		for address, want := range map[string]invalid.Problem{
			"": invalid.Missing, "https://127.0.0.1/": invalid.Public, "https://[::1]/": invalid.Public, "https://169.254.169.254/": invalid.Public,
			"https://10.1.2.3/": invalid.Public, "http://shop.example.org/": invalid.HTTPS, "http://127.0.0.1:8080/": invalid.HTTPS,
			"ftp://shop.example.org": invalid.HTTPS, "shop.example.org": invalid.HTTPS, "https://user:word@shop.example.org/": invalid.Public,
			"https://shop.example.org/#x": invalid.HTTPS, "https://shop.example.org/ x": invalid.HTTPS,
			"https://shop.example.org/" + strings.Repeat("x", models.MaxEndpointURL): invalid.TooLong,
		} {
			_, err := b.hooks.Create(t.Context(), owner(), nil, hooks.Draft{URL: address})
			var wrong *hooks.InputError
			require.ErrorAs(t, err, &wrong, address)
			assert.Equal(t, want, wrong.Problems["url"], address)
		}
	}, func(c *hooks.Config) { c.Demo = false })
}

func TestDeliver_NetworksOfOnesOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		t.Cleanup(server.Close)
		e := b.create(server.URL)
		b.happen("co_1", 1)
		b.work()
		assert.Equal(t, models.DeliveryTLS, b.deliveries(e)[0].Problem, "it is reached, and its certificate refused")
		_, err := b.hooks.Create(t.Context(), owner(), nil, hooks.Draft{URL: "http://127.0.0.1/"})
		require.Error(t, err, "never without TLS")
	}, func(c *hooks.Config) {
		c.Demo, c.Networks = false, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
}

func TestDeliver_AKilledWorkersLeaseIsTakenOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		r := b.listening(b.receiver(nil))
		var ids []string
		for n := range 6 {
			ids = append(ids, b.happen(fmt.Sprintf("co_%d", n), 1))
		}
		_, err := b.store.PublishToEndpoints(t.Context(), 100)
		require.NoError(t, err)
		killed, err := b.store.ClaimDeliveries(t.Context(), 30*time.Second)
		require.NoError(t, err)
		require.Len(t, killed, models.DeliveriesAtOnce)
		b.work()
		assert.Empty(t, r.ids(), "no slot is free")
		b.later(29 * time.Second)
		assert.Empty(t, r.ids())
		b.later(time.Second)
		assert.ElementsMatch(t, ids, r.ids())
		late := killed[0]
		late.State = models.DeliveryWaiting
		require.ErrorIs(t, b.store.FinishDelivery(t.Context(), late, models.DeliveryTry{At: b.clock.Now(), Problem: models.DeliveryTimeout}), store.ErrConflict)
		assert.Equal(t, models.DeliveryDelivered, b.deliveries(r.endpoint)[0].State, "what the killed worker says counts no more")
	})
}

func TestDeliver_TwoWorkersOverOneDatabase(t *testing.T) {
	t.Parallel()
	const objects, events = 12, 10
	dsn := modelstest.MariaDBDSN(t)
	one := newBench(t, modelstest.Open(t, dsn), unusedClock())
	two := newBench(t, modelstest.Open(t, dsn), unusedClock())
	failed := map[string]bool{}
	r := one.receiver(nil)
	r.answer = func(_ int, w http.ResponseWriter, req *http.Request) {
		id := req.Header.Get("Webhook-Id")
		r.mu.Lock()
		defer r.mu.Unlock()
		if wants, seen := failed[id]; wants && seen {
			failed[id] = false
			w.WriteHeader(http.StatusBadGateway)
			r.got = r.got[:len(r.got)-1] // it took nothing
		}
	}
	one.listening(r)
	one.run()
	two.run()
	all := map[string]bool{}
	for sequence := 1; sequence <= events; sequence++ {
		for object := range objects {
			id := models.NewEventID()
			r.mu.Lock()
			failed[id] = object < 2 && sequence == 3
			r.mu.Unlock()
			e := models.Event{ID: id, Type: models.EventPaid, ObjectID: fmt.Sprintf("co_%d", object), Sequence: sequence}
			require.NoError(t, one.store.AddEvent(t.Context(), e, map[string]any{"id": e.ObjectID, "sequence": sequence}))
			all[id] = true
		}
	}
	require.Eventually(t, func() bool {
		waiting, err := one.store.DeliveryBacklog(t.Context())
		return err == nil && waiting.Waiting == 0 && len(r.ids()) >= len(all)
	}, 2*soon, 50*time.Millisecond)
	got := map[string]bool{}
	last := map[string]int{}
	for _, request := range r.requests() {
		got[request.id] = true
		var object string
		var sequence int
		_, data, _ := strings.Cut(request.body, `"data":`)
		_, err := fmt.Sscanf(data, `{"id":%q,"sequence":%d}`, &object, &sequence)
		require.NoError(t, err, request.body)
		assert.GreaterOrEqual(t, sequence, last[object], "in order for each object")
		assert.LessOrEqual(t, sequence, last[object]+1)
		last[object] = max(last[object], sequence)
	}
	assert.Equal(t, all, got, "each event at least once")
}

// unusedClock returns a clock that nothing uses: the database's server has one.
func unusedClock() *modelstest.Clock { return modelstest.NewClock(time.Time{}) }

func TestEndpoints_MadeByKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		keys := map[string]models.APIKey{}
		for name, scopes := range map[string]models.TextList{"one": {"checkouts:read", "webhooks:write"}, "other": {"checkouts:read"}} {
			text, shown := models.NewKey(false)
			k := models.APIKey{Name: name, Shown: shown, Scopes: scopes, Version: "2026-12-01"}
			require.NoError(t, b.store.InsertAPIKey(t.Context(), &k, models.Secret(text)))
			keys[name] = k
		}
		one, other := keys["one"], keys["other"]
		r := b.receiver(nil)
		_, err := b.hooks.Create(t.Context(), owner(), &one, hooks.Draft{URL: r.URL, Types: []string{"order.paid"}})
		var wrong *hooks.InputError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, invalid.Unknown, wrong.Problems["types"], "the key may not read orders")
		e, err := b.hooks.Create(t.Context(), owner(), &one, hooks.Draft{URL: r.URL, PublicKey: true})
		require.NoError(t, err)
		_, err = b.hooks.Get(t.Context(), e.ID, other.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
		require.ErrorIs(t, b.hooks.Delete(t.Context(), owner(), e.ID, other.ID), store.ErrNotFound)
		_, _, err = b.hooks.Deliveries(t.Context(), e.ID, other.ID, "", "", 0)
		require.ErrorIs(t, err, store.ErrNotFound)
		assert.Regexp(t, `^whpk_[A-Za-z0-9+/]{43}=$`, b.hooks.PublicKey(t.Context(), e.ID))

		var own []string
		for n, c := range []struct {
			kind models.EventType
			key  string
			told bool
		}{
			{models.EventPaid, one.ID, true}, {models.EventPaid, "", true}, {models.EventPaid, other.ID, false}, {models.EventOrderPaid, one.ID, false},
		} {
			id := models.NewEventID()
			event := models.Event{ID: id, Type: c.kind, ObjectID: fmt.Sprint("o", n), KeyID: c.key, Sequence: 1}
			require.NoError(t, b.store.AddEvent(t.Context(), event, map[string]any{}))
			if c.told {
				own = append(own, id)
			}
		}
		b.work()
		assert.ElementsMatch(t, own, r.ids())
		one.EndedAt = b.clock.Now()
		require.NoError(t, b.store.ChangeAPIKey(t.Context(), &one))
		b.happen("late", 1)
		b.work()
		assert.Len(t, r.ids(), len(own), "a key that was ended is told nothing")
	})
}

func TestEndpoints_ChangedWithinLimits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		e := b.create("https://shop.example.org/hook?token=marked", "checkout.paid", "checkout.paid", "order.paid")
		assert.Equal(t, models.TextList{"checkout.paid", "order.paid"}, e.Types)
		change := func(version int, d hooks.Draft) error {
			return b.hooks.Change(t.Context(), owner(), e.ID, "", version, nil, d)
		}
		require.NoError(t, change(1, hooks.Draft{URL: "https://shop.example.org/two", Description: "Two", PublicKey: true}))
		require.ErrorIs(t, change(1, hooks.Draft{URL: "https://shop.example.org/three"}), store.ErrConflict)
		public := b.hooks.PublicKey(t.Context(), e.ID)
		require.NotEmpty(t, public)
		require.NoError(t, change(2, hooks.Draft{URL: "https://shop.example.org/two", PublicKey: true}))
		assert.Equal(t, public, b.hooks.PublicKey(t.Context(), e.ID), "the key stays")
		require.NoError(t, change(0, hooks.Draft{URL: "https://shop.example.org/two"}))
		assert.Empty(t, b.hooks.PublicKey(t.Context(), e.ID))
		opened, err := b.store.OpenEndpoint(t.Context(), e.ID)
		require.NoError(t, err)
		assert.Equal(t, e.Secret.Reveal(), opened.Secret.Reveal(), "the secret stays")
		var wrong *hooks.InputError
		require.ErrorAs(t, change(0, hooks.Draft{URL: "https://a.example", Types: []string{"all"}, Description: "a\u202eb"}), &wrong)
		assert.Equal(t, invalid.Problems{"types": invalid.Unknown, "description": invalid.Characters}, wrong.Problems)

		require.NoError(t, b.hooks.Switch(t.Context(), owner(), e.ID, "", false))
		assert.Equal(t, models.ReasonPerson, b.now(e).Reason)
		require.NoError(t, b.hooks.Switch(t.Context(), owner(), e.ID, "", true))
		for range models.MaxEndpoints - 1 {
			b.create("https://shop.example.org/more")
		}
		_, err = b.hooks.Create(t.Context(), owner(), nil, hooks.Draft{URL: "https://shop.example.org/more"})
		require.ErrorIs(t, err, hooks.ErrTooMany)

		log, err := b.store.Audit(t.Context(), models.AuditFilter{Limit: 100})
		require.NoError(t, err)
		actions := map[string]int{}
		for _, entry := range log {
			actions[entry.Action]++
			assert.NotContains(t, entry.Before+entry.After, "marked")
			assert.NotContains(t, entry.Before+entry.After, "whsec_")
		}
		assert.Equal(t, map[string]int{"webhook.create": 50, "webhook.change": 3, "webhook.switch": 2}, actions)
	})
}

func TestPing_WhateverWasChosen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		r := b.listening(b.receiver(nil), "order.paid")
		other := b.listening(b.receiver(nil))
		for range 2 {
			require.NoError(t, b.hooks.Ping(t.Context(), owner(), r.endpoint.ID, ""))
		}
		b.work()
		require.Len(t, r.ids(), 2)
		assert.Contains(t, r.requests()[1].body, `"type":"endpoint.ping"`)
		assert.Contains(t, r.requests()[1].body, `"sequence":2`)
		assert.Empty(t, other.ids(), "pings are for one")
		require.NoError(t, b.hooks.Delete(t.Context(), owner(), r.endpoint.ID, ""))
		require.ErrorIs(t, b.hooks.Ping(t.Context(), owner(), r.endpoint.ID, ""), store.ErrNotFound)
	})
}

func TestDeliver_AnEndpointWhoseSecretCannotBeOpened(t *testing.T) {
	t.Parallel()
	dsn := modelstest.SQLiteDSN(t)
	clock := modelstest.NewClock(time.Time{})
	b := newBench(t, modelstest.Open(t, dsn, modelstest.WithClock(clock)), clock)
	r := b.listening(b.receiver(nil))
	b.happen("co_1", 1)
	again := newBench(t, modelstest.Open(t, dsn, modelstest.WithClock(clock), func(o *store.Options) { o.SealKey = []byte("another key, of 32 bytes, yes it is")[:32] }), clock)
	again.work()
	assert.Empty(t, r.ids(), "nothing is sent unsigned")
	assert.Equal(t, models.DeliverySecret, b.deliveries(r.endpoint)[0].Problem)
	secret, err := again.hooks.Rotate(t.Context(), owner(), r.endpoint.ID, "")
	require.NoError(t, err)
	require.NotEmpty(t, secret)
	again.later(time.Minute)
	assert.Len(t, r.ids(), 1)
}

func TestLog_IsForgottenAfterAMonth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		r := b.listening(b.receiver(nil))
		b.happen("co_1", 1)
		b.work()
		b.later(models.DeliveriesKept - time.Hour)
		require.Len(t, b.deliveries(r.endpoint), 1)
		b.later(2 * time.Hour)
		assert.Empty(t, b.deliveries(r.endpoint))
	})
}

func BenchmarkDeliver(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		for _, endpoints := range []int{1, 10} {
			b.Run(fmt.Sprintf("%s/%d", name, endpoints), func(b *testing.B) {
				s := newBench(b, modelstest.Open(b, dsn(b)), unusedClock())
				r := s.receiver(nil)
				for range endpoints {
					s.create(r.URL)
				}
				for n := range b.N {
					e := models.Event{Type: models.EventPaid, ObjectID: fmt.Sprint("co_", n), Sequence: 1}
					require.NoError(b, s.store.AddEvent(b.Context(), e, map[string]any{"text": strings.Repeat("x", 1000)}))
				}
				ctx, stop := context.WithCancel(b.Context())
				ended := make(chan error, 1)
				b.ResetTimer()
				go func() { ended <- s.jobs.Run(ctx) }()
				for len(r.ids()) < b.N*endpoints {
					time.Sleep(time.Millisecond)
				}
				b.StopTimer()
				b.ReportMetric(float64(b.N*endpoints)/b.Elapsed().Seconds(), "deliveries/s")
				stop()
				require.NoError(b, <-ended)
			})
		}
	}
}
