package shop

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// shownStock returns the number that a page shows of a stock; 0 if there is enough, or nothing.
func shownStock(onHand int) int {
	if onHand > fewLeft {
		return 0
	}
	return max(onHand, 0)
}

func cardView(p *i18n.Printer, currency models.Currency, c models.ProductCard) pages.Card {
	lang := p.Lang()
	card := pages.Card{
		Slug:    c.Slug,
		Title:   c.Texts.In(lang, "title", c.Title),
		Summary: c.Texts.In(lang, "summary", c.Summary),
		Price:   visit.Money(p, currency, c.MinPrice),
		From:    !c.MinPrice.Equal(c.MaxPrice),
		Picture: templates.Picture{Source: c.Cover}, // the title beside it says what it shows
		SoldOut: c.OnHand <= 0,
		Left:    shownStock(c.OnHand),
		Sale:    c.OnSale,
	}
	if c.OnSale && !c.MinRegular.Equal(c.MinPrice) {
		card.Regular = visit.Money(p, currency, c.MinRegular)
	}
	return card
}

// categoryCards returns the visible categories below one, or at the top.
func categoryCards(p *i18n.Printer, categories []models.Category, parent string) []pages.CategoryCard {
	lang := p.Lang()
	var cards []pages.CategoryCard
	for _, c := range visit.Shown(categories, parent) {
		cards = append(cards, pages.CategoryCard{
			Slug: c.Slug, Name: c.Texts.In(lang, "name", c.Name), Summary: c.Texts.In(lang, "summary", c.Summary),
			Picture: templates.Picture{Source: c.Picture},
		})
	}
	return cards
}
