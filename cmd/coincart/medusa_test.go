//go:build linux

package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// between stands between two programs. It keeps the requests, and what was not to arrive does not: the request, or its answer.
type between struct {
	proxy      *httputil.ReverseProxy
	deaf       atomic.Bool  // requests are refused
	loseAnswer atomic.Int32 // number of answers to POST /refunds that are still to be lost on the way

	mu       sync.Mutex
	requests []*http.Request
	bodies   [][]byte
}

func newBetween(t *testing.T, target string) *between {
	t.Helper()
	address, err := url.Parse(target)
	require.NoError(t, err)
	b := &between{proxy: httputil.NewSingleHostReverseProxy(address)}
	b.proxy.ModifyResponse = func(r *http.Response) error {
		if strings.HasSuffix(r.Request.URL.Path, "/refunds") && b.loseAnswer.Add(-1) >= 0 {
			panic(http.ErrAbortHandler) // the connection breaks after the request was done
		}
		return nil
	}
	return b
}

func (b *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || b.deaf.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	b.mu.Lock()
	b.requests, b.bodies = append(b.requests, r.Clone(r.Context())), append(b.bodies, body)
	b.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	b.proxy.ServeHTTP(w, r)
}

// about returns the headers and bodies of requests whose body or address has the text.
func (b *between) about(text string) (headers []http.Header, bodies [][]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, request := range b.requests {
		if strings.Contains(request.URL.Path, text) || bytes.Contains(b.bodies[i], []byte(text)) {
			headers, bodies = append(headers, request.Header), append(bodies, b.bodies[i])
		}
	}
	return headers, bodies
}

// medusaRun is a demonstration of Coincart, with Medusa beside it.
type medusaRun struct {
	t        *testing.T
	coincart *demoRun
	key      string // of the API
	secret   string // of the webhook endpoint
	medusa   *medusaShop
	calls    *between // from Medusa to Coincart
	webhooks *between // from Coincart to Medusa
}

func (r *medusaRun) api(method, path string, body, into any) {
	r.t.Helper()
	sent, err := json.Marshal(body)
	require.NoError(r.t, err)
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.coincart.shop+"/api/v1"+path, bytes.NewReader(sent))
	require.NoError(r.t, err)
	request.Header.Set("Authorization", "Bearer "+r.key)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", path)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(r.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(r.t, err)
	require.Less(r.t, answer.StatusCode, http.StatusMultipleChoices, string(text))
	require.NoError(r.t, json.Unmarshal(text, into))
}

// addEndpoint lets Coincart send webhooks to Medusa at this address.
func (r *medusaRun) addEndpoint(address string) {
	r.t.Helper()
	var endpoint struct{ Secret string }
	r.api(http.MethodPost, "/webhook_endpoints", map[string]any{"url": address + "/hooks/payment/coincart_coincart"}, &endpoint)
	r.secret = endpoint.Secret
}

func startMedusaRun(t *testing.T) *medusaRun {
	t.Helper()
	r := &medusaRun{t: t, coincart: startDemo(t, nil)}
	made := runProgram(t, buildProgram(t), map[string]string{"COINCART_DATA_DIR": r.coincart.data},
		"key", "create", "--name", "Medusa", "--scope", "checkouts:write,checkouts:read,refunds:write,refunds:read,webhooks:write", "--refund-limit", "1000")
	require.Zero(t, made.code, made.stderr)
	r.key = strings.TrimSpace(made.stdout)
	address := freeAddress(t)
	r.calls, r.webhooks = newBetween(t, r.coincart.shop), newBetween(t, "http://"+address)
	calls, webhooks := httptest.NewServer(r.calls), httptest.NewServer(r.webhooks)
	t.Cleanup(calls.Close)
	t.Cleanup(webhooks.Close)
	r.addEndpoint(webhooks.URL)
	r.medusa = startMedusa(t, address, calls.URL, r.key, r.secret)
	return r
}

func (r *medusaRun) cart() *medusaCart {
	r.t.Helper()
	c, err := r.medusa.cart(strings.ToLower(r.t.Name()[strings.LastIndex(r.t.Name(), "/")+1:]) + "@example.org")
	require.NoError(r.t, err)
	return c
}

// pay pays a checkout in the sandbox, and waits until Coincart knows it.
func (r *medusaRun) pay(c *medusaCart) {
	r.t.Helper()
	page := newVisitor(r.t, "en").get(c.url).submit("/pay", map[string]string{"coin": "USDT", "payer_uid": alice})
	require.Contains(r.t, page.address.Path, "pay.html", page.text)
	page.submit("", map[string]string{"action": "pay"})
	r.becomes(c.checkout, "paid")
}

func (r *medusaRun) becomes(checkout, status string) {
	r.t.Helper()
	var now struct{ Status string }
	for end := time.Now().Add(patience); now.Status != status; {
		require.True(r.t, time.Now().Before(end), now.Status)
		r.api(http.MethodGet, "/checkouts/"+checkout+"?wait=5", nil, &now)
	}
}

