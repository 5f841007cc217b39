package orders

import (
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/web/admin"
)

// startExport begins to write a file: POST /admin/exports with what, format, form_token and the filter of the list: that of the orders,
// from and to of payments, day of statements and discrepancies.
func (h *handlers) startExport(req *admin.Request, form url.Values, token string) error {
	wish := books.Export{
		What: form.Get("what"), Format: form.Get("format"), Day: form.Get("day"), From: form.Get("from"), To: form.Get("to"),
	}
	if wish.What == books.ExportOrders {
		view, err := h.readOrderFilter(req, form)
		if err != nil {
			return err
		}
		if view.worst() != "" {
			return admin.ErrFilter
		}
		wish.Orders = view.filter
		wish.Orders.After, wish.Orders.Limit = "", 0
	}
	task, err := h.books.StartExport(req.Context(), wish, token, req.Actor())
	if errors.Is(err, jobs.ErrTask) || errors.Is(err, models.ErrDay) || errors.Is(err, books.ErrDayFuture) {
		return admin.ErrFilter
	}
	return req.ToTask(task, err)
}
