package web_test

import (
	"image/color"
	"maps"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// alerts returns the mails about prices by recipient.
func (s *shop) alerts() map[string]string {
	s.t.Helper()
	s.work()
	list := map[string]string{}
	for _, m := range s.mails.all() {
		if strings.Contains(m.Text, english.T("mail.prices.heading")) || strings.Contains(m.Text, english.T("mail.prices.safety")) {
			list[m.To] = m.Subject + "\n" + m.Text
		}
	}
	return list
}

func TestCoins_ARateThatJumpsIsConfirmedAndTheOwnersAreTold(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner, second, gone := s.hire(models.RoleOwner), s.hire(models.RoleOwner), s.hire(models.RoleOwner)
		require.NoError(t, s.db.UpdateStaff(t.Context(), gone.person.ID, store.StaffChange{Disabled: new(true)}))
		c := s.staffed(models.RoleFinance)
		path := "/admin/coins/USDT"
		form := c.coinForm("USDT")
		form.Set("rate", "1000000")
		asked := c.sendAll(path, form, nil).is(http.StatusForbidden)
		require.True(t, asksForCode(asked), "the code comes first")
		form = asked.typed(path)
		form.Set("totp", c.code())

		really := c.sendAll(path, form, nil).is(http.StatusUnprocessableEntity)
		checkStaffPage(t, "confirm", really)
		really.has(english.T("admin.confirm.rate.differs_before"), "$1.00", "$1,000,000.00", "100 USDT", "0.01 USDT", "+99999900%", "-")
		assert.Equal(t, "1", s.rate(), "nothing is stored before it is confirmed")
		confirmed := really.typed(path)
		other := url.Values{}
		maps.Copy(other, confirmed)
		other.Set("rate", "2000000")
		c.sendAll(path, other, nil).is(http.StatusUnprocessableEntity).has("$2,000,000.00")
		assert.Equal(t, "1", s.rate(), "another rate is asked about again")
		assert.Empty(t, s.alerts())

		c.sendAll(path, confirmed, nil).redirects(path)
		assert.Equal(t, "1000000", s.rate())
		entry := s.entry("coin.change")
		assert.Contains(t, entry.After, "cost of 100: 100 → 0.01")
		mails := s.alerts()
		require.Len(t, mails, 2, "owners, and only those who still are")
		for _, to := range []string{owner.person.Email, second.person.Email} {
			for _, text := range []string{"USDT", c.person.Email, "$1.00 → $1,000,000.00", "100 USDT → 0.01 USDT", path} {
				assert.Contains(t, mails[to], text)
			}
		}

		form = c.coinForm("USDT")
		form.Set("rate", "1050000")
		c.sendAll(path, form, nil).redirects(path)
		form = c.coinForm("USDT")
		form.Set("spread", "50")
		c.sendAll(path, form, nil).is(http.StatusUnprocessableEntity).has(english.T("admin.confirm.rate.differs_before"))
		assert.Len(t, s.alerts(), 2, "small steps and questions make no mail")
	})
}

func TestCoins_ARateFarFromTheLiveSourceIsConfirmed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleFinance)
		s.market("150000") // BTC is fixed at 97250
		path := "/admin/coins/BTC"
		form := c.coinForm("BTC")
		form.Set("rate", "98000")
		really := c.sendAll(path, form, nil).is(http.StatusUnprocessableEntity)
		really.has(english.T("admin.confirm.rate.differs_live", "Source", "Exchange ticker", "Rate", "$150,000.00")).lacks(english.T("admin.confirm.rate.differs_before"))
		c.sendAll(path, really.typed(path), nil).redirects(path)
		assert.Contains(t, s.entry("coin.change").After, `"live_rate":"150000"`)

		form = c.coinForm("BTC")
		form.Set("rate", "149000")
		c.sendAll(path, form, nil).is(http.StatusUnprocessableEntity).has(english.T("admin.confirm.rate.differs_before")).
			lacks(english.Piece("admin.confirm.rate.differs_live", "Source", "Rate"))
		form = c.coinForm("BTC")
		form.Set("name", "Bitcoin again")
		c.sendAll(path, form, nil).redirects(path)
	})
}

