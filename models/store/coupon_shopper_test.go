package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// unkeyed is what a coupon knew a shopper by before there was a key.
func unkeyed(couponID, email string) string {
	sum := sha256.Sum256([]byte(couponID + "\x00" + email))
	return hex.EncodeToString(sum[:])
}

// couponsSound checks that every count of a coupon is that of its uses.
func couponsSound(t *testing.T, s *store.Store, dsn string) {
	t.Helper()
	found, err := s.Invariants(t.Context())
	require.NoError(t, err)
	for _, v := range found {
		assert.NotEqual(t, "I8", v.Rule, v)
	}
	assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM coupon_shoppers WHERE uses <= 0 OR shopper = ''"))
}

func usesBy(t *testing.T, s *store.Store, c models.Coupon, email string) int {
	t.Helper()
	n, err := s.CouponUsesBy(t.Context(), c.ID, email)
	require.NoError(t, err)
	return n
}

func onePerShopper(c *models.Coupon) { c.MaxPerShopper = 1 }

// finish ends an order as paid and handed over, with its coupon used.
func finish(t *testing.T, s *store.Store, o models.Order) {
	t.Helper()
	require.NoError(t, s.UseCoupon(t.Context(), o.ID))
	require.NoError(t, s.MoveOrder(t.Context(), o.ID, models.OrderAwaiting, models.OrderPaid, store.OrderChange{}, models.Transition{Cause: "test"}))
	modelstest.Ship(t, s, o)
}

// calledOff ends an order unpaid, with its coupon given back.
func calledOff(t *testing.T, s *store.Store, o models.Order) {
	t.Helper()
	require.NoError(t, s.MoveOrder(t.Context(), o.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{Cause: "test"}))
	require.NoError(t, s.ReleaseCoupon(t.Context(), o.ID))
}

func TestCouponShopper_IsKnownByAKeyedDigest(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, _ *modelstest.Clock) {
		one, two := saveCoupon(t, s, onePerShopper), saveCoupon(t, s, onePerShopper)
		for _, c := range []models.Coupon{one, two} {
			_, err := couponOrder(t, s, c, "Ada@example.org")
			require.NoError(t, err)
		}
		for _, table := range []string{"coupon_uses", "coupon_shoppers"} {
			assert.Equal(t, 2, modelstest.Count(t, dsn, "SELECT COUNT(DISTINCT shopper) FROM "+table+" WHERE LENGTH(shopper) = 48"), "another one for each coupon")
			assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM "+table+" WHERE shopper = ?", unkeyed(one.ID, "ada@example.org")))
		}
		none := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = nil })
		_, err := none.CouponUsesBy(t.Context(), one.ID, "ada@example.org")
		require.ErrorIs(t, err, store.ErrNoSealKey)
	})
}

