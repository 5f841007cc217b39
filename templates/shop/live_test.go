package shop_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

// counter is a small shop behind the pages: one cart, one order.
type counter struct {
	mu    sync.Mutex
	f     fixtures
	lines int
	state shop.OrderState
	asked int
}

func (c *counter) cart() shop.CartView {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.f.cart()
	v.Lines = v.Lines[:c.lines]
	v.Page.CartCount = c.lines
	if c.lines == 2 {
		return v
	}
	v.Totals.Total = "less"
	return v
}

func (c *counter) order() shop.OrderView {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	v := c.f.order(c.state)
	if v.Page.RefreshSeconds > 0 {
		v.Page.RefreshSeconds = 1
	}
	return v
}

func (c *counter) questions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

func (c *counter) move(state shop.OrderState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state
}

func (c *counter) remove() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines--
}

func (c *counter) handler() http.Handler {
	show := func(page, fragment templ.Component, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("HX-Request") == "true" {
			page = fragment
		}
		browsertest.Show(w, r, page)
	}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /cart", func(w http.ResponseWriter, r *http.Request) {
		show(shop.Cart(c.cart()), shop.CartFragment(c.cart()), w, r)
	})
	mux.HandleFunc("POST /cart/items/{variant}/remove", func(w http.ResponseWriter, r *http.Request) {
		c.remove()
		http.Redirect(w, r, "/cart", http.StatusSeeOther)
	})
	mux.HandleFunc("POST /cart/items/{variant}", func(w http.ResponseWriter, r *http.Request) {
		v := c.cart()
		v.Lines[0].Typed = r.FormValue("quantity")
		v.Lines[0].Problems = []shop.LineProblem{{Kind: shop.LineBadQuantity}}
		w.Header().Set(static.AnswerHeader, static.AnswerPart)
		w.WriteHeader(http.StatusUnprocessableEntity)
		show(shop.Cart(v), shop.CartFragment(v), w, r)
	})
	mux.HandleFunc("GET /product", func(w http.ResponseWriter, r *http.Request) {
		show(shop.Product(c.f.product()), nil, w, r)
	})
	mux.HandleFunc("POST /cart/items", func(w http.ResponseWriter, r *http.Request) {
		v := c.f.product()
		v.Page.CartCount = 7
		v.Added = &shop.AddedLine{Title: r.FormValue("product") + " " + r.FormValue("variant"), Quantity: 1}
		show(shop.BuyForm(v), shop.BuyForm(v), w, r)
	})
	mux.HandleFunc("GET /orders/"+ref+"/live", browsertest.NoEvents)
	mux.HandleFunc("GET /orders/"+ref, func(w http.ResponseWriter, r *http.Request) {
		v := c.order()
		v.Shown = r.URL.Query().Get("shown")
		show(shop.Order(v), shop.OrderStatus(v), w, r)
	})
	return mux
}

func TestScripts_UpdateThePageInPlace(t *testing.T) {
	browsertest.Need(t)
	c := &counter{f: fixtures{i18n.ByTag("en")}, lines: 2, state: shop.OrderAwaiting}
	server := httptest.NewServer(c.handler())
	t.Cleanup(server.Close)
	tab := browsertest.Open(t, 4*time.Minute, browsertest.Still())
	said := browsertest.Listen(tab)

	t.Run("a refused quantity says so beside the field, with what was typed", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/cart"),
			browsertest.Run(`window.same = true`),
			browsertest.Until(`document.querySelector("#cart form[data-htmx-powered]") !== null`),
			chromedp.Click(chromedp.CSS(`#line-v1 [data-step="1"]`)),
			browsertest.Until(`document.querySelector("#problem-v1")?.textContent.includes(`+strconv.Quote(english.T("quantity.bad"))+`)`),
			browsertest.Until(`document.querySelector("#quantity-v1").value === "3"`),
			browsertest.Until(`window.same && document.querySelector("#quantity-v1").getAttribute("aria-invalid") === "true"`),
		))
		var noted []string
		require.Eventually(t, func() bool {
			noted = append(noted, said.Take()...)
			return len(noted) > 0
		}, 10*time.Second, 10*time.Millisecond)
		assert.Len(t, noted, 1, "the browser notes the 422 and nothing else")
	})
	t.Run("a removed line goes, the count follows, the focus is not lost", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Click(chromedp.CSS(`#line-v2 .text-button`)),
			browsertest.Until(`document.querySelector("#line-v2") === null`),
			browsertest.Until(`document.querySelector("#cart-link").getAttribute("aria-label") === `+strconv.Quote(english.N("nav.cart.label", 1))),
			browsertest.Until(`document.querySelector("#cart-live").textContent.includes(`+strconv.Quote(english.N("cart.changed", 1, "Total", "less"))+`) && window.same`),
			browsertest.Until(`document.activeElement !== document.body`),
		))
	})
	t.Run("the price follows the choice and the form answers in place", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/product"),
			browsertest.Run(`window.same = true`),
			browsertest.Until(`document.querySelector("#buy").hasAttribute("data-htmx-powered")`),
			browsertest.Until(`document.querySelector(".price-line .price-was").checkVisibility()`),
			chromedp.Click(chromedp.CSS(`[value=v2]`)),
			browsertest.Until(`document.querySelector("[data-price]").textContent === "$39.00" && !document.querySelector(".price-line .price-was").checkVisibility()`),
			chromedp.Click(chromedp.CSS(`#buy .button`)),
			browsertest.Until(`document.querySelector(".note--good")?.textContent.includes(`+strconv.Quote(english.N("product.added", 1, "Title", "steel-bottle v2"))+`)`),
			browsertest.Until(`document.querySelector("#cart-link").getAttribute("aria-label") === `+strconv.Quote(english.N("nav.cart.label", 7))+` && window.same`),
		))
	})
	t.Run("the order's page asks again, keeps what is being typed, and stops when it is paid", func(t *testing.T) {
		require.NoError(t, chromedp.Do(tab,
			chromedp.Navigate(server.URL+"/orders/"+ref),
			browsertest.Run(`document.querySelector("details").open = true; document.querySelector("#payer_uid").value = "123"; window.same = true`),
		))
		seen := c.questions()
		require.Eventually(t, func() bool { return c.questions() >= seen+2 }, 10*time.Second, 50*time.Millisecond)
		require.NoError(t, chromedp.Do(tab, browsertest.Until(`document.querySelector("details").open && document.querySelector("#payer_uid").value === "123"`)))
		c.move(shop.OrderPaid)
		require.NoError(t, chromedp.Do(tab,
			browsertest.Until(`document.querySelector("#order-heading").textContent.includes(`+strconv.Quote(english.T("order.state.paid.title"))+`)`),
			browsertest.Until(`document.querySelector("#order-live").textContent.includes(`+strconv.Quote(english.T("order.state.paid.title"))+`)`),
			browsertest.Until(`document.querySelector("#order-pay").children.length === 0`),
			browsertest.Until(`document.querySelector("#order-details").textContent.includes(`+strconv.Quote(english.T("order.amount_paid"))+`) && window.same`),
			browsertest.Until(`document.title === `+strconv.Quote(english.T("order.state.paid.title")+" · "+english.T("order.title.number", "Number", "#1042")+" · Osier")),
		))
		seen = c.questions()
		require.Never(t, func() bool { return c.questions() > seen+1 }, 2500*time.Millisecond, 100*time.Millisecond)
	})
	assert.Empty(t, said.Take(), "console")
}
