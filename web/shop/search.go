package shop

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// maxQuery is the maximum number of runes of a search; more are cut off.
const maxQuery = 100

// Search shows the results of a search: GET /search?q=&sort=&page=.
func (p *CataloguePages) Search(v *visit.Visit) error {
	query := searchText(v.Query("q"))
	var filter *models.CardFilter
	if query != "" {
		filter = &models.CardFilter{Search: query}
	}
	found, _, err := p.listPage(v, filter, "/search", url.Values{"q": {query}})
	if err != nil {
		return err
	}
	view := pages.SearchView{Query: query, ProductList: found}
	if view.Total == 0 {
		if view.Featured, err = p.featured(v); err != nil {
			return err
		}
	}
	if view.Page, err = v.Page(); err != nil {
		return err
	}
	view.Page.Query, view.Page.NoIndex = query, true
	v.Public()
	return v.Show(http.StatusOK, pages.Search(view))
}

// searchText returns a search with single spaces, cut after maxQuery runes.
func searchText(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) > maxQuery {
		text = strings.TrimSpace(string(runes[:maxQuery]))
	}
	return text
}
