package web_test

import (
	"cmp"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func goodCoupon() url.Values {
	return url.Values{
		"code": {" spring-10 "}, "kind": {"percent"}, "value": {"10"}, "minimum": {"5"}, "max_uses": {"3"}, "max_per_shopper": {"1"}, "enabled": {"1"},
		"starts": {"2026-01-01T00:00"}, "ends": {"2030-01-01T00:00"}, "note": {"for the fair"},
	}
}

func TestCoupons_AreMadeChangedAndSwitchedOff(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		c.get("/admin/coupons").is(http.StatusOK).has(english.T("admin.coupons.empty"))
		c.get("/admin/coupons/new").is(http.StatusOK)
		for field, bad := range map[string][2]string{
			"code":            {"two\x07words", "field.problem.characters.coupon_code"},
			"value":           {"-5", "field.problem.negative"},
			"minimum":         {"1.001", "field.problem.digits"},
			"ends":            {"2025-01-01T00:00", "field.problem.ends"},
			"starts":          {"soon", "field.problem.time"},
			"max_uses":        {"0", "field.problem.range"},
			"max_per_shopper": {"-1", "field.problem.negative"},
			"kind":            {"gift", "field.problem.unknown"},
		} {
			form := goodCoupon()
			form.Set(field, bad[0])
			c.sendAll("/admin/coupons", form, nil).is(http.StatusUnprocessableEntity).has("field__problem", english.T(bad[1]))
		}
		page, err := s.db.Coupons(t.Context(), store.CouponFilter{})
		require.NoError(t, err)
		require.Empty(t, page.Rows, "nothing was stored")

		to := c.sendAll("/admin/coupons", goodCoupon(), nil).is(http.StatusSeeOther).header.Get("Location")
		c.get(to).is(http.StatusOK).has(english.T("admin.notice.coupon_saved"), "SPRING-10", english.T("admin.coupon.unused"))
		assert.Contains(t, s.entry("coupon.create").After, "SPRING-10")
		c.sendAll("/admin/coupons", goodCoupon(), nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.taken.coupon_code"))
		c.get("/admin/coupons?q=FAIR").is(http.StatusOK).has("SPRING-10", "0 / 3", "10%")
		c.get("/admin/coupons?q=nothing").is(http.StatusOK).has(english.T("admin.coupons.none"))
		c.get("/admin/coupons?after=nonsense").is(http.StatusUnprocessableEntity)

		below := models.Category{ID: models.NewID(), Slug: "below", Name: "Below the cups", ParentID: s.categoryID("cups")}
		require.NoError(t, s.db.SaveCategory(t.Context(), below))
		narrow := c.get(to).has("Below the cups").typed(to)
		narrow.Set("category", below.ID)
		c.sendAll(to, narrow, nil).is(http.StatusSeeOther)
		require.Equal(t, []string{below.ID}, c.get(to).typed(to)["category"], "saving the form again does not make the coupon one for all goods")
		narrow = c.get(to).typed(to)
		narrow.Del("category")
		c.sendAll(to, narrow, nil).is(http.StatusSeeOther)

		first, second := c.get(to).typed(to), c.get(to).typed(to)
		require.Equal(t, "2026-01-01T00:00", first.Get("starts"), "the form shows what was typed")
		first.Set("value", "12.5")
		c.sendAll(to, first, nil).is(http.StatusSeeOther)
		second.Set("value", "50")
		c.sendAll(to, second, nil).is(http.StatusConflict).has("12.5")

		c.post(to+"/switch", "version", "4", "to", "off").redirects(to)
		c.get(to).has(english.T("admin.notice.coupon_off"), english.T("admin.coupon.switch_on"))
		c.post(to+"/switch", "version", "4", "to", "on").is(http.StatusConflict)
		c.post(to+"/switch", "version", "5", "to", "up").is(http.StatusBadRequest)
		c.get("/admin/coupons/" + models.NewID()).is(http.StatusNotFound)
		c.get("/admin/coupons/nonsense").is(http.StatusNotFound)
		got, err := s.db.CouponByCode(t.Context(), "spring-10")
		require.NoError(t, err)
		assert.Equal(t, "12.5", got.Value.String())
		assert.False(t, got.Enabled)
	})
}

func goodZone() url.Values {
	return url.Values{
		"do": {"save"}, "name": {"Home"}, "add": {"DE", "US-AK"}, "tax_mode": {"added"}, "tax_name": {"VAT"}, "tax_name.zh-Hans": {"增值税"}, "tax_rate": {"19 %"},
		"tax_delivery": {"1"}, "m.0.title": {"Parcel"}, "m.0.title.zh-Hans": {"包裹"}, "m.0.kind": {"weight"}, "m.0.free": {"100"}, "m.0.most": {"31.5"},
		"m.0.enabled": {"1"},
		"m.0.from.0":  {"0"}, "m.0.price.0": {"4.90"}, "m.0.from.1": {"2"}, "m.0.price.1": {"7.50"}, "m.0.from.2": {""}, "m.0.price.2": {""},
		"m.1.title": {""}, "m.1.kind": {"flat"}, "m.1.price.0": {""},
	}
}

