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

// Client is the platform as all services need it.
type Client interface {
	payments.Gateway
	books.Statements
}

// Gateway is the real client, with answers that the sandbox's own ledger could never give. Client may be replaced while no call is made.
type Gateway struct {
	Client

	wire      opay.Config
	mu        sync.Mutex
	order     func(opay.OrderDetail) opay.OrderDetail
	statement func(opay.StatementRequest) opay.StatementPage
	before    func(call string)
}

// ChangeOrders changes each answer of orderDetail from now on; nil: none.
func (g *Gateway) ChangeOrders(change func(opay.OrderDetail) opay.OrderDetail) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.order = change
}

// AnswerStatements answers for the platform when it is asked for a page of a statement; nil: the platform answers itself.
func (g *Gateway) AnswerStatements(answer func(opay.StatementRequest) opay.StatementPage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.statement = answer
}

// BeforeCall runs f before each orderDetail, cancelOrder and createThirdOrder, to let something happen at that very moment.
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

// Order asks with orderDetail.
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

// Cancel cancels with cancelOrder.
func (g *Gateway) Cancel(ctx context.Context, orderNum string) error {
	g.hook("cancelOrder")
	return g.Client.Cancel(ctx, orderNum)
}

// CreateOrder creates with createThirdOrder.
func (g *Gateway) CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (string, error) {
	g.hook("createThirdOrder")
	return g.Client.CreateOrder(ctx, r)
}

// Statement asks for one page of a statement.
func (g *Gateway) Statement(ctx context.Context, r opay.StatementRequest) (opay.StatementPage, error) {
	g.mu.Lock()
	f := g.statement
	g.mu.Unlock()
	if f != nil {
		return f(r), nil
	}
	return g.Client.Statement(ctx, r)
}

// CutOff makes the platform unreachable. Nothing listens at the new address: a server that was closed would leave its port to the next one.
func (s *Shop) CutOff() {
	s.T.Helper()
	s.connect("http://127.0.0.1:1")
}

// connect has the gateway ask another server.
func (s *Shop) connect(baseURL string) {
	s.T.Helper()
	wire := s.Gateway.wire
	wire.BaseURL = baseURL
	client, err := opay.New(wire)
	require.NoError(s.T, err)
	s.Gateway.Client = client
}

// RewriteAnswers puts a proxy before the platform that opens its answers, lets change write them in another way, and signs them again: a
// platform that says the same in other JSON. change gets the path of the call. A second call takes the place of the first.
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
		if response, parseErr := opay.ParseResponse(body); err == nil && parseErr == nil && response.Envelope != (opay.Envelope{}) {
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
