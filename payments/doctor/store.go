package doctor

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/store"
)

// checkStore checks the database, and the records in it with the probes of the rooms.
func (c Config) checkStore(ctx context.Context) []health.Finding {
	if c.OpenStore == nil {
		return c.unreadable(health.New(CheckDatabase, health.Unknown, CodeStoreUnknown))
	}
	db, done, err := c.OpenStore(ctx)
	if err != nil {
		return c.unreadable(health.New(CheckDatabase, health.Bad, CodeDatabaseBad, "Database", c.Database, "Problem", c.explain(err)))
	}
	findings, err := c.readStore(ctx, db)
	if err = errors.Join(err, done()); err != nil {
		return c.unreadable(health.New(CheckDatabase, health.Bad, CodeDatabaseBad, "Database", c.Database, "Problem", c.explain(err)))
	}
	return findings
}

// unreadable returns the findings of a database that cannot be read.
func (c Config) unreadable(database health.Finding) []health.Finding {
	findings := []health.Finding{
		database,
		health.New(CheckMigrations, health.Unknown, CodeMigrationsUnknown),
		health.New(CheckPower, health.Unknown, CodeStoreUnknown),
		health.New(CheckEncryption, health.Unknown, CodeStoreUnknown),
		health.New(CheckTime, health.Unknown, CodeStoreUnknown),
	}
	return append(findings, c.notProbed()...)
}

// notProbed returns the findings of the probes if the records cannot be read.
func (c Config) notProbed() []health.Finding {
	findings := make([]health.Finding, len(c.Probes))
	for i, probe := range c.Probes {
		findings[i] = health.New(probe.Check, health.Unknown, CodeStoreUnknown)
	}
	return findings
}

func (c Config) readStore(ctx context.Context, db *store.Store) ([]health.Finding, error) {
	version, err := db.ServerVersion(ctx)
	if err != nil {
		return nil, err
	}
	database := health.New(CheckDatabase, health.Good, CodeDatabaseGood, "Database", c.Database, "Version", version)
	server, err := c.checkServer(ctx, db, &database)
	if err != nil {
		return nil, err
	}
	steps, err := db.MigrationStatus(ctx)
	if err != nil {
		return nil, err
	}
	migrations, behind := judgeSteps(steps)
	findings := slices.Concat(server, []health.Finding{database, migrations})
	if behind {
		return append(findings, c.notProbed()...), nil
	}
	settings, err := db.LoadSettings(ctx)
	if err != nil {
		return nil, err
	}
	for _, probe := range c.Probes {
		found, err := probe.Read(ctx, health.Records{Store: db, Settings: settings, Demo: c.Demo})
		if err != nil {
			return nil, err
		}
		findings = append(findings, found)
	}
	return findings, nil
}

func judgeSteps(steps []store.Migration) (f health.Finding, behind bool) {
	pending, last := 0, int64(0)
	for _, step := range steps {
		if step.AppliedAt.IsZero() {
			pending++
		}
		last = max(last, step.Version)
	}
	values := []string{"Version", strconv.FormatInt(last, 10), "Pending", strconv.Itoa(pending)}
	if pending > 0 {
		return health.New(CheckMigrations, health.Bad, CodeMigrationsBehind, values...), true
	}
	return health.New(CheckMigrations, health.Good, CodeMigrationsGood, values...), false
}
