package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/demo"
)

// trafficOf returns the calls and callbacks that a sandbox has seen, newest first.
func trafficOf(t *testing.T, sandbox string) []struct{ Name, Request string } {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, sandbox+"/sandbox/api/traffic?limit=1000", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	var list []struct{ Name, Request string }
	require.NoError(t, json.Unmarshal(text, &list), string(text))
	return list
}

// The demo follows a profile, both its shop and its sandbox: flat messages, time in seconds, a nonce, paths of its own, and the pay page that the
// answer names.
func TestE2E_DemoWithMD5AndAProfile(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "profile.json")
	require.NoError(t, os.WriteFile(profile, []byte(`{"about":"an older exchange","signing":"md5","time":"seconds","nonce":"send","payLink":"answer",`+
		`"paths":{"createThirdOrder":"/old/create","orderDetail":"/old/detail","cancelOrder":"/old/cancel","pay":"/old/pay.html"}}`), 0o600))
	env := map[string]string{"COINCART_PLATFORM_SIGNING": "md5", "COINCART_PROFILE": profile, "COINCART_DATA_DIR": filepath.Join(t.TempDir(), "data")}
	d := startDemo(t, env)
	assert.Contains(t, d.stderr.String(), "md5 signing: messages are not encrypted, and the exchange's answers are not authenticated")
	secret, err := os.ReadFile(filepath.Join(env["COINCART_DATA_DIR"], demoSecret))
	require.NoError(t, err)

	v := newVisitor(t, "en")
	placed := checkout(v, d.shop).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
	require.Equal(t, "/h5/pay.html", placed.address.Path, "the address of the answer")
	order, _ := pay(placed)
	assert.Contains(t, order.text, say("order.state.paid.title"))

	var created string
	for _, call := range trafficOf(t, d.sandbox) {
		if call.Name == "createThirdOrder" {
			created = call.Request
		}
	}
	assert.Regexp(t, `^\{"appKey":"coincart_demo",.*"time":"\d{10}","sign":"[0-9a-f]{32}"\}$`, created)
	for _, log := range []string{d.stdout.String(), d.stderr.String()} {
		assert.NotContains(t, log, strings.TrimSpace(string(secret)))
	}

	env["COINCART_SANDBOX_ADDR"] = strings.TrimPrefix(d.sandbox, "http://")
	found := runCommand(t, env, "doctor")
	assert.Zero(t, found.code, found.stdout)
	assert.Contains(t, found.stdout, say("doctor.says.secret_good"))
	assert.Contains(t, found.stdout, say("doctor.says.calls_secret_good", "App", demo.AppID))
	compared := runCommand(t, env, "invariants", "--platform", "--database", "sqlite:"+filepath.Join(env["COINCART_DATA_DIR"], "coincart.db"), "--sandbox-addr", env["COINCART_SANDBOX_ADDR"])
	assert.Zero(t, compared.code, compared.stdout+compared.stderr)
	assert.Contains(t, compared.stdout, "the orders of the sandbox")
}

// A real shop and the sandbox, each a process, with a shared secret.
func TestE2E_RealShopWithMD5(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "platform.secret")
	require.NoError(t, os.WriteFile(secret, []byte("e2e-0123456789abcdef\n"), 0o600))
	r := startRealShop(t, modelstest.SQLiteDSN(t), map[string]string{
		"COINCART_PLATFORM_SIGNING": "md5", "COINCART_PLATFORM_SECRET": secret, "COINCART_PLATFORM_KEY": "",
	}, "--signing", "md5", "--secret", secret)
	v := newVisitor(t, "en")
	placed := checkout(v, r.address).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice}))
	order, _ := pay(placed)
	assert.Contains(t, order.text, say("order.state.paid.title"))
	for _, p := range []*process{r.shop, r.sandbox} {
		assert.NotContains(t, p.stdout.String()+p.stderr.String(), "e2e-0123456789abcdef")
	}
	assert.Contains(t, r.shop.stderr.String(), "md5 signing: messages are not encrypted")
}