func TestDelivery_AZoneFromTheFormToTheTester(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		before, err := s.db.Zones(t.Context())
		require.NoError(t, err)
		for _, z := range before { // the demonstration has its own
			require.NoError(t, s.db.DeleteZone(t.Context(), z.ID, z.Version))
		}
		c.get("/admin/delivery").is(http.StatusOK).has(english.T("admin.zones.empty"))
		c.get("/admin/delivery/new").is(http.StatusOK).has("Germany", "Alaska")
		for field, bad := range map[string]string{
			"name": "", "tax_rate": "190", "tax_mode": "both", "tax_name": "", "m.0.title": "", "m.0.kind": "distance", "m.0.from.0": "1", "m.0.from.1": "0",
			"m.0.price.0": "-1", "m.0.price.1": "1.001", "m.0.free": "x", "m.0.most": "0.0000001",
		} {
			form := goodZone()
			form.Set(field, bad)
			c.sendAll("/admin/delivery", form, nil).is(http.StatusUnprocessableEntity).has("field__problem")
		}
		for _, bound := range []string{"m.0.free", "m.0.most"} {
			form := goodZone()
			form.Set(bound, "0.00")
			c.sendAll("/admin/delivery", form, nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.range"))
		}
		more := goodZone()
		more.Set("do", "more")
		again := c.sendAll("/admin/delivery", more, nil).is(http.StatusOK).typed("/admin/delivery")
		assert.Equal(t, "7.50", again.Get("m.0.price.1"), "what was typed is kept")
		assert.True(t, again.Has("m.0.price.4"))

		to := c.sendAll("/admin/delivery", goodZone(), nil).is(http.StatusSeeOther).header.Get("Location")
		form := c.get(to).is(http.StatusOK).has(english.T("admin.notice.zone_saved"), "Alaska, United States").typed(to)
		assert.Equal(t, []string{"DE", "US-AK"}, form["place"])
		assert.Equal(t, "31.5", form.Get("m.0.most"))
		assert.Contains(t, s.entry("zone.create").After, "US-AK")
		assert.Contains(t, s.entry("zone.create").After, "up to 31.5 kg")
		c.get("/admin/delivery").has("VAT 19%", "Parcel", "$4.90", "$100.00", english.T("admin.method.up_to", "Weight", "31.5"))

		twice := goodZone()
		twice.Set("add", "DE")
		c.sendAll("/admin/delivery", twice, nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.taken.place", "Place", "Germany", "Zone", "Home"))
		rest := goodZone()
		rest.Del("add")
		c.sendAll("/admin/delivery", rest, nil).is(http.StatusSeeOther)
		c.sendAll("/admin/delivery", rest, nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.rest_zone", "Zone", "Home"))
		twice.Set("add", "US")
		twice.Add("add", "US-HI")
		c.sendAll("/admin/delivery", twice, nil).is(http.StatusUnprocessableEntity).has(english.T("field.problem.twice.place"))

		stale := c.get(to).typed(to)
		form["place"] = []string{"DE"}
		form.Set("m.0.remove", "1")
		form.Set("m.1.title", "Courier")
		form.Set("m.1.kind", "flat")
		form.Set("m.1.price.0", "15")
		form.Set("m.1.most", "2")
		form.Set("m.1.enabled", "1")
		c.sendAll(to, form, nil).is(http.StatusSeeOther)
		c.sendAll(to, stale, nil).is(http.StatusConflict).has("Courier")

		shown := c.get("/admin/delivery/tester?place=DE&price=25&quantity=2&weight=0.5").is(http.StatusOK)
		shown.has("Courier", "$50.00", "$15.00", "VAT 19%", "$12.35", "$77.35").lacks(english.Piece("admin.tester.too_heavy", "Methods"))
		c.get("/admin/delivery/tester?place=DE&price=25&quantity=2&weight=1.001").is(http.StatusOK).
			has(english.T("admin.tester.too_heavy", "Methods", "Courier")).lacks("$15.00")
		for _, place := range []string{"germany", "Germ", "de"} { // by name too
			c.get("/admin/delivery/tester?place=" + place + "&price=25&quantity=2&weight=0.5").is(http.StatusOK).has(`value="Germany"`)
		}
		for _, place := range []string{"Guinea-B", "xyz", "land"} { // a part of one name, of none, of several
			status := map[string]int{"Guinea-B": http.StatusOK}[place]
			c.get("/admin/delivery/tester?place=" + place + "&price=25&quantity=2").is(cmp.Or(status, http.StatusUnprocessableEntity))
		}
		c.get("/admin/delivery/tester?place=DE&price=25&quantity=2&virtual=1").is(http.StatusOK).has("$59.50")
		c.get("/admin/delivery/tester?place=DE&price=25&quantity=2&coupon=nothing").has(english.T("admin.coupon_problem.unknown"))
		for _, bad := range []string{"place=ZZ&price=1&quantity=1", "place=DE&price=-1&quantity=1", "place=DE&price=1.001&quantity=1", "place=DE&price=1&quantity=0"} {
			c.get("/admin/delivery/tester?" + bad).is(http.StatusUnprocessableEntity)
		}
		c.get("/admin/delivery/tester?place=DE&price=999999999999999999&quantity=999").is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.basket"))

		form = c.get(to).typed(to)
		c.post(to+"/delete", "version", "1").is(http.StatusConflict)
		c.post(to+"/delete", "version", form.Get("version")).redirects("/admin/delivery")
		c.get(to).is(http.StatusNotFound)
		s.entry("zone.delete")
	})
}

func TestCoupons_OfACategoryThatIsGoneAreNotForAllGoods(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.trusted(models.RoleOwner)
	form := goodCoupon()
	form["category"] = []string{models.NewID()}
	c.sendAll("/admin/coupons", form, nil).is(http.StatusBadRequest)
	page, err := s.db.Coupons(t.Context(), store.CouponFilter{})
	require.NoError(t, err)
	assert.Empty(t, page.Rows)
}
