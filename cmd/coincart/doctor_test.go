package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/templates/i18n"
)

func TestDoctor_SaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	folder := t.TempDir()
	private, public := filepath.Join(folder, "m.pem"), filepath.Join(folder, "m.pub.pem")
	require.Zero(t, runCommand(t, nil, "keygen", "--private-key", private, "--public-key", public).code)
	require.NoError(t, os.Chmod(private, 0o644))
	database := filepath.Join(folder, "shop.db")
	env := map[string]string{
		"COINCART_PLATFORM_URL": "http://127.0.0.1:1", "COINCART_MERCHANT_KEY": private, "COINCART_PLATFORM_KEY": public,
		"COINCART_BASE_URL": "http://shop.example.org", "COINCART_DATABASE": "sqlite:" + database, "COINCART_LOG_LEVEL": "loud",
	}
	got := runCommand(t, env, "doctor")
	assert.Equal(t, exitFailed, got.code)
	chinese := runCommand(t, env, "doctor", "--lang", "zh-Hans")
	for lang, report := range map[string]string{"en": got.stdout, "zh-Hans": chinese.stdout} {
		assert.Contains(t, report, "COINCART_LOG_LEVEL")
		assert.Contains(t, report, sayIn(lang, "doctor.says.database_bad", "Database", "sqlite:"+database))
		for _, found := range []finding{
			{"key_exposed", []string{"File", private, "Mode", "0644"}},
			{"base_plain", []string{"Address", "http://shop.example.org", "Secure", "https://shop.example.org"}},
			{"platform_unreachable", []string{"Address", "http://127.0.0.1:1"}},
			{"app_id_missing", nil},
		} {
			found.check(t, lang, report)
		}
		assert.Contains(t, report, sayIn(lang, "doctor.mend.database_bad"))
		problems := strings.Count("\n"+report, "\n"+sayIn(lang, "doctor.status.bad")+" ")
		assert.Greater(t, problems, 1)
		assert.Contains(t, report, i18n.ByTag(lang).N("doctor.unhealthy", problems))
	}
	assert.NoFileExists(t, database, "looking makes nothing")
}

func TestDoctor_TheDemonstrationIsHealthy(t *testing.T) {
	folder := t.TempDir()
	assert.Regexp(t, `COINCART_PLATFORM_URL .*`+regexp.QuoteMeta(folder), runCommand(t, map[string]string{"COINCART_DATA_DIR": folder}, "doctor").stderr)
	d := startDemo(t, map[string]string{"COINCART_DATA_DIR": folder})
	got := runCommand(t, map[string]string{
		"COINCART_DATA_DIR": folder, "COINCART_ADDR": d.shop[len("http://"):], "COINCART_SANDBOX_ADDR": d.sandbox[len("http://"):],
	}, "doctor")
	assert.Equal(t, exitOK, got.code, got.stdout+got.stderr)
	assert.Contains(t, got.stdout, say("doctor.says.calls_good", "App", demo.AppID))
}

func TestRefusedCommandsMakeNoDatabase(t *testing.T) {
	database := filepath.Join(t.TempDir(), "none", "shop.db")
	env := map[string]string{"COINCART_DATABASE": "sqlite:" + database}
	status := runCommand(t, env, "migrate", "status")
	assert.Equal(t, exitFailed, status.code)
	assert.Contains(t, status.stdout, "pending")
	env["COINCART_PLATFORM_URL"] = "https://service.example.com"
	serve := runCommand(t, env)
	assert.Contains(t, serve.stderr, "coincart migrate up")
	assert.NoDirExists(t, filepath.Dir(database))
}

func TestEnvelopeOpen_RefusesAPrivateKeyThatOthersRead(t *testing.T) {
	folder := t.TempDir()
	private, public := filepath.Join(folder, "m.pem"), filepath.Join(folder, "m.pub.pem")
	require.Zero(t, runCommand(t, nil, "keygen", "--private-key", private, "--public-key", public).code)
	require.NoError(t, os.Chmod(private, 0o644))
	got := runWithInput(t, "{}", nil, "envelope", "open", "--private-key", private, "--public-key", public)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "chmod 600")
	swapped := runWithInput(t, "{}", nil, "envelope", "open", "--private-key", public, "--public-key", public)
	assert.Contains(t, swapped.stderr, "holds a public key")
}
