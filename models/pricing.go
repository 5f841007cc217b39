package models

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrBasket means that a basket cannot be priced: a quantity or a number out of its bounds, or a total too large to be stored.
var ErrBasket = errors.New("the basket cannot be priced")

// Basket is all that the price of an order depends on.
type Basket struct {
	Currency    Currency
	Lines       []BasketLine
	Coupon      *Coupon         // nil: none
	Zone        *Zone           // its tax counts; nil: no tax
	Method      *DeliveryMethod // nil: none is chosen, the delivery costs nothing yet
	Now         time.Time       // for the coupon's dates
	ShopperUses int             // how often this shopper has used the coupon
}

// BasketLine is one line of a basket.
type BasketLine struct {
	VariantID   string
	UnitPrice   Amount
	Quantity    int
	Weight      Amount // kg, of one piece
	Virtual     bool   // needs no delivery
	CategoryIDs []string
}

// Shipped reports whether something in the basket is delivered.
func (b Basket) Shipped() bool {
	return slices.ContainsFunc(b.Lines, func(l BasketLine) bool { return !l.Virtual })
}

// Weight returns the weight of what is shipped, in kg.
func (b Basket) Weight() Amount {
	var sum Amount
	for _, l := range b.Lines {
		if !l.Virtual {
			sum = sum.Add(l.Weight.Times(l.Quantity))
		}
	}
	return sum
}

// LineTotal is one line's part of the totals.
type LineTotal struct {
	VariantID string
	Total     Amount // unit price × quantity
	Discount  Amount // the line's share
	Net       Amount // Total − Discount, without the tax that it contains
	Tax       Amount // added to the line, or contained in it
	TaxRate   Amount // percent
}

// Totals is what a basket costs, exactly: Total = Goods − Discount + Delivery + Tax. All amounts are in the shop's currency and
// none is negative.
type Totals struct {
	Lines         []LineTotal // in the basket's order
	Goods         Amount      // the lines together, before the discount
	Discount      Amount
	Delivery      Amount
	Tax           Amount // what is added; 0 where prices include the tax
	Total         Amount
	TaxIncluded   bool
	ContainedTax  Amount // what prices contain, delivery's too; 0 where tax is added
	DeliveryTax   Amount // delivery's part of Tax or of ContainedTax
	TaxName       string
	TaxRate       Amount // percent
	Shipped       bool   // something is delivered
	Weight        Amount // of what is delivered, kg
	FreeDelivery  bool   // by a coupon
	CouponCode    string // of the coupon that counts
	CouponProblem CouponProblem
}

// Price computes what a basket costs. It is exact, and does not depend on the order of the lines:
//
//   - a coupon's percentage is taken of all lines that it is for together, rounded half up to the currency's digits, and the discount is
//     spread over these lines by largest remainder, so that the shares add up to it;
//   - the delivery goes by the weight of what is shipped or by what the goods cost after the discount, which "free above" means too;
//   - tax is rounded half up per line after its discount, and once for the delivery; it is the sum of these.
//
// Prices that have more digits than the currency are kept: then everything is computed with theirs. A coupon that does not count takes
// nothing off and is named in CouponProblem; so is one that would leave nothing to pay, because an order of nothing cannot be placed at the
// platform. The error is ErrBasket.
func Price(b Basket) (Totals, error) {
	if err := b.check(); err != nil {
		return Totals{}, err
	}
	t, err := b.price()
	if err == nil && t.Total.IsZero() && t.Discount.IsPositive() {
		b.Coupon = nil
		t, err = b.price()
		t.CouponProblem = CouponNothingLeft
	}
	return t, err
}

func (b Basket) price() (Totals, error) {
	digits := b.digits()
	t := Totals{Lines: make([]LineTotal, len(b.Lines)), Shipped: b.Shipped(), Weight: b.Weight()}
	for i, l := range b.Lines {
		t.Lines[i] = LineTotal{VariantID: l.VariantID, Total: l.UnitPrice.Times(l.Quantity)}
		t.Goods = t.Goods.Add(t.Lines[i].Total)
	}
	t.discount(b, digits)
	if t.Shipped && b.Method != nil && !t.FreeDelivery {
		t.Delivery = b.Method.Price(t.Weight, t.Goods.Sub(t.Discount))
	}
	t.tax(b.Zone, digits)
	t.Total = t.Goods.Sub(t.Discount).Add(t.Delivery).Add(t.Tax)
	for _, a := range []Amount{t.Goods, t.Total, t.ContainedTax, t.Weight} {
		if _, err := a.Value(); err != nil {
			return Totals{}, fmt.Errorf("%w: %w", ErrBasket, err)
		}
	}
	return t, nil
}

