package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/sandbox"
)

// checkoutForm is what the checkout's form sends that is shown now.
func (b *browser) checkoutForm(more ...string) []string {
	b.s.t.Helper()
	shown := b.get("/checkout").is(http.StatusOK)
	return append([]string{
		"form_token", shown.value("form_token"), "seen", shown.value("seen"), "quotes", shown.value("quotes"), "email", "ann@example.com", "coin", "USDT",
	}, more...)
}

// tokenOf is the token that a pay page's address carries.
func tokenOf(t *testing.T, location string) string {
	t.Helper()
	u, err := url.Parse(location)
	require.NoError(t, err)
	return u.Query().Get("token")
}

func TestCheckout_SignInIsRefreshedInTime(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		b.signIn("/checkout").redirects("/checkout")
		first := tokenOf(t, b.post("/checkout", b.checkoutForm()...).is(http.StatusSeeOther).header.Get("Location"))
		s.clock.Advance(sandbox.DefaultTokenTTL - time.Minute)
		b.buy("1")
		second := tokenOf(t, b.post("/checkout", b.checkoutForm()...).is(http.StatusSeeOther).header.Get("Location"))
		assert.NotEqual(t, first, second, "it had a minute left")
		b.buy("1")
		third := tokenOf(t, b.post("/checkout", b.checkoutForm()...).is(http.StatusSeeOther).header.Get("Location"))
		assert.Equal(t, second, third, "the fresh one is kept")
	})
}

// A sign-in that the platform does not take any more costs a sign-in, and neither the cart nor what was typed.
func TestCheckout_LapsedSignInAsksForAnother(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for _, when := range []string{"found out by us", "found out by the platform"} {
			b := s.browser()
			b.buy("2")
			b.signIn("/checkout").redirects("/checkout")
			form := b.checkoutForm("name", "Ann")
			_, err := s.platform.ExpireTokens(true)
			require.NoError(t, err)
			if when == "found out by us" {
				s.clock.Advance(sandbox.DefaultTokenTTL)
				form = b.checkoutForm("name", "Ann")
			}
			b.post("/checkout", form...).is(http.StatusConflict).has(english.T("order.notice.sign_in_over"), `name="payer_uid"`, "ann@example.com", "Ann").
				lacks("/payments/disconnect")
			b.get("/cart").is(http.StatusOK).has("/cart/items/")
			b.signIn("/checkout").redirects("/checkout")
			b.post("/checkout", b.checkoutForm()...).is(http.StatusSeeOther)
		}
		assert.Len(t, s.platform.Orders(), 2)
	})
}

func TestPayOrder_LapsedSignInAsksForAnother(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		b.signIn("/checkout").redirects("/checkout")
		form := b.checkoutForm()
		b.post("/checkout", form...).is(http.StatusSeeOther)
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		require.NoError(t, s.platform.Fail(order.Current().OrderNum))
		b.get("/payments/return/" + order.ReturnRef)
		_, err = s.platform.ExpireTokens(true)
		require.NoError(t, err)
		page := b.get("/orders/" + order.Ref).is(http.StatusOK)
		b.post("/orders/"+order.Ref+"/pay", "coin", "USDT", "quotes", page.value("quotes")).is(http.StatusConflict).
			has(english.T("order.notice.sign_in_over"), `name="payer_uid"`)
		got, err := s.db.Order(t.Context(), order.ID)
		require.NoError(t, err)
		assert.Equal(t, models.OrderAwaiting, got.State)
		b.signIn("/orders/" + order.Ref).redirects("/orders/" + order.Ref)
		page = b.get("/orders/" + order.Ref).is(http.StatusOK)
		b.post("/orders/"+order.Ref+"/pay", "coin", "USDT", "quotes", page.value("quotes")).is(http.StatusSeeOther)
	})
}
