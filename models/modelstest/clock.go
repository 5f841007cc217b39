package modelstest

import (
	"sync"
	"time"

	"github.com/coincart/coincart/models"
)

// Clock is a clock that moves only when Advance is called.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock set to start. The zero time means a fixed day in 2026.
func NewClock(start time.Time) *Clock {
	if start.IsZero() {
		start = time.Date(2026, time.March, 14, 9, 26, 53, 589_000_000, time.UTC)
	}
	return &Clock{now: models.Instant(start)}
}

// Now returns the clock's time. It is a models.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, which may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = models.Instant(c.now.Add(d))
}
