package payments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/sandbox"
)

// A callback tells of another amount before the platform is asked. The case then names the amount of the verified answer, which is the one
// that can be accepted: the form of the case sends what its remark names.
func TestCase_NamesTheVerifiedAmount(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(2)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{
			{Kind: sandbox.FaultUnderpaid, Way: sandbox.OffHalf}, {Kind: sandbox.FaultJavaAmount}, {Kind: sandbox.FaultCallbackJavaAmount},
		}))
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		_, values, ok := models.ReadRemark(s.OpenCase(s.Order(order.Ref)).Note)
		require.True(t, ok)
		require.Equal(t, "10.5", values["amount"])
		s.Decide(s.Order(order.Ref), models.DecideAcceptAmount, func(in *payments.DecideInput) {
			in.Amount = models.MustAmount(values["amount"])
		})
		assert.Equal(t, models.BalanceUnder, s.Order(order.Ref).Balance)
		assert.Empty(t, s.OpenReviews())
	})
}

// A case that was closed because nothing was to be done opens again when the platform says something else: an order in review waits for it.
func TestCase_OpensAgainForAnotherAnswer(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(2)
		require.NoError(t, s.Store.OpenReview(t.Context(), models.Review{ // as a callback of the pending order does that names another amount
			Kind: models.ReviewMismatch, Subject: s.Attempt(order.Ref).ID, OrderID: order.ID, AttemptID: s.Attempt(order.Ref).ID,
			Note: models.Remark("callback_amount"),
		}))
		s.Decide(s.Order(order.Ref), models.DecideNoted)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnderpaid}}))
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		require.Equal(t, models.OrderReview, s.Order(order.Ref).State)
		assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
		s.Decide(s.Order(order.Ref), models.DecideDrop)
		assert.Empty(t, s.OpenReviews())
		require.NoError(t, s.Platform.SetFaults(nil))
		s.Deliver()
		assert.Empty(t, s.OpenReviews(), "the same answer again opens nothing")
	})
}
