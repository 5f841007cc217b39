package admin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const inboxPath = Home + "/inbox"

// showInbox shows what needs attention: GET /admin/inbox?all=&after=.
func (o *Office) showInbox(d *desk) error {
	view, err := o.inboxView(d, d.query("all", "after"))
	if err != nil {
		return err
	}
	return d.show(view.Problem, pages.Inbox(view))
}

func (o *Office) inboxView(d *desk, q url.Values) (pages.InboxView, error) {
	view := pages.InboxView{All: q.Get("all") == "1"}
	if all := q.Get("all"); all != "" && all != "1" {
		view.Problem = pages.ProblemChoice
	}
	gauges, err := o.site.Store.Gauges(d.Context())
	if err != nil {
		return view, err
	}
	view.Counts = attention(gauges)
	if view.Problem == pages.ProblemNone {
		if err := o.reviewRows(d, &view, q); err != nil {
			return view, err
		}
	}
	view.Page = d.page(pages.SectionInbox)
	return view, nil
}

func (o *Office) reviewRows(d *desk, view *pages.InboxView, q url.Values) error {
	reviews, next, err := o.site.Store.ReviewPage(d.Context(), !view.All, q.Get("after"), 0)
	if view.Problem = filterProblem(err); view.Problem != pages.ProblemNone {
		return nil
	}
	if err != nil {
		return err
	}
	refs, err := refsOf(d, reviews, func(r models.Review) string { return r.OrderID })
	if err != nil {
		return err
	}
	view.Rows = reviewRows(d.Printer, reviews, refs, d.who.Staff.Role.Can(models.MayReconcile))
	view.Next, view.First = pager(inboxPath, q, "after", next)
	return nil
}

func reviewRows(p *i18n.Printer, reviews []models.Review, refs map[string]string, mayClose bool) []pages.ReviewRow {
	rows := make([]pages.ReviewRow, len(reviews))
	for i, r := range reviews {
		rows[i] = pages.ReviewRow{
			ID: r.ID, Kind: string(r.Kind), Note: remark(p, r.Note), OrderID: r.OrderID, Ref: refs[r.OrderID], Subject: r.Subject, Open: r.Open,
			At: moment(p, r.CreatedAt), Updated: moment(p, r.UpdatedAt), CanClose: r.Open && mayClose, Resolution: r.Resolution,
		}
	}
	return rows
}

// closeReview ends a review with what was found: POST /admin/reviews/{id}/close with note.
func (o *Office) closeReview(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	cause := o.payments.CloseReview(d.Context(), id, form.Get("note"), d.actor())
	switch problem := textProblem(cause, form.Get("note")); {
	case cause == nil:
		return d.done(inboxPath, pages.NoticeReviewClosed)
	case errors.Is(cause, store.ErrConflict): // closed already, or never there
		if _, err := o.site.Store.Review(d.Context(), id); err != nil {
			return missing(err)
		}
		return o.inboxAgain(d, id, pages.ProblemStale)
	case problem != pages.ProblemNone:
		return o.inboxAgain(d, id, problem)
	}
	return missing(cause)
}

func (o *Office) inboxAgain(d *desk, id string, problem pages.Problem) error {
	view, err := o.inboxView(d, url.Values{})
	if err != nil {
		return err
	}
	view.Page.Path = inboxPath
	status := http.StatusUnprocessableEntity
	if problem == pages.ProblemStale {
		status = http.StatusConflict
	}
	view.Problem = problem // of the page, unless the review's row can say it
	for i := range view.Rows {
		if view.Rows[i].ID == id {
			view.Rows[i].NoteProblem, view.Problem = problem, pages.ProblemNone
		}
	}
	return d.Show(status, pages.Inbox(view))
}
