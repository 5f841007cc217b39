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
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestRefresh_AsksOnceForManyReturns(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		before := s.Requests.Load()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, err := s.Refresh(t.Context(), order.Ref)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, int64(1), s.Requests.Load()-before, "one question for fifty visits")
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)

		_, err := s.Refresh(t.Context(), models.NewRef())
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestRefresh_WithoutAnAnswerShowsOurState(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultHTML}}))
		got, err := s.Refresh(t.Context(), order.Ref)
		require.NoError(t, err)
		assert.Equal(t, models.OrderAwaiting, got.State)
		assert.Equal(t, models.AttemptOpen, got.Current().State)
	})
}

func TestPay_SameChoiceContinuesTheOpenAttempt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		p, err := s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
		assert.Len(t, s.Order(order.Ref).Attempts, 1)
	})
}

func TestPay_AnotherCoinClosesTheOldAttemptFirst(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		first := s.PlatformOrder(order)
		p, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
		order = s.Order(order.Ref)
		require.Len(t, order.Attempts, 2)
		assert.Equal(t, models.AttemptClosed, order.Attempts[0].State)
		assert.Equal(t, models.AttemptOpen, order.Attempts[1].State)
		assert.Equal(t, "0.00010797", order.Attempts[1].Amount.String(), "10.50 / 97250, rounded up")
		closed, ok := s.Platform.Order(first.OrderNum)
		require.True(t, ok)
		assert.Equal(t, opay.StatusClosed, closed.Status)
		s.AssertStock(49, 1, 0)
		require.ErrorIs(t, s.Platform.Pay(first.OrderNum), sandbox.ErrNotPending)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		assert.Empty(t, s.OpenReviews())
	})
}

func TestPay_NoNewAttemptBeforeTheOldOneIsProvedClosed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "orderDetail"}}))
		_, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.ErrorIs(t, err, payments.ErrBusy)
		order = s.Order(order.Ref)
		assert.Len(t, order.Attempts, 1)
		assert.Equal(t, models.IntentRetry, order.Current().Intent)

		require.NoError(t, s.Platform.SetFaults(nil))
		s.Later(15 * time.Second)
		assert.Equal(t, models.AttemptClosed, s.Attempt(order.Ref).State, "the worker goes on with it")
		p, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
	})
}

func TestPay_PaymentThatWasFasterWins(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		s.Gateway.BeforeCall(func(call string) {
			if call == "cancelOrder" {
				assert.NoError(t, s.Platform.Pay(at.OrderNum))
			}
		})
		p, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		assert.Empty(t, p.PayURL, "to the order page, which says paid")
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderPaid, order.State)
		assert.Len(t, order.Attempts, 1)
	})
}

func TestPay_TwiceInParallelMakesOneAttempt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Fail(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		require.Equal(t, models.AttemptFailed, s.Attempt(order.Ref).State)
		require.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				p, err := s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Alice})
				if assert.NoError(t, err) {
					assert.NotEmpty(t, p.PayURL)
				}
			})
		}
		wg.Wait()
		assert.Len(t, s.Order(order.Ref).Attempts, 2)
		assert.Len(t, s.Platform.Orders(), 2)
	})
}

func TestPay_NotForAnOrderThatIsOver(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		_, err := s.PayOrder(t.Context(), order.Ref, "", models.Payer{})
		require.ErrorIs(t, err, payments.ErrNotPayable)
		_, err = s.PayOrder(t.Context(), models.NewRef(), "", models.Payer{})
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestCancel_ClosesAtThePlatformAndReturnsTheStock(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(3)
		s.AssertStock(47, 3, 0)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderCancelled, order.State)
		assert.Equal(t, models.AttemptClosed, order.Current().State)
		assert.Equal(t, opay.StatusClosed, s.PlatformOrder(order).Status)
		s.AssertStock(50, 0, 0)
		require.NoError(t, s.Cancel(t.Context(), order.Ref), "twice is once")
		s.Deliver()
		assert.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
		assert.Empty(t, s.OpenReviews())
	})
}

func TestCancel_PaidWins(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		s.Gateway.BeforeCall(func(call string) {
			if call == "cancelOrder" {
				assert.NoError(t, s.Platform.Pay(at.OrderNum))
			}
		})
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		s.AssertStock(49, 0, 1)
		require.ErrorIs(t, s.Cancel(t.Context(), order.Ref), payments.ErrNotCancellable)
	})
}

func TestCancel_WithoutAnAnswerIsFinishedByTheWorker(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnreachable}}))
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, order.State)
		assert.Equal(t, models.IntentCancel, order.Current().Intent)
		s.AssertStock(49, 1, 0)
		require.NoError(t, s.Platform.SetFaults(nil))
		s.Later(15 * time.Second)
		assert.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
		s.AssertStock(50, 0, 0)
	})
}

func TestCancel_AfterARefusalNeedsNoPlatform(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(1)
		in.Payer.UserID = "1"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		before := s.Requests.Load()
		require.NoError(t, s.Cancel(t.Context(), p.Ref))
		assert.Equal(t, models.OrderCancelled, s.Order(p.Ref).State)
		assert.Equal(t, before, s.Requests.Load())
		s.AssertStock(50, 0, 0)
	})
}

func TestExpire_AsksFirstThenReleases(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(2)
		s.Later(29 * time.Minute)
		assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		s.Later(3 * time.Minute)
		assert.Equal(t, models.OrderExpired, s.Order(order.Ref).State)
		assert.Equal(t, opay.StatusClosed, s.PlatformOrder(order).Status, "it cannot be paid any more")
		s.AssertStock(50, 0, 0)
	})
}

