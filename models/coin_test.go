package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func btc(edits ...func(*models.Coin)) models.Coin {
	c := models.Coin{
		Symbol: "BTC", Name: "Bitcoin", Precision: 8, Enabled: true, Rate: models.MustAmount("97250"), RateSource: "Exchange ticker", RateAt: noon,
		Source: models.ExchangeSource, SourceSymbol: "btcusdt", MaxAge: 120, MaxJump: models.MustAmount("10"), MaxDeviation: models.MustAmount("2"),
	}
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

// An amount of coin is never worth less than the total with its spread, and exceeds it by less than one unit of its last digit; both
// are checked with exact products, so that no rounding of the check itself can hide an error.
func TestQuote_RoundsInTheShopsFavourByLessThanOneUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := func(name string, most int64, digits int) models.Amount {
			unit := models.AmountFromInt(1)
			for range digits {
				unit = unit.Mul(models.MustAmount("0.1"))
			}
			return models.AmountFromInt(rapid.Int64Range(1, most).Draw(t, name)).Mul(unit)
		}
		total := amount("total", 1_000_000_00, rapid.IntRange(0, 2).Draw(t, "currency"))
		precision := rapid.IntRange(0, 12).Draw(t, "precision")
		coin := models.Coin{
			Symbol: "ABC", Enabled: true, Precision: precision, Dropped: rapid.IntRange(0, precision).Draw(t, "dropped"),
			Rate: amount("rate", 10_000_000_00, rapid.IntRange(0, 9).Draw(t, "rate digits")),
		}
		if rapid.Bool().Draw(t, "with spread") {
			coin.Spread = amount("spread", 9999, 2)
		}
		quote, err := coin.Quote(total, noon)
		if err != nil {
			t.Fatal(err)
		}
		unit := models.AmountFromInt(1)
		for range coin.Digits() {
			unit = unit.Mul(models.MustAmount("0.1"))
		}
		due := total.Mul(models.AmountFromInt(100).Add(coin.Spread)) // hundredfold, as is what is paid
		paid := func(a models.Amount) models.Amount { return a.Mul(coin.Rate).Mul(models.AmountFromInt(100)) }
		if paid(quote.Amount).Cmp(due) < 0 {
			t.Fatalf("%s %s is less than %s with %s %%", quote.Amount, coin.Symbol, total, coin.Spread)
		}
		if paid(quote.Amount.Sub(unit)).Cmp(due) >= 0 {
			t.Fatalf("%s is a whole unit too much for %s with %s %%", quote.Amount, total, coin.Spread)
		}
		if quote.Amount.Digits() > coin.Digits() {
			t.Fatalf("%s has more than %d digits", quote.Amount, coin.Digits())
		}
	})
}

func TestQuote_Table(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total, rate, spread string
		precision, dropped  int
		want                string
	}{
		{"24", "1", "0", 2, 0, "24"},
		{"24", "1", "0.5", 2, 0, "24.12"},
		{"24", "97250", "0", 8, 0, "0.00024679"},
		{"24", "97250", "0", 8, 4, "0.0003"},
		{"24", "97250", "0", 8, 8, "1"},
		{"24", "97250", "0.5", 8, 0, "0.00024803"},
		{"0.01", "97250", "0", 8, 0, "0.00000011"},
		{"10", "3", "0", 0, 0, "4"},
		{"10", "3", "0", 18, 0, "3.333333333333333334"},
		{"100", "100", "0.000000000000000001", 18, 0, "1.000000000000000001"}, // a spread below the last digit rounds it up
		{"0.5", "0.000000000000000001", "0", 0, 0, "500000000000000000"},
	} {
		coin := models.Coin{
			Symbol: "ABC", Enabled: true, Precision: c.precision, Dropped: c.dropped, Rate: models.MustAmount(c.rate), Spread: models.MustAmount(c.spread),
		}
		quote, err := coin.Quote(models.MustAmount(c.total), noon)
		require.NoError(t, err)
		assert.Equal(t, c.want, quote.Amount.String(), "%+v", c)
		assert.Equal(t, c.rate, quote.Rate.String())
	}
}

