package sandbox_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/i18n"
)

// said is the text of the catalogue as an English page writes it.
func said(id string, pairs ...string) string {
	return templ.EscapeString(i18n.ByTag("en").T(id, pairs...))
}

type page struct {
	status int
	header http.Header
	body   string
}

// browse is a browser that does not follow redirects.
func (b *bench) browse(method, path string, form url.Values, header ...string) page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return page{res.StatusCode, res.Header, string(body)}
}

func payQuery(num string, more ...string) string {
	q := url.Values{"appKey": {testApp}, "orderNum": {num}, "userId": {alice}}
	for i := 0; i < len(more); i += 2 {
		q.Del(more[i])
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	return "/platform/pay.html?" + q.Encode()
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// form collects a page's hidden fields.
func (p page) form(more ...string) url.Values {
	form := url.Values{}
	for _, m := range hiddenInput.FindAllStringSubmatch(p.body, -1) {
		form.Set(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// strict checks what every page must have: a policy without inline code, and nothing inline in it.
func (p page) strict(t *testing.T) {
	t.Helper()
	csp := p.header.Get("Content-Security-Policy")
	assert.Contains(t, csp, "default-src 'none'")
	assert.Contains(t, csp, "frame-ancestors 'none'")
	assert.Contains(t, csp, "base-uri 'none'")
	assert.NotContains(t, csp, "unsafe")
	assert.Equal(t, "nosniff", p.header.Get("X-Content-Type-Options"))
	assert.Equal(t, "same-origin", p.header.Get("Referrer-Policy"))
	assert.Equal(t, "no-store", p.header.Get("Cache-Control"))
	assert.NotContains(t, p.body, "<script")
	assert.NotContains(t, p.body, "<style")
	assert.NotRegexp(t, `<[^>]* (style|on[a-z]+)=`, p.body)
	assert.Contains(t, strings.ToLower(p.body), "<!doctype html>")
	assert.Contains(t, p.body, `name="viewport"`)
	assert.NotRegexp(t, `sandbox\.[a-z_]+\.[a-z]`, p.body, "an id that the catalogue lacks is written as it is")
}

func TestPayPage_ShowsWhatIsPaid(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1", map[string]any{
		"orderAmount": "1234.5", "goods": `[{"name":"<b>Mug</b> & co","desc":"white"},{"name":"Tea","desc":""}]`,
	})
	p := b.browse(http.MethodGet, payQuery(num), nil)
	require.Equal(t, http.StatusOK, p.status)
	p.strict(t)
	for _, want := range []string{
		"Test Shop", "1,234.5", "USDT", "Alice", alice, "250,000", "248,765.5", num, "A-1", "&lt;b&gt;Mug&lt;/b&gt; &amp; co", "white", "Tea",
		said("sandbox.ribbon"), `value="pay"`, `value="fail"`, `value="close"`, `href="https://shop.example/payments/return/A-1"`, `<html lang="en">`,
	} {
		assert.Contains(t, p.body, want)
	}
	assert.NotContains(t, p.body, "<b>Mug")
	assert.Contains(t, p.header.Get("Content-Security-Policy"), "form-action 'self' https://shop.example")
	assert.Equal(t, http.StatusOK, b.browse(http.MethodGet, strings.Replace(payQuery(num), "/platform", "", 1), nil).status, "the newer address")

	zh := b.browse(http.MethodGet, payQuery(num), nil, "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	assert.Contains(t, zh.body, `<html lang="zh-Hans">`)
	for _, id := range []string{"sandbox.ribbon", "sandbox.pay.title", "sandbox.pay.balance"} {
		assert.Contains(t, zh.body, i18n.ByTag("zh-Hans").T(id))
		assert.NotContains(t, zh.body, said(id))
	}

	css := regexp.MustCompile(`href="(/sandbox/static/style\.[0-9a-f]+\.css)"`).FindStringSubmatch(p.body)
	require.Len(t, css, 2)
	sheet := b.browse(http.MethodGet, css[1], nil)
	require.Equal(t, "text/css; charset=utf-8", sheet.header.Get("Content-Type"))
	require.Contains(t, sheet.header.Get("Cache-Control"), "immutable")
	require.NotContains(t, sheet.body, "url(")
	require.Equal(t, "image/svg+xml", b.browse(http.MethodGet, "/sandbox/static/icon.svg", nil).header.Get("Content-Type"))
}

func TestPayPage_ButtonsSettleTheOrderAndGoBack(t *testing.T) {
	for action, want := range map[string]opay.Status{"pay": opay.StatusPaid, "fail": opay.StatusFailed, "close": opay.StatusClosed} {
		t.Run(action, func(t *testing.T) {
			b := newBench(t)
			num := b.order("A-1")
			form := b.browse(http.MethodGet, payQuery(num), nil).form("action", action)
			p := b.browse(http.MethodPost, "/platform/pay.html", form, "Sec-Fetch-Site", "same-origin")
			require.Equal(t, http.StatusSeeOther, p.status, p.body)
			require.Equal(t, "https://shop.example/payments/return/A-1", p.header.Get("Location"))
			o, _ := b.box.Order(num)
			require.Equal(t, want, o.Status)
			require.Equal(t, "payer", o.History[1].By)
			require.Equal(t, 1, b.deliver())
			require.Equal(t, []string{string(want)}, b.statuses())

			after := b.browse(http.MethodGet, payQuery(num), nil)
			after.strict(t)
			require.NotContains(t, after.body, "<form", "nothing is left to do")
			require.Contains(t, after.body, said("sandbox.back"))

			again := b.browse(http.MethodPost, "/platform/pay.html", form)
			require.Equal(t, http.StatusConflict, again.status, "the form worked once")
			require.Empty(t, again.header.Get("Location"))
			balance, err := b.box.Balance(alice, "USDT")
			require.NoError(t, err)
			if action == "pay" {
				require.Equal(t, "249987.5", balance)
			} else {
				require.Equal(t, "250000", balance)
			}
		})
	}
}

func TestPayPage_TwoTabsPayOnce(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	first, second := b.browse(http.MethodGet, payQuery(num), nil), b.browse(http.MethodGet, payQuery(num), nil)
	require.NotEqual(t, first.form().Get("once"), second.form().Get("once"))
	require.Equal(t, http.StatusSeeOther, b.browse(http.MethodPost, "/platform/pay.html", first.form("action", "pay")).status)
	p := b.browse(http.MethodPost, "/platform/pay.html", second.form("action", "close"))
	require.Equal(t, http.StatusConflict, p.status)
	require.Contains(t, p.body, said("sandbox.paid.title"))
	require.Equal(t, 1, b.deliver())
}

func TestPayPage_OpenIDAndToken(t *testing.T) {
	b := newBench(t)
	code, err := b.box.Login(testApp, alice)
	require.NoError(t, err)
	grant := b.call(pToken, map[string]any{"code": code}).Fields
	openID, token := text(grant["openId"]), text(grant["token"])
	num := b.order("A-1", map[string]any{"userId": nil, "openId": openID, "token": token})
	p := b.browse(http.MethodGet, payQuery(num, "userId", "", "openId", openID, "token", token), nil)
	require.Equal(t, http.StatusOK, p.status)
	require.Equal(t, http.StatusSeeOther, b.browse(http.MethodPost, "/platform/pay.html", p.form("action", "pay")).status)
}

func TestPayPage_RefusesStrangers(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	otherID, err := b.box.OpenID(testApp, bob)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		query  string
		status int
		code   string
	}{
		"another user":          {payQuery(num, "userId", bob), http.StatusForbidden, "70004"},
		"another openId":        {payQuery(num, "openId", otherID), http.StatusForbidden, "70004"},
		"no user":               {payQuery(num, "userId", ""), http.StatusBadRequest, "10020"},
		"a token nobody gave":   {payQuery(num, "token", "x"), http.StatusForbidden, "60002"},
		"unknown order":         {payQuery("5"), http.StatusNotFound, "70001"},
		"another application's": {payQuery(num, "appKey", otherApp), http.StatusNotFound, "70001"},
		"unknown application":   {payQuery(num, "appKey", "<script>"), http.StatusNotFound, "50004"},
		"nothing":               {"/platform/pay.html", http.StatusNotFound, "50004"},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.browse(http.MethodGet, tc.query, nil)
			assert.Equal(t, tc.status, p.status)
			assert.Contains(t, p.body, tc.code)
			assert.NotContains(t, p.body, "250,000", "nobody else sees a balance")
			assert.NotContains(t, p.body, "Test Shop")
			p.strict(t)
			u, err := url.Parse(tc.query)
			require.NoError(t, err)
			form := u.Query()
			form.Set("action", "pay")
			assert.Equal(t, tc.status, b.browse(http.MethodPost, "/platform/pay.html", form).status)
		})
	}
	o, _ := b.box.Order(num)
	require.Equal(t, opay.StatusPending, o.Status)
}

func TestPayPage_WhoCannotPaySeesWhy(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1", map[string]any{"userId": bob})
	p := b.browse(http.MethodGet, payQuery(num, "userId", bob), nil)
	require.Equal(t, http.StatusOK, p.status)
	require.Contains(t, p.body, said("sandbox.pay.insufficient"))
	require.NotContains(t, p.body, `value="pay"`)
	require.Equal(t, http.StatusConflict, b.browse(http.MethodPost, "/platform/pay.html", p.form("action", "pay")).status)
	require.ErrorIs(t, b.box.Pay(num), sandbox.ErrInsufficientBalance)

	require.NoError(t, b.box.SetFrozen(bob, true))
	p = b.browse(http.MethodGet, payQuery(num, "userId", bob), nil)
	require.Contains(t, p.body, said("sandbox.pay.frozen"))
	require.ErrorIs(t, b.box.Pay(num), sandbox.ErrPayerFrozen)
	require.NoError(t, b.box.SetFrozen(bob, false))
	require.NoError(t, b.box.SetBalance(bob, "USDT", "12.5"))
	p = b.browse(http.MethodGet, payQuery(num, "userId", bob), nil)
	require.Equal(t, http.StatusSeeOther, b.browse(http.MethodPost, "/platform/pay.html", p.form("action", "pay")).status)
	left, err := b.box.Balance(bob, "USDT")
	require.NoError(t, err)
	require.Equal(t, "0", left)
}

func TestForms_FromOtherSitesAreRefused(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	form := b.browse(http.MethodGet, payQuery(num), nil).form("action", "pay")
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		for _, path := range []string{"/platform/pay.html", "/platform/login.html", "/faults", "/orders/" + num, "/sandbox/api/orders/" + num + "/pay"} {
			require.Equal(t, http.StatusForbidden, b.browse(http.MethodPost, path, form, header...).status, path)
		}
	}
	form.Set("once", "guess")
	require.Equal(t, http.StatusConflict, b.browse(http.MethodPost, "/platform/pay.html", form).status)
	form.Set("x", strings.Repeat("x", 20_000))
	require.Equal(t, http.StatusBadRequest, b.browse(http.MethodPost, "/platform/pay.html", form).status)
	require.Equal(t, http.StatusBadRequest, b.browse(http.MethodPost, "/platform/login.html", form).status)
	o, _ := b.box.Order(num)
	require.Equal(t, opay.StatusPending, o.Status)
}

