package models_test

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
)

var pricingNow = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// drawAmount draws a number of so many whole and fraction digits at most.
func drawAmount(t *rapid.T, whole, digits int, label string) models.Amount {
	text := strconv.Itoa(rapid.IntRange(0, pow10(whole)-1).Draw(t, label))
	if digits > 0 {
		text += "." + rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), digits, digits, -1).Draw(t, label+" digits")
	}
	return models.MustAmount(text)
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func drawBasket(t *rapid.T) models.Basket {
	digits := rapid.IntRange(0, 18).Draw(t, "digits")
	b := models.Basket{Currency: models.Currency{Code: "XXX", Digits: digits}, Now: pricingNow}
	categories := []string{"a", "b", "c"}
	for i := range rapid.IntRange(1, 12).Draw(t, "lines") {
		b.Lines = append(b.Lines, models.BasketLine{
			VariantID: strconv.Itoa(i), UnitPrice: drawAmount(t, 6, digits, "price"),
			Quantity: rapid.IntRange(1, models.MaxQuantity).Draw(t, "quantity"),
			Weight:   drawAmount(t, 2, 3, "weight"), Virtual: rapid.Bool().Draw(t, "virtual"),
			CategoryIDs: rapid.SliceOfNDistinct(rapid.SampledFrom(categories), 0, 2, rapid.ID[string]).Draw(t, "categories"),
		})
	}
	if rapid.Bool().Draw(t, "coupon") {
		c := models.Coupon{Code: "SPRING", Kind: rapid.SampledFrom(models.CouponKinds()).Draw(t, "kind"), Enabled: true}
		switch c.Kind {
		case models.CouponPercent:
			c.Value = drawAmount(t, 2, 4, "percent").Add(models.AmountUnit(4))
		case models.CouponFixed:
			c.Value = drawAmount(t, 7, digits, "off")
		case models.CouponFreeDelivery:
		}
		if rapid.Bool().Draw(t, "some categories") {
			c.CategoryIDs = []string{"a"}
		}
		if rapid.Bool().Draw(t, "minimum") {
			c.Minimum = drawAmount(t, 6, digits, "least")
		}
		b.Coupon = &c
	}
	if rapid.Bool().Draw(t, "zone") {
		b.Zone = &models.Zone{
			TaxMode: rapid.SampledFrom(models.TaxModes()).Draw(t, "mode"), TaxName: "VAT",
			TaxRate: drawAmount(t, 2, rapid.IntRange(0, 4).Draw(t, "rate digits"), "rate"), TaxDelivery: rapid.Bool().Draw(t, "tax delivery"),
		}
		b.Method = drawMethod(t, digits)
	}
	return b
}

func drawMethod(t *rapid.T, digits int) *models.DeliveryMethod {
	m := models.DeliveryMethod{Kind: rapid.SampledFrom(models.DeliveryKinds()).Draw(t, "method"), Enabled: true}
	var from models.Amount
	for range rapid.IntRange(1, 4).Draw(t, "steps") {
		m.Steps = append(m.Steps, models.Step{From: from, Price: drawAmount(t, 3, digits, "step")})
		from = from.Add(drawAmount(t, 4, 0, "from")).Add(models.AmountFromInt(1))
	}
	if m.Kind == models.DeliveryFlat {
		m.Steps = m.Steps[:1]
	}
	if rapid.Bool().Draw(t, "free above") {
		m.FreeFrom = drawAmount(t, 8, digits, "free from")
	}
	return &m
}

func rat(t require.TestingT, a models.Amount) *big.Rat {
	r, ok := new(big.Rat).SetString(a.String())
	require.True(t, ok)
	return r
}

// roundHalfUp rounds a positive fraction by whole numbers alone.
func roundHalfUp(r *big.Rat, digits int) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	twice := new(big.Int).Mul(new(big.Int).Mul(r.Num(), unit), big.NewInt(2))
	twice.Add(twice, r.Denom())
	return new(big.Rat).SetFrac(twice.Div(twice, new(big.Int).Mul(r.Denom(), big.NewInt(2))), unit)
}

