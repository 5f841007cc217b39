package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
)

func said(rate string, at time.Time) models.Reading {
	return models.Reading{Rate: models.MustAmount(rate), At: at}
}

func TestJudge_Table(t *testing.T) {
	t.Parallel()
	now := noon.Add(time.Minute)
	silent := models.Reading{At: now, Problem: models.FetchTimeout}
	other := func(r models.Reading) *models.Reading { return &r }
	jumped := func(c *models.Coin) {
		c.Problem, c.ProblemSince, c.Pending, c.PendingAt = models.RateJumped, noon, models.MustAmount("120000"), noon
	}
	for name, c := range map[string]struct {
		coin    models.Coin
		first   models.Reading
		second  *models.Reading
		rate    string
		problem models.RateProblem
		fetch   models.FetchProblem
		pending string
	}{
		"a new rate":                      {btc(), said("98000", now), nil, "98000", "", "", "0"},
		"the first rate of all":           {btc(func(c *models.Coin) { c.Rate = models.Amount{} }), said("98000", now), nil, "98000", "", "", "0"},
		"just within the jump":            {btc(), said("106975", now), nil, "106975", "", "", "0"},
		"a jump up":                       {btc(), said("106975.000000000000000001", now), nil, "97250", models.RateJumped, "", "106975.000000000000000001"},
		"a jump down":                     {btc(), said("87524.9", now), nil, "97250", models.RateJumped, "", "87524.9"},
		"no limit of jumps":               {btc(func(c *models.Coin) { c.MaxJump = models.Amount{} }), said("1", now), nil, "1", "", "", "0"},
		"no answer":                       {btc(), silent, nil, "97250", "", models.FetchTimeout, "0"},
		"no answer for too long":          {btc(func(c *models.Coin) { c.RateAt = noon.Add(-time.Hour) }), silent, nil, "97250", models.RateStale, models.FetchTimeout, "0"},
		"no answer, never a rate":         {btc(func(c *models.Coin) { c.Rate = models.Amount{} }), silent, nil, "0", models.RateMissing, models.FetchTimeout, "0"},
		"an answer of an hour ago":        {btc(), said("98000", now.Add(-time.Hour)), nil, "97250", "", models.FetchOld, "0"},
		"a price of nothing":              {btc(), models.Reading{At: now}, nil, "97250", "", models.FetchNotPositive, "0"},
		"good again after a jump":         {btc(jumped), said("97300", now), nil, "97300", "", "", "0"},
		"still jumping":                   {btc(jumped), said("121000", now), nil, "97250", models.RateJumped, "", "121000"},
		"jumped, and then no answer":      {btc(jumped), silent, nil, "97250", models.RateJumped, models.FetchTimeout, "120000"},
		"two that agree":                  {btc(), said("98000", now), other(said("98500", now)), "98000", "", "", "0"},
		"two just within the deviation":   {btc(), said("98000", now), other(said("99960", now)), "98000", "", "", "0"},
		"two that do not agree":           {btc(), said("98000", now), other(said("99960.1", now)), "97250", models.RateDeviates, "", "0"},
		"the second one is lower":         {btc(), said("99960.1", now), other(said("98000", now)), "97250", models.RateDeviates, "", "0"},
		"both jump together":              {btc(), said("120000", now), other(said("120001", now)), "97250", models.RateJumped, "", "120000"},
		"the second one is silent":        {btc(), said("98000", now), other(silent), "97250", "", models.FetchUnconfirmed, "0"},
		"the second one is old":           {btc(), said("98000", now), other(said("98000", now.Add(-time.Hour))), "97250", "", models.FetchUnconfirmed, "0"},
		"good again after a disagreement": {btc(func(c *models.Coin) { c.Problem, c.ProblemSince = models.RateDeviates, noon }), said("97260", now), other(said("97000", now)), "97260", "", "", "0"},
	} {
		got := c.coin.Judge("Ticker", c.first, c.second, now)
		assert.Equal(t, c.rate, got.Rate.String(), name)
		assert.Equal(t, c.problem, got.Problem, name)
		assert.Equal(t, c.problem, got.ProblemAt(now), name)
		assert.Equal(t, c.fetch, got.FetchProblem, name)
		assert.Equal(t, c.pending, got.Pending.String(), name)
		assert.Equal(t, now, got.CheckedAt, name)
		assert.Equal(t, c.problem == "", got.ProblemSince.IsZero(), name)
		if c.coin.Problem != "" && c.problem != "" {
			assert.Equal(t, noon, got.ProblemSince, name+": it is the same trouble")
		}
		if c.rate == c.first.Rate.String() && c.rate != "0" {
			assert.Equal(t, c.first.At, got.RateAt, name)
			assert.Equal(t, "Ticker", got.RateSource, name)
		}
	}
}

