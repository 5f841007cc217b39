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

// Category shows one category's products: GET /categories/{slug}?sort=&page=. An unknown sort or page is answered 404.
func (p *CataloguePages) Category(v *visit.Visit) error {
	categories, err := p.site.Categories(v.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(categories, func(c models.Category) bool { return c.Slug == v.Param("slug") && !c.Hidden })
	if i < 0 {
		return p.redirectMoved(v, "category", categoryPath(""), visit.ErrNoCategory)
	}
	category := categories[i]
	lang := v.Printer.Lang()
	return p.showList(v, models.CardFilter{CategoryID: category.ID}, models.Ancestors(categories, category.ID), pages.CategoryView{
		Path: categoryPath(category.Slug), Name: category.Texts.In(lang, "name", category.Name),
		Summary: category.Texts.In(lang, "summary", category.Summary),
		Crumbs:  crumbs(v.Printer, categories, category.ParentID), Below: categoryCards(v.Printer, categories, category.ID),
	})
}

// showList shows the products that match a filter, in the view of a category or of a tag; path is the categories from the top to the page's
// own.
func (p *CataloguePages) showList(v *visit.Visit, filter models.CardFilter, path []models.Category, view pages.CategoryView) error {
	var page int
	var err error
	if view.ProductList, page, err = p.listPage(v, &filter, view.Path, nil); err != nil {
		return err
	}
	if view.Page, err = v.Page(); err != nil {
		return err
	}
	activate(&view.Page, path)
	view.Page.Canonical = v.Absolute(canonical(view.Path, page))
	v.Public()
	return v.Show(http.StatusOK, pages.Category(view))
}

func categoryPath(slug string) string { return "/categories/" + slug }

// listPage returns the page that the address asks for by sort and page, of the products that match a filter, none if it is nil, with the
// page's number; path and query are the list's address without them. For an unknown sort or page the error is visit.ErrNoPage.
func (p *CataloguePages) listPage(
	v *visit.Visit, filter *models.CardFilter, path string, query url.Values,
) (list pages.ProductList, page int, err error) {
	sort, sortOK := models.ParseCardSort(v.Query("sort"))
	page, pageOK := v.PageNumber()
	if !sortOK || !pageOK {
		return list, 0, visit.ErrNoPage
	}
	var cards []models.ProductCard
	if filter != nil {
		filter.Sort, filter.Limit, filter.Offset = sort, perPage, (page-1)*perPage
		if cards, list.Total, err = p.site.Store.Cards(v.Context(), *filter); err != nil {
			return list, 0, err
		}
	}
	count := max(1, (list.Total+perPage-1)/perPage)
	if page > count {
		return list, 0, visit.ErrNoPage
	}
	if list.Products, err = p.cards(v, cards); err != nil {
		return list, 0, err
	}
	address := url.Values{"sort": {string(sort)}}
	maps.Copy(address, query)
	list.Sort, list.Pager = string(sort), pages.NewPager(path, address, page, count)
	return list, page, nil
}

func canonical(path string, page int) string {
	if page == 1 {
		return path
	}
	return path + "?page=" + strconv.Itoa(page)
}

// activate marks the top category that a page belongs to; path is the categories from the top to the page's own.
func activate(page *templates.Page, path []models.Category) {
	for i := range page.Categories {
		page.Categories[i].Active = len(path) > 0 && page.Categories[i].Slug == path[0].Slug
	}
}
