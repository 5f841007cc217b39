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

// prose builds the plain text.
type prose struct {
	b      strings.Builder
	silent int // depth within elements whose text is none
}

func (p *prose) open(t html.Token) {
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Noscript, atom.Svg, atom.Textarea, atom.Title:
		if t.Type == html.StartTagToken {
			p.silent++
		}
	case atom.Br:
		p.write("\n")
	case atom.Li:
		p.write("\n- ")
	case atom.Td, atom.Th:
		p.write(" ")
	default:
		p.block(t.DataAtom)
	}
}

func (p *prose) close(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Noscript, atom.Svg, atom.Textarea, atom.Title:
		p.silent = max(0, p.silent-1)
	default:
		p.block(a)
	}
}

func (p *prose) block(a atom.Atom) {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.Pre, atom.Hr:
		p.write("\n\n")
	case atom.Div, atom.Tr, atom.Dt, atom.Dd, atom.Section, atom.Article, atom.Figure, atom.Figcaption:
		p.write("\n")
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
