package admin_test

import (
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
)

func (f fixtures) review(id, kind string) admin.ReviewRow {
	return admin.ReviewRow{ID: id, Kind: kind, OrderID: orderID, Number: number, Subject: "01KB1R5XQ8F6Z9T0W3M2N4P7YD", Note: "0.00191260 BTC, 2026112214050012345", Open: true, At: f.at(75), Updated: f.at(75)}
}

func (f fixtures) inbox() admin.InboxView {
	v := admin.InboxView{Page: f.page(admin.SectionInbox), Counts: f.dashboard(1).Attention, All: true, Next: "/admin/inbox?all=1&after=x", First: "/admin/inbox?all=1"}
	for i, kind := range []string{"late_payment", "second_payment", "mismatch", "status_regress", "unknown_order", "unreadable", "unresolved", "undelivered_mail", "sealed_day_changed", "unmatched_order", "overdue"} {
		r := f.review("r"+strconv.Itoa(i), kind)
		if i == 1 {
			r.Decisions = []admin.DecisionForm{
				{Decision: "refund", Token: "t", Note: admin.Field{Problem: invalid.Missing}, Open: true}, {Decision: "ask", Token: "t"}, {Decision: "wait", Token: "t"},
			}
		}
		if i > 7 {
			r.Open, r.OrderID, r.Updated, r.Resolution = false, "", f.at(10), f.say("Asked the exchange: their mistake, corrected.", "已向平台核实：对方失误，已更正。")
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

func (f fixtures) orders() admin.OrdersView {
	v := admin.OrdersView{
		Page: f.page(admin.SectionOrders), States: f.choices("", models.OrderStates()),
		Coins: []admin.Choice{{Selected: true}, {Value: "BTC", Label: "BTC"}, {Value: "USDT", Label: "USDT"}},
		Sorts: []admin.Choice{{Value: "newest", Selected: true}, {Value: "oldest"}, {Value: "amount_desc"}, {Value: "amount_asc"}},
		Next:  "/admin/orders?after=x", FormToken: "token", Export: admin.Export{Fields: []admin.Hidden{{Name: "form_token", Value: "t"}}, Kinds: []admin.Choice{{Value: "orders", Selected: true}, {Value: "lines"}}},
	}
	attempts := []string{"open", "paid", "paid", "closed", "closed", "paid", "paid", "paid"}
	v.Fulfilments, v.Refunds = f.choices("", models.Fulfilments()), f.choices("", models.RefundStatuses())
	states := []string{"awaiting", "paid", "underpaid", "expired", "cancelled", "review", "paid", "overpaid"}
	sent := []string{"", "none", "part", "", "", "", "sent", "handed"}
	back := []string{"none", "requested", "in_flight", "none", "all", "none", "part", "all"}
	for i, state := range states {
		r := admin.OrderRow{
			ID: "o" + strconv.Itoa(i), Number: "#" + strconv.Itoa(1042-i), Email: "ada.lovelace@example.com", Name: f.say("Ada Lovelace", "陈小雅"), State: state, Fulfilment: sent[i], Refunded: back[i], Attempt: attempts[i],
			Total: f.money("186"), Amount: f.p.Coin("0.00191260", "BTC"), OrderNum: "20261122140500" + strconv.Itoa(12345+i), Payer: "884211" + strconv.Itoa(i), Created: f.at(i * 61),
		}
		if state == "review" {
			r.Reviews = 2
		}
		if i == 0 {
			r.Name, r.Attempt, r.Amount, r.OrderNum, r.Payer = "", "", "", "", ""
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

func (f fixtures) troubledOrders() admin.OrdersView {
	v := f.orders()
	v.Refusal, v.Filtered, v.Unusual = admin.RefusalTooMany, true, true
	v.Search = admin.Field{Value: hostile, Problem: invalid.TooLong}
	v.From, v.To = admin.Field{Value: "2026-11-31", Problem: invalid.Day}, admin.Field{Value: "2026-01-01", Problem: invalid.Span}
	v.StateProblem, v.CoinProblem, v.SortProblem = invalid.Unknown, invalid.Unknown, invalid.Unknown
	v.Rows[1].Chosen, v.Rows[2].Chosen = true, true
	v.First, v.Next = "/admin/orders", ""
	return v
}

func (f fixtures) noOrders(filtered bool) admin.OrdersView {
	v := f.orders()
	v.Rows, v.Next, v.Filtered, v.Search.Value = nil, "", filtered, "unicorn@example.com"
	return v
}

func (f fixtures) viewersOrders() admin.OrdersView {
	v := f.orders()
	v.Page.May, v.Page.User.Role, v.Page.User.Name = admin.May{}, "viewer", ""
	return v
}

func (f fixtures) order() admin.OrderView {
	paid := admin.Attempt{
		ID: "a2", State: "paid", AppOrderID: "01KB1R5XQ8F6Z9T0W3M2N4P7YD", OrderNum: "2026112214050012345", Amount: f.p.Coin("0.00191260", "BTC"), Rate: f.money("97250"), RateSource: "coinbase",
		RateAt: f.at(64), Payer: "8842110", Checks: 3, Checked: f.at(58), Created: f.at(62), Sent: f.at(62), Opened: f.at(61), Paid: f.at(60), Refunded: f.p.Coin("0.00050000", "BTC"), Current: true,
	}
	failed := admin.Attempt{
		ID: "a1", State: "failed", Intent: "retry", AppOrderID: "01KB1R5XQ8F6Z9T0W3M2N4P7YE", Amount: f.p.Coin("186.00", "USDT"), Rate: f.money("1"), RateSource: "fixed", SignedIn: true,
		Problem: "70006", Created: f.at(80), Sent: f.at(80),
	}
	return admin.OrderView{
		Page: f.page(admin.SectionOrders), ID: orderID, Number: number, ShopURL: "/orders/" + ref, State: "paid", Email: "ada@example.com", Name: f.say("Ada Lovelace", "陈小雅"), Lang: f.p.Lang(),
		Created: f.at(82), Paid: f.at(60), Total: f.money("186"),
		Lines: []admin.Line{
			{ID: "l1", Sent: 1, ToSend: 1, ToRefund: 2, SKU: "MUG-MOSS", Title: f.say("Stoneware mug", "粗陶马克杯"), Variant: f.say("Moss", "苔绿"), Quantity: 2, UnitPrice: f.money("24"), Total: f.money("48")},
			{ID: "l2", Refunded: 1, SKU: "RUCK", Title: f.say("Canvas rucksack", "帆布双肩包"), Quantity: 1, UnitPrice: f.money("138"), Total: f.money("138")},
		},
		Attempts: []admin.Attempt{paid, failed}, Refunds: []admin.RefundRow{f.refund("f1", models.RefundAccepted)}, Timeline: f.timeline(),
		CanNote: true, CanShip: true, Fulfilment: "part", Refunded: "in_flight", Shipments: f.shipments(), CanCancel: true, CanAsk: true, CanResend: true, CanRefund: true, NoteToken: "token",
		Mails: []admin.Choice{{Value: "order_received"}, {Value: "payment_received", Selected: true}},
		Refund: admin.RefundForm{
			FormToken: "token", FourEyes: f.money("500"),
			Paid: f.p.Coin("0.00191260", "BTC"), Left: f.p.Coin("0.00141260", "BTC"), Delivery: f.money("6.50"),
			Units: []admin.Choice{{Value: "coin", Label: "BTC", Selected: true}, {Value: "currency", Label: "USD"}},
		},
	}
}

func (f fixtures) timeline() []admin.Event {
	return []admin.Event{
		{Kind: admin.EventNote, At: f.at(5), Who: "grace@example.com", Person: true, What: "note", Verified: admin.VerifiedOwn, Text: f.say("Called the shopper.\nHe wants the other colour.", "已致电顾客。\n他想换颜色。")},
		{Kind: admin.EventAudit, At: f.at(30), Who: "grace@example.com", Person: true, Where: "203.0.113.7", What: "audit.order.ask", Verified: admin.VerifiedOwn},
		{Kind: admin.EventRefused, At: f.at(40), Who: "platform", What: "transition.attempt", Of: "attempt", From: "paid", To: "closed", Verified: admin.VerifiedOwn, Facts: []admin.Fact{{Name: "cause", Value: "query"}}},
		{Kind: admin.EventWebhook, At: f.at(58), Who: "shop", What: "webhook.order.paid", Verified: admin.VerifiedOwn, Text: f.p.T("admin.delivery_problem.refused"), Facts: []admin.Fact{{Name: "delivery", Value: "waiting", URL: "/admin/webhooks/e1/deliveries/d1"}, {Name: "tries", Value: "2"}}},
		{Kind: admin.EventMail, At: f.at(59), Who: "shop", What: "mail.payment_received", Verified: admin.VerifiedOwn, Facts: []admin.Fact{{Name: "state", Value: "sent"}, {Name: "tries", Value: "1"}}},
		{Kind: admin.EventTransition, At: f.at(60), Who: "shop", What: "transition.order", Of: "order", From: "awaiting", To: "paid", Verified: admin.VerifiedOwn},
		{Kind: admin.EventEvidence, At: f.at(60), Who: "platform", What: "evidence.query", Verified: admin.VerifiedYes, Facts: []admin.Fact{{Name: "status", Value: "3"}, {Name: "amount", Value: "0.0019126 BTC"}, {Name: "order_num", Value: "2026112214050012345"}}},
		{Kind: admin.EventEvidence, At: f.at(61), Who: "platform", Where: "198.51.100.20", What: "evidence.callback", Verified: admin.VerifiedNo, Facts: []admin.Fact{{Name: "order", Value: ref, URL: "/admin/orders/x"}}},
		{Kind: admin.EventCallback, At: f.at(61), Who: "platform", Where: "198.51.100.20", What: "callback", Verified: admin.VerifiedOwn},
		{Kind: admin.EventTransition, At: f.at(61), Who: "shop", What: "transition.attempt", Of: "attempt", From: "submitting", To: "open"},
		{Kind: admin.EventTransition, At: f.at(82), Who: "shopper", Where: "192.0.2.44", What: "transition.order", Of: "order", To: "awaiting"},
	}
}

func (f fixtures) reviewedOrder() admin.OrderView {
	v := f.order()
	v.State, v.Fulfilment, v.Refusal = "review", "", admin.RefusalUnreachable
	v.Page.Notices = []admin.Notice{{Kind: admin.NoticeCancelPaid}, {Kind: admin.NoticeNoted}}
	v.Reviews = []admin.ReviewRow{f.review("r1", "late_payment"), f.review("r2", "unresolved")}
	v.Expires = f.at(-20)
	v.Note = admin.Field{Problem: invalid.Missing}
	v.Reviews[0].Decisions = []admin.DecisionForm{
		{Decision: "accept", Token: "t", Missing: []string{"2 × MUG-MOSS"}, Open: true},
		{Decision: "accept_amount", Token: "t", Plain: "135.139999", Amount: f.p.Coin("135.139999", "USDT")},
		{Decision: "refund", Token: "t"},
		{Decision: "drop", Token: "t"},
		{Decision: "ask", Token: "t", Refusal: admin.RefusalTooOften, Open: true},
		{Decision: "wait", Token: "t", Days: admin.Field{Value: "99", Problem: invalid.Between}, Open: true},
	}
	v.Reviews[1].WaitUntil = f.at(-900)
	v.Ship.Link, v.Ship.LinkProblem = "x", invalid.Tracking
	return v
}

func (f fixtures) refusedRefund() admin.OrderView {
	v := f.order()
	v.State, v.Fulfilment, v.Fulfilled = "underpaid", "sent", f.at(10)
	v.Refund.Refusal, v.Refund.TooMuch = admin.RefusalPieces, true
	v.Refund.Amount, v.Refund.Quantities = admin.Field{Value: "1"}, map[string]string{"l1": "3"}
	v.Refund.Reason = admin.Field{Problem: invalid.Missing}
	return v
}

func (f fixtures) shipments() []admin.Shipment {
	return []admin.Shipment{
		{
			ID: "s1", Version: 1, Lines: []string{"1 × " + f.say("Stoneware mug", "粗陶马克杯")}, Who: "grace@example.com", Sent: f.at(30), UndoUntil: f.at(-30),
			ShipmentDetails: admin.ShipmentDetails{Carrier: "DHL", Number: "SF 1234 5678 9012", Link: "https://track.example/SF123456789012"},
		},
		{ID: "s2", Version: 2, Lines: []string{"1 × " + f.say("Canvas rucksack", "帆布双肩包")}, Who: "ada@example.com", Sent: f.at(50), Undone: f.at(45), ShipmentDetails: admin.ShipmentDetails{ByHand: true}},
	}
}

func (f fixtures) bareOrder() admin.OrderView {
	v := f.order()
	v.State, v.Name, v.Paid.Text, v.ShopURL = "cancelled", "", "", ""
	v.Attempts, v.Refunds, v.Timeline = nil, nil, nil
	v.CanNote, v.CanShip, v.CanCancel, v.CanAsk, v.CanResend, v.CanRefund = false, false, false, false, false, false
	return v
}

func (f fixtures) cancellations() admin.CancellationsView {
	v := admin.CancellationsView{Page: f.page(admin.SectionCancellations), FormToken: "token", Refusal: admin.RefusalNothingChosen, Next: "/admin/cancellations?after=x"}
	for i, state := range []string{"submitting", "open", "open", "unknown"} {
		v.Rows = append(v.Rows, admin.PendingRow{
			AttemptID: "a" + strconv.Itoa(i), OrderID: "o" + strconv.Itoa(i), Number: "#" + strconv.Itoa(1042-i), OrderNum: "20261122140500" + strconv.Itoa(12345+i), AppOrderID: "01KB1R5XQ8F6Z9T0W3M2N4P7Y" + strconv.Itoa(i),
			State: state, Amount: f.p.Coin("0.00191260", "BTC"), Payer: "8842110", Created: f.at(i * 9), Age: f.p.T("admin.unit.min", "N", "12"), Chosen: i == 1,
		})
	}
	v.Rows[2].Intent = "cancel"
	v.Rows[0].OrderNum = ""
	return v
}
