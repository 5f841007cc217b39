package payments_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestRefresh_AsksOnceForManyReturns(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
		before := s.requests.Load()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, err := s.Refresh(t.Context(), order.Ref)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, int64(1), s.requests.Load()-before, "one question for fifty visits")
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)

		_, err := s.Refresh(t.Context(), models.NewRef())
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestRefresh_WithoutAnAnswerShowsOurState(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultHTML}}))
		got, err := s.Refresh(t.Context(), order.Ref)
		require.NoError(t, err)
		assert.Equal(t, models.OrderAwaiting, got.State)
		assert.Equal(t, models.AttemptOpen, got.Current().State)
	})
}

func TestPay_SameChoiceContinuesTheOpenAttempt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		p, err := s.Pay(t.Context(), order.Ref, "USDT", models.Payer{UserID: alice})
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
		assert.Len(t, s.order(order.Ref).Attempts, 1)
	})
}

func TestPay_AnotherCoinClosesTheOldAttemptFirst(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		first := s.platformOrder(order)
		p, err := s.Pay(t.Context(), order.Ref, "BTC", models.Payer{UserID: alice})
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
		order = s.order(order.Ref)
		require.Len(t, order.Attempts, 2)
		assert.Equal(t, models.AttemptClosed, order.Attempts[0].State)
		assert.Equal(t, models.AttemptOpen, order.Attempts[1].State)
		assert.Equal(t, "0.00010797", order.Attempts[1].Amount.String(), "10.50 / 97250, rounded up")
		closed, ok := s.platform.Order(first.OrderNum)
		require.True(t, ok)
		assert.Equal(t, opay.StatusClosed, closed.Status)
		s.stockIs(49, 1, 0)
		require.ErrorIs(t, s.platform.Pay(first.OrderNum), sandbox.ErrNotPending)
		require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
		s.deliver()
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
		assert.Empty(t, s.reviews())
	})
}

func TestPay_NoNewAttemptBeforeTheOldOneIsProvedClosed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "orderDetail"}}))
		_, err := s.Pay(t.Context(), order.Ref, "BTC", models.Payer{UserID: alice})
		require.ErrorIs(t, err, payments.ErrBusy)
		order = s.order(order.Ref)
		assert.Len(t, order.Attempts, 1)
		assert.Equal(t, models.IntentRetry, order.Current().Intent)

		require.NoError(t, s.platform.SetFaults(nil))
		s.later(15 * time.Second)
		assert.Equal(t, models.AttemptClosed, s.attempt(order.Ref).State, "the worker goes on with it")
		p, err := s.Pay(t.Context(), order.Ref, "BTC", models.Payer{UserID: alice})
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
	})
}

func TestPay_PaymentThatWasFasterWins(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		at := s.platformOrder(order)
		s.gateway.interrupt(func(call string) {
			if call == "cancelOrder" {
				assert.NoError(t, s.platform.Pay(at.OrderNum))
			}
		})
		p, err := s.Pay(t.Context(), order.Ref, "BTC", models.Payer{UserID: alice})
		require.NoError(t, err)
		assert.Empty(t, p.PayURL, "to the order page, which says paid")
		order = s.order(order.Ref)
		assert.Equal(t, models.OrderPaid, order.State)
		assert.Len(t, order.Attempts, 1)
	})
}

func TestPay_TwiceInParallelMakesOneAttempt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.Fail(s.platformOrder(order).OrderNum))
		s.deliver()
		require.Equal(t, models.AttemptFailed, s.attempt(order.Ref).State)
		require.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				p, err := s.Pay(t.Context(), order.Ref, "USDT", models.Payer{UserID: alice})
				if assert.NoError(t, err) {
					assert.NotEmpty(t, p.PayURL)
				}
			})
		}
		wg.Wait()
		assert.Len(t, s.order(order.Ref).Attempts, 2)
		assert.Len(t, s.platform.Orders(), 2)
	})
}

func TestPay_NotForAnOrderThatIsOver(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		_, err := s.Pay(t.Context(), order.Ref, "", models.Payer{})
		require.ErrorIs(t, err, payments.ErrNotPayable)
		_, err = s.Pay(t.Context(), models.NewRef(), "", models.Payer{})
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestCancel_ClosesAtThePlatformAndReturnsTheStock(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(3)
		s.stockIs(47, 3, 0)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		order = s.order(order.Ref)
		assert.Equal(t, models.OrderCancelled, order.State)
		assert.Equal(t, models.AttemptClosed, order.Current().State)
		assert.Equal(t, opay.StatusClosed, s.platformOrder(order).Status)
		s.stockIs(50, 0, 0)
		require.NoError(t, s.Cancel(t.Context(), order.Ref), "twice is once")
		s.deliver()
		assert.Equal(t, models.OrderCancelled, s.order(order.Ref).State)
		assert.Empty(t, s.reviews())
	})
}

