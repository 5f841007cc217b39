package shop

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// maxQuery is the most runes of a search; more are cut off.
const maxQuery = 100

// Search shows what a search finds: GET /search?q=&sort=&page=.
func (p *CataloguePages) Search(v *visit.Visit) error {
	query := searchText(v.Query("q"))
	var filter *models.CardFilter
	if query != "" {
		filter = &models.CardFilter{Search: query}
	}
	found, err := p.listed(v, filter, "/search", url.Values{"q": {query}})
	if err != nil {
		return err
	}
	view := pages.SearchView{Query: query, Products: found.cards, Total: found.total, Sort: found.sort, Pager: found.pager}
	if view.Total == 0 {
		currency, err := p.site.Currency(v.Context())
		if err != nil {
			return err
		}
		featured, err := p.featured(v.Context())
		if err != nil {
			return err
		}
		view.Featured = cardViews(v.Printer, currency, featured)
	}
	if view.Page, err = v.Page(); err != nil {
		return err
	}
	view.Page.Query, view.Page.NoIndex = query, true
	v.Public()
	return v.Show(http.StatusOK, pages.Search(view))
}

// searchText folds spaces and cuts what is too long.
func searchText(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) > maxQuery {
		text = strings.TrimSpace(string(runes[:maxQuery]))
	}
	return text
}
