package admin

import (
	"strings"

	"github.com/coincart/coincart/templates/i18n"
)

func (v ImportsView) fileWords(p *i18n.Printer) string {
	if v.FileProblem == "" {
		return ""
	}
	return word(p, "import.file.", v.FileProblem)
}

func (v ImportView) path() string { return "/admin/imports/" + v.ID }

// line names a row of the file; a problem of the whole file has none.
func (r ImportProblemRow) line(p *i18n.Printer) string {
	if r.Line == 0 {
		return p.T("import.whole_file")
	}
	return number(r.Line)
}

// shownPaths is how many new categories are named.
const shownPaths = 40

func (v ImportView) newPaths() string {
	if len(v.NewPaths) > shownPaths {
		return strings.Join(v.NewPaths[:shownPaths], " · ") + " …"
	}
	return strings.Join(v.NewPaths, " · ")
}

func (v ImportView) options(p *i18n.Printer) string {
	words := make([]string, len(v.Options))
	for i, o := range v.Options {
		words[i] = p.T("import.option." + o)
	}
	return strings.Join(words, " · ")
}
