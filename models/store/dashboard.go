package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// maxSpan is the maximum number of days of a dashboard.
const maxSpan = 1100

// Dashboard reads the state of the shop and its figures over the days of a zone that lie in a time, from its beginning up to but not
// including its end: six statements. Finished days come from what RollUp keeps, today is counted. ErrFilter: the span is empty, or
// longer than three years.
//
// Sums are exact. Quantiles come from histograms, and are at most 1/32 off or half a second, whichever is more
// (models.Histogram).
func (s *Store) Dashboard(ctx context.Context, from, to time.Time, zone *time.Location) (models.Dashboard, error) {
	today := models.DayOf(s.now(), zone)
	b := models.Dashboard{Zone: zone.String(), From: models.DayOf(from, zone), To: models.DayOf(to.Add(-time.Millisecond), zone)}
	if b.To > today {
		b.To = today
	}
	if !from.Before(to) || b.To < b.From || to.Sub(from) > maxSpan*24*time.Hour {
		return b, fmt.Errorf("read the figures: %w: span", ErrFilter)
	}
	live, err := s.liveDay(ctx, today, zone, &b)
	if err != nil {
		return b, wrap("read the figures", err)
	}
	kept, err := s.keptFigures(ctx, &b)
	if err != nil {
		return b, wrap("read the figures", err)
	}
	for day := b.From; day <= b.To; day = dayAfter(day) {
		d, ok := kept[day]
		switch {
		case day == today:
			d = live
		case !ok:
			d.Day = day
			b.Missing = append(b.Missing, day)
		}
		b.Days = append(b.Days, d)
	}
	addUp(&b)
	return b, nil
}

// addUp makes the sums of a span of its days.
func addUp(b *models.Dashboard) {
	sums := map[string]totals{sumRevenue: {}, sumCoin: {}, sumReturned: {}, sumRefund: {}}
	var wait, lag models.Histogram
	for _, d := range b.Days {
		b.Orders += d.Orders
		b.Converted += d.Converted
		b.Paid += d.Paid
		b.Uncalled += d.Uncalled
		wait.Merge(d.Wait)
		lag.Merge(d.Lag)
		for kind, list := range sumsOf(&d) {
			for _, sum := range *list {
				sums[kind].add(sum.Symbol, sum.Count, sum.Amount)
			}
		}
	}
	b.Revenue, b.Coins, b.Returned, b.Refunds = sums[sumRevenue].list(), sums[sumCoin].list(), sums[sumReturned].list(), sums[sumRefund].list()
	b.WaitP50, b.WaitP95, b.LagP95 = wait.Quantile(50), wait.Quantile(95), lag.Quantile(95)
}

