package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxMethods is the maximum number of methods of a type. The store is the one exception: it is all that speaks SQL.
const maxMethods = 60

// sourceFolder is the hand-written code of one folder, without its tests.
type sourceFolder struct {
	files, lines int
	testLines    int
	methods      map[string]int // by type
	parsed       map[string]*ast.File
}

func generatedFile(path string) bool { return strings.HasSuffix(path, "_templ.go") }

// sourceFolders reads the module's Go files, by folder.
func sourceFolders(t *testing.T, root string) map[string]*sourceFolder {
	t.Helper()
	folders := map[string]*sourceFolder{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (strings.HasPrefix(name, ".") && name != "." || name == "tools" || name == "testdata" || name == "data") && path != root {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" && filepath.Ext(name) != ".templ" || generatedFile(path) {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		return readSource(folders, filepath.ToSlash(folder), path)
	})
	require.NoError(t, err)
	return folders
}

func readSource(folders map[string]*sourceFolder, folder, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f := folders[folder]
	if f == nil {
		f = &sourceFolder{methods: map[string]int{}, parsed: map[string]*ast.File{}}
		folders[folder] = f
	}
	lines := strings.Count(string(text), "\n")
	if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(folder, "test") { // package …test helps tests
		f.testLines += lines
		return nil
	}
	f.files, f.lines = f.files+1, f.lines+lines
	if filepath.Ext(path) == ".templ" {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f.parsed[filepath.Base(path)] = file
	for _, d := range file.Decls {
		if method, ok := d.(*ast.FuncDecl); ok && method.Recv != nil {
			f.methods[receiverOf(method)]++
		}
	}
	return nil
}

// receiverOf is the name of a method's type.
func receiverOf(method *ast.FuncDecl) string {
	kind := method.Recv.List[0].Type
	for {
		switch k := kind.(type) {
		case *ast.StarExpr:
			kind = k.X
		case *ast.IndexExpr:
			kind = k.X
		case *ast.IndexListExpr:
			kind = k.X
		case *ast.Ident:
			return k.Name
		default:
			return "?"
		}
	}
}

func TestStructure_NoTypeIsAHall(t *testing.T) {
	for name, folder := range sourceFolders(t, moduleRoot(t)) {
		for kind, n := range folder.methods {
			if name+"."+kind != "models/store.Store" {
				assert.LessOrEqual(t, n, maxMethods, "%s.%s: part it", name, kind)
			}
		}
	}
}

// Transactions and entries of the audit log are the use cases' own. Handlers and commands bind, call one, and answer; the store speaks SQL.
func TestStructure_UseCasesOwnTransactionsAndAuditEntries(t *testing.T) {
	for name, folder := range sourceFolders(t, moduleRoot(t)) {
		for file, parsed := range folder.parsed {
			assert.Empty(t, callsOnWrongFloor(name+"/"+file, parsed), "%s/%s", name, file)
		}
	}
}

// callsOnWrongFloor lists the calls of a file, named by its path in the module, that only use cases make.
func callsOnWrongFloor(path string, file *ast.File) []string {
	audit := []string{"Audited", "Record", "AppendAudit"}
	floor, _, _ := strings.Cut(path, "/")
	switch {
	case floor == "web", floor == "cmd":
		return callsOf(file, append(audit, "Tx")...)
	case strings.HasPrefix(path, "models/store/") && path != "models/store/audit.go": // where they are
		return callsOf(file, audit...)
	}
	return nil
}

// callsOf lists the calls of methods of these names.
func callsOf(file *ast.File, names ...string) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if method, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(names, method.Sel.Name) {
				found = append(found, method.Sel.Name)
			}
		}
		return true
	})
	return found
}

