// Package modelstest gives tests real databases, SQLite and MariaDB, with builders for common rows.
//
// It starts the MariaDB server itself. The test processes of a user that run at the same time share the server: the first one starts it,
// each holds a shared lock on a file, and a small supervisor stops the server and removes its folder when nobody holds the lock. The kernel
// releases the locks of processes that panic or are killed, so nothing is left behind. Every test has a database of its own.
package modelstest

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/store"
)

// Option changes how a test's store is opened.
type Option func(*store.Options)

// WithClock makes the store use a test's clock.
func WithClock(clock *Clock) Option {
	return func(o *store.Options) { o.Clock = clock.Now }
}

// patience is the default timeout of tests' stores, long enough for a busy machine.
const patience = time.Minute

// SealKey returns the default encryption key of tests' stores.
func SealKey() []byte { return []byte("a key for tests, 32 bytes long..") }

// Each runs a test on SQLite and on MariaDB, each with a new database.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachWith(t, nil, fn)
}

// EachWith is Each with options, which it makes anew for each database.
func EachWith(t *testing.T, options func() []Option, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	of := func() []Option {
		if options == nil {
			return nil
		}
		return options()
	}
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t, of()...)) })
	t.Run("mariadb", func(t *testing.T) { fn(t, MariaDB(t, of()...)) })
}

// EachEmpty runs a test with the DSN of an empty database of each kind, for tests of store.Open and of migrations.
func EachEmpty(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, "sqlite:"+filepath.Join(t.TempDir(), "shop.db")) })
	t.Run("mariadb", func(t *testing.T) { fn(t, emptyMariaDB(t)) })
}

// SQLite opens a new SQLite database with the whole schema, in a temporary folder.
func SQLite(tb testing.TB, options ...Option) *store.Store {
	tb.Helper()
	return Open(tb, SQLiteDSN(tb), options...)
}

// MariaDB opens a new MariaDB database with the whole schema. If MariaDB is not installed, it skips the test, or fails it with
// COINCART_REQUIRE_MARIADB=1. COINCART_TEST_MYSQL names another server, as "mysql://user:pass@host:3306/".
func MariaDB(tb testing.TB, options ...Option) *store.Store {
	tb.Helper()
	return Open(tb, MariaDBDSN(tb), options...)
}

// SQLiteDSN creates a SQLite database with the whole schema and returns its DSN, for programs that open it themselves.
func SQLiteDSN(tb testing.TB) string {
	tb.Helper()
	schema, err := sqliteTemplate()
	require.NoError(tb, err)
	path := filepath.Join(tb.TempDir(), "shop.db")
	require.NoError(tb, os.WriteFile(path, schema, 0o600))
	return "sqlite:" + path
}

// MariaDBDSN creates a MariaDB database with the whole schema and returns its DSN. It drops the database when the test ends.
func MariaDBDSN(tb testing.TB) string {
	tb.Helper()
	dsn := emptyMariaDB(tb)
	require.NoError(tb, copyTemplate(tb.Context(), dsn))
	return dsn
}

// Open opens a database and closes it when the test ends.
func Open(tb testing.TB, dsn string, options ...Option) *store.Store {
	tb.Helper()
	o := store.Options{SealKey: SealKey(), Timeout: patience, Unsafe: true, Observe: Observe}
	for _, option := range options {
		option(&o)
	}
	s, err := store.Open(tb.Context(), dsn, o)
	require.NoError(tb, err)
	closeAfter(tb, s)
	return s
}

func closeAfter(tb testing.TB, c io.Closer) {
	tb.Helper()
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
}

// sqliteTemplate is a migrated, empty database, made once for each process and copied for every test.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "coincart-schema-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	path := filepath.Join(folder, "schema.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(dsn string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, dsn, store.Options{Timeout: patience, Unsafe: true})
	if err != nil {
		return err
	}
	defer func() {
		if e := s.Close(); err == nil { // closing moves the write-ahead log into the file
			err = e
		}
	}()
	return s.Migrate(ctx)
}