func TestPrice_TotalIsWhatIsShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBasket(t)
		got, err := models.Price(b)
		require.NoError(t, err)
		digits := b.Currency.Digits
		var lines, shares, taxes, perLine models.Amount
		for _, l := range got.Lines {
			lines, shares, taxes = lines.Add(l.Total), shares.Add(l.Discount), taxes.Add(l.Tax)
			perLine = perLine.Add(l.Net)
			assert.LessOrEqual(t, l.Discount.Cmp(l.Total), 0, "a line's share is more than the line")
			for _, a := range []models.Amount{l.Total, l.Discount, l.Net, l.Tax} {
				assert.False(t, a.IsNegative())
				assert.LessOrEqual(t, a.Digits(), digits)
			}
			if !got.TaxIncluded {
				assert.Equal(t, l.Total.Sub(l.Discount).String(), l.Net.String())
				perLine = perLine.Add(l.Tax)
			} else {
				assert.Equal(t, l.Total.Sub(l.Discount).Sub(l.Tax).String(), l.Net.String())
				perLine = perLine.Add(l.Tax)
			}
		}
		assert.False(t, got.Total.IsZero() && got.Discount.IsPositive(), "a coupon that leaves nothing to pay")
		assert.True(t, got.Goods.Equal(lines), "goods are the lines")
		assert.True(t, got.Discount.Equal(shares), "the lines' shares are the discount")
		assert.True(t, got.Total.Equal(got.Goods.Sub(got.Discount).Add(got.Delivery).Add(got.Tax)))
		for _, a := range []models.Amount{got.Goods, got.Discount, got.Delivery, got.Tax, got.ContainedTax, got.DeliveryTax, got.Total} {
			assert.False(t, a.IsNegative())
			assert.LessOrEqual(t, a.Digits(), digits)
		}
		// The other way round: line by line, then the delivery.
		other := perLine.Add(got.Delivery)
		if got.TaxIncluded {
			assert.True(t, got.Tax.IsZero())
			assert.True(t, got.ContainedTax.Equal(taxes.Add(got.DeliveryTax)))
		} else {
			other = other.Add(got.DeliveryTax)
			assert.True(t, got.ContainedTax.IsZero())
			assert.True(t, got.Tax.Equal(taxes.Add(got.DeliveryTax)))
		}
		assert.True(t, got.Total.Equal(other), "per line %s, together %s", other, got.Total)
		// What people read adds up too.
		shown := new(big.Rat)
		for _, l := range got.Lines {
			shown.Add(shown, rat(t, models.MustAmount(l.Total.Fixed(digits))))
		}
		shown.Sub(shown, rat(t, models.MustAmount(got.Discount.Fixed(digits))))
		shown.Add(shown, rat(t, models.MustAmount(got.Delivery.Fixed(digits))))
		shown.Add(shown, rat(t, models.MustAmount(got.Tax.Fixed(digits))))
		assert.Zero(t, shown.Cmp(rat(t, models.MustAmount(got.Total.Fixed(digits)))), "the page's rows do not add up")
	})
}

func TestPrice_DoesNotDependOnTheOrderOfLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBasket(t)
		want, err := models.Price(b)
		require.NoError(t, err)
		b.Lines = rapid.Permutation(b.Lines).Draw(t, "order")
		got, err := models.Price(b)
		require.NoError(t, err)
		byVariant := func(a, b models.LineTotal) int { return strings.Compare(a.VariantID, b.VariantID) }
		slices.SortFunc(want.Lines, byVariant)
		slices.SortFunc(got.Lines, byVariant)
		assert.Equal(t, textOf(want), textOf(got))
	})
}

// textOf writes totals for a comparison by value.
func textOf(t models.Totals) string {
	var b strings.Builder
	for _, l := range t.Lines {
		b.WriteString(strings.Join([]string{l.VariantID, l.Total.String(), l.Discount.String(), l.Net.String(), l.Tax.String()}, " ") + "\n")
	}
	for _, a := range []models.Amount{t.Goods, t.Discount, t.Delivery, t.Tax, t.Total, t.ContainedTax, t.DeliveryTax} {
		b.WriteString(a.String() + " ")
	}
	return b.String() + t.CouponCode + string(t.CouponProblem)
}

