package store_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
		before := modelstest.Shape(t, dsn)

		require.NoError(t, s.MigrateDown(ctx))
		behind, err = s.SchemaBehind(ctx)
		require.NoError(t, err)
		require.True(t, behind)
		for range len(steps) - 1 {
			require.NoError(t, s.MigrateDown(ctx))
		}
		require.ErrorIs(t, s.MigrateDown(ctx), store.ErrNoMigration)
		assert.Empty(t, modelstest.Shape(t, dsn), "tables that were left behind")

		require.NoError(t, s.Migrate(ctx))
		assert.Equal(t, before, modelstest.Shape(t, dsn))
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

// MySQL commits every DDL statement at once. Every statement of the baseline may be repeated; a later step is one statement.
func TestMigrations_StepsThatStoppedHalfWayGoOnOnMySQL(t *testing.T) {
	folder := os.DirFS(filepath.Join("..", "..", "migrations", migrations.MySQL))
	require.NoError(t, fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, path)
		up, down, _ := strings.Cut(string(text), "-- +goose Down")
		assert.Contains(t, up, "-- +goose NO TRANSACTION", path)
		if !strings.HasSuffix(path, "_baseline.sql") {
			assert.Len(t, statements(up), 1, path)
			assert.Len(t, statements(down), 1, path)
			return err
		}
		assert.Greater(t, len(statements(up)), 1)
		assert.Len(t, statements(down), len(statements(up)))
		for _, statement := range statements(up) {
			assert.Regexp(t, `^CREATE TABLE IF NOT EXISTS \w+ \(`, statement)
		}
		for _, statement := range statements(down) {
			assert.Regexp(t, `^DROP TABLE IF EXISTS \w+$`, statement)
		}
		return err
	}))
}

// statements gives the statements of a part of a step, without comments.
func statements(text string) []string {
	var list []string
	text = regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
	for statement := range strings.SplitSeq(text, ";") {
		if statement = strings.TrimSpace(statement); statement != "" {
			list = append(list, statement)
		}
	}
	return list
}

// A process can die between any two statements.
func TestMigrate_GoesOnAfterABaselineThatStoppedHalfWay(t *testing.T) {
	dsn := modelstest.MariaDBDSN(t)
	s := modelstest.Open(t, dsn)
	whole := modelstest.Shape(t, dsn)
	text, err := os.ReadFile(filepath.Join("..", "..", "migrations", migrations.MySQL, "0101_baseline.sql"))
	require.NoError(t, err)
	_, down, _ := strings.Cut(string(text), "-- +goose Down")
	drops := statements(down)
	for name, missing := range map[string]int{"the version alone": 0, "the last table": 1, "half of the tables": len(drops) / 2, "all tables": len(drops)} {
		t.Run(name, func(t *testing.T) {
			modelstest.Exec(t, dsn, append(slices.Clone(drops[:missing]), "DELETE FROM goose_db_version WHERE version_id > 0")...)
			require.NoError(t, s.Migrate(t.Context()))
			assert.Equal(t, whole, modelstest.Shape(t, dsn))
			behind, err := s.SchemaBehind(t.Context())
			require.NoError(t, err)
			assert.False(t, behind)
		})
	}
	t.Run("an empty list of migrations", func(t *testing.T) {
		modelstest.Exec(t, dsn, append(slices.Clone(drops), "DELETE FROM goose_db_version")...)
		require.NoError(t, s.Migrate(t.Context()))
		assert.Equal(t, whole, modelstest.Shape(t, dsn))
		require.NoError(t, s.MigrateDown(t.Context()))
		require.ErrorIs(t, s.MigrateDown(t.Context()), store.ErrNoMigration)
	})
}

func TestMigrate_ABaselineThatFailsOnSQLiteLeavesNothing(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
	s := modelstest.Open(t, dsn)
	modelstest.Exec(t, dsn, "CREATE TABLE day_sums (other INTEGER)") // the last one
	require.Error(t, s.Migrate(t.Context()))
	assert.Equal(t, []string{"day_sums column 1: other NULL"}, modelstest.Shape(t, dsn))
	modelstest.Exec(t, dsn, "DROP TABLE day_sums")
	require.NoError(t, s.Migrate(t.Context()))
	assert.Equal(t, modelstest.Shape(t, modelstest.SQLiteDSN(t)), modelstest.Shape(t, dsn))
}

func TestMigrate_TakesOverNoTableOfAnotherProgram(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		modelstest.Exec(t, dsn, "CREATE TABLE settings (id INTEGER NOT NULL)")
		s := modelstest.Open(t, dsn)
		err := s.Migrate(t.Context())
		require.ErrorContains(t, err, "settings")
		if strings.HasPrefix(dsn, "mysql:") {
			require.ErrorAs(t, err, new(*migrations.TakenError))
		}
		assert.Equal(t, []string{"settings column 1: id NOT NULL"}, modelstest.Shape(t, dsn))
	})
}

func TestOpen_RefusesADatabaseOfBeforeTheFirstRelease(t *testing.T) {
	for _, step := range []int{1, 57, 100} {
		t.Run(strconv.Itoa(step), func(t *testing.T) {
			modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
				modelstest.Unreleased(t, dsn, step)
				_, err := store.Open(t.Context(), dsn, store.Options{})
				var refused *migrations.UnreleasedError
				require.ErrorAs(t, err, &refused)
				assert.EqualValues(t, step, refused.Step)
				assert.Equal(t, refused.Error(), err.Error())
				assert.Empty(t, modelstest.Shape(t, dsn), "nothing was changed")
			})
		})
	}
}

func TestOpen_TakesADatabaseWhoseOldStepsWereAllTakenBack(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		modelstest.Unreleased(t, dsn, 0)
		s := modelstest.Open(t, dsn)
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, modelstest.Open(t, dsn).Ping(t.Context()))
	})
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
