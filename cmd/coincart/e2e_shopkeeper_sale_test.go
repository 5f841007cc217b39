package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/browsertest"
)

// shopperStory is a shopper with a browser of their own.
type shopperStory struct {
	adminStory

	bought []saleLine
	want   sale
}

func (k *keeperStory) openShop() *shopperStory {
	k.t.Helper()
	dev := device{name: "keeper-shopper", lang: "en-US,en", width: 1280, height: 900, still: true, limit: 8 * time.Minute}
	s := &shopperStory{adminStory: adminStory{officeRun: k.officeRun, dev: dev}, bought: k.bought, want: k.want}
	s.ctx = openBrowser(k.t, dev)
	s.quiet = listenForErrors(s.ctx, k.t)
	return s
}

// await waits for something to be so on the page.
func (s *adminStory) await(what, condition string) {
	s.t.Helper()
	s.do(what, browsertest.Until(condition))
}

// fillCart takes both variants by their options and looks at the cart.
func (s *shopperStory) fillCart() {
	s.t.Helper()
	s.step("product", chromedp.Navigate(s.shop.base+"/products/"+keeperSlug), visible(`#buy button.button--wide`))
	assert.Equal(s.t, 2.0, s.number(`document.querySelectorAll("#gallery img").length`))
	for _, l := range s.bought {
		for i, value := range l.options {
			radio := fmt.Sprintf(`#buy input[name="o%d"][value=%q]`, i, value)
			s.do("choose "+value, click(`#buy label.option:has(input[name="`+fmt.Sprintf("o%d", i)+`"][value="`+value+`"])`))
			s.await("the choice is counted in", fmt.Sprintf(`document.querySelector(%q)?.hasAttribute("checked") && !document.querySelector(".htmx-request")`, radio))
		}
		assert.Equal(s.t, dollars(rat(s.t, l.price)), s.text("[data-price]"))
		s.do("quantity", typeOver("#quantity", strconv.Itoa(l.quantity)))
		s.do("add "+l.sku, click(`#buy button.button--wide[type=submit]`), visible(`#buy .note--good`))
	}
	s.do("cart", follow("#cart-link"), visible(`a[href="/checkout"]`))
	s.do("coupon", click(`details:has(#coupon) > summary`), typeInto("#coupon", strings.ToLower(keeperCoupon)), click(`form.coupon button[type=submit]`),
		visible(".coupon--counts"))
	s.await("the country is chosen", `document.querySelector("#country")?.value === "US"`)
	s.do("estimate", chromedp.Evaluate[chromedp.Void](`document.querySelector("details:has(.estimate)").open = true`), choose("#region", "NY"))
	s.await("the tax is counted in", `document.querySelector(".totals__list").innerText.includes("`+keeperTaxName+`")`)
	s.step("cart", visible(".totals__list"))
	assert.Equal(s.t, s.bill(say("totals.delivery_to", "Place", "New York, United States")), s.pairs(".totals__row"))
	for i, l := range s.bought {
		assert.Contains(s.t, s.text("#cart .lines"), l.options[0]+" / "+l.options[1])
		assert.Contains(s.t, s.text("#cart .lines"), dollars(s.want.lines[i]))
	}
}

// row is a name on a page with what stands beside it.
type row struct{ Name, Value string }

// pairs reads rows of a name and a value.
func (s *adminStory) pairs(selector string) []row {
	s.t.Helper()
	list, err := chromedp.Run(s.ctx, chromedp.Evaluate[[]row](fmt.Sprintf(`[...document.querySelectorAll(%q)].map(r => ({
		Name: r.querySelector("dt, th").innerText.replace(/\s+/g, " ").trim(), Value: r.querySelector("dd, td").innerText.trim()}))`, selector)))
	require.NoError(s.t, err)
	return list
}

