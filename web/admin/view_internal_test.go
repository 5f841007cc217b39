package admin

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments/assembly"
	pages "github.com/coincart/coincart/templates/admin"
)

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

func TestOwnPage_StaysInTheOffice(t *testing.T) {
	for address, want := range map[string]string{
		"/admin": "/admin", "/admin/": "/admin/", "/admin?span=7d": "/admin?span=7d", "/admin/orders?q=a%20b": "/admin/orders?q=a%20b",
		"": "/admin", "/": "/admin", "/administrator": "/admin", "//admin": "/admin", "https://admin/admin": "/admin", "/admin/../x": "/admin",
		"/cart?x=/admin": "/admin", "/ADMIN": "/admin", "/admin/%2e%2e/cart": "/admin/%2e%2e/cart",
	} {
		assert.Equal(t, want, ownPage(address), address)
	}
}

func FuzzOwnPage(f *testing.F) {
	for _, seed := range []string{"/admin", "//x/admin", "/admin/../..//evil", "/\\x", "/admin?next=//x", "http://x", "/admin\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got := ownPage(address)
		u, err := url.Parse(got)
		if err != nil || u.IsAbs() || u.Host != "" || !Owns(u.EscapedPath()) || strings.ContainsAny(got, "\r\n\\ ") || strings.HasPrefix(got, "//") {
			t.Fatalf("%q leads to %q", address, got)
		}
	})
}

func TestPager_KeepsTheFilterAndLeavesThePlaceOutOfTheFirstPage(t *testing.T) {
	q := url.Values{"state": {"paid"}, "after": {"here"}, "q": {""}}
	next, first := pager("/admin/orders", q, "after", "there")
	assert.Equal(t, "/admin/orders?after=there&state=paid", next)
	assert.Equal(t, "/admin/orders?state=paid", first)
	next, first = pager("/admin/orders", url.Values{}, "after", "")
	assert.Empty(t, next)
	assert.Empty(t, first)
	assert.Equal(t, url.Values{"state": {"paid"}, "after": {"here"}, "q": {""}}, q, "the caller's values are left alone")
}

func TestIDs_AreOurOwnEachOnceAndNotTooMany(t *testing.T) {
	a, b := models.NewID(), models.NewID()
	got, problem := ids(url.Values{"id": {a, b, a}})
	assert.Equal(t, []string{a, b}, got)
	assert.Equal(t, pages.ProblemNone, problem)
	for text, want := range map[string]pages.Problem{
		"x": pages.ProblemStale, strings.ToUpper(a): pages.ProblemStale, "{" + a + "}": pages.ProblemStale, "urn:uuid:" + a: pages.ProblemStale,
		strings.ReplaceAll(a, "-", ""): pages.ProblemStale, "": pages.ProblemStale,
	} {
		_, problem := ids(url.Values{"id": {text}})
		assert.Equal(t, want, problem, text)
	}
	_, problem = ids(nil)
	assert.Equal(t, pages.ProblemNothingChosen, problem)
}

func TestHidden_RepeatsEverythingButTheCode(t *testing.T) {
	got := hidden(url.Values{"b": {"2", "3"}, "a": {"<1>"}, "totp": {"123456"}})
	assert.Equal(t, []pages.Hidden{{Name: "a", Value: "<1>"}, {Name: "b", Value: "2"}, {Name: "b", Value: "3"}}, got)
}

func TestPreset_CountsDaysOfThePlatformsZone(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	now := day(t, "2026-11-22T17:30:00Z") // the 23rd there
	s, ok := preset("today", now, shanghai)
	require.True(t, ok)
	assert.Equal(t, "2026-11-23", s.from)
	assert.Equal(t, "2026-11-23", s.to)
	assert.Equal(t, day(t, "2026-11-22T16:00:00Z"), s.first)
	assert.Equal(t, day(t, "2026-11-23T16:00:00Z"), s.end)
	s, ok = preset("7d", now, shanghai)
	require.True(t, ok)
	assert.Equal(t, "2026-11-17", s.from)
	_, ok = preset("1y", now, shanghai)
	assert.False(t, ok)

	berlin, err := time.LoadLocation("Europe/Berlin") // the clocks went back on 25 October
	require.NoError(t, err)
	s, _ = preset("30d", day(t, "2026-10-26T12:00:00Z"), berlin)
	assert.Equal(t, "2026-09-27", s.from)
	assert.Equal(t, 30*24*time.Hour+time.Hour, s.end.Sub(s.first))
}

