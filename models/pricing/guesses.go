package pricing

import (
	"context"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Limits of wrong coupon codes within guessTime. They are counted per cart and per network, so that a new session gives no new tries.
const (
	guessTime      = 10 * time.Minute
	guessesPerCart = 5
	defaultGuesses = 20 // of an IPv4 address, or of an IPv6 /64 network
	widerGuesses   = 5  // times as many for an IPv6 /48 network, which one household or one attacker may have
)

// Guesses limits wrong coupon codes. The counts are in the database, so that they hold for all replicas together and over a restart.
type Guesses struct {
	store   *store.Store
	perHost int // negative: no limit
}

// NewGuesses returns the limits. perHost is the number of wrong codes from one network in guessTime; 0 is defaultGuesses, a negative number no
// limit.
func NewGuesses(db *store.Store, perHost int) *Guesses {
	if perHost == 0 {
		perHost = defaultGuesses
	}
	return &Guesses{store: db, perHost: perHost}
}

// guessLimit limits the wrong codes under one key.
type guessLimit struct {
	key  string
	most int
}

// Guess is a try that is counted as a wrong code until Right takes it back.
type Guess struct {
	store   *store.Store
	counted []counted
}

type counted struct {
	key string
	n   int
}

// Try counts a try before it is looked at, so that tries at the same moment are limited too. wait is 0, or the time after which the next
// code may be tried, if this is one too many; nothing is to be looked at then.
func (g *Guesses) Try(ctx context.Context, cart, address string) (guess Guess, wait time.Duration, err error) {
	guess.store = g.store
	if g.perHost < 0 {
		return guess, 0, nil
	}
	now := g.store.Clock()
	begun := now.Truncate(guessTime)
	for _, l := range g.limits(cart, address) {
		key := l.key + " " + strconv.FormatInt(begun.Unix(), 10)
		n, err := g.store.AddFailure(ctx, key, now, func(int) time.Time { return time.Time{} })
		if err != nil {
			return guess, 0, err
		}
		if n > l.most {
			return guess, begun.Add(guessTime).Sub(now), nil
		}
		guess.counted = append(guess.counted, counted{key, n})
	}
	return guess, 0, nil
}

// Right takes the count back: the code exists.
func (g Guess) Right(ctx context.Context) error {
	for _, c := range g.counted {
		if err := g.store.TakeBackFailure(ctx, c.key, c.n); err != nil {
			return err
		}
	}
	return nil
}

// limits returns the limits of a try, the narrowest first.
func (g *Guesses) limits(cart, address string) []guessLimit {
	network, wide := models.Network(address)
	limits := []guessLimit{
		{"coupon cart " + cart, min(guessesPerCart, g.perHost)},
		{"coupon network " + network, g.perHost},
	}
	if wide != "" {
		limits = append(limits, guessLimit{"coupon network " + wide, g.perHost * widerGuesses})
	}
	return limits
}
