// Package refunds reads the form that requests a refund and lists refunds, for the pages of orders and of the books.
package refunds

import (
	"errors"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// Refusal is the problems of a refund's form.
type Refusal struct {
	Form           pages.Refusal
	Amount, Reason invalid.Problem
	Left           string
}

// Any reports whether there is a problem.
func (w Refusal) Any() bool { return w.Worst() != "" }

// Worst returns the first problem.
func (w Refusal) Worst() pages.Refusal { return pages.Worst(w.Form, w.Amount, w.Reason) }

// Start reads the amount and requests the refund. kind says whether the refund waits for a second person.
func Start(
	service *payments.Service, req *admin.Request, orderID, attemptID, token string, form url.Values,
) (kind pages.NoticeKind, wrong Refusal, err error) {
	amount, err := models.ParseAmount(strings.TrimSpace(form.Get("amount")))
	if err != nil {
		wrong.Amount = invalid.Amount
	}
	if strings.TrimSpace(form.Get("reason")) == "" {
		wrong.Reason = invalid.Missing
	}
	if wrong.Any() {
		return "", wrong, nil
	}
	refund, err := service.RequestRefund(req.Context(), payments.RefundInput{
		OrderID: orderID, AttemptID: attemptID, Amount: amount, Reason: form.Get("reason"), FormToken: token,
	}, req.Actor())
	if err != nil {
		wrong, err = refundRefusal(req.Printer, err, form.Get("reason"))
		return "", wrong, err
	}
	if refund.State == models.RefundRequested {
		return pages.NoticeRefundRequested, wrong, nil
	}
	return pages.NoticeRefundApproved, wrong, nil
}

// refundRefusal returns why a refund was refused; err is a cause that is not the person's fault.
func refundRefusal(p *i18n.Printer, cause error, reason string) (wrong Refusal, err error) {
	if tooMuch, ok := errors.AsType[*store.RefundTooMuchError](cause); ok {
		return Refusal{Form: pages.RefusalRefundLeft, Left: admin.Coin(p, tooMuch.Left, tooMuch.Coin)}, nil
	}
	switch {
	case errors.Is(cause, payments.ErrNotRefundable), errors.Is(cause, store.ErrConflict):
		wrong.Form = pages.RefusalNotRefundable
	case errors.Is(cause, payments.ErrRefundAmount):
		wrong.Amount = invalid.Amount
	case errors.Is(cause, models.ErrNoteText):
		wrong.Reason = admin.TextProblem(cause, reason)
	default:
		return wrong, admin.NoPage(cause)
	}
	return wrong, nil
}

// FourEyes returns the amount above which a second person must approve a refund; "" if none must.
func FourEyes(service *payments.Service, req *admin.Request, currency string, digits int) string {
	limit := service.FourEyesLimit()
	if !limit.IsPositive() {
		return ""
	}
	return req.Printer.Money(limit.String(), currency, digits)
}

// Rows returns refunds as rows; numbers may be nil on the order's own page.
func Rows(p *i18n.Printer, refunds []models.Refund, names admin.Names, numbers map[string]string, who staff.SignedIn) []pages.RefundRow {
	may := who.Staff.Role.Can(models.MayRefund)
	rows := make([]pages.RefundRow, len(refunds))
	for i, r := range refunds {
		own := r.RequestedBy == who.Staff.ID
		rows[i] = pages.RefundRow{
			ID: r.ID, OrderID: r.OrderID, Number: numbers[r.OrderID], State: string(r.State), Amount: admin.Coin(p, r.Amount, r.Coin), Reason: r.Reason,
			RequestedBy: names.Of(r.RequestedBy), ApprovedBy: names.Of(r.ApprovedBy), AppOrderID: r.AppOrderID, OrderNum: r.OrderNum,
			Problem: r.ProblemCode, Created: admin.Moment(p, r.CreatedAt), Sent: admin.Moment(p, r.SentAt), Confirmed: admin.Moment(p, r.ConfirmedAt), Own: own,
			CanApprove: may && !own && r.State == models.RefundRequested, CanDecline: may && r.State.CanMove(models.RefundDeclined),
		}
	}
	return rows
}