func TestPrice_DiscountAndTaxAgainstFractions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBasket(t)
		got, err := models.Price(b)
		require.NoError(t, err)
		digits := b.Currency.Digits
		if c := b.Coupon; c != nil && c.Kind == models.CouponPercent && got.CouponProblem == "" {
			covered := new(big.Rat)
			for i, l := range b.Lines {
				if len(c.CategoryIDs) == 0 || slices.Contains(l.CategoryIDs, "a") {
					covered.Add(covered, rat(t, got.Lines[i].Total))
				} else {
					assert.True(t, got.Lines[i].Discount.IsZero(), "a line that the coupon is not for")
				}
			}
			want := roundHalfUp(new(big.Rat).Quo(new(big.Rat).Mul(covered, rat(t, c.Value)), big.NewRat(100, 1)), digits)
			if want.Cmp(covered) > 0 {
				want = covered
			}
			assert.Zero(t, want.Cmp(rat(t, got.Discount)))
			for i, l := range got.Lines { // each share is its exact part, rounded down or up
				if l.Discount.IsZero() || covered.Sign() == 0 {
					continue
				}
				exact := new(big.Rat).Quo(new(big.Rat).Mul(rat(t, got.Discount), rat(t, got.Lines[i].Total)), covered)
				away := new(big.Rat).Abs(new(big.Rat).Sub(exact, rat(t, l.Discount)))
				assert.Negative(t, away.Cmp(rat(t, models.AmountUnit(digits))))
			}
		}
		if z := b.Zone; z != nil && z.TaxMode != models.TaxNone {
			for _, l := range got.Lines {
				base := new(big.Rat).Mul(rat(t, l.Total.Sub(l.Discount)), rat(t, z.TaxRate))
				by := big.NewRat(100, 1)
				if z.TaxMode == models.TaxIncluded {
					by.Add(by, rat(t, z.TaxRate))
				}
				assert.Zero(t, roundHalfUp(base.Quo(base, by), digits).Cmp(rat(t, l.Tax)))
			}
		}
	})
}

func TestDivUp_RoundsForTheShopByLessThanAUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		precision := rapid.IntRange(0, 18).Draw(t, "precision")
		total := drawAmount(t, 8, rapid.IntRange(0, 18).Draw(t, "digits"), "total").Add(models.AmountUnit(18))
		rate := drawAmount(t, 5, rapid.IntRange(0, 18).Draw(t, "rate digits"), "rate").Add(models.AmountUnit(8))
		amount := total.DivUp(rate, precision)
		assert.LessOrEqual(t, amount.Digits(), precision)
		worth := new(big.Rat).Mul(rat(t, amount), rat(t, rate))
		assert.GreaterOrEqual(t, worth.Cmp(rat(t, total)), 0, "the shop loses")
		less := new(big.Rat).Mul(new(big.Rat).Sub(rat(t, amount), rat(t, models.AmountUnit(precision))), rat(t, rate))
		assert.Negative(t, less.Cmp(rat(t, total)), "the shopper pays a unit too much")
	})
}

func basket(coupon *models.Coupon, zone *models.Zone, method *models.DeliveryMethod, lines ...models.BasketLine) models.Basket {
	return models.Basket{
		Currency: models.Currency{Code: "EUR", Digits: 2}, Lines: lines, Coupon: coupon, Zone: zone, Method: method, Now: pricingNow,
	}
}

func line(id, price string, quantity int) models.BasketLine {
	return models.BasketLine{VariantID: id, UnitPrice: models.MustAmount(price), Quantity: quantity, Weight: models.MustAmount("0.4")}
}

