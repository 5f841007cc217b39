package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestCheckout_ToPaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("2")
		shown := b.get("/checkout").is(http.StatusOK).has("Stoneware mug", "$24.00", "24 USDT", "0.00024679 BTC", "Tether", "Bitcoin")
		shown.lacks("Ether") // 24 dollars are less than the least that ETH takes
		assert.Equal(t, "USDT", shown.chosen("coin"))

		answer := b.post("/checkout", b.form()...).is(http.StatusSeeOther)
		payURL := answer.header.Get("Location")
		require.True(t, strings.HasPrefix(payURL, s.exchange+"/platform/pay.html?"), payURL)
		orders := s.platform.Orders()
		require.Len(t, orders, 1)
		found, err := s.db.Orders(t.Context(), models.OrderFilter{Search: orders[0].OrderNum})
		require.NoError(t, err)
		require.Len(t, found.Rows, 1)
		bought, err := s.db.Order(t.Context(), found.Rows[0].ID)
		require.NoError(t, err)
		assert.Equal(t, "ann@example.com", bought.Email)
		assert.Equal(t, "en", bought.Lang)
		b.get("/cart").lacks("Stoneware mug, Blue", "$24.00")

		b.get("/orders/"+bought.Ref).is(http.StatusOK).has("$24.00", "ann@example.com", "Ann Lee", "…3390", orders[0].OrderNum)
		require.NoError(t, s.platform.Pay(orders[0].OrderNum))
		s.clock.Advance(3e9)

		stranger := s.browser() // no cookie, no query: the return page needs neither
		back := stranger.get("/payments/return/" + bought.ReturnRef).is(http.StatusOK)
		back.has(bought.NumberText, english.T("order.state.paid.title"), "$24.00").lacks("http-equiv", "ann@example.com", "Ann Lee", bought.Ref)
		assert.Equal(t, "no-store", back.header.Get("Cache-Control"))
		assert.Empty(t, back.header.Values("Set-Cookie"))
		assert.Equal(t, models.OrderPaid, s.order(bought.Ref).State)

		s.work()
		mails := s.mails.all()
		require.Len(t, mails, 2)
		for _, m := range mails {
			assert.Equal(t, "ann@example.com", m.To)
			assert.Contains(t, m.Text, s.url+"/orders/"+bought.Ref+"?key=")
			assert.NotContains(t, m.Subject, bought.Ref)
			assert.Contains(t, m.HTML, s.url+"/orders/"+bought.Ref+"?key=")
			assert.Contains(t, m.Subject, bought.NumberText)
			assert.Contains(t, m.Text, "$24.00")
			assert.NotEmpty(t, m.MessageID)
		}
		assert.NotEqual(t, mails[0].MessageID, mails[1].MessageID)
	})
}

func TestCheckout_BadInputGetsTheSamePageWithWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		for name, c := range map[string]struct {
			field string
			value string
		}{
			"no e-mail":        {"email", ""},
			"bad e-mail":       {"email", "ann"},
			"header injection": {"email", "ann@example.com\r\nBcc: eve@example.com"},
			"script as e-mail": {"email", `"><script>alert(1)</script>@example.com`},
			"long e-mail":      {"email", strings.Repeat("a", 250) + "@example.com"},
			"NUL in e-mail":    {"email", "ann\x00@example.com"},
			"long name":        {"name", strings.Repeat("安", 101)},
			"control in name":  {"name", "Ann\x07"},
			"break in name":    {"name", "Ann\r\nBcc: eve@example.com"},
			"no UID":           {"payer_uid", ""},
			"letters in UID":   {"payer_uid", "alice"},
			"long UID":         {"payer_uid", strings.Repeat("1", 21)},
			"wide digits":      {"payer_uid", "２２０３３３９０"},
			"no coin":          {"coin", ""},
			"unknown coin":     {"coin", "XRP"},
			"coin too small":   {"coin", "ETH"},
			"script as coin":   {"coin", "<script>"},
		} {
			form := b.form(c.field, c.value)
			p := b.post("/checkout", form...)
			require.Equal(t, http.StatusUnprocessableEntity, p.status, name)
			checkMarkup(t, name, p)
			p.lacks("<script>alert")
			if c.field != "coin" {
				assert.True(t, p.invalid(c.field), "%s: said beside the field", name)
				assert.Equal(t, strings.NewReplacer("\r", "", "\n", "", "\x00", "\ufffd").Replace(c.value),
					strings.NewReplacer("\r", "", "\n", "").Replace(p.value(c.field)), "%s: what was typed stays", name)
			} else {
				p.has(`id="coin-problem"`)
			}
			for _, other := range []string{"email", "payer_uid"} {
				if other != c.field {
					assert.False(t, p.invalid(other), "%s: %s", name, other)
					assert.NotEmpty(t, p.value(other), "%s: %s", name, other)
				}
			}
		}
		assert.Empty(t, s.platform.Orders(), "nothing was ordered")
		b.get("/cart").has("$12.00")
	})
}

