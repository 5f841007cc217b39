package browsertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
)

// Policy is the content security policy under which tests serve pages. It is stricter than the shop's own.
const Policy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// Sheet is one page in one state.
type Sheet struct {
	Name string
	Page templ.Component
}

// Gallery returns every page in every state, in a language.
type Gallery func(tag string) []Sheet

// Tags are the languages in which galleries are shown.
func Tags() []string { return []string{"en", "zh-Hans"} }

// Screen is one way to look at a page.
type Screen struct {
	Name          string
	Width, Height int64  // in CSS pixels
	Touch         bool   // a phone, used with a finger
	Scheme        string // light or dark
}

// Desktop is a screen with a mouse.
func Desktop(scheme string) Screen { return Screen{"desktop", 1280, 900, false, scheme} }

// Phone is a screen with a finger.
func Phone(scheme string) Screen { return Screen{"phone", 390, 844, true, scheme} }

// View makes a tab look like a screen.
func View(s Screen) chromedp.Action[chromedp.Void] {
	var options []chromedp.EmulateViewportOption
	if s.Touch {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	return chromedp.Steps(
		chromedp.EmulateViewport(s.Width, s.Height, options...),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: s.Scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"},
				},
			})
			return err
		}),
	)
}

// Check opens every page of a gallery in both languages, on a desktop and on a phone, with everything folded open. It reports a page that is
// wider than the screen, a control that is too small for a finger, words that stick out, a reference to an id that is not there, and whatever
// the browser complains about. All of it must be done within the limit. The package comment lists the environment variables that it reads; what
// they ask for is written into a folder of the gallery's name, which several galleries may have in common.
func Check(t *testing.T, name string, gallery Gallery, limit time.Duration) {
	t.Helper()
	if folder := os.Getenv("COINCART_GALLERY_HTML"); folder != "" {
		writeHTML(t, gallery, filepath.Join(folder, name))
		t.Skip("the HTML is written to " + folder)
	}
	Need(t)
	screens := []Screen{Desktop("light"), Phone("light")}
	pictures := os.Getenv("COINCART_GALLERY")
	if pictures != "" {
		pictures = filepath.Join(pictures, name)
		require.NoError(t, os.MkdirAll(pictures, 0o750))
		screens = append(screens, Desktop("dark"), Phone("dark"))
	}
	server := serve(t, gallery)
	tab := Open(t, limit, Still())
	console := Listen(tab)
	for _, s := range screens {
		screen := s.Name
		if s.Scheme == "dark" {
			screen += "-dark"
		}
		for _, tag := range Tags() {
			for _, sheet := range gallery.only(tag) {
				t.Run(screen+"/"+tag+"/"+sheet.Name, func(t *testing.T) {
					require.NoError(t, chromedp.Do(tab, View(s), chromedp.Navigate(server.URL+"/"+tag+"/"+sheet.Name)))
					checkPage(tab, t, s)
					assert.Empty(t, console.Take(), "console")
					if pictures != "" {
						shoot(tab, t, filepath.Join(pictures, sheet.Name+"."+tag+"."+screen+".png"))
					}
				})
			}
		}
	}
}

// only returns the sheets that COINCART_GALLERY_ONLY leaves.
func (g Gallery) only(tag string) []Sheet {
	var sheets []Sheet
	for _, s := range g(tag) {
		if strings.HasPrefix(s.Name, os.Getenv("COINCART_GALLERY_ONLY")) {
			sheets = append(sheets, s)
		}
	}
	return sheets
}

func writeHTML(t *testing.T, gallery Gallery, folder string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o750))
	for _, tag := range Tags() {
		for _, s := range gallery.only(tag) {
			var page strings.Builder
			require.NoError(t, s.Page.Render(t.Context(), &page))
			require.NoError(t, os.WriteFile(filepath.Join(folder, s.Name+"."+tag+".html"), []byte(page.String()), 0o600))
		}
	}
}

