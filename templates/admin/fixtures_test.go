package admin_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const (
	ref     = "K7QW3ZP5NXA2RVTM4JHB6YDEUC"
	number  = "#1042"
	orderID = "01KB1R5XQ8F6Z9T0W3M2N4P7YC"
	day     = "2026-11-21"
	long    = "0190-an-exceedingly-long-value-that-nobody-would-type-but-somebody-will-send-4f6a1c9e7b2d8035"
	hash    = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

// sheet is one page or state of the gallery.
type sheet struct {
	name string
	page templ.Component
}

// gallery is every page in every state, in one language.
func gallery(tag string) []sheet {
	f := fixtures{i18n.ByTag(tag)}
	return slices.Concat(f.entrance(), f.office(), f.importSheets(), f.pricing())
}

func (f fixtures) entrance() []sheet {
	return []sheet{
		{"login", admin.Login(f.login(""))},
		{"login-expired", admin.Login(f.expired())},
		{"login-wrong", admin.Login(f.login(admin.RefusalSignIn))},
		{"login-wait", admin.Login(f.login(admin.RefusalOf(invalid.Wait)))},
		{"totp", admin.Code(admin.CodeView{Page: f.nobody(), Next: "/admin/orders"})},
		{"totp-wrong", admin.Code(admin.CodeView{Page: f.nobody(), Problem: invalid.Code})},
		{"totp-recovery", admin.Code(admin.CodeView{Page: f.nobody(), Problem: invalid.Code, Recovering: true})},
		{"setup", admin.Enrol(f.enrol(true, false))},
		{"setup-problems", admin.Enrol(f.troubledEnrol())},
		{"invite", admin.Enrol(f.enrol(false, false))},
		{"reset", admin.Enrol(f.enrol(false, true))},
		{"recovery", admin.Recovery(f.recovery())},
		{"error-nobody", admin.Error(admin.ErrorView{Page: f.nobody(), Kind: admin.ErrorGone, Status: 410, RequestID: "01JDK3V9Q4", Back: "/admin/login"})},
	}
}

func (f fixtures) office() []sheet {
	sheets := []sheet{
		{"step-up", admin.StepUp(f.stepUp())},
		{"account", admin.Account(f.account())},
		{"account-problems", admin.Account(f.troubledAccount())},
		{"account-totp", admin.NewTOTP(admin.NewTOTPView{Page: f.page(admin.SectionAccount), QR: f.qr(), Problem: invalid.Code})},
		{"dashboard", admin.Dashboard(f.dashboard(30))},
		{"dashboard-year", admin.Dashboard(f.dashboard(366))},
		{"dashboard-empty", admin.Dashboard(f.emptyDashboard())},
		{"inbox", admin.Inbox(f.inbox())},
		{"inbox-empty", admin.Inbox(admin.InboxView{Page: f.page(admin.SectionInbox)})},
		{"orders", admin.Orders(f.orders())},
		{"orders-problems", admin.Orders(f.troubledOrders())},
		{"orders-none", admin.Orders(f.noOrders(true))},
		{"orders-empty", admin.Orders(f.noOrders(false))},
		{"orders-viewer", admin.Orders(f.viewersOrders())},
		{"order", admin.Order(f.order())},
		{"order-review", admin.Order(f.reviewedOrder())},
		{"order-refund", admin.Order(f.refusedRefund())},
		{"order-bare", admin.Order(f.bareOrder())},
		{"task-fulfilled", admin.Task(f.fulfilTask())},
		{"cancellations", admin.Cancellations(f.cancellations())},
		{"cancellations-empty", admin.Cancellations(admin.CancellationsView{Page: f.page(admin.SectionCancellations)})},
		{"statements", admin.Statements(f.statements())},
		{"statements-empty", admin.Statements(f.noStatements())},
		{"statement", admin.Statement(f.statement())},
		{"statement-ready", admin.Statement(f.readyStatement())},
		{"statement-sealed", admin.Statement(f.sealedStatement())},
		{"statement-none", admin.Statement(f.noStatement())},
		{"refunds", admin.Refunds(f.refunds())},
		{"exports", admin.Exports(f.exports())},
		{"exports-trouble", admin.Exports(f.troubledExports())},
		{"refunds-empty", admin.Refunds(admin.RefundsView{Page: f.page(admin.SectionRefunds), States: f.choices("", models.RefundStates())})},
		{"tasks", admin.Tasks(f.tasks())},
		{"tasks-empty", admin.Tasks(admin.TasksView{Page: f.page(admin.SectionTasks)})},
		{"task-running", admin.Task(f.task(40))},
		{"task-waiting", admin.Task(f.task(-1))},
		{"task-done", admin.Task(f.doneTask())},
		{"task-failed", admin.Task(f.failedTask())},
		{"task-file", admin.Task(f.fileTask())},
		{"audit", admin.Audit(f.audit())},
		{"audit-empty", admin.Audit(f.noAudit())},
		{"staff", admin.Staff(f.staff())},
		{"staff-link", admin.Staff(f.invited())},
		{"error-403", admin.Error(admin.ErrorView{Page: f.page(admin.SectionStaff), Kind: admin.ErrorForbidden, Status: 403, RequestID: "01JDK3V9Q4", Back: "/admin"})},
	}
	sheets = append(sheets, f.catalogue()...)
	sheets = append(sheets, f.stock()...)
	sheets = append(sheets, f.coinSheets()...)
	sheets = append(sheets, f.confirmSheets()...)
	sheets = append(sheets, f.setUp()...)
	sheets = append(sheets, f.keySheets()...)
	sheets = append(sheets, f.webhookSheets()...)
	sheets = append(sheets, f.linkSheets()...)
	sheets = append(sheets, f.customers()...)
	return append(sheets, f.strange()...)
}

// strange are pages with what no shop should have, and one has: values without an end, states without words.
func (f fixtures) strange() []sheet {
	orders := f.orders()
	for i := range orders.Rows {
		r := &orders.Rows[i]
		r.Number, r.Email, r.Name, r.OrderNum, r.Payer = long, long+"@example.com", long, long, long
		r.Total, r.Amount, r.State = "$1,234,567,890,123,456.78", "1,234,567,890,123.123456789012345678 USDT", "state_without_words"
	}
	order := f.order()
	order.Number, order.Email, order.Name, order.Lang = long, long+"@example.com", long, "xx"
	order.Shipments[0].Carrier, order.Shipments[0].Number = long, long
	order.Lines[0].Title, order.Lines[0].SKU = strings.Repeat("Wide", 60), long
	order.Attempts[0].Amount, order.Attempts[0].Payer, order.Attempts[0].Problem = "1,234,567,890,123.123456789012345678 USDT", long, long
	order.Timeline[0].Text, order.Timeline[0].What, order.Timeline[0].Who = strings.Repeat("wide", 100), "thing.without_words", long
	statement := f.statement()
	for i := range statement.Found {
		statement.Found[i].AppOrderID, statement.Found[i].Theirs, statement.Found[i].Note = long, "1,234,567,890,123.123456789012345678 USDT", long+long
	}
	statement.Statement.By, statement.SealedBy = long+"@example.com", long
	people := f.staff()
	people.People[0].Name, people.People[0].Email, people.Invitations[0].Email = long, long+"@example.com", long
	audit := f.audit()
	audit.Rows[0].Who, audit.Rows[0].Subject, audit.Rows[0].Action, audit.Rows[0].After = long, long+long, long, long+long
	return []sheet{
		{"strange-orders", admin.Orders(orders)},
		{"strange-order", admin.Order(order)},
		{"strange-statement", admin.Statement(statement)},
		{"strange-staff", admin.Staff(people)},
		{"strange-audit", admin.Audit(audit)},
	}
}

// render gives a component's HTML.
func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, c.Render(t.Context(), &b))
	return b.String()
}