// keptFigures reads what RollUp has kept of a span.
func (s *Store) keptFigures(ctx context.Context, b *models.Dashboard) (map[string]models.DayFigures, error) {
	kept := map[string]models.DayFigures{}
	args := []any{b.Zone, b.From, b.To}
	err := s.each(ctx, `SELECT day, orders, converted, paid, uncalled, waits, lags FROM day_figures
		WHERE zone = ? AND day >= ? AND day <= ?`, args, func(rows *sql.Rows) error {
		var d models.DayFigures
		err := rows.Scan(&d.Day, &d.Orders, &d.Converted, &d.Paid, &d.Uncalled, &d.Wait, &d.Lag)
		kept[d.Day] = d
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, "SELECT day, kind, symbol, `count`, amount FROM day_sums WHERE zone = ? AND day >= ? AND day <= ? ORDER BY symbol", args,
		func(rows *sql.Rows) error {
			var day, kind string
			var sum models.CoinTotal
			if err := rows.Scan(&day, &kind, &sum.Symbol, &sum.Count, &sum.Amount); err != nil {
				return err
			}
			d := kept[day]
			if sums := sumsOf(&d)[kind]; sums != nil {
				*sums = append(*sums, sum)
			}
			kept[day] = d
			return nil
		})
	return kept, err
}

// collated brings a column into the one collation that a UNION can have.
func (s *Store) collated(column string) string {
	if s.dialect == migrations.SQLite {
		return column
	}
	return "CONVERT(" + column + " USING utf8mb4) COLLATE utf8mb4_bin"
}

// gauge is one line of the query of gauges: a name, a second name, two numbers, an amount and a time.
type gauge struct {
	kind, name string
	n, m       int
	amount     models.Amount
	at         time.Time
}

// openWork are the gauges that count what waits for somebody: their names, the rows and where their number goes.
var openWork = []struct {
	name, from string
	number     func(*models.Gauges) *int
}{
	{"awaiting", "orders WHERE state = 'awaiting'", func(g *models.Gauges) *int { return &g.Awaiting }},
	{"paid", "orders WHERE state = 'paid' AND fulfilment IN ('none', 'part') AND refunds <> 'all' AND " + sentByShop("orders"), func(g *models.Gauges) *int { return &g.ReadyToFulfil }},
	{"open", "attempts WHERE live = 1 AND state = 'open'", func(g *models.Gauges) *int { return &g.Open }},
	{"unknown", "attempts WHERE live = 1 AND state = 'unknown'", func(g *models.Gauges) *int { return &g.Unknown }},
	{"reviews", "reviews WHERE open = 1", func(g *models.Gauges) *int { return &g.Reviews }},
	{"refunds waiting", "refunds WHERE state = 'requested'", func(g *models.Gauges) *int { return &g.RefundsWaiting }},
	{"refunds unknown", "refunds WHERE state = 'unknown'", func(g *models.Gauges) *int { return &g.RefundsUnknown }},
	{"discrepancies", "discrepancies WHERE state = 'open'", func(g *models.Gauges) *int { return &g.Discrepancies }},
}

// gaugeQuery writes the query of models.Gauges. Each count stops at models.MaxGauge: a page must not get slower with what is left undone.
func (s *Store) gaugeQuery() string {
	var parts []string
	for _, g := range openWork {
		parts = append(parts, fmt.Sprintf("SELECT %s AS kind, %s AS name, COUNT(*) AS n, 0 AS m, NULL AS amount, NULL AS at "+
			"FROM (SELECT 1 FROM %s LIMIT %d) g", s.collated("'"+g.name+"'"), s.collated("''"), g.from, models.MaxGauge))
	}
	return strings.Join(parts, " UNION ALL ")
}

func scanGauge(rows *sql.Rows) (g gauge, err error) {
	err = rows.Scan(&g.kind, &g.name, &g.n, &g.m, orZero(&g.amount), orZero(&g.at))
	return g, err
}

func fillGauges(now *models.Gauges, g gauge) {
	for _, work := range openWork {
		if work.name == g.kind {
			*work.number(now) = g.n
		}
	}
}

// Gauges reads what waits for somebody at this moment, in one statement.
func (s *Store) Gauges(ctx context.Context) (models.Gauges, error) {
	var now models.Gauges
	list, err := collect(ctx, s, s.gaugeQuery(), nil, scanGauge)
	for _, g := range list {
		fillGauges(&now, g)
	}
	return now, wrap("count what waits", err)
}

// liveQuery returns a query of the gauges with the counts of today that need no grouping, and the callbacks of the span.
func (s *Store) liveQuery() string {
	text := func(literal string) string { return s.collated("'" + literal + "'") }
	return strings.Join([]string{
		s.gaugeQuery(),
		"SELECT " + text("created") + ", " + text("") + ", COUNT(*), COALESCE(SUM(CASE WHEN " + paidForGood + " THEN 1 ELSE 0 END), 0), " +
			"NULL, NULL FROM orders" + s.forceIndex("orders_by_time") + " WHERE created_at >= ? AND created_at < ?",
		"SELECT " + text("counter") + ", " + s.collated("name") + ", SUM(value), 0, NULL, NULL " +
			"FROM counters WHERE day >= ? AND day <= ? AND name LIKE 'notify!_%' ESCAPE '!' GROUP BY name",
		"SELECT " + text("callback") + ", " + text("") + ", 0, 0, NULL, MAX(received_at) FROM inbox WHERE state = 'done'",
	}, " UNION ALL ")
}

// liveDay counts today, and reads with it what is not of a day.
func (s *Store) liveDay(ctx context.Context, today string, zone *time.Location, b *models.Dashboard) (models.DayFigures, error) {
	from, to, err := models.ParseDay(today, zone)
	if err != nil {
		return models.DayFigures{}, err
	}
	d := models.DayFigures{Day: today, Live: true}
	list, err := collect(ctx, s, s.liveQuery(), []any{from, to, b.From, b.To}, scanGauge)
	if err != nil {
		return d, err
	}
	b.Callbacks = map[string]int{}
	for _, g := range list {
		switch g.kind {
		case "created":
			d.Orders, d.Converted = g.n, g.m
		case "counter":
			b.Callbacks[g.name] = g.n
		case "callback":
			b.LastCallback = g.at
		default:
			fillGauges(&b.Now, g)
		}
	}
	if err := s.paidFigures(ctx, from, to, &d); err != nil {
		return d, err
	}
	if err := s.moneyFigures(ctx, from, to, &d); err != nil {
		return d, err
	}
	if err := s.lagFigures(ctx, from, to, &d); err != nil {
		return d, err
	}
	b.Today = d
	return d, nil
}
