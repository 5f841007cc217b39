package main

import (
	"context"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/templates/browsertest"
)

// seenWithin is the maximum time between the end of a payment elsewhere and an order page that says so.
const seenWithin = 2 * time.Second

// gate is a proxy in front of a replica. It answers what scripts ask with a status and a page of its own while it is told to.
type gate struct {
	proxy *httputil.ReverseProxy

	mu     sync.Mutex
	status int // 0: it passes everything on
	opened int // streams of events so far
	cut    func()
}

// cutStream cuts the stream of events.
func (g *gate) cutStream() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cut()
}

// streams returns how many streams of events were opened.
func (g *gate) streams() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.opened
}

func (g *gate) set(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.status = status
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	status := g.status
	if r.Header.Get("Accept") == "text/event-stream" {
		ctx, cut := context.WithCancel(r.Context())
		defer cut()
		g.cut, r = cut, r.WithContext(ctx)
	}
	g.mu.Unlock()
	if status != 0 && r.Header.Get("HX-Request") == "true" {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1><hr>proxy</body></html>"))
		return
	}
	g.proxy.ServeHTTP(w, r)
}

// startReplica starts a second process of the shop over the same database, behind a gate.
func startReplica(t *testing.T, r *realShop) (g *gate, address string) {
	t.Helper()
	env := maps.Clone(r.env)
	env["COINCART_ADDR"] = freeAddress(t)
	startProcess(t, r.program, env).find(`(is open at)`)
	target, err := url.Parse("http://" + env["COINCART_ADDR"])
	require.NoError(t, err)
	g = &gate{proxy: httputil.NewSingleHostReverseProxy(target)}
	g.proxy.ErrorLog = log.New(io.Discard, "", 0) // it says that a stream was cut
	g.proxy.ModifyResponse = func(answer *http.Response) error {
		if answer.Header.Get("Content-Type") == "text/event-stream" {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.opened++
		}
		return nil
	}
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)
	return g, front.URL
}

// offline takes the network from the tab or gives it back.
func offline(off bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
		})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, target, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	})
}

