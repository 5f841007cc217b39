package shop_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

func TestPages_AreWholeInBothLanguages(t *testing.T) {
	glued := regexp.MustCompile(`visually-hidden">[^<]*(\s</span>|</span>[^\s<])`)
	inlineScript := regexp.MustCompile(`<script(?:\s+defer|\s+src="[^"]*")*>[^<]`)
	handler := regexp.MustCompile(`\son[a-z]+=`)
	leakedID := regexp.MustCompile(`>\s*[a-z_]+(\.[a-z_]+)+\s*<`)
	for _, tag := range []string{"en", "zh-Hans"} {
		for _, s := range gallery(tag) {
			t.Run(tag+"/"+s.name, func(t *testing.T) {
				html := render(t, s.page)
				assert.True(t, strings.HasPrefix(html, `<!doctype html><html lang="`+tag+`">`), html[:60])
				for _, once := range []string{"<h1", "<main", "<title>", `rel="stylesheet"`, `href="#main"`} {
					assert.Equal(t, 1, strings.Count(html, once), once)
				}
				assert.Equal(t, !strings.HasPrefix(s.name, "hosted-"), strings.Count(html, `id="cart-link"`) == 1, "a payment's page has no cart")
				for _, no := range []string{"style=", "<style", "javascript:", "hx-on", "hx-swap-oob", "{{", "%!", "<no value>"} {
					assert.NotContains(t, html, no)
				}
				assert.NotRegexp(t, inlineScript, html)
				assert.NotRegexp(t, glued, html, "words that are read aloud without a gap")
				assert.NotRegexp(t, handler, html)
				assert.NotRegexp(t, leakedID, html)
				if tag == "en" {
					assert.NotRegexp(t, `\p{Han}`, strings.Replace(html, "简体中文", "", 1))
				}
			})
		}
	}
}

func TestPages_PrivateOnesStayOutOfSearchEngines(t *testing.T) {
	for _, s := range gallery("en") {
		private := !strings.HasPrefix(s.name, "home") && !strings.HasPrefix(s.name, "category") && !strings.HasPrefix(s.name, "product") && !strings.HasPrefix(s.name, "reference")
		assert.Equal(t, private, strings.Contains(render(t, s.page), `content="noindex"`), s.name)
	}
}

func TestPages_EveryFormPostsToAKnownAddress(t *testing.T) {
	known := regexp.MustCompile(`^(/language|/search|/cart/items|/cart/items/v\d|/cart/items/v\d/remove|/cart/coupon|/cart/place|/checkout|/orders|/payments/connect|/payments/disconnect|/categories/kitchen|/orders/` + ref + `/(pay|cancel|reorder|show)|/payments/return/` + ref + `/order/pay|/c/co_` + ref + `/pay|/pay/mug)$`)
	action := regexp.MustCompile(`<form[^>]*\saction="([^"]*)"`)
	for _, s := range gallery("en") {
		html := render(t, s.page)
		found := action.FindAllStringSubmatch(html, -1)
		assert.Len(t, found, strings.Count(html, "<form"), s.name)
		for _, m := range found {
			assert.Regexp(t, known, m[1], s.name)
		}
	}
}

const hostile = `"><script>alert(1)</script>'`

// poison puts hostile text into every plain string of a view.
func poison(v reflect.Value) {
	switch kind := v.Kind(); {
	case kind == reflect.Pointer && v.Type() != reflect.TypeFor[*i18n.Printer]() && !v.IsNil():
		poison(v.Elem())
	case kind == reflect.Struct:
		for _, field := range v.Fields() {
			poison(field)
		}
	case kind == reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(hostile)
	}
}

