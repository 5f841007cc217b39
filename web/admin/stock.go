package admin

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// showStock lists the stock: GET /admin/stock?q=&category=&low=&sort=&after=.
func (o *Office) showStock(d *desk) error {
	q := d.query("q", "category", "low", "sort", "after")
	categories, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	settings, err := o.site.Settings(d.Context())
	if err != nil {
		return err
	}
	filter := models.StockFilter{
		Search: q.Get("q"), CategoryID: q.Get("category"), Low: q.Get("low") == "1", LowStock: settings.StockLow(),
		Sort: models.StockSort(q.Get("sort")), After: q.Get("after"),
	}
	if filter.Sort == stockBySKU {
		filter.Sort = models.StockBySKU
	}
	view := pages.StockView{
		Search: typed(q.Get("q")), Categories: categoryOptions(namedIn(d.Printer, categories), filter.CategoryID, true), OnlyLow: filter.Low, Limit: filter.LowStock,
		Sorts: choices([]string{stockBySKU, string(models.StockByLeft)}, cmpOr(q.Get("sort"), stockBySKU), false),
	}
	for _, name := range []string{"q", "category", "low"} {
		view.Filtered = view.Filtered || q.Get(name) != ""
	}
	if view.LowCount, err = o.site.Store.LowStock(d.Context(), filter.LowStock); err != nil {
		return err
	}
	switch {
	case tooLong(filter.Search, longestProductSearch):
		view.Search.Problem = pages.ProblemTooLong
	case filter.CategoryID != "" && !slices.ContainsFunc(categories, func(c models.Category) bool { return c.ID == filter.CategoryID }):
		view.Problem = pages.ProblemChoice
	default:
		page, err := o.site.Store.StockList(d.Context(), filter)
		if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
			return err
		}
		for _, r := range page.Rows {
			view.Rows = append(view.Rows, stockRow(d.Printer, r, filter.LowStock))
		}
		view.Next, view.First = pager(stockPath, q, "after", page.Next)
	}
	worst := view.Problem
	first(&worst, view.Search.Problem)
	view.Page = d.page(pages.SectionStock)
	view.Page.Path = address(stockPath, q)
	return d.show(worst, pages.Stock(view))
}

// stockBySKU is the address's word for the usual order.
const stockBySKU = "sku"

