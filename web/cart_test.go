package web_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web"
)

func TestCart_AddChangeRemoveWithoutScripts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/cart").is(http.StatusOK).has("Stoneware mug") // an empty cart leads on
		b.buy("2")
		b.get("/cart").is(http.StatusOK).has("Stoneware mug", "Blue", "$12.00", "$24.00")
		b.buy("1")
		assert.Equal(t, "3", b.get("/cart").has("$36.00").value("quantity"), "the same variant adds up")

		line := "/cart/items/" + s.blue().ID
		b.post(line, "quantity", "5").redirects("/cart")
		assert.Equal(t, "5", b.get("/cart").has("$60.00").value("quantity"))
		b.post(line, "quantity", " 4 ").redirects("/cart")
		b.post(line + "/remove").redirects("/cart")
		b.get("/cart").is(http.StatusOK).lacks("$48.00", line)
		b.post(line + "/remove").redirects("/cart")
		b.post(line, "quantity", "1").redirects("/cart")
		b.post("/cart/items/nonsense", "quantity", "1").redirects("/cart")
		b.post("/cart/items/nonsense/remove").redirects("/cart")
	})
}

func TestCart_FragmentsForScripts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		script := http.Header{"Hx-Request": {"true"}}
		added := b.send("/cart/items", script, "variant", s.blue().ID, "quantity", "2").is(http.StatusOK)
		added.has(`id="buy"`, `id="cart-link"`, `cart-link__count">2<`).lacks("<html", "<main")

		refused := b.send("/cart/items", script, "variant", s.blue().ID, "quantity", "9").is(http.StatusUnprocessableEntity)
		refused.has(`id="buy"`, english.N("buy.only_left", 8)).lacks("<html")
		assert.True(t, refused.invalid("quantity"))

		line := "/cart/items/" + s.blue().ID
		b.send(line, script, "quantity", "3").redirects("/cart")
		b.fragment("/cart").is(http.StatusOK).has(`id="cart"`, "$36.00", `cart-link__count">3<`).lacks("<html")
		bad := b.send(line, script, "quantity", "x").is(http.StatusUnprocessableEntity).has(`id="cart"`).lacks("<html")
		assert.Equal(t, "x", bad.value("quantity"))

		lost := b.send("/cart/items", script, "variant", models.NewID(), "quantity", "1").is(http.StatusNotFound)
		assert.Equal(t, "#main", lost.header.Get("HX-Retarget"), "an error replaces the page, not the part")
		assert.Equal(t, "#main", lost.header.Get("HX-Reselect"))
	})
}

func TestCart_BadInputIsToldBesideTheField(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		for _, quantity := range []string{"", "0", "-1", "1000", "1.5", "1e2", "x", "９", "1 2", "0x1", "+1", "99999999999999999999", "\x00", "<b>1"} {
			p := b.post("/cart/items", "variant", s.blue().ID, "quantity", quantity).is(http.StatusUnprocessableEntity)
			p.has("Stoneware mug", "Second.")
			assert.True(t, p.invalid("quantity"), "%q", quantity)
			assert.Equal(t, s.blue().ID, p.chosen("variant"), "what was chosen stays chosen")
			p.lacks("<b>1")
		}
		assert.Empty(t, b.session(), "nothing was bought: nothing is remembered")

		many := b.post("/cart/items", "variant", s.blue().ID, "quantity", "11").is(http.StatusUnprocessableEntity).has(english.N("buy.only_left", 10))
		assert.Equal(t, "11", many.value("quantity"))
		b.post("/cart/items", "variant", s.variant("mug", "MUG-RED").ID, "quantity", "1").is(http.StatusUnprocessableEntity)
		b.post("/cart/items", "variant", s.variant("mug", "MUG-BIG").ID, "quantity", "600").redirects("/cart")
		b.post("/cart/items", "variant", s.variant("mug", "MUG-BIG").ID, "quantity", "400").is(http.StatusUnprocessableEntity)

		b.post("/cart/items", "product", "mug", "quantity", "1").is(http.StatusUnprocessableEntity).has("Stoneware mug")
		b.post("/cart/items", "product", "mug", "variant", s.variant("pot", "POT").ID, "quantity", "1").is(http.StatusUnprocessableEntity)
		for _, variant := range []string{"", "x", models.NewID(), "' OR 1=1", s.blue().SKU} {
			b.post("/cart/items", "variant", variant, "quantity", "1").is(http.StatusNotFound)
		}
		b.post("/cart/items", "product", "secret", "variant", models.NewID(), "quantity", "1").is(http.StatusNotFound)
	})
}

