// Package markdown turns the shop's own texts into HTML.
package markdown

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// HTML writes CommonMark with tables as HTML. Raw HTML in the text is left out, and so are addresses that would run a script.
func HTML(text string) (string, error) {
	writer := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Linkify),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	)
	var html bytes.Buffer
	if err := writer.Convert([]byte(text), &html); err != nil {
		return "", fmt.Errorf("write Markdown as HTML: %w", err)
	}
	return html.String(), nil
}
