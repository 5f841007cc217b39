package admin_test

import (
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
)

func (f fixtures) types() []admin.Choice {
	return []admin.Choice{{Selected: true}, {Value: "1"}, {Value: "11"}}
}

func (f fixtures) statements() admin.StatementsView {
	v := admin.StatementsView{
		Page: f.page(admin.SectionStatements), Day: admin.Field{Value: "2026-11-23", Problem: invalid.DayFuture}, Types: f.types(), FormToken: "token",
		TypeProblem: invalid.Unknown, Refusal: admin.RefusalUnreachable, Next: "/admin/statements?before=x",
	}
	for i := range 9 {
		d := admin.DayRow{Day: time.Date(2026, 11, 21-i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), State: "sealed", Statement: "complete", Lines: 4001 - i*7, Fetched: f.at(600 + i*1440)}
		d.Result.Name = "balanced"
		switch i {
		case 0:
			d.State, d.Result = "open", admin.DayResult{Name: "explained_open", Open: 5}
		case 1:
			d.State, d.Statement, d.Result.Name = "open", "failed", "unbalanced"
		case 2:
			d.State, d.Statement, d.Lines, d.Fetched.Text, d.Result.Name = "open", "", 0, "", "not_compared"
		case 4:
			d.Result.Name = "explained"
		}
		v.Days = append(v.Days, d)
	}
	return v
}

func (f fixtures) noStatements() admin.StatementsView {
	return admin.StatementsView{Page: f.page(admin.SectionStatements), Types: f.types(), FormToken: "token"}
}

