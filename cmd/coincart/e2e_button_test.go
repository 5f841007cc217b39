package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates/browsertest"
)

// foreignSite is a website of another origin, with https, that has nothing but the pieces of HTML in docs/links.md.
type foreignSite struct {
	*httptest.Server

	mux     *http.ServeMux
	thanked atomic.Pointer[string] // the query of the request for /thanks; not there yet: nil
}

// buttonPieces returns the pieces of docs/links.md, for a shop at this address: the button, the script, and the form.
func buttonPieces(t *testing.T, shop string) (button, script, form string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "docs", "links.md"))
	require.NoError(t, err)
	page := strings.ReplaceAll(string(text), "https://shop.example.org", shop)
	blocks := regexp.MustCompile("(?s)```html\n(.*?)```").FindAllStringSubmatch(page, -1)
	require.Len(t, blocks, 2)
	require.Contains(t, blocks[0][1], shop+"/pay/mug")
	require.Contains(t, blocks[1][1], shop+"/embed/v1.js")
	found := regexp.MustCompile("`(<form .*?</form>)`").FindStringSubmatch(page)
	require.NotNil(t, found)
	return blocks[0][1], blocks[1][1], found[1]
}

func newForeignSite(t *testing.T) *foreignSite {
	t.Helper()
	mux := http.NewServeMux()
	site := &foreignSite{mux: mux}
	mux.HandleFunc("GET /thanks", func(w http.ResponseWriter, r *http.Request) {
		site.thanked.Store(&r.URL.RawQuery)
		serveHTML(w, "<h1>Thanks</h1>")
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	site.Server = httptest.NewTLSServer(mux)
	t.Cleanup(site.Close)
	return site
}

func (s *foreignSite) add(path, body string) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { serveHTML(w, body) })
}

func serveHTML(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><html lang=\"en\"><title>A page of somebody else</title>\n" + body))
}

// TestE2E_ButtonOnAnotherSite presses the buttons of docs/links.md on a page of another origin, as it is written there, and pays.
func TestE2E_ButtonOnAnotherSite(t *testing.T) { //nolint:tparallel // both use one browser, one after the other
	t.Parallel()
	browsertest.Need(t)
	site, data := newForeignSite(t), filepath.Join(t.TempDir(), "data")
	d := startDemo(t, map[string]string{"COINCART_DATA_DIR": data})
	env := map[string]string{"COINCART_DATA_DIR": data, "COINCART_BASE_URL": d.shop}
	for _, args := range [][]string{
		{"--title", "Mug fund", "--amount", "20", "--slug", "mug", "--thanks-url", site.URL + "/thanks"}, {"--title", "Tips", "--slug", "tips"},
	} {
		made := runCommand(t, env, append([]string{"link", "create"}, args...)...)
		require.Zero(t, made.code, made.stderr)
	}
	button, script, form := buttonPieces(t, d.shop)
	site.add("/plain.html", button+form)
	site.add("/script.html", button+script+`<script>addEventListener("coincart:paid", (event) => { window.paid = event.detail.checkout })</script>`)

	tab := browsertest.Open(t, 2*time.Minute, chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("lang", "en-US"), browsertest.Still())
	t.Run("with the script", func(t *testing.T) { pressWithScript(tab, t, d.shop, site) })
	t.Run("without", func(t *testing.T) { pressPlain(tab, t, d.shop, site) })
}

// pressWithScript pays in the tab that the button opens; the page that has the button is told.
func pressWithScript(tab context.Context, t *testing.T, shop string, site *foreignSite) {
	t.Helper()
	quiet := listenForErrors(tab, t)
	opened := chromedp.WaitNewTarget(tab, func(info *target.Info) bool { return strings.HasPrefix(info.URL, shop+"/pay/mug?checkout=co_") })
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(site.URL+"/script.html"), browsertest.Until(`document.querySelector("a.coincart-button") &&
		getComputedStyle(document.querySelector("a.coincart-button")).minBlockSize === "44px"`), chromedp.Click(chromedp.CSS("a.coincart-button"))))
	var second context.Context //nolint:contextcheck // it is the tab that was opened
	select {
	case id := <-opened:
		var closeTab context.CancelFunc
		second, closeTab = chromedp.NewContext(tab, chromedp.WithTargetID(id))
		t.Cleanup(closeTab)
	case <-time.After(patience):
		require.Fail(t, "no tab was opened")
	}
	payInTab(second, t)
	require.NoError(t, chromedp.Do(tab, browsertest.Until(`window.paid`)))
	paid, err := chromedp.Run(tab, chromedp.Evaluate[string](`window.paid`))
	require.NoError(t, err)
	assert.Contains(t, newVisitor(t, "en").get(shop+"/api/v1/public/checkouts/"+paid).text, `"status":"paid"`)
	quiet()
}

// pressPlain pays in the same tab, and goes on to the address of the link.
func pressPlain(tab context.Context, t *testing.T, shop string, site *foreignSite) {
	t.Helper()
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(site.URL+"/plain.html"), chromedp.Click(chromedp.CSS("a.coincart-button"))))
	payInTab(tab, t)
	require.NoError(t, chromedp.Do(tab, chromedp.Click(chromedp.CSS(`a[href^="`+site.URL+`/thanks"]`)), browsertest.Until(`location.pathname === "/thanks"`)))
	query, err := url.ParseQuery(*site.thanked.Load())
	require.NoError(t, err)
	assert.Contains(t, newVisitor(t, "en").get(shop+"/api/v1/public/checkouts/"+query.Get("checkout")).text, `"status":"paid"`) //nolint:contextcheck // a visitor has the context of the test

	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(site.URL+"/plain.html"), chromedp.SendKeys(chromedp.CSS("input[name=amount]"), "7.50"),
		chromedp.Click(chromedp.CSS("form button")), browsertest.Until(`location.pathname === "/pay/tips" && document.querySelector("input[name=amount]").value === "7.50"`)))
}

// payInTab goes from the page of a payment link to the page that says paid.
func payInTab(tab context.Context, t *testing.T) {
	t.Helper()
	press := func(selector string) chromedp.Action[chromedp.Void] {
		return browsertest.Run(`document.querySelector("` + selector + `").click()`)
	}
	require.NoError(t, chromedp.Do(tab,
		browsertest.Until(`location.pathname === "/pay/mug" && document.querySelector("form.hosted__form")`), press(`form.hosted__form button[type=submit]`),
		browsertest.Until(`location.pathname.startsWith("/c/co_") && document.querySelector("#payer_uid")`),
		browsertest.Run(`document.querySelector("#payer_uid").value = "`+alice+`"`), press(`form.hosted__form button.button--wide`),
		browsertest.Until(`document.querySelector("button[value=pay]")`), press(`button[value=pay]`),
		browsertest.Until(`document.querySelector("#order-status.status--good")`)), "pay")
}
