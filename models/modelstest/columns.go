package modelstest

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Column is a column as the database describes it.
type Column struct {
	Type     string // upper case, such as "VARCHAR(64)"
	Nullable bool
	Charset  string // MySQL only; empty for numbers
	Collate  string // MySQL only
}

// Columns describes the shop's tables in a database: table → column → description. The tables of goose are left out.
func Columns(tb testing.TB, dsn string) map[string]map[string]Column {
	tb.Helper()
	path, lite := strings.CutPrefix(dsn, "sqlite:")
	query := `SELECT table_name, column_name, UPPER(column_type), is_nullable = 'YES',
		COALESCE(character_set_name, ''), COALESCE(collation_name, '')
		FROM information_schema.columns WHERE table_schema = DATABASE()`
	var db *sql.DB
	var err error
	if lite {
		query = `SELECT m.name, c.name, UPPER(c.type), c."notnull" = 0, '', ''
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
		db, err = sql.Open("sqlite", "file:"+path)
	} else {
		db, err = connect(dsn)
	}
	require.NoError(tb, err)
	closeAfter(tb, db)
	rows, err := db.QueryContext(tb.Context(), query)
	require.NoError(tb, err)
	defer rows.Close() //nolint:errcheck // read to the end below
	tables := map[string]map[string]Column{}
	for rows.Next() {
		var table, name string
		var c Column
		require.NoError(tb, rows.Scan(&table, &name, &c.Type, &c.Nullable, &c.Charset, &c.Collate))
		if strings.HasPrefix(table, "goose_") {
			continue
		}
		if tables[table] == nil {
			tables[table] = map[string]Column{}
		}
		tables[table][name] = c
	}
	require.NoError(tb, rows.Err())
	return tables
}

// Count gives the number that a query counts, past the store: for what a test must see in the database itself.
func Count(tb testing.TB, dsn, query string, args ...any) int {
	tb.Helper()
	var db *sql.DB
	var err error
	if path, lite := strings.CutPrefix(dsn, "sqlite:"); lite {
		db, err = sql.Open("sqlite", "file:"+path)
	} else {
		db, err = connect(dsn)
	}
	require.NoError(tb, err)
	closeAfter(tb, db)
	var n int
	require.NoError(tb, db.QueryRowContext(tb.Context(), query, args...).Scan(&n))
	return n
}
