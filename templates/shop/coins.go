package shop

import "github.com/coincart/coincart/templates/i18n"

// rateWords say what one coin costs, who says so, and what the amount has on top.
func (c CoinChoice) rateWords(p *i18n.Printer) string {
	text := p.T("coin.rate", "Symbol", c.Symbol, "Rate", c.Rate)
	if c.Source != "" {
		text = p.T("coin.rate_from", "Symbol", c.Symbol, "Rate", c.Rate, "Source", c.Source)
	}
	if c.Spread != "" {
		text += " " + p.T("coin.spread", "Spread", c.Spread)
	}
	return text
}

// rateWords returns those of the coin that was chosen; "" where no rate is known.
func (a AttemptView) rateWords(p *i18n.Printer) string {
	if a.Rate == "" {
		return ""
	}
	return CoinChoice{Symbol: a.Coin, Rate: a.Rate, Spread: a.Spread, Source: a.Source}.rateWords(p)
}
