package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotFound means that there is no such row.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that a compare-and-set found another state than the one it was told: somebody else was first, or the
	// change is not allowed at all.
	ErrConflict = errors.New("the state has changed")
	// ErrDuplicate means that a unique key is taken.
	ErrDuplicate = errors.New("already exists")
	// ErrText means that a text does not fit its column: too long, or not UTF-8, or not ASCII where only that is meant.
	ErrText = errors.New("the text does not fit")
	// ErrNoSealKey means that a secret was to be written without Options.SealKey.
	ErrNoSealKey = errors.New("no key to seal secrets with")

	errForeignKey = errors.New("refers to a row that is not there")
	errCheck      = errors.New("a check of the database refused the row")
)

// OutOfStockError means that less is left of a variant than is wanted.
type OutOfStockError struct {
	VariantID string
	SKU       string
	Wanted    int
	Left      int

	untracked bool // the stock is not counted at all
}

// Error names the SKU and both numbers.
func (e *OutOfStockError) Error() string {
	return fmt.Sprintf("out of stock: %s: wanted %d, left %d", e.SKU, e.Wanted, e.Left)
}

// retryableError is a failure of one try: the same transaction, started again, may succeed. One that reaches a caller was given up after
// all tries, so it is ErrUnavailable.
type retryableError struct{ cause error }

func (e *retryableError) Error() string { return "gave way to another transaction: " + e.cause.Error() }
func (e *retryableError) Unwrap() error { return e.cause }

// Is makes the error ErrUnavailable.
func (e *retryableError) Is(target error) bool { return target == ErrUnavailable }

// The error numbers of MySQL, MariaDB and Galera that translate knows.
const (
	mysqlDuplicate        = 1062
	mysqlDuplicateNamed   = 1586
	mysqlNoParent         = 1452
	mysqlNoParentOld      = 1216
	mysqlHasChildren      = 1451
	mysqlCheck            = 3819
	mariaCheck            = 4025
	mysqlTooLong          = 1406
	mysqlBadText          = 1366
	mysqlLockWaitTimeout  = 1205
	mysqlDeadlock         = 1213
	mariaRecordChanged    = 1020
	galeraNotReady        = 1047
	mysqlMixedCollations  = 1267
	mysqlCannotConvert    = 3988
	sqlitePrimaryCodeMask = 0xff
)

// translate turns the databases' errors into this package's. Texts of MySQL's duplicate and bad-text errors hold the values that
// were refused, so they are not kept.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return translateMySQL(e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return translateSQLite(e)
	}
	return unavailable(err)
}

func translateMySQL(e *mysql.MySQLError) error {
	switch e.Number {
	case mysqlDuplicate, mysqlDuplicateNamed:
		return ErrDuplicate
	case mysqlNoParent, mysqlNoParentOld, mysqlHasChildren:
		return errForeignKey
	case mysqlCheck, mariaCheck:
		return errCheck
	case mysqlTooLong:
		return fmt.Errorf("%w: %s", ErrText, e.Message) // "Data too long for column 'x' at row 1": no value in it
	case mysqlBadText, mysqlMixedCollations, mysqlCannotConvert:
		return fmt.Errorf("%w: error %d", ErrText, e.Number)
	case mysqlLockWaitTimeout, mysqlDeadlock, mariaRecordChanged, galeraNotReady:
		return &retryableError{e}
	default:
		return unavailable(e)
	}
}

func translateSQLite(e *sqlite.Error) error {
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return ErrDuplicate
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errForeignKey
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		return errCheck
	}
	switch e.Code() & sqlitePrimaryCodeMask {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &retryableError{e}
	default:
		return unavailable(e)
	}
}

// wrap adds to an error what was being done, in the words of the caller. Without an error it returns nil.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
