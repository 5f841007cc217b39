package browsertest

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
)

// fault is a way in which the answer to a request of a page's script goes wrong.
type fault struct {
	name   string
	answer func(w http.ResponseWriter, r *http.Request)
}

// faults are what can go wrong: the shop's own error pages, answers of somebody else, answers that break off, no answer.
func faults() []fault {
	const foreign = `<!doctype html><html><head><title>Elsewhere</title></head><body><h1>Elsewhere</h1><main id="main">Elsewhere</main></body></html>`
	send := func(status int, body string, headers ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	own := []string{static.AnswerHeader, static.AnswerPart, "HX-Retarget", "#main", "HX-Reselect", "#main", "HX-Reswap", "outerHTML"}
	return []fault{
		{"500 of the shop", send(http.StatusInternalServerError, foreign, own...)},
		{"503 of the shop", send(http.StatusServiceUnavailable, foreign, append(own, "Retry-After", "1")...)},
		{"429 of the shop", send(http.StatusTooManyRequests, foreign, own...)},
		{"502 of a proxy", send(http.StatusBadGateway, foreign)},
		{"200 of a network that wants a sign-in", send(http.StatusOK, foreign)},
		{"redirect by somebody else", send(http.StatusOK, "", "HX-Redirect", "/elsewhere")},
		{"whole page", send(http.StatusOK, foreign, static.AnswerHeader, static.AnswerPage)},
		{"cut", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10000")
			send(http.StatusOK, foreign, own...)(w, r)
			panic(http.ErrAbortHandler)
		}},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"slow", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server notices that the browser has left only after the body
			select {
			case <-r.Context().Done():
			case <-time.After(patience):
			}
			send(http.StatusOK, foreign, own...)(w, r)
		}},
	}
}

// flaky passes requests of scripts on, or answers them with a fault.
type flaky struct {
	next http.Handler

	mu    sync.Mutex
	fault *fault
	asked int
}

func (f *flaky) set(one *fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = one
}

func (f *flaky) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

// ServeHTTP implements http.Handler.
func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("HX-Request") != "true" {
		f.next.ServeHTTP(w, r)
		return
	}
	f.mu.Lock()
	one := f.fault
	f.asked++
	f.mu.Unlock()
	if one != nil {
		one.answer(w, r)
		return
	}
	f.next.ServeHTTP(w, r)
}

// Call is a request that a page's script makes.
type Call struct {
	Source string // where it is written, as in Calls
	Page   templ.Component
	Part   templ.Component // the right answer
	Poll   string          // of a part that asks by itself: its id
	Act    string          // of any other: JavaScript that does what a person does
	Keep   string          // JavaScript: what was typed and must stay; "": nothing
}

var htmxCall = regexp.MustCompile(`"?(hx-(?:get|post|put|patch|delete|query|action|boost))"?(?:=\{?|: )\s*(templates\.At\(ctx, .*?\))(?: \}|,|$)`)

var anyCall = regexp.MustCompile(`hx-(?:get|post|put|patch|delete|query|action|boost)`)

// Calls returns the requests that the templates of a folder make, each as "file: attribute address", sorted.
func Calls(t *testing.T, folder string) []string {
	t.Helper()
	var calls []string
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") ||
			filepath.Ext(name) != ".go" && filepath.Ext(name) != ".templ" {
			return err
		}
		source, err := os.ReadFile(filepath.Clean(name))
		require.NoError(t, err)
		for _, m := range htmxCall.FindAllStringSubmatch(string(source), -1) {
			calls = append(calls, filepath.Base(name)+": "+m[1]+" "+m[2])
		}
		found := len(htmxCall.FindAllString(string(source), -1))
		assert.Len(t, anyCall.FindAllString(string(source), -1), found, "a call in %s is written in a way that this test cannot read", name)
		return nil
	})
	require.NoError(t, err)
	slices.Sort(calls)
	return slices.Compact(calls)
}

