package payments_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// Each test here names one guard and fails when that guard alone is taken out: nothing else catches what the test does.

// placeUnanswered places an order whose createThirdOrder ends in a fault: the attempt is unknown and has no number.
func (s *shop) placeUnanswered(kind sandbox.FaultKind) models.Order {
	s.T.Helper()
	require.NoError(s.T, s.Platform.SetFaults(sandbox.Faults{
		{Kind: kind, Call: "createThirdOrder", Times: 1}, {Kind: sandbox.FaultCallbackLost},
	}))
	p, err := s.Place(s.T.Context(), s.CartForm(1))
	require.NoError(s.T, err)
	order := s.Order(p.Ref)
	require.Equal(s.T, models.AttemptUnknown, order.Current().State)
	require.Empty(s.T, order.Current().OrderNum)
	return order
}

// The guard is "d.AppOrderID != a.AppOrderID" in mismatchOf. A callback with the platform's own signature names our order together with
// the number of another order that was really paid: same coin, same amount. The attempt has no number yet, so the number is asked for and
// orderDetail says paid. Only our id in the answer tells that the money is another order's. Without the guard goods go out unpaid.
func TestGuard_AppOrderIDIsComparedInSettle(t *testing.T) {
	t.Parallel()
	// swap posts the callback and requires that the order got nothing from it.
	swap := func(t *testing.T, s *shop, order models.Order, paid sandbox.Order) {
		t.Helper()
		claim := paid
		claim.AppOrderID = order.Current().AppOrderID
		require.Equal(t, http.StatusOK, s.post(s.callback(claim, opay.StatusPaid, string(paid.Amount))))
		s.Work()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, got.State)
		assert.Equal(t, models.AttemptUnknown, got.Current().State)
		assert.Empty(t, got.Current().OrderNum, "a number of something else is not kept")
		assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
		assert.NotContains(t, s.Mails.Subjects(), "payment received")
	}
	t.Run("an order that another shop made with our keys", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.placeUnanswered(sandbox.FaultServerError)
			id := models.NewRef()
			number, err := s.Gateway.CreateOrder(t.Context(), opay.CreateOrderRequest{
				AppOrderID: id, Payer: opay.Payer{UserID: paymentstest.Alice}, Amount: "10.5", Coin: "USDT", ReturnPage: s.NotifyURL, NotifyPage: s.NotifyURL,
			})
			require.NoError(t, err)
			require.NoError(t, s.Platform.Pay(number))
			paid, ok := s.Platform.Order(number)
			require.True(t, ok)
			swap(t, s, order, paid)
			s.AssertStock(49, 1, 0)

			s.Later(15 * time.Second)
			mine := s.PlatformOrder(s.Order(order.Ref))
			require.NotEqual(t, number, mine.OrderNum)
			require.NoError(t, s.Platform.Pay(mine.OrderNum))
			s.Later(15 * time.Second)
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "by its own payment")
			s.AssertStock(49, 0, 1)
		})
	})
	t.Run("an order of our own whose number we never heard", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.placeUnanswered(sandbox.FaultServerError)
			other := s.placeUnanswered(sandbox.FaultAnswerLost)
			paid := s.PlatformOrder(other)
			require.NoError(t, s.Platform.Pay(paid.OrderNum))
			swap(t, s, order, paid)
			s.AssertStock(48, 2, 0)

			s.Later(15 * time.Second)
			assert.Equal(t, models.OrderPaid, s.Order(other.Ref).State, "the money is the other order's")
			assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
			s.AssertStock(48, 1, 1)
		})
	})
}

