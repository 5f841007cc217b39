package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/opay"
)

// An unreleased version of Coincart had other migrations. Commands must neither migrate its database nor read from it.
func TestCommands_RefuseADatabaseOfBeforeTheFirstRelease(t *testing.T) {
	var keys demo.Keys
	var err error
	keys.Merchant, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	keys.Platform, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	refused := (&migrations.UnreleasedError{Step: 57}).Error()
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		modelstest.Unreleased(t, dsn, 57)
		s := newDoctorShop(t, keys, 0)
		s.env["COINCART_DATABASE"] = dsn
		csv := s.path("products.csv")
		require.NoError(t, os.WriteFile(csv, []byte("SKU\n"), 0o600))
		for _, command := range []string{
			"", "serve", "migrate up", "migrate down", "migrate status", "seed", "seed --orders 1", "invariants", "audit verify",
			"products import " + csv, "products export " + s.path("export.csv"), "staff list", "staff setup-link", "reconcile --day 2026-03-14",
		} {
			got := s.run(strings.Fields(command)...)
			assert.NotZero(t, got.code, command)
			assert.Contains(t, strings.Join(strings.Fields(got.stderr), " "), refused, command)
		}
		for _, lang := range []string{"en", "zh-Hans"} {
			got := s.run("doctor", "--lang", lang)
			assert.Equal(t, exitFailed, got.code)
			assert.Contains(t, got.stdout, sayIn(lang, "doctor.database.unreleased", "Step", "57"))
		}
		demo := runCommand(t, map[string]string{"COINCART_DATABASE": dsn, "COINCART_DATA_DIR": t.TempDir(), "COINCART_ADDR": "127.0.0.1:0", "COINCART_SANDBOX_ADDR": "127.0.0.1:0"})
		assert.Equal(t, exitFailed, demo.code)
		assert.Contains(t, demo.stderr, refused)
		assert.Empty(t, modelstest.Shape(t, dsn))
	})
}

// models/store tests the interruption itself; this is what the operator does afterwards.
func TestMigrateUp_GoesOnAfterItWasInterrupted(t *testing.T) {
	dsn := modelstest.MariaDBDSN(t)
	whole := modelstest.Shape(t, dsn)
	modelstest.Exec(t, dsn, "DROP TABLE day_sums, day_figures, retention_marks", "DELETE FROM goose_db_version WHERE version_id > 0")
	env := map[string]string{"COINCART_DATABASE": dsn}
	assert.Equal(t, exitFailed, runCommand(t, env, "migrate", "status").code)
	require.Zero(t, runCommand(t, env, "migrate", "up").code)
	assert.Equal(t, whole, modelstest.Shape(t, dsn))
	assert.Zero(t, runCommand(t, env, "migrate", "status").code)
}
