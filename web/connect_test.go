package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web"
)

// signIn goes to the platform's login page and comes back with a code.
func (b *browser) signIn(from string) page {
	b.s.t.Helper()
	state := b.loginState(from)
	code, err := b.s.platform.Login(appID, alice)
	require.NoError(b.s.t, err)
	return b.get("/payments/connected?code=" + code + "&state=" + state)
}

// loginState begins a sign-in and returns its state.
func (b *browser) loginState(from string) string {
	b.s.t.Helper()
	login := b.get("/payments/connect?from=" + url.QueryEscape(from)).is(http.StatusSeeOther).header.Get("Location")
	require.True(b.s.t, strings.HasPrefix(login, b.s.exchange+"/platform/login.html?"), login)
	u, err := url.Parse(login)
	require.NoError(b.s.t, err)
	assert.Equal(b.s.t, b.s.url+"/payments/connected", u.Query().Get("redirectUrl"))
	state := u.Query().Get("state")
	require.True(b.s.t, models.IsRef(state))
	return state
}

func TestConnect_SignedInAccountPays(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		before := b.session()
		b.signIn("/checkout").redirects("/checkout")
		after := b.session()
		assert.NotEqual(t, before, after, "a change of privilege gives a new id")

		thief := s.browser()
		thief.header.Set("Cookie", "coincart-session="+before)
		thief.get("/cart").is(http.StatusOK).lacks("/cart/items/")

		shown := b.get("/checkout").is(http.StatusOK).has(`class="notices"`, "/payments/disconnect").lacks(`name="payer_uid"`)
		openID, err := s.platform.OpenID(appID, alice)
		require.NoError(t, err)
		shown.has(english.T("order.notice.connected")).lacks(openID)
		b.get("/checkout").lacks(`class="notices"`) // said once

		form := []string{
			"form_token", shown.value("form_token"), "seen", shown.value("seen"), "quotes", shown.value("quotes"), "email", "ann@example.com", "coin", "USDT",
		}
		pay := b.post("/checkout", form...).is(http.StatusSeeOther).header.Get("Location")
		assert.Contains(t, pay, "openId="+openID)
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		b.get("/orders/" + order.Ref).is(http.StatusOK).has("…" + openID[len(openID)-4:]).lacks(openID)

		b.post("/payments/disconnect", "from", "/orders/"+order.Ref).redirects("/orders/" + order.Ref)
		assert.NotEqual(t, after, b.session())
		b.get("/orders/"+order.Ref).is(http.StatusOK).has(`name="payer_uid"`, `class="notices"`)
		b.post("/payments/disconnect").redirects("/checkout")
	})
}

func TestConnect_StateIsThisBrowsersOwnAndUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		code := func() string {
			code, err := s.platform.Login(appID, alice)
			require.NoError(t, err)
			return code
		}
		victim, attacker := s.browser(), s.browser()
		stolen := attacker.loginState("/checkout")
		victim.get("/payments/connected?code=" + code() + "&state=" + stolen).is(http.StatusGone)
		victim.loginState("/checkout")
		victim.get("/payments/connected?code=" + code() + "&state=" + stolen).is(http.StatusGone)
		victim.get("/payments/connected?code=" + code()).is(http.StatusGone)
		victim.get("/payments/connected?code=" + code() + "&state=").is(http.StatusGone)

		state := victim.loginState("/cart")
		victim.get("/payments/connected?code=" + code() + "&state=" + state).redirects("/cart")
		victim.get("/payments/connected?code=" + code() + "&state=" + state).is(http.StatusGone)

		late := victim.loginState("/cart")
		s.clock.Advance(15*time.Minute + time.Second)
		victim.get("/payments/connected?code=" + code() + "&state=" + late).is(http.StatusGone)
	})
}

func TestConnect_RefusedAndFailedAreSaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		for _, query := range []string{"", "&code=nonsense"} {
			state := b.loginState("/checkout")
			b.get("/payments/connected?state=" + state + query).redirects("/checkout")
			b.get("/checkout").is(http.StatusOK).has(`class="notices"`, `name="payer_uid"`)
		}
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError}}))
		b.signIn("/checkout").redirects("/checkout")
		b.get("/checkout").is(http.StatusOK).has(`class="notices"`, `name="payer_uid"`)
	})
}

func TestConnect_KeepsWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("1")
		login := b.post("/payments/connect", "from", "/checkout", "email", "ann@example.com", "name", "Ann <b>", "coin", "BTC").is(http.StatusSeeOther)
		u, err := url.Parse(login.header.Get("Location"))
		require.NoError(t, err)
		code, err := s.platform.Login(appID, alice)
		require.NoError(t, err)
		b.get("/payments/connected?code=" + code + "&state=" + u.Query().Get("state")).redirects("/checkout")
		p := b.get("/checkout").is(http.StatusOK)
		assert.Equal(t, "ann@example.com", p.value("email"))
		assert.Equal(t, "Ann <b>", p.value("name"))
		assert.Equal(t, "BTC", p.chosen("coin"))

		b.post("/payments/disconnect", "from", "/checkout", "email", "ann2@example.com", "coin", "USDT").redirects("/checkout")
		p = b.get("/checkout").is(http.StatusOK)
		assert.Equal(t, "ann2@example.com", p.value("email"))
		assert.Equal(t, "USDT", p.chosen("coin"))

		pay := b.post("/checkout", b.form()...).is(http.StatusSeeOther).header.Get("Location")
		assert.Contains(t, pay, "/platform/pay.html?")
		b.buy("1")
		assert.Empty(t, b.get("/checkout").value("email"), "once ordered, nothing typed is kept")
	})
}

func hostileTargets() []string {
	return []string{
		"//evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example/", "javascript:alert(1)", "/\t/evil.example",
		"%2f%2fevil.example", "/%0d%0aSet-Cookie:%20a=b", "///evil.example", "http:evil.example", " //evil.example", "/\n/evil.example",
		"@evil.example", "", "data:text/html,x", "/\x00//evil.example",
	}
}

func TestRedirects_NeverLeaveTheShop(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		base, err := url.Parse(s.url)
		require.NoError(t, err)
		own := func(p page, what string) {
			p.is(http.StatusSeeOther)
			location := p.header.Get("Location")
			to, err := base.Parse(location)
			require.NoError(t, err, what)
			assert.Equal(t, base.Host, to.Host, "%s leads to %s", what, location)
			assert.True(t, strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//"), what)
			assert.NotContains(t, location, `\`, what)
		}
		for _, target := range hostileTargets() {
			own(b.post("/language", "lang", "en", "next", target), "language "+target)
			own(b.post("/payments/disconnect", "from", target), "disconnect "+target)
			s.clock.Advance(time.Second)
			own(b.signIn(target), "sign-in "+target)
		}
	}, func(c *web.Config) { c.Limits.Connect = -1 })
}
