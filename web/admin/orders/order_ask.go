package orders

import (
	"errors"

	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// askAgain is when the platform may be asked about the same order again, in seconds: a little more than the payments wait.
const askAgain = "5"

// askOrder asks the platform how the order stands: POST /admin/orders/{id}/ask.
func (h *handlers) askOrder(req *admin.Request) error {
	id := req.ID()
	_, err := h.payments.AskOrder(req.Context(), id, req.Actor())
	if errors.Is(err, payments.ErrTooOften) {
		req.SetHeader("Retry-After", askAgain)
		return h.orderPage(req, func(*pages.OrderView) pages.Refusal { return pages.RefusalTooOften })
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(admin.OrderPath(id), pages.NoticeAsked)
}
