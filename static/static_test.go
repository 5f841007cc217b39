package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func get(t *testing.T, method, path string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return b
}

func TestHandler_ServesEveryFileForEver(t *testing.T) {
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	require.Greater(t, len(Names()), 30)
	for _, name := range Names() {
		r := get(t, http.MethodGet, URL(name), nil)
		require.Equal(t, http.StatusOK, r.StatusCode, name)
		assert.Equal(t, "public, max-age=31536000, immutable", r.Header.Get("Cache-Control"))
		assert.Equal(t, types[path.Ext(name)], r.Header.Get("Content-Type"), name)
		assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		assert.Empty(t, r.Header.Get("Content-Encoding"))
		plain := body(t, r)
		assert.NotEmpty(t, plain)

		r = get(t, http.MethodGet, URL(name), http.Header{"Accept-Encoding": {"br, gzip;q=0.8"}})
		require.Equal(t, "gzip", r.Header.Get("Content-Encoding"))
		assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
		packed := body(t, r)
		assert.Less(t, len(packed), len(plain)+64)
		z, err := gzip.NewReader(bytes.NewReader(packed))
		require.NoError(t, err)
		unpacked, err := io.ReadAll(z)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(plain, unpacked), name)
	}
}

func TestHandler_KnowsWhatItHas(t *testing.T) {
	url := URL("css/shop.css")
	for _, test := range []struct {
		name, method, path string
		header             http.Header
		status             int
	}{
		{"head", http.MethodHead, url, nil, http.StatusOK},
		{"unchanged", http.MethodGet, url, http.Header{"If-None-Match": {get(t, http.MethodGet, url, nil).Header.Get("ETag")}}, http.StatusNotModified},
		{"changed", http.MethodGet, url, http.Header{"If-None-Match": {`"other"`}}, http.StatusOK},
		{"without hash", http.MethodGet, "/static/css/shop.css", nil, http.StatusNotFound},
		{"with another hash", http.MethodGet, "/static/css/shop.aaaaaaaaaaaaaaaa.css", nil, http.StatusNotFound},
		{"a part of the back office's style", http.MethodGet, "/static/css/admin/10-frame.css", nil, http.StatusNotFound},
		{"a part of the style", http.MethodGet, "/static/css/shared/01-tokens.css", nil, http.StatusNotFound},
		{"the folder", http.MethodGet, "/static/", nil, http.StatusNotFound},
		{"a folder in it", http.MethodGet, "/static/pictures/", nil, http.StatusNotFound},
		{"outside", http.MethodGet, "/static/../static.go", nil, http.StatusNotFound},
		{"post", http.MethodPost, url, nil, http.StatusMethodNotAllowed},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := get(t, test.method, test.path, test.header)
			assert.Equal(t, test.status, r.StatusCode)
			if test.method == http.MethodHead || r.StatusCode == http.StatusNotModified {
				assert.Empty(t, body(t, r))
			}
			if r.StatusCode == http.StatusNotFound {
				assert.NotContains(t, r.Header.Get("Cache-Control"), "immutable")
			}
		})
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "gzip, br": true, "br": false, "*": true, "gzip;q=0": false, "gzip; q=0.0": false, "gzip;q=0.5": true, "xgzip": false, "deflate, gzip;q=1.0": true,
		"br, gzip": true, "identity": false, "gzipped": false, "br;q=1, gzip ; q=0.001": true,
	} {
		assert.Equal(t, want, AcceptsGzip(header), header)
	}
}

func TestURL_ChangesWithTheContent(t *testing.T) {
	one, err := load(fstest.MapFS{"js/a.js": {Data: []byte("1")}})
	require.NoError(t, err)
	two, err := load(fstest.MapFS{"js/a.js": {Data: []byte("2")}})
	require.NoError(t, err)
	assert.Regexp(t, `^/static/js/a\.[a-z2-7]{16}\.js$`, one.byName["js/a.js"].url)
	assert.NotEqual(t, one.byName["js/a.js"].url, two.byName["js/a.js"].url)
	assert.Equal(t, "/static/pictures/none.svg", URL("pictures/none.svg"))
	assert.Equal(t, "/static/etc/passwd", URL("../../etc/passwd"))
	_, err = load(fstest.MapFS{"js/a.exe": {Data: []byte("1")}})
	require.ErrorContains(t, err, "content type")
}

