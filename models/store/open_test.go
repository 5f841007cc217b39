package store_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestOpen_RefusesWhatIsNoDatabaseWithoutTellingThePassword(t *testing.T) {
	for name, dsn := range map[string]string{
		"empty":              "",
		"another kind":       "postgres://u:swordfish@localhost/x",
		"no path":            "sqlite:",
		"in memory":          "sqlite::memory:",
		"no name":            "mysql://u:swordfish@localhost:3306/",
		"no address":         "mysql://u:swordfish@local host:3306/x",
		"bad port":           "mysql://u:swordfish@localhost:x/x",
		"bad escape":         "mysql://u:sword%zzfish@localhost/x",
		"bad parameter":      "mysql://u:swordfish@localhost/x?parseTime=maybe",
		"without the scheme": "mysql:u:swordfish@tcp(localhost)/x",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Open(t.Context(), dsn, store.Options{})
			require.ErrorIs(t, err, store.ErrDSN)
			assert.NotContains(t, err.Error(), "swordfish")
		})
	}
}

func TestOpen_SaysSoWhenNobodyAnswers(t *testing.T) {
	_, err := store.Open(t.Context(), "mysql://u:swordfish@127.0.0.1:1/x", store.Options{})
	require.ErrorContains(t, err, "reach the database")
	assert.NotContains(t, err.Error(), "swordfish")
}

func TestOpen_RefusesAKeyOfTheWrongLength(t *testing.T) {
	_, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), store.Options{SealKey: []byte("short")})
	require.ErrorContains(t, err, "5 bytes")
	assert.NotContains(t, err.Error(), "short")
}

func TestOpen_SQLiteFilesAreTheirOwnersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "what? 100% ä.db")
	s := modelstest.Open(t, "sqlite:"+path)
	require.NoError(t, s.Migrate(t.Context()))
	info, err := os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), name)
	}
}

func TestOpen_TwoHandlesKeepApart(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, first *store.Store) {
		second := modelstest.SQLite(t)
		require.NoError(t, first.PutSetting(t.Context(), "whose", "first"))
		require.NoError(t, second.PutSetting(t.Context(), "whose", "second"))
		got, err := first.Setting(t.Context(), "whose")
		require.NoError(t, err)
		assert.Equal(t, "first", got)
	})
}

func TestNow_IsTheGivenClocksElseTheDatabases(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			now, err := s.Now(t.Context())
			require.NoError(t, err)
			assert.Equal(t, clock.Now(), now)
		})
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		now, err := s.Now(t.Context())
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), now, 10*time.Second)
		assert.Equal(t, time.UTC, now.Location())
		assert.Equal(t, models.Instant(now), now)
	})
}

func TestPing_FailsAfterClose(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		s, err := store.Open(t.Context(), dsn, store.Options{})
		require.NoError(t, err)
		require.NoError(t, s.Ping(t.Context()))
		require.NoError(t, s.Close())
		require.Error(t, s.Ping(t.Context()))
	})
}

func TestLog_NeverHoldsValues(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	modelstest.EachWith(t,
		func() []modelstest.Option {
			return []modelstest.Option{func(o *store.Options) { o.Logger = logger }}
		},
		func(t *testing.T, s *store.Store) {
			const marked = "MARKED-SECRET"
			o := modelstest.Order(t, s, func(o *models.Order) { o.Name, o.FormToken = marked, marked })
			again := modelstest.NewOrder(modelstest.Product(t, s), time.Now())
			again.FormToken = marked
			err := s.InsertOrder(t.Context(), &again)
			require.ErrorIs(t, err, store.ErrDuplicate)
			assert.NotContains(t, err.Error(), marked)
			a := modelstest.Attempt(t, s, o, func(a *models.Attempt) { a.Payer = models.Payer{OpenID: marked, Token: marked} })
			err = s.SetAttempt(t.Context(), a.ID, a.State, store.AttemptChange{OrderNum: new(strings.Repeat(marked, 100))})
			require.ErrorIs(t, err, store.ErrText)
			assert.NotContains(t, err.Error(), marked)
		})
	assert.NotContains(t, log.String(), "MARKED")
}
