package shop_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

// A choice of options is shown at once: price, pictures and what else can be had change in place, the quantity and the focus stay.
func TestLive_OptionsAreShownAtOnce(t *testing.T) {
	browsertest.Need(t)
	f := fixtures{i18n.ByTag("en")}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /products/steel-bottle", func(w http.ResponseWriter, r *http.Request) {
		v := f.optionProduct()
		if r.Header.Get("HX-Request") != "true" {
			browsertest.Show(w, r, shop.Product(v))
			return
		}
		if r.URL.Query().Get("o1") == "1 l" {
			v = f.unmadeProduct()
		} else if r.URL.Query().Get("o1") == "750 ml" {
			v.Variants[0].Selected, v.Variants[1].Selected = false, true
			v.Options[1].Values[0].Selected, v.Options[1].Values[1].Selected = false, true
			v.Pictures[0], v.Pictures[1] = v.Pictures[1], v.Pictures[0]
		}
		v.Quantity, v.Chose = r.URL.Query().Get("quantity"), true
		browsertest.Show(w, r, shop.BuyForm(v))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab := browsertest.Open(t, 4*time.Minute, browsertest.Still())
	said := browsertest.Listen(tab)
	first := `document.querySelector("#gallery img").alt`
	require.NoError(t, chromedp.Do(tab,
		chromedp.Navigate(server.URL+"/products/steel-bottle"),
		browsertest.Run(`window.same = true; document.querySelector("#quantity").value = "4"`),
		browsertest.Until(`document.querySelector("#buy").hasAttribute("data-htmx-powered")`),
		browsertest.Until(`document.querySelector("[data-price]").textContent === "$34.00" && `+first+` === "Green bottle"`),
		browsertest.Run(`document.querySelector("#o1-1").focus(); document.querySelector("#o1-1").click()`),
		browsertest.Until(`document.querySelector("[data-price]").textContent === "$39.00" && `+first+` === "Rust bottle"`),
		browsertest.Until(`document.querySelector("#quantity").value === "4" && document.querySelector("#o1-1").checked && window.same`),
		browsertest.Until(`document.activeElement.id === "o1-1" && document.querySelector(".price-was") === null`),
		browsertest.Run(`document.querySelector("#o1-2").click()`),
		browsertest.Until(`document.querySelector("#buy").textContent.includes(`+strconv.Quote(english.T("buy.not_made"))+`) && document.querySelectorAll("#gallery").length === 1`),
		browsertest.Until(`document.querySelector("#cart-link") !== null && window.same`),
	))
	assert.Empty(t, said.Take(), "console")
}