type fixtures struct{ p *i18n.Printer }

func (f fixtures) say(en, zh string) string {
	if f.p.Lang() == "en" {
		return en
	}
	return zh
}

// wait is a time of minutes and seconds as the pages write it.
func (f fixtures) wait(minutes, seconds string) string {
	return f.p.T("admin.unit.min", "N", minutes) + " " + f.p.T("admin.unit.s", "N", seconds)
}

func (f fixtures) money(amount string) string { return f.p.Money(amount, "USD", 2) }

func (f fixtures) at(minutes int) templates.Moment {
	t := time.Date(2026, 11, 22, 14, 5, 7, 0, time.UTC).Add(-time.Duration(minutes) * time.Minute)
	return templates.Moment{Text: f.p.Stamp(t, time.UTC), ISO: t.Format(time.RFC3339)}
}

func (f fixtures) nobody() admin.Page {
	return admin.Page{Printer: f.p, ShopName: "Osier", Path: "/admin/login", Zone: "Asia/Shanghai", Demo: true}
}

func (f fixtures) page(section admin.Section) admin.Page {
	p := f.nobody()
	p.Path, p.Section = "/admin/"+string(section), section
	p.User = admin.User{Name: "Ada Lovelace", Email: "ada@example.com", Role: "owner", SteppedUp: true}
	p.May = admin.May{Fulfil: true, Cancel: true, Export: true, Reconcile: true, Audit: true, Staff: true}
	return p
}

