package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// deliver gives the shop zones, coupons and something that needs no delivery; its home is the United States.
func (s *shop) deliver() {
	s.t.Helper()
	ctx := s.t.Context()
	method := func(title, price, freeFrom string) models.DeliveryMethod {
		m := models.DeliveryMethod{Title: title, Kind: models.DeliveryFlat, Enabled: true, Steps: models.Steps{{Price: models.MustAmount(price)}}}
		if freeFrom != "" {
			m.FreeFrom = models.MustAmount(freeFrom)
		}
		return m
	}
	for _, z := range []models.Zone{
		{
			Name: "California", Places: []models.Place{{Country: "US", Region: "CA"}}, TaxMode: models.TaxAdded, TaxName: "Sales tax",
			TaxRate: models.MustAmount("7.25"), Methods: []models.DeliveryMethod{method("Post", "5", "50")},
		},
		{
			Name: "United States", Places: []models.Place{{Country: "US"}}, TaxMode: models.TaxNone,
			Methods: []models.DeliveryMethod{method("Post", "5", "50"), method("Courier", "12.50", "")},
		},
		{
			Name: "Germany", Places: []models.Place{{Country: "DE"}}, TaxMode: models.TaxIncluded, TaxName: "VAT", TaxRate: models.MustAmount("20"),
			TaxDelivery: true, Methods: []models.DeliveryMethod{method("Parcel", "9.50", "")},
		},
	} {
		require.NoError(s.t, s.db.SaveZone(ctx, &z))
	}
	for _, c := range []models.Coupon{
		{Code: "WELCOME10", Kind: models.CouponPercent, Value: models.MustAmount("10")},
		{Code: "ONCE", Kind: models.CouponFixed, Value: models.MustAmount("4"), MaxUses: 1},
		{Code: "ALL", Kind: models.CouponPercent, Value: models.MustAmount("100")},
		{Code: "RICH", Kind: models.CouponPercent, Value: models.MustAmount("5"), Minimum: models.MustAmount("500")},
		{Code: "NOPOST", Kind: models.CouponFreeDelivery},
	} {
		c.Enabled = true
		require.NoError(s.t, s.db.SaveCoupon(ctx, &c))
	}
	require.NoError(s.t, s.db.PutSetting(ctx, string(models.SettingHomeCountry), "US"))
	require.NoError(s.t, s.db.PutProduct(ctx, models.Product{
		Slug: "gift", Title: "Gift card", Category: models.Category{Slug: "cups"},
		Variants: []models.Variant{{SKU: "GIFT", Price: models.MustAmount("25"), Virtual: true, Untracked: true}},
	}))
	s.clock.Advance(2 * time.Second) // what all pages share is a second old at most
}

// posted is the checkout's form with an address in New York.
func (b *browser) posted(change ...string) []string {
	b.s.t.Helper()
	address := []string{"country", "US", "region", "NY", "line1", "350 Fifth Avenue", "city", "New York", "postcode", "10118", "phone", ""}
	return b.form(append(address, change...)...)
}

func TestCart_SaysWhatDeliveryAndCouponsMakeOfIt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.buy("2")
		p := b.get("/cart").is(http.StatusOK).has(english.T("totals.delivery_to", "Place", "United States"), "$5.00", "$29.00")
		p.lacks(`value="FR"`)
		p.has(english.T("delivery.only"))
		checkMarkup(t, "cart", p)

		b.post("/cart/coupon", "coupon", " welcome10 ").redirects("/cart")
		b.get("/cart").is(http.StatusOK).has(
			english.T("totals.discount_by", "Code", "WELCOME10"), english.T("totals.less", "Amount", "$2.40"), "$26.60", english.T("coupon.counts", "Code", "WELCOME10"))
		assert.LessOrEqual(t, len(s.statements()), 4, "%q", s.statements())
		b.post("/cart/place", "country", "DE", "region", "NY").redirects("/cart")
		b.get("/cart").has(
			english.T("totals.delivery_to", "Place", "Germany"), "$9.50", "$31.10", english.T("totals.includes", "Amount", "$5.18", "Name", "VAT", "Rate", "20%")).
			lacks(`name="region"`)
		b.post("/cart/place", "country", "US", "region", "CA").redirects("/cart")
		b.get("/cart").has(
			english.T("totals.delivery_to", "Place", "California, United States"), english.T("totals.tax", "Name", "Sales tax", "Rate", "7.25%"), "$1.57", "$28.17")
		b.post("/cart/place", "country", "nowhere").redirects("/cart")
		b.post("/cart/place", "country", "FR").redirects("/cart")
		b.get("/cart").has(english.T("delivery.undelivered", "Place", "France"), english.T("totals.delivery.later"), `value="FR"`)
		b.post("/cart/coupon", "coupon", "").redirects("/cart")
		b.get("/cart").lacks("WELCOME10")
		b.s.browser().post("/cart/coupon", "coupon", "WELCOME10").redirects("/cart")
		b.s.browser().post("/cart/place", "country", "US").redirects("/cart")
	})
}

