package models

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/google/uuid"
)

// NewID makes a row id: a UUIDv7, so that rows written together lie together.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// NewRef makes a public reference or a token: 130 random bits as 26 characters of A–Z and 2–7.
func NewRef() string { return rand.Text() }

// IsRef reports that a text from outside has the shape of NewRef, before it is looked up.
func IsRef(text string) bool {
	return len(text) == 26 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Clock tells the time in UTC, truncated to milliseconds: what both databases store exactly.
type Clock func() time.Time

// SystemClock is the machine's clock.
func SystemClock() time.Time { return Instant(time.Now()) }

// OrSystem returns c, or SystemClock if c is nil.
func (c Clock) OrSystem() Clock {
	if c == nil {
		return SystemClock
	}
	return c
}

// Instant brings a time into the form that is stored: UTC, milliseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
