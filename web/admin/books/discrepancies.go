package books

import (
	"errors"
	"net/url"
	"slices"
	"strconv"

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

// seen returns the discrepancy as the person saw it. A form without its version saw none that there is.
func seen(found models.Discrepancy, form url.Values) models.DiscrepancySeen {
	version, err := strconv.Atoi(form.Get("version"))
	if err != nil {
		version = -1
	}
	return models.DiscrepancySeen{ID: found.ID, Version: version}
}

// settleDiscrepancy resolves a discrepancy by the platform's record: POST /admin/discrepancies/{id}/settle.
func (h *handlers) settleDiscrepancy(req *admin.Request) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	err = h.books.SettleDiscrepancy(req.Context(), found.ID, req.Actor())
	return h.discrepancyDone(req, found, err, models.DiscrepancySettle, "", pages.NoticeSettled)
}

// acceptDiscrepancy accepts a difference with a reason: POST /admin/discrepancies/{id}/accept with version, reason.
func (h *handlers) acceptDiscrepancy(req *admin.Request, form url.Values) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	reason := form.Get("reason")
	err = h.books.AcceptDiscrepancy(req.Context(), seen(found, form), reason, req.Actor())
	return h.discrepancyDone(req, found, err, models.DiscrepancyAccept, reason, pages.NoticeAccepted)
}

// noteDiscrepancy adds a note to a difference: POST /admin/discrepancies/{id}/note with version, note.
func (h *handlers) noteDiscrepancy(req *admin.Request, form url.Values) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	note := form.Get("note")
	err = h.books.NoteDiscrepancy(req.Context(), seen(found, form), note, req.Actor())
	return h.discrepancyDone(req, found, err, models.DiscrepancyNote, note, pages.NoticeNoted)
}

// reopenDiscrepancy opens an accepted difference again: POST /admin/discrepancies/{id}/reopen with version.
func (h *handlers) reopenDiscrepancy(req *admin.Request, form url.Values) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	err = h.books.ReopenDiscrepancy(req.Context(), seen(found, form), req.Actor())
	return h.discrepancyDone(req, found, err, models.DiscrepancyReopen, "", pages.NoticeReopened)
}

// assignDiscrepancy assigns a difference to a person: POST /admin/discrepancies/{id}/assign with version, owner (empty: nobody).
func (h *handlers) assignDiscrepancy(req *admin.Request, form url.Values) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	owner := form.Get("owner")
	if owner != "" {
		people, err := h.accounts.People(req.Context())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(p models.Staff) bool { return p.ID == owner && !p.Disabled }) {
			return admin.ErrFilter
		}
	}
	err = h.books.AssignDiscrepancy(req.Context(), seen(found, form), owner, req.Actor())
	return h.discrepancyDone(req, found, err, models.DiscrepancyAssign, "", pages.NoticeAssigned)
}

// refundDiscrepancy requests a refund because of a difference: POST /admin/discrepancies/{id}/refund with amount, reason, form_token.
func (h *handlers) refundDiscrepancy(req *admin.Request, form url.Values, token string) error {
	found, err := h.discrepancy(req)
	if err != nil {
		return err
	}
	if err := h.books.CheckDiscrepancy(req.Context(), found.ID, models.DiscrepancyRefund); err != nil {
		return h.discrepancyDone(req, found, err, models.DiscrepancyRefund, form.Get("reason"), "")
	}
	attempt, err := h.site.Store.AttemptByAppOrderID(req.Context(), found.AppOrderID)
	if errors.Is(err, store.ErrNotFound) {
		return h.discrepancyRefused(req, found, pages.DiscrepancyRefusal{Refusal: pages.RefusalNotRefundable})
	}
	if err != nil {
		return err
	}
	kind, wrong, err := refunds.Start(h.payments, req, payments.RefundInput{OrderID: attempt.OrderID, AttemptID: attempt.ID, FormToken: token}, form)
	if err != nil {
		return err
	}
	if wrong.Any() {
		refused := pages.DiscrepancyRefusal{
			Action: string(models.DiscrepancyRefund), Refusal: wrong.Form, Left: wrong.Left, TooMuch: wrong.TooMuch,
			Amount: pages.Field{Value: form.Get("amount"), Problem: wrong.Amount}, Text: pages.Field{Value: form.Get("reason"), Problem: wrong.Reason},
		}
		if wrong.TooMuch {
			refused.Amount.Problem = invalid.Amount // its words say how much is left
		}
		return h.discrepancyRefused(req, found, refused)
	}
	return req.Done(admin.DayPath(found.Day), kind)
}

// discrepancyDone redirects to the day, or shows it again with what was wrong and what was typed.
func (h *handlers) discrepancyDone(
	req *admin.Request, found models.Discrepancy, cause error, action models.DiscrepancyAction, text string, kind pages.NoticeKind,
) error {
	if cause == nil {
		return req.Done(admin.DayPath(found.Day), kind)
	}
	refused := pages.DiscrepancyRefusal{Action: string(action), Text: pages.Field{Value: text, Problem: admin.TextProblem(cause, text)}}
	switch {
	case errors.Is(cause, books.ErrDiscrepancyOver), errors.Is(cause, store.ErrConflict):
		refused.Refusal = pages.RefusalStale
	case errors.Is(cause, books.ErrDaySealed):
		refused.Refusal = pages.RefusalDaySealed
	case errors.Is(cause, books.ErrNotSettleable):
		refused.Refusal = pages.RefusalNotSettleable
	case errors.Is(cause, books.ErrNoAction):
		refused.Refusal = pages.RefusalNoAction
	}
	if refused.Worst() == "" {
		return admin.NoPage(cause)
	}
	return h.discrepancyRefused(req, found, refused)
}

// discrepancyRefused shows the day again. If the difference is not on its first page, the page itself says what was wrong.
func (h *handlers) discrepancyRefused(req *admin.Request, found models.Discrepancy, refused pages.DiscrepancyRefusal) error {
	if _, _, problem := admin.ReadDay(found.Day, h.site.Clock(), h.site.Zone); problem != "" {
		return visit.ErrNoPage
	}
	return h.statementPage(req, found.Day, url.Values{}, func(view *pages.StatementView) {
		for i := range view.Found {
			if view.Found[i].ID == found.ID {
				view.Found[i].Refused = refused
				return
			}
		}
		view.Refusal = refused.Worst()
	})
}
