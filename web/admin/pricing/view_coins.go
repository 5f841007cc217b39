package pricing

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// coinState returns the state of a coin in a word.
func coinState(c models.Coin, now time.Time) pages.CoinState {
	switch problem := c.ProblemAt(now); {
	case !c.Enabled:
		return pages.CoinOff
	case problem != models.RateGood:
		return pages.CoinState(problem)
	case !c.Live():
		return pages.CoinFixed
	}
	return pages.CoinGood
}

func coinRow(p *i18n.Printer, currency models.Currency, c models.Coin, sources []models.PriceSource, now time.Time) pages.CoinRow {
	row := pages.CoinRow{Symbol: c.Symbol, Name: c.Name, State: coinState(c, now), Spread: visit.Percent(c.Spread)}
	hasRate := c.ProblemAt(now) != models.RateMissing
	if hasRate {
		row.Rate, row.At = visit.Money(p, currency, c.Rate), admin.Moment(p, c.RateAt)
	}
	if c.Live() {
		row.Source, row.Checked, row.Answer = sourceName(p, sources, c.Source), admin.Moment(p, c.CheckedAt), string(c.FetchProblem)
		if hasRate {
			row.Age = admin.Duration(p, max(now.Sub(c.RateAt).Truncate(time.Second), time.Second))
		}
	}
	return row
}

func sourceName(p *i18n.Printer, sources []models.PriceSource, id string) string {
	for _, s := range sources {
		if s.ID == id {
			return visit.SourceName(p, s.Name)
		}
	}
	return id
}

// describeCoin sets what is true of a coin now: a rate that waits, and what an order would cost.
func describeCoin(view *pages.CoinView, p *i18n.Printer, currency models.Currency, c models.Coin, now time.Time) {
	hundred := models.AmountFromInt(100)
	if quote, err := c.Quote(hundred, now); err == nil {
		view.Example = p.Coin(quote.Amount.String(), c.Symbol)
		view.ExampleOf = visit.Money(p, currency, hundred)
	}
	if c.ProblemAt(now) == models.RateJumped && c.Pending.IsPositive() {
		view.Pending, view.PendingSeen = visit.Money(p, currency, c.Pending), c.Pending.String()
		view.PendingAt, view.PendingBy = admin.Moment(p, c.PendingAt), admin.DifferenceText(c.Rate, c.Pending)
	}
}

// chartSpans returns the spans of time that a chart can show, by their names in the address.
func chartSpans() map[string]time.Duration {
	const day = 24 * time.Hour
	return map[string]time.Duration{"": day, "week": 7 * day, "month": 30 * day}
}

// rateHistory adds the chart and a page of the sources' answers.
func (h *handlers) rateHistory(req *admin.Request, view *pages.CoinView, c models.Coin, sources []models.PriceSource) error {
	q := req.QueryValues("span", "after")
	span, known := chartSpans()[q.Get("span")]
	if !known {
		q.Del("span")
		view.Refusal, span = pages.RefusalOf(invalid.Unknown), chartSpans()[""]
	}
	rows, next, err := h.site.Store.Rates(req.Context(), c.Symbol, q.Get("after"), 0)
	if errors.Is(err, store.ErrCursor) {
		view.Refusal = pages.RefusalCursor
		rows, next, err = h.site.Store.Rates(req.Context(), c.Symbol, "", 0)
	}
	if err != nil {
		return err
	}
	if len(rows) == 0 && !c.Live() {
		return nil
	}
	now := h.site.Clock()
	drawn, err := h.site.Store.RatesSince(req.Context(), c.Symbol, now.Add(-span))
	if err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view.HasRates, view.Span = true, q.Get("span")
	for _, name := range []string{"", "week", "month"} {
		view.Spans = append(view.Spans, pages.Choice{Value: name, Selected: name == view.Span})
	}
	view.Chart = rateChart(req.Printer, currency, c, drawn, now.Add(-span), now)
	view.Next, view.First = admin.Pager(coinsPath+"/"+c.Symbol, q, "after", next)
	for _, r := range rows {
		view.History = append(view.History, rateRow(req.Printer, currency, r, sources))
	}
	return nil
}

