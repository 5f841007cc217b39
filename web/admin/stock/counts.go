package stock

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const (
	longestCountName = 200
	countPrefix      = "count." // of the fields of a sheet, before the variant's id
	longestSheet     = 20_000   // lines on paper
)

// showCounts lists the sheets: GET /admin/stock/counts.
func (h *handlers) showCounts(req *admin.Request) error {
	return h.countsPage(req, pages.CountsView{FormToken: models.NewRef()}, "")
}

func (h *handlers) countsPage(req *admin.Request, view pages.CountsView, categoryID string) error {
	categories, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	list, err := h.site.Store.StockCounts(req.Context())
	if err != nil {
		return err
	}
	view.Categories = admin.CategoryChoices(admin.NamedIn(req.Printer, categories), categoryID, true)
	for _, c := range list {
		view.Rows = append(view.Rows, countRow(req.Printer, c))
	}
	view.Page = req.PageAt(pages.SectionStock, countsPath)
	return req.Answer(pages.Worst(view.Refusal, view.Name.Problem), pages.Counts(view))
}

func countRow(p *i18n.Printer, c models.StockCount) pages.CountRow {
	return pages.CountRow{
		ID: c.ID, Name: c.Name, State: string(c.State), Who: c.Who, EndedBy: c.EndedBy, Begun: admin.Moment(p, c.CreatedAt), Ended: admin.Moment(p, c.EndedAt),
		Lines: c.Lines, Counted: c.Counted, Different: c.Different,
	}
}

// beginCount makes a sheet: POST /admin/stock/counts with form_token, name, category.
func (h *handlers) beginCount(req *admin.Request, form url.Values, token string) error {
	view := pages.CountsView{FormToken: token, Name: admin.Typed(admin.OneLine(form.Get("name")))}
	admin.NeedText(&view.Name, longestCountName, text.Line)
	category := form.Get("category")
	if category != "" && !admin.IsID(category) {
		view.Refusal = pages.RefusalOf(invalid.Unknown)
	}
	if pages.Worst(view.Refusal, view.Name.Problem) != "" {
		return h.countsPage(req, view, category)
	}
	count, err := h.editor.BeginCount(req.Context(), req.Actor(), token, view.Name.Value, category)
	if errors.Is(err, store.ErrFilter) {
		view.Refusal = pages.RefusalCountNone
		return h.countsPage(req, view, category)
	}
	if err != nil {
		return err
	}
	return req.SeeOther(countsPath + "/" + count.ID)
}

// showCount shows a sheet: GET /admin/stock/counts/{id}?after=.
func (h *handlers) showCount(req *admin.Request) error {
	return h.countPage(req, req.QueryValues("after"), func(*pages.CountView) {})
}

