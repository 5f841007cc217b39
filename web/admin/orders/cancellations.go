package orders

import (
	"net/url"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// showCancellations lists what is pending at the platform: GET /admin/cancellations?after=.
func (h *handlers) showCancellations(req *admin.Request) error {
	view, err := h.cancellationsView(req, req.QueryValues("after"))
	if err != nil {
		return err
	}
	return req.Answer(view.Refusal, pages.Cancellations(view))
}

func (h *handlers) cancellationsView(req *admin.Request, q url.Values) (pages.CancellationsView, error) {
	view := pages.CancellationsView{FormToken: models.NewRef()}
	pending, next, err := h.site.Store.PendingAttempts(req.Context(), q.Get("after"), 0)
	if view.Refusal, err = admin.FilterRefusal(err); err != nil {
		return view, err
	}
	view.Rows = pendingRows(req.Printer, pending, h.site.Clock())
	view.Next, view.First = admin.Pager(admin.CancellationsPath, q, "after", next)
	view.Page = req.PageAt(pages.SectionCancellations, admin.Address(admin.CancellationsPath, q))
	return view, nil
}

func pendingRows(p *i18n.Printer, pending []models.PendingAttempt, now time.Time) []pages.PendingRow {
	rows := make([]pages.PendingRow, len(pending))
	for i, a := range pending {
		rows[i] = pages.PendingRow{
			AttemptID: a.ID, OrderID: a.OrderID, Number: a.Number, OrderNum: a.OrderNum, AppOrderID: a.AppOrderID, State: string(a.State),
			Intent: string(a.Intent), Amount: admin.Coin(p, a.Amount, a.Coin), Payer: a.PayerUserID, Created: admin.Moment(p, a.CreatedAt),
			Age: admin.Duration(p, now.Sub(a.CreatedAt)),
		}
	}
	return rows
}

// cancelPending begins to cancel the chosen pending orders: POST /admin/cancellations with id, form_token. The task's page shows the result
// of each: cancelled, paid meanwhile, or still unknown.
func (h *handlers) cancelPending(req *admin.Request, form url.Values) error {
	chosen, refusal := admin.ChosenIDs(form)
	if refusal == "" {
		return h.startCancel(req, form, chosen)
	}
	view, err := h.cancellationsView(req, url.Values{})
	if err != nil {
		return err
	}
	view.Refusal = refusal
	for i := range view.Rows {
		view.Rows[i].Chosen = slices.Contains(form["id"], view.Rows[i].OrderID)
	}
	return req.Answer(refusal, pages.Cancellations(view))
}
