package starter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/starter"
	"github.com/coincart/coincart/models/store"
)

func contents() starter.Contents {
	return starter.Contents{
		Categories: []models.Category{{Slug: "cups", Name: "Cups"}},
		Products: []models.Product{{
			Slug: "cup", Title: "Cup", Category: models.Category{Slug: "cups"},
			Variants: []models.Variant{{SKU: "CUP", Price: models.MustAmount("5"), OnHand: 7}},
		}},
		Coins:       []models.Coin{{Symbol: "USDT", Name: "Tether", Precision: 6, Rate: models.AmountFromInt(1), RateSource: "fixed", Enabled: true}},
		Currency:    models.Currency{Code: "EUR", Digits: 2},
		Texts:       map[models.SettingKey]string{models.SloganKey("en"): "Cups for all"},
		HomeCountry: "DE",
		Zones:       []models.Zone{{Name: "Germany", Places: []models.Place{{Country: "DE"}}, TaxMode: models.TaxNone}},
		Coupons: []starter.Coupon{{
			Coupon:     models.Coupon{Code: "SPRING-10", Kind: models.CouponPercent, Value: models.MustAmount("10"), Enabled: true},
			Categories: []string{"cups"},
		}},
	}
}

func TestFill_AgainKeepsWhatPeopleHaveChanged(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		require.NoError(t, starter.Fill(ctx, s, contents()))
		cup, err := s.Product(ctx, "cup")
		require.NoError(t, err)
		coupon, err := s.CouponByCode(ctx, "SPRING-10")
		require.NoError(t, err)
		assert.Equal(t, []string{cup.CategoryID}, []string(coupon.CategoryIDs))

		coupon.Enabled = false
		require.NoError(t, s.SaveCoupon(ctx, &coupon))
		require.NoError(t, s.PutSetting(ctx, string(models.SloganKey("en")), "Cups"))
		require.NoError(t, s.PutSetting(ctx, string(models.SettingHomeCountry), "AT"))
		require.NoError(t, s.MoveStock(ctx, models.StockMovement{VariantID: cup.Variants[0].ID, Kind: models.MovementCorrection, Quantity: -3}))
		again := contents()
		again.Products[0].Title, again.Zones[0].Name = "Big cup", "Federal Republic"
		require.NoError(t, starter.Fill(ctx, s, again))

		cup, err = s.Product(ctx, "cup")
		require.NoError(t, err)
		assert.Equal(t, []any{"Big cup", 4}, []any{cup.Title, cup.Variants[0].OnHand})
		coupon, err = s.CouponByCode(ctx, "SPRING-10")
		require.NoError(t, err)
		assert.False(t, coupon.Enabled)
		zones, err := s.Zones(ctx)
		require.NoError(t, err)
		require.Len(t, zones, 1)
		assert.Equal(t, "Germany", zones[0].Name)
		settings, err := s.LoadSettings(ctx)
		require.NoError(t, err)
		assert.Equal(t, []any{"Cups", "AT", models.Currency{Code: "EUR", Digits: 2}},
			[]any{settings.Slogan("en"), settings.Text(models.SettingHomeCountry), settings.Currency()})
		entries, err := s.Audit(ctx, models.AuditFilter{})
		require.NoError(t, err)
		assert.Empty(t, entries)
	})
}

func TestFill_StoresAllOrNothing(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		c := contents()
		c.Coupons[0].Categories = []string{"plates"}
		require.ErrorContains(t, starter.Fill(t.Context(), s, c), "plates")
		_, err := s.Product(t.Context(), "cup")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}
