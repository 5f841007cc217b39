package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	driverpkg "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

const defaultMySQLConns = 32

// maxLockWait is MySQL's own default for waiting for the lock of a row.
const maxLockWait = 50 * time.Second

// mysqlConfig reads "mysql://user:pass@host:3306/name?…". What the store relies on cannot be changed by parameters: times in UTC and read
// as times, rows found (not rows changed) as the count of an UPDATE, strict mode, one round trip per statement. timeout bounds the network
// and the waits for locks where the setting does not.
func mysqlConfig(dsn string, timeout time.Duration) (*driverpkg.Config, error) {
	u, err := url.Parse(dsn)
	if err != nil { // url.Error holds the password
		return nil, fmt.Errorf("%w: not an address", ErrDSN)
	}
	name := strings.TrimPrefix(u.Path, "/")
	if u.Scheme != "mysql" || name == "" {
		return nil, fmt.Errorf("%w: the database's name is missing", ErrDSN)
	}
	query := u.Query()
	network, address := mysqlAddress(u)
	query.Del("socket")
	config, err := driverpkg.ParseDSN("/?" + strings.ReplaceAll(query.Encode(), "+", "%20"))
	if err != nil {
		return nil, fmt.Errorf("%w: a parameter of the driver is wrong", ErrDSN)
	}
	config.Net, config.Addr, config.DBName = network, address, name
	if u.User != nil {
		config.User = u.User.Username()
		config.Passwd, _ = u.User.Password()
	}
	config.ParseTime, config.Loc, config.ClientFoundRows = true, time.UTC, true
	config.Collation = "utf8mb4_unicode_ci"
	// Values are put into the text by the driver: a prepared statement would cost two more round trips, or one per connection
	// and text, and proxies and clusters in front of the server would have to carry its state.
	config.InterpolateParams = true
	config.MultiStatements = false
	config.Timeout = cmp.Or(config.Timeout, 5*time.Second)
	config.ReadTimeout, config.WriteTimeout = cmp.Or(config.ReadTimeout, timeout), cmp.Or(config.WriteTimeout, timeout)
	// A connection whose other end is gone is found after half a minute, while it is idle as well.
	dialer := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
	config.DialFunc = dialer.DialContext
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	config.Params["time_zone"] = "'+00:00'"
	config.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	// Waiting for a lock ends before the network's time-out would cut it, with error 1205, which Tx repeats: rows' locks, and those of
	// tables that a migration changes.
	lockWait := max(1, int(timeout/2/time.Second))
	setDefault(config.Params, "innodb_lock_wait_timeout", strconv.Itoa(min(lockWait, int(maxLockWait/time.Second))))
	setDefault(config.Params, "lock_wait_timeout", strconv.Itoa(lockWait))
	config.Logger = &driverpkg.NopLogger{} // the driver's own lines go to the standard error otherwise
	return config, nil
}

func setDefault(params map[string]string, name, value string) {
	if _, ok := params[name]; !ok {
		params[name] = value
	}
}

func openMySQL(dsn string, o Options) (*pool, Encryption, error) {
	w := newWaits(o.Timeout)
	config, err := mysqlConfig(dsn, w.limit)
	if err != nil {
		return nil, Encryption{}, err
	}
	inner, err := driverpkg.NewConnector(config)
	if err != nil {
		return nil, Encryption{}, fmt.Errorf("open the database: %w", err)
	}
	db := sql.OpenDB(readCommitted{inner})
	conns := o.MaxConns
	if conns <= 0 {
		conns = defaultMySQLConns
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxLifetime(10 * time.Minute)
	db.SetConnMaxIdleTime(3 * time.Minute)
	w.idle = conns
	handle := &statements{db: db}
	return &pool{write: handle, read: handle, waits: w}, encryptionOf(config.Net, config.Addr, config.TLSConfig), nil
}

// readCommitted sets the isolation of every new connection. Compare-and-set needs no snapshot, and the gap locks of MySQL's
// default make parallel inserts wait for each other. The variable's name differs between servers; this statement does not.
type readCommitted struct{ driver.Connector }

// Connect opens a connection and prepares it.
func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	execer, ok := opened.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("the MySQL driver cannot execute"), opened.Close())
	}
	if _, err := execer.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(fmt.Errorf("set the isolation: %w", err), opened.Close())
	}
	return opened, nil
}

// newMySQLDialector keeps GORM from asking for the server's version: the same SQL goes to all of them, without RETURNING.
func newMySQLDialector(p *pool) gorm.Dialector {
	return mysql.New(mysql.Config{Conn: p, SkipInitializeWithVersion: true})
}