func TestCoins_AJumpOfTheSourceThatIsAcceptedIsMailed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		s.live()
		s.market("120000")
		c := s.trusted(models.RoleFinance)
		page := c.get("/admin/coins/BTC").is(http.StatusOK)
		c.post("/admin/coins/BTC/accept", "seen", page.value("seen")).redirects("/admin/coins/BTC")
		assert.Contains(t, s.alerts()[owner.person.Email], "$97,250.00 → $120,000.00")
	})
}

func TestCoins_ANewOneGoesLastAndClaimsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleFinance)
		c.get("/admin/coins/new").is(http.StatusOK).lacks(`name="position"`)
		form := []string{"symbol", "AAA", "name", "A coin", "precision", "2", "enabled", "1", "rate", "1", "version", "0", "position", "0"}
		c.post("/admin/coins", form...).redirects("/admin/coins/AAA")
		b := s.browser()
		b.buy("1")
		assert.Equal(t, "USDT", b.get("/checkout").is(http.StatusOK).chosen("coin"), "what the checkout suggests stays")
		coins, err := s.db.AllCoins(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "AAA", coins[len(coins)-1].Symbol)

		live := []string{
			"symbol", "LTC", "name", "Litecoin", "precision", "8", "enabled", "1", "source", "exchange", "source_symbol", "ltcusdt", "max_age", "60",
			"max_jump", "20", "version", "0",
		}
		c.post("/admin/coins", live...).redirects("/admin/coins/LTC")
		c.get("/admin/coins/LTC").is(http.StatusOK).has(english.T("admin.coin_state.missing")).lacks(english.T("admin.coin.answer_good"))
	})
}

func TestCatalogue_PricesThatJumpAndPricesOfNothingAreConfirmed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		c := s.staffed(models.RoleOperator)
		path := "/admin/products/" + s.productID("pot")
		words := c.get(path).is(http.StatusOK).typed(path)
		words.Set("summary", "Pours a lot of tea")
		words.Set("do", "save")
		c.sendFiles(path, words).redirects(path)

		form := c.get(path).typed(path)
		form.Set("v.0.price", "3.45")
		form.Set("summary", "Pours cheap tea")
		form.Set("do", "save")
		asked := c.sendFiles(path, form, attached{"a.jpg", photograph(t, 300, 200, color.White)}).is(http.StatusForbidden)
		require.True(t, asksForCode(asked), "the summary needs no code, the price does")
		again := asked.typed(path)
		again.Set("totp", c.code())
		really := c.sendFiles(path, again).is(http.StatusUnprocessableEntity)
		checkStaffPage(t, "confirm", really)
		really.has(english.T("admin.confirm.price.title"), "Tea pot (POT)", "$34.50", "$3.45", "−90%")
		assert.Equal(t, "34.5", s.variant("pot", "POT").Price.String())
		c.sendFiles(path, really.typed(path)).redirects(path)
		pot, err := s.db.Product(t.Context(), "pot")
		require.NoError(t, err)
		assert.Equal(t, "3.45", pot.Variants[0].Price.String())
		assert.Equal(t, "Pours cheap tea", pot.Summary)
		assert.Len(t, pot.Pictures, 2, "the picture that was uploaded with the price is not lost on the way")
		assert.Contains(t, s.entry("product.change").After, "price POT: 34.5 → 3.45")
		assert.Contains(t, s.alerts()[owner.person.Email], "$34.50 → $3.45")

		form = c.get(path).typed(path)
		form.Set("v.0.price", "4")
		form.Set("do", "save")
		c.sendFiles(path, form).redirects(path)
		for field, value := range map[string]string{"v.0.price": "0", "v.0.sale": "0.04"} {
			form = c.get(path).typed(path)
			form.Set(field, value)
			form.Set("do", "save")
			c.sendFiles(path, form).is(http.StatusUnprocessableEntity).has(english.T("admin.confirm.price.title"))
		}
		fresh := c.get("/admin/products/new").is(http.StatusOK).typed("/admin/products")
		for name, value := range map[string]string{"title": "🎁🎁", "v.0.price": "0", "v.0.sku": "礼物", "do": "save"} {
			fresh.Set(name, value)
		}
		fresh.Add("category", s.categoryID("cups"))
		free := c.sendFiles("/admin/products", fresh).is(http.StatusUnprocessableEntity).has(english.T("admin.confirm.price.zero"))
		to := c.sendFiles("/admin/products", free.typed("/admin/products")).is(http.StatusSeeOther).header.Get("Location")
		made := c.get(to).is(http.StatusOK).typed(to)
		assert.Equal(t, "li-wu", made.Get("slug"))
	})
}