func TestCart_ChangeRefusedShowsWhatWasTypedAndWhatIsLeft(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("2")
		line := "/cart/items/" + s.blue().ID
		for _, quantity := range []string{"", "0", "1000", "two", "-3", "1.0"} {
			p := b.post(line, "quantity", quantity).is(http.StatusUnprocessableEntity)
			assert.Equal(t, quantity, p.value("quantity"))
			assert.True(t, p.invalid("quantity"), quantity)
		}
		p := b.post(line, "quantity", "11").is(http.StatusUnprocessableEntity).has(english.N("cart.line.only_left", 10))
		assert.Equal(t, "11", p.value("quantity"))
		assert.Equal(t, "2", b.get("/cart").value("quantity"), "nothing was changed")
	})
}

func TestCart_SaysWhatHasChangedSinceItWasFilled(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.buy("3")
		s.price("mug", "MUG-BLUE", "13.25")
		s.stock(s.blue(), -8)
		b.get("/cart").is(http.StatusOK).has("$12.00", "$13.25", "$39.75", english.N("cart.line.only_left", 2)).lacks(`href="/checkout"`)
		b.get("/checkout").redirects("/cart")

		s.stock(s.blue(), -2)
		b.get("/cart").is(http.StatusOK).lacks(`href="/checkout"`)

		product, err := s.db.Product(t.Context(), "mug")
		require.NoError(t, err)
		product.Hidden = true
		require.NoError(t, s.db.PutProduct(t.Context(), product))
		b.get("/cart").is(http.StatusOK).lacks(`href="/products/mug"`, `href="/checkout"`)
		b.post("/cart/items/"+product.Variants[1].ID, "quantity", "1").redirects("/cart")
		b.post("/cart/items/" + product.Variants[1].ID + "/remove").redirects("/cart")
		b.get("/cart").is(http.StatusOK).lacks("Stoneware mug")
	})
}

func TestCart_SurvivesARestartOfServerAndBrowser(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		p := b.post("/cart/items", "variant", s.blue().ID, "quantity", "2").redirects("/cart")
		cookie := p.header.Get("Set-Cookie")
		assert.Contains(t, cookie, "Max-Age="+strconv.Itoa(60*24*60*60), "it outlives the browser")
		assert.Contains(t, cookie, "Expires=")

		again, err := web.New(web.Config{
			Store: s.db, Services: s.services, BaseURL: s.url, PlatformURL: s.exchange, ShopName: "Osier", Clock: s.clock.Now,
		})
		require.NoError(t, err)
		s.use(again.Handler())
		b.get("/cart").is(http.StatusOK).has("$24.00")
		b.get("/").is(http.StatusOK).has(`cart-link__count">2<`)

		s.clock.Advance(59 * 24 * 60 * 60e9)
		b.buy("1") // in use: the session lives on
		s.clock.Advance(59 * 24 * 60 * 60e9)
		b.get("/cart").is(http.StatusOK).has("$36.00")
		s.clock.Advance(2 * 24 * 60 * 60e9)
		b.get("/cart").is(http.StatusOK).lacks("$36.00")
	})
}

func TestSession_CookieAndItsId(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		planted := models.NewRef() + models.NewRef()
		b.header.Set("Cookie", "coincart-session="+planted)
		p := b.post("/cart/items", "variant", s.blue().ID, "quantity", "1").redirects("/cart")
		cookies := parseCookies(p)
		require.Len(t, cookies, 1)
		c := cookies[0]
		assert.Equal(t, "coincart-session", c.Name)
		assert.NotEqual(t, planted, c.Value, "an id that somebody else chose is not taken over")
		assert.Len(t, c.Value, 52)
		assert.True(t, c.HttpOnly)
		assert.Equal(t, http.SameSiteLaxMode, c.SameSite)
		assert.Equal(t, "/", c.Path)
		assert.Empty(t, c.Domain)
		assert.False(t, c.Secure, "the shop is under plain http")
	})
}

func TestSession_UnderHTTPS(t *testing.T) {
	s := newShop(t, sqlite, func(c *web.Config) { c.BaseURL = "https://shop.example" })
	b := s.browser()
	p := b.post("/cart/items", "variant", s.blue().ID, "quantity", "1").redirects("/cart")
	cookies := parseCookies(p)
	require.Len(t, cookies, 1)
	assert.Equal(t, "__Host-coincart-session", cookies[0].Name)
	assert.True(t, cookies[0].Secure)
	assert.Equal(t, "max-age=31536000", p.header.Get("Strict-Transport-Security"))
	assert.Contains(t, b.get("/").body, `<link rel="canonical" href="https://shop.example/"`, "addresses come from the setting, never from Host")

	language := parseCookies(b.post("/language", "lang", "en", "next", "/"))
	require.Len(t, language, 1)
	assert.Equal(t, "__Host-coincart-language", language[0].Name)
	assert.True(t, language[0].Secure)
}

func parseCookies(p page) []*http.Cookie {
	return (&http.Response{Header: p.header}).Cookies()
}
