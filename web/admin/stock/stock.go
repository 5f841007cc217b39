package stock

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/stockroom"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// showStock lists the stock: GET /admin/stock?q=&category=&low=&sort=&after=.
func (h *handlers) showStock(req *admin.Request) error {
	q := req.QueryValues("q", "category", "low", "sort", "after")
	categories, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	settings, err := h.site.Settings(req.Context())
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
		Search: admin.Typed(q.Get("q")), Filtered: admin.IsFiltered(q), Categories: admin.CategoryChoices(admin.NamedIn(req.Printer, categories), filter.CategoryID, true), OnlyLow: filter.Low, Limit: filter.LowStock,
		Sorts: admin.Choices([]string{stockBySKU, string(models.StockByLeft)}, cmp.Or(q.Get("sort"), stockBySKU), false),
	}
	hoarded, err := h.site.Store.HoardedStock(req.Context(), settings.HoardedShare(), models.HoardedLeast, hoardedShown)
	if err != nil {
		return err
	}
	for _, s := range hoarded {
		view.Hoarded = append(view.Hoarded, pages.HoardedRow{StockThing: stockThing(req.Printer, s.Variant), Percent: s.Percent(), Orders: s.Orders})
	}
	if view.LowCount, err = h.site.Store.LowStock(req.Context(), filter.LowStock); err != nil {
		return err
	}
	switch {
	case admin.TooLong(filter.Search, longestSearch):
		view.Search.Problem = invalid.TooLong
	case filter.CategoryID != "" && !slices.ContainsFunc(categories, func(c models.Category) bool { return c.ID == filter.CategoryID }):
		view.Refusal = pages.RefusalOf(invalid.Unknown)
	default:
		page, err := h.site.Store.StockList(req.Context(), filter)
		if view.Refusal, err = admin.FilterRefusal(err); err != nil {
			return err
		}
		for _, r := range page.Rows {
			view.Rows = append(view.Rows, stockRow(req.Printer, r, filter.LowStock))
		}
		view.Next, view.First = admin.Pager(stockPath, q, "after", page.Next)
	}
	view.Page = req.PageAt(pages.SectionStock, admin.Address(stockPath, q))
	return req.Answer(pages.Worst(view.Refusal, view.Search.Problem), pages.Stock(view))
}

// hoardedShown is the maximum number of variants in the warning about unpaid orders.
const hoardedShown = 20

// longestSearch is the maximum number of characters of a search.
const longestSearch = 100

// stockBySKU is the word for the default order in the address.
const stockBySKU = "sku"

func stockThing(p *i18n.Printer, v models.StockVariant) pages.StockThing {
	lang := p.Lang()
	return pages.StockThing{
		ID: v.ID, SKU: v.SKU, Barcode: v.Barcode, Title: v.ProductTexts.In(lang, "title", v.ProductTitle), Option: v.Texts.In(lang, "title", v.Title),
		ProductID: v.ProductID, Origin: models.CountryName(v.Origin, lang),
	}
}

