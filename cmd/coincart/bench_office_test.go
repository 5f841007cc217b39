package main

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// benchOrders is the default number of orders; COINCART_BENCH_ORDERS overrides it. make bench-backoffice uses a million.
const benchOrders = 20_000

// What the back office guarantees with a million orders.
const (
	mostStatements = 11                     // ten of the page, and one for the counters of the navigation, which runs every five seconds
	mostTime       = 150 * time.Millisecond // of 95 in 100 visits
	mostHeap       = 64 << 20               // bytes, while all orders are exported
)

// BenchmarkBackoffice measures the back office of a shop on MariaDB with a year of orders, over HTTP and signed in. For every list and the
// dashboard it reports the 95th percentile of the time for the whole page and the maximum number of statements. For exports of all orders
// it reports the time, the rows per second and the maximum heap of the process. All workers run, as in production. It prints a table at the
// end and fails if a figure exceeds its limit.
//
// The database server gets benchBuffers of memory, as in a shop of that size. COINCART_BENCH_DATABASE ("mysql://…") names a database to
// keep, which is filled if it is empty; without it, a new one is made on the tests' server.
func BenchmarkBackoffice(b *testing.B) {
	o := newBenchOffice(b)
	for _, p := range o.pages() {
		b.Run(p.name, func(b *testing.B) { o.measurePage(b, p) })
	}
	for _, format := range []string{"csv", "xlsx"} {
		b.Run("export-"+format, func(b *testing.B) { o.measureExport(b, format) })
	}
	require.NoError(b, o.report.print(os.Stdout))
}

// benchOffice is the shop to measure.
type benchOffice struct {
	orders  int
	visitor *visitor
	shop    *shop
	sample  []models.OrderRow // of all ages, to search for
	report  benchReport

	mu         sync.Mutex
	statements map[string]int // maximum number of statements of a request, by path and query
	tooMany    []string       // the statements of the last request that took more than are promised
}

func newBenchOffice(b *testing.B) *benchOffice {
	b.Helper()
	o := &benchOffice{orders: benchOrders, statements: map[string]int{}}
	if text := os.Getenv("COINCART_BENCH_ORDERS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(b, err)
		o.orders = n
	}
	folder := filepath.Join(b.TempDir(), "data")
	require.NoError(b, os.Mkdir(folder, 0o700))
	keys, err := loadOrMakeDemoKeys(folder)
	require.NoError(b, err)
	seal, err := sealKey(keys.merchant)
	require.NoError(b, err)
	dsn := benchDatabase(b)
	o.report.note("%s", giveBuffers(b, dsn))
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	db, err := store.Open(b.Context(), dsn, store.Options{SealKey: seal, Logger: log, Observe: modelstest.Observe})
	require.NoError(b, err)
	b.Cleanup(func() { _ = db.Close() })

	o.seed(b, db)
	o.rollUp(b, db)
	o.serve(b, db, folder, keys, log)
	o.signIn(b)
	o.choose(b, db)
	return o
}

// seed fills an empty database.
func (o *benchOffice) seed(b *testing.B, db *store.Store) {
	b.Helper()
	began := time.Now()
	_, err := db.FirstOrderDay(b.Context(), time.UTC)
	if err == nil {
		o.report.note("the orders were there already")
		return
	}
	require.ErrorIs(b, err, store.ErrNotFound)
	require.NoError(b, loadCatalogue(b.Context(), db))
	// By the shop's own store: customers that were named with another key would be named again in the background.
	require.NoError(b, db.SeedOrders(b.Context(), o.orders, store.SeedSpec{Seed: 1}))
	o.report.note("%d orders were made up in %s", o.orders, time.Since(began).Round(time.Second))
}

// rollUp updates the figures of past days, which a shop does in the background.
func (o *benchOffice) rollUp(b *testing.B, db *store.Store) {
	b.Helper()
	began, days := time.Now(), 0
	for {
		n, err := db.RollUpDue(b.Context(), time.UTC)
		require.NoError(b, err)
		now := time.Now()
		dashboard, err := db.Dashboard(b.Context(), now.AddDate(0, 0, -364), now, time.UTC)
		require.NoError(b, err)
		if days += n; len(dashboard.Missing) == 0 {
			break
		}
	}
	o.report.note("%d days were added up in %s", days, time.Since(began).Round(time.Second))
}

