package hooks_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	webhook "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// bench is a shop's webhooks without the shop.
type bench struct {
	t       testing.TB
	store   *store.Store
	clock   *modelstest.Clock
	hooks   *hooks.Service
	jobs    *jobs.Engine
	mails   []models.OutboxMessage
	mailsMu sync.Mutex
}

func owner() models.Actor { return models.Actor{Who: "owner@example.org"} }

// each runs a test on both databases, with a clock that stands still.
func each(t *testing.T, test func(t *testing.T, b *bench), edits ...func(*hooks.Config)) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := modelstest.NewClock(time.Time{})
			b := newBench(t, modelstest.Open(t, dsn(t), modelstest.WithClock(clock)), clock, edits...)
			test(t, b)
			violations, err := b.store.Invariants(t.Context())
			require.NoError(t, err)
			assert.Empty(t, violations)
		})
	}
}

func newBench(tb testing.TB, db *store.Store, clock *modelstest.Clock, edits ...func(*hooks.Config)) *bench {
	tb.Helper()
	b := &bench{t: tb, store: db, clock: clock}
	b.jobs = jobs.New(jobs.Config{Store: db, Clock: db.Clock})
	outbox, err := mail.NewOutbox(mail.OutboxConfig{
		Store: db, Jobs: b.jobs, Clock: db.Clock, Sender: nobody{}, Compose: func(models.OutboxMessage, models.Order) (mail.Message, error) { return mail.Message{}, nil },
		ComposeStaff: func(m models.OutboxMessage, person models.Staff) (mail.Message, error) {
			b.mailsMu.Lock()
			defer b.mailsMu.Unlock()
			b.mails = append(b.mails, m)
			return mail.Message{To: person.Email}, nil
		},
	})
	require.NoError(tb, err)
	c := hooks.Config{Store: db, Jobs: b.jobs, Outbox: outbox, Clock: db.Clock, Demo: true, Version: "1.2.3", Jitter: func() float64 { return 0.5 }}
	for _, edit := range edits {
		edit(&c)
	}
	b.hooks, err = hooks.New(c)
	require.NoError(tb, err)
	return b
}

type nobody struct{}

func (nobody) Send(context.Context, mail.Message) error { return nil }

// receiver is an endpoint of a test.
type receiver struct {
	*httptest.Server

	mu       sync.Mutex
	got      []request
	answer   func(n int, w http.ResponseWriter, r *http.Request) // to the nth request; nil: 200
	endpoint models.WebhookEndpoint
}

type request struct {
	id, body string
	header   http.Header
}

func (b *bench) receiver(answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(r)
	b.t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	r.got = append(r.got, request{id: req.Header.Get("Webhook-Id"), body: string(body), header: req.Header.Clone()})
	n := len(r.got)
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(n, w, req)
	}
}

func (r *receiver) requests() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) ids() (list []string) {
	for _, got := range r.requests() {
		list = append(list, got.id)
	}
	return list
}

func (b *bench) create(address string, types ...string) models.WebhookEndpoint {
	b.t.Helper()
	e, err := b.hooks.Create(b.t.Context(), owner(), nil, hooks.Draft{URL: address, Types: types})
	require.NoError(b.t, err)
	return e
}

// listening makes an endpoint of a receiver.
func (b *bench) listening(r *receiver, types ...string) *receiver {
	b.t.Helper()
	r.endpoint = b.create(r.URL, types...)
	return r
}

// happen stores the nth event of an object and returns its id.
func (b *bench) happen(object string, sequence int) string {
	b.t.Helper()
	id := models.NewEventID()
	e := models.Event{ID: id, Type: models.EventPaid, ObjectID: object, Sequence: sequence}
	require.NoError(b.t, b.store.AddEvent(b.t.Context(), e, map[string]any{"id": object, "sequence": sequence}))
	return id
}

// work runs all workers until they have nothing to do.
func (b *bench) work() {
	b.t.Helper()
	for range 200 {
		n, err := b.jobs.RunOnce(b.t.Context())
		require.NoError(b.t, err)
		if n == 0 {
			return
		}
	}
	b.t.Fatal("the workers never come to rest")
}

func (b *bench) later(d time.Duration) {
	b.t.Helper()
	b.clock.Advance(d)
	b.work()
}

func (b *bench) deliveries(e models.WebhookEndpoint) []models.Delivery {
	b.t.Helper()
	list, _, err := b.hooks.Deliveries(b.t.Context(), e.ID, "", "", "", 100)
	require.NoError(b.t, err)
	slices.Reverse(list)
	return list
}

func (b *bench) now(e models.WebhookEndpoint) models.WebhookEndpoint {
	b.t.Helper()
	e, err := b.hooks.Get(b.t.Context(), e.ID, "")
	require.NoError(b.t, err)
	return e
}

