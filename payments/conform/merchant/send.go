package merchant

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// wire carries the callbacks of the sandbox. It can lose acknowledgements.
type wire struct {
	notifyURL string // in place of the notifyPage; empty: as it is
	mu        sync.Mutex
	deaf      int // acknowledgements that still get lost: the exchange sees HTTP 503
}

// RoundTrip sends a callback.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if w.notifyURL != "" {
		to, err := url.Parse(w.notifyURL)
		if err != nil {
			return nil, fmt.Errorf("the address for callbacks: %w", err)
		}
		req = req.Clone(req.Context())
		req.URL, req.Host = to, to.Host
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // the sandbox shows it as it is
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deaf > 0 {
		w.deaf--
		_ = res.Body.Close()
		res.StatusCode, res.Status, res.Body = http.StatusServiceUnavailable, "503 Service Unavailable", http.NoBody
	}
	return res, nil
}

// lose makes the next acknowledgements get lost.
func (w *wire) lose(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = n
}

func (w *wire) calm() { w.lose(0) }

// sender sends callbacks that the sandbox would not: in parallel, readdressed, in other alphabets. They are well signed.
type sender struct {
	wire   *wire
	client *http.Client
	appID  string
	ring   *opay.Keyring // of the platform; nil with md5 signing
	secret *opay.Secret
}

func newSender(c sandbox.Config, w *wire, client *http.Client) (*sender, error) {
	app := c.Apps[0]
	s := &sender{wire: w, client: client, appID: app.AppID, secret: app.Secret}
	if s.secret != nil {
		return s, nil
	}
	ring, err := opay.NewKeyring(c.Keys, app.Key)
	if err != nil {
		return nil, fmt.Errorf("the exchange's keys: %w", err)
	}
	s.ring = ring
	return s, nil
}

// telling is the text of a callback.
type telling struct{ outOrderID, orderNum, status, amount string }

func (t *Trial) truth(p *purchase, status opay.Status) telling {
	return telling{p.order.AppOrderID, p.order.OrderNum, string(status), string(p.order.Amount)}
}

func (m telling) fields() []opay.Field {
	return []opay.Field{
		{Name: "outOrderId", Value: m.outOrderID}, {Name: "orderNum", Value: m.orderNum}, {Name: "orderStatus", Value: m.status}, {Name: "payAmount", Value: m.amount},
	}
}

// seal returns the body of a callback to an application. ordinary writes base64 in the other alphabet, with padding.
func (s *sender) seal(appID string, m telling, ordinary bool) ([]byte, error) {
	if s.secret != nil {
		return s.secret.Seal(append(m.fields(), opay.Field{Name: "appKey", Value: appID})...), nil
	}
	e, err := s.ring.Seal(opay.EncodeFields(m.fields()...))
	if err != nil {
		return nil, fmt.Errorf("seal a callback: %w", err)
	}
	if ordinary {
		for _, text := range []*string{&e.Data, &e.Sign} {
			raw, err := base64.RawURLEncoding.DecodeString(*text)
			if err != nil {
				return nil, fmt.Errorf("write other base64: %w", err)
			}
			*text = base64.StdEncoding.EncodeToString(raw)
		}
	}
	return opay.Request{AppID: appID, Time: strconv.FormatInt(time.Now().UnixMilli(), 10), Envelope: e}.Encode(), nil
}

// post sends a body to the merchant and reports whether it was acknowledged.
func (s *sender) post(ctx context.Context, notifyPage string, body []byte) bool {
	if s.wire.notifyURL != "" {
		notifyPage = s.wire.notifyURL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, notifyPage, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return err == nil && res.StatusCode == http.StatusOK && strings.Contains(string(answer), "success")
}

// tell sends one callback, whatever the merchant answers.
func (t *Trial) tell(ctx context.Context, to *purchase, m telling) error {
	body, err := t.sender.seal(t.sender.appID, m, false)
	if err != nil {
		return err
	}
	t.sender.post(ctx, to.order.NotifyPage, body)
	return nil
}

const copies = 50

// flood sends bodies at the same time.
func (t *Trial) flood(ctx context.Context, to *purchase, bodies [][]byte) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, body := range bodies {
		all.Go(func() {
			<-start
			t.sender.post(ctx, to.order.NotifyPage, body)
		})
	}
	close(start)
	all.Wait()
}

// gate holds answers of the exchange back while it is shut.
type gate struct {
	mu       sync.Mutex
	released chan struct{} // nil while it is open
	held     int           // answers that had to wait
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.released, g.held = make(chan struct{}), 0
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.released != nil {
		close(g.released)
		g.released = nil
	}
}

func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

// wait is how the sandbox lets an answer wait.
func (g *gate) wait(ctx context.Context, _ time.Duration) error {
	g.mu.Lock()
	released := g.released
	g.held++
	g.mu.Unlock()
	if released == nil {
		return nil
	}
	select {
	case <-released:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the question was given up: %w", ctx.Err())
	}
}
