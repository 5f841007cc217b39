package productcsv

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText turns the HTML of a description into the shop's plain text: paragraphs divided by empty lines, items of lists behind a
// dash, cells of a row behind one another. Scripts, styles and everything else that is no text are left out. The result holds no
// markup that would be shown as anything but text, because the shop shows it as text.
func PlainText(source string) string {
	var out prose
	tokens := html.NewTokenizer(strings.NewReader(source))
	tokens.SetMaxBuf(MaxCell)
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end: a tokenizer takes any text
			return out.text()
		case html.TextToken:
			if out.silent == 0 {
				out.write(string(tokens.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			out.open(tokens.Token())
		case html.EndTagToken:
			out.close(tokens.Token().DataAtom)
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// element is what becomes of an element.
type element int

const (
	inline    element = iota // nothing: its text is a part of the line
	silent                   // its text is none
	paragraph                // stands for itself
	newLine                  // begins and ends a line
	lineBreak                // ends a line
	item                     // of a list
	cell                     // of a table
)

// elements are those that are more than text.
var elements = map[atom.Atom]element{
	atom.Script: silent, atom.Style: silent, atom.Template: silent, atom.Iframe: silent, atom.Object: silent, atom.Noscript: silent, atom.Svg: silent,
	atom.Textarea: silent, atom.Title: silent,
	atom.P: paragraph, atom.H1: paragraph, atom.H2: paragraph, atom.H3: paragraph, atom.H4: paragraph, atom.H5: paragraph, atom.H6: paragraph,
	atom.Ul: paragraph, atom.Ol: paragraph, atom.Table: paragraph, atom.Blockquote: paragraph, atom.Pre: paragraph, atom.Hr: paragraph,
	atom.Div: newLine, atom.Tr: newLine, atom.Dt: newLine, atom.Dd: newLine, atom.Section: newLine, atom.Article: newLine, atom.Figure: newLine,
	atom.Figcaption: newLine,
	atom.Br:         lineBreak, atom.Li: item, atom.Td: cell, atom.Th: cell,
}

// prose builds the plain text.
type prose struct {
	b      strings.Builder
	silent int // depth within elements whose text is none
}

func (p *prose) open(t html.Token) {
	switch elements[t.DataAtom] {
	case silent:
		if t.Type == html.StartTagToken {
			p.silent++
		}
	case lineBreak, newLine:
		p.write("\n")
	case item:
		p.write("\n- ")
	case cell:
		p.write(" ")
	case paragraph:
		p.write("\n\n")
	case inline:
	}
}

func (p *prose) close(a atom.Atom) {
	switch elements[a] {
	case silent:
		p.silent = max(0, p.silent-1)
	case newLine:
		p.write("\n")
	case paragraph:
		p.write("\n\n")
	case inline, lineBreak, item, cell:
	}
}

func (p *prose) write(text string) { p.b.WriteString(text) }

// text tidies up: blanks within a line become one, and there is at most one empty line between two others.
func (p *prose) text() string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(p.b.String(), "\r\n", "\n"), "\n") {
		line = oneLine(line)
		if line == "-" || (line == "" && (len(lines) == 0 || lines[len(lines)-1] == "")) {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
