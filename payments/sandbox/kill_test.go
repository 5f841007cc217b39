package sandbox_test

import (
	"bufio"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

// childFolder names the environment variable that makes the test program a sandbox, in the folder that it holds.
const childFolder = "SANDBOX_TEST_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		serveAlone(folder)
		return
	}
	os.Exit(m.Run())
}

// serveAlone is what coincart sandbox does: it serves until it is killed.
func serveAlone(folder string) {
	check := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	keys := make([]*rsa.PrivateKey, 2)
	for i, name := range []string{"platform", "merchant"} {
		der, err := os.ReadFile(filepath.Join(folder, name))
		check(err)
		keys[i], err = x509.ParsePKCS1PrivateKey(der)
		check(err)
	}
	box, err := sandbox.New(sandbox.Config{
		Keys: keys[0], Apps: []sandbox.App{{AppID: testApp, Key: &keys[1].PublicKey}}, Seed: 7, StateFile: filepath.Join(folder, "sandbox.json"),
	})
	check(err)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	check(err)
	fmt.Fprintln(os.Stdout, "http://"+listener.Addr().String())
	go func() { check(box.Run(context.Background())) }()
	// The state file is written far more often than by Run, so that kills strike it too.
	var calls atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1)%5 == 0 {
			go func() { check(box.Save()) }()
		}
		box.Handler().ServeHTTP(w, r)
	})
	server := http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	check(server.Serve(listener))
}

// victim is a sandbox in a process of its own.
type victim struct {
	command *exec.Cmd
	url     string
}

func startVictim(t *testing.T, folder string) *victim {
	t.Helper()
	v := &victim{command: exec.CommandContext(t.Context(), os.Args[0])}
	v.command.Env = append(os.Environ(), childFolder+"="+folder)
	t.Cleanup(v.kill)
	v.command.Stderr = os.Stderr
	out, err := v.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, v.command.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, "the sandbox starts, whatever the kill left behind")
	v.url = strings.TrimSpace(line)
	return v
}

// kill is kill -9.
func (v *victim) kill() {
	_ = v.command.Process.Kill()
	_ = v.command.Wait()
}

// promises are what a merchant was told, which must be true for ever.
type promises struct {
	mu      sync.Mutex
	numbers map[string]string // appOrderId → number, as createThirdOrder answered
	owners  map[string]string // number → appOrderId, of answers, callbacks and lists
	paid    map[string]bool   // numbers that an answer or a callback called paid
	touched map[string]bool   // numbers that were to be paid
	twice   []string          // numbers that were given twice
	answers int
}

func (p *promises) note(num, id string) {
	if owner, known := p.owners[num]; known && owner != id {
		p.twice = append(p.twice, num+" for "+owner+" and "+id)
	}
	p.owners[num] = id
}

// A merchant works with a sandbox that is killed again and again at moments that nobody chose. After each restart everything that was
// answered, or told by a callback, is still so.
func TestKill_NothingThatWasAnsweredIsLost(t *testing.T) {
	const kills, workers = 20, 4
	folder := t.TempDir()
	for name, key := range map[string]*rsa.PrivateKey{"platform": platformKey(), "merchant": merchantKey()} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), x509.MarshalPKCS1PrivateKey(key), 0o600))
	}
	draw := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	p := &promises{numbers: map[string]string{}, owners: map[string]string{}, paid: map[string]bool{}, touched: map[string]bool{}}
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n notice
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &n) != nil {
			return
		}
		plain, err := rawDecrypt(merchantKey(), n.Data)
		if err != nil {
			return
		}
		p.told(plain)
		_, _ = io.WriteString(w, `{"data":"success"}`)
	}))
	defer shop.Close()
	for round := range kills {
		v := startVictim(t, folder)
		p.check(t, v)
		enough := make(chan struct{}, 1)
		p.mu.Lock()
		limit := p.answers + 1 + draw.IntN(40)
		p.mu.Unlock()
		var merchants sync.WaitGroup
		for worker := range workers {
			merchants.Go(func() {
				for i := 0; ; i++ {
					count, err := p.work(t, v.url, shop.URL, fmt.Sprintf("A-%d-%d-%d", round, worker, i))
					if count >= limit {
						select {
						case enough <- struct{}{}:
						default:
						}
					}
					if err != nil { // it was killed
						return
					}
				}
			})
		}
		ended := make(chan struct{})
		go func() { merchants.Wait(); close(ended) }()
		select {
		case <-enough:
		case <-ended:
		}
		v.kill()
		<-ended
	}
	p.check(t, startVictim(t, folder))
	t.Logf("%d orders, %d paid, %d answers in %d kills", len(p.numbers), len(p.paid), p.answers, kills)
	require.Greater(t, len(p.paid), kills/2)
}

