package web_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/web"
)

// stream is an open stream of events.
type stream struct {
	status int
	header http.Header
	events chan string // names; closed at the end
	leave  context.CancelFunc
}

// listen opens the stream of an address.
func (b *browser) listen(address string) *stream {
	b.s.t.Helper()
	ctx, leave := context.WithCancel(b.s.t.Context())
	b.s.t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	require.NoError(b.s.t, err)
	client := *b.client
	client.Timeout = 0
	answer, err := client.Do(r)
	require.NoError(b.s.t, err)
	st := &stream{status: answer.StatusCode, header: answer.Header, events: make(chan string, 100), leave: leave}
	go func() {
		defer close(st.events)
		defer answer.Body.Close()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if name, found := strings.CutPrefix(lines.Text(), "event: "); found {
				st.events <- name
			}
		}
	}()
	return st
}

// next returns the next event, or "" if none comes in time or the stream ends.
func (s *stream) next(limit time.Duration) string {
	select {
	case name := <-s.events:
		return name
	case <-time.After(limit):
		return ""
	}
}

func TestLive_TellsOfAChangeWithinTwoSeconds(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		_, other := s.browser().place("1")
		live := s.url + "/orders/" + order.Ref + "/live?shown="
		back := s.url + "/payments/return/" + order.ReturnRef + "/order/live?back=1&shown="
		returned := s.browser().listen(back + "unpaid")
		require.Equal(t, http.StatusOK, returned.status)
		st, quiet := b.listen(live+"awaiting"), b.listen(s.url+"/orders/"+other.Ref+"/live?shown=awaiting")
		require.Equal(t, http.StatusOK, st.status)
		assert.Equal(t, "text/event-stream", st.header.Get("Content-Type"))
		assert.Equal(t, "no-store", st.header.Get("Cache-Control"))
		assert.Equal(t, "no", st.header.Get("X-Accel-Buffering"))
		assert.Empty(t, st.next(1500*time.Millisecond), "nothing has changed")
		assert.Empty(t, returned.next(10*time.Millisecond), "nothing has changed")

		// The workers of another replica hear of the payment.
		require.NoError(t, s.platform.Pay(s.order(order.Ref).Attempts[0].OrderNum))
		replica, err := assembly.New(s.money)
		require.NoError(t, err)
		begun := time.Now()
		for s.platform.Deliver(t.Context()) > 0 {
		}
		for n := 1; n > 0; {
			n, err = replica.Jobs.RunOnce(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, models.OrderPaid, s.order(order.Ref).State)
		assert.Equal(t, "changed", st.next(2*time.Second))
		t.Logf("told after %s", time.Since(begun))
		assert.Equal(t, "changed", returned.next(time.Second), "the page of the return reference hears of it too")
		assert.Equal(t, "changed", b.listen(back+"unpaid").next(time.Second))
		assert.Empty(t, quiet.next(10*time.Millisecond), "another order has not changed")
		assert.Equal(t, "changed", b.listen(live+"awaiting").next(time.Second), "a page that is late already is told at once")
		assert.Empty(t, b.listen(live+"paid").next(100*time.Millisecond))

		b.get("/orders/" + models.NewRef() + "/live").is(http.StatusNotFound)
		b.get("/orders/x/live").is(http.StatusNotFound)
		b.get("/orders/" + order.ReturnRef + "/live").is(http.StatusNotFound)
		b.get("/payments/return/" + order.Ref + "/order/live").is(http.StatusNotFound)
		b.get("/payments/return/x/order/live").is(http.StatusNotFound)
		assert.Equal(t, http.StatusMethodNotAllowed, b.do(http.MethodHead, "/orders/"+order.Ref+"/live", nil, nil).status)
	})
}

