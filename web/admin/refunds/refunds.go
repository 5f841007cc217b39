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
	Form                 pages.Refusal
	Amount, Reason, Note invalid.Problem
	TooMuch              bool   // the amount is more than Left
	Left                 string // with the coin
}

// Any reports whether there is a problem.
func (w Refusal) Any() bool { return w.Worst() != "" }

// Worst returns the first problem.
func (w Refusal) Worst() pages.Refusal {
	if w.TooMuch {
		return pages.RefusalOf(invalid.Amount)
	}
	return pages.Worst(w.Form, w.Amount, w.Reason, w.Note)
}

// UnitCurrency is the value of the form's unit for an amount in the order's currency; any other is the payment's coin.
const UnitCurrency = "currency"

// Start reads the form and requests the refund. in has the order, the attempt, the token and the chosen pieces; the form has reason,
// shopper_note, amount, unit, all and restock. kind says whether the refund waits for a second person.
func Start(
	service *payments.Service, req *admin.Request, in payments.RefundInput, form url.Values,
) (kind pages.NoticeKind, wrong Refusal, err error) {
	in.Reason, in.ShopperNote, in.All, in.Restock = form.Get("reason"), form.Get("shopper_note"), form.Get("all") == "1", form.Get("restock") == "1"
	if text := strings.TrimSpace(form.Get("amount")); text != "" && !in.All {
		amount, err := models.ParseAmount(text)
		if err != nil || !amount.IsPositive() {
			wrong.Amount = invalid.Amount
		}
		if form.Get("unit") == UnitCurrency {
			in.Worth = amount
		} else {
			in.Amount = amount
		}
	}
	if strings.TrimSpace(in.Reason) == "" {
		wrong.Reason = invalid.Missing
	}
	if wrong.Any() {
		return "", wrong, nil
	}
	refund, err := service.RequestRefund(req.Context(), in, req.Actor())
	if err != nil {
		wrong, err = refundRefusal(req.Printer, err, in)
		return "", wrong, err
	}
	if refund.State == models.RefundRequested {
		return pages.NoticeRefundRequested, wrong, nil
	}
	return pages.NoticeRefundApproved, wrong, nil
}

// refundRefusal returns why a refund was refused; err is a cause that is not the person's fault.
func refundRefusal(p *i18n.Printer, cause error, in payments.RefundInput) (wrong Refusal, err error) {
	if tooMuch, ok := errors.AsType[*store.RefundTooMuchError](cause); ok {
		return Refusal{TooMuch: true, Left: admin.Coin(p, tooMuch.Left, tooMuch.Coin)}, nil
	}
	switch {
	case errors.Is(cause, payments.ErrNotRefundable), errors.Is(cause, store.ErrConflict):
		wrong.Form = pages.RefusalNotRefundable
	case errors.Is(cause, payments.ErrPieces):
		wrong.Form = pages.RefusalPieces
	case errors.Is(cause, payments.ErrRefundAmount):
		wrong.Amount = invalid.Amount
	case errors.Is(cause, models.ErrNoteText):
		wrong.Reason = admin.TextProblem(cause, in.Reason)
		if len([]rune(in.Reason)) <= models.MaxReason {
			wrong.Reason, wrong.Note = "", invalid.TooLong
		}
	default:
		return wrong, admin.NoPage(cause)
	}
	return wrong, nil
}

// FourEyes returns the amount above which a person's refunds together need a second person; "" if none do.
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
			ID: r.ID, OrderID: r.OrderID, Number: numbers[r.OrderID], State: string(r.State), Amount: admin.Coin(p, r.Amount, r.Coin), Reason: r.Reason, Note: r.ShopperNote,
			RequestedBy: names.Of(r.RequestedBy), ApprovedBy: names.Of(r.ApprovedBy), DeclinedBy: names.Of(r.DeclinedBy), AppOrderID: r.AppOrderID, OrderNum: r.OrderNum,
			Problem: r.ProblemCode, Created: admin.Moment(p, r.CreatedAt), Sent: admin.Moment(p, r.SentAt), Confirmed: admin.Moment(p, r.ConfirmedAt), Own: own,
			CanApprove: may && !own && r.State == models.RefundRequested, CanDecline: may && r.State.CanMove(models.RefundDeclined),
		}
	}
	return rows
}
