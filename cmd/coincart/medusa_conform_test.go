//go:build linux

package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// medusaProbe is the probe of a Medusa shop behind Coincart's API (docs/conform.md). It buys as a storefront and its buyer do. Value is given
// where an order of Medusa has a capture.
type medusaProbe struct {
	t        *testing.T
	medusa   *medusaShop
	coincart string // address
	bought   atomic.Int64
	carts    sync.Map // by id
}

// probedCart is a cart and the browser of its buyer.
type probedCart struct {
	*medusaCart
	buyer *visitor
}

func (p *medusaProbe) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", p.buy)
	mux.HandleFunc("GET /orders/{id}", p.of(p.tell))
	mux.HandleFunc("DELETE /orders/{id}", p.of(p.giveUp))
	mux.HandleFunc("POST /orders/{id}/again", p.of(p.again))
	return mux
}

// buy puts a mug into a cart and presses pay on Coincart's page.
func (p *medusaProbe) buy(w http.ResponseWriter, r *http.Request) {
	var wish struct{ Coin, Payer string }
	assert.NoError(p.t, json.NewDecoder(r.Body).Decode(&wish))
	n := p.bought.Add(1)
	c, err := p.medusa.cart(fmt.Sprintf("ada%d@example.org", n)) //nolint:contextcheck // a shop has the context of the test, as a visitor has
	if !assert.NoError(p.t, err) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	buyer := newVisitor(p.t, "en")
	buyer.from = fmt.Sprintf("192.0.2.%d", n)                                                      // Coincart limits the payments of one address
	buyer.get(c.url).submit("/pay", map[string]string{"coin": wish.Coin, "payer_uid": wish.Payer}) //nolint:contextcheck // as above
	p.carts.Store(c.id, probedCart{c, buyer})
	assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]string{"id": c.id}))
}

func (p *medusaProbe) of(do func(w http.ResponseWriter, c probedCart)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, ok := p.carts.Load(r.PathValue("id"))
		c, _ := found.(probedCart)
		if !ok {
			http.NotFound(w, r)
			return
		}
		do(w, c)
	}
}

// tell counts the captures of the cart's orders. Until there is one, the buyer's page looks at the public state of the checkout; when it has
// come to an end that is not paid, the page asks Medusa for the order, which must not come to be paid by that.
func (p *medusaProbe) tell(w http.ResponseWriter, c probedCart) {
	public := p.public(c)
	if public == "review" || public == "closed" {
		c.complete()
	}
	orders, err := c.orders()
	assert.NoError(p.t, err)
	credited := 0
	for _, order := range orders {
		credited += order.captures()
	}
	if credited > 0 {
		public = "paid"
	}
	assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]any{"state": public, "credited": credited}))
}

// public returns what Coincart tells everybody about a checkout. Paid is open until Medusa has it.
func (p *medusaProbe) public(c probedCart) string {
	var now struct{ Status string }
	assert.NoError(p.t, json.Unmarshal([]byte(c.buyer.get(p.coincart+"/api/v1/public/checkouts/"+c.checkout).text), &now))
	states := map[string]string{"open": "open", "processing": "open", "paid": "open", "review": "review", "expired": "closed", "cancelled": "closed"}
	return states[now.Status]
}

// giveUp changes the cart, so that Medusa calls its payment off.
func (p *medusaProbe) giveUp(w http.ResponseWriter, c probedCart) {
	_, err := c.shop.ask(http.MethodPost, "/store/carts/"+c.id+"/line-items/"+c.item, map[string]any{"quantity": 2}, nil)
	p.t.Logf("%s is given up: %v", c.checkout, err)
	w.WriteHeader(http.StatusNoContent)
}

// again presses pay once more, with another coin.
func (p *medusaProbe) again(w http.ResponseWriter, c probedCart) {
	c.buyer.get(c.url).answer("/pay", "coin", "BTC", map[string]string{"payer_uid": alice})
	w.WriteHeader(http.StatusNoContent)
}

// Medusa passes the scenarios of coincart conform merchant, with Coincart between it and the exchange. The table is written to the folder that
// COINCART_TEST_MEDUSA names.
func TestMedusa_Conforms(t *testing.T) {
	if os.Getenv(medusaEnv) == "" {
		t.Skip("make test-medusa runs it")
	}
	program, folder := buildProgram(t), t.TempDir()
	keys, address, platform, probe, medusa := filepath.Join(folder, "keys"), freeAddress(t), freeAddress(t), freeAddress(t), freeAddress(t)
	table := filepath.Join(os.Getenv(medusaEnv), "CONFORMANCE.md")
	trial := startProcess(t, program, nil, "conform", "merchant", "--addr", platform, "--keys", keys, "--probe-url", "http://"+probe, "--parallel", "16", "--markdown", table)
	trial.asked = true // it ends by itself
	printed := trial.stderr.find(t, `(?s)(COINCART_PLATFORM_URL.*)Waiting`, trial.ended)
	webhooks := httptest.NewTLSServer(newBetween(t, "http://"+medusa))
	t.Cleanup(webhooks.Close)
	env := map[string]string{
		"COINCART_ADDR": address, "COINCART_BASE_URL": "http://" + address, "COINCART_DATA_DIR": filepath.Join(folder, "data"), "COINCART_LOG_LEVEL": "warn",
		"COINCART_WEBHOOK_NETWORKS": "127.0.0.0/8", "COINCART_TRUSTED_PROXIES": "127.0.0.1", "SSL_CERT_FILE": authority(t, webhooks),
	}
	for line := range strings.Lines(printed) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			env[name] = value
		}
	}
	run := startCoincartForMedusa(t, program, env, webhooks.URL)
	shop := startMedusa(t, medusa, run.coincart.shop, run.key, run.secret)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", probe)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer((&medusaProbe{t: t, medusa: shop, coincart: run.coincart.shop}).handler())
	require.NoError(t, server.Listener.Close())
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	<-trial.done
	t.Log(trial.stdout.String() + trial.stderr.String())
	assert.Zero(t, trial.command.ProcessState.ExitCode())
	held := runProgram(t, program, env, "invariants")
	assert.Zero(t, held.code, held.stdout)
}

// authority writes the certificate of a server to a file.
func authority(t *testing.T, server *httptest.Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authority.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	return file
}

// startCoincartForMedusa runs a shop in a process of its own, with a key and a webhook endpoint for Medusa.
func startCoincartForMedusa(t *testing.T, program string, env map[string]string, webhooks string) *medusaRun {
	t.Helper()
	for _, args := range [][]string{{"migrate", "up"}, {"seed"}} {
		done := runProgram(t, program, env, args...)
		require.Zero(t, done.code, done.stderr)
	}
	made := runProgram(t, program, env, "key", "create", "--name", "Medusa", "--scope", "checkouts:write,checkouts:read,refunds:write,webhooks:write")
	require.Zero(t, made.code, made.stderr)
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(env["COINCART_DATA_DIR"], "coincart.db"), store.Options{})
	require.NoError(t, err)
	for _, key := range []models.SettingKey{models.SettingOpenPayer, models.SettingOpenEmail, models.SettingOpenNetwork} {
		require.NoError(t, db.PutSetting(t.Context(), string(key), "0"))
	}
	require.NoError(t, db.Close())
	startProcess(t, program, env).find(`(is open at)`)
	run := &medusaRun{t: t, coincart: &demoRun{shop: env["COINCART_BASE_URL"]}, key: strings.TrimSpace(made.stdout)}
	run.addEndpoint(webhooks)
	return run
}
