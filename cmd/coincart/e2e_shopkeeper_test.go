package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/browsertest"
)

// What the shopkeeper sets: numbers that nothing divides evenly.
const (
	keeperTitle     = "Linen work jacket"
	keeperSlug      = "linen-work-jacket"
	keeperCoupon    = "HARVEST-12.5"
	keeperPercent   = "12.5"
	keeperZone      = "New York State"
	keeperTaxName   = "NY sales tax"
	keeperTax       = "8.875"
	keeperMethod    = "Hudson courier"
	keeperDelivery  = "9.95" // of what weighs a kilogram or more
	keeperCoin      = "USDC"
	keeperRate      = "0.998877665544332211"
	keeperSpread    = "0.35"
	keeperPrecision = 6
	keeperShopper   = "grace@example.org"
)

// keeperVariants are all combinations of the product's options, in the order in which the form makes them.
func keeperVariants() []saleLine {
	return []saleLine{
		{[]string{"Sand", "S"}, "JACKET-SAND-S", "419.99", 12, "0.335", 3},
		{[]string{"Sand", "L"}, "JACKET-SAND-L", "424.49", 7, "0.41", 0},
		{[]string{"Indigo", "S"}, "JACKET-INDIGO-S", "85.05", 4, "0.335", 0},
		{[]string{"Indigo", "L"}, "JACKET-INDIGO-L", "87.15", 9, "0.41", 2},
	}
}

// keeperStory is a shopkeeper at the back office.
type keeperStory struct {
	adminStory

	bought []saleLine
	want   sale
}

// TestE2E_Shopkeeper sets up, in the back office, all that a sale depends on, sells it in the shop, and finds every amount again wherever
// it is shown, written, sent or exported.
func TestE2E_Shopkeeper(t *testing.T) {
	browsertest.Need(t)
	k := &keeperStory{adminStory: adminStory{
		dev: device{name: "keeper", lang: "en-US,en", width: 1280, height: 900, still: true, limit: 8 * time.Minute},
	}}
	for _, v := range keeperVariants() {
		if v.quantity > 0 {
			k.bought = append(k.bought, v)
		}
	}
	k.officeRun = startOffice(t, modelstest.MariaDBDSN(t), instant(today, "10:00:00"), func(*officeRun, *store.Store) []sandbox.Order { return nil })
	k.want = priceOf(t, k.bought)
	require.NotZero(t, k.want.tax.Cmp(k.want.taxOnce), "the tax of the lines differs from the tax of their sum")

	k.ctx = openBrowser(t, k.dev)
	k.quiet = listenForErrors(k.ctx, t)
	k.becomeOwner()
	k.fresh()
	k.makeProduct()
	k.fresh()
	k.makeCoupon()
	k.makeZone()
	k.fresh()
	k.makeCoin()

	shopper := k.openShop()
	shopper.fillCart()
	shopper.checkOut()
	order := shopper.payAndSee()
	shopper.quiet()

	k.checkPlatform(order)
	k.checkMails()
	k.checkOffice(order)
	k.checkExport(order)
	k.checkStatement()
	k.quiet()
	k.checkInvariants()
}

// byName finds a field by its name, which may have points.
func byName(name string) string { return fmt.Sprintf(`[name=%q]`, name) }

// choose takes an entry of a list, as a person would.
func choose(selector, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(visible(selector), chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const list = document.querySelector(%q), entry = [...list.options].find(o => o.value === %q);
		if (!entry) throw new Error("no such entry");
		entry.selected = true;
		list.dispatchEvent(new Event("change", { bubbles: true }));
	})()`, selector, value)))
}

// typeOver replaces what a field holds.
func typeOver(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(visible(selector), chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void (document.querySelector(%q).value = "")`, selector)),
		typeInto(selector, text))
}

// fresh gives a fresh code, which everything that decides prices needs.
func (k *keeperStory) fresh() {
	k.t.Helper()
	k.do("ask for the code", chromedp.Navigate(k.shop.Base+"/admin/step-up"), visible("#totp"))
	k.do("fresh code", typeInto("#totp", k.code(k.secret)), follow(`.gate button[type=submit]`), visible(".side__fresh"))
}

