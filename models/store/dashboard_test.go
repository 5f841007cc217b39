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

func TestDashboard_AddsUpWhatTheRowsSay(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	var clock *modelstest.Clock
	modelstest.EachWith(t, func() []modelstest.Option {
		clock = modelstest.NewClock(time.Time{})
		return []modelstest.Option{modelstest.WithClock(clock)}
	}, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		now := clock.Now()
		modelstest.Catalogue(t, s)
		require.NoError(t, s.SeedOrders(ctx, 3000, store.SeedSpec{Seed: 3, Days: 40}))
		require.NoError(t, s.AddCounters(ctx, map[string]int{"notify_bad_signature": 5, "other": 1}))

		// What every row says, in the plainest way.
		from, _, err := models.ParseDay(models.DayOf(now.AddDate(0, 0, -20), zone), zone)
		require.NoError(t, err)
		orders, converted, paid := map[string]int{}, map[string]int{}, map[string]int{}
		var revenue models.Amount
		coins := map[string]models.Amount{}
		require.NoError(t, s.EachOrderRow(ctx, models.OrderFilter{}, func(r models.OrderRow) error {
			day := models.DayOf(r.CreatedAt, zone)
			orders[day]++
			if !r.PaidAt.IsZero() {
				converted[day]++
				paid[models.DayOf(r.PaidAt, zone)]++
			}
			if p := r.Payment; !p.PaidAt.Before(from) { // also what is in review
				revenue = revenue.Add(p.Worth)
				coins[p.Coin] = coins[p.Coin].Add(p.Received)
			}
			return nil
		}))

		days := 0
		for {
			n, err := s.RollUpDue(ctx, zone)
			require.NoError(t, err)
			if days += n; n == 0 {
				break
			}
		}
		assert.InDelta(t, 40, days, 1)
		counting, counted := modelstest.CountQueries(ctx)
		b, err := s.Dashboard(counting, from, now.Add(time.Hour), zone)
		require.NoError(t, err)
		assert.LessOrEqual(t, counted.N(), 7)
		require.Len(t, b.Days, 21)
		assert.Empty(t, b.Missing)
		sum := [3]int{}
		for i, d := range b.Days {
			assert.Equal(t, []int{orders[d.Day], converted[d.Day], paid[d.Day]}, []int{d.Orders, d.Converted, d.Paid}, d.Day)
			assert.Equal(t, i == 20, d.Live)
			sum = [3]int{sum[0] + d.Orders, sum[1] + d.Converted, sum[2] + d.Paid}
		}
		assert.Equal(t, sum, [3]int{b.Orders, b.Converted, b.Paid})
		require.Len(t, b.Revenue, 1)
		assert.Equal(t, revenue.String(), b.Revenue[0].Amount.String())
		require.Len(t, b.Coins, len(coins))
		for _, c := range b.Coins {
			assert.Equal(t, coins[c.Symbol].String(), c.Amount.String(), c.Symbol)
		}
		assert.Positive(t, b.WaitP50)
		assert.Greater(t, b.WaitP95, b.WaitP50)
		assert.Positive(t, b.LagP95)
		assert.Positive(t, b.Uncalled)
		assert.False(t, b.LastCallback.IsZero())
		assert.Equal(t, 5, b.Callbacks["notify_bad_signature"])
		assert.Positive(t, b.Callbacks["notify_accepted"])
		assert.NotContains(t, b.Callbacks, "other")
		assert.Equal(t, b.Days[20], b.Today)
		assert.Positive(t, b.Now.Awaiting)
		assert.Positive(t, b.Now.Open)
		gauges, err := s.Gauges(ctx)
		require.NoError(t, err)
		assert.Equal(t, b.Now, gauges)

		// Rolled up again: the same figures.
		require.NoError(t, s.RollUp(ctx, b.Days[5].Day, zone))
		again, err := s.Dashboard(ctx, from, now.Add(time.Hour), zone)
		require.NoError(t, err)
		assert.Equal(t, b, again)
		require.ErrorIs(t, s.RollUp(ctx, models.DayOf(now, zone), zone), store.ErrConflict)
		require.ErrorIs(t, s.RollUp(ctx, "2026-02-30", zone), models.ErrDay)
		_, err = s.Dashboard(ctx, now, now, zone)
		require.ErrorIs(t, err, store.ErrFilter)

		elsewhere, err := s.Dashboard(ctx, from, now, time.UTC)
		require.NoError(t, err)
		assert.NotEmpty(t, elsewhere.Missing, "nothing was rolled up in that zone, and it says so")
	})
}

func TestHistogram_QuantilesAreClose(t *testing.T) {
	var h models.Histogram
	assert.Zero(t, h.Quantile(50))
	for ms := range 100_000 {
		h.Add(time.Duration(ms+1)*time.Millisecond, 1)
	}
	for _, percent := range []int{1, 5, 50, 95, 99, 100} {
		exact := time.Duration(percent) * time.Second
		assert.InDelta(t, exact.Milliseconds(), h.Quantile(percent).Milliseconds(), float64(exact.Milliseconds())/32+1, percent)
	}
	h.Add(-time.Second, 1)
	text, err := h.Value()
	require.NoError(t, err)
	var read models.Histogram
	require.NoError(t, read.Scan(text))
	assert.Equal(t, h, read)
	for _, bad := range []any{"x", "1", "1:-1", "-1:1", "1:x", 5} {
		require.Error(t, read.Scan(bad))
	}
}
