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
