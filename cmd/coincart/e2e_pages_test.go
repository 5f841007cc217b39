package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	modelshooks "github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/web/admin"
)

// officePage is a page of the back office as somebody comes upon it.
type officePage struct {
	name    string
	route   string // of the table
	address string
	wrong   bool // answered with an error's status, which the browser's console repeats
}

// TestE2E_EveryAdminPage looks at every page of the back office, in both languages, on a desktop and on a phone: nothing may stick out
// sideways, and the browser must have nothing to complain about. A route of the table that is not looked at fails the test. Pictures are kept
// where the race detector is off (make e2e).
func TestE2E_EveryAdminPage(t *testing.T) {
	browsertest.Need(t)
	for _, tag := range []string{"en", "zh-Hans"} {
		dev := device{name: "office-" + tag, lang: tag, width: 1280, height: 900, still: true, blind: raceEnabled, limit: 8 * time.Minute}
		t.Run(tag, func(t *testing.T) {
			o := startOffice(t, modelstest.SQLiteDSN(t), instant(today, "10:00:00"), madeUpPast)
			g := &gallery{officeRun: o, ctx: openBrowser(t, dev), dev: dev, seen: map[string]bool{}}
			g.visitDoors()
			g.visitPages()
			for _, r := range o.shop.Server.OfficeTable() {
				if r.Method == http.MethodGet && !strings.HasSuffix(r.Path, "/file") { // a file is no page
					assert.True(t, g.seen[r.Path], "nobody looks at %s", r.Path)
				}
			}
			o.checkInvariants()
		})
	}
}

// madeUpPast is a year of orders of which the platform knows nothing.
func madeUpPast(o *officeRun, db *store.Store) []sandbox.Order {
	require.NoError(o.t, db.SeedOrders(o.t.Context(), 400, store.SeedSpec{Seed: 5, Until: o.clock.Now().Add(-time.Hour), Days: 20}))
	return nil
}

// gallery is somebody who looks at everything.
type gallery struct {
	*officeRun

	ctx  context.Context //nolint:containedctx // of the browser, which every step needs
	dev  device
	seen map[string]bool
}

// look opens a page and takes its picture.
func (g *gallery) look(p officePage) {
	g.t.Helper()
	quiet := listenForErrors(g.ctx, g.t)
	ctx, cancel := context.WithTimeout(g.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Navigate(g.shop.Base+p.address))
	require.NoError(g.t, err, p.name)
	require.NotNil(g.t, response, p.name)
	assert.Equal(g.t, p.wrong, response.Status >= http.StatusBadRequest, "%s is answered with %d", p.address, response.Status)
	g.take(p)
	if !p.wrong {
		quiet()
	}
}

// take takes the picture of what is open.
func (g *gallery) take(p officePage) {
	g.t.Helper()
	picture(g.ctx, g.t, g.dev, g.dev.name+"-"+p.name, chromedp.FullScreenshot(100))
	g.seen[p.route] = true
}

func (g *gallery) do(actions ...chromedp.Action[chromedp.Void]) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.ctx, patience)
	defer cancel()
	require.NoError(g.t, chromedp.Do(ctx, actions...))
}

// visitDoors looks at what is seen before and while signing in, and signs in.
func (g *gallery) visitDoors() {
	g.t.Helper()
	accounts := g.shop.Server.Accounts()
	setup, needed, err := accounts.CreateSetupLink(g.t.Context())
	require.NoError(g.t, err)
	require.True(g.t, needed)
	g.look(officePage{"setup", "/admin/setup/:token", admin.SetupPath(setup), false})
	made, err := accounts.Create(g.t.Context(), staff.CommandLine(), staff.NewAccount{
		Email: ownerEmail, Name: "Olga Owner", Password: ownerPassword, Lang: g.dev.lang,
	}, models.RoleOwner)
	require.NoError(g.t, err)
	invitation, err := accounts.Invite(g.t.Context(), staff.CommandLine(), "a.rather.long.address.of.a.person@department.example.org", models.RoleFinance)
	require.NoError(g.t, err)
	g.look(officePage{"invitation", "/admin/invite/:token", admin.InvitePath(invitation), false})
	g.look(officePage{"used-link", "/admin/setup/:token", admin.SetupPath(setup), true})
	g.look(officePage{"login", "/admin/login", "/admin/login", false})

	quiet := listenForErrors(g.ctx, g.t)
	g.do(typeInto("#email", ownerEmail), typeInto("#password", ownerPassword), follow(`.gate button[type=submit]`), visible("#code"))
	g.take(officePage{name: "code", route: "/admin/totp"})
	g.do(typeInto("#code", g.code(made.Key.Secret.Reveal())), follow(`.gate button[type=submit]`), visible(".side__user"))
	g.look(officePage{"step-up", "/admin/step-up", "/admin/step-up", false})
	g.do(typeInto("#totp", g.code(made.Key.Secret.Reveal())), follow(`.gate button[type=submit]`), visible(".side__user"))
	quiet()
}

