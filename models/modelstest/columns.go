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
	query := `SELECT table_name, column_name, UPPER(column_type), is_nullable = 'YES',
		COALESCE(character_set_name, ''), COALESCE(collation_name, '')
		FROM information_schema.columns WHERE table_schema = DATABASE()`
	if strings.HasPrefix(dsn, "sqlite:") {
		query = `SELECT m.name, c.name, UPPER(c.type), c."notnull" = 0, '', ''
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	}
	rows, err := raw(tb, dsn).QueryContext(tb.Context(), query)
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
	var n int
	require.NoError(tb, raw(tb, dsn).QueryRowContext(tb.Context(), query, args...).Scan(&n))
	return n
}

// Exec changes a database past the store, without foreign keys: for tests of what must not be there.
func Exec(tb testing.TB, dsn string, statements ...string) {
	tb.Helper()
	db := raw(tb, dsn)
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		_, err := db.ExecContext(tb.Context(), statement)
		require.NoError(tb, err, statement)
	}
}

// raw opens a database with its driver alone, for the time of a test.
func raw(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	var db *sql.DB
	var err error
	if path, lite := strings.CutPrefix(dsn, "sqlite:"); lite {
		db, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	} else {
		db, err = connect(dsn)
	}
	require.NoError(tb, err)
	closeAfter(tb, db)
	return db
}
