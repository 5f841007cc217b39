package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestNew_RefusesWhatCannotWork(t *testing.T) {
	app := func(change func(*sandbox.App)) func(*sandbox.Config) {
		return func(c *sandbox.Config) { change(&c.Apps[0]) }
	}
	for name, change := range map[string]func(*sandbox.Config){
		"no platform key":           func(c *sandbox.Config) { c.Keys = nil },
		"no application":            func(c *sandbox.Config) { c.Apps = nil },
		"no merchant key":           app(func(a *sandbox.App) { a.Key = nil }),
		"the platform's own key":    app(func(a *sandbox.App) { a.Key = &platformKey().PublicKey }),
		"AppKey with a space":       app(func(a *sandbox.App) { a.AppID = "a b" }),
		"address that is none":      app(func(a *sandbox.App) { a.Addresses = []string{"shop.example"} }),
		"balance that is none":      app(func(a *sandbox.App) { a.Balances = map[string]string{"BTC": "-1"} }),
		"AppKey twice":              func(c *sandbox.Config) { c.Apps = append(c.Apps, c.Apps[0]) },
		"base address with a path":  func(c *sandbox.Config) { c.BaseURL = "http://127.0.0.1/x" },
		"base address that is none": func(c *sandbox.Config) { c.BaseURL = "127.0.0.1" },
		"no users":                  func(c *sandbox.Config) { c.Users = []sandbox.User{} },
		"UID that is no number":     func(c *sandbox.Config) { c.Users = []sandbox.User{{UID: "alice"}} },
		"user's balance":            func(c *sandbox.Config) { c.Users = []sandbox.User{{UID: "1", Balances: map[string]string{"BTC": "x"}}} },
		"coin in lower case":        func(c *sandbox.Config) { c.Coins = []sandbox.Coin{{Symbol: "btc"}} },
		"coin twice":                func(c *sandbox.Config) { c.Coins = []sandbox.Coin{{Symbol: "BTC"}, {Symbol: "BTC"}} },
		"precision of nineteen":     func(c *sandbox.Config) { c.Coins = []sandbox.Coin{{Symbol: "BTC", Precision: 19}} },
		"negative limit":            func(c *sandbox.Config) { c.MaxOrders = -1 },
		"negative duration":         func(c *sandbox.Config) { c.OrderTTL = -1 },
		"impossible fault":          func(c *sandbox.Config) { c.InitialFaults = sandbox.Faults{{}} },
	} {
		t.Run(name, func(t *testing.T) {
			c := sandbox.Config{Keys: platformKey(), Apps: []sandbox.App{{AppID: testApp, Key: &merchantKey().PublicKey}}}
			change(&c)
			_, err := sandbox.New(c)
			require.ErrorIs(t, err, sandbox.ErrConfig)
		})
	}
}

