package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// newBooks returns a shop with a few payments of the previous day. It serves only the sandbox, on the machine's time, because commands have
// no other clock.
func newBooks(t *testing.T, edit ...func([]sandbox.Order) []sandbox.Order) (o *officeRun, day string) {
	t.Helper()
	now := models.SystemClock()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	o = newOffice(t, modelstest.SQLiteDSN(t), midnight, func(o *officeRun, db *store.Store) []sandbox.Order {
		var times []time.Time
		for i := range 12 {
			times = append(times, midnight.Add(time.Duration(9+i)*time.Hour))
		}
		past := o.bookings(db, times)
		for _, one := range edit {
			past = one(past)
		}
		return past
	})
	o.clock.Advance(now.Sub(o.clock.Now()))
	o.serve(o.sandboxTasks())
	return o, midnight.Format(time.DateOnly)
}

func TestReconcile_BalancedDayExitsWithZero(t *testing.T) {
	o, day := newBooks(t)
	got := o.run("", "reconcile", "--day", day, "--fetch")
	assert.Equal(t, exitOK, got.code, got.stderr)
	assert.Regexp(t, `(?m)^Day +`+day+`\b.*\bzone UTC\b`, got.stdout)
	assert.Regexp(t, `(?m)^Statement +.*\b12\b.*\bfetched\b`, got.stdout)
	assert.Regexp(t, `(?m)^payment +BTC +1 +0.001009 +0.001009 +0 +0$`, got.stdout)
	assert.Regexp(t, `(?m)^payment +USDT +11 +552 +552 +0 +0$`, got.stdout)
	assert.Regexp(t, `(?m)^Matched +.*\b12\b`, got.stdout)
	assert.Regexp(t, `(?m)^Balanced: .*\bstatement\b`, got.stdout)
	assert.Contains(t, got.stderr, "12 of 12")

	again := o.run("", "reconcile", "--day", day)
	assert.Equal(t, exitOK, again.code)
	assert.Empty(t, again.stderr, "without --fetch nobody is asked")
	entries := o.entries("statement.fetch")
	require.Len(t, entries, 1)
	assert.Equal(t, "command line", entries[0].Who)
	assert.Equal(t, "day:"+day, entries[0].Subject)
}

func TestReconcile_DiscrepanciesExitWithOneUntilTheyAreExplained(t *testing.T) {
	o, day := newBooks(t)
	require.NoError(t, o.platform.SetFaults(sandbox.Faults{
		{Kind: sandbox.FaultStatementMissing}, {Kind: sandbox.FaultStatementDouble}, {Kind: sandbox.FaultStatementExtra}, {Kind: sandbox.FaultStatementAmount},
	}))
	past := o.platform.Orders()
	got := o.run("", "reconcile", "--day", day, "--fetch")
	assert.Equal(t, exitFailed, got.code)
	names := map[string]bool{}
	for kind, row := range map[models.DiscrepancyKind]string{
		models.OursNotTheirs: past[0].AppOrderID + ` +USDT +- +24 +\S+`,
		models.DuplicateLine: past[1].AppOrderID + ` +USDT +48 +- +\S+`,
		models.AmountDiffers: past[11].AppOrderID + ` +USDT +72.000001 +72 +\S+`,
		models.TheirsNotOurs: `SANDBOX-STRANGER +USDT +7.77 +- +-`,
	} {
		name := say("admin.discrepancy." + string(kind))
		names[name] = true
		assert.Regexp(t, `(?m)^`+regexp.QuoteMeta(name)+` +payment +`+row+` +open`, got.stdout)
	}
	assert.Len(t, names, 4, "each kind has a name of its own")
	assert.Regexp(t, `(?m)^Explained\. Open discrepancies: 4, accepted: 0\.$`, got.stdout)
	assert.NotContains(t, got.stderr, "coincart:", "the report says it all")

	for _, d := range o.openOnes(day) {
		require.NoError(t, o.shop.services.Books.AcceptDiscrepancy(t.Context(), d.Seen(), "planted\nby a \x1b[2Jtest", staff.CommandLine()))
	}
	explained := o.run("", "reconcile", "--day", day)
	assert.Equal(t, exitOK, explained.code)
	assert.Regexp(t, `(?m)^Explained\. Accepted discrepancies: 4\.$`, explained.stdout)
	assert.NotContains(t, explained.stdout, "Balanced", "only what is the same is balanced")
	assert.NotContains(t, explained.stdout, "\x1b", "a terminal obeys nothing that somebody wrote")

	// The day is locked, and then the platform changes its statement.
	require.NoError(t, o.shop.services.Books.SealDay(t.Context(), day, staff.CommandLine()))
	sealed := o.run("", "reconcile", "--day", day)
	assert.Equal(t, exitOK, sealed.code, sealed.stdout)
	require.NoError(t, o.platform.SetFaults(nil))
	changed := o.run("", "reconcile", "--day", day, "--fetch")
	assert.Equal(t, exitFailed, changed.code)
	assert.Regexp(t, `(?m)^The day is locked, .*\bstatement has changed\b`, changed.stdout)
}

