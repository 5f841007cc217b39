package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMySQLConfig_BoundsTheNetworkUnlessTheSettingDoes(t *testing.T) {
	config, err := mysqlConfig("mysql://u:p@h/name", 10*time.Second)
	require.NoError(t, err)
	assert.Equal(t, 10*time.Second, config.ReadTimeout)
	assert.Equal(t, 10*time.Second, config.WriteTimeout)
	assert.Equal(t, "5", config.Params["innodb_lock_wait_timeout"])
	assert.Equal(t, "5", config.Params["lock_wait_timeout"])

	config, err = mysqlConfig("mysql://u:p@h/name", time.Hour)
	require.NoError(t, err)
	assert.Equal(t, "50", config.Params["innodb_lock_wait_timeout"])
	assert.Equal(t, "1800", config.Params["lock_wait_timeout"])

	config, err = mysqlConfig("mysql://u:p@h/name?readTimeout=7s&writeTimeout=8s&innodb_lock_wait_timeout=3&lock_wait_timeout=4", time.Minute)
	require.NoError(t, err)
	assert.Equal(t, 7*time.Second, config.ReadTimeout)
	assert.Equal(t, 8*time.Second, config.WriteTimeout)
	assert.Equal(t, "3", config.Params["innodb_lock_wait_timeout"])
	assert.Equal(t, "4", config.Params["lock_wait_timeout"])
}

// SQLite rolls a transaction back when it is interrupted in a statement that writes. What comes next would stand alone and be kept.
func TestTx_IsOverOnceAStatementGotNoAnswer(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{Timeout: time.Second})
	require.NoError(t, err)
	defer s.Close()
	_, err = s.exec(t.Context(), "CREATE TABLE numbers (n INTEGER)")
	require.NoError(t, err)
	err = s.Tx(t.Context(), func(tx *Store) error {
		_, err := tx.exec(t.Context(), "INSERT INTO numbers VALUES (1)")
		require.NoError(t, err)
		_, err = tx.exec(t.Context(), "INSERT INTO numbers WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c WHERE x < 0")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = tx.exec(t.Context(), "INSERT INTO numbers VALUES (2)")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		return nil
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	var n int
	require.NoError(t, s.one(t.Context(), "SELECT COUNT(*) FROM numbers", nil, &n))
	assert.Zero(t, n)
	_, err = s.exec(t.Context(), "INSERT INTO numbers VALUES (3)")
	require.NoError(t, err, "the connection is replaced")
}

func TestTimeout_RowsThatHaveBegunToComeMayTakeLonger(t *testing.T) {
	const timeout = time.Second
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{Timeout: timeout})
	require.NoError(t, err)
	defer s.Close()
	for name, reader := range map[string]func(read func(s *Store) error) error{
		"outside a transaction": func(read func(s *Store) error) error { return read(s) },
		"inside a transaction":  func(read func(s *Store) error) error { return s.Tx(t.Context(), read) },
	} {
		n := 0
		require.NoError(t, reader(func(s *Store) error {
			return s.each(t.Context(), "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", nil, func(*sql.Rows) error {
				if n++; n == 1 {
					<-time.After(timeout + timeout/2)
				}
				return nil
			})
		}), name)
		assert.Equal(t, 3, n, name)
	}
}

func TestTimeout_RowsEndWithTheCallersContext(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{})
	require.NoError(t, err)
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = s.each(ctx, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c", nil, func(*sql.Rows) error {
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
}

// The context of a statement hangs on its caller's, which may live as long as the program: nothing may stay on it.
func TestWait_LeavesNothingOnTheCallersContext(t *testing.T) {
	w := newWaits(time.Hour)
	for name, end := range map[string]func(wait){
		"answered": func(s wait) { require.NoError(t, s.end(nil)) },
		"refused":  func(s wait) { require.ErrorIs(t, s.end(ErrDuplicate), ErrDuplicate) },
	} {
		ctx, started := w.start(t.Context())
		end(started)
		require.Error(t, ctx.Err(), name)
		assert.False(t, started.timer.Stop(), name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	same, started := w.start(ctx)
	assert.Equal(t, ctx, same, "a deadline of the caller's is the one that counts")
	require.NoError(t, started.end(nil))
}
