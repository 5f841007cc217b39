package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/hooks"
)

// apiPage returns the five lines of docs/api.md, for a demonstration at this address.
func apiPage(t *testing.T, shop string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "docs", "api.md"))
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)## A first payment\n.*?```sh\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, found)
	lines := strings.Split(strings.TrimSpace(string(found[1])), "\n")
	require.Len(t, lines, 5)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "http://127.0.0.1:8080", shop)
	}
	require.Contains(t, lines[1], shop)
	return lines
}

// received is the types of events that a webhook endpoint was told about an object, in their order.
type received struct {
	mu    sync.Mutex
	types []string
}

func (r *received) take(_ context.Context, e hooks.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.types = append(r.types, e.Type)
	return nil
}

func (r *received) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.types)
}

// A newcomer types the lines of docs/api.md, adds an endpoint, and pays in a browser.
func TestE2E_DocsFirstPaymentByCurl(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	d := startDemo(t, nil)
	lines, folder := apiPage(t, d.shop), t.TempDir()
	sh := func(script ...string) string {
		command := exec.CommandContext(t.Context(), "sh", "-c", strings.Join(script, "\n"))
		command.Dir = folder
		command.Env = append(os.Environ(), "PATH="+filepath.Dir(buildProgram(t))+":"+os.Getenv("PATH"), "COINCART_DATA_DIR="+d.data)
		out, err := command.Output()
		require.NoError(t, err, string(out))
		return strings.TrimSpace(string(out))
	}
	key := sh(strings.Replace(lines[0], "checkouts:read", "checkouts:read,webhooks:write", 1), "echo $KEY")
	require.Regexp(t, `^cc_demo_[A-Z2-7]{40}$`, key)
	lines[0] = "KEY=" + key

	var got received
	var verifier *hooks.Verifier
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { verifier.Handler(got.take).ServeHTTP(w, r) }))
	t.Cleanup(endpoint.Close)
	var added struct{ Secret string }
	answer := sh(lines[0], lines[1], `curl -s $API/webhook_endpoints -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -H "Idempotency-Key: w1" -d '{"url":"`+endpoint.URL+`"}'`)
	require.NoError(t, json.Unmarshal([]byte(answer), &added), answer)
	var err error
	verifier, err = hooks.New(added.Secret)
	require.NoError(t, err, answer)

	var checkout struct{ ID, URL, Status string }
	made := sh(lines[0], lines[1], lines[2])
	require.NoError(t, json.Unmarshal([]byte(made), &checkout), made)
	assert.Equal(t, "open", checkout.Status)
	assert.Equal(t, checkout.ID, sh(lines[0], lines[1], lines[3], "echo $ID"))

	page := newVisitor(t, "en").get(checkout.URL).submit("/pay", map[string]string{"coin": "USDT", "payer_uid": alice})
	require.Contains(t, page.address.Path, "pay.html", page.text)
	page.submit("", map[string]string{"action": "pay"})
	for began := time.Now(); checkout.Status != "paid"; {
		require.Less(t, time.Since(began), patience, checkout.Status)
		told := sh(lines[0], lines[1], lines[3], lines[4])
		require.NoError(t, json.Unmarshal([]byte(told), &checkout), told)
	}
	require.Eventually(t, func() bool { return slices.Contains(got.list(), "checkout.paid") }, patience, 50*time.Millisecond)
	assert.Subset(t, got.list(), []string{"checkout.processing", "checkout.paid"})
}