// choices are options with an empty one in front.
func (f fixtures) choices(chosen string, states any) []admin.Choice {
	list := []admin.Choice{{Selected: chosen == ""}}
	add := func(value string) { list = append(list, admin.Choice{Value: value, Selected: value == chosen}) }
	switch states := states.(type) {
	case []models.OrderState:
		for _, s := range states {
			add(string(s))
		}
	case []models.RefundState:
		for _, s := range states {
			add(string(s))
		}
	case []string:
		for _, s := range states {
			add(s)
		}
	}
	return list
}

func (f fixtures) login(refusal admin.Refusal) admin.LoginView {
	v := admin.LoginView{Page: f.nobody(), Next: "/admin/orders", Refusal: refusal}
	if refusal != "" {
		v.Email = "ada@example.com"
	}
	if refusal == admin.RefusalOf(invalid.Wait) {
		v.WaitSeconds = 240
	}
	return v
}

func (f fixtures) expired() admin.LoginView {
	v := f.login("")
	v.Page.Notices = []admin.Notice{{Kind: admin.NoticeExpired}}
	return v
}

// qr is a pattern that looks like a code.
func (f fixtures) qr() admin.QR {
	var path strings.Builder
	for i := range 25 * 25 {
		if (i*i+3*i)%7 < 3 {
			path.WriteString("M" + strconv.Itoa(4+i%25) + " " + strconv.Itoa(4+i/25) + "h1v1h-1z")
		}
	}
	return admin.QR{Size: 33, Path: path.String(), Secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"}
}

func (f fixtures) enrol(first, reset bool) admin.EnrolView {
	v := admin.EnrolView{Page: f.nobody(), Action: "/admin/setup/token", First: first, Reset: reset, Role: "owner", MinPassword: 12, QR: f.qr()}
	if !first {
		v.Action, v.Role, v.EmailFixed, v.Email.Value = "/admin/invite/token", "finance", true, "grace@example.com"
	}
	return v
}

func (f fixtures) troubledEnrol() admin.EnrolView {
	v := f.enrol(true, false)
	v.Email = admin.Field{Value: "ada@", Problem: invalid.Email}
	v.Name = admin.Field{Problem: invalid.Missing}
	v.Password, v.Code = invalid.Guessable, invalid.Code
	return v
}

func (f fixtures) recovery() admin.RecoveryView {
	v := admin.RecoveryView{Page: f.nobody(), Next: "/admin"}
	for i := range 10 {
		v.Codes = append(v.Codes, "k7qw3-zp5nx-"+strconv.Itoa(1000+i*7))
	}
	return v
}

func (f fixtures) stepUp() admin.StepUpView {
	v := admin.StepUpView{Page: f.page(admin.SectionOrders), Action: "/admin/orders/" + orderID + "/refund", Problem: invalid.Wait, WaitSeconds: 30}
	v.Page.User.SteppedUp = false
	v.Fields = []admin.Hidden{{Name: "amount", Value: "12.50"}, {Name: "reason", Value: "broken"}}
	return v
}

func (f fixtures) account() admin.AccountView {
	return admin.AccountView{
		Page: f.page(admin.SectionAccount), Name: admin.Field{Value: "Ada Lovelace"}, MinPassword: 12, RecoveryLeft: 3,
		Alerts: f.alertChoices(), AlertHour: "08:00 UTC",
		Langs: []admin.Choice{{Value: "en", Label: "English", Selected: true}, {Value: "zh-Hans", Label: "简体中文"}},
		Sessions: []admin.Session{
			{ID: "s1", RemoteAddr: "203.0.113.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", Begun: f.at(90), Seen: f.at(0), Ends: f.at(-600), Current: true},
			{ID: "s2", RemoteAddr: "2001:db8:85a3::8a2e:370:7334", UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)", Begun: f.at(600), Seen: f.at(25), Ends: f.at(-120)},
		},
		LastVisit: admin.LastVisit{Since: f.at(1440)},
	}
}

func (fixtures) alertChoices() []admin.AlertChoice {
	var list []admin.AlertChoice
	for i, kind := range []string{"attention", "refund", "low_stock", "callbacks", "statement"} {
		list = append(list, admin.AlertChoice{Kind: kind, Timings: []admin.Choice{
			{Value: "now", Selected: i < 2}, {Value: "daily", Selected: i > 1}, {Value: "never"},
		}})
	}
	return list
}

func (f fixtures) troubledAccount() admin.AccountView {
	v := f.account()
	v.Page.Notices = []admin.Notice{{Kind: admin.NoticeRecoveryFew, Text: "1"}, {Kind: admin.NoticeRefused, Text: string(admin.RefusalStale)}}
	v.Name = admin.Field{Problem: invalid.Missing}
	v.Current, v.WaitSeconds, v.Password, v.RecoveryLeft = invalid.Wait, 45, invalid.Password, 1
	v.LastVisit = admin.LastVisit{
		Since: f.at(1440), Refused: 712, WrongCodes: 1, NewBrowsers: []admin.NewBrowser{
			{RemoteAddr: "203.0.113.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", At: f.at(90), Current: true},
			{RemoteAddr: "2001:db8:85a3::8a2e:370:7334", UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)", At: f.at(600)},
		},
	}
	return v
}

func (f fixtures) figures(orders int) admin.Figures {
	return admin.Figures{
		Orders: orders, Paid: orders * 9 / 10, Conversion: "90.0 %", Received: f.money(strconv.Itoa(orders*67) + ".5"),
		Returned: f.money("24"), Revenue: f.money(strconv.Itoa(orders*67-24) + ".5"), ToPaidP50: f.wait("1", "20"), ToPaidP95: f.wait("6", "2"),
		Sums: []admin.SumFigure{
			{Symbol: "USD", Payments: orders, Received: f.money(strconv.Itoa(orders*67) + ".5"), Refunds: 1, Returned: f.money("24"), Net: f.money(strconv.Itoa(orders*67-24) + ".5")},
			{Symbol: "BTC", Coin: true, Payments: orders / 4, Received: f.p.Coin("0.19126012", "BTC"), Net: f.p.Coin("0.19126012", "BTC")},
			{Symbol: "ETH", Coin: true, Payments: orders / 5, Received: f.p.Coin("5.438612345678901234", "ETH"), Net: f.p.Coin("5.438612345678901234", "ETH")},
			{Symbol: "USDT", Coin: true, Payments: orders / 2, Received: f.p.Coin("18234.500000", "USDT"), Refunds: 1, Returned: f.p.Coin("24.00", "USDT"), Net: f.p.Coin("18210.50", "USDT")},
		},
		Open: 7, Unknown: 1, Reviews: 3, Fulfil: 12,
	}
}

func (f fixtures) dashboard(days int) admin.DashboardView {
	v := admin.DashboardView{
		Page: f.page(admin.SectionDashboard), From: admin.Field{Value: "2026-10-24"}, To: admin.Field{Value: "2026-11-22"},
		Presets: []admin.Choice{{Value: "today"}, {Value: "7d"}, {Value: "30d", Selected: true}, {Value: "90d"}},
		Today:   f.figures(34), Span: f.figures(1234),
		Attention:      []admin.Attention{{Kind: "reviews", Count: 3, URL: "/admin/inbox"}, {Kind: "refunds_waiting", Count: 1, URL: "/admin/refunds?state=requested"}, {Kind: "discrepancies", Count: 12, URL: "/admin/statements"}},
		AttentionTotal: 16,
		Callbacks: admin.CallbackHealth{
			Last: f.at(190), Lag: "1.2 s", Silent: 4, Bad: true, Rejected: []admin.Rejected{{Reason: "bad_signature", Count: 17}, {Reason: "bad_shape", Count: 2}},
		},
	}
	v.Days, v.Revenue, v.ToPaid = f.chart("days", days, "orders", "paid"), f.chart("revenue", days, "received", "refunded"), f.chart("to_paid", days, "p50", "p95")
	v.Revenue.Top = f.money("4200")
	return v
}

func (f fixtures) chart(id string, days int, series ...string) admin.Chart {
	c := admin.Chart{ID: id, Top: "62"}
	for n, name := range series {
		s := admin.Series{ID: name}
		for i := range days {
			height := (i*i*37 + i*91 + 400) % 950
			if n > 0 {
				height = height * 8 / 10
			}
			if i == 0 {
				height = 1000
			}
			s.Bars, s.Values = append(s.Bars, height), append(s.Values, strconv.Itoa(height*62/1000))
		}
		c.Series = append(c.Series, s)
	}
	first := time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC)
	for i := range days {
		c.Labels = append(c.Labels, first.AddDate(0, 0, i).Format("01-02"))
	}
	return c
}

func (f fixtures) emptyDashboard() admin.DashboardView {
	v := f.dashboard(7)
	v.Today, v.Span, v.Attention, v.AttentionTotal = admin.Figures{Revenue: f.money("0")}, admin.Figures{Revenue: f.money("0")}, nil, 0
	for _, c := range []*admin.Chart{&v.Days, &v.Revenue, &v.ToPaid} {
		*c = admin.Chart{ID: c.ID, Series: c.Series, Empty: true}
	}
	v.Callbacks = admin.CallbackHealth{}
	v.Refusal, v.From.Problem, v.To.Problem = admin.RefusalOf(invalid.Span), invalid.Day, invalid.DayFuture
	return v
}