func serve(t *testing.T, gallery Gallery) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	// A page that waits asks again after some seconds, and on a slow machine it is open that long.
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/qr.svg") { // the shop draws it
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z"/></svg>`))
			return
		}
		if r.Header.Get("HX-Request") != "true" && r.Header.Get("Accept") != "text/event-stream" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set(static.AnswerHeader, static.AnswerPart)
		w.WriteHeader(http.StatusNoContent)
	})
	for _, tag := range Tags() {
		for _, s := range gallery(tag) {
			mux.HandleFunc("GET /"+tag+"/"+s.Name, func(w http.ResponseWriter, r *http.Request) { Show(w, r, s.Page) })
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// NoEvents answers a page that waits for events that there is no place: it asks now and then instead.
func NoEvents(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// Show answers with a page under the Policy, marked as the shop's own.
func Show(w http.ResponseWriter, r *http.Request, page templ.Component) {
	w.Header().Set("Content-Security-Policy", Policy)
	w.Header().Set(static.AnswerHeader, static.AnswerPart)
	templ.Handler(page).ServeHTTP(w, r)
}

// findings returns what a person would stumble over. Links inside a sentence may be as small as the sentence.
const findings = `((width) => {
	const found = [];
	const folded = [...document.querySelectorAll("details:not([open])")];
	for (const d of folded) d.open = true;
	const wide = document.documentElement.scrollWidth;
	if (wide > width) {
		found.push("page is " + wide + " wide");
		for (const e of document.querySelectorAll("body *")) {
			const box = e.getBoundingClientRect();
			if (box.right > width + 1 && !e.closest(".gallery, .site-nav, .scroll, .switch, .side__list")) found.push(e.tagName + "." + e.className + " ends at " + box.right);
		}
	}
	if (matchMedia("(pointer: coarse)").matches) {
		const touched = "button, .button, .input, .select, .check, .box, .choice, .coin, .option, a.chip, .brand, .site-nav__link, .cart-link, .pager__link, " +
			".side__link, .side__user, .switch__link, .attention__link, .now__link, .text-button, .quiet-link, summary";
		for (const e of document.querySelectorAll(touched)) {
			const box = e.getBoundingClientRect();
			if (box.width > 1 && (box.height < 43.5 || box.width < 43.5)) found.push(e.tagName + "." + e.className + " is " + box.width + " by " + box.height);
		}
	}
	for (const e of document.querySelectorAll(".button, a.chip, .tag, .site-nav__link, .pager__link, .switch__link, .side__button")) {
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
	for (const e of document.querySelectorAll(".scroll")) if (!e.hasAttribute("tabindex") || !e.matches("[aria-labelledby], [aria-label]")) found.push("a scrolling region has no name or no place in the order of keys");
	for (const d of folded) d.open = false;
	scrollTo(0, 0);
	return found;
})`

func find(tab context.Context, t *testing.T, s Screen) []string {
	t.Helper()
	found, err := chromedp.Run(tab, chromedp.Evaluate[[]string](findings+"("+strconv.FormatInt(s.Width, 10)+")"))
	require.NoError(t, err)
	return found
}

func checkPage(tab context.Context, t *testing.T, s Screen) {
	t.Helper()
	assert.Empty(t, find(tab, t, s))
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
	assert.Empty(t, violations, s.Name)
}

// shoot takes a picture of the whole page, with the images that would otherwise load on scrolling. It waits for two frames first, because
// Chromium measures the page as it was last drawn, which may be with everything folded open.
func shoot(tab context.Context, t *testing.T, name string) {
	t.Helper()
	_, err := chromedp.Run(tab, chromedp.Evaluate[bool](
		`Promise.all([...document.images].map((i) => { i.loading = "eager"; return i.decode().catch(() => {}); }))
			.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true)))))`, chromedp.EvalAwaitPromise,
	))
	require.NoError(t, err)
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, picture, 0o600))
}
