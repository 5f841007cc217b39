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
	if i, ok := w.at[wooWeight]; ok {
		v.Weight = r.weight(w.cell(r, wooWeight), w.specs[i].unit)
	}
	if row.kind == "variable" {
		return
	}
	if _, known := w.at[wooPublished]; known && row.kind == "variation" { // a private variation is not for sale
		v.Retired, v.Has = w.status(r) == private, v.Has|FieldRetired
	}
	price := w.cell(r, wooPrice)
	v.Price = r.price(price)
	switch {
	case price.text == "" && price.column != "":
		r.bad(price.column, CodeMissing)
	case price.column != "" && r.errors == 0 && !v.Price.IsPositive():
		r.bad(price.column, CodePriceZero)
	}
	w.sale(r, row)
	w.stock(r, row)
	v.LowStock = r.whole(w.cell(r, wooLowStock), false)
	v.Barcode = r.text(w.cell(r, wooBarcode), models.MaxBarcode)
	if row.kind == "variation" {
		images := w.cell(r, wooImages)
		if list := r.pictures(images.column, wooList(images.text)); len(list) > 0 {
			v.Picture = list[0].Source
		}
	}
}

func (w *wooReader) sale(r *reading, row *wooRow) {
	v := &row.variant
	price, until := w.cell(r, wooSalePrice), w.cell(r, wooSaleUntil)
	before := r.errors
	v.SalePrice = r.price(price)
	if r.errors == before && price.text != "" && v.Price.IsPositive() && v.SalePrice.Cmp(v.Price) >= 0 {
		r.bad(price.column, CodeSaleAbove, "value", price.text, "want", v.Price.String())
	}
	v.SaleFrom = r.day(w.cell(r, wooSaleFrom))
	if last := r.day(until); !last.IsZero() { // the sale includes its last day
		v.SaleUntil = last.In(w.opts.Zone).AddDate(0, 0, 1).UTC()
	}
	r.checkSale(until.column, *v)
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
	stock, in, backorders := w.cell(r, wooStock), w.cell(r, wooInStock), w.cell(r, wooBackorders)
	switch {
	case strings.EqualFold(stock.text, "parent"):
		r.bad(stock.column, CodeStockParent)
	case stock.text != "":
		v.Stock = r.whole(stock, false)
	case strings.EqualFold(in.text, "backorder"):
		r.fault(in.column, LevelNote, CodeBackorders)
	case in.column != "":
		v.Untracked = r.boolean(in)
	default:
		v.Untracked = true
	}
	switch strings.ToLower(backorders.text) {
	case "", "0", "no":
	case "1", "yes", "notify":
		if !v.Untracked {
			r.fault(backorders.column, LevelNote, CodeBackorders)
		}
	default:
		r.bad(backorders.column, CodeBool, "value", backorders.text)
	}
}