func loginQuery(more ...string) string {
	q := url.Values{"appKey": {testApp}, "redirectUrl": {"https://shop.example/payments/connected?x=1"}, "state": {"s & t"}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/platform/login.html?" + q.Encode()
}

func TestLoginPage_ReturnsWithACodeAndTheState(t *testing.T) {
	b := newBench(t)
	p := b.browse(http.MethodGet, loginQuery(), nil)
	require.Equal(t, http.StatusOK, p.status)
	p.strict(t)
	for _, want := range []string{"Test Shop", "Alice", "Bob", "Carol", said("sandbox.frozen"), said("sandbox.login.allow"), said("sandbox.login.decline")} {
		assert.Contains(t, p.body, want)
	}
	assert.Contains(t, p.header.Get("Content-Security-Policy"), "form-action 'self' https://shop.example")
	assert.Contains(t, b.browse(http.MethodGet, loginQuery(), nil, "Accept-Language", "zh").body, i18n.ByTag("zh-Hans").T("sandbox.login.allow"))

	none := b.browse(http.MethodPost, "/platform/login.html", p.form())
	require.Equal(t, http.StatusUnprocessableEntity, none.status)
	require.Contains(t, none.body, said("sandbox.login.select"))

	form := none.form("uid", alice)
	done := b.browse(http.MethodPost, "/platform/login.html", form)
	require.Equal(t, http.StatusSeeOther, done.status)
	back, err := url.Parse(done.header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "https://shop.example/payments/connected", back.Scheme+"://"+back.Host+back.Path)
	require.Equal(t, "s & t", back.Query().Get("state"))
	require.Equal(t, "1", back.Query().Get("x"))
	require.Equal(t, "0", b.call(pToken, map[string]any{"code": back.Query().Get("code")}).Code)

	again := b.browse(http.MethodPost, "/platform/login.html", form)
	require.Equal(t, http.StatusConflict, again.status, "the form worked once")
}

func TestLoginPage_IsNoOpenRedirect(t *testing.T) {
	b := newBench(t)
	for name, tc := range map[string]struct {
		query  string
		status int
		code   string
	}{
		"another host":       {loginQuery("redirectUrl", "https://evil.example/payments/connected"), http.StatusBadRequest, "50002"},
		"another path":       {loginQuery("redirectUrl", "https://shop.example/elsewhere"), http.StatusBadRequest, "50002"},
		"a path that climbs": {loginQuery("redirectUrl", "https://shop.example/payments/../elsewhere"), http.StatusBadRequest, "50002"},
		"script":             {loginQuery("redirectUrl", "javascript:alert(1)"), http.StatusBadRequest, "50002"},
		"nothing":            {loginQuery("redirectUrl", ""), http.StatusBadRequest, "50002"},
		"loopback, though other addresses are registered": {loginQuery("redirectUrl", "http://127.0.0.1/"), http.StatusBadRequest, "50002"},
		"a long state":        {loginQuery("state", strings.Repeat("s", 1025)), http.StatusBadRequest, "50002"},
		"unknown application": {loginQuery("appKey", "nobody"), http.StatusNotFound, "50004"},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.browse(http.MethodGet, tc.query, nil)
			assert.Equal(t, tc.status, p.status)
			assert.Contains(t, p.body, tc.code)
			assert.NotContains(t, p.body, "evil.example")
			p.strict(t)
			u, err := url.Parse(tc.query)
			require.NoError(t, err)
			form := u.Query()
			form.Set("uid", alice)
			posted := b.browse(http.MethodPost, "/platform/login.html", form)
			assert.Equal(t, tc.status, posted.status)
			assert.Empty(t, posted.header.Get("Location"))
		})
	}
	local := loginQuery("appKey", otherApp, "redirectUrl", "http://127.0.0.1:8080/payments/connected")
	require.Equal(t, http.StatusOK, b.browse(http.MethodGet, local, nil).status, "without registered addresses loopback is allowed")
}