func TestExpire_MoneyThatNobodyToldOfIsFound(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Later(40 * time.Minute)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		s.AssertStock(49, 0, 1)
	})
}

func TestExpire_WithoutAnAnswerKeepsTheStock(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		s.CutOff()
		s.Later(40 * time.Minute)
		assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		s.AssertStock(49, 1, 0)
		for range 100 {
			s.Later(time.Hour)
		}
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, order.State, "nobody knows, so nothing is given away")
		assert.Equal(t, []models.ReviewKind{models.ReviewUnresolved}, s.OpenReviews())
		s.AssertStock(49, 1, 0)
	})
}

func TestExpire_UnknownAttemptIsProvedMissing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "createThirdOrder"}}))
		p, err := s.Place(t.Context(), s.CartForm(1))
		require.NoError(t, err)
		s.Later(29*time.Minute + 45*time.Second) // sent again, and lost again
		s.Later(90 * time.Second)
		assert.Equal(t, models.OrderAwaiting, s.Order(p.Ref).State, "the last try may still be on its way")
		s.AssertStock(49, 1, 0)
		for range 4 {
			s.Later(15 * time.Minute)
		}
		order := s.Order(p.Ref)
		assert.Equal(t, models.OrderExpired, order.State)
		assert.Equal(t, models.ProblemNotAccepted, order.Current().ProblemCode)
		s.AssertStock(50, 0, 0)
	})
}

// R6: money for an order that was given up is never dropped and never booked by itself.
func TestSettle_LateMoneyGoesToReview(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		s.AssertStock(50, 0, 0)
		s.Deliver()
		require.NoError(t, s.Platform.PayLate(at.OrderNum))
		s.Deliver()
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderReview, order.State)
		assert.Equal(t, models.AttemptPaid, order.Current().State)
		assert.Equal(t, []models.ReviewKind{models.ReviewLatePayment}, s.OpenReviews())
		s.AssertStock(50, 0, 0)
		assert.NotContains(t, s.Mails.Subjects(), "payment received")
	})
}

// R8: two paid attempts. The first keeps the order, the second is a task for a refund.
func TestSettle_SecondPaymentOpensARefundTask(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		first := s.PlatformOrder(order)
		_, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(order.Ref)).OrderNum))
		s.Deliver()
		paid := s.Order(order.Ref)
		require.Equal(t, models.OrderPaid, paid.State)

		s.Deliver()
		require.NoError(t, s.Platform.PayLate(first.OrderNum))
		s.Deliver()
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderPaid, order.State)
		assert.Equal(t, paid.PaidAttemptID, order.PaidAttemptID)
		assert.Equal(t, models.AttemptPaid, order.Attempts[0].State)
		assert.Equal(t, []models.ReviewKind{models.ReviewSecondPayment}, s.OpenReviews())
		s.AssertStock(49, 0, 1)
	})
}

func TestSettle_AttemptGivenUpThatIsStillOpenIsClosed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Status = opay.StatusFailed; return d })
		s.Later(13 * time.Second)
		require.Equal(t, models.AttemptFailed, s.Attempt(order.Ref).State)
		s.Gateway.ChangeOrders(nil)
		s.post(s.callback(at, opay.StatusPending, string(at.Amount)))
		s.Work()
		assert.Equal(t, []models.ReviewKind{models.ReviewStatusRegress}, s.OpenReviews())
		s.Later(5 * time.Second)
		closed, ok := s.Platform.Order(at.OrderNum)
		require.True(t, ok)
		assert.Equal(t, opay.StatusClosed, closed.Status)
	})
}

func TestWorker_AttemptOfADeadProcess(t *testing.T) {
	t.Parallel()
	t.Run("stored and never sent", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Platform.Fail(s.PlatformOrder(order).OrderNum))
			s.Deliver()
			now := s.Clock.Now()
			dead := models.Attempt{
				ID: models.NewID(), OrderID: order.ID, AppOrderID: models.NewRef(), State: models.AttemptCreated, Coin: "USDT",
				Amount: models.MustAmount("10.5"), Rate: models.MustAmount("1"), RateSource: "fixed", RateAt: now, PayerUserID: paymentstest.Alice,
				Payer: models.Payer{UserID: paymentstest.Alice}, CreatedAt: now, UpdatedAt: now, DueAt: now.Add(time.Minute),
			}
			require.NoError(t, s.Store.InsertAttempt(t.Context(), &dead))
			s.Later(30 * time.Second)
			assert.Equal(t, models.AttemptCreated, s.Attempt(order.Ref).State)
			s.Later(31 * time.Second)
			assert.Equal(t, models.AttemptFailed, s.Attempt(order.Ref).State)
			assert.Equal(t, models.ProblemNotSent, s.Attempt(order.Ref).ProblemCode)
		})
	})
	t.Run("sent, and died before storing the answer", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			_, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
			require.NoError(t, err)
			a := s.Attempt(order.Ref)
			undo(t, s, &a)
			s.Later(25 * time.Second)
			order = s.Order(order.Ref)
			assert.Equal(t, models.AttemptOpen, order.Current().State)
			assert.Equal(t, a.OrderNum, order.Current().OrderNum)
			assert.Len(t, s.Platform.Orders(), 2)
		})
	})
}

// undo takes an attempt back to where a process was that died after createThirdOrder had been accepted.
func undo(t *testing.T, s *shop, a *models.Attempt) {
	t.Helper()
	set := store.AttemptChange{OrderNum: new(""), DueAt: new(s.Clock.Now().Add(20 * time.Second))}
	require.NoError(t, s.Store.MoveAttempt(t.Context(), a.ID, models.AttemptOpen, models.AttemptUnknown, set, models.Transition{
		OrderID: a.OrderID, AttemptID: a.ID, Cause: "test",
	}))
}
