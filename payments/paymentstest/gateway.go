package paymentstest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
)

// Client is the platform's API as all services need it.
type Client interface {
	payments.Gateway
	books.Statements
}

// Gateway is the real client with hooks that simulate answers that the sandbox cannot give. Client may be replaced while no call is in
// progress.
type Gateway struct {
	Client

	wire      opay.Config
	mu        sync.Mutex
	order     func(opay.OrderDetail) opay.OrderDetail
	statement func(opay.StatementRequest) opay.StatementPage
	before    func(call string)
}

// ChangeOrders makes change edit every future answer of orderDetail. Nil removes it.
func (g *Gateway) ChangeOrders(change func(opay.OrderDetail) opay.OrderDetail) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.order = change
}

// AnswerStatements makes answer reply to requests for a page of a statement in place of the platform. Nil removes it.
func (g *Gateway) AnswerStatements(answer func(opay.StatementRequest) opay.StatementPage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.statement = answer
}

// BeforeCall runs f before each orderDetail, cancelOrder and createThirdOrder, so that a test can do something at that moment.
func (g *Gateway) BeforeCall(f func(call string)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before = f
}

func (g *Gateway) hook(call string) {
	g.mu.Lock()
	f := g.before
	g.mu.Unlock()
	if f != nil {
		f(call)
	}
}

// Order calls orderDetail.
func (g *Gateway) Order(ctx context.Context, orderNum, token string) (opay.OrderDetail, error) {
	g.hook("orderDetail")
	d, err := g.Client.Order(ctx, orderNum, token)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil && g.order != nil {
		d = g.order(d)
	}
	return d, err
}

// Cancel calls cancelOrder.
func (g *Gateway) Cancel(ctx context.Context, orderNum string) error {
	g.hook("cancelOrder")
	return g.Client.Cancel(ctx, orderNum)
}

// CreateOrder calls createThirdOrder.
func (g *Gateway) CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (opay.CreatedOrder, error) {
	g.hook("createThirdOrder")
	return g.Client.CreateOrder(ctx, r)
}

// Statement requests one page of a statement.
func (g *Gateway) Statement(ctx context.Context, r opay.StatementRequest) (opay.StatementPage, error) {
	g.mu.Lock()
	f := g.statement
	g.mu.Unlock()
	if f != nil {
		return f(r), nil
	}
	return g.Client.Statement(ctx, r)
}

// CutOff makes the platform unreachable. Nothing listens on its new address, port 1; the port of a server that was closed could be given to
// the next one.
func (s *Shop) CutOff() {
	s.T.Helper()
	s.connect("http://127.0.0.1:1")
}

// connect makes the gateway use another server.
func (s *Shop) connect(baseURL string) {
	s.T.Helper()
	wire := s.Gateway.wire
	wire.BaseURL = baseURL
	client, err := opay.New(wire)
	require.NoError(s.T, err)
	s.Gateway.Client = client
}

// RewriteAnswers puts a proxy in front of the platform that decrypts its answers, passes them to change, and encrypts and signs the result,
// as a platform would that says the same in other JSON. change gets the path of the call. A second call replaces the first.
func (s *Shop) RewriteAnswers(change func(path, plain string) string) {
	s.T.Helper()
	pair, err := keys()
	require.NoError(s.T, err)
	open, err := opay.NewKeyring(pair[0], &pair[1].PublicKey)
	require.NoError(s.T, err)
	seal := PlatformRing(s.T)
	behind := s.Gateway.wire.BaseURL
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		again, err := http.NewRequestWithContext(r.Context(), r.Method, behind+r.URL.Path, r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		again.Header = r.Header
		answer, err := http.DefaultClient.Do(again)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if s.Gateway.wire.Secret != nil {
			body = rewriteFlat(body, func(plain string) string { return change(r.URL.Path, plain) })
		} else if response, parseErr := opay.ParseResponse(body); err == nil && parseErr == nil && response.Envelope != (opay.Envelope{}) {
			plain, openErr := open.OpenWithin(response.Envelope, opay.MaxResponseBlocks)
			assert.NoError(s.T, openErr)
			response.Envelope, err = seal.Seal([]byte(change(r.URL.Path, string(plain))))
			assert.NoError(s.T, err)
			body = response.Encode()
		}
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(body)
	}))
	s.T.Cleanup(proxy.Close)
	s.connect(proxy.URL)
}
