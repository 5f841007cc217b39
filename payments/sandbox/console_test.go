package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/i18n"
)

func TestConsole_ShowsOrdersCallbacksTrafficAndHelp(t *testing.T) {
	b := newBench(t)
	empty := b.browse(http.MethodGet, "/", nil)
	require.Contains(t, empty.body, said("sandbox.orders.empty"))
	num := b.order("A-1", map[string]any{"goods": `[{"name":"Mug","desc":"white"}]`, "orderSceneType": "1"})
	b.shop.answerWith(func(w http.ResponseWriter, _ int) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<b>bad gateway</b>"))
	})
	require.NoError(t, b.box.Pay(num))
	b.deliver()
	b.faults(sandbox.Fault{Kind: sandbox.FaultSlow, Delay: 1})
	for path, want := range map[string][]string{
		"/":       {num, "A-1", "12.5 USDT", testApp, "BEGIN PUBLIC KEY", "Alice", said("sandbox.status.paid"), said("sandbox.overview.waiting")},
		"/orders": {num, "A-1", said("sandbox.status.paid")},
		"/orders/" + num: {
			"Mug", said("sandbox.by.operator"), "HTTP 502", "&lt;b&gt;bad gateway", "outOrderId", "orderSceneType", said("sandbox.callback.state.waiting"),
		},
		"/callbacks": {num, "HTTP 502", "2 s, 5 s", said("sandbox.callback.status"), "outOrderId"},
		"/traffic":   {"createThirdOrder", "&#34;appOrderId&#34;:&#34;A-1&#34;", "HTTP 502", said("sandbox.traffic.callback")},
		"/faults": {
			"optgroup", said("sandbox.faults.remove"), said("sandbox.fault.name.slow"), said("sandbox.fault.about.answer_lost"),
			said("sandbox.fault.name.java_amount"), said("sandbox.fault.name.statement_unreadable"), said("sandbox.way.big_decimal_number"),
			said("sandbox.way.no_amount"),
		},
		"/help": {"curl", b.http.URL, testApp, "merchantBillingDay", "/sandbox/api/faults", "/sandbox/api/tokens/expire", "java_amount", "statement_unreadable", "2 s, 5 s", "UTC"},
	} {
		t.Run(path, func(t *testing.T) {
			p := b.browse(http.MethodGet, path, nil)
			require.Equal(t, http.StatusOK, p.status)
			p.strict(t)
			for _, text := range want {
				assert.Contains(t, p.body, text)
			}
			assert.Contains(t, p.body, `aria-current`)
			assert.NotContains(t, p.body, "<b>bad gateway")
		})
	}
	for _, path := range []string{"/orders/5", "/nothing", "/platform/"} {
		p := b.browse(http.MethodGet, path, nil)
		require.Equal(t, http.StatusNotFound, p.status)
		p.strict(t)
	}
	require.Equal(t, "ok\n", b.browse(http.MethodGet, "/healthz", nil).body)
}

func TestConsole_ActsOnOrders(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	act := func(form url.Values) page { return b.browse(http.MethodPost, "/orders/"+num, form) }
	require.Equal(t, http.StatusSeeOther, act(url.Values{"action": {"notify"}, "orderStatus": {"3"}, "times": {"2"}, "forge": {"unsigned"}}).status)
	require.Equal(t, 2, b.deliver())
	require.Equal(t, http.StatusSeeOther, act(url.Values{"action": {"close"}}).status)
	p := act(url.Values{"action": {"pay"}})
	require.Equal(t, http.StatusConflict, p.status)
	require.Contains(t, p.body, said("sandbox.problem.not_pending"))
	require.Contains(t, p.body, said("sandbox.order.pay_late"))
	require.Equal(t, http.StatusSeeOther, act(url.Values{"action": {"pay-late"}}).status)
	o, _ := b.box.Order(num)
	require.Equal(t, opay.StatusPaid, o.Status)
	require.Equal(t, http.StatusUnprocessableEntity, act(url.Values{"action": {"notify"}, "times": {"many"}}).status)
	require.Equal(t, http.StatusNotFound, act(url.Values{"action": {"explode"}}).status)
	b.deliver()
	cb := b.box.Callbacks()[0].ID
	require.Equal(t, http.StatusSeeOther, b.browse(http.MethodPost, "/callbacks/"+cb+"/replay", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, b.browse(http.MethodPost, "/callbacks/cb-77/replay", url.Values{}).status)
}

func TestConsole_SwitchesFaults(t *testing.T) {
	b := newBench(t)
	set := func(form url.Values) page { return b.browse(http.MethodPost, "/faults", form) }
	require.Equal(t, http.StatusSeeOther, set(url.Values{
		"kind": {"html"}, "call": {"orderDetail"}, "times": {"2"}, "percent": {"50"}, "accept": {"1"},
	}).status)
	require.Equal(t, http.StatusSeeOther, set(url.Values{"kind": {"callback_late"}, "delay": {"90s"}}).status)
	require.Equal(t, sandbox.Faults{
		{Kind: sandbox.FaultHTML, Call: "orderDetail", Times: 2, Percent: 50, Accept: true},
		{Kind: sandbox.FaultCallbackLate, Delay: sandbox.Duration(90e9)},
	}, b.box.Faults())
	bad := set(url.Values{"kind": {"slow"}, "delay": {"soon"}, "times": {"7"}})
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, said("sandbox.problem.delay"))
	require.Contains(t, bad.body, `value="soon"`, "what was typed is kept")
	require.Contains(t, bad.body, `value="7"`)
	require.Equal(t, http.StatusUnprocessableEntity, set(url.Values{"kind": {"slow"}, "times": {"-1"}}).status)
	require.Equal(t, http.StatusSeeOther, set(url.Values{"remove": {"0"}, "kind": {"callback_late"}}).status)
	require.Len(t, b.box.Faults(), 2, "another fault has that place by now")
	require.Equal(t, http.StatusSeeOther, set(url.Values{"remove": {"0"}, "kind": {"html"}}).status)
	require.Len(t, b.box.Faults(), 1)
	require.Equal(t, http.StatusSeeOther, set(url.Values{"clear": {"1"}}).status)
	require.Empty(t, b.box.Faults())
}

