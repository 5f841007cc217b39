package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/doctor"
)

// faultsEvery is how long a replica serves before it is killed. A payer thinks for half of this time, so that kills meet every moment of a payment.
const faultsEvery = 2 * time.Second

// faultsRun is how many checkouts are paid while replicas are killed. make faults sets COINCART_FAULTS; it takes minutes, so make test leaves it out.
func faultsRun(t *testing.T) int {
	t.Helper()
	text := os.Getenv("COINCART_FAULTS")
	if text == "" {
		t.Skip("make faults pays checkouts while processes are killed")
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "COINCART_FAULTS is a number of checkouts")
	return n
}

// TestFaults runs two replicas of the real program over MariaDB, and one over SQLite, and kills them (kill -9) at moments that matter and at any
// others. One shop serves all parts of a run, so that it is started once.
func TestFaults(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		t.Parallel()
		s := startReplicated(t, dsn)
		t.Run("equal requests", func(t *testing.T) { equalRequests(t, s) })
		t.Run("killed before commit", func(t *testing.T) { killedBeforeCommit(t, s) })
		if s.database != nil {
			t.Run("killed in commit", func(t *testing.T) { killedInCommit(t, s) })
		}
		t.Run("killed before answer", func(t *testing.T) { killedBeforeAnswer(t, s) })
		t.Run("killed again and again", func(t *testing.T) { killedAgainAndAgain(t, s) })
		for _, r := range s.replicas {
			r.process.end()
		}
		assert.Equal(t, result{stdout: "All invariants hold.\n"}, runProgram(t, s.program, s.env, "invariants"))
	})
}

// ask is a request for a checkout.
func ask(reference, amount string) map[string]any {
	return map[string]any{"reference": reference, "amount": amount, "currency": "USD"}
}

// made counts the checkouts with a reference.
func (s *replicated) made(reference string) int {
	return s.count("SELECT COUNT(*) FROM checkouts WHERE reference = ?", reference)
}

func equalRequests(t *testing.T, s *replicated) {
	answers, failed := make([]apiAnswer, 50), make([]error, 50)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			address := s.replicas[i%len(s.replicas)].address
			answers[i], failed[i] = s.askAt(address, "equal")
		})
	}
	group.Wait()
	first := 0
	for i, a := range answers {
		require.NoError(t, failed[i])
		assert.Equal(t, http.StatusCreated, a.status, a.body)
		assert.Equal(t, answers[0].body, a.body)
		if !a.replayed {
			first++
		}
	}
	assert.Equal(t, 1, first, "one has made it")
	assert.Equal(t, 1, s.made("equal"))
}

// kept checks that a request which a killed replica did not answer makes one checkout: it is sent again to each replica, also to the one that has
// started again.
func kept(t *testing.T, s *replicated, killed *replica, reference, id string) {
	t.Helper()
	for _, r := range s.replicas {
		if r == killed {
			continue
		}
		id = sameAgain(t, s, r, reference, id)
	}
	killed.start()
	sameAgain(t, s, killed, reference, id)
	assert.Equal(t, 1, s.made(reference))
}

func sameAgain(t *testing.T, s *replicated, r *replica, reference, id string) string {
	t.Helper()
	again, err := s.askAt(r.address, reference)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, again.status, again.body)
	assert.Equal(t, id != "", again.replayed, "it was made before")
	if id != "" {
		assert.Equal(t, id, again.id(t))
	}
	return again.id(t)
}

// A replica dies in the middle of the transaction: nothing is left of it. The relay before a server keeps the COMMIT back; SQLite's lock is taken.
func killedBeforeCommit(t *testing.T, s *replicated) {
	const reference = "before-commit"
	victim, reached := s.replicas[0], make(chan struct{}, 1)
	release := func() {}
	if s.database != nil {
		s.database.watch(holdCommit(reference, reached, false))
	} else {
		release = lockSQLite(t, s.dsn)
		reached <- struct{}{}
	}
	unanswered := make(chan error, 1)
	go func() {
		_, err := s.askAt(victim.address, reference)
		unanswered <- err
	}()
	waitFor(t, reached)
	if s.database == nil {
		waitUntilBusy(t, s, unanswered)
	}
	victim.kill()
	require.Error(t, <-unanswered)
	if s.database != nil {
		s.database.watch(nil)
	}
	release()
	assert.Zero(t, s.made(reference), "nothing is left of it")
	kept(t, s, victim, reference, "")
}

