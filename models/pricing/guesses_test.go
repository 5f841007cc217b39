package pricing_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/pricing"
	"github.com/coincart/coincart/models/store"
)

// guessed tries n codes, each with a cart of its own if cart is empty, and returns how many were looked at.
func guessed(t *testing.T, g *pricing.Guesses, n int, cart, address string) (looked int) {
	t.Helper()
	for i := range n {
		name := cart
		if name == "" {
			name = "cart of " + address + string(rune('a'+i))
		}
		_, wait, err := g.Try(t.Context(), name, address)
		require.NoError(t, err)
		if wait == 0 {
			looked++
		}
		assert.LessOrEqual(t, wait, 10*time.Minute)
	}
	return looked
}

// eachAt runs a test with a clock that stands still, on each database.
func eachAt(t *testing.T, fn func(t *testing.T, clock *modelstest.Clock, db *store.Store)) {
	t.Helper()
	var clock *modelstest.Clock
	modelstest.EachWith(t, func() []modelstest.Option {
		clock = modelstest.NewClock(time.Time{})
		return []modelstest.Option{modelstest.WithClock(clock)}
	}, func(t *testing.T, db *store.Store) { fn(t, clock, db) })
}

func TestGuesses_AreLimitedPerCartAndNetwork(t *testing.T) {
	eachAt(t, func(t *testing.T, clock *modelstest.Clock, db *store.Store) {
		g := pricing.NewGuesses(db, 8)
		assert.Equal(t, 5, guessed(t, g, 9, "one", "192.0.2.1"))
		assert.Zero(t, guessed(t, g, 1, "one", "198.51.100.1"), "one cart, from anywhere")
		assert.Equal(t, 3, guessed(t, g, 9, "", "192.0.2.1"), "what its network has left")
		assert.Zero(t, guessed(t, g, 1, "three", "::ffff:192.0.2.1"), "in another spelling")
		assert.Equal(t, 5, guessed(t, g, 9, "two", "192.0.2.2"), "another network")
		wide := 0
		for i := range 9 {
			wide += guessed(t, g, 9, "", "2001:db8:0:"+string(rune('1'+i))+"::1")
		}
		assert.Equal(t, 40, wide, "an IPv6 /48 has five times as many")
		assert.Equal(t, 50, guessed(t, pricing.NewGuesses(db, -1), 50, "one", "192.0.2.1"), "no limit")
		clock.Advance(10 * time.Minute)
		assert.Equal(t, 5, guessed(t, g, 9, "one", "192.0.2.1"), "after its time")
	})
}

// A code that exists is no guess, and none that was looked at before it gives a wait.
func TestGuesses_RightCodesAreTakenBack(t *testing.T) {
	eachAt(t, func(t *testing.T, _ *modelstest.Clock, db *store.Store) {
		g := pricing.NewGuesses(db, 8)
		for range 20 {
			guess, wait, err := g.Try(t.Context(), "one", "192.0.2.1")
			require.NoError(t, err)
			require.Zero(t, wait)
			require.NoError(t, guess.Right(t.Context()))
		}
		assert.Equal(t, 5, guessed(t, g, 9, "one", "192.0.2.1"))
	})
}

// Two replicas count together, also the guesses of the same moment.
func TestGuesses_ReplicasCountTogether(t *testing.T) {
	eachAt(t, func(t *testing.T, _ *modelstest.Clock, db *store.Store) {
		replicas := []*pricing.Guesses{pricing.NewGuesses(db, 0), pricing.NewGuesses(db, 0)}
		var looked atomic.Int32
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				_, wait, err := replicas[i%2].Try(t.Context(), "cart "+string(rune('a'+i)), "192.0.2.1")
				assert.NoError(t, err)
				if wait == 0 {
					looked.Add(1)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, int32(20), looked.Load())
	})
}
