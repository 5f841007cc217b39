package web_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/web/admin"
)

// noCode says why a form of the back office needs no fresh code. Every other form needs one: whoever adds a form decides here, with a reason.
func noCode() map[string]string {
	const (
		entrance = "part of signing in, which asks for the code itself, or of leaving"
		account  = "one's own account; asks for the password itself"
		orders   = "changes the state of orders; prices and payments stay"
		reads    = "asks or writes down; changes no price, no order and no payment"
		books    = "decides about records; money moves only by a refund, which needs a code"
		stock    = "counts pieces; prices stay"
		goods    = "changes what is shown; prices stay"
		files    = "reads or writes a file; the import itself needs a code"
	)
	return map[string]string{
		"/login": entrance, "/setup/:token": entrance, "/invite/:token": entrance, "/logout": entrance, "/totp": entrance, "/step-up": entrance,
		"/account/alerts": "chooses one's own mails; changes no price, no order and no payment",
		"/account":        account, "/account/password": account, "/account/sessions/end": account, "/account/sessions/:session/end": account,

		"/orders/bulk/cancel": orders, "/orders/bulk/fulfil": orders, "/orders/:id/ship": orders, "/orders/:id/ship/correct": orders, "/orders/:id/ship/undo": orders, "/orders/:id/cancel": orders, "/cancellations": orders,
		"/orders/:id/note": reads, "/orders/:id/ask": reads, "/orders/:id/resend": reads, "/exports": reads, "/customers/:customer/note": reads, "/audit/export": reads,

		"/statements": books, "/statements/:day/fetch": books, "/statements/:day/seal": books, "/discrepancies/:id/settle": books,
		"/discrepancies/:id/accept": books, "/discrepancies/:id/assign": books, "/discrepancies/:id/note": books, "/discrepancies/:id/reopen": books, "/reviews/:id/decide": books, "/reviews/:id/ask": reads,

		"/stock/counts": stock, "/stock/counts/:id": stock, "/stock/counts/:id/book": stock, "/stock/counts/:id/drop": stock, "/stock/:id": stock,

		"/products/bulk/change": goods, "/products/preview/form": "stores nothing", "/products/:id/duplicate": "makes a hidden copy at the same prices",
		"/products/:id/delete": "only of what was never ordered", "/products/:id/move": goods,
		"/categories": goods, "/categories/:id": goods, "/categories/:id/move": goods, "/tags/rename": goods, "/tags/delete": goods,

		"/imports": files, "/imports/export/start": files, "/imports/:id/check": files, "/imports/:id/stop": files,
		"/imports/:id/pictures": "fetches pictures of a file that was imported",
	}
}

// TestOffice_EveryFormNeedsAFreshCodeOrSaysWhyNot walks the route table, so that a new form cannot forget the code.
func TestOffice_EveryFormNeedsAFreshCodeOrSaysWhyNot(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	reasons, prices := noCode(), map[string]bool{}
	for _, r := range s.staffRoutes() {
		if r.Method != http.MethodPost {
			continue
		}
		path := r.Path[len(admin.Home):]
		reason, excused := reasons[path]
		delete(reasons, path)
		switch {
		case r.StepUp:
			assert.False(t, excused, "%s needs a code; its reason is out of date: %s", path, reason)
		case r.ForPrices:
			prices[path] = true
			assert.False(t, excused, "%s asks for a code if prices change; its reason is out of date: %s", path, reason)
		default:
			assert.NotEmpty(t, reason, "%s needs a fresh code (admin.Fresh, or a permission with step-up), or a reason here", path)
		}
	}
	assert.Empty(t, slices.Sorted(maps.Keys(reasons)), "reasons without a form")
	assert.Equal(t, map[string]bool{"/products": true, "/products/:id": true}, prices, "forms of which only a part needs a code: each has a test of its own")
}
