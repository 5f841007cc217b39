package modelstest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Private describes a MariaDB server for one test.
type Private struct {
	Env   []string // "NAME=value", for the server alone
	Flags []string // override the flags of the shared server
}

// PrivateMariaDBDSN starts a server that ends with the test, creates a database with the whole schema on it, and returns its DSN. Starting
// takes some seconds: use MariaDBDSN if the test can share a server.
func PrivateMariaDBDSN(tb testing.TB, p Private) string {
	tb.Helper()
	if os.Getenv("COINCART_TEST_MYSQL") != "" {
		tb.Skip("COINCART_TEST_MYSQL names a server that is not ours to change")
	}
	programs, base, err := prepare()
	needMariaDB(tb, err)
	dir, users, err := launch(base, programs, p.Env, p.Flags)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		// The supervisor removes the folder when nobody holds the lock.
		require.NoError(tb, errors.Join(kill(filepath.Join(dir, "pid")), users.Close()))
	})
	dsn, err := createDatabase(tb.Context(), address(dir))
	require.NoError(tb, err)
	require.NoError(tb, copyTemplate(tb.Context(), dsn))
	return dsn
}

func kill(pidFile string) error {
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return fmt.Errorf("end the server: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("end the server: %w", err)
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// Shifted is a MariaDB server for one test whose clock differs from this machine's.
type Shifted struct {
	DSN string // of a database with the whole schema

	tb   testing.TB
	file string
}

// ShiftedMariaDB starts a server whose clock is ahead of this machine's by shift, which may be negative. Without libfaketime it skips the
// test, or fails it with COINCART_REQUIRE_FAKETIME=1.
func ShiftedMariaDB(tb testing.TB, shift time.Duration) *Shifted {
	tb.Helper()
	libraries, err := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	require.NoError(tb, err)
	if len(libraries) == 0 {
		const missing = "libfaketime is not installed: apt-get install faketime"
		if os.Getenv("COINCART_REQUIRE_FAKETIME") == "1" {
			tb.Fatal(missing)
		}
		tb.Skip(missing)
	}
	s := &Shifted{tb: tb, file: filepath.Join(tb.TempDir(), "shift")}
	s.Set(shift)
	s.DSN = PrivateMariaDBDSN(tb, Private{Env: []string{
		"LD_PRELOAD=" + libraries[0], "FAKETIME_TIMESTAMP_FILE=" + s.file, "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
	}})
	return s
}

// Set changes the shift of the server's clock at once.
func (s *Shifted) Set(shift time.Duration) {
	s.tb.Helper()
	next := s.file + ".next"
	require.NoError(s.tb, os.WriteFile(next, fmt.Appendf(nil, "%+ds\n", int(shift/time.Second)), 0o600))
	require.NoError(s.tb, os.Rename(next, s.file)) // atomic, so that the server never reads an incomplete file
}
