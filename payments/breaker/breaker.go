// Package breaker provides an HTTP transport with a circuit breaker for each endpoint. The clients of the exchange and of price sources use
// it, so that a dead endpoint costs milliseconds instead of seconds.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/coincart/coincart/payments/opay"
)

// After breakerFailures consecutive failures of an endpoint, requests to it fail at once for breakerPause (reliability.md R14).
const (
	breakerFailures = 5
	breakerPause    = 10 * time.Second
)

// New returns a transport that sends requests through base, with one circuit breaker for each endpoint. A nil base means
// http.DefaultTransport. It never repeats a request; package opay decides that. A request that an open breaker refuses was not sent: its
// error wraps opay.ErrUnreachable.
func New(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &breakerTransport{base: base, breakers: map[string]*gobreaker.CircuitBreaker[*http.Response]{}}
}

type breakerTransport struct {
	base     http.RoundTripper
	mu       sync.Mutex
	breakers map[string]*gobreaker.CircuitBreaker[*http.Response] // by method, host and path; there are few
}

// serverError makes the breaker count a 5xx response as a failure.
type serverError struct{ status int }

func (e serverError) Error() string { return fmt.Sprintf("platform answered HTTP %d", e.status) }

// RoundTrip implements http.RoundTripper.
func (t *breakerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.breaker(r).Execute(func() (*http.Response, error) {
		response, err := t.base.RoundTrip(r)
		if err == nil && response.StatusCode >= http.StatusInternalServerError {
			return response, serverError{response.StatusCode}
		}
		return response, err
	})
	if _, answered := errors.AsType[serverError](err); answered {
		return response, nil
	}
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return nil, fmt.Errorf("%w: circuit breaker of %s: %w", opay.ErrUnreachable, r.URL.Path, err)
	}
	return response, err
}

func (t *breakerTransport) breaker(r *http.Request) *gobreaker.CircuitBreaker[*http.Response] {
	key := r.Method + " " + r.URL.Host + r.URL.Path
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.breakers[key]
	if !ok {
		b = gobreaker.NewCircuitBreaker[*http.Response](gobreaker.Settings{ //nolint:bodyclose // RoundTrip's caller closes it
			Name: key, Timeout: breakerPause,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakerFailures },
			IsExcluded:  func(err error) bool { return errors.Is(err, context.Canceled) }, // the caller went away
		})
		t.breakers[key] = b
	}
	return b
}