// The server commits, and the replica dies before it learns that.
func killedInCommit(t *testing.T, s *replicated) {
	const reference = "in-commit"
	victim, reached := s.replicas[1], make(chan struct{}, 1)
	s.database.watch(holdCommit(reference, reached, true))
	unanswered := make(chan error, 1)
	go func() {
		_, err := s.askAt(victim.address, reference)
		unanswered <- err
	}()
	waitFor(t, reached)
	victim.kill()
	require.Error(t, <-unanswered)
	s.database.watch(nil)
	require.Equal(t, 1, s.made(reference), "it is committed")
	kept(t, s, victim, reference, s.idOf(t, reference))
}

// holdCommit is a watch that keeps the COMMIT of the transaction back in which a text was sent, or with passes the server's answer to it.
func holdCommit(text string, reached chan<- struct{}, passes bool) watch {
	committing := map[*relayed]bool{}
	return func(line *relayed, toServer bool, data []byte) bool {
		if !toServer {
			if committing[line] {
				reached <- struct{}{}
				return false
			}
			return true
		}
		line.marked = line.marked || bytes.Contains(data, []byte(text)) && bytes.Contains(data, []byte("co_"))
		if !line.marked || !bytes.HasSuffix(data, []byte("\x03COMMIT")) {
			return true
		}
		if passes {
			committing[line] = true
			return true
		}
		reached <- struct{}{}
		return false
	}
}

// lockSQLite keeps everybody else from writing until the function that it returns is called.
func lockSQLite(t *testing.T, dsn string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(dsn, "sqlite:"))
	require.NoError(t, err)
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	return func() {
		_, err := conn.ExecContext(context.Background(), "ROLLBACK")
		assert.NoError(t, err)
		assert.NoError(t, conn.Close())
		assert.NoError(t, db.Close())
	}
}

// waitUntilBusy waits until the replica is at a request: it has read it and not answered it.
func waitUntilBusy(t *testing.T, s *replicated, unanswered <-chan error) {
	t.Helper()
	select {
	case err := <-unanswered:
		require.Fail(t, "it was answered", "%v\n%s", err, s.replicas[0].process.stderr.String())
	case <-time.After(300 * time.Millisecond): // an ordinary answer takes 3 ms
	}
}

// killedBeforeAnswer kills a replica when its answer is on the way to the client, who never sees it.
func killedBeforeAnswer(t *testing.T, s *replicated) {
	const reference = "before-answer"
	victim, reached := s.replicas[0], make(chan struct{}, 1)
	before := startRelay(t, func() (net.Conn, error) { return net.Dial("tcp", victim.address) })
	before.watch(func(_ *relayed, toServer bool, _ []byte) bool {
		if !toServer {
			reached <- struct{}{}
		}
		return toServer
	})
	unanswered := make(chan error, 1)
	go func() {
		_, err := s.askAt(before.address(), reference)
		unanswered <- err
	}()
	waitFor(t, reached)
	victim.kill()
	require.Error(t, <-unanswered)
	require.Equal(t, 1, s.made(reference), "what is answered is committed")
	kept(t, s, victim, reference, s.idOf(t, reference))
}

func waitFor(t *testing.T, reached <-chan struct{}) {
	t.Helper()
	select {
	case <-reached:
	case <-time.After(patience):
		require.Fail(t, "the moment does not come")
	}
}

