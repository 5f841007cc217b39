package shop

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"coincart/models"
	"coincart/templates"
	pages "coincart/templates/shop"
	"coincart/web/visit"
)

// Category shows one category's products: GET /categories/{slug}?sort=&page=. A sort or a page that does not exist is an
// address that does not exist.
func (p *Pages) Category(v *visit.Visit) error {
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(categories, func(c models.Category) bool { return c.Slug == v.Param("slug") && !c.Hidden })
	if i < 0 {
		return p.moved(v, "category", categoryPath(""), visit.ErrNoCategory)
	}
	category := categories[i]
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
	path := categoryPath(category.Slug)
	activate(&frame, models.Ancestors(categories, category.ID))
	frame.Canonical = v.Absolute(canonical(path, page))
	view := categoryView(v.Printer, category)
	view.Crumbs, view.Below = crumbs(v.Printer, categories, category.ParentID), categoryCards(v.Printer, categories, category.ID)
	view.Page, view.Products, view.Total, view.Sort = frame, cardViews(v.Printer, currency, cards), total, string(sort)
	view.Pager = pages.NewPager(path, url.Values{"sort": {string(sort)}}, page, count)
	v.Public()
	return v.Show(http.StatusOK, pages.Category(view))
}

func categoryPath(slug string) string { return "/categories/" + slug }

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

// activate marks the category at the top that a page belongs to; path leads from the top to the page's own.
func activate(page *templates.Page, path []models.Category) {
	for i := range page.Categories {
		page.Categories[i].Active = len(path) > 0 && page.Categories[i].Slug == path[0].Slug
	}
}
