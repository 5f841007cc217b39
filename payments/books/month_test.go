package books_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// month is the month that the story is about, in the exchange's zone, and monthAfter the one in which late refunds are sent.
const (
	month      = "2026-11"
	monthAfter = "2026-12"
	inZone     = " (Asia/Shanghai)"
	chinese    = "zh-Hans"
)

// storyZone is a zone whose days are not those of UTC.
func storyZone(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	return zone
}

// story is a month of a shop with every kind of payment and of refund.
type story struct {
	*paymentstest.Shop

	t    *testing.T
	zone *time.Location
}

// The files that an accountant gets, the dashboard and the exchange's statements are about the same money: their sums agree, per coin and per
// currency, by the day of payment and the day of refund.
func TestMonth_OrdersPaymentsRefundsDashboardAndStatementsAgree(t *testing.T) {
	t.Parallel()
	zone := storyZone(t)
	paymentstest.Each(t, func(t *testing.T, shop *paymentstest.Shop) {
		s := &story{Shop: shop, t: t, zone: zone}
		s.open()
		s.november()
		s.turnOfTheMonth()
		s.december()
		s.compare()
		s.compareLines()
	}, func(sc *sandbox.Config, ac *assembly.Config) {
		sc.Location, ac.Zone = zone, zone
		sc.Apps[0].Balances = map[string]string{"USDT": "10000", "BTC": "1", "ETH": "10"}
	})
}

func (s *story) open() {
	ctx := s.t.Context()
	zone := s.AddZone()
	zone.Texts = models.Texts{chinese: {"tax_name": "增值税"}}
	for i := range zone.Methods {
		zone.Methods[i].Texts = models.Texts{chinese: {"title": "快递"}}
	}
	require.NoError(s.t, s.Store.SaveZone(ctx, &zone))
	s.AddCoupon()
	require.NoError(s.t, s.Store.PutCoin(ctx, models.Coin{
		Symbol: "ETH", Name: "Ether", Precision: 8, Rate: models.MustAmount("3333.33"), RateSource: models.FixedRate, RateAt: s.Clock.Now(), Enabled: true, Position: 3,
	}))
}

// place orders pieces, for delivery with tax and discount.
func (s *story) place(pieces int, coin string, edits ...func(*payments.PlaceInput)) models.Order {
	s.t.Helper()
	in := s.CartFormTo(pieces, "TEN")
	in.Coin = coin
	for _, edit := range edits {
		edit(&in)
	}
	p, err := s.Place(s.t.Context(), in)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, p.PayURL)
	return s.Order(p.Ref)
}

