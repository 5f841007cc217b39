package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// shopProbe is the probe of a Coincart shop: it buys as a visitor does, and reads the state from the shop's database.
type shopProbe struct {
	t        *testing.T
	shop     string // address
	platform string // address of the exchange
	db       *store.Store

	visitors atomic.Int64

	mu     sync.Mutex
	bought []probedOrder
}

type probedOrder struct {
	visitor *visitor
	id, ref string // of the order
}

func (p *shopProbe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/orders" {
		p.buy(w, r)
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	order, ok := p.order(parts[1])
	if !ok {
		http.NotFound(w, r)
		return
	}
	page := func() *webPage { return order.visitor.get(p.shop + "/orders/" + order.ref) }
	switch {
	case r.Method == http.MethodDelete:
		if own := page(); strings.Contains(own.text, `/cancel"`) { // an order that the page has just found paid has no such form
			own.submit("/cancel", nil)
		}
	case len(parts) == 3:
		page().answer("/pay", "coin", "BTC", map[string]string{"payer_uid": alice})
	default:
		p.tell(w, r, order.id)
	}
}

func (p *shopProbe) order(id string) (probedOrder, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := strconv.Atoi(id)
	if err != nil || n >= len(p.bought) {
		return probedOrder{}, false
	}
	return p.bought[n], true
}

// buy buys two mugs, signed in at the exchange if a code is given: the browser signs in by itself.
func (p *shopProbe) buy(w http.ResponseWriter, r *http.Request) {
	var wish struct{ Code string }
	assert.NoError(p.t, json.NewDecoder(r.Body).Decode(&wish))
	v := newVisitor(p.t, "en")
	n := p.visitors.Add(1)
	v.from = fmt.Sprintf("192.0.2.%d", n) // the shop limits the orders of one address
	values := toNewYork(map[string]string{"email": fmt.Sprintf("ada%d@example.org", n), "coin": "USDT", "payer_uid": alice})
	form := checkout(v, p.shop) //nolint:contextcheck // a visitor has the context of the test
	if wish.Code != "" {
		form = form.submit("/payments/connect", nil).submit("", map[string]string{"uid": alice})
		delete(values, "payer_uid")
	}
	form.submit("/checkout", values)
	order, err := p.db.OrderByReturnRef(r.Context(), p.returnRef(r.Context()))
	assert.NoError(p.t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bought = append(p.bought, probedOrder{v, order.ID, order.Ref})
	assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]string{"id": strconv.Itoa(len(p.bought) - 1)}))
}

// returnRef is the reference that the newest order at the exchange leads back to.
func (p *shopProbe) returnRef(ctx context.Context) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.platform+"/sandbox/api/orders?limit=1", nil)
	assert.NoError(p.t, err)
	answer, err := http.DefaultClient.Do(request)
	assert.NoError(p.t, err)
	defer answer.Body.Close()
	var list []struct{ ReturnPage string }
	assert.NoError(p.t, json.NewDecoder(answer.Body).Decode(&list))
	return path.Base(list[0].ReturnPage)
}

func (p *shopProbe) tell(w http.ResponseWriter, r *http.Request, id string) {
	file, err := p.db.OrderFile(r.Context(), id)
	assert.NoError(p.t, err)
	credited := 0
	for _, change := range file.Transitions {
		if change.AttemptID == "" && change.RefundID == "" && change.ToState == string(models.OrderPaid) && !change.Refused {
			credited++
		}
	}
	states := map[models.OrderState]string{
		models.OrderAwaiting: "open", models.OrderPaid: "paid", models.OrderReview: "review", models.OrderExpired: "closed", models.OrderCancelled: "closed",
	}
	assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]any{"state": states[file.Order.State], "credited": credited}))
}

