package store_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// Workers with stores of their own, as replicas have them, share the rows: each is claimed once.
func TestClaim_NeverTwice(t *testing.T) {
	share := func(t *testing.T, dsn string) {
		t.Helper()
		ctx := t.Context()
		first := modelstest.Open(t, dsn)
		const rows = 150
		for i := range rows {
			require.NoError(t, first.PutOutbox(ctx, models.OutboxMessage{Kind: models.MailOrderReceived, DedupeKey: strconv.Itoa(i)}))
		}
		var mu sync.Mutex
		claimed := map[string]int{}
		var workers errgroup.Group
		for range 6 {
			s := modelstest.Open(t, dsn)
			workers.Go(func() error {
				for {
					list, err := s.ClaimOutbox(ctx, 7, time.Hour)
					if err != nil {
						return err
					}
					mu.Lock()
					for _, m := range list {
						claimed[m.ID]++
					}
					done := len(claimed) >= rows
					mu.Unlock()
					if done {
						return nil
					}
				}
			})
		}
		require.NoError(t, workers.Wait())
		assert.Len(t, claimed, rows)
		for id, n := range claimed {
			assert.Equal(t, 1, n, id)
		}
	}
	t.Run("sqlite", func(t *testing.T) { share(t, modelstest.SQLiteDSN(t)) })
	t.Run("mariadb", func(t *testing.T) { share(t, modelstest.MariaDBDSN(t)) })
}

// queueCase makes a due row in one of the queues, and claims.
type queueCase struct {
	queue store.Queue
	make  func(t *testing.T, s *store.Store) (id string)
	claim func(t *testing.T, s *store.Store) []string // "id lease due tries"
}

func queueCases() []queueCase {
	row := func(id, lease string, due time.Time, tries int) string {
		return fmt.Sprintf("%s %s %d %d", id, lease, due.UnixMilli(), tries)
	}
	return []queueCase{
		{
			store.QueueOrders, func(t *testing.T, s *store.Store) string {
				t.Helper()
				now, err := s.Now(t.Context())
				require.NoError(t, err)
				return modelstest.Order(t, s, func(o *models.Order) { o.DueAt = now }).ID
			}, func(t *testing.T, s *store.Store) (list []string) {
				t.Helper()
				rows, err := s.ClaimOrders(t.Context(), 10, time.Minute)
				require.NoError(t, err)
				for _, r := range rows {
					list = append(list, row(r.ID, r.Lease, r.DueAt, 0))
				}
				return list
			},
		},
		{
			store.QueueAttempts, func(t *testing.T, s *store.Store) string {
				t.Helper()
				return modelstest.Attempt(t, s, modelstest.Order(t, s)).ID
			}, func(t *testing.T, s *store.Store) (list []string) {
				t.Helper()
				rows, err := s.ClaimAttempts(t.Context(), 10, time.Minute)
				require.NoError(t, err)
				for _, r := range rows {
					assert.Equal(t, "10001", r.Payer.UserID)
					list = append(list, row(r.ID, r.Lease, r.DueAt, 0))
				}
				return list
			},
		},
		{
			store.QueueInbox, func(t *testing.T, s *store.Store) string {
				t.Helper()
				m := callback(models.NewID(), "x")
				_, err := s.PutInbox(t.Context(), m)
				require.NoError(t, err)
				return m.ID
			}, func(t *testing.T, s *store.Store) (list []string) {
				t.Helper()
				rows, err := s.ClaimInbox(t.Context(), 10, time.Minute)
				require.NoError(t, err)
				for _, r := range rows {
					list = append(list, row(r.ID, r.Lease, r.DueAt, r.Tries))
				}
				return list
			},
		},
		{
			store.QueueOutbox, func(t *testing.T, s *store.Store) string {
				t.Helper()
				m := models.OutboxMessage{ID: models.NewID(), Kind: models.MailOrderReceived, DedupeKey: models.NewID()}
				require.NoError(t, s.PutOutbox(t.Context(), m))
				return m.ID
			}, func(t *testing.T, s *store.Store) (list []string) {
				t.Helper()
				rows, err := s.ClaimOutbox(t.Context(), 10, time.Minute)
				require.NoError(t, err)
				for _, r := range rows {
					list = append(list, row(r.ID, r.Lease, r.DueAt, r.Tries))
				}
				return list
			},
		},
	}
}