func cmpOr(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func stockThing(p *i18n.Printer, v models.StockVariant) pages.StockThing {
	lang := p.Lang()
	return pages.StockThing{
		ID: v.VariantID, SKU: v.SKU, Barcode: v.Barcode, Title: v.ProductTexts.In(lang, "title", v.ProductTitle),
		Option: v.VariantTexts.In(lang, "title", v.VariantTitle), ProductID: v.ProductID,
	}
}

func stockRow(p *i18n.Printer, r models.StockRow, limit int) pages.StockRow {
	row := pages.StockRow{
		StockThing: stockThing(p, r.StockVariant), Hidden: r.Hidden, Retired: r.Retired, Untracked: r.Untracked, Low: r.Low, Limit: r.Limit,
		OnHand: r.OnHand, Reserved: r.Reserved, Shelf: r.OnHand + r.Reserved, Sold: r.Sold,
	}
	if row.Limit == 0 {
		row.Limit = limit
	}
	return row
}

// The kinds of corrections by hand.
const (
	stockAdd      = "add"
	stockTake     = "take"
	stockCounted  = "counted"
	stockReturned = "returned"
)

func stockKinds() []string { return []string{stockAdd, stockTake, stockCounted, stockReturned} }

// showStockItem shows one variant's stock: GET /admin/stock/{id}.
func (o *Office) showStockItem(d *desk) error {
	return o.stockItemPage(d, func(v *pages.StockItemView) pages.Problem {
		v.FormToken, v.Kinds = models.NewRef(), choices(stockKinds(), stockAdd, false)
		return pages.ProblemNone
	})
}

// stockItemPage shows a variant's stock with a form as it is to stand there.
func (o *Office) stockItemPage(d *desk, form func(*pages.StockItemView) pages.Problem) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	settings, err := o.site.Settings(d.Context())
	if err != nil {
		return err
	}
	v, product, err := o.site.Store.Variant(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	const shown = 20
	movements, err := o.site.Store.Movements(d.Context(), models.MovementFilter{VariantID: id, Limit: shown})
	if err != nil {
		return err
	}
	held, err := o.site.Store.Reservations(d.Context(), models.ReservationFilter{VariantID: id, Limit: models.MaxPageRows})
	if err != nil {
		return err
	}
	view := pages.StockItemView{
		Item:      stockRow(d.Printer, stockOfVariant(v, product, settings.StockLow()), settings.StockLow()),
		Movements: ledgerRows(d.Printer, movements.Rows), Reservations: o.reservationRows(d, held.Rows),
	}
	if movements.Next != "" {
		view.More = address(ledgerPath, url.Values{"variant": {id}})
	}
	worst := form(&view)
	view.Page = d.page(pages.SectionStock)
	view.Page.Path = stockPath + "/" + id
	return d.show(worst, pages.StockItem(view))
}

func stockOfVariant(v models.Variant, p models.Product, limit int) models.StockRow {
	if v.LowStock > 0 {
		limit = v.LowStock
	}
	return models.StockRow{
		StockVariant: models.StockVariant{
			VariantID: v.ID, SKU: v.SKU, Barcode: v.Barcode, VariantTitle: v.Title, VariantTexts: v.Texts, ProductID: p.ID, ProductTitle: p.Title,
			ProductTexts: p.Texts,
		},
		Hidden: p.Hidden, Retired: v.Retired, Untracked: v.Untracked, Limit: v.LowStock, Low: !v.Retired && !v.Untracked && v.OnHand <= limit,
		OnHand: v.OnHand, Reserved: v.Reserved, Sold: v.Sold,
	}
}

// correctStock books a correction: POST /admin/stock/{id} with form_token, kind, quantity, note.
func (o *Office) correctStock(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	view := pages.StockItemView{FormToken: token, Kinds: choices(stockKinds(), form.Get("kind"), false)}
	correction := readCorrection(form, &view)
	correction.VariantID, correction.Token = id, token
	if worst := worstOfCorrection(view); worst != pages.ProblemNone {
		return o.refuseCorrection(d, view)
	}
	err = o.site.Store.CorrectStock(d.Context(), correction, d.actor())
	if view.Problem, view.Left = correctionRefusal(err, correction); view.Problem != pages.ProblemNone {
		return o.refuseCorrection(d, view)
	}
	if err != nil {
		return missing(err)
	}
	return d.done(stockPath+"/"+id, pages.NoticeStockCorrected)
}

func (o *Office) refuseCorrection(d *desk, form pages.StockItemView) error {
	return o.stockItemPage(d, func(v *pages.StockItemView) pages.Problem {
		v.FormToken, v.Kinds, v.Kind, v.Quantity, v.Note, v.Problem, v.Left = form.FormToken, form.Kinds, form.Kind, form.Quantity, form.Note, form.Problem, form.Left
		return worstOfCorrection(form)
	})
}

func worstOfCorrection(v pages.StockItemView) pages.Problem {
	worst := v.Problem
	for _, p := range []pages.Problem{v.Kind, v.Quantity.Problem, v.Note.Problem} {
		first(&worst, p)
	}
	return worst
}

// longestStockNote is the most characters of a correction's reason.
const longestStockNote = 1000

func readCorrection(form url.Values, view *pages.StockItemView) models.StockCorrection {
	kind := form.Get("kind")
	view.Quantity, view.Note = typed(strings.TrimSpace(form.Get("quantity"))), typed(oneLine(form.Get("note")))
	if !slices.Contains(stockKinds(), kind) {
		view.Kind = pages.ProblemChoice
	}
	n, ok := readPieces(view.Quantity.Value)
	if !ok || (n == 0 && kind != stockCounted) {
		view.Quantity.Problem = pages.ProblemWhole
	}
	switch {
	case view.Note.Value == "":
		view.Note.Problem = pages.ProblemMissing
	case tooLong(view.Note.Value, longestStockNote):
		view.Note.Problem = pages.ProblemTooLong
	case !text.Lines(view.Note.Value):
		view.Note.Problem = pages.ProblemText
	}
	c := models.StockCorrection{Quantity: n, Counted: kind == stockCounted, Returned: kind == stockReturned, Note: view.Note.Value}
	if kind == stockTake {
		c.Quantity = -n
	}
	return c
}

// readPieces reads a whole number from 0 to a billion.
func readPieces(text string) (n int, ok bool) {
	const longest = 9
	if text == "" || len(text) > longest || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// correctionRefusal puts a refused correction into words.
func correctionRefusal(err error, c models.StockCorrection) (pages.Problem, string) {
	if short, ok := errors.AsType[*store.OutOfStockError](err); ok {
		if c.Returned {
			return pages.ProblemNotSold, ""
		}
		return pages.ProblemStockLeft, strconv.Itoa(short.Left)
	}
	switch {
	case errors.Is(err, store.ErrMovement):
		return pages.ProblemNoChange, ""
	case errors.Is(err, store.ErrTooMuchStock):
		return pages.ProblemStockMost, ""
	case errors.Is(err, store.ErrUntracked):
		return pages.ProblemUntracked, ""
	}
	return pages.ProblemNone, ""
}
