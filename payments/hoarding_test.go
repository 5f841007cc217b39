package payments_test

import (
	"errors"
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
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/paymentstest"
)

// limitsOfAShop are the defaults of a new shop.
func limitsOfAShop() models.OrderLimits { return models.Settings{}.Limits() }

// hoard places orders of one piece each, until one is refused, and returns how many were placed and the refusal.
func hoard(s *shop, change func(i int, in *payments.PlaceInput)) (orders int, refusal error) {
	for i := range 60 {
		in := s.CartForm(1)
		change(i, &in)
		if _, err := s.Place(s.T.Context(), in); err != nil {
			return i, err
		}
	}
	return 60, nil
}

// One anonymous shopper took all of a stock in a second. The first part shows that it works in a shop without limits.
func TestPlace_NobodyHoldsTheWholeStock(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		_, err := s.Place(t.Context(), s.CartForm(50))
		require.NoError(t, err, "without limits one order takes all")
		s.AssertStock(0, 50, 0)
		require.NoError(t, s.Cancel(t.Context(), newestOrder(t, s).Ref))
		s.AssertStock(50, 0, 0)

		modelstest.SetLimits(t, s.Store, limitsOfAShop())
		_, err = s.Place(t.Context(), s.CartForm(21))
		pieces, ok := errors.AsType[*payments.PiecesError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, payments.PiecesError{VariantID: s.Variant.ID, Limit: 20}, *pieces)
		s.AssertStock(50, 0, 0)
	})
}

func TestPlace_UnpaidOrdersAreLimitedByPayerEmailAndNetwork(t *testing.T) {
	t.Parallel()
	stranger := func(i int) (email, uid string) {
		return "a" + strconv.Itoa(i) + "@example.org", strconv.Itoa(33000000 + i) // a UID that the platform does not know: refused, and the stock is held
	}
	for name, c := range map[string]struct {
		kind   models.HolderKind
		limit  int
		change func(i int, in *payments.PlaceInput)
	}{
		"payer": {models.HolderPayer, 3, func(i int, in *payments.PlaceInput) { in.Email, _ = stranger(i) }},
		"email": {models.HolderEmail, 3, func(i int, in *payments.PlaceInput) {
			_, uid := stranger(i)
			in.Payer = models.Payer{UserID: uid}
			in.Email = []string{"ada@example.org", "ADA@Example.org"}[i%2]
		}},
		"network": {models.HolderNetwork, 10, func(i int, in *payments.PlaceInput) {
			email, uid := stranger(i)
			in.Email, in.Payer, in.Network = email, models.Payer{UserID: uid}, "192.0.2.7"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				orders, err := hoard(s, c.change)
				require.Error(t, err, "without limits only the end of the stock ends it")
				assert.Equal(t, 50, orders)
				s.AssertStock(0, 50, 0)
				s.Later(31 * time.Minute) // all of them end
				s.Later(5 * time.Minute)
				s.AssertStock(50, 0, 0)

				modelstest.SetLimits(t, s.Store, limitsOfAShop())
				orders, err = hoard(s, c.change)
				full, ok := errors.AsType[*store.UnpaidLimitError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, c.limit, orders)
				assert.Equal(t, c.kind, full.Kind)
				assert.Equal(t, c.limit, full.Limit)
				assert.True(t, full.Until.After(s.Clock.Now()), full.Until)
				s.AssertStock(50-c.limit, c.limit, 0)

				require.NoError(t, s.Cancel(t.Context(), newestOrder(t, s).Ref))
				orders, err = hoard(s, c.change)
				require.Error(t, err)
				assert.Equal(t, 1, orders, "a place that is free again")
				s.Later(31 * time.Minute)
				s.Later(5 * time.Minute)
				orders, _ = hoard(s, c.change)
				assert.Equal(t, c.limit, orders, "after the others have ended")
			})
		})
	}
}

// Limits that are only counted are passed by requests that arrive together.
func TestPlace_ManyAtOnceDoNotPassTheLimit(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		modelstest.SetLimits(t, s.Store, models.OrderLimits{Network: 4})
		forms := make([]payments.PlaceInput, 16)
		for i := range forms {
			forms[i] = s.CartForm(1)
			forms[i].Network = "2001:db8::"
		}
		var placed atomic.Int64
		var wg sync.WaitGroup
		for _, in := range forms {
			wg.Go(func() {
				_, err := s.Place(t.Context(), in)
				if err == nil {
					placed.Add(1)
					return
				}
				_, full := errors.AsType[*store.UnpaidLimitError](err)
				assert.True(t, full, "%v", err)
			})
		}
		wg.Wait()
		assert.Equal(t, int64(4), placed.Load())
		s.AssertStock(46, 4, 0)
	})
}

