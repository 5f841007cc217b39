package overview

import (
	"cmp"
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
		Orders: d.Orders, Paid: d.Paid, Conversion: percent(d.Converted, d.Orders), ToPaidP50: admin.Duration(p, d.WaitP50), ToPaidP95: admin.Duration(p, d.WaitP95),
	}
	setMoney(&view.Span, p, currency, moneyOf{d.Revenue, d.Returned, d.Coins, d.Refunds})
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
	figures := pages.Figures{
		Orders: d.Orders, Paid: d.Paid, Conversion: percent(d.Converted, d.Orders),
		ToPaidP50: admin.Duration(p, d.Wait.Quantile(50)), ToPaidP95: admin.Duration(p, d.Wait.Quantile(95)),
	}
	setMoney(&figures, p, currency, moneyOf{d.Revenue, d.Returned, d.Coins, d.Refunds})
	return figures
}

// moneyOf is what was received and what went back, in currencies and in coins.
type moneyOf struct{ revenue, returned, coins, refunds []models.CoinTotal }

// setMoney sets what was received, what was refunded, and what is left of it.
func setMoney(f *pages.Figures, p *i18n.Printer, currency models.Currency, m moneyOf) {
	f.Received, f.Revenue = money(p, currency, m.revenue), money(p, currency, less(m.revenue, m.returned))
	if len(m.returned) > 0 {
		f.Returned = money(p, currency, m.returned)
	}
	inCurrency := func(t models.CoinTotal) string { return money(p, currency, []models.CoinTotal{t}) }
	inCoin := func(t models.CoinTotal) string { return admin.Coin(p, t.Amount, t.Symbol) }
	f.Sums = append(sumFigures(m.revenue, m.returned, false, inCurrency), sumFigures(m.coins, m.refunds, true, inCoin)...)
}

// less returns the sums without those of another list, by symbol; a symbol may be in one of them only.
func less(sums, without []models.CoinTotal) []models.CoinTotal {
	list := slices.Clone(sums)
	for _, w := range without {
		i := slices.IndexFunc(list, func(t models.CoinTotal) bool { return t.Symbol == w.Symbol })
		if i < 0 {
			list, i = append(list, models.CoinTotal{Symbol: w.Symbol}), len(list)
		}
		list[i].Amount = list[i].Amount.Sub(w.Amount)
	}
	slices.SortFunc(list, func(a, b models.CoinTotal) int { return cmp.Compare(a.Symbol, b.Symbol) })
	return list
}

// sumFigures returns a row for each symbol; text formats an amount.
func sumFigures(received, returned []models.CoinTotal, coin bool, text func(models.CoinTotal) string) []pages.SumFigure {
	total := func(list []models.CoinTotal, symbol string) models.CoinTotal {
		for _, t := range list {
			if t.Symbol == symbol {
				return t
			}
		}
		return models.CoinTotal{Symbol: symbol}
	}
	var list []pages.SumFigure
	for _, net := range less(received, returned) {
		in, out := total(received, net.Symbol), total(returned, net.Symbol)
		list = append(list, pages.SumFigure{
			Symbol: net.Symbol, Coin: coin, Payments: in.Count, Received: text(in), Refunds: out.Count, Returned: text(out), Net: text(net),
		})
	}
	return list
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

// revenueChart returns a chart of what was received and what was refunded in the shop's present currency.
func revenueChart(p *i18n.Printer, currency models.Currency, days []models.DayFigures) pages.Chart {
	series := []struct {
		id string
		of func(models.DayFigures) []models.CoinTotal
	}{
		{"received", func(d models.DayFigures) []models.CoinTotal { return d.Revenue }},
		{"refunded", func(d models.DayFigures) []models.CoinTotal { return d.Returned }},
	}
	sums, top := make([][]models.Amount, len(series)), models.Amount{}
	for n, s := range series {
		sums[n] = make([]models.Amount, len(days))
		for i, d := range days {
			for _, t := range s.of(d) {
				if t.Symbol == currency.Code {
					sums[n][i] = t.Amount
				}
			}
			if sums[n][i].Cmp(top) > 0 {
				top = sums[n][i]
			}
		}
	}
	chart := pages.Chart{ID: "revenue", Labels: labels(days), Top: visit.Money(p, currency, top), Empty: !top.IsPositive()}
	for n, s := range series {
		made := pages.Series{ID: s.id, Bars: make([]int, len(days)), Values: make([]string, len(days))}
		for i, sum := range sums[n] {
			made.Values[i], made.Bars[i] = visit.Money(p, currency, sum), barHeight(sum, top)
		}
		chart.Series = append(chart.Series, made)
	}
	return chart
}

// barHeight returns the height of a bar; something is never drawn as nothing.
func barHeight(sum, top models.Amount) int {
	if !top.IsPositive() {
		return 0
	}
	height, err := strconv.Atoi(sum.Times(maxBarHeight).DivUp(top, 0).String())
	if err != nil {
		return 0
	}
	return height
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
