package visit

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOwnPath_StaysOnTheShop(t *testing.T) {
	for address, want := range map[string]string{
		"/":                            "/",
		"/checkout":                    "/checkout",
		"/categories/mugs?sort=name":   "/categories/mugs?sort=name",
		"/search?q=%E8%8C%B6":          "/search?q=%E8%8C%B6",
		"/orders/ABC#status":           "/orders/ABC",
		"/a//b":                        "/a//b",
		"/%2F/evil.example":            "/%2F/evil.example",
		"":                             "/safe",
		"checkout":                     "/safe",
		"//evil.example":               "/safe",
		"///evil.example":              "/safe",
		`/\evil.example`:               "/safe",
		`\\evil.example`:               "/safe",
		"/\t/evil.example":             "/safe",
		"/\n/evil.example":             "/safe",
		"\t//evil.example":             "/safe",
		" //evil.example":              "/safe",
		"/ok\r\nSet-Cookie: a=b":       "/safe",
		"https://evil.example/":        "/safe",
		"https:evil.example":           "/safe",
		"javascript:alert(1)":          "/safe",
		"/..":                          "/safe",
		"/a/../../cart":                "/safe",
		"/a/.%2E/%2e%2e/cart?b=1":      "/safe",
		"/a..b/...":                    "/a..b/...",
		"/%":                           "/safe",
		"/\x00":                        "/safe",
		"/\u2028x":                     "/safe",
		"/" + strings.Repeat("a", 3e3): "/safe",
	} {
		assert.Equal(t, want, OwnPath(address, "/safe"), "%q", address)
	}
}

func FuzzOwnPath(f *testing.F) {
	for _, seed := range []string{"/", "//e", `/\e`, "/%2f%2fe", "/.//e", "/a?b#c", "https://e", "/\t/e", "/@e", "/;//e", "/../a", "/%2e%2e/a"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://shop.example/products/mug")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, address string) {
		got := OwnPath(address, "/safe")
		u, err := base.Parse(got)
		require.NoError(t, err)
		assert.Equal(t, "shop.example", u.Host)
		assert.Equal(t, "https", u.Scheme)
		below, err := base.Parse("/shop" + got)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(below.EscapedPath(), "/shop/"), got)
		assert.True(t, strings.HasPrefix(got, "/"))
		assert.False(t, len(got) > 1 && (got[1] == '/' || got[1] == '\\'), got)
		assert.NotContains(t, got, "\\")
		assert.False(t, strings.ContainsAny(got, "\r\n\t\x00 "), got)
	})
}
