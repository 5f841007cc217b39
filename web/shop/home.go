package shop

import (
	"net/http"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// Home shows the front page: GET /.
func (p *CataloguePages) Home(v *visit.Visit) error {
	page, err := v.Page()
	if err != nil {
		return err
	}
	featured, err := p.featured(v)
	if err != nil {
		return err
	}
	newest, err := p.shelf(v, models.CardFilter{Sort: models.SortNewest, Limit: perShelf})
	if err != nil {
		return err
	}
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return err
	}
	page.Canonical = v.Absolute("/")
	v.Public()
	lang := v.Printer.Lang()
	return v.Show(http.StatusOK, pages.Home(pages.HomeView{
		Page:       page,
		Title:      v.Settings().Text(models.HomeTitleKey(lang)),
		Text:       v.Settings().Text(models.HomeTextKey(lang)),
		Featured:   featured,
		Newest:     newest,
		Categories: categoryCards(v.Printer, categories, ""),
	}))
}
