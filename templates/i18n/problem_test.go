package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/i18n"
)

const moduleRoot = "../.."

// fieldProblems reads the constants of package invalid: their names and codes.
func fieldProblems(t *testing.T) map[string]invalid.Problem {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(moduleRoot, "models/invalid/invalid.go"), nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	found := map[string]invalid.Problem{}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, s := range group.Specs {
			value, ok := s.(*ast.ValueSpec)
			require.True(t, ok)
			literal, ok := value.Values[0].(*ast.BasicLit)
			require.True(t, ok)
			code, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			found[value.Names[0].Name] = invalid.Problem(code)
		}
	}
	require.Greater(t, len(found), 50, "the constants are found")
	return found
}

// programSources are the texts of the program's own files, without tests and generated code, by their paths.
func programSources(t *testing.T) map[string]string {
	t.Helper()
	sources := map[string]string{}
	for _, folder := range []string{"cmd", "models", "payments", "templates", "web"} {
		err := filepath.WalkDir(filepath.Join(moduleRoot, folder), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
				return err
			}
			if !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".templ") {
				return nil
			}
			body, err := os.ReadFile(filepath.Clean(name))
			sources[name] = string(body)
			return err
		})
		require.NoError(t, err)
	}
	return sources
}

func TestProblem_EveryOneHasWordsInEveryLanguage(t *testing.T) {
	codes := map[invalid.Problem]string{}
	for name, code := range fieldProblems(t) {
		assert.Empty(t, codes[code], "%s: the code of %s", name, code)
		codes[code] = name
		for _, l := range i18n.Languages() {
			words := i18n.ByTag(l.Tag).Problem(code, "Min", "1", "Max", "9")
			assert.NotEqual(t, string(code), words, "%s: no words in %s", name, l.Tag)
			assert.Equal(t, words, i18n.ByTag(l.Tag).ProblemOf("a_new_field", code, "Min", "1", "Max", "9"), "a field without words of its own needs none")
		}
	}
	assert.Empty(t, i18n.ByTag("en").Problem(""), "nothing is wrong")
	assert.Equal(t, "no_such_code", i18n.ByTag("en").Problem("no_such_code"))
}

func TestProblem_EveryOneCanHappen(t *testing.T) {
	compared := regexp.MustCompile(`[!=]= invalid\.[A-Z]\w*`)
	value := regexp.MustCompile(`\binvalid\.([A-Z]\w*)`)
	produced := map[string]bool{}
	for _, source := range programSources(t) {
		for _, m := range value.FindAllStringSubmatch(compared.ReplaceAllString(source, ""), -1) {
			produced[m[1]] = true
		}
	}
	for name := range fieldProblems(t) {
		assert.True(t, produced[name], "%s: no form has this problem", name)
	}
}

// Words of one field are of use only where something asks for the words of that field.
func TestProblemOf_WordsBelongToAFieldAndAProblem(t *testing.T) {
	codes := map[string]bool{}
	for _, code := range fieldProblems(t) {
		codes[string(code)] = true
	}
	fields := map[string]bool{}
	named := regexp.MustCompile(`\b(?:ProblemOf\(|about: |p\.Add\(|c\.add\(|c\.line\()"(\w+)"`)
	for _, source := range programSources(t) {
		for _, m := range named.FindAllStringSubmatch(source, -1) {
			fields[m[1]] = true
		}
	}
	require.True(t, fields["slug"] && fields["postcode"], "fields of pages and of models are found")
	checked := 0
	for id := range messageIDs(t) {
		rest, ok := strings.CutPrefix(id, "field.problem.")
		if !ok {
			continue
		}
		code, field, of := strings.Cut(rest, ".")
		assert.True(t, codes[code], "%s: no such problem", id)
		assert.True(t, !of || fields[field], "%s: no such field", id)
		checked++
	}
	assert.Greater(t, checked, len(codes), "some fields have words of their own")
}

func messageIDs(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	key := regexp.MustCompile(`(?m)^  "([\w.]+)":`)
	names, err := filepath.Glob("locales/*.en.json")
	require.NoError(t, err)
	for _, name := range names {
		body, err := os.ReadFile(filepath.Clean(name))
		require.NoError(t, err)
		for _, m := range key.FindAllStringSubmatch(string(body), -1) {
			found[m[1]] = true
		}
	}
	return found
}

func TestProblemOf_SaysWhatTheFieldNeeds(t *testing.T) {
	p := i18n.ByTag("en")
	assert.Equal(t, p.T("field.problem.missing.city"), p.ProblemOf("city", invalid.Missing))
	assert.Equal(t, p.T("field.problem.missing"), p.ProblemOf("line2", invalid.Missing))
	assert.Equal(t, p.T("field.problem.taken.place", "Place", "Germany", "Zone", "Home"), p.ProblemOf("place", invalid.Taken, "Place", "Germany", "Zone", "Home"))
}

func TestImportProblem_SaysWhatAFormSays(t *testing.T) {
	for _, l := range i18n.Languages() {
		p := i18n.ByTag(l.Tag)
		assert.Equal(t, p.T("import.problem.refused", "Field", p.T("import.field.category"), "Why", p.T("field.problem.missing.category")),
			p.ImportProblem("refused", `{"field":"category","why":"missing"}`))
		assert.Equal(t, p.T("import.problem.refused", "Field", p.T("import.field.weight"), "Why", p.T("field.problem.range")),
			p.ImportProblem("refused", `{"field":"weight","why":"range"}`))
		assert.Equal(t, p.T("import.problem.quote.none"), p.ImportProblem("quote", `{}`))
		assert.Equal(t, p.T("import.problem.price", "Value", "1e3"), p.ImportProblem("price", `{"value":"1e3"}`))
	}
}
