package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments/sandbox"
)

// oddRun is a shop at an exchange whose tokens lapse after a minute, whose amounts are written as Java writes them, and whose order numbers
// are hexadecimal. Shop and exchange are processes of their own.
type oddRun struct {
	*realShop

	t      *testing.T
	office *visitor
	secret models.Secret
	step   int64 // of the next code of the authenticator, each of which is good once
}

// middayZone is a time zone in which it is about noon, so that no day ends during a test.
func middayZone() (name string, zone *time.Location) {
	hours := 12 - time.Now().UTC().Hour()
	return fmt.Sprintf("Etc/GMT%+d", -hours), time.FixedZone("", hours*60*60)
}

func startOdd(t *testing.T, dsn, zone string) *oddRun {
	t.Helper()
	r := startRealShop(t, dsn, map[string]string{"COINCART_PLATFORM_TIMEZONE": zone}, "--token-ttl", "1m", "--hex-order-numbers", "--timezone", zone)
	o := &oddRun{realShop: r, t: t, office: newVisitor(t, "en"), step: staff.Step(time.Now()) - 1}
	o.becomeOwner(r.shop.find(`(http\S+/admin/setup/\S+)`))
	return o
}

// control calls the control API of the sandbox.
func (o *oddRun) control(method, path string, body, into any) {
	o.t.Helper()
	sent, err := json.Marshal(body)
	require.NoError(o.t, err)
	request, err := http.NewRequestWithContext(o.t.Context(), method, o.platform+"/sandbox/api"+path, bytes.NewReader(sent))
	require.NoError(o.t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(o.t, err)
	defer answer.Body.Close()
	require.Equal(o.t, http.StatusOK, answer.StatusCode, path)
	if into != nil {
		require.NoError(o.t, json.NewDecoder(answer.Body).Decode(into))
	}
}

// writeAsJava switches on that amounts are written as Java writes them, everywhere, and one more fault.
func (o *oddRun) writeAsJava(more ...sandbox.Fault) {
	o.t.Helper()
	o.control(http.MethodPut, "/faults", append(sandbox.Faults{{Kind: sandbox.FaultJavaAmount}, {Kind: sandbox.FaultCallbackJavaAmount}}, more...), nil)
}

func (o *oddRun) platformOrders() []sandbox.Order {
	o.t.Helper()
	var orders []sandbox.Order
	o.control(http.MethodGet, "/orders", struct{}{}, &orders)
	return orders
}

// code is the next code of the authenticator; three of them are good within half a minute.
func (o *oddRun) code() string {
	o.t.Helper()
	require.Eventually(o.t, func() bool { return o.step <= staff.Step(time.Now())+1 }, patience, 100*time.Millisecond)
	code, err := staff.Code(o.secret, o.step)
	require.NoError(o.t, err)
	o.step++
	return code
}

func (o *oddRun) becomeOwner(link string) {
	o.t.Helper()
	page := o.office.get(link)
	for n := range page.root.Descendants() {
		if attribute(n, "id") == "qr-secret" {
			o.secret = models.Secret(strings.ReplaceAll(textOf(n), " ", ""))
		}
	}
	o.step = max(o.step, staff.Step(time.Now())-1)
	done := page.submit(strings.TrimPrefix(link, o.address), map[string]string{
		"email": ownerEmail, "name": "Olga Owner", "password": ownerPassword, "code": o.code(),
	})
	require.Equal(o.t, http.StatusOK, done.status, done.text)
	fresh := o.office.get(o.address+"/admin/step-up").submit("/step-up", map[string]string{"totp": o.code()})
	require.Equal(o.t, http.StatusOK, fresh.status, fresh.text)
}

// textOf is the text below a node.
func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}

// answer sends the form whose action ends like this and that has a field of this name and value.
func (p *webPage) answer(action, name, value string, changes map[string]string) *webPage {
	p.visitor.t.Helper()
	for n := range p.root.Descendants() {
		if n.Data == "form" && attribute(n, "method") == "post" && strings.HasSuffix(attribute(n, "action"), action) && offers(n, name, value) {
			values := fields(n)
			values.Set(name, value)
			for name, value := range changes {
				require.True(p.visitor.t, offers(n, name, value), "the form has no field %s=%s:\n%s", name, value, p.text)
				values.Set(name, value)
			}
			return p.send(attribute(n, "action"), values)
		}
	}
	require.Fail(p.visitor.t, "no such form", "%s with %s=%s on %s (%d):\n%s", action, name, value, p.address, p.status, p.text)
	return nil
}

// oddSale is an order as those see it who take part in it.
type oddSale struct {
	own    *webPage // the shopper's page of the order
	number string   // for people, such as #1001
	made   string   // the exchange's number
}