func (o *officeRun) openOnes(day string) []models.Discrepancy {
	o.t.Helper()
	list, _, err := o.shop.store.Discrepancies(o.t.Context(), models.DiscrepancyFilter{Day: day, State: models.DiscrepancyOpen})
	require.NoError(o.t, err)
	return list
}

func TestReconcile_WhatTheStatementSaysIsNoCommandForTheTerminal(t *testing.T) {
	o, day := newBooks(t, func(past []sandbox.Order) []sandbox.Order {
		stranger := past[0]
		stranger.OrderNum, stranger.AppOrderID = "599999999", "evil\x1b]0;owned\a\u202e"
		return append(past, stranger)
	})
	got := o.run("", "reconcile", "--day", day, "--fetch")
	assert.Equal(t, exitFailed, got.code, "such a line is not believed, and the others are")
	assert.Regexp(t, `(?m)^line \d+ cannot be read \(appOrderId\) +payment +- +USDT +- +- +- +open`, got.stdout)
	assert.Regexp(t, `(?m)^Matched +.*\b12\b`, got.stdout)
	assert.NotContains(t, got.stdout+got.stderr, "\x1b")
	assert.NotContains(t, got.stdout+got.stderr, "\u202e")
}

func TestReconcile_WhatCannotBeDoneExitsWithTwo(t *testing.T) {
	o, day := newBooks(t)
	empty := t.TempDir()
	later := o.clock.Now().AddDate(0, 0, 2).Format(time.DateOnly) // tomorrow may begin meanwhile
	for name, row := range map[string]struct {
		args []string
		says string
	}{
		"no day":          {nil, "missing flags: --day"},
		"not a day":       {[]string{"--day", "yesterday"}, "yyyy-MM-dd, such as 2026-11-21"},
		"no such date":    {[]string{"--day", "2026-02-30", "--fetch"}, "yyyy-MM-dd, such as 2026-11-21"},
		"not the form":    {[]string{"--day", "2026-1-2"}, "yyyy-MM-dd, such as 2026-11-21"},
		"with a query":    {[]string{"--day", "2026-11-21' OR 1=1"}, "yyyy-MM-dd, such as 2026-11-21"},
		"a terminal code": {[]string{"--day", "\x1b[2J"}, `--day is "\x1b[2J"`},
		"empty":           {[]string{"--day", ""}, "yyyy-MM-dd, such as 2026-11-21"},
		"in the future":   {[]string{"--day", later, "--fetch"}, "zone (UTC)"},
		"never fetched":   {[]string{"--day", day}, "add --fetch"},
		"refused zone":    {[]string{"--day", day, "--platform-timezone", "Nowhere"}, "COINCART_PLATFORM_TIMEZONE"},
		"no shop":         {[]string{"--day", day, "--data-dir", empty}, "no demo has been started in " + empty},
	} {
		t.Run(name, func(t *testing.T) {
			got := runWithInput(t, "", o.env(), append([]string{"reconcile"}, row.args...)...)
			assert.Equal(t, 2, got.code, got.stdout)
			assert.Contains(t, got.stderr, row.says)
			assert.Empty(t, got.stdout)
		})
	}
	require.Empty(t, o.platform.Traffic(10), "none of it reached the platform")

	require.NoError(t, o.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Code: opay.CodeNoPermission}}))
	refused := o.run("", "reconcile", "--day", day, "--fetch")
	assert.Equal(t, 2, refused.code)
	assert.Contains(t, refused.stderr, "read page 1 of the statement of "+day)
}

func TestReconcile_InterruptedIsNotDone(t *testing.T) {
	o, day := newBooks(t)
	ctx, cancel := context.WithCancel(t.Context())
	o.beforeFirst("/merchantBillingDay", cancel)
	var out, errs strings.Builder
	env := o.env()
	code := execute(ctx, []string{"reconcile", "--day", day, "--fetch"}, func(name string) string { return env[name] }, console{out: &out, err: &errs})
	assert.Equal(t, 2, code, out.String())
	assert.Empty(t, out.String())
}

// auditLog returns a database with a number of entries in its audit log, and its address.
func auditLog(t *testing.T, entries int) (dsn string, env map[string]string) {
	t.Helper()
	dsn = modelstest.SQLiteDSN(t)
	db := modelstest.Open(t, dsn)
	require.NoError(t, db.Tx(t.Context(), func(tx *store.Store) error { // in one transaction, because one by one takes long
		for range entries {
			entry := models.AuditEntry{Who: "olga@example.org", Action: "order.note", Subject: "order:1", After: `{"text":"hello"}`}
			if err := tx.AppendAudit(t.Context(), entry); err != nil {
				return err
			}
		}
		return nil
	}))
	return dsn, map[string]string{"COINCART_DATABASE": dsn}
}

func TestAuditVerify_WholeLog(t *testing.T) {
	_, env := auditLog(t, 0)
	assert.Equal(t, result{stdout: "The audit log is empty.\n"}, runCommand(t, env, "audit", "verify"))

	_, env = auditLog(t, 1203)
	got := runCommand(t, env, "audit", "verify")
	require.Zero(t, got.code, got.stderr)
	assert.Regexp(t, `\b1203\b[^:]`, got.stdout)
	mark := printed(t, got, `--holds=(1203:[0-9a-f]{64})`)
	assert.Zero(t, runCommand(t, env, "audit", "verify", "--holds", mark).code)
}

