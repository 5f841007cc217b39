// Package apikeys is the back office's pages of the keys with which other programs use the API.
package apikeys

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site *visit.Site
	keys *keys.Service
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *keys.Service) []admin.Route {
	h := &handlers{site: site, keys: service}
	return []admin.Route{
		admin.Only(models.MaySettings, admin.Get("/api-keys", models.MayView, h.showKeys)),
		admin.Form("/api-keys", models.MaySettings, h.createKey),
		admin.Only(models.MaySettings, admin.Get("/api-keys/authorize", models.MayView, h.showPair)),
		admin.Form("/api-keys/authorize", models.MaySettings, h.pair),
		admin.Only(models.MaySettings, admin.Get("/api-keys/:id", models.MayView, h.showKey)),
		admin.Form("/api-keys/:id", models.MaySettings, h.changeKey),
		admin.Post("/api-keys/:id/end", models.MaySettings, h.endKey),
	}
}
