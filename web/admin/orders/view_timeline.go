package orders

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// Who did something, where it was no person of the staff: "admin.who." + one of these.
const (
	whoPlatform = "platform"
	whoShop     = "shop"
	whoShopper  = "shopper"
	whoStaff    = "staff"
)

// event is an entry of the timeline with the time that it is sorted by.
type event struct {
	at   time.Time
	view pages.Event
}

// timeline returns everything that happened to an order, newest first: claims about its payments, changes of state and refused ones,
// callbacks, mails, notes and actions of the staff.
func timeline(p *i18n.Printer, file models.OrderFile) []pages.Event {
	var events []event
	for _, e := range file.Evidence {
		events = append(events, evidenceEvent(p, e, file.Order.Attempt(e.AttemptID)))
	}
	for _, t := range file.Transitions {
		events = append(events, transitionEvent(p, t, file))
	}
	for _, m := range file.Mails {
		events = append(events, mailEvents(p, m)...)
	}
	for _, d := range file.Deliveries {
		events = append(events, deliveryEvent(p, d))
	}
	events = append(events, staffEvents(file)...)
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	slices.Reverse(events) // within the same moment too, the last one comes first
	list := make([]pages.Event, len(events))
	for i, e := range events {
		list[i] = e.view
		list[i].At = admin.Moment(p, e.at)
	}
	return list
}

// evidenceEvent shows a claim about an attempt; what differs from the attempt is marked.
func evidenceEvent(p *i18n.Printer, e models.EvidenceRow, a *models.Attempt) event {
	view := pages.Event{
		Kind: pages.EventEvidence, Who: whoPlatform, Where: e.RemoteAddr, Verified: pages.VerifiedNo, What: "evidence." + string(e.Source),
	}
	switch e.Source {
	case models.SourceCallback:
		view.Kind = pages.EventCallback
	case models.SourceAdmin:
		view.Who = whoStaff
	case models.SourceCreate, models.SourceQuery, models.SourceReference, models.SourceCancel, models.SourceStatement:
	}
	if e.Verified {
		view.Verified = pages.VerifiedYes
	}
	amount := e.Amount
	if amount != "" {
		amount = p.Coin(amount, e.Coin)
	}
	view.Facts = factList("status", e.Status, "amount", amount, "order_num", e.OrderNum, "app_order_id", e.AppOrderID, "code", e.Code)
	markDifferences(view.Facts, e.Evidence, a)
	at := e.CreatedAt
	if !e.ReceivedAt.IsZero() {
		at = e.ReceivedAt
	}
	return event{at, view}
}

// markDifferences marks the facts of a claim that are not those of its attempt, such as an amount of 135.139999 where 135.14 was asked.
func markDifferences(facts []pages.Fact, e models.Evidence, a *models.Attempt) {
	if a == nil {
		return
	}
	amount, err := models.ParseAmount(e.Amount)
	differs := map[string]bool{
		"amount":       e.Amount != "" && (err != nil || !amount.Equal(a.Amount) || e.Coin != "" && !strings.EqualFold(e.Coin, a.Coin)),
		"order_num":    e.OrderNum != "" && a.OrderNum != "" && e.OrderNum != a.OrderNum,
		"app_order_id": e.AppOrderID != "" && e.AppOrderID != a.AppOrderID,
	}
	for i := range facts {
		facts[i].Differs = differs[facts[i].Name]
	}
}

// factList returns pairs of name and value as a list; empty values are left out.
func factList(pairs ...string) []pages.Fact {
	var list []pages.Fact
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, pages.Fact{Name: pairs[i], Value: pairs[i+1]})
		}
	}
	return list
}

func transitionEvent(p *i18n.Printer, t models.Transition, file models.OrderFile) event {
	view := pages.Event{
		Kind: pages.EventTransition, Who: causer(t.Cause), Verified: pages.VerifiedOwn, From: t.FromState, To: t.ToState, Of: "order", Text: admin.Remark(p, t.Note),
		Facts: factList("cause", t.Cause),
	}
	switch {
	case t.RefundID != "":
		view.Of = "refund"
		if person := refundPerson(t, file); person != "" {
			view.Who, view.Person = person, true
		}
	case t.AttemptID != "":
		view.Of = "attempt"
	}
	if t.Refused {
		view.Kind = pages.EventRefused
	}
	view.What = "transition." + view.Of
	return event{t.CreatedAt, view}
}

