package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/payments/opay"
	"coincart/payments/sandbox"
)

func TestConsole_ShowsOrdersCallbacksTrafficAndHelp(t *testing.T) {
	b := newBench(t)
	empty := b.browse(http.MethodGet, "/", nil)
	require.Contains(t, empty.body, "No orders yet")
	num := b.order("A-1", map[string]any{"goods": `[{"name":"Mug","desc":"white"}]`, "orderSceneType": "1"})
	b.shop.answerWith(func(w http.ResponseWriter, _ int) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<b>bad gateway</b>"))
	})
	require.NoError(t, b.box.Pay(num))
	b.deliver()
	b.faults(sandbox.Fault{Kind: sandbox.FaultSlow, Delay: 1})
	for path, want := range map[string][]string{
		"/":              {num, "A-1", "12.5 USDT", testApp, "BEGIN PUBLIC KEY", "Alice", "paid", "callbacks waiting"},
		"/orders":        {num, "A-1", "paid"},
		"/orders/" + num: {"Mug", "by operator", "HTTP 502", "&lt;b&gt;bad gateway", "outOrderId", "orderSceneType", "waiting"},
		"/callbacks":     {num, "HTTP 502", "2s, 5s", "outOrderId"},
		"/traffic":       {"createThirdOrder", "&#34;appOrderId&#34;:&#34;A-1&#34;", "HTTP 502", "callback"},
		"/faults":        {"slow", "Switch off", "answer lost", "optgroup", "java amount", "callback java amount", "statement unreadable", "big decimal number", "no amount"},
		"/help":          {"curl", b.http.URL, testApp, "merchantBillingDay", "/sandbox/api/faults", "/sandbox/api/tokens/expire", "java_amount", "statement_unreadable", "2s, 5s", "UTC"},
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
	require.Contains(t, p.body, "Order is not pending.")
	require.Contains(t, p.body, "Pay late, although it is closed")
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
