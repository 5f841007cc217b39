package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// The scenarios that make test runs; make conform-woocommerce runs all of them.
const wooScenarios = "paid,forged.key,replayed,late,twice,amount.under,token"

// conformRun is `coincart conform merchant` with a Coincart shop as its merchant, in a process each.
type conformRun struct {
	trial    *process
	env      map[string]string // of the shop
	address  string            // of the shop
	markdown string            // file
}

// startConform starts the scenarios and a shop of the program, with its limits for one buyer off. extra are further settings of the shop.
func startConform(t *testing.T, dsn, probe, only string, extra map[string]string) *conformRun {
	t.Helper()
	program, folder := buildProgram(t), t.TempDir()
	c := &conformRun{address: "http://" + freeAddress(t), markdown: filepath.Join(folder, "report.md")}
	args := []string{
		"conform", "merchant", "--addr", freeAddress(t), "--keys", filepath.Join(folder, "keys"), "--probe-url", probe, "--settle", "600ms", "--markdown", c.markdown,
	}
	if only != "" {
		args = append(args, "--only", only)
	}
	c.trial = startProcess(t, program, nil, args...)
	c.trial.asked = true // it ends by itself
	c.env = map[string]string{
		"COINCART_ADDR": strings.TrimPrefix(c.address, "http://"), "COINCART_BASE_URL": c.address, "COINCART_DATABASE": dsn, "COINCART_DATA_DIR": filepath.Join(folder, "data"),
	}
	for line := range strings.Lines(c.trial.stderr.find(t, `(?s)(COINCART_PLATFORM_URL.*)Waiting`, c.trial.ended)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			c.env[name] = value
		}
	}
	maps.Copy(c.env, extra)
	for _, args := range [][]string{{"migrate", "up"}, {"seed"}} {
		done := runProgram(t, program, c.env, args...)
		require.Zero(t, done.code, done.stderr)
	}
	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	for _, key := range []models.SettingKey{models.SettingOpenPayer, models.SettingOpenEmail, models.SettingOpenNetwork} {
		require.NoError(t, db.PutSetting(t.Context(), string(key), "0"))
	}
	require.NoError(t, db.Close())
	startProcess(t, program, c.env).find(`(is open at)`)
	return c
}

// connectWoo gives a shop of WooCommerce a key and a webhook endpoint, as its button Connect would.
func (c *conformRun) connectWoo(t *testing.T, w *wooShop) {
	t.Helper()
	made := runProgram(t, buildProgram(t), c.env, "key", "create", "--name", "WooCommerce", "--origin", w.url, "--scope", "checkouts:read,checkouts:write,webhooks:write")
	require.Zero(t, made.code, made.stderr)
	key := strings.TrimSpace(made.stdout)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address+"/api/v1/webhook_endpoints", strings.NewReader(
		`{"url":"`+w.url+`/wc-api/coincart/","types":["checkout.paid","checkout.review","checkout.expired","checkout.cancelled"]}`))
	require.NoError(t, err)
	for name, value := range map[string]string{"Authorization": "Bearer " + key, "Content-Type": "application/json", "Idempotency-Key": "w"} {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	var endpoint struct{ ID, Secret string }
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&endpoint))
	require.NotEmpty(t, endpoint.Secret, answer.Status)
	options, err := json.Marshal(map[string]any{
		"woocommerce_coincart_settings": map[string]string{"enabled": "yes", "title": "Coins", "address": c.address},
		"coincart_connection": map[string]string{
			"address": c.address, "key": key, "secret": endpoint.Secret, "endpoint": endpoint.ID, "currency": "USD", "shop": "Osier",
		},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(w.folder, "options.json"), options, 0o600))
}

// serveAt serves the shop at a further address.
func (w *wooShop) serveAt(address string) {
	w.t.Helper()
	target, err := url.Parse(w.direct)
	require.NoError(w.t, err)
	listener, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", address)
	require.NoError(w.t, err)
	server := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(target))
	require.NoError(w.t, server.Listener.Close())
	server.Listener = listener
	server.Start()
	w.t.Cleanup(server.Close)
}

// A WooCommerce shop with the gateway takes the scenarios of merchants: exchange, Coincart and shop in processes of their own, webhooks over TLS.
// COINCART_CONFORM_WOOCOMMERCE=FILE runs all scenarios and writes the report there.
func TestE2E_ConformWooCommerce(t *testing.T) {
	t.Parallel()
	file, only := os.Getenv("COINCART_CONFORM_WOOCOMMERCE"), wooScenarios
	if file != "" {
		only = ""
	}
	dsn := modelstest.MariaDBDSN(t) // TestE2E_WooCommerceAdapter has SQLite
	authority := filepath.Join(t.TempDir(), "ca.pem")
	w := startWoo(t, func(h http.Handler) *httptest.Server {
		proxy := httptest.NewTLSServer(h)
		var text bytes.Buffer
		assert.NoError(t, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw}))
		assert.NoError(t, os.WriteFile(authority, text.Bytes(), 0o600))
		return proxy
	})
	probe := freeAddress(t)
	c := startConform(t, dsn, "http://"+probe+"/probe", only, map[string]string{"COINCART_WEBHOOK_NETWORKS": "127.0.0.0/8", "COINCART_TRUSTED_PROXIES": "127.0.0.1", "SSL_CERT_FILE": authority})
	c.connectWoo(t, w)
	w.serveAt(probe) // the scenarios begin
	<-c.trial.done
	report, err := os.ReadFile(c.markdown)
	assert.NoError(t, err, c.trial.stderr.String())
	assert.Zero(t, c.trial.command.ProcessState.ExitCode(), string(report))
	assert.True(t, strings.Contains(string(report), "The merchant passes") && strings.Contains(string(report), " 0 failed, 0 skipped"))
	held := runProgram(t, buildProgram(t), map[string]string{"COINCART_DATABASE": dsn}, "invariants")
	assert.Zero(t, held.code, held.stdout)
	if file != "" && !t.Failed() {
		require.NoError(t, os.WriteFile(file, report, 0o644))
	}
}
