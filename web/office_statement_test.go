package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/i18ntest"
)

// yesterday ends the day that the orders were paid on and returns it.
func (s *shop) yesterday() string {
	s.t.Helper()
	day := s.clock.Now().UTC().Format(time.DateOnly)
	s.clock.Advance(25 * time.Hour)
	return day
}

func (s *shop) discrepancies(day string) map[models.DiscrepancyKind]models.Discrepancy {
	s.t.Helper()
	rows, _, err := s.db.Discrepancies(s.t.Context(), models.DiscrepancyFilter{Day: day})
	require.NoError(s.t, err)
	found := map[models.DiscrepancyKind]models.Discrepancy{}
	for _, d := range rows {
		found[d.Kind] = d
	}
	return found
}

// version returns the version of a discrepancy as it is now, as its page's forms have it.
func (s *shop) version(id string) string {
	s.t.Helper()
	d, err := s.db.Discrepancy(s.t.Context(), id)
	require.NoError(s.t, err)
	return strconv.Itoa(d.Version)
}

// asked counts the calls of the platform's statement.
func (s *shop) asked() int {
	n := 0
	for _, x := range s.platform.Traffic(1000) {
		if x.Name == "merchantBillingDay" {
			n++
		}
	}
	return n
}

func TestStatement_IsFetchedComparedExplainedAndSealed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.paidOrder("1")
		second := s.paidOrder("2")
		s.paidOrder("3")
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementDouble}, {Kind: sandbox.FaultStatementExtra}}))
		day := s.yesterday()
		c, viewer := s.staffed(models.RoleFinance), s.staffed(models.RoleViewer)
		path := "/admin/statements/" + day
		c.get("/admin/statements?day=" + day + "&type=1").redirects(path + "?type=1")
		shown := c.get(path).is(http.StatusOK)
		checkStaffPage(t, path, shown)
		c.post(path + "/seal").is(http.StatusUnprocessableEntity).has(english.T("admin.seal.not_fetched"))

		token := shown.field(path+"/fetch", "form_token")
		task := c.post(path+"/fetch", "form_token", token).is(http.StatusSeeOther).header.Get("Location")
		c.post(path+"/fetch", "form_token", token).redirects(task)
		s.work()
		c.get(task).is(http.StatusOK).has(day, path)
		tasks, err := s.db.Tasks(t.Context(), 10)
		require.NoError(t, err)
		own := 0
		for _, one := range tasks {
			if one.StaffID == c.person.ID {
				own++
			}
		}
		assert.Equal(t, 1, own, "a second click is the same task")

		found := s.discrepancies(day)
		require.Contains(t, found, models.DuplicateLine)
		require.Contains(t, found, models.TheirsNotOurs)
		duplicate, extra := found[models.DuplicateLine], found[models.TheirsNotOurs]
		shown = c.get(path).is(http.StatusOK)
		checkStaffPage(t, path, shown)
		shown.has(english.T("admin.day_result.explained_open", "Count", "2"), english.N("admin.seal.open", 2), path+"?found=open#found-title").
			lacks(english.T("admin.day_result.balanced") + "<")
		c.get("/admin/statements").has(english.T("admin.day_result.explained_open", "Count", "2"))
		shown.has(duplicate.AppOrderID, extra.AppOrderID, "UTC", second.Current().AppOrderID, `href="/admin/orders/`+second.ID+`"`)
		assert.LessOrEqual(t, len(s.statements()), 10, strings.Join(s.statements(), "\n"))
		viewer.get(path).is(http.StatusOK).has(duplicate.AppOrderID).lacks("/admin/discrepancies/"+extra.ID, path+"/seal", path+"/fetch")
		c.get(path + "?type=11").is(http.StatusOK).lacks(second.Current().OrderNum)
		c.get(path + "?found=accepted").is(http.StatusOK).lacks("/admin/discrepancies/" + extra.ID)

		c.post(path + "/seal").is(http.StatusUnprocessableEntity).has(english.N("admin.seal.open", 2))
		at := "/admin/discrepancies/" + extra.ID
		c.post(at + "/settle").is(http.StatusUnprocessableEntity) // the platform knows nothing of it
		c.post(at+"/accept", "reason", "", "version", "0").is(http.StatusUnprocessableEntity)
		c.post(at+"/note", "note", " ", "version", "0").is(http.StatusUnprocessableEntity)
		c.post(at+"/accept", "reason", "Without a version").is(http.StatusConflict).has("Without a version")
		c.post(at+"/assign", "owner", models.NewID(), "version", "0").is(http.StatusUnprocessableEntity)
		c.post(at+"/assign", "owner", c.person.ID, "version", "0").redirects(path)
		c.post(at+"/note", "note", "Looked at an older page", "version", "0").is(http.StatusConflict).has("Looked at an older page")
		c.post(at+"/note", "note", "Looking", "version", s.version(extra.ID)).redirects(path)
		c.post(at+"/refund", "amount", "1", "reason", "x", "form_token", models.NewRef(), "totp", c.code()).is(http.StatusUnprocessableEntity) // not ours
		c.post(at+"/accept", "reason", "A test of theirs", "version", s.version(extra.ID), "day", "2020-01-01", "state", "settled", "theirs", "0").redirects(path)
		c.post(at+"/accept", "reason", "Again", "version", s.version(extra.ID)).is(http.StatusConflict)
		c.post("/admin/discrepancies/"+models.NewID()+"/accept", "reason", "x", "version", "0").is(http.StatusNotFound)
		accepted, err := s.db.Discrepancy(t.Context(), extra.ID)
		require.NoError(t, err)
		assert.Equal(t, models.DiscrepancyAccepted, accepted.State)
		assert.Equal(t, day, accepted.Day)
		assert.Equal(t, extra.Theirs.String(), accepted.Theirs.String())
		assert.Equal(t, []string{"A test of theirs", "Looking", c.person.ID, c.person.ID},
			[]string{accepted.Reason, accepted.Note, accepted.OwnerID, accepted.AcceptedBy}, "they are kept apart")
		c.get(path).has("A test of theirs", "Looking", c.person.Email, english.T("admin.day_result.explained_open", "Count", "1"),
			english.T("admin.discrepancy_event.assigned", "Owner", c.person.Email), english.T("admin.discrepancy_event.explained"))
		c.post(at+"/reopen", "version", s.version(extra.ID)).redirects(path)
		c.get(path).has(english.T("admin.day_result.explained_open", "Count", "2"), "A test of theirs", english.T("admin.discrepancy_event.reopened"))
		c.post(at+"/accept", "reason", "A test of theirs", "version", s.version(extra.ID)).redirects(path)
		c.post("/admin/discrepancies/"+duplicate.ID+"/accept", "reason", "Theirs twice", "version", s.version(duplicate.ID)).redirects(path)
		c.get(path).has(english.T("admin.day_result.explained")+"<", english.T("admin.day_result_text.explained")).lacks(english.T("admin.day_result.balanced") + "<")
		c.get("/admin/statements").has(english.T("admin.day_result.explained") + "<")

		viewer.post(path + "/seal").is(http.StatusForbidden)
		c.post(path + "/seal").redirects(path)
		c.post(path + "/seal").is(http.StatusConflict)
		calls := s.asked()
		c.post(path+"/fetch", "form_token", models.NewRef()).is(http.StatusConflict)
		c.post("/admin/statements", "day", day, "form_token", models.NewRef()).is(http.StatusConflict)
		s.work()
		assert.Equal(t, calls, s.asked(), "a sealed day is not asked for")
		c.get(path).is(http.StatusOK).has(c.person.Email).lacks(path+"/seal", path+"/fetch")
		c.get("/admin/statements").is(http.StatusOK).has(day)
		assert.LessOrEqual(t, len(s.statements()), 8)
		s.audited()
	})
}

