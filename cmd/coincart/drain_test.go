package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// sandboxAPI calls the sandbox's control API.
func sandboxAPI(tb testing.TB, method, address, body string) []byte {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(body))
	require.NoError(tb, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(tb, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(tb, err)
	require.Equal(tb, http.StatusOK, response.StatusCode, string(answer))
	return answer
}

// waits reports whether an order of the shop waits for the answer of createThirdOrder.
func waits(tb testing.TB, dsn string) bool {
	tb.Helper()
	return modelstest.Count(tb, dsn, "SELECT COUNT(*) FROM attempts WHERE state = ?", string(models.AttemptSubmitting)) == 1
}

// A platform that takes 7.9 seconds is slow but within the timeout of a call: an order that is being placed when the shop stops gets its
// answer.
func TestProcess_AnswersAnOrderThatWaitsForASlowPlatform(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	r := startRealShop(t, dsn, nil)
	v := newVisitor(t, "en")
	form := checkout(v, r.address)
	sandboxAPI(t, http.MethodPut, r.platform+"/sandbox/api/faults", `[{"kind": "slow", "call": "createThirdOrder", "delay": "7.9s"}]`)

	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answers := make(chan string, 1)
	v.client.Transport = &watching{answers: answers}
	var asking sync.WaitGroup
	defer asking.Wait()
	asking.Go(func() {
		form.submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
	})
	require.Eventually(t, func() bool { return waits(t, dsn) }, patience, 5*time.Millisecond)
	r.shop.asked = true
	require.NoError(t, r.shop.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { // no new connection is accepted
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.address, "http://"))
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, patience, time.Millisecond)
	require.True(t, waits(t, dsn), "the order still waits for the platform")

	assert.Contains(t, <-answers, r.platform+"/platform/pay.html?", "the shopper goes to the pay page")
	select {
	case <-r.shop.done:
	case <-time.After(patience):
		require.Fail(t, "the shop did not end")
	}
	assert.Zero(t, r.shop.command.ProcessState.ExitCode(), r.shop.stderr.String())
	var orders []struct {
		OrderNum string `json:"orderNum"`
	}
	require.NoError(t, json.Unmarshal(sandboxAPI(t, http.MethodGet, r.platform+"/sandbox/api/orders", ""), &orders))
	require.Len(t, orders, 1)
	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	defer db.Close()
	found, err := db.Orders(t.Context(), models.OrderFilter{Search: orders[0].OrderNum})
	require.NoError(t, err)
	require.Len(t, found.Rows, 1, "the order has its number")
	assert.Equal(t, models.AttemptOpen, found.Rows[0].AttemptState)
}

// watching is a transport that reports where each answer redirects, or that there was none.
type watching struct{ answers chan<- string }

func (w *watching) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.answers <- err.Error()
		return nil, err
	}
	w.answers <- response.Header.Get("Location")
	return response, nil
}
