package shop

import (
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

func productView(p *i18n.Printer, currency models.Currency, product models.Product, c choice, now time.Time) pages.ProductView {
	lang := p.Lang()
	view := pages.ProductView{
		Slug:       product.Slug,
		Title:      product.Texts.In(lang, "title", product.Title),
		Summary:    product.Texts.In(lang, "summary", product.Summary),
		Paragraphs: paragraphs(product.Texts.In(lang, "description", product.Description)),
		Pictures:   productPictures(lang, product, c),
		Variants:   make([]pages.Variant, len(product.Variants)),
	}
	for i, v := range product.Variants {
		view.Variants[i] = variantView(p, currency, v, now)
		view.Variants[i].Selected = v.ID == c.id()
	}
	if len(product.OptionNames) > 0 {
		view.Options = optionViews(lang, product, c)
		view.Unmade = c.variant == nil && !slices.Contains(c.values, "")
	}
	for _, tag := range product.Tags {
		view.Tags = append(view.Tags, templates.Link{Text: tag, URL: tagPath(tag)})
	}
	return view
}

func variantView(p *i18n.Printer, currency models.Currency, v models.Variant, now time.Time) pages.Variant {
	view := pages.Variant{
		ID: v.ID, SKU: v.SKU, Title: v.Texts.In(p.Lang(), "title", v.Title), Price: visit.Money(p, currency, v.PriceAt(now)),
		SoldOut: v.Available() <= 0, Left: shownStock(v.Available()), Virtual: v.Virtual,
	}
	if v.OnSale(now) {
		view.Regular = visit.Money(p, currency, v.Price)
		view.SaleEnds = templates.NewMoment(p, v.SaleUntil)
	}
	return view
}

// productPictures returns the product's pictures, or its cover if it has none; that of the chosen variant comes first.
func productPictures(lang string, product models.Product, c choice) []templates.Picture {
	if len(product.Pictures) == 0 && product.Cover != "" {
		return []templates.Picture{{Source: product.Cover, Alt: product.CoverAlt}}
	}
	pictures := make([]templates.Picture, 0, len(product.Pictures))
	for _, pic := range product.Pictures {
		shown := templates.Picture{Source: pic.Source, Alt: pic.Texts.In(lang, "alt", pic.Alt)}
		if c.variant != nil && pic.Source == c.variant.Picture {
			pictures = slices.Insert(pictures, 0, shown)
		} else {
			pictures = append(pictures, shown)
		}
	}
	return pictures
}

// paragraphs splits a description at its empty lines.
func paragraphs(text string) []string {
	var list []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// crumbs returns the links from the front page to a category, without hidden ones.
func crumbs(p *i18n.Printer, categories []models.Category, id string) []templates.Link {
	var list []templates.Link
	for _, c := range models.Ancestors(categories, id) {
		if !c.Hidden {
			list = append(list, templates.Link{Text: c.Texts.In(p.Lang(), "name", c.Name), URL: categoryPath(c.Slug)})
		}
	}
	return list
}