func (b Basket) check() error {
	if b.Currency.Digits < 0 || b.Currency.Digits > MaxFractionDigits {
		return fmt.Errorf("%w: a currency of %d digits", ErrBasket, b.Currency.Digits)
	}
	for i, l := range b.Lines {
		if l.Quantity < 1 || l.Quantity > MaxQuantity || l.UnitPrice.IsNegative() || l.Weight.IsNegative() {
			return fmt.Errorf("%w: line %d", ErrBasket, i+1)
		}
	}
	if c := b.Coupon; c != nil && (c.Value.IsNegative() || c.Minimum.IsNegative()) {
		return fmt.Errorf("%w: the coupon", ErrBasket)
	}
	if z := b.Zone; z != nil && z.TaxRate.IsNegative() {
		return fmt.Errorf("%w: the tax", ErrBasket)
	}
	if m := b.Method; m != nil && slices.ContainsFunc(m.Steps, func(s Step) bool { return s.Price.IsNegative() }) {
		return fmt.Errorf("%w: the delivery", ErrBasket)
	}
	return nil
}

// digits returns the fraction digits that everything is computed with.
func (b Basket) digits() int {
	digits := b.Currency.Digits
	for _, l := range b.Lines {
		digits = max(digits, l.UnitPrice.Digits())
	}
	if b.Coupon != nil && b.Coupon.Kind == CouponFixed {
		digits = max(digits, b.Coupon.Value.Digits())
	}
	if b.Method != nil {
		for _, s := range b.Method.Steps {
			digits = max(digits, s.Price.Digits())
		}
	}
	return digits
}

// discount lets the coupon count, if it does.
func (t *Totals) discount(b Basket, digits int) {
	if b.Coupon == nil {
		return
	}
	var covered []int
	var sum Amount
	for i, l := range b.Lines {
		if b.Coupon.covers(l) {
			covered = append(covered, i)
			sum = sum.Add(t.Lines[i].Total)
		}
	}
	if t.CouponProblem = b.Coupon.problem(b, sum, len(covered) > 0); t.CouponProblem != "" {
		return
	}
	t.CouponCode = b.Coupon.Code
	t.FreeDelivery = b.Coupon.Kind == CouponFreeDelivery
	t.Discount = b.Coupon.off(sum, digits)
	t.spread(covered, sum, digits)
}

// spread gives every covered line its share of the discount, by largest remainder; of equal remainders the line with the smaller variant
// id, so that the order of the lines does not matter.
func (t *Totals) spread(covered []int, sum Amount, digits int) {
	if t.Discount.IsZero() {
		return
	}
	type remainder struct {
		line int
		rest Amount
	}
	rests := make([]remainder, 0, len(covered))
	left := t.Discount
	for _, i := range covered {
		line := &t.Lines[i]
		exact := t.Discount.Mul(line.Total)
		line.Discount = exact.DivDown(sum, digits)
		left = left.Sub(line.Discount)
		rests = append(rests, remainder{i, exact.Sub(line.Discount.Mul(sum))})
	}
	slices.SortFunc(rests, func(a, b remainder) int {
		la, lb := t.Lines[a.line], t.Lines[b.line]
		return cmp.Or(b.rest.Cmp(a.rest), cmp.Compare(la.VariantID, lb.VariantID), lb.Total.Cmp(la.Total))
	})
	unit := AmountUnit(digits)
	for _, r := range rests {
		if !left.IsPositive() {
			break
		}
		t.Lines[r.line].Discount = t.Lines[r.line].Discount.Add(unit)
		left = left.Sub(unit)
	}
}

// tax rounds the zone's tax per line and for the delivery.
func (t *Totals) tax(z *Zone, digits int) {
	taxed := z != nil && z.TaxMode != TaxNone && z.TaxMode != "" // a rate of 0 % is one, and has its line
	if taxed {
		t.TaxIncluded, t.TaxName, t.TaxRate = z.TaxMode == TaxIncluded, z.TaxName, z.TaxRate
	}
	of := func(a Amount) Amount {
		switch {
		case !taxed:
			return Amount{}
		case t.TaxIncluded:
			return a.Mul(z.TaxRate).DivHalfUp(AmountFromInt(100).Add(z.TaxRate), digits)
		default:
			return a.Percent(z.TaxRate, digits)
		}
	}
	var sum Amount
	for i := range t.Lines {
		line := &t.Lines[i]
		pay := line.Total.Sub(line.Discount)
		line.Tax, line.TaxRate, line.Net = of(pay), t.TaxRate, pay
		if t.TaxIncluded {
			line.Net = pay.Sub(line.Tax)
		}
		sum = sum.Add(line.Tax)
	}
	if taxed && z.TaxDelivery {
		t.DeliveryTax = of(t.Delivery)
		sum = sum.Add(t.DeliveryTax)
	}
	if t.TaxIncluded {
		t.ContainedTax = sum
	} else {
		t.Tax = sum
	}
}