// makeProduct makes a product with two options and two pictures, hidden at first, and publishes it.
func (k *keeperStory) makeProduct() {
	k.t.Helper()
	k.do("products", follow(`a.side__link[href="/admin/products"]`), visible(`a[href="/admin/products/new"]`))
	k.do("new product", follow(`a[href="/admin/products/new"]`), typeInto("#title", keeperTitle), typeInto("#slug", keeperSlug),
		typeInto("#summary", "Made to be mended."), typeInto("#description", "Washed linen with three pockets."), click(byName("category")))
	for i, option := range [][2]string{{"Colour", "Sand\nIndigo"}, {"Size", "S\nL"}} {
		at := fmt.Sprintf("o.%d.", i)
		k.do("add an option", follow(`button[value="option.add"]`), typeInto(byName(at+"name"), option[0]), typeInto(byName(at+"values"), option[1]))
	}
	k.do("combine", follow(`button[value="combine"]`), visible(byName("v.3.sku")))
	for i, v := range keeperVariants() {
		at := fmt.Sprintf("v.%d.", i)
		more := fmt.Sprintf(`fieldset.variant:has([name="%ssku"]) details.more > summary`, at)
		k.do("fill in "+v.sku, typeInto(byName(at+"sku"), v.sku), typeOver(byName(at+"price"), v.price), typeInto(byName(at+"stock"), strconv.Itoa(v.stock)),
			click(more), typeInto(byName(at+"weight"), v.weight))
	}
	files := k.pictures()
	k.do("upload", arrive(chromedp.SetUploadFiles(chromedp.CSS("#upload"), files)), visible(byName("p.1.alt")))
	k.do("describe", typeInto(byName("p.0.alt"), "The jacket from the front"), typeInto(byName("p.1.alt"), "A pocket"))
	second := k.value(byName("p.1.source"))
	k.step("product-pictures", choose(byName("v.3.picture"), second))
	k.do("product-saved", follow(`.product-bar button[value="save"]`), visible(`form[action$="/duplicate"]`))
	assert.Equal(k.t, http.StatusNotFound, newVisitor(k.t, "en").get(k.shop.Base+"/products/"+keeperSlug).status, "nobody sees it before it is published")

	k.do("publish", click(`input[name="hidden"]`), follow(`.product-bar button[value="save"]`))
	k.step("product-published", visible(`a[href="/products/`+keeperSlug+`"]`))
	product, err := k.shop.store.Product(k.t.Context(), keeperSlug)
	require.NoError(k.t, err)
	require.Len(k.t, product.Variants, len(keeperVariants()))
	for i, v := range keeperVariants() {
		got := product.Variants[i]
		assert.Equal(k.t, []any{v.options, v.sku, v.price, v.stock, v.weight},
			[]any{[]string(got.Options), got.SKU, got.Price.String(), got.OnHand, got.Weight.String()})
	}
	assert.Len(k.t, product.Pictures, len(files))
	assert.Equal(k.t, second, product.Variants[3].Picture)
}

// value is what a field holds.
func (k *keeperStory) value(selector string) string {
	k.t.Helper()
	value, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).value`, selector)))
	require.NoError(k.t, err)
	return value
}

// pictures writes a PNG and a JPEG into a folder, as a camera would.
func (k *keeperStory) pictures() []string {
	k.t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 320, 400))
	for y := range 400 {
		for x := range 320 {
			picture.Set(x, y, color.RGBA{uint8(x * 255 / 320), uint8(y * 255 / 400), 140, 255})
		}
	}
	names := []string{filepath.Join(k.t.TempDir(), "front.png"), filepath.Join(k.t.TempDir(), "pocket.jpg")}
	front, err := os.Create(names[0])
	require.NoError(k.t, err)
	require.NoError(k.t, png.Encode(front, picture))
	require.NoError(k.t, front.Close())
	pocket, err := os.Create(names[1])
	require.NoError(k.t, err)
	require.NoError(k.t, jpeg.Encode(pocket, picture.SubImage(image.Rect(40, 40, 300, 300)), nil))
	require.NoError(k.t, pocket.Close())
	return names
}

func (k *keeperStory) makeCoupon() {
	k.t.Helper()
	k.do("coupons", follow(`a.side__link[href="/admin/coupons"]`), follow(`a[href="/admin/coupons/new"]`))
	k.step("coupon", typeInto("#code", keeperCoupon), choose("#kind", "percent"), typeOver("#value", keeperPercent), typeInto("#max_uses", "3"))
	k.do("coupon-made", follow(`form.coin-form .actions button[type=submit]`), visible(`a.ident-link, #coupon-uses`))
}

// makeZone makes a zone of one state, whose delivery costs more from a kilogram on, and whose tax is added, to the delivery too.
func (k *keeperStory) makeZone() {
	k.t.Helper()
	k.do("delivery", follow(`a.side__link[href="/admin/delivery"]`), follow(`a[href="/admin/delivery/new"]`))
	k.step("zone", typeInto("#name", keeperZone), typeInto("[data-find]", "new york"), click(`input[name="add"][value="US-NY"]`),
		choose("#tax_mode", "added"), typeOver("#tax_rate", keeperTax),
		typeInto("#tax_name", keeperTaxName), click(byName("tax_delivery")), typeInto(byName("m.0.title"), keeperMethod),
		choose(byName("m.0.kind"), "weight"), typeInto(byName("m.0.from.0"), "0"), typeInto(byName("m.0.price.0"), "4.20"),
		typeInto(byName("m.0.from.1"), "1"), typeInto(byName("m.0.price.1"), keeperDelivery))
	k.step("zone-made", follow(`form.coin-form .actions button[value="save"]`), visible("main"))
	assert.Contains(k.t, k.text("main"), keeperZone)
}

func (k *keeperStory) makeCoin() {
	k.t.Helper()
	k.do("coins", follow(`a.side__link[href="/admin/coins"]`), follow(`a[href="/admin/coins/new"]`))
	k.step("coin", typeInto("#symbol", keeperCoin), typeInto("#name", "USD Coin"), typeOver("#precision", strconv.Itoa(keeperPrecision)),
		typeOver("#rounding", strconv.Itoa(keeperPrecision)),
		typeOver("#spread", keeperSpread), typeInto("#rate", keeperRate))
	k.step("coin-made", follow(`form.coin-form .actions button[type=submit]`), visible("main"))
	assert.Contains(k.t, k.text("main"), keeperRate, "every digit of the rate is kept")
}
