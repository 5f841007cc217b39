package admin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
)

// policy is the content security policy that the back office is served under.
const policy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// screen is one way to look at a page.
type screen struct {
	name   string
	width  int64
	height int64
	touch  bool
	scheme string
}

// TestGallery_HoldsInABrowser opens every page of the back office in every state, in both languages, on a desktop and on a phone, with
// everything folded open: nothing may be wider than the screen, nothing may break the content security policy, no script may fail, and
// what is touched must be large enough to touch. COINCART_GALLERY names a folder that then gets a picture of each, also in the dark
// scheme; COINCART_GALLERY_ONLY narrows it to sheets whose name begins so.
func TestGallery_HoldsInABrowser(t *testing.T) {
	needChromium(t)
	pictures, only := os.Getenv("COINCART_GALLERY"), os.Getenv("COINCART_GALLERY_ONLY")
	screens := []screen{{"desktop", 1280, 900, false, "light"}, {"phone", 390, 844, true, "light"}}
	if pictures != "" {
		require.NoError(t, os.MkdirAll(pictures, 0o750))
		screens = append(screens, screen{"desktop-dark", 1280, 900, false, "dark"}, screen{"phone-dark", 390, 844, true, "dark"})
	}
	server := serveGallery(t)
	tab := openBrowser(t)
	said := listen(tab, t)

	for _, s := range screens {
		for _, tag := range []string{"en", "zh-Hans"} {
			for _, sheet := range gallery(tag) {
				if !strings.HasPrefix(sheet.name, only) {
					continue
				}
				t.Run(s.name+"/"+tag+"/"+sheet.name, func(t *testing.T) {
					require.NoError(t, chromedp.Do(tab,
						emulate(s),
						chromedp.Navigate(server.URL+"/"+tag+"/"+sheet.name),
					))
					check(tab, t, s)
					assert.Empty(t, said.take(), "console")
					if pictures != "" {
						shoot(tab, t, filepath.Join(pictures, sheet.name+"."+tag+"."+s.name+".png"))
					}
				})
			}
		}
	}
}

func serveGallery(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	// A page that waits asks again after some seconds, and on a slow machine it is open that long.
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("HX-Request") != "true" {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	for _, tag := range []string{"en", "zh-Hans"} {
		for _, s := range gallery(tag) {
			handler := templ.Handler(s.page)
			mux.HandleFunc("GET /"+tag+"/"+s.name, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Security-Policy", policy)
				handler.ServeHTTP(w, r)
			})
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// needChromium skips a test where there is no browser, or fails it with COINCART_REQUIRE_CHROMIUM=1.
func needChromium(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		require.NotEqual(t, "1", os.Getenv("COINCART_REQUIRE_CHROMIUM"), "no browser: apt-get install chromium")
		t.Skip("needs chromium: apt-get install chromium")
	}
}

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		// A page that is left or resized while it glides complains, and what glides is no place to click.
		chromedp.Flag("force-prefers-reduced-motion", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	require.NoError(t, chromedp.Do(tab), "start the browser")
	tab, end := context.WithTimeout(tab, 9*time.Minute)
	t.Cleanup(end)
	return tab
}

// console collects what a browser complains about.
type console struct {
	mu    sync.Mutex
	lines []string
}

func (c *console) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

func (c *console) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := c.lines
	c.lines = nil
	return lines
}

func listen(tab context.Context, t *testing.T) *console {
	t.Helper()
	said := &console{}
	entries, failures := chromedp.Events(tab, log.EntryAdded), chromedp.Events(tab, runtime.ExceptionThrown)
	require.NoError(t, chromedp.Do(tab, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, runtime.Enable, cdp.Empty{})
		return err
	})))
	go func() {
		for e, err := range entries {
			if err != nil {
				return
			}
			said.add(e.Entry.Text + " " + e.Entry.URL)
		}
	}()
	go func() {
		for e, err := range failures {
			if err != nil {
				return
			}
			said.add(e.ExceptionDetails.Text + " " + e.ExceptionDetails.URL)
		}
	}()
	return said
}

