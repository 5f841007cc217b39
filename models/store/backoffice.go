package store

import (
	"context"
	"errors"
	"time"
)

var errNotYet = errors.New("not built yet")

// SeedSpec says what a made-up history looks like.
type SeedSpec struct {
	Seed     uint64
	Until    time.Time           // the newest order's time; zero: now
	Days     int                 // 0: 365
	Progress func(done, all int) // may be nil
}

func (s *Store) SeedOrders(ctx context.Context, n int, spec SeedSpec) error { return errNotYet }
