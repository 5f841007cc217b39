// Package customers is the back office's pages about customers.
package customers

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site      *visit.Site
	customers *customers.Service
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *customers.Service) []admin.Route {
	h := &handlers{site: site, customers: service}
	return []admin.Route{
		admin.Get("/customers", models.MayView, h.showCustomers),
		admin.Get("/customers/:customer", models.MayView, h.showCustomer),
		admin.OnceForm("/customers/:customer/note", models.MayNote, h.noteCustomer),
		admin.Post("/customers/:customer/export", models.MayCustomers, h.exportCustomer),
		admin.Form("/customers/:customer/erase", models.MayCustomers, h.eraseCustomer),
	}
}
