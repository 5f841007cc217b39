package main

import (
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// pricingPages are the pages of coupons, delivery and tax, with a coupon and a zone to look at.
func (g *gallery) pricingPages() []officePage {
	g.t.Helper()
	ctx, db := g.t.Context(), g.shop.store
	coupon := models.Coupon{
		Code: "A-VERY-LONG-COUPON-CODE-OF-FORTY-SIGNS-XY", Kind: models.CouponPercent, Value: models.MustAmount("12.5"), MaxUses: 100, Enabled: true,
		Note: "For whoever asks nicely",
	}
	coupon.Code = coupon.Code[:models.MaxCouponCode]
	require.NoError(g.t, db.SaveCoupon(ctx, &coupon))
	zones, err := db.Zones(ctx)
	require.NoError(g.t, err)
	zone := models.Zone{
		Name: "The Antipodes", Places: []models.Place{{Country: "NZ"}, {Country: "FJ"}}, TaxMode: models.TaxAdded, TaxName: "GST", TaxRate: models.MustAmount("15"),
		Methods: []models.DeliveryMethod{{Title: "Ship", Kind: models.DeliveryFlat, Steps: models.Steps{{Price: models.MustAmount("20")}}, Enabled: true}},
	}
	if len(zones) > 0 {
		zone = zones[0]
	} else {
		require.NoError(g.t, db.SaveZone(ctx, &zone))
	}
	return []officePage{
		{"coupons", "/admin/coupons", "/admin/coupons", false},
		{"coupons-none", "/admin/coupons", "/admin/coupons?q=nothing", false},
		{"coupon", "/admin/coupons/:id", "/admin/coupons/" + coupon.ID, false},
		{"coupon-new", "/admin/coupons/new", "/admin/coupons/new", false},
		{"coupon-unknown", "/admin/coupons/:id", "/admin/coupons/" + models.NewID(), true},
		{"delivery", "/admin/delivery", "/admin/delivery", false},
		{"delivery-zone", "/admin/delivery/:id", "/admin/delivery/" + zone.ID, false},
		{"delivery-new", "/admin/delivery/new", "/admin/delivery/new", false},
		{"delivery-tester", "/admin/delivery/tester", "/admin/delivery/tester", false},
		{"delivery-tester-answer", "/admin/delivery/tester", "/admin/delivery/tester?place=DE&price=25&quantity=2&weight=0.5", false},
		{"delivery-tester-refused", "/admin/delivery/tester", "/admin/delivery/tester?place=ZZ&price=-1&quantity=0", true},
	}
}