func (o *benchOffice) serve(b *testing.B, db *store.Store, folder string, keys demoKeys, log *slog.Logger) {
	b.Helper()
	shopAt, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	sandboxAt, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	base, platformURL := localURL(shopAt.Addr()), localURL(sandboxAt.Addr())
	platform, err := sandbox.New(sandbox.Config{
		BaseURL: platformURL, Keys: keys.platform, Apps: []sandbox.App{{AppID: demoAppID, Key: &keys.merchant.PublicKey}},
	})
	require.NoError(b, err)
	ring, err := opay.NewKeyring(keys.merchant, &keys.platform.PublicKey)
	require.NoError(b, err)
	o.shop, err = assemble(&settings{PlatformTimezone: "UTC", ShopName: "Osier", databaseSettings: databaseSettings{DataDir: folder}}, parts{
		baseURL: base, platformURL: platformURL, appID: demoAppID, keys: ring, store: db, log: log, demo: true,
	})
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- runTasks(ctx, []task{
			serveHTTP("sandbox", sandboxHTTPServer(platform.Handler()), sandboxAt, log),
			{"payments", o.shop.services.Jobs.Run},
			serveHTTP("shop", &http.Server{Handler: http.HandlerFunc(o.count), ReadHeaderTimeout: time.Second}, shopAt, log),
		})
	}()
	b.Cleanup(func() {
		cancel()
		require.NoError(b, <-done)
	})
}

// count serves a request and records how many statements it took.
func (o *benchOffice) count(w http.ResponseWriter, r *http.Request) {
	ctx, counted := modelstest.CountQueries(r.Context())
	o.shop.web.Handler().ServeHTTP(w, r.WithContext(ctx))
	o.mu.Lock()
	defer o.mu.Unlock()
	key := r.URL.RequestURI()
	o.statements[key] = max(o.statements[key], counted.N())
	if counted.N() > mostStatements {
		o.tooMany = counted.Statements()
	}
}

func (o *benchOffice) signIn(b *testing.B) {
	b.Helper()
	email := strings.ToLower(models.NewRef()) + ownerEmail // a kept database has the addresses of earlier runs
	made, err := o.shop.web.Accounts().Create(b.Context(), staff.CommandLine(), staff.NewAccount{
		Email: email, Name: "Olga", Password: ownerPassword, Lang: "en",
	}, models.RoleOwner)
	require.NoError(b, err)
	o.visitor = newVisitor(b, "en")
	page := o.visitor.get(o.shop.base+"/admin").submit("/admin/login", map[string]string{"email": email, "password": ownerPassword})
	code, err := totp.GenerateCode(made.Key.Secret.Reveal(), time.Now())
	require.NoError(b, err)
	page = page.submit("/admin/totp", map[string]string{"code": code})
	require.Equal(b, "/admin", page.address.Path, page.text)
	// The list of staff requires another code; that of the next half minute is accepted too.
	code, err = totp.GenerateCode(made.Key.Secret.Reveal(), time.Now().Add(30*time.Second))
	require.NoError(b, err)
	page = o.visitor.get(o.shop.base+"/admin/step-up").submit("/admin/step-up", map[string]string{"totp": code})
	require.Equal(b, http.StatusOK, page.status, page.text)
}

// choose selects orders of all ages.
func (o *benchOffice) choose(b *testing.B, db *store.Store) {
	b.Helper()
	now := time.Now()
	for back := range 60 {
		to := now.AddDate(0, 0, -6*back)
		page, err := db.Orders(b.Context(), models.OrderFilter{To: to, Limit: 10})
		require.NoError(b, err)
		o.sample = append(o.sample, page.Rows...)
	}
	require.NotEmpty(b, o.sample)
}

// benchPage is a page with the addresses of its visits.
type benchPage struct {
	name    string
	address func(n int) string // address of the nth visit
}

