package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// payLess pays one in the last digit less than was asked, also what was given up.
func (s *shop) payLess(orderNum string) {
	s.T.Helper()
	require.NoError(s.T, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnderpaid, Times: 1}}))
	require.NoError(s.T, s.Platform.PayLate(orderNum))
	s.Deliver()
}

// lateLess returns an order for which less than was asked came after it was cancelled.
func (s *shop) lateLess() models.Order {
	s.T.Helper()
	order := s.PlaceOrder(1)
	require.NoError(s.T, s.Cancel(s.T.Context(), order.Ref))
	s.Deliver()
	s.payLess(order.Current().OrderNum)
	return s.Order(order.Ref)
}

// Money of another amount that comes late can be accepted, sent back, or called a mistake, like money that came in time.
func TestDecide_LateMoneyOfAnotherAmount(t *testing.T) {
	t.Parallel()
	for decision, want := range map[models.Decision]outcome{
		models.DecideAcceptAmount: {state: models.OrderPaid, balance: models.BalanceUnder, stock: [3]int{49, 0, 1}},
		models.DecideRefund:       {state: models.OrderCancelled, stock: [3]int{50, 0, 0}},
		models.DecideDrop:         {state: models.OrderCancelled, stock: [3]int{50, 0, 0}},
	} {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.lateLess()
				require.Equal(t, models.OrderReview, order.State)
				assert.False(t, s.offered(order, models.DecideNoted), "money is not noted away")
				claim, err := s.Store.PaidClaim(t.Context(), order.Attempts[0].ID)
				require.NoError(t, err)
				s.Decide(order, decision, func(in *payments.DecideInput) { in.Amount = models.MustAmount(claim.Amount) })
				s.Later(time.Hour)
				got := s.Order(order.Ref)
				assert.Equal(t, want.state, got.State, "asking again changes nothing")
				assert.Equal(t, want.balance, got.Balance)
				assert.Empty(t, s.openCases(order))
				s.AssertStock(want.stock[0], want.stock[1], want.stock[2])
			})
		})
	}
}

// A second payment of another amount goes back; to note it away would keep the money.
func TestDecide_ASecondPaymentOfAnotherAmountGoesBack(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		first := order.Current()
		_, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.Attempt(order.Ref).OrderNum))
		s.Deliver()
		s.payLess(first.OrderNum)
		s.Later(10 * time.Minute) // the first attempt was given up, so that it is asked about now and then
		require.True(t, s.offered(order, models.DecideRefund))
		s.Decide(order, models.DecideRefund)
		s.Work()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderPaid, got.State)
		assert.Equal(t, models.RefundsNone, got.Refunds, "of the payment that counts nothing goes back")
		assert.True(t, got.Attempt(first.ID).Left().IsZero())
		require.Len(t, s.transfers(), 1)
		assert.Equal(t, opay.Amount("10.499999"), s.transfers()[0].Amount)
		assert.Empty(t, s.openCases(order))
	})
}

// The refund of another amount comes to nothing: the money is here, and its case can be decided again.
func TestDecide_ARefundOfAnotherAmountThatFailsOpensTheCaseAgain(t *testing.T) {
	t.Parallel()
	for _, again := range []models.Decision{models.DecideAccept, models.DecideRefund} {
		t.Run(string(again), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				s.payLess(order.Current().OrderNum)
				require.NoError(t, s.Platform.SetFaults(refuseRefund))
				s.Decide(order, models.DecideRefund)
				s.Work()
				got := s.Order(order.Ref)
				require.Equal(t, models.OrderReview, got.State)
				assert.False(t, s.offered(got, models.DecideNoted))
				s.Decide(got, again)
				s.Work()
				got = s.Order(order.Ref)
				assert.Equal(t, again == models.DecideAccept, got.State == models.OrderPaid)
				assert.Equal(t, again == models.DecideAccept, got.Balance == models.BalanceUnder)
				assert.Empty(t, s.openCases(order))
			})
		})
	}
}

// Somebody notes a difference of an order that is not paid. Then it is paid with that difference: the case is open again.
func TestDecide_MoneyOpensANotedMismatchAgain(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Amount = "10.49"; return d })
		s.Later(time.Minute)
		s.Decide(order, models.DecideNoted)
		require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
		s.Deliver()
		got := s.Order(order.Ref)
		require.Equal(t, models.OrderReview, got.State)
		s.Decide(got, models.DecideAcceptAmount, func(in *payments.DecideInput) { in.Amount = models.MustAmount("10.49") })
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		s.Gateway.ChangeOrders(nil)
	})
}

