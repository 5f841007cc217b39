package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// A database on another machine has another clock. All times that are stored come from it, so nothing is due later, or sooner, than it
// should be.
func TestClock_ADatabaseThatIsOffDelaysNothing(t *testing.T) {
	t.Parallel()
	for name, shift := range map[string]time.Duration{"behind": -3 * time.Minute, "ahead": 3 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := modelstest.ShiftedMariaDB(t, shift)
			db := modelstest.Open(t, server.DSN)
			// The platform goes by this machine's time, which stands still meanwhile.
			s := paymentstest.New(t, db, modelstest.NewClock(time.Now()), func(_ *sandbox.Config, c *assembly.Config) { c.Clock = db.Clock })
			passes := func(d time.Duration) {
				shift += d
				server.Set(shift)
				s.Work()
			}

			order := s.PlaceOrder(1)
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			for s.Platform.Deliver(t.Context()) > 0 {
			}
			s.Work()
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "the callback is worked on at once")
			assert.Contains(t, s.Mails.Subjects(), "payment received", "and the mail goes out at once")

			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
			order = s.PlaceOrder(1)
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			passes(13 * time.Second)
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "the platform is asked after twelve seconds at most")

			order = s.PlaceOrder(1)
			passes(25 * time.Minute)
			assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State, "there is half an hour to pay")
			passes(8 * time.Minute)
			assert.Equal(t, models.OrderExpired, s.Order(order.Ref).State)
			paymentstest.CheckInvariants(t, db)
		})
	}
}
