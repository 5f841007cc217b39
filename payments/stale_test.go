package payments_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// counts counts the calls to the platform by name from now on.
func (s *shop) counts() func(call string) int {
	var mu sync.Mutex
	calls := map[string]int{}
	s.Gateway.BeforeCall(func(call string) {
		mu.Lock()
		defer mu.Unlock()
		calls[call]++
	})
	return func(call string) int {
		mu.Lock()
		defer mu.Unlock()
		return calls[call]
	}
}

// replica is a second service over the same database and platform.
func (s *shop) replica() assembly.Services {
	s.T.Helper()
	other, err := assembly.New(s.Config)
	require.NoError(s.T, err)
	return other
}

// reply is a callback about an order with a return address of its own, so that each one is another plaintext.
func (s *shop) reply(o sandbox.Order, status opay.Status, amount, returnURL string) []byte {
	s.T.Helper()
	plain := opay.EncodeFields(
		opay.Field{Name: "outOrderId", Value: o.AppOrderID}, opay.Field{Name: "orderNum", Value: o.OrderNum},
		opay.Field{Name: "orderStatus", Value: string(status)}, opay.Field{Name: "payAmount", Value: amount},
		opay.Field{Name: "returnUrl", Value: returnURL},
	)
	e, err := paymentstest.PlatformRing(s.T).Seal(plain)
	require.NoError(s.T, err)
	return opay.Request{AppID: paymentstest.App, Time: "1", Envelope: e}.Encode()
}

// R5: a decision made from an attempt that was read before somebody else paid it changes nothing. The return page, three callbacks,
// the pollers of two replicas and a question of the staff meet at the same moment, five hundred times.
func TestSettle_EverybodyAtOnceNeverClosesWhatIsPaid(t *testing.T) {
	t.Parallel()
	const orders, together = 500, 20
	eachShop(t, func(t *testing.T, s *shop) {
		_, err := s.Store.SetStock(t.Context(), []models.StockLevel{{VariantID: s.Variant.ID, OnHand: orders}}, "for the test", "test")
		require.NoError(t, err)
		called, other := s.counts(), s.replica()
		odd := 0 // orders that a callback reports with another amount
		for done := 0; done < orders; done += together {
			batch := make([]models.Order, together)
			for i := range batch {
				batch[i] = s.PlaceOrder(1)
			}
			s.Clock.Advance(13 * time.Second) // the pollers' first question is due
			wrong := done == 0
			if wrong {
				odd = together
			}
			s.meet(other, batch, wrong)
		}
		for range 4 {
			s.Later(5 * time.Second)
			work(t, other.Jobs)
		}
		assert.Zero(t, called("cancelOrder"), "nothing that is paid is closed")
		kinds := map[models.ReviewKind]int{}
		for more, after := true, ""; more; more = after != "" {
			rows, next, err := s.Store.ReviewPage(t.Context(), true, after, models.MaxPageRows)
			require.NoError(t, err)
			for _, r := range rows {
				kinds[r.Kind]++
			}
			after = next
		}
		assert.Equal(t, map[models.ReviewKind]int{models.ReviewMismatch: odd}, kinds, "one alert where one is due")
		s.AssertStock(0, 0, orders)
	}, func(sc *sandbox.Config, _ *assembly.Config) { sc.MaxOrders = 2 * orders })
}

