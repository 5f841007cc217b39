package catalogue

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// productFilterNames are the parameters of the list of products.
func productFilterNames() []string {
	return []string{"q", "category", "tag", "state", "stock", "sort", "after"}
}

// longestSearch is the maximum number of characters of a search.
const longestSearch = 100

// The values of the filter that are not the models' own.
const (
	stateFeatured = "featured"
	stockLow      = "low"
)

// formContext returns what a product's form depends on.
func (h *handlers) formContext(req *admin.Request) (formContext, error) {
	categories, err := h.site.Store.Categories(req.Context()) // not a second old: a category may just have been made for this product
	if err != nil {
		return formContext{}, err
	}
	langs, err := req.OtherLangs()
	if err != nil {
		return formContext{}, err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return formContext{}, err
	}
	return formContext{lang: req.Printer.Lang(), categories: categories, langs: langs, zone: h.site.Zone, digits: currency.Digits}, nil
}

// showProducts lists the products: GET /admin/products with the filter.
func (h *handlers) showProducts(req *admin.Request) error {
	q := req.QueryValues(productFilterNames()...)
	categories, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	categories = admin.NamedIn(req.Printer, categories)
	tags, err := h.site.Store.Tags(req.Context())
	if err != nil {
		return err
	}
	view := pages.ProductsView{Search: admin.Typed(q.Get("q")), Categories: admin.CategoryChoices(categories, q.Get("category"), true), Tags: tagChoices(tags, q.Get("tag"))}
	filter, problem := readProductFilter(q, categories)
	view.Search.Problem = problem
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return err
	}
	filter.LowStock = settings.StockLow()
	var page models.ProductPage
	if problem == "" {
		page, err = h.site.Store.Products(req.Context(), filter)
		if view.Refusal, err = admin.FilterRefusal(err); err != nil {
			return err
		}
		view.Rows = productRows(req.Printer, settings.Currency(), categories, page.Rows)
		view.Next, view.First = admin.Pager(productsPath, q, "after", page.Next)
	}
	view.States = admin.Choices([]string{string(models.ShownPublished), string(models.ShownHidden), stateFeatured}, q.Get("state"), true)
	view.Stocks = admin.Choices([]string{stockLow}, q.Get("stock"), true)
	view.Sorts = sortChoices(filter.Sort)
	view.Filtered = admin.IsFiltered(q)
	if isOnlyFilter(q, "category") && filter.Sort == models.ProductsByPosition {
		view.Category = filter.CategoryID
		placeMoves(view.Rows, page.Next != "")
	}
	view.Self = admin.Address(productsPath, q)
	view.Page = req.PageAt(pages.SectionProducts, view.Self)
	return req.Answer(pages.Worst(view.Refusal, problem), pages.Products(view))
}

// isOnlyFilter reports whether a parameter is the only filter of the list.
func isOnlyFilter(q url.Values, name string) bool {
	for _, other := range productFilterNames() {
		if other != name && other != "sort" && q.Get(other) != "" {
			return false
		}
	}
	return q.Get(name) != ""
}

func readProductFilter(q url.Values, categories []models.Category) (models.ProductFilter, invalid.Problem) {
	f := models.ProductFilter{
		Search: q.Get("q"), CategoryID: q.Get("category"), Tag: q.Get("tag"), OnlyLow: q.Get("stock") == stockLow,
		Featured: q.Get("state") == stateFeatured, Sort: models.ProductSort(q.Get("sort")), After: q.Get("after"),
	}
	if !f.Featured {
		f.Shown = models.Shown(q.Get("state"))
	}
	if f.Sort == "position" {
		f.Sort = models.ProductsByPosition
	}
	switch {
	case admin.TooLong(f.Search, longestSearch):
		return f, invalid.TooLong
	case f.CategoryID != "" && !slices.ContainsFunc(categories, func(c models.Category) bool { return c.ID == f.CategoryID }),
		!slices.Contains([]models.Shown{models.ShownAll, models.ShownPublished, models.ShownHidden}, f.Shown),
		!slices.Contains([]string{"", stockLow}, q.Get("stock")):
		return f, invalid.Unknown
	}
	return f, ""
}

func sortChoices(chosen models.ProductSort) []pages.Choice {
	list := []pages.Choice{{Value: "position", Selected: chosen == models.ProductsByPosition}}
	return append(list, admin.Choices([]models.ProductSort{models.ProductsByTitle, models.ProductsByUpdate, models.ProductsByCreation}, string(chosen), false)...)
}

func tagChoices(tags []models.TagCount, chosen string) []pages.Choice {
	made := []pages.Choice{{Selected: chosen == ""}}
	for _, t := range tags {
		made = append(made, pages.Choice{Value: t.Tag, Label: t.Tag, Selected: t.Tag == chosen})
	}
	return made
}

func productRows(p *i18n.Printer, currency models.Currency, categories []models.Category, rows []models.ProductRow) []pages.ProductRow {
	list := make([]pages.ProductRow, len(rows))
	for i, r := range rows {
		skus := r.SKU
		if r.VariantCount > 1 {
			skus += " +" + strconv.Itoa(r.VariantCount-1)
		}
		list[i] = pages.ProductRow{
			ID: r.ID, Title: r.Texts.In(p.Lang(), "title", r.Title), Slug: r.Slug, SKUs: skus, Picture: templates.Picture{Source: r.Cover}, Category: models.CategoryPath(categories, r.CategoryID),
			Price: visit.Money(p, currency, r.MinPrice), From: !r.MinPrice.Equal(r.MaxPrice), Sale: r.OnSale,
			Stock: strconv.Itoa(r.OnHand), Low: r.Low, Out: r.OnHand <= 0 && !r.Untracked, Hidden: r.Hidden, Featured: r.Featured,
			Changed: admin.Moment(p, r.UpdatedAt),
		}
		if r.Untracked {
			list[i].Stock = "–"
		}
	}
	return list
}

// nowhere means that a product cannot be moved by one button.
const nowhere = "-"

// placeMoves says before which product each row goes when it is moved by one: up before the one above, down before the one after the next;
// the last but one goes to the end of what is shown only where the page is the list's last.
func placeMoves(rows []pages.ProductRow, more bool) {
	for i := range rows {
		rows[i].Up, rows[i].Down = nowhere, nowhere
		if i > 0 {
			rows[i].Up = rows[i-1].ID
		}
		switch {
		case i+2 < len(rows):
			rows[i].Down = rows[i+2].ID
		case i+2 == len(rows) && !more:
			rows[i].Down = ""
		}
	}
}
