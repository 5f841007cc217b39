package shop_test

import (
	"testing"
	"time"

	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

// Every request of a script gets every bad answer: the page stays, says so, and goes on.
func TestLive_PagesSurviveBadAnswers(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	waiting := f.order(shop.OrderAwaiting)
	waiting.Shown, waiting.Page.RefreshSeconds = string(shop.OrderAwaiting), 600
	priced, couponed := f.pricedCart(), f.refusedCoupon()
	options, shipped := f.optionProduct(), f.shippedCheckout()
	buy := browsertest.Call{
		Source: `product.templ: hx-post templates.At(ctx, "/cart/items")`, Page: shop.Product(f.product()), Part: shop.BuyForm(f.product()),
		Act:  `document.querySelector("#quantity").value = "7"; document.querySelector("#buy button[type=submit]").click()`,
		Keep: `document.querySelector("#quantity").value`,
	}
	cart := func(source, act, keep string, v shop.CartView) browsertest.Call {
		return browsertest.Call{Source: source, Page: shop.Cart(v), Part: shop.CartFragment(v), Act: act, Keep: keep}
	}
	browsertest.CheckCalls(t, ".", []browsertest.Call{
		{
			Source: `order.templ: hx-get templates.At(ctx, v.pollURL())`, Page: shop.Order(waiting), Part: shop.OrderStatus(waiting), Poll: "order-status",
			Keep: `(document.querySelector("#payer_uid").value ||= "123")`,
		},
		buy,
		{
			Source: `product.templ: hx-get templates.At(ctx, "/products/"+v.Slug)`, Page: shop.Product(options), Part: shop.BuyForm(options),
			Act: `document.querySelector("#quantity").value = "4"; document.querySelector("#o1-1").checked = true; ` +
				`document.querySelector("#o1-1").dispatchEvent(new Event("change", { bubbles: true }))`,
			Keep: `document.querySelector("#quantity").value + document.querySelector("#o1-1").checked`,
		},
		cart(`cart.templ: hx-post templates.At(ctx, "/cart/items/"+l.Variant)`,
			`document.querySelector("#quantity-v1").value = "9"; document.querySelector("#quantity-v1").dispatchEvent(new Event("change", { bubbles: true }))`,
			`document.querySelector("#quantity-v1").value`, f.cart()),
		cart(`cart.templ: hx-post templates.At(ctx, "/cart/items/"+l.Variant+"/remove")`,
			`document.querySelector("form[action$='/remove'] button").click()`, ``, f.cart()),
		cart(`place.templ: hx-post templates.At(ctx, "/cart/coupon")`,
			`document.querySelector("#coupon").value = "SPRING"; document.querySelector("#coupon").form.requestSubmit()`,
			`document.querySelector("#coupon").value`, couponed),
		cart(`place.templ: hx-post templates.At(ctx, "/cart/coupon")`, `document.querySelector(".coupon--counts").requestSubmit()`, ``, priced),
		cart(`place.templ: hx-post templates.At(ctx, "/cart/place")`,
			`document.querySelector(".estimate").requestSubmit()`, `document.querySelector(".estimate [name=country]").value`, priced),
		{
			Source: `place.go: hx-post templates.At(ctx, "/checkout/update")`, Page: shop.Checkout(shipped), Part: shop.CheckoutFragment(shipped),
			Act:  `document.querySelector("#email").value = "a@b.example"; document.querySelector("#country").dispatchEvent(new Event("change", { bubbles: true }))`,
			Keep: `document.querySelector("#email").value`,
		},
	}, 8*time.Minute)
}
