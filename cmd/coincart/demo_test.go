package main

import (
	"bufio"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestDemo_MakesAllItNeedsAndKeepsIt(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	d := startDemo(t, map[string]string{"COINCART_DATA_DIR": folder})
	if len(raceFlags()) == 0 { // the race detector, and tests of other packages, take extra time
		assert.Less(t, d.took, 3*time.Second, "ready")
	}
	for _, user := range []string{alice, bob} {
		assert.Contains(t, d.stdout.String(), user, "who can pay is printed")
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, "merchant.pem": 0o600, "platform.pem": 0o600, "coincart.db": 0o600, "mail": 0o700} {
		info, err := os.Stat(filepath.Join(folder, name))
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), name)
	}
	v := newVisitor(t, "en")
	home := v.get(d.shop)
	assert.Contains(t, home.text, "Osier")
	assert.Contains(t, v.get(d.sandbox).text, "Osier", "the sandbox knows the merchant")
	placed := checkout(v, d.shop).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "BTC", "payer_uid": alice}))
	require.Contains(t, placed.address.Path, "pay.html")
	require.Zero(t, d.stop())
	key, err := os.ReadFile(filepath.Join(folder, "merchant.pem"))
	require.NoError(t, err)

	again := startDemo(t, map[string]string{
		"COINCART_DATA_DIR": folder,
		"COINCART_ADDR":     strings.TrimPrefix(d.shop, "http://"), "COINCART_SANDBOX_ADDR": strings.TrimPrefix(d.sandbox, "http://"),
	})
	order, _ := pay(v.get(placed.address.String()))
	assert.Contains(t, order.text, say("order.state.paid.title"), "what was placed before the restart is paid after it")
	kept, err := os.ReadFile(filepath.Join(folder, "merchant.pem"))
	require.NoError(t, err)
	assert.Equal(t, key, kept)
	assert.Zero(t, again.stop())
}

func TestDemo_TakenPortSaysWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for setting, flag := range map[string]string{"COINCART_ADDR": "--addr", "COINCART_SANDBOX_ADDR": "--sandbox-addr", "COINCART_METRICS_ADDR": "--metrics-addr"} {
		folder := filepath.Join(t.TempDir(), "data")
		env := map[string]string{"COINCART_ADDR": "127.0.0.1:0", "COINCART_SANDBOX_ADDR": "127.0.0.1:0", "COINCART_DATA_DIR": folder}
		env[setting] = taken.Addr().String()
		got := runCommand(t, env)
		assert.Equal(t, exitFailed, got.code)
		assert.Contains(t, got.stderr, taken.Addr().String()+": another program uses this address")
		assert.Contains(t, got.stderr, flag+" or "+setting)
		assert.NoDirExists(t, folder, "nothing was begun")
	}
}

func TestServe_MetricsHaveAListenerOfTheirOwn(t *testing.T) {
	address := freeAddress(t)
	d := startDemo(t, map[string]string{"COINCART_METRICS_ADDR": address})
	v := newVisitor(t, "en")
	assert.Equal(t, 404, v.get(d.shop+"/metrics").status)
	assert.Contains(t, v.get("http://"+address+"/metrics").text, "# TYPE")
}

func TestSeed_TwiceIsOnce(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		env := map[string]string{"COINCART_DATABASE": dsn}
		early := runCommand(t, env, "seed")
		assert.Equal(t, exitFailed, early.code)
		assert.Contains(t, early.stderr, "coincart migrate up")
		pending := runCommand(t, env, "migrate", "status")
		assert.Equal(t, exitFailed, pending.code)
		assert.Contains(t, pending.stdout, "pending")
		require.Zero(t, runCommand(t, env, "migrate", "up").code)
		done := runCommand(t, env, "migrate", "status")
		assert.Zero(t, done.code)
		assert.NotContains(t, done.stdout, "pending")

		require.Zero(t, runCommand(t, env, "seed").code)
		first := catalogueOf(t, dsn)
		require.GreaterOrEqual(t, len(first), 24)
		require.Zero(t, runCommand(t, env, "seed").code)
		assert.Equal(t, first, catalogueOf(t, dsn), "no product twice, no stock added")

		refused := runCommand(t, env, "migrate", "down")
		assert.Equal(t, exitFailed, refused.code)
		assert.Contains(t, refused.stderr, "--delete-all")
		assert.Equal(t, first, catalogueOf(t, dsn), "nothing is deleted")
		require.Zero(t, runCommand(t, env, "migrate", "down", "--delete-all").code)
		assert.Contains(t, runCommand(t, env, "migrate", "status").stdout, "pending")
	})
}

// catalogueOf returns what the shop sells: for each product, its variants with price and stock.
func catalogueOf(t *testing.T, dsn string) map[string][]string {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	defer db.Close()
	cards, _, err := db.Cards(t.Context(), models.CardFilter{Limit: 100})
	require.NoError(t, err)
	all := map[string][]string{}
	for _, card := range cards {
		product, err := db.Product(t.Context(), card.Slug)
		require.NoError(t, err)
		for _, v := range product.Variants {
			all[card.Slug] = append(all[card.Slug], v.SKU+" "+v.Price.String()+" "+strings.Repeat("|", v.OnHand))
		}
	}
	return all
}

func TestInvariants_AViolationIsSaidAndFails(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	env := map[string]string{"COINCART_DATABASE": dsn}
	require.Zero(t, runCommand(t, env, "seed").code)
	require.Zero(t, runCommand(t, env, "invariants").code)
	spoil(t, dsn, "UPDATE variants SET on_hand = on_hand + 1 WHERE sku = 'MUG-OAT'")
	got := runCommand(t, env, "invariants")
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stdout, "I7: ")
	assert.Contains(t, got.stderr, "violations found")
}

func TestProcess_SecondSignalEndsAtOnce(t *testing.T) {
	program := buildProgram(t)
	p := startProcess(t, program, map[string]string{"COINCART_ADDR": "127.0.0.1:0", "COINCART_SANDBOX_ADDR": "127.0.0.1:0", "COINCART_DATA_DIR": t.TempDir()})
	shop := p.find(`Shop +http://(\S+)`)

	// A request that never ends delays an orderly end.
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", shop)
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /cart/items HTTP/1.1\r\nHost: " + shop + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"))
	require.NoError(t, err)
	begun, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, begun, "100 Continue", "the request is being read")
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { // the first signal has arrived: the shop does not listen any more
		another, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", shop)
		if err == nil {
			another.Close()
		}
		return err != nil
	}, patience, time.Millisecond)
	require.False(t, p.ended(), "it waits for the request")
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	select {
	case <-p.done:
	case <-time.After(patience):
		require.Fail(t, "the second signal was not heard")
	}
	p.asked = true // it must end by a signal; an orderly end has another code
	assert.Equal(t, 128+int(syscall.SIGTERM), p.command.ProcessState.ExitCode())
}