func TestLease_EndsAndIsGivenBack(t *testing.T) {
	for _, c := range queueCases() {
		t.Run(string(c.queue), func(t *testing.T) {
			clock := modelstest.NewClock(time.Time{})
			modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} }, func(t *testing.T, s *store.Store) {
				ctx := t.Context()
				id := c.make(t, s)
				parse := func(list []string) (lease string, due time.Time, tries int) {
					require.Len(t, list, 1)
					var got string
					var ms int64
					_, err := fmt.Sscan(list[0], &got, &lease, &ms, &tries)
					require.NoError(t, err)
					assert.Equal(t, id, got)
					return lease, time.UnixMilli(ms).UTC(), tries
				}
				first, due, tries := parse(c.claim(t, s))
				assert.Equal(t, clock.Now().Add(time.Minute), due)
				assert.Empty(t, c.claim(t, s), "it is held")
				clock.Advance(time.Minute - time.Millisecond)
				assert.Empty(t, c.claim(t, s))
				clock.Advance(time.Millisecond)
				second, _, again := parse(c.claim(t, s))
				assert.NotEqual(t, first, second)
				if tries > 0 {
					assert.Equal(t, 2, again, "a lost worker's try counts")
				}
				require.ErrorIs(t, s.Reschedule(ctx, c.queue, id, first, clock.Now()), store.ErrConflict, "the first worker is late")
				require.ErrorIs(t, s.Reschedule(ctx, c.queue, id, "", clock.Now()), store.ErrConflict)
				require.NoError(t, s.Reschedule(ctx, c.queue, id, second, clock.Now().Add(time.Second)))
				require.ErrorIs(t, s.Reschedule(ctx, c.queue, id, second, clock.Now()), store.ErrConflict)
				assert.Empty(t, c.claim(t, s))
				clock.Advance(time.Second)
				third, _, _ := parse(c.claim(t, s))
				require.NoError(t, s.Reschedule(ctx, c.queue, id, third, time.Time{}))
				clock.Advance(1000 * time.Hour)
				assert.Empty(t, c.claim(t, s), "never again")
			})
		})
	}
	require.ErrorIs(t, (&store.Store{}).Reschedule(t.Context(), "orders; --", "x", "y", time.Time{}), store.ErrQueue)
}

func TestLease_EndsWhenTheRowGetsAnotherTime(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		claimed, err := s.ClaimAttempts(ctx, 1, time.Minute)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		soon := models.Instant(time.Now().Add(time.Second))
		require.NoError(t, s.SetAttempt(ctx, a.ID, a.State, store.AttemptChange{DueAt: new(soon)}))
		require.ErrorIs(t, s.Reschedule(ctx, store.QueueAttempts, a.ID, claimed[0].Lease, soon.Add(time.Hour)), store.ErrConflict)
		got, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.Equal(t, soon, got.DueAt)
	})
}

func TestClaimOrders_LongestDueFirst(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} }, func(t *testing.T, s *store.Store) {
		var want []string
		for i := range 4 {
			o := modelstest.Order(t, s, func(o *models.Order) { o.DueAt = clock.Now().Add(-time.Duration(i) * time.Minute) })
			want = append([]string{o.ID}, want...)
		}
		modelstest.Order(t, s, func(o *models.Order) { o.DueAt = clock.Now().Add(time.Millisecond) })
		claimed, err := s.ClaimOrders(t.Context(), 3, time.Minute)
		require.NoError(t, err)
		require.Len(t, claimed, 3)
		for i, o := range claimed {
			assert.Equal(t, want[i], o.ID)
		}
	})
}
