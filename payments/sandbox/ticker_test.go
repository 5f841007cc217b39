package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

// ticker asks the market call and reads its members as they stand.
func (b *bench) ticker(symbol string) (status int, members map[string]json.RawMessage, body string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.http.URL+"/sapi/v1/ticker?symbol="+url.QueryEscape(symbol), nil)
	require.NoError(b.t, err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	_ = json.Unmarshal(text, &members) // some faults send none
	return answer.StatusCode, members, string(text)
}

func TestTicker_TellsThePriceThatWasSet(t *testing.T) {
	b := newBench(t)
	status, members, _ := b.ticker("btcusdt")
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, `"97250"`, string(members["last"]))
	now, err := json.Marshal(b.clock.Now().UnixMilli())
	require.NoError(t, err)
	assert.Equal(t, string(now), string(members["time"]))

	require.NoError(t, b.box.SetTicker(sandbox.Ticker{Symbol: "btcusdt", Price: "98100.123456789012345678"}))
	_, members, _ = b.ticker("btcusdt")
	assert.Equal(t, `"98100.123456789012345678"`, string(members["last"]), "no digit is lost")

	for _, unknown := range []string{"BTCUSDT", "dogeusdt", "", "../btcusdt"} {
		status, _, body := b.ticker(unknown)
		assert.Equal(t, http.StatusBadRequest, status, unknown)
		assert.Contains(t, body, "-1121")
	}
}

func TestTicker_EveryFaultShows(t *testing.T) {
	b := newBench(t)
	now := b.clock.Now()
	for fault, check := range map[sandbox.TickerFault]func(t *testing.T, status int, members map[string]json.RawMessage, body string){
		sandbox.TickerWrong: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, `"197250"`, string(m["last"]))
		},
		sandbox.TickerStale: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			old, err := json.Marshal(now.Add(-time.Hour).UnixMilli())
			require.NoError(t, err)
			assert.Equal(t, string(old), string(m["time"]))
		},
		sandbox.TickerFuture: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			ahead, err := json.Marshal(now.Add(time.Hour).UnixMilli())
			require.NoError(t, err)
			assert.Equal(t, string(ahead), string(m["time"]))
		},
		sandbox.TickerNegative: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, `"-97250"`, string(m["last"]))
		},
		sandbox.TickerZero: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, `"0"`, string(m["last"]))
		},
		sandbox.TickerExponent: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, `9.725E4`, string(m["last"]))
		},
		sandbox.TickerNumber: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, `97250`, string(m["last"]))
		},
		sandbox.TickerMissing: func(t *testing.T, status int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, http.StatusOK, status)
			assert.NotContains(t, m, "last")
		},
		sandbox.TickerHTML: func(t *testing.T, status int, _ map[string]json.RawMessage, body string) {
			t.Helper()
			assert.Equal(t, http.StatusOK, status)
			assert.Contains(t, body, "<!doctype html>")
		},
		sandbox.TickerHuge: func(t *testing.T, _ int, m map[string]json.RawMessage, body string) {
			t.Helper()
			assert.Greater(t, len(body), 8<<20)
			assert.Equal(t, `"97250"`, string(m["last"]), "it is good JSON nevertheless")
		},
		sandbox.TickerBroken: func(t *testing.T, _ int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Nil(t, m)
		},
		sandbox.TickerError: func(t *testing.T, status int, _ map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, http.StatusServiceUnavailable, status)
		},
		sandbox.TickerAway: func(t *testing.T, status int, _ map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, http.StatusFound, status)
		},
		sandbox.TickerCut: func(t *testing.T, status int, _ map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Zero(t, status)
		},
		sandbox.TickerLate: func(t *testing.T, status int, m map[string]json.RawMessage, _ string) {
			t.Helper()
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, `"97250"`, string(m["last"]))
		},
	} {
		t.Run(string(fault), func(t *testing.T) {
			require.NoError(t, b.box.SetTicker(sandbox.Ticker{Symbol: "btcusdt", Price: "97250", Fault: fault, Delay: 1}))
			status, members, body := b.ticker("btcusdt")
			check(t, status, members, body)
		})
	}
	assert.Len(t, sandbox.TickerFaults(), 15, "a new fault is tested here")
}

func TestTicker_IsSetByPageAndAPI(t *testing.T) {
	b := newBench(t)
	p := b.browse(http.MethodGet, "/markets", nil)
	require.Equal(t, http.StatusOK, p.status)
	p.strict(t)
	assert.Contains(t, p.body, "btcusdt")

	set := b.browse(http.MethodPost, "/markets", url.Values{"symbol": {"btcusdt"}, "price": {"98000"}, "fault": {"stale"}})
	require.Equal(t, http.StatusSeeOther, set.status)
	got, _ := b.box.Ticker("btcusdt")
	assert.Equal(t, sandbox.Ticker{Symbol: "btcusdt", Price: "98000", Fault: sandbox.TickerStale}, got)
	require.Equal(t, http.StatusSeeOther, b.browse(http.MethodPost, "/markets", url.Values{"symbol": {"DOGEUSDT"}, "price": {"0.5"}}).status)
	_, added := b.box.Ticker("dogeusdt")
	assert.True(t, added)
	for problem, form := range map[string]url.Values{
		"price":    {"symbol": {"btcusdt"}, "price": {"1e5"}},
		"kind":     {"symbol": {"btcusdt"}, "price": {"1"}, "fault": {"lazy"}},
		"symbol":   {"symbol": {"btc/usdt"}, "price": {"1"}},
		"delay":    {"symbol": {"btcusdt"}, "price": {"1"}, "delay": {"9"}},
		"too_long": {"symbol": {"btcusdt"}, "price": {"1"}, "delay": {"9h"}},
	} {
		refused := b.browse(http.MethodPost, "/markets", form)
		assert.Equal(t, http.StatusUnprocessableEntity, refused.status, problem)
		refused.strict(t)
		assert.Contains(t, refused.body, said("sandbox.problem."+problem, "Max", "2 min"), problem)
	}
	got, _ = b.box.Ticker("btcusdt")
	assert.Equal(t, "98000", got.Price, "what is refused changes nothing")

	put := func(symbol, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		b.box.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/sandbox/api/tickers/"+symbol, strings.NewReader(body)))
		return w
	}
	assert.Equal(t, http.StatusOK, put("btcusdt", `{"fault":"late","delay":"7s"}`).Code)
	got, _ = b.box.Ticker("btcusdt")
	assert.Equal(t, sandbox.Ticker{Symbol: "btcusdt", Price: "98000", Fault: sandbox.TickerLate, Delay: sandbox.Duration(7 * time.Second)}, got)
	assert.Equal(t, http.StatusOK, put("btcusdt", `{"price":"98001"}`).Code)
	got, _ = b.box.Ticker("btcusdt")
	assert.Equal(t, sandbox.Ticker{Symbol: "btcusdt", Price: "98001"}, got, "a fault that is not named is off")
	assert.Equal(t, http.StatusUnprocessableEntity, put("btcusdt", `{"symbol":"other","price":"1"}`).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, put("newusdt", `{}`).Code, "a market has a price")
	assert.Equal(t, http.StatusBadRequest, put("btcusdt", `{"prize":"1"}`).Code)
}
