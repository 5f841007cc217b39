package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestParseBaseURL_TakesAHostAndAPlainPath(t *testing.T) {
	for text, want := range map[string]models.BaseURL{
		"https://example.org":             {Origin: "https://example.org"},
		"https://example.org/":            {Origin: "https://example.org"},
		"http://127.0.0.1:8080":           {Origin: "http://127.0.0.1:8080"},
		"https://example.org/shop":        {Origin: "https://example.org", Path: "/shop"},
		"https://example.org/shop//":      {Origin: "https://example.org", Path: "/shop"},
		"https://example.org:8443/a/b-c_": {Origin: "https://example.org:8443", Path: "/a/b-c_"},
	} {
		got, err := models.ParseBaseURL(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		assert.Equal(t, want.Origin+want.Path, got.String(), text)
		assert.Equal(t, want.Origin[strings.LastIndex(want.Origin, "/")+1:], got.Host(), text)
	}
	for _, text := range []string{
		"", "example.org", "/shop", "ftp://example.org", "https://", "https://:8080", "https://a:b@example.org", "https://example.org?", "https://example.org?a=1",
		"https://example.org/shop?a=1", "https://example.org/#x", "https://example.org//shop", "https://example.org/a//b", "https://example.org/../shop",
		"https://example.org/a/.", "https://example.org/a%2fb", "https://example.org/l%C3%A4den", "https://example.org/läden", "https://example.org/a b",
		"https://example.org/a;b", "https://example.org/a,b", "https://exa;mple.org",
	} {
		_, err := models.ParseBaseURL(text)
		require.ErrorIs(t, err, models.ErrBaseURL, text)
	}
}
