package doctor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// I5: what the sandbox calls paid is paid or in review in the shop's records, or it is found.
func TestEachLedgerPayment_FindsWhatTheShopDoesNotKnow(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		unknown := func() (payments int, found []models.PlatformPayment) {
			err := doctor.EachLedgerPayment(t.Context(), s.Config.PlatformURL, paymentstest.App, s.Clock.Now().Add(time.Second),
				func(paid []models.PlatformPayment) error {
					payments += len(paid)
					list, err := s.Store.UnknownPayments(t.Context(), paid)
					found = append(found, list...)
					return err
				})
			require.NoError(t, err)
			return payments, found
		}
		s.PlacePaid(1)
		short := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnderpaid, Times: 1}}))
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(short).OrderNum))
		s.Deliver()
		n, found := unknown()
		assert.Equal(t, 2, n)
		assert.Empty(t, found, "paid, or in review")

		silent := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		at := s.PlatformOrder(silent)
		require.NoError(t, s.Platform.Pay(at.OrderNum))
		n, found = unknown()
		assert.Equal(t, 3, n)
		require.Len(t, found, 1)
		assert.Equal(t, at.OrderNum, found[0].OrderNum)
		s.Later(time.Minute)
		_, found = unknown()
		assert.Empty(t, found, "the poller has found it")
		err := doctor.EachLedgerPayment(t.Context(), s.NotifyURL, "x", time.Time{}, nil)
		require.ErrorIs(t, err, doctor.ErrNoLedger)

		s.NextDay()
		stated := 0
		require.NoError(t, s.Store.StatedPayments(t.Context(), func(paid []models.PlatformPayment) error {
			stated += len(paid)
			list, err := s.Store.UnknownPayments(t.Context(), paid)
			assert.Empty(t, list)
			return err
		}))
		assert.Equal(t, 2, stated, "the third has a discrepancy")
	})
}
