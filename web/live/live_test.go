package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// orders are marks of orders that a test changes.
type orders struct {
	mu     sync.Mutex
	marks  map[string]string
	looks  [][]string
	broken bool
}

func (o *orders) look(_ context.Context, refs []string) (map[string]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.looks = append(o.looks, refs)
	if o.broken {
		return nil, errors.New("no database")
	}
	found := map[string]string{}
	for _, ref := range refs {
		found[ref] = o.marks[ref]
	}
	return found, nil
}

func (o *orders) change(ref, mark string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.marks[ref] = mark
}

func (o *orders) setBroken(broken bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken = broken
}

// seen are the orders of each look so far.
func (o *orders) seen() [][]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.looks)
}

func (o *orders) count() int { return len(o.seen()) }

func newHub(o *orders) *Hub {
	return New(Config{Look: o.look, Log: slog.New(slog.DiscardHandler), Every: time.Second, Pages: 5, PerAddress: 3})
}

func woken(p *Page) bool {
	select {
	case <-p.Changed():
		return true
	default:
		return false
	}
}

func TestHub_WakesThePagesOfChangedOrdersOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &orders{marks: map[string]string{"A": "1", "B": "1"}}
		h := newHub(o)
		a, err := h.Watch("A", "ip1", "1")
		require.NoError(t, err)
		a2, err := h.Watch("A", "ip2", "1")
		require.NoError(t, err)
		b, err := h.Watch("B", "ip1", "1")
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		assert.False(t, woken(a) || woken(a2) || woken(b))
		assert.Equal(t, [][]string{{"A", "B"}}, o.seen(), "one query for all pages, an order once")

		o.change("A", "2")
		time.Sleep(time.Second)
		assert.True(t, woken(a) && woken(a2))
		assert.False(t, woken(b))
		time.Sleep(3 * time.Second)
		assert.False(t, woken(a), "once for a change")

		stale, err := h.Watch("A", "ip3", "1") // read before the change
		require.NoError(t, err)
		time.Sleep(time.Second)
		assert.True(t, woken(stale))
		for _, p := range []*Page{a, a2, b, stale} {
			p.Leave()
			p.Leave()
		}
		assert.Zero(t, h.Pages())
		assert.Empty(t, h.addresses)
		h.Close()
	})
}

func TestHub_RestsWithoutPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &orders{marks: map[string]string{"A": "1"}}
		h := newHub(o)
		time.Sleep(time.Minute)
		assert.Zero(t, o.count())
		for range 3 {
			p, err := h.Watch("A", "ip", "1")
			require.NoError(t, err)
			before := o.count()
			time.Sleep(3500 * time.Millisecond)
			assert.Equal(t, before+3, o.count())
			p.Leave()
			time.Sleep(time.Minute)
			assert.Equal(t, before+3, o.count(), "nobody looks for nobody")
		}
	})
}

func TestHub_HasLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(&orders{marks: map[string]string{}})
		var pages []*Page
		watch := func(address string) error {
			p, err := h.Watch("A", address, "")
			if err == nil {
				pages = append(pages, p)
			}
			return err
		}
		for range 3 {
			require.NoError(t, watch("one"))
		}
		require.ErrorIs(t, watch("one"), ErrFull, "of an address")
		require.NoError(t, watch("two"))
		require.NoError(t, watch("two"))
		require.ErrorIs(t, watch("three"), ErrFull, "of the process")
		pages[0].Leave()
		require.NoError(t, watch("one"))
		h.Close()
		h.Close()
		require.ErrorIs(t, watch("one"), ErrClosed)
		for _, p := range pages {
			<-p.Closed()
			p.Leave()
		}
	})
}

func TestHub_GoesOnAfterTheDatabaseWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &orders{marks: map[string]string{"A": "1"}}
		h := newHub(o)
		p, err := h.Watch("A", "ip", "1")
		require.NoError(t, err)
		defer p.Leave()
		o.setBroken(true)
		time.Sleep(time.Minute)
		assert.LessOrEqual(t, o.count(), 7, "it does not press a database that is in trouble")
		o.change("A", "2")
		o.setBroken(false)
		time.Sleep(restAfter)
		assert.True(t, woken(p))
		h.Close()
	})
}
