package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func saveCoupon(t *testing.T, s *store.Store, edits ...func(*models.Coupon)) models.Coupon {
	t.Helper()
	c := models.Coupon{Code: "TEN-" + models.NewRef()[:6], Kind: models.CouponPercent, Value: models.MustAmount("10"), Enabled: true}
	for _, edit := range edits {
		edit(&c)
	}
	require.NoError(t, s.SaveCoupon(t.Context(), &c))
	return c
}

// couponOrder stores an order that uses a coupon, in one transaction as placing does.
func couponOrder(t *testing.T, s *store.Store, c models.Coupon, email string) (models.Order, error) {
	t.Helper()
	now, err := s.Now(t.Context())
	require.NoError(t, err)
	o := modelstest.NewOrder(modelstest.Product(t, s), now)
	return o, placeCoupon(t, s, &o, c, email)
}

func placeCoupon(t *testing.T, s *store.Store, o *models.Order, c models.Coupon, email string) error {
	o.Email, o.CouponCode = email, c.Code
	return s.Tx(t.Context(), func(tx *store.Store) error {
		if err := tx.InsertOrder(t.Context(), o); err != nil {
			return err
		}
		return tx.TakeCoupon(t.Context(), c, o.ID, email)
	})
}

// written compares amounts by value, however many zeros were written.
func written(t *testing.T, thing any) string {
	t.Helper()
	b, err := json.Marshal(thing)
	require.NoError(t, err)
	return string(b)
}

func usesOf(t *testing.T, s *store.Store, id string) int {
	t.Helper()
	c, err := s.Coupon(t.Context(), id)
	require.NoError(t, err)
	return c.Uses
}

func sound(t *testing.T, s *store.Store) {
	t.Helper()
	found, err := s.Invariants(t.Context())
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestCoupon_ComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
		c := saveCoupon(t, s, func(c *models.Coupon) {
			c.Code, c.Minimum, c.CategoryIDs, c.StartsAt, c.EndsAt = "春天-10", models.MustAmount("0.000000000000000001"), []string{"a", "b"}, start, start.Add(time.Hour)
			c.MaxUses, c.MaxPerShopper, c.Note = 5, 2, "for the fair"
		})
		got, err := s.CouponByCode(t.Context(), " 春天-10 ")
		require.NoError(t, err)
		assert.Equal(t, written(t, c), written(t, got))
		_, err = s.CouponByCode(t.Context(), "nothing")
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = s.CouponByCode(t.Context(), "a\x00b")
		require.ErrorIs(t, err, store.ErrNotFound)

		again := models.Coupon{Code: "春天-10", Kind: models.CouponFixed}
		require.ErrorIs(t, s.SaveCoupon(t.Context(), &again), store.ErrDuplicate)
		first, second := got, got
		first.Note, second.Note = "first", "second"
		require.NoError(t, s.SaveCoupon(t.Context(), &first))
		require.ErrorIs(t, s.SaveCoupon(t.Context(), &second), store.ErrConflict, "a lost update is told")
		got, err = s.Coupon(t.Context(), c.ID)
		require.NoError(t, err)
		assert.Equal(t, "first", got.Note)
		assert.Equal(t, 2, got.Version)
	})
}

func TestCoupon_IsTakenExactlyAsOftenAsAllowed(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		const shoppers, allowed = 100, 17
		c := saveCoupon(t, s, func(c *models.Coupon) { c.MaxUses = allowed })
		product := modelstest.Product(t, s)
		now, err := s.Now(t.Context())
		require.NoError(t, err)
		var mu sync.Mutex
		taken, refused := 0, 0
		var wg sync.WaitGroup
		for range shoppers {
			o := modelstest.NewOrder(product, now)
			wg.Go(func() {
				err := placeCoupon(t, s, &o, c, o.ID+"@example.com")
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					taken++
				case errors.Is(err, store.ErrCouponUsedUp):
					refused++
				default:
					t.Errorf("take: %v", err)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, [2]int{allowed, shoppers - allowed}, [2]int{taken, refused})
		assert.Equal(t, allowed, usesOf(t, s, c.ID))
		sound(t, s)
	})
}

func TestCoupon_LimitsEachShopper(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		c := saveCoupon(t, s, func(c *models.Coupon) { c.MaxPerShopper = 2 })
		for range 2 {
			_, err := couponOrder(t, s, c, "ada@example.com")
			require.NoError(t, err)
		}
		_, err := couponOrder(t, s, c, " ADA@example.com")
		require.ErrorIs(t, err, store.ErrCouponUsedByShopper)
		_, err = couponOrder(t, s, c, "bob@example.com")
		require.NoError(t, err)
		n, err := s.CouponUsesBy(t.Context(), c.ID, "Ada@Example.com")
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		assert.Equal(t, 3, usesOf(t, s, c.ID), "the refused one does not count")
		sound(t, s)
	})
}

