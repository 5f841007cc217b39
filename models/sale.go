package models

import "time"

// OnSale reports whether the variant costs less than usual at a time: it has a sale price, and the time is within its dates, the end not
// being one of them.
func (v Variant) OnSale(t time.Time) bool {
	return v.SalePrice.IsPositive() && !t.Before(v.SaleFrom) && (v.SaleUntil.IsZero() || t.Before(v.SaleUntil))
}

// PriceAt returns what the variant costs at a time.
func (v Variant) PriceAt(t time.Time) Amount {
	if v.OnSale(t) {
		return v.SalePrice
	}
	return v.Price
}

// PriceChange returns the next time after t at which a sale of the variant begins or ends; zero: never.
func (v Variant) PriceChange(t time.Time) time.Time {
	if !v.SalePrice.IsPositive() {
		return time.Time{}
	}
	var next time.Time
	for _, at := range []time.Time{v.SaleFrom, v.SaleUntil} {
		if at.After(t) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// Available returns the number of pieces that can be bought: none of what is retired, MaxQuantity of what is not counted.
func (v Variant) Available() int {
	switch {
	case v.Retired:
		return 0
	case v.Untracked:
		return MaxQuantity
	default:
		return max(v.OnHand, 0)
	}
}

// CardPrices are what a list shows of the prices of a product's variants.
type CardPrices struct {
	MinPrice     Amount
	MaxPrice     Amount
	MinRegular   Amount // the regular price of what costs MinPrice
	OnSale       bool
	VariantCount int       // variants that are for sale
	Untracked    bool      // the stock of one of them is not counted
	PriceDueAt   time.Time `gorm:"default:null"` // when the prices change next; zero: never
}

// PricesAt summarises the prices of variants at a time. Retired ones do not count.
func PricesAt(variants []Variant, t time.Time) CardPrices {
	var p CardPrices
	for _, v := range variants {
		if v.Retired {
			continue
		}
		price := v.PriceAt(t)
		if p.VariantCount == 0 || price.Cmp(p.MinPrice) < 0 {
			p.MinPrice, p.MinRegular = price, v.Price
		}
		if price.Cmp(p.MaxPrice) > 0 {
			p.MaxPrice = price
		}
		p.OnSale = p.OnSale || v.OnSale(t)
		p.Untracked = p.Untracked || v.Untracked
		if at := v.PriceChange(t); !at.IsZero() && (p.PriceDueAt.IsZero() || at.Before(p.PriceDueAt)) {
			p.PriceDueAt = at
		}
		p.VariantCount++
	}
	return p
}