func status(code int) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestDeliver_TheReferenceLibraryVerifiesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		r := b.listening(b.receiver(nil))
		id := b.happen("co_1", 1)
		b.work()
		require.Equal(t, []string{id}, r.ids())
		got := r.requests()[0]
		assert.Equal(t, "Coincart/1.2.3", got.header.Get("User-Agent"))
		assert.Equal(t, "application/json", got.header.Get("Content-Type"))
		assert.JSONEq(t, `{"type":"checkout.paid","timestamp":"2026-03-14T09:26:53.589Z","data":{"id":"co_1","sequence":1}}`, got.body)
		verifier, err := webhook.NewWebhook(r.endpoint.Secret.Reveal())
		require.NoError(t, err)
		require.NoError(t, verifier.VerifyIgnoringTimestamp([]byte(got.body), got.header))
		require.Error(t, verifier.VerifyIgnoringTimestamp([]byte(got.body+" "), got.header))

		secret, err := b.hooks.Rotate(t.Context(), owner(), r.endpoint.ID, "")
		require.NoError(t, err)
		renewed, err := webhook.NewWebhook(secret.Reveal())
		require.NoError(t, err)
		b.happen("co_1", 2)
		b.work()
		got = r.requests()[1]
		require.NoError(t, verifier.VerifyIgnoringTimestamp([]byte(got.body), got.header), "the secret before signs too")
		require.NoError(t, renewed.VerifyIgnoringTimestamp([]byte(got.body), got.header))
		b.clock.Advance(models.EndpointSecretFor)
		b.happen("co_1", 3)
		b.work()
		got = r.requests()[2]
		require.Error(t, verifier.VerifyIgnoringTimestamp([]byte(got.body), got.header), "its time is over")
		require.NoError(t, renewed.VerifyIgnoringTimestamp([]byte(got.body), got.header))
		assert.Empty(t, b.now(r.endpoint).OldSealed, "and it is forgotten")
	})
}

func TestDeliver_OneObjectInOrderAndAnotherMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		fails := true
		r := b.listening(b.receiver(func(_ int, w http.ResponseWriter, _ *http.Request) {
			if fails {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}))
		first := b.happen("co_1", 1)
		b.work()
		second, third, other := b.happen("co_1", 2), b.happen("co_1", 3), b.happen("co_2", 1)
		b.work()
		assert.Equal(t, []string{first, other}, r.ids(), "the second waits until the first is delivered")
		fails = false
		b.later(5 * time.Second)
		assert.ElementsMatch(t, []string{first, other, first, other, second, third}, r.ids())
		var one []string
		for _, id := range r.ids() {
			if id != other {
				one = append(one, id)
			}
		}
		assert.Equal(t, []string{first, first, second, third}, one)
	})
}

func TestDeliver_TenTriesOverThreeDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		r := b.listening(b.receiver(func(_ int, w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no\x00, "+strings.Repeat("é", 2000), http.StatusServiceUnavailable)
		}))
		first := b.happen("co_1", 1)
		b.work()
		began := b.clock.Now()
		for tries := 1; tries < models.MaxDeliveryTries; tries++ {
			pause, ok := models.DeliveryPause(tries, 0.5)
			require.True(t, ok)
			b.later(pause - time.Second)
			require.Len(t, r.ids(), tries)
			b.later(time.Second)
			require.Len(t, r.ids(), tries+1)
		}
		assert.Equal(t, 75*time.Hour+35*time.Minute+5*time.Second, b.clock.Now().Sub(began))
		d := b.deliveries(r.endpoint)[0]
		assert.Equal(t, models.DeliveryParked, d.State)
		assert.Equal(t, models.DeliveryRefused, d.Problem)
		_, tries, err := b.hooks.Delivery(t.Context(), r.endpoint.ID, "", d.ID)
		require.NoError(t, err)
		require.Len(t, tries, models.MaxDeliveryTries)
		assert.True(t, strings.HasPrefix(tries[0].Answer, "no, é"), tries[0].Answer)
		assert.LessOrEqual(t, len(tries[0].Answer), models.AnswerKept)
		assert.Equal(t, http.StatusServiceUnavailable, tries[9].Status)

		r.answer = nil
		second := b.happen("co_1", 2)
		b.work()
		assert.Equal(t, second, r.ids()[10], "what was given up keeps nothing back")
		require.NoError(t, b.hooks.SendAgain(t.Context(), owner(), r.endpoint.ID, "", d.ID))
		b.work()
		assert.Equal(t, first, r.ids()[11], "the same id again")
		assert.Equal(t, models.DeliveryDelivered, b.deliveries(r.endpoint)[0].State)
	})
}