// A day that is not over says when it can be locked, in the zone of its days, and one whose statement is too old says that.
func TestStatement_LockingTellsWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.paidOrder("1")
		day := s.clock.Now().UTC().Format(time.DateOnly)
		c, viewer := s.staffed(models.RoleFinance), s.staffed(models.RoleViewer)
		path := "/admin/statements/" + day
		_, ends, err := models.ParseDay(day, time.UTC)
		require.NoError(t, err)
		stamp := i18n.ByTag("en").Stamp(ends, time.UTC)
		notOver, early := english.T("admin.seal.not_over", "Ends", stamp), english.T("admin.seal.early", "Ends", stamp)
		c.get(path).has(notOver).lacks(path + `/seal"`)
		c.post(path + "/seal").is(http.StatusUnprocessableEntity).has(notOver).lacks("UTC UTC")
		viewer.get(path).has(english.T("admin.seal.may_not"))

		_, err = s.services.Books.FetchStatement(t.Context(), day, "", nil)
		require.NoError(t, err)
		_, err = s.services.Books.Reconcile(t.Context(), day)
		require.NoError(t, err)
		c.post(path + "/seal").is(http.StatusUnprocessableEntity).has(notOver)
		s.yesterday()
		c.signIn()
		c.get(path).has(early, english.T("admin.day_result.balanced")).lacks(path + `/seal"`)
		c.post(path + "/seal").is(http.StatusUnprocessableEntity).has(early)
		_, err = s.services.Books.FetchStatement(t.Context(), day, "", nil)
		require.NoError(t, err)
		c.get(path).has(path + `/seal"`)
		c.post(path + "/seal").redirects(path)
		c.get(path).has(english.T("admin.day_state.sealed"), english.T("admin.day_result.balanced"))
	})
}

