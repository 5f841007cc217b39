package shop

import (
	"coincart/models"
	"coincart/templates"
	"coincart/templates/i18n"
	pages "coincart/templates/shop"
)

// coinChoices are the coins that can pay a total, each with what would be paid. The first is chosen where none was.
func coinChoices(p *i18n.Printer, currency models.Currency, coins []models.Coin, total models.Amount, chosen string) []pages.CoinChoice {
	choices := make([]pages.CoinChoice, 0, len(coins))
	for _, c := range coins {
		quote, err := c.Quote(total)
		if err != nil {
			continue // too little for this coin: there is nothing to choose
		}
		choices = append(choices, pages.CoinChoice{
			Symbol: c.Symbol, Name: c.Name, Amount: p.Coin(quote.Amount.String(), c.Symbol),
			Rate: money(p, currency, c.Rate), Selected: c.Symbol == chosen,
		})
	}
	if chosen == "" && len(choices) > 0 {
		choices[0].Selected = true
	}
	return choices
}

// paymentView is the part of a form that says how to pay.
func paymentView(choices []pages.CoinChoice, f paymentForm, signedIn models.Payer) pages.PaymentForm {
	return pages.PaymentForm{
		Coins: choices, PayerUID: f.uid, Connected: signedIn.Known(),
	}
}

// tail is the end of an account's id: enough for its owner to know it, too little for anybody else.
func tail(id string) string {
	const shown = 4
	if len(id) <= shown {
		return ""
	}
	return id[len(id)-shown:]
}

func cartSummary(p *i18n.Printer, currency models.Currency, cart models.Cart) []pages.SummaryLine {
	lang := p.Lang()
	lines := make([]pages.SummaryLine, len(cart.Lines))
	for i, l := range cart.Lines {
		lines[i] = pages.SummaryLine{
			Slug: l.Slug, Title: l.ProductTexts.In(lang, "title", l.Title), VariantTitle: l.VariantTexts.In(lang, "title", l.VariantTitle),
			Picture: templates.Picture{Source: l.Cover}, Quantity: l.Quantity,
			UnitPrice: money(p, currency, l.Price), Total: money(p, currency, l.Total()),
		}
		if l.ProductHidden {
			lines[i].Slug = ""
		}
	}
	return lines
}

// cartNotices say what has changed since the cart was filled, before anything is charged.
func cartNotices(p *i18n.Printer, currency models.Currency, cart models.Cart) []pages.Notice {
	var notices []pages.Notice
	for _, l := range cart.Lines {
		for _, problem := range lineProblems(p, currency, l) {
			notices = append(notices, pages.Notice{
				Kind: noticeOf(problem.Kind), Product: lineName(p.Lang(), l), From: problem.From, To: problem.To, Left: problem.Left,
			})
		}
	}
	return notices
}

func noticeOf(kind pages.LineProblemKind) pages.NoticeKind {
	switch kind {
	case pages.LinePriceChanged:
		return pages.NoticePriceChanged
	case pages.LineOnlyLeft:
		return pages.NoticeOnlyLeft
	case pages.LineSoldOut:
		return pages.NoticeSoldOut
	case pages.LineGone:
		return pages.NoticeGone
	case pages.LineBadQuantity:
	}
	return pages.NoticeCartChanged
}

func lineName(lang string, l models.CartLine) string {
	name := l.ProductTexts.In(lang, "title", l.Title)
	if option := l.VariantTexts.In(lang, "title", l.VariantTitle); option != "" {
		name += ", " + option
	}
	return name
}