func TestStateFile_SurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	var b *bench
	shared := newClock()
	start := func() *bench {
		return newBench(t, func(c *sandbox.Config) { c.StateFile, c.Clock = file, shared.Now })
	}
	b = start()
	b.clock = shared
	paid, pending := b.order("A-1", map[string]any{"goods": `[{"name":"Mug","desc":""}]`}), b.order("A-2")
	b.shop.answerWith(func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusServiceUnavailable) })
	require.NoError(t, b.box.Pay(paid))
	b.deliver()
	code, err := b.box.Login(testApp, alice)
	require.NoError(t, err)
	token := text(b.call(pToken, map[string]any{"code": code}).Fields["token"])
	unused, err := b.box.Login(testApp, bob)
	require.NoError(t, err)
	require.NoError(t, b.box.SetFrozen(bob, true))
	b.faults(sandbox.Fault{Kind: sandbox.FaultCallbackLate, Delay: sandbox.Duration(time.Hour)})
	require.NoError(t, b.box.Save())
	orders, users := b.box.Orders(), b.box.Users()
	old := b

	b = start()
	b.clock = shared
	require.Equal(t, orders, b.box.Orders())
	require.Equal(t, users, b.box.Users())
	require.Equal(t, old.box.Faults(), b.box.Faults())
	b.faults()
	require.Equal(t, "60003", b.call(pToken, map[string]any{"code": code}).Code, "used before the restart")
	require.Equal(t, "0", b.call(pToken, map[string]any{"code": unused}).Code)
	b.order("A-3", map[string]any{"token": token})
	require.Equal(t, "70002", b.call(pCreate, b.createFields("A-1")).Code)
	require.NoError(t, b.box.Pay(pending))
	o, ok := b.box.OrderByAppID("A-3")
	require.True(t, ok)
	require.NotContains(t, []string{paid, pending}, o.OrderNum)
	merchant, err := b.box.MerchantBalance(testApp, "USDT")
	require.NoError(t, err)
	require.Equal(t, "25", merchant)
	shared.Advance(time.Hour)
	require.Equal(t, 2, b.deliver(), "the retry from before the restart, and the new one")
	require.Len(t, old.shop.got(), 3, "both orders name the first shop's address")
	ids := map[string]bool{}
	for _, c := range b.box.Callbacks() {
		require.False(t, ids[c.ID], "ids stay unique")
		ids[c.ID] = true
	}
}

func TestJournal_FaultsThatWereSwitchedOffStayOff(t *testing.T) {
	config := sandbox.Config{
		Keys: platformKey(), Apps: []sandbox.App{{AppID: testApp, Key: &merchantKey().PublicKey}},
		StateFile: filepath.Join(t.TempDir(), "sandbox.json"), InitialFaults: sandbox.Faults{{Kind: sandbox.FaultSlow}},
	}
	box, err := sandbox.New(config)
	require.NoError(t, err)
	require.Len(t, box.Faults(), 1)
	require.NoError(t, box.SetFaults(nil))

	killed, err := sandbox.New(config)
	require.NoError(t, err)
	require.Empty(t, killed.Faults(), "as the journal says")
	require.NoError(t, killed.Save())
	saved, err := sandbox.New(config)
	require.NoError(t, err)
	require.Empty(t, saved.Faults(), "as the state file says")
}

