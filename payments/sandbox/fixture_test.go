package sandbox_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

const (
	testApp  = "app_one"
	otherApp = "app_two"
	alice    = "22033390"
	bob      = "22033391"
	carol    = "22033392"

	openBase = "/platformapi/chainup/open"
	pCreate  = openBase + "/opay/createThirdOrder"
	pDetail  = openBase + "/opay/orderDetail"
	pRef     = openBase + "/opay/getReferenceOrder"
	pBilling = openBase + "/opay/merchantBillingDay"
	pRefund  = openBase + "/opay/refundOrder"
	pCancel  = "/opay/cancelOrder"
	pCancel2 = openBase + "/opay/cancelOrder"
	pToken   = openBase + "/auth/token"
	pRefresh = openBase + "/auth/refreshToken"
)

var testKeys = sync.OnceValue(func() (keys [3]*rsa.PrivateKey) {
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

func platformKey() *rsa.PrivateKey { return testKeys()[0] }
func merchantKey() *rsa.PrivateKey { return testKeys()[1] }
func strangerKey() *rsa.PrivateKey { return testKeys()[2] }

// manualClock stands still unless it is moved.
type manualClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *manualClock {
	return &manualClock{now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
}

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *manualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// notice is a callback as a merchant received it.
type notice struct {
	AppID       string `json:"app_id"`
	Time        string `json:"time"`
	Data        string `json:"data"`
	Sign        string `json:"sign"`
	ContentType string `json:"-"`
	Body        string `json:"-"`
}

// shop is a merchant's server; it keeps what arrives at its notifyPage and answers as it is told.
type shop struct {
	*httptest.Server
	mu      sync.Mutex
	notices []notice
	respond func(w http.ResponseWriter, n int)
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{respond: func(w http.ResponseWriter, _ int) {
		_, _ = io.WriteString(w, `{"code":"0","msg":"success","data":"success"}`)
	}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var n notice
		_ = json.Unmarshal(body, &n)
		n.ContentType, n.Body = r.Header.Get("Content-Type"), string(body)
		s.mu.Lock()
		s.notices = append(s.notices, n)
		count, respond := len(s.notices), s.respond
		s.mu.Unlock()
		respond(w, count)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) got() []notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]notice(nil), s.notices...)
}

func (s *shop) answerWith(respond func(w http.ResponseWriter, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.respond = respond
}

// bench is a sandbox, a shop that its callbacks reach, and a merchant's client that shares no code with either.
type bench struct {
	t     *testing.T
	box   *sandbox.Server
	http  *httptest.Server
	clock *manualClock
	shop  *shop
}

func newBench(t *testing.T, change ...func(*sandbox.Config)) *bench {
	t.Helper()
	b := &bench{t: t, clock: newClock(), shop: newShop(t)}
	c := sandbox.Config{
		Keys: platformKey(), Seed: 7, Clock: b.clock.Now,
		Apps: []sandbox.App{
			{AppID: testApp, Name: "Test Shop", Key: &merchantKey().PublicKey, Addresses: []string{"https://shop.example/payments"}},
			{AppID: otherApp, Key: &strangerKey().PublicKey},
		},
	}
	for _, fn := range change {
		fn(&c)
	}
	box, err := sandbox.New(c)
	require.NoError(t, err)
	b.box = box
	b.http = httptest.NewServer(box.Handler())
	t.Cleanup(b.http.Close)
	return b
}

// hexMD5 and the functions below follow platform/api.md §2 with the standard library alone.
func hexMD5(plain string) []byte {
	sum := md5.Sum([]byte(plain))
	return []byte(hex.EncodeToString(sum[:]))
}

func rawSign(t *testing.T, key *rsa.PrivateKey, plain string) string {
	t.Helper()
	digest := sha256.Sum256(hexMD5(plain))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(sig)
}

func rawEncrypt(t *testing.T, key *rsa.PublicKey, plain string) string {
	t.Helper()
	var out []byte
	for rest := []byte(plain); len(rest) > 0; {
		n := min(len(rest), key.Size()-11)
		block, err := rsa.EncryptPKCS1v15(rand.Reader, key, rest[:n]) //nolint:staticcheck // the platform's choice, platform/api.md §2
		require.NoError(t, err)
		out, rest = append(out, block...), rest[n:]
	}
	return base64.RawURLEncoding.EncodeToString(out)
}

func rawDecrypt(key *rsa.PrivateKey, data string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(data)
	if err != nil {
		return "", err
	}
	if len(raw) == 0 || len(raw)%key.Size() != 0 {
		return "", errors.New("not made of whole blocks")
	}
	var out []byte
	for ; len(raw) > 0; raw = raw[key.Size():] {
		block, err := rsa.DecryptPKCS1v15(nil, key, raw[:key.Size()]) //nolint:staticcheck // the platform's choice, platform/api.md §2
		if err != nil {
			return "", err
		}
		out = append(out, block...)
	}
	return string(out), nil
}

func rawVerify(key *rsa.PublicKey, plain, sign string) error {
	sig, err := base64.RawURLEncoding.DecodeString(sign)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(hexMD5(plain))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], sig)
}

