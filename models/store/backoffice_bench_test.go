package store_test

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// BenchmarkBackoffice measures the back office's lists and its dashboard over COINCART_BENCH_ORDERS made-up orders on MariaDB, and
// reports the 95th percentile and the number of statements of each page. COINCART_BENCH_DATABASE names a database that is kept
// and filled if it is empty, as "mysql://…" or "sqlite:path"; without it a fresh one is made on the tests' server.
func BenchmarkBackoffice(b *testing.B) {
	orders := 5000
	if text := os.Getenv("COINCART_BENCH_ORDERS"); text != "" {
		var err error
		orders, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	s := benchStore(b, orders)
	ctx := b.Context()
	zone := time.UTC
	for {
		n, err := s.RollUpDue(ctx, zone)
		require.NoError(b, err)
		if n == 0 {
			break
		}
	}
	now, err := s.Now(ctx)
	require.NoError(b, err)
	page, err := s.Orders(ctx, models.OrderFilter{Fulfilment: models.FulfilmentSent, Limit: 100})
	require.NoError(b, err)
	require.NotEmpty(b, page.Rows)
	one := page.Rows[len(page.Rows)/2]

	measure(b, "dashboard, a year", func(ctx context.Context) error {
		_, err := s.Dashboard(ctx, now.AddDate(-1, 0, 1), now, zone)
		return err
	})
	for name, f := range orderFilters(one, now) {
		measure(b, name, func(ctx context.Context) error { _, err := s.Orders(ctx, f); return err })
		page, err := s.Orders(ctx, f)
		require.NoError(b, err)
		if page.Next != "" {
			f.After = page.Next
			measure(b, name+", next", func(ctx context.Context) error { _, err := s.Orders(ctx, f); return err })
		}
	}
	measure(b, "an order's file", func(ctx context.Context) error { _, err := s.OrderFile(ctx, one.ID); return err })
	measure(b, "pending", func(ctx context.Context) error { _, _, err := s.PendingAttempts(ctx, "", 100); return err })
	measure(b, "reviews", func(ctx context.Context) error { _, _, err := s.ReviewPage(ctx, true, "", 100); return err })
	measure(b, "refunds", func(ctx context.Context) error { _, _, err := s.RefundPage(ctx, "", "", 100); return err })
	b.Run("export", func(b *testing.B) { benchExport(b, s) })
}

func orderFilters(one models.OrderRow, now time.Time) map[string]models.OrderFilter {
	filters := map[string]models.OrderFilter{
		"search order number": {Search: one.Number}, "search e-mail": {Search: one.Email}, "search e-mail's beginning": {Search: one.Email[:len(one.Email)-6]},
		"search platform number": {Search: one.OrderNum}, "search payer": {Search: one.PayerUserID}, "search nothing": {Search: "nothing"},
		"unusual": {Unusual: true},
	}
	for _, sort := range models.OrderSorts() {
		for name, f := range map[string]models.OrderFilter{
			"all": {}, "to send": {Fulfilment: models.FulfilmentNone}, "sent": {Fulfilment: models.FulfilmentSent}, "review": {State: models.OrderReview},
			"in flight": {Refunds: models.RefundsInFlight}, "refunded": {Refunds: models.RefundsAll}, "underpaid": {Balance: models.BalanceUnder},
			"coin": {Coin: "BTC"}, "no such coin": {Coin: "NONE"}, "state and coin": {State: models.OrderPaid, Coin: "ETH"},
			"day": {From: now.AddDate(0, 0, -8), To: now.AddDate(0, 0, -7)}, "month": {From: now.AddDate(0, -4, 0), To: now.AddDate(0, -3, 0)},
			"quarter": {From: now.AddDate(0, -6, 0), To: now.AddDate(0, -3, 0), Coin: "BTC"}, "future": {From: now.AddDate(1, 0, 0)},
		} {
			f.Sort = sort
			filters[name+", "+string(sort)] = f
		}
	}
	for name, f := range filters {
		f.Limit = 50
		filters[name] = f
	}
	return filters
}

func benchStore(b *testing.B, orders int) *store.Store {
	b.Helper()
	dsn := os.Getenv("COINCART_BENCH_DATABASE")
	if dsn == "" {
		dsn = modelstest.MariaDBDSN(b)
	}
	s := modelstest.Open(b, dsn)
	require.NoError(b, s.Migrate(b.Context()))
	page, err := s.Orders(b.Context(), models.OrderFilter{Limit: 1})
	require.NoError(b, err)
	if len(page.Rows) == 0 {
		modelstest.Catalogue(b, s)
		began := time.Now()
		require.NoError(b, s.SeedOrders(b.Context(), orders, store.SeedSpec{Seed: 1}))
		b.Logf("%d orders were made up in %s", orders, time.Since(began).Round(time.Millisecond))
	}
	return s
}

// measure runs a page often enough for a percentile.
func measure(b *testing.B, name string, page func(context.Context) error) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		counting, counted := modelstest.CountQueries(b.Context())
		require.NoError(b, page(counting))
		var took []time.Duration
		for range max(b.N, 20) {
			began := time.Now()
			require.NoError(b, page(b.Context()))
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		b.ReportMetric(float64(counted.N()), "statements")
		b.ReportMetric(0, "ns/op")
	})
}

// benchExport streams all orders and watches the heap.
func benchExport(b *testing.B, s *store.Store) {
	b.Helper()
	for b.Loop() {
		runtime.GC()
		var now runtime.MemStats
		most, n := uint64(0), 0
		require.NoError(b, s.EachOrderRow(b.Context(), models.OrderFilter{Sort: models.OrdersOldest}, func(models.OrderRow) error {
			if n++; n%5000 == 0 {
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapInuse)
			}
			return nil
		}))
		b.ReportMetric(float64(most)/(1<<20), "heap-MiB")
		b.ReportMetric(float64(n), "rows")
	}
}
