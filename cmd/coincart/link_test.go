package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
)

func TestLink_CreatedListedAndEnded(t *testing.T) {
	o := newOffice(t, modelstest.SQLiteDSN(t), time.Time{}, nothing)
	assert.Contains(t, o.run("", "link", "list").stderr, "coincart link create")
	made := o.run("", "link", "create", "--title", "Mug fund", "--amount", "20", "--currency", "USD", "--uses", "3", "--slug", "mug-fund")
	require.Zero(t, made.code, made.stderr)
	address := strings.TrimSpace(made.stdout)
	assert.Equal(t, o.shop.Base+"/pay/mug-fund", address)
	assert.Regexp(t, `(?m)^mug-fund +fixed +"?Mug fund"? +20\.00 USD +0/3 +true$`, o.run("", "link", "list").stdout)

	require.Zero(t, o.run("", "link", "end", address).code)
	link, err := o.shop.Services.Links.BySlug(t.Context(), "mug-fund")
	require.NoError(t, err)
	assert.False(t, link.Enabled)
	assert.Contains(t, o.run("", "link", "end", "nothing-there").stderr, "coincart link list")
	require.Len(t, o.entries("link.create"), 1)
	assert.Equal(t, "command line", o.entries("link.create")[0].Who)

	for says, args := range map[string][]string{
		"--amount: ":   {"--title", "A", "--amount", "1e9"},
		"--title: ":    {"--amount", "1.00"},
		"--currency: ": {"--title", "A", "--amount", "1.00", "--currency", "EUR"},
		"--sku: ":      {"--sku", "NOTHING"},
	} {
		got := o.run("", append([]string{"link", "create"}, args...)...)
		assert.NotZero(t, got.code, says)
		assert.Contains(t, got.stderr, says)
		assert.Empty(t, got.stdout, says)
	}
}
