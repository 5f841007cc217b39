package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/sandbox"
)

// paidOrder is an order that was paid at the platform and settled here.
func (s *shop) paidOrder(quantity string) models.Order {
	s.t.Helper()
	_, order := s.browser().place(quantity)
	require.NoError(s.t, s.platform.Pay(order.Current().OrderNum))
	s.work()
	order, err := s.db.Order(s.t.Context(), order.ID)
	require.NoError(s.t, err)
	require.Equal(s.t, models.OrderPaid, order.State)
	return order
}

func (s *shop) openOrder() models.Order {
	s.t.Helper()
	_, order := s.browser().place("1")
	return order
}

func (s *shop) state(id string) models.OrderState {
	s.t.Helper()
	order, err := s.db.Order(s.t.Context(), id)
	require.NoError(s.t, err)
	return order.State
}

func TestOrder_ShowsEverythingThatIsKnown(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		c := s.staffed(models.RoleFinance)
		c.post("/admin/orders/"+order.ID+"/note", "text", "Called the shopper", "form_token", models.NewRef()).redirects("/admin/orders/" + order.ID)
		p := c.get("/admin/orders/" + order.ID).is(http.StatusOK)
		checkStaffPage(t, "order", p)
		a := order.Current()
		p.has(order.NumberText, order.Email, "MUG-BLUE", "$12.00", "$24.00", a.AppOrderID, a.OrderNum, "24 USDT", alice, "Called the shopper", c.person.Email)
		assert.LessOrEqual(t, len(s.statements()), 10, "%s", strings.Join(s.statements(), "\n"))
	})
}

func TestOrder_NoteIsWrittenOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.openOrder()
		c := s.staffed(models.RoleOperator)
		path, token := "/admin/orders/"+order.ID+"/note", models.NewRef()
		c.post(path, "text", "", "form_token", token).is(http.StatusUnprocessableEntity)
		c.post(path, "text", strings.Repeat("x", models.MaxNote+1), "form_token", token).is(http.StatusUnprocessableEntity)
		c.post(path, "text", "no token").is(http.StatusBadRequest)
		c.post("/admin/orders/"+models.NewID()+"/note", "text", "x", "form_token", models.NewRef()).is(http.StatusNotFound)
		for range 3 {
			c.post(path, "text", "only once", "form_token", token, "who", "boss@shop.example", "staff_id", "x", "created_at", "2001-01-01").redirects("/admin/orders/" + order.ID)
		}
		notes := modelstest.OrderFile(t, s.db, order.ID).Notes
		require.Len(t, notes, 1)
		assert.Equal(t, c.person.Email, notes[0].Who)
		assert.Equal(t, c.person.ID, notes[0].StaffID)
		assert.Equal(t, s.clock.Now(), notes[0].CreatedAt)
		assert.Equal(t, "order:"+order.ID, s.entry("order.note").Subject)
	})
}

func TestOrder_FulfilOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order, open := s.paidOrder("1"), s.openOrder()
		c := s.staffed(models.RoleOperator)
		path := "/admin/orders/" + order.ID
		c.post(path+"/ship", "number", strings.Repeat("1", payments.MaxTracking+1), "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		c.post(path+"/ship", "link", "javascript:alert(1)", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		c.post(path+"/ship", "number", "TRACK-1", "state", "refunded", "total", "0", "paid_at", "", "form_token", models.NewRef()).redirects(path)
		c.post(path+"/ship", "number", "TRACK-2", "form_token", models.NewRef()).is(http.StatusConflict)
		c.post("/admin/orders/"+open.ID+"/ship", "number", "x", "form_token", models.NewRef()).is(http.StatusConflict)
		stored, err := s.db.Order(t.Context(), order.ID)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentSent, stored.Fulfilment)
		shipments, err := s.db.ShipmentsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Len(t, shipments, 1)
		assert.Equal(t, "TRACK-1", shipments[0].Number)
		assert.Equal(t, order.Total.String(), stored.Total.String())
		assert.Equal(t, models.OrderAwaiting, s.state(open.ID))
		s.work()
		told := 0
		for _, m := range s.mails.all() {
			if strings.Contains(m.Text, "TRACK-1") {
				assert.Equal(t, order.Email, m.To)
				told++
			}
		}
		assert.Equal(t, 1, told, "the shopper is told once")
		c.get(path).is(http.StatusOK).has("TRACK-1")
	})
}

func TestOrder_CancelSaysWhatCameOfIt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleOperator)
		open := s.openOrder()
		c.post("/admin/orders/" + open.ID + "/cancel").redirects("/admin/orders/" + open.ID)
		assert.Equal(t, models.OrderCancelled, s.state(open.ID))
		calls := len(s.platform.Traffic(1000))
		c.post("/admin/orders/" + open.ID + "/cancel").is(http.StatusConflict) // the second click
		assert.Len(t, s.platform.Traffic(1000), calls, "and no call to the platform")

		beingPaid := s.openOrder()
		require.NoError(t, s.platform.Pay(beingPaid.Current().OrderNum))
		c.post("/admin/orders/" + beingPaid.ID + "/cancel").redirects("/admin/orders/" + beingPaid.ID)
		assert.Equal(t, models.OrderPaid, s.state(beingPaid.ID), "paid wins")

		unknown := s.openOrder()
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnreachable}}))
		c.post("/admin/orders/" + unknown.ID + "/cancel").redirects("/admin/orders/" + unknown.ID)
		assert.Equal(t, models.OrderAwaiting, s.state(unknown.ID))
		require.NoError(t, s.platform.SetFaults(nil))
	})
}