func TestCoupon_IsNotTakenOnceChanged(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		c := saveCoupon(t, s)
		changed := c
		changed.Value = models.MustAmount("5")
		require.NoError(t, s.SaveCoupon(t.Context(), &changed))
		_, err := couponOrder(t, s, c, "ada@example.com")
		require.ErrorIs(t, err, store.ErrConflict, "the order was priced with 10 percent")
		off := changed
		off.Enabled = false
		require.NoError(t, s.SaveCoupon(t.Context(), &off))
		_, err = couponOrder(t, s, off, "ada@example.com")
		require.ErrorIs(t, err, store.ErrConflict)
		assert.Zero(t, usesOf(t, s, c.ID))
	})
}

func TestCoupon_ComesBackOnceAndIsKeptWhenPaidLate(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := saveCoupon(t, s, func(c *models.Coupon) { c.MaxUses = 1 })
		order, err := couponOrder(t, s, c, "ada@example.com")
		require.NoError(t, err)
		_, err = couponOrder(t, s, c, "bob@example.com")
		require.ErrorIs(t, err, store.ErrCouponUsedUp)

		require.NoError(t, s.MoveOrder(ctx, order.ID, models.OrderAwaiting, models.OrderExpired, store.OrderChange{}, models.Transition{Cause: "expire"}))
		for range 3 {
			require.NoError(t, s.ReleaseCoupon(ctx, order.ID))
		}
		assert.Zero(t, usesOf(t, s, c.ID))
		sound(t, s)

		other, err := couponOrder(t, s, c, "bob@example.com")
		require.NoError(t, err, "it is free again")
		require.NoError(t, s.MoveOrder(ctx, order.ID, models.OrderExpired, models.OrderReview, store.OrderChange{}, models.Transition{Cause: "callback"}))
		require.NoError(t, openCase(ctx, s, order.ID))
		sound(t, s)
		require.NoError(t, s.MoveOrder(ctx, order.ID, models.OrderReview, models.OrderPaid, store.OrderChange{}, models.Transition{Cause: "admin"}))
		for range 2 {
			require.NoError(t, s.UseCoupon(ctx, order.ID))
		}
		assert.Equal(t, 1, usesOf(t, s, c.ID), "beyond the limit, and not counted against it")
		page, err := s.CouponUses(ctx, c.ID, "", 0)
		require.NoError(t, err)
		require.Len(t, page.Rows, 2)
		states := map[string]models.CouponUseState{page.Rows[0].OrderID: page.Rows[0].State, page.Rows[1].OrderID: page.Rows[1].State}
		assert.Equal(t, map[string]models.CouponUseState{order.ID: models.CouponLate, other.ID: models.CouponHeld}, states)
		found, err := s.Invariants(ctx)
		require.NoError(t, err)
		for _, v := range found {
			assert.Equal(t, "I4", v.Rule, "no payment proves the order, and all else is sound: %s", v.What)
		}
	})
}

func TestCoupon_LimitCannotGoBelowItsUses(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		c := saveCoupon(t, s)
		for range 2 {
			_, err := couponOrder(t, s, c, models.NewRef()+"@example.com")
			require.NoError(t, err)
		}
		c.MaxUses = 1
		require.ErrorIs(t, s.SaveCoupon(t.Context(), &c), store.ErrConflict)
		c.MaxUses = 2
		require.NoError(t, s.SaveCoupon(t.Context(), &c))
	})
}

