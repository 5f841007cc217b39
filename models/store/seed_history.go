package store

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
)

// seedRecent is the time before the end in which orders may still await their payment.
const seedRecent = 25 * time.Minute

// historyMaker makes up orders, one after the other in the order of time.
type historyMaker struct {
	random   *rand.Rand
	until    time.Time
	goods    []seedVariant
	coins    []models.Coin
	currency string
	digits   int
	orders   int

	days   []seedDay // of all but the recent orders
	recent int       // orders of the last minutes
	done   int

	table *seedTables
}

// seedDay is a day of the history, with its number of orders.
type seedDay struct {
	from   time.Time
	length time.Duration
	before int // orders of the days before
	orders int
}

// plan spreads the orders over the days: more of them in recent days, and at weekends.
func (g *historyMaker) plan(days int) {
	g.recent = min(g.orders/100, 500)
	rest := g.orders - g.recent
	end := g.until.Add(-seedRecent)
	start := end.AddDate(0, 0, -days)
	weights, total := make([]int, days), 0
	for i := range days {
		weights[i] = 60 + 60*i/days + g.random.IntN(25)
		if day := start.AddDate(0, 0, i).Weekday(); day == time.Saturday || day == time.Sunday {
			weights[i] += 20
		}
		total += weights[i]
	}
	sum, before := 0, 0
	for i, w := range weights {
		sum += w
		upTo := int(int64(rest) * int64(sum) / int64(total))
		g.days = append(g.days, seedDay{start.AddDate(0, 0, i), 24 * time.Hour, before, upTo - before})
		before = upTo
	}
	g.days = append(g.days, seedDay{end, seedRecent, rest, g.recent})
}

// nextTime returns the time of the next order.
func (g *historyMaker) nextTime() time.Time {
	for g.done >= g.days[0].before+g.days[0].orders {
		g.days = g.days[1:]
	}
	d := g.days[0]
	step := d.length / time.Duration(d.orders)
	at := d.from.Add(time.Duration(g.done-d.before)*step + time.Duration(g.random.Int64N(int64(step))))
	g.done++
	return models.Instant(at)
}

// id returns a row id as models.NewID makes it, of a made-up time.
func (g *historyMaker) id(at time.Time) string {
	var b uuid.UUID
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16|uint64(g.random.IntN(1<<12))) //nolint:gosec // after 1970
	binary.BigEndian.PutUint64(b[8:], g.random.Uint64())
	b[6] = 0x70 | b[6]&0x0f
	b[8] = 0x80 | b[8]&0x3f
	return b.String()
}

// ref returns a reference as models.NewRef makes it.
func (g *historyMaker) ref() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], g.random.Uint64())
	binary.BigEndian.PutUint64(b[8:], g.random.Uint64())
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
}

func (g *historyMaker) chance(ofThousand int) bool { return g.random.IntN(1000) < ofThousand }

// batch makes the next n orders.
func (g *historyMaker) batch(n int) *seedTables {
	t := &seedTables{stock: map[string]seedStock{}, calls: map[string]int{}}
	g.table = t
	for range n {
		g.order()
	}
	first := t.orders[0].CreatedAt
	for _, id := range sortedKeys(t.stock) {
		if q := t.stock[id].sold + t.stock[id].held; q > 0 {
			t.movements = append(t.movements, models.StockMovement{
				ID: g.id(first), VariantID: id, Kind: models.MovementImport, Quantity: q, Note: "Test data", CreatedAt: first,
			})
		}
	}
	return t
}

// seedOrder is an order in the making.
type seedOrder struct {
	models.Order
	attempt  models.Attempt // the last one
	called   time.Time      // its callback; zero: none came
	refund   models.Amount
	refunded time.Time
	worth    models.Amount // of refund
	tracking string        // the parcel's number
}

// order makes one order with all that belongs to it.
func (g *historyMaker) order() {
	o := &seedOrder{}
	o.CreatedAt = g.nextTime()
	o.ID, o.Ref, o.ReturnRef, o.FormToken = g.id(o.CreatedAt), g.ref(), g.ref(), g.ref()
	g.addGoods(o)
	g.attempts(o)
	g.decideOutcome(o)
	g.write(o)
}

