package templates

import (
	"cmp"

	"github.com/coincart/coincart/templates/i18n"
)

// Totals is the total of a cart or an order, part by part, for pages and mails. Amounts are Printer.Money; "" leaves a part out.
type Totals struct {
	Goods         string
	Discount      string // without a sign
	Coupon        string // code of the coupon that counts
	Delivery      string
	DeliveryTitle string // of the way of delivery
	DeliveryTo    string // where an estimate is for
	DeliveryFree  bool
	DeliveryLater bool   // it is not known yet
	Tax           string // added
	Contained     string // contained in the prices
	TaxName       string
	TaxRate       string // such as "20%"
	Total         string
}

// TotalsRow is one part with its amount.
type TotalsRow struct {
	Name  string
	Value string
}

// Rows returns the parts of the total in the order in which they are computed; none if the goods are the whole total.
func (t Totals) Rows(p *i18n.Printer) []TotalsRow {
	var rows []TotalsRow
	add := func(name, value string) { rows = append(rows, TotalsRow{name, value}) }
	switch {
	case t.Discount != "" && t.Coupon != "":
		add(p.T("totals.discount_by", "Code", t.Coupon), p.T("totals.less", "Amount", t.Discount))
	case t.Discount != "":
		add(p.T("totals.discount"), p.T("totals.less", "Amount", t.Discount))
	case t.Coupon != "":
		add(p.T("totals.coupon", "Code", t.Coupon), p.T("totals.coupon.delivery"))
	}
	switch {
	case t.DeliveryLater:
		add(p.T("totals.delivery"), p.T("totals.delivery.later"))
	case t.DeliveryFree:
		add(t.deliveryName(p), p.T("totals.free"))
	case t.Delivery != "":
		add(t.deliveryName(p), t.Delivery)
	}
	if t.Tax != "" {
		add(p.T("totals.tax", "Name", t.taxName(p), "Rate", t.TaxRate), t.Tax)
	}
	if len(rows) == 0 || t.Goods == "" {
		return rows
	}
	return append([]TotalsRow{{p.T("totals.goods"), t.Goods}}, rows...)
}

// Includes says how much tax the total contains; "" for none.
func (t Totals) Includes(p *i18n.Printer) string {
	if t.Contained == "" {
		return ""
	}
	return p.T("totals.includes", "Amount", t.Contained, "Name", t.taxName(p), "Rate", t.TaxRate)
}

func (t Totals) deliveryName(p *i18n.Printer) string {
	switch {
	case t.DeliveryTo != "":
		return p.T("totals.delivery_to", "Place", t.DeliveryTo)
	case t.DeliveryTitle != "":
		return p.T("totals.delivery_by", "Title", t.DeliveryTitle)
	}
	return p.T("totals.delivery")
}

func (t Totals) taxName(p *i18n.Printer) string {
	return cmp.Or(t.TaxName, p.T("totals.tax.name"))
}