var sqlWords = regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|ORDER BY|WHERE [a-z_]+ (=|IN|<|>|LIKE))\b`)

// Only the store speaks SQL: no statement stands elsewhere, nobody hands the store the name of a column, and no untyped map stands for a row.
func TestStructure_SQLIsInTheStoreAlone(t *testing.T) {
	for name, folder := range sourceFolders(t, moduleRoot(t)) {
		for file, parsed := range folder.parsed {
			at := name + "/" + file
			if name != "models/store" && name != "models/modelstest" && name != "migrations" {
				for _, text := range literals(parsed) {
					assert.NotRegexp(t, sqlWords, text, at)
				}
			}
			if name == "models/store" {
				assert.Empty(t, columnParameters(parsed), at)
			}
			if name == "models" || strings.HasPrefix(name, "models/") || name == "payments" || strings.HasPrefix(name, "payments/") {
				assert.Zero(t, untypedMaps(parsed), "%s: map[string]any", at)
			}
		}
	}
}

func literals(file *ast.File) []string {
	var texts []string
	ast.Inspect(file, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			texts = append(texts, text.Value)
		}
		return true
	})
	return texts
}

// columnParameters lists the exported methods and functions that take the name of a table or column.
func columnParameters(file *ast.File) []string {
	var found []string
	for _, d := range file.Decls {
		function, ok := d.(*ast.FuncDecl)
		if !ok || !function.Name.IsExported() {
			continue
		}
		for _, parameter := range function.Type.Params.List {
			kind, plain := parameter.Type.(*ast.Ident)
			for _, name := range parameter.Names {
				if plain && kind.Name == "string" && slices.Contains([]string{"table", "column", "columns", "field"}, name.Name) {
					found = append(found, function.Name.Name)
				}
			}
		}
	}
	return found
}

func untypedMaps(file *ast.File) int {
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		if kind, ok := node.(*ast.MapType); ok {
			key, isKey := kind.Key.(*ast.Ident)
			value, isValue := kind.Value.(*ast.Ident)
			if isKey && isValue && key.Name == "string" && value.Name == "any" {
				n++
			}
		}
		return true
	})
	return n
}

// The rules above see what they forbid.
func TestStructure_SeesWhatIsPlanted(t *testing.T) {
	const planted = `package planted

func (s *Store) Sorted(column string) map[string]any {
	s.Tx(nil, nil)
	s.Audited(nil)
	s.query("SELECT id FROM orders")
	return nil
}
`
	file, err := parser.ParseFile(token.NewFileSet(), "planted.go", planted, 0)
	require.NoError(t, err)
	for path, want := range map[string][]string{
		"web/admin/stock/planted.go":  {"Tx", "Audited"},
		"cmd/coincart/planted.go":     {"Tx", "Audited"},
		"models/store/planted.go":     {"Audited"},
		"models/store/audit.go":       nil,
		"models/stockroom/planted.go": nil,
	} {
		assert.Equal(t, want, callsOnWrongFloor(path, file), path)
	}
	assert.Equal(t, []string{"Sorted"}, columnParameters(file))
	assert.Equal(t, 1, untypedMaps(file))
	assert.Regexp(t, sqlWords, literals(file)[0])
	folders := map[string]*sourceFolder{}
	path := filepath.Join(t.TempDir(), "planted.go")
	text := planted + strings.Repeat("func (h *Hall) M() {}\n", maxMethods+1)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.NoError(t, readSource(folders, "planted", path))
	assert.Equal(t, maxMethods+1, folders["planted"].methods["Hall"])
}

// docs/design.md is the map of the house: each package has its row, and no row is of a package that is gone.
func TestStructure_DesignListsEveryPackage(t *testing.T) {
	root := moduleRoot(t)
	design, err := os.ReadFile(filepath.Join(root, "docs", "design.md"))
	require.NoError(t, err)
	var rows []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9/]+)` \\| [^|]{10,} \\|$").FindAllStringSubmatch(string(design), -1) {
		rows = append(rows, row[1])
	}
	var packages []string
	for _, p := range listPackages(t, "") {
		packages = append(packages, strings.TrimPrefix(p.ImportPath, modulePath+"/"))
	}
	assert.ElementsMatch(t, packages, rows)
}

// TestStructure_Table prints the house in numbers, for make structure. COINCART_STRUCTURE names another checkout, or "." for this one.
func TestStructure_Table(t *testing.T) {
	root := os.Getenv("COINCART_STRUCTURE")
	switch root {
	case "":
		t.Skip("make structure prints the table")
	case ".":
		root = moduleRoot(t)
	}
	folders := sourceFolders(t, root)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "package\tfiles\tlines\ttest lines\tlargest type\tmethods\t")
	var files, lines, testLines int
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		f := folders[name]
		largest := slices.SortedFunc(maps.Keys(f.methods), func(a, b string) int { return cmp.Or(f.methods[b]-f.methods[a], cmp.Compare(a, b)) })
		kind, n := "", 0
		if len(largest) > 0 {
			kind, n = largest[0], f.methods[largest[0]]
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%s\t%d\t\n", name, f.files, f.lines, f.testLines, kind, n)
		files, lines, testLines = files+f.files, lines+f.lines, testLines+f.testLines
	}
	fmt.Fprintf(out, "all\t%d\t%d\t%d\t\t\t\n", files, lines, testLines)
	require.NoError(t, out.Flush())
}
