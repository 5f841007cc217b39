package overview

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
)

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

func TestPreset_CountsDaysOfThePlatformsZone(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	now := day(t, "2026-11-22T17:30:00Z") // the 23rd there
	s, ok := presetSpan("today", now, shanghai)
	require.True(t, ok)
	assert.Equal(t, "2026-11-23", s.from)
	assert.Equal(t, "2026-11-23", s.to)
	assert.Equal(t, day(t, "2026-11-22T16:00:00Z"), s.first)
	assert.Equal(t, day(t, "2026-11-23T16:00:00Z"), s.end)
	s, ok = presetSpan("7d", now, shanghai)
	require.True(t, ok)
	assert.Equal(t, "2026-11-17", s.from)
	_, ok = presetSpan("1y", now, shanghai)
	assert.False(t, ok)

	berlin, err := time.LoadLocation("Europe/Berlin") // the clocks went back on 25 October
	require.NoError(t, err)
	s, _ = presetSpan("30d", day(t, "2026-10-26T12:00:00Z"), berlin)
	assert.Equal(t, "2026-09-27", s.from)
	assert.Equal(t, 30*24*time.Hour+time.Hour, s.end.Sub(s.first))
}

func TestReadSpan_SaysAtEachDayWhatIsWrong(t *testing.T) {
	now := day(t, "2026-11-22T12:00:00Z")
	for _, c := range []struct {
		from, to       string
		wantFrom, want invalid.Problem
		ok             bool
	}{
		{"2026-11-01", "2026-11-22", "", "", true},
		{"2026-11-22", "", "", "", true},
		{"", "2026-11-22", "", "", true},
		{"2025-11-22", "2026-11-22", "", "", true},
		{"2025-11-21", "2026-11-22", "", invalid.Span, false},
		{"2026-11-22", "2026-11-21", "", invalid.Span, false},
		{"2026-11-23", "2026-11-24", invalid.DayFuture, invalid.DayFuture, false},
		{"2026-13-01", "x", invalid.Day, invalid.Day, false},
	} {
		from, to := pages.Field{Value: c.from}, pages.Field{Value: c.to}
		_, ok := readSpan(&from, &to, now, time.UTC)
		assert.Equal(t, c.ok, ok, c)
		assert.Equal(t, c.wantFrom, from.Problem, c)
		assert.Equal(t, c.want, to.Problem, c)
	}
}

func TestCharts_ScaleToTheHighestBar(t *testing.T) {
	usd := models.Currency{Code: "USD", Digits: 2}
	total := func(text string) []models.CoinTotal {
		return []models.CoinTotal{{Symbol: "EUR", Amount: models.MustAmount("9999")}, {Symbol: "USD", Amount: models.MustAmount(text)}}
	}
	var fast models.Histogram
	fast.Add(90*time.Second, 10)
	days := []models.DayFigures{
		{Day: "2026-11-20", Orders: 10, Paid: 5, Revenue: total("1000.50"), Returned: total("2001")},
		{Day: "2026-11-21", Orders: 20, Paid: 20, Revenue: total("2001"), Wait: fast},
		{Day: "2026-11-22"},
	}
	orders := orderChart(days)
	assert.Equal(t, []string{"11-20", "11-21", "11-22"}, orders.Labels)
	assert.Equal(t, []pages.Series{
		{ID: "orders", Bars: []int{500, 1000, 0}, Values: []string{"10", "20", "0"}}, {ID: "paid", Bars: []int{250, 1000, 0}, Values: []string{"5", "20", "0"}},
	}, orders.Series)
	assert.Equal(t, "20", orders.Top)
	revenue := revenueChart(english.Printer, usd, days)
	assert.Equal(t, []int{500, 1000, 0}, revenue.Series[0].Bars)
	assert.Equal(t, []string{"$1,000.50", "$2,001.00", "$0.00"}, revenue.Series[0].Values)
	assert.Equal(t, []int{1000, 0, 0}, revenue.Series[1].Bars, "a refund counts on its own day")
	wait := waitChart(english.Printer, days)
	assert.Equal(t, []int{0, 1000, 0}, wait.Series[0].Bars)
	assert.False(t, wait.Empty)
	var instant models.Histogram
	instant.Add(0, 1)
	at := waitChart(english.Printer, []models.DayFigures{{Day: "2026-11-20", Paid: 1, Wait: instant}})
	assert.Equal(t, []string{english.T("admin.unit.ms", "N", "<1")}, at.Series[0].Values, "paid at once is not unpaid")
	assert.False(t, at.Empty)

	for _, empty := range []pages.Chart{orderChart(nil), revenueChart(english.Printer, usd, nil), waitChart(english.Printer, days[:1])} {
		assert.True(t, empty.Empty, empty.ID)
		for _, s := range empty.Series {
			for _, bar := range s.Bars {
				assert.Zero(t, bar)
			}
		}
	}
	tiny := revenueChart(english.Printer, usd, []models.DayFigures{{Day: "2026-11-20", Revenue: total("0.01")}, {Day: "2026-11-21", Revenue: total("999999999999999999")}})
	assert.Equal(t, []int{1, 1000}, tiny.Series[0].Bars, "something is never drawn as nothing")
}

