package admin

import (
	"errors"

	"coincart/payments"
	pages "coincart/templates/admin"
)

// askOrder asks the platform how the order stands: POST /admin/orders/{id}/ask.
func (o *Office) askOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	_, err = o.payments.AskOrder(d.Context(), id, d.actor())
	if errors.Is(err, payments.ErrTooOften) {
		return o.orderPage(d, func(*pages.OrderView) pages.Problem { return pages.ProblemTooOften })
	}
	if err != nil {
		return missing(err)
	}
	return d.done(orderPath(id), pages.NoticeAsked)
}
