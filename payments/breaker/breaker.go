// Package breaker keeps calls to a dead endpoint from costing time: it is the HTTP transport of the exchange's client and of price sources.
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

// The circuit breaker of one endpoint: after so many failures in a row nothing is sent for a while, so that a dead platform
// costs shoppers milliseconds instead of seconds (reliability.md R14).
const (
	breakerFailures = 5
	breakerPause    = 10 * time.Second
)

// New puts a circuit breaker per endpoint around base (nil: http.DefaultTransport). It never repeats a request: what
// may be repeated is opay's to know. A request that the open breaker refuses was not sent: its error wraps opay.ErrUnreachable.
func New(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &breakerTransport{base: base, breakers: map[string]*gobreaker.CircuitBreaker[*http.Response]{}}
}

type breakerTransport struct {
	base     http.RoundTripper
	mu       sync.Mutex
	breakers map[string]*gobreaker.CircuitBreaker[*http.Response] // by method, host and path: a handful
}

// serverError counts an answer 5xx as a failure of the endpoint, and carries the answer past the breaker.
type serverError struct{ status int }

func (e serverError) Error() string { return fmt.Sprintf("platform answered HTTP %d", e.status) }

// RoundTrip sends the request through the endpoint's breaker.
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
