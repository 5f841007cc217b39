package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
)

func TestJumps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b, percent string
		want          bool
	}{
		{"100", "150", "50", false},
		{"100", "150.01", "50", true},
		{"150", "100", "50", false},
		{"150.01", "100", "50", true},
		{"97250", "98000", "10", false},
		{"1", "1000000", "10", true},
		{"1000000", "1", "1000", true},
		{"0", "0", "50", false},
		{"0", "0.01", "1000", true},
		{"0.01", "0", "1000", true},
	} {
		assert.Equal(t, c.want, models.Jumps(models.MustAmount(c.a), models.MustAmount(c.b), models.MustAmount(c.percent)), "%+v", c)
	}
}

func TestJumps_IsTheSameUpAndDown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawAmount(t, 6, 4, "a"), drawAmount(t, 6, 4, "b")
		percent := models.AmountFromInt(int64(rapid.IntRange(1, 1000).Draw(t, "percent")))
		assert.Equal(t, models.Jumps(a, b, percent), models.Jumps(b, a, percent))
		assert.False(t, models.Jumps(a, a, percent))
	})
}

func TestMoveOf_ComparesWhatAnOrderCosts(t *testing.T) {
	t.Parallel()
	ten := models.AmountFromInt(10)
	coin := func(rate, spread string) models.Coin {
		return models.Coin{Symbol: "BTC", Precision: 8, Rate: models.MustAmount(rate), Spread: models.MustAmount(spread), Enabled: true}
	}
	move := models.MoveOf(coin("50000", "0"), coin("100000", "0"), ten)
	assert.True(t, move.Jumps())
	assert.Equal(t, []string{"0.002", "0.001"}, []string{move.CostBefore.String(), move.CostAfter.String()})
	assert.False(t, models.MoveOf(coin("50000", "0"), coin("54000", "0"), ten).Jumps())
	assert.True(t, models.MoveOf(coin("50000", "20"), coin("50000", "0"), ten).Jumps(), "the spread is a part of the price")
	assert.False(t, models.MoveOf(coin("50000", "0"), coin("60000", "20"), ten).Jumps(), "both together")
	assert.False(t, models.MoveOf(models.Coin{}, coin("50000", "0"), ten).Jumps(), "a new coin has nothing to be compared with")
	move = models.MoveOf(models.Coin{}, coin("50000", "0"), ten)
	move.CompareLive("ticker", models.Amount{}, ten)
	assert.False(t, move.Jumps(), "a source without an answer says nothing")
	move.CompareLive("ticker", models.MustAmount("60000"), ten)
	assert.True(t, move.Jumps())
	assert.NotEqual(t, models.MoveOf(coin("1", "0"), coin("9", "0"), ten).Digest(), models.MoveOf(coin("1", "0"), coin("8", "0"), ten).Digest())
}

func TestPriceMoves(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	amount := models.MustAmount
	stored := models.Product{Title: "Mug", Variants: []models.Variant{{ID: "v1", SKU: "MUG", Price: amount("20")}}}
	with := func(change func(v *models.Variant)) models.Product {
		p := stored
		p.Variants = []models.Variant{stored.Variants[0]}
		change(&p.Variants[0])
		return p
	}
	for name, c := range map[string]struct {
		was  models.Product
		p    models.Product
		want []models.PriceMoveKind
		sets bool
	}{
		"nothing":         {stored, stored, nil, false},
		"a word":          {stored, with(func(v *models.Variant) { v.Title = "Big" }), nil, false},
		"a little":        {stored, with(func(v *models.Variant) { v.Price = amount("25") }), nil, true},
		"down":            {stored, with(func(v *models.Variant) { v.Price = amount("2") }), []models.PriceMoveKind{models.PriceMoved}, true},
		"up":              {stored, with(func(v *models.Variant) { v.Price = amount("200") }), []models.PriceMoveKind{models.PriceMoved}, true},
		"nothing to pay":  {stored, with(func(v *models.Variant) { v.Price = amount("0") }), []models.PriceMoveKind{models.PriceZero}, true},
		"a usual sale":    {stored, with(func(v *models.Variant) { v.SalePrice = amount("14") }), nil, true},
		"a sale":          {stored, with(func(v *models.Variant) { v.SalePrice = amount("1") }), []models.PriceMoveKind{models.SaleMoved}, true},
		"made again":      {stored, with(func(v *models.Variant) { v.ID, v.Price = "", amount("2") }), []models.PriceMoveKind{models.PriceMoved}, true},
		"weight":          {stored, with(func(v *models.Variant) { v.Weight = amount("0.1") }), nil, true},
		"no delivery":     {stored, with(func(v *models.Variant) { v.Virtual = true }), nil, true},
		"another variant": {stored, with(func(v *models.Variant) { v.ID, v.SKU = "", "OTHER" }), nil, true},
		"a new product":   {models.Product{}, stored, nil, true},
		"a new free one":  {models.Product{}, with(func(v *models.Variant) { v.Price = amount("0") }), []models.PriceMoveKind{models.PriceZero}, true},
		"an old sale begins again": {
			with(func(v *models.Variant) { v.SalePrice, v.SaleUntil = amount("1"), now.AddDate(-1, 0, 0) }),
			with(func(v *models.Variant) { v.SalePrice, v.SaleUntil = amount("1"), now.AddDate(1, 0, 0) }),
			[]models.PriceMoveKind{models.SaleMoved},
			true,
		},
		"still free": {
			with(func(v *models.Variant) { v.Price = amount("0") }), with(func(v *models.Variant) { v.Price, v.Title = amount("0"), "Sample" }), nil, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moves := models.PriceMoves(c.was, c.p, amount("50"), now)
			var kinds []models.PriceMoveKind
			for _, m := range moves {
				kinds = append(kinds, m.Kind)
			}
			assert.Equal(t, c.want, kinds)
			assert.Equal(t, c.sets, models.SetsPrice(c.was, c.p))
			assert.Equal(t, len(moves) == 0, models.PriceMovesDigest(moves) == "")
		})
	}
}

func TestCouponProblem_AnswersAlikeForWhoeverGuesses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	good := models.Coupon{Code: "A", Kind: models.CouponFreeDelivery, Enabled: true}
	for name, change := range map[string]func(*models.Coupon){
		"off":     func(c *models.Coupon) { c.Enabled = false },
		"early":   func(c *models.Coupon) { c.StartsAt = now.Add(time.Hour) },
		"over":    func(c *models.Coupon) { c.EndsAt = now },
		"used up": func(c *models.Coupon) { c.MaxUses, c.Uses = 2, 2 },
	} {
		c := good
		change(&c)
		assert.False(t, c.Usable(now), name)
		totals, err := models.Price(models.Basket{Currency: models.Currency{Code: "USD", Digits: 2}, Coupon: &c, Now: now})
		assert.NoError(t, err)
		assert.True(t, totals.CouponProblem.Alike(), name)
	}
	assert.True(t, good.Usable(now))
	for _, p := range []models.CouponProblem{models.CouponMinimum, models.CouponNoLine, models.CouponNoParcel, models.CouponUsedByMe, models.CouponNothingLeft, ""} {
		assert.False(t, p.Alike(), p)
	}
}
