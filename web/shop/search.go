package shop

import (
	"net/http"
	"net/url"
	"strings"

	"coincart/models"
	pages "coincart/templates/shop"
	"coincart/web/visit"
)

// maxQuery is the most runes of a search; more are cut off.
const maxQuery = 100

// Search shows what a search finds: GET /search?q=&sort=&page=.
func (p *Pages) Search(v *visit.Visit) error {
	sort, page, ok := listing(v)
	if !ok {
		return visit.ErrNoPage
	}
	query := searchText(v.Query("q"))
	view := pages.SearchView{Query: query, Sort: string(sort)}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return err
	}
	if query != "" {
		filter := models.CardFilter{Search: query, Sort: sort, Limit: perPage, Offset: (page - 1) * perPage}
		cards, total, err := p.site.Store.Cards(v.Context(), filter)
		if err != nil {
			return err
		}
		view.Products, view.Total = cardViews(v.Printer, currency, cards), total
	}
	count := pageCount(view.Total)
	if page > count {
		return visit.ErrNoPage
	}
	if view.Total == 0 {
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
	view.Pager = pages.NewPager("/search", url.Values{"q": {query}, "sort": {string(sort)}}, page, count)
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
