package payments_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// creating is a gateway whose createThirdOrder is the test's.
type creating struct {
	paymentstest.Client

	create func(ctx context.Context, r opay.CreateOrderRequest) (opay.CreatedOrder, error)
}

func (g creating) CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (opay.CreatedOrder, error) {
	return g.create(ctx, r)
}

// The guards are "first" in storeOutcome. An order whose first request may have been accepted is sent again; that this try was refused, or never
// left us, says nothing about the first. Without the guards the attempt counts as failed, the shopper makes another and pays twice.
func TestGuard_RefusalOfARepeatedRequestProvesNothing(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]error{
		"refused":                   &opay.Error{Op: "createThirdOrder", Code: opay.CodeInsufficientBalance},
		"not sent":                  fmt.Errorf("createThirdOrder: %w", opay.ErrUnreachable),
		"not allowed by the client": fmt.Errorf("createThirdOrder: %w", opay.ErrInvalidRequest),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.placeUnanswered(sandbox.FaultAnswerLost)
				repeated := 0
				s.Gateway.Client = creating{s.Gateway.Client, func(context.Context, opay.CreateOrderRequest) (opay.CreatedOrder, error) {
					repeated++
					return opay.CreatedOrder{}, again
				}}
				s.Later(4 * time.Second)
				require.Equal(t, 1, repeated, "without getReferenceOrder the order is sent again")
				assert.Equal(t, models.AttemptUnknown, s.Attempt(order.Ref).State)
				s.AssertStock(49, 1, 0)
				p, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
				require.NoError(t, err)
				assert.Empty(t, p.PayURL, "no second pay page while the first may be paid")
				assert.Len(t, s.Order(order.Ref).Attempts, 1)
				if name == "refused" {
					before := repeated
					s.Later(time.Minute)
					assert.Equal(t, before, repeated, "what was refused is not sent a third time")
				}

				require.NoError(t, s.Platform.SetFaults(nil))
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				s.Deliver()
				assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
				assert.Len(t, s.Platform.Orders(), 1)
			}, func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceMissing })
		})
	}
}

// The guards are storeOpened's cases for an attempt that a callback has moved on while createThirdOrder was answering. Without them the
// shopper who has just paid gets an error, and an answer with another number goes unnoticed.
func TestGuard_AnswerOfCreateComesAfterTheCallback(t *testing.T) {
	t.Parallel()
	// during lets the platform's order be paid or not, and the callback be worked on, before createThirdOrder returns.
	during := func(t *testing.T, s *shop, pay bool, answer func(number string) (string, error)) models.Order {
		t.Helper()
		platform := s.Gateway.Client
		s.Gateway.Client = creating{platform, func(ctx context.Context, r opay.CreateOrderRequest) (opay.CreatedOrder, error) {
			created, err := platform.CreateOrder(ctx, r)
			if !assert.NoError(t, err) {
				return created, err
			}
			number := created.OrderNum
			if pay {
				assert.NoError(t, s.Platform.Pay(number))
			} else {
				assert.NoError(t, s.Platform.Notify(number, sandbox.Notice{OrderStatus: string(opay.StatusPending)}))
			}
			s.Deliver() //nolint:contextcheck // the worker is not the shopper's request
			created.OrderNum, err = answer(number)
			return created, err
		}}
		p, err := s.Place(t.Context(), s.CartForm(1))
		require.NoError(t, err)
		s.Work()
		order := s.Order(p.Ref)
		assert.Equal(t, s.PlatformOrder(order).OrderNum, order.Current().OrderNum, "the number that orderDetail confirmed")
		return order
	}
	same := func(number string) (string, error) { return number, nil }
	t.Run("open", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := during(t, s, false, same)
			assert.Equal(t, models.AttemptOpen, order.Current().State)
			assert.Equal(t, []string{"order received"}, s.Mails.Subjects())
			assert.Empty(t, s.OpenReviews())
		})
	})
	t.Run("paid", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := during(t, s, true, same)
			assert.Equal(t, models.OrderPaid, order.State)
			s.AssertStock(49, 0, 1)
			assert.Empty(t, s.OpenReviews())
		})
	})
	t.Run("another number", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := during(t, s, true, func(string) (string, error) { return "770077", nil })
			assert.Equal(t, models.OrderPaid, order.State)
			assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews(), "a person looks for the other order")
		})
	})
	for name, answer := range map[string]error{
		"lost":    fmt.Errorf("createThirdOrder: %w", opay.ErrUnknownOutcome),
		"refused": &opay.Error{Op: "createThirdOrder", Code: opay.CodeInsufficientBalance},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := during(t, s, true, func(string) (string, error) { return "", answer })
				assert.Equal(t, models.OrderPaid, order.State, "orderDetail knows better")
				assert.Equal(t, models.AttemptPaid, order.Current().State)
				assert.Empty(t, s.OpenReviews())
			})
		})
	}
}

