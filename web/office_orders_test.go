package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/models"
	"coincart/models/modelstest"
	"coincart/payments"
	"coincart/payments/sandbox"
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

func TestOrders_FindFilterAndSort(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		paid, open := s.paidOrder("2"), s.openOrder()
		c := s.staffed(models.RoleViewer)
		a := paid.Current()
		for query, found := range map[string][]models.Order{
			"":                                       {paid, open},
			"?state=paid":                            {paid},
			"?state=awaiting":                        {open},
			"?state=refunded":                        {},
			"?q=" + paid.Ref:                         {paid},
			"?q=" + a.AppOrderID:                     {paid},
			"?q=" + a.OrderNum:                       {paid},
			"?q=" + alice:                            {paid, open},
			"?q=ann%40example.com":                   {paid, open},
			"?q=ann%40":                              {paid, open},
			"?q=nobody%40example.com":                {},
			"?coin=USDT":                             {paid, open},
			"?coin=BTC":                              {},
			"?unusual=1":                             {},
			"?sort=oldest&state=paid":                {paid},
			"?from=2000-01-01":                       {},
			"?q=%27+OR+1%3D1+--":                     {},
			"?q=%25":                                 {},
			"?q=_":                                   {},
			"?q=%00%ff":                              {paid, open},
			"?state=paid&coin=USDT&sort=amount_desc": {paid},
			"?from=" + s.clock.Now().Format("2006-01-02") + "&to=" + s.clock.Now().Format("2006-01-02"): {paid, open},
		} {
			if query == "?from=2000-01-01" {
				c.get("/admin/orders" + query).is(http.StatusUnprocessableEntity) // before the first year of a statement
				continue
			}
			p := c.get("/admin/orders" + query).is(http.StatusOK)
			checkStaffPage(t, query, p)
			for _, order := range []models.Order{paid, open} {
				want := false
				for _, f := range found {
					want = want || f.ID == order.ID
				}
				assert.Equal(t, want, strings.Contains(p.body, "/admin/orders/"+order.ID), "%s in %q", order.State, query)
			}
		}
		list := c.get("/admin/orders?sort=amount_asc").is(http.StatusOK).body
		assert.Less(t, strings.Index(list, open.ID), strings.Index(list, paid.ID))
		list = c.get("/admin/orders?sort=amount_desc").is(http.StatusOK).body
		assert.Less(t, strings.Index(list, paid.ID), strings.Index(list, open.ID))
	})
}

// injections are texts that must never reach a query's text.
func injections() []string {
	return []string{
		"id; DROP TABLE orders", "created_at DESC, (SELECT 1)", "1 OR 1=1", "' OR ''='", "paid' --", "\x00", "\xff", "newest\n", "NEWEST", "paid ", "../paid",
		strings.Repeat("a", 3000), "%", "amount_desc,id", "🦊", "null", "0",
	}
}

func TestLists_RefuseFiltersSortsDaysAndPlacesThatThereAreNot(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		s.paidOrder("1")
		order := s.openOrder()
		for list, names := range map[string][]string{
			"/admin/orders":                {"state", "coin", "from", "to", "unusual", "sort", "after"},
			"/admin/inbox":                 {"all", "after"},
			"/admin/cancellations":         {"after"},
			"/admin/statements":            {"day", "type", "before"},
			"/admin/statements/2026-01-02": {"type", "found", "lines", "after"},
			"/admin/refunds":               {"state", "after"},
			"/admin/audit":                 {"action", "before"},
			"/admin":                       {"span", "from", "to"},
		} {
			for _, name := range names {
				for _, text := range injections() {
					if cleaned(text) == "" {
						continue // nothing is left of it
					}
					p := owner.get(list + "?" + name + "=" + url.QueryEscape(text))
					require.Equal(t, http.StatusUnprocessableEntity, p.status, "%s?%s=%q: %s", list, name, text, p.excerpt())
					checkStaffPage(t, list, p)
					for _, statement := range s.statements() {
						if len(text) < 8 {
							break // could stand there by itself
						}
						require.NotContains(t, statement, text, "%s?%s", list, name)
					}
				}
			}
		}
		for _, query := range []string{"?from=2026-02-30", "?to=tomorrow", "?from=2026-03-02&to=2026-03-01", "?q=" + strings.Repeat("a", 255)} {
			owner.get("/admin/orders" + query).is(http.StatusUnprocessableEntity)
		}
		for _, query := range []string{"?from=2026-03-02&to=2026-03-01", "?from=2015-01-01&to=2016-02-01", "?from=2199-01-01", "?from=&to=x"} {
			owner.get("/admin" + query).is(http.StatusUnprocessableEntity)
		}
		for path, status := range map[string]int{
			"/admin/statements/2199-01-01": 422, "/admin/statements/yesterday": 422, "/admin/statements/2026-02-30": 422,
			"/admin/statements?day=2199-01-01": 422, "/admin/tasks/x": 404, "/admin/orders/x": 404, "/admin/orders/" + models.NewID(): 404,
			"/admin/orders/" + strings.ToUpper(order.ID): 404, "/admin/orders/" + order.Ref: 404, "/admin/orders/%7B" + order.ID + "%7D": 404,
			"/admin/tasks/" + models.NewID(): 404, "/admin/tasks/" + order.ID: 404, "/admin/tasks/" + order.ID + "/file": 404, "/admin/none": 404,
			"/admin/orders/": 404, "/admin/": 404,
		} {
			assert.Equal(t, status, owner.get(path).status, path)
		}
		owner.get("/admin/orders?q=" + url.QueryEscape("'; DROP TABLE orders; --")).is(http.StatusOK)
		assert.Equal(t, models.OrderAwaiting, s.state(order.ID))
	})
}

