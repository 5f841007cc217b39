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

// sender is the sender of a mail.
type sender struct{ base, name, contact string }

// settingsWithin is the time limit for reading the settings for a mail.
const settingsWithin = 5 * time.Second

// Compose returns the function that writes the shop's mails, for mail.OutboxConfig: in the order's language, with links to baseURL, under
// the name and with the contact of the settings; shopName is the name if they have none. The outbox sets the message's id.
func Compose(db *store.Store, baseURL, shopName string) mail.Compose {
	from := sender{base: strings.TrimSuffix(baseURL, "/"), name: shopName}
	return func(m models.OutboxMessage, order models.Order) (mail.Message, error) {
		ctx, cancel := context.WithTimeout(context.Background(), settingsWithin)
		defer cancel()
		settings, err := db.LoadSettings(ctx)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		from := from
		from.name, from.contact = cmp.Or(settings.ShopName(), from.name), settings.ContactEmail()
		view, err := letterView(db, from, order)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		switch m.Kind { //nolint:exhaustive // the others tell what the order holds
		case models.MailOrderSent:
			view.Parcels, err = parcels(ctx, db, order)
		case models.MailOrderList:
			view.OrderURL, err = listAddress(ctx, db, from.base, order.Email)
		case models.MailRefunded:
			view.Refund, err = refundView(ctx, db, view.Printer, &order, m.About)
		}
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		letter, err := letterOf(m.Kind, view)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		return mail.Message{To: order.Email, ReplyTo: from.contact, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
	}
}

// listAddress returns the address of the list of all orders of an e-mail address, good for models.CustomerLinkTime.
func listAddress(ctx context.Context, db *store.Store, base, email string) (string, error) {
	customer, err := db.CustomerID(email)
	if err != nil {
		return "", fmt.Errorf("name the customer: %w", err)
	}
	now, err := db.Now(ctx)
	if err != nil {
		return "", fmt.Errorf("read the time: %w", err)
	}
	link, err := db.CustomerLink(customer, now.Add(models.CustomerLinkTime))
	return base + shop.OrdersLink(link), err
}

func letterOf(kind models.MailKind, view letters.View) (letters.Letter, error) {
	writers := map[models.MailKind]func(context.Context, letters.View) (letters.Letter, error){
		models.MailOrderReceived:   letters.OrderReceived,
		models.MailPaymentReceived: letters.PaymentReceived,
		models.MailOrderSent:       letters.OrderSent,
		models.MailOrderUnsent:     letters.OrderUnsent,
		models.MailOrderCancelled:  letters.OrderCancelled,
		models.MailOrderExpired:    letters.OrderExpired,
		models.MailLatePayment:     letters.LatePayment,
		models.MailLateDecided:     letters.LateDecided,
		models.MailRefunded:        letters.Refunded,
		models.MailOrderList:       letters.OrderList,
	}
	write, ok := writers[kind]
	if !ok {
		return letters.Letter{}, fmt.Errorf("no mail of the kind %q", kind)
	}
	return write(context.Background(), view)
}

// letterView returns what a mail tells about an order. Its link opens all of the order.
func letterView(db *store.Store, from sender, order models.Order) (letters.View, error) {
	p := i18n.ByTag(order.Lang)
	key, err := db.OrderKey(order.Ref, order.Customer)
	if err != nil {
		return letters.View{}, fmt.Errorf("sign the link: %w", err)
	}
	view := letters.View{
		Printer: p, ShopName: from.name, Contact: from.contact, Name: order.Name, Number: order.NumberText,
		OrderURL: from.base + shop.OrderLink(order.Ref, key),
		Totals:   shop.OrderTotals(p, order), Shipped: order.Shipped,
		Deadline: templates.NewMoment(p, order.ExpiresAt), PaidAt: templates.NewMoment(p, order.PaidAt), Accepted: !order.PaidAt.IsZero(),
		Lines: make([]letters.Line, len(order.Lines)),
	}
	for i, l := range order.Lines {
		view.Lines[i] = letters.Line{
			Title: l.Title, VariantTitle: l.VariantTitle, Quantity: l.Quantity,
			Total: p.Money(l.Total.String(), order.Currency, order.Digits),
		}
	}
	if a := order.Address; a != nil {
		view.Address = shop.AddressLines(p.Lang(), *a)
	}
	if a := order.Current(); a != nil {
		view.Amount, view.OrderNum = p.Coin(a.Amount.String(), a.Coin), a.OrderNum
		if order.PaidAt.IsZero() && a.State == models.AttemptPaid { // money that came late
			view.PaidAt = templates.NewMoment(p, a.PaidAt)
		}
	}
	return view, nil
}
