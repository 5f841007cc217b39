// Package pricing is what sets prices in the back office: coins and rates, coupons, delivery and tax.
package pricing

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/pricing"
	"github.com/coincart/coincart/payments/rates"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// Handlers answers the requests.
type Handlers struct {
	site   *visit.Site
	rates  *rates.Service
	editor *pricing.Editor
}

// New makes the handlers.
func New(site *visit.Site, service *rates.Service) *Handlers {
	return &Handlers{site: site, rates: service, editor: pricing.NewEditor(site.Store)}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Get("/coins", models.MayView, h.showCoins),
		admin.Post("/coins", models.MayPrice, h.createCoin),
		admin.Get("/coins/new", models.MayView, h.newCoin),
		admin.Get("/coins/:symbol", models.MayView, h.showCoin),
		admin.Post("/coins/:symbol", models.MayPrice, h.changeCoin),
		admin.Post("/coins/:symbol/accept", models.MayPrice, h.acceptRate),

		admin.Post("/price-sources", models.MayPrice, h.createSource),
		admin.Get("/price-sources/new", models.MayView, h.newSource),
		admin.Get("/price-sources/:source", models.MayView, h.showSource),
		admin.Post("/price-sources/:source", models.MayPrice, h.changeSource),

		admin.Get("/coupons", models.MayView, h.showCoupons),
		admin.Post("/coupons", models.MayPrice, h.createCoupon),
		admin.Get("/coupons/new", models.MayView, h.newCoupon),
		admin.Get("/coupons/:id", models.MayView, h.showCoupon),
		admin.Post("/coupons/:id", models.MayPrice, h.changeCoupon),
		admin.Post("/coupons/:id/switch", models.MayPrice, h.switchCoupon),

		admin.Get("/delivery", models.MayView, h.showDelivery),
		admin.Post("/delivery", models.MayPrice, h.createZone),
		admin.Get("/delivery/new", models.MayView, h.newZone),
		admin.Get("/delivery/tester", models.MayView, h.showTester),
		admin.Get("/delivery/:id", models.MayView, h.showZone),
		admin.Post("/delivery/:id", models.MayPrice, h.changeZone),
		admin.Post("/delivery/:id/delete", models.MayPrice, h.deleteZone),
	}
}
