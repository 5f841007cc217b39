package books

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
)

// showRefunds lists the refunds: GET /admin/refunds?state=&after=.
func (h *handlers) showRefunds(req *admin.Request) error {
	return h.refundsPage(req, req.QueryValues("state", "after"), func(*pages.RefundsView) {})
}

func (h *handlers) refundsPage(req *admin.Request, q url.Values, say func(*pages.RefundsView)) error {
	state := models.RefundState(q.Get("state"))
	view := pages.RefundsView{States: admin.Choices(models.RefundStates(), string(state), true)}
	if state != "" && !slices.Contains(models.RefundStates(), state) {
		view.Refusal = pages.RefusalOf(invalid.Unknown)
	} else if err := h.refundList(req, &view, state, q); err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view.FourEyes = refunds.FourEyes(h.payments, req, currency.Code, currency.Digits)
	view.Page = req.PageAt(pages.SectionRefunds, admin.Address(admin.RefundsPath, q))
	say(&view)
	worst := view.Refusal
	for _, row := range view.Rows {
		worst = cmp.Or(worst, pages.RefusalOf(row.DeclineReason.Problem))
	}
	return req.Answer(worst, pages.Refunds(view))
}

func (h *handlers) refundList(req *admin.Request, view *pages.RefundsView, state models.RefundState, q url.Values) error {
	page, next, err := h.site.Store.RefundPage(req.Context(), state, q.Get("after"), 0)
	if view.Refusal, err = admin.FilterRefusal(err); err != nil || view.Refusal != "" {
		return err
	}
	names, _, err := req.Names()
	if err != nil {
		return err
	}
	numbers, err := admin.OrderNumbers(req, page, func(r models.Refund) string { return r.OrderID })
	if err != nil {
		return err
	}
	view.Rows = refunds.Rows(req.Printer, page, names, numbers, req.Who())
	view.Next, view.First = admin.Pager(admin.RefundsPath, q, "after", next)
	return nil
}

// approveRefund approves a refund as the second person: POST /admin/refunds/{id}/approve.
func (h *handlers) approveRefund(req *admin.Request) error {
	id := req.ID()
	err := h.payments.ApproveRefund(req.Context(), id, req.Actor())
	switch {
	case err == nil:
		return req.Done(admin.RefundsPath, pages.NoticeRefundApproved)
	case errors.Is(err, payments.ErrSamePerson):
		return h.refundsRefused(req, pages.RefusalSamePerson)
	case errors.Is(err, payments.ErrRefundOver):
		return h.refundsRefused(req, pages.RefusalStale)
	}
	return admin.NoPage(err)
}

// declineRefund declines a refund that was not sent: POST /admin/refunds/{id}/decline with reason.
func (h *handlers) declineRefund(req *admin.Request, form url.Values) error {
	id := req.ID()
	reason := strings.TrimSpace(form.Get("reason"))
	err := h.payments.DeclineRefund(req.Context(), id, reason, req.Actor())
	if problem := admin.TextProblem(err, reason); problem != "" {
		return h.refundsPage(req, url.Values{}, func(view *pages.RefundsView) {
			for i := range view.Rows {
				if view.Rows[i].ID == id {
					view.Rows[i].DeclineReason = pages.Field{Value: reason, Problem: problem}
					return
				}
			}
			view.Refusal = pages.RefusalOf(problem)
		})
	}
	switch {
	case err == nil:
		return req.Done(admin.RefundsPath, pages.NoticeRefundDeclined)
	case errors.Is(err, payments.ErrRefundOver):
		return h.refundsRefused(req, pages.RefusalStale)
	}
	return admin.NoPage(err)
}

func (h *handlers) refundsRefused(req *admin.Request, refusal pages.Refusal) error {
	return h.refundsPage(req, url.Values{}, func(view *pages.RefundsView) { view.Refusal = refusal })
}