func TestConsole_SaysWhyAFaultIsRefused(t *testing.T) {
	b := newBench(t)
	for problem, form := range map[string]url.Values{
		"whole": {"kind": {"slow"}, "times": {"many"}}, "delay": {"kind": {"slow"}, "delay": {"7"}}, "too_long": {"kind": {"slow"}, "delay": {"3m"}},
		"kind": {"kind": {"tired"}}, "call": {"kind": {"slow"}, "call": {"nothing"}}, "callback_call": {"kind": {"callback_lost"}, "call": {"token"}},
		"other_call": {"kind": {"stale"}, "call": {"token"}}, "percent": {"kind": {"slow"}, "percent": {"101"}}, "code": {"kind": {"refuse"}, "code": {"5"}},
		"way": {"kind": {"slow"}, "way": {"unsigned"}}, "copies": {"kind": {"callback_doubled"}, "count": {"201"}},
	} {
		p := b.browse(http.MethodPost, "/faults", form)
		assert.Equal(t, http.StatusUnprocessableEntity, p.status, problem)
		want := said("sandbox.problem."+problem, "Max", "2 min", "Value", map[string]string{"other_call": "token", "copies": "200"}[problem])
		assert.Contains(t, p.body, want, problem)
		p.strict(t)
	}
	require.Empty(t, b.box.Faults())
}

// Every value that the console shows has words of its own: strict finds the ids of those that lack them.
func TestConsole_HasWordsForEverything(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	for _, way := range []string{"", sandbox.ForgeForeignKey, sandbox.ForgeUnsigned, sandbox.ForgeTampered, sandbox.ForgePlain} {
		require.NoError(t, b.box.Notify(num, sandbox.Notice{Forge: way}))
	}
	b.deliver()
	require.NoError(t, b.box.Replay(b.box.Callbacks()[0].ID))
	for _, kind := range []sandbox.FaultKind{
		sandbox.FaultCallbackLate, sandbox.FaultCallbackDoubled, sandbox.FaultCallbackShuffled, sandbox.FaultCallbackLost,
		sandbox.FaultCallbackForged, sandbox.FaultCallbackWrongAmount, sandbox.FaultCallbackJavaAmount, sandbox.FaultCallbackEarly,
	} {
		b.faults(sandbox.Fault{Kind: kind}, sandbox.Fault{Kind: sandbox.FaultSlow, Call: "orderDetail", Times: 2, Percent: 1, Delay: 9e10, Code: "10001", Accept: true})
		num := b.order("A-" + string(kind))
		require.NoError(t, b.box.Fail(num))
		b.deliver()
		b.browse(http.MethodGet, "/orders/"+num, nil).strict(t)
	}
	require.NoError(t, b.box.Pay(num))
	closed := b.order("A-2")
	require.NoError(t, b.box.Close(closed))
	for _, path := range []string{"/", "/orders", "/orders/" + num, "/orders/" + closed, "/callbacks", "/traffic", "/faults", "/markets", "/help", "/orders/5"} {
		p := b.browse(http.MethodGet, path, nil)
		p.strict(t)
		p = b.browse(http.MethodGet, path, nil, "Accept-Language", "zh-CN")
		p.strict(t)
		assert.Contains(t, p.body, `<html lang="zh-Hans">`)
		assert.NotContains(t, p.body, said("sandbox.overview.title"))
	}
}

func TestConsole_LanguageIsKept(t *testing.T) {
	b := newBench(t)
	english := b.browse(http.MethodGet, "/faults", nil, "Accept-Language", "en-GB")
	require.Contains(t, english.body, `<html lang="en">`)
	require.Contains(t, english.body, "简体中文")
	set := b.browse(http.MethodPost, "/language", url.Values{"lang": {"zh-Hans"}, "next": {"/faults"}}, "Sec-Fetch-Site", "same-origin")
	require.Equal(t, http.StatusSeeOther, set.status)
	require.Equal(t, "/faults", set.header.Get("Location"))
	cookie, err := http.ParseSetCookie(set.header.Get("Set-Cookie"))
	require.NoError(t, err)
	require.True(t, cookie.HttpOnly)
	chinese := b.browse(http.MethodGet, "/faults", nil, "Accept-Language", "en-GB", "Cookie", cookie.Name+"="+cookie.Value)
	require.Contains(t, chinese.body, `<html lang="zh-Hans">`)
	require.Contains(t, chinese.body, i18n.ByTag("zh-Hans").T("sandbox.faults.add"))
	paying := b.browse(http.MethodGet, loginQuery(), nil, "Accept-Language", "en-GB", "Cookie", cookie.Name+"="+cookie.Value)
	require.Contains(t, paying.body, `<html lang="zh-Hans">`, "the payer's pages follow")

	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "faults", "", "javascript:1", "/%2f/evil.example", "/%5cevil"} {
		set = b.browse(http.MethodPost, "/language", url.Values{"lang": {"xx"}, "next": {next}})
		require.Equal(t, "/", set.header.Get("Location"), next)
	}
	require.Equal(t, http.StatusForbidden, b.browse(http.MethodPost, "/language", url.Values{"lang": {"en"}}, "Sec-Fetch-Site", "cross-site").status)
}
