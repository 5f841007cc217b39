package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// near is what a busy machine may take between two looks at a clock.
const near = 30 * time.Second

func eachShift(t *testing.T, fn func(t *testing.T, server *modelstest.Shifted, shift time.Duration, s *store.Store)) {
	t.Helper()
	for name, shift := range map[string]time.Duration{"behind": -3 * time.Minute, "ahead": 3 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := modelstest.ShiftedMariaDB(t, shift)
			fn(t, server, shift, modelstest.Open(t, server.DSN))
		})
	}
}

func TestClock_IsTheDatabases(t *testing.T) {
	t.Parallel()
	eachShift(t, func(t *testing.T, server *modelstest.Shifted, shift time.Duration, s *store.Store) {
		assert.WithinDuration(t, time.Now().Add(shift), s.Clock(), near)
		assert.Equal(t, time.UTC, s.Clock().Location())
		assert.True(t, s.FollowsServer())
		now, err := s.Now(t.Context())
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now().Add(shift), now, near)
		ahead, err := s.ClockAhead(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, shift.Seconds(), ahead.Seconds(), near.Seconds())

		o := modelstest.Order(t, s, func(o *models.Order) { o.DueAt = s.Clock() })
		claimed, err := s.ClaimOrders(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, claimed, 1, "what was due when it was written is due at once")
		assert.Equal(t, o.ID, claimed[0].ID)

		server.Set(shift + time.Hour)
		_, err = s.ClaimOrders(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now().Add(shift+time.Hour), s.Clock(), near, "a jump is followed at the next claim")
	})
}

func TestClock_OfOthersIsTheirOwn(t *testing.T) {
	s := modelstest.SQLite(t)
	assert.WithinDuration(t, time.Now(), s.Clock(), near)
	assert.False(t, s.FollowsServer())
	clock := modelstest.NewClock(time.Time{})
	given := modelstest.MariaDB(t, modelstest.WithClock(clock))
	assert.Equal(t, clock.Now(), given.Clock())
	ahead, err := given.ClockAhead(t.Context())
	require.NoError(t, err)
	assert.Zero(t, ahead)
}
