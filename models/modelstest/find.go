package modelstest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Find searches every column of every table for texts, as given and in lower case, to prove that they are nowhere. texts maps names to
// texts. The result maps "table.column" to the sorted names of the texts found there. Encrypted and compressed values are not searched.
func Find(tb testing.TB, dsn string, texts map[string]string) map[string][]string {
	tb.Helper()
	db := raw(tb, dsn)
	db.SetMaxOpenConns(1)
	match := func(column string) string { return "LOCATE(CAST(? AS BINARY), CAST(`" + column + "` AS BINARY)) > 0" }
	if strings.HasPrefix(dsn, "sqlite:") {
		match = func(column string) string { return "INSTR(CAST(`" + column + "` AS BLOB), CAST(? AS BLOB)) > 0" }
	}
	// One query for each table finds most of them empty; only the others are searched by column and text.
	count := func(table string, columns, names []string) (n int) {
		var all []string
		var args []any
		for _, column := range columns {
			for _, name := range names {
				all, args = append(all, match(column), match(column)), append(args, texts[name], strings.ToLower(texts[name]))
			}
		}
		query := "SELECT COUNT(*) FROM `" + table + "` WHERE " + strings.Join(all, " OR ")
		require.NoError(tb, db.QueryRowContext(tb.Context(), query, args...).Scan(&n), table)
		return n
	}
	names := slices.Sorted(maps.Keys(texts))
	found := map[string][]string{}
	for table, described := range Columns(tb, dsn) {
		columns := slices.Sorted(maps.Keys(described))
		if count(table, columns, names) == 0 {
			continue
		}
		for _, column := range columns {
			for _, name := range names {
				if count(table, []string{column}, []string{name}) > 0 {
					key := table + "." + column
					found[key] = append(found[key], name)
				}
			}
		}
	}
	return found
}
