package templates_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// sourceAddress finds an attribute that holds an address, with its text or its expression, in the source of a template.
var sourceAddress = regexp.MustCompile(`(?:^|[\s"])((?:href|src|srcset|action|formaction|poster|cite|hx-(?:get|post|put|patch|delete|push-url|replace-url))=(?:"[^"]*"|\{[^}]*\}?))`)

// exempt are the beginnings of addresses that need no prefix: places on the same page, other schemes, and what is absolute or written by At already.
func exempt() []string {
	return []string{`="#`, `={ "#" +`, `={ templ.SafeURL("#" + `, `={ templ.SafeURL("mailto:`, `={ page.Canonical }`, `srcset={ set }`, `={ At(ctx, `, `={ templates.At(ctx, `}
}

func unwrapped(source string) []string {
	var found []string
	for _, m := range sourceAddress.FindAllStringSubmatch(source, -1) {
		if !slices.ContainsFunc(exempt(), func(ok string) bool { return strings.Contains(m[1], ok) }) {
			found = append(found, m[1])
		}
	}
	return found
}

// A page's states are many, and a gallery shows some of them. Here every attribute of every template counts. Mails have absolute addresses.
func TestTemplates_EveryAddressGoesThroughAt(t *testing.T) {
	assert.Len(t, unwrapped(`<a href="/cart"> <a href={ v.URL }> <form action="/x" hx-post={ "/y" }> <a href={ At(ctx, "/") } title={ v.Title }> <a href="#main">`), 4)
	files := 0
	require.NoError(t, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".templ" || filepath.Dir(name) == "mail" {
			return err
		}
		source, err := os.ReadFile(filepath.Clean(name))
		files++
		assert.Empty(t, unwrapped(string(source)), name)
		return err
	}))
	assert.Greater(t, files, 30, "the search itself must work")
}