func rateRow(p *i18n.Printer, currency models.Currency, r models.Rate, sources []models.PriceSource) pages.RateRow {
	row := pages.RateRow{At: admin.Moment(p, r.CreatedAt), Source: sourceName(p, sources, r.Source), Result: "taken"}
	if r.Rate.IsPositive() {
		row.Rate = visit.Money(p, currency, r.Rate)
	}
	if r.Problem != "" {
		row.Result = r.Problem
	}
	return row
}

// The width and height of the drawing, in its own units.
const (
	drawnWidth  = 1000
	drawnHeight = 300
)

// rateChart returns the chart of the rates of a coin's source between two times: a line of steps from rate to rate, scaled to the lowest
// and the highest, and a band wherever answers were not used. Without a rate the chart is empty. Only coordinates are rounded, to whole
// units.
func rateChart(p *i18n.Printer, currency models.Currency, c models.Coin, rates []models.Rate, from, to time.Time) pages.RateChart {
	chart := pages.RateChart{From: admin.Moment(p, from), To: admin.Moment(p, to)}
	answers := slices.DeleteFunc(slices.Clone(rates), func(r models.Rate) bool { return r.Source != c.Source })
	used := slices.DeleteFunc(slices.Clone(answers), func(r models.Rate) bool { return r.Problem != "" })
	if len(used) == 0 {
		return chart
	}
	byRate := func(a, b models.Rate) int { return a.Rate.Cmp(b.Rate) }
	low, high := slices.MinFunc(used, byRate).Rate, slices.MaxFunc(used, byRate).Rate
	place := func(r models.Rate) int { return int(r.CreatedAt.Sub(from) * drawnWidth / to.Sub(from)) }
	chart.Line = rateLine(used, place, low, high)
	chart.Troubles = troubleBands(answers, place)
	chart.Top, chart.Bottom = visit.Money(p, currency, high), visit.Money(p, currency, low)
	chart.Words = p.T("admin.coin.chart", "Symbol", c.Symbol, "Low", chart.Bottom, "High", chart.Top, "Count", strconv.Itoa(len(used)))
	return chart
}

// rateLine returns the SVG path of the steps: from each rate straight on to the time of the next, and then up or down to it. The last one
// holds until the end of the chart.
func rateLine(rates []models.Rate, place func(models.Rate) int, low, high models.Amount) string {
	var line strings.Builder
	for i, r := range rates {
		x, y := place(r), heightOf(r.Rate, low, high)
		if i == 0 {
			fmt.Fprintf(&line, "M%d %d", x, y)
		} else {
			fmt.Fprintf(&line, "H%dV%d", x, y)
		}
	}
	fmt.Fprintf(&line, "H%d", drawnWidth)
	return line.String()
}

// troubleBands returns the times without a usable answer: each from the first answer that was not used to the next one that was, or to the
// end of the chart.
func troubleBands(answers []models.Rate, place func(models.Rate) int) []pages.Band {
	var bands []pages.Band
	begun := -1 // start of the present band; -1: there is none
	for _, r := range answers {
		switch {
		case r.Problem != "" && begun < 0:
			begun = place(r)
		case r.Problem == "" && begun >= 0:
			bands = append(bands, band(begun, place(r)))
			begun = -1
		}
	}
	if begun >= 0 {
		bands = append(bands, band(begun, drawnWidth))
	}
	return bands
}

// band returns a part of the chart's width, wide enough to be seen.
func band(from, to int) pages.Band {
	return pages.Band{X: strconv.Itoa(from), Width: strconv.Itoa(max(to-from, 2))}
}

// heightOf returns a rate's distance from the top of the chart; a rate that never changed is in its middle.
func heightOf(rate, low, high models.Amount) int {
	if high.Equal(low) {
		return drawnHeight / 2
	}
	n, err := strconv.Atoi(high.Sub(rate).Times(drawnHeight).DivUp(high.Sub(low), 0).String())
	if err != nil {
		return drawnHeight // cannot happen: it is a whole number of at most drawnHeight
	}
	return n
}

// sourcePath returns the address of the page of a price source.
func sourcePath(id string) string { return sourcesPath + "/" + url.PathEscape(id) }