func TestStatement_ADayWhoseOnlyFetchFailedIsListedWithTheReason(t *testing.T) {
	refused := func(words i18ntest.Words) string {
		return words.T("admin.remark.refused", "Code", words.T("admin.code.with", "Text", words.T("admin.code.50012"), "Code", "50012"))
	}
	each(t, func(t *testing.T, s *shop) {
		s.paidOrder("1")
		day := s.yesterday()
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "merchantBillingDay", Code: "50012"}}))
		c := s.staffed(models.RoleFinance)
		path := "/admin/statements/" + day
		c.get("/admin/statements").is(http.StatusOK).lacks(path + `"`)
		task := c.post(path+"/fetch", "form_token", models.NewRef()).is(http.StatusSeeOther).header.Get("Location")
		for range 8 { // it is tried several times
			s.work()
			s.clock.Advance(time.Hour)
		}
		c.signIn()
		c.get("/admin/statements").is(http.StatusOK).has(path+`"`, english.T("admin.statement_state.failed"))
		c.get(path).is(http.StatusOK).has(refused(english), english.T("admin.statement.not_compared")).
			has(english.T("admin.day_result.not_compared")).lacks(english.T("admin.day_result.unbalanced"), english.T("admin.statement.totals"))
		c.get(task).is(http.StatusOK).has(refused(english))
		c.post("/admin/account", "name", "Name", "lang", "zh-Hans").is(http.StatusSeeOther)
		c.get(path).is(http.StatusOK).has(refused(chinese))
		c.get(task).is(http.StatusOK).has(refused(chinese))
		c.post(path + "/seal").is(http.StatusUnprocessableEntity)
	})
}

func TestStatement_ADayThatCannotHaveOneIsRefusedWithoutAQuestion(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleFinance)
		for _, day := range []string{"", "tomorrow", "2199-01-01", "2026-02-30", "26-1-1", "' OR 1=1"} {
			c.post("/admin/statements", "day", day, "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
			if day != "" {
				c.post("/admin/statements/"+url.PathEscape(day)+"/fetch", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
				c.post("/admin/statements/" + url.PathEscape(day) + "/seal").is(http.StatusUnprocessableEntity)
			}
		}
		c.post("/admin/statements", "day", "2026-01-01").is(http.StatusBadRequest) // no token
		tasks, err := s.db.Tasks(t.Context(), 10)
		require.NoError(t, err)
		assert.Empty(t, tasks)
		assert.Zero(t, s.asked())
	})
}

func TestDiscrepancy_RefundGoesToThePaymentItIsAbout(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementDouble}}))
		day := s.yesterday()
		c := s.staffed(models.RoleFinance)
		c.post("/admin/statements/"+day+"/fetch", "form_token", models.NewRef()).is(http.StatusSeeOther)
		s.work()
		duplicate := s.discrepancies(day)[models.DuplicateLine]
		require.NotEmpty(t, duplicate.ID)
		at := "/admin/discrepancies/" + duplicate.ID + "/refund"
		c.stepUp()
		c.post(at, "amount", "24.01", "reason", "Paid twice", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has("24 USDT")
		c.post(at, "amount", "24", "reason", "Paid twice", "form_token", models.NewRef(), "order", models.NewID(), "attempt", models.NewID()).is(http.StatusSeeOther)
		refunds, err := s.db.RefundsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Len(t, refunds, 1)
		assert.Equal(t, order.Current().ID, refunds[0].AttemptID)
	})
}