// paid is place with its payment.
func (s *story) paid(pieces int, coin string, edits ...func(*payments.PlaceInput)) models.Order {
	s.t.Helper()
	order := s.place(pieces, coin, edits...)
	require.NoError(s.t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
	s.Deliver()
	order = s.Order(order.Ref)
	require.Equal(s.t, models.OrderPaid, order.State)
	return order
}

// off is place with a payment of another amount, which a person accepts.
func (s *story) off(pieces int, kind sandbox.FaultKind) models.Order {
	s.t.Helper()
	order := s.place(pieces, "USDT")
	require.NoError(s.t, s.Platform.SetFaults(sandbox.Faults{{Kind: kind, Way: sandbox.OffHalf, Times: 1}}))
	require.NoError(s.t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
	require.NoError(s.t, s.Platform.SetFaults(nil))
	s.Deliver()
	s.Decide(order, models.DecideAcceptAmount, func(in *payments.DecideInput) {
		in.Amount = models.MustAmount(string(s.PlatformOrder(order).Amount))
	})
	return s.Order(order.Ref)
}

// late is place with a payment that comes after the order was cancelled.
func (s *story) late(coin string, decision models.Decision) models.Order {
	s.t.Helper()
	order := s.place(1, coin)
	require.NoError(s.t, s.Cancel(s.t.Context(), order.Ref))
	s.Deliver()
	require.NoError(s.t, s.Platform.PayLate(order.Current().OrderNum))
	s.Deliver()
	s.Decide(order, decision)
	s.Work()
	return s.Order(order.Ref)
}

// twice is an order that two payments in two coins pay; the second goes back.
func (s *story) twice() models.Order {
	s.t.Helper()
	order := s.place(1, "USDT")
	first := order.Current()
	_, err := s.PayOrder(s.t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
	require.NoError(s.t, err)
	require.NoError(s.t, s.Platform.Pay(s.Attempt(order.Ref).OrderNum))
	s.Deliver()
	require.NoError(s.t, s.Platform.PayLate(first.OrderNum))
	s.Deliver()
	s.Decide(order, models.DecideRefund)
	s.Work()
	return s.Order(order.Ref)
}

// refund asks for a refund and lets it be sent.
func (s *story) refund(o models.Order, edit func(*payments.RefundInput)) models.Refund {
	s.t.Helper()
	in := payments.RefundInput{OrderID: o.ID, Reason: "came back", FormToken: models.NewRef()}
	edit(&in)
	refund, err := s.RequestRefund(s.t.Context(), in, paymentstest.Finance())
	require.NoError(s.t, err)
	s.Work()
	return refund
}

func all(in *payments.RefundInput) { in.All = true }

func inCoin(amount string) func(*payments.RefundInput) {
	return func(in *payments.RefundInput) { in.Amount = models.MustAmount(amount) }
}

// nextDay ends the day: its statement balances, and the dashboard's figures are kept.
func (s *story) nextDay() {
	s.t.Helper()
	assert.Empty(s.t, s.NextDay().Found)
	s.rollUp()
}

func (s *story) rollUp() {
	s.t.Helper()
	for {
		n, err := s.Store.RollUpDue(s.t.Context(), s.zone)
		require.NoError(s.t, err)
		if n == 0 {
			return
		}
	}
}

func (s *story) november() {
	ctx := s.t.Context()
	first := s.paid(3, "USDT")
	s.refund(first, func(in *payments.RefundInput) {
		in.Pieces = []payments.RefundPieces{{LineID: first.Lines[0].ID, Quantity: 1, Restock: true}}
	})
	require.NoError(s.t, s.ShipAll(first.ID, "PARCEL-1"))
	second := s.paid(1, "BTC", func(in *payments.PlaceInput) { in.Lang = chinese })
	require.Equal(s.t, []string{"快递", "增值税"}, []string{second.DeliveryTitle, second.TaxName}, "as the shopper read it")
	s.nextDay()

	s.refund(second, func(in *payments.RefundInput) { in.Delivery = true })
	parts := s.paid(2, "ETH")
	s.refund(parts, inCoin("0.001"))
	s.place(1, "USDT") // nobody pays it
	s.nextDay()

	s.refund(parts, all) // the rest
	s.refund(s.paid(1, "USDT"), func(in *payments.RefundInput) { in.Worth = models.MustAmount("3.33") })
	s.refund(s.paid(1, "BTC"), all)
	called := s.place(1, "ETH")
	require.NoError(s.t, s.Cancel(ctx, called.Ref))
	s.nextDay()

	euros := func(in *payments.PlaceInput) { in.Currency = models.Currency{Code: "EUR", Digits: 2} }
	s.refund(s.paid(2, "USDT", euros), inCoin("5"))
	failed := s.paid(1, "USDT")
	require.NoError(s.t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable, Times: 1}}))
	refund := s.refund(failed, all)
	require.Equal(s.t, models.RefundFailed, s.RefundState(refund.ID))
	declined, err := s.RequestRefund(ctx, payments.RefundInput{OrderID: failed.ID, Amount: models.MustAmount("1"), Reason: "no", FormToken: models.NewRef()}, paymentstest.Finance())
	require.NoError(s.t, err)
	require.NoError(s.t, s.DeclineRefund(ctx, declined.ID, "not so", paymentstest.Finance()))
	s.nextDay()

	require.Equal(s.t, models.BalanceUnder, s.off(2, sandbox.FaultUnderpaid).Balance)
	over := s.off(3, sandbox.FaultOverpaid)
	require.Equal(s.t, models.BalanceOver, over.Balance)
	s.refund(over, inCoin("10"))
	s.nextDay()

	twice := s.twice()
	require.Len(s.t, twice.Attempts, 2)
	require.Equal(s.t, models.OrderPaid, s.late("ETH", models.DecideAccept).State)
	require.Equal(s.t, models.OrderCancelled, s.late("USDT", models.DecideRefund).State)
	s.nextDay()
}