func TestReadSpan_SaysAtEachDayWhatIsWrong(t *testing.T) {
	now := day(t, "2026-11-22T12:00:00Z")
	for _, c := range []struct {
		from, to       string
		wantFrom, want pages.Problem
		ok             bool
	}{
		{"2026-11-01", "2026-11-22", "", "", true},
		{"2026-11-22", "", "", "", true},
		{"", "2026-11-22", "", "", true},
		{"2025-11-22", "2026-11-22", "", "", true},
		{"2025-11-21", "2026-11-22", "", pages.ProblemSpan, false},
		{"2026-11-22", "2026-11-21", "", pages.ProblemSpan, false},
		{"2026-11-23", "2026-11-24", pages.ProblemDayFuture, pages.ProblemDayFuture, false},
		{"2026-13-01", "x", pages.ProblemDay, pages.ProblemDay, false},
	} {
		from, to := pages.Field{Value: c.from}, pages.Field{Value: c.to}
		_, ok := readSpan(&from, &to, now, time.UTC)
		assert.Equal(t, c.ok, ok, c)
		assert.Equal(t, c.wantFrom, from.Problem, c)
		assert.Equal(t, c.want, to.Problem, c)
	}
}

func TestPercentAndSize(t *testing.T) {
	assert.Empty(t, percent(0, 0))
	assert.Equal(t, "0.0%", percent(0, 7))
	assert.Equal(t, "87.5%", percent(7, 8))
	assert.Equal(t, "33.3%", percent(1, 3))
	assert.Equal(t, "66.7%", percent(2, 3))
	assert.Equal(t, "100.0%", percent(9, 9))
	for bytes, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1_234_567: "1.2 MB", 999_999: "999.9 kB", 5_000_000_000_000: "5000.0 GB"} {
		assert.Equal(t, want, size(bytes), bytes)
	}
}

func TestDuration_WritesTwoUnits(t *testing.T) {
	unit := func(name, n string) string { return english.T("admin.unit."+name, "N", n) }
	for d, want := range map[time.Duration]string{
		0: "", -time.Second: "", 800 * time.Millisecond: unit("ms", "800"), 59 * time.Second: unit("s", "59"), 80 * time.Second: unit("min", "1") + " " + unit("s", "20"),
		2*time.Hour + 5*time.Minute + 59*time.Second: unit("h", "2") + " " + unit("min", "5"), 73 * time.Hour: unit("d", "3") + " " + unit("h", "1"),
	} {
		assert.Equal(t, want, duration(english.Printer, d), d)
	}
}

func TestCharts_ScaleToTheHighestBar(t *testing.T) {
	usd := models.Currency{Code: "USD", Digits: 2}
	total := func(text string) []models.CoinTotal {
		return []models.CoinTotal{{Symbol: "EUR", Amount: models.MustAmount("9999")}, {Symbol: "USD", Amount: models.MustAmount(text)}}
	}
	var fast models.Histogram
	fast.Add(90*time.Second, 10)
	days := []models.DayFigures{
		{Day: "2026-11-20", Orders: 10, Paid: 5, Revenue: total("1000.50")},
		{Day: "2026-11-21", Orders: 20, Paid: 20, Revenue: total("2001"), Wait: fast},
		{Day: "2026-11-22"},
	}
	orders := orderChart(days)
	assert.Equal(t, []string{"11-20", "11-21", "11-22"}, orders.Labels)
	assert.Equal(t, []pages.Series{
		{ID: "orders", Bars: []int{500, 1000, 0}, Values: []string{"10", "20", "0"}}, {ID: "paid", Bars: []int{250, 1000, 0}, Values: []string{"5", "20", "0"}},
	}, orders.Series)
	assert.Equal(t, "20", orders.Top)
	revenue := revenueChart(english.Printer, usd, days)
	assert.Equal(t, []int{500, 1000, 0}, revenue.Series[0].Bars)
	assert.Equal(t, []string{"$1,000.50", "$2,001.00", "$0.00"}, revenue.Series[0].Values)
	wait := waitChart(english.Printer, days)
	assert.Equal(t, []int{0, 1000, 0}, wait.Series[0].Bars)
	assert.False(t, wait.Empty)

	for _, empty := range []pages.Chart{orderChart(nil), revenueChart(english.Printer, usd, nil), waitChart(english.Printer, days[:1])} {
		assert.True(t, empty.Empty, empty.ID)
		for _, s := range empty.Series {
			for _, bar := range s.Bars {
				assert.Zero(t, bar)
			}
		}
	}
	tiny := revenueChart(english.Printer, usd, []models.DayFigures{{Day: "2026-11-20", Revenue: total("0.01")}, {Day: "2026-11-21", Revenue: total("999999999999999999")}})
	assert.Equal(t, []int{1, 1000}, tiny.Series[0].Bars, "something is never drawn as nothing")
}

