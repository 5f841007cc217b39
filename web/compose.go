package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"coincart/models"
	"coincart/payments"
	"coincart/templates"
	"coincart/templates/i18n"
	"coincart/templates/mail"
	"coincart/web/shop"
)

// Compose returns how the shop writes its mails, for payments.Config.Compose: in the order's language, with links to baseURL.
// payments names the message.
func Compose(baseURL, shopName string) func(models.OutboxMessage, models.Order) (payments.Mail, error) {
	base := strings.TrimSuffix(baseURL, "/")
	return func(m models.OutboxMessage, order models.Order) (payments.Mail, error) {
		letter, err := letterOf(m.Kind, letterView(base, shopName, order))
		if err != nil {
			return payments.Mail{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		return payments.Mail{To: order.Email, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
	}
}

func letterOf(kind models.MailKind, view mail.View) (mail.Letter, error) {
	letters := map[models.MailKind]func(context.Context, mail.View) (mail.Letter, error){
		models.MailOrderReceived:   mail.OrderReceived,
		models.MailPaymentReceived: mail.PaymentReceived,
		models.MailOrderSent:       mail.OrderSent,
	}
	write, ok := letters[kind]
	if !ok {
		return mail.Letter{}, fmt.Errorf("no mail of the kind %q", kind)
	}
	return write(context.Background(), view)
}

func letterView(base, shopName string, order models.Order) mail.View {
	p := i18n.ByTag(order.Lang)
	view := mail.View{
		Printer: p, ShopName: shopName, Name: order.Name, Ref: order.Ref, OrderURL: base + shop.OrderPath(order.Ref), Tracking: order.Tracking,
		Total:    p.Money(order.Total.String(), order.Currency, order.Digits),
		Deadline: mailMoment(p, order.ExpiresAt), PaidAt: mailMoment(p, order.PaidAt),
		Lines: make([]mail.Line, len(order.Lines)),
	}
	for i, l := range order.Lines {
		view.Lines[i] = mail.Line{
			Title: l.Title, VariantTitle: l.VariantTitle, Quantity: l.Quantity,
			Total: p.Money(l.Total.String(), order.Currency, order.Digits),
		}
	}
	if a := order.Current(); a != nil {
		view.Amount, view.OrderNum = p.Coin(a.Amount.String(), a.Coin), a.OrderNum
	}
	return view
}

func mailMoment(p *i18n.Printer, t time.Time) templates.Moment {
	if t.IsZero() {
		return templates.Moment{}
	}
	return templates.Moment{Text: p.Time(t, time.UTC), ISO: t.UTC().Format(time.RFC3339)}
}
