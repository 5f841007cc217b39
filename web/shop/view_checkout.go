package shop

import (
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// coinChoices returns the coins to pay with, each with the amount to pay, or marked as paused. Without a choice the first usable one is
// chosen.
func coinChoices(p *i18n.Printer, currency models.Currency, offers payments.Offers, chosen string) []pages.CoinChoice {
	choices := make([]pages.CoinChoice, 0, len(offers.List))
	first := -1
	for i, o := range offers.List {
		choice := pages.CoinChoice{Symbol: o.Coin.Symbol, Name: o.Coin.Name, Paused: o.Problem != models.RateGood}
		if !choice.Paused {
			choice.Amount, choice.Rate = p.Coin(o.Quote.Amount.String(), o.Coin.Symbol), visit.Money(p, currency, o.Quote.Rate)
			choice.Spread = visit.Percent(o.Quote.Spread)
			choice.Until = templates.NewMoment(p, o.Quote.ExpiresAt)
			if !o.Quote.ExpiresAt.IsZero() {
				choice.Source = visit.SourceName(p, o.Quote.Source)
			}
			choice.Selected = o.Coin.Symbol == chosen
			if first < 0 {
				first = i
			}
		}
		choices = append(choices, choice)
	}
	if chosen == "" && first >= 0 {
		choices[first].Selected = true
	}
	return choices
}

// paymentView returns the part of a form that says how to pay.
func paymentView(p *i18n.Printer, currency models.Currency, offers payments.Offers, f paymentForm, signedIn models.Payer) pages.PaymentForm {
	return pages.PaymentForm{
		Coins: coinChoices(p, currency, offers, f.coin), PayerUID: f.uid, Connected: signedIn.Known(),
		Quotes: offers.Token, Until: templates.NewMoment(p, offers.ExpiresAt), Left: int(offers.Left / time.Second),
	}
}

// accountEnd returns the end of an account's id: enough for its owner to recognise it, too little for anybody else.
func accountEnd(id string) string {
	const shown = 4
	if len(id) <= shown {
		return ""
	}
	return id[len(id)-shown:]
}

func cartSummary(p *i18n.Printer, currency models.Currency, cart models.Cart) []pages.SummaryLine {
	lines := make([]pages.SummaryLine, len(cart.Lines))
	for i, l := range cart.Lines {
		lines[i] = summaryLine(p, currency, l)
	}
	return lines
}

func summaryLine(p *i18n.Printer, currency models.Currency, l models.CartLine) pages.SummaryLine {
	lang := p.Lang()
	line := pages.SummaryLine{
		Slug: l.Slug, Title: l.ProductTexts.In(lang, "title", l.Title), VariantTitle: l.VariantTexts.In(lang, "title", l.VariantTitle),
		Picture: templates.Picture{Source: l.Cover}, Quantity: l.Quantity,
		UnitPrice: visit.Money(p, currency, l.Price), Regular: regularPrice(p, currency, l), Total: visit.Money(p, currency, l.Total()),
	}
	if l.ProductHidden {
		line.Slug = ""
	}
	return line
}

// cartNotices returns what has changed since the cart was filled, before anything is charged.
func cartNotices(p *i18n.Printer, currency models.Currency, cart models.Cart) []pages.Notice {
	var notices []pages.Notice
	for _, l := range cart.Lines {
		for _, problem := range lineProblems(p, currency, l) {
			notices = append(notices, pages.Notice{
				Kind: pages.NoticeKind(problem.Kind), Product: lineName(p.Lang(), l), From: problem.From, To: problem.To, Left: problem.Left,
			})
		}
	}
	return notices
}

func lineName(lang string, l models.CartLine) string {
	return pages.LineTitle(l.ProductTexts.In(lang, "title", l.Title), l.VariantTexts.In(lang, "title", l.VariantTitle))
}
