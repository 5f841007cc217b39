package admin

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// discrepancy is the one that the address names.
func (o *Office) discrepancy(d *desk) (models.Discrepancy, url.Values, error) {
	id, err := d.id()
	if err != nil {
		return models.Discrepancy{}, nil, err
	}
	form, err := d.Form()
	if err != nil {
		return models.Discrepancy{}, nil, err
	}
	found, err := o.site.Store.Discrepancy(d.Context(), id)
	return found, form, missing(err)
}

// settleDiscrepancy lets the platform decide: POST /admin/discrepancies/{id}/settle.
func (o *Office) settleDiscrepancy(d *desk) error {
	found, _, err := o.discrepancy(d)
	if err != nil {
		return err
	}
	err = o.books.SettleDiscrepancy(d.Context(), found.ID, d.actor())
	return o.discrepancyDone(d, found, err, "", pages.NoticeSettled)
}

// acceptDiscrepancy explains a difference: POST /admin/discrepancies/{id}/accept with reason.
func (o *Office) acceptDiscrepancy(d *desk) error {
	found, form, err := o.discrepancy(d)
	if err != nil {
		return err
	}
	reason := form.Get("reason")
	err = o.books.AcceptDiscrepancy(d.Context(), found.ID, reason, d.actor())
	return o.discrepancyDone(d, found, err, reason, pages.NoticeAccepted)
}

// assignDiscrepancy says who looks after a difference: POST /admin/discrepancies/{id}/assign with owner (empty: nobody), note.
func (o *Office) assignDiscrepancy(d *desk) error {
	found, form, err := o.discrepancy(d)
	if err != nil {
		return err
	}
	owner, note := form.Get("owner"), form.Get("note")
	if owner != "" {
		people, err := o.accounts.People(d.Context())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(p models.Staff) bool { return p.ID == owner && !p.Disabled }) {
			return ErrFilter
		}
	}
	err = o.books.AssignDiscrepancy(d.Context(), found.ID, owner, note, d.actor())
	return o.discrepancyDone(d, found, err, note, pages.NoticeAssigned)
}

// refundDiscrepancy asks for money to go back because of a difference: POST /admin/discrepancies/{id}/refund with amount, reason,
// form_token.
func (o *Office) refundDiscrepancy(d *desk) error {
	found, form, err := o.discrepancy(d)
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	attempt, err := o.site.Store.AttemptByAppOrderID(d.Context(), found.AppOrderID)
	if errors.Is(err, store.ErrNotFound) {
		return o.discrepancyProblem(d, found, func(row *pages.DiscrepancyRow) { row.Problem = pages.ProblemNotRefundable })
	}
	if err != nil {
		return err
	}
	kind, wrong, err := o.requestRefund(d, attempt.OrderID, attempt.ID, token, form)
	if err != nil {
		return err
	}
	if wrong.any() {
		return o.discrepancyProblem(d, found, func(row *pages.DiscrepancyRow) {
			row.Problem, row.Left, row.FormToken = wrong.form, wrong.left, token
			row.Amount = pages.Field{Value: form.Get("amount"), Problem: wrong.amount}
			row.Reason = pages.Field{Value: form.Get("reason"), Problem: wrong.reason}
		})
	}
	return d.done(dayPath(found.Day), kind)
}

// discrepancyDone leads back to the day, or shows it again with what was wrong.
func (o *Office) discrepancyDone(d *desk, found models.Discrepancy, cause error, text string, kind pages.NoticeKind) error {
	if cause == nil {
		return d.done(dayPath(found.Day), kind)
	}
	problem := textProblem(cause, text)
	switch {
	case errors.Is(cause, books.ErrDiscrepancyOver), errors.Is(cause, store.ErrConflict):
		problem = pages.ProblemStale
	case errors.Is(cause, books.ErrDaySealed):
		problem = pages.ProblemDaySealed
	case errors.Is(cause, books.ErrNotSettleable):
		problem = pages.ProblemNotSettleable
	}
	if problem == pages.ProblemNone {
		return missing(cause)
	}
	return o.discrepancyProblem(d, found, func(row *pages.DiscrepancyRow) {
		if textProblem(cause, text) != pages.ProblemNone {
			row.Reason = pages.Field{Value: text, Problem: problem}
			return
		}
		row.Problem = problem
	})
}

// discrepancyProblem shows the day again; where the difference is not on its first page, the page itself says what was wrong.
func (o *Office) discrepancyProblem(d *desk, found models.Discrepancy, say func(*pages.DiscrepancyRow)) error {
	if _, _, problem := readDay(found.Day, o.site.Clock(), o.payments.PlatformZone()); problem != pages.ProblemNone {
		return visit.ErrNoPage
	}
	return o.statementPage(d, found.Day, url.Values{}, func(view *pages.StatementView) {
		for i := range view.Found {
			if view.Found[i].ID == found.ID {
				say(&view.Found[i])
				return
			}
		}
		row := pages.DiscrepancyRow{}
		say(&row)
		view.Found = append(view.Found, row)
		view.Problem = worstOfDay(view)
		view.Found = view.Found[:len(view.Found)-1]
	})
}
