package templates_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/templates"
)

func TestPicture_FindsTheSizesOfAnUploadInItsName(t *testing.T) {
	hash := strings.Repeat("a", 26)
	at := func(size string) string { return "/media/" + hash + "-" + size + ".webp" }
	for source, want := range map[string][3]string{
		"media/" + hash + "-2000x1500.webp": {at("medium"), at("small"), at("small") + " 320w, " + at("medium") + " 800w, " + at("large") + " 1600w"},
		"media/" + hash + "-801x10.webp":    {at("medium"), at("small"), at("small") + " 320w, " + at("medium") + " 800w, " + at("large") + " 801w"},
		"media/" + hash + "-800x10.webp":    {at("medium"), at("small"), at("small") + " 320w, " + at("medium") + " 800w"},
		"media/" + hash + "-320x10.webp":    {at("small"), at("small"), ""},
		"":                                  {"", "", ""},
		"/elsewhere.png":                    {"/elsewhere.png", "/elsewhere.png", ""},
	} {
		p := templates.Picture{Source: source}
		assert.Equal(t, want, [3]string{p.URL(), p.Thumbnail(), p.SrcSet(t.Context())}, source)
		below := strings.ReplaceAll(want[2], "/media/", "/shop/media/")
		assert.Equal(t, below, p.SrcSet(templates.Mounted(t.Context(), "/shop")), source)
	}
	for _, source := range []string{"media/" + hash, "media/" + hash + "-0x0.webp", "media/../x-1x1.jpg", "pictures/stoneware-mug.svg"} {
		p := templates.Picture{Source: source}
		if source != "media/../x-1x1.jpg" {
			assert.True(t, strings.HasPrefix(p.URL(), "/static/"), source)
			assert.Empty(t, p.SrcSet(t.Context()), source)
		}
		assert.NotContains(t, p.URL(), `"`)
	}
}
