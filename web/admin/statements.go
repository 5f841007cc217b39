package admin

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const statementsPath = Home + "/statements"

func dayPath(day string) string { return statementsPath + "/" + url.PathEscape(day) }

// statementTypes are the types of lines that can be looked at by themselves.
func statementTypes() []models.StatementType {
	return []models.StatementType{models.StatementPayment, models.StatementTransfer}
}

// showStatements lists the platform's days: GET /admin/statements?before=. With day and type it leads to that day.
func (o *Office) showStatements(d *desk) error {
	q := d.query("day", "type", "before")
	if !q.Has("day") && !q.Has("type") {
		return o.statementsPage(d, q, pages.Field{})
	}
	day := pages.Field{Value: q.Get("day")}
	_, _, day.Problem = readDay(day.Value, o.site.Clock(), o.payments.PlatformZone())
	if day.Problem != pages.ProblemNone || !knownType(q.Get("type")) {
		return o.statementsPage(d, q, day)
	}
	return d.SeeOther(address(dayPath(day.Value), url.Values{"type": {q.Get("type")}}))
}

func knownType(text string) bool {
	return text == "" || slices.Contains(statementTypes(), models.StatementType(text))
}

// statementsPage shows the list with what was typed into its form.
func (o *Office) statementsPage(d *desk, q url.Values, day pages.Field) error {
	view := pages.StatementsView{Day: day, FormToken: models.NewRef(), Types: choices(statementTypes(), q.Get("type"), true)}
	if !knownType(q.Get("type")) {
		view.TypeProblem = pages.ProblemChoice
	}
	before := q.Get("before")
	if before != "" {
		if _, _, err := models.ParseDay(before, o.payments.PlatformZone()); err != nil {
			view.Problem, before = pages.ProblemCursor, ""
		}
	}
	const perPage = 50
	days, err := o.site.Store.BookDays(d.Context(), before, perPage)
	if err != nil {
		return err
	}
	view.Days = dayRows(d.Printer, days)
	next := ""
	if len(days) == perPage {
		next = days[len(days)-1].Day
	}
	view.Next, view.First = pager(statementsPath, url.Values{"before": {before}}, "before", next)
	view.Page = d.page(pages.SectionStatements)
	view.Page.Path = address(statementsPath, url.Values{"before": {before}})
	worst := view.Problem
	for _, p := range []pages.Problem{view.Day.Problem, view.TypeProblem} {
		if worst == pages.ProblemNone {
			worst = p
		}
	}
	return d.show(worst, pages.Statements(view))
}

func dayRows(p *i18n.Printer, days []models.BookDayRow) []pages.DayRow {
	rows := make([]pages.DayRow, len(days))
	for i, b := range days {
		rows[i] = pages.DayRow{
			Day: b.Day, State: string(b.State), Statement: string(b.LatestState), Lines: b.Lines, Open: b.Open, Fetched: moment(p, b.FetchedAt),
		}
	}
	return rows
}

// fetchChosen begins to fetch the day that was typed: POST /admin/statements with day, form_token.
func (o *Office) fetchChosen(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.fetch(d, form, form.Get("day"))
}

// fetchStatement begins to fetch a day: POST /admin/statements/{day}/fetch with form_token.
func (o *Office) fetchStatement(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.fetch(d, form, d.Param("day"))
}

// fetch begins the task. A day that has not begun or is sealed is refused before anything is asked.
func (o *Office) fetch(d *desk, form url.Values, day string) error {
	token, err := formToken(form)
	if err != nil {
		return err
	}
	_, _, problem := readDay(day, o.site.Clock(), o.payments.PlatformZone())
	if problem != pages.ProblemNone {
		return o.statementsPage(d, url.Values{}, pages.Field{Value: clip(day), Problem: problem})
	}
	book, err := o.site.Store.BookDay(d.Context(), day)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && book.State == models.DaySealed {
		return o.statementPage(d, day, url.Values{}, func(view *pages.StatementView) { view.Problem = pages.ProblemDaySealed })
	}
	task, err := o.books.StartStatement(d.Context(), day, token, d.actor())
	if err != nil {
		return err
	}
	return d.SeeOther(taskPath(task.ID))
}

// sealDay closes a day for good: POST /admin/statements/{day}/seal.
func (o *Office) sealDay(d *desk) error {
	day := d.Param("day")
	_, _, problem := readDay(day, o.site.Clock(), o.payments.PlatformZone())
	if problem != pages.ProblemNone {
		return o.statementsPage(d, url.Values{}, pages.Field{Value: clip(day), Problem: problem})
	}
	err := o.books.SealDay(d.Context(), day, d.actor())
	if err == nil {
		return d.done(dayPath(day), pages.NoticeDaySealed)
	}
	problem = sealProblem(err)
	if problem == pages.ProblemNone {
		return err
	}
	return o.statementPage(d, day, url.Values{}, func(view *pages.StatementView) { view.Problem = problem })
}

func sealProblem(err error) pages.Problem {
	switch {
	case errors.Is(err, books.ErrDayOpen):
		return pages.ProblemDayOpen
	case errors.Is(err, books.ErrDaySealed):
		return pages.ProblemDaySealed
	case errors.Is(err, books.ErrNothingFetched):
		return pages.ProblemNotFetched
	case errors.Is(err, books.ErrDayFuture):
		return pages.ProblemDayFuture
	}
	return pages.ProblemNone
}