// Each side stands in its own coin, and of two coins there is no difference.
func TestDiscrepancy_OfCoinsShowsEachSidesOwn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		day, id := s.yesterday(), order.Current().AppOrderID
		_, err := s.services.Books.FetchStatement(t.Context(), day, "", nil)
		require.NoError(t, err)
		_, err = s.services.Books.Reconcile(t.Context(), day)
		require.NoError(t, err)
		require.NoError(t, s.db.PutDiscrepancies(t.Context(), day, []models.Discrepancy{{
			Kind: models.CoinDiffers, Key: "1:" + id, Type: models.StatementPayment, AppOrderID: id, OrderID: order.ID, Coin: "BTC",
			Theirs: models.MustAmount("0.5"), Ours: order.Current().Amount,
		}}))
		c := s.staffed(models.RoleFinance)
		c.get("/admin/statements/"+day).is(http.StatusOK).has("0.5 BTC", "24 USDT").lacks("24 BTC", "-23.5", "23.5 BTC")
	})
}

// A line that cannot be read stands on the page in its place, and asks for an explanation, not for money.
func TestStatement_ShowsTheLineThatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("2")
		day, id, ctx := s.yesterday(), order.Current().AppOrderID, t.Context()
		st := models.Statement{Day: day, Zone: "UTC"}
		require.NoError(t, s.db.OpenBookDay(ctx, day, "UTC"))
		require.NoError(t, s.db.InsertStatement(ctx, &st))
		require.NoError(t, s.db.AddStatementLines(ctx, []models.StatementLine{
			{StatementID: st.ID, Position: 1, Type: models.StatementPayment, AppOrderID: "THEIRS", Coin: "USDT", Amount: models.MustAmount("7")},
			{StatementID: st.ID, Position: 2, Type: models.StatementPayment, AppOrderID: id, Coin: "USDT", Unreadable: "orderAmount", Digest: strings.Repeat("a", 64)},
			{StatementID: st.ID, Position: 3, Unreadable: "line", Digest: strings.Repeat("b", 64)},
		}))
		set := store.StatementChange{Lines: new(3), Count: new(3), Pages: new(1), Hash: new(strings.Repeat("c", 64)), FetchedAt: new(s.clock.Now())}
		require.NoError(t, s.db.FinishStatement(ctx, st.ID, models.StatementComplete, set))
		_, err := s.services.Books.Reconcile(ctx, day)
		require.NoError(t, err)
		c := s.staffed(models.RoleFinance)
		path := "/admin/statements/" + day
		page := c.get(path).is(http.StatusOK)
		checkStaffPage(t, path, page)
		unreadable := english.T("admin.statement.unreadable.member", "Member", "orderAmount", "Line", "2")
		page.has(english.T("admin.discrepancy.unreadable"), unreadable, english.T("admin.statement.unreadable.line", "Line", "3"), `href="/admin/orders/`+order.ID+`"`).
			lacks("-24 USDT", english.T("admin.discrepancy.ours_not_theirs"))
		assert.Equal(t, 2, strings.Count(page.body, unreadable), "in the list of discrepancies and in that of the lines")
		rows, _, err := s.db.Discrepancies(ctx, models.DiscrepancyFilter{Day: day, Kind: models.UnreadableLine})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, d := range rows {
			page.has("/admin/discrepancies/"+d.ID+"/accept").lacks("/admin/discrepancies/"+d.ID+"/settle", "/admin/discrepancies/"+d.ID+"/refund")
			c.post("/admin/discrepancies/"+d.ID+"/accept", "reason", "The exchange says 24", "version", s.version(d.ID)).redirects(path)
		}
	})
}