// pages returns all lists with every filter and order, and the dashboard.
func (o *benchOffice) pages() []benchPage {
	fixed := func(address string) func(int) string { return func(int) string { return address } }
	search := func(of func(models.OrderRow) string) func(int) string {
		return func(int) string {
			return "/admin/orders?q=" + url.QueryEscape(of(o.sample[rand.IntN(len(o.sample))]))
		}
	}
	day := func(n int) string { return time.Now().AddDate(0, 0, -1-n%360).Format(time.DateOnly) }
	return []benchPage{
		{"staff", fixed("/admin/staff")}, // first, because a code is fresh for five minutes only
		{"dashboard-7-days", fixed("/admin")},
		{"dashboard-90-days", fixed("/admin?span=90d")},
		{"dashboard-a-year", fixed("/admin?from=" + day(359) + "&to=" + day(0))},
		{"inbox", fixed("/admin/inbox")},
		{"inbox-deep", o.deeper("/admin/inbox")},
		{"inbox-all", fixed("/admin/inbox?all=1")},
		{"orders-newest", fixed("/admin/orders")},
		{"orders-oldest", fixed("/admin/orders?sort=oldest")},
		{"orders-amount-desc", fixed("/admin/orders?sort=amount_desc")},
		{"orders-amount-asc", fixed("/admin/orders?sort=amount_asc")},
		{"orders-deep", o.deeper("/admin/orders")},
		{"orders-deep-by-amount", o.deeper("/admin/orders?sort=amount_desc")},
		{"orders-paid", fixed("/admin/orders?state=paid")},
		{"orders-expired-deep", o.deeper("/admin/orders?state=expired")},
		{"orders-review", fixed("/admin/orders?state=review")},
		{"orders-unusual", fixed("/admin/orders?unusual=1")},
		{"orders-unusual-by-amount", fixed("/admin/orders?unusual=1&sort=amount_asc")},
		{"orders-btc", fixed("/admin/orders?coin=BTC")},
		{"orders-btc-cancelled-by-amount", fixed("/admin/orders?coin=BTC&state=cancelled&sort=amount_desc")},
		{"orders-of-a-day", func(n int) string { return "/admin/orders?from=" + day(n) + "&to=" + day(n) }},
		{"orders-of-a-day-by-amount", func(n int) string { return "/admin/orders?sort=amount_desc&from=" + day(n) + "&to=" + day(n) }},
		{"orders-of-a-month-by-amount", func(n int) string {
			return "/admin/orders?sort=amount_asc&from=" + day(n+30) + "&to=" + day(n)
		}},
		{"orders-of-the-first-days-by-amount", fixed("/admin/orders?sort=amount_desc&to=" + day(358))},
		{"orders-of-the-last-days-by-amount", fixed("/admin/orders?sort=amount_asc&from=" + day(1))},
		{"orders-of-no-day-by-amount", fixed("/admin/orders?sort=amount_desc&from=" + time.Now().AddDate(0, 0, 2).Format(time.DateOnly))},
		{"orders-of-half-a-year-refunded-by-amount", fixed("/admin/orders?refunds=all&sort=amount_asc&from=" + day(200) + "&to=" + day(20))},
		{"search-order-number", search(func(r models.OrderRow) string { return r.Number })},
		{"search-mail", search(func(r models.OrderRow) string { return r.Email })},
		{"search-mail-prefix", search(func(r models.OrderRow) string { name, _, _ := strings.Cut(r.Email, "@"); return name + "@" })},
		{"search-platform-number", search(func(r models.OrderRow) string { return r.OrderNum })},
		{"search-payer", search(func(r models.OrderRow) string { return r.PayerUserID })},
		{"search-name", search(func(r models.OrderRow) string { return r.Name[min(1, len(r.Name)):] })},
		{"search-track", search(func(r models.OrderRow) string {
			number := cmp.Or(r.Tracking, r.OrderNum, r.Email)
			return number[2:min(7, len(number))]
		})},
		{"search-product", fixed("/admin/orders?q=TONEW")},
		{"search-everywhere", fixed("/admin/orders?q=xample.or")},
		{"search-everywhere-by-amount", fixed("/admin/orders?q=xample.or&sort=amount_desc")},
		{"search-everywhere-refunded", fixed("/admin/orders?q=xample.or&refunds=all")},
		{"customers", fixed("/admin/customers")},
		{"customers-deep", o.deeper("/admin/customers")},
		{"customers-by-orders", fixed("/admin/customers?sort=orders")},
		{"customers-search", fixed("/admin/customers?q=ann")},
		{"search-nothing", fixed("/admin/orders?q=nobody%40example.com")},
		{"order", func(int) string { return "/admin/orders/" + o.sample[rand.IntN(len(o.sample))].ID }},
		{"cancellations", fixed("/admin/cancellations")},
		{"cancellations-deep", o.deeper("/admin/cancellations")},
		{"statements", fixed("/admin/statements")},
		{"statement", func(n int) string { return "/admin/statements/" + day(n%3) }},
		{"statement-deep", o.deeper("/admin/statements/" + day(1))},
		{"refunds", fixed("/admin/refunds")},
		{"refunds-confirmed-deep", o.deeper("/admin/refunds?state=confirmed")},
		{"tasks", fixed("/admin/tasks")},
		{"audit", fixed("/admin/audit")},
		{"account", fixed("/admin/account")},
	}
}

