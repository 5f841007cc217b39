package shop_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

func TestCheckout_SaysUntilWhenAmountsHoldAndWhichCoinRests(t *testing.T) {
	for _, tag := range []string{"en", "zh-Hans"} {
		f := fixtures{i18n.ByTag(tag)}
		html := render(t, shop.Checkout(f.checkout()))
		assert.Contains(t, html, `name="quotes" value="sealed"`)
		assert.Contains(t, html, `data-until="598"`)
		assert.Contains(t, html, f.kept().Text)
		assert.Regexp(t, `value="SOL"[^>]* disabled`, html, "a coin that rests cannot be chosen")
		assert.NotRegexp(t, `value="BTC"[^>]* disabled`, html)
		assert.Contains(t, html, "Exchange ticker")
		assert.Contains(t, html, "0.5%")

		v := f.checkout()
		v.Payment.Until.Text, v.Payment.Coins = "", v.Payment.Coins[:1]
		html = render(t, shop.Checkout(v))
		assert.NotContains(t, html, "data-until", "a rate that is fixed by hand has no end")
		assert.NotContains(t, html, "disabled")
	}
}
