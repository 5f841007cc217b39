package sandbox

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
)

const apiBase = "/platformapi/chainup/open"

var journalKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		key, err := opay.GenerateKeys(0)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

// journaled is a sandbox with a state file, and a merchant that calls it without a network.
type journaled struct {
	*Server
	t    *testing.T
	ring *opay.Keyring
	file string
	now  time.Time
	log  *bytes.Buffer
}

func startJournaled(t *testing.T, file string, change ...func(*Config)) (*journaled, error) {
	t.Helper()
	keys := journalKeys()
	j := &journaled{t: t, file: file, now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), log: &bytes.Buffer{}}
	c := Config{
		Keys: keys[0], Apps: []App{{AppID: "app", Key: &keys[1].PublicKey}}, StateFile: file, Seed: 7,
		Clock: func() time.Time { return j.now }, Logger: slog.New(slog.NewTextHandler(j.log, nil)),
	}
	for _, fn := range change {
		fn(&c)
	}
	var err error
	j.ring, err = opay.NewKeyring(keys[1], &keys[0].PublicKey)
	require.NoError(t, err)
	j.Server, err = New(c)
	return j, err
}

func mustStart(t *testing.T, file string, change ...func(*Config)) *journaled {
	t.Helper()
	j, err := startJournaled(t, file, change...)
	require.NoError(t, err)
	return j
}

// call posts a sealed call and returns the HTTP status and the answer.
func (j *journaled) call(path string, fields map[string]string) (int, opay.Response) {
	j.t.Helper()
	plain, err := json.Marshal(fields)
	require.NoError(j.t, err)
	e, err := j.ring.Seal(plain)
	require.NoError(j.t, err)
	body := opay.Request{AppID: "app", Time: strconv.FormatInt(j.now.UnixMilli(), 10), Envelope: e}.Encode()
	w := j.serve(http.MethodPost, path, string(body))
	answer, err := opay.ParseResponse(w.Body.Bytes())
	if w.Code == http.StatusOK {
		require.NoError(j.t, err)
	}
	return w.Code, answer
}

func (j *journaled) serve(method, path, body string) *httptest.ResponseRecorder {
	j.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	j.Handler().ServeHTTP(w, r)
	return w
}

const createPath = apiBase + "/opay/" + callCreate

// create makes an order and returns its number.
func (j *journaled) create(id string) string {
	j.t.Helper()
	_, answer := j.call(createPath, createOf(id))
	require.Equal(j.t, opay.CodeOK, answer.Code, answer.Msg)
	o, ok := j.OrderByAppID(id)
	require.True(j.t, ok)
	return o.OrderNum
}

func createOf(id string) map[string]string {
	return map[string]string{
		"appOrderId": id, "userId": "22033390", "orderAmount": "1.5", "payCoinSymbol": "USDT",
		"returnPage": "https://shop.example/r", "notifyPage": "http://127.0.0.1:9/n",
	}
}

// memory is everything that a restart must not change, as text.
func (j *journaled) memory() (text string) {
	j.t.Helper()
	j.locked(func(k *core) { text = stateText(j.t, k) })
	return text
}

// files is what a restart at this moment would have in memory.
func (j *journaled) files() string {
	j.t.Helper()
	s := &state{cfg: j.cfg}
	var err error
	s.core, err = newCore(&s.cfg, j.now)
	require.NoError(j.t, err)
	require.NoError(j.t, s.load())
	require.NoError(j.t, s.journal.file.Close())
	return stateText(j.t, s.core)
}

func stateText(t *testing.T, k *core) string {
	t.Helper()
	snap := k.snapshot()
	text, err := json.Marshal(snap)
	require.NoError(t, err)
	return string(text)
}

func (j *journaled) journalName() string { return j.file + journalSuffix }

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return content
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, content, 0o600))
}

