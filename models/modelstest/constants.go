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
	"sync"
)

// specs keeps what Constants read of a file, because tests ask for the same files again and again: map[string][]*ast.ValueSpec.
var specs sync.Map

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
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, spec := range specsOf(name) {
			if nameOfType(spec.Type) != named.Name() {
				continue
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
		}
	}
	if len(values) == 0 {
		panic("no constants of " + named.String())
	}
	return values
}

// specsOf returns the declarations of constants and variables of a file. It panics if the file cannot be read.
func specsOf(name string) []*ast.ValueSpec {
	if known, ok := specs.Load(name); ok {
		return known.([]*ast.ValueSpec) //nolint:errcheck,forcetypeassert // the only type in it
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	var found []*ast.ValueSpec
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok {
			found = append(found, spec)
		}
		return !ok
	})
	specs.Store(name, found)
	return found
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
