package orders

import (
	"strings"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// addTotals shows what an order's total is made of, and where it goes.
func addTotals(view *pages.OrderView, p *i18n.Printer, o models.Order) {
	money := func(a models.Amount) string { return p.Money(a.String(), o.Currency, o.Digits) }
	tax := strings.TrimSpace(o.TaxName + " " + o.TaxRate.String() + "%")
	if o.Discount.IsPositive() || o.Shipped || o.Delivery.IsPositive() || o.Tax.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "goods", Amount: money(o.GoodsTotal)})
	}
	if o.Discount.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "discount", Detail: o.CouponCode, Amount: "−" + money(o.Discount)})
	}
	if o.Shipped || o.Delivery.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "delivery", Detail: o.DeliveryTitle, Amount: money(o.Delivery)})
	}
	if o.Tax.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "tax", Detail: tax, Amount: money(o.Tax)})
	}
	if o.ContainedTax.IsPositive() {
		view.Contains = pages.Sum{Kind: "tax", Detail: tax, Amount: money(o.ContainedTax)}
	}
	view.Shipped = o.Shipped
	if o.Address != nil {
		view.Address, view.Phone = addressLines(*o.Address, p.Lang()), o.Address.Phone
	}
}

// addressLines writes an address line by line, as on a parcel, with the country in the reader's language.
func addressLines(a models.Address, lang string) []string {
	region := a.Region
	for _, r := range models.Regions(a.Country) {
		if r.Code == a.Region {
			region = r.NameIn(lang)
		}
	}
	town := strings.TrimSpace(a.Postcode + " " + a.City)
	var lines []string
	for _, line := range []string{a.Name, a.Line1, a.Line2, town, region, models.CountryName(a.Country, lang)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
