package modelstest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// errNoMariaDB means that no server can be started.
var errNoMariaDB = errors.New("MariaDB is not installed: apt-get install mariadb-server")

// sharedServer returns the DSN of the shared server and starts it if needed, once for each process.
var sharedServer = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("COINCART_TEST_MYSQL"); given != "" {
		return given, nil
	}
	return startMariaDB()
})

// emptyMariaDB creates a database without tables and returns its DSN. It drops the database when the test ends.
func emptyMariaDB(tb testing.TB) string {
	tb.Helper()
	base, err := sharedServer()
	needMariaDB(tb, err)
	dsn, err := createDatabase(tb.Context(), base)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(tb, dropDatabase(ctx, dsn))
	})
	return dsn
}

// needMariaDB skips the test if no server can be started, or fails it if one is required.
func needMariaDB(tb testing.TB, err error) {
	tb.Helper()
	if errors.Is(err, errNoMariaDB) {
		if os.Getenv("COINCART_REQUIRE_MARIADB") == "1" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	require.NoError(tb, err)
}

func createDatabase(ctx context.Context, base string) (dsn string, err error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", errors.New("the server for tests is mysql://user:pass@host:3306/")
	}
	name := fmt.Sprintf("coincart_%d_%s", os.Getpid(), strings.ToLower(models.NewRef()[:10]))
	u.Path = "/"
	if err := admin(ctx, u.String(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"); err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func dropDatabase(ctx context.Context, dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/"
	return admin(ctx, u.String(), "DROP DATABASE "+name)
}

// admin runs statements with the driver alone. It closes its connection, so that tests that look for leaks find none.
func admin(ctx context.Context, dsn string, statements ...string) error {
	db, err := connect(dsn)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return errors.Join(err, db.Close())
		}
	}
	return db.Close()
}

func connect(dsn string) (*sql.DB, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	c := mysql.NewConfig()
	c.Net, c.Addr = "tcp", u.Host
	if socket := u.Query().Get("socket"); socket != "" {
		c.Net, c.Addr = "unix", socket
	}
	c.User = u.User.Username()
	c.Passwd, _ = u.User.Password()
	c.DBName = strings.TrimPrefix(u.Path, "/")
	c.MultiStatements = true
	c.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// mariadbTemplate is the whole schema as SQL. Running it is much faster than running the migrations for every test.
var mariadbTemplate = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	base, err := sharedServer()
	if err != nil {
		return "", err
	}
	dsn, err := createDatabase(ctx, base)
	if err != nil {
		return "", err
	}
	if err := migrate(dsn); err != nil {
		return "", errors.Join(err, dropDatabase(ctx, dsn))
	}
	text, err := dumpSchema(ctx, dsn)
	return text, errors.Join(err, dropDatabase(ctx, dsn))
})

func dumpSchema(ctx context.Context, dsn string) (text string, err error) {
	db, err := connect(dsn)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	names, err := texts(ctx, db, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("SET FOREIGN_KEY_CHECKS = 0;\n")
	for _, name := range names {
		var create string
		if err := db.QueryRowContext(ctx, "SHOW CREATE TABLE "+name).Scan(new(string), &create); err != nil {
			return "", err
		}
		b.WriteString(create + ";\n")
	}
	versions, err := texts(ctx, db, "SELECT version_id FROM goose_db_version ORDER BY id")
	if err != nil {
		return "", err
	}
	b.WriteString("INSERT INTO goose_db_version (version_id, is_applied) VALUES (" + strings.Join(versions, ", 1), (") + ", 1);\n")
	b.WriteString("SET FOREIGN_KEY_CHECKS = 1;\n")
	return b.String(), nil
}

func texts(ctx context.Context, db *sql.DB, query string) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

func copyTemplate(ctx context.Context, dsn string) error {
	text, err := mariadbTemplate()
	if err != nil {
		return err
	}
	return admin(ctx, dsn, text)
}
