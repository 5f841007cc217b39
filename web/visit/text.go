package visit

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates/i18n"
)

// SourceName returns a price source's name for a reader. The built-in source has one in each language unless somebody has renamed it.
func SourceName(p *i18n.Printer, name string) string {
	if name == models.ExchangeTicker().Name {
		return p.T("coin.exchange_ticker")
	}
	return name
}

// Money returns an amount in a currency as text.
func Money(p *i18n.Printer, c models.Currency, a models.Amount) string {
	return p.Money(a.String(), c.Code, c.Digits)
}

// MoneyOrNone returns an amount in a currency as text; zero is "".
func MoneyOrNone(p *i18n.Printer, c models.Currency, a models.Amount) string {
	if a.IsZero() {
		return ""
	}
	return Money(p, c, a)
}

// Percent returns a percentage as text; zero is "".
func Percent(a models.Amount) string {
	if a.IsZero() {
		return ""
	}
	return a.String() + "%"
}