func TestStateFile_BrokenOnesAreNamed(t *testing.T) {
	for name, content := range map[string]string{
		"no JSON":            "{",
		"empty":              "",
		"another version":    `{"version":99}`,
		"an amount":          `{"version":1,"orders":[{"appId":"app_one","userId":"1","orderNum":"1","amount":"1e9","status":"1","type":1}]}`,
		"a status":           `{"version":1,"orders":[{"appId":"app_one","userId":"1","orderNum":"1","amount":"1","status":"9","type":1}]}`,
		"a type":             `{"version":1,"orders":[{"appId":"app_one","userId":"1","orderNum":"1","amount":"1","status":"1","type":5}]}`,
		"a number twice":     `{"version":1,"orders":[{"appId":"app_one","userId":"1","orderNum":"1","amount":"1","status":"1","type":1},{"appId":"app_one","userId":"1","orderNum":"1","amount":"1","status":"1","type":1}]}`,
		"an application":     `{"version":1,"orders":[{"appId":"gone","userId":"1","orderNum":"1","amount":"1","status":"1","type":1}]}`,
		"a user":             `{"version":1,"orders":[{"appId":"app_one","userId":"x","orderNum":"1","amount":"1","status":"1","type":1}]}`,
		"a negative balance": `{"version":1,"balances":{"user:1":{"BTC":"-1"}}}`,
		"a fault":            `{"version":1,"faults":[{"kind":"x"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "sandbox.json")
			require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
			_, err := sandbox.New(sandbox.Config{
				Keys: platformKey(), Apps: []sandbox.App{{AppID: testApp, Key: &merchantKey().PublicKey}}, StateFile: file,
			})
			require.ErrorIs(t, err, sandbox.ErrState)
			require.ErrorContains(t, err, file)
			require.ErrorContains(t, err, "move it away")
			kept, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, content, string(kept), "a broken file is not overwritten")
		})
	}
}

func TestStateFile_IsWrittenByRunAndWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sandbox.json")
	b := newBench(t, func(c *sandbox.Config) { c.StateFile, c.Clock = file, nil })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.box.Run(ctx) }()
	b.clock.Set(time.Now())
	num := b.order("A-1")
	journal, err := os.ReadFile(file + ".journal")
	require.NoError(t, err)
	require.Contains(t, string(journal), num, "the answer comes after the journal")
	require.NoError(t, b.box.Pay(num))
	cancel()
	require.NoError(t, <-ended)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, json.Valid(content))
	require.Contains(t, string(content), `"by":"operator"`, "the end of Run writes the state file")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "no temporary file is left")
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode()&0o077, "%s is its owner's", e.Name())
	}
	require.NoError(t, os.RemoveAll(dir))
	require.ErrorIs(t, b.box.Save(), sandbox.ErrState)
}

// transcript plays the same story on a fresh sandbox and writes down everything that was said in the clear.
func transcript(t *testing.T, seed uint64) string {
	t.Helper()
	b := newBench(t, func(c *sandbox.Config) { c.Seed = seed })
	b.faults(
		sandbox.Fault{Kind: sandbox.FaultRefuse, Percent: 30}, sandbox.Fault{Kind: sandbox.FaultCallbackLate, Percent: 50},
		sandbox.Fault{Kind: sandbox.FaultCallbackDoubled, Percent: 40}, sandbox.Fault{Kind: sandbox.FaultCallbackForged, Percent: 40},
	)
	var out strings.Builder
	for i := range 20 {
		r := b.call(pCreate, b.createFields(fmt.Sprint("A-", i)))
		fmt.Fprintln(&out, r.Code, r.CodeText, r.Msg, r.Plain)
		o, ok := b.box.OrderByAppID(fmt.Sprint("A-", i))
		if !ok {
			continue
		}
		if i%3 > 0 {
			require.NoError(t, b.box.Pay(o.OrderNum))
		}
		d := b.detail(o.OrderNum)
		fmt.Fprintln(&out, d.Code, d.CodeText, d.Plain)
		code, err := b.box.Login(testApp, alice)
		require.NoError(t, err)
		fmt.Fprintln(&out, code, b.call(pToken, map[string]any{"code": code}).Plain)
		b.clock.Advance(time.Second)
		fmt.Fprintln(&out, b.deliver())
	}
	b.clock.Advance(time.Hour)
	b.deliver()
	for _, c := range b.box.Callbacks() {
		fmt.Fprintln(&out, c.ID, c.OrderNum, c.About, c.Forge, c.Plain, c.CreatedAt, c.DueAt, c.State, len(c.Tries))
	}
	return strings.ReplaceAll(out.String(), b.shop.URL, "SHOP")
}

func TestSeed_SameSeedAndRequestsGiveTheSameTranscript(t *testing.T) {
	first := transcript(t, 42)
	require.Equal(t, first, transcript(t, 42))
	require.NotEqual(t, first, transcript(t, 43))
	require.Contains(t, first, "10001", "faults struck")
	require.Contains(t, first, "forged")
}

// Two starts without a state file know nothing of each other, but a shop's database knows both.
func TestOrderNumbers_DifferFromThoseOfEarlierStarts(t *testing.T) {
	clock := newClock()
	numbers, tokens := map[string]bool{}, map[string]bool{}
	for start := range 3 {
		b := newBench(t, func(c *sandbox.Config) { c.Clock = clock.Now })
		b.clock = clock
		for i := range 5 {
			num := b.order(fmt.Sprint("A-", start, "-", i))
			require.False(t, numbers[num], "%s was given by an earlier start", num)
			numbers[num] = true
			code, err := b.box.Login(testApp, alice)
			require.NoError(t, err)
			r := b.call(pToken, map[string]any{"code": code})
			for _, secret := range []string{code, text(r.Fields["token"]), text(r.Fields["refreshToken"]) + text(r.Fields["refersh_token"])} {
				require.False(t, tokens[secret], "a code or token was given by an earlier start")
				tokens[secret] = true
			}
		}
		clock.Advance(time.Millisecond)
	}

	// With a state file the count goes on, even if the clock was set back.
	file := filepath.Join(t.TempDir(), "sandbox.json")
	for start := range 3 {
		b := newBench(t, func(c *sandbox.Config) { c.Clock, c.StateFile, c.MaxOrders = clock.Now, file, 1 })
		b.clock = clock
		for i := range 5 {
			num := b.order(fmt.Sprint("B-", start, "-", i))
			require.False(t, numbers[num], "%s was given before", num)
			numbers[num] = true
			require.NoError(t, b.box.Close(num), "settled orders are dropped, their numbers are not given again")
		}
		clock.Advance(-time.Millisecond)
	}

	for num := range numbers {
		require.Len(t, num, 15, "a JSON number of up to 15 digits is the same in every language")
	}
	first := newBench(t).order("A-1")
	require.Equal(t, first, newBench(t).order("A-1"), "the same clock gives the same numbers")
	early := newBench(t, func(c *sandbox.Config) {
		c.Clock = func() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }
	})
	early.clock.Set(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	require.Len(t, early.order("A-1"), 15)
}

func TestRun_DeliversOnTheBubblesClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan int, 1)
		var tries []time.Duration
		begin := time.Now()
		shop := transport(func(*http.Request) (*http.Response, error) {
			tries = append(tries, time.Since(begin))
			status := http.StatusServiceUnavailable
			if len(tries) == 4 {
				status = http.StatusOK
				answers <- 1
			}
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"code":"0"}`))}, nil
		})
		box, err := sandbox.New(sandbox.Config{
			Keys: platformKey(), CallbackClient: &http.Client{Transport: shop},
			Apps: []sandbox.App{{AppID: testApp, Key: &merchantKey().PublicKey}},
		})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- box.Run(ctx) }()
		plain := `{"appOrderId":"A-1","userId":"22033390","orderAmount":"1","payCoinSymbol":"BTC","returnPage":"https://shop.example/r","notifyPage":"https://shop.example/n"}`
		body, err := json.Marshal(envelope{
			AppID: testApp, Data: rawEncrypt(t, &platformKey().PublicKey, plain), Sign: rawSign(t, merchantKey(), plain), Time: time.Now().UnixMilli(),
		})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, pCreate, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		box.Handler().ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		synctest.Wait()
		begin = time.Now()
		require.NoError(t, box.Pay(box.Orders()[0].OrderNum))
		<-answers
		cancel()
		require.NoError(t, <-ended)
		require.Equal(t, []time.Duration{0, 2 * time.Second, 7 * time.Second, 22 * time.Second}, tries)
		require.Equal(t, sandbox.CallbackAcknowledged, box.Callbacks()[0].State)
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRun_AnInterruptedTryIsMadeAgain(t *testing.T) {
	b := newBench(t)
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	b.shop.answerWith(func(http.ResponseWriter, int) { arrived <- struct{}{}; <-release })
	require.NoError(t, b.box.Pay(b.order("A-1")))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.box.Run(ctx) }()
	<-arrived
	cancel()
	require.NoError(t, <-ended)
	close(release)
	c := b.box.Callbacks()[0]
	require.Equal(t, sandbox.CallbackWaiting, c.State)
	require.Empty(t, c.Tries)
	b.shop.answerWith(func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte(`{"code":"0"}`)) })
	require.Equal(t, 1, b.deliver())
	require.Equal(t, sandbox.CallbackAcknowledged, b.box.Callbacks()[0].State)
}

