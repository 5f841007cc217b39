package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
)

func TestOfficeLinks_MakeChangeSwitchAndCount(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.staffed(models.RoleOwner)
		b.stepUp()
		b.get("/admin/payment-links").is(http.StatusOK).has(english.T("admin.links.empty"))
		for _, kind := range models.LinkKinds() {
			b.get("/admin/payment-links/new?kind=" + string(kind)).is(http.StatusOK).has(english.T("admin.link_about." + string(kind)))
		}
		b.post("/admin/payment-links", "kind", "fixed").is(http.StatusUnprocessableEntity)
		b.post("/admin/payment-links", "kind", "nothing").is(http.StatusBadRequest)
		b.post("/admin/payment-links", "kind", "product", "sku", "NOT-THERE").is(http.StatusUnprocessableEntity)
		at := b.post("/admin/payment-links", "kind", "fixed", "title", "Mug fund", "slug", "mug-fund", "amount", "20.00", "max_uses", "5", "ask_email", "optional",
			"expires", "2099-01-01T10:00").is(http.StatusSeeOther).header.Get("Location")
		b.get(at).is(http.StatusOK).has(s.url+"/pay/mug-fund", "/embed/v1.js", "sha384-", english.T("admin.link.no_payments"))
		b.get("/admin/payment-links?q=fund").is(http.StatusOK).has("0 / 5", "$20.00", at)
		b.get("/admin/payment-links?q=nothing").is(http.StatusOK).has(english.T("admin.links.none"))
		b.get(at+"/card").is(http.StatusOK).has("pay-card", "$20.00", "/pay/mug-fund/qr.svg")
		b.post("/admin/payment-links", "kind", "fixed", "title", "Again", "slug", "mug-fund", "amount", "1").is(http.StatusUnprocessableEntity).has(english.T("field.problem.taken"))
		b.post(at, "version", "1", "title", "Mug fund 2", "amount", "25.00").is(http.StatusSeeOther)
		b.post(at, "version", "1", "title", "Mug fund 3", "amount", "25.00").is(http.StatusConflict)
		link, err := s.services.Links.BySlug(t.Context(), "mug-fund")
		require.NoError(t, err)
		assert.Equal(t, []string{"Mug fund 2", "25"}, []string{link.Title, link.Amount.String()})

		payer := s.browser()
		payer.payHosted(payer.start("mug-fund"))
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.work()
		b.get(at).is(http.StatusOK).has("$25.00", "25 USDT", english.T("admin.checkout_state.paid"), "/admin/orders/")
		b.post(at+"/switch", "to", "off").is(http.StatusSeeOther)
		payer.get("/pay/mug-fund").is(http.StatusOK).has(english.T("pay.closed.off", "Shop", "Osier"))
		b.post(at+"/switch", "to", "on").is(http.StatusSeeOther)

		entries, err := s.db.Audit(t.Context(), models.AuditFilter{Subject: "link:" + link.ID})
		require.NoError(t, err)
		var actions []string
		for _, e := range entries {
			actions = append(actions, e.Action)
		}
		assert.Equal(t, []string{"link.switch", "link.switch", "link.change", "link.create"}, actions)
	})
}

func TestOfficeLinks_InvoiceLines(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.staffed(models.RoleOwner)
	b.stepUp()
	form := url.Values{
		"kind": {"invoice"}, "title": {"Invoice 7"}, "email": {"eve@example.org"}, "due": {"2099-02-01"},
		"line_name": {"Work", "", "Travel"}, "line_quantity": {"3", "", ""}, "line_price": {"80.00", "", "12.40"},
	}
	at := b.sendAll("/admin/payment-links", form, nil).is(http.StatusSeeOther).header.Get("Location")
	b.get(at).is(http.StatusOK).has("Travel", "2099-02-01", "eve@example.org")
	b.get("/admin/payment-links").is(http.StatusOK).has("$252.40")
	form["line_price"] = []string{"x", "", "12.40"}
	b.sendAll("/admin/payment-links", form, nil).is(http.StatusUnprocessableEntity)
}

// The script of a button names the checkout that its form makes, so that it can follow it; nobody gets somebody else's.
func TestLink_FollowedByItsButton(t *testing.T) {
	s := newShop(t, sqlite)
	s.link()
	s.link(func(d *links.Draft) { d.Slug, d.Amount = "other", "3.00" })
	b, id := s.browser(), models.CheckoutPrefix+models.NewRef()
	b.get("/pay/mug-fund?checkout=" + id).is(http.StatusOK).has(`name="checkout" value="` + id + `"`)
	b.get("/pay/mug-fund?checkout=%3Cscript%3E").is(http.StatusOK).lacks(`name="checkout"`)
	assert.Equal(t, "/c/"+id, b.start("mug-fund", "checkout", id))
	assert.Equal(t, "/c/"+id, b.start("mug-fund", "checkout", id), "the same form makes one checkout")
	assert.NotEqual(t, "/c/"+id, b.start("other", "checkout", id), "not another link's")
	b.payHosted("/c/" + id)
	assert.NotEqual(t, "/c/"+id, s.browser().start("mug-fund", "checkout", id), "not one that somebody is paying")
}

func TestEmbed_IsSmallAndMayBeLoadedAnywhere(t *testing.T) {
	s := newShop(t, sqlite)
	for path, kind := range map[string]string{"/embed/v1.js": "text/javascript", "/embed/v1.css": "text/css"} {
		p := s.browser().get(path).is(http.StatusOK)
		assert.LessOrEqual(t, len(p.body), 3<<10)
		assert.True(t, strings.HasPrefix(p.header.Get("Content-Type"), kind))
		assert.Equal(t, []string{"*", "cross-origin"}, []string{p.header.Get("Access-Control-Allow-Origin"), p.header.Get("Cross-Origin-Resource-Policy")})
	}
}
