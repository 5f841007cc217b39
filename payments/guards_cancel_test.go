package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/models"
	"coincart/models/store"
	"coincart/payments/sandbox"
)

// The guard looks for a live attempt again inside endIdle's transaction. Without it an order that was read before the shopper began to pay is
// ended with its stock given away, while the pay page is open.
func TestGuard_OrderWithANewAttemptIsNotEnded(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.Fail(order.Current().OrderNum))
		s.deliver()
		read := s.order(order.Ref)
		require.False(t, read.Current().State.Live())
		p, err := s.Pay(t.Context(), order.Ref, "USDT", models.Payer{UserID: alice})
		require.NoError(t, err)
		require.NotEmpty(t, p.PayURL)
		for _, to := range []models.OrderState{models.OrderCancelled, models.OrderExpired} {
			require.ErrorIs(t, s.EndIdle(t.Context(), &read, to), store.ErrConflict)
			assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
			s.stockIs(49, 1, 0)
		}
	})
}

// The guard is in giveUp: a shopper's cancellation is not turned into an expiry. Without it the order says that its time ran out.
func TestGuard_CancellationStaysOne(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnreachable}}))
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		s.later(40 * time.Minute)
		assert.Equal(t, models.IntentCancel, s.attempt(order.Ref).Intent)
		require.NoError(t, s.platform.SetFaults(nil))
		s.later(time.Hour)
		assert.Equal(t, models.OrderCancelled, s.order(order.Ref).State)
		s.stockIs(50, 0, 0)
	})
}
