package admin_test

import (
	"net/http"
	"net/http/httptest"
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
	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
)

// desk is a small back office behind the pages: one task, one list.
type desk struct {
	mu    sync.Mutex
	f     fixtures
	done  int
	asked int
	sent  []string
}

func (d *desk) task(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.asked++
	v := d.f.task(d.done * 100 / 4001)
	if v.Done = d.done; d.done >= 4001 {
		v = d.f.doneTask()
		v.ID = "t1"
	}
	d.mu.Unlock()
	page := admin.Task(v)
	if r.Header.Get("HX-Request") == "true" {
		page = admin.TaskStatus(v)
	}
	d.show(page, w, r)
}

func (d *desk) show(page templ.Component, w http.ResponseWriter, r *http.Request) {
	browsertest.Show(w, r, page)
}

func (d *desk) finish(done int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done = done
}

func (d *desk) questions() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

func (d *desk) orders() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sent
}

func (d *desk) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /admin/tasks/t1", d.task)
	mux.HandleFunc("GET /admin/orders", func(w http.ResponseWriter, r *http.Request) { d.show(admin.Orders(d.f.orders()), w, r) })
	mux.HandleFunc("POST /admin/orders/bulk/cancel", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		d.mu.Lock()
		d.sent = append(d.sent, r.PostForm["id"]...)
		d.mu.Unlock()
		d.show(admin.Task(d.f.fulfilTask()), w, r)
	})
	mux.HandleFunc("GET /admin/orders/o1", func(w http.ResponseWriter, r *http.Request) { d.show(admin.Order(d.f.order()), w, r) })
	mux.HandleFunc("GET /admin/orders/o2", func(w http.ResponseWriter, r *http.Request) { d.show(admin.Order(d.f.refusedRefund()), w, r) })
	return mux
}

func TestScripts_HelpWithTasksAndLists(t *testing.T) {
	browsertest.Need(t)
	d := &desk{f: fixtures{i18n.ByTag("en")}, done: 400}
	server := httptest.NewServer(d.handler())
	t.Cleanup(server.Close)
	tab := browsertest.Open(t, 3*time.Minute, browsertest.Still())
	require.NoError(t, chromedp.Do(tab, chromedp.EmulateViewport(1280, 1600)))
	said := browsertest.Listen(tab)

	t.Run("a task's page follows the task and stops with it", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/admin/tasks/t1"),
			browsertest.Run(`window.same = true`),
			browsertest.Until(`document.querySelector("progress").value === 9`),
		))
		d.finish(2001)
		half := strconv.Quote(english.T("admin.task.progress", "Done", english.N("admin.count", 2001), "Total", english.N("admin.count", 4001)))
		require.NoError(t, chromedp.Do(tab,
			browsertest.Until(`document.querySelector("progress")?.value === 50 && document.querySelector("[role=status]").textContent.includes(`+half+`)`),
		))
		d.finish(4001)
		paid := strconv.Quote(english.T("admin.outcome.paid"))
		require.NoError(t, chromedp.Do(tab,
			browsertest.Until(`document.querySelector("progress") === null && document.querySelector("#task-status").textContent.includes(`+paid+`) && window.same`),
		))
		seen := d.questions()
		require.Never(t, func() bool { return d.questions() > seen+1 }, 3*time.Second, 100*time.Millisecond)
	})
	t.Run("edits that were not sent ask before they are lost", func(t *testing.T) {
		asks := func(expected bool) chromedp.Action[chromedp.Void] {
			return browsertest.Until(`!window.dispatchEvent(new Event("beforeunload", {cancelable: true})) === ` + strconv.FormatBool(expected))
		}
		note, open := chromedp.CSS(`form[action$="/note"] textarea`), browsertest.Run(`for (const d of document.querySelectorAll("details")) d.open = true`)
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/admin/orders/o1"), open, asks(false),
			chromedp.SendKeys(note, "x"), asks(true),
			chromedp.SendKeys(note, "\b"), asks(false), // as it was
			chromedp.SendKeys(note, "y"), asks(true),
			browsertest.Run(`document.querySelector('form[action$="/ask"]').dispatchEvent(new Event("submit", {bubbles: true}))`), asks(true), // another form
			browsertest.Run(`document.querySelector('form[action$="/note"]').dispatchEvent(new Event("submit", {bubbles: true}))`), asks(false),
			browsertest.Run(`document.querySelector('form[action$="/note"]').reset()`),
			chromedp.Navigate(server.URL+"/admin/orders/o2"), asks(false), // nobody has touched the page
			chromedp.Click(chromedp.CSS(`h1`)), asks(true), // refused: not stored
			browsertest.Run(`for (const form of document.forms) form.remove()`), asks(false),
			chromedp.Navigate(server.URL+"/admin/orders"),
			chromedp.SendKeys(chromedp.CSS(`[type=search]`), "anna"), asks(false),
			chromedp.Click(chromedp.CSS(`[name=id][value=o1]`)), asks(false),
		))
	})
	many := func(n string) string { return strings.Replace(english.T("admin.bulk.chosen.many"), "#", n, 1) }
	t.Run("the list says how many are chosen, and Enter sends nothing", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/admin/orders"),
			browsertest.Until(`document.querySelector("[data-count]").textContent.includes(`+strconv.Quote(english.T("admin.bulk.hint"))+`)`),
			chromedp.Click(chromedp.CSS(`[name=id][value=o1]`)),
			chromedp.Click(chromedp.CSS(`[name=id][value=o2]`)),
			browsertest.Until(`document.querySelector("[data-count]").textContent === `+strconv.Quote(many("2"))+` && document.querySelector("[data-all]").indeterminate`),
			browsertest.Run(`document.querySelector("[name=id][value=o2]").focus()`),
			chromedp.KeyEvent("\r"),
			chromedp.Click(chromedp.CSS(`[data-all]`)),
			browsertest.Until(`document.querySelector("[data-count]").textContent === `+strconv.Quote(many("8"))+` && document.querySelector("[data-all]").checked`),
			chromedp.Click(chromedp.CSS(`[data-all]`)),
			browsertest.Until(`document.querySelector("[data-count]").textContent.includes(`+strconv.Quote(english.T("admin.bulk.hint"))+`)`),
			chromedp.Click(chromedp.CSS(`[name=id][value=o3]`)),
		))
		assert.Empty(t, d.orders(), "Enter on a row")
		require.NoError(t, chromedp.Do(tab,
			chromedp.Click(chromedp.CSS(`.bulk__bar .confirm--danger summary`)),
			chromedp.Click(chromedp.CSS(`[formaction="/admin/orders/bulk/cancel"]`)),
		))
		require.Eventually(t, func() bool { return len(d.orders()) > 0 }, waitFor, tick)
		assert.Equal(t, []string{"o3"}, d.orders())
		require.Eventually(t, func() bool { // the answer too, or the next page is asked for while this one comes
			arrived, err := chromedp.Run(tab, chromedp.Evaluate[bool](`location.pathname === "/admin/orders/bulk/cancel" && document.readyState === "complete"`))
			return err == nil && arrived
		}, waitFor, tick)
	})
	t.Run("a slash goes to the search, not while something is typed", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/admin/orders"),
			chromedp.KeyEvent("/"),
			browsertest.Until(`document.activeElement.id === "q"`),
			chromedp.KeyEvent("/"),
			browsertest.Until(`document.activeElement.value.endsWith("/")`),
		))
	})
	assert.Empty(t, said.Take(), "console")
}
