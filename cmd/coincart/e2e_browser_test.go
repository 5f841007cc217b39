package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates/browsertest"
)

// device is what a shopper holds in the hand, and the language that it speaks.
type device struct {
	name          string
	lang          string // of the browser, as in Accept-Language
	width, height int64
	mobile        bool
	paid, title   string        // words that the shop must then use
	limit         time.Duration // for all that is done; 0: three minutes
	blind         bool          // takes no pictures, which cost more than all else under the race detector
	still         bool          // asks for less motion: a page that is resized while it glides aborts the gliding with an exception
}

func TestE2E_Browser(t *testing.T) {
	browsertest.Need(t)
	d := startDemo(t, nil)
	for _, dev := range []device{
		{"en-desktop", "en-US,en", 1280, 900, false, say("order.state.paid.title"), "Stoneware mug", 0, false, false},
		{"zh-phone", "zh-CN,zh", 390, 844, true, sayIn("zh-Hans", "order.state.paid.title"), "粗陶马克杯", 0, false, false},
	} {
		t.Run(dev.name, func(t *testing.T) {
			ctx := openBrowser(t, dev)
			quiet := listenForErrors(ctx, t)
			buy(ctx, t, d.shop, dev)
			quiet()
		})
	}
}

// buy walks from the front page to a paid order, as a person with a mouse would.
func buy(ctx context.Context, t *testing.T, shop string, dev device) {
	t.Helper()
	step := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		require.NoError(t, chromedp.Do(ctx, actions...), what)
		settle(ctx, t)
		screenshot(ctx, t, dev.name+"-"+what)
	}
	step("1-home", chromedp.Navigate(shop), chromedp.WaitVisible(chromedp.CSS(`main a[href$="/products/stoneware-mug"]`)))
	step("2-product",
		chromedp.Click(chromedp.CSS(`main a[href$="/products/stoneware-mug"]`)),
		chromedp.WaitVisible(chromedp.CSS(`#buy button[type=submit]`)))
	heading, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("h1")))
	require.NoError(t, err)
	assert.Equal(t, dev.title, heading)
	step("3-added",
		chromedp.Click(chromedp.CSS(`#buy label.option`)),
		chromedp.Click(chromedp.CSS(`#buy button[type=submit]`)),
		chromedp.WaitVisible(chromedp.CSS(`#buy .note--good`)),
		chromedp.WaitVisible(chromedp.CSS(`#cart-link .cart-link__count`)))
	step("4-cart",
		chromedp.Click(chromedp.CSS(`#cart-link`)),
		chromedp.WaitVisible(chromedp.CSS(`a[href$="/checkout"]`)))
	step("5-checkout",
		chromedp.Click(chromedp.CSS(`a[href$="/checkout"]`)),
		chromedp.WaitVisible(chromedp.CSS(`#email`)),
		chromedp.SendKeys(chromedp.CSS(`#email`), "ada@example.org"),
		chromedp.SendKeys(chromedp.CSS(`#name`), "Ada Lovelace"),
		chromedp.SendKeys(chromedp.CSS(`#line1`), "350 Fifth Avenue"),
		chromedp.SendKeys(chromedp.CSS(`#city`), "New York"),
		chromedp.SendKeys(chromedp.CSS(`#postcode`), "10118"),
		chromedp.SendKeys(chromedp.CSS(`#payer_uid`), alice))
	chooseRegion(ctx, t, map[bool]string{true: "NY", false: "BJ"}[dev.lang == "en-US,en"])
	typed, err := chromedp.Run(ctx, chromedp.Evaluate[string](`["email", "name", "line1", "city", "postcode", "payer_uid"].map(id =>
		document.getElementById(id).value).join("|")`))
	require.NoError(t, err)
	assert.Equal(t, "ada@example.org|Ada Lovelace|350 Fifth Avenue|New York|10118|"+alice, typed, "what was typed stays when the page counts in")
	step("6-pay",
		// By script: the emulated phone scrolls smoothly, and a click by coordinates on the way there would fall beside the button.
		chromedp.Evaluate[chromedp.Void](`document.querySelector(".checkout button.button--wide[type=submit]").click()`),
		chromedp.WaitVisible(chromedp.CSS(`button[value=pay]`)))

	pressed := time.Now()
	require.NoError(t, chromedp.Do(ctx,
		chromedp.Click(chromedp.CSS(`button[value=pay]`)),
		chromedp.WaitVisible(chromedp.CSS(`#order-status.status--good`))))
	took := time.Since(pressed)
	settle(ctx, t)
	screenshot(ctx, t, dev.name+"-7-paid")
	assert.Less(t, took, payWithin, "from pressing pay to an order page that says paid")
	t.Logf("paid %s after pressing pay", took.Round(time.Millisecond))

	said, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#order-heading")))
	require.NoError(t, err)
	assert.Equal(t, dev.paid, said)
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth`))
	require.NoError(t, err)
	assert.LessOrEqual(t, int64(wide), dev.width, "nothing sticks out sideways")
}

// chooseRegion chooses from the list of regions, as a person would, and waits until the page has counted it in.
func chooseRegion(ctx context.Context, t *testing.T, region string) {
	t.Helper()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(() => {
		const list = document.getElementById("region");
		list.value = "`+region+`";
		return list.dispatchEvent(new Event("change", { bubbles: true }));
	})()`))
	require.NoError(t, err)
	// A click while the page is being exchanged would be lost.
	require.NoError(t, chromedp.Do(ctx, browsertest.Until(`document.getElementById("checkout-live").textContent !== "" &&
		!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")`)))
	settle(ctx, t)
}

// openBrowser starts a browser with a fresh profile that is closed after the test.
func openBrowser(t *testing.T, dev device) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.Flag("lang", dev.lang), chromedp.Flag("accept-lang", dev.lang), chromedp.WindowSize(int(dev.width), int(dev.height)),
	}
	if dev.still {
		options = append(options, browsertest.Still())
	}
	ctx := browsertest.Open(t, cmp.Or(dev.limit, 3*time.Minute), options...)
	view := chromedp.EmulateViewport(dev.width, dev.height)
	if dev.mobile {
		view = chromedp.EmulateViewport(dev.width, dev.height, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	require.NoError(t, chromedp.Do(ctx, view))
	return ctx
}

// listenForErrors collects what the browser complains about. The returned function fails the test if there was anything: an error
// of a script, a broken picture, something that the content security policy stopped.
func listenForErrors(ctx context.Context, t *testing.T) (quiet func()) {
	t.Helper()
	console := browsertest.Listen(ctx)
	return func() {
		t.Helper()
		assert.Empty(t, console.Stop(), "the browser's console")
	}
}

// settle waits until the page has stopped moving: while it glides from one page to the next it takes no clicks.
func settle(ctx context.Context, t *testing.T) {
	t.Helper()
	require.NoError(t, chromedp.Do(ctx, browsertest.Until(`document.getAnimations().every(a =>
		a.playState !== "running" || a.effect.getComputedTiming().endTime === Infinity)`)))
}

// screenshot keeps what the browser shows in test-output/.
func screenshot(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	keepPicture(t, name, picture)
}

// keepPicture writes a PNG into test-output/.
func keepPicture(t *testing.T, name string, picture []byte) {
	t.Helper()
	folder := filepath.Join(moduleRoot(t), "test-output")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644))
}