func TestCheckout_EmptyCartAndOldFormsLeadToTheRightPage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/checkout").redirects("/cart")
		b.post("/checkout", "email", "ann@example.com").redirects("/cart")
		b.post("/checkout", "form_token", models.NewRef(), "email", "ann@example.com").redirects("/cart")

		b.buy("1")
		form := b.form()
		first := b.post("/checkout", form...).is(http.StatusSeeOther).header.Get("Location")
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)

		b.post("/checkout", form...).redirects(first)
		b.post("/checkout", "form_token", form[1]).redirects("/orders/" + order.Ref)
		s.browser().post("/checkout", form...).redirects(first)
		b.buy("1")
		b.post("/checkout", form...).redirects(first) // the old tab, although the cart has become another one
		b.get("/cart").has("$12.00")

		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		b.get("/payments/return/" + order.ReturnRef).is(http.StatusOK)
		b.post("/checkout", form...).redirects("/orders/" + order.Ref)

		stale := b.post("/checkout", b.form("form_token", models.NewRef())...).is(http.StatusConflict)
		assert.Equal(t, "ann@example.com", stale.value("email"), "an unknown form shows the checkout as it is, with what was typed")
		assert.Len(t, s.platform.Orders(), 1)
	})
}

func TestCheckout_DoubleClickMakesOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		form := b.form()
		var wait sync.WaitGroup
		locations := make([]string, 8)
		for i := range locations {
			wait.Go(func() { locations[i] = b.post("/checkout", form...).header.Get("Location") })
		}
		wait.Wait()
		assert.Len(t, s.platform.Orders(), 1)
		for _, location := range locations {
			assert.Equal(t, locations[0], location)
			assert.Contains(t, location, "/platform/pay.html?")
		}
	})
}

func TestCheckout_WhatChangedIsShownBeforePaying(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("2")
		form := b.form()
		s.price("mug", "MUG-BLUE", "13")
		p := b.post("/checkout", form...).is(http.StatusConflict).has("$12.00", "$13.00", "$26.00", "26 USDT")
		assert.Equal(t, "ann@example.com", p.value("email"))
		assert.Empty(t, s.platform.Orders())

		form = b.form()
		coins, err := s.db.Coins(t.Context())
		require.NoError(t, err)
		coins[0].Rate = models.MustAmount("0.5")
		require.NoError(t, s.db.PutCoin(t.Context(), coins[0]))
		b.post("/checkout", form...).is(http.StatusConflict).has("52 USDT")
		assert.Empty(t, s.platform.Orders())

		form = b.form()
		b.post("/cart/items/"+s.blue().ID, "quantity", "3").redirects("/cart") // in another tab
		b.post("/checkout", form...).is(http.StatusConflict).has("$39.00")

		form = b.form()
		s.stock(s.blue(), -8)
		b.post("/checkout", form...).is(http.StatusConflict).has(english.N("order.notice.only_left", 2, "Product", "Stoneware mug, Blue")).lacks("pay.html")
		assert.Empty(t, s.platform.Orders())
		assert.Equal(t, 2, s.blue().OnHand, "nothing stays reserved")
	})
}

func TestCheckout_PlatformUnreachableKeepsTheCart(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("2")
		form := b.form()
		s.unplugged()
		p := b.post("/checkout", form...).is(http.StatusServiceUnavailable)
		assert.NotEmpty(t, p.header.Get("Retry-After"))
		assert.Equal(t, "ann@example.com", p.value("email"))
		assert.NotEqual(t, form[1], p.value("form_token"), "the next try is another order")
		b.get("/cart").is(http.StatusOK).has("$24.00")
		b.get("/").is(http.StatusOK)
		b.get("/readyz").is(http.StatusOK)
		assert.Equal(t, 10, s.blue().OnHand)
		b.post("/checkout", form...).is(http.StatusConflict)
	})
}

func TestCheckout_RefusalIsSaidInWordsAndCanBeMended(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		answer := b.post("/checkout", b.form("coin", "DOGE")...).is(http.StatusSeeOther) // 70007
		at := answer.header.Get("Location")
		require.True(t, strings.HasPrefix(at, "/orders/"), at)
		shown := b.get(at).is(http.StatusOK).lacks("70007", "http-equiv")
		assert.Equal(t, "DOGE", shown.chosen("coin"))

		b.post(at+"/pay", "quotes", b.get(at).value("quotes"), "coin", "USDT", "payer_uid", "x").is(http.StatusUnprocessableEntity)
		b.post(at+"/pay", "quotes", b.get(at).value("quotes"), "coin", "", "payer_uid", alice).is(http.StatusUnprocessableEntity)
		bad := b.post(at+"/pay", "quotes", b.get(at).value("quotes"), "coin", "XRP", "payer_uid", alice).is(http.StatusUnprocessableEntity)
		assert.Equal(t, alice, bad.value("payer_uid"))
		pay := b.post(at+"/pay", "quotes", b.get(at).value("quotes"), "coin", "USDT", "payer_uid", alice).is(http.StatusSeeOther).header.Get("Location")
		assert.Contains(t, pay, s.exchange+"/platform/pay.html?")
	})
}

func TestCheckout_HostileWordsAreShownAsWords(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		name := `<img src=x onerror=alert(1)> "'&`
		form := b.form("name", name)
		b.post("/checkout", form...).is(http.StatusSeeOther)
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		assert.Equal(t, name, order.Name)
		p := b.get("/orders/" + order.Ref).is(http.StatusOK).lacks("<img src=x").has("&lt;img src=x onerror=alert(1)&gt;")
		checkMarkup(t, "order", p)
		s.work()
		for _, m := range s.mails.all() {
			assert.NotContains(t, m.HTML, "<img src=x")
			assert.NotContains(t, m.Subject, "\n")
		}
	})
}
