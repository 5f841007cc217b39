package models

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/google/uuid"
)

// NewID returns a new row id: a UUIDv7, so that rows written together are stored together.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// NewRef returns a new public reference or token: 130 random bits as 26 characters of A–Z and 2–7.
func NewRef() string { return rand.Text() }

// IsRef reports whether a text has the form that NewRef returns. Check a text from outside before looking it up.
func IsRef(text string) bool {
	return len(text) == 26 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Clock returns the time in UTC, truncated to milliseconds, which both databases store exactly.
type Clock func() time.Time

// SystemClock returns the time of the machine's clock.
func SystemClock() time.Time { return Instant(time.Now()) }

// OrSystem returns c, or SystemClock if c is nil.
func (c Clock) OrSystem() Clock {
	if c == nil {
		return SystemClock
	}
	return c
}

// Instant returns a time in the form that is stored: UTC, truncated to milliseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
