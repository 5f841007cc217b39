package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
)

// shelves is a small back office that shows one product and one tree, and keeps what is sent.
type shelves struct {
	mu   sync.Mutex
	sent []string
}

func (s *shelves) keep(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		_ = r.ParseForm()
	}
	s.sent = append(s.sent, r.URL.Path+" "+r.PostForm.Get("do")+" "+strings.Join(r.PostForm["picture"], "")+" "+r.PostForm.Get("parent")+" "+r.PostForm.Get("before"))
}

func (s *shelves) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sent) == 0 {
		return ""
	}
	return s.sent[len(s.sent)-1]
}

func (s *shelves) handler() http.Handler {
	f := fixtures{i18n.ByTag("en")}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	show := func(page templ.Component) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				s.keep(r)
			}
			browsertest.Show(w, r, page)
		}
	}
	mux.Handle("/admin/products/p1", show(admin.Product(f.product())))
	last := f.orderedProducts()
	last.Next = ""
	mux.Handle("/admin/products", show(admin.Products(f.orderedProducts())))
	mux.Handle("/admin/products/last", show(admin.Products(last)))
	mux.Handle("/admin/products/{id}/move", show(admin.Products(f.orderedProducts())))
	mux.Handle("/admin/categories", show(admin.Categories(f.categories())))
	mux.Handle("/admin/categories/{id}/move", show(admin.Categories(f.categories())))
	return mux
}

// spot is a place on the screen.
type spot struct{ X, Y float64 }

// drag takes hold of one thing and lets it go over another: at its upper edge (0), its lower edge (1), or between.
func drag(tab context.Context, t *testing.T, from, to string, part float64) {
	t.Helper()
	where := func(selector string, part float64) spot {
		at, err := chromedp.Run(tab, chromedp.Evaluate[spot](fmt.Sprintf(
			`(() => { const b = document.querySelector(%q).getBoundingClientRect(); return { X: b.left + b.width / 2, Y: b.top + b.height * %f }; })()`, selector, part)))
		require.NoError(t, err)
		return at
	}
	require.NoError(t, chromedp.Do(tab, browsertest.Run(fmt.Sprintf(`document.querySelector(%q).scrollIntoView({ block: "center", behavior: "instant" })`, from))))
	hold := where(from, 0.5)
	left := chromedp.ButtonType(input.MouseButtonLeft)
	require.NoError(t, chromedp.Do(tab, chromedp.MouseEvent(chromedp.MouseMoved, hold.X, hold.Y), chromedp.MouseEvent(chromedp.MousePressed, hold.X, hold.Y, left, chromedp.ClickCount(1))))
	drop := where(to, part)
	require.NoError(t, chromedp.Do(tab,
		chromedp.MouseEvent(chromedp.MouseMoved, hold.X, (hold.Y+drop.Y)/2, left), chromedp.MouseEvent(chromedp.MouseMoved, hold.X, drop.Y, left),
		chromedp.MouseEvent(chromedp.MouseReleased, hold.X, drop.Y, left, chromedp.ClickCount(1)),
	))
}

func TestLive_RowsMoveByKeyAndByDrag(t *testing.T) {
	browsertest.Need(t)
	back := &shelves{}
	server := httptest.NewServer(back.handler())
	t.Cleanup(server.Close)
	tab := browsertest.Open(t, 9*time.Minute, browsertest.Still())
	said := browsertest.Listen(tab)
	require.NoError(t, chromedp.Do(tab, browsertest.View(browsertest.Desktop("light"))))
	order := func(first string) chromedp.Action[chromedp.Void] {
		return browsertest.Until(`document.querySelector("[data-item] [name='picture']").value === "` + first + `"`)
	}
	save := chromedp.Click(chromedp.CSS(`.product-bar [value=save]`))
	leaving := browsertest.Run(`window.leftBehind = true`)
	// sent waits until this was sent, and the answer is there: to leave while it comes fails.
	sent := func(what string) {
		t.Helper()
		require.Eventually(t, func() bool { return back.last() == what }, waitFor, tick, what)
		require.Eventually(t, func() bool {
			arrived, err := chromedp.Run(tab, chromedp.Evaluate[bool](`!window.leftBehind && document.readyState === "complete"`))
			return err == nil && arrived // while one page goes and the next one comes there is nobody to ask
		}, waitFor, tick, what)
	}
	// nothing waits for what a drop would send: it arrives a little after the drop.
	nothing := func(before string) {
		t.Helper()
		require.Never(t, func() bool { return back.last() != before }, 500*time.Millisecond, tick)
	}
	move := func(from, to string, part float64, what string) {
		t.Helper()
		require.NoError(t, chromedp.Do(tab, leaving))
		drag(tab, t, from+" [data-grip]", to, part)
		sent(what)
	}

	t.Run("a key moves a picture at once, keeps the focus, and the order is sent", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/admin/products/p1"),
			browsertest.Run(`document.querySelector("[value='picture.down.0']").focus(); document.activeElement.click()`),
			order("1"),
			browsertest.Until(`document.activeElement.value === "picture.down.0" && document.querySelector("[data-said]").textContent !== ""`),
			leaving, save,
		))
		sent("/admin/products/p1 save 10  ")
	})
	t.Run("a drag moves it too", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/admin/products/p1"), order("0")))
		drag(tab, t, `[data-item]:nth-child(2) [data-grip]`, `[data-item]:nth-child(1)`, 0.2)
		require.NoError(t, chromedp.Do(tab, order("1"), browsertest.Until(`document.querySelector(".is-dragged") === null`), leaving, save)) // an edit that is not saved asks before the page is left
		sent("/admin/products/p1 save 10  ")
	})
	t.Run("a category is dropped before another one or into it", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/admin/categories")))
		move(`[data-id=c3]`, `[data-id=c2]`, 0.8, "/admin/categories/c3/move   c2 ")
		require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/admin/categories")))
		move(`[data-id=c3]`, `[data-id=c2]`, 0.1, "/admin/categories/c3/move   c1 c2")
	})
	t.Run("not into itself", func(t *testing.T) {
		before := back.last()
		require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/admin/categories")))
		drag(tab, t, `[data-id=c1] [data-grip]`, `[data-id=c2]`, 0.8)
		require.NoError(t, chromedp.Do(tab, browsertest.Until(`document.querySelector(".is-dragged, .is-target-in") === null`)))
		nothing(before)
	})
	t.Run("a product is dropped between two others", func(t *testing.T) {
		for _, c := range []struct{ page, from, to, sent string }{
			{"", "p1", "p3", "p1/move    p4"},
			{"", "p4", "p1", "p4/move    p1"},
			{"", "p1", "p4", "p1/move    p4"}, // the list goes on: not below its last row
			{"/last", "p1", "p4", "p1/move    "},
		} {
			require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/admin/products"+c.page)))
			part := 0.8
			if c.from > c.to {
				part = 0.2
			}
			move("[data-id="+c.from+"]", "[data-id="+c.to+"]", part, "/admin/products/"+c.sent)
		}
	})
	t.Run("and stays where it is let go over its own place", func(t *testing.T) {
		before := back.last()
		require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/admin/products")))
		drag(tab, t, `[data-id=p2] [data-grip]`, `[data-id=p2]`, 0.6)
		require.NoError(t, chromedp.Do(tab, browsertest.Until(`document.querySelector(".is-dragged") === null`)))
		nothing(before)
	})
	assert.Empty(t, said.Take(), "console")
}

const (
	waitFor = 10 * time.Second
	tick    = 20 * time.Millisecond
)
