package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
)

// checkout buys two mugs up to the checkout's form.
func checkout(v *visitor, shop string) *webPage {
	v.t.Helper()
	product := v.get(shop).follow("/products/stoneware-mug")
	require.Equal(v.t, http.StatusOK, product.status)
	options := product.choices("variant")
	require.NotEmpty(v.t, options)
	cart := product.submit("/cart/items", map[string]string{"variant": options[0], "quantity": "2"})
	if cart.address.Path != "/cart" {
		cart = cart.follow("/cart")
	}
	require.Contains(v.t, cart.text, "/products/stoneware-mug", "the cart shows what was put into it")
	form := cart.follow("/checkout")
	require.Equal(v.t, http.StatusOK, form.status)
	return form
}

// toNewYork adds an address that goods can be sent to.
func toNewYork(fields map[string]string) map[string]string {
	all := map[string]string{
		"name": "Ada Lovelace", "country": "US", "region": "NY", "line1": "350 Fifth Avenue", "city": "New York", "postcode": "10118",
	}
	maps.Copy(all, fields)
	return all
}

// pay presses pay on the sandbox's page and waits until the shop says paid; it returns the order's page and how long it took.
func pay(p *webPage) (order *webPage, took time.Duration) {
	t := p.visitor.t
	t.Helper()
	require.Contains(t, p.address.Path, "pay.html", p.text)
	pressed := time.Now()
	order = p.submit("", map[string]string{"action": "pay"})
	require.Contains(t, order.address.Path, "/payments/return/", "the platform sends the shopper back")
	for !order.shows("status--good") {
		require.Less(t, time.Since(pressed), patience, order.text)
		time.Sleep(50 * time.Millisecond)
		order = p.visitor.get(order.address.String())
	}
	return order, time.Since(pressed)
}

// ownOrder opens the order's own page, which the page that the platform sends the shopper back to names to the browser that ordered.
func ownOrder(returned *webPage) *webPage {
	t := returned.visitor.t
	t.Helper()
	for n := range returned.root.Descendants() {
		if href := attribute(n, "href"); n.Data == "a" && strings.Contains(href, "/orders/") {
			target, err := returned.address.Parse(href)
			require.NoError(t, err)
			return returned.visitor.get(target.String())
		}
	}
	require.Fail(t, "no link to the order", returned.text)
	return nil
}

func TestE2E_WithoutScripts(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		d := startDemo(t, map[string]string{"COINCART_DATABASE": dsn})
		v := newVisitor(t, "en")
		placed := checkout(v, d.shop).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "name": "Ada", "coin": "USDT", "payer_uid": alice}))
		order, took := pay(placed)
		assert.Less(t, took, payWithin)
		assert.Contains(t, order.text, say("order.state.paid.title"))
		t.Logf("ready after %s, paid %s after pressing pay", d.took.Round(time.Millisecond), took.Round(time.Millisecond))

		assert.NotContains(t, order.text, "ada@example.org")
		own := ownOrder(order)
		assert.Contains(t, own.text, "ada@example.org")

		// The cart is empty again, the receipt is written, and the rules hold.
		assert.NotContains(t, v.get(d.shop+"/cart").text, `action="/cart/items/`)
		require.Eventually(t, func() bool {
			mails, err := filepath.Glob(filepath.Join(d.data, "mail", "*.eml"))
			return err == nil && len(mails) == 2
		}, patience, 20*time.Millisecond, "a mail for the order and one for the payment")
		require.Zero(t, d.stop())
		assert.Equal(t, result{stdout: "All invariants hold.\n"}, runCommand(t, map[string]string{"COINCART_DATABASE": dsn}, "invariants"))

		// All is kept over a restart: the order, the cart, the session.
		again := startDemo(t, map[string]string{"COINCART_DATABASE": dsn, "COINCART_DATA_DIR": d.data, "COINCART_ADDR": strings.TrimPrefix(d.shop, "http://")})
		kept := v.get(again.shop + own.address.Path)
		assert.True(t, kept.shows("status--good"))
		assert.Contains(t, kept.text, "ada@example.org", "the browser still knows its order")
	})
}

func TestE2E_RefusalIsExplainedAndMended(t *testing.T) {
	d := startDemo(t, nil)
	v := newVisitor(t, "en")
	page := checkout(v, d.shop).submit("/checkout", toNewYork(map[string]string{"email": "bob@example.org", "coin": "USDT", "payer_uid": bob}))
	if strings.Contains(page.address.Path, "pay.html") { // the sandbox notices the balance only here
		assert.Empty(t, page.choices("action"))
		page = page.submit("", map[string]string{"action": "fail"})
	}
	if strings.Contains(page.address.Path, "/payments/return/") {
		page = ownOrder(page)
	}
	require.Eventually(t, func() bool {
		page = v.get(page.address.String())
		return page.shows("status--warn")
	}, patience, 50*time.Millisecond, "the order's page says that the payment failed")

	order, _ := pay(page.submit("/pay", map[string]string{"coin": "BTC", "payer_uid": alice}))
	assert.Contains(t, order.text, say("order.state.paid.title"), "another payer mends it")
}

