package payments_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// oddPlatform lets tokens lapse after a minute, prints amounts as Java does, and has hexadecimal order numbers.
func oddPlatform(sc *sandbox.Config, _ *assembly.Config) {
	sc.TokenTTL, sc.HexOrderNums = time.Minute, true
	sc.InitialFaults = sandbox.Faults{{Kind: sandbox.FaultJavaAmount}, {Kind: sandbox.FaultCallbackJavaAmount}}
}

// A whole sale, its refund and its books, at a platform whose tokens lapse, whose amounts are Java's and whose numbers are hexadecimal.
func TestStory_AtAnOddPlatform(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(3)
		in.Payer = s.signIn()
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.NotEmpty(t, p.PayURL)
		order := s.Order(p.Ref)
		at := s.PlatformOrder(order)
		require.Len(t, at.OrderNum, 32)
		require.Empty(t, strings.Trim(at.OrderNum, "0123456789abcdef"))
		assert.Equal(t, at.OrderNum, order.Current().OrderNum)

		s.Later(2 * time.Minute) // the token has lapsed; the poller asks all the same
		assert.Equal(t, models.OrderAwaiting, s.Order(p.Ref).State)
		require.NoError(t, s.Platform.Pay(at.OrderNum))
		s.Deliver()
		order = s.Order(p.Ref)
		require.Equal(t, models.OrderPaid, order.State)
		require.NoError(t, s.ShipAll(order.ID, "PARCEL-1"))

		found, err := s.Store.Orders(t.Context(), models.OrderFilter{Search: at.OrderNum})
		require.NoError(t, err)
		require.Len(t, found.Rows, 1, "the back office finds it by its hexadecimal number")
		assert.Equal(t, order.ID, found.Rows[0].ID)

		refund, err := s.Refund(order, "10.5")
		require.NoError(t, err)
		s.Work()
		require.Equal(t, models.RefundAccepted, s.RefundState(refund.ID))
		day := s.NextDay()
		assert.Empty(t, day.Found)
		assert.Equal(t, 2, day.Matched)
		assert.Equal(t, models.RefundConfirmed, s.RefundState(refund.ID))
		assert.Empty(t, s.OpenReviews())
	}, oddPlatform)
}

// What arrives short or too much is never credited by itself: the order waits for a person, in exactly one case.
func TestSettle_AnotherAmountGoesToReview(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"a digit less": {Kind: sandbox.FaultUnderpaid}, "half": {Kind: sandbox.FaultUnderpaid, Way: sandbox.OffHalf},
		"a digit more": {Kind: sandbox.FaultOverpaid}, "half more": {Kind: sandbox.FaultOverpaid, Way: sandbox.OffHalf},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(2)
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{fault, {Kind: sandbox.FaultJavaAmount}, {Kind: sandbox.FaultCallbackJavaAmount}}))
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				at := s.PlatformOrder(order)
				require.Equal(t, opay.Amount("21"), at.Asked)
				require.NotEqual(t, at.Asked, at.Amount)
				s.Deliver()
				assert.Equal(t, models.OrderReview, s.Order(order.Ref).State)
				assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
				s.AssertStock(48, 2, 0)
			})
		})
	}
}