func TestCouponShopper_LimitsHoldForUsesWithoutAKeyAndOfAFormerOne(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		c := saveCoupon(t, s, func(c *models.Coupon) { c.MaxPerShopper = 2 })
		_, err := couponOrder(t, s, c, "Ada@example.org")
		require.NoError(t, err)
		erased, err := couponOrder(t, s, c, "bob@example.org")
		require.NoError(t, err)
		modelstest.Exec(t, dsn,
			"UPDATE coupon_shoppers SET shopper = '"+unkeyed(c.ID, "bob@example.org")+"' WHERE shopper = (SELECT shopper FROM coupon_uses WHERE order_id = '"+erased.ID+"')",
			"UPDATE coupon_uses SET shopper = '"+unkeyed(c.ID, "bob@example.org")+"' WHERE order_id = '"+erased.ID+"'",
			"UPDATE orders SET email = '' WHERE id = '"+erased.ID+"'",
			"UPDATE coupon_shoppers SET shopper = '"+unkeyed(c.ID, "ada@example.org")+"' WHERE LENGTH(shopper) < 64",
			"UPDATE coupon_uses SET shopper = '"+unkeyed(c.ID, "ada@example.org")+"' WHERE LENGTH(shopper) < 64")
		couponsSound(t, s, dsn)

		assert.Equal(t, 1, usesBy(t, s, c, "ADA@example.org"), "before anything was named anew")
		_, err = couponOrder(t, s, c, "ada@example.org")
		require.NoError(t, err)
		_, err = couponOrder(t, s, c, "ada@example.org")
		require.ErrorIs(t, err, store.ErrCouponUsedByShopper, "the one without a key counts")
		couponsSound(t, s, dsn)
		for _, want := range []int{1, 0} {
			n, err := s.FillShoppers(ctx, 10)
			require.NoError(t, err)
			assert.Equal(t, want, n, "the shopper who came was named then")
		}
		assert.Equal(t, []int{2, 1}, []int{usesBy(t, s, c, "ada@example.org"), usesBy(t, s, c, "bob@example.org")}, "even without an e-mail")
		assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM coupon_uses WHERE LENGTH(shopper) = 64"))
		couponsSound(t, s, dsn)

		other := modelstest.Open(t, dsn, modelstest.WithClock(clock), func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
		assert.Equal(t, 2, usesBy(t, other, c, "ada@example.org"))
		_, err = couponOrder(t, other, c, "ada@example.org")
		require.ErrorIs(t, err, store.ErrCouponUsedByShopper)
		for _, want := range []int{1, 1, 0} {
			n, err := other.FillShoppers(ctx, 1)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		assert.Equal(t, 2, usesBy(t, other, c, "ada@example.org"))
		assert.Zero(t, usesBy(t, other, c, "bob@example.org"), "nothing is left to make a digest of")
		couponsSound(t, other, dsn)
	})
}

func TestCouponShopper_NamingGoesOnBesideOrders(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		c := saveCoupon(t, s, func(c *models.Coupon) { c.MaxPerShopper = 6 })
		product := modelstest.Product(t, s)
		now, err := s.Now(ctx)
		require.NoError(t, err)
		var before []models.Order
		for i := range 18 {
			o := modelstest.NewOrder(product, now)
			require.NoError(t, placeCoupon(t, s, &o, c, fmt.Sprintf("%d@example.org", i%6)))
			before = append(before, o)
		}
		other := modelstest.Open(t, dsn, modelstest.WithClock(clock), func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
		var group errgroup.Group
		group.SetLimit(8)
		for i, o := range before {
			group.Go(func() error {
				switch i % 3 {
				case 0:
					return other.UseCoupon(ctx, o.ID)
				case 1:
					return other.ReleaseCoupon(ctx, o.ID)
				}
				fresh := modelstest.NewOrder(product, now)
				return placeCoupon(t, other, &fresh, c, fmt.Sprintf("%d@example.org", i%6))
			})
			group.Go(func() error {
				_, err := other.FillShoppers(ctx, 3)
				return err
			})
		}
		require.NoError(t, group.Wait())
		for n := 1; n > 0; {
			n, err = other.FillShoppers(ctx, 100)
			require.NoError(t, err)
		}
		total := 0
		for i := range 6 {
			total += usesBy(t, other, c, fmt.Sprintf("%d@example.org", i))
		}
		assert.Equal(t, []int{18, 18}, []int{total, usesOf(t, other, c.ID)}, "18 were there, 6 are given back, 6 new ones")
		assert.Equal(t, 6, modelstest.Count(t, dsn, "SELECT COUNT(DISTINCT shopper) FROM coupon_uses"))
		_, err = couponOrder(t, other, c, "2@example.org")
		require.ErrorIs(t, err, store.ErrCouponUsedByShopper, "three of before and three new ones")
		assert.Zero(t, modelstest.Count(t, dsn, `SELECT COUNT(*) FROM coupon_shoppers s WHERE uses <> (SELECT COUNT(*) FROM coupon_uses u
			WHERE u.coupon_id = s.coupon_id AND u.shopper = s.shopper AND u.state IN ('held', 'used'))`))
	})
}

