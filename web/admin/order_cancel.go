package admin

import (
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
)

// cancelOrder calls an unpaid order off: POST /admin/orders/{id}/cancel. A payment that was faster wins; without an answer of the platform
// the shop goes on asking.
func (o *Office) cancelOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	outcome, err := o.payments.CancelByStaff(d.Context(), id, d.actor())
	if err != nil {
		return missing(err)
	}
	switch outcome {
	case payments.OutcomeCancelled:
		return d.done(orderPath(id), pages.NoticeCancelled)
	case payments.OutcomePaid:
		return d.done(orderPath(id), pages.NoticeCancelPaid)
	case payments.OutcomeUnknown:
		return d.done(orderPath(id), pages.NoticeCancelUnknown)
	case payments.OutcomeGone:
	}
	return o.orderProblem(d, pages.ProblemNotCancellable)
}
