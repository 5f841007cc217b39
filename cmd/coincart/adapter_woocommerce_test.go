package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// wooShop is a shop of docs/adapters/woocommerce: the plugin with doubles of WooCommerce in PHP's own server, behind a proxy that keeps the
// webhooks, so that a test can repeat or lose them.
type wooShop struct {
	t      *testing.T
	url    string // of the proxy
	direct string // of PHP's server
	folder string // what the doubles keep

	mu       sync.Mutex
	lost     bool // webhooks are answered here and do not arrive
	webhooks []wooWebhook
}

// wooWebhook is a webhook that reached the proxy, with the shop's answer.
type wooWebhook struct {
	header http.Header
	body   string
	status int
}

// wooOrder is what the shop tells of an order.
type wooOrder struct {
	ID       string   `json:"id"`
	Result   string   `json:"result"` // of a press on pay
	Redirect string   `json:"redirect"`
	State    string   `json:"state"`
	Status   string   `json:"status"`
	Credited int      `json:"credited"`
	Checkout string   `json:"checkout"`
	Notes    []string `json:"notes"`
	Refunds  int      `json:"refunds"`
	Error    string   `json:"error"`
}

// startWoo starts a shop with several workers until the test ends. newProxy makes the server in front of it.
func startWoo(t *testing.T, newProxy func(http.Handler) *httptest.Server) *wooShop {
	t.Helper()
	php, err := exec.LookPath("php")
	if err != nil {
		t.Skip("php is not installed (Debian: php-cli)")
	}
	w := &wooShop{t: t, folder: t.TempDir()}
	address := freeAddress(t)
	target, err := url.Parse("http://" + address)
	require.NoError(t, err)
	proxy := newProxy(w.keepWebhooks(httputil.NewSingleHostReverseProxy(target)))
	t.Cleanup(proxy.Close)
	w.url, w.direct = proxy.URL, target.String()

	var said output
	command := exec.CommandContext(t.Context(), php, "-d", "display_errors=stderr", "-S", address, filepath.Join(moduleRoot(t), "docs/adapters/woocommerce/tests/shop.php"))
	command.Env = append(os.Environ(), "DOUBLES_DIR="+w.folder, "DOUBLES_URL="+w.url, "PHP_CLI_SERVER_WORKERS=4")
	command.Stdout, command.Stderr = &said, &said
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) } // the workers too
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Cancel()
		_ = command.Wait()
		for _, problem := range []string{"PHP Warning", "PHP Notice", "PHP Deprecated", "PHP Fatal"} {
			assert.NotContains(t, said.String(), problem)
		}
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(w.folder, "errors.log"))
			t.Logf("the shop's errors:\n%s", log)
		}
	})
	require.Eventually(t, func() bool {
		answer, err := http.Get(target.String() + "/orders/1")
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusNotFound
	}, patience, 20*time.Millisecond)
	return w
}

func (w *wooShop) keepWebhooks(shop http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/wc-api/coincart/" {
			shop.ServeHTTP(answer, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		assert.NoError(w.t, err)
		r.Body = io.NopCloser(bytes.NewReader(body))
		got := wooWebhook{header: r.Header.Clone(), body: string(body), status: http.StatusNoContent}
		w.mu.Lock()
		lost := w.lost
		w.mu.Unlock()
		if !lost {
			recorder := httptest.NewRecorder()
			shop.ServeHTTP(recorder, r)
			got.status = recorder.Code
		}
		w.mu.Lock()
		w.webhooks = append(w.webhooks, got)
		w.mu.Unlock()
		answer.WriteHeader(got.status)
	})
}

// lose makes webhooks get lost on their way, or not any more.
func (w *wooShop) lose(lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = lost
}

// received returns the webhooks about a checkout that said this.
func (w *wooShop) received(checkout, event string) []wooWebhook {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []wooWebhook
	for _, one := range w.webhooks {
		if strings.Contains(one.body, checkout) && strings.Contains(one.body, `"type":"`+event+`"`) {
			list = append(list, one)
		}
	}
	return list
}

// send sends a webhook once more, with another body or another address if they are given, and returns the answer's status.
func (w *wooShop) send(one wooWebhook) int {
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/wc-api/coincart/", strings.NewReader(one.body))
	assert.NoError(w.t, err)
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		request.Header.Set(name, one.header.Get(name))
	}
	answer, err := http.DefaultClient.Do(request)
	if !assert.NoError(w.t, err) {
		return 0
	}
	assert.NoError(w.t, answer.Body.Close())
	return answer.StatusCode
}