func TestCoupons_ListsNewestFirstAndFinds(t *testing.T) {
	t.Parallel()
	modelstest.EachWith(t, func() []modelstest.Option {
		return []modelstest.Option{modelstest.WithClock(modelstest.NewClock(time.Time{}))}
	}, func(t *testing.T, s *store.Store) {
		var codes []string
		for _, code := range []string{"A1", "B_1", "C%1"[:1] + "2", "BX1"} {
			saveCoupon(t, s, func(c *models.Coupon) { c.Code = code })
			codes = append(codes, code)
		}
		var got []string
		for after := ""; ; {
			page, err := s.Coupons(t.Context(), store.CouponFilter{After: after, Limit: 3})
			require.NoError(t, err)
			for _, c := range page.Rows {
				got = append(got, c.Code)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		assert.ElementsMatch(t, codes, got)
		page, err := s.Coupons(t.Context(), store.CouponFilter{Search: "b_"})
		require.NoError(t, err)
		require.Len(t, page.Rows, 1, "_ is no joker")
		assert.Equal(t, "B_1", page.Rows[0].Code)
		_, err = s.Coupons(t.Context(), store.CouponFilter{After: "nonsense"})
		require.ErrorIs(t, err, store.ErrCursor)
	})
}

func TestInvariants_FindWrongTotalsAndCoupons(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"sqlite": modelstest.SQLiteDSN(t), "mariadb": modelstest.MariaDBDSN(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := modelstest.Open(t, dsn)
			c := saveCoupon(t, s)
			order, err := couponOrder(t, s, c, "ada@example.com")
			require.NoError(t, err)
			sound(t, s)
			for statement, rule := range map[string]string{
				"UPDATE orders SET discount = '1'":                                               "sums",
				"UPDATE orders SET total = '1'":                                                  "sums",
				"UPDATE orders SET delivery_tax = '0.01'":                                        "sums",
				"UPDATE order_lines SET tax = '0.01'":                                            "sums",
				"UPDATE orders SET coupon_code = ''":                                             "I8",
				"UPDATE coupons SET uses = 2":                                                    "I8",
				"UPDATE coupon_shoppers SET uses = 0":                                            "I8",
				"UPDATE coupon_shoppers SET uses = 0, shopper = 'x'":                             "I8",
				"UPDATE coupon_uses SET state = 'used'":                                          "I8",
				"UPDATE coupon_uses SET state = 'released'":                                      "I8",
				"UPDATE orders SET goods_total = '1', total = '1' WHERE id = '" + order.ID + "'": "sums",
			} {
				undo := snapshot(t, s, order.ID, c.ID)
				modelstest.Exec(t, dsn, statement)
				found, err := s.Invariants(t.Context())
				require.NoError(t, err)
				rules := []string{}
				for _, v := range found {
					rules = append(rules, v.Rule)
				}
				assert.Contains(t, rules, rule, statement)
				modelstest.Exec(t, dsn, undo...)
			}
			sound(t, s)
		})
	}
}

// snapshot gives the statements that bring an order and its coupon back.
func snapshot(t *testing.T, s *store.Store, orderID, couponID string) []string {
	t.Helper()
	o, err := s.Order(t.Context(), orderID)
	require.NoError(t, err)
	return []string{
		"UPDATE orders SET discount = '0', delivery_tax = '0', coupon_code = '" + o.CouponCode + "', total = '" + o.Lines[0].Total.String() +
			"', goods_total = '" + o.Lines[0].Total.String() + "' WHERE id = '" + orderID + "'",
		"UPDATE order_lines SET tax = '0'", "UPDATE coupons SET uses = 1 WHERE id = '" + couponID + "'",
		"UPDATE coupon_shoppers SET uses = 1, shopper = (SELECT shopper FROM coupon_uses)", "UPDATE coupon_uses SET state = 'held'",
	}
}

