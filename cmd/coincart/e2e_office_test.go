package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// officeRun is a shop with its sandbox, in this process, on a clock that a test moves: nobody waits for tomorrow.
type officeRun struct {
	t         *testing.T
	clock     *modelstest.Clock
	shop      *shop
	platform  *sandbox.Server
	keys      demo.Keys
	settings  *settings
	folder    string
	log       *slog.Logger
	shopAt    net.Listener
	sandboxAt net.Listener

	mu     sync.Mutex
	before func(path string) // runs before the platform sees a call
}

// startFunc makes a shop and serves it, as startOffice does.
type startFunc func(t *testing.T, dsn string, begin time.Time, fill func(o *officeRun, db *store.Store) []sandbox.Order) *officeRun

// startOffice makes a shop, and serves it and its sandbox until the test ends.
func startOffice(t *testing.T, dsn string, begin time.Time, fill func(o *officeRun, db *store.Store) []sandbox.Order) *officeRun {
	t.Helper()
	o := newOffice(t, dsn, begin, fill)
	o.serve(append(o.sandboxTasks(), o.shop.tasks(o.shopAt, nil, o.log)...))
	return o
}

// newOffice makes a shop without serving it. fill writes the past into its database, moving the clock on, and returns what the platform
// has of it.
func newOffice(t *testing.T, dsn string, begin time.Time, fill func(o *officeRun, db *store.Store) []sandbox.Order) *officeRun {
	t.Helper()
	return newOfficeAt(t, "", dsn, begin, fill)
}

// newOfficeAt is newOffice for a shop below a path of its host.
func newOfficeAt(t *testing.T, path, dsn string, begin time.Time, fill func(o *officeRun, db *store.Store) []sandbox.Order) *officeRun {
	t.Helper()
	o := &officeRun{t: t, clock: modelstest.NewClock(begin), folder: filepath.Join(t.TempDir(), "data")}
	require.NoError(t, os.Mkdir(o.folder, 0o700))
	var err error
	o.keys, err = demo.LoadOrMakeKeys(o.folder)
	require.NoError(t, err)
	seal, err := keyfile.SealKey(o.keys.Merchant)
	require.NoError(t, err)
	o.log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))

	db, err := store.Open(t.Context(), dsn, store.Options{Clock: o.clock.Now, SealKey: seal, Logger: o.log})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	require.NoError(t, demo.Fill(t.Context(), db))
	modelstest.NoLimits(t, db) // one payer leaves many orders unpaid
	state := o.writeState(fill(o, db))

	o.shopAt, o.sandboxAt = listenHere(t), listenHere(t)
	base, platformURL := localURL(o.shopAt.Addr())+path, localURL(o.sandboxAt.Addr())
	o.platform, err = sandbox.New(sandbox.Config{
		BaseURL: platformURL, Keys: o.keys.Platform, Seed: 7, Clock: o.clock.Now, StateFile: state,
		Apps: []sandbox.App{{AppID: demo.AppID, Name: "Osier", Key: &o.keys.Merchant.PublicKey, Addresses: []string{base}}},
	})
	require.NoError(t, err)
	ring, err := opay.NewKeyring(o.keys.Merchant, &o.keys.Platform.PublicKey)
	require.NoError(t, err)
	o.settings = &settings{
		PlatformTimezone: "UTC", ShopName: "Osier", SandboxAddr: o.sandboxAt.Addr().String(), Addr: o.shopAt.Addr().String(),
		databaseSettings: databaseSettings{Database: dsn, DataDir: o.folder},
	}
	o.shop, err = assemble(o.settings, parts{
		baseURL: base, platformURL: platformURL, appID: demo.AppID, wire: wire{keys: ring}, store: db, log: o.log, clock: o.clock.Now, demo: true,
	})
	require.NoError(t, err)
	return o
}

func (o *officeRun) sandboxTasks() []task {
	return []task{
		{"sandbox", o.platform.Run},
		serveHTTP("sandbox", sandboxHTTPServer(http.HandlerFunc(o.serveSandbox)), o.sandboxAt, o.log),
	}
}

// env are the settings with which a command finds this shop.
func (o *officeRun) env() map[string]string {
	return map[string]string{
		"COINCART_DATA_DIR": o.folder, "COINCART_DATABASE": o.settings.Database, "COINCART_ADDR": o.settings.Addr,
		"COINCART_SANDBOX_ADDR": o.settings.SandboxAddr,
	}
}

