package productcsv

import (
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// variant parses the columns of a simple product or a variation that describe what is sold.
func (w *wooReader) variant(r *reading, row *wooRow) {
	v := &row.variant
	v.Line, v.SKU, v.Has = row.line, row.sku, w.has
	w.weight(r, v)
	if row.kind == "variable" {
		return
	}
	if _, known := w.at[wooPublished]; known && row.kind == "variation" { // a private variation is not for sale
		v.Retired, v.Has = w.status(r) == private, v.Has|FieldRetired
	}
	column, text := w.cell(r, wooPrice)
	v.Price = r.price(column, text)
	switch {
	case text == "" && column != "":
		r.bad(column, CodeMissing)
	case column != "" && r.errors == 0 && !v.Price.IsPositive():
		r.bad(column, CodePriceZero)
	}
	w.sale(r, row)
	w.stock(r, row)
	column, text = w.cell(r, wooLowStock)
	v.LowStock = r.whole(column, text, false)
	column, text = w.cell(r, wooBarcode)
	v.Barcode = r.text(column, text, models.MaxBarcode)
	if row.kind == "variation" {
		column, text = w.cell(r, wooImages)
		if list := r.pictures(column, wooList(text)); len(list) > 0 {
			v.Picture = list[0].Source
		}
	}
}

func (w *wooReader) weight(r *reading, v *Variant) {
	if i, ok := w.at[wooWeight]; ok {
		column, text := w.cell(r, wooWeight)
		v.Weight = r.weight(column, text, w.specs[i].unit)
	}
}

func (w *wooReader) sale(r *reading, row *wooRow) {
	v := &row.variant
	column, text := w.cell(r, wooSalePrice)
	before := r.errors
	v.SalePrice = r.price(column, text)
	if r.errors == before && text != "" && v.Price.IsPositive() && v.SalePrice.Cmp(v.Price) >= 0 {
		r.bad(column, CodeSaleAbove, "value", text, "want", v.Price.String())
	}
	column, text = w.cell(r, wooSaleFrom)
	v.SaleFrom = r.day(column, text)
	column, text = w.cell(r, wooSaleUntil)
	if last := r.day(column, text); !last.IsZero() { // the sale includes its last day
		v.SaleUntil = last.In(w.opts.Zone).AddDate(0, 0, 1).UTC()
	}
	r.checkSale(column, *v)
}

// checkSale refuses a sale that ends before it begins.
func (r *reading) checkSale(column string, v Variant) {
	if !v.SaleFrom.IsZero() && !v.SaleUntil.IsZero() && !v.SaleFrom.Before(v.SaleUntil) {
		r.bad(column, CodeDatesReversed, "from", v.SaleFrom.Format(time.DateOnly), "until", v.SaleUntil.Format(time.DateOnly))
	}
}

// stock parses Stock. A number means that stock is counted. An empty cell means that it is not, and In stock? says whether the variant is
// available.
func (w *wooReader) stock(r *reading, row *wooRow) {
	v := &row.variant
	column, text := w.cell(r, wooStock)
	inColumn, in := w.cell(r, wooInStock)
	switch {
	case strings.EqualFold(text, "parent"):
		r.bad(column, CodeStockParent)
	case text != "":
		v.Stock = r.whole(column, text, false)
	case strings.EqualFold(in, "backorder"):
		r.fault(inColumn, LevelNote, CodeBackorders)
	case inColumn != "":
		v.Untracked = r.boolean(inColumn, in)
	default:
		v.Untracked = true
	}
	column, text = w.cell(r, wooBackorders)
	switch strings.ToLower(text) {
	case "", "0", "no":
	case "1", "yes", "notify":
		if !v.Untracked {
			r.fault(column, LevelNote, CodeBackorders)
		}
	default:
		r.bad(column, CodeBool, "value", text)
	}
}