func TestQuote_Refusals(t *testing.T) {
	t.Parallel()
	ten := models.MustAmount("10")
	for name, c := range map[string]struct {
		change func(*models.Coin)
		want   error
	}{
		"disabled":          {func(c *models.Coin) { c.Enabled = false }, models.ErrQuote},
		"below the minimum": {func(c *models.Coin) { c.MinAmount = models.MustAmount("1") }, models.ErrQuote},
		"without a rate":    {func(c *models.Coin) { c.Rate = models.Amount{} }, models.ErrRate},
		"not the source's":  {func(c *models.Coin) { c.RateSource = models.FixedRate }, models.ErrRate},
		"stale":             {func(c *models.Coin) { c.RateAt = noon.Add(-121 * time.Second) }, models.ErrRate},
		"jumped":            {func(c *models.Coin) { c.Problem = models.RateJumped }, models.ErrRate},
		"deviates":          {func(c *models.Coin) { c.Problem = models.RateDeviates }, models.ErrRate},
	} {
		_, err := btc(c.change).Quote(ten, noon)
		require.ErrorIs(t, err, c.want, name)
	}
	_, err := btc().Quote(models.Amount{}, noon)
	require.ErrorIs(t, err, models.ErrQuote, "nothing costs nothing")
	_, err = btc(func(c *models.Coin) { c.RateAt = noon.Add(-120 * time.Second) }).Quote(ten, noon)
	require.NoError(t, err, "as old as it may be")
	_, err = btc(func(c *models.Coin) { c.Source, c.RateAt = "", noon.AddDate(-1, 0, 0) }).Quote(ten, noon)
	require.NoError(t, err, "a rate that is fixed by hand does not age")
}

func TestQuoteSheet_KeepsWhatWasShown(t *testing.T) {
	t.Parallel()
	total := models.MustAmount("24")
	end, until := noon.Add(10*time.Minute), noon.Add(30*time.Minute)
	fixed := btc(func(c *models.Coin) {
		c.Symbol, c.Source, c.RateSource = "USDT", "", models.FixedRate
		c.Rate = models.MustAmount("1")
	})
	sheet := models.QuoteSheet{ExpiresAt: end, Terms: []models.Terms{btc().Terms(), fixed.Terms()}}
	text, err := json.Marshal(sheet)
	require.NoError(t, err)
	var read models.QuoteSheet
	require.NoError(t, json.Unmarshal(text, &read))

	dearer := btc(func(c *models.Coin) { c.Rate, c.RateAt = models.MustAmount("97000"), noon.Add(9*time.Minute) })
	same := btc(func(c *models.Coin) { c.RateAt = noon.Add(11 * time.Minute) })
	for name, c := range map[string]struct {
		coin models.Coin
		now  time.Time
		want string // "" with err
		ends time.Time
		err  error
	}{
		"kept while it lasts":                  {dearer, end.Add(-time.Millisecond), "0.00024679", end, nil},
		"kept although the rate jumped since":  {btc(func(c *models.Coin) { c.Problem = models.RateJumped }), noon, "0.00024679", end, nil},
		"kept although the rate is stale":      {btc(), end.Add(-time.Second), "0.00024679", end, nil},
		"over, and the rate is another":        {dearer, end, "", end, models.ErrRate},
		"over, and the amount is the same":     {same, end.Add(time.Minute), "0.00024679", until, nil},
		"over, and the rate is stale":          {btc(), end, "", end, models.ErrRate},
		"switched off":                         {btc(func(c *models.Coin) { c.Enabled = false }), noon, "", end, models.ErrQuote},
		"not shown":                            {btc(func(c *models.Coin) { c.Symbol = "ETH" }), noon, "", end, models.ErrRate},
		"fixed by hand, long ago":              {fixed, end.AddDate(0, 1, 0), "24", time.Time{}, nil},
		"fixed by hand, and changed since":     {btc(func(c *models.Coin) { c.Symbol, c.Source, c.Rate = "USDT", "", models.MustAmount("0.99") }), noon, "", end, models.ErrRate},
		"live when shown, fixed by hand since": {btc(func(c *models.Coin) { c.Source, c.Rate = "", models.MustAmount("90000") }), noon, "", end, models.ErrRate},
		"fixed when shown, live since":         {btc(func(c *models.Coin) { c.Symbol, c.Rate = "USDT", models.MustAmount("0.99") }), noon, "", end, models.ErrRate},
	} {
		quote, err := read.Agreed(c.coin, total, c.now, until)
		if c.err != nil {
			require.ErrorIs(t, err, c.err, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, c.want, quote.Amount.String(), name)
		assert.Equal(t, c.ends, quote.ExpiresAt, name)
	}
	_, err = models.QuoteSheet{}.Agreed(btc(), total, noon, until)
	require.ErrorIs(t, err, models.ErrRate, "nothing was shown")
}

func TestQuote_WhatCannotBeStoredIsNotSold(t *testing.T) {
	now := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	dust := models.Coin{Symbol: "DUST", Precision: 6, Rate: models.MustAmount("0.000000000000000001"), RateAt: now, RateSource: models.FixedRate, Enabled: true}
	_, err := dust.Quote(models.AmountFromInt(1), now)
	require.ErrorIs(t, err, models.ErrQuote)
	_, err = dust.Quote(models.MustAmount("0.99"), now)
	require.NoError(t, err)
}
