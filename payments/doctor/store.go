package doctor

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// lateAfter is how long a row may wait for a worker (reliability.md I14).
const lateAfter = 5 * time.Minute

// callbackGrace is how long a callback may arrive after its payment.
const callbackGrace = 10 * time.Minute

// checkStore checks the database and the records in it of workers, callbacks and mails.
func (c Config) checkStore(ctx context.Context) []Finding {
	if c.OpenStore == nil {
		return unreadable(Finding{CheckDatabase, Unknown, CodeStoreUnknown, nil})
	}
	db, done, err := c.OpenStore(ctx)
	if err != nil {
		return unreadable(Finding{CheckDatabase, Bad, CodeDatabaseBad, []string{"Database", c.Database, "Problem", c.explain(err)}})
	}
	findings, err := c.readStore(ctx, db)
	if err = errors.Join(err, done()); err != nil {
		return unreadable(Finding{CheckDatabase, Bad, CodeDatabaseBad, []string{"Database", c.Database, "Problem", c.explain(err)}})
	}
	return findings
}

// unreadable returns the findings of a database that cannot be read.
func unreadable(database Finding) []Finding {
	findings := []Finding{database, {CheckMigrations, Unknown, CodeMigrationsUnknown, nil}}
	return append(findings, notRead(CheckPower, CheckTime, CheckCallbacks, CheckWorkers, CheckMail)...)
}

// notRead returns the findings of checks whose records were not read.
func notRead(checks ...Check) []Finding {
	findings := make([]Finding, len(checks))
	for i, check := range checks {
		findings[i] = Finding{check, Unknown, CodeStoreUnknown, nil}
	}
	return findings
}

func (c Config) readStore(ctx context.Context, db *store.Store) ([]Finding, error) {
	version, err := db.ServerVersion(ctx)
	if err != nil {
		return nil, err
	}
	database := Finding{CheckDatabase, Good, CodeDatabaseGood, []string{"Database", c.Database, "Version", version}}
	server, err := c.checkServer(ctx, db, &database)
	if err != nil {
		return nil, err
	}
	steps, err := db.MigrationStatus(ctx)
	if err != nil {
		return nil, err
	}
	migrations, behind := judgeSteps(steps)
	findings := slices.Concat(server, []Finding{database, migrations})
	if behind {
		return append(findings, notRead(CheckCallbacks, CheckWorkers, CheckMail)...), nil
	}
	pulse, err := db.Pulse(ctx, lateAfter)
	if err != nil {
		return nil, err
	}
	settings, err := db.LoadSettings(ctx)
	if err != nil {
		return nil, err
	}
	return append(findings, judgeCallbacks(pulse, db.Clock()), judgeQueues(pulse), c.judgeMail(settings)), nil
}

func judgeSteps(steps []store.Migration) (f Finding, behind bool) {
	pending, last := 0, int64(0)
	for _, step := range steps {
		if step.AppliedAt.IsZero() {
			pending++
		}
		last = max(last, step.Version)
	}
	values := []string{"Version", strconv.FormatInt(last, 10), "Pending", strconv.Itoa(pending)}
	if pending > 0 {
		return Finding{CheckMigrations, Bad, CodeMigrationsBehind, values}, true
	}
	return Finding{CheckMigrations, Good, CodeMigrationsGood, values}, false
}

func judgeCallbacks(p models.Pulse, now time.Time) Finding {
	at := ""
	if !p.LastCallback.IsZero() {
		at = formatTime(p.LastCallback)
	}
	f := Finding{CheckCallbacks, Good, CodeCallbacksGood, []string{"At", at}}
	switch waited := now.Sub(p.LastPaid) > callbackGrace; {
	case p.LastPaid.IsZero() && at == "":
		f.Code = CodeCallbacksNone
	case waited && p.LastPaid.Sub(p.LastCallback) > callbackGrace:
		f.Status, f.Code = Warn, CodeCallbacksMissing
	case at == "":
		f.Code = CodeCallbacksNone
	}
	return f
}

// judgeQueues reports rows that wait too long for a worker.
func judgeQueues(p models.Pulse) Finding {
	if p.LateRows == 0 {
		return Finding{CheckWorkers, Good, CodeWorkersGood, nil}
	}
	return Finding{CheckWorkers, Warn, CodeWorkersLate, []string{
		"Rows", strconv.Itoa(p.LateRows), "Queue", p.LateQueue, "Since", formatTime(p.LateSince),
	}}
}

func (c Config) judgeMail(settings models.Settings) Finding {
	server := settings.Mail()
	switch {
	case settings.Unreadable(models.SettingMailPassword):
		return Finding{CheckMail, Warn, CodeMailUnreadable, []string{"Host", server.Host}}
	case server.Host == "" && !c.Demo:
		return Finding{CheckMail, Warn, CodeMailFiles, nil}
	case server.Host == "":
		return Finding{CheckMail, Good, CodeMailFiles, nil}
	}
	return Finding{CheckMail, Good, CodeMailGood, []string{"Host", server.Host, "From", server.From}}
}
