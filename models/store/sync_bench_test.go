package store_test

import (
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// BenchmarkCommit measures what it costs that a commit is on disk: small transactions of one writer and of 32 at the same time. cpu-us
// is user and system time of a commit; the rest of ns/op is waiting for the disk.
func BenchmarkCommit(b *testing.B) {
	for _, mode := range []struct {
		name   string
		unsafe bool
	}{{"on disk", false}, {"unsafe", true}} {
		for _, writers := range []int{1, 32} {
			b.Run(mode.name+"/writers="+strconv.Itoa(writers), func(b *testing.B) {
				s := modelstest.SQLite(b, func(o *store.Options) { o.Unsafe = mode.unsafe })
				var n atomic.Int64
				before := cpuTime(b)
				b.SetParallelism(max(1, writers/2))
				b.ResetTimer()
				write := func() error {
					return s.Tx(b.Context(), func(tx *store.Store) error {
						i := n.Add(1) // a value that is there already would not be written
						return tx.PutSetting(b.Context(), "k"+strconv.FormatInt(i%100, 10), "value "+strconv.FormatInt(i, 10))
					})
				}
				if writers == 1 {
					for b.Loop() {
						require.NoError(b, write())
					}
				} else {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							if err := write(); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(n.Load()), "cpu-us/op")
			})
		}
	}
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
