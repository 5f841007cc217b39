package pricing

import (
	"net/url"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// confirmRate asks whether a rate that jumps is meant, and shows what it does to an order.
func (h *handlers) confirmRate(req *admin.Request, form url.Values, stored models.Coin, move models.RateMove) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	p := req.Printer
	money := func(a models.Amount) string { return visit.MoneyOrNone(p, currency, a) }
	view := pages.ConfirmView{
		Title: p.T("admin.confirm.rate.title", "Symbol", move.Symbol), Lead: p.T("admin.confirm.rate.lead"),
		Mails: true, Submit: p.T("admin.confirm.rate.submit"), Back: coinsPath + "/new",
	}
	if stored.Symbol != "" {
		view.Back = coinsPath + "/" + stored.Symbol
	}
	if move.DifferBefore {
		view.Warnings = append(view.Warnings, p.T("admin.confirm.rate.differs_before"))
	}
	if move.LiveDiffers {
		view.Warnings = append(view.Warnings, p.T("admin.confirm.rate.differs_live", "Source", visit.SourceName(p, move.LiveSource), "Rate", money(move.Live)))
	}
	view.Rows = []pages.ConfirmRow{{
		Name: p.T("admin.coin.rate"), Before: money(move.Before.Rate), After: money(move.After.Rate), By: byText(move.Before.Rate, move.After.Rate),
	}}
	if !move.Before.Spread.Equal(move.After.Spread) {
		view.Rows = append(view.Rows, pages.ConfirmRow{Name: p.T("admin.coin.spread"), Before: move.Before.Spread.String(), After: move.After.Spread.String()})
	}
	if move.Live.IsPositive() {
		view.Rows = append(view.Rows, pages.ConfirmRow{
			Name: p.T("admin.confirm.rate.live"), Detail: visit.SourceName(p, move.LiveSource), Before: money(move.Live), After: money(move.After.Rate),
			By: byText(move.Live, move.After.Rate),
		})
	}
	view.Rows = append(view.Rows, pages.ConfirmRow{
		Name: p.T("admin.coin.example", "Total", money(move.Total)), Before: costText(req, move.CostBefore, move.Symbol),
		After: costText(req, move.CostAfter, move.Symbol), By: byText(move.CostBefore, move.CostAfter),
	})
	return req.Confirm(view, pages.SectionCoins, form, move.Digest())
}

// confirmCoupon asks whether a coupon is meant that takes off everything.
func (h *handlers) confirmCoupon(req *admin.Request, form url.Values, stored, c models.Coupon) error {
	p := req.Printer
	view := pages.ConfirmView{
		Title: p.T("admin.confirm.coupon.title", "Code", c.Code), Lead: p.T("admin.coupon.everything"), Submit: p.T("admin.confirm.coupon.submit"),
		Back: couponsPath + "/new",
	}
	row := pages.ConfirmRow{Name: p.T("admin.coupon_kind.percent"), After: visit.Percent(c.Value)}
	if stored.ID != "" {
		view.Back = couponsPath + "/" + stored.ID
	}
	if stored.Kind == models.CouponPercent {
		row.Before = visit.Percent(stored.Value)
	}
	view.Rows = []pages.ConfirmRow{row}
	return req.Confirm(view, pages.SectionCoupons, form, couponDigest(c))
}

// couponDigest identifies what the person who confirms a coupon has seen.
func couponDigest(c models.Coupon) string { return c.Code + " " + c.Value.String() }

// takesEverything reports whether a change makes a coupon one of 100 %.
func takesEverything(stored, c models.Coupon) bool {
	return c.Kind == models.CouponPercent && c.MayLeaveNothing() && (stored.Kind != c.Kind || !stored.Value.Equal(c.Value))
}

// costText returns an amount of a coin; that of 0 is "".
func costText(req *admin.Request, a models.Amount, symbol string) string {
	if a.IsZero() {
		return ""
	}
	return admin.Coin(req.Printer, a, symbol)
}

// byText returns the difference from a to b in percent, "" where there is nothing to compare.
func byText(a, b models.Amount) string {
	if !a.IsPositive() || !b.IsPositive() {
		return ""
	}
	return admin.DifferenceText(a, b)
}