func emulate(s screen) chromedp.Action[chromedp.Void] {
	var options []chromedp.EmulateViewportOption
	if s.touch {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	return chromedp.Steps(
		chromedp.EmulateViewport(s.width, s.height, options...),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: s.scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"},
				},
			})
			return err
		}),
	)
}

// findings looks for what a person would stumble over. Links inside a sentence may be as small as the sentence.
const findings = `((width) => {
	const found = [];
	const folded = [...document.querySelectorAll("details:not([open])")];
	for (const d of folded) d.open = true;
	const wide = document.documentElement.scrollWidth;
	if (wide > width) {
		found.push("page is " + wide + " wide");
		for (const e of document.querySelectorAll("body *")) {
			const box = e.getBoundingClientRect();
			if (box.right > width + 1 && !e.closest(".scroll, .switch, .side__list")) found.push(e.tagName + "." + e.className + " ends at " + box.right);
		}
	}
	if (matchMedia("(pointer: coarse)").matches) {
		const touched = "button, .button, .input, .check, .box, .choice, .brand, .side__link, .side__user, .switch__link, .attention__link, .now__link, .quiet-link, summary";
		for (const e of document.querySelectorAll(touched)) {
			const box = e.getBoundingClientRect();
			if (box.width > 1 && (box.height < 43.5 || box.width < 43.5)) found.push(e.tagName + "." + e.className + " is " + box.width + " by " + box.height);
		}
	}
	for (const e of document.querySelectorAll(".switch__link, .button, .tag, .side__button")) {
		if (e.scrollWidth > e.clientWidth + 1) found.push("words stick out of " + e.tagName + "." + e.className + ": " + e.textContent.trim());
	}
	for (const e of document.querySelectorAll("[style]")) found.push(e.tagName + "." + e.className + " has inline style");
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push("id " + id + " is there twice");
	for (const a of ["for", "aria-labelledby", "aria-describedby"]) {
		for (const e of document.querySelectorAll("[" + a + "]")) {
			for (const id of e.getAttribute(a).split(" ")) if (!document.getElementById(id)) found.push(a + " names no " + id);
		}
	}
	let last = 0;
	for (const h of document.querySelectorAll("h1, h2, h3, h4")) {
		const level = Number(h.tagName[1]);
		if (level > last + 1) found.push(h.tagName + " follows h" + last + ": " + h.textContent);
		last = level;
	}
	for (const e of document.querySelectorAll(".scroll")) if (!e.hasAttribute("tabindex") || !e.hasAttribute("aria-labelledby")) found.push("a scrolling region has no name or no place in the order of keys");
	for (const d of folded) d.open = false;
	scrollTo(0, 0);
	return found;
})`

func check(tab context.Context, t *testing.T, s screen) {
	t.Helper()
	found, err := chromedp.Run(tab, chromedp.Evaluate[[]string](findings+"("+strconv.FormatInt(s.width, 10)+")"))
	require.NoError(t, err)
	assert.Empty(t, found)
	axe := os.Getenv("COINCART_AXE")
	if axe == "" {
		return
	}
	source, err := os.ReadFile(filepath.Clean(axe))
	require.NoError(t, err)
	_, err = chromedp.Run(tab, chromedp.Evaluate[bool](string(source)+";true"))
	require.NoError(t, err)
	violations, err := chromedp.Run(tab, chromedp.Evaluate[[]string](
		`axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + " " + n.failureSummary)))`, chromedp.EvalAwaitPromise,
	))
	require.NoError(t, err)
	assert.Empty(t, violations, s.name)
}

// shoot takes a picture of the whole page, with the pictures that would otherwise load on scrolling.
func shoot(tab context.Context, t *testing.T, name string) {
	t.Helper()
	_, err := chromedp.Run(tab, chromedp.Evaluate[bool](
		`Promise.all([...document.images].map((i) => { i.loading = "eager"; return i.decode().catch(() => {}); })).then(() => true)`, chromedp.EvalAwaitPromise,
	))
	require.NoError(t, err)
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, picture, 0o600))
}