// turnOfTheMonth has payments shortly before and after midnight of the exchange's zone, on one day of UTC.
func (s *story) turnOfTheMonth() {
	for models.DayOf(s.Clock.Now(), s.zone) != month+"-30" {
		s.nextDay()
	}
	midnight, err := time.ParseInLocation(time.DateOnly, monthAfter+"-01", s.zone)
	require.NoError(s.t, err)
	s.Later(midnight.Add(-time.Minute).Sub(s.Clock.Now()))
	before := s.paid(1, "USDT")
	s.Later(2 * time.Minute)
	after := s.paid(2, "USDT")
	require.Equal(s.t, before.PaidAt.UTC().Day(), after.PaidAt.UTC().Day())
	_, err = s.Books.FetchStatement(s.t.Context(), month+"-30", "", nil)
	require.NoError(s.t, err)
	day, err := s.Books.Reconcile(s.t.Context(), month+"-30")
	require.NoError(s.t, err)
	assert.Empty(s.t, day.Found)
	s.refund(before, inCoin("2"))
	s.nextDay()
}

// december sends back what was paid in November.
func (s *story) december() {
	s.nextDay()
	orders, err := s.Store.Orders(s.t.Context(), models.OrderFilter{Sort: models.OrdersOldest, Limit: 1})
	require.NoError(s.t, err)
	first, err := s.Store.Order(s.t.Context(), orders.Rows[0].ID)
	require.NoError(s.t, err)
	s.refund(first, all)
	s.nextDay()
	s.nextDay()
}

// sums are what was received and what went back, by what they are of: "USDT" or "USD".
type sums map[string]map[string]string

func (s sums) add(what, symbol string, amount models.Amount) {
	if symbol == "" || amount.IsZero() {
		return
	}
	if s[what] == nil {
		s[what] = map[string]string{}
	}
	sum := models.Amount{}
	if text := s[what][symbol]; text != "" {
		sum = models.MustAmount(text)
	}
	s[what][symbol] = sum.Add(amount).String()
}

// What sums are of.
const (
	received     = "received, coin"
	revenue      = "received, currency"
	refunded     = "refunded, coin"
	refundsWorth = "refunded, currency"
)

// only returns the sums of some kinds.
func (s sums) only(kinds ...string) sums {
	chosen := sums{}
	for _, kind := range kinds {
		chosen[kind] = s[kind]
	}
	return chosen
}