// visitPages looks at everything that an owner can open.
func (g *gallery) visitPages() {
	g.t.Helper()
	order, cancelled, exported := g.work()
	delivery := g.webhook()
	customer, err := g.shop.store.CustomerID(order.Email)
	require.NoError(g.t, err)
	for _, p := range []officePage{
		{"dashboard", "/admin", "/admin", false},
		{"dashboard-20-days", "/admin", "/admin?span=30d", false},
		{"inbox", "/admin/inbox", "/admin/inbox", false},
		{"orders", "/admin/orders", "/admin/orders", false},
		{"orders-none", "/admin/orders", "/admin/orders?q=nobody@example.com", false},
		{"orders-filter", "/admin/orders", "/admin/orders?sort=sideways", true},
		{"order", "/admin/orders/:id", "/admin/orders/" + order.ID, false},
		{"order-unknown", "/admin/orders/:id", "/admin/orders/" + models.NewID(), true},
		{"customers", "/admin/customers", "/admin/customers", false},
		{"customer", "/admin/customers/:customer", "/admin/customers/" + customer, false},
		{"customer-unknown", "/admin/customers/:customer", "/admin/customers/" + models.NewID(), true},
		{"cancellations", "/admin/cancellations", "/admin/cancellations", false},
		{"coins", "/admin/coins", "/admin/coins", false},
		{"coin", "/admin/coins/:symbol", "/admin/coins/USDT", false},
		{"coin-new", "/admin/coins/new", "/admin/coins/new", false},
		{"coin-unknown", "/admin/coins/:symbol", "/admin/coins/NONE", true},
		{"price-source", "/admin/price-sources/:source", "/admin/price-sources/exchange", false},
		{"price-source-new", "/admin/price-sources/new", "/admin/price-sources/new", false},
		{"statements", "/admin/statements", "/admin/statements", false},
		{"statement", "/admin/statements/:day", "/admin/statements/" + yesterday, false},
		{"statement-never-fetched", "/admin/statements/:day", "/admin/statements/2026-11-03", false},
		{"statement-future", "/admin/statements/:day", "/admin/statements/2027-11-03", true},
		{"refunds", "/admin/refunds", "/admin/refunds", false},
		{"exports", "/admin/exports", "/admin/exports", false},
		{"tasks", "/admin/tasks", "/admin/tasks", false},
		{"task-cancel", "/admin/tasks/:id", "/admin/tasks/" + cancelled.ID, false},
		{"task-export", "/admin/tasks/:id", "/admin/tasks/" + exported.ID, false},
		{"audit", "/admin/audit", "/admin/audit", false},
		{"staff", "/admin/staff", "/admin/staff", false},
		{"api-keys", "/admin/api-keys", "/admin/api-keys", false},
		{"api-key", "/admin/api-keys/:id", "/admin/api-keys/" + g.apiKey(), false},
		{"pair", "/admin/api-keys/authorize", "/admin/api-keys/authorize?" + pairing().Encode(), false},
		{"webhooks", "/admin/webhooks", "/admin/webhooks", false},
		{"webhook", "/admin/webhooks/:id", "/admin/webhooks/" + delivery.EndpointID, false},
		{"webhook-delivery", "/admin/webhooks/:id/deliveries/:delivery", "/admin/webhooks/" + delivery.EndpointID + "/deliveries/" + delivery.ID, false},
		{"settings", "/admin/settings", "/admin/settings", false},
		{"settings-mail", "/admin/settings/:group", "/admin/settings/mail", false},
		{"settings-legal", "/admin/settings/:group", "/admin/settings/legal?page=privacy", false},
		{"settings-unknown", "/admin/settings/:group", "/admin/settings/nothing", true},
		{"keys", "/admin/settings/keys", "/admin/settings/keys", false},
		{"health", "/admin/health", "/admin/health", false},
		{"account", "/admin/account", "/admin/account", false},
		{"new-authenticator", "/admin/account/totp", "/admin/account/totp", false},
		{"no-such-page", "", "/admin/nothing", true},
	} {
		g.look(p)
	}
	for _, p := range g.cataloguePages() {
		g.look(p)
	}
	for _, p := range g.pricingPages() {
		g.look(p)
	}
	for _, p := range g.linkPages() {
		g.look(p)
	}
	for _, p := range g.importPages() {
		g.look(p)
	}
	for _, p := range g.stockPages(order) {
		g.look(p)
	}
}

