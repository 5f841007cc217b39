package admin

import (
	"errors"

	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
)

// askAgain is when the platform may be asked about the same order again, in seconds: a little more than the payments wait.
const askAgain = "5"

// askOrder asks the platform how the order stands: POST /admin/orders/{id}/ask.
func (o *Office) askOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	_, err = o.payments.AskOrder(d.Context(), id, d.actor())
	if errors.Is(err, payments.ErrTooOften) {
		d.SetHeader("Retry-After", askAgain)
		return o.orderPage(d, func(*pages.OrderView) pages.Problem { return pages.ProblemTooOften })
	}
	if err != nil {
		return missing(err)
	}
	return d.done(orderPath(id), pages.NoticeAsked)
}
