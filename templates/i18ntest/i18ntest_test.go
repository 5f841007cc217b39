package i18ntest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/i18ntest"
)

func TestWords_AreTheCatalogues(t *testing.T) {
	for tag, words := range map[string]i18ntest.Words{"en": i18ntest.English(), "zh-Hans": i18ntest.Chinese()} {
		p := i18n.ByTag(tag)
		assert.Equal(t, p.T("search.none.title", "Query", "a"), words.T("search.none.title", "Query", "a"))
		assert.Equal(t, p.N("list.count", 1), words.N("list.count", 1))
		piece := words.Piece("cart.line.price_changed", "From", "To")
		assert.NotEmpty(t, piece)
		assert.Contains(t, p.T("cart.line.price_changed", "From", "1", "To", "2"), piece)
		assert.Contains(t, words.HTML("search.none.title", "Query", `a&"b`), "a&amp;&#34;b")
	}
}

func TestWords_AnUnknownKeyIsNoText(t *testing.T) {
	words := i18ntest.English()
	assert.Panics(t, func() { words.T("order.titel") })
	assert.Panics(t, func() { words.N("order.titel", 2) })
	assert.Panics(t, func() { words.HTML("order.titel") })
}