// cells reads a table's rows.
func (s *adminStory) cells(rows string) [][]string {
	s.t.Helper()
	list, err := chromedp.Run(s.ctx, chromedp.Evaluate[[][]string](fmt.Sprintf(
		`[...document.querySelectorAll(%q)].map(r => [...r.cells].map(c => c.innerText.trim()))`, rows)))
	require.NoError(s.t, err)
	return list
}

// bill is what the shop must show of the total, part by part.
func (s *shopperStory) bill(delivery string) []row {
	return []row{
		{say("totals.goods"), dollars(s.want.goods)},
		{say("totals.discount_by", "Code", keeperCoupon), say("totals.less", "Amount", dollars(s.want.discount))},
		{delivery, dollars(s.want.delivery)},
		{say("totals.tax", "Name", keeperTaxName, "Rate", keeperTax+"%"), dollars(s.want.tax)},
		{say("cart.total"), dollars(s.want.total)},
	}
}

// checkLines checks what a summary must show of each line.
func (s *shopperStory) checkLines() {
	s.t.Helper()
	shown := s.text(".summary__line")
	for i, l := range s.bought {
		assert.Contains(s.t, shown, l.options[0]+" / "+l.options[1])
		assert.Contains(s.t, shown, fmt.Sprintf("%s × %d", dollars(rat(s.t, l.price)), l.quantity))
		assert.Contains(s.t, shown, dollars(s.want.lines[i]))
	}
}

// checkOut fills in the checkout, looks at what it says and goes on to the platform's page.
func (s *shopperStory) checkOut() {
	s.t.Helper()
	coin := `label.coin:has(input[name="coin"][value="` + keeperCoin + `"])`
	s.do("checkout", follow(`a[href="/checkout"]`), typeInto("#email", keeperShopper), typeInto("#name", "Grace Hopper"),
		typeInto("#line1", "350 Fifth Avenue"), typeInto("#city", "New York"), typeInto("#postcode", "10118"), typeInto("#payer_uid", alice))
	s.step("checkout", click(coin))
	assert.Equal(s.t, s.bill(say("totals.delivery_by", "Title", keeperMethod)), s.pairs(".totals__row"))
	s.checkLines()
	assert.Equal(s.t, s.want.coinShown(), s.text(coin+" .coin__amount"))
	assert.Contains(s.t, s.text(coin+" .coin__rate"), "1 "+keeperCoin+" = $"+keeperRate)
	assert.Contains(s.t, s.text(coin+" .coin__rate"), "+ "+keeperSpread+"%")

	s.step("platform", follow(`.checkout button.button--wide[type=submit]`), visible(`button[value=pay]`))
	assert.Zero(s.t, rat(s.t, strings.ReplaceAll(s.text(".sum .num"), ",", "")).Cmp(s.want.coin), "the platform's page asks for %s", s.text(".sum"))
	assert.Equal(s.t, keeperCoin, s.text(".sum .unit"))
}

// payAndSee pays, and looks at the order's page.
func (s *shopperStory) payAndSee() models.Order {
	s.t.Helper()
	s.step("paid", click(`button[value=pay]`), visible(`#order-status.status--good`))
	orders := s.platform.Orders()
	require.Len(s.t, orders, 1)
	a, err := s.shop.store.AttemptByAppOrderID(s.t.Context(), orders[0].AppOrderID)
	require.NoError(s.t, err)
	order := s.read(a.OrderID)
	assert.Equal(s.t, models.OrderPaid, order.State)

	s.step("order", chromedp.Navigate(s.shop.base+"/orders/"+order.Ref), visible("#order-lines"))
	assert.Equal(s.t, s.bill(say("totals.delivery_by", "Title", keeperMethod)), s.pairs(".totals__row"))
	s.checkLines()
	facts := s.pairs("#order-details .facts > div")
	assert.Contains(s.t, facts, row{say("order.amount_paid"), s.want.coinShown()})
	assert.Contains(s.t, s.text("#order-details .facts"), "1 "+keeperCoin+" = $"+keeperRate)
	return order
}

// made is the platform's side of the order.
func (k *keeperStory) made() sandbox.Order {
	k.t.Helper()
	orders := k.platform.Orders()
	require.Len(k.t, orders, 1)
	return orders[0]
}

