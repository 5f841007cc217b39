package modelstest

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Column is a column as the database describes it.
type Column struct {
	Type     string // in upper case, such as "VARCHAR(64)"
	Nullable bool
	Charset  string // MySQL only; empty for numbers
	Collate  string // MySQL only
}

// Columns returns the columns of a database, by table and name, without goose's tables.
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

// Shape describes a schema in a form that is the same for both dialects: each column with its position and whether it may be NULL, each
// primary key, and each index with its name, columns and uniqueness. It omits goose's tables.
func Shape(tb testing.TB, dsn string) []string {
	tb.Helper()
	columns := `SELECT table_name, CONCAT('column ', ordinal_position, ': ', column_name), IF(is_nullable = 'YES', 'NULL', 'NOT NULL')
		FROM information_schema.columns WHERE table_schema = DATABASE()`
	indexes := `SELECT table_name, CONCAT(IF(non_unique, '', 'unique '), 'index ', index_name), column_name
		FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`
	if strings.HasPrefix(dsn, "sqlite:") {
		columns = `SELECT m.name, 'column ' || (c.cid + 1) || ': ' || c.name, CASE c."notnull" WHEN 0 THEN 'NULL' ELSE 'NOT NULL' END
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
		indexes = `SELECT name, what, part FROM (SELECT m.name AS name, 'unique index PRIMARY' AS what, c.name AS part, c.pk AS place
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.pk > 0
			UNION ALL SELECT m.name, CASE l."unique" WHEN 0 THEN '' ELSE 'unique ' END || 'index ' || l.name, i.name, i.seqno
			FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i WHERE m.type = 'table' AND l.origin = 'c'
			) ORDER BY name, what, place`
	}
	shape := map[string]string{}
	for _, query := range []string{columns, indexes} {
		rows, err := raw(tb, dsn).QueryContext(tb.Context(), query)
		require.NoError(tb, err)
		defer rows.Close() //nolint:errcheck // read to the end below
		for rows.Next() {
			var table, what, part string
			require.NoError(tb, rows.Scan(&table, &what, &part))
			if !strings.HasPrefix(table, "goose_") {
				shape[table+" "+what] += " " + part
			}
		}
		require.NoError(tb, rows.Err())
	}
	lines := make([]string, 0, len(shape))
	for what, parts := range shape {
		lines = append(lines, what+parts)
	}
	slices.Sort(lines)
	return lines
}

// Unreleased makes an empty database look as if the migrations before the baseline had been applied up to step. 0 means that all of them
// were rolled back.
func Unreleased(tb testing.TB, dsn string, step int) {
	tb.Helper()
	id := "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY"
	if strings.HasPrefix(dsn, "sqlite:") {
		id = "INTEGER PRIMARY KEY AUTOINCREMENT"
	}
	Exec(tb, dsn, "CREATE TABLE goose_db_version (id "+id+", version_id BIGINT NOT NULL, is_applied TINYINT(1) NOT NULL, tstamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP)")
	for version := range step + 1 {
		Exec(tb, dsn, fmt.Sprintf("INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, 1)", version))
	}
}

// Count runs a query that counts, bypassing the store, and returns the number.
func Count(tb testing.TB, dsn, query string, args ...any) int {
	tb.Helper()
	var n int
	require.NoError(tb, raw(tb, dsn).QueryRowContext(tb.Context(), query, args...).Scan(&n))
	return n
}

// Exec runs statements, bypassing the store and without foreign keys, to create states that the store prevents.
func Exec(tb testing.TB, dsn string, statements ...string) {
	tb.Helper()
	db := raw(tb, dsn)
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		_, err := db.ExecContext(tb.Context(), statement)
		require.NoError(tb, err, statement)
	}
}

// raw opens a database with its driver alone and closes it when the test ends.
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
