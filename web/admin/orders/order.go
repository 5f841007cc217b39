package orders

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
)

// showOrder shows one order with everything that is known about it: GET /admin/orders/{id}.
func (h *Handlers) showOrder(req *admin.Request) error {
	return h.orderPage(req, func(*pages.OrderView) pages.Problem { return pages.ProblemNone })
}

// orderPage shows the order as it is now; say marks what was wrong with an action on it.
func (h *Handlers) orderPage(req *admin.Request, say func(*pages.OrderView) pages.Problem) error {
	id, err := req.ID()
	if err != nil {
		return err
	}
	file, err := h.site.Store.OrderFile(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	view := orderView(req.Printer, file, req.Who())
	view.Refund.FourEyes = refunds.FourEyes(h.payments, req, file.Order.Currency, file.Order.Digits)
	view.Page = req.Page(pages.SectionOrders)
	view.Page.Path = admin.OrderPath(id)
	return req.Answer(say(&view), pages.Order(view))
}

// orderProblem shows the order with something that is wrong with the whole action.
func (h *Handlers) orderProblem(req *admin.Request, problem pages.Problem) error {
	return h.orderPage(req, func(view *pages.OrderView) pages.Problem {
		view.Problem = problem
		return problem
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
