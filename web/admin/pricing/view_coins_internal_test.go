package pricing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

func TestRateChart_DrawsStepsAndTheTimesWithoutAnAnswer(t *testing.T) {
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	c, usd := models.Coin{Symbol: "BTC", Source: "ours"}, models.Currency{Code: "USD", Digits: 2}
	at := func(minute int, rate string) models.Rate {
		return models.Rate{Source: "ours", Rate: models.MustAmount(rate), CreatedAt: from.Add(time.Duration(minute) * time.Minute)}
	}
	trouble := func(minute int, source string) models.Rate {
		return models.Rate{Source: source, Problem: "stale", CreatedAt: from.Add(time.Duration(minute) * time.Minute)}
	}
	draw := func(rates ...models.Rate) pages.RateChart {
		return rateChart(i18n.ByTag("en"), usd, c, rates, from, from.Add(100*time.Minute))
	}

	chart := draw(at(0, "100"), at(10, "300"), trouble(20, "ours"), trouble(25, "ours"), trouble(27, "theirs"), at(30, "200"), trouble(90, "ours"))
	assert.Equal(t, "M0 300H100V0H300V150H1000", chart.Line)
	assert.Equal(t, []pages.Band{{X: "200", Width: "100"}, {X: "900", Width: "100"}}, chart.Troubles)
	assert.Equal(t, []string{"$300.00", "$100.00"}, []string{chart.Top, chart.Bottom})
	assert.Equal(t, i18n.ByTag("en").T("admin.coin.chart", "Symbol", "BTC", "Low", "$100.00", "High", "$300.00", "Count", "3"), chart.Words)

	flat := draw(at(50, "7"), trouble(100, "ours"))
	assert.Equal(t, "M500 150H1000", flat.Line)
	assert.Equal(t, []pages.Band{{X: "1000", Width: "2"}}, flat.Troubles, "wide enough to be seen")

	none := draw(trouble(5, "ours"), models.Rate{Source: "theirs", Rate: models.MustAmount("1"), CreatedAt: from})
	assert.Empty(t, none.Line+none.Words)
	assert.Empty(t, none.Troubles)
}
