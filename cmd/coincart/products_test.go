package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// productsShell returns a function that runs commands on a new database with the demo catalogue.
func productsShell(t *testing.T) func(stdin string, args ...string) (code int, out, err string) {
	t.Helper()
	dir := t.TempDir()
	database := "sqlite:" + filepath.Join(dir, "shop.db")
	run := func(stdin string, args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := execute(context.WithoutCancel(t.Context()), append(args, "--database", database, "--data-dir", dir), func(string) string { return "" },
			console{in: strings.NewReader(stdin), out: &out, err: &errs})
		return code, out.String(), errs.String()
	}
	code, _, errs := run("", "migrate", "up")
	require.Zero(t, code, errs)
	code, _, errs = run("", "seed")
	require.Zero(t, code, errs)
	return run
}

func TestProducts_ExportIsImportedWithoutAnyChange(t *testing.T) {
	run := productsShell(t)
	code, file, errs := run("", "products", "export")
	require.Zero(t, code, errs)
	code, out, errs := run(file, "products", "import", "--dry-run", "-")
	require.Zero(t, code, out+errs)
	assert.Regexp(t, `\(coincart\): \d+; products: \d+; would be new: 0; would be changed: 0; unchanged: \d+; skipped: 0; problems: 0; notes: 0\n`, out)

	path := filepath.Join(t.TempDir(), "products.csv")
	code, _, errs = run("", "products", "export", path)
	require.Zero(t, code, errs)
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, file, string(written))
	code, _, _ = run("", "products", "export", path)
	assert.Equal(t, exitFailed, code, "a file that is there is not overwritten")
	code, _, errs = run("", "products", "export", "--category", "no-such-one")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "no-such-one")
}

func TestProducts_ImportTellsOfColumnsThatItDoesNotKnow(t *testing.T) {
	run := productsShell(t)
	code, out, errs := run("ID,SKU,Name,Regular price,Kategorien,Farbe\n1,CLI-9,Tasse,5,Küche,\n", "products", "import", "--dry-run", "-")
	require.Zero(t, code, errs)
	assert.Regexp(t, `columns: Kategorien\n`, out, "not of an empty one, nor of the ID")
}

func TestProducts_ImportTellsByItsExitCode(t *testing.T) {
	run := productsShell(t)
	bad := "SKU,Name,Regular price\nCLI-1,Cup,1e3\nCLI-2,,5\n"
	for _, flags := range [][]string{{"--dry-run"}, nil} {
		code, out, _ := run(bad, append([]string{"products", "import", "-"}, flags...)...)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, out, "line 2")
		assert.Contains(t, out, say("import.problem.price", "Value", "1e3"))
		assert.Contains(t, out, "line 3")
		assert.Contains(t, out, "Nothing was imported")
	}
	code, _, errs := run("", "products", "import", "/nowhere/at/all.csv")
	assert.Equal(t, exitNotDone, code)
	assert.Contains(t, errs, "open the file")
	code, _, _ = run("", "products", "import", "-")
	assert.Equal(t, exitNotDone, code, "an empty file")

	good := "SKU;Name;Regular price;Stock\nCLI-1;Cup;10,50;4\nCLI-2;Pot;5;2\n"
	code, out, errs := run(good, "products", "import", "--decimal-comma", "--dry-run", "-")
	require.Zero(t, code, errs)
	assert.Contains(t, out, "would be new: 2;")
	_, file, _ := run("", "products", "export")
	assert.NotContains(t, file, "CLI-1", "a dry run changes nothing")
	code, out, errs = run(good, "products", "import", "--decimal-comma", "-")
	require.Zero(t, code, errs)
	assert.Contains(t, out, "; new: 2; changed: 0;")
	code, out, _ = run(good, "products", "import", "--decimal-comma", "-")
	assert.Zero(t, code)
	assert.Contains(t, out, "; new: 0; changed: 0; unchanged: 2;")
	_, file, _ = run("", "products", "export")
	assert.Contains(t, file, "CLI-1")
	assert.Contains(t, file, "10.5")
	code, out, errs = run("", "invariants")
	assert.Zero(t, code, out+errs)
	code, out, errs = run("", "audit", "verify")
	assert.Zero(t, code, out+errs)
}
