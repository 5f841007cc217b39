// Package migrations holds the schema as plain SQL, a folder per dialect, forward and back. Both folders have the same versions, one
// table each: MySQL commits every DDL statement at once, so a version that stops half-way can only be one that did nothing.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The dialects, which are also the names of the folders.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

//go:embed mysql/*.sql sqlite/*.sql
var files embed.FS

// ErrDialect says that there is no schema for a dialect.
var ErrDialect = errors.New("no migrations for this dialect")

// Provider makes a goose provider over the schema of a dialect, SQLite or MySQL. Starters that run at the same moment wait for each
// other, so that all of them succeed: on MySQL by a row with a lease (GET_LOCK is no lock on a Galera cluster), on SQLite by
// an exclusive lock on a file beside the database, which ends with its process. Closing the provider closes db.
func Provider(ctx context.Context, db *sql.DB, dialect string) (*goose.Provider, error) {
	var (
		name   goose.Dialect
		locker lock.Locker
		err    error
	)
	switch dialect {
	case SQLite:
		name = goose.DialectSQLite3
		locker, err = newFileLocker(ctx, db)
	case MySQL:
		name = goose.DialectMySQL
		locker, err = lock.NewMySQLTableLocker(lock.WithTableLockTimeout(250*time.Millisecond, 1200))
	default:
		return nil, fmt.Errorf("%w: %q", ErrDialect, dialect)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the migrations' lock: %w", err)
	}
	folder, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, fmt.Errorf("open the migrations: %w", err)
	}
	provider, err := goose.NewProvider(name, db, folder, goose.WithLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// Names lists the steps of a dialect, SQLite or MySQL, in their order: the files' names.
func Names(dialect string) ([]string, error) {
	if dialect != SQLite && dialect != MySQL {
		return nil, fmt.Errorf("%w: %q", ErrDialect, dialect)
	}
	list, err := fs.ReadDir(files, dialect)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	names := make([]string, len(list))
	for i, file := range list {
		names[i] = file.Name()
	}
	return names, nil
}

// fileLocker is a lock between processes that share a SQLite database: an exclusive transaction on an empty database beside it.
// A lock inside the database itself would be let go by the first migration's commit.
type fileLocker struct {
	dsn string

	mu   sync.Mutex
	file *sql.DB
	held *sql.Tx
}

func newFileLocker(ctx context.Context, db *sql.DB) (*fileLocker, error) {
	var path string
	row := db.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
	if err := row.Scan(&path); err != nil {
		return nil, fmt.Errorf("find the database's file: %w", err)
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path + ".migrating"}).EscapedPath()}
	return &fileLocker{dsn: name.String() + "?_txlock=exclusive&_pragma=busy_timeout(300000)"}, nil
}

// Lock waits until no other process migrates the same file.
func (l *fileLocker) Lock(ctx context.Context, _ *sql.DB) error {
	l.mu.Lock()
	file, err := sql.Open("sqlite", l.dsn)
	if err != nil {
		l.mu.Unlock()
		return fmt.Errorf("open the lock's file: %w", err)
	}
	// The lock outlives ctx, which may end while a migration is still being undone.
	held, err := file.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		l.mu.Unlock()
		return errors.Join(fmt.Errorf("wait for other migrations: %w", err), file.Close())
	}
	l.file, l.held = file, held
	return nil
}

// Unlock lets the next process go on.
func (l *fileLocker) Unlock(context.Context, *sql.DB) error {
	defer l.mu.Unlock()
	return errors.Join(l.held.Rollback(), l.file.Close())
}
