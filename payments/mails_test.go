package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestMails_OfAnOrderThatWasNotPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		s.Work()
		assert.ElementsMatch(t, []string{"order received", "order cancelled"}, s.Mails.Subjects())
		s.PlaceOrder(1)
		s.Later(2 * time.Hour)
		s.Later(2 * time.Hour)
		assert.ElementsMatch(t, []string{"order received", "order cancelled", "order received", "order expired"}, s.Mails.Subjects())
	})
}

// Nothing came of an order that the platform never took: its shopper has no mail about it, and gets none about its end.
func TestMails_NoneAboutAnOrderThatNeverWas(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "createThirdOrder", Code: opay.CodeMerchantUnavailable}}))
		form := s.CartForm(1)
		placed, err := s.Place(t.Context(), form)
		require.NoError(t, err)
		for range 4 {
			s.Later(time.Hour)
		}
		assert.Equal(t, models.OrderExpired, s.Order(placed.Ref).State)
		assert.Empty(t, s.Mails.Subjects())
	})
}

func TestMails_LateMoneyAndItsRefund(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		require.NoError(t, s.Platform.PayLate(s.PlatformOrder(order).OrderNum))
		s.Later(6 * time.Hour)
		order = s.Order(order.Ref)
		require.Equal(t, models.OrderReview, order.State)
		assert.ElementsMatch(t, []string{"order received", "order cancelled", "late payment"}, s.Mails.Subjects())

		late := s.OpenCase(order)
		s.Decide(order, models.DecideRefund)
		require.NoError(t, s.Outbox.QueueDecided(t.Context(), s.Store, order.ID, late.ID)) // told once
		s.Work()
		s.NextDay() // the statement confirms it: no second mail
		assert.ElementsMatch(t, []string{"order received", "order cancelled", "late payment", "late decided", "refunded"}, s.Mails.Subjects())
	})
}

func TestMails_ARefundThatThePlatformRefusesIsNotTold(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable, Times: 1}}))
		_, err := s.Refund(order, "1")
		require.NoError(t, err)
		s.Work()
		assert.NotContains(t, s.Mails.Subjects(), "refunded")
		_, err = s.Refund(order, "2")
		require.NoError(t, err)
		s.Work()
		assert.Contains(t, s.Mails.Subjects(), "refunded")
	})
}
