// Package overview is the back office's overview: the figures of a span of days, and the reviews that need attention.
package overview

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// Handlers answers the requests.
type Handlers struct {
	site     *visit.Site
	payments *payments.Service
}

// New makes the handlers.
func New(site *visit.Site, service *payments.Service) *Handlers {
	return &Handlers{site: site, payments: service}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Get("", models.MayView, h.showDashboard),
		admin.Get("/inbox", models.MayView, h.showInbox),
		admin.Post("/reviews/:id/close", models.MayReconcile, h.closeReview),
	}
}