func (w *wooShop) call(method, path string, body any) (o wooOrder) {
	w.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(w.t, err)
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(text))
	require.NoError(w.t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	require.NoError(w.t, err)
	if string(read) != "[]" {
		require.NoError(w.t, json.Unmarshal(read, &o), string(read))
	}
	return o
}

func (w *wooShop) order(id string) wooOrder { return w.call(http.MethodGet, "/orders/"+id, nil) }

// connection is what the plugin has stored of its connection.
func (w *wooShop) connection() map[string]string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.folder, "options.json"))
	require.NoError(w.t, err)
	var all struct {
		Connection map[string]string `json:"coincart_connection"`
	}
	require.NoError(w.t, json.Unmarshal(text, &all))
	return all.Connection
}

// buy places an order and presses pay.
func (w *wooShop) buy(total string) wooOrder {
	w.t.Helper()
	o := w.call(http.MethodPost, "/orders", map[string]string{"total": total})
	require.Equal(w.t, "success", o.Result)
	return o
}

// becomes waits until an order has a status.
func (w *wooShop) becomes(id, status string) wooOrder {
	w.t.Helper()
	o := w.order(id)
	for began := time.Now(); o.Status != status || status == "processing" && o.Credited == 0; o = w.order(id) { // WooCommerce saves, and then gives
		require.Less(w.t, time.Since(began), patience, "%+v", o)
		time.Sleep(20 * time.Millisecond)
	}
	return o
}

// wooTrial is a WooCommerce shop beside a Coincart shop and its exchange.
type wooTrial struct {
	*officeRun

	woo     *wooShop
	manager *visitor // of both shops
}

// connect does what a person does: the address on the settings page, Connect, and yes on the consent page.
func (w *wooTrial) connect() {
	w.t.Helper()
	secret := w.add(ownerEmail, "owner")
	v := w.signIn(ownerEmail, goodPassword, secret).visitor
	fresh := v.get(w.shop.Base+"/admin/step-up").submit("/step-up", map[string]string{"totp": w.code(secret)})
	require.Equal(w.t, http.StatusOK, fresh.status, fresh.text)

	refused := v.get(w.woo.url + "/wp-admin/admin-post.php?action=coincart_connect")
	assert.Equal(w.t, http.StatusForbidden, refused.status, "nobody has signed in at WordPress")
	address, err := url.Parse(w.woo.url)
	require.NoError(w.t, err)
	v.client.Jar.SetCookies(address, []*http.Cookie{{Name: "wordpress_logged_in", Value: "manager"}})
	page := (&webPage{visitor: v, address: address}).send("/wp-admin/admin.php", url.Values{
		"woocommerce_coincart_enabled": {"1"}, "woocommerce_coincart_title": {"Coins"}, "woocommerce_coincart_description": {""}, "woocommerce_coincart_address": {w.shop.Base + "/"},
	})
	assert.Contains(w.t, page.text, "Not connected")
	consent := page.follow(w.link(page))
	require.Equal(w.t, "/admin/api-keys/authorize", consent.address.Path, consent.text)
	require.Equal(w.t, http.StatusOK, consent.status, consent.text)
	assert.Contains(w.t, consent.text, "WooCommerce: 127.0.0.1")
	refused = v.get(w.woo.url + "/wc-api/coincart_paired/?code=of-somebody-else&state=of-somebody-else")
	assert.Equal(w.t, http.StatusForbidden, refused.status, "an answer that nobody here asked for")
	refused = consent.submit("/admin/api-keys/authorize", map[string]string{"answer": "no"})
	assert.Contains(w.t, refused.text, "was not connected")
	w.manager = v
	w.agree(page)
	for _, hop := range v.hops {
		assert.NotContains(w.t, hop, models.DemoKeyPrefix, "the key is in no address")
		if strings.HasPrefix(hop, w.woo.url+"/wc-api/coincart_paired/") {
			again := v.get(hop)
			assert.Equal(w.t, http.StatusForbidden, again.status, "a code is good once")
		}
	}
}

// agree presses Connect on the settings page, and yes on the consent page.
func (w *wooTrial) agree(settings *webPage) {
	w.t.Helper()
	done := settings.follow(w.link(settings)).submit("/admin/api-keys/authorize", map[string]string{"answer": "yes", "refund_limit": "500"})
	require.Equal(w.t, "/wp-admin/admin.php", done.address.Path, "%s\n%s", done.address, done.text)
	assert.Contains(w.t, done.text, "USD")
	assert.NotContains(w.t, done.text, models.DemoKeyPrefix, "the key is on no page")
}

