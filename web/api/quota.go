package api

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// quota counts requests by minute, over all replicas. Each replica counts by itself, and once a second adds its own to the row that all share and
// reads the sum, so that a flood costs the database one write a second; until then another replica's requests are not seen.
type quota struct {
	api   *API
	kind  string
	limit int // a minute; negative: none

	mu    sync.Mutex
	open  map[string]*window // by who
	swept time.Time
}

// window is what is known of one caller's minute.
type window struct {
	began   time.Time
	told    int // on all replicas when the row was read last, own ones included
	own     int // own requests that the row does not have yet
	readAt  time.Time
	reading bool
}

// syncEvery is how often a replica reads the row that all share.
const syncEvery = time.Second

func newQuota(a *API, kind string, limit, def int) *quota {
	if limit == 0 {
		limit = def
	}
	return &quota{api: a, kind: kind, limit: limit, open: map[string]*window{}}
}

// take counts one request, and refuses it if there were too many. It sets the headers that tell how many are left.
func (q *quota) take(ctx context.Context, h http.Header, who string) *Problem {
	if q.limit < 0 {
		return nil
	}
	used, left := q.add(ctx, who, 1)
	h.Set("RateLimit-Limit", strconv.Itoa(q.limit))
	h.Set("RateLimit-Remaining", strconv.Itoa(max(0, q.limit-used)))
	h.Set("RateLimit-Reset", strconv.Itoa(left))
	if used > q.limit {
		return problem(CodeRateLimited).later(left)
	}
	return nil
}

// count counts one request without refusing it.
func (q *quota) count(ctx context.Context, who string) {
	if q.limit >= 0 {
		q.add(ctx, who, 1)
	}
}

// full refuses a request if there were too many before, as far as this replica knows.
func (q *quota) full(who string) *Problem {
	if q.limit < 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	w, now := q.open[who], q.api.clock()
	if w == nil || !w.began.Equal(now.Truncate(time.Minute)) || w.told+w.own < q.limit {
		return nil
	}
	return problem(CodeRateLimited).later(secondsLeft(w.began, now))
}

// add counts n requests, and returns how many they are and the seconds until the minute is over.
func (q *quota) add(ctx context.Context, who string, n int) (used, left int) {
	now := q.api.clock()
	began := now.Truncate(time.Minute)
	q.mu.Lock()
	q.sweep(now, began)
	w := q.open[who]
	if w == nil || !w.began.Equal(began) {
		w = &window{began: began}
		q.open[who] = w
	}
	w.own += n
	own, due := w.own, !w.reading && now.Sub(w.readAt) >= syncEvery
	if due {
		w.reading, w.readAt = true, now
	}
	q.mu.Unlock()
	if due {
		q.sync(ctx, who, w, own)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return w.told + w.own, secondsLeft(began, now)
}

// sync adds a replica's own requests to the row that all share, and reads the sum.
func (q *quota) sync(ctx context.Context, who string, w *window, own int) {
	sum, err := q.api.store.CountRequests(ctx, q.kind+" "+who, w.began, own)
	q.mu.Lock()
	defer q.mu.Unlock()
	w.reading = false
	if err != nil { // the own ones are counted all the same; what is out of order shows where the request goes on
		q.api.log.LogAttrs(ctx, slog.LevelWarn, "requests not counted", slog.Any("error", err))
		return
	}
	w.told, w.own = sum, w.own-own
}

// sweep forgets the callers of minutes that are over.
func (q *quota) sweep(now, began time.Time) {
	if now.Sub(q.swept) < time.Minute {
		return
	}
	q.swept = now
	for who, w := range q.open {
		if w.began.Before(began) {
			delete(q.open, who)
		}
	}
}

func secondsLeft(began, now time.Time) int {
	return max(1, int(began.Add(time.Minute).Sub(now).Round(time.Second)/time.Second))
}
