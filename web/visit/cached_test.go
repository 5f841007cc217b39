package visit

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCached_LoadsOnceForManyAndAgainAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var loads atomic.Int32
		c := &cached[int]{now: time.Now, load: func(context.Context) (int, error) {
			time.Sleep(10 * time.Millisecond)
			return int(loads.Add(1)), nil
		}}
		got := make(chan int, 50)
		for range 50 {
			go func() {
				v, err := c.value(t.Context())
				assert.NoError(t, err)
				got <- v
			}()
		}
		for range 50 {
			assert.Equal(t, 1, <-got)
		}
		time.Sleep(cacheTTL)
		v, err := c.value(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, v)
	})
}

func TestCached_AChangeDuringTheLoadIsSeenAsSoonAsOneAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored atomic.Int32
		c := &cached[int32]{now: time.Now, load: func(context.Context) (int32, error) {
			value := stored.Load()
			time.Sleep(cacheTTL / 3) // the answer is on its way
			return value, nil
		}}
		_, err := c.value(t.Context())
		require.NoError(t, err)
		changed := time.Now().Add(-cacheTTL / 3)
		stored.Store(1)
		for v := int32(0); v == 0; time.Sleep(time.Millisecond) {
			v, err = c.value(t.Context())
			require.NoError(t, err)
		}
		assert.LessOrEqual(t, time.Since(changed), time.Second+2*time.Millisecond)
	})
}

func TestCached_AnErrorIsNotKept(t *testing.T) {
	broken := errors.New("no database")
	fail := true
	c := &cached[string]{now: time.Now, load: func(context.Context) (string, error) {
		if fail {
			return "", broken
		}
		return "fine", nil
	}}
	_, err := c.value(t.Context())
	require.ErrorIs(t, err, broken)
	fail = false
	v, err := c.value(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "fine", v)
}

func TestCached_AVisitorWhoLeavesDoesNotSpoilTheLoadForTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cached[string]{now: time.Now, load: func(ctx context.Context) (string, error) {
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(time.Second):
				return "loaded", nil
			}
		}}
		first, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := c.value(first)
			left <- err
		}()
		synctest.Wait()
		leave()
		require.ErrorIs(t, <-left, context.Canceled)
		v, err := c.value(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "loaded", v)
	})
}