// checkPlatform checks what the shop asked the platform for: the amount of coin, and goods whose amounts add up to the total.
func (k *keeperStory) checkPlatform(order models.Order) {
	k.t.Helper()
	made := k.made()
	assert.Equal(k.t, keeperCoin, made.Coin)
	assert.Zero(k.t, rat(k.t, string(made.Amount)).Cmp(k.want.coin), "%s", made.Amount)
	var want, got []row
	for i, l := range k.bought {
		want = append(want, row{
			fmt.Sprintf("%d × %s", l.quantity, keeperTitle),
			strings.Join(l.options, " / ") + " " + l.sku + " " + cents(k.want.lines[i]) + " USD",
		})
	}
	want = append(want,
		row{"Discount", keeperCoupon + " -" + cents(k.want.discount) + " USD"},
		row{"Delivery", keeperMethod + " " + cents(k.want.delivery) + " USD"},
		row{keeperTaxName, keeperTax + "% " + cents(k.want.tax) + " USD"})
	sum := rat(k.t, "0")
	for _, g := range made.Goods {
		got = append(got, row{g.Name, g.Desc})
		words := strings.Fields(g.Desc)
		sum.Add(sum, rat(k.t, words[len(words)-2]))
	}
	assert.ElementsMatch(k.t, want, got) // which of the lines is first does not matter
	assert.Equal(k.t, want[len(k.bought):], got[len(k.bought):], "what is not a line stands behind the lines")
	assert.Zero(k.t, sum.Cmp(k.want.total), "the goods add up to the total")
	assert.Equal(k.t, cents(k.want.total), order.Total.Fixed(2))
}

// checkMails checks both mails, each as text and as HTML.
func (k *keeperStory) checkMails() {
	k.t.Helper()
	parts := letters(k.t, k.folder, keeperShopper)
	require.Len(k.t, parts, 2*2)
	for _, letter := range parts {
		for _, r := range []string{
			dollars(k.want.lines[0]), dollars(k.want.lines[1]), dollars(k.want.goods), say("totals.less", "Amount", dollars(k.want.discount)), dollars(k.want.delivery),
			dollars(k.want.tax), dollars(k.want.total), k.want.coinShown(), keeperCoupon, keeperMethod,
			say("totals.tax", "Name", keeperTaxName, "Rate", keeperTax+"%"),
		} {
			assert.Contains(k.t, letter, r)
		}
	}
}

// checkOffice looks at the order in the back office, at what is left of the stock, and at the coupon's use.
func (k *keeperStory) checkOffice(order models.Order) {
	k.t.Helper()
	k.findOrder(order)
	table := `section[aria-labelledby="lines-title"] `
	assert.Equal(k.t, []row{
		{say("admin.totals.goods"), dollars(k.want.goods)},
		{say("admin.totals.discount") + " " + keeperCoupon, "−" + dollars(k.want.discount)},
		{say("admin.totals.delivery") + " " + keeperMethod, dollars(k.want.delivery)},
		{say("admin.totals.tax") + " " + keeperTaxName + " " + keeperTax + "%", dollars(k.want.tax)},
		{say("admin.fact.total"), dollars(k.want.total)},
	}, k.pairs(table+"tfoot tr"))
	lines := k.cells(table + "tbody tr")
	require.Len(k.t, lines, len(k.bought))
	for i, l := range k.bought {
		cells := []string{strconv.Itoa(l.quantity), dollars(rat(k.t, l.price)), dollars(k.want.lines[i])}
		assert.Contains(k.t, lines, append([]string{keeperTitle + "\n" + strings.Join(l.options, " / ") + " · " + l.sku}, cells...))
	}
	attempt := `section[aria-labelledby="attempts-title"] `
	assert.Equal(k.t, k.want.coinShown(), k.text(attempt+".amount--large"))
	assert.Contains(k.t, k.text(attempt), "$"+keeperRate)
	assert.Contains(k.t, k.text(attempt), keeperSpread+"%")

	product, err := k.shop.store.Product(k.t.Context(), keeperSlug)
	require.NoError(k.t, err)
	for i, v := range keeperVariants() {
		assert.Equal(k.t, v.stock-v.quantity, product.Variants[i].OnHand, v.sku)
	}
	coupon, err := k.shop.store.CouponByCode(k.t.Context(), keeperCoupon)
	require.NoError(k.t, err)
	assert.Equal(k.t, 1, coupon.Uses)
	k.step("coupon-used", follow(`a.side__link[href="/admin/coupons"]`), follow(`a.ident-link[href="/admin/coupons/`+coupon.ID+`"]`), visible("#coupon-uses"))
	uses := k.cells(`section[aria-labelledby="coupon-uses"] tbody tr`)
	require.Len(k.t, uses, 1)
	assert.Equal(k.t, []string{dollars(k.want.discount), dollars(k.want.total)}, uses[0][2:4])
}

