package admin

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

const (
	longestCountName = 200
	countPrefix      = "count." // of the fields of a sheet, before the variant's id
	longestSheet     = 20_000   // lines on paper
)

// showCounts lists the sheets: GET /admin/stock/counts.
func (o *Office) showCounts(d *desk) error {
	return o.countsPage(d, pages.CountsView{FormToken: models.NewRef()}, "")
}

func (o *Office) countsPage(d *desk, view pages.CountsView, categoryID string) error {
	categories, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	list, err := o.site.Store.StockCounts(d.Context())
	if err != nil {
		return err
	}
	view.Categories = categoryOptions(namedIn(d.Printer, categories), categoryID, true)
	for _, c := range list {
		view.Rows = append(view.Rows, countRow(d.Printer, c))
	}
	view.Page = d.page(pages.SectionStock)
	view.Page.Path = countsPath
	worst := view.Problem
	first(&worst, view.Name.Problem)
	return d.show(worst, pages.Counts(view))
}

func countRow(p *i18n.Printer, c models.StockCount) pages.CountRow {
	return pages.CountRow{
		ID: c.ID, Name: c.Name, State: string(c.State), Who: c.Who, EndedBy: c.EndedBy, Begun: moment(p, c.CreatedAt), Ended: moment(p, c.EndedAt),
		Lines: c.Lines, Counted: c.Counted, Different: c.Different,
	}
}

// beginCount makes a sheet: POST /admin/stock/counts with form_token, name, category.
func (o *Office) beginCount(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	view := pages.CountsView{FormToken: token, Name: typed(oneLine(form.Get("name")))}
	switch {
	case view.Name.Value == "":
		view.Name.Problem = pages.ProblemMissing
	case tooLong(view.Name.Value, longestCountName):
		view.Name.Problem = pages.ProblemTooLong
	case !text.Line(view.Name.Value):
		view.Name.Problem = pages.ProblemText
	}
	category := form.Get("category")
	if category != "" && !isID(category) {
		view.Problem = pages.ProblemChoice
	}
	if view.Problem+view.Name.Problem != pages.ProblemNone {
		return o.countsPage(d, view, category)
	}
	count, err := o.site.Store.CreateStockCount(d.Context(), token, view.Name.Value, category, d.actor())
	if errors.Is(err, store.ErrFilter) {
		view.Problem = pages.ProblemCountNone
		return o.countsPage(d, view, category)
	}
	if err != nil {
		return err
	}
	return d.SeeOther(countsPath + "/" + count.ID)
}

// showCount shows a sheet: GET /admin/stock/counts/{id}?after=.
func (o *Office) showCount(d *desk) error {
	return o.countPage(d, d.query("after"), func(*pages.CountView) pages.Problem { return pages.ProblemNone })
}

// countPage shows a page of a sheet, with what is wrong with it.
func (o *Office) countPage(d *desk, q url.Values, wrong func(*pages.CountView) pages.Problem) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	count, err := o.site.Store.StockCount(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	page, err := o.site.Store.CountLines(d.Context(), id, q.Get("after"), models.MaxPageRows)
	view := pages.CountView{Count: countRow(d.Printer, count), Version: strconv.Itoa(count.Version)}
	if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
		return err
	}
	worst := view.Problem
	path := countsPath + "/" + id
	view.Lines = countLines(d.Printer, page.Lines)
	view.Next, view.First = pager(path, q, "after", page.Next)
	view.Self = address(path, q)
	first(&worst, wrong(&view))
	view.Page = d.page(pages.SectionStock)
	view.Page.Path = view.Self
	return d.show(worst, pages.Count(view))
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

// saveCount notes what was counted: POST /admin/stock/counts/{id} with next, to and count.{variant} for each line.
func (o *Office) saveCount(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	counted, bad := readCounts(form)
	path := countsPath + "/" + id
	here := ownCount(path, form.Get("next"))
	if len(bad) > 0 {
		return o.countPage(d, afterOf(here), func(v *pages.CountView) pages.Problem {
			for i := range v.Lines {
				name := v.Lines[i].Thing.ID
				if values, typedIn := form[countPrefix+name]; typedIn {
					v.Lines[i].Counted.Value = values[0]
				}
				if bad[name] {
					v.Lines[i].Counted.Problem = pages.ProblemWhole
				}
			}
			v.Problem = pages.ProblemWhole
			return v.Problem
		})
	}
	err = o.site.Store.EnterCounts(d.Context(), id, counted)
	if errors.Is(err, store.ErrConflict) {
		return o.countRefused(d, pages.ProblemCountEnded, "")
	}
	if err != nil {
		return missing(err)
	}
	if to := form.Get("to"); to != "" {
		here = ownCount(path, to)
	}
	return d.done(here, pages.NoticeCountSaved)
}

// readCounts reads the lines of a sheet: an empty one was not counted. bad are those that are no whole number.
func readCounts(form url.Values) (counted map[string]int, bad map[string]bool) {
	counted, bad = map[string]int{}, map[string]bool{}
	for name, values := range form {
		id, ours := strings.CutPrefix(name, countPrefix)
		if !ours || !isID(id) {
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

// ownCount keeps an address within the pages of a sheet.
func ownCount(path, next string) string {
	own, query, _ := strings.Cut(visit.OwnPath(next, path), "?")
	if own != path || query == "" {
		return path
	}
	return path + "?" + query
}

func afterOf(address string) url.Values {
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return url.Values{}
	}
	return values
}

// bookCount books what was counted: POST /admin/stock/counts/{id}/book with version.
func (o *Office) bookCount(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	n, err := o.site.Store.BookStockCount(d.Context(), id, version(form.Get("version")), d.actor())
	if short, ok := errors.AsType[*store.OutOfStockError](err); ok {
		return o.countRefused(d, pages.ProblemCountShort, short.SKU)
	}
	if errors.Is(err, store.ErrConflict) {
		return o.countRefused(d, pages.ProblemStale, "")
	}
	if err != nil {
		return missing(err)
	}
	d.note(pages.NoticeCountBooked, strconv.Itoa(n))
	return d.SeeOther(countsPath + "/" + id)
}

func (o *Office) countRefused(d *desk, problem pages.Problem, sku string) error {
	return o.countPage(d, url.Values{}, func(v *pages.CountView) pages.Problem {
		v.Problem, v.Short = problem, sku
		return problem
	})
}

// dropCount gives a sheet up: POST /admin/stock/counts/{id}/drop.
func (o *Office) dropCount(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	err = o.site.Store.DropStockCount(d.Context(), id, d.actor())
	if errors.Is(err, store.ErrConflict) {
		return o.countRefused(d, pages.ProblemCountEnded, "")
	}
	if err != nil {
		return missing(err)
	}
	return d.done(countsPath, pages.NoticeCountDropped)
}

// printCount shows a whole sheet for paper: GET /admin/stock/counts/{id}/print.
func (o *Office) printCount(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	count, err := o.site.Store.StockCount(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	page, err := o.site.Store.CountLines(d.Context(), id, "", longestSheet)
	if err != nil {
		return err
	}
	view := pages.CountSheetView{
		Count: countRow(d.Printer, count), Lines: countLines(d.Printer, page.Lines), At: moment(d.Printer, o.site.Clock()), Page: d.page(pages.SectionStock),
	}
	view.Page.Path = countsPath + "/" + id + "/print"
	return d.show(pages.ProblemNone, pages.CountSheet(view))
}
