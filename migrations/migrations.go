// Package migrations holds the database schema as SQL migrations, in one folder for each dialect. Both folders have the same versions, and
// each version can be applied and rolled back.
//
// The first version is the baseline, a description of the whole schema. On SQLite a version is one transaction. MySQL commits every DDL
// statement at once, so each statement of the baseline creates one table with its keys and does nothing if the table exists: a baseline
// that was interrupted continues at the next start. A later version is a single statement on MySQL, which succeeds or fails as a whole.
//
// The baseline has the number 101 because the migrations before the first release had the numbers 1 to 100. Check refuses a database with
// one of these. A released version is never changed; changes are new versions.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
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

// baseline is the file of the first version.
const baseline = "0101_baseline.sql"

// versions is goose's table of applied versions.
const versions = "goose_db_version"

// createTable matches the tables of the MySQL baseline.
var createTable = regexp.MustCompile(`(?m)^CREATE TABLE IF NOT EXISTS (\w+)`)

//go:embed mysql/*.sql sqlite/*.sql
var files embed.FS

// lastUnreleased is the highest number of the migrations before the baseline.
const lastUnreleased = 100

// ErrDialect means that there is no schema for a dialect.
var ErrDialect = errors.New("no migrations for this dialect")

// UnreleasedError means that a database was made by the migrations before the baseline. It cannot be migrated.
type UnreleasedError struct {
	Step int64 // last migration that was applied, 1 to 100
}

// Error says what happened and what to do.
func (e *UnreleasedError) Error() string {
	return fmt.Sprintf("this database was made by an unreleased version of Coincart (schema step %d); "+
		"export what you need with that version and start with a new database", e.Step)
}

// TakenError means that a database has a table of another program under a name of the schema.
type TakenError struct {
	Table string
}

// Error names the table.
func (e *TakenError) Error() string {
	return "the database has a table " + e.Table + " that was not made by Coincart: use an empty database"
}

// Check refuses a database that was made before the baseline, with an *UnreleasedError. It changes nothing.
func Check(ctx context.Context, db *sql.DB, dialect string) error {
	there, err := hasTable(ctx, db, dialect, versions)
	if err != nil || !there {
		return err
	}
	var step int64
	row := db.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE version_id BETWEEN 1 AND ? AND is_applied = 1",
		lastUnreleased)
	if err := row.Scan(&step); err != nil {
		return fmt.Errorf("read the applied migrations: %w", err)
	}
	if step > 0 {
		return &UnreleasedError{Step: step}
	}
	return nil
}

// Prepare prepares a MySQL database for the baseline. It does nothing on SQLite. The baseline would adopt an existing table, so Prepare
// refuses a database that has a table of the schema but no list of migrations, with a *TakenError. It also completes a list of migrations
// whose creation was interrupted before its first row.
func Prepare(ctx context.Context, db *sql.DB, dialect string) error {
	if dialect != MySQL {
		return nil
	}
	// Look for the tables before the list, because another process that applies the baseline creates the list first.
	taken, err := ownTable(ctx, db)
	if err != nil {
		return err
	}
	there, err := hasTable(ctx, db, dialect, versions)
	switch {
	case err != nil:
		return err
	case there:
		_, err = db.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) SELECT 0, 1 FROM DUAL WHERE NOT EXISTS "+
			"(SELECT 1 FROM goose_db_version)")
		if err != nil {
			return fmt.Errorf("complete the list of migrations: %w", err)
		}
	case taken != "":
		return &TakenError{Table: taken}
	}
	return nil
}

// ownTable returns the name of a table of the baseline that exists in a MySQL database, or "".
func ownTable(ctx context.Context, db *sql.DB) (string, error) {
	text, err := files.ReadFile(MySQL + "/" + baseline)
	if err != nil {
		return "", fmt.Errorf("open the migrations: %w", err)
	}
	for _, match := range createTable.FindAllSubmatch(text, -1) {
		name := string(match[1])
		if there, err := hasTable(ctx, db, MySQL, name); err != nil || there {
			return name, err
		}
	}
	return "", nil
}

func hasTable(ctx context.Context, db *sql.DB, dialect, name string) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if dialect == MySQL {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?"
	}
	var n int
	if err := db.QueryRowContext(ctx, query, name).Scan(&n); err != nil {
		return false, fmt.Errorf("look for the table %s: %w", name, err)
	}
	return n > 0, nil
}

// Provider returns a goose provider for the schema of a dialect, SQLite or MySQL. Processes that migrate at the same time wait for each
// other: on MySQL with a leased row (GET_LOCK does not lock on a Galera cluster), on SQLite with an exclusive lock on a file beside the
// database, which the end of the process releases. Closing the provider closes db.
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
	provider, err := goose.NewProvider(name, db, folder, goose.WithLocker(locker), goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// Names returns the file names of a dialect's migrations, in order.
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

// fileLocker is a lock between processes that share a SQLite database: an exclusive transaction on an empty database beside it. The first
// migration's commit would release a lock inside the database itself.
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
	// The lock outlives ctx, which may end while a migration is being rolled back.
	held, err := file.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		l.mu.Unlock()
		return errors.Join(fmt.Errorf("wait for other migrations: %w", err), file.Close())
	}
	l.file, l.held = file, held
	return nil
}

// Unlock releases the lock.
func (l *fileLocker) Unlock(context.Context, *sql.DB) error {
	defer l.mu.Unlock()
	return errors.Join(l.held.Rollback(), l.file.Close())
}
