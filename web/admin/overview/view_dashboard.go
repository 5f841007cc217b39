package overview

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// fillDashboard maps the figures to the page.
func fillDashboard(view *pages.DashboardView, p *i18n.Printer, currency models.Currency, d models.Dashboard, now time.Time) {
	view.Today = dayFigures(p, currency, d.Today)
	view.Span = pages.Figures{
		Orders: d.Orders, Paid: d.Paid, Conversion: percent(d.Converted, d.Orders), Revenue: money(p, currency, d.Revenue),
		Coins: coinFigures(p, d.Coins), Refunded: coinFigures(p, d.Refunds), ToPaidP50: admin.Duration(p, d.WaitP50), ToPaidP95: admin.Duration(p, d.WaitP95),
	}
	for _, f := range []*pages.Figures{&view.Today, &view.Span} {
		f.Open, f.Unknown, f.Reviews, f.Fulfil = d.Now.Awaiting, d.Now.Unknown, d.Now.Reviews, d.Now.ReadyToFulfil
	}
	view.Days, view.Revenue, view.ToPaid = orderChart(d.Days), revenueChart(p, currency, d.Days), waitChart(p, d.Days)
	view.Callbacks = callbackHealth(p, d, now)
	for _, a := range view.Attention {
		view.AttentionTotal += a.Count
	}
}

func dayFigures(p *i18n.Printer, currency models.Currency, d models.DayFigures) pages.Figures {
	return pages.Figures{
		Orders: d.Orders, Paid: d.Paid, Conversion: percent(d.Converted, d.Orders), Revenue: money(p, currency, d.Revenue),
		Coins: coinFigures(p, d.Coins), Refunded: coinFigures(p, d.Refunds),
		ToPaidP50: admin.Duration(p, d.Wait.Quantile(50)), ToPaidP95: admin.Duration(p, d.Wait.Quantile(95)),
	}
}

// percent returns a share with one decimal; "" if the whole is 0.
func percent(part, whole int) string {
	if whole <= 0 {
		return ""
	}
	tenths := (part*1000 + whole/2) / whole
	return strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10) + "%"
}

// money returns sums of money as text; a shop that changed its currency has several.
func money(p *i18n.Printer, currency models.Currency, totals []models.CoinTotal) string {
	if len(totals) == 0 {
		return p.Money("0", currency.Code, currency.Digits)
	}
	texts := make([]string, len(totals))
	for i, t := range totals {
		digits := 0
		if t.Symbol == currency.Code {
			digits = currency.Digits
		}
		texts[i] = p.Money(t.Amount.String(), t.Symbol, digits)
	}
	return strings.Join(texts, " + ")
}

func coinFigures(p *i18n.Printer, totals []models.CoinTotal) []pages.CoinFigure {
	list := make([]pages.CoinFigure, len(totals))
	for i, t := range totals {
		list[i] = pages.CoinFigure{Coin: t.Symbol, Amount: admin.Coin(p, t.Amount, t.Symbol), Orders: t.Count}
	}
	return list
}

// maxBarHeight is the height of a chart's highest bar.
const maxBarHeight = 1000

func labels(days []models.DayFigures) []string {
	list := make([]string, len(days))
	for i, d := range days {
		_, list[i], _ = strings.Cut(d.Day, "-") // MM-dd
	}
	return list
}

// countChart returns a chart of whole numbers; text formats one.
func countChart(id string, days []models.DayFigures, text func(n int) string, series map[string]func(models.DayFigures) int, order ...string) pages.Chart {
	top := 0
	for _, d := range days {
		for _, of := range series {
			top = max(top, of(d))
		}
	}
	chart := pages.Chart{ID: id, Labels: labels(days), Top: text(top), Empty: top == 0}
	for _, name := range order {
		s := pages.Series{ID: name, Bars: make([]int, len(days)), Values: make([]string, len(days))}
		for i, d := range days {
			n := series[name](d)
			s.Bars[i], s.Values[i] = n*maxBarHeight/max(top, 1), text(n)
		}
		chart.Series = append(chart.Series, s)
	}
	return chart
}

func orderChart(days []models.DayFigures) pages.Chart {
	return countChart("days", days, strconv.Itoa, map[string]func(models.DayFigures) int{
		"orders": func(d models.DayFigures) int { return d.Orders },
		"paid":   func(d models.DayFigures) int { return d.Paid },
	}, "orders", "paid")
}

func waitChart(p *i18n.Printer, days []models.DayFigures) pages.Chart {
	quantile := func(percent int) func(models.DayFigures) int {
		return func(d models.DayFigures) int { return int(d.Wait.Quantile(percent) / time.Microsecond) }
	}
	return countChart("to_paid", days, func(n int) string { return admin.Duration(p, time.Duration(n)*time.Microsecond) },
		map[string]func(models.DayFigures) int{"p50": quantile(50), "p95": quantile(95)}, "p50", "p95")
}

// revenueChart returns a chart of the revenue in the shop's present currency.
func revenueChart(p *i18n.Printer, currency models.Currency, days []models.DayFigures) pages.Chart {
	sums := make([]models.Amount, len(days))
	var top models.Amount
	for i, d := range days {
		for _, t := range d.Revenue {
			if t.Symbol == currency.Code {
				sums[i] = t.Amount
			}
		}
		if sums[i].Cmp(top) > 0 {
			top = sums[i]
		}
	}
	write := func(a models.Amount) string { return visit.Money(p, currency, a) }
	s := pages.Series{ID: "revenue", Bars: make([]int, len(days)), Values: make([]string, len(days))}
	for i, sum := range sums {
		s.Values[i] = write(sum)
		if top.IsPositive() {
			height, err := strconv.Atoi(sum.Times(maxBarHeight).DivUp(top, 0).String())
			if err == nil {
				s.Bars[i] = height
			}
		}
	}
	return pages.Chart{ID: "revenue", Labels: labels(days), Series: []pages.Series{s}, Top: write(top), Empty: !top.IsPositive()}
}

// The counters of callbacks (web/platform) begin with this; the good ones end with accepted.
const (
	callbackCounter  = "notify_"
	callbackAccepted = callbackCounter + "accepted"
)

// silentTime is how long after the last callback paid orders without one are worth a warning.
const silentTime = time.Hour

func callbackHealth(p *i18n.Printer, d models.Dashboard, now time.Time) pages.CallbackHealth {
	health := pages.CallbackHealth{Last: admin.Moment(p, d.LastCallback), Lag: admin.Duration(p, d.LagP95), Silent: d.Uncalled}
	for _, name := range slices.Sorted(maps.Keys(d.Callbacks)) {
		if reason, ok := strings.CutPrefix(name, callbackCounter); ok && name != callbackAccepted && d.Callbacks[name] > 0 {
			health.Rejected = append(health.Rejected, pages.Rejected{Reason: reason, Count: d.Callbacks[name]})
		}
	}
	health.Bad = d.Uncalled > 0 && now.Sub(d.LastCallback) > silentTime
	return health
}
