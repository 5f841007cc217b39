package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/demo"
)

// An exchange is asked, and a shop is served with the profile that this writes.
func TestE2E_ConformPlatformWritesAProfileThatServeTakes(t *testing.T) {
	folder := t.TempDir()
	known := filepath.Join(folder, "known.json")
	require.NoError(t, os.WriteFile(known, []byte(`{"signing":"md5","time":"seconds","payLink":"answer","paths":{"createThirdOrder":"/old/create"}}`), 0o600))
	paths := filepath.Join(folder, "paths.json")
	require.NoError(t, os.WriteFile(paths, []byte(`{"paths":{"createThirdOrder":"/old/create"}}`), 0o600))
	d := startDemo(t, map[string]string{"COINCART_PLATFORM_SIGNING": "md5", "COINCART_PROFILE": known})
	found := filepath.Join(folder, "found.json")
	args := []string{
		"conform", "platform", "--platform-url", d.sandbox, "--app-id", demo.AppID, "--platform-signing", "md5", "--platform-secret", filepath.Join(d.data, demoSecret),
		"--profile", paths, "--payer-uid", alice, "--listen", "127.0.0.1:0", "--write-profile", found, "--json", filepath.Join(folder, "report.json"),
	}
	asked := runCommand(t, nil, args...)
	require.Zero(t, asked.code, asked.stdout+asked.stderr)
	assert.Contains(t, asked.stdout, "The platform conforms")
	assert.Contains(t, asked.stdout, "| `callback.retry` | SHOULD | pass |")
	assert.FileExists(t, filepath.Join(folder, "report.json"))
	profile, err := os.ReadFile(found)
	require.NoError(t, err)
	assert.Contains(t, string(profile), `"time":"seconds"`)
	assert.Contains(t, string(profile), `"payLink":"answer"`)

	again := startDemo(t, map[string]string{"COINCART_PLATFORM_SIGNING": "md5", "COINCART_PROFILE": found})
	v := newVisitor(t, "en")
	placed := checkout(v, again.shop).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
	order, _ := pay(placed)
	assert.Contains(t, order.text, say("order.state.paid.title"))

	wrong := runCommand(t, nil, append(args, "--platform-url", "http://127.0.0.1:1")...)
	assert.Equal(t, exitFailed, wrong.code, wrong.stdout+wrong.stderr)
	assert.Contains(t, wrong.stdout, "does not conform")
	secretless := runCommand(t, nil, "conform", "platform", "--platform-url", d.sandbox, "--app-id", demo.AppID, "--platform-signing", "md5", "--payer-uid", alice)
	assert.Equal(t, exitNotDone, secretless.code)
	assert.Contains(t, secretless.stderr, "COINCART_PLATFORM_SECRET is missing")
}
