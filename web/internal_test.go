package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/web/visit"
)

// bare is a server whose platform is never asked.
func bare(t *testing.T, log *slog.Logger) *Server {
	t.Helper()
	db := modelstest.SQLite(t)
	services, err := assembly.New(assembly.Config{
		Config: payments.Config{Store: db, Gateway: struct{ payments.Gateway }{}, BaseURL: "http://127.0.0.1"}, Statements: struct{ books.Statements }{},
	})
	require.NoError(t, err)
	s, err := New(Config{
		Store: db, Services: services, BaseURL: "http://127.0.0.1", PlatformURL: "https://exchange.example", Logger: log, ShopName: "Osier",
	})
	require.NoError(t, err)
	return s
}

func TestObserve_PanicBecomesAPageAndTheServerLivesOn(t *testing.T) {
	var logs bytes.Buffer
	s := bare(t, slog.New(slog.NewTextHandler(&logs, nil)))
	s.get("/panic", func(*visit.Visit) error { panic("private detail") })
	s.engine.GET("/late", func(c *gin.Context) {
		c.String(http.StatusOK, "begun")
		panic("late")
	})
	s.engine.GET("/abort", func(*gin.Context) { panic(http.ErrAbortHandler) })

	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/panic", nil))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.NotContains(t, w.Body.String(), "private detail")
	assert.Contains(t, w.Body.String(), w.Header().Get(visit.RequestIDHeader))
	assert.NotEmpty(t, w.Header().Get("Content-Security-Policy"))
	assert.Contains(t, logs.String(), "private detail")
	assert.Contains(t, logs.String(), w.Header().Get(visit.RequestIDHeader))

	w = httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/late", nil))
	assert.Equal(t, "begun", w.Body.String())

	assert.PanicsWithValue(t, http.ErrAbortHandler, func() {
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/abort", nil))
	})
}

func TestFailureOf_KnowsEveryErrorThatHasAPage(t *testing.T) {
	for err, want := range map[error]int{
		visit.ErrNoPage: 404, visit.ErrNoProduct: 404, visit.ErrNoCategory: 404, visit.ErrNoOrder: 404, visit.ErrNoCheckout: 404, visit.ErrUsedUp: 410,
		visit.ErrBadForm: 400, visit.ErrTooLarge: 413, errMethod: 405, errCrossSite: 403, errTooMany: 429, store.ErrText: 400,
		payments.ErrUnreachable: 503, context.DeadlineExceeded: 503, store.ErrUnavailable: 503,
		store.ErrNotFound: 500, store.ErrConflict: 500, errors.New("anything"): 500, errPanic: 500, opay.ErrSignature: 500,
	} {
		f := failureOf(fmt.Errorf("doing: %w", err))
		assert.Equal(t, want, f.status, err)
		assert.NotEmpty(t, f.code, err)
		assert.NotEmpty(t, f.msg, err)
	}
	assert.Equal(t, templates.ErrorPlatformDown, failureOf(payments.ErrUnreachable).kind)
}

func TestAnswer_AVisitorWhoLeftGetsNoPage(t *testing.T) {
	var logs bytes.Buffer
	s := bare(t, slog.New(slog.NewTextHandler(&logs, nil)))
	s.get("/slow", func(v *visit.Visit) error {
		<-v.Context().Done()
		return fmt.Errorf("asking: %w", v.Context().Err())
	})
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/slow", nil))
	assert.Empty(t, w.Body.String())
	assert.Contains(t, logs.String(), "status=499")
	assert.NotContains(t, logs.String(), "level=ERROR")
}

func TestHTTPServer_HasItsTimeouts(t *testing.T) {
	h := HTTPServer("127.0.0.1:0", http.NotFoundHandler())
	assert.Equal(t, 5*time.Second, h.ReadHeaderTimeout)
	assert.Equal(t, 10*time.Second, h.ReadTimeout)
	assert.Equal(t, 60*time.Second, h.IdleTimeout)
	assert.Greater(t, h.WriteTimeout, formTimeout+payments.FinishTime+2*visit.AfterTime, "what a request about money began is finished, and the answer can still be written")
}

func TestSweep_DeletesOnlyWhatHasRunOut(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *store.Store) {
		s := bare(t, slog.New(slog.DiscardHandler))
		s.store = db
		now := models.SystemClock()
		put := func(id string, expires time.Time) {
			require.NoError(t, db.PutSession(t.Context(), id, models.Session{Data: []byte("{}"), CreatedAt: now, UpdatedAt: now, ExpiresAt: expires}))
		}
		put("old", now.Add(-time.Hour))
		put("fresh", now.Add(time.Hour))
		s.sweep(t.Context())
		n, err := db.DeleteExpiredSessions(t.Context(), now, 10)
		require.NoError(t, err)
		assert.Zero(t, n, "the old one is gone already")
		_, err = db.Session(t.Context(), "fresh")
		require.NoError(t, err)
	})
}

func TestFlush_KeepsWhatCannotBeWritten(t *testing.T) {
	s := bare(t, slog.New(slog.DiscardHandler))
	s.tally.Merge(map[string]int{"notify_bad_shape": 7})
	require.NoError(t, s.store.Close())
	s.flush(t.Context())
	s.sweep(t.Context())
	assert.Equal(t, map[string]int{"notify_bad_shape": 7}, s.tally.Drain())
}

func TestCompose_WritesInTheOrdersLanguage(t *testing.T) {
	placed := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	order := models.Order{
		Ref: "REF", Email: "ann@example.com", Name: "安", Lang: "zh-Hans", Currency: "USD", Digits: 2, Total: models.MustAmount("24"),
		ExpiresAt: placed, PaidAt: placed,
		Lines:    []models.OrderLine{{Title: "陶杯", Quantity: 2, Total: models.MustAmount("24")}},
		Attempts: []models.Attempt{{Coin: "USDT", Amount: models.MustAmount("24"), OrderNum: "42"}},
	}
	compose := Compose(modelstest.SQLite(t), "https://shop.example/", "Osier")
	for _, kind := range []models.MailKind{models.MailOrderReceived, models.MailPaymentReceived, models.MailOrderSent} {
		m, err := compose(models.OutboxMessage{ID: "id", Kind: kind}, order)
		require.NoError(t, err)
		assert.Equal(t, "ann@example.com", m.To)
		assert.Contains(t, m.Subject, "Osier")
		for _, text := range []string{m.Text, m.HTML} {
			assert.Contains(t, text, "https://shop.example/orders/REF")
			assert.Contains(t, text, "陶杯")
			assert.Contains(t, text, "US$24.00")
		}
	}
	_, err := compose(models.OutboxMessage{Kind: "nonsense"}, order)
	assert.Error(t, err)
}