var (
	firstNames = []string{"Ada", "Ben", "Chen", "Dora", "Emil", "Fang", "Gita", "Hugo", "Ines", "Jun", "Kai", "Lena", "Mei", "Noor", "Olga", "Pia"}
	lastNames  = []string{"Adams", "Brandt", "Chen", "Diaz", "Eriksen", "Fischer", "Gupta", "Huang", "Ivanova", "Jansen", "Kim", "Li", "Moreau"}
)

// addGoods puts goods into the order.
func (g *historyMaker) addGoods(o *seedOrder) {
	shopper := g.random.IntN(g.orders/2 + 1)
	o.Email = "shopper" + strconv.Itoa(100_000+shopper) + "@example.org"
	o.Name = firstNames[shopper%len(firstNames)] + " " + lastNames[shopper%len(lastNames)]
	o.Lang, o.Currency, o.Digits = "en", g.currency, g.digits
	o.Fulfilment, o.Refunds = models.FulfilmentNone, models.RefundsNone
	if shopper%4 == 0 {
		o.Lang = "zh-Hans"
	}
	o.ExpiresAt, o.EndsBy = o.CreatedAt.Add(30*time.Minute), o.CreatedAt.Add(2*time.Hour)
	kinds := 1
	if g.chance(180) {
		kinds = 2
	}
	first := g.random.IntN(len(g.goods))
	for i := range min(kinds, len(g.goods)) {
		v := g.goods[(first+i*7)%len(g.goods)]
		if i > 0 && v.variant.ID == o.Lines[0].VariantID {
			break
		}
		line := models.OrderLine{
			ID: g.id(o.CreatedAt), Position: i, VariantID: v.variant.ID, SKU: v.variant.SKU, Slug: v.product.Slug, Title: v.product.Title,
			VariantTitle: v.variant.Title, ShopTitle: v.product.Title, ShopVariant: v.variant.Title, Cover: v.product.Cover, UnitPrice: v.variant.Price, Quantity: 1 + g.random.IntN(2)*g.random.IntN(3),
		}
		line.Total = line.UnitPrice.Times(line.Quantity)
		o.Total = o.Total.Add(line.Total)
		o.Lines = append(o.Lines, line)
	}
	o.Goods = fmt.Sprintf(`[{"name":%q,"desc":%q}]`, o.Lines[0].Title, o.Lines[0].SKU)
}

// attempts makes the tries to pay; the last one is the one that counts.
func (g *historyMaker) attempts(o *seedOrder) {
	at := o.CreatedAt
	if g.chance(60) {
		a := g.attempt(o, at)
		a.State, a.ProblemCode = models.AttemptClosed, models.ProblemClosed
		closed := at.Add(time.Duration(20+g.random.IntN(100)) * time.Second)
		a.UpdatedAt = closed
		o.Attempts = append(o.Attempts, a)
		at = closed.Add(3 * time.Second)
	}
	o.attempt = g.attempt(o, at)
}

func (g *historyMaker) attempt(o *seedOrder, at time.Time) models.Attempt {
	place := g.random.IntN(10)
	coin := g.coins[min(max(0, place-6), len(g.coins)-1)] // the first one mostly
	if !coin.Rate.IsPositive() {
		coin.Rate = models.AmountFromInt(1)
	}
	sent := at.Add(40 * time.Millisecond)
	return models.Attempt{
		ID: g.id(at), OrderID: o.ID, AppOrderID: g.ref(), OrderNum: strconv.FormatInt(at.UnixMilli(), 10) + strconv.Itoa(1000+g.random.IntN(9000)) +
			strconv.Itoa(1000+g.random.IntN(9000)), Coin: coin.Symbol, Amount: o.Total.DivUp(coin.Rate, coin.Precision), Rate: coin.Rate,
		RateSource: coin.RateSource, RateAt: at, PayerUserID: strconv.Itoa(10_000_000 + g.random.IntN(g.orders/3+1)), CreatedAt: at,
		SentAt: sent, OpenedAt: sent.Add(time.Duration(120+g.random.IntN(400)) * time.Millisecond),
	}
}

