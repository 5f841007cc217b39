package visit

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// When to try again, in seconds: soon where the shop or what it stands on is down or busy, and spread, so that those who were turned away
// together do not come back together; after a minute where somebody asked too often, which is the window of the limits.
const (
	retryUnavailable = 5
	retrySpread      = 5
	retryTooMany     = 60
)

// RetryLater sets Retry-After to when to try again, for an answer 503 or 429 that does not say so itself.
func RetryLater(h http.Header, status int) {
	if h.Get("Retry-After") != "" {
		return
	}
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(retryUnavailable+rand.IntN(retrySpread+1))) //nolint:gosec // jitter needs no secrecy
	case http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(retryTooMany))
	}
}

// AfterTime is for what still has to be done when the request's own time is over.
const AfterTime = 2 * time.Second

// Afterwards gives the visit AfterTime of its own, whatever has become of the request's time and of the browser, for a short look or a
// note that must not be lost. done gives the request's own time back.
func (v *Visit) Afterwards() (done func()) {
	whole := v.gin.Request
	ctx, cancel := context.WithTimeout(context.WithoutCancel(whole.Context()), AfterTime)
	v.gin.Request = whole.WithContext(ctx)
	return func() {
		cancel()
		v.gin.Request = whole
	}
}

// FormPage returns the page that the request is about: itself, or the page whose form it is, else the front page.
func (v *Visit) FormPage() string {
	if !v.Posted() {
		return v.path()
	}
	return v.Referer("/")
}