// The exchange answers createThirdOrder with a number that it does not know later. Asked by the shop's own id it tells the right one, and the
// order goes on: it is paid, or it expires.
func TestSettle_ANumberThatTheExchangeRefusesIsReplaced(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{true, false} {
		t.Run(map[bool]string{true: "paid", false: "expired"}[paid], func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultOtherOrder, Call: "createThirdOrder", Times: 1}}))
				order := s.PlaceOrder(1)
				at := s.PlatformOrder(order)
				require.NotEqual(t, at.OrderNum, order.Current().OrderNum)
				if paid {
					require.NoError(t, s.Platform.Pay(at.OrderNum))
				}
				for range 3 {
					s.Later(20 * time.Minute)
				}
				got := s.Order(order.Ref)
				assert.Equal(t, paid, got.State == models.OrderPaid)
				assert.Equal(t, !paid, got.State == models.OrderExpired)
				assert.Equal(t, at.OrderNum, got.Current().OrderNum)
				s.Decide(order, models.DecideNoted)
			})
		})
	}
}

// Money that came under another number of the exchange, for the shop's own id, can be accepted or sent back.
func TestDecide_MoneyUnderAnotherNumber(t *testing.T) {
	t.Parallel()
	for _, d := range []models.Decision{models.DecideAcceptAmount, models.DecideRefund} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.OrderNum = "77777"; return d })
				require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
				s.Deliver()
				require.Equal(t, models.OrderReview, s.Order(order.Ref).State)
				s.Decide(order, d, func(in *payments.DecideInput) { in.Amount = models.MustAmount("10.5") })
				got := s.Order(order.Ref)
				assert.Equal(t, d == models.DecideAcceptAmount, got.State == models.OrderPaid)
				assert.Equal(t, models.BalanceExact, got.Balance)
				s.Work()
				assert.Empty(t, s.openCases(order))
				s.Gateway.ChangeOrders(nil)
			})
		})
	}
}

// Two attempts of a cancelled order have money: one late, one of another amount. That the second is called a mistake leaves the order in
// review with the first.
func TestDecide_DropLeavesTheOtherPaymentWaiting(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		first := order.Current()
		_, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		s.payLess(s.Attempt(order.Ref).OrderNum)
		require.NoError(t, s.Platform.PayLate(first.OrderNum))
		s.Deliver()
		require.Len(t, s.openCases(order), 2)
		reviews, err := s.Store.ReviewsOf(t.Context(), order.ID)
		require.NoError(t, err)
		require.Equal(t, models.ReviewMismatch, reviews[0].Kind)
		in := payments.DecideInput{ReviewID: reviews[0].ID, Decision: models.DecideDrop, Note: "no such money"}
		require.NoError(t, s.Service.Decide(t.Context(), in, finance))
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderReview, got.State)
		s.Decide(got, models.DecideAccept)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}

// The exchange calls an order paid with another amount, and nobody decides for days. When the shop stops asking, there is one case about the
// payment, not a second one that says that its outcome is unknown; the decision ends it.
func TestDecide_AnUndecidedMismatchIsTheOnlyCase(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		s.payLess(order.Current().OrderNum)
		require.Equal(t, models.OrderReview, s.Order(order.Ref).State)
		for range 4 {
			s.Later(24 * time.Hour)
		}
		paymentstest.CheckInvariants(t, s.Store)
		require.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
		s.Decide(s.Order(order.Ref), models.DecideDrop)
		s.Later(time.Hour)
		assert.Empty(t, s.OpenReviews())
		paymentstest.CheckInvariants(t, s.Store)
	})
}

// Of money in another coin there is no amount to accept or to send back: what is not in the table cannot be decided.
func TestDecide_MoneyInAnotherCoinCanOnlyBeDropped(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Coin = "BTC"; return d })
		require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
		s.Deliver()
		stored := s.Order(order.Ref)
		require.Equal(t, models.OrderReview, stored.State)
		open := s.OpenCase(stored)
		assert.Equal(t, []models.Decision{models.DecideDrop, models.DecideAsk, models.DecideWait}, open.Decisions(&stored))
		for _, d := range []models.Decision{models.DecideAcceptAmount, models.DecideAccept, models.DecideRefund, models.DecideNoted} {
			require.ErrorIs(t, s.TryToDecide(stored, d), payments.ErrNotDecidable, d)
		}
		s.Decide(stored, models.DecideDrop)
		assert.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
		assert.Empty(t, s.OpenReviews())
		s.AssertStock(50, 0, 0)
	})
}
