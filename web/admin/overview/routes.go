// Package overview is the back office's overview: the figures of a span of days, and the reviews that need attention.
package overview

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site     *visit.Site
	payments *payments.Service
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *payments.Service) []admin.Route {
	h := &handlers{site: site, payments: service}
	return []admin.Route{
		admin.Get("", models.MayView, h.showDashboard),
		admin.Get("/inbox", models.MayView, h.showInbox),
		admin.OnceForm("/reviews/:id/decide", models.MayReconcile, h.decide),
		admin.OnceForm("/reviews/:id/refund", models.MayRefund, h.decideRefund),
		admin.OnceForm("/reviews/:id/ask", models.MayAsk, h.decideAsk),
	}
}