// becomesOrder waits until an order came of the cart, and returns it.
func (r *medusaRun) becomesOrder(c *medusaCart) medusaOrder {
	r.t.Helper()
	var orders []medusaOrder
	require.Eventually(r.t, func() bool {
		var err error
		orders, err = c.orders()
		return assert.NoError(r.t, err) && len(orders) > 0 && orders[0].captures() > 0
	}, patience, 100*time.Millisecond)
	return orders[0]
}

// isPaidOnce says that one order came of the cart, that it was paid once, and that nothing went back.
func (r *medusaRun) isPaidOnce(c *medusaCart) medusaOrder {
	r.t.Helper()
	orders, err := c.orders()
	require.NoError(r.t, err)
	require.Len(r.t, orders, 1)
	require.Len(r.t, orders[0].Collections, 1)
	require.Len(r.t, orders[0].Collections[0].Payments, 1)
	payment := orders[0].Collections[0].Payments[0]
	require.Len(r.t, payment.Captures, 1)
	assert.Equal(r.t, "20", payment.Captures[0].Amount.String())
	assert.Empty(r.t, payment.Refunds)
	assert.Empty(r.t, r.refunds(c))
	return orders[0]
}

type coincartRefund struct{ ID, Worth, Reason string }

func (r *medusaRun) refunds(c *medusaCart) []coincartRefund {
	r.t.Helper()
	var list struct{ Data []coincartRefund }
	r.api(http.MethodGet, "/refunds?checkout="+c.checkout, nil, &list)
	return list.Data
}

// hook sends a webhook to Medusa, and returns when Medusa has handled it.
func (r *medusaRun) hook(headers http.Header, body []byte) {
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.medusa.address+"/hooks/payment/coincart_coincart", bytes.NewReader(body))
	assert.NoError(r.t, err)
	request.Header = headers.Clone()
	answer, err := http.DefaultClient.Do(request)
	if assert.NoError(r.t, err) {
		assert.Equal(r.t, http.StatusOK, answer.StatusCode)
		assert.NoError(r.t, answer.Body.Close())
	}
}

// The real Medusa takes payments by the real Coincart.
func TestMedusa_TakesPayments(t *testing.T) {
	if os.Getenv(medusaEnv) == "" {
		t.Skip("make test-medusa runs it")
	}
	run := startMedusaRun(t)
	for _, test := range []struct {
		name string
		run  func(*medusaRun)
	}{
		{"Webhook", (*medusaRun).webhookMakesTheOrder},
		{"AllAtOnce", (*medusaRun).allAtOnceMakeOneOrder},
		{"Refund", (*medusaRun).refundsOnce},
		{"Forged", (*medusaRun).forgedChangesNothing},
		{"OtherAmount", (*medusaRun).otherAmountIsAnotherCheckout},
		{"Lost", (*medusaRun).lostWebhookIsAskedFor},
		{"PaidStays", (*medusaRun).paidCannotBeReplaced},
	} {
		t.Run(test.name, func(t *testing.T) {
			own := *run
			own.t = t
			test.run(&own)
		})
	}
}

// The webhook alone makes the order: the buyer never comes back.
func (r *medusaRun) webhookMakesTheOrder() {
	c := r.cart()
	order, problem := c.complete()
	assert.Empty(r.t, order)
	assert.Contains(r.t, problem, "not authorized")
	r.pay(c)
	r.becomesOrder(c)
	r.isPaidOnce(c)
}

// The webhook arrives 50 times at once, while the buyer's page asks for the order ten times.
func (r *medusaRun) allAtOnceMakeOneOrder() {
	c := r.cart()
	r.webhooks.deaf.Store(true)
	r.pay(c)
	var headers []http.Header
	var bodies [][]byte
	r.webhooks.deaf.Store(false)
	require.Eventually(r.t, func() bool {
		headers, bodies = r.webhooks.about(c.checkout)
		return slices.ContainsFunc(bodies, func(body []byte) bool { return bytes.Contains(body, []byte("checkout.paid")) })
	}, patience, 10*time.Millisecond)
	paid := slices.IndexFunc(bodies, func(body []byte) bool { return bytes.Contains(body, []byte("checkout.paid")) })
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			if i%6 == 0 {
				c.complete()
				return
			}
			r.hook(headers[paid], bodies[paid])
		})
	}
	all.Wait()
	r.becomesOrder(c)
	time.Sleep(time.Second) // Medusa answers a webhook before it handles it
	order, problem := c.complete()
	assert.Empty(r.t, problem)
	assert.Equal(r.t, r.isPaidOnce(c).ID, order)
}

