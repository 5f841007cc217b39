package mail

import (
	"context"

	"github.com/coincart/coincart/templates"
)

// OrderCancelled returns the letter about an order that was cancelled before it was paid.
func OrderCancelled(ctx context.Context, v View) (Letter, error) {
	v.Address, v.Amount, v.OrderNum = nil, "", ""
	return write(ctx, v, v.about("mail.cancelled.subject", "mail.cancelled.heading", "mail.cancelled.text", v.facts(false)))
}

// OrderExpired returns the letter about an order that was not paid in time.
func OrderExpired(ctx context.Context, v View) (Letter, error) {
	v.Address, v.Amount, v.OrderNum = nil, "", ""
	return write(ctx, v, v.about("mail.expired.subject", "mail.expired.heading", "mail.expired.text", v.facts(false)))
}

// LatePayment returns the letter about money that came for an order that could not be completed any more.
func LatePayment(ctx context.Context, v View) (Letter, error) {
	return write(ctx, v, v.about("mail.late.subject", "mail.late.heading", "mail.late.text", v.facts(true)))
}

// LateDecided returns the letter with what was decided about that money: View.Accepted.
func LateDecided(ctx context.Context, v View) (Letter, error) {
	if v.Accepted {
		l := v.about("mail.late_accepted.subject", "mail.late_accepted.heading", "mail.late_accepted.text", v.facts(true))
		l.intro = v.Printer.T(v.kind("mail.late_accepted.text", "mail.late_accepted.text.unsent"))
		return write(ctx, v, l)
	}
	v.Address = nil
	return write(ctx, v, v.about("mail.late_refunded.subject", "mail.late_refunded.heading", "mail.late_refunded.text", v.facts(true)))
}

// Refunded returns the letter about money that went back to the payer.
func Refunded(ctx context.Context, v View) (Letter, error) {
	p, r := v.Printer, v.Refund
	v.Lines, v.Totals, v.Address = nil, templates.Totals{}, nil
	l := v.about("mail.refunded.subject", "mail.refunded.heading", "mail.refunded.text", nil)
	part := "mail.refunded.part"
	if r.All {
		part = "mail.refunded.all"
	}
	l.note = r.Note
	l.facts = []fact{{p.T("order.ref"), v.Number}, {p.T("mail.refunded.amount"), r.Amount}}
	if r.Value != "" {
		l.facts = append(l.facts, fact{p.T("mail.refunded.value"), r.Value})
	}
	if r.Rate != "" {
		l.facts = append(l.facts, fact{p.T("order.rate"), r.Rate})
	}
	l.facts = append(l.facts, fact{p.T("mail.refunded.extent"), p.T(part)})
	return write(ctx, v, l)
}

// about returns the parts of a letter of the words with these ids. The button leads to the order.
func (v View) about(subject, heading, intro string, facts []fact) letter {
	p := v.Printer
	return letter{
		subject: p.T(subject, "Shop", v.ShopName, "Number", v.Number),
		heading: p.T(heading),
		intro:   p.T(intro),
		button:  p.T("mail.paid.button"),
		facts:   facts,
	}
}
