// Package webhooks is the back office's pages of the endpoints that are told about events.
package webhooks

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site  *visit.Site
	hooks *hooks.Service
	keys  *keys.Service
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *hooks.Service, keys *keys.Service) []admin.Route {
	h := &handlers{site: site, hooks: service, keys: keys}
	return []admin.Route{
		admin.Only(models.MaySettings, admin.Get("/webhooks", models.MayView, h.showList)),
		admin.Form("/webhooks", models.MaySettings, h.create),
		admin.Only(models.MaySettings, admin.Get("/webhooks/:id", models.MayView, h.showEndpoint)),
		admin.Form("/webhooks/:id", models.MaySettings, h.change),
		admin.Post("/webhooks/:id/ping", models.MaySettings, h.ping),
		admin.Post("/webhooks/:id/rotate", models.MaySettings, h.rotate),
		admin.Form("/webhooks/:id/switch", models.MaySettings, h.switchState),
		admin.Post("/webhooks/:id/delete", models.MaySettings, h.remove),
		admin.Form("/webhooks/:id/resend", models.MaySettings, h.sendSince),
		admin.Only(models.MaySettings, admin.Get("/webhooks/:id/deliveries/:delivery", models.MayView, h.showDelivery)),
		admin.Post("/webhooks/:id/deliveries/:delivery/resend", models.MaySettings, h.sendAgain),
	}
}