// work makes an order and, mostly, pays it. It returns how many answers came so far; the error is that of a dead connection.
func (p *promises) work(t *testing.T, sandboxURL, shopURL, id string) (answers int, err error) {
	b := &bench{t: t, clock: newClock(), http: &httptest.Server{URL: sandboxURL}}
	b.clock.Set(time.Now())
	plain := fmt.Sprintf(`{"appOrderId":%q,"userId":%q,"orderAmount":"1.25","payCoinSymbol":"USDT","returnPage":"https://shop.example/r","notifyPage":"%s/n"}`,
		id, alice, shopURL)
	body, err := json.Marshal(b.sealed(plain))
	if err != nil {
		return 0, err
	}
	answer, err := send(sandboxURL+pCreate, string(body))
	if err != nil {
		return p.count(0), err
	}
	num := text(b.read(http.StatusOK, answer).Fields["orderNum"])
	p.mu.Lock()
	p.numbers[id] = num
	p.note(num, id)
	p.mu.Unlock()
	answers = p.count(1)
	if strings.HasSuffix(id, "3") {
		return answers, nil
	}
	p.mu.Lock()
	p.touched[num] = true
	p.mu.Unlock()
	answer, err = send(sandboxURL+"/sandbox/api/orders/"+num+"/pay", "")
	if err != nil {
		return p.count(0), err
	}
	var o sandbox.Order
	if err := json.Unmarshal(answer, &o); err != nil {
		return p.count(0), err
	}
	p.mu.Lock()
	p.paid[num] = o.Status == "3"
	p.mu.Unlock()
	return p.count(1), nil
}

func send(address, body string) ([]byte, error) {
	res, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %s", res.StatusCode, answer)
	}
	return answer, err
}

func (p *promises) count(more int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers += more
	return p.answers
}

// told hears a callback.
func (p *promises) told(plain string) {
	dec := json.NewDecoder(strings.NewReader(plain))
	dec.UseNumber()
	var fields map[string]any
	if dec.Decode(&fields) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	num := text(fields["orderNum"])
	p.note(num, text(fields["outOrderId"]))
	if text(fields["orderStatus"]) == "3" {
		p.paid[num] = true
	}
}

// check compares a sandbox that has just started with everything that its forerunners said.
func (p *promises) check(t *testing.T, v *victim) {
	t.Helper()
	get := func(path string, into any) {
		res, err := http.Get(v.url + "/sandbox/api" + path)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		require.NoError(t, json.NewDecoder(res.Body).Decode(into))
	}
	var orders []sandbox.Order
	get("/orders?limit=1000", &orders)
	var info sandbox.Info
	get("/info", &info)
	require.Less(t, len(orders), 1000, "the list is complete")
	p.mu.Lock()
	defer p.mu.Unlock()
	known := map[string]sandbox.Order{}
	paid := 0
	for _, o := range orders {
		p.note(o.OrderNum, o.AppOrderID)
		known[o.AppOrderID] = o
		if o.Status == "3" {
			paid++
		}
		if o.Status == "3" && !p.touched[o.OrderNum] {
			require.Fail(t, "an order is paid that nobody paid", o.OrderNum)
		}
	}
	for id, num := range p.numbers {
		o, ok := known[id]
		require.True(t, ok, "the order %s with the number %s was answered and is lost", id, num)
		require.Equal(t, num, o.OrderNum, "the number of %s has changed", id)
		require.False(t, p.paid[num] && o.Status != "3", "%s was called paid and is %s", num, o.Status)
	}
	require.Empty(t, p.twice, "numbers were given twice")
	var ofAlice string
	for _, u := range info.Users {
		if u.UID == alice {
			ofAlice = u.Balances["USDT"]
		}
	}
	require.Equal(t, quarters(t, "250000"), quarters(t, ofAlice)+quarters(t, info.Apps[0].Balances["USDT"]), "coin was made or lost")
	require.Equal(t, 5*paid, quarters(t, info.Apps[0].Balances["USDT"]), "the merchant has what was paid")
}

// quarters is an amount of whole quarters of a coin, counted in them.
func quarters(t *testing.T, amount string) int {
	t.Helper()
	if amount == "" {
		return 0
	}
	n, ok := new(big.Rat).SetString(amount)
	require.True(t, ok, amount)
	n.Mul(n, big.NewRat(4, 1))
	require.True(t, n.IsInt(), amount)
	return int(n.Num().Int64())
}
