package mail

import (
	"context"

	"github.com/coincart/coincart/models/text"
)

// PricesView is the data of the mail to an owner about a change of prices. Amounts are Printer.Money or Printer.Coin. URL is the page of what
// changed.
type PricesView struct {
	StaffView

	Kind    string // models.PriceAlertKind: "mail.prices.text." + Kind
	Who     string // who changed the prices
	Subject string // the coin, the product, or the file
	Live    string // the live rate; "": none was compared
	Rows    []PriceRow
	More    int // changes that are not in Rows
}

// PriceRow is one value that changed.
type PriceRow struct{ Name, Before, After string }

// PriceAlert returns the letter to an owner after a person has changed prices and had to confirm it.
func PriceAlert(ctx context.Context, v PricesView) (Letter, error) {
	p := v.Printer
	l := letter{
		subject: p.T("mail.prices.subject", "Shop", v.ShopName, "Subject", text.OneLine(v.Subject)),
		heading: p.T("mail.prices.heading"),
		intro:   p.T("mail.prices.text."+v.Kind, "Who", text.OneLine(v.Who), "Subject", text.OneLine(v.Subject)),
		button:  p.T("mail.prices.button"),
		safety:  p.T("mail.prices.safety"),
	}
	for _, r := range v.Rows {
		l.facts = append(l.facts, fact{r.Name, p.T("mail.prices.change", "Before", r.Before, "After", r.After)})
	}
	if v.Live != "" {
		l.facts = append(l.facts, fact{p.T("mail.prices.live"), v.Live})
	}
	if v.More > 0 {
		l.facts = append(l.facts, fact{p.T("mail.prices.more"), p.N("mail.prices.more_count", v.More)})
	}
	return v.write(ctx, l)
}
