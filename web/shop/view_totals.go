package shop

import (
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// billTotals returns the total of a cart, part by part.
func billTotals(p *i18n.Printer, currency models.Currency, bill payments.Bill) templates.Totals {
	t := templates.Totals{
		Goods: visit.Money(p, currency, bill.Goods), Discount: visit.MoneyOrNone(p, currency, bill.Discount), Coupon: bill.CouponCode,
		TaxName: bill.TaxTitle(p.Lang()), TaxRate: rateText(bill.TaxName, bill.TaxRate), Total: visit.Money(p, currency, bill.Total),
		DeliveryLater: bill.NeedsAddress && bill.Method() == nil,
	}
	t.Tax, t.Contained = taxText(p, currency, bill.TaxName, bill.TaxIncluded, bill.Tax, bill.ContainedTax)
	if m := bill.Method(); m != nil {
		t.Delivery, t.DeliveryTitle, t.DeliveryFree = visit.Money(p, currency, bill.Delivery), m.NameIn(p.Lang()), bill.Delivery.IsZero()
	}
	return t
}

// OrderTotals returns the total of an order, part by part, as it was placed.
func OrderTotals(p *i18n.Printer, order models.Order) templates.Totals {
	currency := currencyOf(order)
	t := templates.Totals{
		Goods: visit.Money(p, currency, order.GoodsTotal), Discount: visit.MoneyOrNone(p, currency, order.Discount), Coupon: order.CouponCode,
		Delivery: visit.MoneyOrNone(p, currency, order.Delivery), DeliveryTitle: order.DeliveryTitle,
		TaxName: order.TaxName, TaxRate: rateText(order.TaxName, order.TaxRate), Total: visit.Money(p, currency, order.Total),
	}
	t.Tax, t.Contained = taxText(p, currency, order.TaxName, order.TaxIncluded, order.Tax, order.ContainedTax)
	t.DeliveryFree = order.DeliveryTitle != "" && order.Delivery.IsZero()
	return t
}

// taxText returns the tax that is added and the tax that prices contain, "" for none. A tax of 0 % has a name and is shown; what is not taxed
// has none.
func taxText(p *i18n.Printer, currency models.Currency, name string, included bool, added, contained models.Amount) (tax, within string) {
	switch {
	case name == "":
		return visit.MoneyOrNone(p, currency, added), visit.MoneyOrNone(p, currency, contained)
	case included:
		return "", visit.Money(p, currency, contained)
	}
	return visit.Money(p, currency, added), ""
}

// rateText returns the rate of a tax, "" where there is no tax.
func rateText(name string, rate models.Amount) string {
	if name == "" {
		return ""
	}
	return rate.String() + "%"
}

// couponView returns the coupon's field: the code that counts, or the one that does not and why.
func couponView(p *i18n.Printer, currency models.Currency, cart models.Cart, bill payments.Bill) pages.CouponField {
	if bill.CouponProblem == "" {
		return pages.CouponField{Code: bill.CouponCode}
	}
	field := pages.CouponField{Typed: cart.CouponCode, Problem: string(bill.CouponProblem)}
	if bill.CouponProblem.Alike() {
		field.Problem = string(models.CouponUnknown)
		return field
	}
	if c := bill.Coupon; c != nil {
		field.Minimum = visit.Money(p, currency, c.Minimum)
	}
	return field
}

// deliveryView returns the ways of delivery. The sum from which one is free is shown only if it is not free now.
func deliveryView(p *i18n.Printer, currency models.Currency, bill payments.Bill) []pages.DeliveryChoice {
	list := make([]pages.DeliveryChoice, len(bill.Methods))
	for i, o := range bill.Methods {
		list[i] = pages.DeliveryChoice{
			ID: o.Method.ID, Title: o.Method.NameIn(p.Lang()), Note: o.Method.Texts.In(p.Lang(), "note", o.Method.Note),
			Price: visit.Money(p, currency, o.Price), Free: o.Price.IsZero(), Selected: o.Chosen,
		}
		if !list[i].Free {
			list[i].FreeFrom = visit.MoneyOrNone(p, currency, o.Method.FreeFrom)
		}
	}
	return list
}

// addressView returns the address as typed, with the cart's destination.
func addressView(place pages.EstimateForm, cart models.Cart, f checkoutForm, problems invalid.Problems) pages.AddressForm {
	return pages.AddressForm{
		EstimateForm: place, NeedsRegion: models.NeedsRegion(cart.Country), HasPostcode: models.HasPostcodes(cart.Country),
		Line1: f.address.Line1, Line2: f.address.Line2, City: f.address.City, Postcode: f.address.Postcode, Phone: f.address.Phone,
		Problems: problems,
	}
}

// AddressLines returns an address as lines, as on a parcel, with the names of country and region in a language.
func AddressLines(lang string, a models.Address) []string {
	region := a.Region
	for _, r := range models.Regions(a.Country) {
		if r.Code == a.Region {
			region = r.NameIn(lang)
		}
	}
	town := []string{a.Postcode + " " + a.City, region}
	switch a.Country {
	case "US", "CA", "AU":
		town = []string{a.City + ", " + a.Region + " " + a.Postcode} // there the codes are what the post wants
	case "CN", "TW", "HK", "MO", "JP", "KR":
		town = []string{region + " " + a.City, a.Postcode}
	case "GB", "IE", "IN", "NZ", "ZA":
		town = []string{a.City, region, a.Postcode}
	}
	lines := append([]string{a.Name, a.Line1, a.Line2}, town...)
	lines = append(lines, models.CountryName(a.Country, lang))
	written := lines[:0]
	for _, line := range lines {
		if line = strings.Trim(strings.TrimSpace(line), ", "); line != "" {
			written = append(written, line)
		}
	}
	return written
}