// reconnected connects a second time: the shop goes on with its orders, with another key and one endpoint.
func (w *wooTrial) reconnected() {
	t := w.t
	waits, paid := w.woo.buy("20"), w.woo.buy("20")
	w.pay(paid.Redirect)
	w.woo.becomes(paid.ID, "processing")
	before := w.woo.connection()
	w.agree(w.manager.get(w.woo.url + "/wp-admin/admin.php"))
	now := w.woo.connection()
	assert.NotEqual(t, before["key"], now["key"])
	assert.NotEqual(t, before["secret"], now["secret"])
	endpoints, err := w.shop.Services.Hooks.List(t.Context(), "")
	require.NoError(t, err)
	own := slices.DeleteFunc(endpoints, func(e models.WebhookEndpoint) bool { return !strings.HasPrefix(e.URL, w.woo.url) })
	require.Len(t, own, 1)
	assert.Equal(t, now["endpoint"], own[0].ID)
	w.pay(waits.Redirect)
	assert.Equal(t, 1, w.woo.becomes(waits.ID, "processing").Credited)
	assert.Empty(t, w.woo.call(http.MethodPost, "/orders/"+paid.ID+"/refunds", map[string]string{"amount": "5.00"}).Error)
}

// link is where the button Connect leads.
func (w *wooTrial) link(page *webPage) string {
	for n := range page.root.Descendants() {
		if href := attribute(n, "href"); strings.Contains(href, "action=coincart_connect") {
			return href
		}
	}
	require.Fail(w.t, "no button", page.text)
	return ""
}

// pay pays a checkout on its page and at the exchange.
func (w *wooTrial) pay(page string) {
	w.t.Helper()
	placed := newVisitor(w.t, "en").get(page).submit("/pay", map[string]string{"coin": "USDT", "payer_uid": alice})
	orderNum := placed.address.Query().Get("orderNum")
	require.NotEmpty(w.t, orderNum, placed.text)
	require.NoError(w.t, w.platform.Pay(orderNum))
}

// paysUntold is pay for a shop that is not told by a webhook.
func (w *wooTrial) paysUntold(o wooOrder) {
	w.t.Helper()
	w.woo.lose(true)
	w.pay(o.Redirect)
	checkout := w.woo.order(o.ID).Checkout
	w.soon(func() bool { return len(w.woo.received(checkout, "checkout.paid")) == 1 }, "the webhook is lost")
	w.woo.lose(false)
	require.Equal(w.t, "pending", w.woo.order(o.ID).Status)
}

// tick lets the shop's clock run.
func (w *wooTrial) tick(ctx context.Context) {
	for last := time.Now(); ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		now := time.Now()
		w.clock.Advance(now.Sub(last))
		last = now
	}
}

// soon waits until something has happened that follows from work in the background.
func (w *wooTrial) soon(done func() bool, what string) {
	w.t.Helper()
	require.Eventually(w.t, done, patience, 20*time.Millisecond, what)
}

func (w *wooTrial) checkout(id string) models.Checkout {
	w.t.Helper()
	c, err := w.shop.store.Checkout(w.t.Context(), id)
	require.NoError(w.t, err)
	return c
}

// A shop connects, takes payments, and stays right whatever happens to webhooks and answers.
func TestE2E_WooCommerceAdapter(t *testing.T) {
	t.Parallel()
	w := &wooTrial{woo: startWoo(t, httptest.NewServer)}
	w.officeRun = startOffice(t, modelstest.SQLiteDSN(t), time.Now(), nothing)
	go w.tick(t.Context())
	w.connect()
	w.paidOnce()
	w.lostWebhooks()
	w.changedAmount()
	w.brokenShop()
	w.cancelledOrder()
	w.refundedOnce()
	w.reconnected()
	w.checkInvariants()
}

