package payments_test

import (
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// end lets all time pass and checks where everything is; then people decide what is left, and it is checked that nothing is open.
func (s *story) end() {
	require.NoError(s.T, s.Platform.SetFaults(nil))
	s.Deliver()
	for _, d := range []time.Duration{time.Minute, 15 * time.Minute, 3 * time.Hour} {
		s.Later(d)
	}
	s.days(4)
	s.checkAtRest()
	for range 30 {
		open := slices.DeleteFunc(s.openCases(), func(r models.Review) bool { return r.Kind == models.ReviewOverdue })
		waiting := s.waiting()
		if len(open) == 0 && len(waiting) == 0 {
			break
		}
		for _, r := range waiting {
			s.decideRefund(otherThan(r.RequestedBy))
		}
		if len(open) > 0 {
			s.decide(open[0], models.DecideAccept, models.DecideAcceptAmount, models.DecideRefund, models.DecideDrop, models.DecideNoted)
		}
		s.Later(time.Minute)
	}
	s.days(4)
	s.checkAtRest()
	s.checkOver()
}

func otherThan(staffID string) models.Actor {
	if staffID == second.StaffID {
		return finance
	}
	return second
}

// days lets days pass, whose statements are fetched by the shop itself.
func (s *story) days(n int) {
	for range n {
		s.Later(24 * time.Hour)
	}
}

// ledger is the exchange's, by appOrderId: what was paid to the shop, and what it sent.
func (s *story) ledger() (paid, sent map[string]sandbox.Order) {
	paid, sent = map[string]sandbox.Order{}, map[string]sandbox.Order{}
	for _, o := range s.Platform.Orders() {
		switch {
		case o.Status != opay.StatusPaid:
		case o.Type == sandbox.TypePayment:
			paid[o.AppOrderID] = o
		default:
			sent[o.AppOrderID] = o
		}
	}
	return paid, sent
}

// checkAtRest checks what holds when nothing is due any more, whatever waits for people.
func (s *story) checkAtRest() {
	paymentstest.CheckInvariants(s.T, s.Store)
	paid, sent := s.ledger()
	var platform []models.PlatformPayment
	for id, o := range paid {
		if !s.mistaken[id] {
			platform = append(platform, models.PlatformPayment{AppOrderID: id, OrderNum: o.OrderNum, Coin: o.Coin, Amount: amountOf(o)})
		}
	}
	unknown, err := s.Store.UnknownPayments(s.T.Context(), platform)
	require.NoError(s.T, err)
	assert.Empty(s.T, unknown, "I5")
	sums := coinSums{}
	for _, o := range s.orders() {
		f := s.file(o)
		s.checkState(f)
		s.checkPayments(f, paid, sums)
		s.checkRefunds(f, sent, sums)
		s.checkMails(f)
	}
	for _, o := range paid {
		assert.Fail(s.T, "money that the shop does not know", "%s: %s %s", o.OrderNum, o.Amount, o.Coin)
	}
	assert.Empty(s.T, sent, "sent back, and the shop does not know")
	s.checkFunds(sums)
	s.checkStock()
	s.checkCoupons()
}

func amountOf(o sandbox.Order) models.Amount { return models.MustAmount(string(o.Amount)) }

// moneyCases returns the open cases of an order that are about money.
func moneyCases(f models.OrderFile) []models.Review {
	return slices.DeleteFunc(slices.Clone(f.Reviews), func(r models.Review) bool { return !r.Open || !r.Kind.Money() })
}

// checkState: an order is at an end, or in review with a case; each payment has one case at most beside a status that goes back, and each case
// waits for something.
func (s *story) checkState(f models.OrderFile) {
	o := f.Order
	cases := moneyCases(f)
	if o.State == models.OrderReview {
		assert.NotEmpty(s.T, cases, "order %s waits for nobody", o.NumberText)
	} else {
		assert.Contains(s.T, []models.OrderState{models.OrderPaid, models.OrderExpired, models.OrderCancelled}, o.State, "order %s", o.NumberText)
	}
	open := map[string][]models.ReviewKind{}
	for _, r := range f.Reviews {
		if r.Open && r.Kind != models.ReviewStatusRegress { // whether the exchange takes its word back is a question of its own
			open[r.AttemptID] = append(open[r.AttemptID], r.Kind)
		}
	}
	for _, kinds := range open {
		assert.Len(s.T, kinds, 1, "cases about one payment of order %s (%s): %v", o.NumberText, o.State, kinds)
	}
	for _, r := range cases {
		a := o.Attempt(r.AttemptID)
		if assert.NotNil(s.T, a) {
			waits := o.State == models.OrderReview || a.Left().IsPositive() || a.State != models.AttemptPaid
			assert.True(s.T, waits, "case %s of order %s (%s) waits for nothing", r.Kind, o.NumberText, o.State)
		}
		possible := r.Decisions(&o)
		closing := slices.ContainsFunc(possible, models.Decision.Closes)
		assert.True(s.T, closing, "case %s of order %s (%s) cannot be closed: %v", r.Kind, o.NumberText, o.State, possible)
	}
}

// coinSums is what came less what went, by coin or currency.
type coinSums map[string]models.Amount

func (c coinSums) came(coin string, amount models.Amount) { c[coin] = c[coin].Add(amount) }
func (c coinSums) went(coin string, amount models.Amount) { c[coin] = c[coin].Sub(amount) }

// checkPayments takes the payments of an order off the exchange's ledger: those that are booked, with what they are worth, and those that a
// case is about.
func (s *story) checkPayments(f models.OrderFile, paid map[string]sandbox.Order, sums coinSums) {
	cases := moneyCases(f)
	for _, a := range f.Order.Attempts {
		at, ok := paid[a.AppOrderID]
		if a.State != models.AttemptPaid {
			undecided := slices.ContainsFunc(cases, func(r models.Review) bool { return r.AttemptID == a.ID })
			if ok && (undecided || s.mistaken[a.AppOrderID]) {
				delete(paid, a.AppOrderID)
				sums.came(a.Coin, amountOf(at))
			}
			continue
		}
		if !assert.True(s.T, ok, "order %s: the exchange has no payment", f.Order.NumberText) {
			continue
		}
		delete(paid, a.AppOrderID)
		assert.Equal(s.T, amountOf(at).String()+" "+at.Coin, a.Received.String()+" "+a.Coin, "received for order %s", f.Order.NumberText)
		worth := f.Order.Total
		if at.Asked != "" {
			worth = f.Order.Total.Mul(amountOf(at)).DivHalfUp(models.MustAmount(string(at.Asked)), f.Order.Digits)
		}
		assert.Equal(s.T, worth.String(), a.Worth.String(), "worth of the payment of order %s", f.Order.NumberText)
		sums.came(a.Coin, a.Received)
	}
}

// checkRefunds takes the refunds of an order off the exchange's ledger: each that the shop calls sent is there, once.
func (s *story) checkRefunds(f models.OrderFile, sent map[string]sandbox.Order, sums coinSums) {
	worth := map[string]models.Amount{}
	back := map[string]models.Amount{}
	for _, r := range f.Refunds {
		at, ok := sent[r.AppOrderID]
		delete(sent, r.AppOrderID)
		moved := r.State == models.RefundAccepted || r.State == models.RefundConfirmed
		assert.Equal(s.T, moved, ok, "refund in state %s", r.State)
		assert.Contains(s.T, []models.RefundState{models.RefundConfirmed, models.RefundAccepted, models.RefundFailed, models.RefundDeclined, models.RefundRequested}, r.State)
		if !ok {
			continue
		}
		assert.Equal(s.T, amountOf(at).String()+" "+at.Coin, r.Amount.String()+" "+r.Coin)
		worth[r.AttemptID] = worth[r.AttemptID].Add(r.Worth)
		back[r.AttemptID] = back[r.AttemptID].Add(r.Amount)
		sums.went(r.Coin, r.Amount)
	}
	for id, amount := range back {
		a := f.Order.Attempt(id)
		if amount.Equal(a.Received) {
			assert.Equal(s.T, a.Worth.String(), worth[id].String(), "all of the payment of order %s went back", f.Order.NumberText)
		}
	}
}

// checkFunds: what the exchange holds for the shop is what was there, with what came and without what went.
func (s *story) checkFunds(sums coinSums) {
	for coin, begin := range s.funds {
		text, err := s.Platform.MerchantBalance(paymentstest.App, coin)
		require.NoError(s.T, err)
		assert.Equal(s.T, text, begin.Add(sums[coin]).String(), "%s at the exchange", coin)
	}
}

// checkMails: one mail for each thing that a shopper is told.
func (s *story) checkMails(f models.OrderFile) {
	got := map[models.MailKind]int{}
	for _, m := range f.Mails {
		got[m.Kind]++
		assert.Contains(s.T, []models.OutboxState{models.OutboxSent, models.OutboxSkipped}, m.State, "mail %s", m.Kind)
	}
	sent, unsent, refunded := 0, 0, 0
	for _, sh := range f.Shipments {
		sent += sh.Version // each correction is told
		if sh.Undone() {
			unsent, sent = unsent+1, sent-1
		}
	}
	for _, r := range f.Refunds {
		if r.State == models.RefundAccepted || r.State == models.RefundConfirmed {
			refunded++
		}
	}
	reviewed, atOnce := 0, 0
	for _, t := range f.Transitions {
		switch {
		case t.Refused || t.AttemptID != "" || t.RefundID != "":
		case t.ToState == string(models.OrderReview):
			reviewed = 1
		case t.ToState == string(models.OrderPaid) && t.FromState == string(models.OrderAwaiting):
			atOnce = 1
		}
	}
	want := map[models.MailKind]int{
		models.MailOrderSent: sent, models.MailOrderUnsent: unsent, models.MailRefunded: refunded, models.MailLatePayment: reviewed,
		models.MailPaymentReceived: atOnce,
	}
	for kind, n := range want {
		assert.Equal(s.T, n, got[kind], "mails %s of order %s", kind, f.Order.NumberText)
	}
}

// checkStock: what was sold is what paid orders have, without what went back on the shelf; what is reserved waits for a decision.
func (s *story) checkStock() {
	sold, held := map[string]int{}, map[string]int{}
	for _, o := range s.orders() {
		for _, l := range o.Lines {
			if o.State == models.OrderPaid {
				sold[l.VariantID] += l.Quantity
			}
			for _, r := range s.file(o).Refunds {
				for _, back := range r.Lines {
					if back.OrderLineID == l.ID && back.Restock && (r.State == models.RefundAccepted || r.State == models.RefundConfirmed) {
						sold[l.VariantID] -= back.Quantity
					}
				}
			}
			if o.State == models.OrderReview {
				held[l.VariantID] += l.Quantity
			}
		}
	}
	for _, v := range s.variants {
		now, _, err := s.Store.Variant(s.T.Context(), v.ID)
		require.NoError(s.T, err)
		assert.Equal(s.T, sold[v.ID], now.Sold, "sold of %s", v.SKU)
		assert.LessOrEqual(s.T, now.Reserved, held[v.ID], "reserved of %s", v.SKU)
	}
}

// checkCoupons: a coupon is used by paid orders and held by those in review, and never more often than it may be.
func (s *story) checkCoupons() {
	for _, code := range []string{"TEN", "TWICE"} {
		c, err := s.Store.CouponByCode(s.T.Context(), code)
		require.NoError(s.T, err)
		most := 0
		for _, o := range s.ordersIn(models.OrderPaid, models.OrderReview) {
			if o.CouponCode == code {
				most++
			}
		}
		assert.LessOrEqual(s.T, c.Uses, most, "uses of %s", code)
	}
}

// checkOver: nothing is open when people have decided.
func (s *story) checkOver() {
	for _, r := range s.openCases() {
		assert.Fail(s.T, "an open case", "%s about %s: %s", r.Kind, r.Subject, r.Note)
	}
	assert.Empty(s.T, s.waiting())
	for _, o := range s.orders() {
		assert.NotEqual(s.T, models.OrderReview, o.State)
		s.seen["order "+string(o.State)+" "+string(o.Balance)+", sent "+string(o.Fulfilment)+", refunds "+string(o.Refunds)]++
		for _, r := range s.file(o).Refunds {
			assert.NotEqual(s.T, models.RefundAccepted, r.State, "the statement shows each refund")
		}
		for _, a := range o.Attempts {
			if a.State == models.AttemptPaid && (o.State != models.OrderPaid || o.PaidAttemptID != a.ID) {
				assert.False(s.T, a.Left().IsPositive(), "order %s (%s) has %s %s that is for nothing", o.NumberText, o.State, a.Left(), a.Coin)
			}
		}
	}
	s.checkRevenue()
}

// checkRevenue: what paid orders keep, per coin and currency, is what the exchange's ledger says was paid for orders, less what it sent back;
// and the dashboard shows the refunds and the paid orders.
func (s *story) checkRevenue() {
	paid, sent := s.ledger()
	earned, kept := coinSums{}, coinSums{}
	for _, o := range s.orders() {
		for _, a := range o.Attempts {
			if at, ok := paid[a.AppOrderID]; ok && (a.State == models.AttemptPaid || !s.mistaken[a.AppOrderID]) {
				earned.came(at.Coin, amountOf(at))
				earned.came(o.Currency, a.Worth)
			}
			if o.State == models.OrderPaid && o.PaidAttemptID == a.ID {
				kept.came(a.Coin, a.Received)
				kept.came(o.Currency, a.Worth)
			}
		}
		for _, r := range s.file(o).Refunds {
			at, ok := sent[r.AppOrderID]
			if !ok {
				continue
			}
			earned.went(at.Coin, amountOf(at))
			earned.went(o.Currency, r.Worth)
			if o.State == models.OrderPaid && o.PaidAttemptID == r.AttemptID {
				kept.went(r.Coin, r.Amount)
				kept.went(o.Currency, r.Worth)
			}
		}
	}
	for symbol := range earned {
		assert.Equal(s.T, earned[symbol].String(), kept[symbol].String(), "revenue in %s", symbol)
	}
	s.checkDashboard(sent)
}

func (s *story) checkDashboard(sent map[string]sandbox.Order) {
	d, err := s.Store.Dashboard(s.T.Context(), s.began.Add(-24*time.Hour), s.Clock.Now(), s.Books.Zone())
	require.NoError(s.T, err)
	went := coinSums{}
	for _, o := range sent {
		went.came(o.Coin, amountOf(o))
	}
	shown := coinSums{}
	for _, sum := range d.Refunds {
		shown[sum.Symbol] = sum.Amount
	}
	for coin := range s.funds {
		assert.Equal(s.T, went[coin].String(), shown[coin].String(), "refunds on the dashboard in %s", coin)
	}
	assert.Len(s.T, s.ordersIn(models.OrderPaid), d.Paid, "paid orders on the dashboard")
}