// buy signs in if that is needed, places an order of two mugs, pays, and waits until the order's page shows a state. The token lapses twice
// meanwhile: before the order is placed, and while the payer looks at the exchange's page, which refuses it then. The shopper goes back and
// presses pay again.
func (o *oddRun) buy(v *visitor, state string) oddSale {
	o.t.Helper()
	form := checkout(v, o.address)
	o.lapse(false)
	page := form.submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "name": "Ada", "coin": "USDT"}))
	if !strings.Contains(page.address.Path, "pay.html") {
		page = o.signIn(page).submit("/checkout", map[string]string{"coin": "USDT"})
	}
	require.Contains(o.t, page.address.Path, "pay.html", page.text)
	made := page.address.Query().Get("orderNum")
	require.Regexp(o.t, "^[0-9a-f]{32}$", made)
	back := regexp.MustCompile(`/payments/return/[A-Z2-7]{26}`).FindString(page.text)
	require.NotEmpty(o.t, back, page.text)
	o.lapse(false)
	refused := page.submit("", map[string]string{"action": "pay"})
	require.Contains(o.t, refused.address.Path, "pay.html", "the exchange refuses a token that has lapsed")
	page = v.get(o.address+back).submit("/order/pay", nil)
	require.Equal(o.t, made, page.address.Query().Get("orderNum"), "the same order of the exchange: %s", page.text)
	page = page.submit("", map[string]string{"action": "pay"})
	require.Contains(o.t, page.address.Path, "/payments/return/", page.text)
	begun := time.Now()
	own := ownOrder(page)
	for !strings.Contains(own.text, say("order."+state+".title")) {
		require.Less(o.t, time.Since(begun), patience, own.text)
		time.Sleep(100 * time.Millisecond)
		own = v.get(own.address.String())
	}
	number := regexp.MustCompile(`#\d{4,}`).FindString(own.text)
	require.NotEmpty(o.t, number, own.text)
	return oddSale{own, number, made}
}

// lapse ends the time of all tokens, as a minute does; the time of the refresh tokens too if all is true.
func (o *oddRun) lapse(all bool) {
	o.t.Helper()
	o.control(http.MethodPost, "/tokens/expire", map[string]bool{"refreshTokens": all}, nil)
}

// signIn signs in at the exchange, from the page that asks for it, and comes back to the checkout.
func (o *oddRun) signIn(page *webPage) *webPage {
	o.t.Helper()
	if !strings.Contains(page.address.Path, "login.html") {
		page = page.submit("/payments/connect", nil)
	}
	require.Contains(o.t, page.address.Path, "login.html", page.text)
	form := page.submit("", map[string]string{"uid": alice})
	require.Equal(o.t, "/checkout", form.address.Path)
	require.Contains(o.t, form.text, "ada@example.org", "what was typed before is kept")
	require.Contains(o.t, form.text, "350 Fifth Avenue")
	return form
}

// find searches in the back office, and opens the only order that it finds.
func (o *oddRun) find(text string) *webPage {
	o.t.Helper()
	list := o.office.get(o.address + "/admin/orders?q=" + url.QueryEscape(text))
	links := regexp.MustCompile(`href="(/admin/orders/[0-9a-f-]{36})"`).FindAllStringSubmatch(list.text, -1)
	require.NotEmpty(o.t, links, list.text)
	for _, link := range links {
		require.Equal(o.t, links[0][1], link[1], "one order has %s", text)
	}
	return o.office.get(o.address + links[0][1])
}

// await loads the order in the back office until it shows a text.
func (o *oddRun) await(sale oddSale, text string) {
	o.t.Helper()
	page := o.find(sale.made)
	for begun := time.Now(); !strings.Contains(page.text, text); page = o.office.get(page.address.String()) {
		require.Less(o.t, time.Since(begun), patience, "%s in %s", text, page.text)
		time.Sleep(100 * time.Millisecond)
	}
}

// ship sends all that is left of an order.
func (o *oddRun) ship(sale oddSale, parcel string) {
	o.t.Helper()
	page := o.find(sale.number).submit("/ship", map[string]string{"carrier": "Carrier pigeons", "number": parcel})
	require.Equal(o.t, http.StatusOK, page.status, page.text)
	require.Contains(o.t, page.text, parcel)
	require.Contains(o.t, page.text, say("admin.fulfilment.sent"))
}

// decide decides the only case of an order.
func (o *oddRun) decide(sale oddSale, action, decision string) {
	o.t.Helper()
	page := o.find(sale.made).answer(action, "decision", decision, map[string]string{"note": "Seen by Olga"})
	require.Equal(o.t, http.StatusOK, page.status, page.text)
}

// file makes a file of what a page shows, and reads its rows by the names of their columns.
func (o *oddRun) file(page *webPage, what string) []map[string]string {
	o.t.Helper()
	task := page.answer("/admin/exports", "what", what, map[string]string{"format": "csv"})
	link := regexp.MustCompile(`href="(/admin/tasks/[^"]+/file[^"]*)"`)
	for begun := time.Now(); !link.MatchString(task.text); task = o.office.get(task.address.String()) {
		require.Less(o.t, time.Since(begun), patience, task.text)
		time.Sleep(100 * time.Millisecond)
	}
	file := o.office.get(o.address + html.UnescapeString(link.FindStringSubmatch(task.text)[1]))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.text, "\ufeff"))).ReadAll()
	require.NoError(o.t, err)
	require.NotEmpty(o.t, rows)
	var read []map[string]string
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = cells[i]
		}
		read = append(read, row)
	}
	return read
}

