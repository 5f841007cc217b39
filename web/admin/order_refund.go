package admin

import (
	"errors"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// refundOrder asks for money to go back: POST /admin/orders/{id}/refund with attempt, amount, reason, form_token. A second click is the same
// refund.
func (o *Office) refundOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	kind, wrong, err := o.requestRefund(d, id, form.Get("attempt"), token, form)
	if err != nil {
		return err
	}
	if wrong.any() {
		return o.orderPage(d, func(view *pages.OrderView) pages.Problem {
			f := &view.Refund
			f.FormToken, f.Problem, f.Left = token, wrong.form, wrong.left
			f.Amount = pages.Field{Value: form.Get("amount"), Problem: wrong.amount}
			f.Reason = pages.Field{Value: form.Get("reason"), Problem: wrong.reason}
			for i := range f.Attempts {
				f.Attempts[i].Selected = f.Attempts[i].AttemptID == form.Get("attempt")
			}
			return wrong.worst()
		})
	}
	return d.done(orderPath(id), kind)
}

// refundWrong is what is wrong with a refund's form.
type refundWrong struct {
	form, amount, reason pages.Problem
	left                 string
}

func (w refundWrong) any() bool { return w.worst() != pages.ProblemNone }

func (w refundWrong) worst() pages.Problem {
	for _, p := range []pages.Problem{w.form, w.amount, w.reason} {
		if p != pages.ProblemNone {
			return p
		}
	}
	return pages.ProblemNone
}

// requestRefund reads the amount and asks for the refund. kind says whether it waits for a second person.
func (o *Office) requestRefund(
	d *desk, orderID, attemptID, token string, form url.Values,
) (kind pages.NoticeKind, wrong refundWrong, err error) {
	amount, err := models.ParseAmount(strings.TrimSpace(form.Get("amount")))
	if err != nil {
		wrong.amount = pages.ProblemAmount
	}
	if strings.TrimSpace(form.Get("reason")) == "" {
		wrong.reason = pages.ProblemMissing
	}
	if wrong.any() {
		return "", wrong, nil
	}
	refund, err := o.payments.RequestRefund(d.Context(), payments.RefundInput{
		OrderID: orderID, AttemptID: attemptID, Amount: amount, Reason: form.Get("reason"), FormToken: token,
	}, d.actor())
	if err != nil {
		wrong, err = refundRefusal(d.Printer, err, form.Get("reason"))
		return "", wrong, err
	}
	if refund.State == models.RefundRequested {
		return pages.NoticeRefundRequested, wrong, nil
	}
	return pages.NoticeRefundApproved, wrong, nil
}

// refundRefusal puts a refused refund into words; err is what is not the person's.
func refundRefusal(p *i18n.Printer, cause error, reason string) (wrong refundWrong, err error) {
	if tooMuch, ok := errors.AsType[*store.RefundTooMuchError](cause); ok {
		return refundWrong{form: pages.ProblemRefundLeft, left: coin(p, tooMuch.Left, tooMuch.Coin)}, nil
	}
	switch {
	case errors.Is(cause, payments.ErrNotRefundable), errors.Is(cause, store.ErrConflict):
		wrong.form = pages.ProblemNotRefundable
	case errors.Is(cause, payments.ErrRefundAmount):
		wrong.amount = pages.ProblemAmount
	case errors.Is(cause, models.ErrNoteText):
		wrong.reason = textProblem(cause, reason)
	default:
		return wrong, missing(cause)
	}
	return wrong, nil
}
