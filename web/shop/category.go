package shop

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// Category shows one category's products: GET /categories/{slug}?sort=&page=. A sort or a page that does not exist is an
// address that does not exist.
func (p *CataloguePages) Category(v *visit.Visit) error {
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(categories, func(c models.Category) bool { return c.Slug == v.Param("slug") && !c.Hidden })
	if i < 0 {
		return p.moved(v, "category", categoryPath(""), visit.ErrNoCategory)
	}
	category := categories[i]
	path := categoryPath(category.Slug)
	list, err := p.listed(v, &models.CardFilter{CategoryID: category.ID}, path, nil)
	if err != nil {
		return err
	}
	frame, err := v.Page()
	if err != nil {
		return err
	}
	activate(&frame, models.Ancestors(categories, category.ID))
	frame.Canonical = v.Absolute(canonical(path, list.page))
	view := categoryView(v.Printer, category)
	view.Crumbs, view.Below = crumbs(v.Printer, categories, category.ParentID), categoryCards(v.Printer, categories, category.ID)
	view.Page, view.Products, view.Total, view.Sort, view.Pager = frame, list.cards, list.total, list.sort, list.pager
	v.Public()
	return v.Show(http.StatusOK, pages.Category(view))
}

func categoryPath(slug string) string { return "/categories/" + slug }

// list is one page of products that are shown as cards.
type list struct {
	cards []pages.Card
	total int
	sort  string
	page  int
	pager pages.Pager
}

// listed reads the page that the address asks for by sort and page, of the products that a filter chooses, none if it is nil; path and query
// are the list's address without them. A sort or a page that does not exist is visit.ErrNoPage.
func (p *CataloguePages) listed(v *visit.Visit, filter *models.CardFilter, path string, query url.Values) (list, error) {
	sort, sortOK := models.ParseCardSort(v.Query("sort"))
	page, pageOK := v.PageNumber()
	if !sortOK || !pageOK {
		return list{}, visit.ErrNoPage
	}
	var cards []models.ProductCard
	var total int
	if filter != nil {
		filter.Sort, filter.Limit, filter.Offset = sort, perPage, (page-1)*perPage
		var err error
		if cards, total, err = p.site.Store.Cards(v.Context(), *filter); err != nil {
			return list{}, err
		}
	}
	count := max(1, (total+perPage-1)/perPage)
	if page > count {
		return list{}, visit.ErrNoPage
	}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return list{}, err
	}
	address := url.Values{"sort": {string(sort)}}
	maps.Copy(address, query)
	return list{cardViews(v.Printer, currency, cards), total, string(sort), page, pages.NewPager(path, address, page, count)}, nil
}

func canonical(path string, page int) string {
	if page == 1 {
		return path
	}
	return path + "?page=" + strconv.Itoa(page)
}

// activate marks the category at the top that a page belongs to; path leads from the top to the page's own.
func activate(page *templates.Page, path []models.Category) {
	for i := range page.Categories {
		page.Categories[i].Active = len(path) > 0 && page.Categories[i].Slug == path[0].Slug
	}
}