// Whatever happens to a sandbox, what another one reads from its files at any moment is what the first has in memory: nothing that changes
// the state was forgotten in the journal.
func TestJournal_HasEveryChangeAtOnce(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 1))
			small := func(c *Config) {
				c.MaxOrders, c.OrderTTL, c.RetrySchedule = 12, 20*time.Minute, []time.Duration{time.Second, time.Minute}
				c.CallbackClient = &http.Client{Transport: answerOf(func(*http.Request) (*http.Response, error) {
					if draw.IntN(2) == 0 {
						return nil, errors.New("no answer")
					}
					return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
				})}
			}
			j := mustStart(t, filepath.Join(t.TempDir(), "sandbox.json"), small)
			var codes []string
			done := map[string]int{}
			for step := range 150 {
				orders := j.Orders()
				pick := func() string {
					if len(orders) == 0 {
						return "none"
					}
					return orders[draw.IntN(len(orders))].OrderNum
				}
				acts := []struct {
					name string
					do   func()
				}{
					{"create", func() { j.call(createPath, createOf(fmt.Sprint("A-", step))) }},
					{"create", func() { j.call(createPath, createOf(fmt.Sprint("A-", step))) }},
					{"again", func() { j.call(createPath, createOf(fmt.Sprint("A-", draw.IntN(step+1)))) }},
					{"detail", func() {
						j.call(apiBase+"/opay/"+callOrderDetail, map[string]string{"appKey": "app", "orderNum": pick()})
					}},
					{"pay", func() { _ = j.Pay(pick()) }},
					{"pay late", func() { _ = j.PayLate(pick()) }},
					{"fail", func() { _ = j.Fail(pick()) }},
					{"cancel", func() { j.call(apiBase+"/opay/"+callCancel, map[string]string{"orderNum": pick()}) }},
					{"refund", func() {
						j.call(apiBase+"/opay/"+callRefund, map[string]string{
							"appOrderId": fmt.Sprint("R-", step), "userId": "22033391", "orderAmount": "0.7", "payCoinSymbol": "USDT",
						})
					}},
					{"notify", func() { _ = j.Notify(pick(), Notice{OrderStatus: "3", Times: draw.IntN(3)}) }},
					{"many", func() { _ = j.Notify(pick(), Notice{Times: 10}) }},
					{"deliver", func() { j.Deliver(t.Context()) }},
					{"replay", func() { _ = j.Replay("cb-1") }},
					{"balance", func() { _ = j.SetBalance("22033391", "BTC", fmt.Sprint("0.", draw.IntN(100)+1)) }},
					{"frozen", func() { _ = j.SetFrozen("22033392", draw.IntN(2) == 0) }},
					{"login", func() {
						code, err := j.Login("app", "22033390")
						require.NoError(t, err)
						codes = append(codes, code)
					}},
					{"token", func() {
						if len(codes) > 0 {
							j.call(apiBase+"/auth/"+callToken, map[string]string{"code": codes[draw.IntN(len(codes))]})
						}
					}},
					{"refresh", func() {
						var token, refresh string
						j.locked(func(k *core) { k.grants.each(func(name string, g grant) { token, refresh = name, g.Refresh }) })
						openID, err := j.OpenID("app", "22033390")
						require.NoError(t, err)
						j.call(apiBase+"/auth/"+callRefresh, map[string]string{"openId": openID, "token": token, "refreshToken": refresh})
					}},
					{"lapse", func() { _, _ = j.ExpireTokens(draw.IntN(2) == 0) }},
					{"faults", func() {
						require.NoError(t, j.SetFaults(Faults{
							{Kind: FaultCallbackDoubled, Times: draw.IntN(3), Percent: 50},
							{Kind: FaultRefuse, Times: 1 + draw.IntN(2), Call: callOrderDetail},
							{Kind: FaultCallbackEarlyPaid, Percent: 20},
							{Kind: FaultCallbackForged, Times: 1},
						}))
					}},
					{"page", func() { j.serve(http.MethodGet, "/platform/pay.html?appKey=app&userId=22033390&orderNum="+pick(), "") }},
					{"time", func() { j.now = j.now.Add(time.Duration(draw.IntN(12)) * time.Minute) }},
					{"save", func() { require.NoError(t, j.Save()) }},
				}
				act := acts[draw.IntN(len(acts))]
				act.do()
				done[act.name]++
				require.Equal(t, j.memory(), j.files(), "after %s", act.name)
				if draw.IntN(10) == 0 { // a restart in between
					now := j.now
					j = mustStart(t, j.file, small)
					j.now = now
				}
			}
			require.NotEmpty(t, j.Orders())
			require.Greater(t, len(done), 12)
		})
	}
}

type answerOf func(*http.Request) (*http.Response, error)

func (f answerOf) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestJournal_HasWhatIsDropped(t *testing.T) {
	j := mustStart(t, filepath.Join(t.TempDir(), "sandbox.json"), func(c *Config) { c.MaxOrders = 2 })
	num := j.create("A-0")
	for range maxCallbacks/maxCopies + 5 {
		require.NoError(t, j.Notify(num, Notice{Times: maxCopies}))
		require.Equal(t, j.memory(), j.files())
	}
	require.Len(t, j.Callbacks(), maxCallbacks)
	require.NoError(t, j.Close(num))
	for i := range 4 {
		require.NoError(t, j.Close(j.create(fmt.Sprint("A-", i+1))))
		require.Equal(t, j.memory(), j.files())
	}
	require.NotEqual(t, num, j.create("A-0"), "the id of a dropped order")
	require.Equal(t, j.memory(), j.files())
}

