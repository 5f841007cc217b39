package shop

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuesses_AreLimitedPerCartAndNetwork(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	g := newGuesses(func() time.Time { return now }, 0)
	wrong := func(cart, address string) bool {
		_, _, ok := g.try(cart, address)
		return ok
	}
	for range guessesPerCart {
		require.True(t, wrong("a", "192.0.2.1"))
	}
	require.False(t, wrong("a", "192.0.2.1"), "one cart")
	require.False(t, wrong("a", "198.51.100.1"), "one cart, from anywhere")
	for i := range defaultGuesses - guessesPerCart {
		require.True(t, wrong(fmt.Sprint("b", i), "192.0.2.1"), "a new session each time")
	}
	_, wait, ok := g.try("c", "192.0.2.1")
	require.False(t, ok, "one network")
	assert.Equal(t, guessTime, wait)
	require.False(t, wrong("c", "::ffff:192.0.2.1"), "in another spelling")
	require.True(t, wrong("d", "192.0.2.2"), "not the neighbour")
	for i := range defaultGuesses {
		require.True(t, wrong(fmt.Sprint("e", i), fmt.Sprintf("2001:db8:1:1::%x", i)))
	}
	require.False(t, wrong("f", "2001:db8:1:1:ffff::1"), "one /64 network")
	asked := defaultGuesses
	for i := 0; wrong(fmt.Sprint("g", i), fmt.Sprintf("2001:db8:1:%x::1", i+2)); i++ {
		asked++
	}
	assert.Equal(t, defaultGuesses*widerGuesses, asked, "one /48 network")
	now = now.Add(guessTime)
	require.True(t, wrong("a", "192.0.2.1"), "after its time")
}

func TestGuesses_ARightCodeIsNotCounted(t *testing.T) {
	g := newGuesses(time.Now, 0)
	for range 3 * defaultGuesses {
		right, _, ok := g.try("a", "192.0.2.1")
		require.True(t, ok)
		right()
	}
}

func TestGuesses_AtOnceAreLimitedToo(t *testing.T) {
	g := newGuesses(time.Now, 0)
	var looked atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, _, ok := g.try("a", "192.0.2.1"); ok {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, guessesPerCart, looked.Load())
}

func TestGuesses_WithoutALimit(t *testing.T) {
	g := newGuesses(time.Now, -1)
	for range 1000 {
		_, _, ok := g.try("a", "192.0.2.1")
		require.True(t, ok)
	}
}