func TestPrice_WorkedExamples(t *testing.T) {
	t.Parallel()
	ten := &models.Coupon{Code: "TEN", Kind: models.CouponPercent, Value: models.MustAmount("10"), Enabled: true}
	five := &models.Coupon{Code: "FIVE", Kind: models.CouponFixed, Value: models.MustAmount("5"), Enabled: true}
	free := &models.Coupon{Code: "FREE", Kind: models.CouponFreeDelivery, Enabled: true}
	added := &models.Zone{TaxMode: models.TaxAdded, TaxName: "Sales tax", TaxRate: models.MustAmount("8.25"), TaxDelivery: true}
	contained := &models.Zone{TaxMode: models.TaxIncluded, TaxName: "VAT", TaxRate: models.MustAmount("19"), TaxDelivery: true}
	parcel := &models.DeliveryMethod{Kind: models.DeliveryWeight, Enabled: true, FreeFrom: models.MustAmount("100"), Steps: models.Steps{
		{Price: models.MustAmount("4.90")}, {From: models.MustAmount("2"), Price: models.MustAmount("7.50")},
	}}
	for name, c := range map[string]struct {
		in                                               models.Basket
		goods, discount, delivery, tax, contained, total string
	}{
		"nothing but goods":     {basket(nil, nil, nil, line("a", "3.33", 3)), "9.99", "0", "0", "0", "0", "9.99"},
		"added after discount":  {basket(ten, added, parcel, line("a", "10.05", 1), line("b", "20", 1)), "30.05", "3.01", "4.9", "2.64", "0", "34.58"},
		"contained":             {basket(nil, contained, parcel, line("a", "11.90", 2)), "23.8", "0", "4.9", "0", "4.58", "28.7"},
		"more than the goods":   {basket(five, nil, parcel, line("a", "3.20", 1)), "3.2", "3.2", "4.9", "0", "0", "4.9"},
		"nothing left":          {basket(five, added, nil, line("a", "3.20", 1)), "3.2", "0", "0", "0.26", "0", "3.46"},
		"heavy":                 {basket(nil, nil, parcel, line("a", "1", 5)), "5", "0", "7.5", "0", "0", "12.5"},
		"just not heavy":        {basket(nil, nil, parcel, line("a", "1", 4)), "4", "0", "4.9", "0", "0", "8.9"},
		"free above":            {basket(nil, nil, parcel, line("a", "50", 2)), "100", "0", "0", "0", "0", "100"},
		"discount goes first":   {basket(five, nil, parcel, line("a", "50", 2)), "100", "5", "4.9", "0", "0", "99.9"},
		"free by coupon":        {basket(free, added, parcel, line("a", "10", 1)), "10", "0", "0", "0.83", "0", "10.83"},
		"virtual is not posted": {basket(nil, nil, parcel, models.BasketLine{VariantID: "v", UnitPrice: models.MustAmount("9"), Quantity: 1, Virtual: true}), "9", "0", "0", "0", "0", "9"},
	} {
		got, err := models.Price(c.in)
		require.NoError(t, err, name)
		assert.Equal(t, []string{c.goods, c.discount, c.delivery, c.tax, c.contained, c.total}, []string{
			got.Goods.String(), got.Discount.String(), got.Delivery.String(), got.Tax.String(), got.ContainedTax.String(), got.Total.String(),
		}, name)
	}
	all, err := models.Price(basket(five, nil, nil, line("a", "5", 1)))
	require.NoError(t, err)
	assert.Equal(t, []string{string(models.CouponNothingLeft), "", "5"}, []string{string(all.CouponProblem), all.CouponCode, all.Total.String()})
	thirds, err := models.Price(basket(&models.Coupon{Code: "ONE", Kind: models.CouponFixed, Value: models.MustAmount("1"), Enabled: true}, nil, nil,
		line("c", "5", 1), line("a", "5", 1), line("b", "5", 1)))
	require.NoError(t, err)
	assert.Equal(t, []string{"0.33", "0.34", "0.33"},
		[]string{thirds.Lines[0].Discount.String(), thirds.Lines[1].Discount.String(), thirds.Lines[2].Discount.String()})
}