// A process that is killed while it writes leaves a part of a record, of whatever length.
func TestJournal_TornLastRecordIsDropped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	j := mustStart(t, file)
	first := j.create("A-1")
	require.NoError(t, j.Pay(first))
	before, whole := j.memory(), read(t, j.journalName())
	require.NoError(t, j.SetFrozen("22033391", true))
	longer := read(t, j.journalName())
	require.Greater(t, len(longer), len(whole))
	for size := len(whole); size < len(longer); size += 1 + (size-len(whole))/8 {
		write(t, j.journalName(), longer[:size])
		restarted := mustStart(t, file)
		require.Equal(t, before, restarted.memory(), "%d bytes of the last record are there", size-len(whole))
		require.Equal(t, size > len(whole), strings.Contains(restarted.log.String(), "ends within a record"))
		require.NoError(t, restarted.SetFrozen("22033392", false))
		require.Equal(t, restarted.memory(), mustStart(t, file).memory(), "the next record takes the torn one's place")
	}
	write(t, j.journalName(), append(bytes.Clone(whole), make([]byte, 4096)...))
	require.Equal(t, before, mustStart(t, file).memory(), "zeros that a loss of power leaves")
}

func TestJournal_DamageIsRefusedAndNothingIsOverwritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	j := mustStart(t, file)
	num := j.create("A-1")
	require.NoError(t, j.Pay(num))
	require.NoError(t, j.SetFrozen("22033391", true))
	good := read(t, j.journalName())
	refused := func(name string, content []byte) {
		t.Helper()
		write(t, j.journalName(), content)
		_, err := startJournaled(t, file)
		require.ErrorIs(t, err, ErrState, name)
		require.ErrorContains(t, err, j.journalName(), name)
		require.ErrorContains(t, err, "move both away to start afresh", name)
		require.Equal(t, content, read(t, j.journalName()), "a damaged journal is not overwritten")
	}
	for at := range good {
		content := bytes.Clone(good)
		content[at] ^= 1
		write(t, j.journalName(), content)
		_, err := openJournal(j.journalName(), 0, func(record) error { return nil })
		require.ErrorIs(t, err, errDamaged, "byte %d", at)
	}
	refused("a byte", bytes.Replace(good, []byte("merchant"), []byte("somebody"), 1))
	refused("a length", bytes.Replace(good, []byte(" {"), []byte("0 {"), 1))
	lines := bytes.SplitAfter(good, []byte{'\n'})
	require.Greater(t, len(lines), 3)
	refused("a line is missing", bytes.Join(append([][]byte{lines[0]}, lines[2:]...), nil))
	refused("the first line is missing", bytes.Join(lines[1:], nil))
	refused("a line stands twice", bytes.Join(append([][]byte{lines[0], lines[0]}, lines[1:]...), nil))
	refused("two lines have changed places", bytes.Join(append([][]byte{lines[1], lines[0]}, lines[2:]...), nil))
	refused("something else", []byte("hello\n"))
	refused("an order that cannot be", encodeRecord([]byte(`{"seq":1,"orders":[{"orderNum":"1","appId":"app","userId":"1","amount":"x","status":"1","type":1}]}`)))
	refused("no record", encodeRecord([]byte(`[]`)))
	refused("a fault", encodeRecord([]byte(`{"seq":1,"faults":[{"kind":"x"}]}`)))
	refused("a balance", encodeRecord([]byte(`{"seq":1,"balances":{"user:1":{"BTC":"-1"}}}`)))

	write(t, j.journalName(), good)
	require.Equal(t, j.memory(), mustStart(t, file).memory())
}

