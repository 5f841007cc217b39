package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestTx_AllOrNothing(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		mine := errors.New("mine")
		err := s.Tx(ctx, func(tx *store.Store) error {
			require.NoError(t, tx.PutSetting(ctx, "a", "1"))
			got, err := tx.Setting(ctx, "a")
			require.NoError(t, err, "a transaction sees what it wrote")
			require.Equal(t, "1", got)
			_, err = s.Setting(ctx, "a")
			require.ErrorIs(t, err, store.ErrNotFound, "nobody else does")
			return tx.Tx(ctx, func(inner *store.Store) error {
				require.NoError(t, inner.PutSetting(ctx, "b", "1"))
				return mine
			})
		})
		require.ErrorIs(t, err, mine)
		require.Panics(t, func() {
			_ = s.Tx(ctx, func(tx *store.Store) error {
				require.NoError(t, tx.PutSetting(ctx, "c", "1"))
				panic("on purpose")
			})
		})
		all, err := s.Settings(ctx)
		require.NoError(t, err)
		assert.Empty(t, all)
		require.NoError(t, s.PutSetting(ctx, "d", "1"), "no lock was left behind")
	})
}

// Two transactions that take the same rows crosswise: one gives way and is repeated, both succeed.
func TestTx_ADeadlockIsRepeated(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := modelstest.Order(t, s), modelstest.Order(t, s)
		var meet sync.WaitGroup
		var tries atomic.Int32
		meet.Add(2)
		extend := func(first, second models.Order, by time.Duration) func() error {
			var once sync.Once
			return func() error {
				return s.Tx(ctx, func(tx *store.Store) error {
					tries.Add(1)
					if err := tx.ExtendOrder(ctx, first.ID, first.ExpiresAt.Add(by), first.DueAt); err != nil {
						return err
					}
					if !s.SingleWriter() { // SQLite's writers never meet
						once.Do(func() { meet.Done(); meet.Wait() })
					}
					return tx.ExtendOrder(ctx, second.ID, second.ExpiresAt.Add(by), second.DueAt)
				})
			}
		}
		var both errgroup.Group
		both.Go(extend(a, b, time.Hour))
		both.Go(extend(b, a, 2*time.Hour))
		require.NoError(t, both.Wait())
		gotA, err := s.Order(ctx, a.ID)
		require.NoError(t, err)
		gotB, err := s.Order(ctx, b.ID)
		require.NoError(t, err)
		assert.Equal(t, gotA.ExpiresAt.Sub(a.ExpiresAt), gotB.ExpiresAt.Sub(b.ExpiresAt), "one after the other, never mixed")
		if !s.SingleWriter() {
			assert.EqualValues(t, 3, tries.Load())
		}
	})
}

// A transaction that gave way does nothing more, even if its function does not look at errors.
func TestTx_NothingOfADeadlockedTransactionIsKept(t *testing.T) {
	s := modelstest.MariaDB(t)
	ctx := t.Context()
	a, b := modelstest.Order(t, s), modelstest.Order(t, s)
	later := time.Now().Add(time.Hour)
	var meet sync.WaitGroup
	meet.Add(2)
	var both errgroup.Group
	var gaveWay atomic.Int32
	for _, pair := range [][2]string{{a.ID, b.ID}, {b.ID, a.ID}} {
		first := true
		both.Go(func() error {
			return s.Tx(ctx, func(tx *store.Store) error {
				if err := tx.ExtendOrder(ctx, pair[0], later, later); err != nil {
					return err
				}
				if !first {
					return nil
				}
				first = false
				meet.Done()
				meet.Wait()
				if err := tx.ExtendOrder(ctx, pair[1], later, later); err != nil {
					gaveWay.Add(1)
					err := tx.PutSetting(ctx, "written after the deadlock", "x")
					assert.Error(t, err)
					_, err = tx.Settings(ctx)
					assert.Error(t, err)
				}
				return nil // as if nothing had happened
			})
		})
	}
	require.NoError(t, both.Wait())
	assert.EqualValues(t, 1, gaveWay.Load())
	all, err := s.Settings(ctx)
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestTx_TwoProcessesOnOneSQLiteFile(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	var writers errgroup.Group
	for range 4 {
		s := modelstest.Open(t, dsn) // a store of its own knows nothing of the other's writer
		writers.Go(func() error {
			for range 50 {
				err := s.Tx(t.Context(), func(tx *store.Store) error { return tx.AddCounters(t.Context(), map[string]int{"n": 1}) })
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, writers.Wait())
	counted, err := modelstest.Open(t, dsn).Counters(t.Context(), time.Now())
	require.NoError(t, err)
	assert.Equal(t, 200, counted["n"])
}

func TestTx_EndsWithItsContext(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Tx(ctx, func(tx *store.Store) error {
			require.NoError(t, tx.PutSetting(ctx, "a", "1"))
			cancel()
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Error(t, s.Tx(ctx, func(*store.Store) error { return nil }))
		_, err = s.Setting(t.Context(), "a")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestCountQueries_CountsInsideTransactionsToo(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, count := modelstest.CountQueries(t.Context())
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error { return tx.PutSetting(ctx, "secret-key", "secret-value") }))
		_, err := s.Setting(ctx, "secret-key")
		require.NoError(t, err)
		_, _, err = s.ReviewPage(ctx, true, "", 1)
		require.NoError(t, err)
		assert.Equal(t, 3, count.N())
		for _, text := range count.Statements() {
			assert.NotContains(t, text, "secret")
		}
		_, err = s.Settings(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, count.N())
	})
}
