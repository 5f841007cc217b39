package admin

import "github.com/coincart/coincart/models"

// pricingRoutes are the addresses of coupons, and of delivery with tax.
func (o *Office) pricingRoutes(t *table) {
	t.get("/coupons", models.MayView, o.showCoupons)
	t.post("/coupons", models.MayPrice, o.createCoupon)
	t.get("/coupons/new", models.MayView, o.newCoupon)
	t.get("/coupons/:id", models.MayView, o.showCoupon)
	t.post("/coupons/:id", models.MayPrice, o.changeCoupon)
	t.post("/coupons/:id/switch", models.MayPrice, o.switchCoupon)

	t.get("/delivery", models.MayView, o.showDelivery)
	t.post("/delivery", models.MayPrice, o.createZone)
	t.get("/delivery/new", models.MayView, o.newZone)
	t.get("/delivery/tester", models.MayView, o.showTester)
	t.get("/delivery/:id", models.MayView, o.showZone)
	t.post("/delivery/:id", models.MayPrice, o.changeZone)
	t.post("/delivery/:id/delete", models.MayPrice, o.deleteZone)
}
