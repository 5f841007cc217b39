package admin

import (
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
)

// fulfilOrder hands a paid order over and writes to the shopper: POST /admin/orders/{id}/fulfil with tracking. A second click finds it
// handed over.
func (o *Office) fulfilOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	tracking := form.Get("tracking")
	err = o.payments.Fulfil(d.Context(), id, tracking, d.actor())
	switch {
	case err == nil:
		return d.done(orderPath(id), pages.NoticeFulfilled)
	case errors.Is(err, payments.ErrNotFulfillable):
		return o.orderProblem(d, pages.ProblemNotFulfillable)
	case errors.Is(err, models.ErrNoteText):
		return o.orderPage(d, func(view *pages.OrderView) pages.Problem {
			view.Track = pages.Field{Value: tracking, Problem: pages.ProblemTooLong}
			return pages.ProblemTooLong
		})
	}
	return missing(err)
}
