package main

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// dumpDatabase is all that a database holds, as text: of SQLite the files as they lie on the disk, freed pages included; of MySQL
// every row of every table.
func dumpDatabase(t *testing.T, dsn string) string {
	t.Helper()
	var all strings.Builder
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		for _, file := range []string{path, path + "-wal"} {
			text, err := os.ReadFile(file)
			if !os.IsNotExist(err) {
				require.NoError(t, err)
			}
			all.Write(text)
		}
		return all.String()
	}
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.DBName = u.User.Username(), "tcp", u.Host, strings.Trim(u.Path, "/")
	config.Passwd, _ = u.User.Password()
	if socket := u.Query().Get("socket"); socket != "" {
		config.Net, config.Addr = "unix", socket
	}
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	db := sql.OpenDB(connector)
	defer db.Close()
	for _, table := range column(t, db, "SHOW TABLES") {
		dumpTable(t, db, table, &all)
	}
	return all.String()
}

// spoil changes a SQLite database behind the shop's back.
func spoil(t *testing.T, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(dsn, "sqlite:"))
	require.NoError(t, err)
	defer db.Close()
	done, err := db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
	changed, err := done.RowsAffected()
	require.NoError(t, err)
	require.NotZero(t, changed)
}

func dumpTable(t *testing.T, db *sql.DB, table string, to *strings.Builder) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM `"+table+"`")
	require.NoError(t, err)
	defer rows.Close()
	names, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		values, into := make([]sql.RawBytes, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		for i, value := range values {
			fmt.Fprintf(to, "%s.%s=%s\n", table, names[i], value)
		}
	}
	require.NoError(t, rows.Err())
}

func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	var list []string
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		list = append(list, text)
	}
	require.NoError(t, rows.Err())
	return list
}