// cleaned is what is left of a parameter that visit.Query reads.
func cleaned(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\uFFFD' || r < ' ' && r != '\n' {
			return -1
		}
		return r
	}, text)
}

func TestOrders_PagesFollowEachOther(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		product := modelstest.Product(t, s.db, func(p *models.Product) { p.Variants[0].OnHand = 5000 })
		for range 120 {
			order := modelstest.NewOrder(product, s.clock.Now())
			require.NoError(t, s.db.InsertOrder(t.Context(), &order))
			s.clock.Advance(time.Millisecond)
		}
		c := s.staffed(models.RoleViewer)
		for _, sort := range []string{"newest", "oldest", "amount_desc", "amount_asc"} {
			seen := map[string]bool{}
			path, pages := "/admin/orders?sort="+sort, 0
			for path != "" && pages < 10 {
				p := c.get(path).is(http.StatusOK)
				n := 0
				for _, id := range orderLinks(p) {
					assert.False(t, seen[id], "%s twice with %s", id, sort)
					seen[id] = true
					n++
				}
				require.Positive(t, n)
				pages++
				path = nextLink(p, "/admin/orders?after=")
			}
			assert.Len(t, seen, 120, sort)
			assert.Equal(t, 3, pages)
		}
		next := nextLink(c.get("/admin/orders?sort=newest"), "/admin/orders?after=")
		c.get(strings.Replace(next, "sort=newest", "sort=oldest", 1)).is(http.StatusUnprocessableEntity) // a place of another list
		c.get(next + "x").is(http.StatusUnprocessableEntity)
	})
}

func TestOrder_ShowsEverythingThatIsKnown(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		c := s.staffed(models.RoleFinance)
		c.post("/admin/orders/"+order.ID+"/note", "text", "Called the shopper", "form_token", models.NewRef()).redirects("/admin/orders/" + order.ID)
		p := c.get("/admin/orders/" + order.ID).is(http.StatusOK)
		checkStaffPage(t, "order", p)
		a := order.Current()
		p.has(order.Ref, order.Email, "MUG-BLUE", "$12.00", "$24.00", a.AppOrderID, a.OrderNum, "24 USDT", alice, "Called the shopper", c.person.Email)
		assert.LessOrEqual(t, len(s.statements()), 9, "%s", strings.Join(s.statements(), "\n"))
	})
}