func TestMoney_OfAShopThatChangedItsCurrency(t *testing.T) {
	usd := models.Currency{Code: "USD", Digits: 2}
	assert.Equal(t, "$0.00", money(english.Printer, usd, nil))
	assert.Equal(t, "$5.00 + €7.5", money(english.Printer, usd, []models.CoinTotal{
		{Symbol: "USD", Amount: models.MustAmount("5")}, {Symbol: "EUR", Amount: models.MustAmount("7.5")},
	}))
}

func TestCallbackHealth_WarnsOnlyWherePaidOrdersHadNone(t *testing.T) {
	now := day(t, "2026-11-22T12:00:00Z")
	d := models.Dashboard{
		LastCallback: now.Add(-2 * time.Hour), LagP95: 1200 * time.Millisecond,
		Callbacks: map[string]int{"notify_accepted": 9, "notify_bad_signature": 2, "notify_bad_shape": 0, "checkout_placed": 4},
	}
	health := callbackHealth(english.Printer, d, now)
	assert.False(t, health.Bad)
	assert.Equal(t, []pages.Rejected{{Reason: "bad_signature", Count: 2}}, health.Rejected)
	d.Uncalled = 1
	assert.True(t, callbackHealth(english.Printer, d, now).Bad)
	d.LastCallback = now.Add(-time.Minute)
	assert.False(t, callbackHealth(english.Printer, d, now).Bad)
	assert.True(t, callbackHealth(english.Printer, models.Dashboard{Uncalled: 1}, now).Bad, "none ever")
}

func TestTimeline_TellsWhoWhenWhereAndWhetherItWasProved(t *testing.T) {
	at := day(t, "2026-11-22T12:00:00Z")
	later := func(seconds int) time.Time { return at.Add(time.Duration(seconds) * time.Second) }
	file := models.OrderFile{
		Order: models.Order{ID: models.NewID()},
		Evidence: []models.EvidenceRow{
			{Evidence: models.Evidence{Source: models.SourceCallback, Status: "3", Amount: "12", Coin: "USDT", CreatedAt: later(5)}, RemoteAddr: "192.0.2.9", ReceivedAt: later(3)},
			{Evidence: models.Evidence{Source: models.SourceQuery, Verified: true, Status: "3", OrderNum: "42", CreatedAt: later(6)}},
		},
		Transitions: []models.Transition{
			{FromState: "awaiting", ToState: "paid", Cause: "callback", CreatedAt: later(7)},
			{AttemptID: "a", FromState: "paid", ToState: "closed", Refused: true, Cause: "poll", CreatedAt: later(8)},
			{AttemptID: "a", RefundID: "r", FromState: "approved", ToState: "submitting", Cause: "refund", CreatedAt: later(9)},
		},
		Mails: []models.OutboxMessage{{Kind: models.MailPaymentReceived, State: models.OutboxSent, CreatedAt: later(7), SentAt: later(10)}},
		Notes: []models.Note{{StaffID: "s", Who: "ann@shop.example", Text: "first", CreatedAt: later(11)}, {StaffID: "s", Who: "bob@shop.example", Text: "second", CreatedAt: later(12)}},
		Audit: []models.AuditEntry{
			{Action: "order.note", StaffID: "s", Who: "ann@shop.example", RemoteAddr: "192.0.2.1", At: later(11)},
			{Action: "order.note", StaffID: "s", Who: "bob@shop.example", RemoteAddr: "192.0.2.2", At: later(12)},
			{Action: "order.ask", StaffID: "s", Who: "ann@shop.example", RemoteAddr: "192.0.2.1", At: later(13), After: `{"state":"paid"}`},
			{Action: "order.fulfil", Who: "command line", At: later(14)},
		},
	}
	list := timeline(english.Printer, file)
	type line struct {
		what, who, where string
		kind             pages.EventKind
		verified         pages.Verified
	}
	var got []line
	for _, e := range list {
		got = append(got, line{e.What, e.Who, e.Where, e.Kind, e.Verified})
		assert.NotEmpty(t, e.At.ISO, e.What)
	}
	assert.Equal(t, []line{
		{"audit.order.fulfil", "command line", "", pages.EventAudit, pages.VerifiedOwn},
		{"audit.order.ask", "ann@shop.example", "192.0.2.1", pages.EventAudit, pages.VerifiedOwn},
		{"note", "bob@shop.example", "192.0.2.2", pages.EventNote, pages.VerifiedOwn},
		{"note", "ann@shop.example", "192.0.2.1", pages.EventNote, pages.VerifiedOwn},
		{"mail.payment_received", "shop", "", pages.EventMail, pages.VerifiedOwn},
		{"transition.refund", "shop", "", pages.EventTransition, pages.VerifiedOwn},
		{"transition.attempt", "shop", "", pages.EventRefused, pages.VerifiedOwn},
		{"transition.order", "platform", "", pages.EventTransition, pages.VerifiedOwn},
		{"evidence.query", "platform", "", pages.EventEvidence, pages.VerifiedYes},
		{"evidence.callback", "platform", "192.0.2.9", pages.EventCallback, pages.VerifiedNo},
	}, got)
	assert.True(t, list[1].Person)
	assert.False(t, list[0].Person)
	assert.Equal(t, "2026-11-22T12:00:03Z", list[9].At.ISO, "when it arrived, not when it was read")
	assert.Contains(t, list[9].Facts, pages.Fact{Name: "amount", Value: "12 USDT"})
}