func TestCancel_PaidWins(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		at := s.platformOrder(order)
		s.gateway.interrupt(func(call string) {
			if call == "cancelOrder" {
				assert.NoError(t, s.platform.Pay(at.OrderNum))
			}
		})
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
		s.stockIs(49, 0, 1)
		require.ErrorIs(t, s.Cancel(t.Context(), order.Ref), payments.ErrNotCancellable)
	})
}

func TestCancel_WithoutAnAnswerIsFinishedByTheWorker(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultUnreachable}}))
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		order = s.order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, order.State)
		assert.Equal(t, models.IntentCancel, order.Current().Intent)
		s.stockIs(49, 1, 0)
		require.NoError(t, s.platform.SetFaults(nil))
		s.later(15 * time.Second)
		assert.Equal(t, models.OrderCancelled, s.order(order.Ref).State)
		s.stockIs(50, 0, 0)
	})
}

func TestCancel_AfterARefusalNeedsNoPlatform(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.cart(1)
		in.Payer.UserID = "1"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		before := s.requests.Load()
		require.NoError(t, s.Cancel(t.Context(), p.Ref))
		assert.Equal(t, models.OrderCancelled, s.order(p.Ref).State)
		assert.Equal(t, before, s.requests.Load())
		s.stockIs(50, 0, 0)
	})
}

func TestExpire_AsksFirstThenReleases(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(2)
		s.later(29 * time.Minute)
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		s.later(3 * time.Minute)
		assert.Equal(t, models.OrderExpired, s.order(order.Ref).State)
		assert.Equal(t, opay.StatusClosed, s.platformOrder(order).Status, "it cannot be paid any more")
		s.stockIs(50, 0, 0)
	})
}

func TestExpire_MoneyThatNobodyToldOfIsFound(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		order := s.place(1)
		require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
		s.later(40 * time.Minute)
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
		s.stockIs(49, 0, 1)
	})
}

func TestExpire_WithoutAnAnswerKeepsTheStock(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		s.gateway.cutOff(t)
		s.later(40 * time.Minute)
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		s.stockIs(49, 1, 0)
		for range 100 {
			s.later(time.Hour)
		}
		order = s.order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, order.State, "nobody knows, so nothing is given away")
		assert.Equal(t, []models.ReviewKind{models.ReviewUnresolved}, s.reviews())
		s.stockIs(49, 1, 0)
	})
}

func TestExpire_UnknownAttemptIsProvedMissing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "createThirdOrder"}}))
		p, err := s.Place(t.Context(), s.cart(1))
		require.NoError(t, err)
		s.later(29*time.Minute + 45*time.Second) // sent again, and lost again
		s.later(90 * time.Second)
		assert.Equal(t, models.OrderAwaiting, s.order(p.Ref).State, "the last try may still be on its way")
		s.stockIs(49, 1, 0)
		for range 4 {
			s.later(15 * time.Minute)
		}
		order := s.order(p.Ref)
		assert.Equal(t, models.OrderExpired, order.State)
		assert.Equal(t, models.ProblemNotAccepted, order.Current().ProblemCode)
		s.stockIs(50, 0, 0)
	})
}

// R6: money for an order that was given up is never dropped and never booked by itself.
func TestSettle_LateMoneyGoesToReview(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		at := s.platformOrder(order)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		s.stockIs(50, 0, 0)
		s.deliver()
		require.NoError(t, s.platform.PayLate(at.OrderNum))
		s.deliver()
		order = s.order(order.Ref)
		assert.Equal(t, models.OrderReview, order.State)
		assert.Equal(t, models.AttemptPaid, order.Current().State)
		assert.Equal(t, []models.ReviewKind{models.ReviewLatePayment}, s.reviews())
		s.stockIs(50, 0, 0)
		assert.NotContains(t, s.mails.subjects(), "payment received")
	})
}