func TestPlace_PaidOrdersAndOtherPeopleDoNotCount(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		modelstest.SetLimits(t, s.Store, limitsOfAShop())
		for range 5 {
			s.PlacePaid(1)
		}
		orders, err := hoard(s, func(int, *payments.PlaceInput) {})
		require.Error(t, err)
		assert.Equal(t, 3, orders)
		in := s.CartForm(1)
		in.Email, in.Payer = "bob@example.org", models.Payer{UserID: paymentstest.Bob}
		_, err = s.Place(t.Context(), in)
		require.NoError(t, err)
	})
}

// Trying again with another account gives an order new time each time, and held its stock for ever.
func TestPay_NoOrderOutlivesItsLastEnd(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		placed := order.CreatedAt
		require.Equal(t, placed.Add(2*time.Hour), order.EndsBy)
		payers := []string{paymentstest.Bob, paymentstest.Alice}
		var err error
		for i := 0; err == nil && i < 30; i++ {
			s.Later(10 * time.Minute)
			_, err = s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: payers[i%2]})
			fresh := s.Order(order.Ref)
			require.False(t, fresh.ExpiresAt.After(order.EndsBy), "%v", fresh.ExpiresAt)
			if a := fresh.Current(); !a.QuoteExpiresAt.IsZero() {
				require.False(t, a.QuoteExpiresAt.After(fresh.ExpiresAt))
			}
		}
		require.ErrorIs(t, err, payments.ErrNotPayable)
		s.Later(2 * time.Minute)
		assert.Equal(t, models.OrderExpired, s.Order(order.Ref).State)
		assert.Less(t, s.Clock.Now().Sub(placed), 2*time.Hour+15*time.Minute)
		s.AssertStock(50, 0, 0)
	})
}

// Whoever changes the account of an order counts for the new account too.
func TestPay_AnotherAccountIsLimitedToo(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		modelstest.SetLimits(t, s.Store, models.OrderLimits{Payer: 2})
		var refs []string
		for i := range 3 {
			in := s.CartForm(1)
			in.Payer = models.Payer{UserID: strconv.Itoa(44000000 + i)}
			p, err := s.Place(t.Context(), in)
			require.NoError(t, err)
			refs = append(refs, p.Ref)
		}
		for _, ref := range refs[:2] {
			_, err := s.PayOrder(t.Context(), ref, "USDT", models.Payer{UserID: paymentstest.Alice})
			require.NoError(t, err)
		}
		_, err := s.PayOrder(t.Context(), refs[2], "USDT", models.Payer{UserID: paymentstest.Alice})
		full, ok := errors.AsType[*store.UnpaidLimitError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, models.HolderPayer, full.Kind)
	})
}

// A refused order ends after ten minutes; what pages and mails tell is the order's own end.
func TestPlace_RefusedOrderTellsItsEnd(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(1)
		in.Payer.UserID = "99999999"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, s.Clock.Now().Add(10*time.Minute), s.Order(p.Ref).ExpiresAt)
	})
}

func TestHoarded_FindsWhatIsMostlyInUnpaidOrders(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		for range 2 {
			s.PlaceOrder(12)
		}
		n, err := s.Store.Hoarded(t.Context(), 50, models.HoardedLeast)
		require.NoError(t, err)
		assert.Zero(t, n, "24 of 50 are less than half")
		s.PlaceOrder(1)
		list, err := s.Store.HoardedStock(t.Context(), 50, models.HoardedLeast, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, []int{25, 3, 50}, []int{list[0].Held, list[0].Orders, list[0].Percent()})
		assert.Equal(t, "MUG-1", list[0].Variant.SKU)
		n, err = s.Store.Hoarded(t.Context(), 50, 26)
		require.NoError(t, err)
		assert.Zero(t, n, "too few pieces")
	})
}

func newestOrder(t *testing.T, s *shop) models.Order {
	t.Helper()
	page, err := s.Store.Orders(t.Context(), models.OrderFilter{State: models.OrderAwaiting})
	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
	order, err := s.Store.Order(t.Context(), page.Rows[0].ID)
	require.NoError(t, err)
	return order
}
