package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestOfficeCustomers_FoundByMailAndExported(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		owner, viewer := s.staffed(models.RoleOwner), s.staffed(models.RoleViewer)
		viewer.get("/admin/customers").is(http.StatusOK).has(`name="q"`, order.Email)
		viewer.get("/admin/customers?q=nobody@example.org").is(http.StatusOK).has(english.T("admin.customers.none")).lacks(order.Email)
		viewer.get("/admin/customers?sort=name").is(http.StatusUnprocessableEntity)
		at := viewer.customer(strings.ToUpper(order.Email[2:]))
		viewer.get("/admin/orders/" + order.ID).has(`href="` + at + `"`)
		assert.NotContains(t, at, "@")
		assert.NotContains(t, strings.ToLower(at), "ann")
		viewer.get(at).is(http.StatusOK).has(order.Email, order.NumberText).lacks("/export", "/erase")
		viewer.post(at + "/export").is(http.StatusForbidden)
		viewer.post(at+"/erase", "sure", "yes").is(http.StatusForbidden)
		for _, wrong := range []string{"/admin/customers/x", at[:len(at)-1], strings.ToUpper(at)[len("/admin/customers/"):], at + "0"} {
			if !strings.HasPrefix(wrong, "/") {
				wrong = "/admin/customers/" + wrong
			}
			owner.get(wrong).is(http.StatusNotFound)
		}

		assert.True(t, asksForCode(owner.post(at+"/export")), "a fresh code is needed")
		owner.stepUp()
		answer := owner.post(at + "/export").is(http.StatusOK)
		assert.Contains(t, answer.header.Get("Content-Disposition"), "attachment")
		assert.Equal(t, "application/json", answer.header.Get("Content-Type"))
		var person struct {
			Orders []struct {
				Number, State, Email, Name, Total string
				Lines                             []struct{ SKU string }
				Payments                          []struct{ State, Coin, Amount string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(answer.body), &person))
		require.Len(t, person.Orders, 1)
		told := person.Orders[0]
		assert.Equal(t, []string{order.NumberText, "paid", order.Email, order.Name, order.Total.String()}, []string{told.Number, told.State, told.Email, told.Name, told.Total})
		assert.Equal(t, "MUG-BLUE", told.Lines[0].SKU)
		assert.Equal(t, order.Attempts[0].Amount.String(), told.Payments[0].Amount)
		entry := s.entry("customer.export")
		assert.Equal(t, "customer:"+strings.TrimPrefix(at, "/admin/customers/"), entry.Subject)
		assert.NotContains(t, entry.Subject+entry.Before+entry.After, order.Email)
	})
}

func TestOfficeCustomers_ErasedOnceTheirOrdersAreDone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("1")
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		at := owner.customer(order.Email)
		owner.post(at+"/erase", "sure", "yes").is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.customer_open"), order.NumberText)
		owner.post("/admin/orders/"+order.ID+"/ship", "form_token", models.NewRef()).is(http.StatusSeeOther)
		s.work()
		before := len(s.mails.all())
		owner.post(at + "/erase").is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.customer_unsure"))
		owner.post(at+"/erase", "sure", "yes").redirects("/admin/customers")
		owner.get("/admin/customers").has(english.T("admin.notice.customer_erased", "Text", "1"))
		owner.get(at).is(http.StatusNotFound)
		owner.post(at+"/erase", "sure", "yes").is(http.StatusNotFound)
		owner.get("/admin/customers?q=" + order.Email).has(english.T("admin.customers.none"))
		erased, err := s.db.Order(t.Context(), order.ID)
		require.NoError(t, err)
		assert.Empty(t, erased.Email+erased.Name)
		assert.Equal(t, order.Total, erased.Total)
		owner.get("/admin/orders/"+order.ID).is(http.StatusOK).has(english.T("admin.order.erased")).
			lacks(order.Email, order.ID+"/resend", order.ID+"/refund", "/admin/customers/")
		s.browser().get("/orders/" + order.Ref).is(http.StatusOK).lacks(order.Email)
		owner.post("/admin/orders/"+order.ID+"/resend", "form_token", models.NewRef(), "kind", "order_sent")
		s.work()
		assert.Len(t, s.mails.all(), before, "there is nobody to write to")
		assert.NotContains(t, s.entry("customer.erase").Subject, "@")
		_, broken, err := s.db.VerifyAudit(t.Context())
		require.NoError(t, err)
		assert.Nil(t, broken)
	})
}

// customer returns the address of the customer that a search finds.
func (c *clerk) customer(search string) string {
	c.s.t.Helper()
	found := regexp.MustCompile(`/admin/customers/[0-9a-f]{48}`).FindString(c.get("/admin/customers?q=" + url.QueryEscape(search)).is(http.StatusOK).body)
	require.NotEmpty(c.s.t, found, "%q finds nobody", search)
	return found
}

func TestOfficeCustomers_NotesOfTheCustomerAndTheOrdersAreTogether(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("1")
		clerk, viewer := s.staffed(models.RoleOperator), s.staffed(models.RoleViewer)
		at := clerk.customer(order.Email)
		token := models.NewRef()
		for range 2 { // a second press adds nothing
			clerk.post(at+"/note", "text", "Rings twice", "form_token", token).redirects(at)
		}
		clerk.post("/admin/orders/"+order.ID+"/note", "text", "Wrapped", "form_token", models.NewRef()).is(http.StatusSeeOther)
		page := viewer.get(at).is(http.StatusOK).has("Rings twice", "Wrapped", "/admin/orders/"+order.ID).lacks(at + "/note")
		assert.Equal(t, 1, strings.Count(page.body, "Rings twice"))
		clerk.post(at+"/note", "text", " ", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(english.T("field.problem.missing"))
		viewer.post(at+"/note", "text", "x", "form_token", models.NewRef()).is(http.StatusForbidden)
		clerk.post("/admin/customers/"+strings.Repeat("0", 48)+"/note", "text", "x", "form_token", models.NewRef()).is(http.StatusNotFound)
		clerk.get("/admin/customers").has(english.N("admin.customers.notes", 1))
		assert.NotContains(t, s.entry("customer.note").After, "Rings")
	})
}
