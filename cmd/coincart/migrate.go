package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models/store"
)

// migrateCmd groups the commands for the database's tables.
type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" help:"Apply all pending migrations. Safe to run on several machines at once, and again after it was interrupted."`
	Down   migrateDownCmd   `cmd:"" help:"Undo the last migration. What it added is deleted with all data in it. Make a backup first."`
	Status migrateStatusCmd `cmd:"" help:"List all migrations and when each was applied (UTC). Exit code 0: up to date, 1: some are pending, or the list cannot be read."`
}

// errSchema means that migrations are missing.
var errSchema = errors.New("the database schema does not match this version: run coincart migrate up")

// open opens an existing database, for a command that needs no encryption key and works on whole tables.
func (s *databaseSettings) open(ctx context.Context) (*store.Store, error) {
	return s.openWith(ctx, store.Options{MustExist: true})
}

// openCurrent opens an existing database whose schema is that of this version.
func (s *databaseSettings) openCurrent(ctx context.Context) (*store.Store, error) {
	db, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	behind, err := db.SchemaBehind(ctx)
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("read the database schema: %w", err), db.Close())
	case behind:
		return nil, errors.Join(errSchema, db.Close())
	}
	return db, nil
}

func (s *databaseSettings) openWith(ctx context.Context, o store.Options) (*store.Store, error) {
	var p problems
	s.check(&p)
	if err := p.err(); err != nil {
		return nil, err
	}
	o.Timeout = wholeTables
	db, err := store.Open(ctx, s.dsn(), o)
	switch {
	case errors.Is(err, store.ErrNoDatabase):
		return nil, fmt.Errorf("COINCART_DATABASE: %w; create it with coincart migrate up", err)
	case err != nil:
		return nil, fmt.Errorf("open the database (COINCART_DATABASE): %w", err)
	}
	return db, nil
}

type migrateUpCmd struct{ databaseSettings }

// Run applies all missing migrations.
func (c *migrateUpCmd) Run(ctx context.Context, con console) error {
	db, err := c.openWith(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate up: %w", err)
	}
	fmt.Fprintln(con.out, "The database schema is up to date.")
	return nil
}

type migrateDownCmd struct {
	databaseSettings
	DeleteAll bool `name:"delete-all" help:"Also undo the first migration, the baseline: all tables are deleted with all data."`
}

// errDeleteAll means that the migration to undo is the baseline.
var errDeleteAll = errors.New("the last migration is the baseline, and undoing it deletes all tables with all data: give --delete-all if you mean it")

// Run rolls back the last migration. It refuses to undo the baseline unless the command says so.
func (c *migrateDownCmd) Run(ctx context.Context, con console) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	steps, err := db.MigrationStatus(ctx)
	if err != nil {
		return fmt.Errorf("migrate down: %w", err)
	}
	laterApplied := slices.ContainsFunc(steps[1:], func(m store.Migration) bool { return !m.AppliedAt.IsZero() })
	if !laterApplied && !steps[0].AppliedAt.IsZero() && !c.DeleteAll {
		return fmt.Errorf("migrate down: %w", errDeleteAll)
	}
	if err := db.MigrateDown(ctx); err != nil {
		return fmt.Errorf("migrate down: %w", err)
	}
	fmt.Fprintln(con.out, "The last migration was undone.")
	return nil
}

type migrateStatusCmd struct{ databaseSettings }

// Run prints each migration. It fails if one is missing, so that scripts can test for it.
func (c *migrateStatusCmd) Run(ctx context.Context, con console) error {
	steps, err := c.steps(ctx)
	if err != nil {
		return err
	}
	pending := 0
	for _, step := range steps {
		when := "pending"
		if step.AppliedAt.IsZero() {
			pending++
		} else {
			when = step.AppliedAt.UTC().Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(con.out, "%-20s %s\n", when, step.Name)
	}
	if pending > 0 {
		return fmt.Errorf("pending migrations: %d. Run coincart migrate up", pending)
	}
	return nil
}

// steps returns the state of the migrations. If the SQLite file does not exist, all of them are missing; steps does not create the file.
func (c *migrateStatusCmd) steps(ctx context.Context) ([]store.Migration, error) {
	db, err := c.open(ctx)
	if errors.Is(err, store.ErrNoDatabase) {
		names, err := migrations.Names(migrations.SQLite)
		if err != nil {
			return nil, fmt.Errorf("list the migrations: %w", err)
		}
		steps := make([]store.Migration, len(names))
		for i, name := range names {
			steps[i].Name = name
		}
		return steps, nil
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	steps, err := db.MigrationStatus(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the database schema: %w", err)
	}
	return steps, nil
}
