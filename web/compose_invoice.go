package web

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	letters "github.com/coincart/coincart/templates/mail"
	"github.com/coincart/coincart/web/shop"
)

// ComposeInvoice returns the function that writes the mails about invoices, for mail.OutboxConfig: in the language of the invoice, or else in the
// shop's first, with the link to pay below baseURL, under the name and with the contact of the settings; shopName is the name if they have none.
// The outbox sets the message's id.
func ComposeInvoice(db *store.Store, baseURL, shopName string) mail.ComposeInvoice {
	base := strings.TrimSuffix(baseURL, "/")
	return func(m models.OutboxMessage, link models.PaymentLink) (mail.Message, error) {
		ctx, cancel := context.WithTimeout(context.Background(), settingsWithin)
		defer cancel()
		settings, err := db.LoadSettings(ctx)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		lang := link.Lang
		if languages := settings.Languages(); lang == "" && len(languages) > 0 {
			lang = languages[0]
		}
		view := invoiceView(i18n.ByTag(lang), &link)
		view.ShopName, view.Contact, view.OrderURL = cmp.Or(settings.ShopName(), shopName), settings.ContactEmail(), base+shop.LinkPath(link.Slug)
		write, ok := map[models.MailKind]func(context.Context, letters.InvoiceView) (letters.Letter, error){
			models.MailInvoice: letters.Invoice, models.MailInvoiceSoon: letters.InvoiceSoon, models.MailInvoiceDue: letters.InvoiceDue, models.MailInvoiceLate: letters.InvoiceLate,
		}[m.Kind]
		if !ok {
			return mail.Message{}, fmt.Errorf("no mail about an invoice of the kind %q", m.Kind)
		}
		letter, err := write(ctx, view)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		return mail.Message{To: link.Email, ReplyTo: view.Contact, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
	}
}

func invoiceView(p *i18n.Printer, link *models.PaymentLink) letters.InvoiceView {
	view := letters.InvoiceView{
		View:  letters.View{Printer: p, Name: link.Name, Totals: templates.Totals{Total: p.Money(link.Total().String(), link.Currency, link.Digits)}},
		Title: link.Title, Reference: link.Reference,
	}
	if !link.DueOn.IsZero() {
		view.Due = p.Date(link.DueOn, time.UTC)
	}
	for _, l := range link.Lines {
		view.Lines = append(view.Lines, letters.Line{Title: l.Name, Quantity: l.Quantity, Total: p.Money(l.Total().String(), link.Currency, link.Digits)})
	}
	return view
}
