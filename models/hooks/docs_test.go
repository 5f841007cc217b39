package hooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// message is a webhook for a program that verifies it.
type message struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Secret  string            `json:"secret"`
	Good    bool              `json:"-"`
}

// messages returns webhooks of a shop, of which some were changed on their way.
func messages(t *testing.T) map[string]message {
	t.Helper()
	b := newBench(t, modelstest.Open(t, modelstest.SQLiteDSN(t)), unusedClock())
	r := b.listening(b.receiver(nil))
	b.happen("co_1", 1)
	b.work()
	renewed, err := b.hooks.Rotate(t.Context(), owner(), r.endpoint.ID, "")
	require.NoError(t, err)
	event := models.Event{Type: models.EventPaid, ObjectID: "co_2", Sequence: 1}
	require.NoError(t, b.store.AddEvent(t.Context(), event, map[string]any{"name": "Tasse für 茶 & <b>"}))
	b.work()
	require.Len(t, r.requests(), 2)
	secret := r.endpoint.Secret.Reveal()
	of := func(n int, secret string, good bool) message {
		got := r.requests()[n]
		m := message{Headers: map[string]string{}, Body: got.body, Secret: secret, Good: good}
		for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
			m.Headers[name] = got.header.Get(name)
		}
		return m
	}
	changed, old := of(0, secret, false), of(0, secret, false)
	changed.Body = strings.Replace(changed.Body, "co_1", "co_2", 1)
	old.Headers["webhook-timestamp"] = strconv.FormatInt(time.Now().Add(-6*time.Minute).Unix(), 10)
	old.Headers["webhook-signature"] = sign(t, old)
	fresh := of(0, secret, true)
	fresh.Headers["webhook-signature"] = "v1,AAAA v2,x " + fresh.Headers["webhook-signature"]
	unsigned := of(0, secret, false)
	unsigned.Headers["webhook-signature"] = ""
	return map[string]message{
		"as sent": of(0, secret, true), "with other signatures": fresh, "with the secret before": of(1, secret, true), "with the new secret": of(1, renewed.Reveal(), true),
		"with another secret": of(0, renewed.Reveal(), false), "changed": changed, "six minutes old": old, "unsigned": unsigned,
	}
}

func sign(t *testing.T, m message) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Secret, "whsec_"))
	require.NoError(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.Headers["webhook-id"] + "." + m.Headers["webhook-timestamp"] + "." + m.Body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// snippet returns the code of the page about webhooks in a language.
func snippet(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/webhooks.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(page), "\n```"+language+"\n")
	require.True(t, ok, language)
	code, _, ok := strings.Cut(rest, "\n```\n")
	require.True(t, ok, language)
	assert.LessOrEqual(t, strings.Count(strings.ReplaceAll(code, "\n\n", "\n"), "\n")+1, 10, "ten lines")
	return code
}

// judge runs a program for each message, and compares what it says with what is right.
func judge(t *testing.T, name string, args ...string) {
	t.Helper()
	for what, m := range messages(t) {
		input, err := json.Marshal(m)
		require.NoError(t, err)
		command := exec.CommandContext(t.Context(), name, args...)
		command.Stdin = strings.NewReader(string(input))
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s: %s", what, out)
		assert.Equal(t, map[bool]string{true: "good", false: "bad"}[m.Good], strings.TrimSpace(string(out)), what)
	}
}

// interpreter returns the path of a program, or skips the test.
func interpreter(t *testing.T, name, install string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian: %s), so the page's example was not run", name, install)
	}
	return path
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestDocs_PHPVerifies(t *testing.T) {
	t.Parallel()
	php := interpreter(t, "php", "php-cli")
	judge(t, php, write(t, t.TempDir(), "verify.php", "<?php\n"+snippet(t, "php")+`
$m = json_decode(file_get_contents('php://stdin'), true);
echo verify($m['headers'], $m['body'], $m['secret']) ? 'good' : 'bad';
`))
}

func TestDocs_PythonVerifies(t *testing.T) {
	t.Parallel()
	python := interpreter(t, "python3", "python3")
	judge(t, python, write(t, t.TempDir(), "verify.py", snippet(t, "python")+`
import json, sys
m = json.load(sys.stdin)
print("good" if verify(m["headers"], m["body"].encode(), m["secret"]) else "bad")
`))
}

func TestDocs_NodeVerifies(t *testing.T) {
	t.Parallel()
	node := interpreter(t, "node", "nodejs")
	judge(t, node, write(t, t.TempDir(), "verify.mjs", snippet(t, "js")+`
import { readFileSync } from "node:fs";
const m = JSON.parse(readFileSync(0, "utf8"));
console.log(verify(m.headers, Buffer.from(m.body), m.secret) ? "good" : "bad");
`))
}

func TestDocs_GoVerifies(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp(".", "_docs-") //nolint:usetesting // within the module; patterns leave it out
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(folder)) })
	source := write(t, folder, "main.go", `package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/coincart/coincart/payments/hooks"
)

`+snippet(t, "go")+`

func main() {
	var m struct {
		Headers      map[string]string
		Body, Secret string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&m); err != nil {
		panic(err)
	}
	handler, err := receive(m.Secret, func(context.Context, hooks.Event) error { return nil })
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(m.Body))
	for name, value := range m.Headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(map[int]string{http.StatusNoContent: "good", http.StatusUnauthorized: "bad"}[w.Code])
}
`)
	program := filepath.Join(t.TempDir(), "verify")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "nomsgpack", "-o", program, source).CombinedOutput()
	require.NoError(t, err, string(out))
	judge(t, program)
}

// The reference library for Node comes from npm: without npm, or without a network, there is nothing to test with.
func TestReference_TheNpmLibraryVerifies(t *testing.T) {
	t.Parallel()
	node, npm := interpreter(t, "node", "nodejs"), interpreter(t, "npm", "npm")
	folder := t.TempDir()
	out, err := exec.CommandContext(t.Context(), npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, "standardwebhooks@1.1.1").CombinedOutput()
	if err != nil {
		t.Skipf("npm cannot install standardwebhooks, so it has not verified anything: %v: %s", err, out)
	}
	judge(t, node, write(t, folder, "verify.cjs", `
const { Webhook } = require("standardwebhooks");
const m = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
try {
  new Webhook(m.secret).verify(m.body, m.headers);
  console.log("good");
} catch {
  console.log("bad");
}
`))
}
