package store_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestMigrations_UpDownUp(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		s := modelstest.Open(t, dsn)
		ctx := t.Context()
		behind, err := s.SchemaBehind(ctx)
		require.NoError(t, err)
		require.True(t, behind)
		require.ErrorIs(t, s.MigrateDown(ctx), store.ErrNoMigration)

		require.NoError(t, s.Migrate(ctx))
		require.NoError(t, s.Migrate(ctx), "nothing left to do is fine")
		steps, err := s.MigrationStatus(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, steps)
		for _, step := range steps {
			assert.False(t, step.AppliedAt.IsZero(), step.Name)
		}
		behind, err = s.SchemaBehind(ctx)
		require.NoError(t, err)
		require.False(t, behind)
		before := modelstest.Columns(t, dsn)

		require.NoError(t, s.MigrateDown(ctx))
		behind, err = s.SchemaBehind(ctx)
		require.NoError(t, err)
		require.True(t, behind)
		for range len(steps) - 1 {
			require.NoError(t, s.MigrateDown(ctx))
		}
		require.ErrorIs(t, s.MigrateDown(ctx), store.ErrNoMigration)
		assert.Empty(t, modelstest.Columns(t, dsn), "tables that were left behind")

		require.NoError(t, s.Migrate(ctx))
		assert.Equal(t, before, modelstest.Columns(t, dsn))
		modelstest.Order(t, s)
	})
}

func TestMigrations_ParallelStartersAllSucceed(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		var starters errgroup.Group
		for range 4 {
			s := modelstest.Open(t, dsn)
			starters.Go(func() error { return s.Migrate(t.Context()) })
		}
		require.NoError(t, starters.Wait())
		s := modelstest.Open(t, dsn)
		behind, err := s.SchemaBehind(t.Context())
		require.NoError(t, err)
		assert.False(t, behind)
		modelstest.Order(t, s)
	})
}

func TestMigrations_BothDialectsHaveTheSameSteps(t *testing.T) {
	names := func(dialect string) []string {
		list, err := filepath.Glob(filepath.Join("..", "..", "migrations", dialect, "*.sql"))
		require.NoError(t, err)
		require.NotEmpty(t, list)
		for i, path := range list {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Contains(t, string(text), "-- +goose Down", path)
			list[i] = filepath.Base(path)
		}
		return list
	}
	assert.Equal(t, names(migrations.SQLite), names(migrations.MySQL))
}

// MySQL commits every DDL statement at once: a step of two statements could stop between them and never be applied again.
func TestMigrations_OneStatementPerStepOnMySQL(t *testing.T) {
	folder := os.DirFS(filepath.Join("..", "..", "migrations", migrations.MySQL))
	require.NoError(t, fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, path)
		up, down, _ := strings.Cut(string(text), "-- +goose Down")
		assert.Equal(t, 1, strings.Count(up, ";"), path)
		assert.Equal(t, 1, strings.Count(down, ";"), path)
		assert.Contains(t, up, "-- +goose NO TRANSACTION", path)
		return err
	}))
}

func TestProvider_RefusesAnUnknownDialect(t *testing.T) {
	_, err := migrations.Provider(t.Context(), &sql.DB{}, "postgres")
	require.ErrorIs(t, err, migrations.ErrDialect)
}

func TestMigrate_SaysSoWhenTheSchemaCannotBeRead(t *testing.T) {
	s := modelstest.SQLite(t)
	require.NoError(t, s.Close())
	require.Error(t, s.Migrate(t.Context()))
	_, err := s.SchemaBehind(t.Context())
	require.Error(t, err)
}
