package orders

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
)

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
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
			{Action: "order.ship", Who: "command line", At: later(14)},
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
		{"audit.order.ship", "command line", "", pages.EventAudit, pages.VerifiedOwn},
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

func TestTimeline_SignsRefundsWithThePersonWhoDecided(t *testing.T) {
	r := models.Refund{ID: "r", RequestedBy: "ann", ApprovedBy: "bob", DeclinedBy: "cy"}
	file := models.OrderFile{
		Order: models.Order{ID: models.NewID()}, Refunds: []models.Refund{r},
		People: map[string]string{"ann": "ann@shop.example", "bob": "bob@shop.example", "cy": "cy@shop.example"},
	}
	for _, c := range []struct{ from, to, cause, who string }{
		{"", "requested", "admin", "ann@shop.example"},
		{"", "approved", "admin", "ann@shop.example"},
		{"requested", "approved", "admin", "bob@shop.example"},
		{"requested", "declined", "admin", "cy@shop.example"},
		{"approved", "submitting", "refund", whoShop},
	} {
		file.Transitions = []models.Transition{{RefundID: "r", FromState: c.from, ToState: c.to, Cause: c.cause}}
		list := timeline(english.Printer, file)
		assert.Equal(t, c.who, list[0].Who, "%+v", c)
		assert.Equal(t, c.who != whoShop, list[0].Person, "%+v", c)
	}
}

func TestOrderView_OffersOnlyWhatIsPossibleAndAllowed(t *testing.T) {
	paid := models.Attempt{ID: "a", State: models.AttemptPaid, Coin: "USDT", Amount: models.MustAmount("10"), Received: models.MustAmount("10"), Refunded: models.MustAmount("4")}
	spent := models.Attempt{ID: "b", State: models.AttemptPaid, Coin: "USDT", Amount: models.MustAmount("10"), Received: models.MustAmount("10"), Refunded: models.MustAmount("10")}
	open := models.Attempt{ID: "c", State: models.AttemptOpen, Coin: "USDT", Amount: models.MustAmount("10")}
	can := func(role models.Role, order models.Order) string {
		v := orderView(english.Printer, models.OrderFile{Order: order}, staff.SignedIn{Staff: models.Staff{Role: role}}, viewTimes{})
		var list []string
		for name, yes := range map[string]bool{
			"note": v.CanNote, "fulfil": v.CanShip, "cancel": v.CanCancel, "ask": v.CanAsk, "resend": v.CanResend, "refund": v.CanRefund,
		} {
			if yes {
				list = append(list, name)
			}
		}
		b, err := json.Marshal(list)
		require.NoError(t, err)
		return string(b)
	}
	waiting := models.Order{Email: "ada@example.org", State: models.OrderAwaiting, Attempts: []models.Attempt{open}}
	done := models.Order{Email: "ada@example.org", State: models.OrderPaid, PaidAttemptID: "a", Attempts: []models.Attempt{paid, spent}}
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
		{models.RoleOwner, models.Order{Email: "ada@example.org", State: models.OrderPaid, PaidAttemptID: "b", Attempts: []models.Attempt{spent}}, []string{"note", "fulfil", "resend"}},
		{models.RoleOwner, models.Order{State: models.OrderPaid, PaidAttemptID: "a", Attempts: []models.Attempt{paid}}, []string{"note", "fulfil"}}, // erased
	} {
		var got []string
		require.NoError(t, json.Unmarshal([]byte(can(c.role, c.order)), &got))
		assert.ElementsMatch(t, c.want, got, "%s %s", c.role, c.order.State)
	}
	form := refundForm(english.Printer, models.OrderFile{Order: done})
	assert.Equal(t, []string{"10 USDT", "6 USDT"}, []string{form.Paid, form.Left})
}
