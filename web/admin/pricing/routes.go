// Package pricing is what sets prices in the back office: coins and rates, coupons, delivery and tax.
package pricing

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/pricing"
	"github.com/coincart/coincart/payments/rates"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site   *visit.Site
	rates  *rates.Service
	editor *pricing.Editor
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *rates.Service) []admin.Route {
	h := &handlers{site: site, rates: service, editor: pricing.NewEditor(site.Store)}
	return []admin.Route{
		admin.Get("/coins", models.MayView, h.showCoins),
		admin.Form("/coins", models.MayPrice, h.saveCoin),
		admin.Only(models.MayPrice, admin.Get("/coins/new", models.MayView, h.showCoin)),
		admin.Get("/coins/:symbol", models.MayView, h.showCoin),
		admin.Form("/coins/:symbol", models.MayPrice, h.saveCoin),
		admin.Form("/coins/:symbol/accept", models.MayPrice, h.acceptRate),

		admin.Form("/price-sources", models.MayPrice, h.saveSource),
		admin.Only(models.MayPrice, admin.Get("/price-sources/new", models.MayView, h.showSource)),
		admin.Get("/price-sources/:source", models.MayView, h.showSource),
		admin.Form("/price-sources/:source", models.MayPrice, h.saveSource),

		admin.Get("/coupons", models.MayView, h.showCoupons),
		admin.Form("/coupons", models.MayPrice, h.saveCoupon),
		admin.Only(models.MayPrice, admin.Get("/coupons/new", models.MayView, h.showCoupon)),
		admin.Get("/coupons/:id", models.MayView, h.showCoupon),
		admin.Form("/coupons/:id", models.MayPrice, h.saveCoupon),
		admin.Form("/coupons/:id/switch", models.MayPrice, h.switchCoupon),

		admin.Get("/delivery", models.MayView, h.showDelivery),
		admin.Form("/delivery", models.MayPrice, h.saveZone),
		admin.Only(models.MayPrice, admin.Get("/delivery/new", models.MayView, h.showZone)),
		admin.Get("/delivery/tester", models.MayView, h.showTester),
		admin.Get("/delivery/:id", models.MayView, h.showZone),
		admin.Form("/delivery/:id", models.MayPrice, h.saveZone),
		admin.Form("/delivery/:id/delete", models.MayPrice, h.deleteZone),
	}
}
