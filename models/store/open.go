package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// Options of Open. The zero value is a store without secrets on the database's clock.
type Options struct {
	// Clock tells the time that is written and that leases follow. Without one it is the database's, so that machines whose clocks
	// differ agree (reliability.md R17); SQLite has its machine's. See Store.Clock.
	Clock models.Clock
	// Logger hears of slow statements and of transactions that had to be repeated; values are never logged. Default: none.
	Logger *slog.Logger
	// SealKey is 32 bytes. It seals the content of sessions and the openId and token of payers (AES-256-GCM). Without it such
	// fields are refused with ErrNoSealKey.
	SealKey []byte
	// MaxConns bounds the connections to the database: readers on SQLite, which has one writer besides; all on MySQL. Default:
	// twice the processors, at least 4, on SQLite; 32 on MySQL.
	MaxConns int
	// Timeout bounds how long a statement whose context has no deadline waits: for a connection, for another transaction, and for
	// the first answer; on MySQL also each read from the network and each write to it, whatever the context says, where the setting's
	// readTimeout and writeTimeout do not say otherwise. A lock of MySQL's is waited for half as long, so that the wait ends with an
	// answer. Rows that have begun to come may take longer. Default: 10 seconds.
	Timeout time.Duration
	// Unsafe lets SQLite acknowledge before the disk has what is committed: a power cut takes it back. It is for tests and trials.
	Unsafe bool
	// MustExist refuses a SQLite file that is not there with ErrNoDatabase, instead of making an empty one.
	MustExist bool
	// Observe is called with the text of every statement before it runs, those inside transactions too; BEGIN and COMMIT are not among them.
	// Default: nobody is called.
	Observe func(ctx context.Context, query string)
	// Given are settings by the environment, which hold where the database has none (LoadSettings).
	Given map[models.SettingKey]string
}

// Store reads and writes the shop's rows. It is safe for concurrent use; inside Tx a store of its own works in the transaction.
type Store struct {
	*shared
	conn conn
	orm  *gorm.DB
	inTx bool

	atEnd  *[]func() error // of a transaction: what is done right before it commits
	marked map[string]bool // orders that this transaction has noted as changed (markForSearch)
}

// shared is what a store and its transactions have in common.
type shared struct {
	pool    *pool
	dialect string
	clock   models.Clock
	fixed   bool // the clock was given
	server  serverClock
	log     *slog.Logger
	sealer  *sealer
	given   map[models.SettingKey]string

	encryption Encryption // of MySQL
}

// ErrDSN means that the setting of the database cannot be read.
var ErrDSN = errors.New(`the database is "sqlite:path" or "mysql://user:pass@host:3306/name"`)

// ErrNoDatabase means that there is no database yet.
var ErrNoDatabase = errors.New("there is no database")

// Open opens a database and checks that it answers. The setting is "sqlite:path", which makes the folder and the file, readable
// by their owner only, or "mysql://user:pass@host:3306/name?…" with the driver's parameters (and socket=path) behind the
// question mark; errors never hold the password. The schema is not touched: see Migrate and SchemaBehind.
// *migrations.UnreleasedError: the database was made before the first release.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	kind, rest, _ := strings.Cut(dsn, ":")
	c := &shared{clock: o.Clock, fixed: o.Clock != nil, log: o.Logger, given: o.Given}
	if c.clock == nil {
		c.clock = models.SystemClock
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if c.sealer, err = newSealer(o.SealKey); err != nil {
		return nil, err
	}
	var dialector func(*pool) gorm.Dialector
	switch kind {
	case "sqlite":
		c.dialect = migrations.SQLite
		if o.MustExist && !isFile(rest) {
			return nil, fmt.Errorf("%w: %s does not exist", ErrNoDatabase, rest)
		}
		c.pool, err = openSQLite(ctx, rest, o)
		dialector = newSQLiteDialector
	case "mysql":
		c.dialect = migrations.MySQL
		c.pool, c.encryption, err = openMySQL(dsn, o)
		dialector = newMySQLDialector
	default:
		return nil, ErrDSN
	}
	if err != nil {
		return nil, err
	}
	c.pool.log, c.pool.observe = c.log, o.Observe
	orm, err := gorm.Open(dialector(c.pool), c.gormConfig())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("set up the mapping: %w", err), c.pool.close())
	}
	s := &Store{shared: c, conn: c.pool, orm: orm}
	for _, check := range []func(context.Context) error{s.Ping, s.followServer, s.refuseUnreleased} {
		if err := check(ctx); err != nil {
			return nil, errors.Join(err, c.pool.close())
		}
	}
	return s, nil
}

// gormConfig makes a configuration of its own for every handle: a shared one would move the first handle to the second database.
func (c *shared) gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NamingStrategy:         naming(),
		Logger:                 logger.Discard, // the pool logs slow statements, errors go to the caller, and values are never logged
		NowFunc:                c.now,
	}
}

// Close ends all connections.
func (s *Store) Close() error { return wrap("close the database", s.pool.close()) }

// Ping reports whether the database answers, for writing too.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := s.pool.waits.bound(ctx)
	defer cancel()
	if err := s.pool.write.db.PingContext(ctx); err != nil {
		s.pool.suspect(ctx, err)
		return fmt.Errorf("reach the database: %w", translate(err))
	}
	if s.pool.read == s.pool.write {
		return nil
	}
	return wrap("reach the database", translate(s.pool.read.db.PingContext(ctx)))
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

func openSQLite(ctx context.Context, path string, o Options) (*pool, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, fmt.Errorf("%w: SQLite needs a file", ErrDSN)
	}
	registerDecimals()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the database's folder: %w", err)
	}
	// SQLite gives its own files the mode of this one: carts, e-mail addresses and sessions are nobody else's business.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the database's file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("make the database's file: %w", err)
	}
	if !o.Unsafe {
		if err := syncFolder(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	// With its log kept back, SQLite's commits are safe from a crash of the program and not from a power cut, and a callback that was
	// acknowledged is not sent again (reliability.md R4).
	synchronous := "_pragma=synchronous(FULL)"
	if o.Unsafe {
		synchronous = "_pragma=synchronous(NORMAL)"
	}
	write, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate", synchronous))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	// One writer queues fairly in Go; several would sleep and wake in SQLite's busy handler.
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", translate(err)), write.Close())
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=deferred", "_query_only=1"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), write.Close())
	}
	readers := o.MaxConns
	if readers <= 0 {
		readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &pool{
		write:     &statements{db: write, prepare: true, cache: map[string]*sql.Stmt{}},
		read:      &statements{db: read, prepare: true, cache: map[string]*sql.Stmt{}},
		textTimes: true,
		waits:     newWaits(o.Timeout),
	}, nil
}

// syncFolder brings the name of a file that may be new to the disk: SQLite does so for its log, and not for the file itself.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	folder, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open the database's folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("bring the database's folder to the disk: %w", err)
	}
	return nil
}

// sqliteDSN sets every connection up. What is deleted is overwritten: an erased person must not be left in free pages of the file.
func sqliteDSN(path string, more ...string) string {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return name.String() + "?" + strings.Join(append(more,
		"_pragma=busy_timeout(5000)", "_pragma=journal_mode(WAL)", "_pragma=foreign_keys(1)",
		"_pragma=temp_store(MEMORY)", "_pragma=secure_delete(1)", "_dqs=0"), "&")
}

// mysqlAddress returns the driver's network and address of a setting.
func mysqlAddress(u *url.URL) (network, address string) {
	if socket := u.Query().Get("socket"); socket != "" {
		return "unix", socket
	}
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	return "tcp", net.JoinHostPort(u.Hostname(), port)
}