func TestOrder_NoteIsWrittenOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.openOrder()
		c := s.staffed(models.RoleOperator)
		path, token := "/admin/orders/"+order.ID+"/note", models.NewRef()
		c.post(path, "text", "", "form_token", token).is(http.StatusUnprocessableEntity)
		c.post(path, "text", strings.Repeat("x", payments.MaxNote+1), "form_token", token).is(http.StatusUnprocessableEntity)
		c.post(path, "text", "no token").is(http.StatusBadRequest)
		c.post("/admin/orders/"+models.NewID()+"/note", "text", "x", "form_token", models.NewRef()).is(http.StatusNotFound)
		for range 3 {
			c.post(path, "text", "only once", "form_token", token, "who", "boss@shop.example", "staff_id", "x", "created_at", "2001-01-01").redirects("/admin/orders/" + order.ID)
		}
		notes, err := s.db.Notes(t.Context(), order.ID)
		require.NoError(t, err)
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
		c.post(path+"/fulfil", "tracking", strings.Repeat("1", payments.MaxTracking+1)).is(http.StatusUnprocessableEntity)
		c.post(path+"/fulfil", "tracking", "TRACK-1", "state", "refunded", "total", "0", "paid_at", "").redirects(path)
		c.post(path+"/fulfil", "tracking", "TRACK-2").is(http.StatusConflict)
		c.post("/admin/orders/"+open.ID+"/fulfil", "tracking", "x").is(http.StatusConflict)
		stored, err := s.db.Order(t.Context(), order.ID)
		require.NoError(t, err)
		assert.Equal(t, models.OrderFulfilled, stored.State)
		assert.Equal(t, "TRACK-1", stored.Tracking)
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

func TestRefund_IsCappedAskedForOnceAndNeedsAFreshCode(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		c := s.staffed(models.RoleFinance)
		path := "/admin/orders/" + order.ID
		fields := func(amount, token string, more ...string) []string {
			return append([]string{"attempt", order.Current().ID, "amount", amount, "reason", "Broken", "form_token", token}, more...)
		}
		p := c.post(path+"/refund", fields("10", models.NewRef())...).is(http.StatusForbidden)
		assert.True(t, asksForCode(p))
		assert.Equal(t, "10", p.field(path+"/refund", "amount"), "what was typed is kept")
		refunds, err := s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Empty(t, refunds)

		token := models.NewRef()
		c.post(path+"/refund", fields("10", token, "totp", c.code(), "state", "confirmed", "coin", "BTC", "requested_by", "x")...).redirects(path)
		for range 2 {
			c.post(path+"/refund", fields("10", token)...).redirects(path)
		}
		refunds, err = s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Len(t, refunds, 1)
		assert.Equal(t, models.RefundApproved, refunds[0].State)
		for _, wrong := range []string{"", "0", "-1", "1e3", "abc", "1,5", "0.001", "14.000001", strings.Repeat("9", 30)} {
			p := c.post(path+"/refund", fields(wrong, models.NewRef())...).is(http.StatusUnprocessableEntity)
			assert.Equal(t, wrong, p.field(path+"/refund", "amount"))
		}
		c.post(path+"/refund", fields("14.01", models.NewRef())...).is(http.StatusUnprocessableEntity).has("14 USDT")
		c.post(path+"/refund", "attempt", models.NewID(), "amount", "1", "reason", "x", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		c.post(path+"/refund", "attempt", order.Current().ID, "amount", "1", "reason", " ", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		other := s.paidOrder("1")
		c.post("/admin/orders/"+other.ID+"/refund", fields("1", models.NewRef())...).is(http.StatusUnprocessableEntity) // another order's payment
		c.post("/admin/orders/"+models.NewID()+"/refund", fields("1", models.NewRef())...).is(http.StatusNotFound)

		refunds, err = s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Len(t, refunds, 1)
		assert.Equal(t, "10", refunds[0].Amount.String())
		assert.Equal(t, "USDT", refunds[0].Coin)
		assert.Equal(t, c.person.ID, refunds[0].RequestedBy)
		c.get("/admin/refunds").is(http.StatusOK).has("10 USDT", c.person.Email)
		assert.LessOrEqual(t, len(s.statements()), 8)
	})
}

func TestRefund_OfTheSameOrderInParallelNeverExceedsWhatWasPaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("1")
		people := []*clerk{s.staffed(models.RoleFinance), s.staffed(models.RoleOwner), s.staffed(models.RoleFinance)}
		for _, c := range people {
			c.stepUp()
		}
		var all sync.WaitGroup
		for _, c := range people {
			for range 2 {
				token := models.NewRef()
				all.Go(func() {
					c.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", "7", "reason", "Broken", "form_token", token)
				})
			}
		}
		all.Wait()
		refunds, err := s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		assert.Len(t, refunds, 1, "12 were paid: one of 7 fits")
		s.audited()
	})
}

func TestRefund_AboveTheLimitNeedsASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.fourEyes("5")
		order := s.paidOrder("2")
		first, second, operator := s.staffed(models.RoleFinance), s.staffed(models.RoleFinance), s.staffed(models.RoleOperator)
		first.stepUp()
		ask := func(amount string) models.Refund {
			token := models.NewRef()
			first.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", amount, "reason", "Broken", "form_token", token).is(http.StatusSeeOther)
			refund, err := s.db.RefundByFormToken(t.Context(), token)
			require.NoError(t, err)
			return refund
		}
		assert.Equal(t, models.RefundApproved, ask("5").State)
		big := ask("6")
		require.Equal(t, models.RefundRequested, big.State)
		first.post("/admin/refunds/" + big.ID + "/approve").is(http.StatusConflict)
		operator.post("/admin/refunds/" + big.ID + "/approve").is(http.StatusForbidden)
		assert.True(t, asksForCode(second.post("/admin/refunds/"+big.ID+"/approve").is(http.StatusForbidden)))
		second.post("/admin/refunds/"+big.ID+"/approve", "totp", second.code()).redirects("/admin/refunds")
		second.post("/admin/refunds/" + big.ID + "/approve").is(http.StatusConflict)
		second.post("/admin/refunds/" + models.NewID() + "/approve").is(http.StatusNotFound)
		approved, err := s.db.Refund(t.Context(), big.ID)
		require.NoError(t, err)
		assert.Equal(t, second.person.ID, approved.ApprovedBy)

		declined := ask("7")
		second.post("/admin/refunds/"+declined.ID+"/decline", "reason", "not broken").redirects("/admin/refunds")
		declined, err = s.db.Refund(t.Context(), declined.ID)
		require.NoError(t, err)
		assert.Equal(t, models.RefundDeclined, declined.State)
		ask("7") // what was declined is free again
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
			p.has(open.Ref, beingPaid.Ref, open.ID, beingPaid.ID)
		}
		part := c.fragment(task).is(http.StatusOK).has("task-status", open.Ref)
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
		p := c.sendAll("/admin/orders/bulk/fulfil", url.Values{"id": {paid.ID, open.ID, models.NewID()}}, nil).is(http.StatusOK)
		checkStaffPage(t, "bulk", p)
		p.has(paid.Ref, open.Ref)
		assert.Equal(t, models.OrderFulfilled, s.state(paid.ID))
		assert.Equal(t, models.OrderAwaiting, s.state(open.ID))
		refused := c.sendAll("/admin/orders/bulk/fulfil", nil, http.Header{"Referer": {s.url + "/admin/orders?state=awaiting"}}).is(http.StatusUnprocessableEntity)
		refused.has(open.ID).lacks(paid.ID)
	})
}

func TestReview_IsClosedOnceWithANote(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.openOrder()
		require.NoError(t, s.db.OpenReview(t.Context(), models.Review{
			ID: models.NewID(), Kind: models.ReviewMismatch, Subject: "x", OrderID: order.ID, Note: "amount <b>differs</b>", Open: true, CreatedAt: s.clock.Now(), UpdatedAt: s.clock.Now(),
		}))
		reviews, err := s.db.Reviews(t.Context(), true, 10)
		require.NoError(t, err)
		require.Len(t, reviews, 1)
		id := reviews[0].ID
		viewer, c := s.staffed(models.RoleViewer), s.staffed(models.RoleFinance)
		viewer.get("/admin/inbox").is(http.StatusOK).has("amount &lt;b&gt;differs", order.Ref).lacks("/admin/reviews/"+id+"/close", "<b>differs")
		c.get("/admin/inbox").is(http.StatusOK).has("/admin/reviews/" + id + "/close")
		assert.LessOrEqual(t, len(s.statements()), 8)
		c.get("/admin/orders?unusual=1").has(order.ID)
		c.post("/admin/reviews/"+id+"/close", "note", "").is(http.StatusUnprocessableEntity)
		c.post("/admin/reviews/"+id+"/close", "note", "Looked at it").redirects("/admin/inbox")
		c.post("/admin/reviews/"+id+"/close", "note", "Again").is(http.StatusConflict)
		c.post("/admin/reviews/"+models.NewID()+"/close", "note", "x").is(http.StatusNotFound)
		c.get("/admin/inbox").lacks(id)
		c.get("/admin/inbox?all=1").has("Looked at it")
	})
}