func TestCart_TooHeavyForAnyWayOfDeliverySaysSo(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		zones, err := s.db.Zones(t.Context())
		require.NoError(t, err)
		germany := zones[slices.IndexFunc(zones, func(z models.Zone) bool { return z.Name == "Germany" })]
		germany.Methods[0].MaxWeight = models.MustAmount("2.5")
		require.NoError(t, s.db.SaveZone(t.Context(), &germany))
		require.NoError(t, s.db.PutProduct(t.Context(), models.Product{
			Slug: "anvil", Title: "Anvil", Category: models.Category{Slug: "cups"},
			Variants: []models.Variant{{SKU: "ANVIL", Price: models.MustAmount("80"), Weight: models.MustAmount("1.25"), Untracked: true}},
		}))
		s.clock.Advance(2 * time.Second)

		b := s.browser()
		b.post("/cart/items", "variant", s.variant("anvil", "ANVIL").ID, "quantity", "3").redirects("/cart")
		b.post("/cart/place", "country", "DE").redirects("/cart")
		heavy := english.T("delivery.too_heavy", "Place", "Germany", "Weight", "3.75", "Most", "2.5")
		b.get("/cart").has(heavy, english.T("totals.delivery.later")).lacks(english.Piece("delivery.undelivered", "Place"))
		p := b.get("/checkout").is(http.StatusOK).has(heavy).lacks("Parcel")
		checkMarkup(t, "checkout", p)
		form := b.form("country", "DE", "line1", "1 Road", "city", "Berlin", "postcode", "10115", "phone", "")
		p = b.post("/checkout", form...).is(http.StatusUnprocessableEntity).has(english.T("field.problem.too_heavy"))
		assert.True(t, p.invalid("country"))
		assert.Empty(t, s.platform.Orders())

		b.post("/checkout/update", append(form, "country", "US", "region", "NY")...)
		b.get("/checkout").has("Courier").lacks(english.T("field.problem.too_heavy"), english.Piece("delivery.too_heavy", "Place", "Weight", "Most"))
	})
}

func TestCart_CouponsThatDoNotCountSayWhy(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.buy("2")
		b.post("/cart/place", "country", "US").redirects("/cart")
		for code, words := range map[string]string{
			"nonesuch": english.T("coupon.problem.unknown", "Code", "NONESUCH"), "RICH": english.T("coupon.problem.minimum", "Code", "RICH", "Minimum", "$500.00"),
		} {
			b.post("/cart/coupon", "coupon", code).redirects("/cart")
			p := b.get("/cart").has(words, "$29.00").lacks(english.T("totals.discount"))
			assert.True(t, p.invalid("coupon"), code)
			assert.Equal(t, strings.ToUpper(code), p.value("coupon"), "what was typed stays")
		}
		p := b.post("/cart/coupon", "coupon", "<b>two words").is(http.StatusUnprocessableEntity).lacks("<b>two")
		assert.Equal(t, "<b>two words", p.value("coupon"))
		assert.True(t, p.invalid("coupon"))

		gifts := s.browser()
		gifts.post("/cart/items", "variant", s.variant("gift", "GIFT").ID, "quantity", "700").redirects("/cart")
		gifts.post("/cart/coupon", "coupon", "NOPOST").redirects("/cart")
		gifts.get("/cart").has(english.T("coupon.problem.no_delivery", "Code", "NOPOST")).lacks(`name="country"`)
		gifts.post("/cart/coupon", "coupon", "ALL").redirects("/cart")
		gifts.get("/cart").has(english.T("coupon.problem.nothing_left", "Code", "ALL"), "$17,500.00", `href="/checkout"`)
	})
}

