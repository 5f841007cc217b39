package payments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// The guard is "refused && !undecided(code)" in storeRefundOutcome. After "system exception", "timeout", "network error" and "exists already"
// the platform may have paid. Without the guard the refund counts as failed, its amount is free again, and the money goes back twice.
func TestGuard_RefundRefusedWithAnUndecidedCodeIsUnknown(t *testing.T) {
	t.Parallel()
	for _, code := range []opay.Code{opay.CodeSystemException, opay.CodeRequestTimeout, opay.CodeNetworkError, opay.CodeOrderExists} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlacePaid(1)
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: code, Times: 1}}))
				r, err := s.Refund(order, "10.5")
				require.NoError(t, err)
				s.Work()
				assert.Equal(t, models.RefundUnknown, s.RefundState(r.ID))
				var much *store.RefundTooMuchError
				_, err = s.Refund(order, "0.01")
				require.ErrorAs(t, err, &much, "nothing is free until it is proved that nothing went")
			})
		})
	}
}

// The guard is the rate in newRefund's worth. The limit of four eyes is in the shop's currency: without the rate one person sends back
// 0.0001 BTC, worth 10.50 USD, where one dollar needs two.
func TestGuard_FourEyesLimitIsWorthNotCoins(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.hire(finance, second)
		in := s.CartForm(1)
		in.Coin = "BTC"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.Attempt(p.Ref).OrderNum))
		s.Deliver()
		order := s.Order(p.Ref)
		require.Equal(t, models.OrderPaid, order.State)
		r, err := s.Refund(order, "0.00010797")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, r.State)
		s.Work()
		assert.Empty(t, s.transfers())
	}, func(_ *sandbox.Config, pc *assembly.Config) { pc.FourEyesLimit = models.MustAmount("1") })
}

// The guard is the attempt's id in models.StatusOfRefunds. The money of a second payment goes back without a word about the order: without
// the guard the order that was paid and kept counts as refunded, and is not sent.
func TestGuard_RefundOfASecondPaymentLeavesTheOrderPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		first := order.Current()
		_, err := s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Bob})
		require.NoError(t, err)
		require.NoError(t, s.Platform.SetBalance(paymentstest.Bob, "USDT", "100"))
		require.NoError(t, s.Platform.Pay(s.Attempt(order.Ref).OrderNum))
		s.Deliver()
		require.NoError(t, s.Platform.PayLate(first.OrderNum))
		s.Deliver()
		require.Equal(t, []models.ReviewKind{models.ReviewSecondPayment}, s.OpenReviews())
		order = s.Order(order.Ref)
		require.Equal(t, models.OrderPaid, order.State)
		require.NotEqual(t, first.ID, order.PaidAttemptID)

		r, err := s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: order.ID, AttemptID: first.ID, Amount: first.Amount, Reason: "paid twice", FormToken: models.NewRef(),
		}, finance)
		require.NoError(t, err)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		s.Work()
		require.Len(t, s.transfers(), 1, "it goes back")
		assert.Equal(t, paymentstest.Alice, s.transfers()[0].UID, "to the one who paid twice")
		s.NextDay()
		assert.Equal(t, models.RefundConfirmed, s.RefundState(r.ID))
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)

		// And while the order's own refund is under way, the second payment's counts for nothing.
		own, err := s.Refund(order, "1")
		require.NoError(t, err)
		require.Equal(t, models.RefundsInFlight, s.Order(order.Ref).Refunds)
		s.Work()
		s.NextDay()
		assert.Equal(t, models.RefundConfirmed, s.RefundState(own.ID))
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "1 of 10.50 went back")
	})
}

// The guards keep the facts of an order apart: what was sent stays sent when a part goes back, and is not sent again; and late money that
// nobody has decided about is neither paid nor sent back in part.
func TestGuard_FactsStayApart(t *testing.T) {
	t.Parallel()
	t.Run("fulfilled", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlacePaid(1)
			require.NoError(t, s.ShipAll(order.ID, "TRACK-1"))
			_, err := s.Refund(order, "1")
			require.NoError(t, err)
			s.Work()
			s.NextDay()
			assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
			assert.Equal(t, models.RefundsPart, s.Order(order.Ref).Refunds)
			require.ErrorIs(t, s.ShipAll(order.ID, "TRACK-2"), payments.ErrNotFulfillable)
		})
	})
	t.Run("late money", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Cancel(t.Context(), order.Ref))
			s.Deliver()
			require.NoError(t, s.Platform.PayLate(order.Current().OrderNum))
			s.Deliver()
			order = s.Order(order.Ref)
			require.Equal(t, models.OrderReview, order.State)
			_, err := s.Refund(order, "1")
			require.ErrorIs(t, err, payments.ErrNotRefundable, "somebody has to decide about it first")
			s.Work()
			s.NextDay()
			assert.Equal(t, models.OrderReview, s.Order(order.Ref).State)
		})
	})
}
