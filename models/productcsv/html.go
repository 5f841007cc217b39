package productcsv

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText converts the HTML of a description to the plain text that the shop shows: paragraphs are separated by empty lines, list items
// begin with a dash, table cells of a row are on one line. Scripts, styles and other invisible content are dropped.
func PlainText(source string) string {
	var out prose
	tokens := html.NewTokenizer(strings.NewReader(source))
	tokens.SetMaxBuf(MaxCell)
	for {
		switch tokens.Next() {
		case html.ErrorToken: // end of the text; a tokenizer has no other errors here
			return out.text()
		case html.TextToken:
			if out.silent == 0 {
				out.write(string(tokens.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			e := elements[token.DataAtom]
			if e.silent && token.Type == html.StartTagToken {
				out.silent++
			}
			out.write(e.before)
		case html.EndTagToken:
			e := elements[tokens.Token().DataAtom]
			if e.silent {
				out.silent = max(0, out.silent-1)
			}
			out.write(e.after)
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// element is how PlainText treats an element. The zero value is an inline element.
type element struct {
	before, after string // stand for the tags
	silent        bool   // the text of the element is dropped
}

var (
	silent    = element{silent: true}
	paragraph = element{before: "\n\n", after: "\n\n"}
	newLine   = element{before: "\n", after: "\n"}
	lineBreak = element{before: "\n"}
	item      = element{before: "\n- "}
	tableCell = element{before: " "}
)

// elements holds the elements that are not inline.
var elements = map[atom.Atom]element{
	atom.Script: silent, atom.Style: silent, atom.Template: silent, atom.Iframe: silent, atom.Object: silent, atom.Noscript: silent, atom.Svg: silent,
	atom.Textarea: silent, atom.Title: silent,
	atom.P: paragraph, atom.H1: paragraph, atom.H2: paragraph, atom.H3: paragraph, atom.H4: paragraph, atom.H5: paragraph, atom.H6: paragraph,
	atom.Ul: paragraph, atom.Ol: paragraph, atom.Table: paragraph, atom.Blockquote: paragraph, atom.Pre: paragraph, atom.Hr: paragraph,
	atom.Div: newLine, atom.Tr: newLine, atom.Dt: newLine, atom.Dd: newLine, atom.Section: newLine, atom.Article: newLine, atom.Figure: newLine,
	atom.Figcaption: newLine,
	atom.Br:         lineBreak, atom.Li: item, atom.Td: tableCell, atom.Th: tableCell,
}

// prose builds the plain text.
type prose struct {
	b      strings.Builder
	silent int // number of open elements whose text is dropped
}

func (p *prose) write(text string) { p.b.WriteString(text) }

// text returns the result, with runs of spaces and of empty lines reduced to one.
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
