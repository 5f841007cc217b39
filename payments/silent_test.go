package payments_test

import (
	"context"
	"fmt"
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

// R18: connections to the database that fall silent without a word, as after a failover, cost a moment and nothing else. The shop
// is idle when it happens, so that every connection of the pool is one of them.
func TestRun_ConnectionsThatFallSilentStopNoWorker(t *testing.T) {
	t.Parallel()
	const creditedWithin = 30 * time.Second
	dsn := modelstest.MariaDBDSN(t)
	proxy := modelstest.NewProxy(t, dsn)
	direct := modelstest.Open(t, dsn)
	s := &shop{paymentstest.New(t, modelstest.Open(t, proxy.DSN()), modelstest.NewClock(time.Now()), func(_ *sandbox.Config, c *assembly.Config) {
		c.Clock = models.SystemClock
	})}
	called, polled := make([]models.Order, 6), make([]models.Order, 6)
	for i := range called {
		called[i], polled[i] = s.placeAs(fmt.Sprintf("called%d@example.org", i)), s.placeAs(fmt.Sprintf("polled%d@example.org", i))
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Jobs.Run(ctx) }()
	defer func() {
		stop()
		assert.NoError(t, <-ended)
	}()
	require.Eventually(t, func() bool { return len(s.Mails.Subjects()) == len(called)+len(polled) }, creditedWithin, 50*time.Millisecond, "the workers are at work")

	proxy.Freeze()
	frozen := time.Now()
	for _, o := range polled {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(o).OrderNum))
		require.NoError(t, direct.NudgeAttempt(t.Context(), o.Attempts[0].ID, time.Now()))
	}
	require.NoError(t, s.Platform.SetFaults(nil))
	for _, o := range called {
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(o).OrderNum))
	}
	credited := func() bool {
		s.Clock.Advance(time.Second) // the platform sends again what was not acknowledged
		s.Platform.Deliver(t.Context())
		for _, o := range append(called, polled...) {
			got, err := direct.Order(t.Context(), o.ID)
			if err != nil || got.State != models.OrderPaid {
				return false
			}
		}
		return len(s.Mails.Subjects()) == 2*(len(called)+len(polled))
	}
	require.Eventually(t, credited, creditedWithin, 100*time.Millisecond, "credited and mailed in time")
	t.Logf("all is credited and mailed %s after the connections fell silent", time.Since(frozen).Round(100*time.Millisecond))
	for _, w := range s.Jobs.Workers() {
		assert.False(t, w.Stalled, w.Name)
	}
	paymentstest.CheckInvariants(t, direct)
}
