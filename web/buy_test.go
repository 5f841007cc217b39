package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates/i18n"
)

func TestBuy_FillsThisBrowsersCart(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/buy/MUG-BLUE:2,POT:1?continue_to=checkout").redirects("/checkout")
		b.get("/cart").is(http.StatusOK).has("Stoneware mug", "Tea pot", "$58.50")
		b.get("/buy/MUG-BLUE:2,POT").redirects("/cart")
		b.get("/cart").is(http.StatusOK).has("$58.50") // opened again, it changes nothing
		s.browser().get("/cart").is(http.StatusOK).lacks("$58.50")
		assert.Empty(t, s.platform.Orders(), "it orders nothing")
		assert.Equal(t, 0, s.variant("pot", "POT").Reserved)
	})
}

func TestBuy_TellsWhatIsWrong(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	at := b.get("/buy/NOTHING:1,POT:9,MUG-BLUE:0,SECRET:1,%3Cscript%3E:1,MUG-BLUE:1?continue_to=checkout").is(http.StatusSeeOther).header.Get("Location")
	b.get(at).is(http.StatusOK).has("Stoneware mug", "NOTHING:1", "POT:9", "MUG-BLUE:0", "SECRET:1", "&lt;script&gt;:1").lacks("<script>:1", "Tea pot")
	b.do(http.MethodGet, "/buy/POT:1", nil, http.Header{"Sec-Purpose": {"prefetch"}}).redirects("/cart")
	b.get("/cart").is(http.StatusOK).lacks("$46.50")
	require.NotContains(t, i18n.ByTag("en").T("cart.left_out", "Lines", "x"), "cart.left_out")
}
