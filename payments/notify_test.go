package payments_test

import (
	"bytes"
	"net/http"
	"sync"
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

// post sends a callback's body as the platform would and returns the status.
func (s *shop) post(body []byte) int {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodPost, s.NotifyURL, bytes.NewReader(body))
	require.NoError(s.T, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(s.T, err)
	require.NoError(s.T, response.Body.Close())
	return response.StatusCode
}

// callback seals a notification.
func (s *shop) callback(o sandbox.Order, status opay.Status, amount string) []byte {
	s.T.Helper()
	plain := opay.EncodeFields(
		opay.Field{Name: "outOrderId", Value: o.AppOrderID}, opay.Field{Name: "orderNum", Value: o.OrderNum},
		opay.Field{Name: "orderStatus", Value: string(status)}, opay.Field{Name: "payAmount", Value: amount},
		opay.Field{Name: "returnUrl", Value: o.ReturnPage},
	)
	return s.Notification(plain)
}

func TestReceive_ForgedIsRefusedAndNothingStored(t *testing.T) {
	t.Parallel()
	for _, way := range []string{
		sandbox.ForgeForeignKey, sandbox.ForgeUnsigned, sandbox.ForgeRandom, sandbox.ForgePlain,
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				at := s.PlatformOrder(order)
				require.NoError(t, s.Platform.Notify(at.OrderNum, sandbox.Notice{OrderStatus: "3", Forge: way}))
				s.Deliver()
				s.Later(time.Minute)
				assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
				assert.Zero(t, s.evidence(order)[models.SourceCallback])
				assert.Empty(t, s.OpenReviews())
				for _, c := range s.Platform.Callbacks() {
					if c.Forge != "" {
						assert.NotEqual(t, sandbox.CallbackAcknowledged, c.State)
					}
				}
			})
		})
	}
}

// A signature that was really made by the platform, over another text, passes the pre-check; decrypting and verifying finds
// it, and the order is not touched.
func TestReceive_CopiedSignatureIsSetAside(t *testing.T) {
	t.Parallel()
	for _, way := range []string{sandbox.ForgeTampered, sandbox.ForgeSwapped} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				require.NoError(t, s.Platform.Notify(s.PlatformOrder(order).OrderNum, sandbox.Notice{OrderStatus: "3", Forge: way}))
				s.Deliver()
				assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
				assert.Zero(t, s.evidence(order)[models.SourceCallback])
				assert.Equal(t, []models.ReviewKind{models.ReviewUnreadable}, s.OpenReviews())
			}, paymentstest.RSA)
		})
	}
}

// Whoever saw the platform's signature could send junk under it first; the true callback must still get through.
func TestReceive_JunkUnderAGoodSignatureDoesNotHideTheTrueCallback(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.Pay(at.OrderNum))
		good := s.callback(at, opay.StatusPaid, string(at.Amount))
		sealed, err := opay.ParseRequest(good)
		require.NoError(t, err)
		junk, err := paymentstest.PlatformRing(t).Seal([]byte(`{"junk":"junk"}`))
		require.NoError(t, err)
		sealed.Envelope.Data = junk.Data
		require.Equal(t, http.StatusOK, s.post(sealed.Encode()))
		require.Equal(t, http.StatusOK, s.post(good))
		s.Work()
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		assert.Equal(t, 1, s.evidence(order)[models.SourceCallback])
	}, paymentstest.RSA)
}

func TestReceive_ReplayedFiftyTimesInParallelCreditsOnce(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.Pay(at.OrderNum))
		body := s.callback(at, opay.StatusPaid, string(at.Amount))
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { assert.Equal(t, http.StatusOK, s.post(body), "every copy is acknowledged") })
		}
		wg.Wait()
		s.Work()
		order = s.Order(order.Ref)
		assert.Equal(t, models.OrderPaid, order.State)
		s.AssertStock(49, 0, 1)
		assert.Equal(t, 1, s.evidence(order)[models.SourceCallback])
		moves := 0
		rows := modelstest.OrderFile(t, s.Store, order.ID).Transitions
		for _, row := range rows {
			if row.ToState == string(models.OrderPaid) && row.AttemptID == "" {
				moves++
			}
		}
		assert.Equal(t, 1, moves)

		s.Clock.Advance(365 * 24 * time.Hour)
		assert.Equal(t, http.StatusOK, s.post(body), "replayed a year later")
		s.Work()
		assert.Equal(t, 1, s.evidence(order)[models.SourceCallback])
		assert.ElementsMatch(t, []string{"order received", "payment received"}, s.Mails.Subjects())
	})
}

func TestReceive_PendingAfterPaidChangesNothingAndRaisesAnAlert(t *testing.T) {
	t.Parallel()
	for _, late := range []opay.Status{opay.StatusPending, opay.StatusFailed, opay.StatusClosed} {
		t.Run(late.String(), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				at := s.PlatformOrder(order)
				require.NoError(t, s.Platform.Pay(at.OrderNum))
				s.Deliver()
				require.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
				require.Equal(t, http.StatusOK, s.post(s.callback(at, late, string(at.Amount))))
				s.Work()
				assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
				assert.Equal(t, models.AttemptPaid, s.Attempt(order.Ref).State)
				assert.Equal(t, []models.ReviewKind{models.ReviewStatusRegress}, s.OpenReviews())
				rows := modelstest.OrderFile(t, s.Store, order.ID).Transitions
				assert.True(t, rows[len(rows)-1].Refused, "the refused transition is a row")
			})
		})
	}
}