func TestCheckout_WithCouponAndDeliveryToTheLastDigit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.buy("2")
		b.post("/cart/coupon", "coupon", "WELCOME10").redirects("/cart")
		b.get("/cart")
		p := b.get("/checkout").is(http.StatusOK).has(
			english.T("checkout.address"), "Courier", "$12.50", "26.6 USDT", "$26.60", english.T("delivery.free_from", "Amount", "$50.00"))
		t.Logf("the checkout takes %d statements", len(s.statements()))
		assert.LessOrEqual(t, len(s.statements()), 5, "%q", s.statements())
		checkMarkup(t, "checkout", p)
		shown := []string{"$24.00", english.T("totals.less", "Amount", "$2.40"), "$5.00", "$26.60"}
		p.has(shown...)

		form := b.posted()
		b.post("/checkout", form...).is(http.StatusSeeOther)
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		orders := s.platform.Orders()
		require.Len(t, orders, 1)
		assert.Equal(t, "26.6", string(orders[0].Amount))
		at := "/orders/" + order.Ref
		b.get(at).has(append(shown, english.T("totals.delivery_by", "Title", "Post"), "350 Fifth Avenue", "New York, NY 10118", "United States", "26.6 USDT")...)
		require.NoError(t, s.platform.Pay(orders[0].OrderNum))
		s.clock.Advance(3e9)
		s.work()
		b.get(at).has(english.T("order.state.paid.text", "Email", "ann@example.com"))
		mails := s.mails.all()
		require.Len(t, mails, 2)
		for _, m := range mails {
			for _, amount := range append(shown, "350 Fifth Avenue", "26.6 USDT", "WELCOME10") {
				assert.Contains(t, m.Text, amount)
				assert.Contains(t, m.HTML, amount)
			}
		}
		b.post(at + "/reorder").redirects("/cart")
		b.get("/cart").has("$24.00").lacks(english.T("coupon.counts", "Code", "WELCOME10"))
	})
}

func TestCheckout_NothingIsChargedThatWasNotShown(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.buy("2")

		// Another place than the page showed, without scripts: counted in first, then ordered.
		form := b.posted("region", "CA")
		p := b.post("/checkout", form...).is(http.StatusConflict).has(
			english.T("order.notice.recounted", "Total", "$30.74"), english.T("totals.tax", "Name", "Sales tax", "Rate", "7.25%"), "30.74 USDT")
		for field, value := range map[string]string{"line1": "350 Fifth Avenue", "postcode": "10118", "email": "ann@example.com", "payer_uid": alice} {
			assert.Equal(t, value, p.value(field))
		}
		assert.Equal(t, "CA", p.chosen("region"))

		// So is a coupon that was typed but not applied.
		p = b.post("/checkout", b.posted("coupon", "once")...).is(http.StatusConflict).has(
			english.T("coupon.counts", "Code", "ONCE"), english.T("totals.less", "Amount", "$4.00"), "$25.00")
		other := s.browser()
		other.buy("1")
		other.post("/cart/coupon", "coupon", "ONCE").redirects("/cart")
		other.post("/checkout", other.posted()...).is(http.StatusSeeOther) // is faster
		p = b.post("/checkout", b.posted("seen", p.value("seen"))...).is(http.StatusConflict).has(english.T("coupon.problem.unknown", "Code", "ONCE"), "$29.00")
		assert.True(t, p.invalid("coupon"))

		// A price of delivery that changes meanwhile, and a way of delivery that is gone.
		form = b.posted("coupon", "")
		zones, err := s.db.Zones(t.Context())
		require.NoError(t, err)
		zones[1].Methods[0].Steps[0].Price = models.MustAmount("6")
		require.NoError(t, s.db.SaveZone(t.Context(), &zones[1]))
		b.post("/checkout", form...).is(http.StatusConflict).has("$6.00", "$30.00")
		s.clock.Advance(2e9)
		form = b.posted()
		zones[1].Methods = zones[1].Methods[1:]
		require.NoError(t, s.db.SaveZone(t.Context(), &zones[1]))
		b.post("/checkout", form...).is(http.StatusConflict).has("Courier", "$12.50", "$36.50")
		assert.Len(t, s.platform.Orders(), 1, "the other shopper's")
	})
}