func TestStylesheet_JoinsAllPartsInTheirLayers(t *testing.T) {
	style := string(body(t, get(t, http.MethodGet, URL("css/shop.css"), nil)))
	order := "@layer tokens, base, layout, parts, pages, print;"
	require.Contains(t, style, order)
	layers := map[string]bool{}
	for _, m := range regexp.MustCompile(`@layer (\w+) \{`).FindAllStringSubmatchIndex(style, -1) {
		assert.Greater(t, m[0], strings.Index(style, order), "the order is declared first")
		layers[style[m[2]:m[3]]] = true
	}
	assert.Equal(t, map[string]bool{"tokens": true, "base": true, "layout": true, "parts": true, "pages": true, "print": true}, layers)
	assert.NotContains(t, style, "url(", "nothing that the hashes do not cover")
	assert.NotContains(t, style, "@import")
}

func TestStylesheets_BackOfficeAndShopShareOnlyTheBasics(t *testing.T) {
	shop, admin := string(loaded().byName[shopStyle].plain), string(loaded().byName[adminStyle].plain)
	for _, shared := range []string{"--accent:", "@layer tokens, base, layout, parts, pages, print;", "@layer base {"} {
		assert.Contains(t, shop, shared)
		assert.Contains(t, admin, shared)
	}
	assert.NotContains(t, shop, ".office", "shoppers do not load the back office")
	assert.NotContains(t, string(loaded().byName["js/shop.js"].plain), "data-bulk", "shoppers do not load the back office")
	assert.NotContains(t, admin, ".site-header")
	assert.Equal(t, strings.Count(admin, "{"), strings.Count(admin, "}"))
	for _, no := range []string{"url(", "@import"} {
		assert.NotContains(t, admin, no)
	}
	for name := range loaded().byName {
		for _, part := range []string{"css/shared/", "css/shop/", "css/admin/", "js/shared"} {
			assert.NotContains(t, name, part, "parts have no address of their own")
		}
	}
}

func TestPictures_AreSmallAndHarmless(t *testing.T) {
	for _, name := range Names() {
		if !strings.HasSuffix(name, ".svg") {
			continue
		}
		f := loaded().byName[name]
		text := string(f.plain)
		limit := 6 << 10
		if strings.Contains(name, "category-") || strings.Contains(name, "hero") {
			limit = 11 << 10
		}
		assert.LessOrEqual(t, len(f.plain), limit, name)
		for _, no := range []string{"<script", "<style", "style=", "href", "<text", "<image", "onload"} {
			assert.NotContains(t, text, no, name)
		}
		assert.Regexp(t, regexp.MustCompile(`^<svg xmlns="http://www\.w3\.org/2000/svg"`), text, name)
	}
}

func TestScripts_NeedNothingThatThePolicyForbids(t *testing.T) {
	for _, name := range []string{"js/shop.js", "js/admin.js", "js/catalogue.js"} {
		script := string(loaded().byName[name].plain)
		for _, no := range []string{"eval(", "new Function", "innerHTML", "document.write", ".style", "http:", "https:"} {
			assert.NotContains(t, script, no, name)
		}
		// The shop may be below a path: scripts take addresses from the page. The end of an address may be compared (action$='/move').
		assert.NotRegexp(t, "(?:[^$]=|[^=])[\"'`]/[a-z]", script, name)
	}
	assert.Contains(t, string(loaded().byName["js/htmx.min.js"].plain), `"4.0.1"`)
}

func BenchmarkURL(b *testing.B) {
	for b.Loop() {
		_ = URL("pictures/stoneware-mug.svg")
	}
}