// wait is how long a shopper takes to pay: mostly a minute, sometimes much longer.
func (g *historyMaker) wait() time.Duration {
	seconds := 15 + g.random.IntN(60)
	if g.chance(250) {
		seconds += g.random.IntN(400)
	}
	if g.chance(40) {
		seconds += g.random.IntN(1000)
	}
	return time.Duration(seconds)*time.Second + time.Duration(g.random.IntN(1000))*time.Millisecond
}

// decideOutcome decides how the order ends.
func (g *historyMaker) decideOutcome(o *seedOrder) {
	a := &o.attempt
	a.State, a.Checks, a.CheckedAt = models.AttemptOpen, 1, a.OpenedAt.Add(10*time.Second)
	paid := a.OpenedAt.Add(g.wait())
	recent := g.until.Sub(o.CreatedAt) < seedRecent+5*time.Minute
	lot := g.random.IntN(1000)
	switch {
	case recent && (lot < 400 || paid.After(g.until)):
		o.State, o.DueAt, a.DueAt = models.OrderAwaiting, g.until.Add(31*time.Minute), g.until.Add(time.Minute)
		if lot < 20 {
			a.State, a.OrderNum, a.OpenedAt = models.AttemptUnknown, "", time.Time{}
		}
	case lot < 730:
		g.pay(o, paid, lot)
	case lot < 731: // paid after it was given up
		a.State, a.PaidAt, o.State = models.AttemptPaid, o.ExpiresAt.Add(time.Duration(1+g.random.IntN(30))*time.Minute), models.OrderReview
		o.PaidAttemptID, a.Received, a.Worth = a.ID, a.Amount, o.Total
		if a.PaidAt.After(g.until) {
			a.PaidAt = g.until
		}
	case lot < 910:
		o.State, a.State, a.ProblemCode = models.OrderExpired, models.AttemptClosed, models.ProblemClosed
		a.UpdatedAt = o.ExpiresAt.Add(time.Minute)
	default:
		o.State, a.State, a.ProblemCode = models.OrderCancelled, models.AttemptClosed, models.ProblemClosed
		a.UpdatedAt = a.OpenedAt.Add(time.Duration(30+g.random.IntN(300)) * time.Second)
	}
	if a.UpdatedAt.IsZero() {
		a.UpdatedAt = a.CreatedAt
	}
}

// pay lets the order be paid, handed over, and sometimes refunded.
func (g *historyMaker) pay(o *seedOrder, paid time.Time, lot int) {
	a := &o.attempt
	a.State, a.PaidAt, a.UpdatedAt = models.AttemptPaid, models.Instant(paid), paid
	a.Received, a.Worth = a.Amount, o.Total
	o.State, o.PaidAt, o.PaidAttemptID = models.OrderPaid, a.PaidAt, a.ID
	if !g.chance(30) {
		o.called = a.PaidAt.Add(time.Duration(200+g.random.IntN(3000)) * time.Millisecond)
	}
	handed := a.PaidAt.Add(time.Duration(4+g.random.IntN(60)) * time.Hour)
	if handed.Before(g.until) && lot >= 20 {
		o.Fulfilment, o.FulfilledAt, o.tracking = models.FulfilmentSent, handed, "MU"+strconv.Itoa(100_000_000+g.random.IntN(900_000_000))
	}
	back := a.PaidAt.Add(time.Duration(70+g.random.IntN(300)) * time.Hour)
	if lot >= 45 || lot < 20 || back.Add(30*time.Hour).After(g.until) {
		return
	}
	o.refunded = back
	o.refund = a.Amount
	if lot >= 30 {
		o.refund = a.Amount.DivUp(models.AmountFromInt(2), 6)
	}
	o.Refunds, o.worth = models.RefundsPart, o.Total.Mul(o.refund).DivHalfUp(a.Amount, o.Digits)
	if o.refund.Cmp(a.Amount) >= 0 { // all of it, or too small to be halved
		o.Refunds = models.RefundsAll
	}
	a.Refunded = o.refund
}