// The answers about a refund are lost until Medusa gives it up, and again when a person repeats it: the money goes back once.
func (r *medusaRun) refundsOnce() {
	c := r.cart()
	r.pay(c)
	payment := r.becomesOrder(c).Collections[0].Payments[0]
	r.calls.loseAnswer.Store(4)
	_, err := r.medusa.ask(http.MethodPost, "/admin/payments/"+payment.ID+"/refund", map[string]any{"amount": 5.5}, nil)
	require.Error(r.t, err, "Medusa forgets this refund")
	r.calls.loseAnswer.Store(2)
	_, err = r.medusa.ask(http.MethodPost, "/admin/payments/"+payment.ID+"/refund", map[string]any{"amount": 5.5}, nil)
	require.NoError(r.t, err, "a person tries again")
	made := r.refunds(c)
	require.Len(r.t, made, 1)
	assert.Equal(r.t, "5.50", made[0].Worth)
	headers, _ := r.calls.about(c.checkout + "/refunds")
	require.Len(r.t, headers, 4+3)
	for _, header := range headers {
		assert.Equal(r.t, headers[0].Get("Idempotency-Key"), header.Get("Idempotency-Key"))
	}
	orders, err := c.orders()
	require.NoError(r.t, err)
	require.Len(r.t, orders[0].Collections[0].Payments[0].Refunds, 1)
	assert.Equal(r.t, "5.5", orders[0].Collections[0].Payments[0].Refunds[0].Amount.String())
	_, err = r.medusa.ask(http.MethodPost, "/admin/payments/"+payment.ID+"/refund", map[string]any{"amount": 5.5}, nil)
	require.NoError(r.t, err)
	assert.Len(r.t, r.refunds(c), 2, "another refund of the same amount is another refund")
	_, err = r.medusa.ask(http.MethodPost, "/admin/payments/"+payment.ID+"/refund", map[string]any{"amount": 15}, nil)
	require.ErrorContains(r.t, err, "refund more than")
	assert.Len(r.t, r.refunds(c), 2)
}

// Nobody paid: signed with another secret, changed after it was signed, or signed and untrue, a webhook that says paid changes nothing.
func (r *medusaRun) forgedChangesNothing() {
	c := r.cart()
	headers, bodies := r.webhooks.about("checkout.paid")
	require.NotEmpty(r.t, headers, "a webhook of another cart")
	body := []byte(`{"type":"checkout.paid","data":{"object":"checkout","id":"` + c.checkout + `","status":"paid","reference":"` + c.session + `","amount":"20.00"}}`)
	unsigned, old := headers[0].Clone(), headers[0].Clone()
	unsigned.Del("Webhook-Signature")
	old.Set("Webhook-Timestamp", "1700000000")
	r.hook(headers[0], body)
	r.hook(unsigned, body)
	r.hook(old, bodies[0])
	r.hook(r.signed(body), body)
	time.Sleep(time.Second) // Medusa answers a webhook before it handles it
	order, problem := c.complete()
	assert.Empty(r.t, order)
	assert.Contains(r.t, problem, "not authorized")
	orders, err := c.orders()
	require.NoError(r.t, err)
	assert.Empty(r.t, orders)
}

// signed returns the headers of a webhook as Coincart signs it.
func (r *medusaRun) signed(body []byte) http.Header {
	r.t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	require.NoError(r.t, err)
	at := strconv.FormatInt(time.Now().Unix(), 10)
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte("evt_test." + at + "." + string(body)))
	return http.Header{
		"Content-Type": {"application/json"}, "Webhook-Id": {"evt_test"}, "Webhook-Timestamp": {at},
		"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))},
	}
}

// No webhook arrives. The page that the buyer comes back to asks, and the order is made.
func (r *medusaRun) lostWebhookIsAskedFor() {
	c := r.cart()
	r.webhooks.deaf.Store(true)
	defer r.webhooks.deaf.Store(false)
	r.pay(c)
	order, problem := c.complete()
	assert.Empty(r.t, problem)
	assert.Equal(r.t, r.isPaidOnce(c).ID, order)
	_, told := r.webhooks.about(c.checkout)
	assert.Empty(r.t, told)
}

// Another mug changes the amount: the checkout before is called off, and the new one is paid.
func (r *medusaRun) otherAmountIsAnotherCheckout() {
	c := r.cart()
	before := c.checkout
	_, err := r.medusa.ask(http.MethodPost, "/store/carts/"+c.id+"/line-items/"+c.item, map[string]any{"quantity": 2}, nil)
	require.NoError(r.t, err)
	r.becomes(before, "cancelled")
	require.NoError(r.t, c.startPayment())
	assert.NotEqual(r.t, before, c.checkout)
	r.pay(c)
	captures := r.becomesOrder(c).Collections[0].Payments[0].Captures
	require.Len(r.t, captures, 1)
	assert.Equal(r.t, "40", captures[0].Amount.String())
}

// A cart that was paid cannot be changed, and its payment cannot be replaced: the money would be forgotten.
func (r *medusaRun) paidCannotBeReplaced() {
	c := r.cart()
	r.webhooks.deaf.Store(true)
	defer r.webhooks.deaf.Store(false)
	r.pay(c)
	_, err := r.medusa.ask(http.MethodPost, "/store/carts/"+c.id+"/line-items/"+c.item, map[string]any{"quantity": 2}, nil)
	require.Error(r.t, err)
	require.Error(r.t, c.startPayment())
	order, problem := c.complete()
	assert.Empty(r.t, problem)
	assert.Equal(r.t, r.isPaidOnce(c).ID, order)
}
