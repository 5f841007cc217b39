// Package mail writes the shop's letters: a subject, plain text and HTML, in the language of the order.
package mail

import (
	"context"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// Letter is a message ready to be sent.
type Letter struct {
	Subject string
	Text    string
	HTML    string
}

// View is the data of the mails about an order.
type View struct {
	Printer  *i18n.Printer // the order's language; must be set
	ShopName string
	Contact  string // mail address for questions; "" leaves the line out
	Name     string // the shopper's; "" greets without
	Ref      string
	OrderURL string // absolute
	Lines    []Line
	Totals   templates.Totals
	Shipped  bool             // goods go to Address
	Address  []string         // lines; none leaves the block out
	Amount   string           // Printer.Coin of the attempt; "" leaves the line out
	OrderNum string           // the exchange's order number; "" leaves the line out
	Deadline templates.Moment // OrderReceived: until when it can be paid
	PaidAt   templates.Moment // PaymentReceived
	Tracking string           // OrderSent: the parcel's number; "" leaves the line out
}

// Line is one line of the order.
type Line struct {
	Title        string
	VariantTitle string
	Quantity     int
	Total        string
}

// OrderReceived returns the letter after an order is placed: what was ordered, and where to pay it.
func OrderReceived(ctx context.Context, v View) (Letter, error) {
	p := v.Printer
	return write(ctx, v, letter{
		subject: p.T("mail.received.subject", "Shop", v.ShopName, "Ref", v.Ref),
		heading: p.T("mail.received.heading"),
		intro:   p.T("mail.received.text", "Time", v.Deadline.Text),
		button:  p.T("mail.received.button"),
		facts:   v.facts(false),
	})
}

// PaymentReceived returns the letter after an order is paid: the receipt, and what happens next.
func PaymentReceived(ctx context.Context, v View) (Letter, error) {
	p := v.Printer
	return write(ctx, v, letter{
		subject: p.T("mail.paid.subject", "Shop", v.ShopName, "Ref", v.Ref),
		heading: p.T("mail.paid.heading"),
		intro:   p.T(v.kind("mail.paid.text", "mail.paid.text.unsent")),
		button:  p.T("mail.paid.button"),
		facts:   v.facts(true),
	})
}

// OrderSent returns the letter when an order has left the shop, with the parcel's number where there is one.
func OrderSent(ctx context.Context, v View) (Letter, error) {
	p := v.Printer
	l := letter{
		subject: p.T(v.kind("mail.sent.subject", "mail.sent.subject.unsent"), "Shop", v.ShopName, "Ref", v.Ref),
		heading: p.T(v.kind("mail.sent.heading", "mail.sent.heading.unsent")),
		intro:   p.T(v.kind("mail.sent.text", "mail.sent.text.unsent")),
		button:  p.T("mail.sent.button"),
		facts:   v.facts(true),
	}
	if v.Tracking != "" {
		l.facts = append([]fact{{p.T("mail.sent.tracking"), v.Tracking}}, l.facts...)
	}
	return write(ctx, v, l)
}

// OrderList returns the letter with the link to all orders of an e-mail address, which somebody asked for. OrderURL is that link.
func OrderList(ctx context.Context, v View) (Letter, error) {
	p := v.Printer
	v.Lines, v.Totals, v.Address, v.Name = nil, templates.Totals{}, nil, ""
	return write(ctx, v, letter{
		subject: p.T("mail.list.subject", "Shop", v.ShopName),
		heading: p.T("mail.list.heading"),
		intro:   p.T("mail.list.text"),
		button:  p.T("mail.list.button"),
	})
}

// letter is the part of a mail that differs between the kinds.
type letter struct {
	subject, heading, intro, button string
	safety                          string // what the shop never asks for; "": that of mails to shoppers
	facts                           []fact
}

// warning returns what the shop never asks for.
func (l letter) warning(p *i18n.Printer) string {
	if l.safety != "" {
		return l.safety
	}
	return p.T("mail.safety")
}

type fact struct{ name, value string }

func (v View) facts(paid bool) []fact {
	p := v.Printer
	list := []fact{{p.T("order.ref"), v.Ref}}
	if paid && v.PaidAt.Text != "" {
		list = append(list, fact{p.T("order.paid_at"), v.PaidAt.Text})
	}
	if v.Amount != "" {
		name := p.T("order.amount")
		if paid {
			name = p.T("order.amount_paid")
		}
		list = append(list, fact{name, v.Amount})
	}
	if v.OrderNum != "" {
		list = append(list, fact{p.T("order.order_num"), v.OrderNum})
	}
	return list
}

// kind returns one of two ids: words differ for an order without delivery to an address.
func (v View) kind(sent, unsent string) string {
	if v.Shipped {
		return sent
	}
	return unsent
}

func (v View) greeting() string {
	if v.Name == "" {
		return v.Printer.T("mail.greeting")
	}
	return v.Printer.T("mail.greeting.name", "Name", v.Name)
}

func write(ctx context.Context, v View, l letter) (Letter, error) {
	var html strings.Builder
	if err := document(v, l).Render(ctx, &html); err != nil {
		return Letter{}, fmt.Errorf("write letter: %w", err)
	}
	return Letter{Subject: text.OneLine(l.subject), Text: plain(v, l), HTML: html.String()}, nil
}

// plain returns the mail for readers without HTML. Texts of others are kept to one line each, so that they cannot pose as the shop's own.
func plain(v View, l letter) string {
	p := v.Printer
	var b strings.Builder
	paragraph := func(text string) { b.WriteString(text + "\n\n") }
	paragraph(text.OneLine(v.greeting()))
	paragraph(l.intro)
	for _, line := range v.Lines {
		b.WriteString(text.OneLine(p.T("mail.line", "Title", line.title(p), "N", line.number())) + "   " + line.Total + "\n")
	}
	b.WriteString(plainTotals(v))
	for _, f := range l.facts {
		b.WriteString(p.T("mail.fact", "Name", f.name, "Value", text.OneLine(f.value)) + "\n")
	}
	if len(l.facts) > 0 {
		b.WriteString("\n")
	}
	if len(v.Address) > 0 {
		b.WriteString(p.T("mail.address") + "\n")
		for _, line := range v.Address {
			b.WriteString("  " + text.OneLine(line) + "\n")
		}
		b.WriteString("\n")
	}
	paragraph(l.button + "\n" + v.OrderURL)
	if v.Contact != "" {
		paragraph(p.T("mail.contact", "Email", text.OneLine(v.Contact)))
	}
	paragraph(l.warning(p))
	b.WriteString(v.ShopName + "\n")
	return b.String()
}

// plainTotals returns the order's totals; "" in a mail that is not about one order.
func plainTotals(v View) string {
	if len(v.Lines) == 0 {
		return ""
	}
	p := v.Printer
	var b strings.Builder
	for _, row := range v.Totals.Rows(p) {
		b.WriteString(text.OneLine(row.Name) + "   " + row.Value + "\n")
	}
	b.WriteString(p.T("cart.total") + "   " + v.Totals.Total + "\n")
	if includes := v.Totals.Includes(p); includes != "" {
		b.WriteString(text.OneLine(includes) + "\n")
	}
	b.WriteString("\n")
	return b.String()
}
