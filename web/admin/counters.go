package admin

import (
	"sync"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
)

// counterAge is the maximum age of the navigation's counters. Changes by this process are counted at once.
const counterAge = 5 * time.Second

// counters caches the counts of what waits for staff, so that not every page counts them.
type counters struct {
	mu      sync.Mutex
	last    models.Gauges
	at      time.Time // zero: count again
	changes int       // forms that were sent so far
}

// waiting returns how much waits for staff. If it cannot be counted, it returns the last counts: no page fails because of its navigation.
func (o *Office) waiting(req *Request) models.Gauges {
	last, changes, fresh := o.counters.current(o.site.Clock())
	if fresh || req.Fragment() {
		return last
	}
	now, err := o.site.Store.Gauges(req.Context())
	if err != nil {
		return last
	}
	o.counters.store(now, o.site.Clock(), changes)
	return now
}

func (c *counters) current(now time.Time) (last models.Gauges, changes int, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := now.Sub(c.at)
	return c.last, c.changes, age >= 0 && age < counterAge
}

// store stores counts, unless a form was sent since counting began.
func (c *counters) store(now models.Gauges, at time.Time, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == changes {
		c.last, c.at = now, at
	}
}

// changed makes the next page count again.
func (c *counters) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	c.at = time.Time{}
}

// Attention returns what waits for a person, by kind, with the addresses of the pages.
func Attention(g models.Gauges) []pages.Attention {
	var list []pages.Attention
	for _, a := range []pages.Attention{
		{Kind: "reviews", Count: g.Reviews, URL: InboxPath},
		{Kind: "unknown", Count: g.Unknown, URL: CancellationsPath},
		{Kind: "refunds_waiting", Count: g.RefundsWaiting, URL: RefundsPath + "?state=" + string(models.RefundRequested)},
		{Kind: "refunds_unknown", Count: g.RefundsUnknown, URL: RefundsPath + "?state=" + string(models.RefundUnknown)},
		{Kind: "discrepancies", Count: g.Discrepancies, URL: StatementsPath},
		{Kind: "to_fulfil", Count: g.ReadyToFulfil, URL: OrdersPath + "?state=" + string(models.OrderPaid)},
	} {
		if a.Count > 0 {
			list = append(list, a)
		}
	}
	return list
}
