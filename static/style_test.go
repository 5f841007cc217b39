package static

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// face is one of the two sets of pages: the shop's or the back office's.
type face struct {
	style string   // its own folder of css/
	pages string   // the folder of its templates
	other []string // folders below pages that do not belong to it
	more  []string // files elsewhere that make a part of its pages
}

func faces() []face {
	return []face{
		{"shop", "templates", []string{"templates/admin", "templates/mail"}, []string{"static/js/shop.js", "static/js/live.js", "static/js/answers.js", "static/js/shared.js", "static/js/htmx.min.js"}},
		{"admin", "templates/admin", nil, []string{
			"templates/layout.templ", "templates/parts.templ", "static/js/admin.js", "static/js/catalogue.js", "static/js/answers.js", "static/js/shared.js", "static/js/htmx.min.js",
		}},
	}
}

var (
	comment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
	selector = regexp.MustCompile(`([^{};]*)\{`)
	class    = regexp.MustCompile(`\.([a-zA-Z][\w-]*)`)
	word     = regexp.MustCompile(`[a-zA-Z][\w-]*`)
	// attribute finds the classes of an element, or of a component that takes them first.
	attribute = regexp.MustCompile(`(?:class=|@(?:table|signButton|signLink|gate)\((?:\s*p,\s*)?)"([^"]*)"|class=\{([^}]*)\}`)
	compared  = regexp.MustCompile(`[=!]= "[^"]*"`)
	literal   = regexp.MustCompile("\"([^\"\n]*)\"|`([^`]*)`")
)

// styleOf returns the rules of a folder of css/, without comments.
func styleOf(t *testing.T, folder string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("css", folder, "*.css"))
	require.NoError(t, err)
	require.NotEmpty(t, names, folder)
	var all strings.Builder
	for _, name := range names {
		body, err := os.ReadFile(filepath.Clean(name))
		require.NoError(t, err)
		all.Write(body)
	}
	return comment.ReplaceAllString(all.String(), "")
}

// classesOf returns the classes that the selectors of a style name.
func classesOf(style string) map[string]bool {
	found := map[string]bool{}
	for _, m := range selector.FindAllStringSubmatch(style, -1) {
		for _, c := range class.FindAllStringSubmatch(m[1], -1) {
			found[c[1]] = true
		}
	}
	return found
}

// usage is what the sources of a face say about classes.
type usage struct {
	words   map[string]bool // words in strings and attributes: any of them may be a class
	begins  []string        // beginnings that code completes, such as "chip--"
	given   map[string]bool // classes that class attributes name for certain
	scripts string
}

// usageOf reads the sources of a face, without tests and generated code.
func usageOf(t *testing.T, f face) usage {
	t.Helper()
	u := usage{words: map[string]bool{}, given: map[string]bool{}}
	for _, source := range append([]string{f.pages}, f.more...) {
		err := filepath.WalkDir(filepath.Join("..", source), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if slices.Contains(f.other, filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator)))) {
					return filepath.SkipDir
				}
				return nil
			}
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, ".json") {
				return nil
			}
			body, err := os.ReadFile(filepath.Clean(name))
			u.read(string(body), filepath.Ext(name), source == f.pages)
			return err
		})
		require.NoError(t, err)
	}
	return u
}

func (u *usage) read(text, kind string, own bool) {
	if kind == ".js" {
		u.scripts += text
	}
	for _, m := range literal.FindAllStringSubmatch(text, -1) {
		for w := range strings.FieldsSeq(m[1] + " " + m[2]) {
			if word.FindString(w) != w {
				continue
			}
			u.words[w] = true
			if strings.HasSuffix(w, "-") && !slices.Contains(u.begins, w) {
				u.begins = append(u.begins, w)
			}
		}
	}
	if kind != ".templ" || !own {
		return
	}
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		names := []string{m[1]}
		for _, l := range literal.FindAllStringSubmatch(compared.ReplaceAllString(m[2], ""), -1) {
			names = append(names, l[1])
		}
		for name := range strings.FieldsSeq(strings.Join(names, " ")) {
			if word.FindString(name) == name && !strings.HasSuffix(name, "-") {
				u.given[name] = true
			}
		}
	}
}

// uses reports whether a class may be in the face's pages: a source names it, or completes a beginning with a word or a number.
func (u *usage) uses(name string) bool {
	if u.words[name] {
		return true
	}
	return slices.ContainsFunc(u.begins, func(begin string) bool {
		end, found := strings.CutPrefix(name, begin)
		return found && (u.words[end] || strings.Trim(end, "0123456789") == "")
	})
}

func TestStyle_EveryClassIsUsed(t *testing.T) {
	shared := classesOf(styleOf(t, "shared"))
	var usages []usage
	for _, f := range faces() {
		u := usageOf(t, f)
		usages = append(usages, u)
		own := classesOf(styleOf(t, f.style))
		require.Greater(t, len(own), 100, "the search itself must work")
		for name := range own {
			assert.True(t, u.uses(name), "css/%s has rules for .%s, which no page has", f.style, name)
		}
	}
	require.NotEmpty(t, shared)
	for name := range shared {
		assert.True(t, usages[0].uses(name) || usages[1].uses(name), "css/shared has rules for .%s, which no page has", name)
	}
}

func TestStyle_EveryClassOfAPageHasARule(t *testing.T) {
	var missing []string
	for _, f := range faces() {
		u := usageOf(t, f)
		require.Greater(t, len(u.given), 100, "the search itself must work")
		rules := classesOf(styleOf(t, "shared") + styleOf(t, f.style))
		for name := range u.given {
			if rules[name] || strings.Contains(u.scripts, "."+name) || hasParts(rules, name) {
				continue
			}
			missing = append(missing, f.style+" "+name)
		}
	}
	assert.Empty(t, missing)
}

// hasParts reports whether a class names a block of which only the parts or variants have rules, such as chart for chart__bar.
func hasParts(rules map[string]bool, block string) bool {
	for name := range rules {
		if strings.HasPrefix(name, block+"__") || strings.HasPrefix(name, block+"--") {
			return true
		}
	}
	return false
}

// Each colour, size and measure is defined once for both faces; the back office may change its value, but define none that the shop has under
// another name.
func TestStyle_EveryTokenIsDefinedAndUsed(t *testing.T) {
	defined, used := regexp.MustCompile(`(?:^|[\s;{])(--[\w-]+):`), regexp.MustCompile(`var\((--[\w-]+)`)
	for _, f := range faces() {
		style := styleOf(t, "shared") + styleOf(t, f.style)
		known, needed := map[string]bool{}, map[string]bool{}
		for _, m := range defined.FindAllStringSubmatch(style, -1) {
			known[m[1]] = true
		}
		for _, m := range used.FindAllStringSubmatch(style, -1) {
			needed[m[1]] = true
			assert.True(t, known[m[1]], "css/%s uses %s, which is not defined", f.style, m[1])
		}
		require.NotEmpty(t, needed)
		for _, m := range defined.FindAllStringSubmatch(styleOf(t, f.style), -1) {
			assert.True(t, needed[m[1]], "css/%s defines %s, which it does not use", f.style, m[1])
		}
	}
}