func TestOrder_AskAndResend(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleOperator)
		order := s.openOrder()
		require.NoError(t, s.platform.Pay(order.Current().OrderNum))
		c.post("/admin/orders/" + order.ID + "/ask").redirects("/admin/orders/" + order.ID)
		assert.Equal(t, models.OrderPaid, s.state(order.ID))
		s.work()
		n, token := len(s.mails.all()), models.NewRef()
		for range 2 {
			c.post("/admin/orders/"+order.ID+"/resend", "kind", string(models.MailPaymentReceived), "form_token", token).redirects("/admin/orders/" + order.ID)
		}
		s.work()
		assert.Len(t, s.mails.all(), n+1, "a double click is one mail")
		for _, kind := range []string{"", "nonsense", string(models.MailOrderSent)} {
			c.post("/admin/orders/"+order.ID+"/resend", "kind", kind, "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		}
	})
}

func TestBulk_CancelsInATaskThatSurvivesAReload(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		open, beingPaid := s.openOrder(), s.openOrder()
		require.NoError(t, s.platform.Pay(beingPaid.Current().OrderNum))
		c := s.staffed(models.RoleOperator)
		for from, to := range map[string]string{"/admin/cancellations": "/admin/cancellations", "/admin/orders": "/admin/orders/bulk/cancel"} {
			c.get(from).is(http.StatusOK).has(open.ID, to)
			c.sendAll(to, url.Values{"form_token": {models.NewRef()}}, nil).is(http.StatusUnprocessableEntity)
			c.sendAll(to, url.Values{"form_token": {models.NewRef()}, "id": {"' OR 1=1"}}, nil).is(http.StatusConflict)
			c.sendAll(to, url.Values{"id": {open.ID}}, nil).is(http.StatusBadRequest)
			many := make([]string, 101)
			for i := range many {
				many[i] = models.NewID()
			}
			c.sendAll(to, url.Values{"form_token": {models.NewRef()}, "id": many}, nil).is(http.StatusUnprocessableEntity)
		}
		form := url.Values{"form_token": {models.NewRef()}, "id": {open.ID, beingPaid.ID, open.ID, models.NewID()}}
		task := c.sendAll("/admin/cancellations", form, nil).is(http.StatusSeeOther).header.Get("Location")
		assert.Equal(t, task, c.sendAll("/admin/cancellations", form, nil).is(http.StatusSeeOther).header.Get("Location"), "a second click is the same task")
		c.get(task).is(http.StatusOK).has("task-status")
		s.work()
		for range 2 {
			p := c.get(task).is(http.StatusOK)
			checkStaffPage(t, task, p)
			p.has(open.NumberText, beingPaid.NumberText, open.ID, beingPaid.ID)
		}
		part := c.fragment(task).is(http.StatusOK).has("task-status", open.NumberText)
		assert.False(t, strings.Contains(part.body, "<html"), "the part alone")
		assert.Equal(t, models.OrderCancelled, s.state(open.ID))
		assert.Equal(t, models.OrderPaid, s.state(beingPaid.ID))
		rows, err := s.db.TaskRows(t.Context(), task[len("/admin/tasks/"):], 0, 10)
		require.NoError(t, err)
		var outcomes []string
		for _, r := range rows {
			outcomes = append(outcomes, r.Outcome)
		}
		assert.Equal(t, []string{"cancelled", "paid", "gone"}, outcomes)
		c.get("/admin/tasks").is(http.StatusOK).has(task, c.person.Email)
	})
}

func TestBulk_FulfilsRowByRow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		paid, open := s.paidOrder("1"), s.openOrder()
		c := s.staffed(models.RoleOperator)
		sent := url.Values{"id": {paid.ID, open.ID, models.NewID()}, "form_token": {models.NewRef()}}
		task := c.sendAll("/admin/orders/bulk/fulfil", sent, nil).is(http.StatusSeeOther).header.Get("Location")
		assert.Equal(t, task, c.sendAll("/admin/orders/bulk/fulfil", sent, nil).is(http.StatusSeeOther).header.Get("Location"), "a second press")
		s.work()
		for range 2 { // the result is still there when it is loaded again
			p := c.get(task).is(http.StatusOK).has(paid.NumberText, open.NumberText, english.T("admin.outcome.fulfilled"), english.T("admin.refusal.not_fulfillable"))
			checkStaffPage(t, "bulk", p)
		}
		shipped, err := s.db.Order(t.Context(), paid.ID)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentSent, shipped.Fulfilment)
		assert.Equal(t, models.OrderAwaiting, s.state(open.ID))
		refused := c.sendAll("/admin/orders/bulk/fulfil", nil, http.Header{"Referer": {s.url + "/admin/orders?state=awaiting"}}).is(http.StatusUnprocessableEntity)
		refused.has(open.ID).lacks(paid.ID)
	})
}