func TestExport_IsATaskWithAFile(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		paid, open := s.paidOrder("1"), s.openOrder()
		c, viewer := s.staffed(models.RoleOperator), s.staffed(models.RoleViewer)
		start := func(fields ...string) string {
			return c.post("/admin/exports", append(fields, "form_token", models.NewRef())...).is(http.StatusSeeOther).header.Get("Location")
		}
		task := start("what", "orders", "format", "csv", "state", "paid")
		c.get(task + "/file").is(http.StatusNotFound) // not written yet
		s.work()
		c.get(task).is(http.StatusOK).has(task+"/file", "orders")
		viewer.get(task).is(http.StatusOK).lacks(task + "/file")
		viewer.get(task + "/file").is(http.StatusForbidden)
		file := c.get(task + "/file").is(http.StatusOK)
		assert.Contains(t, file.header.Get("Content-Disposition"), "attachment")
		assert.Equal(t, "no-store", file.header.Get("Cache-Control"))
		assert.Equal(t, "nosniff", file.header.Get("X-Content-Type-Options"))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Contains(t, file.body, paid.NumberText)
		assert.NotContains(t, file.body, open.NumberText)
		head := c.do(http.MethodHead, task+"/file", nil, nil).is(http.StatusOK)
		assert.Empty(t, head.body)

		today := s.clock.Now().UTC().Format(time.DateOnly)
		for _, fields := range [][]string{
			{"what", "payments", "format", "xlsx", "from", today, "to", today},
			{"what", "statement", "format", "csv", "day", today},
			{"what", "discrepancies", "format", "csv", "day", today},
		} {
			start(fields...)
		}
		for _, fields := range [][]string{
			{"what", "staff", "format", "csv"},
			{"what", "orders", "format", "exe"},
			{"what", "orders", "format", "csv", "state", "x"},
			{},
			{"what", "orders", "format", "csv", "coin", "' OR 1=1"},
			{"what", "orders", "format", "csv", "sort", "id"},
			{"what", "payments", "format", "csv", "from", "x", "to", "y"},
			{"what", "payments", "format", "csv", "from", today, "to", "2020-01-01"},
			{"what", "statement", "format", "csv", "day", "2199-01-01"},
			{"what", "orders", "format", "csv", "from", "nonsense"},
		} {
			c.post("/admin/exports", append(fields, "form_token", models.NewRef())...).is(http.StatusUnprocessableEntity)
		}
		c.post("/admin/exports", "what", "orders", "format", "csv").is(http.StatusBadRequest)
		cancel := c.sendAll("/admin/orders/bulk/cancel", url.Values{"form_token": {models.NewRef()}, "id": {open.ID}}, nil).header.Get("Location")
		c.get(cancel + "/file").is(http.StatusNotFound)
	})
}

func TestAudit_ShowsEveryWriteAndCanBeNarrowedDown(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		owner.signIn()
		order := s.openOrder()
		owner.post("/admin/orders/"+order.ID+"/note", "text", "Hello", "form_token", models.NewRef()).is(http.StatusSeeOther)
		for range 60 {
			owner.post("/admin/account", "name", "Name", "lang", "en").is(http.StatusSeeOther)
		}
		owner.get("/admin/audit").is(http.StatusOK).has("staff.profile", owner.person.Email).lacks("order:" + order.ID)
		assert.LessOrEqual(t, len(s.statements()), 8)
		first := owner.get("/admin/audit?action=staff.").is(http.StatusOK)
		next := nextLink(first, "/admin/audit?action=staff.&before=")
		require.NotEmpty(t, next)
		owner.get(next).is(http.StatusOK).has("staff.sign_in")
		owner.get("/admin/audit?action=order.note").has("order:"+order.ID, "/admin/orders/"+order.ID)
		owner.get("/admin/audit?subject=order:" + order.ID).has("order.note").lacks("staff.profile")
		owner.get("/admin/audit?who=nobody@shop.example").is(http.StatusOK).lacks("order.note", "staff.profile")
	})
}