// The guards are the case for a paid attempt in takeHint (callbacks), in closeAttempt and in pending (orderDetail). The platform that says
// "closed" or "failed" about money that we have booked and shipped for has taken it back, or errs: without the guards nobody hears of it.
func TestGuard_PaidThatTurnsClosedOrFailedAlerts(t *testing.T) {
	t.Parallel()
	alerted := func(t *testing.T, s *shop, order models.Order, late opay.Status, to models.AttemptState, source models.EvidenceSource) {
		t.Helper()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderPaid, got.State, "paid is absorbing")
		assert.Equal(t, models.AttemptPaid, got.Current().State)
		s.AssertStock(49, 0, 1)
		assert.Equal(t, []models.ReviewKind{models.ReviewStatusRegress}, s.OpenReviews())
		refused := 0
		rows := modelstest.OrderFile(t, s.Store, order.ID).Transitions
		for _, row := range rows {
			if row.Refused {
				refused++
				assert.Equal(t, [2]string{string(models.AttemptPaid), string(to)}, [2]string{row.FromState, row.ToState})
			}
		}
		assert.Equal(t, 1, refused, "the refused transition is a row")
		claims := modelstest.OrderFile(t, s.Store, order.ID).Evidence
		last := claims[len(claims)-1]
		assert.Equal(t, string(late), last.Status, "and what was claimed is kept")
		assert.Equal(t, source, last.Source)
	}
	for late, to := range map[opay.Status]models.AttemptState{
		opay.StatusClosed: models.AttemptClosed, opay.StatusFailed: models.AttemptFailed, opay.StatusPending: models.AttemptOpen,
	} {
		t.Run("callback says "+late.String(), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlacePaid(1)
				at := s.PlatformOrder(order)
				require.Equal(t, http.StatusOK, s.post(s.callback(at, late, string(at.Amount))))
				s.Work()
				alerted(t, s, order, late, to, models.SourceCallback)
			})
		})
		// The poller asks while the attempt is open. Before its answer comes, another question finds the payment and books it.
		t.Run("orderDetail says "+late.String(), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				var polled atomic.Bool
				var answers atomic.Int32
				s.Gateway.BeforeCall(func(call string) {
					if call != "orderDetail" || polled.Swap(true) {
						return
					}
					got, err := s.Refresh(t.Context(), order.Ref)
					assert.NoError(t, err)
					assert.Equal(t, models.OrderPaid, got.State)
				})
				s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail {
					if answers.Add(1) == 2 {
						d.Status = late
					}
					return d
				})
				s.Later(13 * time.Second)
				require.Equal(t, int32(2), answers.Load())
				alerted(t, s, order, late, to, models.SourceQuery)
			})
		})
	}
}

// The guard is "reserved >= ?" in the store's sellFromOrder (see its own test there). What it is worth: a payment for a variant whose
// reserved number is too small is booked and comes to a person. Without the guard settle fails for ever, and the shopper has paid for an
// order that expires.
func TestGuard_SellFromOrderShortOfStockKeepsTheMoney(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(2)
		reserved := func(n int) string {
			return fmt.Sprintf("UPDATE variants SET reserved = %d WHERE id = '%s'", n, s.Variant.ID)
		}
		modelstest.Exec(t, s.DSN, reserved(1))
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderReview, got.State)
		assert.Equal(t, models.AttemptPaid, got.Current().State, "the money is in our records")
		assert.Equal(t, []models.ReviewKind{models.ReviewSoldOut}, s.OpenReviews())
		s.AssertStock(48, 1, 0)
		modelstest.Exec(t, s.DSN, reserved(2))
	})
}

// The guard is the comparison of orderNum in mismatchOf. Without it an answer about another platform order is booked, and its number
// replaces the number that refunds and the statement are matched with.
func TestGuard_OrderNumIsComparedInSettle(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		number := order.Current().OrderNum
		s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.OrderNum = "990099"; return d })
		require.NoError(t, s.Platform.Pay(number))
		s.Deliver()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderReview, got.State)
		assert.NotEqual(t, models.AttemptPaid, got.Current().State)
		assert.Equal(t, number, got.Current().OrderNum)
		assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
		s.AssertStock(49, 1, 0)
	})
}