func TestImport_PricesThatJumpAreListedAndConfirmed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		c := s.trusted(models.RoleOperator)
		file := "SKU,Name,Regular price\nPOT,Tea pot,0.01\nPLATE-b,Plate b,22.50\nPLATE-a,Plate a,200\n"
		at := c.uploadProducts("prices.csv", file, "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		p := c.get(at).is(http.StatusOK)
		checkStaffPage(t, at, p)
		p.has(english.N("import.prices.text", 2), "Tea pot (POT)", "$34.50", "$0.01", "Plate a (PLATE-a)", "$200.00", "+900%").lacks("(PLATE-b)")
		start := at + "/start"
		digest := p.field(start, "confirmed")
		require.NotEmpty(t, digest)
		c.post(start, "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.confirm"))
		c.post(start, "form_token", models.NewRef(), "confirmed", "1").is(http.StatusUnprocessableEntity)
		s.work()
		assert.Equal(t, "34.5", s.variant("pot", "POT").Price.String())
		c.post(start, "form_token", models.NewRef(), "confirmed", digest).redirects(at)
		s.work()
		assert.Equal(t, "0.01", s.variant("pot", "POT").Price.String())
		assert.Contains(t, s.entry("product.import").After, "price POT: 34.5 → 0.01")
		assert.Contains(t, s.alerts()[owner.person.Email], "$34.50 → $0.01")

		s.clock.Advance(models.StepUpTime)
		at = c.uploadProducts("words.csv", "SKU,Name\nPOT,Tea pot again\n", "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		c.get(at).is(http.StatusOK).lacks(english.T("import.prices"))
		assert.True(t, asksForCode(c.post(at+"/start", "form_token", models.NewRef()).is(http.StatusForbidden)), "every import needs a code")
	})
}

func TestCart_WrongCouponsAreLimitedAndGoodOnesAreNot(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.buy("2")
		for range 30 {
			b.post("/cart/coupon", "coupon", "WELCOME10").redirects("/cart")
			b.post("/cart/coupon", "coupon", "RICH").redirects("/cart") // exists: only the cart is too small
		}
		b.get("/cart").has(english.T("coupon.problem.minimum", "Code", "RICH", "Minimum", "$500.00"))
		for _, code := range []string{"A", "B", "C", "D", "E"} {
			b.post("/cart/coupon", "coupon", code).redirects("/cart")
		}
		p := b.post("/cart/coupon", "coupon", "WELCOME10").is(http.StatusTooManyRequests)
		wait := s.clock.Now().Truncate(10 * time.Minute).Add(10 * time.Minute).Sub(s.clock.Now())
		p.has(english.T("coupon.problem.too_often", "Wait", english.N("coupon.wait", int(math.Ceil(wait.Minutes())))))
		assert.Equal(t, strconv.Itoa(int(math.Ceil(wait.Seconds()))), p.header.Get("Retry-After"))
		assert.Equal(t, "WELCOME10", p.value("coupon"), "what was typed stays")
		b.post("/checkout/update", b.posted("coupon", "WELCOME10")...).is(http.StatusTooManyRequests)
		b.post("/checkout", b.posted("coupon", "WELCOME10")...).is(http.StatusUnprocessableEntity).has(english.Piece("coupon.problem.too_often", "Wait"))
		b.post("/cart/coupon", "coupon", "").redirects("/cart")

		s.clock.Advance(10 * time.Minute)
		b.post("/cart/coupon", "coupon", "WELCOME10").redirects("/cart")
		b.get("/cart").has(english.T("coupon.counts", "Code", "WELCOME10"))
	})
}

