package orders

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
)

// showOrder shows one order with everything that is known about it: GET /admin/orders/{id}.
func (h *handlers) showOrder(req *admin.Request) error {
	return h.orderPage(req, func(*pages.OrderView) pages.Refusal { return "" })
}

// orderPage shows the order as it is now; say marks what was wrong with an action on it.
func (h *handlers) orderPage(req *admin.Request, say func(*pages.OrderView) pages.Refusal) error {
	id := req.ID()
	file, err := h.site.Store.OrderFile(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	view := orderView(req.Printer, file, req.Who())
	view.Refund.FourEyes = refunds.FourEyes(h.payments, req, file.Order.Currency, file.Order.Digits)
	view.Page = req.PageAt(pages.SectionOrders, admin.OrderPath(id))
	return req.Answer(say(&view), pages.Order(view))
}

// orderRefused shows the order with why the action was refused.
func (h *handlers) orderRefused(req *admin.Request, refusal pages.Refusal) error {
	return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
		view.Refusal = refusal
		return refusal
	})
}

// mailsOf are the mails that an order has come far enough for.
func mailsOf(order models.Order) []models.MailKind {
	list := []models.MailKind{models.MailOrderReceived}
	if !order.PaidAt.IsZero() {
		list = append(list, models.MailPaymentReceived)
	}
	if !order.FulfilledAt.IsZero() {
		list = append(list, models.MailOrderSent)
	}
	return list
}
