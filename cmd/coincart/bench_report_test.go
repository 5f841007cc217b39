package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
)

// benchBuffers is the size of the database server's page cache, in bytes. The tests' own server has so little that its disk would be
// measured.
const benchBuffers = 1 << 30

// benchDatabase returns the DSN of the database to measure.
func benchDatabase(b *testing.B) string {
	b.Helper()
	if dsn := os.Getenv("COINCART_BENCH_DATABASE"); dsn != "" {
		return dsn
	}
	return modelstest.MariaDBDSN(b)
}

// giveBuffers sets the server's page cache to benchBuffers, with a log of matching size, until the benchmark ends, and describes the
// result. It keeps larger settings, and those that it has no right to change.
func giveBuffers(b *testing.B, dsn string) string {
	b.Helper()
	db := benchAdmin(b, dsn)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	for name, size := range map[string]int64{"innodb_buffer_pool_size": benchBuffers, "innodb_log_file_size": benchBuffers / 2} {
		var before int64
		require.NoError(b, db.QueryRowContext(b.Context(), "SELECT @@GLOBAL."+name).Scan(&before))
		if before >= size {
			continue
		}
		if _, err := db.ExecContext(b.Context(), fmt.Sprintf("SET GLOBAL %s = %d", name, size)); err != nil {
			continue // the description below shows the actual setting
		}
		b.Cleanup(func() {
			_, err := db.ExecContext(context.Background(), fmt.Sprintf("SET GLOBAL %s = %d", name, before))
			require.NoError(b, err)
		})
	}
	var version string
	var buffers, log int64
	query := "SELECT @@version, @@GLOBAL.innodb_buffer_pool_size, @@GLOBAL.innodb_log_file_size"
	require.NoError(b, db.QueryRowContext(b.Context(), query).Scan(&version, &buffers, &log))
	return fmt.Sprintf("%s with %d MiB of buffers and a log of %d MiB", version, buffers>>20, log>>20)
}

func benchAdmin(b *testing.B, dsn string) *sql.DB {
	b.Helper()
	u, err := url.Parse(dsn)
	require.NoError(b, err)
	c := mysql.NewConfig()
	c.Net, c.Addr = "tcp", u.Host
	if socket := u.Query().Get("socket"); socket != "" {
		c.Net, c.Addr = "unix", socket
	}
	c.User, c.DBName = u.User.Username(), strings.TrimPrefix(u.Path, "/")
	c.Passwd, _ = u.User.Password()
	connector, err := mysql.NewConnector(c)
	require.NoError(b, err)
	return sql.OpenDB(connector)
}

// benchReport collects the figures for the table at the end.
type benchReport struct {
	notes, pages, exports []string
}

func (r *benchReport) note(format string, values ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, values...))
}

// page records the figures of a page; times are in milliseconds.
func (r *benchReport) page(b *testing.B, name string, visits, statements int, p50, p95 float64) {
	b.Helper()
	r.pages = append(r.pages, fmt.Sprintf("%s\t%d\t%d\t%.1f ms\t%.1f ms\t", name, visits, statements, p50, p95))
	if statements > mostStatements || p95 > float64(mostTime.Milliseconds()) {
		b.Errorf("%s took %d statements and %.1f ms: at most %d and %s are promised", name, statements, p95, mostStatements, mostTime)
	}
}

func (r *benchReport) export(b *testing.B, format string, rows int, size int64, took time.Duration, most uint64) {
	b.Helper()
	r.exports = append(r.exports, fmt.Sprintf("%s\t%d\t%.1f MiB\t%.1f s\t%.1f MiB\t",
		format, rows, float64(size)/(1<<20), took.Seconds(), float64(most)/(1<<20)))
	if most > mostHeap {
		b.Errorf("the export as %s took %d MiB of heap: at most %d are promised", format, most>>20, mostHeap>>20)
	}
}

// print writes the notes and the tables.
func (r *benchReport) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	lines := append([]string{""}, r.notes...)
	lines = append(append(lines, "", "page\tvisits\tstatements\tp50\tp95\t"), r.pages...)
	lines = append(append(lines, "", "export\trows\tfile\ttime\tmost heap\t"), r.exports...)
	_, err := fmt.Fprintln(table, strings.Join(lines, "\n"))
	if err != nil {
		return err
	}
	return table.Flush()
}