// Save writes the state file first and shortens the journal then. A crash between the two leaves records that the state file has.
func TestJournal_CrashBetweenStateFileAndJournalIsHarmless(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	j := mustStart(t, file)
	require.NoError(t, j.Pay(j.create("A-1")))
	require.NoError(t, j.SetBalance("22033390", "USDT", "7"))
	uncut := read(t, j.journalName())
	require.NoError(t, j.Save())
	require.Empty(t, read(t, j.journalName()))
	require.Equal(t, j.memory(), mustStart(t, file).memory())

	write(t, j.journalName(), uncut)
	crashed := mustStart(t, file)
	require.Equal(t, j.memory(), crashed.memory())
	second := crashed.create("A-2")
	require.NoError(t, crashed.SetBalance("22033390", "USDT", "3"))
	again := mustStart(t, file)
	require.Equal(t, crashed.memory(), again.memory())
	balance, err := again.Balance("22033390", "USDT")
	require.NoError(t, err)
	require.Equal(t, "3", balance, "an old record does not win over the state file, a new one does")
	_, ok := again.Order(second)
	require.True(t, ok)
}

// The state file is written without holding up the calls, whose records then stay in the journal.
func TestJournal_KeepsWhatHappensWhileTheStateFileIsWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	j := mustStart(t, file)
	var saving, changing sync.WaitGroup
	stop := make(chan struct{})
	saving.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if err := j.Save(); err != nil {
					panic(err)
				}
			}
		}
	})
	for worker := range 4 {
		changing.Go(func() {
			for i := range 200 {
				if err := j.SetBalance("22033390", "USDT", strconv.Itoa(worker*1000+i)); err != nil {
					panic(err)
				}
				if _, err := j.Login("app", "22033391"); err != nil {
					panic(err)
				}
			}
		})
	}
	changing.Wait()
	close(stop)
	saving.Wait()
	require.Equal(t, j.memory(), mustStart(t, file).memory())
}

func TestJournal_MissingStateFileIsNoticed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	j := mustStart(t, file)
	j.create("A-1")
	require.NoError(t, j.Save())
	j.create("A-2")
	require.NoError(t, os.Remove(file))
	_, err := startJournaled(t, file)
	require.ErrorIs(t, err, ErrState)
	require.ErrorContains(t, err, "records are missing")

	_, err = startJournaled(t, filepath.Join(t.TempDir(), "no", "such", "folder", "sandbox.json"))
	require.ErrorIs(t, err, ErrState, "at the start rather than at the first change")
}

// failing stands for a full or broken disk: half of the bytes arrive.
type failing struct {
	journalFile
	broken bool
}

var errDisk = errors.New("no space left on device")

func (f *failing) WriteAt(b []byte, at int64) (int, error) {
	if !f.broken {
		return f.journalFile.WriteAt(b, at)
	}
	n, err := f.journalFile.WriteAt(b[:len(b)/2], at)
	return n, errors.Join(err, errDisk)
}

func TestJournal_NothingIsToldThatCannotBeWritten(t *testing.T) {
	told := 0
	count := func(c *Config) {
		c.CallbackClient = &http.Client{Transport: answerOf(func(*http.Request) (*http.Response, error) {
			told++
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: http.NoBody}, nil
		})}
	}
	j := mustStart(t, filepath.Join(t.TempDir(), "sandbox.json"), count)
	num, other := j.create("A-1"), j.create("A-2")
	before := j.memory()
	disk := &failing{journalFile: j.journal.file, broken: true}
	j.journal.file = disk

	status, _ := j.call(createPath, createOf("A-3"))
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, http.StatusServiceUnavailable, j.Traffic(1)[0].HTTPStatus)
	require.Contains(t, j.log.String(), "the journal cannot be written")
	require.ErrorIs(t, j.Pay(num), ErrState)
	require.ErrorIs(t, j.Pay(num), ErrNotPending, "it is paid in memory")
	for _, path := range []string{"/sandbox/api/orders/" + num, "/orders/" + num, "/healthz", "/platform/pay.html?appKey=app&userId=22033390&orderNum=" + num} {
		w := j.serve(http.MethodGet, path, "")
		require.Equal(t, http.StatusServiceUnavailable, w.Code, path)
		require.NotContains(t, w.Body.String(), "paid", path)
	}
	w := j.serve(http.MethodPost, "/sandbox/api/orders/"+other+"/fail", "")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	_, err := j.Login("app", "22033390")
	require.ErrorIs(t, err, ErrState)
	require.ErrorIs(t, j.SetFaults(nil), ErrState)
	require.Zero(t, j.Deliver(t.Context()))
	require.Zero(t, told, "no callback tells of a payment that a restart would not know of")
	require.Equal(t, before, mustStart(t, j.file, count).memory(), "killed now, nothing that was refused has happened")
	require.Equal(t, 1, strings.Count(j.log.String(), "the journal cannot be written"), "once, not for every call")

	disk.broken = false
	status, answer := j.call(apiBase+"/opay/"+callOrderDetail, map[string]string{"appKey": "app", "orderNum": num})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, opay.CodeOK, answer.Code)
	require.Contains(t, j.log.String(), "can be written again")
	require.Equal(t, j.memory(), mustStart(t, j.file, count).memory(), "everything that waited is written, without gaps")
	require.Equal(t, 2, j.Deliver(t.Context()))
	require.Equal(t, 2, told)
}