// hostile are texts that would do harm where they are not written as text.
const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{.}}javascript:alert(1)`

func TestPages_WriteHostileTextsAsTexts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		owner.header.Set("User-Agent", hostile)
		owner.signIn()
		guest := s.browser()
		guest.buy("1")
		form := guest.form("name", hostile)
		guest.post("/checkout", form...).is(http.StatusSeeOther)
		order, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		require.NoError(t, s.platform.Pay(order.Current().OrderNum))
		s.work()
		order, err = s.db.Order(t.Context(), order.ID)
		require.NoError(t, err)
		owner.post("/admin/orders/"+order.ID+"/note", "text", hostile, "form_token", models.NewRef()).is(http.StatusSeeOther)
		owner.stepUp()
		owner.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", "1", "reason", hostile, "form_token", models.NewRef()).is(http.StatusSeeOther)
		paid := s.paidOrder("1")
		owner.post("/admin/orders/"+paid.ID+"/ship", "carrier", hostile, "number", hostile, "form_token", models.NewRef()).is(http.StatusSeeOther)
		owner.post("/admin/account", "name", hostile, "lang", "en").is(http.StatusSeeOther)
		require.NoError(t, s.db.OpenReview(t.Context(), models.Review{Kind: models.ReviewMismatch, Subject: hostile, OrderID: order.ID, Note: hostile}))
		require.NoError(t, s.db.PutInvitation(t.Context(), models.NewRef(), models.Invitation{Email: hostile, Role: models.RoleViewer, InvitedBy: owner.person.ID}))
		day := s.yesterday()
		owner.signIn()
		require.NoError(t, s.db.PutBookDay(t.Context(), models.BookDay{Day: day, Zone: "UTC", State: models.DayOpen}))
		require.NoError(t, s.db.PutDiscrepancies(t.Context(), day, []models.Discrepancy{{
			Kind: models.TheirsNotOurs, Key: "1:x", Type: models.StatementPayment, AppOrderID: hostile[:60], Coin: "USDT", Theirs: models.MustAmount("1"),
			Note: hostile, State: models.DiscrepancyOpen,
		}}))
		owner.stepUp()
		q := url.QueryEscape(hostile)
		for _, path := range []string{
			"/admin", "/admin/inbox", "/admin/orders", "/admin/orders/" + order.ID, "/admin/orders/" + paid.ID, "/admin/refunds", "/admin/tasks", "/admin/audit",
			"/admin/staff", "/admin/account", "/admin/cancellations", "/admin/statements", "/admin/statements/" + day, "/admin/orders?q=" + q,
			"/admin/orders?state=" + q, "/admin/orders?from=" + q, "/admin?from=" + q + "&to=" + q, "/admin?span=" + q, "/admin/audit?who=" + q, "/admin/audit?action=" + q,
			"/admin/audit?subject=" + q, "/admin/statements?day=" + q, "/admin/statements/" + url.PathEscape(hostile[:8]), "/admin/exports?what=" + q + "&from=" + q, "/admin/step-up?next=" + q, "/admin/" + url.PathEscape(hostile[:8]),
		} {
			p := owner.get(path)
			require.Less(t, p.status, http.StatusInternalServerError, path)
			checkStaffPage(t, path, p)
			p.lacks("<script>alert", "<img src=x")
		}
		stranger := s.browser()
		stranger.get("/admin/login?next="+q).is(http.StatusOK).lacks("<script>alert", "<img src=x")
		stranger.post("/admin/login", "email", hostile, "password", hostile, "next", hostile).lacks("<script>alert", "<img src=x")
		owner.get("/admin/orders/" + order.ID).has("&lt;script&gt;alert(1)&lt;/script&gt;")
	})
}

func TestPages_OfTheOfficeTakeAtMostEightStatements(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.paidOrder("1")
		s.openOrder()
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		owner.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", "1", "reason", "x", "form_token", models.NewRef()).is(http.StatusSeeOther)
		task := owner.post("/admin/exports", "what", "orders", "format", "csv", "form_token", models.NewRef()).header.Get("Location")
		day := s.clock.Now().UTC().Format(time.DateOnly)
		for _, path := range []string{
			"/admin", "/admin?span=90d", "/admin?from=2026-01-01&to=2026-01-31", "/admin/inbox", "/admin/inbox?all=1", "/admin/orders",
			"/admin/orders?q=ann%40example.com&state=paid&coin=USDT&unusual=1", "/admin/orders?sort=amount_desc", "/admin/orders/" + order.ID,
			"/admin/cancellations", "/admin/statements", "/admin/statements/" + day, "/admin/refunds", "/admin/exports", "/admin/tasks", task, "/admin/audit", "/admin/staff",
			"/admin/account", "/admin/step-up", "/admin/none",
		} {
			owner.get(path)
			owner.get(path)
			statements := s.statements()
			most := 8
			if path == "/admin/orders/"+order.ID { // and the lines of its refunds and of its shipments, where it has some
				most = 10
			}
			assert.LessOrEqual(t, len(statements), most, "%s: %s", path, strings.Join(statements, "\n"))
			t.Logf("%s: %d statements", path, len(statements))
		}
		s.browser().get("/admin").is(http.StatusSeeOther)
		assert.Empty(t, s.statements(), "a stranger costs nothing")
	})
}