func TestAuditVerify_SaysWhereItBreaks(t *testing.T) {
	for name, row := range map[string]struct{ sql, says string }{
		"changed text":  {`UPDATE audit_entries SET after = '{"text":"hullo"}' WHERE seq = 700`, `(?i)\b699\b.*\bentry 700\b`},
		"changed time":  {`UPDATE audit_entries SET at = '2020-01-01 00:00:00.000' WHERE seq = 1`, `(?i)\b0\b.*\bentry 1\b`},
		"gone":          {`DELETE FROM audit_entries WHERE seq = 2`, `(?i)\bentry 3\b`},
		"swapped":       {`UPDATE audit_entries SET seq = -seq WHERE seq IN (5, 6); UPDATE audit_entries SET seq = 11 + seq WHERE seq < 0`, `(?i)\bentry 5\b`},
		"hostile words": {"UPDATE audit_entries SET who = 'x' || char(27) || '[2J' WHERE seq = 9", `"x\\x1b\[2J": order\.note on order:1`},
	} {
		t.Run(name, func(t *testing.T) {
			dsn, env := auditLog(t, 710)
			forge(t, dsn, row.sql)
			got := runCommand(t, env, "audit", "verify")
			assert.Equal(t, exitFailed, got.code)
			assert.Regexp(t, row.says, got.stdout)
			assert.Empty(t, got.stderr)
			assert.NotContains(t, got.stdout, "\x1b")
		})
	}
}

func TestAuditVerify_KeptHashesShowACutEnd(t *testing.T) {
	dsn, env := auditLog(t, 10)
	mark := printed(t, runCommand(t, env, "audit", "verify"), `--holds=(10:[0-9a-f]{64})`)
	other := "3:" + strings.Repeat("0", 64)
	got := runCommand(t, env, "audit", "verify", "--holds", other)
	assert.Equal(t, exitFailed, got.code)
	assert.Regexp(t, `\bentry 3\b.*\bhash\b`, got.stderr)

	forge(t, dsn, `DELETE FROM audit_entries WHERE seq > 8`)
	assert.Zero(t, runCommand(t, env, "audit", "verify").code, "by itself the log cannot know")
	got = runCommand(t, env, "audit", "verify", "--holds", mark)
	assert.Equal(t, exitFailed, got.code)
	assert.Regexp(t, `\bentry 10\b.*\bcut off\b`, got.stderr)
}

func TestAuditVerify_WhatCannotBeCheckedExitsWithTwo(t *testing.T) {
	_, env := auditLog(t, 1)
	for _, mark := range []string{"x", "1", "1:", "0:" + strings.Repeat("0", 64), "-1:" + strings.Repeat("0", 64), "1:" + strings.Repeat("g", 64), "\x1b[2J"} {
		got := runCommand(t, env, "audit", "verify", "--holds="+mark)
		assert.Equal(t, 2, got.code, mark)
		assert.NotContains(t, got.stderr, "\x1b")
		assert.Contains(t, got.stderr, "--holds "+strconv.Quote(mark))
	}
	nowhere := runCommand(t, map[string]string{"COINCART_DATABASE": "mysql://nobody:nothing@127.0.0.1:1/none"}, "audit", "verify")
	assert.Equal(t, 2, nowhere.code)
	assert.NotContains(t, nowhere.stderr, "nothing")
	empty := runCommand(t, map[string]string{"COINCART_DATABASE": "sqlite:" + t.TempDir() + "/empty.db"}, "audit", "verify")
	assert.Equal(t, 2, empty.code)
}

// forge changes a database as somebody with its password could.
func forge(t *testing.T, dsn, statements string) {
	t.Helper()
	modelstest.Exec(t, dsn, strings.Split(statements, "; ")...)
}

func TestSeed_OrdersForBenchmarks(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		env := map[string]string{"COINCART_DATABASE": dsn}
		require.Zero(t, runCommand(t, env, "migrate", "up").code)
		for _, bad := range []string{"-1", "10000001", "many", "1e6"} {
			assert.NotZero(t, runCommand(t, env, "seed", "--orders", bad).code, bad)
		}
		got := runCommand(t, env, "seed", "--orders", "300")
		require.Zero(t, got.code, got.stderr)
		assert.Regexp(t, `\b300\b`, got.stdout)
		assert.Contains(t, got.stderr, "300 of 300")
		assert.Equal(t, 300, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM orders"))
		assert.Equal(t, result{stdout: "All invariants hold.\n"}, runCommand(t, env, "invariants"))

		again := runCommand(t, env, "seed", "--orders", "300")
		assert.Equal(t, exitFailed, again.code)
		assert.Regexp(t, `\balready has orders\b.*COINCART_DATABASE`, again.stderr)
		assert.Zero(t, runCommand(t, env, "seed").code, "the catalogue alone can be loaded again")
	})
}
