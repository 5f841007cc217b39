// Package mail writes the shop's letters: a subject, plain text and HTML, in the language of the order.
package mail

import (
	"cmp"
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
	Number   string // the order's, as people read it
	OrderURL string // absolute
	Lines    []Line
	Totals   templates.Totals
	Shipped  bool             // goods go to Address
	Address  []string         // lines; none leaves the block out
	Amount   string           // Printer.Coin of the attempt; "" leaves the line out
	OrderNum string           // the exchange's order number; "" leaves the line out
	Deadline templates.Moment // OrderReceived: until when it can be paid
	PaidAt   templates.Moment // PaymentReceived
	Parcels  []Parcel         // OrderSent; none where nothing is known of the way
	Refund   Refund           // Refunded
	Accepted bool             // LateDecided: the order goes ahead; else the money goes back
}

// Parcel is one thing on its way to the shopper.
type Parcel struct {
	Carrier string // "" leaves the line out
	Number  string // the carrier's; "" leaves the line out
	Link    string // absolute address of the carrier's page about it; "" leaves the link out
	Lines   []Line // what is in it; none: all of the order
}

// Refund is what went back to the payer.
type Refund struct {
	Amount string // Printer.Coin
	Value  string // Printer.Money, what it is of the order's total; "" leaves the line out
	Rate   string // the payment's, such as "1 BTC = $97,250.00"; "" leaves the line out
	All    bool   // all of the payment; else a part of it
	Note   string // what the shop writes to the shopper; "" leaves it out
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
		subject: p.T("mail.received.subject", "Shop", v.ShopName, "Number", v.Number),
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
		subject: p.T("mail.paid.subject", "Shop", v.ShopName, "Number", v.Number),
		heading: p.T("mail.paid.heading"),
		intro:   p.T(v.kind("mail.paid.text", "mail.paid.text.unsent")),
		button:  p.T("mail.paid.button"),
		facts:   v.facts(true),
	})
}

// OrderSent returns the letter when an order has left the shop, with its parcels where they are known.
func OrderSent(ctx context.Context, v View) (Letter, error) {
	p := v.Printer
	return write(ctx, v, letter{
		subject: p.T(v.kind("mail.sent.subject", "mail.sent.subject.unsent"), "Shop", v.ShopName, "Number", v.Number),
		heading: p.T(v.kind("mail.sent.heading", "mail.sent.heading.unsent")),
		intro:   p.T(v.kind("mail.sent.text", "mail.sent.text.unsent")),
		button:  p.T("mail.sent.button"),
		parcels: v.Parcels,
		facts:   v.facts(true),
	})
}

// OrderUnsent returns the letter when a shipment was told by mistake: it is still with the shop.
func OrderUnsent(ctx context.Context, v View) (Letter, error) {
	p := v.Printer
	return write(ctx, v, letter{
		subject: p.T("mail.unsent.subject", "Shop", v.ShopName, "Number", v.Number),
		heading: p.T("mail.unsent.heading"),
		intro:   p.T("mail.unsent.text"),
		button:  p.T("mail.sent.button"),
		facts:   v.facts(true),
	})
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
	safety                          string // the last paragraph; "": mail.safety, for shoppers
	note                            string // of the shop to the shopper, several lines; "" leaves it out
	parcels                         []Parcel
	facts                           []fact
}

func (l letter) lastWords(p *i18n.Printer) string { return cmp.Or(l.safety, p.T("mail.safety")) }

type fact struct{ name, value string }

func (v View) facts(paid bool) []fact {
	p := v.Printer
	list := []fact{{p.T("order.ref"), v.Number}}
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
	return v.Printer.T("mail.greeting.name", "Name", text.Unlink(v.Name))
}

// address returns the lines of the delivery address. They are a stranger's, so that no mail program finds a web address in them.
func (v View) address() []string {
	lines := make([]string, len(v.Address))
	for i, line := range v.Address {
		lines[i] = text.Unlink(text.OneLine(line))
	}
	return lines
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
	if l.note != "" {
		paragraph(quoted(l.note))
	}
	for i, parcel := range l.parcels {
		paragraph(plainParcel(p, parcel, i+1, len(l.parcels)))
	}
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
		for _, line := range v.address() {
			b.WriteString("  " + line + "\n")
		}
		b.WriteString("\n")
	}
	paragraph(l.button + "\n" + v.OrderURL)
	if v.Contact != "" {
		paragraph(p.T("mail.contact", "Email", text.OneLine(v.Contact)))
	}
	paragraph(l.lastWords(p))
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