// run runs a command on this shop, with a text on standard input.
func (o *officeRun) run(input string, args ...string) result {
	o.t.Helper()
	return runWithInput(o.t, input, o.env(), args...)
}

func listenHere(t *testing.T) net.Listener {
	t.Helper()
	listener, err := listen(t.Context(), "A test", "127.0.0.1:0", "nothing")
	require.NoError(t, err)
	return listener
}

// serve runs the tasks until the test ends; they must end in order.
func (o *officeRun) serve(tasks []task) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- runTasks(ctx, tasks) }()
	o.t.Cleanup(func() {
		cancel()
		assert.NoError(o.t, <-done)
	})
}

// serveSandbox lets the test do something at the very moment that a call arrives.
func (o *officeRun) serveSandbox(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	before := o.before
	o.mu.Unlock()
	if before != nil {
		before(r.URL.Path)
	}
	o.platform.Handler().ServeHTTP(w, r)
}

// beforeFirst runs fn once, just before the platform sees the first call whose path ends like this.
func (o *officeRun) beforeFirst(suffix string, fn func()) {
	once := sync.OnceFunc(fn)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.before = func(path string) {
		if strings.HasSuffix(path, suffix) {
			once()
		}
	}
}

// writeState writes the file from which the sandbox knows its orders.
func (o *officeRun) writeState(orders []sandbox.Order) string {
	o.t.Helper()
	text, err := json.Marshal(map[string]any{"version": 1, "seed": 7, "orders": orders, "orderSeq": len(orders)})
	require.NoError(o.t, err)
	name := filepath.Join(o.folder, "sandbox.json")
	require.NoError(o.t, os.WriteFile(name, text, 0o600))
	return name
}

// code is the authenticator's present code. Each is good once, so the clock goes on to the next one first.
func (o *officeRun) code(secret string) string {
	o.t.Helper()
	o.clock.Advance(31 * time.Second)
	code, err := totp.GenerateCode(secret, o.clock.Now())
	require.NoError(o.t, err)
	return code
}

// order buys two mugs as a shopper and leaves them unpaid. It returns the order and the platform's number of it.
func (o *officeRun) order(email string) (order models.Order, orderNum string) {
	o.t.Helper()
	return o.orderAs(newVisitor(o.t, "en"), email)
}

// orderAs is order for a visitor whose cart may already hold something.
func (o *officeRun) orderAs(v *visitor, email string) (order models.Order, orderNum string) {
	o.t.Helper()
	page := checkout(v, o.shop.Base).submit("/checkout", toNewYork(map[string]string{"email": email, "coin": "USDT", "payer_uid": alice}))
	require.Contains(o.t, page.address.Path, "pay.html", page.text)
	orderNum = page.address.Query().Get("orderNum")
	require.NotEmpty(o.t, orderNum, page.address)
	made, ok := o.platform.Order(orderNum)
	require.True(o.t, ok)
	a, err := o.shop.store.AttemptByAppOrderID(o.t.Context(), made.AppOrderID)
	require.NoError(o.t, err)
	return o.read(a.OrderID), orderNum
}

// paidOrder is order, paid.
func (o *officeRun) paidOrder(email string) models.Order {
	o.t.Helper()
	return o.paid(o.order(email))
}

// paid pays an order and waits until the shop knows of it.
func (o *officeRun) paid(order models.Order, orderNum string) models.Order {
	o.t.Helper()
	require.NoError(o.t, o.platform.Pay(orderNum))
	o.waitFor(func() bool { return o.read(order.ID).State == models.OrderPaid }, "the shop hears of the payment")
	return o.read(order.ID)
}

func (o *officeRun) read(id string) models.Order {
	o.t.Helper()
	order, err := o.shop.store.Order(o.t.Context(), id)
	require.NoError(o.t, err)
	return order
}

// longWork is how long a statement of thousands of lines may take on a busy machine.
const longWork = 5 * time.Minute

func (o *officeRun) waitFor(done func() bool, what string) {
	o.t.Helper()
	require.Eventually(o.t, done, longWork, 50*time.Millisecond, what)
}

// finished waits until no task is under way.
func (o *officeRun) finished() {
	o.t.Helper()
	o.waitFor(func() bool {
		tasks, err := o.shop.store.Tasks(o.t.Context(), 20)
		if err != nil {
			return false
		}
		for _, task := range tasks {
			if task.State == models.TaskWaiting || task.State == models.TaskRunning {
				return false
			}
		}
		return true
	}, "the task is done")
}

