// Package orders is the back office's orders: lists of them, each with its history, what can be done to it, and files made of lists.
package orders

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// Handlers answers the requests.
type Handlers struct {
	site     *visit.Site
	payments *payments.Service
	books    *books.Service // files made of lists
	outbox   *mail.Outbox
}

// New makes the handlers.
func New(site *visit.Site, service *payments.Service, files *books.Service, outbox *mail.Outbox) *Handlers {
	return &Handlers{site: site, payments: service, books: files, outbox: outbox}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Get("/orders", models.MayView, h.showOrders),
		admin.Post("/orders/bulk/cancel", models.MayCancel, h.cancelOrders),
		admin.Post("/orders/bulk/fulfil", models.MayFulfil, h.fulfilOrders),
		admin.Get("/orders/:id", models.MayView, h.showOrder),
		admin.Post("/orders/:id/note", models.MayNote, h.noteOrder),
		admin.Post("/orders/:id/fulfil", models.MayFulfil, h.fulfilOrder),
		admin.Post("/orders/:id/cancel", models.MayCancel, h.cancelOrder),
		admin.Post("/orders/:id/ask", models.MayAsk, h.askOrder),
		admin.Post("/orders/:id/resend", models.MayFulfil, h.resendMail),
		admin.Post("/orders/:id/refund", models.MayRefund, h.refundOrder),
		admin.Get("/cancellations", models.MayView, h.showCancellations),
		admin.Post("/cancellations", models.MayCancel, h.cancelPending),
		admin.Post("/exports", models.MayExport, h.startExport),
	}
}
