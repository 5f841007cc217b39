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

func TestSeedOrders_AreSoundAndSpreadOverTheYear(t *testing.T) {
	modelstest.EachWith(t, clocked, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		shelf := modelstest.Product(t, s)
		modelstest.Coins(t, s)
		const n = 2000
		last := 0
		spec := store.SeedSpec{Seed: 1, Progress: func(done, all int) {
			assert.GreaterOrEqual(t, done, last)
			assert.Equal(t, n, all)
			last = done
		}}
		require.NoError(t, s.SeedOrders(ctx, n, spec))
		assert.Equal(t, n, last)
		violations, err := s.Invariants(ctx)
		require.NoError(t, err)
		require.Empty(t, violations)
		require.ErrorIs(t, s.SeedOrders(ctx, n, store.SeedSpec{Seed: 1}), store.ErrDuplicate)

		v, _, err := s.Variant(ctx, shelf.Variants[0].ID)
		require.NoError(t, err)
		assert.Equal(t, 10, v.OnHand, "stock on hand stays")
		assert.Positive(t, v.Sold)

		now, err := s.Now(ctx)
		require.NoError(t, err)
		months, states, refunded, reviews, sent, back := map[string]int{}, map[models.OrderState]int{}, 0, 0, 0, 0
		require.NoError(t, s.EachOrderRow(ctx, models.OrderFilter{}, func(r models.OrderRow) error {
			months[r.CreatedAt.Format("2006-01")]++
			states[r.State]++
			if r.Fulfilment.Done() {
				sent++
			}
			if r.Refunds == models.RefundsAll {
				back++
			}
			assert.Regexp(t, `@example\.org$`, r.Email)
			assert.False(t, r.CreatedAt.After(now))
			if r.Refunded.IsPositive() {
				refunded++
				assert.LessOrEqual(t, r.Refunded.Cmp(r.PayAmount), 0)
			}
			reviews += r.OpenReviews
			return nil
		}))
		assert.GreaterOrEqual(t, len(months), 12)
		for _, state := range []models.OrderState{
			models.OrderAwaiting, models.OrderPaid, models.OrderExpired, models.OrderCancelled, models.OrderReview,
		} {
			assert.Positive(t, states[state], state)
		}
		assert.Greater(t, sent, n/2)
		assert.Positive(t, back)
		assert.Positive(t, refunded)
		assert.Equal(t, states[models.OrderReview], reviews)
		pending, _, err := s.PendingAttempts(ctx, "", 100)
		require.NoError(t, err)
		assert.NotEmpty(t, pending)
	})
}

func TestSeedOrders_NeedGoodsAndCoins(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		require.ErrorIs(t, s.SeedOrders(t.Context(), 1, store.SeedSpec{}), store.ErrNotFound)
		modelstest.Product(t, s)
		require.ErrorIs(t, s.SeedOrders(t.Context(), 1, store.SeedSpec{}), store.ErrNotFound)
	})
}

func TestSeedOrders_TheSameSeedMakesTheSameOrders(t *testing.T) {
	until := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	var first []models.OrderRow
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Catalogue(t, s)
		require.NoError(t, s.SeedOrders(t.Context(), 300, store.SeedSpec{Seed: 9, Until: until, Days: 30}))
		var rows []models.OrderRow
		require.NoError(t, s.EachOrderRow(t.Context(), models.OrderFilter{}, func(r models.OrderRow) error {
			rows = append(rows, r)
			return nil
		}))
		if first == nil {
			first = rows
		}
		assert.Equal(t, encoded(t, first), encoded(t, rows), "on both databases")
		assert.False(t, rows[len(rows)-1].CreatedAt.Before(until.AddDate(0, 0, -31)))
	})
}