// R8: two paid attempts. The first keeps the order, the second is a task for a refund.
func TestSettle_SecondPaymentOpensARefundTask(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		first := s.platformOrder(order)
		_, err := s.Pay(t.Context(), order.Ref, "BTC", models.Payer{UserID: alice})
		require.NoError(t, err)
		require.NoError(t, s.platform.Pay(s.platformOrder(s.order(order.Ref)).OrderNum))
		s.deliver()
		paid := s.order(order.Ref)
		require.Equal(t, models.OrderPaid, paid.State)

		s.deliver()
		require.NoError(t, s.platform.PayLate(first.OrderNum))
		s.deliver()
		order = s.order(order.Ref)
		assert.Equal(t, models.OrderPaid, order.State)
		assert.Equal(t, paid.PaidAttemptID, order.PaidAttemptID)
		assert.Equal(t, models.AttemptPaid, order.Attempts[0].State)
		assert.Equal(t, []models.ReviewKind{models.ReviewSecondPayment}, s.reviews())
		s.stockIs(49, 0, 1)
	})
}

func TestSettle_AttemptGivenUpThatIsStillOpenIsClosed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		at := s.platformOrder(order)
		s.gateway.lie(func(d opay.OrderDetail) opay.OrderDetail { d.Status = opay.StatusFailed; return d })
		s.later(13 * time.Second)
		require.Equal(t, models.AttemptFailed, s.attempt(order.Ref).State)
		s.gateway.lie(nil)
		s.post(s.callback(at, opay.StatusPending, string(at.Amount)))
		s.work()
		assert.Equal(t, []models.ReviewKind{models.ReviewStatusRegress}, s.reviews())
		s.later(5 * time.Second)
		closed, ok := s.platform.Order(at.OrderNum)
		require.True(t, ok)
		assert.Equal(t, opay.StatusClosed, closed.Status)
	})
}

func TestWorker_AttemptOfADeadProcess(t *testing.T) {
	t.Parallel()
	t.Run("stored and never sent", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.place(1)
			require.NoError(t, s.platform.Fail(s.platformOrder(order).OrderNum))
			s.deliver()
			now := s.clock.Now()
			dead := models.Attempt{
				ID: models.NewID(), OrderID: order.ID, AppOrderID: models.NewRef(), State: models.AttemptCreated, Coin: "USDT",
				Amount: models.MustAmount("10.5"), Rate: models.MustAmount("1"), RateSource: "fixed", RateAt: now, PayerUserID: alice,
				Payer: models.Payer{UserID: alice}, CreatedAt: now, UpdatedAt: now, DueAt: now.Add(time.Minute),
			}
			require.NoError(t, s.store.InsertAttempt(t.Context(), &dead))
			s.later(30 * time.Second)
			assert.Equal(t, models.AttemptCreated, s.attempt(order.Ref).State)
			s.later(31 * time.Second)
			assert.Equal(t, models.AttemptFailed, s.attempt(order.Ref).State)
			assert.Equal(t, models.ProblemNotSent, s.attempt(order.Ref).ProblemCode)
		})
	})
	t.Run("sent, and died before storing the answer", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.place(1)
			_, err := s.Pay(t.Context(), order.Ref, "BTC", models.Payer{UserID: alice})
			require.NoError(t, err)
			a := s.attempt(order.Ref)
			undo(t, s, &a)
			s.later(25 * time.Second)
			order = s.order(order.Ref)
			assert.Equal(t, models.AttemptOpen, order.Current().State)
			assert.Equal(t, a.OrderNum, order.Current().OrderNum)
			assert.Len(t, s.platform.Orders(), 2)
		})
	})
}

// undo takes an attempt back to where a process was that died after createThirdOrder had been accepted.
func undo(t *testing.T, s *shop, a *models.Attempt) {
	t.Helper()
	set := store.AttemptChange{OrderNum: new(""), DueAt: new(s.clock.Now().Add(20 * time.Second))}
	require.NoError(t, s.store.MoveAttempt(t.Context(), a.ID, models.AttemptOpen, models.AttemptUnknown, set, models.Transition{
		OrderID: a.OrderID, AttemptID: a.ID, Cause: "test",
	}))
}

func TestWorker_MailsAreTriedAgainAndParked(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.mails.fail = errors.New("mail server down")
		s.place(1)
		s.work()
		s.later(3 * time.Second)
		assert.Empty(t, s.mails.subjects())
		s.mails.fail = nil
		s.later(time.Minute)
		assert.Equal(t, []string{"order received"}, s.mails.subjects())

		s.mails.fail = errors.New("mail server down")
		s.place(1)
		for range 15 {
			s.later(2 * time.Hour)
		}
		assert.Equal(t, []models.ReviewKind{models.ReviewUndelivered}, s.reviews())
		s.mails.fail = nil
		s.later(24 * time.Hour)
		assert.Len(t, s.mails.subjects(), 1, "parked is parked")
	})
}
