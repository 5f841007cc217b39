package admin

import (
	"net/url"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

const cancellationsPath = Home + "/cancellations"

// showCancellations lists what is pending at the platform: GET /admin/cancellations?after=.
func (o *Office) showCancellations(d *desk) error {
	view, err := o.cancellationsView(d, d.query("after"))
	if err != nil {
		return err
	}
	return d.show(view.Problem, pages.Cancellations(view))
}

func (o *Office) cancellationsView(d *desk, q url.Values) (pages.CancellationsView, error) {
	view := pages.CancellationsView{FormToken: models.NewRef()}
	pending, next, err := o.site.Store.PendingAttempts(d.Context(), q.Get("after"), 0)
	if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
		return view, err
	}
	view.Rows = pendingRows(d.Printer, pending, o.site.Clock())
	view.Next, view.First = pager(cancellationsPath, q, "after", next)
	view.Page = d.page(pages.SectionCancellations)
	view.Page.Path = address(cancellationsPath, q)
	return view, nil
}

func pendingRows(p *i18n.Printer, pending []models.PendingAttempt, now time.Time) []pages.PendingRow {
	rows := make([]pages.PendingRow, len(pending))
	for i, a := range pending {
		rows[i] = pages.PendingRow{
			AttemptID: a.ID, OrderID: a.OrderID, Ref: a.Ref, OrderNum: a.OrderNum, AppOrderID: a.AppOrderID, State: string(a.State),
			Intent: string(a.Intent), Amount: coin(p, a.Amount, a.Coin), Payer: a.PayerUserID, Created: moment(p, a.CreatedAt),
			Age: duration(p, now.Sub(a.CreatedAt)),
		}
	}
	return rows
}

// cancelPending begins to cancel the pending orders that were ticked: POST /admin/cancellations with id, form_token. The task's page
// shows what becomes of each: cancelled, paid meanwhile, or still unknown.
func (o *Office) cancelPending(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	chosen, problem := ids(form)
	if problem == pages.ProblemNone {
		return o.startCancel(d, form, chosen)
	}
	view, err := o.cancellationsView(d, url.Values{})
	if err != nil {
		return err
	}
	view.Problem = problem
	for i := range view.Rows {
		view.Rows[i].Chosen = slices.Contains(form["id"], view.Rows[i].OrderID)
	}
	return d.show(problem, pages.Cancellations(view))
}