func TestZones_ComeBackAndKeepTheirPlacesApart(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		none, err := s.Zones(ctx)
		require.NoError(t, err)
		assert.Empty(t, none)
		home := models.Zone{
			Name: "Home", TaxMode: models.TaxIncluded, TaxName: "VAT", TaxRate: models.MustAmount("19"), TaxDelivery: true,
			Places: []models.Place{{Country: "AT"}, {Country: "DE"}},
			Texts:  models.Texts{"zh-Hans": {"tax_name": "增值税"}},
			Methods: []models.DeliveryMethod{
				{Title: "Parcel", Kind: models.DeliveryWeight, Enabled: true, FreeFrom: models.MustAmount("100"), Steps: models.Steps{
					{Price: models.MustAmount("4.90")}, {From: models.MustAmount("2"), Price: models.MustAmount("7.50")},
				}},
				{Title: "Courier", Kind: models.DeliveryFlat, MaxWeight: models.MustAmount("31.5"), Steps: models.Steps{{Price: models.MustAmount("15")}}},
			},
		}
		require.NoError(t, s.SaveZone(ctx, &home))
		rest := models.Zone{Name: "Elsewhere", TaxMode: models.TaxNone}
		require.NoError(t, s.SaveZone(ctx, &rest))
		zones, err := s.Zones(ctx)
		require.NoError(t, err)
		require.Len(t, zones, 2)
		assert.Equal(t, written(t, home), written(t, zones[0]))
		assert.True(t, zones[1].RestOfWorld())

		taken := (*store.PlaceTakenError)(nil)
		third := models.Zone{Name: "Third", TaxMode: models.TaxNone, Places: []models.Place{{Country: "FR"}, {Country: "DE"}}}
		require.ErrorAs(t, s.SaveZone(ctx, &third), &taken)
		assert.Equal(t, store.PlaceTakenError{Place: models.Place{Country: "DE"}, Zone: "Home"}, *taken)
		second := models.Zone{Name: "Another rest", TaxMode: models.TaxNone}
		require.ErrorAs(t, s.SaveZone(ctx, &second), &taken)
		assert.Equal(t, "Elsewhere", taken.Zone)

		changed := zones[0]
		changed.Places, changed.Methods = []models.Place{{Country: "DE"}}, changed.Methods[1:]
		changed.Methods[0].Title, changed.Methods[0].MaxWeight = "Bike", models.MustAmount("9.000001")
		stale := zones[0]
		require.NoError(t, s.SaveZone(ctx, &changed))
		require.ErrorIs(t, s.SaveZone(ctx, &stale), store.ErrConflict)
		got, err := s.Zone(ctx, home.ID)
		require.NoError(t, err)
		assert.Equal(t, []models.Place{{Country: "DE"}}, got.Places)
		require.Len(t, got.Methods, 1)
		assert.Equal(t, "Bike", got.Methods[0].Title)
		assert.Equal(t, "9.000001", got.Methods[0].MaxWeight.String())
		assert.Equal(t, home.Methods[1].ID, got.Methods[0].ID, "it is the same way of delivery")

		foreign := models.Zone{Name: "F", TaxMode: models.TaxNone, Places: []models.Place{{Country: "IT"}}, Methods: got.Methods}
		require.ErrorIs(t, s.SaveZone(ctx, &foreign), store.ErrNotFound, "a method of another zone")
		require.ErrorIs(t, s.DeleteZone(ctx, got.ID, got.Version-1), store.ErrConflict)
		require.NoError(t, s.DeleteZone(ctx, got.ID, got.Version))
		_, err = s.Zone(ctx, got.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
		require.NoError(t, s.SaveZone(ctx, &third), "its places are free")
	})
}

func TestCart_KeepsCouponPlaceAndMethod(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cart, err := s.CreateCart(ctx)
		require.NoError(t, err)
		require.NoError(t, s.SetCartCoupon(ctx, cart.ID, " spring "))
		require.NoError(t, s.SetCartPlace(ctx, cart.ID, models.Place{Country: "US", Region: "AK"}))
		require.NoError(t, s.SetCartMethod(ctx, cart.ID, models.NewID()))
		got, err := s.Cart(ctx, cart.ID)
		require.NoError(t, err)
		assert.Equal(t, []string{"SPRING", "US", "AK"}, []string{got.CouponCode, got.Country, got.Region})
		assert.Len(t, got.MethodID, 36)
		require.NoError(t, s.SetCartPlace(ctx, cart.ID, models.Place{Country: "FR", Region: "Bretagne"}))
		require.NoError(t, s.ClearCart(ctx, cart.ID, got.FormToken, models.NewRef()))
		got, err = s.Cart(ctx, cart.ID)
		require.NoError(t, err)
		assert.Equal(t, []string{"", "FR", ""}, []string{got.CouponCode, got.Country, got.Region}, "the coupon has served, the place stays")

		require.ErrorIs(t, s.SetCartCoupon(ctx, cart.ID, "a\x00b"), store.ErrText)
		require.ErrorIs(t, s.SetCartCoupon(ctx, cart.ID, strings.Repeat("x", 100)), store.ErrText)
		require.ErrorIs(t, s.SetCartPlace(ctx, cart.ID, models.Place{Country: "ZZ"}), store.ErrText)
		require.ErrorIs(t, s.SetCartMethod(ctx, cart.ID, strings.Repeat("x", 37)), store.ErrText)
		require.ErrorIs(t, s.SetCartCoupon(ctx, models.NewID(), "x"), store.ErrNotFound)
	})
}

func TestOrder_KeepsItsAddress(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		address := models.Address{Name: "Ada", Line1: "1 Road", City: "Berlin", Postcode: "10115", Country: "DE", Phone: "+49 1"}
		order := modelstest.Order(t, s, func(o *models.Order) { o.Address = &address })
		got, err := s.Order(t.Context(), order.ID)
		require.NoError(t, err)
		assert.True(t, got.Shipped)
		assert.Equal(t, &address, got.Address)
		plain := modelstest.Order(t, s)
		got, err = s.Order(t.Context(), plain.ID)
		require.NoError(t, err)
		assert.Nil(t, got.Address)
		assert.True(t, got.GoodsTotal.Equal(got.Total))
	})
}
