// Package i18ntest gives tests the catalogue's texts by key, so that a text can change without any test. Only tests import it.
package i18ntest

import (
	"html"
	"slices"
	"strings"

	"github.com/coincart/coincart/templates/i18n"
)

// Words are the texts of one language. Unlike those of a Printer, its methods panic when the catalogue lacks the key: an assertion
// that a page lacks a text would otherwise hold for any misspelled key.
type Words struct{ *i18n.Printer }

// In returns the texts in a language, by its tag.
func In(lang string) Words { return Words{i18n.ByTag(lang)} }

// English returns the texts of the fallback language.
func English() Words { return In("en") }

// Chinese returns the texts in simplified Chinese.
func Chinese() Words { return In("zh-Hans") }

// T returns the text of the key as plain text, see i18n.Printer.T.
func (w Words) T(key string, pairs ...string) string {
	w.need(key)
	return w.Printer.T(key, pairs...)
}

// N returns the text of the key for n things, see i18n.Printer.N.
func (w Words) N(key string, n int, pairs ...string) string {
	w.need(key)
	return w.Printer.N(key, n, pairs...)
}

// HTML returns T as a page's source contains it, with & and quotes escaped.
func (w Words) HTML(key string, pairs ...string) string { return html.EscapeString(w.T(key, pairs...)) }

// Piece returns the longest part of a text between its placeholders, which are named. It is for what a page must not say, where no
// values are known.
func (w Words) Piece(key string, names ...string) string {
	const mark = "\x00"
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, name, mark)
	}
	return slices.MaxFunc(strings.Split(w.T(key, pairs...), mark), func(a, b string) int { return len(a) - len(b) })
}

func (w Words) need(key string) {
	if w.Printer.T(key) == key {
		panic("i18ntest: the catalogue has no key " + key)
	}
}
