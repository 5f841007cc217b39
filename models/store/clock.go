package store

import (
	"context"
	"sync"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// serverClock follows the clock of the database's server between two looks at it, by the machine's monotonic clock, which is never set.
//
// A look says that the server's clock showed a time at some moment between question and answer, so what the clock should show now lies
// between two bounds. Only where the clock is beyond one of them is it moved, and only up to it: a slow answer has wide bounds and
// changes nothing, and a jump of the server's clock, as when another host takes over, is followed at once.
type serverClock struct {
	mu      sync.RWMutex
	zero    time.Time // when the first look began, with the machine's monotonic time
	at      time.Time // the server's time then, as far as we know
	started bool
}

// tick is the precision of the server's time: it cuts off what is smaller.
const tick = time.Millisecond

// time returns the server's time now.
func (c *serverClock) time() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.at.Add(time.Since(c.zero))
}

// look notes that the server's clock showed a time between two moments of the machine's.
func (c *serverClock) look(shown, asked, answered time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.started {
		took := answered.Sub(asked)
		c.zero, c.at, c.started = asked, shown.Add((tick-took)/2), true
		return
	}
	// At the moment c.zero the server's clock showed at least earliest and at most latest.
	earliest, latest := shown.Add(c.zero.Sub(answered)), shown.Add(tick+c.zero.Sub(asked))
	if c.at.Before(earliest) {
		c.at = earliest
	} else if c.at.After(latest) {
		c.at = latest
	}
}

// Clock returns the time of the shop's clock: Options.Clock where it is given; else, on MySQL, the clock of the database's server, so that
// all replicas write the times that all of them compare with (reliability.md R17), kept up to date by Now and without asking; on SQLite the
// machine's. It is a models.Clock.
//
// It may jump, forwards and back, when the server's clock does. Rows are then due earlier or later by that much, and a lease ends so: a
// worker whose lease ended early finds its row changed, because every change of a claimed row names the lease.
func (s *Store) Clock() time.Time { return s.now() }

// now returns the time that is written into rows.
func (c *shared) now() time.Time {
	if c.FollowsServer() {
		return models.Instant(c.server.time())
	}
	return models.Instant(c.clock())
}

// FollowsServer reports whether the clock of the shop is the one of the database's server.
func (c *shared) FollowsServer() bool { return !c.fixed && c.dialect == migrations.MySQL }

// Now returns the time of Clock, after asking the database's clock where that is the one: claims follow it.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	if err := s.followServer(ctx); err != nil {
		return time.Time{}, err
	}
	return s.now(), nil
}

// followServer looks at the server's clock where it is the one of the shop.
func (s *Store) followServer(ctx context.Context) error {
	if !s.FollowsServer() {
		return nil
	}
	_, err := s.askTime(ctx)
	return err
}

// askTime looks at the server's clock.
func (s *Store) askTime(ctx context.Context) (look, error) {
	var l look
	l.asked = time.Now()
	err := s.one(ctx, "SELECT UTC_TIMESTAMP(3)", nil, &l.shown)
	l.answered = time.Now()
	if err != nil {
		return look{}, wrap("ask the database for the time", err)
	}
	s.server.look(l.shown, l.asked, l.answered)
	return l, nil
}

// look is what the server's clock showed between two moments of the machine's.
type look struct{ shown, asked, answered time.Time }

// ClockAhead is how far the clock of the database's server is ahead of the machine's, negative where it is behind; zero where the
// machine's clock, or a given one, is the only one.
func (s *Store) ClockAhead(ctx context.Context) (time.Duration, error) {
	if !s.FollowsServer() {
		return 0, nil
	}
	l, err := s.askTime(ctx)
	if err != nil {
		return 0, err
	}
	return l.shown.Add(tick / 2).Sub(l.asked.Add(l.answered.Sub(l.asked) / 2)), nil
}
