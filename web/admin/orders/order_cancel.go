package orders

import (
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// cancelOrder calls an unpaid order off: POST /admin/orders/{id}/cancel. A payment that was faster wins; without an answer of the platform
// the shop goes on asking.
func (h *handlers) cancelOrder(req *admin.Request) error {
	id := req.ID()
	outcome, err := h.payments.CancelByStaff(req.Context(), id, req.Actor())
	if err != nil {
		return admin.NoPage(err)
	}
	switch outcome {
	case payments.OutcomeCancelled:
		return req.Done(admin.OrderPath(id), pages.NoticeCancelled)
	case payments.OutcomePaid:
		return req.Done(admin.OrderPath(id), pages.NoticeCancelPaid)
	case payments.OutcomeUnknown:
		return req.Done(admin.OrderPath(id), pages.NoticeCancelUnknown)
	case payments.OutcomeGone:
	}
	return h.orderRefused(req, pages.RefusalNotCancellable)
}