func TestReview_IsDecidedOnceWithANote(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.openOrder()
		require.NoError(t, s.db.OpenReview(t.Context(), models.Review{
			ID: models.NewID(), Kind: models.ReviewMismatch, Subject: "x", OrderID: order.ID, Note: "amount <b>differs</b>", Open: true, CreatedAt: s.clock.Now(), UpdatedAt: s.clock.Now(),
		}))
		reviews, _, err := s.db.ReviewPage(t.Context(), true, "", 10)
		require.NoError(t, err)
		require.Len(t, reviews, 1)
		id := reviews[0].ID
		viewer, c := s.staffed(models.RoleViewer), s.staffed(models.RoleFinance)
		viewer.get("/admin/inbox").is(http.StatusOK).has("amount &lt;b&gt;differs", order.NumberText).lacks("/admin/reviews/"+id+"/decide", "<b>differs")
		c.get("/admin/inbox").is(http.StatusOK).has("/admin/reviews/" + id + "/decide")
		assert.LessOrEqual(t, len(s.statements()), 8)
		c.get("/admin/orders?unusual=1").has(order.ID)
		decide := func(id, decision, note string) page {
			return c.post("/admin/reviews/"+id+"/decide", "decision", decision, "note", note, "form_token", models.NewRef())
		}
		decide(id, "noted", "").is(http.StatusUnprocessableEntity)
		decide(id, "accept", "x").is(http.StatusConflict).has(english.T("admin.refusal.decided"))
		decide(id, "refund", "x").is(http.StatusConflict)
		decide(id, "nonsense", "x").is(http.StatusConflict)
		decide(id, "noted", "Looked at it").redirects("/admin/inbox")
		decide(id, "noted", "Again").is(http.StatusConflict)
		decide(models.NewID(), "noted", "x").is(http.StatusNotFound)
		c.get("/admin/inbox").lacks(id)
		c.get("/admin/inbox?all=1").has("Looked at it")
	})
}

func TestAudit_IsFilteredByDayAndExportedToThoseWhoMayReadIt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.openOrder()
		finance, operator := s.staffed(models.RoleFinance), s.staffed(models.RoleOperator)
		operator.post("/admin/orders/"+order.ID+"/note", "text", "hello", "form_token", models.NewRef()).is(http.StatusSeeOther)
		today, yesterday := s.clock.Now().Format(time.DateOnly), s.clock.Now().AddDate(0, 0, -1).Format(time.DateOnly)
		finance.get("/admin/audit?action=order.&from="+today+"&to="+today).is(http.StatusOK).has(order.ID, "/admin/audit/export")
		finance.get("/admin/audit?action=order.&to=" + yesterday).is(http.StatusOK).has(english.T("admin.audit.none")).lacks(order.ID)
		finance.get("/admin/audit?from=yesterday").is(http.StatusUnprocessableEntity).has(english.T("field.problem.day"))
		finance.get("/admin/audit?from=" + today + "&to=" + yesterday).is(http.StatusUnprocessableEntity)

		form := url.Values{"format": {"csv"}, "form_token": {models.NewRef()}, "action": {"order."}, "from": {today}, "to": {today}}
		operator.sendAll("/admin/audit/export", form, nil).is(http.StatusForbidden)
		task := finance.sendAll("/admin/audit/export", form, nil).is(http.StatusSeeOther).header.Get("Location")
		s.work()
		file := finance.get(task + "/file").is(http.StatusOK)
		assert.Contains(t, file.body, "order.note,order:"+order.ID)
		assert.NotContains(t, file.body, "session.")
		operator.get(task).is(http.StatusOK).lacks(task + "/file")
		operator.get(task + "/file").is(http.StatusForbidden)
		finance.sendAll("/admin/audit/export", url.Values{"format": {"pdf"}, "form_token": {models.NewRef()}}, nil).is(http.StatusUnprocessableEntity)
	})
}

func TestForms_ViewersReadThemAndAreOfferedNoneOfANewRow(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	viewer, owner := s.staffed(models.RoleViewer), s.staffed(models.RoleOwner)
	for _, r := range s.staffRoutes() {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.Path, "/new") {
			continue
		}
		owner.get(r.Path).is(http.StatusOK).lacks(english.T("admin.read_only"))
		viewer.get(r.Path).is(http.StatusForbidden)
	}
	for _, page := range []string{"/admin/products/" + s.productID("mug"), "/admin/coins/USDT", "/admin/settings/shop", "/admin/price-sources/exchange"} {
		viewer.get(page).is(http.StatusOK).has(english.T("admin.read_only"))
		owner.get(page).is(http.StatusOK).lacks(english.T("admin.read_only"))
	}
}
