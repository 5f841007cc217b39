package web_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
	"testing"

	webhook "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

const webhooksAt = "/admin/webhooks"

func (s *shop) endpoints() []models.WebhookEndpoint {
	s.t.Helper()
	list, err := s.db.Endpoints(s.t.Context(), "")
	require.NoError(s.t, err)
	return list
}

func TestOfficeWebhooks_MadeChangedTestedAndDeletedByOwners(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		owner.get(webhooksAt).is(http.StatusOK).has(english.T("admin.webhooks.empty"))
		form := []string{"url", "https://shop.example.org/hook", "types", "checkout.paid", "description", "Accounts", "public_key", "on"}
		assert.True(t, asksForCode(owner.post(webhooksAt, form...)), "a fresh code is needed")
		owner.stepUp()
		owner.post(webhooksAt, "url", "http://shop.example.org").is(http.StatusUnprocessableEntity).has(`id="url-problem"`)
		owner.post(webhooksAt, "url", "https://127.0.0.1/").is(http.StatusUnprocessableEntity).has(html.EscapeString(english.T("field.problem.public")))
		owner.post(webhooksAt, form...).redirects(webhooksAt)
		page := owner.get(webhooksAt).is(http.StatusOK).has(english.T("admin.webhook.secret.title"))
		secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`).FindString(html.UnescapeString(page.body))
		public := regexp.MustCompile(`whpk_[A-Za-z0-9+/]{43}=`).FindString(html.UnescapeString(page.body))
		require.NotEmpty(t, secret)
		require.NotEmpty(t, public)
		e := s.endpoints()[0]
		at := webhooksAt + "/" + e.ID
		assert.NotContains(t, html.UnescapeString(owner.get(at).is(http.StatusOK).body), secret)
		assert.Contains(t, html.UnescapeString(owner.get(at).body), public)

		owner.post(at, "url", "https://shop.example.org/two", "version", "1").redirects(at)
		owner.post(at, "url", "https://shop.example.org/three", "version", "1").is(http.StatusConflict).has(english.T("admin.refusal.stale"))
		owner.post(at, "url", "ftp://x", "version", "2").is(http.StatusUnprocessableEntity).has(`id="url-problem"`)
		changed := s.endpoints()[0]
		assert.Equal(t, "https://shop.example.org/two", changed.URL)
		assert.Empty(t, changed.Types)

		assert.NotContains(t, html.UnescapeString(owner.get(webhooksAt).body), secret, "told once")
		owner.post(at + "/rotate").redirects(at)
		renewed := owner.get(at).is(http.StatusOK)
		assert.NotContains(t, html.UnescapeString(renewed.body), secret)
		assert.Regexp(t, `whsec_[A-Za-z0-9+/]{43}=`, html.UnescapeString(renewed.body))
		owner.post(at + "/ping").redirects(at)
		owner.get(at).has(english.T("admin.notice.webhook_pinged"))
		owner.post(at + "/switch").redirects(at)
		owner.get(at).has(english.T("admin.endpoint_state.disabled"), english.T("admin.endpoint_reason.person"))
		owner.post(at + "/ping").is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.endpoint_off"))
		owner.post(at+"/switch", "on", "yes").redirects(at)
		owner.post(at+"/resend", "since", "yesterday").is(http.StatusUnprocessableEntity).has(`id="since-problem"`)
		owner.post(at+"/resend", "since", "2020-01-01T00:00").redirects(at)
		owner.get(at + "?state=elsewhere").is(http.StatusUnprocessableEntity)
		for _, wrong := range []string{"/nobody", "/" + models.NewID()} {
			owner.get(webhooksAt + wrong).is(http.StatusNotFound)
			owner.post(webhooksAt + wrong + "/ping").is(http.StatusNotFound)
			owner.get(at + "/deliveries" + wrong).is(http.StatusNotFound)
			owner.post(at + "/deliveries" + wrong + "/resend").is(http.StatusNotFound)
		}
		owner.post(at + "/delete").redirects(webhooksAt)
		assert.Empty(t, s.endpoints())
		assert.Equal(t, "webhook:"+e.ID, s.entry("webhook.delete").Subject)
	})
}

func TestOfficeWebhooks_DeliveriesAreShownAndSentAgain(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	s.money.Demo = true // receivers on this machine
	s.build()
	var status atomic.Int32
	status.Store(http.StatusInternalServerError)
	var verified atomic.Int32
	var verifier *webhook.Webhook
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if verifier.VerifyIgnoringTimestamp(body, r.Header) == nil {
			verified.Add(1)
		}
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, "<b>database down</b>")
	}))
	defer server.Close()
	owner := s.staffed(models.RoleOwner)
	owner.stepUp()
	e := models.WebhookEndpoint{URL: server.URL, Secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
	require.NoError(t, s.db.InsertEndpoint(t.Context(), &e))
	verifier, err := webhook.NewWebhook(e.Secret.Reveal())
	require.NoError(t, err)
	order, _ := modelstest.Paid(t, s.db)
	event := models.Event{Type: models.EventOrderPaid, ObjectID: "co_1", OrderID: order.ID, Sequence: 1}
	require.NoError(t, s.db.AddEvent(t.Context(), event, map[string]any{"id": "co_1", "marked": "<i>"}))
	s.work()
	at := webhooksAt + "/" + e.ID
	list, _, err := s.db.Deliveries(t.Context(), e.ID, "", "", 0)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, d := range list {
		if d.ObjectID == "co_1" {
			list[0] = d
		}
	}
	delivery := at + "/deliveries/" + list[0].ID
	owner.get(at).has(english.T("admin.delivery_state.waiting"), delivery, "order.paid")
	owner.get(at + "?state=parked").is(http.StatusOK).lacks(delivery)
	owner.get(delivery).is(http.StatusOK).has("webhook-id", list[0].EventID, "marked", "(500)", html.EscapeString("<b>database down</b>"))
	owner.get("/admin/orders/"+order.ID).is(http.StatusOK).has(english.T("admin.event.webhook", "Type", "order.paid"), delivery)
	viewer := s.staffed(models.RoleViewer)
	viewer.get("/admin/orders/" + order.ID).has(english.T("admin.event.webhook", "Type", "order.paid")).lacks(delivery)

	status.Store(http.StatusNoContent)
	owner.post(delivery + "/resend").redirects(delivery)
	s.work()
	owner.get(delivery).has(english.T("admin.delivery_state.delivered"), "(204)")
	assert.GreaterOrEqual(t, verified.Load(), int32(2))
	owner.get(at + "/deliveries/" + list[0].ID).lacks("whsec_")
}

func TestOfficeWebhooks_NobodyButOwners(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	for _, role := range []models.Role{models.RoleViewer, models.RoleOperator, models.RoleFinance} {
		c := s.staffed(role)
		c.get("/admin").lacks(`href="/admin/webhooks"`)
		c.get(webhooksAt).is(http.StatusForbidden)
		c.post(webhooksAt, "url", "https://shop.example.org").is(http.StatusForbidden)
		c.get(webhooksAt + "/" + models.NewID() + "/deliveries/" + models.NewID()).is(http.StatusForbidden)
	}
	assert.Empty(t, s.endpoints())
}