func TestOrderView_OffersOnlyWhatIsPossibleAndAllowed(t *testing.T) {
	paid := models.Attempt{ID: "a", State: models.AttemptPaid, Coin: "USDT", Amount: models.MustAmount("10"), Refunded: models.MustAmount("4")}
	spent := models.Attempt{ID: "b", State: models.AttemptPaid, Coin: "USDT", Amount: models.MustAmount("10"), Refunded: models.MustAmount("10")}
	open := models.Attempt{ID: "c", State: models.AttemptOpen, Coin: "USDT", Amount: models.MustAmount("10")}
	can := func(role models.Role, order models.Order) string {
		v := orderView(english.Printer, models.OrderFile{Order: order}, staff.SignedIn{Staff: models.Staff{Role: role}})
		var list []string
		for name, yes := range map[string]bool{
			"note": v.CanNote, "fulfil": v.CanFulfil, "cancel": v.CanCancel, "ask": v.CanAsk, "resend": v.CanResend, "refund": v.CanRefund,
		} {
			if yes {
				list = append(list, name)
			}
		}
		b, err := json.Marshal(list)
		require.NoError(t, err)
		return string(b)
	}
	waiting := models.Order{State: models.OrderAwaiting, Attempts: []models.Attempt{open}}
	done := models.Order{State: models.OrderPaid, PaidAttemptID: "a", Attempts: []models.Attempt{paid, spent}}
	for _, c := range []struct {
		role  models.Role
		order models.Order
		want  []string
	}{
		{models.RoleViewer, waiting, nil},
		{models.RoleViewer, done, nil},
		{models.RoleOperator, waiting, []string{"note", "cancel", "ask", "resend"}},
		{models.RoleOperator, done, []string{"note", "fulfil", "resend"}},
		{models.RoleFinance, waiting, []string{"note", "cancel", "ask"}},
		{models.RoleFinance, done, []string{"note", "refund"}},
		{models.RoleOwner, done, []string{"note", "fulfil", "resend", "refund"}},
		{models.RoleOwner, models.Order{State: models.OrderRefunded, Attempts: []models.Attempt{spent}}, []string{"note", "resend"}},
	} {
		var got []string
		require.NoError(t, json.Unmarshal([]byte(can(c.role, c.order)), &got))
		assert.ElementsMatch(t, c.want, got, "%s %s", c.role, c.order.State)
	}
	choices := refundChoices(english.Printer, done)
	require.Len(t, choices, 1)
	assert.Equal(t, pages.RefundChoice{AttemptID: "a", Paid: "10 USDT", Left: "6 USDT", LeftPlain: "6", Selected: true}, choices[0])
}

