package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// The kinds of sums of a day, as day_sums names them.
const (
	sumRevenue  = "revenue"  // what the payments are worth, per currency
	sumCoin     = "coin"     // what the payments are, per coin
	sumReturned = "returned" // what the refunds are worth, per currency
	sumRefund   = "refund"   // what the refunds are, per coin
)

// sumsOf returns the sums of a day by their kind.
func sumsOf(d *models.DayFigures) map[string]*[]models.CoinTotal {
	return map[string]*[]models.CoinTotal{sumRevenue: &d.Revenue, sumCoin: &d.Coins, sumReturned: &d.Returned, sumRefund: &d.Refunds}
}

// moneyQuery returns the query of the sums of a time: payments and refunds by currency and coin, with a number, their worth in the currency and
// their amount in the coin. It counts what the statement counts: every payment on the day that it came, whatever became of its order, and every
// refund on the day that it was sent. The two ends of the time are its arguments, twice.
func (s *Store) moneyQuery() string {
	query := func(kind, worth, amount, from string) string {
		return "SELECT " + s.collated("'"+kind+"'") + " AS kind, " + s.collated("o.currency") + " AS currency, " + s.collated("m.coin") + " AS coin, COUNT(*) AS n, " +
			s.sum(worth) + " AS worth, " + s.sum(amount) + " AS amount FROM " + from + " GROUP BY o.currency, m.coin"
	}
	return query(sumCoin, "m.worth", "m.received", "attempts m JOIN orders o ON o.id = m.order_id WHERE m.paid_at >= ? AND m.paid_at < ?") + " UNION ALL " +
		query(sumRefund, "m.worth", "m.amount", "refunds m JOIN orders o ON o.id = m.order_id WHERE m.sent_at >= ? AND m.sent_at < ? AND m."+refundIsSent)
}

// moneyFigures reads what was received and what was sent back in a time.
func (s *Store) moneyFigures(ctx context.Context, from, to time.Time, d *models.DayFigures) error {
	sums := map[string]totals{sumRevenue: {}, sumCoin: {}, sumReturned: {}, sumRefund: {}}
	worthOf := map[string]string{sumCoin: sumRevenue, sumRefund: sumReturned}
	err := s.each(ctx, s.moneyQuery(), []any{from, to, from, to}, func(rows *sql.Rows) error {
		var kind, currency, coin string
		var n int
		var worth, amount models.Amount
		if err := rows.Scan(&kind, &currency, &coin, &n, &worth, &amount); err != nil {
			return err
		}
		sums[worthOf[kind]].add(currency, n, worth)
		sums[kind].add(coin, n, amount)
		return nil
	})
	for kind, list := range sumsOf(d) {
		*list = sums[kind].list()
	}
	return err
}

const (
	maxRollUps   = 31        // days that one call of RollUpDue does at most
	rollUpAgain  = 3         // days that may still change: late callbacks, late payments
	rollUpPause  = time.Hour // between two of the same day
	paidForGood  = "state = 'paid'"
	refundIsSent = "state IN ('submitting', 'unknown', 'accepted', 'confirmed')"
)

// readPaid groups the orders paid in a time by how many seconds they took: few rows, whatever their number.
const readPaid = `SELECT {seconds} AS seconds, COUNT(*),
	SUM(CASE WHEN EXISTS (SELECT 1 FROM evidence e WHERE e.attempt_id = a.id AND e.source = 'callback') THEN 0 ELSE 1 END)
FROM orders o JOIN attempts a ON a.id = o.paid_attempt_id
WHERE o.paid_at >= ? AND o.paid_at < ? GROUP BY seconds`

// paidFigures reads how many orders were paid in a time, and how long they took.
func (s *Store) paidFigures(ctx context.Context, from, to time.Time, d *models.DayFigures) error {
	seconds := "TIMESTAMPDIFF(SECOND, o.created_at, o.paid_at)"
	if s.dialect == migrations.SQLite {
		seconds = "unixepoch(o.paid_at) - unixepoch(o.created_at)"
	}
	return s.each(ctx, substitute(readPaid, "seconds", seconds), []any{from, to}, func(rows *sql.Rows) error {
		var took int64
		var n, uncalled int
		if err := rows.Scan(&took, &n, &uncalled); err != nil {
			return err
		}
		d.Paid += n
		d.Uncalled += uncalled
		d.Wait.Add(time.Duration(took)*time.Second, n)
		return nil
	})
}

// totals adds amounts up by symbol.
type totals map[string]models.CoinTotal

func (t totals) add(symbol string, n int, amount models.Amount) {
	sum := t[symbol]
	t[symbol] = models.CoinTotal{Symbol: symbol, Count: sum.Count + n, Amount: sum.Amount.Add(amount)}
}

func (t totals) list() []models.CoinTotal {
	var list []models.CoinTotal
	for _, symbol := range sortedKeys(t) {
		list = append(list, t[symbol])
	}
	return list
}