// paidOnce repeats the webhook at the same moment in several workers, and forges it.
func (w *wooTrial) paidOnce() {
	t := w.t
	o := w.woo.buy("32.24")
	assert.Equal(t, o.Redirect, w.woo.call(http.MethodPost, "/orders/"+o.ID+"/pay", nil).Redirect, "pay is pressed twice")
	w.pay(o.Redirect)
	paid := w.woo.becomes(o.ID, "processing")
	assert.Equal(t, 1, paid.Credited)
	w.soon(func() bool { return len(w.woo.received(paid.Checkout, "checkout.paid")) == 1 }, "the webhook arrives")
	told := w.woo.received(paid.Checkout, "checkout.paid")[0]
	assert.Equal(t, http.StatusNoContent, told.status)

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { assert.Equal(t, http.StatusNoContent, w.woo.send(told)) })
	}
	group.Wait()
	assert.Equal(t, paid, w.woo.order(o.ID), "and nothing has changed")

	other := w.woo.buy("20")
	forged := told
	forged.body = strings.NewReplacer(paid.Checkout, w.woo.order(other.ID).Checkout, `"reference":"`+o.ID, `"reference":"`+other.ID).Replace(told.body)
	require.NotEqual(t, told.body, forged.body)
	assert.Equal(t, http.StatusUnauthorized, w.woo.send(forged))
	forged.header = http.Header{}
	assert.Equal(t, http.StatusUnauthorized, w.woo.send(forged))
	assert.Equal(t, "pending", w.woo.order(other.ID).Status)

	// The same webhook, first seen by 20 requests at once.
	other = w.woo.buy("20")
	w.paysUntold(other)
	told = w.woo.received(w.woo.order(other.ID).Checkout, "checkout.paid")[0]
	w.woo.call(http.MethodPut, "/doubles/slow", map[string]int{"ms": 100})
	for range 20 {
		group.Go(func() { assert.Equal(t, http.StatusNoContent, w.woo.send(told)) })
	}
	group.Wait()
	assert.Equal(t, 1, w.woo.order(other.ID).Credited)
	w.woo.call(http.MethodPut, "/doubles/slow", map[string]int{})
}

// lostWebhooks lets the clock, and the page that says thank you, find what no webhook told.
func (w *wooTrial) lostWebhooks() {
	o := w.woo.buy("20")
	w.paysUntold(o)
	w.woo.call(http.MethodPost, "/cron", nil)
	assert.Equal(w.t, 1, w.woo.becomes(o.ID, "processing").Credited)

	o = w.woo.buy("20")
	w.paysUntold(o)
	thanks := w.checkout(w.woo.order(o.ID).Checkout).SuccessURL
	assert.Contains(w.t, thanks, w.woo.url+"/checkout/order-received/"+o.ID)
	newVisitor(w.t, "en").get(thanks)
	assert.Equal(w.t, 1, w.woo.becomes(o.ID, "processing").Credited)
}

// changedAmount changes an order before it is paid.
func (w *wooTrial) changedAmount() {
	t := w.t
	o := w.woo.buy("20")
	old := w.woo.order(o.ID).Checkout
	w.woo.call(http.MethodPost, "/orders/"+o.ID+"/total", map[string]string{"total": "25"})
	again := w.woo.call(http.MethodPost, "/orders/"+o.ID+"/pay", nil)
	now := w.woo.order(o.ID)
	require.NotEqual(t, old, now.Checkout)
	assert.Equal(t, models.CheckoutCancelled, w.checkout(old).Status)
	assert.Equal(t, "25", w.checkout(now.Checkout).Amount.String())
	w.soon(func() bool { return len(w.woo.received(old, "checkout.cancelled")) == 1 }, "the shop is told")
	assert.Equal(t, "pending", w.woo.order(o.ID).Status, "the end of the old checkout does not end the order")
	w.pay(again.Redirect)
	assert.Equal(t, 1, w.woo.becomes(o.ID, "processing").Credited)

	o = w.woo.buy("20") // it is changed while the payer pays
	w.woo.call(http.MethodPost, "/orders/"+o.ID+"/total", map[string]string{"total": "25"})
	w.pay(o.Redirect)
	held := w.woo.becomes(o.ID, "on-hold")
	assert.Zero(t, held.Credited)
	assert.Contains(t, strings.Join(held.Notes, "\n"), "20.00 USD")
}