func TestE2E_RealShopBesideASandbox(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		r := startRealShop(t, dsn, nil)
		assert.Regexp(t, "^"+r.address+"/admin/setup/[A-Z2-7]{26}$", r.shop.find(`(http\S+/admin/setup/\S+)`), "the first owner's link")
		secrets := markSecrets(t, r)
		v := newVisitor(t, "zh-CN")

		// The payer signs in at the platform, so that openId and token travel.
		form := checkout(v, r.address)
		consent := form.submit("/payments/connect", map[string]string{"email": "ada@example.org", "country": "CN", "region": "BJ", "line1": "Jianguo Lu 1"})
		require.Contains(t, consent.address.Path, "login.html")
		form = consent.submit("", map[string]string{"uid": alice})
		require.Equal(t, "/checkout", form.address.Path)
		require.Contains(t, form.text, "ada@example.org", "what was typed before is kept")
		require.Contains(t, form.text, "Jianguo Lu 1")
		placed := form.submit("/checkout", map[string]string{"coin": "ETH", "name": "Ada", "city": "Beijing", "postcode": "100022"})
		order, took := pay(placed)
		assert.Less(t, took, payWithin)
		assert.Contains(t, order.text, sayIn("zh-Hans", "order.state.paid.title"))

		// What only the payer's browser and the platform may know: the pay page's address carries it.
		query := placed.address.Query()
		for _, name := range []string{"openId", "token"} {
			require.NotEmpty(t, query.Get(name), "the payer is signed in")
			secrets["the payer's "+name] = query.Get(name)
		}
		for _, cookie := range v.client.Jar.Cookies(order.address) {
			secrets["the cookie "+cookie.Name] = cookie.Value
		}
		addPlaintexts(t, r, secrets)

		health := runProgram(t, r.program, r.env, "healthcheck")
		assert.Equal(t, result{stdout: "ready\n"}, health)
		r.shop.end()
		assert.Equal(t, exitFailed, runProgram(t, r.program, r.env, "healthcheck").code)
		assert.Equal(t, result{stdout: "All invariants hold.\n"}, runProgram(t, r.program, r.env, "invariants"))

		// E9, I13: none of it is in logs, mails or the database. The places are looked at with something that they must have.
		places := map[string]string{
			"the shop's log":    r.shop.stdout.String() + r.shop.stderr.String(),
			"the sandbox's log": r.sandbox.stdout.String() + r.sandbox.stderr.String(),
			"the mails":         readAll(t, filepath.Join(r.env["COINCART_DATA_DIR"], "mail")),
			"the database":      dumpDatabase(t, dsn),
		}
		require.Contains(t, places["the shop's log"], "/payments/notify")
		require.Contains(t, places["the mails"], "ada@example.org")
		require.Contains(t, places["the database"], "ada@example.org")
		require.Contains(t, places["the database"], filepath.Base(order.address.Path))
		for place, text := range places {
			for what, secret := range secrets {
				assert.NotContains(t, strings.ToLower(text), strings.ToLower(secret), "%s has %s", place, what)
			}
		}
	})
}

// markSecrets gives the payer balances that can be told from any other number, and collects what is secret from the start.
func markSecrets(t *testing.T, r *realShop) map[string]string {
	t.Helper()
	secrets := map[string]string{"a balance": "918273.645546", "another balance": "81726.35445362"}
	body := `{"balances":{"USDT":"918273.645546","ETH":"81726.35445362"}}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, r.platform+"/sandbox/api/users/"+alice, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	for _, party := range []string{"merchant", "platform"} {
		text, err := os.ReadFile(filepath.Join(r.keys, party+".pem"))
		require.NoError(t, err)
		for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			if i > 1 && len(line) == 64 { // the first lines of all keys are alike
				secrets["the "+party+"'s private key, line "+string(rune('a'+i))] = line
			}
		}
	}
	return secrets
}

// addPlaintexts adds what was inside of all envelopes, as the sandbox remembers it.
func addPlaintexts(t *testing.T, r *realShop, secrets map[string]string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.platform+"/sandbox/api/traffic", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var traffic []map[string]any
	require.NoError(t, json.NewDecoder(response.Body).Decode(&traffic))
	found := 0
	for _, exchange := range traffic {
		for _, value := range exchange {
			if text, ok := value.(string); ok && strings.HasPrefix(text, "{") && !strings.Contains(text, `"app_id"`) && !strings.Contains(text, `"sign"`) {
				found++
				secrets["the plaintext "+text] = text
			}
		}
	}
	require.GreaterOrEqual(t, found, 6, "requests and answers of createThirdOrder, token and orderDetail: %v", traffic)
}

// readAll is the content of all files of a folder.
func readAll(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}
