package shop

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/coincart/coincart/models"
)

// Limits of wrong coupon codes within guessTime. They are counted per cart and per network, so that a new session gives no new tries. The
// counts hold for one replica: a code that is worth guessing is protected by its length.
const (
	guessTime      = 10 * time.Minute
	guessesPerCart = 5
	defaultGuesses = 20 // of an IPv4 address, or of an IPv6 /64 network
	widerGuesses   = 5  // times as many for an IPv6 /48 network, which one household or one attacker may have
	guessersKept   = 20_000
)

// guesses limits the wrong coupon codes. It is safe for concurrent use.
type guesses struct {
	clock   models.Clock
	perHost int // negative: no limit

	mu   sync.Mutex
	seen *lru.Cache[string, tally]
}

// tally counts wrong codes since a time.
type tally struct {
	since time.Time
	n     int
}

// newGuesses returns the limits. perHost is the number of wrong codes from one network; 0 is defaultGuesses, a negative number no limit.
func newGuesses(clock models.Clock, perHost int) *guesses {
	if perHost == 0 {
		perHost = defaultGuesses
	}
	seen, err := lru.New[string, tally](guessersKept)
	if err != nil {
		panic(err) // the size is positive
	}
	return &guesses{clock: clock, perHost: perHost, seen: seen}
}

// try counts a try as a wrong code before it is looked at, so that tries at the same moment are limited too. If it is one too many, ok is
// false and wait says when the next one is looked at. right takes the count back.
func (g *guesses) try(cart, address string) (right func(), wait time.Duration, ok bool) {
	if g.perHost < 0 {
		return func() {}, 0, true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	limits := g.limits(cart, address)
	now := g.clock()
	for key, most := range limits {
		if t := g.tally(key, now); t.n >= most {
			wait = max(wait, t.since.Add(guessTime).Sub(now))
		}
	}
	if wait > 0 {
		return func() {}, wait, false
	}
	g.add(limits, now, 1)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.add(limits, now, -1)
	}, 0, true
}

func (g *guesses) tally(key string, now time.Time) tally {
	t, known := g.seen.Get(key)
	if !known || now.Sub(t.since) >= guessTime {
		return tally{since: now}
	}
	return t
}

func (g *guesses) add(limits map[string]int, now time.Time, n int) {
	for key := range limits {
		t := g.tally(key, now)
		t.n = max(0, t.n+n)
		g.seen.Add(key, t)
	}
}

// limits returns how many wrong codes each of the keys may have.
func (g *guesses) limits(cart, address string) map[string]int {
	limits := map[string]int{"cart " + cart: min(guessesPerCart, g.perHost)}
	network, wide := models.Network(address)
	limits["network "+network] = g.perHost
	if wide != "" {
		limits["network "+wide] = g.perHost * widerGuesses
	}
	return limits
}
