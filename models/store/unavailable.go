package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrUnavailable means that the database is down, busy or out of order at this moment, and that the same call may succeed later. It is
// not about the statement: a wrong statement or a refused row is another error. A write that ended with ErrUnavailable was probably not
// made; where the answer to a commit was lost, nobody knows (Tx).
var ErrUnavailable = errors.New("the database is not available")

// unavailableError is a failure of the database or of the way to it. It is ErrUnavailable and keeps its cause.
type unavailableError struct{ cause error }

func (e *unavailableError) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *unavailableError) Unwrap() error        { return e.cause }
func (e *unavailableError) Is(target error) bool { return target == ErrUnavailable }

// unreachable reports whether an error is one of the connection: the server cannot be reached, the connection broke, or the call's time is
// over. A call that was cancelled is not one of them: nobody waits for its answer.
func unreachable(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	for _, cause := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone, mysql.ErrInvalidConn, mysql.ErrMalformPkt, mysql.ErrPktSync,
		io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, cause) {
			return true
		}
	}
	_, network := errors.AsType[net.Error](err)
	return network
}

// mysqlUnavailable reports whether a number is an error of MySQL, MariaDB, Galera or a proxy before them that says "not now". Errors that a
// person has to correct are left out, because they do not pass by themselves: a wrong password (1045), a missing right (1142), database
// (1049) or table (1146).
func mysqlUnavailable(number uint16) bool {
	switch number {
	case 1040, // too many connections
		1129, // this host is blocked after broken connections
		1203, // this user has too many connections
		1226, // this user has used up a limit of an hour
		1461: // too many prepared statements
		return true
	case 1053, 1077, 1078, 1079, // the server is shutting down
		1152, 1184, // the server aborted the connection
		1317, // the statement was interrupted, as by KILL QUERY
		1927, // the connection was killed (MariaDB)
		1969, // max_statement_time (MariaDB)
		3024, // max_execution_time (MySQL)
		3169, // the session was killed (MySQL)
		4031: // the server closed an idle connection (MySQL)
		return true
	case 1158, 1159, 1160, 1161, // the network between client and server
		2002, 2003, 2006, 2013, // a proxy cannot reach its server, or lost it
		9001: // ProxySQL waited too long for a server
		return true
	case 1290, 1792, 1836, 1874: // read-only: a replica after a failover, or a server that is being moved
		return true
	case 1021, 1026, 1114, // the disk is full, or cannot be written
		1030, 1034, // the storage engine failed; 1034 is what a full disk for temporary tables looks like
		1037, 1041, 1135, // out of memory or threads
		1180,       // the commit failed
		1206, 1637: // too many locks or transactions
		return true
	case 1412, 1615, 1689, // a table is being changed by a migration
		3101: // another member of the group was faster
		return true
	default:
		return false
	}
}

// sqliteUnavailable reports whether a code is an error of SQLite that says "not now". A file that is damaged (CORRUPT, NOTADB) is not one
// of them: it has to be restored.
func sqliteUnavailable(code int) bool {
	switch code & sqlitePrimaryCodeMask {
	case sqlite3.SQLITE_FULL, // the disk is full
		sqlite3.SQLITE_IOERR,     // the disk cannot be read or written
		sqlite3.SQLITE_CANTOPEN,  // the file, its journal or its folder cannot be opened, as without file descriptors
		sqlite3.SQLITE_READONLY,  // the disk was mounted read-only
		sqlite3.SQLITE_PROTOCOL,  // the lock of the write-ahead log was not won
		sqlite3.SQLITE_NOMEM,     // out of memory
		sqlite3.SQLITE_INTERRUPT: // the time of the call ended the statement
		return true
	default:
		return false
	}
}

// unavailable marks an error of a database as ErrUnavailable where it is one.
func unavailable(err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	var now bool
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		now = mysqlUnavailable(e.Number)
	} else if e, ok := errors.AsType[*sqlite.Error](err); ok {
		now = sqliteUnavailable(e.Code())
	} else {
		now = unreachable(err)
	}
	if !now {
		return err
	}
	return &unavailableError{err}
}
