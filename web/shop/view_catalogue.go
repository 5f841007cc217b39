package shop

import (
	"strings"

	"coincart/models"
	"coincart/templates"
	"coincart/templates/i18n"
	pages "coincart/templates/shop"
)

func money(p *i18n.Printer, c models.Currency, a models.Amount) string {
	return p.Money(a.String(), c.Code, c.Digits)
}

// left is the number that a page says of a stock: 0 where there is enough, or nothing.
func left(onHand int) int {
	if onHand > fewLeft {
		return 0
	}
	return max(onHand, 0)
}

func cardView(p *i18n.Printer, currency models.Currency, c models.ProductCard) pages.Card {
	lang := p.Lang()
	return pages.Card{
		Slug:    c.Slug,
		Title:   c.Texts.In(lang, "title", c.Title),
		Summary: c.Texts.In(lang, "summary", c.Summary),
		Price:   money(p, currency, c.MinPrice),
		From:    !c.MinPrice.Equal(c.MaxPrice),
		Picture: templates.Picture{Source: c.Cover}, // the title beside it says what it shows
		SoldOut: c.OnHand <= 0,
		Left:    left(c.OnHand),
	}
}

func cardViews(p *i18n.Printer, currency models.Currency, cards []models.ProductCard) []pages.Card {
	views := make([]pages.Card, len(cards))
	for i, c := range cards {
		views[i] = cardView(p, currency, c)
	}
	return views
}

// relatedCards are other products of the same category.
func relatedCards(p *i18n.Printer, currency models.Currency, cards []models.ProductCard, except string) []pages.Card {
	views := make([]pages.Card, 0, perRelation)
	for _, c := range cards {
		if c.ID != except && len(views) < perRelation {
			views = append(views, cardView(p, currency, c))
		}
	}
	return views
}

func categoryCards(p *i18n.Printer, categories []models.Category) []pages.CategoryCard {
	lang := p.Lang()
	cards := make([]pages.CategoryCard, len(categories))
	for i, c := range categories {
		cards[i] = pages.CategoryCard{
			Slug: c.Slug, Name: c.Texts.In(lang, "name", c.Name), Summary: c.Texts.In(lang, "summary", c.Summary),
			Picture: templates.Picture{Source: c.Picture},
		}
	}
	return cards
}

func categoryView(p *i18n.Printer, c models.Category) pages.CategoryView {
	lang := p.Lang()
	return pages.CategoryView{
		Slug: c.Slug, Name: c.Texts.In(lang, "name", c.Name), Summary: c.Texts.In(lang, "summary", c.Summary),
		Picture: templates.Picture{Source: c.Picture},
	}
}

func productView(p *i18n.Printer, currency models.Currency, product models.Product, chosen string) pages.ProductView {
	lang := p.Lang()
	view := pages.ProductView{
		Slug:         product.Slug,
		Title:        product.Texts.In(lang, "title", product.Title),
		Summary:      product.Texts.In(lang, "summary", product.Summary),
		Paragraphs:   paragraphs(product.Texts.In(lang, "description", product.Description)),
		CategorySlug: product.Category.Slug,
		CategoryName: product.Category.Texts.In(lang, "name", product.Category.Name),
		Pictures:     productPictures(lang, product),
		Variants:     make([]pages.Variant, len(product.Variants)),
	}
	for i, v := range product.Variants {
		view.Variants[i] = pages.Variant{
			ID: v.ID, SKU: v.SKU, Title: v.Texts.In(lang, "title", v.Title), Price: money(p, currency, v.Price),
			SoldOut: v.OnHand <= 0, Left: left(v.OnHand), Selected: v.ID == chosen,
		}
	}
	return view
}

// productPictures are the product's own, or its cover where it has none.
func productPictures(lang string, product models.Product) []templates.Picture {
	if len(product.Pictures) == 0 && product.Cover != "" {
		return []templates.Picture{{Source: product.Cover, Alt: product.CoverAlt}}
	}
	pictures := make([]templates.Picture, len(product.Pictures))
	for i, pic := range product.Pictures {
		pictures[i] = templates.Picture{Source: pic.Source, Alt: pic.Texts.In(lang, "alt", pic.Alt)}
	}
	return pictures
}

// paragraphs divides a description at its empty lines.
func paragraphs(text string) []string {
	var list []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
