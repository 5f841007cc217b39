package payments_test

import (
	"sync"
	"testing"
	"time"

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

// transfers are the refunds that the platform paid.
func (s *shop) transfers() []sandbox.Order {
	list := []sandbox.Order{}
	for _, o := range s.Platform.Orders() {
		if o.Type == sandbox.TypeTransfer {
			list = append(list, o)
		}
	}
	return list
}

func TestRefund_PartlyThenAllConfirmedByTheStatement(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(2) // 21 USDT
		r, err := s.Refund(order, "10.5")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, r.State, "below the limit nobody else is asked")
		assert.Equal(t, models.RefundsInFlight, s.Order(order.Ref).Refunds)
		s.Work()
		assert.Equal(t, models.RefundAccepted, s.RefundState(r.ID))
		require.Len(t, s.transfers(), 1)
		assert.Equal(t, opay.Amount("10.5"), s.transfers()[0].Amount)
		assert.Equal(t, paymentstest.Alice, s.transfers()[0].UID)

		report := s.NextDay()
		assert.Empty(t, report.Found)
		assert.Equal(t, 1, report.RefundPairs)
		assert.True(t, report.AddsUp())
		assert.Equal(t, models.RefundConfirmed, s.RefundState(r.ID))
		assert.Equal(t, models.RefundsPart, s.Order(order.Ref).Refunds, "a part is still here")

		var much *store.RefundTooMuchError
		_, err = s.Refund(order, "10.51")
		require.ErrorAs(t, err, &much)
		assert.Equal(t, "10.5", much.Left.String())
		rest, err := s.Refund(order, "10.5")
		require.NoError(t, err)
		s.Work()
		s.NextDay()
		assert.Equal(t, models.RefundConfirmed, s.RefundState(rest.ID))
		assert.Equal(t, models.RefundsAll, s.Order(order.Ref).Refunds)
		_, err = s.Refund(order, "0.01")
		require.ErrorAs(t, err, &much)
		assert.Len(t, s.transfers(), 2)
	})
}

func TestRefund_TwoInParallelNeverExceedWhatWasPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1) // 10.5 USDT
		var mu sync.Mutex
		ok := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := s.Refund(order, "6")
				mu.Lock()
				defer mu.Unlock()
				var much *store.RefundTooMuchError
				if err == nil {
					ok++
				} else {
					assert.ErrorAs(t, err, &much)
				}
			})
		}
		wg.Wait()
		s.Work()
		assert.Equal(t, 1, ok)
		assert.Len(t, s.transfers(), 1)
	})
}

func TestRefund_SameFormIsOneRefund(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		in := payments.RefundInput{OrderID: order.ID, AttemptID: order.PaidAttemptID, Amount: models.MustAmount("1"), Reason: "goodwill", FormToken: models.NewRef()}
		ids := map[string]bool{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				r, err := s.RequestRefund(t.Context(), in, finance)
				mu.Lock()
				defer mu.Unlock()
				if assert.NoError(t, err) {
					ids[r.ID] = true
				}
			})
		}
		wg.Wait()
		s.Work()
		assert.Len(t, ids, 1)
		assert.Len(t, s.transfers(), 1)
	})
}

func TestRefund_LostAnswerIsResolvedAndNeverRepeated(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]paymentstest.Option{
		"by our id":        func(*sandbox.Config, *assembly.Config) {},
		"by the statement": func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceMissing },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlacePaid(1)
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultAnswerLost, Call: "refundOrder"}}))
				r, err := s.Refund(order, "10.5")
				require.NoError(t, err)
				s.Work()
				for range 5 {
					s.Later(2 * time.Minute)
				}
				require.Len(t, s.transfers(), 1)
				s.NextDay()
				assert.Equal(t, models.RefundConfirmed, s.RefundState(r.ID))
				assert.Equal(t, models.RefundsAll, s.Order(order.Ref).Refunds)
				assert.Len(t, s.transfers(), 1, "paid once")
			}, option)
		})
	}
}

func TestRefund_LostRequestIsProvedMissingAndGivenFree(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "refundOrder", Times: 1}}))
		r, err := s.Refund(order, "10.5")
		require.NoError(t, err)
		s.Work()
		assert.Equal(t, models.RefundUnknown, s.RefundState(r.ID))
		s.Later(5 * time.Minute)
		assert.Equal(t, models.RefundUnknown, s.RefundState(r.ID), "it may still be on its way")
		for range 6 {
			s.Later(5 * time.Minute)
		}
		assert.Equal(t, models.RefundFailed, s.RefundState(r.ID))
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		assert.Empty(t, s.transfers())
		_, err = s.Refund(order, "10.5")
		require.NoError(t, err, "the amount is free again")
		s.Work()
		assert.Len(t, s.transfers(), 1)
	})
}

func TestRefund_RefusedByThePlatform(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable, Times: 1}}))
		r, err := s.Refund(order, "1")
		require.NoError(t, err)
		s.Work()
		got, err := s.Store.Refund(t.Context(), r.ID)
		require.NoError(t, err)
		assert.Equal(t, models.RefundFailed, got.State)
		assert.Equal(t, string(opay.CodeMerchantUnavailable), got.ProblemCode)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}

func TestRefund_AboveTheLimitNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.hire(finance, second)
		order := s.PlacePaid(2)
		small, err := s.Refund(order, "5")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, small.State)
		r, err := s.Refund(order, "5.01")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, r.State)
		s.Work()
		assert.Len(t, s.transfers(), 1, "only the small one")
		require.ErrorIs(t, s.ApproveRefund(t.Context(), r.ID, finance), payments.ErrSamePerson)
		require.NoError(t, s.ApproveRefund(t.Context(), r.ID, second))
		require.ErrorIs(t, s.ApproveRefund(t.Context(), r.ID, second), payments.ErrRefundOver)
		s.Work()
		assert.Len(t, s.transfers(), 2)
		require.ErrorIs(t, s.DeclineRefund(t.Context(), r.ID, "too late", second), payments.ErrRefundOver)

		other, err := s.Refund(order, "6")
		require.NoError(t, err)
		require.NoError(t, s.DeclineRefund(t.Context(), other.ID, "asked twice", finance))
		s.Work()
		assert.Len(t, s.transfers(), 2)
		_, err = s.Refund(order, "10.99")
		require.NoError(t, err, "declined is given free")
	}, func(_ *sandbox.Config, pc *assembly.Config) { pc.FourEyesLimit = models.MustAmount("5") })
}

func TestRefund_Refusals(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		open := s.PlaceOrder(1)
		_, err := s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: open.ID, AttemptID: open.Current().ID, Amount: models.MustAmount("1"), Reason: "x", FormToken: models.NewRef(),
		}, finance)
		require.ErrorIs(t, err, payments.ErrNotRefundable)
		order := s.PlacePaid(1)
		_, err = s.Refund(order, "0")
		require.ErrorIs(t, err, payments.ErrRefundAmount)
		_, err = s.Refund(order, "0.001")
		require.ErrorIs(t, err, payments.ErrRefundAmount, "finer than the coin")
		_, err = s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: order.ID, AttemptID: order.PaidAttemptID, Amount: models.MustAmount("1"), Reason: "  ", FormToken: models.NewRef(),
		}, finance)
		require.ErrorIs(t, err, models.ErrNoteText)
		_, err = s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: order.ID, AttemptID: open.Current().ID, Amount: models.MustAmount("1"), Reason: "x", FormToken: models.NewRef(),
		}, finance)
		require.ErrorIs(t, err, payments.ErrNotRefundable, "an attempt of another order")
		s.Work()
		assert.Empty(t, s.transfers())
	})
}
