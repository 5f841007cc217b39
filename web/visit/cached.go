package visit

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// cacheTTL is the maximum age of what every page shows, counted from before it was read: a change in the back office is seen within a
// second on every replica, with a quarter of it to read and to answer, and thousands of visitors a second cost less than two queries.
const cacheTTL = 750 * time.Millisecond

// loadTimeout bounds one load, which serves many visitors and therefore does not end with the first one's request.
const loadTimeout = 2 * time.Second

// cached caches a value that is slow to load and rarely changes. Visitors who find it too old wait for one load together.
type cached[T any] struct {
	what    string // is kept, for errors: "load " + what
	load    func(context.Context) (T, error)
	now     func() time.Time
	current atomic.Pointer[entry[T]]
	flight  singleflight.Group
}

type entry[T any] struct {
	value T
	at    time.Time
}

// value returns the value; the caller must not change it.
func (c *cached[T]) value(ctx context.Context) (T, error) {
	if e, fresh := c.fresh(); fresh {
		return e.value, nil
	}
	result := c.flight.DoChan("", func() (any, error) {
		if e, fresh := c.fresh(); fresh {
			return e, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		began := c.now()
		value, err := c.load(ctx)
		if err != nil {
			return nil, err
		}
		e := &entry[T]{value: value, at: began}
		c.current.Store(e)
		return e, nil
	})
	var none T
	select {
	case <-ctx.Done():
		return none, fmt.Errorf("load %s: %w", c.what, ctx.Err())
	case r := <-result:
		if r.Err != nil {
			return none, fmt.Errorf("load %s: %w", c.what, r.Err)
		}
		return r.Val.(*entry[T]).value, nil //nolint:forcetypeassert,errcheck // the function above returns nothing else
	}
}

// last returns the value as it was last read, however long ago; the zero value if it never was.
func (c *cached[T]) last() T {
	if e := c.current.Load(); e != nil {
		return e.value
	}
	var none T
	return none
}

func (c *cached[T]) fresh() (*entry[T], bool) {
	e := c.current.Load()
	if e == nil {
		return nil, false
	}
	age := c.now().Sub(e.at)
	return e, age >= 0 && age < cacheTTL
}