func (f fixtures) statement() admin.StatementView {
	v := admin.StatementView{
		Page: f.page(admin.SectionStatements), Day: day, Begins: f.at(2880), Ends: f.at(1440), State: "open", Types: f.types(), Matched: 3997, CanFetch: true, FormToken: "token",
		Result: admin.DayResult{Name: "explained_open", Open: 4}, Seal: admin.SealView{Reason: "open", Ends: f.at(1440), Open: 4},
		Statement: admin.StatementFact{State: "complete", Lines: 4001, Count: 4001, Pages: 41, Hash: hash, Fetched: f.at(600), By: "grace@example.com"},
		Earlier:   []admin.StatementFact{{State: "failed", Lines: 2000, Count: 4001, Pages: 20, Fetched: f.at(700), Problem: f.p.T("admin.remark.shifted")}},
		Totals: []admin.TotalRow{
			{Type: "1", Coin: "USDT", Theirs: "182,345.500001", TheirLines: 3001, Ours: "182,345.500000", OurRows: 3001, Difference: "+0.000001", Listed: "+0.000001", Result: admin.DayResult{Name: "explained_open", Open: 3}},
			{Type: "1", Coin: "BTC", Theirs: "1.91260123", TheirLines: 990, Ours: "1.91260123", OurRows: 990, Difference: "0", Listed: "0", Result: admin.DayResult{Name: "balanced"}},
			{Type: "11", Coin: "USDT", Theirs: "24.00", TheirLines: 1, Ours: "24.00", OurRows: 1, Difference: "0", Listed: "0", Result: admin.DayResult{Name: "explained"}},
		},
		ZoneWarning: admin.ZoneWarning{Lines: 14, Likely: "UTC+08:00"},
		FoundStates: []admin.Choice{{Selected: true}, {Value: "open"}, {Value: "accepted"}, {Value: "settled"}}, FoundNext: "/admin/statements/" + day + "?found_after=x",
		LinesNext: "/admin/statements/" + day + "?after=x", LinesFirst: "/admin/statements/" + day,
		Export:      admin.Export{Fields: []admin.Hidden{{Name: "what", Value: "statement"}, {Name: "day", Value: day}}},
		ExportFound: admin.Export{Fields: []admin.Hidden{{Name: "what", Value: "discrepancies"}, {Name: "day", Value: day}}},
	}
	for i, kind := range []string{"amount_differs", "coin_differs", "theirs_not_ours", "ours_not_theirs", "duplicate", "wrong_day", "changed_sealed", "unreadable"} {
		v.Found = append(v.Found, f.discrepancy(i, kind))
	}
	for i := range 12 {
		line := admin.StatementLine{Position: i + 1, Type: "1", AppOrderID: "01KB1R5XQ8F6Z9T0W3M2N4P7" + strconv.Itoa(10+i), OrderID: "o" + strconv.Itoa(i), Number: "#" + strconv.Itoa(1042+i), Amount: f.p.Coin("0.00191260", "BTC"), UserID: "8842110", Created: f.at(1500 + i), Paid: f.at(1490 + i)}
		if i == 3 {
			line.OrderID, line.UserID, line.Type = "", "", "11"
		}
		if i == 5 {
			line.AppOrderID, line.OrderID, line.Type, line.Amount, line.Unreadable = "", "", "", "", "line"
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

func (f fixtures) discrepancy(i int, kind string) admin.DiscrepancyRow {
	d := admin.DiscrepancyRow{
		ID: "d" + strconv.Itoa(i), Kind: kind, Type: "1", AppOrderID: "01KB1R5XQ8F6Z9T0W3M2N4P7YD", OrderID: orderID, Number: number, Theirs: f.p.Coin("186.000001", "USDT"), Ours: f.p.Coin("186.00", "USDT"),
		Difference: f.p.Coin("0.000001", "USDT"), State: "open", Owners: []admin.Choice{{Selected: true}, {Value: "s1", Label: "ada@example.com"}, {Value: "s2", Label: "grace@example.com"}}, Updated: f.at(590),
		Version: 3, Can: map[string]bool{"assign": true, "note": true, "accept": true}, FormToken: "token",
		Events: []admin.DiscrepancyEvent{{Kind: "found", At: f.at(600)}},
	}
	asked, rounding := f.say("Asked the exchange, ticket 4711.", "已向平台提交工单 4711。"), f.say("The exchange rounds up. Ticket 4711.", "平台向上取整，工单 4711。")
	switch i {
	case 0:
		d.Can["refund"] = true
		d.Refused = admin.DiscrepancyRefusal{Action: "refund", TooMuch: true, Left: f.p.Coin("186.00", "USDT"), Amount: admin.Field{Value: "187"}, Text: admin.Field{Value: asked}}
	case 1:
		d.Refused = admin.DiscrepancyRefusal{Action: "accept", Refusal: admin.RefusalStale, Text: admin.Field{Problem: invalid.Missing}}
	case 2:
		d.Ours, d.Can["settle"] = "", true
	case 3:
		d.Theirs, d.Owner, d.Note = "", "grace@example.com", asked
		d.Events = append(d.Events, admin.DiscrepancyEvent{Kind: "assigned", Owner: "grace@example.com", Who: "ada@example.com", At: f.at(598)},
			admin.DiscrepancyEvent{Kind: "noted", Text: asked, Who: "grace@example.com", At: f.at(597)}, admin.DiscrepancyEvent{Kind: "assigned", Who: "command line", At: f.at(596)},
			admin.DiscrepancyEvent{Kind: "changed", Theirs: d.Ours, Ours: d.Ours, At: f.at(595)})
	case 4:
		d.Can["refund"] = true
	case 5:
		d.State, d.Can = "accepted", map[string]bool{"reopen": true}
		d.Owner, d.Note, d.Reason, d.AcceptedBy, d.Accepted = "grace@example.com", asked, rounding, "ada@example.com", f.at(590)
	case 6:
		d.State, d.Can = "settled", nil
	case 7:
		d.Theirs, d.Difference, d.Line, d.Member = "", "", 17, "orderAmount"
		d.LineText = `{"merchantUserId": …, "appOrderId": "01KB1R5XQ8F6Z9T0W3M2N4P7YD", "payCoinSymbol": "btc", "orderAmount": "n/a", "orderType": 1}`
	}
	return d
}

func (f fixtures) readyStatement() admin.StatementView {
	v := f.statement()
	v.Found, v.FoundNext, v.ZoneWarning, v.CanSeal, v.Earlier = nil, "", admin.ZoneWarning{}, true, nil
	v.Result, v.Seal, v.Totals[0].Result = admin.DayResult{Name: "explained"}, admin.SealView{}, admin.DayResult{Name: "explained"}
	v.Page.Notices = []admin.Notice{{Kind: admin.NoticeAccepted}}
	return v
}

func (f fixtures) sealedStatement() admin.StatementView {
	v := f.readyStatement()
	v.State, v.Sealed, v.SealedBy, v.CanSeal, v.CanFetch, v.Lines, v.LinesNext, v.LinesFirst = "sealed", f.at(30), "ada@example.com", false, false, nil, "", ""
	v.Result.Name, v.Totals[0].Result.Name, v.Totals[0].Listed = "unbalanced", "unbalanced", "0"
	v.Seal.Reason = "sealed"
	v.Refusal, v.ZoneWarning = admin.RefusalDaySealed, admin.ZoneWarning{Lines: 1}
	return v
}

func (f fixtures) noStatement() admin.StatementView {
	return admin.StatementView{
		Page: f.page(admin.SectionStatements), Day: day, Begins: f.at(2880), Ends: f.at(1440), State: "open", CanFetch: true, FormToken: "token", Types: f.types(),
		Result: admin.DayResult{Name: "not_compared"}, Seal: admin.SealView{Reason: "not_over", Ends: f.at(-600)}, Refusal: admin.RefusalDayOpen,
	}
}

func (f fixtures) refund(id string, state models.RefundState) admin.RefundRow {
	return admin.RefundRow{
		ID: id, OrderID: orderID, Number: number, State: string(state), Amount: f.p.Coin("0.00050000", "BTC"), Reason: f.say("One mug was broken.", "一只杯子破损。"), RequestedBy: "ada@example.com",
		ApprovedBy: "grace@example.com", AppOrderID: "01KB1R5XQ8F6Z9T0W3M2N4P7YF", OrderNum: "2026112215000012345", Created: f.at(50), Sent: f.at(40),
	}
}

func (f fixtures) refunds() admin.RefundsView {
	v := admin.RefundsView{Page: f.page(admin.SectionRefunds), States: f.choices("requested", models.RefundStates()), FourEyes: f.money("500"), Next: "/admin/refunds?after=x", Refusal: admin.RefusalSamePerson}
	for i, state := range models.RefundStates() {
		r := f.refund("f"+strconv.Itoa(i), state)
		switch state {
		case models.RefundRequested:
			r.ApprovedBy, r.OrderNum, r.Sent.Text, r.CanApprove, r.CanDecline = "", "", "", true, true
			r.DeclineReason = admin.Field{Problem: invalid.Missing}
		case models.RefundApproved:
			r.State, r.ApprovedBy, r.OrderNum, r.Sent.Text, r.Own, r.CanDecline = "requested", "", "", "", true, true
		case models.RefundFailed:
			r.Problem = "70006"
		case models.RefundConfirmed:
			r.Confirmed = f.at(5)
		case models.RefundDeclined:
			r.ApprovedBy, r.DeclinedBy, r.OrderNum, r.Sent.Text = "", "grace@example.com", "", ""
		case models.RefundSubmitting, models.RefundUnknown, models.RefundAccepted:
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

func (f fixtures) tasks() admin.TasksView {
	v := admin.TasksView{Page: f.page(admin.SectionTasks)}
	for i, state := range []string{"waiting", "running", "done", "failed", "stopped"} {
		r := admin.TaskRow{ID: "t" + strconv.Itoa(i), Kind: []string{"cancel", "statement", "export"}[i%3], State: state, Who: "ada@example.com", About: []string{"2", day, "orders · csv"}[i%3], Done: i * 1000, Total: 4001, Created: f.at(i * 7)}
		if i > 1 {
			r.Ended = f.at(i * 5)
		}
		if i == 0 {
			r.Total, r.Who = 0, "schedule"
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

func (f fixtures) task(percent int) admin.TaskView {
	v := admin.TaskView{Page: f.page(admin.SectionTasks), ID: "t1", Kind: "statement", State: "running", Running: true, Who: "ada@example.com", About: day, Done: 1600, Total: 4001, Percent: percent, Created: f.at(1)}
	v.Page.RefreshSeconds = 3
	if percent < 0 {
		v.State, v.Done, v.Total = "waiting", 0, 0
	}
	return v
}

func (f fixtures) doneTask() admin.TaskView {
	v := admin.TaskView{Page: f.page(admin.SectionTasks), ID: "t2", Kind: "cancel", State: "done", Who: "ada@example.com", About: "5", Done: 5, Total: 5, Percent: 100, Created: f.at(3), Ended: f.at(2), ResultURL: "/admin/orders"}
	for i, outcome := range []string{"cancelled", "paid", "unknown", "gone", "failed"} {
		r := admin.TaskResult{Position: i + 1, Subject: number, OrderID: "o" + strconv.Itoa(i), Outcome: outcome, Bad: outcome == "failed"}
		if r.Bad {
			r.Note = "70003"
		}
		v.Rows = append(v.Rows, r)
		v.Counts = append(v.Counts, admin.Outcome{Outcome: outcome, Count: 1})
	}
	v.RowsNext = "/admin/tasks/t2?after=5"
	return v
}

func (f fixtures) fulfilTask() admin.TaskView {
	v := f.doneTask()
	v.Kind, v.ResultURL, v.Rows, v.Counts = "fulfil", "", nil, nil
	for i, outcome := range []string{"fulfilled", "not_fulfillable"} {
		v.Rows = append(v.Rows, admin.TaskResult{Position: i + 1, Subject: ref, OrderID: "o" + strconv.Itoa(i), Outcome: outcome, Bad: i == 1})
		v.Counts = append(v.Counts, admin.Outcome{Outcome: outcome, Count: 1})
	}
	return v
}

func (f fixtures) failedTask() admin.TaskView {
	v := f.task(40)
	v.State, v.Running, v.Problem, v.Ended, v.Page.RefreshSeconds = "failed", false, "shifted", f.at(0), 0
	v.Facts = []admin.Fact{{Name: "day", Value: day, URL: "/admin/statements/" + day}, {Name: "pages", Value: "20"}}
	return v
}

func (f fixtures) fileTask() admin.TaskView {
	v := f.task(100)
	v.Kind, v.About, v.State, v.Running, v.Ended, v.Page.RefreshSeconds = "export", "orders · xlsx", "done", false, f.at(0), 0
	v.Done, v.Total = 1000000, 1000000
	v.File = admin.File{URL: "/admin/tasks/t1/file", Name: "orders-2026-11-22-UTC.xlsx", Size: "48.2 MB", Until: f.at(-10080)}
	return v
}

func (f fixtures) audit() admin.AuditView {
	v := admin.AuditView{Page: f.page(admin.SectionAudit), Actions: f.choices("", []string{"order.cancel", "order.ship", "refund.request", "staff.role"}), Next: "/admin/audit?before=1", Filtered: true, Export: admin.Export{Fields: []admin.Hidden{{Name: "form_token", Value: "t"}}}}
	for i, action := range []string{"order.cancel", "refund.request", "staff.role", "day.seal", "action.without_words"} {
		v.Rows = append(v.Rows, admin.AuditRow{
			Seq: strconv.Itoa(1042 - i), At: f.at(i * 13), Who: "ada@example.com", Action: action, Subject: "order:" + orderID, SubjectURL: "/admin/orders/" + orderID,
			Before: `{"state":"awaiting"}`, After: `{"state":"cancelled","wanted":"cancelled"}`, RemoteAddr: "203.0.113.7", RequestID: "01JDK3V9Q4", Hash: hash,
		})
	}
	v.Rows[0].OrderNumber = number
	v.Rows[2].SubjectURL, v.Rows[3].Before, v.Rows[4].Subject, v.Rows[4].RemoteAddr, v.Rows[4].Who = "", "", "", "", "command line"
	return v
}

func (f fixtures) noAudit() admin.AuditView {
	v := f.audit()
	v.Rows, v.Next, v.First, v.Refusal = nil, "", "/admin/audit", admin.RefusalCursor
	v.Who, v.Subject = admin.Field{Value: "x", Problem: invalid.Email}, admin.Field{Value: "y", Problem: invalid.Characters}
	return v
}

func (f fixtures) staff() admin.StaffView {
	roles := func(chosen string) []admin.Choice {
		var list []admin.Choice
		for _, r := range models.Roles() {
			list = append(list, admin.Choice{Value: string(r), Selected: string(r) == chosen})
		}
		return list
	}
	return admin.StaffView{
		Page: f.page(admin.SectionStaff), Roles: roles("viewer"),
		People: []admin.Person{
			{ID: "s1", Name: "Ada Lovelace", Email: "ada@example.com", Role: "owner", Roles: roles("owner"), Self: true, RecoveryLeft: 10, Created: f.at(90000), LastLogin: f.at(90)},
			{ID: "s2", Name: f.say("Grace Hopper", "林芳"), Email: "grace@example.com", Role: "finance", Roles: roles("finance"), RecoveryLeft: 8, Created: f.at(80000), LastLogin: f.at(2000)},
			{ID: "s3", Name: "", Email: "alan@example.com", Role: "operator", Roles: roles("operator"), Disabled: true, RecoveryLeft: 0, Created: f.at(70000)},
		},
		Invitations: []admin.Invitation{{ID: "i1", Email: "edsger@example.com", Role: "viewer", InvitedBy: "ada@example.com", Expires: f.at(-4000)}, {ID: "i2", Role: "owner", Expires: f.at(-100)}},
		Email:       admin.Field{Value: "ada@example.com", Problem: invalid.Taken}, Role: admin.Field{Problem: invalid.Unknown},
	}
}

func (f fixtures) invited() admin.StaffView {
	v := f.staff()
	v.Email, v.Role, v.Invitations = admin.Field{}, admin.Field{}, nil
	v.Link, v.LinkEmail = "https://shop.example/admin/invite/K7QW3ZP5NXA2RVTM4JHB6YDEUCK7QW3ZP5NXA2RVTM4JHB6YDEUC", "edsger@example.com"
	return v
}

func (f fixtures) exports() admin.ExportsView {
	return admin.ExportsView{
		Page: f.page(admin.SectionExports), FormToken: "token", From: admin.Field{Value: "2026-11-01"}, To: admin.Field{Value: "2026-11-22"},
		What: f.choices("payments", []string{"payments", "refunds", "orders", "lines"})[1:],
	}
}

func (f fixtures) troubledExports() admin.ExportsView {
	v := f.exports()
	v.From, v.To = admin.Field{Value: "1999-01-01", Problem: invalid.DayRange}, admin.Field{Value: "2026-11-31", Problem: invalid.Day}
	return v
}
