package catalogue_test

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// processTime returns the CPU time that the process has used.
func processTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkImport parses, compares, writes and indexes a valid file of 10,000 rows, starting with an empty catalogue each time. It also
// reports CPU time, because other load on the machine increases the elapsed time.
//
//	go test ./models/catalogue -run - -bench BenchmarkImport -benchtime 1x
func BenchmarkImport(b *testing.B) {
	const rows = 10_000
	file := wooFile(rows, nil)
	for name, open := range map[string]func(testing.TB, ...modelstest.Option) *store.Store{"sqlite": modelstest.SQLite, "mariadb": modelstest.MariaDB} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := open(b)
				m := catalogue.Imports{Store: db}
				i, err := m.Receive(b.Context(), "products.csv", strings.NewReader(file), models.ImportOptions{}, models.Actor{Who: "bench"})
				require.NoError(b, err)
				used := processTime()
				b.StartTimer()
				began := time.Now()
				p, err := m.Plan(b.Context(), db.ImportFile(b.Context(), i.ID), models.ImportOptions{}, nil)
				require.NoError(b, err)
				require.Empty(b, p.Problems)
				planned := time.Since(began)
				require.NoError(b, m.Apply(b.Context(), &i, p, models.Actor{Who: "bench"}, nil, nil))
				b.ReportMetric(planned.Seconds(), "plan-s")
				b.ReportMetric((processTime() - used).Seconds(), "cpu-s")
				again, err := m.Plan(b.Context(), strings.NewReader(file), models.ImportOptions{}, nil)
				require.NoError(b, err)
				require.Empty(b, again.Plan.Items)
				b.StopTimer()
				searches(b, db)
				b.StartTimer()
			}
		})
	}
}

// searches reports the 95th percentile of the time of a search in the imported catalogue, its mean CPU time, and the maximum number of
// statements, which must not exceed four.
func searches(b *testing.B, db *store.Store) {
	b.Helper()
	words := []string{"clay cup", "striped", "lamp", "oak", "hand packed", "woven stone to", "SKU-0042", "kettle quiet", "linen ch", "vase", "heavy glass", "warm wool blanket"}
	var took []time.Duration
	maxStatements, used := 0, processTime()
	for range 20 {
		for _, w := range words {
			counted, count := modelstest.CountQueries(b.Context())
			began := time.Now()
			_, _, err := db.Cards(counted, models.CardFilter{Search: w, Limit: 24})
			require.NoError(b, err)
			took = append(took, time.Since(began))
			maxStatements = max(maxStatements, count.N())
		}
	}
	require.LessOrEqual(b, maxStatements, 4)
	b.ReportMetric(float64(maxStatements), "search-statements")
	b.ReportMetric(float64((processTime()-used).Microseconds())/1000/float64(len(took)), "search-cpu-ms")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "search-p95-ms")
}
