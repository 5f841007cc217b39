package templates_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

func TestNewError_EveryKindHasWordsAndAWayOn(t *testing.T) {
	for _, tag := range []string{"en", "zh-Hans"} {
		page := templates.Page{Printer: i18n.ByTag(tag), ShopName: "Osier", Path: "/checkout", Categories: []templates.NavCategory{{Slug: "desk", Name: "Desk"}}}
		headings := map[string]bool{}
		for _, kind := range []templates.ErrorKind{
			templates.ErrorNotFound, templates.ErrorNoProduct, templates.ErrorNoCategory, templates.ErrorNoOrder, templates.ErrorNoCheckout, templates.ErrorBadRequest,
			templates.ErrorForbidden, templates.ErrorMethod, templates.ErrorGone, templates.ErrorTooLarge, templates.ErrorMediaType, templates.ErrorTooMany,
			templates.ErrorInternal, templates.ErrorUnavailable, templates.ErrorPlatformDown,
		} {
			v := templates.NewError(page, kind, http.StatusTeapot, "REQ-1")
			assert.False(t, headings[v.Heading], "%q is said twice", v.Heading)
			assert.NotContains(t, v.Heading+v.Message, "error.page.", "the catalogue has the words")
			headings[v.Heading] = true
			assert.NotEmpty(t, v.Message)
			require.NotEmpty(t, v.Links)

			var b strings.Builder
			require.NoError(t, templates.ErrorPage(v).Render(t.Context(), &b))
			for _, want := range []string{v.Heading, ">418<", "REQ-1", `href="` + v.Links[0].URL + `"`, `content="noindex"`} {
				assert.Contains(t, b.String(), want)
			}
		}
		assert.Len(t, headings, 15)
	}
}

func TestNewError_AWayOnThatFits(t *testing.T) {
	page := templates.Page{Printer: i18n.ByTag("en"), Path: "/search?q=a", Categories: []templates.NavCategory{{Slug: "desk", Name: "Desk"}}}
	assert.Equal(t, "/search?q=a", templates.NewError(page, templates.ErrorInternal, 500, "").Links[0].URL)
	assert.Contains(t, templates.NewError(page, templates.ErrorNotFound, 404, "").Links, templates.Link{Text: "Desk", URL: "/categories/desk"})
	page.Path = ""
	assert.Equal(t, "/", templates.NewError(page, templates.ErrorTooMany, 429, "").Links[0].URL)

	var b strings.Builder
	require.NoError(t, templates.ErrorPage(templates.NewError(page, templates.ErrorGone, 410, "")).Render(t.Context(), &b))
	assert.NotContains(t, b.String(), english.T("error.request"), "no request id, no word of one")
}

func TestPicture_Address(t *testing.T) {
	assert.Regexp(t, `^/static/pictures/dome-lamp\.[a-z2-7]+\.svg$`, templates.Picture{Source: "pictures/dome-lamp.svg"}.URL())
	assert.Equal(t, "/media/a.webp", templates.Picture{Source: "/media/a.webp"}.URL())
	var b strings.Builder
	require.NoError(t, templates.Image(templates.Picture{Source: "/media/a.webp", Alt: `"<`, Width: 3, Height: 4}, "x", true).Render(t.Context(), &b))
	assert.Equal(t, `<img class="x" src="/media/a.webp" alt="&#34;&lt;" width="3" height="4" decoding="async" fetchpriority="high">`, b.String())
	b.Reset()
	require.NoError(t, templates.Image(templates.Picture{Source: "/media/a.webp"}, "x", false).Render(t.Context(), &b))
	assert.Contains(t, b.String(), `width="600" height="600" decoding="async" loading="lazy"`)
}
