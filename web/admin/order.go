package admin

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
)

func orderPath(id string) string { return ordersPath + "/" + id }

// showOrder shows one order with everything that is known about it: GET /admin/orders/{id}.
func (o *Office) showOrder(d *desk) error {
	return o.orderPage(d, func(*pages.OrderView) pages.Problem { return pages.ProblemNone })
}

// orderPage shows the order as it is now; say marks what was wrong with an action on it.
func (o *Office) orderPage(d *desk, say func(*pages.OrderView) pages.Problem) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	file, err := o.site.Store.OrderFile(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	view := orderView(d.Printer, file, d.who)
	view.Refund.FourEyes = o.fourEyes(d, file.Order.Currency, file.Order.Digits)
	view.Page = d.page(pages.SectionOrders)
	view.Page.Path = orderPath(id)
	return d.show(say(&view), pages.Order(view))
}

// orderProblem shows the order with something that is wrong with the whole action.
func (o *Office) orderProblem(d *desk, problem pages.Problem) error {
	return o.orderPage(d, func(view *pages.OrderView) pages.Problem {
		view.Problem = problem
		return problem
	})
}

// fourEyes is the amount above which a second person must approve a refund; "" where none must.
func (o *Office) fourEyes(d *desk, currency string, digits int) string {
	limit := o.payments.FourEyesLimit()
	if !limit.IsPositive() {
		return ""
	}
	return d.Printer.Money(limit.String(), currency, digits)
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
