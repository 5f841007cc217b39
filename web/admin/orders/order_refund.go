package orders

import (
	"net/url"

	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
)

// refundOrder asks for money to go back: POST /admin/orders/{id}/refund with attempt, amount, reason, form_token. A second click is the same
// refund.
func (h *handlers) refundOrder(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	kind, wrong, err := refunds.Start(h.payments, req, id, form.Get("attempt"), token, form)
	if err != nil {
		return err
	}
	if wrong.Any() {
		return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
			f := &view.Refund
			f.FormToken, f.Refusal, f.Left = token, wrong.Form, wrong.Left
			f.Amount = pages.Field{Value: form.Get("amount"), Problem: wrong.Amount}
			f.Reason = pages.Field{Value: form.Get("reason"), Problem: wrong.Reason}
			for i := range f.Attempts {
				f.Attempts[i].Selected = f.Attempts[i].AttemptID == form.Get("attempt")
			}
			return wrong.Worst()
		})
	}
	return req.Done(admin.OrderPath(id), kind)
}