// withoutLedger is the address of the exchange as one that is no sandbox, which does not show its ledger.
func (o *oddRun) withoutLedger() string {
	target, err := url.Parse(o.platform)
	require.NoError(o.t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sandbox/") {
			http.NotFound(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	o.t.Cleanup(front.Close)
	return front.URL
}

// The whole story at an odd exchange: sign in, buy, pay exactly, short and over, decide, refund a piece, send, reconcile, export.
func TestE2E_AtAnOddPlatform(t *testing.T) {
	modelstest.EachEmpty(t, func(t *testing.T, dsn string) {
		name, zone := middayZone()
		day := time.Now().In(zone).Format(time.DateOnly)
		o := startOdd(t, dsn, name)
		o.writeAsJava()
		v := newVisitor(t, "en")
		exact := o.buy(v, "state.paid")
		o.writeAsJava(sandbox.Fault{Kind: sandbox.FaultUnderpaid, Way: sandbox.OffHalf})
		under := o.buy(v, "review.differs") // the token was refreshed
		o.lapse(true)
		short := o.buy(v, "review.differs") // signed in again
		o.writeAsJava(sandbox.Fault{Kind: sandbox.FaultOverpaid, Way: sandbox.OffDigit})
		over := o.buy(v, "review.differs")
		o.writeAsJava()

		o.decide(under, "/decide", string(models.DecideAcceptAmount))
		o.decide(over, "/decide", string(models.DecideAcceptAmount))
		o.decide(short, "/refund", string(models.DecideRefund))
		assert.Contains(t, o.find(under.made).text, say("admin.order_state.underpaid"))
		assert.Contains(t, o.find(over.made).text, say("admin.order_state.overpaid"))
		page := o.find(exact.made)
		line := regexp.MustCompile(`id="refund-([0-9a-f-]{36})"`).FindStringSubmatch(page.text)
		require.Len(t, line, 2, page.text)
		refunded := page.submit("/refund", map[string]string{"pieces-" + line[1]: "1", "reason": "One arrived broken"})
		require.Equal(t, http.StatusOK, refunded.status, refunded.text)
		for i, sale := range []oddSale{exact, under, over} {
			o.ship(sale, fmt.Sprintf("PARCEL-%d", i+1))
		}
		o.await(exact, say("admin.refund_state.accepted"))
		o.await(short, say("admin.refund_state.accepted"))

		o.checkBooks(day, []oddSale{exact, under, short, over})
		for platform, says := range map[string]string{o.platform: "the orders of the sandbox", o.withoutLedger(): "the stored statements: payments: 4"} {
			compared := runProgram(t, o.program, o.env, "invariants", "--platform", "--platform-url", platform)
			assert.Zero(t, compared.code, compared.stdout+compared.stderr)
			assert.Contains(t, compared.stdout, says)
		}
		for _, sale := range []oddSale{exact, under, over} {
			assert.Contains(t, v.get(sale.own.address.String()).text, "PARCEL-")
		}
		assert.NotContains(t, o.shop.stderr.String(), `"level":"ERROR"`)
		assert.NotContains(t, o.shop.stderr.String(), "level=ERROR")
	})
}

// checkBooks fetches the statement of the day, which must balance and confirm the refunds, and reads the files that are made of it.
func (o *oddRun) checkBooks(day string, sales []oddSale) {
	o.t.Helper()
	page := o.office.get(o.address+"/admin/statements").answer("/admin/statements", "day", day, nil)
	require.Equal(o.t, http.StatusOK, page.status, page.text)
	o.await(sales[0], say("admin.refund_state.confirmed"))
	report := runProgram(o.t, o.program, o.env, "reconcile", "--day", day)
	assert.Zero(o.t, report.code, report.stdout+report.stderr)
	assert.Regexp(o.t, `Matched +lines: 6, refunds among them: 2`, report.stdout)

	theirs := map[string]string{}
	for _, order := range o.platformOrders() {
		theirs[order.AppOrderID] = string(order.Amount)
	}
	lines := o.file(o.office.get(o.address+"/admin/statements/"+day), "statement")
	require.Len(o.t, lines, len(sales)+2)
	require.Len(o.t, theirs, len(lines))
	for _, line := range lines {
		id := line["merchant order ID"]
		assert.Zero(o.t, rat(o.t, theirs[id]).Cmp(rat(o.t, line["amount"])), "%s: %s, %s", id, theirs[id], line["amount"])
		assert.NotContains(o.t, line["amount"], "E")
	}
	numbers := map[string]bool{}
	for _, row := range o.file(o.office.get(o.address+"/admin/orders"), "orders") {
		numbers[row["order number"]] = true
	}
	for _, sale := range sales {
		assert.True(o.t, numbers[sale.number], "the file has %s: %v", sale.number, numbers)
	}
}