// The shop passes its own scenarios, with a program of its own on each side, on both databases and with both ways of signing.
func TestE2E_ConformMerchantPassesOurShop(t *testing.T) {
	t.Parallel()
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		t.Parallel()
		signing := "rsa"
		if strings.HasPrefix(dsn, "mysql") {
			signing = "md5"
		}
		program, folder := buildProgram(t), t.TempDir()
		keys, address, platform, probe := filepath.Join(folder, "keys"), freeAddress(t), freeAddress(t), freeAddress(t)
		trial := startProcess(t, program, nil, "conform", "merchant", "--addr", platform, "--keys", keys, "--probe-url", "http://"+probe, "--signing", signing,
			"--settle", "300ms", "--parallel", "28", "--json", filepath.Join(folder, "report.json"))
		trial.asked = true // it ends by itself
		printed := trial.stderr.find(t, `(?s)(COINCART_PLATFORM_URL.*)Waiting`, trial.ended)
		env := map[string]string{
			"COINCART_ADDR": address, "COINCART_BASE_URL": "http://" + address, "COINCART_DATABASE": dsn, "COINCART_DATA_DIR": filepath.Join(folder, "data"),
			"COINCART_TRUSTED_PROXIES": "127.0.0.1", "COINCART_LOG_LEVEL": "warn",
		}
		for line := range strings.Lines(printed) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				env[name] = value
			}
		}
		if signing == "md5" {
			env["COINCART_MERCHANT_KEY"] = filepath.Join(folder, "own.pem")
			made := runProgram(t, program, nil, "keygen", "--private-key", env["COINCART_MERCHANT_KEY"], "--public-key", filepath.Join(folder, "own.pub.pem"))
			require.Zero(t, made.code, made.stderr)
		}
		for _, args := range [][]string{{"migrate", "up"}, {"seed"}} {
			done := runProgram(t, program, env, args...)
			require.Zero(t, done.code, done.stderr)
		}
		db, err := store.Open(t.Context(), dsn, store.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, db.Close()) })
		for _, key := range []models.SettingKey{models.SettingOpenPayer, models.SettingOpenEmail, models.SettingOpenNetwork} {
			require.NoError(t, db.PutSetting(t.Context(), string(key), "0"))
		}
		shop := startProcess(t, program, env)
		shop.find(`(is open at)`)
		mugs := newVisitor(t, "en").get("http://" + address + "/products/stoneware-mug").choices("variant")
		require.NotEmpty(t, mugs)
		require.NoError(t, db.MoveStock(t.Context(), models.StockMovement{VariantID: mugs[0], Kind: models.MovementCorrection, Quantity: 500}))
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", probe)
		require.NoError(t, err)
		server := httptest.NewUnstartedServer(&shopProbe{t: t, shop: "http://" + address, platform: "http://" + platform, db: db})
		require.NoError(t, server.Listener.Close())
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
		<-trial.done
		assert.Zero(t, trial.command.ProcessState.ExitCode(), trial.stdout.String()+trial.stderr.String())
		assert.Contains(t, trial.stdout.String(), "The merchant passes")
		assert.Contains(t, trial.stdout.String(), " 0 failed")
		t.Log(trial.stdout.String() + trial.stderr.String())
		held := runProgram(t, program, map[string]string{"COINCART_DATABASE": dsn}, "invariants")
		assert.Zero(t, held.code, held.stdout)
	})
}

func TestE2E_ConformMerchantSaysWhatItNeeds(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	args := []string{"conform", "merchant", "--addr", "127.0.0.1:0", "--keys", keys, "--wait", "1ms", "--probe-url"}
	silent := runCommand(t, nil, append(args, "http://127.0.0.1:1/probe", "--signing", "md5")...)
	assert.Equal(t, exitNotDone, silent.code)
	assert.Contains(t, silent.stderr, "nothing was tried")
	assert.Contains(t, silent.stderr, "COINCART_PLATFORM_SECRET="+filepath.Join(keys, "platform.secret"))
	assert.FileExists(t, filepath.Join(keys, "platform.secret"))
	for flag, value := range map[string]string{"--only": "nonsense", "--amount": "1e3", "--settle": "0s"} {
		refused := runCommand(t, nil, append(args, "http://127.0.0.1:1", "--signing", "md5", flag, value)...)
		assert.Equal(t, exitNotDone, refused.code, flag)
		assert.NotContains(t, refused.stderr, "COINCART_APP_ID", flag)
	}
	assert.Equal(t, exitNotDone, runCommand(t, nil, append(args, "somewhere")...).code)
}
