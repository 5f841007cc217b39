package books

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// linesPerPage is the number of lines of a statement, or of discrepancies, per page.
const linesPerPage = 100

// showStatement shows one day: GET /admin/statements/{day}?type=&lines=&found=&after=.
func (h *handlers) showStatement(req *admin.Request) error {
	day := req.Param("day")
	_, _, problem := admin.ReadDay(day, h.site.Clock(), h.site.Zone)
	if problem != "" {
		return h.statementsPage(req, url.Values{}, pages.Field{Value: admin.Clip(day), Problem: problem})
	}
	return h.statementPage(req, day, req.QueryValues("type", "lines", "found", "after"), func(*pages.StatementView) {})
}

// book is the data of a day.
type book struct {
	day       models.BookDayRow
	fetched   []models.Statement // newest first
	report    books.Reconciliation
	reported  bool
	result    models.DayResult
	counts    []models.DiscrepancyCount
	found     []models.Discrepancy
	events    map[string][]models.DiscrepancyEvent
	foundNext string
	lines     []models.StatementLine
	people    []models.Staff
	names     admin.Names
	orders    map[string]models.LineOrder // of the discrepancies and the lines: appOrderId → order
}

// ordersOf returns the shop's orders that the day's discrepancies and lines are about.
func (h *handlers) ordersOf(req *admin.Request, found []models.Discrepancy, lines []models.StatementLine) (map[string]models.LineOrder, error) {
	ids := make([]string, 0, len(found)+len(lines))
	for _, f := range found {
		ids = append(ids, f.AppOrderID)
	}
	for _, l := range lines {
		ids = append(ids, l.AppOrderID)
	}
	slices.Sort(ids)
	return h.site.Store.OrdersOfLines(req.Context(), slices.Compact(ids))
}

// statementPage shows the day as it is now; say marks what was wrong with an action on it.
func (h *handlers) statementPage(req *admin.Request, day string, q url.Values, say func(*pages.StatementView)) error {
	filter, refusal := readStatementFilter(q)
	b, err := h.book(req, day, filter)
	if r, _ := admin.FilterRefusal(err); r != "" {
		refusal = r
		b, err = h.book(req, day, statementFilter{})
	}
	if err != nil {
		return err
	}
	view := h.statementView(req, day, b)
	view.Refusal = refusal
	view.Types = admin.Choices(statementTypes(), q.Get("type"), true)
	view.FoundStates = admin.Choices(discrepancyStates(), q.Get("found"), true)
	view.FoundNext, view.FoundFirst = admin.Pager(admin.DayPath(day), q, "after", b.foundNext)
	lineNext := ""
	if len(b.lines) == linesPerPage {
		lineNext = strconv.Itoa(b.lines[len(b.lines)-1].Position)
	}
	view.LinesNext, view.LinesFirst = admin.Pager(admin.DayPath(day), q, "lines", lineNext)
	view.Export = admin.ExportForm(books.ExportStatement, url.Values{"day": {day}})
	view.ExportFound = admin.ExportForm(books.ExportDiscrepancies, url.Values{"day": {day}})
	view.FormToken = models.NewRef()
	view.Page = req.PageAt(pages.SectionStatements, admin.Address(admin.DayPath(day), q))
	say(&view)
	return req.Answer(dayRefusal(&view), pages.Statement(view))
}

// dayRefusal returns the refusal that decides the page's status.
func dayRefusal(view *pages.StatementView) pages.Refusal {
	worst := view.Refusal
	for _, row := range view.Found {
		worst = cmp.Or(worst, row.Refused.Worst())
	}
	return worst
}

// statementFilter chooses which lines and discrepancies of a day are shown.
type statementFilter struct {
	kind  models.StatementType
	lines int // after this position
	state models.DiscrepancyState
	after string
}

func discrepancyStates() []models.DiscrepancyState {
	return []models.DiscrepancyState{models.DiscrepancyOpen, models.DiscrepancyAccepted, models.DiscrepancySettled}
}

func readStatementFilter(q url.Values) (f statementFilter, refusal pages.Refusal) {
	if f.kind = models.StatementType(q.Get("type")); !knownType(q.Get("type")) {
		return statementFilter{}, pages.RefusalOf(invalid.Unknown)
	}
	if f.state = models.DiscrepancyState(q.Get("found")); f.state != "" && !slices.Contains(discrepancyStates(), f.state) {
		return statementFilter{}, pages.RefusalOf(invalid.Unknown)
	}
	if text := q.Get("lines"); text != "" {
		n, ok := admin.ReadPosition(text)
		if !ok {
			return statementFilter{}, pages.RefusalCursor
		}
		f.lines = n
	}
	f.after = q.Get("after")
	return f, ""
}

func (h *handlers) book(req *admin.Request, day string, f statementFilter) (b book, err error) {
	ctx, db := req.Context(), h.site.Store
	if b.day, err = h.bookDay(req, day); err != nil {
		return b, err
	}
	if b.day.Report != "" {
		if b.report, err = books.ReadReport(b.day.Report); err != nil {
			return b, err
		}
		b.reported = true
	}
	if b.result, err = books.DayResult(b.day); err != nil {
		return b, err
	}
	if b.fetched, err = db.Statements(ctx, day); err != nil {
		return b, err
	}
	if b.counts, err = db.CountDiscrepancies(ctx, day); err != nil {
		return b, err
	}
	b.found, b.foundNext, err = db.Discrepancies(ctx, models.DiscrepancyFilter{Day: day, State: f.state, After: f.after, Limit: linesPerPage})
	if err != nil {
		return b, err
	}
	if b.events, err = db.DiscrepancyEvents(ctx, discrepancyIDs(b.found)); err != nil {
		return b, err
	}
	if s := shownStatement(b); s != nil {
		if b.lines, err = db.StatementLines(ctx, s.ID, f.kind, f.lines, linesPerPage); err != nil {
			return b, err
		}
	}
	if b.orders, err = h.ordersOf(req, b.found, b.lines); err != nil {
		return b, err
	}
	b.names, b.people, err = req.Names()
	return b, err
}

func discrepancyIDs(list []models.Discrepancy) []string {
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	return ids
}

// newestComplete returns when the newest complete statement began to be fetched; zero: there is none.
func newestComplete(fetched []models.Statement) time.Time {
	for _, s := range fetched {
		if s.State == models.StatementComplete {
			return s.CreatedAt
		}
	}
	return time.Time{}
}

// bookDay returns the day with the number of its discrepancies in each state; a day that was never compared is open and has none.
func (h *handlers) bookDay(req *admin.Request, day string) (models.BookDayRow, error) {
	zone := h.site.Zone
	_, end, err := models.ParseDay(day, zone)
	if err != nil {
		return models.BookDayRow{}, err
	}
	rows, err := h.site.Store.BookDays(req.Context(), models.DayOf(end, zone), 1)
	if err != nil {
		return models.BookDayRow{}, err
	}
	if len(rows) == 1 && rows[0].Day == day {
		return rows[0], nil
	}
	return models.BookDayRow{BookDay: models.BookDay{Day: day, State: models.DayOpen}}, nil
}

// shownStatement returns the statement whose lines are shown: the one that the day was compared with, else the newest complete one.
func shownStatement(b book) *models.Statement {
	var newest *models.Statement
	for i := range b.fetched {
		s := &b.fetched[i]
		if s.State != models.StatementComplete {
			continue
		}
		if s.ID == b.day.StatementID {
			return s
		}
		if newest == nil {
			newest = s
		}
	}
	return newest
}