func TestEraseCustomer_IsNoWayToUseACouponAgain(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		end := clock.Now().Add(10 * 24 * time.Hour)
		endless := saveCoupon(t, s, onePerShopper)
		ending := saveCoupon(t, s, onePerShopper, func(c *models.Coupon) { c.EndsAt = end })
		over := saveCoupon(t, s, onePerShopper, func(c *models.Coupon) { c.EndsAt = clock.Now().Add(time.Hour) })
		free := saveCoupon(t, s)
		unpaid := saveCoupon(t, s, onePerShopper)
		for _, c := range []models.Coupon{endless, ending, over, free} {
			o, err := couponOrder(t, s, c, "ada@example.org")
			require.NoError(t, err)
			finish(t, s, o)
		}
		late, err := couponOrder(t, s, unpaid, "ada@example.org")
		require.NoError(t, err)
		calledOff(t, s, late)
		_, err = couponOrder(t, s, endless, "bob@example.org")
		require.NoError(t, err)
		clock.Advance(time.Hour)

		n, err := s.EraseCustomer(ctx, customer(t, s, "ada@example.org"))
		require.NoError(t, err)
		require.Equal(t, 5, n)
		couponsSound(t, s, dsn)
		known := func() (list []int) {
			for _, c := range []models.Coupon{endless, ending, over, free, unpaid} {
				list = append(list, usesBy(t, s, c, "ada@example.org"))
			}
			return list
		}
		assert.Equal(t, []int{1, 1, 0, 0, 0}, known(), "known to coupons alone that may not be used again")
		assert.Equal(t, 3, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM coupon_uses WHERE shopper <> ''"), "of bob too")
		for _, c := range []models.Coupon{endless, ending} {
			_, err = couponOrder(t, s, c, "ada@example.org")
			require.ErrorIs(t, err, store.ErrCouponUsedByShopper)
		}
		for _, c := range []models.Coupon{endless, ending, over, free} {
			stored, err := s.Coupon(ctx, c.ID)
			require.NoError(t, err)
			assert.Positive(t, stored.Uses, "the coupon's own count stays")
		}

		// Money that comes late is booked, of whomever it is.
		require.NoError(t, s.MoveOrder(ctx, late.ID, models.OrderCancelled, models.OrderReview, store.OrderChange{}, models.Transition{Cause: "callback"}))
		require.NoError(t, s.MoveOrder(ctx, late.ID, models.OrderReview, models.OrderPaid, store.OrderChange{}, models.Transition{Cause: "admin"}))
		require.NoError(t, s.UseCoupon(ctx, late.ID))
		couponsSound(t, s, dsn)
		assert.Zero(t, usesBy(t, s, unpaid, "ada@example.org"))

		look := func(want int) {
			t.Helper()
			n, err := s.ForgetShoppers(t.Context(), 10)
			require.NoError(t, err)
			assert.Equal(t, want, n)
			couponsSound(t, s, dsn)
		}
		look(0)
		stored, err := s.Coupon(ctx, ending.ID)
		require.NoError(t, err)
		stored.EndsAt = end.Add(24 * time.Hour)
		require.NoError(t, s.SaveCoupon(ctx, &stored))
		clock.Advance(end.Sub(clock.Now()))
		look(1)
		assert.Equal(t, []int{1, 1, 0, 0, 0}, known(), "it was made longer")
		clock.Advance(24*time.Hour - time.Millisecond)
		look(0)
		clock.Advance(time.Millisecond)
		look(1)
		assert.Equal(t, []int{1, 0, 0, 0, 0}, known(), "it is over")
		clock.Advance(30 * 24 * time.Hour)
		look(1)
		look(0)
		assert.Equal(t, []int{1, 0, 0, 0, 0}, known(), "one without an end is looked at again later")
		stored, err = s.Coupon(ctx, endless.ID)
		require.NoError(t, err)
		stored.MaxPerShopper = 0
		require.NoError(t, s.SaveCoupon(ctx, &stored))
		clock.Advance(30 * 24 * time.Hour)
		var replicas errgroup.Group
		for range 4 {
			replicas.Go(func() error {
				_, err := s.ForgetShoppers(ctx, 10)
				return err
			})
		}
		require.NoError(t, replicas.Wait())
		look(0)
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM coupon_uses WHERE shopper <> ''"), "bob's alone")
	})
}