// Every change that an order's page may show wakes it.
func TestLive_EveryChangeOfAnOrderChangesItsMark(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		at := "/orders/" + order.Ref
		mark := func() string {
			t.Helper()
			marks, err := s.db.OrderMarks(t.Context(), []string{order.Ref, models.NewRef()})
			require.NoError(t, err)
			require.Len(t, marks, 1)
			return marks[order.Ref]
		}
		last := mark()
		assert.Equal(t, last, mark())
		s.clock.Advance(3 * time.Second)
		b.get(at).is(http.StatusOK)
		assert.Equal(t, last, mark(), "a page that asks must not wake itself")
		changed := func(what string) {
			t.Helper()
			now := mark()
			assert.NotEqual(t, last, now, what)
			last = now
			s.clock.Advance(3 * time.Second)
		}
		until := s.clock.Now().Add(time.Hour)
		require.NoError(t, s.db.ExtendOrder(t.Context(), order.ID, until, until))
		changed("the time to pay")
		require.NoError(t, s.db.SetIntent(t.Context(), order.Attempts[0].ID, models.IntentNone, models.IntentCancel))
		changed("cancelling")
		require.NoError(t, s.db.SetIntent(t.Context(), order.Attempts[0].ID, models.IntentCancel, models.IntentNone))
		changed("not cancelling")
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		b.get(at).is(http.StatusOK)
		changed("paid")
		s.work()
		last = mark()
		modelstest.Ship(t, s.db, order)
		changed("sent")
	})
}

func TestLive_ManyPagesCostOneQuery(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	_, order := b.place("1")
	var open []*stream
	for range 24 {
		open = append(open, b.listen(s.url+"/orders/"+order.Ref+"/live?shown=awaiting"))
		require.Equal(t, http.StatusOK, open[len(open)-1].status)
	}
	full := b.listen(s.url + "/orders/" + order.Ref + "/live?shown=awaiting")
	assert.Equal(t, http.StatusNoContent, full.status, "an address has no more: the page goes on asking")
	open[0].leave()
	require.Eventually(t, func() bool {
		return b.listen(s.url+"/orders/"+order.Ref+"/live?shown=awaiting").status == http.StatusOK
	}, 5*time.Second, 50*time.Millisecond)

	s.web.EndStreams()
	for _, st := range open[1:] {
		assert.Empty(t, st.next(2*time.Second), "ended")
	}
	assert.Equal(t, http.StatusNoContent, b.listen(s.url+"/orders/"+order.Ref+"/live?shown=awaiting").status)
	assert.Contains(t, s.logs.String(), `"route":"/orders/:ref/live"`)
}

// The server's own time-outs are those of a page.
func TestLive_OutlivesTheServersTimeoutsAndEndsWithIt(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	_, order := b.place("1")
	server := web.HTTPServer("127.0.0.1:0", s.web.Handler())
	server.ReadTimeout, server.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond
	server.RegisterOnShutdown(s.web.EndStreams)
	listener, err := net.Listen("tcp", server.Addr)
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	st := b.listen("http://" + listener.Addr().String() + "/orders/" + order.Ref + "/live?shown=awaiting")
	require.Equal(t, http.StatusOK, st.status)
	assert.Empty(t, st.next(1500*time.Millisecond))
	b.post("/orders/" + order.Ref + "/cancel")
	assert.Equal(t, "changed", st.next(2*time.Second), "it is still there")
	for st.next(time.Second) != "" { // cancelling takes more than one step
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	begun := time.Now()
	require.NoError(t, server.Shutdown(ctx))
	assert.Less(t, time.Since(begun), 2*time.Second, "a server that stops does not wait for pages")
	_, open := <-st.events
	assert.False(t, open)
}

// The page's script tells the shop's answers from those of others by a header.
func TestAnswers_AreMarkedAsTheShopsOwn(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	for _, path := range []string{"/", "/cart", "/nothing", "/orders/x", "/admin/tasks", "/healthz", static.URL("js/shop.js")} {
		assert.Equal(t, static.AnswerPage, b.get(path).header.Get(static.AnswerHeader), path)
		assert.Equal(t, static.AnswerPart, b.fragment(path).header.Get(static.AnswerHeader), path)
	}
	broken := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/cart/items", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Hx-Request", "true")
	s.web.Handler().ServeHTTP(broken, r)
	assert.Equal(t, http.StatusForbidden, broken.Code)
	assert.Equal(t, static.AnswerPart, broken.Header().Get(static.AnswerHeader))
}
