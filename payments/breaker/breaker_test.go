package breaker_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/breaker"
	"github.com/coincart/coincart/payments/opay"
)

func TestTransport_OpensPerEndpointAfterFiveFailures(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			hits.Add(1)
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: breaker.New(nil)}
	call := func(ctx context.Context, path string) (int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+path, nil)
		require.NoError(t, err)
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode, nil
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, err := call(gone, "/bad")
		require.Error(t, err, "a shopper who goes away says nothing about the platform")
	}
	for range 5 {
		status, err := call(t.Context(), "/bad")
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadGateway, status, "the answer itself gets through")
	}
	for range 20 {
		_, err := call(t.Context(), "/bad")
		require.Error(t, err)
	}
	assert.Equal(t, int64(5), hits.Load(), "an open breaker sends nothing")
	status, err := call(t.Context(), "/good")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status, "other endpoints are not affected")
}

// The SDK must see that a refused request was never sent, because the order may then be given up at once.
func TestTransport_OpenBreakerMeansUnreachable(t *testing.T) {
	t.Parallel()
	own, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	theirs, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	ring, err := opay.NewKeyring(own, &theirs.PublicKey)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(server.Close)
	client, err := opay.New(opay.Config{
		BaseURL: server.URL, AppID: "app", Keys: ring, HTTPClient: &http.Client{Transport: breaker.New(nil)},
	})
	require.NoError(t, err)
	outcomes := []error{}
	for range 7 {
		err := client.Cancel(t.Context(), "10000001")
		require.Error(t, err)
		outcomes = append(outcomes, err)
	}
	assert.ErrorIs(t, outcomes[4], opay.ErrUnknownOutcome)
	assert.ErrorIs(t, outcomes[6], opay.ErrUnreachable)
	assert.False(t, errors.Is(outcomes[6], opay.ErrUnknownOutcome))
}
