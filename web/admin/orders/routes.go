// Package orders is the back office's orders: lists of them, each with its history, what can be done to it, and files made of lists and of spans of days.
package orders

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site     *visit.Site
	payments *payments.Service
	books    *books.Service // files made of lists
	outbox   *mail.Outbox
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *payments.Service, files *books.Service, outbox *mail.Outbox) []admin.Route {
	h := &handlers{site: site, payments: service, books: files, outbox: outbox}
	return []admin.Route{
		admin.Get("/orders", models.MayView, h.showOrders),
		admin.Form("/orders/bulk/cancel", models.MayCancel, h.cancelOrders),
		admin.Form("/orders/bulk/fulfil", models.MayFulfil, h.fulfilOrders),
		admin.Get("/orders/:id", models.MayView, h.showOrder),
		admin.OnceForm("/orders/:id/note", models.MayNote, h.noteOrder),
		admin.OnceForm("/orders/:id/ship", models.MayFulfil, h.shipOrder),
		admin.Form("/orders/:id/ship/correct", models.MayFulfil, h.correctShipment),
		admin.Form("/orders/:id/ship/undo", models.MayFulfil, h.undoShipment),
		admin.Post("/orders/:id/cancel", models.MayCancel, h.cancelOrder),
		admin.Post("/orders/:id/ask", models.MayAsk, h.askOrder),
		admin.OnceForm("/orders/:id/resend", models.MayFulfil, h.resendMail),
		admin.OnceForm("/orders/:id/refund", models.MayRefund, h.refundOrder),
		admin.Get("/cancellations", models.MayView, h.showCancellations),
		admin.Form("/cancellations", models.MayCancel, h.cancelPending),
		admin.Get("/exports", models.MayExport, h.showExports),
		admin.OnceForm("/exports", models.MayExport, h.startExport),
	}
}
