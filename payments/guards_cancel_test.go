package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// The guard looks for a live attempt again inside endIdle's transaction. Without it an order that was read before the shopper began to pay is
// ended with its stock given away, while the pay page is open.
func TestGuard_OrderWithANewAttemptIsNotEnded(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Fail(order.Current().OrderNum))
		s.Deliver()
		read := s.Order(order.Ref)
		require.False(t, read.Current().State.Live())
		p, err := s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		require.NotEmpty(t, p.PayURL)
		for _, to := range []models.OrderState{models.OrderCancelled, models.OrderExpired} {
			require.ErrorIs(t, s.EndIdle(t.Context(), &read, to), store.ErrConflict)
			assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
			s.AssertStock(49, 1, 0)
		}
	})
}

// The guard is in giveUp: a shopper's cancellation is not turned into an expiry. Without it the order says that its time ran out.
func TestGuard_CancellationStaysOne(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnreachable}}))
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		s.Later(40 * time.Minute)
		assert.Equal(t, models.IntentCancel, s.Attempt(order.Ref).Intent)
		require.NoError(t, s.Platform.SetFaults(nil))
		s.Later(time.Hour)
		assert.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
		s.AssertStock(50, 0, 0)
	})
}

// The guard is the intent where payLive goes on with an open attempt. Without it a shopper who has called the order off is sent to the pay page
// of an attempt that is being closed, and pays for an order that ends.
func TestGuard_OrderThatIsBeingEndedIsNotPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnreachable}}))
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		require.Equal(t, models.AttemptOpen, s.Attempt(order.Ref).State)
		p, err := s.PayOrder(t.Context(), order.Ref, "", models.Payer{UserID: paymentstest.Alice})
		require.ErrorIs(t, err, payments.ErrBusy)
		assert.Empty(t, p.PayURL)
		assert.Equal(t, models.IntentCancel, s.Attempt(order.Ref).Intent)
	})
}

// The guard is the order's time in Pay. Without it an order whose time is over gets another attempt, and stock that others wait for.
func TestGuard_OrderWhoseTimeIsOverGetsNoNewAttempt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Fail(order.Current().OrderNum))
		s.Deliver()
		s.Clock.Advance(s.Order(order.Ref).ExpiresAt.Sub(s.Clock.Now()))
		_, err := s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Alice})
		require.ErrorIs(t, err, payments.ErrNotPayable)
		assert.Len(t, s.Order(order.Ref).Attempts, 1)
		s.Work()
	})
}

// The guard is the order's time in expire, which reads the order again. Without it an order that got more time after a worker had claimed it is
// given up under the shopper's hands.
func TestGuard_OrderThatGotMoreTimeIsNotExpired(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		claimed := s.PlaceOrder(1)
		s.Gateway.BeforeCall(func(call string) { assert.NotEqual(t, "cancelOrder", call) })
		require.NoError(t, s.Expire(t.Context(), claimed))
		got := s.Order(claimed.Ref)
		assert.Equal(t, models.OrderAwaiting, got.State)
		assert.Equal(t, models.AttemptOpen, got.Current().State)
		assert.Equal(t, models.IntentNone, got.Current().Intent)
		s.AssertStock(49, 1, 0)
	})
}
