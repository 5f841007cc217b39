// Package customers is the back office's pages about customers.
package customers

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// Handlers answers the requests.
type Handlers struct {
	site      *visit.Site
	customers *customers.Service
}

// New makes the handlers.
func New(site *visit.Site, service *customers.Service) *Handlers {
	return &Handlers{site: site, customers: service}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Get("/customers", models.MayView, h.showCustomers),
		admin.Post("/customers", models.MayView, h.findCustomer),
		admin.Get("/customers/:id", models.MayView, h.showCustomer),
		admin.Post("/customers/:id/export", models.MayCustomers, h.exportCustomer),
		admin.Post("/customers/:id/erase", models.MayCustomers, h.eraseCustomer),
	}
}