func TestRun_OneSilentMerchantDoesNotHoldUpTheOthers(t *testing.T) {
	b := newBench(t)
	silent := newShop(t)
	release := make(chan struct{})
	silent.answerWith(func(http.ResponseWriter, int) { <-release })
	defer close(release)
	require.NoError(t, b.box.Pay(b.order("A-silent", map[string]any{"notifyPage": silent.URL})))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.box.Run(ctx) }()
	require.Eventually(t, func() bool { return len(silent.got()) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, b.box.Pay(b.order("A-1")))
	require.Eventually(t, func() bool { return len(b.shop.got()) == 1 }, 5*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

func TestOrders_ExpireAfterTheirTime(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) { c.OrderTTL = 30 * time.Minute })
	old := b.order("A-1")
	b.clock.Advance(20 * time.Minute)
	young := b.order("A-2")
	b.clock.Advance(10*time.Minute + time.Millisecond)
	require.ErrorIs(t, b.box.Pay(old), sandbox.ErrNotPending)
	o, _ := b.box.Order(old)
	require.Equal(t, opay.StatusClosed, o.Status)
	require.Equal(t, "expiry", o.History[1].By)
	require.NoError(t, b.box.Pay(young))
	b.deliver()
	require.Equal(t, []string{"0", "3"}, b.statuses())
	require.NoError(t, b.box.PayLate(old), "money that was on its way")
	b.deliver()
	require.Equal(t, []string{"0", "3", "3"}, b.statuses())
	require.ErrorIs(t, b.box.PayLate(old), sandbox.ErrNotPending, "nothing is paid twice")
}

