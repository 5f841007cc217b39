package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// BenchmarkShop_Order measures the cost of an order for the shop; sandbox, database server and browser are other processes. It reports the
// CPU time of the request that places the order (placing), of the rest until a page says paid, including callback, calls to the platform,
// settling and mails (paying), and of the whole visit from the front page on (visit). It also reports the memory of the shop before the
// first request and at the end. Each order is paid before the next, so that the limits of unpaid orders, which are part of the cost, refuse none.
func BenchmarkShop_Order(b *testing.B) {
	for _, kind := range []struct {
		name string
		dsn  func(testing.TB) string
	}{{"sqlite", modelstest.SQLiteDSN}, {"mariadb", modelstest.MariaDBDSN}} {
		b.Run(kind.name, func(b *testing.B) {
			dsn := kind.dsn(b)
			r := startRealShop(b, dsn, map[string]string{"COINCART_LOG_LEVEL": "warn", "COINCART_TRUSTED_PROXIES": "127.0.0.1"})
			fillShelf(b, dsn)
			pid := r.shop.command.Process.Pid
			idle, begin, orders := memory(b, pid), cpu(b, pid), 0
			var placing, paying time.Duration
			for b.Loop() {
				v := newVisitor(b, "en")
				v.from = fmt.Sprintf("10.%d.%d.%d", orders>>16&255, orders>>8&255, orders&255) // limits are per address
				form := checkout(v, r.address)
				start := cpu(b, pid)
				page := form.submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
				placed := cpu(b, pid)
				pay(page)
				placing += placed - start
				paying += cpu(b, pid) - placed
				orders++
			}
			b.ReportMetric(milliseconds(placing, orders), "placing-cpu-ms/order")
			b.ReportMetric(milliseconds(paying, orders), "paying-cpu-ms/order")
			b.ReportMetric(milliseconds(cpu(b, pid)-begin, orders), "visit-cpu-ms/order")
			b.ReportMetric(float64(idle)/(1<<20), "idle-MB")
			b.ReportMetric(float64(memory(b, pid))/(1<<20), "after-MB")
		})
	}
}

// fillShelf keeps the mugs from selling out.
func fillShelf(tb testing.TB, dsn string) {
	tb.Helper()
	db, err := store.Open(tb.Context(), dsn, store.Options{})
	require.NoError(tb, err)
	defer db.Close()
	product, err := db.Product(tb.Context(), "stoneware-mug")
	require.NoError(tb, err)
	for _, v := range product.Variants {
		movement := models.StockMovement{VariantID: v.ID, Kind: models.MovementCorrection, Quantity: 100_000}
		require.NoError(tb, db.MoveStock(tb.Context(), movement))
	}
}

func milliseconds(d time.Duration, n int) float64 {
	return float64(d.Microseconds()) / 1000 / float64(n)
}

// cpu returns the CPU time of all threads of a process, from the scheduler's nanoseconds (proc(5)).
func cpu(tb testing.TB, pid int) time.Duration {
	tb.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	require.NoError(tb, err)
	var sum time.Duration
	for _, thread := range threads {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, thread.Name()))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(tb, err)
		on, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.ParseInt(on, 10, 64)
		require.NoError(tb, err)
		sum += time.Duration(n)
	}
	return sum
}

// memory returns the resident memory of a process in bytes.
func memory(tb testing.TB, pid int) int64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(tb, err)
	_, rest, found := strings.Cut(string(text), "VmRSS:")
	require.True(tb, found)
	kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	require.NoError(tb, err)
	return kilobytes << 10
}