// refundPerson returns the e-mail address of the person who asked for a refund, approved or declined it; "" where the shop itself went on with it.
func refundPerson(t models.Transition, file models.OrderFile) string {
	i := slices.IndexFunc(file.Refunds, func(r models.Refund) bool { return r.ID == t.RefundID })
	switch {
	case i < 0:
		return ""
	case t.FromState == "":
		return file.People[file.Refunds[i].RequestedBy]
	case models.RefundState(t.ToState) == models.RefundApproved:
		return file.People[file.Refunds[i].ApprovedBy]
	case models.RefundState(t.ToState) == models.RefundDeclined:
		return file.People[file.Refunds[i].DeclinedBy]
	}
	return ""
}

// causer returns who caused a change (models.Transition.Cause).
func causer(cause string) string {
	switch cause {
	case "place", "pay", "retry", "cancel":
		return whoShopper
	case "admin":
		return whoStaff
	case "callback", "statement":
		return whoPlatform
	}
	return whoShop
}

// mailEvents returns the events of a mail: that it was ordered, and that it was sent.
func mailEvents(p *i18n.Printer, m models.OutboxMessage) []event {
	view := pages.Event{
		Kind: pages.EventMail, Who: whoShop, Verified: pages.VerifiedOwn, What: "mail." + string(m.Kind), Facts: factList("state", string(m.State)), Text: admin.Remark(p, m.Problem),
	}
	if m.SentAt.IsZero() {
		return []event{{m.CreatedAt, view}}
	}
	return []event{{m.SentAt, view}}
}

// deliveryEvent shows a webhook that was or is to be sent.
func deliveryEvent(p *i18n.Printer, d models.Delivery) event {
	view := pages.Event{
		Kind: pages.EventWebhook, Who: whoShop, Verified: pages.VerifiedOwn, What: "webhook." + string(d.EventType),
		Facts: factList("delivery", string(d.State), "tries", strconv.Itoa(d.Tries)),
	}
	if d.Problem != "" {
		view.Text = p.T("admin.delivery_problem." + d.Problem)
	}
	for i := range view.Facts {
		if view.Facts[i].Name == "delivery" {
			view.Facts[i].URL = admin.DeliveryPath(d.EndpointID, d.ID)
		}
	}
	if d.EndedAt.IsZero() {
		return event{d.CreatedAt, view}
	}
	return event{d.EndedAt, view}
}

// linked leaves out the links of webhooks for a role that may not look at them.
func linked(events []pages.Event, role models.Role) []pages.Event {
	for _, e := range events {
		if e.Kind != pages.EventWebhook || role.Can(models.MaySettings) {
			continue
		}
		for i := range e.Facts {
			e.Facts[i].URL = ""
		}
	}
	return events
}

// actionNote is the audit log's action for a note, which the timeline shows itself.
const actionNote = "order.note"

// staffEvents returns the notes, and the audit log's entries about the order. A note's address is taken from its entry in the log.
func staffEvents(file models.OrderFile) []event {
	var events []event
	var written []models.AuditEntry
	for _, a := range file.Audit {
		if a.Action == actionNote {
			written = append(written, a)
			continue
		}
		events = append(events, event{a.At, pages.Event{
			Kind: pages.EventAudit, Who: a.Who, Person: a.StaffID != "", Where: a.RemoteAddr, Verified: pages.VerifiedOwn, What: "audit." + a.Action,
			Facts: factList("before", a.Before, "after", a.After),
		}})
	}
	byTime := func(a, b models.AuditEntry) int { return b.At.Compare(a.At) }
	slices.SortStableFunc(written, byTime)
	notes := slices.Clone(file.Notes)
	slices.SortStableFunc(notes, func(a, b models.Note) int { return b.CreatedAt.Compare(a.CreatedAt) })
	for i, n := range notes {
		view := pages.Event{Kind: pages.EventNote, Who: n.Who, Person: n.StaffID != "", Verified: pages.VerifiedOwn, What: "note", Text: n.Text}
		if i < len(written) && written[i].Who == n.Who {
			view.Where = written[i].RemoteAddr
		}
		events = append(events, event{n.CreatedAt, view})
	}
	return events
}
