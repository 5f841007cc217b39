package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testNames are the names of all tests of the module.
func testNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declared := range file.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok && function.Recv == nil && strings.HasPrefix(function.Name.Name, "Test") {
				names[function.Name.Name] = true
			}
		}
		return nil
	}))
	return names
}

// docs/security.md lists attacks with the tests that play them: each row has one, and none is of a test that is gone. A test by the name of an
// attack has its row.
func TestStructure_EveryAttackHasItsTests(t *testing.T) {
	root := moduleRoot(t)
	text, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "## Attacks that tests play")
	require.True(t, found)
	names, listed := testNames(t, root), map[string]bool{}
	rows := regexp.MustCompile(`(?m)^\| [^-].*$`).FindAllString(table, -1)
	require.Greater(t, len(rows), 1)
	for _, row := range rows[1:] { // the first has the titles
		tests := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(row, -1)
		assert.NotEmpty(t, tests, row)
		for _, test := range tests {
			assert.True(t, names[test[1]], "%s is gone", test[1])
			listed[test[1]] = true
		}
	}
	for name := range names {
		if attack := regexp.MustCompile(`^Test(Attack|Abuse|LockOut|FourEyes)_`); attack.MatchString(name) {
			assert.True(t, listed[name], "%s is not listed", name)
		}
	}
}
