package admin

import (
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/templates/i18n"
)

// path returns the address of one of the order's forms.
func (v OrderView) path(action string) string { return "/admin/orders/" + v.ID + "/" + action }

// hasActions reports whether there is something to do.
func (v OrderView) hasActions() bool {
	return v.CanNote || v.CanShip && v.leftToSend() > 0 || v.CanCancel || v.CanAsk || v.CanResend || v.CanRefund
}

// open reports whether the form has something to correct.
func (f RefundForm) open() bool {
	return f.Refusal != "" || f.TooMuch || f.Amount.Problem != "" || f.Reason.Problem != "" || f.Note.Problem != ""
}

// open reports whether the form has something to correct.
func (f ShipForm) open() bool { return f.Refusal != "" || f.Problem != "" || f.LinkProblem != "" }

// leftToSend returns how many pieces of the order are still to be sent.
func (v OrderView) leftToSend() int {
	n := 0
	for _, l := range v.Lines {
		n += l.ToSend
	}
	return n
}

// canRefundPieces reports whether there are pieces that were not refunded.
func (v OrderView) canRefundPieces() bool {
	return slices.ContainsFunc(v.Lines, func(l Line) bool { return l.ToRefund > 0 })
}

// typedOr returns the number of pieces that was typed for a line. Before anything is typed, a shipment has all that are left, and a refund
// none.
func typedOr(typed map[string]string, id string, most int, prefix string) string {
	if text, ok := typed[id]; ok {
		return text
	}
	if prefix == "ship-" {
		return strconv.Itoa(most)
	}
	return "0"
}

// codeWords returns the meaning of a code of the platform, or of one of the shop's own problems; the code itself is included.
func codeWords(p *i18n.Printer, code string) string {
	text := word(p, "admin.code.", code)
	if text == code {
		return p.T("admin.code", "Code", code)
	}
	return p.T("admin.code.with", "Text", text, "Code", code)
}

// words returns what happened. A refused change has words of its own; mails and actions of the staff have words of their own where the
// catalogue has them.
func (e Event) words(p *i18n.Printer) string {
	if of, ok := strings.CutPrefix(e.What, "transition."); ok && e.Kind == EventRefused {
		return word(p, "admin.event.refused.", of)
	}
	if kind, ok := strings.CutPrefix(e.What, "mail."); ok {
		return p.T("admin.event.mail", "Mail", word(p, "admin.mail.", kind))
	}
	if kind, ok := strings.CutPrefix(e.What, "webhook."); ok {
		return p.T("admin.event.webhook", "Type", kind)
	}
	if action, ok := strings.CutPrefix(e.What, "audit."); ok {
		return word(p, "admin.action.", action)
	}
	return word(p, "admin.event.", e.What)
}

// eventGlyphs are the names of the icons of the kinds of events.
var eventGlyphs = map[EventKind]string{
	EventEvidence: "search", EventTransition: "arrow", EventRefused: "stop", EventCallback: "bolt", EventMail: "mail", EventWebhook: "hook", EventNote: "pen", EventAudit: "user",
}

// kind names the event's class; one that is not known looks like any other.
func (e Event) kind() string {
	if _, known := eventGlyphs[e.Kind]; known {
		return string(e.Kind)
	}
	return "other"
}

// canBeVerified reports whether the event is a claim that can be verified.
func (e Event) canBeVerified() bool { return e.Verified == VerifiedYes || e.Verified == VerifiedNo }

// statePrefix returns the beginning of the ids of a transition's states.
func (e Event) statePrefix() string {
	switch e.Of {
	case "attempt":
		return "admin.attempt_state."
	case "refund":
		return "admin.refund_state."
	}
	return "admin.order_state."
}

func (e Event) who(p *i18n.Printer) string {
	if e.Person {
		return e.Who
	}
	return word(p, "admin.who.", e.Who)
}
