package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxMethods is the maximum number of methods of a type: one with more is not one thing.
const maxMethods = 60

// manyMethods lists the types that may have more, by package and name.
func manyMethods() []string {
	return []string{"models/store.Store", "payments.Service", "payments/sandbox.Server", "web/shop.Pages"}
}

func TestStructure_NoTypeDoesEverything(t *testing.T) {
	counts := map[string]int{}
	eachSource(t, ".", func(folder string, file *ast.File) { countMethods(counts, folder, file) })
	require.Greater(t, len(counts), 100, "the search itself must work")
	assert.Empty(t, slices.DeleteFunc(tooMany(counts), func(name string) bool { return slices.Contains(manyMethods(), name) }))
	assert.Subset(t, tooMany(counts), manyMethods(), "an exception that is none any more")

	planted := "package p\n\ntype T struct{}\n" + strings.Repeat("\nfunc (*T) m() {}\n", maxMethods) + "\nfunc (T) one() {}\n"
	found := map[string]int{}
	countMethods(found, "p", parse(t, planted))
	assert.Equal(t, []string{"p.T"}, tooMany(found))
}

func TestStructure_TheWebOpensNoTransaction(t *testing.T) {
	var found []string
	eachSource(t, "web", func(folder string, file *ast.File) {
		for _, name := range transactions(file) {
			found = append(found, folder+": "+name)
		}
	})
	assert.Empty(t, found, "a change and its audit entry belong into a use case of models or payments")
	for _, planted := range []string{"db.Tx(ctx, nil)", "h.site.Store.Audited(ctx)", "tx.Record(ctx)", "tx.AppendAudit(ctx)"} {
		assert.Len(t, transactions(parse(t, "package p\n\nfunc f() { "+planted+" }\n")), 1, planted)
	}
}

// transactions lists the calls that open a transaction or write into the audit log.
func transactions(file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Tx", "Audited", "Record", "AppendAudit"}, f.Sel.Name) {
			found = append(found, f.Sel.Name)
		}
		return true
	})
	return found
}

// countMethods counts the methods of each type, by package and name.
func countMethods(counts map[string]int, folder string, file *ast.File) {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil {
			continue
		}
		receiver := f.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		if index, ok := receiver.(*ast.IndexExpr); ok {
			receiver = index.X
		}
		if name, ok := receiver.(*ast.Ident); ok {
			counts[folder+"."+name.Name]++
		}
	}
}

func tooMany(counts map[string]int) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] > maxMethods {
			list = append(list, name)
		}
	}
	return list
}

// eachSource parses the Go files below a folder of the module, without tests and what templ generated.
func eachSource(t *testing.T, below string, visit func(folder string, file *ast.File)) {
	t.Helper()
	root := moduleRoot(t)
	require.NoError(t, filepath.WalkDir(filepath.Join(root, below), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		visit(filepath.ToSlash(folder), file)
		return err
	}))
}

func parse(t *testing.T, source string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "planted.go", source, parser.SkipObjectResolution)
	require.NoError(t, err)
	return file
}