// read opens the shop's database past every relay.
func (s *replicated) read(t *testing.T, fn func(db *store.Store)) {
	t.Helper()
	db, err := store.Open(t.Context(), s.dsn, store.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	fn(db)
}

// idOf reads the id of the checkout with a reference.
func (s *replicated) idOf(t *testing.T, reference string) (id string) {
	t.Helper()
	s.read(t, func(db *store.Store) {
		rows, _, err := db.CheckoutPage(t.Context(), store.CheckoutFilter{Reference: reference}, "", 2)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		id = rows[0].ID
	})
	return id
}

// killedAgainAndAgain has checkouts made and paid while one replica after another is killed and started again.
func killedAgainAndAgain(t *testing.T, s *replicated) {
	count := faultsRun(t)
	began := time.Now()
	bought := &purchases{shop: s, t: t, thinks: faultsEvery / 2}
	var buyers sync.WaitGroup
	for range 3 {
		buyers.Go(func() {
			for n := bought.next.Add(1); n <= int64(count); n = bought.next.Add(1) {
				bought.buy(int(n))
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		buyers.Wait()
		close(ended)
	}()
	kills := s.torment(ended)
	buyers.Wait()
	require.False(t, t.Failed())
	paid := time.Since(began)
	s.awaitQuiet(t, bought)
	bought.compare(t)
	t.Logf("%d checkouts, %d kills, %d requests of payers sent again; pressed after %s, quiet after %s; %d webhooks came", count, kills, bought.again.Load(),
		paid.Round(time.Millisecond), time.Since(began).Round(time.Millisecond), len(s.receiver.all(t)))
}

// torment kills one replica after another until there is nothing to disturb, and starts each again at once. The time to the next kill begins when
// the replica serves again: on a busy machine a start takes longer, and a shop that never serves shows nothing.
func (s *replicated) torment(ended <-chan struct{}) (kills int) {
	for {
		select {
		case <-ended:
			return kills
		case <-time.After(faultsEvery):
			r := s.replicas[kills%len(s.replicas)]
			r.kill()
			r.start()
			kills++
		}
	}
}

// purchases are what the buyers of a test have asked for.
type purchases struct {
	shop   *replicated
	t      *testing.T
	thinks time.Duration
	next   atomic.Int64
	again  atomic.Int64 // requests of payers that had to be sent again

	mu      sync.Mutex
	amounts map[string]models.Amount // by checkout
}

// buy makes the nth checkout and pays it: a program asks, a payer presses pay here and at the exchange. Both send again what was not answered.
func (p *purchases) buy(n int) {
	p.t.Helper()
	amount := models.MustAmount(fmt.Sprintf("%d.%02d", 10+n, n%100))
	made := p.shop.insist(http.MethodPost, "/checkouts", fmt.Sprintf("buy-%d", n), ask(fmt.Sprintf("buy-%d", n), amount.Fixed(2)))
	require.Equal(p.t, http.StatusCreated, made.status, made.body)
	var checkout struct{ ID, URL string }
	require.NoError(p.t, json.Unmarshal([]byte(made.body), &checkout))
	p.mu.Lock()
	if p.amounts == nil {
		p.amounts = map[string]models.Amount{}
	}
	p.amounts[checkout.ID] = amount
	p.mu.Unlock()

	time.Sleep(p.thinks)
	v, line := newVisitor(p.t, "en"), &insisting{}
	v.client.Transport = line
	v.from = fmt.Sprintf("10.1.%d.%d", n>>8&255, n&255) // limits are per address
	for began := time.Now(); !p.pressed(v, checkout.URL); time.Sleep(100 * time.Millisecond) {
		require.Less(p.t, time.Since(began), insistFor, "the payer gets no further")
	}
	p.again.Add(int64(line.again))
}

// pressed goes on with a checkout as far as its page leads, and reports whether the payer has pressed pay at the exchange or sees that it is paid.
func (p *purchases) pressed(v *visitor, address string) bool {
	page := v.get(address)
	if page.shows("status--good") {
		return true
	}
	if !page.hasForm("/pay") {
		return false // its order is being asked about
	}
	changes := map[string]string{}
	if len(page.choices("coin")) > 0 || strings.Contains(page.text, `name="payer_uid"`) {
		changes = map[string]string{"coin": "USDT", "payer_uid": alice}
	}
	time.Sleep(p.thinks) // the payer's, not the test's
	page = page.submit("/pay", changes)
	if !strings.Contains(page.address.Path, "pay.html") || len(page.choices("action")) == 0 && !strings.Contains(page.text, `value="pay"`) {
		return false
	}
	page.submit("", map[string]string{"action": "pay"})
	return true
}

func (p *webPage) hasForm(action string) bool {
	for n := range p.root.Descendants() {
		if n.Data == "form" && strings.HasSuffix(attribute(n, "action"), action) {
			return true
		}
	}
	return false
}

// awaitQuiet waits until nothing is left to be done: every checkout is paid, every event published, every delivery ended.
func (s *replicated) awaitQuiet(t *testing.T, p *purchases) {
	t.Helper()
	last := ""
	ok := assert.Eventually(t, func() bool {
		paid := s.count("SELECT COUNT(*) FROM checkouts WHERE status = ? AND reference LIKE ?", string(models.CheckoutPaid), "buy-%")
		unpublished := s.count("SELECT COUNT(*) FROM events WHERE position IS NULL")
		waiting := s.count("SELECT COUNT(*) FROM deliveries WHERE state = ?", string(models.DeliveryWaiting))
		last = fmt.Sprintf("%d of %d paid, %d events not published, %d deliveries waiting", paid, len(p.amounts), unpublished, waiting)
		return paid == len(p.amounts) && unpublished == 0 && waiting == 0
	}, 3*patience, 100*time.Millisecond)
	require.True(t, ok, last)
}

// compare compares what the receiver was told with the shop's books and the exchange's ledger.
func (p *purchases) compare(t *testing.T) {
	t.Helper()
	asked := models.Amount{}
	for _, amount := range p.amounts {
		asked = asked.Add(amount)
	}
	events := p.shop.published(t)
	told, arrived := models.Amount{}, map[string]int{}
	last := map[string]int{} // sequence by object
	for _, a := range p.shop.receiver.all(t) {
		e, known := events[a.id]
		if !assert.True(t, known, "%s was invented", a.id) {
			continue
		}
		assert.Equal(t, []any{string(e.Type), e.Sequence}, []any{a.kind, a.sequence}, a.id)
		if a.object != "" {
			assert.LessOrEqual(t, last[a.object], a.sequence, "%s goes back", a.object)
			assert.LessOrEqual(t, a.sequence, last[a.object]+1, "%s jumps", a.object)
			last[a.object] = a.sequence
		}
		if arrived[a.id]++; arrived[a.id] == 1 && e.Type == models.EventPaid {
			assert.Equal(t, p.amounts[a.object].Fixed(2), a.amount, a.object)
			told = told.Add(models.MustAmount(a.amount))
		}
	}
	for id, e := range events {
		if e.KeyID == "" {
			continue // about the shop itself, such as its stock: told to other keys
		}
		assert.Positive(t, arrived[id], "%s %s %d was not told", e.Type, e.ObjectID, e.Sequence)
	}
	assert.Equal(t, asked.Fixed(2), told.Fixed(2), "what the receiver was told is what was asked")
	p.compareBooks(t, asked)
}

// published reads all events.
func (s *replicated) published(t *testing.T) map[string]models.Event {
	t.Helper()
	events := map[string]models.Event{}
	s.read(t, func(db *store.Store) {
		for after := 0; ; {
			page, err := db.Events(t.Context(), store.EventFilter{After: after}, 100)
			require.NoError(t, err)
			for _, e := range page {
				events[e.ID], after = e, e.Position
			}
			if len(page) == 0 {
				return
			}
		}
	})
	return events
}

// compareBooks compares the shop's payments with the exchange's ledger, one by one and in sum, and their worth with what was asked.
func (p *purchases) compareBooks(t *testing.T, asked models.Amount) {
	t.Helper()
	ledger, paidThere := map[string]models.Amount{}, models.Amount{}
	require.NoError(t, doctor.EachLedgerPayment(t.Context(), p.shop.platform, "test_app", time.Now().Add(time.Minute), func(list []models.PlatformPayment) error {
		for _, payment := range list {
			ledger[payment.OrderNum] = payment.Amount
			paidThere = paidThere.Add(payment.Amount)
		}
		return nil
	}))
	assert.Len(t, ledger, len(p.amounts), "each is paid once")
	worth, received := models.Amount{}, models.Amount{}
	p.shop.read(t, func(db *store.Store) {
		for id, amount := range p.amounts {
			checkout, err := db.Checkout(t.Context(), id)
			require.NoError(t, err)
			order, err := db.Order(t.Context(), checkout.OrderID)
			require.NoError(t, err)
			assert.Equal(t, amount.Fixed(2), order.Total.Fixed(2), id)
			for _, attempt := range order.Attempts {
				if attempt.State == models.AttemptPaid {
					worth, received = worth.Add(attempt.Worth), received.Add(attempt.Received)
					assert.Equal(t, ledger[attempt.OrderNum].String(), attempt.Received.String(), id)
				}
			}
		}
	})
	assert.Equal(t, paidThere.String(), received.String(), "coins of the ledger and of the books")
	assert.Equal(t, asked.Fixed(2), worth.Fixed(2), "worth of the books")
}
