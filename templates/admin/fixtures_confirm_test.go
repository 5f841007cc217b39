package admin_test

import "github.com/coincart/coincart/templates/admin"

// confirmSheets are the pages that ask again before prices change.
func (f fixtures) confirmSheets() []sheet {
	prices := f.importReady()
	prices.Prices, prices.PriceMore, prices.Confirm = f.confirmPrice().Rows, 118, "5f2c7e"
	return []sheet{
		{"confirm-rate", admin.Confirm(f.confirmRate())},
		{"confirm-price", admin.Confirm(f.confirmPrice())},
		{"confirm-coupon", admin.Confirm(f.confirmCoupon())},
		{"import-prices", admin.Import(prices)},
	}
}

func (f fixtures) confirmRate() admin.ConfirmView {
	p := f.p
	return admin.ConfirmView{
		Page: f.pricer(), Title: p.T("admin.confirm.rate.title", "Symbol", "BTC"), Lead: p.T("admin.confirm.rate.lead"),
		Warnings: []string{
			p.T("admin.confirm.rate.differs_before"),
			p.T("admin.confirm.rate.differs_live", "Source", "Exchange ticker", "Rate", f.money("97250")),
		},
		Rows: []admin.ConfirmRow{
			{Name: p.T("admin.coin.rate"), Before: f.money("97250"), After: f.money("97250000000"), By: "+99999900%"},
			{Name: p.T("admin.coin.spread"), Before: "0.5", After: "0"},
			{Name: p.T("admin.confirm.rate.live"), Detail: "Exchange ticker", Before: f.money("97250"), After: f.money("97250000000"), By: "+99999900%"},
			{Name: p.T("admin.coin.example", "Total", f.money("100")), Before: p.Coin("0.00102828", "BTC"), After: p.Coin("0.00000001", "BTC"), By: "−100%"},
		},
		Action: "/admin/coins/BTC", Fields: []admin.Hidden{{Name: "rate", Value: "97250000000"}, {Name: "confirmed", Value: "5f2c7e"}}, Mails: true,
		Submit: p.T("admin.confirm.rate.submit"), Back: "/admin/coins/BTC",
	}
}

func (f fixtures) confirmPrice() admin.ConfirmView {
	p := f.p
	return admin.ConfirmView{
		Page: f.keeper(), Title: p.T("admin.confirm.price.title"), Lead: p.T("admin.confirm.price.lead"),
		Rows: []admin.ConfirmRow{
			{
				Name: "Stoneware mug with a name that goes on and on, Moss (A-VERY-LONG-SKU-THAT-GOES-ON-AND-ON)", Detail: p.T("admin.confirm.price.price"),
				Before: f.money("34.50"), After: f.money("3.45"), By: "−90%",
			},
			{Name: "Rucksack (RUCK)", Detail: p.T("admin.confirm.price.sale"), Before: f.money("138"), After: f.money("0.01"), By: "−100%"},
			{Name: "Sample (SAMPLE)", Detail: p.T("admin.confirm.price.zero"), After: f.money("0")},
		},
		Action: "/admin/products/p1", Multipart: true, Mails: true, Submit: p.T("admin.confirm.price.submit"), Back: "/admin/products/p1",
	}
}

func (f fixtures) confirmCoupon() admin.ConfirmView {
	p := f.p
	return admin.ConfirmView{
		Page: f.pricer(), Title: p.T("admin.confirm.coupon.title", "Code", "EVERYTHING"), Lead: p.T("admin.coupon.everything"),
		Rows:   []admin.ConfirmRow{{Name: p.T("admin.coupon_kind.percent"), After: "100%"}},
		Action: "/admin/coupons", Submit: p.T("admin.confirm.coupon.submit"), Back: "/admin/coupons/new",
	}
}
