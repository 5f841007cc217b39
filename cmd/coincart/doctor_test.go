package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	for _, want := range []string{
		"COINCART_LOG_LEVEL", "chmod 600 " + private, "is without https", "https://shop.example.org", "cannot be reached", "The AppKey is not set",
		"coincart migrate up", "problems keep the shop from taking payments",
	} {
		assert.Contains(t, got.stdout, want)
	}
	assert.NoFileExists(t, database, "looking makes nothing")
	chinese := runCommand(t, env, "doctor", "--lang", "zh-Hans")
	assert.Contains(t, chinese.stdout, "没有使用 https")
}

func TestDoctor_TheDemonstrationIsHealthy(t *testing.T) {
	folder := t.TempDir()
	assert.Contains(t, runCommand(t, map[string]string{"COINCART_DATA_DIR": folder}, "doctor").stderr, "there is no shop")
	d := startDemo(t, map[string]string{"COINCART_DATA_DIR": folder})
	got := runCommand(t, map[string]string{
		"COINCART_DATA_DIR": folder, "COINCART_ADDR": d.shop[len("http://"):], "COINCART_SANDBOX_ADDR": d.sandbox[len("http://"):],
	}, "doctor")
	assert.Equal(t, exitOK, got.code, got.stdout+got.stderr)
	assert.Contains(t, got.stdout, "both sides’ keys fit")
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