// countPage shows a page of a sheet, with what is wrong with it.
func (h *handlers) countPage(req *admin.Request, q url.Values, wrong func(*pages.CountView)) error {
	id := req.ID()
	count, err := h.site.Store.StockCount(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	page, err := h.site.Store.CountLines(req.Context(), id, q.Get("after"), models.MaxPageRows)
	view := pages.CountView{Count: countRow(req.Printer, count), Version: strconv.Itoa(count.Version)}
	if view.Refusal, err = admin.FilterRefusal(err); err != nil {
		return err
	}
	path := countsPath + "/" + id
	view.Lines = countLines(req.Printer, page.Lines)
	view.Next, view.First = admin.Pager(path, q, "after", page.Next)
	view.Self = admin.Address(path, q)
	wrong(&view)
	view.Page = req.PageAt(pages.SectionStock, view.Self)
	return req.Answer(view.Refusal, pages.Count(view))
}

func countLines(p *i18n.Printer, lines []models.CountLine) []pages.CountLine {
	list := make([]pages.CountLine, len(lines))
	for i, l := range lines {
		list[i] = pages.CountLine{Thing: stockThing(p, l.Variant), Position: l.Position, Expected: l.Expected, Reserved: l.Reserved, Done: l.Done}
		if !l.Done {
			continue
		}
		list[i].Counted.Value = strconv.Itoa(l.Counted)
		if l.Counted != l.Expected {
			list[i].Difference = signedPieces(p, l.Counted-l.Expected)
		}
	}
	return list
}

// saveCount stores what was counted: POST /admin/stock/counts/{id} with next, to and count.{variant} for each line.
func (h *handlers) saveCount(req *admin.Request, form url.Values) error {
	id := req.ID()
	counted, bad := readCounts(form)
	path := countsPath + "/" + id
	here := sheetAddress(path, form.Get("next"))
	if len(bad) > 0 {
		return h.countPage(req, queryOf(here), func(v *pages.CountView) {
			for i := range v.Lines {
				name := v.Lines[i].Thing.ID
				if values, typedIn := form[countPrefix+name]; typedIn {
					v.Lines[i].Counted.Value = values[0]
				}
				if bad[name] {
					v.Lines[i].Counted.Problem = invalid.Whole
				}
			}
			v.Refusal = pages.RefusalOf(invalid.Whole)
		})
	}
	err := h.editor.EnterCounts(req.Context(), id, counted)
	if errors.Is(err, store.ErrConflict) {
		return h.countRefused(req, pages.RefusalCountEnded, "")
	}
	if err != nil {
		return admin.NoPage(err)
	}
	if to := form.Get("to"); to != "" {
		here = sheetAddress(path, to)
	}
	return req.Done(here, pages.NoticeCountSaved)
}

// readCounts returns the counted lines of a sheet, without the empty ones. bad are those that are not a whole number.
func readCounts(form url.Values) (counted map[string]int, bad map[string]bool) {
	counted, bad = map[string]int{}, map[string]bool{}
	for name, values := range form {
		id, ours := strings.CutPrefix(name, countPrefix)
		if !ours || !admin.IsID(id) {
			continue
		}
		text := strings.TrimSpace(values[0])
		n, ok := readPieces(text)
		switch {
		case text == "":
			counted[id] = -1
		case ok:
			counted[id] = n
		default:
			bad[id] = true
		}
	}
	return counted, bad
}

// sheetAddress returns the address if it is a page of the sheet, else the sheet's first page.
func sheetAddress(path, next string) string {
	own, query, _ := strings.Cut(visit.OwnPath(next, path), "?")
	if own != path || query == "" {
		return path
	}
	return path + "?" + query
}

func queryOf(address string) url.Values {
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return url.Values{}
	}
	return values
}

// bookCount books what was counted: POST /admin/stock/counts/{id}/book with version.
func (h *handlers) bookCount(req *admin.Request, form url.Values) error {
	id := req.ID()
	n, err := h.editor.BookCount(req.Context(), req.Actor(), id, admin.Version(form.Get("version")))
	if short, ok := errors.AsType[*store.OutOfStockError](err); ok {
		return h.countRefused(req, pages.RefusalCountShort, short.SKU)
	}
	if errors.Is(err, store.ErrConflict) {
		return h.countRefused(req, pages.RefusalStale, "")
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.DoneCount(countsPath+"/"+id, pages.NoticeCountBooked, n)
}

func (h *handlers) countRefused(req *admin.Request, refusal pages.Refusal, sku string) error {
	return h.countPage(req, url.Values{}, func(v *pages.CountView) {
		v.Refusal, v.Short = refusal, sku
	})
}

// dropCount drops a sheet without booking it: POST /admin/stock/counts/{id}/drop.
func (h *handlers) dropCount(req *admin.Request) error {
	id := req.ID()
	err := h.editor.DropCount(req.Context(), req.Actor(), id)
	if errors.Is(err, store.ErrConflict) {
		return h.countRefused(req, pages.RefusalCountEnded, "")
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(countsPath, pages.NoticeCountDropped)
}

// printCount shows a whole sheet for printing: GET /admin/stock/counts/{id}/print.
func (h *handlers) printCount(req *admin.Request) error {
	id := req.ID()
	count, err := h.site.Store.StockCount(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	page, err := h.site.Store.CountLines(req.Context(), id, "", longestSheet)
	if err != nil {
		return err
	}
	view := pages.CountSheetView{
		Count: countRow(req.Printer, count), Lines: countLines(req.Printer, page.Lines), At: admin.Moment(req.Printer, h.site.Clock()),
		Page: req.PageAt(pages.SectionStock, countsPath+"/"+id+"/print"),
	}
	return req.Answer("", pages.CountSheet(view))
}
