package store_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestTakeMailSlot_NeverMoreThanThePlacesWithinAnyHour(t *testing.T) {
	for name, dsnOf := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			clock := modelstest.NewClock(time.Time{})
			dsn := dsnOf(t)
			replicas := []*store.Store{modelstest.Open(t, dsn, modelstest.WithClock(clock)), modelstest.Open(t, dsn, modelstest.WithClock(clock))}
			take := func(s *store.Store, email, id string) bool {
				ok, err := s.TakeMailSlot(t.Context(), email, id, models.MaxUnpaidMails, models.UnpaidMailWindow)
				assert.NoError(t, err)
				return ok
			}
			var granted atomic.Int32
			var all sync.WaitGroup
			for i := range 20 {
				all.Go(func() {
					if take(replicas[i%2], "Ann+"+strconv.Itoa(i)+"@example.com", models.NewID()) {
						granted.Add(1)
					}
				})
			}
			all.Wait()
			assert.Equal(t, int32(models.MaxUnpaidMails), granted.Load())
			assert.True(t, take(replicas[0], "bob@example.com", models.NewID()), "another mailbox")

			// One place at a time becomes free, an hour after it was taken.
			first := models.NewID()
			clock.Advance(models.UnpaidMailWindow - time.Millisecond)
			assert.False(t, take(replicas[0], "ann@example.com", first))
			clock.Advance(time.Millisecond)
			assert.True(t, take(replicas[0], "ann@example.com", first))
			for range 3 {
				assert.True(t, take(replicas[1], "ann@example.com", first), "a second try of the same mail")
			}
			clock.Advance(30 * time.Minute)
			assert.True(t, take(replicas[0], "ann@example.com", models.NewID()))
			assert.True(t, take(replicas[0], "ann@example.com", models.NewID()))
			assert.False(t, take(replicas[0], "ann@example.com", models.NewID()))
			clock.Advance(30 * time.Minute)
			assert.True(t, take(replicas[0], "ann@example.com", models.NewID()), "the place of the first")
			assert.False(t, take(replicas[0], "ann@example.com", models.NewID()))
			assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM mail_slots WHERE id LIKE '%ann%'"), "the address is not stored")

			clock.Advance(25 * time.Hour)
			_, err := replicas[0].SweepStaff(t.Context(), clock.Now(), 100)
			require.NoError(t, err)
			assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM mail_slots"))
		})
	}
}