func TestRefundRows_NobodyApprovesTheirOwn(t *testing.T) {
	refund := models.Refund{ID: "r", State: models.RefundRequested, RequestedBy: "me", Amount: models.MustAmount("1"), Coin: "USDT"}
	row := func(role models.Role, id string, r models.Refund) pages.RefundRow {
		return refundRows(english.Printer, []models.Refund{r}, names{"me": "me@shop.example"}, nil, staff.SignedIn{Staff: models.Staff{ID: id, Role: role}})[0]
	}
	own := row(models.RoleFinance, "me", refund)
	assert.True(t, own.Own)
	assert.False(t, own.CanApprove)
	assert.True(t, own.CanDecline)
	assert.Equal(t, "me@shop.example", own.RequestedBy)
	assert.True(t, row(models.RoleFinance, "you", refund).CanApprove)
	assert.False(t, row(models.RoleOperator, "you", refund).CanApprove)
	refund.State = models.RefundSubmitting
	sent := row(models.RoleOwner, "you", refund)
	assert.False(t, sent.CanApprove)
	assert.False(t, sent.CanDecline)
}

func TestTaskView_SaysHowFarItIs(t *testing.T) {
	running := taskView(english.Printer, models.Task{ID: "t", Kind: models.TaskCancel, State: models.TaskRunning, Done: 1, Total: 3}, nil, true)
	assert.True(t, running.Running)
	assert.Equal(t, 33, running.Percent)
	unknown := taskView(english.Printer, models.Task{Kind: models.TaskStatement, State: models.TaskRunning, Params: `{"day":"2026-11-20"}`}, nil, true)
	assert.Equal(t, -1, unknown.Percent)
	assert.Equal(t, "2026-11-20", unknown.About)
	assert.Empty(t, unknown.ResultURL)
	over := models.Task{ID: "t", Kind: models.TaskExport, State: models.TaskDone, Params: `{"what":"orders","format":"csv"}`, FileName: "x.csv", FileSize: 1500}
	assert.Equal(t, "/admin/tasks/t/file", taskView(english.Printer, over, nil, true).File.URL)
	assert.Empty(t, taskView(english.Printer, over, nil, false).File.URL)
	assert.Equal(t, 100, taskView(english.Printer, over, nil, false).Percent)
	odd := taskView(english.Printer, models.Task{Kind: models.TaskStatement, State: models.TaskDone, Params: `nonsense`}, []models.TaskRow{
		{Outcome: "cancelled"}, {Outcome: "paid"}, {Outcome: "cancelled"},
	}, true)
	assert.Empty(t, odd.About)
	assert.Equal(t, []pages.Outcome{{Outcome: "cancelled", Count: 2}, {Outcome: "paid", Count: 1}}, odd.Counts)
	assert.False(t, odd.Rows[0].Bad)
	assert.True(t, odd.Rows[1].Bad)
}

func TestSubjectURL(t *testing.T) {
	id := models.NewID()
	assert.Equal(t, "/admin/orders/"+id, subjectURL("order:"+id))
	assert.Equal(t, "/admin/tasks/"+id, subjectURL("task:"+id))
	assert.Equal(t, "/admin/statements/2026-11-20", subjectURL("day:2026-11-20"))
	for _, other := range []string{"", "order:", "order:x", "staff:" + id, "refund:" + id, "order:../../x", "day"} {
		assert.NotContains(t, subjectURL(other), "..", other)
		assert.False(t, strings.HasPrefix(subjectURL(other), "/admin/orders"), other)
	}
}

func TestStatusOf(t *testing.T) {
	for problem, want := range map[pages.Problem]int{
		pages.ProblemNone: 200, pages.ProblemWait: 429, pages.ProblemStale: 409, pages.ProblemAmount: 422, pages.ProblemUnreachable: 503, "anything": 422,
	} {
		assert.Equal(t, want, statusOf(problem), problem)
	}
}

func TestRoutes_ReadWritesApart(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range New(nil, assembly.Services{}, nil, nil, Checks{}).Routes() {
		key := r.Method + " " + r.Path
		assert.False(t, seen[key], key)
		seen[key] = true
		assert.True(t, Owns(r.Path), key)
		assert.NotNil(t, r.Handler, key)
	}
	assert.False(t, Owns("/administrator"))
	assert.False(t, Owns("/"))
}