// work does what fills the pages: orders, a note, a refund, a statement, tasks.
func (g *gallery) work() (order models.Order, cancelled, exported models.Task) {
	g.t.Helper()
	ctx, service := g.t.Context(), g.shop.Services.Payments
	people, err := g.shop.Server.Accounts().People(ctx)
	require.NoError(g.t, err)
	by := models.Actor{StaffID: people[0].ID, Who: people[0].Email, RemoteAddr: "192.0.2.1", RequestID: "gallery"}

	order = g.paidOrder("a-shopper-with-a-long-address@a-provider-with-a-long-name.example.org")
	require.NoError(g.t, service.AddNote(ctx, order.ID, "Asks for the blue one: "+strings.Repeat("https://shop.example.org/a/very/long/link/", 3), models.NewRef(), by))
	_, err = service.RequestRefund(ctx, payments.RefundInput{
		OrderID: order.ID, AttemptID: order.PaidAttemptID, Amount: models.MustAmount("1.25"), Reason: "One was broken", FormToken: models.NewRef(),
	}, by)
	require.NoError(g.t, err)
	pending, _ := g.order("slow@example.org")
	cancelled, err = service.StartCancel(ctx, []string{pending.ID, order.ID}, models.NewRef(), by)
	require.NoError(g.t, err)
	exported, err = g.shop.Services.Books.StartExport(ctx, books.Export{What: books.ExportPayments, Format: books.FormatCSV, From: yesterday, To: today}, models.NewRef(), by)
	require.NoError(g.t, err)
	_, err = g.shop.Services.Books.StartStatement(ctx, yesterday, models.NewRef(), by)
	require.NoError(g.t, err)
	g.order("waiting@example.org")
	g.finished()
	return order, cancelled, exported
}

// apiKey makes a key and returns its row's id.
func (g *gallery) apiKey() string {
	g.t.Helper()
	key, _, err := g.shop.Services.Keys.Create(g.t.Context(), staff.CommandLine(), keys.Draft{Name: "Accounts", Scopes: []string{"orders:read"}, Days: 30})
	require.NoError(g.t, err)
	return key.ID
}

// pairing is what a program sends with an owner who is to give it a key.
func pairing() url.Values {
	challenge := sha256.Sum256([]byte(strings.Repeat("v", 43)))
	return url.Values{
		"application": {"Accounts"}, "scopes": {"orders:read refunds:write"}, "redirect": {"https://accounts.example.org/paired"}, "state": {"s1"},
		"challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])},
	}
}

// webhook adds an endpoint that nobody answers, and returns what it was told.
func (g *gallery) webhook() models.Delivery {
	g.t.Helper()
	ctx, hooks := g.t.Context(), g.shop.Services.Hooks
	made, err := hooks.Create(ctx, staff.CommandLine(), nil, modelshooks.Draft{URL: "https://LOCALHOST:9/webhooks"})
	require.NoError(g.t, err)
	require.NoError(g.t, hooks.Ping(ctx, staff.CommandLine(), made.ID, ""))
	_, err = g.shop.store.PublishToEndpoints(ctx, 100)
	require.NoError(g.t, err)
	list, _, err := hooks.Deliveries(ctx, made.ID, "", "", "", 0)
	require.NoError(g.t, err)
	require.NotEmpty(g.t, list)
	return list[0]
}