// Whatever the sources say in turn, a rate that is sold at is never further from the one before than a jump may be, unless a person
// accepted it, and never older than it may be.
func TestJudge_NoRateIsSoldAtThatNobodyVouchesFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, now := btc(), noon
		for range rapid.IntRange(1, 30).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second)
			before := c
			r := models.Reading{
				Rate: models.AmountFromInt(rapid.Int64Range(0, 300_000).Draw(t, "rate")),
				At:   now.Add(-time.Duration(rapid.IntRange(0, 300).Draw(t, "age")) * time.Second),
			}
			if rapid.IntRange(0, 4).Draw(t, "silent") == 0 {
				r.Problem = models.FetchUnreachable
			}
			c = c.Judge("Ticker", r, nil, now)
			if !c.Rate.Equal(before.Rate) && models.Differ(before.Rate, c.Rate, c.MaxJump) {
				t.Fatalf("%s was taken after %s", c.Rate, before.Rate)
			}
			_, err := c.Quote(models.MustAmount("100"), now)
			if err == nil && now.Sub(c.RateAt) > 120*time.Second {
				t.Fatalf("sold at a rate of %s ago", now.Sub(c.RateAt))
			}
			if (err == nil) != (c.ProblemAt(now) == models.RateGood) || c.Problem != c.ProblemAt(now) {
				t.Fatalf("the problem is %q, and the quote says %v", c.Problem, err)
			}
		}
	})
}

func TestAccept_OnlyWhatThePersonHasSeen(t *testing.T) {
	t.Parallel()
	waiting := func(edits ...func(*models.Coin)) models.Coin {
		return btc(append([]func(*models.Coin){func(c *models.Coin) {
			c.Problem, c.ProblemSince, c.Pending, c.PendingAt = models.RateJumped, noon, models.MustAmount("120000"), noon
		}}, edits...)...)
	}
	got, ok := waiting().Accept(models.MustAmount("120000"), "Ticker", noon)
	require.True(t, ok)
	assert.Equal(t, "120000", got.Rate.String())
	assert.Equal(t, "Ticker", got.RateSource)
	assert.Equal(t, models.RateGood, got.ProblemAt(noon))
	assert.True(t, got.Pending.IsZero())
	assert.True(t, got.ProblemSince.IsZero())

	_, ok = waiting().Accept(models.MustAmount("115000"), "Ticker", noon)
	assert.True(t, ok, "it has moved by less than a jump since")
	_, ok = waiting().Accept(models.MustAmount("90000"), "Ticker", noon)
	assert.False(t, ok, "that was another jump")
	_, ok = waiting().Accept(models.Amount{}, "Ticker", noon)
	assert.False(t, ok)
	_, ok = btc().Accept(models.MustAmount("97250"), "Ticker", noon)
	assert.False(t, ok, "nothing waits")
	got, ok = waiting().Accept(models.MustAmount("120000"), "Ticker", noon.Add(time.Hour))
	require.True(t, ok)
	assert.Equal(t, models.RateStale, got.Problem, "accepted, but too old to sell at")
	assert.False(t, got.ProblemSince.IsZero())
}

func TestPace(t *testing.T) {
	t.Parallel()
	for age, want := range map[int]time.Duration{0: 5 * time.Second, 10: 5 * time.Second, 60: 15 * time.Second, 120: 30 * time.Second, 86400: 5 * time.Minute} {
		assert.Equal(t, want, models.Coin{MaxAge: age}.Pace(), age)
	}
}

func TestPriceSource_Address(t *testing.T) {
	t.Parallel()
	ticker := models.ExchangeTicker()
	assert.Equal(t, "https://exchange.example/sapi/v1/ticker?symbol=btcusdt", ticker.Address("https://exchange.example/", "btcusdt"))
	own := models.PriceSource{URL: "https://prices.example/{symbol}/last?of={symbol}"}
	assert.Equal(t, "https://prices.example/BTC%2FUSD/last?of=BTC%2FUSD", own.Address("https://exchange.example", "BTC%2FUSD"))
	inside := models.PriceSource{URL: "https://prices.example/{platform}"}
	assert.Equal(t, inside.URL, inside.Address("https://exchange.example", "x"), "only at the beginning")
}
