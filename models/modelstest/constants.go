package modelstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// Constants returns the values of all constants that the package of T, and the packages in the folders, declare with this type, except "". It
// reads their source, so that a test which goes through all values of a type finds a new one by itself. It panics if there are none.
func Constants[T ~string](folders ...string) []T {
	named := reflect.TypeFor[T]()
	_, here, _, _ := runtime.Caller(0)
	var files []string
	for _, folder := range append(folders, strings.TrimPrefix(named.PkgPath(), "github.com/coincart/coincart/")) {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(here), "..", "..", folder, "*.go"))
		if err != nil {
			panic(err)
		}
		files = append(files, found...)
	}
	var values []T
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			panic(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if nameOfType(spec.Type) != named.Name() || strings.HasSuffix(name, "_test.go") {
				return false
			}
			for _, value := range spec.Values {
				literal, ok := value.(*ast.BasicLit)
				if !ok {
					continue
				}
				if text, err := strconv.Unquote(literal.Value); err == nil && text != "" {
					values = append(values, T(text))
				}
			}
			return false
		})
	}
	if len(values) == 0 {
		panic("no constants of " + named.String())
	}
	return values
}

// nameOfType returns the name of a type without its package, or "".
func nameOfType(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
