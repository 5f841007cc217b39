package mail

import (
	"context"

	"github.com/coincart/coincart/models/text"
)

// InvoiceView is the data of the mails about an invoice. OrderURL is the address at which it is paid.
type InvoiceView struct {
	View

	Title     string
	Due       string // the due date; "" leaves the line out
	Reference string // the merchant's; "" leaves the line out
}

// Invoice returns the letter with an invoice.
func Invoice(ctx context.Context, v InvoiceView) (Letter, error) {
	return v.write(ctx, "mail.invoice.subject", "mail.invoice.heading", "mail.invoice.text")
}

// InvoiceSoon returns the letter about an invoice that is due in a few days.
func InvoiceSoon(ctx context.Context, v InvoiceView) (Letter, error) {
	return v.write(ctx, "mail.invoice_soon.subject", "mail.invoice_soon.heading", "mail.invoice_soon.text")
}

// InvoiceDue returns the letter about an invoice that is due on this day.
func InvoiceDue(ctx context.Context, v InvoiceView) (Letter, error) {
	return v.write(ctx, "mail.invoice_due.subject", "mail.invoice_due.heading", "mail.invoice_due.text")
}

// InvoiceLate returns the letter about an invoice that was due and is not paid.
func InvoiceLate(ctx context.Context, v InvoiceView) (Letter, error) {
	return v.write(ctx, "mail.invoice_late.subject", "mail.invoice_late.heading", "mail.invoice_late.text")
}

// write writes a letter of the words with these ids.
func (v InvoiceView) write(ctx context.Context, subject, heading, intro string) (Letter, error) {
	p := v.Printer
	facts := []fact{{p.T("mail.invoice.amount"), v.Totals.Total}}
	if v.Due != "" {
		facts = append(facts, fact{p.T("mail.invoice.due"), v.Due})
	}
	if v.Reference != "" {
		facts = append(facts, fact{p.T("mail.invoice.reference"), v.Reference})
	}
	return write(ctx, v.View, letter{
		subject: p.T(subject, "Shop", v.ShopName, "Title", v.Title, "Due", v.Due),
		heading: p.T(heading),
		intro:   p.T(intro, "Title", text.Unlink(text.OneLine(v.Title)), "Due", v.Due),
		button:  p.T("mail.invoice.button"),
		facts:   facts,
	})
}