// envelope is a request's body as a merchant sends it, with every part open to change.
type envelope struct {
	AppID any `json:"app_id,omitempty"`
	Data  any `json:"data,omitempty"`
	Sign  any `json:"sign,omitempty"`
	Time  any `json:"time,omitempty"`
}

func (b *bench) sealed(plain string) envelope {
	b.t.Helper()
	return envelope{
		AppID: testApp, Data: rawEncrypt(b.t, &platformKey().PublicKey, plain), Sign: rawSign(b.t, merchantKey(), plain),
		Time: strconv.FormatInt(b.clock.Now().UnixMilli(), 10),
	}
}

// result is an answer of the platform after independent verification.
type result struct {
	Status   int
	Raw      string
	Code     string
	CodeText bool // code came as text
	Msg      string
	Plain    string // verified
	Fields   map[string]any
}

func (b *bench) post(path string, body []byte) (*http.Response, []byte, error) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.http.URL+path, bytes.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := b.http.Client().Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	return res, answer, err
}

// send posts an envelope and reads the answer.
func (b *bench) send(path string, e envelope) result {
	b.t.Helper()
	body, err := json.Marshal(e)
	require.NoError(b.t, err)
	res, answer, err := b.post(path, body)
	require.NoError(b.t, err)
	return b.read(res.StatusCode, answer)
}

func (b *bench) read(status int, answer []byte) result {
	b.t.Helper()
	var raw struct {
		Code json.RawMessage
		Msg  string
		Data string
		Sign string
	}
	require.NoError(b.t, json.Unmarshal(answer, &raw), "answer: %s", answer)
	r := result{Status: status, Raw: string(answer), Msg: raw.Msg, Code: strings.Trim(string(raw.Code), `"`), CodeText: raw.Code[0] == '"'}
	if raw.Data == "" {
		return r
	}
	plain, err := rawDecrypt(merchantKey(), raw.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, rawVerify(&platformKey().PublicKey, plain, raw.Sign))
	r.Plain = plain
	dec := json.NewDecoder(strings.NewReader(plain))
	dec.UseNumber()
	require.NoError(b.t, dec.Decode(&r.Fields))
	return r
}

// call seals a JSON object, sends it, and reads the answer.
func (b *bench) call(path string, fields map[string]any) result {
	b.t.Helper()
	plain, err := json.Marshal(fields)
	require.NoError(b.t, err)
	return b.send(path, b.sealed(string(plain)))
}

// createFields are what a good createThirdOrder has.
func (b *bench) createFields(appOrderID string, change ...map[string]any) map[string]any {
	fields := map[string]any{
		"appOrderId": appOrderID, "userId": alice, "orderAmount": "12.5", "payCoinSymbol": "USDT",
		"returnPage": "https://shop.example/payments/return/" + appOrderID, "notifyPage": b.shop.URL + "/notify",
	}
	for _, c := range change {
		for name, value := range c {
			if value == nil {
				delete(fields, name)
				continue
			}
			fields[name] = value
		}
	}
	return fields
}

// order makes an order and returns its number.
func (b *bench) order(appOrderID string, change ...map[string]any) string {
	b.t.Helper()
	r := b.call(pCreate, b.createFields(appOrderID, change...))
	require.Equal(b.t, "0", r.Code, r.Raw)
	return text(r.Fields["orderNum"])
}

func (b *bench) detail(orderNum string) result {
	b.t.Helper()
	return b.call(pDetail, map[string]any{"appKey": testApp, "orderNum": orderNum})
}

func (b *bench) deliver() int {
	b.t.Helper()
	return b.box.Deliver(context.Background())
}

// notices decrypts and verifies what the shop was told, in the sequence of arrival.
func (b *bench) notices() []map[string]string {
	b.t.Helper()
	var out []map[string]string
	for _, n := range b.shop.got() {
		plain, err := rawDecrypt(merchantKey(), n.Data)
		require.NoError(b.t, err)
		require.NoError(b.t, rawVerify(&platformKey().PublicKey, plain, n.Sign))
		dec := json.NewDecoder(strings.NewReader(plain))
		dec.UseNumber()
		var fields map[string]any
		require.NoError(b.t, dec.Decode(&fields))
		texts := map[string]string{}
		for name, value := range fields {
			texts[name] = text(value)
		}
		out = append(out, texts)
	}
	return out
}

func (b *bench) statuses() []string {
	b.t.Helper()
	var out []string
	for _, n := range b.notices() {
		out = append(out, n["orderStatus"])
	}
	return out
}

func (b *bench) faults(faults ...sandbox.Fault) {
	b.t.Helper()
	require.NoError(b.t, b.box.SetFaults(faults))
}

// objects is a JSON array of objects.
func (b *bench) objects(v any) []map[string]any {
	b.t.Helper()
	list, ok := v.([]any)
	require.True(b.t, ok, "not an array")
	out := make([]map[string]any, len(list))
	for i, element := range list {
		out[i], ok = element.(map[string]any)
		require.True(b.t, ok, "not an array of objects")
	}
	return out
}

// text is a JSON value that may be a text or a number.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return ""
	}
}
