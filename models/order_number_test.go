package models_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

func TestReadOrderNumber_ReadsWhatPeopleType(t *testing.T) {
	for text, want := range map[string]struct {
		prefix string
		number int
	}{
		"1042": {"", 1042}, "#1042": {"", 1042}, "2026-1042": {"2026-", 1042}, "INV.7": {"INV.", 7}, "##3": {"##", 3},
	} {
		prefix, number, ok := models.ReadOrderNumber(text)
		assert.True(t, ok, text)
		assert.Equal(t, want.prefix, prefix, text)
		assert.Equal(t, want.number, number, text)
	}
	for _, text := range []string{"", "#", "abc", "12x", "0", "#0", "99999999999999999999999999", "１２"} {
		_, _, ok := models.ReadOrderNumber(text)
		assert.False(t, ok, text)
	}
}

func TestNumberPrefix_IsReadableAndFitsAFileName(t *testing.T) {
	prefix, ok := models.FindSetting(models.SettingNumberPrefix)
	assert.True(t, ok)
	for _, good := range []string{"#", "", "2026-", "INV_", "店"} {
		_, err := prefix.Normal(good)
		assert.NoError(t, err, good)
	}
	for _, bad := range []string{"A1", "2026", "a/b", "a b-", "=1+", "<", "aaaaaaaaaaaaa"} {
		_, err := prefix.Normal(bad)
		assert.Error(t, err, bad)
	}
}