func stockRow(p *i18n.Printer, r models.StockRow, limit int) pages.StockRow {
	row := pages.StockRow{
		StockThing: stockThing(p, r.StockVariant), Hidden: r.Hidden, Retired: r.Retired, Untracked: r.Untracked, Low: r.Low, Limit: r.LowStock,
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
func (h *handlers) showStockItem(req *admin.Request) error {
	return h.stockItemPage(req, func(v *pages.StockItemView) {
		v.FormToken, v.Kinds = models.NewRef(), admin.Choices(stockKinds(), stockAdd, false)
	})
}

// stockItemPage shows a variant's stock; form fills the form in.
func (h *handlers) stockItemPage(req *admin.Request, form func(*pages.StockItemView)) error {
	id := req.ID()
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return err
	}
	v, product, err := h.site.Store.Variant(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	const shown = 20
	movements, err := h.site.Store.Movements(req.Context(), models.MovementFilter{VariantID: id, Limit: shown})
	if err != nil {
		return err
	}
	held, err := h.site.Store.Reservations(req.Context(), models.ReservationFilter{VariantID: id, Limit: models.MaxPageRows})
	if err != nil {
		return err
	}
	view := pages.StockItemView{
		Item:      stockRow(req.Printer, stockOfVariant(v, product, settings.StockLow()), settings.StockLow()),
		Movements: ledgerRows(req.Printer, movements.Rows), Reservations: h.reservationRows(req, held.Rows),
	}
	if movements.Next != "" {
		view.More = admin.Address(ledgerPath, url.Values{"variant": {id}})
	}
	view.CancelToken = models.NewRef()
	for _, r := range held.Rows {
		if r.State == models.OrderAwaiting {
			view.Hoarded, view.HoardedOrders = view.Hoarded+r.Quantity, view.HoardedOrders+1
		}
	}
	share := models.HoardedStock{Variant: models.StockVariant{Variant: v}, Held: view.Hoarded, Orders: view.HoardedOrders}.Percent()
	if limit := settings.HoardedShare(); view.Hoarded < models.HoardedLeast || limit <= 0 || share < limit {
		share = 0
	}
	view.Hoarded = share
	form(&view)
	view.Page = req.PageAt(pages.SectionStock, stockPath+"/"+id)
	return req.Answer(worstOfCorrection(view), pages.StockItem(view))
}

func stockOfVariant(v models.Variant, p models.Product, limit int) models.StockRow {
	if v.LowStock > 0 {
		limit = v.LowStock
	}
	return models.StockRow{
		StockVariant: models.StockVariant{Variant: v, ProductTitle: p.Title, ProductTexts: p.Texts},
		Hidden:       p.Hidden, Low: !v.Retired && !v.Untracked && v.OnHand <= limit,
	}
}

// correctStock books a correction: POST /admin/stock/{id} with form_token, kind, quantity, note.
func (h *handlers) correctStock(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	view := pages.StockItemView{FormToken: token, Kinds: admin.Choices(stockKinds(), form.Get("kind"), false)}
	correction := readCorrection(form, &view)
	correction.VariantID, correction.Token = id, token
	if worst := worstOfCorrection(view); worst != "" {
		return h.refuseCorrection(req, view)
	}
	err := h.editor.CorrectStock(req.Context(), req.Actor(), correction)
	if view.Refusal, view.Left = correctionRefusal(err, correction); view.Refusal != "" {
		return h.refuseCorrection(req, view)
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(stockPath+"/"+id, pages.NoticeStockCorrected)
}

func (h *handlers) refuseCorrection(req *admin.Request, form pages.StockItemView) error {
	return h.stockItemPage(req, func(v *pages.StockItemView) {
		v.FormToken, v.Kinds, v.Kind, v.Quantity, v.Note, v.Refusal, v.Left = form.FormToken, form.Kinds, form.Kind, form.Quantity, form.Note, form.Refusal, form.Left
	})
}

func worstOfCorrection(v pages.StockItemView) pages.Refusal {
	return pages.Worst(v.Refusal, v.Kind, v.Quantity.Problem, v.Note.Problem)
}

// longestStockNote is the maximum number of characters of a correction's reason.
const longestStockNote = 1000

func readCorrection(form url.Values, view *pages.StockItemView) models.StockCorrection {
	kind := form.Get("kind")
	view.Quantity, view.Note = admin.Typed(strings.TrimSpace(form.Get("quantity"))), admin.Typed(admin.OneLine(form.Get("note")))
	if !slices.Contains(stockKinds(), kind) {
		view.Kind = invalid.Unknown
	}
	n, ok := readPieces(view.Quantity.Value)
	if !ok || (n == 0 && kind != stockCounted) {
		view.Quantity.Problem = invalid.Whole
	}
	admin.NeedText(&view.Note, longestStockNote, text.Lines)
	c := models.StockCorrection{Quantity: n, Counted: kind == stockCounted, Returned: kind == stockReturned, Note: view.Note.Value}
	if kind == stockTake {
		c.Quantity = -n
	}
	return c
}

// readPieces parses a whole number from 0 to a billion.
func readPieces(text string) (n int, ok bool) {
	const longest = 9
	if text == "" || len(text) > longest || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// correctionRefusal returns why a correction was refused, with the number that is left.
func correctionRefusal(err error, c models.StockCorrection) (pages.Refusal, string) {
	if short, ok := errors.AsType[*store.OutOfStockError](err); ok {
		if c.Returned {
			return pages.RefusalNotSold, ""
		}
		return pages.RefusalStockLeft, strconv.Itoa(short.Left)
	}
	switch {
	case errors.Is(err, store.ErrMovement):
		return pages.RefusalNoChange, ""
	case errors.Is(err, stockroom.ErrTooMuchStock):
		return pages.RefusalStockMost, ""
	case errors.Is(err, stockroom.ErrUntracked):
		return pages.RefusalUntracked, ""
	}
	return "", ""
}
