package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// sameInstant is when many of the payments of a test came, all at once.
var sameInstant = time.Date(2026, time.January, 2, 3, 4, 5, 678_000_000, time.UTC)

// payments makes more payments than a batch holds, with more than a batch at one instant, and says what is known of them from the list
// of orders, by attempt.
func payments(t *testing.T, s *store.Store) map[string]models.OrderRow {
	t.Helper()
	ctx := t.Context()
	until := sameInstant.AddDate(0, 0, 5)
	modelstest.Catalogue(t, s)
	require.NoError(t, s.SeedOrders(ctx, 1800, store.SeedSpec{Seed: 5, Until: until, Days: 60}))
	require.NoError(t, s.Change(ctx, "UPDATE attempts SET paid_at = ? WHERE paid_at < ?", sameInstant, sameInstant))
	paid := map[string]models.OrderRow{}
	require.NoError(t, s.EachOrderRow(ctx, models.OrderFilter{}, func(r models.OrderRow) error {
		if r.AttemptState == models.AttemptPaid {
			paid[r.AttemptID] = r
		}
		return nil
	}))
	return paid
}

func TestEachPayment_AllOfATimeOnceInTheirOrderInBatches(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		paid := payments(t, s)
		var all []models.PaymentRow
		read := func(from, to time.Time) (list []models.PaymentRow) {
			require.NoError(t, s.EachPayment(ctx, from, to, func(p models.PaymentRow) error {
				list = append(list, p)
				return nil
			}))
			return list
		}
		all = read(sameInstant, sameInstant.AddDate(1, 0, 0))
		require.Len(t, all, len(paid))
		at := 0
		for i, p := range all {
			o, ok := paid[p.AttemptID]
			require.True(t, ok, "paid, and told once")
			delete(paid, p.AttemptID)
			assert.Equal(t, models.PaymentRow{
				AttemptID: p.AttemptID, OrderID: o.ID, Number: o.Number, OrderState: o.State, Pays: o.State == models.OrderPaid, Email: o.Email,
				AppOrderID: o.AppOrderID, OrderNum: o.OrderNum, Coin: o.PayCoin, Received: o.Payment.Received, Worth: o.Total, Rate: o.Payment.Rate,
				RateSource: "fixed", Currency: o.Currency, Digits: o.Digits, Total: o.Total, Returned: o.Payment.Returned,
				PayerUserID: o.PayerUserID, CreatedAt: p.CreatedAt, PaidAt: p.PaidAt,
			}, p)
			assert.True(t, p.Rate.IsPositive())
			assert.False(t, p.CreatedAt.Before(o.CreatedAt))
			if o.State != models.OrderReview && !p.PaidAt.Equal(sameInstant) {
				assert.Equal(t, o.PaidAt, p.PaidAt)
			}
			if p.PaidAt.Equal(sameInstant) {
				at++
			}
			if i > 0 {
				before := all[i-1]
				later := p.PaidAt.Compare(before.PaidAt)
				require.True(t, later > 0 || later == 0 && strings.Compare(p.AttemptID, before.AttemptID) > 0)
			}
		}
		require.Greater(t, at, 1000, "more than a batch at one instant")
		require.Greater(t, len(all)-at, 50)

		from, to := all[at+5].PaidAt, all[at+45].PaidAt
		first := slices.IndexFunc(all, func(p models.PaymentRow) bool { return !p.PaidAt.Before(from) })
		last := slices.IndexFunc(all, func(p models.PaymentRow) bool { return !p.PaidAt.Before(to) })
		assert.Equal(t, all[first:last], read(from, to), "the beginning is of the time, the end is not")
		assert.Equal(t, all[:at], read(sameInstant, sameInstant.Add(time.Millisecond)))
		assert.Empty(t, read(sameInstant.AddDate(-1, 0, 0), sameInstant))
		assert.Empty(t, read(to, from))

		stop := errors.New("enough")
		n := 0
		counting, counted := modelstest.CountQueries(ctx)
		err := s.EachPayment(counting, sameInstant, sameInstant.AddDate(1, 0, 0), func(models.PaymentRow) error {
			if n++; n == 10 {
				return stop
			}
			return nil
		})
		assert.Equal(t, stop, err, "an error of the reader comes back as it is")
		assert.Equal(t, 10, n)
		assert.Equal(t, 2, counted.N(), "what comes later is not read")
	})
}