// rows makes a file and reads it.
func (s *story) rows(x books.Export) []map[string]string {
	s.t.Helper()
	x.Format = books.FormatCSV
	var file bytes.Buffer
	require.NoError(s.t, s.Books.WriteExport(s.t.Context(), &file, x, nil))
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff"))).ReadAll()
	require.NoError(s.t, err)
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// amountOf reads a cell with an amount; an empty one is 0.
func amountOf(cell string) models.Amount {
	if cell == "" {
		return models.Amount{}
	}
	return models.MustAmount(cell)
}

// ofFile adds up the columns of a file. span is the beginning of the cells of the named column, such as "2026-11"; without a column all rows
// count.
func ofFile(rows []map[string]string, column, span string, columns map[string][2]string) sums {
	total := sums{}
	for _, row := range rows {
		if column != "" && !strings.HasPrefix(row[column+inZone], span) {
			continue
		}
		for what, names := range columns {
			total.add(what, row[names[1]], amountOf(row[names[0]]))
		}
	}
	return total
}

func paidColumns() map[string][2]string {
	return map[string][2]string{received: {"amount paid", "coin"}, revenue: {"paid in currency", "currency"}}
}

func returnedColumns() map[string][2]string {
	return map[string][2]string{refunded: {"refunded", "coin"}, refundsWorth: {"refunded in currency", "currency"}}
}

// onDashboard returns the figures of the days from one to another.
func (s *story) onDashboard(from, to string) sums {
	s.t.Helper()
	first, _, err := models.ParseDay(from, s.zone)
	require.NoError(s.t, err)
	_, end, err := models.ParseDay(to, s.zone)
	require.NoError(s.t, err)
	d, err := s.Store.Dashboard(s.t.Context(), first, end, s.zone)
	require.NoError(s.t, err)
	require.Empty(s.t, d.Missing)
	total := sums{}
	for what, list := range map[string][]models.CoinTotal{received: d.Coins, revenue: d.Revenue, refunded: d.Refunds, refundsWorth: d.Returned} {
		for _, sum := range list {
			total.add(what, sum.Symbol, sum.Amount)
		}
	}
	return total
}

// onStatements adds up the exchange's lines of the days from one to another.
func (s *story) onStatements(from, to string) sums {
	s.t.Helper()
	total := sums{}
	day, err := time.Parse(time.DateOnly, from)
	require.NoError(s.t, err)
	for ; day.Format(time.DateOnly) <= to; day = day.AddDate(0, 0, 1) {
		statement, err := s.Store.NewestStatement(s.t.Context(), day.Format(time.DateOnly))
		require.NoError(s.t, err, day)
		require.NoError(s.t, s.Store.EachStatementLine(s.t.Context(), statement.ID, func(l models.StatementLine) error {
			what := map[models.StatementType]string{models.StatementPayment: received, models.StatementTransfer: refunded}[l.Type]
			total.add(what, l.Coin, l.Amount)
			return nil
		}))
	}
	return total
}

func (s *story) compare() {
	orders := s.rows(books.Export{What: books.ExportOrders})
	first, last := month+"-22", models.DayOf(s.Clock.Now().AddDate(0, 0, -1), s.zone)
	for _, span := range []struct{ name, prefix, from, to string }{
		{"November", month, first, month + "-30"},
		{"December", monthAfter, monthAfter + "-01", last},
		{"both", "2026-1", first, last},
	} {
		paid := s.rows(books.Export{What: books.ExportPayments, From: span.from, To: span.to})
		back := s.rows(books.Export{What: books.ExportRefunds, From: span.from, To: span.to})
		fromPayments := ofFile(paid, "", "", paidColumns())
		fromRefunds := ofFile(back, "", "", returnedColumns())
		dashboard, statement := s.onDashboard(span.from, span.to), s.onStatements(span.from, span.to)

		assert.Equal(s.t, dashboard.only(received, revenue), fromPayments, "payments: "+span.name)
		assert.Equal(s.t, dashboard.only(received, revenue), ofFile(orders, "paid", span.prefix, paidColumns()), "orders: "+span.name)
		assert.Equal(s.t, dashboard.only(refunded, refundsWorth), fromRefunds, "refunds: "+span.name)
		assert.Equal(s.t, dashboard.only(refunded, refundsWorth), ofFile(back, "sent", span.prefix, returnedColumns()), "refunds by day: "+span.name)
		assert.Equal(s.t, dashboard.only(received, refunded), statement, "statements: "+span.name)
		for what := range statement {
			assert.NotEmpty(s.t, statement[what], span.name)
		}
	}
	// A refund of December belongs to a payment of November: only over the whole time the refunds of orders are those of the days.
	whole := s.onDashboard(first, last)
	assert.Equal(s.t, whole.only(refunded, refundsWorth), ofFile(orders, "", "", returnedColumns()))
	paid := s.rows(books.Export{What: books.ExportPayments, From: first, To: last})
	assert.Equal(s.t, whole.only(refunded, refundsWorth), ofFile(paid, "", "", returnedColumns()))
	assert.Len(s.t, whole[received], 3, "coins")
	assert.Len(s.t, whole[revenue], 2, "currencies")
	s.compareByHand(orders, whole)
}

// compareByHand checks what must be so of single orders.
func (s *story) compareByHand(orders []map[string]string, whole sums) {
	further, unpaid := 0, 0
	for _, row := range orders {
		if row["row"] == "further payment" {
			further++
			assert.Equal(s.t, row["amount paid"], row["refunded"], "it went back")
			assert.Empty(s.t, row["total"])
			continue
		}
		paid := row["amount paid"] != ""
		assert.Equal(s.t, paid, row["paid"+inZone] != "", row)
		assert.Equal(s.t, paid, row["paid in currency"] != "", row)
		assert.NotEmpty(s.t, row["amount asked"])
		assert.Equal(s.t, "DE", row["country"])
		assert.Equal(s.t, "19", row["tax rate %"])
		assert.Equal(s.t, []string{"Parcel", "VAT"}, []string{row["delivery method"], row["tax name"]}, "the shop's own words")
		if !paid {
			unpaid++
			assert.Contains(s.t, []string{"expired", "cancelled"}, row["payment"])
			assert.Empty(s.t, row["refunded"])
			continue
		}
		worth := amountOf(row["total"])
		switch row["payment"] {
		case "underpaid", "overpaid":
			assert.NotEqual(s.t, row["amount asked"], row["amount paid"])
			worth = amountOf(row["total"]).Mul(amountOf(row["amount paid"])).DivHalfUp(amountOf(row["amount asked"]), 2)
		default:
			assert.Equal(s.t, row["amount asked"], row["amount paid"])
		}
		assert.Equal(s.t, worth.Fixed(2), row["paid in currency"])
		if row["refunds"] == "all" {
			assert.Equal(s.t, row["amount paid"], row["refunded"])
			assert.Equal(s.t, row["paid in currency"], row["refunded in currency"])
		}
	}
	assert.Equal(s.t, 1, further)
	assert.Equal(s.t, 2, unpaid)
	for symbol, worth := range whole[revenue] {
		assert.Positive(s.t, amountOf(worth).Cmp(amountOf(whole[refundsWorth][symbol])), symbol)
	}
}

// compareLines checks that the lines of an order add up to its total, and tell what was refunded and sent.
func (s *story) compareLines() {
	orders, totals := map[string]map[string]string{}, map[string]models.Amount{}
	for _, row := range s.rows(books.Export{What: books.ExportOrders}) {
		if row["row"] == "order" {
			orders[row["order number"]] = row
		}
	}
	var first []map[string]string
	for _, row := range s.rows(books.Export{What: books.ExportLines, Orders: models.OrderFilter{Sort: models.OrdersOldest}}) {
		number := row["order number"]
		if totals[number] = totals[number].Add(amountOf(row["total"])); len(totals) == 1 {
			first = append(first, row)
		}
		assert.Equal(s.t, orders[number]["currency"], row["currency"])
		assert.Equal(s.t, "VAT", row["tax name"])
		assert.Contains(s.t, []string{"Mug", "Parcel"}, row["name"])
	}
	require.Len(s.t, totals, len(orders))
	for number, total := range totals {
		assert.Equal(s.t, orders[number]["total"], total.Fixed(2), number)
	}
	require.Len(s.t, first, 2)
	mug, delivery := first[0], first[1]
	for name, want := range map[string]string{
		"line": "1", "SKU": "MUG-1", "name": "Mug", "variant": "Blue", "quantity": "3", "unit price": "10.50", "line total": "31.50", "discount": "3.15",
		"tax rate %": "19", "tax included": "0.00", "quantity refunded": "3", "quantity sent": "2", "country": "DE", "payment": "paid",
	} {
		assert.Equal(s.t, want, mug[name], name)
	}
	for name, want := range map[string]string{"line": "delivery", "SKU": "", "name": "Parcel", "quantity": "1", "unit price": "4.90", "quantity refunded": "1", "quantity sent": "1"} {
		assert.Equal(s.t, want, delivery[name], name)
	}
}
