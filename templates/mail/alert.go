package mail

import (
	"context"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// AlertView is the data of the mail to an owner about a change of prices. Amounts are Printer.Money or Printer.Coin.
type AlertView struct {
	Printer  *i18n.Printer // the owner's language; must be set
	ShopName string
	Name     string // the owner's
	Kind     string // models.PriceAlertKind: "mail.alert.text." + Kind
	Who      string // who changed the prices
	Subject  string // the coin, the product, or the file
	URL      string // of the page of the back office, absolute
	Live     string // the live rate; "": none was compared
	Rows     []AlertRow
	More     int // changes that are not in Rows
}

// AlertRow is one value that changed.
type AlertRow struct{ Name, Before, After string }

// PriceAlert returns the letter to an owner after a person has changed prices and had to confirm it.
func PriceAlert(ctx context.Context, v AlertView) (Letter, error) {
	p := v.Printer
	l := letter{
		subject: p.T("mail.alert.subject", "Shop", v.ShopName, "Subject", text.OneLine(v.Subject)),
		heading: p.T("mail.alert.heading"),
		intro:   p.T("mail.alert.text."+v.Kind, "Who", text.OneLine(v.Who), "Subject", text.OneLine(v.Subject)),
		button:  p.T("mail.alert.button"),
		safety:  p.T("mail.alert.safety"),
	}
	for _, r := range v.Rows {
		l.facts = append(l.facts, fact{r.Name, p.T("mail.alert.change", "Before", r.Before, "After", r.After)})
	}
	if v.Live != "" {
		l.facts = append(l.facts, fact{p.T("mail.alert.live"), v.Live})
	}
	if v.More > 0 {
		l.facts = append(l.facts, fact{p.T("mail.alert.more"), p.N("mail.alert.more_count", v.More)})
	}
	return write(ctx, View{Printer: p, ShopName: v.ShopName, Name: v.Name, OrderURL: v.URL}, l)
}