// A closed or failed callback that comes before the paid one does not stop the paid one (0 then 3, 2 then 3): orderDetail is asked.
func TestReceive_WrongStatusFirstIsOnlyAHint(t *testing.T) {
	t.Parallel()
	for _, way := range []string{sandbox.ShuffleClosedFirst, sandbox.ShuffleFailedFirst, sandbox.ShufflePendingLast} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackShuffled, Way: way}}))
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				s.Deliver()
				assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
				s.AssertStock(49, 0, 1)
			})
		})
	}
}

func TestReceive_BeforeCreateHasAnswered(t *testing.T) {
	t.Parallel()
	t.Run("pending", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackEarly, Times: 1}}))
			order := s.PlaceOrder(1)
			s.Work()
			order = s.Order(order.Ref)
			assert.Equal(t, models.AttemptOpen, order.Current().State)
			assert.Equal(t, 1, s.evidence(order)[models.SourceCallback])
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			s.Deliver()
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
			assert.Empty(t, s.OpenReviews())
		})
	})
	t.Run("paid, and the answer is lost too", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{
				{Kind: sandbox.FaultCallbackEarlyPaid, Times: 1}, {Kind: sandbox.FaultAnswerLost, Call: "createThirdOrder", Times: 1},
			}))
			p, err := s.Place(t.Context(), s.CartForm(1))
			require.NoError(t, err)
			s.Deliver()
			order := s.Order(p.Ref)
			assert.Equal(t, models.OrderPaid, order.State)
			assert.Len(t, order.Attempts, 1)
			assert.Len(t, s.Platform.Orders(), 1)
			assert.Empty(t, s.OpenReviews())
		})
	})
	t.Run("paid while the answer is on its way", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackEarlyPaid, Times: 1}}))
			p, err := s.Place(t.Context(), s.CartForm(1))
			require.NoError(t, err)
			s.Deliver()
			order := s.Order(p.Ref)
			assert.Equal(t, models.OrderPaid, order.State)
			assert.Equal(t, s.PlatformOrder(order).OrderNum, order.Current().OrderNum)
			assert.Empty(t, s.OpenReviews())
		})
	})
}

// R3: the amount of a callback is never what is credited. What is ordered and what orderDetail says agree, so the order is
// paid; the false claim is kept and a person is told.
func TestReceive_WrongAmountIsNeverCredited(t *testing.T) {
	t.Parallel()
	for _, way := range []string{sandbox.AmountPlus, sandbox.AmountMinus, sandbox.AmountZero} {
		t.Run("callback "+way, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				at := s.PlatformOrder(order)
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackWrongAmount, Way: way}}))
				require.NoError(t, s.Platform.Pay(at.OrderNum))
				s.Deliver()
				order = s.Order(order.Ref)
				assert.Equal(t, models.OrderPaid, order.State)
				assert.Equal(t, "10.5", order.Current().Amount.String())
				assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
			})
		})
	}
	t.Run("callback negative is unreadable", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackWrongAmount, Way: sandbox.AmountNegative}}))
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			s.Deliver()
			assert.Equal(t, []models.ReviewKind{models.ReviewUnreadable}, s.OpenReviews())
			s.Later(15 * time.Second)
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "the poller needs no callback")
		})
	})
	t.Run("callback with an exponent is the same number", func(t *testing.T) {
		t.Parallel()
		eachShop(t, func(t *testing.T, s *shop) {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackWrongAmount, Way: sandbox.AmountExponent}}))
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			s.Deliver()
			assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State, "the callback is enough of a hint")
			assert.Empty(t, s.OpenReviews())
		})
	})
	lies := map[string]func(opay.OrderDetail) opay.OrderDetail{
		"amount": func(d opay.OrderDetail) opay.OrderDetail { d.Amount = "10.49"; return d },
		"coin":   func(d opay.OrderDetail) opay.OrderDetail { d.Coin = "USDC"; return d },
	}
	for field, lie := range lies {
		t.Run("orderDetail with another "+field, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				s.Gateway.ChangeOrders(lie)
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				s.Deliver()
				order = s.Order(order.Ref)
				assert.Equal(t, models.OrderReview, order.State, "money is in the wrong place")
				assert.NotEqual(t, models.AttemptPaid, order.Current().State)
				assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
				s.AssertStock(49, 1, 0)
				s.Later(2 * time.Hour)
				assert.Equal(t, models.OrderReview, s.Order(order.Ref).State, "a person decides, not the clock")
			})
		})
	}
}

func TestReceive_UnknownOrderIsStoredAcknowledgedAndFlagged(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		body := s.callback(sandbox.Order{AppOrderID: "NOT-OUR-ORDER-0001", OrderNum: "99"}, opay.StatusPaid, "10")
		assert.Equal(t, http.StatusOK, s.post(body))
		s.Work()
		assert.Equal(t, []models.ReviewKind{models.ReviewUnknownOrder}, s.OpenReviews())
		assert.Equal(t, http.StatusOK, s.post(body))
		s.Work()
		assert.Len(t, s.OpenReviews(), 1)
	})
}

func TestReceive_LostCallbackIsFoundByPolling(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		s.Later(13 * time.Second)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}
