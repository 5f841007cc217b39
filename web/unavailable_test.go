package web_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// wire is a way to the tests' MariaDB over TCP that can be cut, and go silent.
type wire struct {
	dsn             string // of the database behind the wire
	network, target string

	mu     sync.Mutex
	state  wireState
	conns  map[net.Conn]bool
	commit bool // the next commit of an order arrives, and its answer does not
	dies   bool // and the wire is cut then
}

type wireState int

const (
	wireUp     wireState = iota
	wireDown             // connections are cut, and new ones too
	wireSilent           // nothing goes through
)

func newWire(t *testing.T) *wire {
	t.Helper()
	u, err := url.Parse(modelstest.MariaDBDSN(t))
	require.NoError(t, err)
	w := &wire{network: "tcp", target: u.Host, conns: map[net.Conn]bool{}}
	if socket := u.Query().Get("socket"); socket != "" {
		w.network, w.target = "unix", socket
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u.Host, u.RawQuery = listener.Addr().String(), ""
	w.dsn = u.String()
	t.Cleanup(func() {
		_ = listener.Close()
		w.set(wireDown)
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(conn)
		}
	}()
	return w
}

// set changes what becomes of connections, of those that are there too.
func (w *wire) set(state wireState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = state
	if state != wireSilent {
		for conn := range w.conns {
			_ = conn.Close()
		}
	}
}

// loseCommit loses the answer to the next commit of an order; with dies the database is gone from then on.
func (w *wire) loseCommit(dies bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commit, w.dies = true, dies
}

func (w *wire) is() wireState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

func (w *wire) carry(client net.Conn) {
	server, err := net.Dial(w.network, w.target)
	if err != nil || w.is() == wireDown {
		_ = client.Close()
		return
	}
	w.mu.Lock()
	w.conns[client], w.conns[server] = true, true
	w.mu.Unlock()
	end := func() {
		_ = client.Close()
		_ = server.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.conns, client)
		delete(w.conns, server)
	}
	lose := make(chan struct{})
	go func() {
		defer end()
		var ordered bool
		buf := make([]byte, 64<<10)
		for {
			n, err := client.Read(buf)
			if err != nil || w.is() == wireSilent {
				if err == nil {
					_, _ = io.Copy(io.Discard, client)
				}
				return
			}
			ordered = ordered || bytes.Contains(buf[:n], []byte("INSERT INTO `orders`"))
			w.mu.Lock()
			losing := ordered && w.commit && bytes.Contains(buf[:n], []byte("COMMIT"))
			if losing {
				w.commit = false
				close(lose)
			}
			w.mu.Unlock()
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	defer end()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		select {
		case <-lose: // the answer has come, so it is committed
			w.mu.Lock()
			dies := w.dies
			w.mu.Unlock()
			if dies {
				w.set(wireDown)
			}
			return
		default:
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// unavailable insists on an answer that says "later", in words.
func unavailable(t *testing.T, name string, p page, words ...string) {
	t.Helper()
	require.Equal(t, http.StatusServiceUnavailable, p.status, "%s: %s", name, p.excerpt())
	seconds, err := strconv.Atoi(p.header.Get("Retry-After"))
	require.NoError(t, err, name)
	assert.Positive(t, seconds, name)
	assert.LessOrEqual(t, seconds, 10, name)
	p.has(words...).lacks("sql:", "SELECT", "invalid connection", "deadlock", "Deadlock", "deadline", "SQLITE")
	if words[0] == wordsUnavailable {
		checkMarkup(t, name, p)
	}
}

var (
	wordsUnavailable       = english.T("error.page.unavailable.title")
	wordsOfficeUnavailable = english.T("admin.error.unavailable.title")
)

// asking is a visitor with a cart and an order, and somebody of the staff, before the database fails.
type asking struct {
	s     *shop
	b     *browser
	clerk *clerk
	form  []string
	order models.Order
	paid  []byte // the callback of the order, held back
	kind  string // its content type
}

func prepare(s *shop) *asking {
	s.t.Helper()
	a := &asking{s: s, b: s.browser(), clerk: s.staffed(models.RoleOwner)}
	_, a.order = a.b.place("1")
	require.NoError(s.t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
	s.use(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(s.t, err)
		a.paid, a.kind = body, r.Header.Get("Content-Type")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	require.Equal(s.t, 1, s.platform.Deliver(s.t.Context()))
	s.use(s.web.Handler())
	a.b.buy("2")
	a.form = a.b.form()
	s.clock.Advance(2 * time.Second) // what is cached is too old
	return a
}

func (a *asking) notify() page {
	return a.b.do(http.MethodPost, "/payments/notify", bytes.NewReader(a.paid), http.Header{"Content-Type": {a.kind}})
}

func TestUnavailable_ADatabaseThatIsDownIs503AndComesBack(t *testing.T) {
	w := newWire(t)
	s := shopAt(t, w.dsn)
	a := prepare(s)
	w.set(wireDown)

	for _, path := range []string{"/", "/products/mug", "/search?q=tea", "/cart", "/checkout", "/orders/" + a.order.Ref, "/payments/return/" + a.order.ReturnRef} {
		unavailable(t, path, a.b.get(path), wordsUnavailable, english.T("error.page.unavailable.text"), `href="`+strings.ReplaceAll(path, "&", "&amp;")+`"`)
	}
	reader := s.browser()
	reader.header.Set("Accept-Language", "zh-CN,zh;q=0.9")
	unavailable(t, "in Chinese", reader.get("/"), chinese.T("error.page.unavailable.title"), chinese.T("error.page.unavailable.text"))
	from := http.Header{"Referer": {s.url + "/products/mug?variant=MUG-BLUE"}}
	unavailable(t, "add", a.b.send("/cart/items", from, "variant", s.blue0(a), "quantity", "1"), wordsUnavailable, `href="/products/mug?variant=MUG-BLUE"`)
	unavailable(t, "place", a.b.post("/checkout", a.form...), wordsUnavailable)
	for _, action := range []string{"pay", "cancel", "reorder"} {
		unavailable(t, action, a.b.post("/orders/"+a.order.Ref+"/"+action), wordsUnavailable)
	}
	unavailable(t, "office", a.clerk.get("/admin"), wordsOfficeUnavailable)
	unavailable(t, "office's orders", a.clerk.get("/admin/orders"), wordsOfficeUnavailable)
	unavailable(t, "sign in", s.browser().post("/admin/login", "email", a.clerk.person.Email, "password", password), wordsOfficeUnavailable)
	callback := a.notify().is(http.StatusServiceUnavailable)
	assert.JSONEq(t, `{"code":"10001","msg":"try again later"}`, callback.body)
	assert.NotEmpty(t, callback.header.Get("Retry-After"))
	assert.NotEmpty(t, a.b.get("/readyz").is(http.StatusServiceUnavailable).header.Get("Retry-After"))
	a.b.get("/healthz").is(http.StatusOK)

	w.set(wireUp)
	a.b.post("/checkout", a.form...).is(http.StatusSeeOther) // the very first request: the browser sends the form again
	for _, path := range []string{"/", "/products/mug", "/cart", "/orders/" + a.order.Ref, "/readyz"} {
		a.b.get(path).is(http.StatusOK)
	}
	a.clerk.get("/admin").is(http.StatusOK)
	a.notify().is(http.StatusOK)
	s.work()
	assert.Equal(t, models.OrderPaid, s.order(a.order.Ref).State)
}

// blue0 is the id of the blue mug without a question to the database.
func (s *shop) blue0(a *asking) string { return a.order.Lines[0].VariantID }

func TestUnavailable_ADatabaseThatIsSilentIs503(t *testing.T) {
	w := newWire(t)
	s := shopAt(t, w.dsn)
	a := prepare(s)
	w.set(wireSilent)
	var wait sync.WaitGroup
	for name, ask := range map[string]func() page{
		"front page": func() page { return s.browser().get("/") },
		"product":    func() page { return a.b.get("/products/mug") },
		"order":      func() page { return s.browser().get("/orders/" + a.order.Ref) },
		"add":        func() page { return a.b.post("/cart/items", "variant", s.blue0(a), "quantity", "1") },
		"place":      func() page { return a.b.post("/checkout", a.form...) },
	} {
		wait.Go(func() { unavailable(t, name, ask(), wordsUnavailable) })
	}
	wait.Go(func() { unavailable(t, "office", a.clerk.get("/admin"), wordsOfficeUnavailable) })
	wait.Go(func() {
		assert.NotEmpty(t, a.notify().is(http.StatusServiceUnavailable).header.Get("Retry-After"))
	})
	wait.Wait()
	w.set(wireUp)
	a.b.get("/").is(http.StatusOK)
	a.b.post("/checkout", a.form...).is(http.StatusSeeOther)
}

func TestUnavailable_ALockThatIsHeldTooLongIs503(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	s := shopAt(t, dsn)
	a := prepare(s)
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_txlock=immediate")
	require.NoError(t, err)
	defer db.Close()
	held, err := db.BeginTx(t.Context(), nil) // another program has the database
	require.NoError(t, err)
	var wait sync.WaitGroup
	wait.Go(func() {
		unavailable(t, "add", a.b.post("/cart/items", "variant", s.blue0(a), "quantity", "1"), wordsUnavailable)
	})
	wait.Go(func() { unavailable(t, "place", a.b.post("/checkout", a.form...), wordsUnavailable) })
	wait.Go(func() {
		assert.NotEmpty(t, a.notify().is(http.StatusServiceUnavailable).header.Get("Retry-After"))
	})
	a.b.get("/products/mug").is(http.StatusOK) // who only looks is not kept out
	wait.Wait()
	require.NoError(t, held.Rollback())
	a.b.post("/checkout", a.form...).is(http.StatusSeeOther)
	a.notify().is(http.StatusOK)
}

func TestUnavailable_ADeadlockThatIsGivenUpIs503(t *testing.T) {
	dsn := modelstest.MariaDBDSN(t)
	s := shopAt(t, dsn)
	a := prepare(s)
	deadlock := func(name, change string) {
		modelstest.Exec(t, dsn, "CREATE TRIGGER "+name+" BEFORE "+change+" FOR EACH ROW SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found'")
	}
	deadlock("one", "UPDATE ON carts")
	deadlock("two", "INSERT ON orders")
	deadlock("three", "INSERT ON inbox")
	deadlock("four", "UPDATE ON staff_sessions")
	unavailable(t, "add", a.b.post("/cart/items", "variant", s.blue0(a), "quantity", "1"), wordsUnavailable)
	unavailable(t, "place", a.b.post("/checkout", a.form...), wordsUnavailable)
	assert.NotEmpty(t, a.notify().is(http.StatusServiceUnavailable).header.Get("Retry-After"))
	s.clock.Advance(10 * time.Minute) // the session of the staff is prolonged
	unavailable(t, "office", a.clerk.get("/admin"), wordsOfficeUnavailable)
	modelstest.Exec(t, dsn, "DROP TRIGGER one", "DROP TRIGGER two", "DROP TRIGGER three", "DROP TRIGGER four")
	a.b.post("/checkout", a.form...).is(http.StatusSeeOther)
	a.notify().is(http.StatusOK)
	a.clerk.get("/admin").is(http.StatusOK)
}

func TestUnavailable_WhatIsOurFaultStays500(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		b.buy("1")
		mend := s.refuse("UPDATE ON carts", "1 = 1")
		p := b.post("/cart/items", "variant", s.blue().ID, "quantity", "1").is(http.StatusInternalServerError)
		assert.Empty(t, p.header.Get("Retry-After"))
		mend()
	})
}

func TestPlaceOrder_ALostAnswerToTheCommitIsFound(t *testing.T) {
	w := newWire(t)
	s := shopAt(t, w.dsn)
	b := s.browser()
	b.buy("2")
	form := b.form()
	w.loseCommit(false)
	pay := b.post("/checkout", form...).is(http.StatusSeeOther).header.Get("Location")
	require.True(t, strings.HasPrefix(pay, s.exchange+"/platform/pay.html?"), pay)
	order, err := s.db.OrderByFormToken(t.Context(), form[1])
	require.NoError(t, err)
	require.Len(t, order.Attempts, 1)
	assert.Equal(t, models.AttemptOpen, order.Attempts[0].State)
	b.get("/cart").lacks("$24.00")
	b.post("/checkout", form...).redirects(pay)
	assert.Len(t, s.platform.Orders(), 1)
	assert.Equal(t, 8, s.blue().OnHand)
}

func TestPlaceOrder_ADatabaseThatDiesAtTheCommitLeadsToTheOrderOnRetry(t *testing.T) {
	w := newWire(t)
	s := shopAt(t, w.dsn)
	b := s.browser()
	b.buy("2")
	form := b.form()
	w.loseCommit(true)
	unavailable(t, "place", b.post("/checkout", form...), wordsUnavailable)
	w.set(wireUp)
	order, err := s.db.OrderByFormToken(t.Context(), form[1])
	require.NoError(t, err)
	b.post("/checkout", form...).redirects("/orders/" + order.Ref)
	b.get("/orders/" + order.Ref).is(http.StatusOK).has("$24.00")
	b.get("/cart").lacks("$24.00")
	assert.Equal(t, 8, s.blue().OnHand)
}

func TestUnavailable_AVisitorWhoLeftIsNoAlarm(t *testing.T) {
	w := newWire(t)
	s := shopAt(t, w.dsn)
	w.set(wireSilent)
	s.clock.Advance(2 * time.Second)
	ctx, leave := context.WithCancel(t.Context())
	reached := make(chan struct{})
	inner := s.web.Handler()
	answered := make(chan struct{})
	s.use(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(reached)
		inner.ServeHTTP(w, r)
		close(answered)
	}))
	go func() {
		<-reached
		leave()
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/products/mug", nil)
	require.NoError(t, err)
	_, err = http.DefaultClient.Do(r)
	require.ErrorIs(t, err, context.Canceled)
	<-answered
	assert.NotContains(t, s.logs.errors(), "request failed")
}