// The guards are the intent, the time and the state in notAtPlatform's "wanted". Without them an order that the shopper has called off, or that
// is over, is sent to the platform again, where it can be paid.
func TestGuard_OrderThatNobodyWantsIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		state models.OrderState
		begin func(t *testing.T, s *shop, order models.Order)
	}{
		"cancelled": {models.OrderCancelled, func(t *testing.T, s *shop, order models.Order) { require.NoError(t, s.Cancel(t.Context(), order.Ref)) }},
		"expired":   {models.OrderExpired, func(_ *testing.T, s *shop, _ models.Order) { s.Later(30*time.Minute + time.Second) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.placeUnanswered(sandbox.FaultServerError)
				s.Gateway.BeforeCall(func(call string) { assert.NotEqual(t, "createThirdOrder", call) })
				end.begin(t, s, order)
				for range 8 {
					s.Later(15 * time.Minute)
				}
				got := s.Order(order.Ref)
				assert.Equal(t, end.state, got.State, "its absence is proved in time")
				assert.Equal(t, models.AttemptFailed, got.Current().State)
				assert.Empty(t, s.Platform.Orders())
				s.AssertStock(50, 0, 0)
			})
		})
	}
}

// The guard is "proved" in notAtPlatform. A platform without getReferenceOrder cannot say that it has no order of ours: without the guard the
// attempt counts as failed after a while, the stock is sold to somebody else, and the shopper can still pay.
func TestGuard_PlatformThatCannotLookUpProvesNothing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeUnanswered(sandbox.FaultAnswerLost)
		require.NoError(t, s.Cancel(t.Context(), order.Ref))
		for range 8 {
			s.Later(time.Hour)
		}
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderAwaiting, got.State)
		assert.Equal(t, models.AttemptUnknown, got.Current().State)
		s.AssertStock(49, 1, 0)
		require.NoError(t, s.Platform.SetFaults(nil))
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "paid wins over cancel")
	}, func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceMissing })
}

// The guard is submit's return on ErrConflict. Whoever finds the attempt moved does not send: without the guard an attempt that a worker has
// given up, so that its stock is free, becomes an order at the platform that can be paid.
func TestGuard_OnlyTheOneThatMovesTheAttemptSendsIt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Fail(order.Current().OrderNum))
		s.Deliver()
		create := func() models.Attempt {
			a := models.Attempt{
				OrderID: order.ID, State: models.AttemptCreated, Coin: "USDT", Amount: models.MustAmount("10.5"), Rate: models.MustAmount("1"),
				RateSource: "fixed", Payer: models.Payer{UserID: paymentstest.Alice}, CreatedAt: s.Clock.Now().Add(time.Second), DueAt: s.Clock.Now().Add(time.Hour),
			}
			require.NoError(t, s.Store.InsertAttempt(ctx, &a))
			return a
		}
		var sent atomic.Int32
		s.Gateway.BeforeCall(func(call string) {
			if call == "createThirdOrder" {
				sent.Add(1)
			}
		})
		givenUp := create()
		require.NoError(t, s.Store.MoveAttempt(ctx, givenUp.ID, models.AttemptCreated, models.AttemptFailed, store.AttemptChange{}, models.Transition{Cause: "test"}))
		require.NoError(t, s.Submit(ctx, &order, &givenUp))
		assert.Zero(t, sent.Load(), "what was given up is not sent")

		a := create()
		var senders sync.WaitGroup
		for range 6 {
			senders.Go(func() {
				mine := a
				assert.NoError(t, s.Submit(ctx, &order, &mine))
			})
		}
		senders.Wait()
		assert.Equal(t, int32(1), sent.Load(), "of many one sends")
		assert.Equal(t, models.AttemptOpen, s.Attempt(order.Ref).State)
	})
}