func TestPrice_CouponsThatDoNotCount(t *testing.T) {
	t.Parallel()
	good := func(change func(*models.Coupon)) *models.Coupon {
		c := models.Coupon{Code: "X", Kind: models.CouponPercent, Value: models.MustAmount("10"), Enabled: true, MaxUses: 3, MaxPerShopper: 2}
		change(&c)
		return &c
	}
	for want, coupon := range map[models.CouponProblem]*models.Coupon{
		"":                    good(func(c *models.Coupon) { c.StartsAt, c.EndsAt = pricingNow, pricingNow.Add(time.Millisecond) }),
		models.CouponUnknown:  good(func(c *models.Coupon) { c.Enabled = false }),
		models.CouponEarly:    good(func(c *models.Coupon) { c.StartsAt = pricingNow.Add(time.Millisecond) }),
		models.CouponOver:     good(func(c *models.Coupon) { c.EndsAt = pricingNow }),
		models.CouponUsedUp:   good(func(c *models.Coupon) { c.Uses = 3 }),
		models.CouponUsedByMe: good(func(c *models.Coupon) { c.MaxPerShopper = 1 }),
		models.CouponNoLine:   good(func(c *models.Coupon) { c.CategoryIDs = []string{"other"} }),
		models.CouponMinimum:  good(func(c *models.Coupon) { c.Minimum = models.MustAmount("10.01") }),
		models.CouponNoParcel: good(func(c *models.Coupon) { c.Kind, c.Value = models.CouponFreeDelivery, models.Amount{} }),
	} {
		b := basket(coupon, nil, nil, models.BasketLine{VariantID: "a", UnitPrice: models.MustAmount("10"), Quantity: 1, Virtual: true})
		b.ShopperUses = 1
		got, err := models.Price(b)
		require.NoError(t, err)
		assert.Equal(t, want, got.CouponProblem)
		assert.Equal(t, want == "", got.CouponCode == "X")
		assert.Equal(t, want == "", got.Discount.IsPositive(), want)
	}
}

func TestPrice_TheDearestThingsOfAFullBasketHaveATotal(t *testing.T) {
	t.Parallel()
	most := models.AmountFromInt(models.MaxNumber)
	lines := make([]models.BasketLine, 200)
	for i := range lines {
		lines[i] = models.BasketLine{VariantID: strconv.Itoa(i), UnitPrice: most, Weight: most, Quantity: models.MaxQuantity}
	}
	zone := &models.Zone{TaxMode: models.TaxAdded, TaxRate: models.AmountFromInt(100)}
	totals, err := models.Price(basket(nil, zone, &models.DeliveryMethod{Steps: models.Steps{{Price: most}}}, lines...))
	require.NoError(t, err)
	assert.True(t, totals.Total.IsPositive())
}

func TestPrice_RefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	negative := models.Amount{}.Sub(models.MustAmount("1"))
	for name, b := range map[string]models.Basket{
		"no pieces":         basket(nil, nil, nil, line("a", "1", 0)),
		"too many pieces":   basket(nil, nil, nil, line("a", "1", models.MaxQuantity+1)),
		"negative price":    basket(nil, nil, nil, models.BasketLine{UnitPrice: negative, Quantity: 1}),
		"negative weight":   basket(nil, nil, nil, models.BasketLine{Weight: negative, Quantity: 1}),
		"too large":         basket(nil, nil, nil, line("a", "999999999999999999", 2)),
		"negative coupon":   basket(&models.Coupon{Value: negative}, nil, nil, line("a", "1", 1)),
		"negative tax":      basket(nil, &models.Zone{TaxRate: negative}, nil, line("a", "1", 1)),
		"negative delivery": basket(nil, nil, &models.DeliveryMethod{Steps: models.Steps{{Price: negative}}}, line("a", "1", 1)),
		"too many digits":   {Currency: models.Currency{Digits: 19}},
	} {
		_, err := models.Price(b)
		require.ErrorIs(t, err, models.ErrBasket, name)
	}
}
