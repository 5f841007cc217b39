package store

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestServerClock_FollowsWhatItIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c serverClock
		server := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
		began := time.Now()
		asked := func(trip time.Duration) { // the server is asked, and answers in the middle of the trip
			start := time.Now()
			time.Sleep(trip / 2)
			shown := server.Add(time.Since(began)).Truncate(time.Millisecond)
			time.Sleep(trip / 2)
			c.look(shown, start, time.Now())
		}
		is := func(within time.Duration, why string) {
			t.Helper()
			assert.WithinDuration(t, server.Add(time.Since(began)), c.time(), within, why)
		}
		asked(2 * time.Millisecond)
		is(time.Millisecond, "the middle of the trip")
		time.Sleep(time.Hour)
		is(time.Millisecond, "it goes on by itself")

		before := c.time().Sub(server.Add(time.Since(began)))
		asked(4 * time.Second)
		assert.Equal(t, before, c.time().Sub(server.Add(time.Since(began))), "a slow answer tells nothing better")

		server = server.Add(-3 * time.Minute)
		asked(2 * time.Millisecond)
		is(2*time.Millisecond, "a jump back is followed")
		server = server.Add(time.Hour)
		asked(2 * time.Millisecond)
		is(2*time.Millisecond, "a jump forwards is followed")
		asked(200 * time.Microsecond)
		is(time.Millisecond+200*time.Microsecond, "a quick answer narrows it")
	})
}