func TestPages_EscapeWhatOthersWrote(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	home, category, search, none := f.home(), f.category(), f.search("x", 3), f.search("x", 0)
	product, added, cart, empty := f.problemProduct(), f.product(), f.troubledCart(), f.emptyCart()
	added.Added = &shop.AddedLine{Title: "x", Quantity: 2}
	checkout, connected := f.refusedCheckout(), f.connectedCheckout()
	awaiting, failed, paid := f.order(shop.OrderAwaiting), f.order(shop.OrderFailed), f.order(shop.OrderPaid)
	own, ownRefused := f.ownOrders(), shop.OwnOrdersView{Page: f.page("/orders"), Email: "x", EmailProblem: invalid.Email}
	broken := templates.NewError(f.page("/"), templates.ErrorNotFound, 404, "id")
	for _, v := range []any{
		&home, &category, &search, &none, &product, &added, &cart, &empty, &checkout, &connected, &awaiting, &failed, &paid, &own, &ownRefused, &broken,
	} {
		poison(reflect.ValueOf(v))
	}
	for name, c := range map[string]templ.Component{
		"home": shop.Home(home), "category": shop.Category(category), "search": shop.Search(search), "none": shop.Search(none),
		"product": shop.Product(product), "form": shop.BuyForm(added), "cart": shop.Cart(cart), "cart fragment": shop.CartFragment(cart), "empty": shop.Cart(empty),
		"checkout": shop.Checkout(checkout), "connected": shop.Checkout(connected), "awaiting": shop.Order(awaiting), "failed": shop.Order(failed), "paid": shop.Order(paid),
		"status": shop.OrderStatus(failed), "own": shop.OwnOrders(own), "own refused": shop.OwnOrders(ownRefused), "error": templates.ErrorPage(broken),
	} {
		html := render(t, c)
		assert.Contains(t, html, "alert(1)", name)
		assert.NotContains(t, html, "<script>alert", name)
	}
}

func TestPages_NoLinkRunsAScript(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := templates.NewError(f.page("/"), templates.ErrorNotFound, 404, "")
	v.Links = []templates.Link{{Text: "x", URL: "javascript:alert(1)"}}
	assert.NotContains(t, render(t, templates.ErrorPage(v)), "javascript:alert")
}

func TestLayout_LanguageSwitchComesBackToThisPage(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	for path, want := range map[string]string{"/search?q=a&page=2": "/search?q=a&amp;page=2", "": "/", "//evil.example/": "/", "https://evil.example/": "/"} {
		v := f.home()
		v.Page.Path = path
		html := render(t, shop.Home(v))
		assert.Contains(t, html, `name="next" value="`+want+`"`, path)
		assert.Contains(t, html, `name="lang" value="zh-Hans"`)
		assert.NotContains(t, html, `name="lang" value="en"`, "the language that is on")
	}
}

func TestLayout_WaitsWithAndWithoutScripts(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, shop.Order(f.order(shop.OrderConfirming)))
	assert.Contains(t, html, `<noscript><meta http-equiv="refresh" content="3"></noscript>`)
	assert.Contains(t, html, `hx-get="/orders/`+ref+`?shown=confirming" hx-trigger="every 3s, live"`)
	html = render(t, shop.Order(f.order(shop.OrderPaid)))
	assert.NotContains(t, html, "http-equiv")
	assert.NotContains(t, html, "hx-trigger")
}

func TestProduct_ShowsWhatCanBeBought(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, shop.Product(f.product()))
	assert.Contains(t, html, `name="variant" value="v1" required checked`)
	assert.Contains(t, html, `name="variant" value="v3" required disabled`)
	assert.Contains(t, html, english.N("stock.left", 3))
	assert.Contains(t, html, `name="product" value="steel-bottle"`)
	assert.Contains(t, html, `name="quantity" min="1" max="999"`)
	assert.NotContains(t, html, "buy-problem")

	html = render(t, shop.Product(f.soldOutProduct()))
	assert.Contains(t, html, english.T("product.sold_out"))
	assert.NotContains(t, html, `type="radio"`)
	assert.NotContains(t, html, english.T("product.add"))

	html = render(t, shop.Product(f.problemProduct()))
	assert.Contains(t, html, `value="12" aria-invalid="true" aria-describedby="buy-problem"`)
	assert.Contains(t, html, english.N("buy.only_left", 3))
}

func TestProduct_PriceFollowsTheChoice(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.product()
	assert.Contains(t, render(t, shop.BuyForm(v)), `data-price>$34.00<`)
	was := `<span class="visually-hidden">` + english.T("sale.was") + `</span> <s>$42.00</s>`
	assert.Contains(t, render(t, shop.BuyForm(v)), `<p class="price-was" data-price-of="v1">`+was+`</p>`)
	v.Variants[0].Selected = false
	assert.Contains(t, render(t, shop.BuyForm(v)), `data-price>`+english.T("price.from", "Price", "$34.00")+`<`)
	v.Variants[1].Selected = true
	assert.Contains(t, render(t, shop.BuyForm(v)), `data-price>$39.00<`)
	assert.Contains(t, render(t, shop.BuyForm(v)), `<p class="price-was" data-price-of="v1" hidden>`, "the sale of another variant is not said of this one")
	v.Variants = nil
	assert.Contains(t, render(t, shop.BuyForm(v)), `data-price><`)
}

