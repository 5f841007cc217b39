package browsertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serveText answers every address with HTML that depends on the path.
func serveText(t *testing.T, pages map[string]string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><html lang=en>" + pages[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestUntil_OutlivesThePageThatItStartsOn(t *testing.T) {
	server := serveText(t, map[string]string{
		"/first":  `<title>first</title><script>setTimeout(() => { location = "/second"; }, 200)</script>`,
		"/second": `<title>second</title>`,
	})
	tab := Open(t, time.Minute)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/first"), Until(`document.title === "second"`)))

	short, end := context.WithTimeout(tab, 200*time.Millisecond)
	defer end()
	err := chromedp.Do(short, Until(`document.querySelector("#none").checked`))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "TypeError", "what the page answered")
}

// Each fault is planted on a page of its own, and must be found there and nowhere else.
func TestFindings_SeeWhatIsPlanted(t *testing.T) {
	const view = `<meta name="viewport" content="width=device-width, initial-scale=1">`
	faults := map[string]string{
		"":                         `<h1>Good</h1><button style-free>A button that is large enough<br><br></button>`,
		"page is":                  `<div><svg width="900" height="20"></svg></div>`,
		"BUTTON.":                  `<button>x</button>`,
		"words stick out":          `<div><a class="button"><svg width="60" height="60"></svg></a></div>`,
		"has inline style":         `<p style="color: red">red</p>`,
		"id twin is there twice":   `<p id="twin"></p><p id="twin"></p>`,
		"names no nobody":          `<p aria-labelledby="nobody"></p>`,
		"H3 follows h1":            `<h1>One</h1><h3>Three</h3>`,
		"a scrolling region":       `<div class="scroll"></div>`,
		"BUTTON.hidden is":         `<details><summary><svg width="60" height="60"></svg></summary><button class="hidden">x</button></details>`,
		"SPAN.wide ends at":        `<svg width="900" height="20"></svg><span class="wide"><svg width="900" height="20"></svg></span>`,
		"aria-describedby names":   `<p aria-describedby="nothing"></p>`,
		"for names no field":       `<label for="field">Field</label>`,
		"H2 follows h0: Beginning": `<h2>Beginning</h2>`,
	}
	pages := map[string]string{}
	path := func(fault string) string { return "/" + strings.ReplaceAll(fault, " ", "-") }
	for fault, body := range faults {
		pages[path(fault)] = view + `<style>body { margin: 0 } .button { display: block; width: 44px; height: 44px; overflow: hidden } button { padding: 12px 20px }
			button:not([style-free]) { padding: 0 }</style><body>` + body
	}
	server := serveText(t, pages)
	tab := Open(t, time.Minute, Still())
	for fault := range faults {
		require.NoError(t, chromedp.Do(tab, View(Phone("light")), chromedp.Navigate(server.URL+path(fault))))
		found := find(tab, t, Phone("light"))
		if fault == "" {
			assert.Empty(t, found)
			continue
		}
		require.NotEmpty(t, found, fault)
		assert.Contains(t, strings.Join(found, "\n"), fault)
	}
}

func TestConsole_HearsExceptionsButNoOrdinaryMessages(t *testing.T) {
	server := serveText(t, map[string]string{"/": `<body><script>console.log("fine"); throw new Error("broken")</script>`})
	tab := Open(t, time.Minute)
	console := Listen(tab)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL)))
	var said []string
	require.Eventually(t, func() bool {
		said = append(said, console.Take()...)
		return len(said) > 0
	}, patience, 10*time.Millisecond)
	said = append(said, console.Stop()...)
	require.Len(t, said, 1)
	assert.Contains(t, said[0], "broken")
}

func TestOutside_SeesWhatIsPlanted(t *testing.T) {
	inside, outside := Outside(t, `<link href="/shop/static/shop.css"><a href="/shop/"></a><a href="#main"></a><a href="?page=2"></a><a href="https://example.com/cart"></a>
		<a href="mailto:ann@example.org"></a><input value="/cart"><img srcset="/shop/media/a.webp 320w, /shop/media/b.webp 800w">`, "/shop")
	assert.Equal(t, 4, inside)
	assert.Empty(t, outside)
	inside, outside = Outside(t, `<a href="/cart"></a><a href="/shop"></a><a href="/shopping/"></a><a href="//example.com/"></a><form action="/search"><button formaction="/a"></form>
		<p hx-get="/b" data-next="/c"><img src="/d" srcset="/shop/media/a.webp 320w, /media/b.webp 800w">`, "/shop")
	assert.Equal(t, 1, inside)
	assert.Equal(t, []string{
		`a href="/cart"`, `a href="/shop"`, `a href="/shopping/"`, `a href="//example.com/"`, `form action="/search"`, `button formaction="/a"`,
		`p hx-get="/b"`, `p data-next="/c"`, `img src="/d"`, `img srcset="/media/b.webp 800w"`,
	}, outside)
}
