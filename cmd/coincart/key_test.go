package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

func TestKey_CreatedListedAndEnded(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	assert.Contains(t, o.run("", "key", "list").stderr, "coincart key create")
	made := o.run("", "key", "create", "--name", "Accounts", "--scope", "checkouts:write,checkouts:read", "--origin", "https://shop.example.org/thanks", "--refund-limit", "20")
	require.Zero(t, made.code, made.stderr)
	secret := strings.TrimSpace(made.stdout)
	assert.True(t, models.IsKeyForm(secret), "nothing else is on standard output: %q", made.stdout)
	key, err := o.shop.store.APIKeyBySecret(t.Context(), models.Secret(secret))
	require.NoError(t, err)
	assert.Equal(t, models.TextList{"checkouts:read", "checkouts:write"}, key.Scopes)
	assert.Equal(t, models.TextList{"https://shop.example.org"}, key.Origins)
	list := o.run("", "key", "list")
	assert.Regexp(t, `(?m)^`+key.ID+` +`+key.Shown+`… +Accounts +checkouts:read checkouts:write +\d{4}-`, list.stdout)
	assert.NotContains(t, list.stdout, secret)

	require.Zero(t, o.run("", "key", "end", key.ID).code)
	assert.Regexp(t, ` ended +never$`, strings.TrimSpace(o.run("", "key", "list").stdout))
	again := o.run("", "key", "end", key.ID)
	assert.Equal(t, exitFailed, again.code)
	assert.Contains(t, again.stderr, "ended before")
	assert.Contains(t, o.run("", "key", "end", "nothing").stderr, "coincart key list")
	entries := o.entries("key.create")
	require.Len(t, entries, 1)
	assert.Equal(t, "command line", entries[0].Who)
	assert.NotContains(t, entries[0].After, secret)
}

func TestKey_RefusalsNameTheFlag(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	for name, row := range map[string]struct {
		args []string
		says string
	}{
		"unknown scope": {[]string{"--name", "A", "--scope", "everything"}, "--scope: Scopes are: checkouts:read, "},
		"no name":       {[]string{"--name", " ", "--scope", "rates:read"}, "--name: Please fill this in."},
		"http":          {[]string{"--name", "A", "--scope", "rates:read", "--origin", "http://shop.example.org"}, "--origin: Please enter a complete https address"},
		"network":       {[]string{"--name", "A", "--scope", "rates:read", "--network", "home"}, "--network: Use network addresses"},
		"limit":         {[]string{"--name", "A", "--scope", "rates:read", "--refund-limit", "1e9"}, "--refund-limit: Enter a number"},
		"days":          {[]string{"--name", "A", "--scope", "rates:read", "--days", "-1"}, "--days: "},
	} {
		got := o.run("", append([]string{"key", "create"}, row.args...)...)
		assert.NotZero(t, got.code, name)
		assert.Contains(t, got.stderr, row.says, name)
		assert.Empty(t, got.stdout, name)
	}
	list, err := o.shop.store.APIKeys(t.Context())
	require.NoError(t, err)
	assert.Empty(t, list)
}