func TestCheckout_AddressIsCheckedBesideItsFieldsAndKept(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.buy("1")
		for field, value := range map[string]string{
			"country": "", "region": "", "name": "", "line1": " ", "city": "", "postcode": "", "phone": "call me", "line2": strings.Repeat("x", 201),
		} {
			p := b.post("/checkout", b.posted(field, value)...).is(http.StatusUnprocessableEntity)
			assert.True(t, p.invalid(field), field)
			if field != "line1" {
				assert.Equal(t, "350 Fifth Avenue", p.value("line1"), field)
			}
			checkMarkup(t, field, p)
		}
		p := b.post("/checkout", b.posted("country", "FR", "region", "")...).is(http.StatusUnprocessableEntity).has(english.T("field.problem.undelivered"))
		assert.True(t, p.invalid("country"))
		b.post("/checkout", b.posted("line1", "<script>alert(1)</script>", "city", "")...).is(http.StatusUnprocessableEntity).lacks("<script>alert")
		assert.Empty(t, s.platform.Orders())

		// What was typed is there again after a look at the cart.
		b.post("/checkout", b.posted("coin", "XRP", "city", "Albany")...).is(http.StatusUnprocessableEntity)
		b.get("/cart").is(http.StatusOK)
		again := b.get("/checkout").is(http.StatusOK)
		for field, value := range map[string]string{"city": "Albany", "email": "ann@example.com", "name": "Ann Lee", "payer_uid": alice} {
			assert.Equal(t, value, again.value(field))
		}
		assert.Equal(t, "NY", again.chosen("region"))
	})
}

func TestCheckout_UpdateCountsInWithoutOrdering(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.post("/checkout/update", "country", "DE").redirects("/cart")
		b.buy("2")
		b.post("/checkout/update", b.posted("country", "DE")...).redirects("/checkout")
		p := b.get("/checkout").has("Parcel", "$9.50", "$33.50", english.T("totals.includes", "Amount", "$5.58", "Name", "VAT", "Rate", "20%")).lacks(`name="region"`)
		assert.Equal(t, "350 Fifth Avenue", p.value("line1"), "nothing that was typed is lost")
		assert.Equal(t, alice, p.value("payer_uid"))
		script := http.Header{"Hx-Request": {"true"}}
		part := b.send("/checkout/update", script, b.posted("country", "US", "coupon", "NOPOST")...).is(http.StatusOK)
		part.has(`id="checkout"`, english.T("totals.coupon.delivery"), "$24.00", english.T("checkout.total.now", "Total", "$24.00")).
			lacks("<html", english.N("form.problems", 1))
		bad := b.send("/checkout/update", script, b.posted("coupon", "not a code")...).is(http.StatusUnprocessableEntity).lacks("<html")
		assert.Equal(t, "not a code", bad.value("coupon"))
		s.stock(s.blue(), -10)
		assert.Equal(t, "/cart", b.send("/checkout/update", script, "country", "US").is(http.StatusOK).header.Get("Hx-Redirect"))
		assert.Empty(t, s.platform.Orders())
	})
}

func TestCheckout_WhatIsNotSentAsksForNoAddress(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		b := s.browser()
		b.header = http.Header{"Accept-Language": {"de-DE,en"}}
		b.post("/cart/items", "variant", s.variant("gift", "GIFT").ID, "quantity", "2").redirects("/cart")
		b.get("/cart").has("$50.00").lacks(english.T("estimate.title"), english.Piece("totals.delivery_to", "Place"), `name="country"`)
		b.get("/checkout").lacks(english.T("checkout.address"), `name="line1"`, `name="method"`)
		form := b.form()
		b.post("/checkout", form...).is(http.StatusSeeOther)
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		at := "/orders/" + order.Ref
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.clock.Advance(3e9)
		s.work()
		b.get(at).has(english.T("order.state.paid.text.unsent", "Email", "ann@example.com")).
			lacks(english.T("order.state.paid.text", "Email", "ann@example.com"), english.T("totals.delivery"))
		for _, m := range s.mails.all() {
			assert.NotContains(t, m.Text, english.T("mail.paid.text"))
			assert.NotContains(t, m.Text, english.T("totals.delivery"))
		}
	})
}

func TestCheckout_TheCountryOfTheBrowserIsChosenIfTheShopDeliversThere(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		for header, country := range map[string]string{"de-DE,de;q=0.9": "DE", "fr-FR": "US", "en": "US", "zh-CN,zh": "US", "x": "US", "*": "US"} {
			b := s.browser()
			b.header = http.Header{"Accept-Language": {header}}
			b.buy("1")
			assert.Equal(t, country, b.get("/checkout").is(http.StatusOK).chosen("country"), header)
		}
	})
}
