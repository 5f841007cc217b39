package admin

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
)

const refundsPath = Home + "/refunds"

// showRefunds lists the refunds: GET /admin/refunds?state=&after=.
func (o *Office) showRefunds(d *desk) error {
	return o.refundsPage(d, d.query("state", "after"), func(*pages.RefundsView) {})
}

func (o *Office) refundsPage(d *desk, q url.Values, say func(*pages.RefundsView)) error {
	state := models.RefundState(q.Get("state"))
	view := pages.RefundsView{States: choices(models.RefundStates(), string(state), true)}
	if state != "" && !slices.Contains(models.RefundStates(), state) {
		view.Problem = pages.ProblemChoice
	} else if err := o.refundList(d, &view, state, q); err != nil {
		return err
	}
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	view.FourEyes = o.fourEyes(d, currency.Code, currency.Digits)
	view.Page = d.page(pages.SectionRefunds)
	view.Page.Path = address(refundsPath, q)
	say(&view)
	problem := view.Problem
	for _, row := range view.Rows {
		if problem == pages.ProblemNone {
			problem = row.DeclineReason.Problem
		}
	}
	return d.show(problem, pages.Refunds(view))
}

func (o *Office) refundList(d *desk, view *pages.RefundsView, state models.RefundState, q url.Values) error {
	refunds, next, err := o.site.Store.RefundPage(d.Context(), state, q.Get("after"), 0)
	if view.Problem = filterProblem(err); view.Problem != pages.ProblemNone {
		return nil
	}
	if err != nil {
		return err
	}
	names, _, err := d.names()
	if err != nil {
		return err
	}
	refs, err := refsOf(d, refunds, func(r models.Refund) string { return r.OrderID })
	if err != nil {
		return err
	}
	view.Rows = refundRows(d.Printer, refunds, names, refs, d.who)
	view.Next, view.First = pager(refundsPath, q, "after", next)
	return nil
}

// approveRefund lets a second person release a refund: POST /admin/refunds/{id}/approve.
func (o *Office) approveRefund(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	err = o.payments.ApproveRefund(d.Context(), id, d.actor())
	switch {
	case err == nil:
		return d.done(refundsPath, pages.NoticeRefundApproved)
	case errors.Is(err, payments.ErrSamePerson):
		return o.refundsProblem(d, pages.ProblemSamePerson)
	case errors.Is(err, payments.ErrRefundOver):
		return o.refundsProblem(d, pages.ProblemStale)
	}
	return missing(err)
}

// declineRefund stops a refund that was not sent: POST /admin/refunds/{id}/decline with reason.
func (o *Office) declineRefund(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	err = o.payments.DeclineRefund(d.Context(), id, reason, d.actor())
	if problem := textProblem(err, reason); problem != pages.ProblemNone {
		return o.refundsPage(d, url.Values{}, func(view *pages.RefundsView) {
			for i := range view.Rows {
				if view.Rows[i].ID == id {
					view.Rows[i].DeclineReason = pages.Field{Value: reason, Problem: problem}
					return
				}
			}
			view.Problem = problem
		})
	}
	switch {
	case err == nil:
		return d.done(refundsPath, pages.NoticeRefundDeclined)
	case errors.Is(err, payments.ErrRefundOver):
		return o.refundsProblem(d, pages.ProblemStale)
	}
	return missing(err)
}

func (o *Office) refundsProblem(d *desk, problem pages.Problem) error {
	return o.refundsPage(d, url.Values{}, func(view *pages.RefundsView) { view.Problem = problem })
}