// brokenShop lets another plugin throw while a payment is stored: the webhook is not taken for received, and comes again.
func (w *wooTrial) brokenShop() {
	t := w.t
	o := w.woo.buy("20")
	w.woo.call(http.MethodPut, "/doubles/broken", map[string]bool{"on": true})
	w.pay(o.Redirect)
	checkout := w.woo.order(o.ID).Checkout
	w.soon(func() bool { return len(w.woo.received(checkout, "checkout.paid")) == 1 }, "the webhook arrives")
	assert.Equal(t, http.StatusServiceUnavailable, w.woo.received(checkout, "checkout.paid")[0].status)
	assert.Equal(t, "pending", w.woo.order(o.ID).Status)
	w.woo.call(http.MethodPut, "/doubles/broken", map[string]bool{"on": false})
	w.clock.Advance(7 * time.Second) // the second try
	assert.Equal(t, 1, w.woo.becomes(o.ID, "processing").Credited)
}

// cancelledOrder ends the checkout with the order.
func (w *wooTrial) cancelledOrder() {
	o := w.woo.buy("20")
	checkout := w.woo.order(o.ID).Checkout
	w.woo.call(http.MethodDelete, "/orders/"+o.ID, nil)
	assert.Equal(w.t, models.CheckoutCancelled, w.checkout(checkout).Status)
	assert.Equal(w.t, "cancelled", w.woo.order(o.ID).Status)
}

// refundedOnce loses the answer of a refund, after which WooCommerce asks under another id.
func (w *wooTrial) refundedOnce() {
	t := w.t
	o := w.woo.buy("20")
	w.pay(o.Redirect)
	paid := w.woo.becomes(o.ID, "processing")
	refund := func(amount string) wooOrder {
		return w.woo.call(http.MethodPost, "/orders/"+o.ID+"/refunds", map[string]string{"amount": amount, "reason": "Broken"})
	}
	count := func() (list []string) {
		c := w.checkout(paid.Checkout)
		rows, err := w.shop.store.RefundsOf(t.Context(), c.OrderID)
		require.NoError(t, err)
		for _, r := range rows {
			list = append(list, r.Worth.Fixed(2))
		}
		slices.Sort(list)
		return list
	}
	w.woo.call(http.MethodPut, "/doubles/unreachable", map[string]string{"what": "answers"})
	assert.Contains(t, refund("5.00").Error, "timed out")
	assert.Equal(t, []string{"5.00"}, count(), "it was made, and the shop does not know it")
	w.woo.call(http.MethodPut, "/doubles/unreachable", map[string]string{})
	assert.Contains(t, refund("6.00").Error, "not known whether 5 was refunded")
	assert.Empty(t, refund("5.00").Error)
	assert.Equal(t, []string{"5.00"}, count(), "the next try finds it")
	assert.Empty(t, refund("5.00").Error)
	assert.Equal(t, []string{"5.00", "5.00"}, count(), "another one is another one")
	assert.Contains(t, refund("500.00").Error, "422")
	assert.Empty(t, refund("1.00").Error, "what was refused is not repeated")
	now := w.woo.order(o.ID)
	assert.Equal(t, 3, now.Refunds)
	assert.Contains(t, strings.Join(now.Notes, "\n"), "of 5.00 USD")
}

const wooFolder = "docs/adapters/woocommerce"

// The unit tests of the plugin are in PHP; the script of its block checkout is run with a double of WooCommerce's registry.
func TestWooCommerceAdapter_ItsOwnTests(t *testing.T) {
	t.Parallel()
	root := moduleRoot(t)
	for _, run := range []struct {
		program string
		args    []string
		says    string
	}{
		{"php", []string{"-d", "error_reporting=32767", "-d", "display_errors=1", filepath.Join(root, wooFolder, "tests/run.php")}, "ok    refunds"},
		{"node", []string{filepath.Join(root, wooFolder, "tests/blocks.js")}, "ok    the block checkout offers the payment method"},
	} {
		program, err := exec.LookPath(run.program)
		if err != nil {
			t.Skipf("%s is not installed (make packages)", run.program)
		}
		said, err := exec.CommandContext(t.Context(), program, run.args...).CombinedOutput()
		require.NoError(t, err, string(said))
		assert.Contains(t, string(said), run.says)
		assert.NotContains(t, string(said), "Warning")
		assert.NotContains(t, string(said), "Deprecated")
	}
}

// An adapter is to be read in one sitting.
func TestWooCommerceAdapter_IsThin(t *testing.T) {
	code := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(moduleRoot(t), wooFolder, "coincart-for-woocommerce"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			comment := strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "*")
			if !comment && strings.Trim(line, "[](){};, ") != "" { // brackets alone do not count
				code++
			}
		}
		return err
	}))
	t.Logf("%d lines of code", code)
	assert.LessOrEqual(t, code, 300)
}
