package templates_test

import (
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/templates"
)

func TestAt_PutsOwnAddressesBelowThePrefix(t *testing.T) {
	ctx := templates.Mounted(t.Context(), "/shop")
	for address, want := range map[string]string{
		"/": "/shop/", "/cart": "/shop/cart", "/search?q=a&page=2": "/shop/search?q=a&page=2", "/shop": "/shop/shop",
		"": "", "#main": "#main", "?page=2": "?page=2", "mailto:ann@example.org": "mailto:ann@example.org", "https://example.com/cart": "https://example.com/cart",
		"//example.com/cart": "//example.com/cart",
	} {
		assert.Equal(t, want, templates.At(ctx, address), address)
		assert.Equal(t, templ.SafeURL(want), templates.At(ctx, templ.SafeURL(address)), address)
		assert.Equal(t, address, templates.At(t.Context(), address), "without a prefix")
		assert.Equal(t, address, templates.At(templates.Mounted(ctx, ""), address), "at the root")
	}
}