// meet pays the orders and lets everybody hear of it at once: of each order three callbacks, one of them with another amount if wrong.
func (s *shop) meet(other assembly.Services, batch []models.Order, wrong bool) {
	s.T.Helper()
	ctx := s.T.Context()
	var wg sync.WaitGroup
	for _, order := range batch {
		at := s.PlatformOrder(order)
		require.NoError(s.T, s.Platform.Pay(at.OrderNum))
		for n := range 3 {
			amount := string(at.Amount)
			if wrong && n == 1 {
				amount = "0.01"
			}
			body := s.reply(at, opay.StatusPaid, amount, at.ReturnPage+"?"+strconv.Itoa(n))
			wg.Go(func() { assert.Equal(s.T, http.StatusOK, s.post(body)) })
		}
		wg.Go(func() {
			_, err := s.Refresh(ctx, order.Ref)
			assert.NoError(s.T, err)
		})
		wg.Go(func() {
			_, err := other.Payments.AskOrder(ctx, order.ID, models.Actor{StaffID: "s", Who: "staff"})
			if err != nil {
				assert.ErrorIs(s.T, err, payments.ErrTooOften)
			}
		})
	}
	for _, service := range []*jobs.Engine{s.Jobs, other.Jobs} {
		for range 2 {
			wg.Go(func() { work(s.T, service) })
		}
	}
	wg.Wait()
	s.Work()
	for _, order := range batch {
		got := s.Order(order.Ref)
		assert.Equal(s.T, models.OrderPaid, got.State)
		assert.True(s.T, got.Current().DueAt.IsZero(), "paid and due")
	}
}

// work lets a service do what is due, until nothing is.
func work(tb testing.TB, service *jobs.Engine) {
	tb.Helper()
	for range 50 {
		n, err := service.RunOnce(tb.Context())
		if !assert.NoError(tb, err) || n == 0 {
			return
		}
	}
}

// A paid attempt may be due all the same, from a version that wrote so: it is asked about no more, and never closed.
func TestPoll_PaidThatIsDueIsNeverClosed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		a := s.Attempt(order.Ref)
		require.Equal(t, models.AttemptPaid, a.State)
		set := store.AttemptChange{DueAt: new(s.Clock.Now())}
		require.NoError(t, s.Store.SetAttempt(t.Context(), a.ID, models.AttemptPaid, set))
		called := s.counts()
		s.Later(time.Second)
		s.Later(time.Hour)
		assert.Zero(t, called("cancelOrder"))
		assert.True(t, s.Attempt(order.Ref).DueAt.IsZero())
	})
}

// R11, R12: before an order is closed the platform is asked, so that what was paid there without our knowledge is never cancelled.
func TestClose_AsksBeforeItCancels(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		expired, cancelled, again := s.PlaceOrder(1), s.PlaceOrder(1), s.PlaceOrder(1)
		for _, o := range []models.Order{expired, cancelled, again} {
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(o).OrderNum))
		}
		called := s.counts()
		require.NoError(t, s.Cancel(t.Context(), cancelled.Ref))
		_, err := s.PayOrder(t.Context(), again.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		s.Later(32 * time.Minute)
		for _, o := range []models.Order{expired, cancelled, again} {
			assert.Equal(t, models.OrderPaid, s.Order(o.Ref).State)
		}
		assert.Zero(t, called("cancelOrder"))
	})
}

// R12: the wish to cancel is kept, whatever else happens to the attempt at that moment.
func TestCancel_WishIsNeverLost(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		orders := make([]models.Order, 40)
		for i := range orders {
			orders[i] = s.PlaceOrder(1)
		}
		var wg sync.WaitGroup
		for _, o := range orders {
			at := s.PlatformOrder(o)
			require.NoError(t, s.Platform.Fail(at.OrderNum))
			body := s.callback(at, opay.StatusFailed, string(at.Amount))
			wg.Go(func() { assert.Equal(t, http.StatusOK, s.post(body)) })
			wg.Go(func() { assert.NoError(t, s.Cancel(t.Context(), o.Ref)) })
		}
		wg.Go(func() { work(t, s.Jobs) })
		wg.Wait()
		s.Work()
		for _, o := range orders {
			assert.Equal(t, models.OrderCancelled, s.Order(o.Ref).State)
		}
		s.AssertStock(50, 0, 0)
	})
}