func TestDeliver_TheReceiverCanAskToWait(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		after := ""
		r := b.listening(b.receiver(func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		b.happen("co_1", 1)
		for tries, c := range []struct {
			after string
			want  time.Duration
		}{
			{"120", 2 * time.Minute},
			{"1", 5 * time.Minute},
			{b.clock.Now().Add(3 * time.Hour).Format(http.TimeFormat), 0},
			{"999999999", 24 * time.Hour},
			{"-5", 5 * time.Hour},
			{"tomorrow", 10 * time.Hour},
		} {
			after = c.after
			b.work()
			require.Len(t, r.ids(), tries+1)
			due := b.deliveries(r.endpoint)[0].DueAt
			if c.want > 0 {
				assert.WithinDuration(t, b.clock.Now().Add(c.want), due, time.Second, c.after)
			}
			b.clock.Advance(due.Sub(b.clock.Now()))
		}
	})
}

func TestDeliver_GoneEndsTheEndpoint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		modelstest.Staff(t, b.store, func(p *models.Staff) { p.Role = models.RoleOwner })
		r := b.listening(b.receiver(status(http.StatusGone)))
		other := b.listening(b.receiver(nil), string(models.EventEndpointDisabled))
		b.happen("co_1", 1)
		b.happen("co_1", 2)
		b.work()
		assert.Len(t, r.ids(), 1)
		e := b.now(r.endpoint)
		assert.Equal(t, models.EndpointDisabled, e.State)
		assert.Equal(t, models.ReasonGone, e.Reason)
		problems := []string{}
		for _, d := range b.deliveries(e) {
			assert.Equal(t, models.DeliveryParked, d.State)
			problems = append(problems, d.Problem)
		}
		assert.Equal(t, []string{models.DeliveryGone, models.DeliveryOff}, problems)
		require.Len(t, other.ids(), 1, "the others are told")
		assert.Contains(t, other.requests()[0].body, `"status":"disabled","reason":"gone"`)
		require.Len(t, b.mails, 1)
		assert.Equal(t, models.MailWebhook, b.mails[0].Kind)
		assert.Contains(t, b.mails[0].Details, `"reason":"gone"`)
		b.happen("co_2", 1)
		b.work()
		require.ErrorIs(t, b.hooks.Ping(t.Context(), owner(), e.ID, ""), hooks.ErrOff)
		assert.Len(t, b.deliveries(e), 2, "it is told nothing more")

		require.NoError(t, b.hooks.Switch(t.Context(), owner(), e.ID, "", true))
		r.answer = nil
		n, err := b.hooks.SendSince(t.Context(), owner(), e.ID, "", b.clock.Now().Add(-time.Hour), false)
		require.NoError(t, err)
		b.work()
		assert.GreaterOrEqual(t, n, 3, "what happened meanwhile too")
		assert.Contains(t, fmt.Sprint(r.requests()), `"id":"co_2"`)
		for _, d := range b.deliveries(e) {
			assert.Equal(t, models.DeliveryDelivered, d.State)
		}
		n, err = b.hooks.SendSince(t.Context(), owner(), e.ID, "", b.clock.Now().Add(-time.Hour), false)
		require.NoError(t, err)
		assert.Zero(t, n)
		n, err = b.hooks.SendSince(t.Context(), owner(), e.ID, "", b.clock.Now().Add(-time.Hour), true)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, n, 3)
		b.work()
	})
}

func TestEndpoint_FailingThenDisabled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		modelstest.Staff(t, b.store, func(p *models.Staff) { p.Role = models.RoleOwner })
		r := b.listening(b.receiver(status(http.StatusInternalServerError)))
		cases := func() (open []string) {
			list, err := b.store.ReviewsOf(t.Context(), "")
			require.NoError(t, err)
			for _, c := range list {
				if c.Open && c.Kind == models.ReviewWebhook {
					code, _, _ := models.ReadRemark(c.Note)
					open = append(open, code)
				}
			}
			return open
		}
		b.happen("co_1", 1)
		b.work()
		for range 6 * 3 {
			b.later(4*time.Hour - time.Minute)
		}
		assert.Equal(t, models.EndpointEnabled, b.now(r.endpoint).State)
		b.later(time.Hour)
		assert.Equal(t, models.EndpointFailing, b.now(r.endpoint).State)
		assert.Equal(t, []string{"webhook_failing"}, cases())
		require.Len(t, b.mails, 1)

		r.answer = nil
		b.happen("co_2", 1)
		b.work()
		assert.Equal(t, models.EndpointEnabled, b.now(r.endpoint).State, "it works again")
		assert.Empty(t, cases())

		r.answer = status(http.StatusInternalServerError)
		b.later(6 * time.Hour)
		b.happen("co_3", 1)
		b.work()
		for range 6 * 5 {
			b.later(4 * time.Hour)
		}
		b.later(time.Hour)
		e := b.now(r.endpoint)
		assert.Equal(t, models.EndpointDisabled, e.State)
		assert.Equal(t, models.ReasonFailures, e.Reason)
		assert.Equal(t, []string{"webhook_disabled"}, cases())
		assert.Len(t, b.mails, 3)
		require.NoError(t, b.hooks.Delete(t.Context(), owner(), e.ID, ""))
		assert.Empty(t, cases())
	})
}
