package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// The attacks of this file use a session that was stolen after its fresh code had run out, or no session at all. Each succeeded before the
// shop had its defence.

// rate is the stored rate of USDT.
func (s *shop) rate() string {
	s.t.Helper()
	c, err := s.db.Coin(s.t.Context(), "USDT")
	require.NoError(s.t, err)
	return c.Rate.String()
}

// coinForm is the form of a coin as its page shows it.
func (c *clerk) coinForm(symbol string) url.Values {
	c.s.t.Helper()
	return c.get("/admin/coins/" + symbol).is(http.StatusOK).typed("/admin/coins/" + symbol)
}

func TestAttack_ARateTimesAMillionBuysForNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		thief := s.staffed(models.RoleFinance)
		form := thief.coinForm("USDT")
		form.Set("rate", "1000000")
		thief.sendAll("/admin/coins/USDT", form, nil)
		assert.Equal(t, "1", s.rate(), "the rate")
		b := s.browser()
		b.buy("4")
		b.get("/checkout").has("48 USDT").lacks("0.01 USDT")
	})
}

func TestAttack_ACouponOfEverythingIsMadeWithoutACode(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		thief := s.staffed(models.RoleFinance)
		form := goodCoupon()
		form.Set("value", "99")
		thief.sendAll("/admin/coupons", form, nil)
		_, err := s.db.CouponByCode(t.Context(), "SPRING-10")
		require.Error(t, err, "the coupon")
		zone := goodZone()
		zone.Set("m.0.price.0", "0")
		thief.sendAll("/admin/delivery", zone, nil)
		zones, err := s.db.Zones(t.Context())
		require.NoError(t, err)
		assert.Len(t, zones, 3, "the zone")
	})
}

func TestAttack_APriceSourceOfTheThief(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		thief := s.staffed(models.RoleFinance)
		thief.post("/admin/price-sources", "version", "0", "name", "Cheap", "url", "https://cheap.example/?s={symbol}", "path", "/last", "enabled", "1")
		sources, err := s.db.PriceSources(t.Context())
		require.NoError(t, err)
		assert.Len(t, sources, 1, "only the exchange's own")
	})
}

func TestAttack_APriceOfNearlyNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		thief := s.staffed(models.RoleOperator)
		path := "/admin/products/" + s.productID("pot")
		for field, value := range map[string]string{"v.0.price": "0.01", "v.0.sale": "0.01", "v.0.weight": "0.001"} {
			form := thief.get(path).is(http.StatusOK).typed(path)
			form.Set(field, value)
			form.Set("do", "save")
			thief.sendFiles(path, form)
			pot := s.variant("pot", "POT")
			assert.Equal(t, []string{"34.5", "0", "0"}, []string{pot.Price.String(), pot.SalePrice.String(), pot.Weight.String()}, field)
		}
	})
}

func TestAttack_APriceOfNearlyNothingByAFile(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		thief := s.staffed(models.RoleOperator)
		at := thief.uploadProducts("prices.csv", "SKU,Name,Regular price\nPOT,Tea pot,0.01\n", "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		thief.post(at+"/start", "form_token", models.NewRef())
		s.work()
		assert.Equal(t, "34.5", s.variant("pot", "POT").Price.String())
	})
}

func TestAttack_GuessingCoupons(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		expired := models.Coupon{
			Code: "LAST-YEAR", Kind: models.CouponPercent, Value: models.AmountFromInt(50), Enabled: true, EndsAt: s.clock.Now().AddDate(-1, 0, 0),
		}
		require.NoError(t, s.db.SaveCoupon(t.Context(), &expired))
		answers := map[string]bool{}
		for _, code := range []string{"NO-SUCH-1", "LAST-YEAR"} {
			b := s.browser()
			b.buy("1")
			b.post("/cart/coupon", "coupon", code)
			page := b.get("/cart")
			_, text, _ := strings.Cut(page.body, `id="coupon-problem"`)
			text, _, _ = strings.Cut(text, "</p>")
			answers[strings.ReplaceAll(text, code, "CODE")] = true
		}
		assert.Len(t, answers, 1, "whoever guesses learns that a coupon existed: %v", answers)

		looked := 0
		for i := range 60 { // with a new session for each guess
			b := s.browser()
			b.buy("1")
			if b.post("/cart/coupon", "coupon", fmt.Sprintf("GUESS-%d", i)).status != http.StatusTooManyRequests {
				looked++
			}
		}
		assert.Less(t, looked, 30, "guesses from one network that were looked at")
		b := s.browser()
		b.buy("1")
		b.post("/cart/coupon", "coupon", "WELCOME10")
		b.get("/cart").lacks(english.T("coupon.counts", "Code", "WELCOME10"))
	})
}