// A mismatch is kept as evidence whatever the status, and moves only an order that awaits payment, and only when the platform calls it paid.
func TestGuard_MismatchIsKeptAndMovesOnlyWhatIsPaid(t *testing.T) {
	t.Parallel()
	wrong := func(d opay.OrderDetail) opay.OrderDetail { d.Amount = "10.49"; return d }
	claimed := func(t *testing.T, s *shop, order models.Order) {
		t.Helper()
		claims := modelstest.OrderFile(t, s.Store, order.ID).Evidence
		kept := 0
		for _, e := range claims {
			if e.Source == models.SourceQuery && e.Amount == "10.49" {
				kept++
			}
		}
		assert.Positive(t, kept, "the claim is kept")
		assert.Contains(t, s.OpenReviews(), models.ReviewMismatch)
	}
	// Without the guard on the status, an order that can still be paid is taken from the shopper.
	t.Run("pending", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			s.Gateway.ChangeOrders(wrong)
			s.Later(13 * time.Second)
			claimed(t, s, order)
			assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
			s.Gateway.ChangeOrders(nil)
			require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
			s.Deliver()
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		})
	})
	// Late money that fits nothing waits for a decision, as late money that fits does; the stock stays released.
	t.Run("paid after the order was cancelled", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Cancel(t.Context(), order.Ref))
			s.Deliver()
			s.Gateway.ChangeOrders(wrong)
			require.NoError(t, s.Platform.PayLate(order.Current().OrderNum))
			s.Deliver()
			claimed(t, s, order)
			assert.Equal(t, models.OrderReview, s.Order(order.Ref).State)
			s.AssertStock(50, 0, 0)
		})
	})
}

// The guard is credit's case for an order in review. Money for an order that waits for a person is booked on the attempt and reported; without
// the case the person who decides sees the mismatch alone.
func TestGuard_PaymentOfAnOrderInReviewAlerts(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Amount = "10.49"; return d })
		require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
		s.Deliver()
		require.Equal(t, models.OrderReview, s.Order(order.Ref).State)
		s.Gateway.ChangeOrders(nil)
		s.Later(time.Minute)
		got := s.Order(order.Ref)
		assert.Equal(t, models.AttemptPaid, got.Current().State)
		assert.Equal(t, models.OrderReview, got.State, "a person decides")
		assert.Equal(t, []models.ReviewKind{models.ReviewLatePayment}, s.OpenReviews(), "in place of the case about the amount")
		s.AssertStock(49, 1, 0)
	})
}

// The guard is pending's case for an attempt that was never sent. The platform holds an order under our id that this shop did not make: a
// backup was restored, or another shop has our keys. Without the alert the shopper may pay there, and nobody knows why.
func TestGuard_OrderThatWeNeverSentAlerts(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Fail(order.Current().OrderNum))
		s.Deliver()
		now := s.Clock.Now()
		unsent := models.Attempt{
			OrderID: order.ID, State: models.AttemptCreated, Coin: "USDT", Amount: models.MustAmount("10.5"), Rate: models.MustAmount("1"),
			RateSource: "fixed", Payer: models.Payer{UserID: paymentstest.Alice}, DueAt: now.Add(time.Hour),
		}
		require.NoError(t, s.Store.InsertAttempt(t.Context(), &unsent))
		number, err := s.Gateway.CreateOrder(t.Context(), opay.CreateOrderRequest{
			AppOrderID: unsent.AppOrderID, Payer: opay.Payer{UserID: paymentstest.Alice}, Amount: "10.5", Coin: "USDT", ReturnPage: s.NotifyURL, NotifyPage: s.NotifyURL,
		})
		require.NoError(t, err)
		at, ok := s.Platform.Order(number)
		require.True(t, ok)
		require.Equal(t, http.StatusOK, s.post(s.callback(at, opay.StatusPending, string(at.Amount))))
		s.Work()
		assert.Equal(t, []models.ReviewKind{models.ReviewUnmatchedOrder}, s.OpenReviews())
		assert.Equal(t, models.AttemptCreated, s.Attempt(order.Ref).State)
	})
}

// The guard compares the number in takeHint. A callback that names our order with another number than we know is a second platform order
// under our id, or a forgery with the platform's key: without the guard nobody hears of it. What is asked for is our own number.
func TestGuard_CallbackWithAnotherNumberAlerts(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order, other := s.PlaceOrder(1), s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.Pay(other.Current().OrderNum))
		claim := s.PlatformOrder(other)
		claim.AppOrderID = order.Current().AppOrderID
		require.Equal(t, http.StatusOK, s.post(s.callback(claim, opay.StatusPaid, string(claim.Amount))))
		s.Work()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, got.State)
		assert.Equal(t, models.AttemptOpen, got.Current().State)
		assert.Equal(t, order.Current().OrderNum, got.Current().OrderNum)
		assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
	})
}
