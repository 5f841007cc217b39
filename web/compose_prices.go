package web

import (
	"context"

	"github.com/coincart/coincart/models"
	letters "github.com/coincart/coincart/templates/mail"
)

// writePrices writes the mail to an owner about a change of prices.
func writePrices(ctx context.Context, m staffMail) (letters.Letter, error) {
	var alert models.PriceAlert
	if err := m.details(&alert); err != nil {
		return letters.Letter{}, err
	}
	return letters.PriceAlert(ctx, pricesView(m, alert))
}

func pricesView(m staffMail, alert models.PriceAlert) letters.PricesView {
	p := m.Printer
	money := func(a models.Amount) string { return p.Money(a.String(), m.currency.Code, m.currency.Digits) }
	v := letters.PricesView{StaffView: m.StaffView, Kind: string(alert.Kind), Who: alert.Who, Subject: alert.Subject, More: alert.More}
	v.URL = m.base + alert.Path
	if alert.Live.IsPositive() {
		v.Live = money(alert.Live)
	}
	for _, r := range alert.Rows {
		row := letters.PriceRow{Name: r.Name, Before: money(r.Before), After: money(r.After)}
		switch r.Name {
		case models.AlertRowRate:
			row.Name = p.T("mail.prices.rate", "Symbol", alert.Subject)
		case models.AlertRowSample:
			row.Name = p.T("mail.prices.sample", "Total", money(models.SampleTotal()))
		}
		if r.Coin != "" {
			row.Before, row.After = p.Coin(r.Before.String(), r.Coin), p.Coin(r.After.String(), r.Coin)
		}
		if r.Before.IsZero() {
			row.Before = "–"
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
