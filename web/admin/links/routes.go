// Package links is the back office's pages of payment links.
package links

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site  *visit.Site
	links *links.Service
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *links.Service) []admin.Route {
	h := &handlers{site: site, links: service}
	return []admin.Route{
		admin.Get("/payment-links", models.MayView, h.showLinks),
		admin.Form("/payment-links", models.MayPrice, h.createLink),
		admin.Only(models.MayPrice, admin.Get("/payment-links/new", models.MayView, h.newLink)),
		admin.Get("/payment-links/:id", models.MayView, h.showLink),
		admin.Form("/payment-links/:id", models.MayPrice, h.changeLink),
		admin.Form("/payment-links/:id/switch", models.MayPrice, h.switchLink),
		admin.OnceForm("/payment-links/:id/mail", models.MayPrice, h.mailLink),
		admin.Get("/payment-links/:id/card", models.MayView, h.showCard),
	}
}