// bookings are payments of the past: as many as the times, on our side and the platform's alike.
func (o *officeRun) bookings(db *store.Store, at []time.Time) []sandbox.Order {
	o.t.Helper()
	product, err := db.Product(o.t.Context(), "stoneware-mug")
	require.NoError(o.t, err)
	movement := models.StockMovement{VariantID: product.Variants[0].ID, Kind: models.MovementCorrection, Quantity: 4 * len(at)}
	require.NoError(o.t, db.MoveStock(o.t.Context(), movement))
	made := make([]sandbox.Order, 0, len(at))
	const batch = 250
	for len(made) < len(at) {
		require.NoError(o.t, db.Tx(o.t.Context(), func(tx *store.Store) error {
			for _, t := range at[len(made):min(len(made)+batch, len(at))] {
				order, err := o.book(tx, product, len(made), t)
				if err != nil {
					return err
				}
				made = append(made, order)
			}
			return nil
		}))
	}
	return made
}

// book stores one paid order as the money path leaves it behind, and gives the platform's side of it.
func (o *officeRun) book(tx *store.Store, product models.Product, n int, at time.Time) (sandbox.Order, error) {
	ctx := o.t.Context()
	o.clock.Advance(at.Sub(o.clock.Now()))
	order := modelstest.NewOrder(product, at.Add(-time.Minute))
	order.Email = fmt.Sprintf("shopper%04d@example.org", n)
	pieces := 1 + n%3
	line := &order.Lines[0]
	line.Quantity, line.Total = pieces, line.UnitPrice.Times(pieces)
	order.Total = line.Total
	order.DueAt = time.Time{}
	if err := tx.InsertOrder(ctx, &order); err != nil {
		return sandbox.Order{}, err
	}
	if err := tx.Reserve(ctx, order.ID, order.Lines); err != nil {
		return sandbox.Order{}, err
	}
	a := models.Attempt{
		ID: models.NewID(), OrderID: order.ID, AppOrderID: models.NewRef(), State: models.AttemptCreated, Coin: "USDT", Amount: order.Total,
		Rate: models.AmountFromInt(1), RateSource: "fixed", RateAt: at, Payer: models.Payer{UserID: alice}, CreatedAt: order.CreatedAt,
	}
	if n%10 == 9 {
		a.Coin, a.Amount = "BTC", models.MustAmount(fmt.Sprintf("0.0%05d", 1000+n))
		a.Rate = models.MustAmount("60000")
	}
	if err := tx.InsertAttempt(ctx, &a); err != nil {
		return sandbox.Order{}, err
	}
	number := fmt.Sprintf("5%09d", n+1)
	err := tx.AddEvidence(ctx, &models.Evidence{
		AttemptID: a.ID, OrderID: order.ID, Source: models.SourceQuery, Verified: true, AppOrderID: a.AppOrderID, OrderNum: number,
		Status: "3", Coin: a.Coin, Amount: a.Amount.String(),
	})
	if err != nil {
		return sandbox.Order{}, err
	}
	attempt := store.AttemptChange{
		OrderNum: new(number), PaidAt: new(at), DueAt: new(time.Time{}), Received: new(a.Amount), Worth: new(order.Total),
	}
	if err := tx.MoveAttempt(ctx, a.ID, a.State, models.AttemptPaid, attempt, models.Transition{Cause: "query"}); err != nil {
		return sandbox.Order{}, err
	}
	if err := tx.SellReservation(ctx, order.ID); err != nil {
		return sandbox.Order{}, err
	}
	placed := store.OrderChange{PaidAttemptID: new(a.ID), PaidAt: new(at)}
	if err := tx.MoveOrder(ctx, order.ID, models.OrderAwaiting, models.OrderPaid, placed, models.Transition{Cause: "query"}); err != nil {
		return sandbox.Order{}, err
	}
	return sandbox.Order{
		OrderNum: number, AppID: demo.AppID, AppOrderID: a.AppOrderID, Type: sandbox.TypePayment, UID: alice, Amount: opay.Amount(a.Amount.String()),
		Coin: a.Coin, Status: opay.StatusPaid, CreatedAt: order.CreatedAt, PaidAt: at,
		History: []sandbox.Change{{Status: opay.StatusPending, At: order.CreatedAt, By: "merchant"}, {Status: opay.StatusPaid, At: at, By: "payer"}},
	}, nil
}

// checkInvariants runs the rules that hold at every moment.
func (o *officeRun) checkInvariants() {
	o.t.Helper()
	found, err := o.shop.store.Invariants(o.t.Context())
	require.NoError(o.t, err)
	assert.Empty(o.t, found)
}