// CheckCalls opens the page of every call and lets the answer go wrong in every way. The page must stay as it is, with what was typed, and say
// so in one line; once there is a right answer, the line must go. calls must be all the calls that the folder's templates make.
func CheckCalls(t *testing.T, folder string, calls []Call, limit time.Duration) {
	t.Helper()
	var listed []string
	for _, c := range calls {
		listed = append(listed, c.Source)
	}
	slices.Sort(listed)
	require.Equal(t, Calls(t, folder), slices.Compact(listed), "every call of a template has a row here")
	Need(t)

	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	f := &flaky{next: mux}
	current := &calls[0]
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") == "text/event-stream" {
			NoEvents(w, r)
			return
		}
		if r.Header.Get("HX-Request") == "true" {
			Show(w, r, current.Part)
			return
		}
		Show(w, r, current.Page)
	})
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	tab := Open(t, limit, Still())
	for i := range calls {
		current = &calls[i]
		t.Run(current.Source, func(t *testing.T) {
			f.set(nil)
			require.NoError(t, chromedp.Do(tab,
				chromedp.EmulateViewport(1280, 1600),
				chromedp.Navigate(server.URL+"/page"),
				Until(`window.htmx && document.querySelector("[data-htmx-powered]")`),
				Run(`htmx.config.defaultTimeout = 500; window.same = true`),
			))
			for _, one := range faults() {
				checkFault(tab, t, f, current, &one)
			}
		})
	}
}

// shown is all that a person sees of the page, without the classes that htmx gives and takes.
const shown = `(() => {
	const copy = document.body.cloneNode(true);
	for (const e of copy.querySelectorAll("#trouble, [data-until-left]")) e.remove();
	for (const e of copy.querySelectorAll("[class]")) e.removeAttribute("class");
	return copy.innerHTML + location.pathname;
})()`

func checkFault(tab context.Context, t *testing.T, f *flaky, c *Call, one *fault) {
	t.Helper()
	const line, quiet = `!document.querySelector("[data-trouble]").hidden`, `document.querySelector("[data-trouble]").hidden`
	kind, ask, again := "press", c.Act, `document.querySelector("[data-trouble] button").click()`
	if c.Poll != "" {
		// A part that waits asks when the network is back; otherwise the test would have to wait for it.
		kind, ask, again = "poll", `document.getElementById("`+c.Poll+`").dispatchEvent(new CustomEvent("every"))`, `dispatchEvent(new Event("online"))`
	}
	keep := c.Keep
	if keep == "" {
		keep = `""`
	}
	f.set(one)
	before := f.requests()
	err := chromedp.Do(tab,
		Run(ask+`; window.kept = `+keep+`; window.before = `+shown),
		Until(line+` && document.querySelector("[data-trouble] p").textContent === document.getElementById("trouble").dataset.`+kind),
		Until(`!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")`),
	)
	require.NoError(t, err, "%s: nothing says that it went wrong", one.name)
	if !assert.Greater(t, f.requests(), before, "%s: nothing was asked", one.name) {
		return
	}
	same, err := chromedp.Run(tab, chromedp.Evaluate[bool](`window.same === true && window.before === `+shown+` && window.kept === `+keep))
	require.NoError(t, err)
	require.True(t, same, "%s: the page has changed", one.name)
	if c.Poll != "" {
		checkPatience(tab, t, f, ask)
	}
	f.set(nil)
	err = chromedp.Do(tab, Run(again), Until(quiet))
	require.NoError(t, err, "%s: it does not go on", one.name)
	require.NoError(t, chromedp.Do(tab, Until(`!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling") && window.same`)))
}

// checkPatience checks that a part that had no answer waits longer than usual.
func checkPatience(tab context.Context, t *testing.T, f *flaky, ask string) {
	t.Helper()
	before := f.requests()
	require.NoError(t, chromedp.Do(tab, Run(strings.Repeat(ask+"; ", 3))))
	assert.Equal(t, strconv.Itoa(before), strconv.Itoa(f.requests()), "it asks as often as before")
}