func TestSetMoney_TellsGrossRefundsAndNet(t *testing.T) {
	usd := models.Currency{Code: "USD", Digits: 2}
	total := func(symbol, amount string, n int) models.CoinTotal {
		return models.CoinTotal{Symbol: symbol, Count: n, Amount: models.MustAmount(amount)}
	}
	var f pages.Figures
	setMoney(&f, english.Printer, usd, moneyOf{
		revenue: []models.CoinTotal{total("USD", "100", 3)}, returned: []models.CoinTotal{total("EUR", "2.5", 1), total("USD", "30.25", 2)},
		coins: []models.CoinTotal{total("BTC", "0.001", 1), total("USDT", "5", 2)}, refunds: []models.CoinTotal{total("USDT", "6", 2)},
	})
	assert.Equal(t, []string{"$100.00", "€2.5 + $30.25", "-€2.5 + $69.75"}, []string{f.Received, f.Returned, f.Revenue})
	assert.Equal(t, []pages.SumFigure{
		{Symbol: "EUR", Received: "€0", Refunds: 1, Returned: "€2.5", Net: "-€2.5"},
		{Symbol: "USD", Payments: 3, Received: "$100.00", Refunds: 2, Returned: "$30.25", Net: "$69.75"},
		{Symbol: "BTC", Coin: true, Payments: 1, Received: "0.001 BTC", Returned: "0 BTC", Net: "0.001 BTC"},
		{Symbol: "USDT", Coin: true, Payments: 2, Received: "5 USDT", Refunds: 2, Returned: "6 USDT", Net: "-1 USDT"},
	}, f.Sums)
	f = pages.Figures{}
	setMoney(&f, english.Printer, usd, moneyOf{})
	assert.Equal(t, pages.Figures{Received: "$0.00", Revenue: "$0.00"}, f)
}

func TestMoney_OfAShopThatChangedItsCurrency(t *testing.T) {
	usd := models.Currency{Code: "USD", Digits: 2}
	assert.Equal(t, "$0.00", money(english.Printer, usd, nil))
	assert.Equal(t, "$5.00 + €7.5", money(english.Printer, usd, []models.CoinTotal{
		{Symbol: "USD", Amount: models.MustAmount("5")}, {Symbol: "EUR", Amount: models.MustAmount("7.5")},
	}))
}

func TestCallbackHealth_WarnsOnlyWherePaidOrdersHadNone(t *testing.T) {
	now := day(t, "2026-11-22T12:00:00Z")
	d := models.Dashboard{
		LastCallback: now.Add(-2 * time.Hour), LagP95: 1200 * time.Millisecond,
		Callbacks: map[string]int{"notify_accepted": 9, "notify_bad_signature": 2, "notify_bad_shape": 0, "checkout_placed": 4},
	}
	health := callbackHealth(english.Printer, d, now)
	assert.False(t, health.Bad)
	assert.Equal(t, []pages.Rejected{{Reason: "bad_signature", Count: 2}}, health.Rejected)
	d.Uncalled = 1
	assert.True(t, callbackHealth(english.Printer, d, now).Bad)
	d.LastCallback = now.Add(-time.Minute)
	assert.False(t, callbackHealth(english.Printer, d, now).Bad)
	assert.True(t, callbackHealth(english.Printer, models.Dashboard{Uncalled: 1}, now).Bad, "none ever")
}

func TestPercent(t *testing.T) {
	assert.Empty(t, percent(0, 0))
	assert.Equal(t, "0.0%", percent(0, 7))
	assert.Equal(t, "87.5%", percent(7, 8))
	assert.Equal(t, "33.3%", percent(1, 3))
	assert.Equal(t, "66.7%", percent(2, 3))
	assert.Equal(t, "100.0%", percent(9, 9))
}
