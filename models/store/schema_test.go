package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestSchema_ColumnsAreTheModelsFields(t *testing.T) {
	check := func(t *testing.T, dsn string) {
		t.Helper()
		tables := map[string]map[string]store.SchemaColumn{}
		for table, columns := range modelstest.Columns(t, dsn) {
			tables[table] = map[string]store.SchemaColumn{}
			for name, c := range columns {
				tables[table][name] = store.SchemaColumn{Type: c.Type, Nullable: c.Nullable, Charset: c.Charset, Collate: c.Collate}
			}
		}
		store.CheckSchema(t, tables, strings.HasPrefix(dsn, "mysql"))
	}
	t.Run("sqlite", func(t *testing.T) { check(t, modelstest.SQLiteDSN(t)) })
	t.Run("mariadb", func(t *testing.T) { check(t, modelstest.MariaDBDSN(t)) })
}

// A query that uses a name of the schema works in both dialects.
func TestSchema_BothDialectsAreAlike(t *testing.T) {
	lite := modelstest.Shape(t, modelstest.SQLiteDSN(t))
	require.NotEmpty(t, lite)
	assert.Equal(t, lite, modelstest.Shape(t, modelstest.MariaDBDSN(t)))
}

// Constraints are compared as they are written: SQLite does not list them by name.
func TestSchema_BothDialectsHaveTheSameConstraints(t *testing.T) {
	constraints := func(dialect string) []string {
		names, err := migrations.Names(dialect)
		require.NoError(t, err)
		var list []string
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join("..", "..", "migrations", dialect, name))
			require.NoError(t, err)
			list = append(list, regexp.MustCompile(`CONSTRAINT .*[^,\n]`).FindAllString(string(text), -1)...)
		}
		slices.Sort(list)
		return list
	}
	lite := constraints(migrations.SQLite)
	require.NotEmpty(t, lite)
	assert.Equal(t, lite, constraints(migrations.MySQL))
}

// What people could confuse must stay apart: these keys differ in case only.
func TestSchema_KeysAreCaseSensitive(t *testing.T) {
	binary := map[string][]string{
		"orders":   {"ref", "return_ref", "form_token"},
		"attempts": {"app_order_id", "order_num"},
		"inbox":    {"digest", "data_hash"},
		"products": {"slug"}, "categories": {"slug"}, "variants": {"sku"},
		"outbox": {"dedupe_key"}, "reviews": {"subject"},
	}
	tables := modelstest.Columns(t, modelstest.MariaDBDSN(t))
	for table, columns := range binary {
		for _, column := range columns {
			assert.Contains(t, tables[table][column].Collate, "_bin", "%s.%s", table, column)
		}
	}
}
