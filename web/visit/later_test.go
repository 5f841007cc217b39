package visit

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestRetryLater_SaysWhenAndKeepsWhatWasSaid(t *testing.T) {
	seen := map[int]bool{}
	for range 200 {
		h := http.Header{}
		RetryLater(h, http.StatusServiceUnavailable)
		seconds, err := strconv.Atoi(h.Get("Retry-After"))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, seconds, 5)
		assert.LessOrEqual(t, seconds, 10)
		seen[seconds] = true
	}
	assert.Greater(t, len(seen), 1, "not all come back at the same moment")

	h := http.Header{}
	RetryLater(h, http.StatusTooManyRequests)
	assert.Equal(t, "60", h.Get("Retry-After"))
	h.Set("Retry-After", "7")
	RetryLater(h, http.StatusServiceUnavailable)
	assert.Equal(t, "7", h.Get("Retry-After"), "whoever knows better has said so")
	h = http.Header{}
	for _, status := range []int{200, 303, 404, 422, 500} {
		RetryLater(h, status)
		assert.Empty(t, h.Get("Retry-After"), status)
	}
}

func TestFormPage_IsThePageOfTheForm(t *testing.T) {
	for _, c := range []struct{ method, address, referer, want string }{
		{"GET", "/search?q=tea", "https://shop.example/", "/search?q=tea"},
		{"POST", "/cart/items", "https://shop.example/products/mug?variant=1", "/products/mug?variant=1"},
		{"POST", "/cart/items", "", "/"},
		{"POST", "/cart/items", "https://shop.example//evil.example", "/"},
		{"POST", "/cart/items", "javascript:alert(1)", "/"},
		{"POST", "/cart/items", "%", "/"},
	} {
		g, _ := gin.CreateTestContext(httptest.NewRecorder())
		g.Request = httptest.NewRequestWithContext(t.Context(), c.method, c.address, nil)
		g.Request.Header.Set("Referer", c.referer)
		assert.Equal(t, c.want, (&Visit{gin: g, Site: &Site{}}).FormPage(), "%s %s", c.method, c.referer)
	}
}

func TestReferer_IsWithinTheShop(t *testing.T) {
	site := &Site{base: models.BaseURL{Origin: "https://example.org", Path: "/shop"}}
	for referer, want := range map[string]string{
		"https://example.org/shop/cart?a=1": "/cart?a=1",
		"https://example.org/shop/":         "/",
		"https://example.org/shop/shop":     "/shop",
		"https://example.org/shop":          "/none",
		"https://example.org/cart":          "/none",
		"https://example.org/shopping":      "/none",
		"https://example.org/shop//evil":    "/none",
		"":                                  "/none",
	} {
		g, _ := gin.CreateTestContext(httptest.NewRecorder())
		g.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/cart/items", nil)
		g.Request.Header.Set("Referer", referer)
		assert.Equal(t, want, (&Visit{gin: g, Site: site}).Referer("/none"), referer)
	}
}