// The page of an order survives bad answers and a lost network, and follows what happens elsewhere within two seconds: here the payment is
// heard of and settled by another process than the one that shows the page.
func TestE2E_OrderPageSurvivesAndFollows(t *testing.T) {
	browsertest.Need(t)
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		r := startRealShop(t, dsn, nil)
		g, front := startReplica(t, r)
		v := newVisitor(t, "en")
		payPage := checkout(v, r.address).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
		ref := regexp.MustCompile(`/payments/return/([A-Z2-7]{26})`).FindStringSubmatch(payPage.text)
		require.Len(t, ref, 2, payPage.text)

		tab := openBrowser(t, device{lang: "en-US,en", width: 1280, height: 900, still: true})
		titled := func(id string) string { return strconv.Quote(say(id)) }
		line := `document.querySelector("[data-trouble]:not([hidden]) p")?.textContent`
		quiet := `document.querySelector("[data-trouble]").hidden`
		ask := `document.getElementById("order-status").dispatchEvent(new CustomEvent("every"))`
		// Whoever leaves without paying learns that it is not paid, and how to go on.
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(front+"/payments/return/"+ref[1]),
			browsertest.Until(`document.getElementById("order-heading").textContent === `+titled("order.state.unpaid.title")),
			browsertest.Until(`document.title.startsWith(`+titled("order.state.unpaid.title")+`)`),
			browsertest.Until(`document.querySelector("#order-status form[action$='/pay'] button") !== null`),
			browsertest.Until(`document.getElementById("order-status").hasAttribute("data-htmx-powered")`),
			browsertest.Run(`window.same = true`),
		))
		streams := func(n int) {
			t.Helper()
			require.Eventually(t, func() bool { return g.streams() == n }, patience, 10*time.Millisecond, "the page waits for events")
		}
		streams(1)
		stays := `window.same && document.getElementById("order-heading").textContent === ` + titled("order.state.unpaid.title")
		for _, status := range []int{http.StatusBadGateway, http.StatusInternalServerError, http.StatusServiceUnavailable} {
			g.set(status)
			require.NoError(t, chromedp.Do(tab, browsertest.Run(ask), browsertest.Until(line+` === `+titled("trouble.poll")), browsertest.Until(stays)))
			g.set(0)
			require.NoError(t, chromedp.Do(tab, browsertest.Run(`dispatchEvent(new Event("online"))`), browsertest.Until(quiet), browsertest.Until(stays)))
		}
		require.NoError(t, chromedp.Do(tab,
			offline(true),
			browsertest.Until(`!navigator.onLine`),
			browsertest.Run(ask),
			browsertest.Until(line+`?.startsWith(`+titled("trouble.offline")+`)`),
			browsertest.Run(`document.querySelector("#order-status form[action$='/pay'] button").click()`),
			browsertest.Until(line+` === `+strconv.Quote(say("trouble.offline")+" "+say("trouble.press"))),
			browsertest.Until(stays),
		))
		screenshot(tab, t, "order-offline")
		require.NoError(t, chromedp.Do(tab, offline(false)))
		// Everything has gone on, and nothing was replaced.
		require.NoError(t, chromedp.Do(tab, browsertest.Until(`navigator.onLine`), browsertest.Until(stays)))

		// The page of an order that waits asks every 20 seconds only, yet it learns of a payment at once, also after its stream was cut.
		// This browser did not order; the order's e-mail address shows it all.
		own := ownOrder(v.get(r.address + "/payments/return/" + ref[1]))
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(front+own.address.Path),
			browsertest.Until(`document.title.startsWith(`+titled("order.state.awaiting.title")+`)`),
		))
		streams(2)
		require.NoError(t, chromedp.Do(tab,
			browsertest.Run(`document.getElementById("email").value = "ada@example.org"; document.getElementById("email").form.requestSubmit()`),
			browsertest.Until(`document.querySelector("#order-pay details") !== null`),
			browsertest.Until(`document.getElementById("order-status").hasAttribute("data-htmx-powered")`),
			browsertest.Run(`window.same = true; document.querySelector("#order-pay details").open = true; document.getElementById("payer_uid").value = "4711"`),
		))
		streams(3)
		g.cutStream()
		streams(4)
		g.set(http.StatusBadGateway)
		require.NoError(t, chromedp.Do(tab, browsertest.Run(ask), browsertest.Until(line+` === `+titled("trouble.poll")),
			browsertest.Until(`window.same && document.getElementById("payer_uid").value === "4711"`)))
		g.set(0)
		require.NoError(t, chromedp.Do(tab, browsertest.Run(`dispatchEvent(new Event("online"))`), browsertest.Until(quiet)))

		paid := payPage.submit("", map[string]string{"action": "pay"})
		begun := time.Now()
		require.Equal(t, http.StatusOK, paid.status)
		require.NoError(t, chromedp.Do(tab, browsertest.Until(`document.querySelector("#order-status.status--good") !== null`)))
		took := time.Since(begun)
		t.Logf("seen %s after the payment", took.Round(time.Millisecond))
		assert.Less(t, took, max(seenWithin, payWithin))
		require.NoError(t, chromedp.Do(tab,
			browsertest.Until(`document.title.startsWith(`+titled("order.state.paid.title")+`) && window.same`),
			browsertest.Until(`document.querySelector("#order-live[role=status]").textContent === `+titled("order.state.paid.title")),
			browsertest.Until(`document.querySelector("#order-pay").children.length + document.querySelector("#order-cancel").children.length === 0`),
		))
	})
}

// A shop that stops does not wait for the pages that wait for it, and a page finds the next process.
func TestProcess_StopsWhileOrderPagesWait(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	r := startRealShop(t, dsn, nil)
	v := newVisitor(t, "en")
	payPage := checkout(v, r.address).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
	ref := regexp.MustCompile(`/payments/return/([A-Z2-7]{26})`).FindStringSubmatch(payPage.text)
	require.Len(t, ref, 2, payPage.text)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.address+"/payments/return/"+ref[1]+"/order/live?shown=awaiting", nil)
	require.NoError(t, err)
	stream, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer stream.Body.Close()
	require.Equal(t, http.StatusOK, stream.StatusCode)
	begun := time.Now()
	r.shop.end()
	assert.Less(t, time.Since(begun), 5*time.Second)
}