// deeper returns the next page at every visit, and starts again after the last one.
func (o *benchOffice) deeper(first string) func(int) string {
	next := first
	return func(int) string {
		address := next
		page := o.visitor.get(o.shop.base + address)
		next = first
		for n := range page.root.Descendants() {
			if n.Data == "a" && attribute(n, "rel") == "next" {
				next = attribute(n, "href")
			}
		}
		return next
	}
}

// measureVisits is the minimum number of visits of a page.
const measureVisits = 200

func (o *benchOffice) measurePage(b *testing.B, p benchPage) {
	b.Helper()
	o.mu.Lock()
	clear(o.statements)
	o.mu.Unlock()
	var took []time.Duration
	visited := map[string]bool{}
	for b.Loop() {
		for n := range measureVisits {
			address := p.address(n)
			visited[address] = true
			began := time.Now()
			status, size := o.fetch(b, address)
			took = append(took, time.Since(began))
			require.Equal(b, http.StatusOK, status, "%s (%d bytes)", address, size)
		}
	}
	slices.Sort(took)
	at := func(percent int) float64 { return float64(took[(len(took)-1)*percent/100].Microseconds()) / 1000 }
	maxStatements := 0
	o.mu.Lock()
	for address, n := range o.statements {
		if visited[address] {
			maxStatements = max(maxStatements, n)
		}
	}
	for _, text := range o.tooMany {
		b.Log(text)
	}
	o.tooMany = nil
	o.mu.Unlock()
	o.report.page(b, p.name, len(took), maxStatements, at(50), at(95))
	b.ReportMetric(0, "ns/op") // meaningless here
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(95), "p95-ms")
	b.ReportMetric(at(100), "max-ms")
	b.ReportMetric(float64(maxStatements), "statements")
}

// fetch reads a page to its end and discards it.
func (o *benchOffice) fetch(b *testing.B, address string) (status int, size int64) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, o.shop.base+address, nil)
	require.NoError(b, err)
	response, err := o.visitor.client.Do(request)
	require.NoError(b, err)
	defer response.Body.Close()
	size, err = io.Copy(io.Discard, response.Body)
	require.NoError(b, err)
	require.NotContains(b, response.Request.URL.Path, "/login", "still signed in")
	return response.StatusCode, size
}

// measureExport exports all orders through the pages, and samples the heap until the file is ready.
func (o *benchOffice) measureExport(b *testing.B, format string) {
	b.Helper()
	for b.Loop() {
		began := time.Now()
		page := o.visitor.get(o.shop.base+"/admin/orders").submit("/admin/exports", map[string]string{"format": format})
		require.Contains(b, page.address.Path, "/admin/tasks/", page.text)
		id := page.address.Path[strings.LastIndex(page.address.Path, "/")+1:]
		var t models.Task
		peak := heap()
		for t.State != models.TaskDone {
			time.Sleep(10 * time.Millisecond)
			peak = max(peak, heap())
			var err error
			t, err = o.shop.store.Task(b.Context(), id)
			require.NoError(b, err)
			require.NotEqual(b, models.TaskFailed, t.State, t.Problem)
			require.Less(b, time.Since(began), 20*time.Minute)
		}
		took := time.Since(began)
		require.Equal(b, o.orders, t.Done)
		status, size := o.fetch(b, page.address.Path+"/file")
		require.Equal(b, http.StatusOK, status)
		require.Equal(b, t.FileSize, size)
		peak = max(peak, heap())
		o.report.export(b, format, t.Done, size, took, peak)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(took.Seconds(), "seconds")
		b.ReportMetric(float64(t.Done)/took.Seconds(), "rows/s")
		b.ReportMetric(float64(size)/(1<<20), "file-MiB")
		b.ReportMetric(float64(peak)/(1<<20), "heap-MiB")
	}
}

// heap returns the memory of all objects on the heap, including dead ones that were not swept yet.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
