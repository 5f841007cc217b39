package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

func TestTranslate_TellsNotNowFromWrong(t *testing.T) {
	for name, err := range map[string]error{
		"refused":       &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"reset":         &net.OpError{Op: "read", Err: syscall.ECONNRESET},
		"deadline":      fmt.Errorf("read: %w", context.DeadlineExceeded),
		"bad conn":      driver.ErrBadConn,
		"invalid conn":  mysql.ErrInvalidConn,
		"conn done":     sql.ErrConnDone,
		"end of stream": io.ErrUnexpectedEOF,
		"set up":        errors.Join(fmt.Errorf("set the isolation: %w", mysql.ErrInvalidConn), errors.New("close")),
	} {
		got := wrap("read the cart", translate(err))
		require.ErrorIs(t, got, ErrUnavailable, name)
		require.ErrorIs(t, got, err, "%s: the cause is kept", name)
		assert.False(t, isRetryable(got), "%s: only a transaction that gave way is repeated", name)
		require.ErrorIs(t, translate(got), ErrUnavailable, "%s: translated twice", name)
	}
	for name, err := range map[string]error{
		"cancelled":      context.Canceled,
		"dial cancelled": &net.OpError{Op: "dial", Err: context.Canceled},
		"no row":         sql.ErrNoRows,
		"no record":      gorm.ErrRecordNotFound,
		"transaction":    sql.ErrTxDone,
		"scan":           errors.New("converting NULL to string is unsupported"),
		"text":           ErrText,
	} {
		assert.NotErrorIs(t, translate(err), ErrUnavailable, name)
	}
	require.NoError(t, translate(nil))
}

func TestTranslate_KnowsTheNumbersOfMySQL(t *testing.T) {
	for _, number := range []uint16{
		1020, 1021, 1026, 1030, 1034, 1037, 1040, 1041, 1047, 1053, 1077, 1078, 1079, 1114, 1129, 1135, 1152, 1158, 1159, 1160, 1161, 1180, 1184, 1203,
		1205, 1206, 1213, 1226, 1290, 1317, 1412, 1461, 1615, 1637, 1689, 1792, 1836, 1874, 1927, 1969, 2002, 2003, 2006, 2013, 3024, 3101, 3169, 4031, 9001,
	} {
		assert.ErrorIs(t, translate(&mysql.MySQLError{Number: number}), ErrUnavailable, "%d", number)
	}
	for _, number := range []uint16{
		1044, 1045, 1048, 1049, 1054, 1062, 1064, 1142, 1146, 1216, 1264, 1292, 1364, 1366, 1406, 1451, 1452, 1586, 1644, 3819, 4025,
	} {
		assert.NotErrorIs(t, translate(&mysql.MySQLError{Number: number}), ErrUnavailable, "%d", number)
	}
}

// The errors are SQLite's own.
func TestTranslate_KnowsTheErrorsOfSQLite(t *testing.T) {
	open := func(path string) *sql.DB {
		db, err := sql.Open("sqlite", "file:"+path)
		require.NoError(t, err)
		db.SetMaxOpenConns(1)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return db
	}
	run := func(db *sql.DB, statements ...string) (err error) {
		for _, statement := range statements {
			if _, err = db.ExecContext(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}
	folder := t.TempDir()
	full, other := open(filepath.Join(folder, "a.db")), open(filepath.Join(folder, "a.db"))
	require.NoError(t, run(full, "CREATE TABLE t (a TEXT UNIQUE CHECK (a <> 'x'))", "INSERT INTO t VALUES ('1')"))

	assert.ErrorIs(t, translate(run(full, "PRAGMA max_page_count = 4", "INSERT INTO t VALUES (hex(randomblob(100000)))")), ErrUnavailable, "full")
	assert.ErrorIs(t, translate(run(open(filepath.Join(folder, "none", "b.db")), "CREATE TABLE t (a)")), ErrUnavailable, "cannot be opened")
	assert.ErrorIs(t, translate(run(other, "PRAGMA query_only = 1", "INSERT INTO t VALUES ('2')")), ErrUnavailable, "read-only")
	require.NoError(t, run(other, "PRAGMA query_only = 0", "BEGIN IMMEDIATE"))
	busy := translate(run(full, "INSERT INTO t VALUES ('3')"))
	require.ErrorIs(t, busy, ErrUnavailable, "busy")
	assert.True(t, isRetryable(busy))
	require.NoError(t, run(other, "ROLLBACK"))

	for _, statement := range []string{"SELEC 1", "SELECT a FROM nowhere", "INSERT INTO t VALUES ('1')", "INSERT INTO t VALUES ('x')"} {
		err := translate(run(full, statement))
		require.Error(t, err, statement)
		assert.NotErrorIs(t, err, ErrUnavailable, statement)
	}
}
