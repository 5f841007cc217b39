package visit

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Values of Retry-After, in seconds: short if the shop or what it depends on is down or busy, and random, so that refused visitors do not
// return at the same time; a minute after too many requests, which is the window of the limits.
const (
	retryUnavailable = 5
	retrySpread      = 5
	retryTooMany     = 60
)

// RetryLater sets Retry-After of an answer 503 or 429 that does not have it yet.
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

// AfterTime is the time limit of what still has to be done after the request's own time.
const AfterTime = 2 * time.Second

// Afterwards gives the visit AfterTime of its own, even if the request's time is over or the browser has gone, for a short query or a note
// that must not be lost. done restores the request's own time.
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
