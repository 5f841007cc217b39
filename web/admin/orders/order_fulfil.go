package orders

import (
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// fulfilOrder hands a paid order over and writes to the shopper: POST /admin/orders/{id}/fulfil with tracking. A second click finds it
// handed over.
func (h *handlers) fulfilOrder(req *admin.Request, form url.Values) error {
	id := req.ID()
	tracking := form.Get("tracking")
	err := h.payments.Fulfil(req.Context(), id, tracking, req.Actor())
	switch {
	case err == nil:
		return req.Done(admin.OrderPath(id), pages.NoticeFulfilled)
	case errors.Is(err, payments.ErrNotFulfillable):
		return h.orderRefused(req, pages.RefusalNotFulfillable)
	case errors.Is(err, models.ErrNoteText):
		return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
			view.Track = pages.Field{Value: tracking, Problem: invalid.TooLong}
			return pages.RefusalOf(invalid.TooLong)
		})
	}
	return admin.NoPage(err)
}
