package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
)

func TestWebhook_ListedAndShownWithoutSecrets(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	assert.Contains(t, o.run("", "webhook", "list").stderr, "no webhooks yet.")
	service := o.shop.Services.Hooks
	e, err := service.Create(t.Context(), staff.CommandLine(), nil, hooks.Draft{URL: "https://books.example.org/in?token=hidden"})
	require.NoError(t, err)

	list := o.run("", "webhook", "list")
	require.Zero(t, list.code, list.stderr)
	assert.Regexp(t, `(?m)^`+e.ID+` +enabled +0 +never +"?https://books\.example\.org/in\?`, list.stdout)
	assert.Contains(t, o.run("", "webhook", "show", e.ID).stderr, "no deliveries yet.")

	require.NoError(t, service.Ping(t.Context(), staff.CommandLine(), e.ID, ""))
	_, err = o.shop.store.PublishToEndpoints(t.Context(), 10)
	require.NoError(t, err)
	shown := o.run("", "webhook", "show", e.ID)
	require.Zero(t, shown.code, shown.stderr)
	assert.Regexp(t, `(?m)^Events +all$`, shown.stdout)
	assert.Regexp(t, `(?m)^endpoint\.ping +\d{4}-\S+ \S+ +waiting +0 +- +- +\S{36}$`, shown.stdout)
	for _, printed := range []string{list.stdout, shown.stdout} {
		assert.NotContains(t, printed, "hidden")
		assert.NotContains(t, printed, string(e.Secret))
	}

	missing := o.run("", "webhook", "show", "nothing-there")
	assert.NotZero(t, missing.code)
	assert.Contains(t, missing.stderr, "coincart webhook list")
}
