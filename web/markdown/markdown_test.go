package markdown

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHTML_WritesMarkdownAndNoRawHTML(t *testing.T) {
	html, err := HTML("# 退货\n\n*Within* 14 days.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) [y](https://shop.example)")
	require.NoError(t, err)
	for _, want := range []string{"<h1", "退货</h1>", "<em>Within</em>", "<td>1</td>", `href="https://shop.example"`} {
		assert.Contains(t, html, want)
	}
	for _, never := range []string{"<script", "javascript:"} {
		assert.NotContains(t, html, never)
	}
}

func FuzzHTML(f *testing.F) {
	f.Add("# A\n\n<img src=x onerror=alert(1)>")
	f.Add("[a](JaVaScRiPt:x)")
	f.Fuzz(func(t *testing.T, text string) {
		html, err := HTML(text)
		require.NoError(t, err)
		assert.NotContains(t, strings.ToLower(html), "<script")
	})
}