// lagFigures reads how long callbacks of a time took from the time that they carry to their arrival. That time is the sender's and not
// signed: it serves to see a platform that is late, nothing else.
func (s *Store) lagFigures(ctx context.Context, from, to time.Time, d *models.DayFigures) error {
	query := "SELECT received_at, sent_time FROM inbox WHERE state IN ('new', 'done') AND received_at >= ? AND received_at < ?"
	return s.each(ctx, query, []any{from, to}, func(rows *sql.Rows) error {
		var received time.Time
		var sent string
		if err := rows.Scan(&received, &sent); err != nil {
			return err
		}
		if at, ok := sentTime(sent); ok {
			d.Lag.Add(received.Sub(at), 1)
		}
		return nil
	})
}

// sentTime reads the time of an envelope: Unix milliseconds, or seconds (platform/api.md §2).
func sentTime(text string) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}, false
	}
	switch len(text) {
	case 10:
		return time.Unix(n, 0), true
	case 13:
		return time.UnixMilli(n), true
	default:
		return time.Time{}, false
	}
}

// dayFigures counts a day from the rows themselves.
func (s *Store) dayFigures(ctx context.Context, day string, from, to time.Time) (models.DayFigures, error) {
	d := models.DayFigures{Day: day}
	query := "SELECT COUNT(*), COALESCE(SUM(CASE WHEN " + paidForGood + " THEN 1 ELSE 0 END), 0) FROM orders" +
		s.forceIndex("orders_by_time") + " WHERE created_at >= ? AND created_at < ?"
	if err := s.one(ctx, query, []any{from, to}, &d.Orders, &d.Converted); err != nil {
		return d, err
	}
	if err := s.paidFigures(ctx, from, to, &d); err != nil {
		return d, err
	}
	if err := s.moneyFigures(ctx, from, to, &d); err != nil {
		return d, err
	}
	return d, s.lagFigures(ctx, from, to, &d)
}

// RollUp counts a finished day of a zone and keeps its figures, so that the dashboard need not count again; doing it again replaces them.
// models.ErrDay: not a day. ErrConflict: the day is not over.
func (s *Store) RollUp(ctx context.Context, day string, zone *time.Location) error {
	from, to, err := models.ParseDay(day, zone)
	if err != nil {
		return wrap("add the day up", err)
	}
	if to.After(s.now()) {
		return fmt.Errorf("add the day up: %w: it is not over", ErrConflict)
	}
	d, err := s.dayFigures(ctx, day, from, to)
	if err != nil {
		return wrap("add the day up", err)
	}
	return wrap("keep the day's figures", s.Tx(ctx, func(tx *Store) error { return tx.putFigures(ctx, zone.String(), d) }))
}

func (s *Store) putFigures(ctx context.Context, zone string, d models.DayFigures) error {
	// The day's row comes first, so that another transaction for the same day waits here.
	figures := dayFigure{zone, d.Day, d.Orders, d.Converted, d.Paid, d.Uncalled, d.Wait, d.Lag, s.now()}
	if err := dayFigureTable.put(ctx, s, &figures); err != nil {
		return err
	}
	if _, err := s.exec(ctx, "DELETE FROM day_sums WHERE zone = ? AND day = ?", zone, d.Day); err != nil {
		return err
	}
	for kind, sums := range sumsOf(&d) {
		for _, sum := range *sums {
			if err := daySumTable.insert(ctx, s, &daySum{zone, d.Day, kind, sum.Symbol, sum.Count, sum.Amount}); err != nil {
				return err
			}
		}
	}
	return nil
}

// figuresOutOfDate is the time of figures that are to be counted again.
var figuresOutOfDate = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// outdateFigures makes RollUpDue count the day of a time again, in whatever zone it is kept: something of that day changed after it was over,
// such as a refund that came to nothing.
func (s *Store) outdateFigures(ctx context.Context, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	day := models.DayOf(at, time.UTC)
	_, err := s.exec(ctx, "UPDATE day_figures SET updated_at = ? WHERE day >= ? AND day <= ?", figuresOutOfDate, dayBefore(day), dayAfter(day))
	return err
}

// RollUpDue does the finished days of a zone that have no figures yet or out of date, up to a month of them at a time, and the last three
// again, once an hour; it returns how many it did. Any number of replicas may do so.
func (s *Store) RollUpDue(ctx context.Context, zone *time.Location) (days int, err error) {
	first, err := s.FirstOrderDay(ctx, zone)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	done, err := readMap[string, time.Time](ctx, s, "SELECT day, updated_at FROM day_figures WHERE zone = ? AND day >= ?", zone.String(), first)
	if err != nil {
		return 0, wrap("look for days to add up", err)
	}
	now := s.now()
	yesterday := dayBefore(models.DayOf(now, zone))
	for day, back := yesterday, 0; day >= first && days < maxRollUps; day, back = dayBefore(day), back+1 {
		at, there := done[day]
		if there && at.After(figuresOutOfDate) && (back >= rollUpAgain || now.Sub(at) < rollUpPause) {
			continue
		}
		if err := s.RollUp(ctx, day, zone); err != nil {
			return days, err
		}
		days++
	}
	return days, nil
}

// dayBefore and dayAfter step through the calendar, where every day has its neighbours whatever its zone's clocks do.
func dayBefore(day string) string { return stepDay(day, -1) }
func dayAfter(day string) string  { return stepDay(day, 1) }

func stepDay(day string, by int) string {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "" // sorts before all days; all callers pass days
	}
	return date.AddDate(0, 0, by).Format(time.DateOnly)
}
