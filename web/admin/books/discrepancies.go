package books

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
	"github.com/coincart/coincart/web/visit"
)

// discrepancy returns the discrepancy that the address names.
func (h *handlers) discrepancy(req *admin.Request) (models.Discrepancy, error) {
	found, err := h.site.Store.Discrepancy(req.Context(), req.ID())
	return found, admin.NoPage(err)
}

// settleDiscrepancy resolves a discrepancy by the platform's record: POST /admin/discrepancies/{id}/settle.
func (h *handlers) settleDiscrepancy(req *admin.Request) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	err = h.books.SettleDiscrepancy(req.Context(), found.ID, req.Actor())
	return h.discrepancyDone(req, found, err, "", pages.NoticeSettled)
}

// acceptDiscrepancy accepts a difference with a reason: POST /admin/discrepancies/{id}/accept with reason.
func (h *handlers) acceptDiscrepancy(req *admin.Request, form url.Values) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	reason := form.Get("reason")
	err = h.books.AcceptDiscrepancy(req.Context(), found.ID, reason, req.Actor())
	return h.discrepancyDone(req, found, err, reason, pages.NoticeAccepted)
}

// assignDiscrepancy assigns a difference to a person: POST /admin/discrepancies/{id}/assign with owner (empty: nobody), note.
func (h *handlers) assignDiscrepancy(req *admin.Request, form url.Values) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	owner, note := form.Get("owner"), form.Get("note")
	if owner != "" {
		people, err := h.accounts.People(req.Context())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(p models.Staff) bool { return p.ID == owner && !p.Disabled }) {
			return admin.ErrFilter
		}
	}
	err = h.books.AssignDiscrepancy(req.Context(), found.ID, owner, note, req.Actor())
	return h.discrepancyDone(req, found, err, note, pages.NoticeAssigned)
}

// refundDiscrepancy requests a refund because of a difference: POST /admin/discrepancies/{id}/refund with amount, reason, form_token.
func (h *handlers) refundDiscrepancy(req *admin.Request, form url.Values, token string) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	attempt, err := h.site.Store.AttemptByAppOrderID(req.Context(), found.AppOrderID)
	if errors.Is(err, store.ErrNotFound) {
		return h.discrepancyRefused(req, found, func(row *pages.DiscrepancyRow) { row.Refusal = pages.RefusalNotRefundable })
	}
	if err != nil {
		return err
	}
	kind, wrong, err := refunds.Start(h.payments, req, payments.RefundInput{OrderID: attempt.OrderID, AttemptID: attempt.ID, FormToken: token}, form)
	if err != nil {
		return err
	}
	if wrong.Any() {
		return h.discrepancyRefused(req, found, func(row *pages.DiscrepancyRow) {
			row.Refusal, row.Left, row.FormToken = wrong.Form, wrong.Left, token
			row.Amount, row.TooMuch = pages.Field{Value: form.Get("amount"), Problem: wrong.Amount}, wrong.TooMuch
			if wrong.TooMuch {
				row.Amount.Problem = invalid.Amount // its words say how much is left
			}
			row.Reason = pages.Field{Value: form.Get("reason"), Problem: wrong.Reason}
		})
	}
	return req.Done(admin.DayPath(found.Day), kind)
}

// discrepancyDone redirects to the day, or shows it again with what was wrong.
func (h *handlers) discrepancyDone(req *admin.Request, found models.Discrepancy, cause error, text string, kind pages.NoticeKind) error {
	if cause == nil {
		return req.Done(admin.DayPath(found.Day), kind)
	}
	problem := admin.TextProblem(cause, text)
	var refusal pages.Refusal
	switch {
	case errors.Is(cause, books.ErrDiscrepancyOver), errors.Is(cause, store.ErrConflict):
		refusal = pages.RefusalStale
	case errors.Is(cause, books.ErrDaySealed):
		refusal = pages.RefusalDaySealed
	case errors.Is(cause, books.ErrNotSettleable):
		refusal = pages.RefusalNotSettleable
	}
	if pages.Worst(refusal, problem) == "" {
		return admin.NoPage(cause)
	}
	return h.discrepancyRefused(req, found, func(row *pages.DiscrepancyRow) {
		row.Refusal = refusal
		if problem != "" {
			row.Reason = pages.Field{Value: text, Problem: problem}
		}
	})
}

// discrepancyRefused shows the day again. If the difference is not on its first page, the page itself says what was wrong.
func (h *handlers) discrepancyRefused(req *admin.Request, found models.Discrepancy, say func(*pages.DiscrepancyRow)) error {
	if _, _, problem := admin.ReadDay(found.Day, h.site.Clock(), h.site.Zone); problem != "" {
		return visit.ErrNoPage
	}
	return h.statementPage(req, found.Day, url.Values{}, func(view *pages.StatementView) {
		for i := range view.Found {
			if view.Found[i].ID == found.ID {
				say(&view.Found[i])
				return
			}
		}
		row := pages.DiscrepancyRow{}
		say(&row)
		view.Found = append(view.Found, row)
		view.Refusal = dayRefusal(view)
		view.Found = view.Found[:len(view.Found)-1]
	})
}
