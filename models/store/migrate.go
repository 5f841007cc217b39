package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/coincart/coincart/migrations"
)

// ErrNoMigration means that there is nothing to take back.
var ErrNoMigration = errors.New("no migration is applied")

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string    // the file's name
	AppliedAt time.Time // zero: pending
}

// Migrate brings the schema up to date. Any number of processes may do so at once. A run that stopped half-way is continued.
// *migrations.TakenError: the database has tables of another program.
func (s *Store) Migrate(ctx context.Context) error {
	provider, err := s.provider(ctx)
	if err != nil {
		return err
	}
	if err := migrations.Prepare(ctx, s.pool.write.db, s.dialect); err != nil {
		return wrap("bring the schema up to date", err)
	}
	_, err = provider.Up(ctx)
	return wrap("bring the schema up to date", err)
}

// MigrateDown takes the last step of the schema back, with what it holds; ErrNoMigration where there is none.
func (s *Store) MigrateDown(ctx context.Context) error {
	provider, err := s.provider(ctx)
	if err != nil {
		return err
	}
	_, err = provider.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		return ErrNoMigration
	}
	return wrap("take the schema a step back", err)
}

// MigrationStatus lists all steps of the schema that this program knows, in their order.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	ctx, cancel := s.pool.waits.bound(ctx)
	defer cancel()
	provider, err := s.provider(ctx)
	if err != nil {
		return nil, err
	}
	list, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the schema's state: %w", err)
	}
	steps := make([]Migration, len(list))
	for i, step := range list {
		steps[i] = Migration{Version: step.Source.Version, Name: step.Source.Path}
		if step.State == goose.StateApplied {
			steps[i].AppliedAt = step.AppliedAt.UTC()
		}
	}
	return steps, nil
}

// SchemaBehind reports whether steps are pending: the server must not run then.
func (s *Store) SchemaBehind(ctx context.Context) (bool, error) {
	steps, err := s.MigrationStatus(ctx)
	return slices.ContainsFunc(steps, func(step Migration) bool { return step.AppliedAt.IsZero() }), err
}

// refuseUnreleased refuses a database that was made before the first release: *migrations.UnreleasedError.
func (s *Store) refuseUnreleased(ctx context.Context) error {
	ctx, cancel := s.pool.waits.bound(ctx)
	defer cancel()
	err := migrations.Check(ctx, s.pool.write.db, s.dialect)
	if _, ok := errors.AsType[*migrations.UnreleasedError](err); ok {
		return err // says everything
	}
	return wrap("check the schema", translate(err))
}

func (s *Store) provider(ctx context.Context) (*goose.Provider, error) {
	provider, err := migrations.Provider(ctx, s.pool.write.db, s.dialect)
	return provider, wrap("prepare the migrations", err)
}