func TestOrders_OldestSettledOnesAreDropped(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) { c.MaxOrders, c.MaxTraffic = 20, 5 })
	kept := b.order("A-pending")
	for i := range 60 {
		require.NoError(t, b.box.Close(b.order(fmt.Sprint("A-", i))))
		require.LessOrEqual(t, len(b.box.Orders()), 20)
	}
	_, ok := b.box.Order(kept)
	require.True(t, ok, "a pending order stays")
	_, ok = b.box.OrderByAppID("A-59")
	require.True(t, ok)
	_, ok = b.box.OrderByAppID("A-0")
	require.False(t, ok)
	require.Len(t, b.box.Traffic(100), 5)
}

func TestCallbacks_AreBounded(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	for range 30 {
		require.NoError(t, b.box.Notify(num, sandbox.Notice{Times: 200}))
	}
	require.LessOrEqual(t, len(b.box.Callbacks()), 5000)
}

// Many payers, merchants and operators at once: every order is paid at most once, and coin is neither made nor lost.
func TestConcurrency_MoneyIsKept(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) {
		c.Clock = nil
		c.Users = []sandbox.User{{UID: alice, Name: "Alice", Balances: map[string]string{"USDT": "100"}}}
	})
	b.clock.Set(time.Now())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.box.Run(ctx) }()
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			num := b.order(fmt.Sprint("A-", i), map[string]any{"orderAmount": "12.5"})
			var inner sync.WaitGroup
			for j := range 4 {
				inner.Go(func() {
					switch {
					case j < 2:
						_ = b.box.Pay(num)
					case j == 2:
						_ = b.call(pCancel, map[string]any{"orderNum": num})
					default:
						_ = b.detail(num)
						_ = b.browse(http.MethodGet, "/orders/"+num, nil)
						_ = b.browse(http.MethodGet, payQuery(num), nil)
						_ = b.box.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackDoubled, Percent: 50}})
					}
				})
			}
			inner.Wait()
		})
	}
	wg.Wait()
	paid := 0
	for _, o := range b.box.Orders() {
		if o.Status == opay.StatusPaid {
			paid++
		}
		require.Len(t, o.History, 2-boolInt(o.Status == opay.StatusPending))
	}
	require.LessOrEqual(t, paid, 8)
	merchant, err := b.box.MerchantBalance(testApp, "USDT")
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%g", 12.5*float64(paid)), merchant)
	require.Eventually(t, func() bool {
		for _, c := range b.box.Callbacks() {
			if c.State != sandbox.CallbackAcknowledged {
				return false
			}
		}
		return true
	}, 10*time.Second, 5*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
