package books

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// statementTypes returns the types of lines that can be filtered by.
func statementTypes() []models.StatementType {
	return []models.StatementType{models.StatementPayment, models.StatementTransfer}
}

// showStatements lists the platform's days: GET /admin/statements?before=. With day and type it redirects to that day.
func (h *handlers) showStatements(req *admin.Request) error {
	q := req.QueryValues("day", "type", "before")
	if !q.Has("day") && !q.Has("type") {
		return h.statementsPage(req, q, pages.Field{})
	}
	day := pages.Field{Value: q.Get("day")}
	_, _, day.Problem = admin.ReadDay(day.Value, h.site.Clock(), h.site.Zone)
	if day.Problem != "" || !knownType(q.Get("type")) {
		return h.statementsPage(req, q, day)
	}
	return req.SeeOther(admin.Address(admin.DayPath(day.Value), url.Values{"type": {q.Get("type")}}))
}

func knownType(text string) bool {
	return text == "" || slices.Contains(statementTypes(), models.StatementType(text))
}

// statementsPage shows the list with what was typed into its form.
func (h *handlers) statementsPage(req *admin.Request, q url.Values, day pages.Field) error {
	view := pages.StatementsView{Day: day, FormToken: models.NewRef(), Types: admin.Choices(statementTypes(), q.Get("type"), true)}
	if !knownType(q.Get("type")) {
		view.TypeProblem = invalid.Unknown
	}
	before := q.Get("before")
	if before != "" {
		if _, _, err := models.ParseDay(before, h.site.Zone); err != nil {
			view.Refusal, before = pages.RefusalCursor, ""
		}
	}
	const perPage = 50
	days, err := h.site.Store.BookDays(req.Context(), before, perPage)
	if err != nil {
		return err
	}
	if view.Days, err = dayRows(req.Printer, days); err != nil {
		return err
	}
	next := ""
	if len(days) == perPage {
		next = days[len(days)-1].Day
	}
	view.Next, view.First = admin.Pager(admin.StatementsPath, url.Values{"before": {before}}, "before", next)
	view.Page = req.PageAt(pages.SectionStatements, admin.Address(admin.StatementsPath, url.Values{"before": {before}}))
	return req.Answer(pages.Worst(view.Refusal, view.Day.Problem, view.TypeProblem), pages.Statements(view))
}

func dayRows(p *i18n.Printer, days []models.BookDayRow) ([]pages.DayRow, error) {
	rows := make([]pages.DayRow, len(days))
	for i, b := range days {
		result, err := books.DayResult(b)
		if err != nil {
			return nil, err
		}
		rows[i] = pages.DayRow{
			Day: b.Day, State: string(b.State), Result: pages.DayResult{Name: string(result), Open: b.Open}, Statement: string(b.LatestState), Lines: b.Lines,
			Fetched: admin.Moment(p, b.FetchedAt),
		}
	}
	return rows, nil
}

// fetchStatement begins to fetch a day: POST /admin/statements/{day}/fetch with form_token, POST /admin/statements with day too. A day that
// has not begun or is sealed is refused before the platform is asked.
func (h *handlers) fetchStatement(req *admin.Request, form url.Values, token string) error {
	day := cmp.Or(req.Param("day"), form.Get("day"))
	_, _, problem := admin.ReadDay(day, h.site.Clock(), h.site.Zone)
	if problem != "" {
		return h.statementsPage(req, url.Values{}, pages.Field{Value: admin.Clip(day), Problem: problem})
	}
	book, err := h.site.Store.BookDay(req.Context(), day)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && book.State == models.DaySealed {
		return h.statementPage(req, day, url.Values{}, func(view *pages.StatementView) { view.Refusal = pages.RefusalDaySealed })
	}
	return req.ToTask(h.books.StartStatement(req.Context(), day, token, req.Actor()))
}

// sealDay seals a day: POST /admin/statements/{day}/seal.
func (h *handlers) sealDay(req *admin.Request) error {
	day := req.Param("day")
	_, _, problem := admin.ReadDay(day, h.site.Clock(), h.site.Zone)
	if problem != "" {
		return h.statementsPage(req, url.Values{}, pages.Field{Value: admin.Clip(day), Problem: problem})
	}
	err := h.books.SealDay(req.Context(), day, req.Actor())
	if err == nil {
		return req.Done(admin.DayPath(day), pages.NoticeDaySealed)
	}
	wrong, ok := errors.AsType[*books.SealError](err)
	if !ok {
		return err
	}
	return h.statementPage(req, day, url.Values{}, func(view *pages.StatementView) {
		view.Seal, view.Refusal = sealView(req.Printer, wrong, h.site.Zone), sealRefusal(wrong.Reason)
	})
}

// sealView returns why a day cannot be locked; nil: it can.
func sealView(p *i18n.Printer, wrong *books.SealError, zone *time.Location) pages.SealView {
	if wrong == nil {
		return pages.SealView{}
	}
	return pages.SealView{Reason: string(wrong.Reason), Ends: admin.MomentIn(p, wrong.Ends, zone), Open: wrong.Open}
}

func sealRefusal(reason models.SealReason) pages.Refusal {
	switch reason {
	case models.SealSealed:
		return pages.RefusalDaySealed
	case models.SealNotFetched:
		return pages.RefusalNotFetched
	case models.SealNotOver, models.SealEarly, models.SealUnbalanced, models.SealOpen:
	}
	return pages.RefusalDayOpen
}