// R10: money that comes after an attempt was closed, and that no callback tells of, is found within the promised time: ever more
// seldom asked, and not for ever.
func TestPoll_LateMoneyOnAClosedAttemptIsFoundWithoutACallback(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{10 * time.Minute, 5 * time.Hour, 70 * time.Hour} {
		t.Run(late.String(), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
				cancelled, failed := s.PlaceOrder(1), s.PlaceOrder(1)
				end := cancelled.ExpiresAt.Add(72 * time.Hour)
				require.NoError(t, s.Cancel(t.Context(), cancelled.Ref))
				require.NoError(t, s.Platform.Fail(s.PlatformOrder(failed).OrderNum))
				s.Later(13 * time.Second)
				require.Equal(t, models.AttemptClosed, s.Attempt(cancelled.Ref).State)
				require.Equal(t, models.AttemptFailed, s.Attempt(failed.Ref).State)
				s.wait(late)
				require.NoError(t, s.Platform.PayLate(s.PlatformOrder(cancelled).OrderNum))
				require.NoError(t, s.Platform.PayLate(s.PlatformOrder(failed).OrderNum))
				s.wait(end.Add(time.Minute).Sub(s.Clock.Now()))
				assert.Equal(t, models.OrderReview, s.Order(cancelled.Ref).State)
				assert.Equal(t, models.AttemptPaid, s.Attempt(cancelled.Ref).State)
				assert.Equal(t, models.AttemptPaid, s.Attempt(failed.Ref).State)
			})
		})
	}
}

// wait lets time pass in steps that grow, with the workers at work.
func (s *shop) wait(d time.Duration) {
	s.T.Helper()
	step := 5 * time.Minute
	for end := s.Clock.Now().Add(d); s.Clock.Now().Before(end); step = min(2*step, 4*time.Hour) {
		s.Later(min(step, end.Sub(s.Clock.Now())))
	}
}

func TestPoll_ClosedAttemptIsAskedAboutEverMoreSeldomAndNotForEver(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		called := s.counts()
		s.wait(16 * time.Hour)
		early := called("orderDetail")
		assert.GreaterOrEqual(t, early, 6)
		s.wait(60 * time.Hour)
		all := called("orderDetail")
		assert.LessOrEqual(t, all, 16)
		assert.Less(t, all-early, early)
		assert.True(t, s.Attempt(order.Ref).DueAt.IsZero(), "the promised time is over")
		s.wait(24 * time.Hour)
		assert.Equal(t, all, called("orderDetail"))
		assert.Zero(t, called("cancelOrder"))
		assert.Empty(t, s.OpenReviews())
	})
}

// An attempt that the platform never held needs no questions.
func TestPoll_RefusedAttemptIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(1)
		in.Payer.UserID = "99999999"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		asked := s.Requests.Load()
		s.wait(2 * time.Hour)
		assert.Equal(t, asked, s.Requests.Load())
		assert.Equal(t, models.OrderExpired, s.Order(p.Ref).State)
	})
}

// The same words again may be news for an attempt that was given up as well.
func TestReceive_SameWordsLaterAreHeardOfAClosedAttempt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		body := s.callback(at, opay.StatusPaid, string(at.Amount))
		require.Equal(t, http.StatusOK, s.post(body))
		s.Work()
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		require.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
		s.wait(9 * time.Hour) // the next question is hours away
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.PayLate(at.OrderNum))
		require.Equal(t, http.StatusOK, s.post(body))
		s.Later(3 * time.Second)
		assert.Equal(t, models.OrderReview, s.Order(order.Ref).State)
	})
}

// settledDuring lets something happen between the platform's answer and its settling.
func (s *shop) settledDuring(f func(ctx context.Context)) {
	var once atomic.Bool
	s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail {
		if once.CompareAndSwap(false, true) {
			f(s.T.Context())
		}
		return d
	})
}

// R12: a wish that is stored while the answer "closed" is on its way decides what becomes of the order.
func TestSettle_IntentOfTheLastMomentDecides(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		a := s.Attempt(order.Ref)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.Close(s.PlatformOrder(order).OrderNum))
		s.settledDuring(func(ctx context.Context) {
			assert.NoError(t, s.Store.SetIntent(ctx, a.ID, models.IntentNone, models.IntentCancel))
		})
		_, err := s.Refresh(t.Context(), order.Ref)
		require.NoError(t, err)
		assert.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
	})
}
