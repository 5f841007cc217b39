package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestSession_RoundTripAndExpiry(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} }, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		v := modelstest.Product(t, s, stocked(9, 9))
		cart := modelstest.Cart(t, s, modelstest.Item{Variant: v.Variants[0], Quantity: 2}, modelstest.Item{Variant: v.Variants[1], Quantity: 3})
		put := models.Session{CartID: cart.ID, Data: []byte("{\"a\":\"\x00\xff\"}"), ExpiresAt: clock.Now().Add(time.Hour)}
		require.NoError(t, s.PutSession(ctx, "cookie", put))

		counted, count := modelstest.CountQueries(ctx)
		got, err := s.Session(counted, "cookie")
		require.NoError(t, err)
		assert.Equal(t, 1, count.N())
		sum := sha256.Sum256([]byte("cookie"))
		assert.Equal(t, hex.EncodeToString(sum[:]), got.ID)
		assert.Equal(t, put.Data, got.Data)
		assert.Equal(t, 5, got.CartCount)
		assert.Equal(t, clock.Now(), got.CreatedAt)

		clock.Advance(30 * time.Minute)
		got.Data, got.ExpiresAt = nil, clock.Now().Add(time.Hour)
		require.NoError(t, s.PutSession(ctx, "cookie", got))
		renewed, err := s.Session(ctx, "cookie")
		require.NoError(t, err)
		assert.Empty(t, renewed.Data)
		assert.Equal(t, got.CreatedAt, renewed.CreatedAt)
		assert.Equal(t, clock.Now(), renewed.UpdatedAt)

		clock.Advance(time.Hour)
		_, err = s.Session(ctx, "cookie")
		require.ErrorIs(t, err, store.ErrNotFound, "its last moment is over")
		for _, id := range []string{"", "other", "COOKIE", hex.EncodeToString(sum[:]), "\xff"} {
			_, err = s.Session(ctx, id)
			require.ErrorIs(t, err, store.ErrNotFound, "%q", id)
		}
	})
}

func TestSession_ExpiredOnesGoInPortions(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		now := time.Now()
		for i := range 5 {
			require.NoError(t, s.PutSession(ctx, "old"+strconv.Itoa(i), models.Session{ExpiresAt: now.Add(-time.Duration(i) * time.Second)}))
		}
		require.NoError(t, s.PutSession(ctx, "new", models.Session{ExpiresAt: now.Add(time.Hour)}))
		for _, want := range []int{3, 2, 0} {
			n, err := s.DeleteExpiredSessions(ctx, now, 3)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		_, err := s.Session(ctx, "new")
		require.NoError(t, err)
		require.NoError(t, s.DeleteSession(ctx, "new"))
		require.NoError(t, s.DeleteSession(ctx, "new"))
		_, err = s.Session(ctx, "new")
		require.ErrorIs(t, err, store.ErrNotFound)
		require.Error(t, s.PutSession(ctx, "x", models.Session{}), "a session without an end")
	})
}

func TestSession_SealedForItsRowOnly(t *testing.T) {
	check := func(t *testing.T, dsn, seen string) {
		t.Helper()
		s := modelstest.Open(t, dsn)
		ctx := t.Context()
		secret := models.Session{Data: []byte("marked-data"), ExpiresAt: time.Now().Add(time.Hour)}
		require.NoError(t, s.PutSession(ctx, "a", secret))
		require.NoError(t, s.PutSession(ctx, "b", secret))
		assert.Zero(t, modelstest.Count(t, dsn, seen))
		assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM sessions WHERE id IN ('a', 'b')"))

		other := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
		_, err := other.Session(ctx, "a")
		require.ErrorIs(t, err, store.ErrNotFound, "after a change of the key the browser gets a new session")
		none := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = nil })
		require.ErrorIs(t, none.PutSession(ctx, "c", secret), store.ErrNoSealKey)
		require.NoError(t, none.PutSession(ctx, "c", models.Session{ExpiresAt: secret.ExpiresAt}), "nothing to seal")
		_, err = none.Session(ctx, "a")
		require.ErrorIs(t, err, store.ErrNoSealKey)
	}
	t.Run("sqlite", func(t *testing.T) {
		check(t, modelstest.SQLiteDSN(t), "SELECT COUNT(*) FROM sessions WHERE instr(data, CAST('marked' AS BLOB)) > 0")
	})
	t.Run("mariadb", func(t *testing.T) {
		check(t, modelstest.MariaDBDSN(t), "SELECT COUNT(*) FROM sessions WHERE LOCATE(CAST('marked' AS BINARY), data) > 0")
	})
}