func TestJournal_RunShortensItWhenItHasGrown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	j := mustStart(t, file)
	j.cfg.Clock = time.Now
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- j.Run(ctx) }()
	many := slices.Repeat(Faults{{Kind: FaultRefuse, Code: opay.CodeNoPermission, Call: callOrderDetail, Percent: 1}}, maxFaults)
	largest := int64(0)
	require.Eventually(t, func() bool {
		require.NoError(t, j.SetFaults(many))
		info, err := os.Stat(j.journalName())
		require.NoError(t, err)
		largest = max(largest, info.Size())
		return largest > leastCompaction && info.Size() < leastCompaction && len(read(t, file)) > 0
	}, time.Minute, time.Microsecond)
	cancel()
	require.NoError(t, <-ended)
	require.Empty(t, read(t, j.journalName()), "the end of Run leaves everything in the state file")
	require.Equal(t, j.memory(), mustStart(t, file).memory())
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte("00000000 2 {}\n"))
	f.Add(encodeRecord([]byte(`{"seq":1}`)))
	f.Add([]byte("0"))
	f.Fuzz(func(t *testing.T, text []byte) {
		content, size, err := decodeRecord(text)
		require.LessOrEqual(t, size, len(text))
		if err == nil && size > 0 {
			require.Equal(t, text[:size], encodeRecord(content))
		}
	})
}

func BenchmarkCall(b *testing.B) {
	for _, stateFile := range []bool{false, true} {
		for _, name := range []string{callCreate, callOrderDetail} {
			b.Run(fmt.Sprintf("%s/journal=%t", name, stateFile), func(b *testing.B) { benchmarkCall(b, name, stateFile) })
		}
	}
}

// benchmarkCall measures a call from its arrival to its answer, without the network and the merchant's share.
func benchmarkCall(b *testing.B, name string, stateFile bool) {
	b.Helper()
	keys := journalKeys()
	c := Config{Keys: keys[0], Apps: []App{{AppID: "app", Key: &keys[1].PublicKey}}, MaxOrders: 1 << 20}
	if stateFile {
		c.StateFile = filepath.Join(b.TempDir(), "sandbox.json")
	}
	s, err := New(c)
	require.NoError(b, err)
	ring, err := opay.NewKeyring(keys[1], &keys[0].PublicKey)
	require.NoError(b, err)
	send := func(name string, fields map[string]string) *httptest.ResponseRecorder {
		plain, err := json.Marshal(fields)
		require.NoError(b, err)
		e, err := ring.Seal(plain)
		require.NoError(b, err)
		body := opay.Request{AppID: "app", Time: strconv.FormatInt(time.Now().UnixMilli(), 10), Envelope: e}.Encode()
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, apiBase+"/opay/"+name, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		b.StartTimer()
		s.Handler().ServeHTTP(w, r)
		b.StopTimer()
		return w
	}
	b.StopTimer()
	send(callCreate, createOf("A-first"))
	num := s.Orders()[0].OrderNum
	b.ResetTimer()
	for i := range b.N {
		fields := map[string]string{"appKey": "app", "orderNum": num}
		if name == callCreate {
			fields = createOf(fmt.Sprint("A-", i))
		}
		w := send(name, fields)
		require.Equal(b, http.StatusOK, w.Code)
	}
	require.Len(b, s.Orders(), 1+b.N*boolOf(name == callCreate))
}

func boolOf(is bool) int {
	if is {
		return 1
	}
	return 0
}

// BenchmarkJournal measures what the journal adds to a change, which is the writing of one record.
func BenchmarkJournal(b *testing.B) {
	for _, stateFile := range []bool{false, true} {
		b.Run(fmt.Sprintf("journal=%t", stateFile), func(b *testing.B) {
			keys := journalKeys()
			c := Config{Keys: keys[0], Apps: []App{{AppID: "app", Key: &keys[1].PublicKey}}}
			if stateFile {
				c.StateFile = filepath.Join(b.TempDir(), "sandbox.json")
			}
			s, err := New(c)
			require.NoError(b, err)
			for b.Loop() {
				if err := s.SetBalance("22033390", "USDT", "7"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
