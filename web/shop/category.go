package shop

import (
	"net/http"
	"net/url"
	"strconv"

	"coincart/models"
	"coincart/templates"
	pages "coincart/templates/shop"
	"coincart/web/visit"
)

// Category shows one category's products: GET /categories/{slug}?sort=&page=. A sort or a page that does not exist is an
// address that does not exist.
func (p *Pages) Category(v *visit.Visit) error {
	category, err := p.category(v)
	if err != nil {
		return err
	}
	sort, page, ok := listing(v)
	if !ok {
		return visit.ErrNoPage
	}
	filter := models.CardFilter{CategoryID: category.ID, Sort: sort, Limit: perPage, Offset: (page - 1) * perPage}
	cards, total, err := p.site.Store.Cards(v.Context(), filter)
	if err != nil {
		return err
	}
	count := pageCount(total)
	if page > count {
		return visit.ErrNoPage
	}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return err
	}
	frame, err := v.Page()
	if err != nil {
		return err
	}
	path := "/categories/" + category.Slug
	activate(&frame, category.Slug)
	frame.Canonical = v.Absolute(canonical(path, page))
	view := categoryView(v.Printer, category)
	view.Page, view.Products, view.Total, view.Sort = frame, cardViews(v.Printer, currency, cards), total, string(sort)
	view.Pager = pages.NewPager(path, url.Values{"sort": {string(sort)}}, page, count)
	v.Public()
	return v.Show(http.StatusOK, pages.Category(view))
}

func (p *Pages) category(v *visit.Visit) (models.Category, error) {
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return models.Category{}, err
	}
	for _, c := range categories {
		if c.Slug == v.Param("slug") {
			return c, nil
		}
	}
	return models.Category{}, visit.ErrNoCategory
}

// listing reads which part of a list is wanted, and in which order.
func listing(v *visit.Visit) (sort models.CardSort, page int, ok bool) {
	sort, sortOK := models.ParseCardSort(v.Query("sort"))
	page, pageOK := v.PageNumber()
	return sort, page, sortOK && pageOK
}

// pageCount is how many pages a list has: one even where it is empty.
func pageCount(total int) int { return max(1, (total+perPage-1)/perPage) }

func canonical(path string, page int) string {
	if page == 1 {
		return path
	}
	return path + "?page=" + strconv.Itoa(page)
}

// activate marks the category that a page belongs to.
func activate(page *templates.Page, slug string) {
	for i := range page.Categories {
		page.Categories[i].Active = page.Categories[i].Slug == slug
	}
}