func TestBuyForm_SaysWhatWasAddedAndBringsTheCount(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.product()
	v.Added = &shop.AddedLine{Title: "Insulated bottle, Pine", Quantity: 2}
	html := render(t, shop.BuyForm(v))
	assert.Contains(t, html, english.N("product.added", 2, "Title", "Insulated bottle, Pine"))
	assert.Contains(t, html, `id="cart-link"`)
	assert.Contains(t, html, `hx-swap-oob="true"`)
	assert.Contains(t, html, `aria-label="`+english.N("nav.cart.label", 3)+`"`)
	assert.NotContains(t, html, "<html")
}

func TestCart_ShowsProblemsWhereTheyAre(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, shop.Cart(f.troubledCart()))
	assert.Contains(t, html, english.T("cart.line.price_changed", "From", "$22.00", "To", "$24.00"))
	assert.Contains(t, html, english.N("cart.line.only_left", 1))
	assert.Contains(t, html, english.T("cart.line.gone"))
	assert.Contains(t, html, `aria-invalid="true" aria-describedby="problem-v1"`)
	assert.NotContains(t, html, `action="/cart/items/v3"`, "the quantity of what is gone cannot be changed")
	assert.Contains(t, html, `action="/cart/items/v3/remove"`)
	assert.NotContains(t, html, `href="/checkout"`)
	assert.Contains(t, html, english.T("cart.blocked"))

	html = render(t, shop.Cart(f.cart()))
	assert.Contains(t, html, `href="/checkout"`)
	assert.NotContains(t, html, "aria-invalid")
}

func TestCart_EmptyIsNoDeadEnd(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, shop.Cart(f.emptyCart()))
	assert.Contains(t, html, english.T("cart.empty"))
	assert.Contains(t, html, `href="/products/stoneware-mug"`)
	assert.NotContains(t, html, `href="/checkout"`)
	assert.Contains(t, html, `aria-label="`+english.N("nav.cart.label", 0)+`"`)
	assert.NotContains(t, html, "cart-link__count")
}

func TestCartFragment_BringsTheCountAndASentence(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, shop.CartFragment(f.cart()))
	assert.True(t, strings.HasPrefix(html, `<div id="cart"`))
	assert.Contains(t, html, `<p id="cart-live" hx-swap-oob="innerHTML">`+english.N("cart.changed", 3, "Total", "$186.00")+`</p>`)
	assert.Equal(t, 2, strings.Count(html, "hx-swap-oob"))
	assert.NotContains(t, html, "<main")
}

func TestCheckout_KeepsWhatWasTypedAndPointsAtProblems(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	html := render(t, shop.Checkout(f.refusedCheckout()))
	for _, want := range []string{
		`name="form_token" value="token"`, `name="seen" value="seen"`, `value="ada@"`, `value="abc"`,
		`href="#email"`, `href="#payer_uid"`, `href="#coin"`, english.N("form.problems", 3),
		`aria-invalid="true" aria-describedby="email-problem email-hint"`, `aria-describedby="coin-problem coin-hint"`,
		english.T("order.notice.price_changed", "Product", "Stoneware mug, Moss", "From", "$22.00", "To", "$24.00"),
		english.N("order.notice.only_left", 1, "Product", "Canvas rucksack"),
		english.T("order.notice.unreachable"),
		`formaction="/payments/connect"`, `name="coin" value="BTC"`, "0.00191260 BTC", english.T("coin.rate_from", "Symbol", "BTC", "Rate", "$97,250.00", "Source", "Exchange ticker"),
	} {
		assert.Contains(t, html, want)
	}
	assert.NotContains(t, html, `href="#name"`)

	html = render(t, shop.Checkout(f.connectedCheckout()))
	assert.Contains(t, html, english.T("payer.connected"))
	assert.Contains(t, html, `formaction="/payments/disconnect"`)
	assert.NotContains(t, html, `name="payer_uid"`)
	assert.NotContains(t, html, "error-summary")
}

func TestCheckout_EnterSendsTheFormItself(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	for _, html := range []string{render(t, shop.Checkout(f.checkout())), render(t, shop.Order(f.order(shop.OrderFailed)))} {
		_, form, found := strings.Cut(html, `novalidate`)
		require.True(t, found)
		first := regexp.MustCompile(`<button[^>]*>`).FindString(form)
		assert.NotContains(t, first, "formaction", "the first button is the one that Enter presses")
	}
}