// checkExport makes a file of the orders and reads it.
func (k *keeperStory) checkExport(order models.Order) {
	k.t.Helper()
	k.do("orders", follow(`a.side__link[href="/admin/orders"]`), visible(`form.export`))
	k.do("export", follow(`form.export button[value="csv"]`), visible("#task-status"))
	k.step("export", visible(`#task-status:not([hx-get]) .file a.button`))
	file, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](
		`fetch(document.querySelector("#task-status .file a.button").href).then(answer => answer.text())`, chromedp.EvalAwaitPromise))
	require.NoError(k.t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	require.NoError(k.t, err)
	require.Len(k.t, rows, 2, "the names and the order")
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, value := range map[string]string{
		"order number": order.NumberText, "row": "order", "payment": "paid", "fulfilment": "none", "country": "US", "email": keeperShopper, "total": cents(k.want.total), "currency": "USD",
		"amount paid": k.want.coinText(), "coin": keeperCoin, "refunded": "0", "merchant order ID": k.made().AppOrderID, "subtotal": cents(k.want.goods),
		"discount": cents(k.want.discount), "coupon code": keeperCoupon, "delivery cost": cents(k.want.delivery), "delivery method": keeperMethod,
		"tax added": cents(k.want.tax), "tax included": "0.00", "tax name": keeperTaxName,
	} {
		assert.Equal(k.t, value, got[name], name)
	}
}

// checkStatement lets the day end, fetches its statement, and finds the one line in it that the sale made.
func (k *keeperStory) checkStatement() {
	k.t.Helper()
	k.clock.Advance(24 * time.Hour)
	k.do("sign-in", chromedp.Navigate(k.shop.base+"/admin/statements"), visible("#password"))
	k.do("code", typeInto("#email", ownerEmail), typeInto("#password", ownerPassword), follow(`.gate button[type=submit]`), visible("#code"))
	k.do("statements", typeInto("#code", k.code(k.secret)), follow(`.gate button[type=submit]`), visible("#fetch-day"))
	k.do("the day", chromedp.SetValue(chromedp.CSS("#fetch-day"), today))
	k.do("fetch", follow(`form[action="/admin/statements"][method=post] button`), visible("#task-status"))
	k.do("fetched", visible(`#task-status:not([hx-get]) a.button`))
	k.step("statement", follow(`#task-status a.button`), visible("#totals-title"))
	lines := k.cells(`section[aria-labelledby="lines-title"] tbody tr`)
	require.Len(k.t, lines, 1)
	assert.Equal(k.t, []string{"1", "#1001", k.made().AppOrderID, say("admin.statement_type.1"), k.want.coinShown()}, lines[0][:5])
	assert.Empty(k.t, k.open(today))
	report := k.report(today)
	assert.Equal(k.t, 1, report.Matched)
	assert.True(k.t, report.AddsUp())
	assert.Contains(k.t, k.text(`section[aria-labelledby="totals-title"]`), k.want.coinShown())
}