func TestCoupons_AValueIsNotDroppedAndEverythingOffIsConfirmed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleFinance)
		form := goodCoupon()
		form.Set("kind", "free_delivery")
		p := c.sendAll("/admin/coupons", form, nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.range.coupon_value"))
		assert.Equal(t, "10", p.value("value"), "what was typed stays")
		form.Set("value", "")
		to := c.sendAll("/admin/coupons", form, nil).is(http.StatusSeeOther).header.Get("Location")
		c.get(to).is(http.StatusOK).lacks(english.T("admin.coupon.everything"))

		form = goodCoupon()
		form.Set("code", "ALL")
		form.Set("value", "100")
		really := c.sendAll("/admin/coupons", form, nil).is(http.StatusUnprocessableEntity).has(english.T("admin.coupon.everything"))
		checkStaffPage(t, "confirm", really)
		_, err := s.db.CouponByCode(t.Context(), "ALL")
		require.Error(t, err)
		to = c.sendAll("/admin/coupons", really.typed("/admin/coupons"), nil).is(http.StatusSeeOther).header.Get("Location")
		form = c.get(to).is(http.StatusOK).has(english.T("admin.coupon.everything")).typed(to)
		form.Set("note", "for the press")
		c.sendAll(to, form, nil).redirects(to)
	})
}

func TestDelivery_ZeroPercentIsARate(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		zones, err := s.db.Zones(t.Context())
		require.NoError(t, err)
		id := zones[0].ID
		for _, z := range zones {
			if z.Name == "United States" {
				id = z.ID
			}
		}
		c := s.trusted(models.RoleOwner)
		path := "/admin/delivery/" + id
		form := c.get(path).is(http.StatusOK).typed(path)
		form.Set("tax_mode", "added")
		form.Set("tax_name", "Sales tax")
		form.Set("tax_rate", "")
		form.Set("do", "save")
		c.sendAll(path, form, nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.missing"))
		form.Set("tax_rate", "0")
		c.sendAll(path, form, nil).redirects(path)
		assert.Equal(t, "0", c.get(path).is(http.StatusOK).value("tax_rate"))
		c.get("/admin/delivery").has("Sales tax 0%")

		s.clock.Advance(2 * time.Second)
		b := s.browser()
		b.buy("2")
		b.post("/cart/place", "country", "US").redirects("/cart")
		line := english.T("totals.tax", "Name", "Sales tax", "Rate", "0%")
		b.get("/cart").has(line, "$0.00", "$29.00")
		b.post("/checkout", b.posted()...).is(http.StatusSeeOther)
		list, err := s.db.Orders(t.Context(), models.OrderFilter{})
		require.NoError(t, err)
		require.Len(t, list.Rows, 1)
		placed, err := s.db.Order(t.Context(), list.Rows[0].ID)
		require.NoError(t, err)
		b.get("/orders/" + placed.Ref).is(http.StatusOK).has(line)
		c.get("/admin/orders/" + list.Rows[0].ID).is(http.StatusOK).has("Sales tax 0%")
	})
}

func TestCatalogue_NamesOfAnyScriptGetASlug(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleOwner)
		for name, want := range map[string]string{"咖啡杯": "ka-fei-bei", "Чашки": "chashki", "كوب": "kwb", "かっぷ": "katsupu", "杯子": "bei-zi"} {
			form := c.get("/admin/categories/new").is(http.StatusOK).typed("/admin/categories")
			form.Set("name", name)
			c.sendFiles("/admin/categories", form).redirects("/admin/categories")
			assert.Equal(t, name, s.category(want).Name)
		}
		form := c.get("/admin/categories/new").is(http.StatusOK).typed("/admin/categories")
		form.Set("name", "被子") // a quilt sounds like a cup
		c.sendFiles("/admin/categories", form).redirects("/admin/categories")
		assert.Equal(t, "被子", s.category("bei-zi-2").Name)
		form = c.get("/admin/categories/new").is(http.StatusOK).typed("/admin/categories")
		form.Set("name", "🎁")
		c.sendFiles("/admin/categories", form).redirects("/admin/categories")
		list, err := s.db.Categories(t.Context())
		require.NoError(t, err)
		for _, category := range list {
			if category.Name == "🎁" {
				assert.Regexp(t, "^category-[0-9a-f]{8}$", category.Slug)
			}
		}
	})
}
