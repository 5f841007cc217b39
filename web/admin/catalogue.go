package admin

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// productFilterNames are the parameters of the list of products.
func productFilterNames() []string {
	return []string{"q", "category", "tag", "state", "stock", "sort", "after"}
}

// longestProductSearch is the most characters that are searched for.
const longestProductSearch = 100

// The values of the filter that are not the models' own.
const (
	stateFeatured = "featured"
	stockLow      = "low"
)

// productDesk reads what a product's form depends on.
func (o *Office) productDesk(d *desk) (productDesk, error) {
	categories, err := o.site.Store.Categories(d.Context()) // not a second old: a category may just have been made for this product
	if err != nil {
		return productDesk{}, err
	}
	langs, err := o.otherLangs(d)
	if err != nil {
		return productDesk{}, err
	}
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return productDesk{}, err
	}
	return productDesk{lang: d.Printer.Lang(), categories: categories, langs: langs, zone: o.payments.PlatformZone(), digits: currency.Digits}, nil
}

// otherLangs are the shop's languages but the first, which the things' own texts are in.
func (o *Office) otherLangs(d *desk) ([]i18n.Language, error) {
	settings, err := o.site.Settings(d.Context())
	if err != nil {
		return nil, err
	}
	offered := settings.Languages()
	return slices.DeleteFunc(i18n.Languages(), func(l i18n.Language) bool {
		return !slices.Contains(offered, l.Tag) || l.Tag == offered[0]
	}), nil
}

// showProducts lists the products: GET /admin/products with the filter.
func (o *Office) showProducts(d *desk) error {
	q := d.query(productFilterNames()...)
	categories, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	categories = namedIn(d.Printer, categories)
	tags, err := o.site.Store.Tags(d.Context())
	if err != nil {
		return err
	}
	view := pages.ProductsView{Search: typed(q.Get("q")), Categories: categoryOptions(categories, q.Get("category"), true), Tags: tagChoices(tags, q.Get("tag"))}
	filter, problem := readProductFilter(q, categories)
	view.Search.Problem = problem
	settings, err := o.site.Settings(d.Context())
	if err != nil {
		return err
	}
	filter.LowStock = settings.StockLow()
	var page models.ProductPage
	if problem == pages.ProblemNone {
		page, err = o.site.Store.Products(d.Context(), filter)
		if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
			return err
		}
		view.Rows = productRows(d.Printer, settings.Currency(), categories, page.Rows)
		view.Next, view.First = pager(productsPath, q, "after", page.Next)
	}
	view.States = choices([]string{string(models.ShownPublished), string(models.ShownHidden), stateFeatured}, q.Get("state"), true)
	view.Stocks = choices([]string{stockLow}, q.Get("stock"), true)
	view.Sorts = sortChoices(filter.Sort)
	for _, name := range productFilterNames() {
		view.Filtered = view.Filtered || (q.Get(name) != "" && name != "sort" && name != "after")
	}
	if only(q, "category") && filter.Sort == models.ProductsByPosition {
		view.Category = filter.CategoryID
		placeMoves(view.Rows, page.Next != "")
	}
	view.Self = address(productsPath, q)
	view.Page = d.page(pages.SectionProducts)
	view.Page.Path = view.Self
	worst := view.Problem
	first(&worst, problem)
	return d.show(worst, pages.Products(view))
}

// only reports that a parameter is the only one that narrows the list.
func only(q url.Values, name string) bool {
	for _, other := range productFilterNames() {
		if other != name && other != "sort" && q.Get(other) != "" {
			return false
		}
	}
	return q.Get(name) != ""
}

func readProductFilter(q url.Values, categories []models.Category) (models.ProductFilter, pages.Problem) {
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
	case tooLong(f.Search, longestProductSearch):
		return f, pages.ProblemTooLong
	case f.CategoryID != "" && !slices.ContainsFunc(categories, func(c models.Category) bool { return c.ID == f.CategoryID }),
		!slices.Contains([]models.Shown{models.ShownAll, models.ShownPublished, models.ShownHidden}, f.Shown),
		!slices.Contains([]string{"", stockLow}, q.Get("stock")):
		return f, pages.ProblemChoice
	}
	return f, pages.ProblemNone
}

func sortChoices(chosen models.ProductSort) []pages.Choice {
	list := []pages.Choice{{Value: "position", Selected: chosen == models.ProductsByPosition}}
	return append(list, choices([]models.ProductSort{models.ProductsByTitle, models.ProductsByUpdate, models.ProductsByCreation}, string(chosen), false)...)
}

// namedIn are the categories with their names in the reader's language, to be shown.
func namedIn(p *i18n.Printer, list []models.Category) []models.Category {
	list = slices.Clone(list)
	for i := range list {
		list[i].Name = list[i].Texts.In(p.Lang(), "name", list[i].Name)
	}
	return list
}

// categoryOptions are the categories with their paths; all puts the empty choice in front.
func categoryOptions(list []models.Category, chosen string, all bool) []pages.Choice {
	var made []pages.Choice
	if all {
		made = append(made, pages.Choice{Selected: chosen == ""})
	}
	for _, node := range models.Flatten(models.Tree(list)) {
		made = append(made, pages.Choice{Value: node.Category.ID, Label: node.Path, Selected: node.Category.ID == chosen})
	}
	return made
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
			ID: r.ID, Title: r.Texts.In(p.Lang(), "title", r.Title), Slug: r.Slug, SKUs: skus, Picture: templates.Picture{Source: r.Cover}, Category: categoryPath(categories, r.CategoryID),
			Price: p.Money(r.MinPrice.String(), currency.Code, currency.Digits), From: !r.MinPrice.Equal(r.MaxPrice), Sale: r.OnSale,
			Stock: strconv.Itoa(r.OnHand), Low: r.Low, Out: r.OnHand <= 0 && !r.Untracked, Hidden: r.Hidden, Featured: r.Featured,
			Changed: moment(p, r.UpdatedAt),
		}
		if r.Untracked {
			list[i].Stock = "–"
		}
	}
	return list
}

// nowhere is where a product cannot be moved by one press.
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
