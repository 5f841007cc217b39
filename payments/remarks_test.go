package payments_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates/i18ntest"
)

// noteArguments are the functions that open a review, with the place of the note among their arguments.
var noteArguments = map[string]int{"openReview": 4, "newReview": 2, "lateMoney": 4}

// Staff read notes of reviews in their own language: a note is a remark whose words the catalogue has, never an English sentence.
func TestReviews_NotesAreRemarksOfTheCatalogue(t *testing.T) {
	t.Parallel()
	codes := map[string]bool{}
	for _, folder := range []string{"../payments", "../models", "../web", "../cmd"} {
		require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
				return err
			}
			checkNotes(t, path, codes)
			return nil
		}))
	}
	for _, kind := range models.OverdueKinds() {
		codes["overdue_"+string(kind)] = true
	}
	assert.Greater(t, len(codes), 20, "the remarks are found")
	for code := range codes {
		for _, words := range []i18ntest.Words{i18ntest.English(), i18ntest.Chinese()} {
			id := "admin.remark." + code
			assert.NotEqual(t, id, words.Printer.T(id), "no words for a remark")
		}
	}
}

// checkNotes refuses notes that are texts, and collects the codes of remarks.
func checkNotes(t *testing.T, path string, codes map[string]bool) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	refuse := func(note ast.Expr) {
		switch n := note.(type) {
		case *ast.BasicLit:
			assert.Equal(t, `""`, n.Value, "%s: a note is a remark", files.Position(n.Pos()))
		case *ast.BinaryExpr:
			t.Errorf("%s: a note is a remark", files.Position(n.Pos()))
		case *ast.CallExpr:
			assert.NotEqual(t, "Sprintf", calledName(n), "%s: a note is a remark", files.Position(n.Pos()))
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.CallExpr:
			name := calledName(n)
			if place, ok := noteArguments[name]; ok && len(n.Args) > place {
				refuse(n.Args[place])
			}
			if code, ok := literal(n, 0); ok && name == "Remark" {
				codes[code] = true
			}
			if code, ok := literal(n, 1); ok && name == "Remarked" {
				codes[code] = true
			}
		case *ast.CompositeLit:
			if selector, ok := n.Type.(*ast.SelectorExpr); !ok || selector.Sel.Name != "Review" {
				return true
			}
			for _, element := range n.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Note" {
						refuse(pair.Value)
					}
				}
			}
		}
		return true
	})
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal returns an argument that is a text.
func literal(call *ast.CallExpr, place int) (string, bool) {
	if len(call.Args) <= place {
		return "", false
	}
	text, ok := call.Args[place].(*ast.BasicLit)
	if !ok || text.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(text.Value)
	return value, err == nil
}
