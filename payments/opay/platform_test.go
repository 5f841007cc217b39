package opay_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

const (
	appID = "xxx_xxx"
	ownID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" // has the form of rand.Text
)

// platform simulates the platform: it opens requests with its own keyring and
// answers by path.
type platform struct {
	tb      testing.TB
	keys    *opay.Keyring
	secret  *opay.Secret // nil: SigningRSA
	server  *httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	seen    []exchange
}

// exchange is one request as the platform read it.
type exchange struct {
	path    string
	request opay.Request
	plain   string
	object  opay.Object
	header  http.Header
}

func newPlatform(tb testing.TB) (*platform, *opay.Keyring) {
	tb.Helper()
	merchant, keys := rings(tb)
	p := &platform{tb: tb, keys: keys, answers: map[string]http.HandlerFunc{}}
	if inFlat(tb) {
		p.secret = flatSecret(tb)
	}
	p.server = httptest.NewServer(p)
	tb.Cleanup(p.server.Close)
	return p, merchant
}

// newClient returns a client of a new platform, without repeats unless change
// enables them.
func newClient(tb testing.TB, change ...func(*opay.Config)) (*platform, *opay.Client) {
	tb.Helper()
	p, merchant := newPlatform(tb)
	config := opay.Config{
		BaseURL: p.server.URL, AppID: appID, Keys: merchant, Retries: -1,
		Now: func() time.Time { return time.UnixMilli(1715310032123) },
	}
	if p.secret != nil {
		config.Keys, config.Secret, config.Profile.Signing = nil, p.secret, opay.SigningMD5
	}
	for _, c := range change {
		c(&config)
	}
	client, err := opay.New(config)
	noError(tb, err)
	return p, client
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.tb.Errorf("request of %s: %v", r.URL.Path, err)
	}
	p.mu.Lock()
	answer := p.answers[r.URL.Path]
	p.mu.Unlock()
	if answer == nil {
		http.NotFound(w, r)
		return
	}
	e := exchange{path: r.URL.Path, header: r.Header}
	if p.secret != nil {
		p.readFlat(&e, body)
		w.Header().Set("Content-Type", "application/json")
		answer(w, r)
		return
	}
	if e.request, err = opay.ParseRequest(body); err != nil {
		p.tb.Errorf("request of %s: %v", r.URL.Path, err)
	}
	plain, err := p.keys.Open(e.request.Envelope)
	if err != nil {
		p.tb.Errorf("envelope of %s: %v", r.URL.Path, err)
	}
	e.plain = string(plain)
	if e.object, err = opay.ParseObject(plain); err != nil {
		p.tb.Errorf("plaintext of %s: %v", r.URL.Path, err)
	}
	p.mu.Lock()
	p.seen = append(p.seen, e)
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	answer(w, r)
}

// on sets the handler of a path.
func (p *platform) on(path string, answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[path] = answer
}

// requests returns the requests so far.
func (p *platform) requests() []exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]exchange(nil), p.seen...)
}

// last returns the last request.
func (p *platform) last() exchange {
	p.tb.Helper()
	all := p.requests()
	if len(all) == 0 {
		p.tb.Fatal("no request arrived")
	}
	return all[len(all)-1]
}

// readFlat reads a request of the platform's first signature.
func (p *platform) readFlat(e *exchange, body []byte) {
	var err error
	e.plain = string(body)
	if e.object, err = opay.ParseObject(body); err == nil {
		err = p.secret.Verify(e.object)
	}
	if err != nil {
		p.tb.Errorf("request of %s: %v", e.path, err)
	}
	e.request.AppID, e.request.Time = text(e.object, "appKey"), text(e.object, "time")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, *e)
}

// success answers with a sealed plaintext.
func (p *platform) success(plain string) http.HandlerFunc {
	if p.secret != nil {
		return plainAnswer(http.StatusOK, `{"code":"0","msg":"success","data":`+plain+`}`)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, opay.Response{Code: opay.CodeOK, Msg: "success", Envelope: seal(p.tb, p.keys, plain)})
	}
}

// membersSent compares the names of the last request's members, but for those that
// the platform's first signature brings or leaves out.
func membersSent(tb testing.TB, p *platform, want string) {
	tb.Helper()
	got := strings.Join(p.last().object.Names(), ",")
	if p.secret != nil {
		got = strings.TrimSuffix(strings.TrimPrefix(got, "appKey,"), ",sign")
		want = strings.TrimPrefix(strings.TrimPrefix(want, "nonce,"), "appKey,")
	}
	equal(tb, got, want, "members sent")
}

func refusal(code opay.Code, msg string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, opay.Response{Code: code, Msg: msg}) }
}

func plainAnswer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn gives one answer after the other, and then repeats the last one.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		next := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		next(w, r)
	}
}

func write(w io.Writer, r opay.Response) { _, _ = w.Write(r.Encode()) }

func text(o opay.Object, name string) string {
	value, _ := o.Text(name)
	return value
}

func createRequest() opay.CreateOrderRequest {
	return opay.CreateOrderRequest{
		AppOrderID: ownID, Payer: opay.Payer{OpenID: "2ae04ed9165624419bad68e9e0f3f29fbd", UserID: "22033390", Token: "t0ken"},
		Amount: "0.00012345", Coin: "btc", SceneType: "1000011",
		ReturnPage: "https://shop.example/payments/return/R1", NotifyPage: "https://shop.example/payments/notify",
		Goods: `[{"name":"商品 <1>","desc":"a & b"}]`,
	}
}

const detail = `{"totalAccount":[{"accountName":"name","accountType":202001,"accountBalance":1000.21}],"googleStatus":1,"appOrderId":"` + ownID +
	`","orderNum":"10000000002","orderStatus":"1","userId":230000,"isOpenMobileCheck":"1","orderAmount":"20001.21","payCoinSymbol":"btc","ctime":"1715310032123","appKey":"xxx_xxx","showPrecision":"8"}`

func change(text, from, to string) string {
	if !strings.Contains(text, from) {
		panic("nothing to change: " + from)
	}
	return strings.Replace(text, from, to, 1)
}
