package payments_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"coincart/models"
	"coincart/models/store"
	"coincart/payments"
	"coincart/payments/opay"
	"coincart/payments/sandbox"
)

var (
	finance = payments.Actor{StaffID: "01900000-0000-7000-8000-000000000001", Who: "fin@example.org", RemoteAddr: "192.0.2.1", RequestID: "req-1"}
	second  = payments.Actor{StaffID: "01900000-0000-7000-8000-000000000002", Who: "two@example.org", RemoteAddr: "192.0.2.2", RequestID: "req-2"}
)

// pay places an order of so many mugs and pays it.
func (s *shop) pay(quantity int) models.Order {
	s.t.Helper()
	order := s.place(quantity)
	require.NoError(s.t, s.platform.Pay(s.platformOrder(order).OrderNum))
	s.deliver()
	order = s.order(order.Ref)
	require.Equal(s.t, models.OrderPaid, order.State)
	return order
}

func (s *shop) refund(o models.Order, amount string) (models.Refund, error) {
	return s.RequestRefund(s.t.Context(), payments.RefundInput{
		OrderID: o.ID, AttemptID: o.PaidAttemptID, Amount: models.MustAmount(amount), Reason: "broken in transit", FormToken: models.NewRef(),
	}, finance)
}

func (s *shop) refundState(id string) models.RefundState {
	s.t.Helper()
	r, err := s.store.Refund(s.t.Context(), id)
	require.NoError(s.t, err)
	return r.State
}

// transfers are the refunds that the platform paid.
func (s *shop) transfers() []sandbox.Order {
	list := []sandbox.Order{}
	for _, o := range s.platform.Orders() {
		if o.Type == sandbox.TypeTransfer {
			list = append(list, o)
		}
	}
	return list
}

// nextDay moves the clock behind the day's end and compares the day that has passed.
func (s *shop) nextDay() payments.Reconciliation {
	s.t.Helper()
	day := models.DayOf(s.clock.Now(), s.PlatformZone())
	s.later(24 * time.Hour)
	_, err := s.FetchStatement(s.t.Context(), day, finance.StaffID, nil)
	require.NoError(s.t, err)
	r, err := s.Reconcile(s.t.Context(), day)
	require.NoError(s.t, err)
	return r
}

func kinds(r payments.Reconciliation) []models.DiscrepancyKind {
	list := []models.DiscrepancyKind{}
	for _, d := range r.Found {
		list = append(list, d.Kind)
	}
	return list
}

func TestRefund_PartlyThenAllConfirmedByTheStatement(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(2) // 21 USDT
		r, err := s.refund(order, "10.5")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, r.State, "below the limit nobody else is asked")
		assert.Equal(t, models.OrderRefunding, s.order(order.Ref).State)
		s.work()
		assert.Equal(t, models.RefundAccepted, s.refundState(r.ID))
		require.Len(t, s.transfers(), 1)
		assert.Equal(t, opay.Amount("10.5"), s.transfers()[0].Amount)
		assert.Equal(t, alice, s.transfers()[0].UID)

		report := s.nextDay()
		assert.Empty(t, report.Found)
		assert.Equal(t, 1, report.RefundPairs)
		assert.True(t, report.Balanced())
		assert.Equal(t, models.RefundConfirmed, s.refundState(r.ID))
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State, "a part is still here")

		var much *store.RefundTooMuchError
		_, err = s.refund(order, "10.51")
		require.ErrorAs(t, err, &much)
		assert.Equal(t, "10.5", much.Left.String())
		rest, err := s.refund(order, "10.5")
		require.NoError(t, err)
		s.work()
		s.nextDay()
		assert.Equal(t, models.RefundConfirmed, s.refundState(rest.ID))
		assert.Equal(t, models.OrderRefunded, s.order(order.Ref).State)
		_, err = s.refund(order, "0.01")
		require.ErrorAs(t, err, &much)
		assert.Len(t, s.transfers(), 2)
	})
}

func TestRefund_TwoInParallelNeverExceedWhatWasPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(1) // 10.5 USDT
		var mu sync.Mutex
		ok := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := s.refund(order, "6")
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
		s.work()
		assert.Equal(t, 1, ok)
		assert.Len(t, s.transfers(), 1)
	})
}

func TestRefund_SameFormIsOneRefund(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(1)
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
		s.work()
		assert.Len(t, ids, 1)
		assert.Len(t, s.transfers(), 1)
	})
}

func TestRefund_LostAnswerIsResolvedAndNeverRepeated(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]shopOption{
		"by our id":        func(*sandbox.Config, *payments.Config) {},
		"by the statement": func(sc *sandbox.Config, _ *payments.Config) { sc.Reference = sandbox.ReferenceMissing },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.pay(1)
				require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultAnswerLost, Call: "refundOrder"}}))
				r, err := s.refund(order, "10.5")
				require.NoError(t, err)
				s.work()
				for range 5 {
					s.later(2 * time.Minute)
				}
				require.Len(t, s.transfers(), 1)
				s.nextDay()
				assert.Equal(t, models.RefundConfirmed, s.refundState(r.ID))
				assert.Equal(t, models.OrderRefunded, s.order(order.Ref).State)
				assert.Len(t, s.transfers(), 1, "paid once")
			}, option)
		})
	}
}

func TestRefund_LostRequestIsProvedMissingAndGivenFree(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "refundOrder", Times: 1}}))
		r, err := s.refund(order, "10.5")
		require.NoError(t, err)
		s.work()
		assert.Equal(t, models.RefundUnknown, s.refundState(r.ID))
		s.later(5 * time.Minute)
		assert.Equal(t, models.RefundUnknown, s.refundState(r.ID), "it may still be on its way")
		for range 6 {
			s.later(5 * time.Minute)
		}
		assert.Equal(t, models.RefundFailed, s.refundState(r.ID))
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
		assert.Empty(t, s.transfers())
		_, err = s.refund(order, "10.5")
		require.NoError(t, err, "the amount is free again")
		s.work()
		assert.Len(t, s.transfers(), 1)
	})
}

func TestRefund_RefusedByThePlatform(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable, Times: 1}}))
		r, err := s.refund(order, "1")
		require.NoError(t, err)
		s.work()
		got, err := s.store.Refund(t.Context(), r.ID)
		require.NoError(t, err)
		assert.Equal(t, models.RefundFailed, got.State)
		assert.Equal(t, string(opay.CodeMerchantUnavailable), got.ProblemCode)
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
	})
}

func TestRefund_AboveTheLimitNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(2)
		small, err := s.refund(order, "5")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, small.State)
		r, err := s.refund(order, "5.01")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, r.State)
		s.work()
		assert.Len(t, s.transfers(), 1, "only the small one")
		require.ErrorIs(t, s.ApproveRefund(t.Context(), r.ID, finance), payments.ErrSamePerson)
		require.NoError(t, s.ApproveRefund(t.Context(), r.ID, second))
		require.ErrorIs(t, s.ApproveRefund(t.Context(), r.ID, second), payments.ErrRefundOver)
		s.work()
		assert.Len(t, s.transfers(), 2)
		require.ErrorIs(t, s.DeclineRefund(t.Context(), r.ID, "too late", second), payments.ErrRefundOver)

		other, err := s.refund(order, "6")
		require.NoError(t, err)
		require.NoError(t, s.DeclineRefund(t.Context(), other.ID, "asked twice", finance))
		s.work()
		assert.Len(t, s.transfers(), 2)
		_, err = s.refund(order, "10.99")
		require.NoError(t, err, "declined is given free")
	}, func(_ *sandbox.Config, pc *payments.Config) { pc.FourEyesLimit = models.MustAmount("5") })
}

func TestRefund_Refusals(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		open := s.place(1)
		_, err := s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: open.ID, AttemptID: open.Current().ID, Amount: models.MustAmount("1"), Reason: "x", FormToken: models.NewRef(),
		}, finance)
		require.ErrorIs(t, err, payments.ErrNotRefundable)
		order := s.pay(1)
		_, err = s.refund(order, "0")
		require.ErrorIs(t, err, payments.ErrRefundAmount)
		_, err = s.refund(order, "0.001")
		require.ErrorIs(t, err, payments.ErrRefundAmount, "finer than the coin")
		_, err = s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: order.ID, AttemptID: order.PaidAttemptID, Amount: models.MustAmount("1"), Reason: "  ", FormToken: models.NewRef(),
		}, finance)
		require.ErrorIs(t, err, payments.ErrText)
		_, err = s.RequestRefund(t.Context(), payments.RefundInput{
			OrderID: order.ID, AttemptID: open.Current().ID, Amount: models.MustAmount("1"), Reason: "x", FormToken: models.NewRef(),
		}, finance)
		require.ErrorIs(t, err, payments.ErrNotRefundable, "an attempt of another order")
		s.work()
		assert.Empty(t, s.transfers())
	})
}

func TestReconcile_FindsExactlyThePlantedFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		faults sandbox.Faults
		want   []models.DiscrepancyKind
	}{
		"none":      {nil, []models.DiscrepancyKind{}},
		"missing":   {sandbox.Faults{{Kind: sandbox.FaultStatementMissing}}, []models.DiscrepancyKind{models.OursNotTheirs}},
		"extra":     {sandbox.Faults{{Kind: sandbox.FaultStatementExtra}}, []models.DiscrepancyKind{models.TheirsNotOurs}},
		"duplicate": {sandbox.Faults{{Kind: sandbox.FaultStatementDouble}}, []models.DiscrepancyKind{models.DuplicateLine}},
		"amount":    {sandbox.Faults{{Kind: sandbox.FaultStatementAmount}}, []models.DiscrepancyKind{models.AmountDiffers}},
		"all": {
			sandbox.Faults{{Kind: sandbox.FaultStatementMissing}, {Kind: sandbox.FaultStatementExtra}, {Kind: sandbox.FaultStatementDouble}, {Kind: sandbox.FaultStatementAmount}},
			[]models.DiscrepancyKind{models.OursNotTheirs, models.TheirsNotOurs, models.DuplicateLine, models.AmountDiffers},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				for range 6 {
					s.pay(1)
				}
				require.NoError(t, s.platform.SetFaults(c.faults))
				report := s.nextDay()
				assert.ElementsMatch(t, c.want, kinds(report))
				assert.True(t, report.Balanced(), "the listed differences explain the totals: %+v", report.Totals)
				rows, _, err := s.store.Discrepancies(t.Context(), models.DiscrepancyFilter{Day: report.Day})
				require.NoError(t, err)
				assert.Len(t, rows, len(c.want))

				err = s.SealDay(t.Context(), report.Day, finance)
				if len(c.want) > 0 {
					require.ErrorIs(t, err, payments.ErrDayOpen)
					for _, d := range rows {
						require.NoError(t, s.AcceptDiscrepancy(t.Context(), d.ID, "explained by the platform's support", finance))
						require.ErrorIs(t, s.AcceptDiscrepancy(t.Context(), d.ID, "again", finance), payments.ErrDiscrepancyOver)
					}
					err = s.SealDay(t.Context(), report.Day, finance)
				}
				require.NoError(t, err)
				require.ErrorIs(t, s.SealDay(t.Context(), report.Day, finance), payments.ErrDaySealed)
				assert.Empty(t, s.reviews())
			})
		})
	}
}

func TestReconcile_SealedDayThatChangesRaisesAnAlert(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		s.pay(1)
		report := s.nextDay()
		require.NoError(t, s.SealDay(t.Context(), report.Day, finance))
		_, err := s.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		_, err = s.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Empty(t, s.reviews(), "the same statement again")
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementAmount}}))
		_, err = s.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		_, err = s.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Equal(t, []models.ReviewKind{models.ReviewSealedDay}, s.reviews())
	})
}

func TestReconcile_WrongZoneIsNoticedAndGuessed(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	eachShop(t, func(t *testing.T, s *shop) {
		s.clock.Advance(-10 * time.Hour) // 02:00 UTC is 10:00 in Shanghai
		s.pay(1)
		s.clock.Advance(15 * time.Hour) // 17:00 UTC is 01:00 of the next day there
		s.pay(1)
		s.clock.Advance(48 * time.Hour)
		_, err := s.FetchStatement(t.Context(), "2026-11-23", "", nil)
		require.NoError(t, err)
		report, err := s.Reconcile(t.Context(), "2026-11-23")
		require.NoError(t, err)
		assert.Equal(t, []models.DiscrepancyKind{models.WrongDay}, kinds(report))
		assert.NotEmpty(t, report.LikelyZone)
	}, func(sc *sandbox.Config, _ *payments.Config) { sc.Location = shanghai })
}

func TestReconcile_PaymentAtMidnightBelongsToOneDay(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		s.clock.Advance(11*time.Hour + 59*time.Minute + 59*time.Second) // 23:59:59
		require.NoError(t, s.platform.PayLate(s.platformOrder(order).OrderNum))
		s.later(30 * time.Second) // booked by us on the next day
		_ = order
		first, err := s.fetchAndReconcile("2026-11-22", 24*time.Hour)
		require.NoError(t, err)
		secondDay, err := s.fetchAndReconcile("2026-11-23", 24*time.Hour)
		require.NoError(t, err)
		assert.Empty(t, first.Found)
		assert.Empty(t, secondDay.Found)
		assert.Equal(t, 1, first.Matched+secondDay.Matched)
	}, func(_ *sandbox.Config, pc *payments.Config) { pc.OrderTTL = 24 * time.Hour })
}

func (s *shop) fetchAndReconcile(day string, pass time.Duration) (payments.Reconciliation, error) {
	s.later(pass)
	if _, err := s.FetchStatement(s.t.Context(), day, "", nil); err != nil {
		return payments.Reconciliation{}, err
	}
	return s.Reconcile(s.t.Context(), day)
}

func TestStatement_BadDaysAreRefusedWithoutAQuestion(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		before := s.requests.Load()
		for _, day := range []string{"", "2026-13-01", "2026-11-31", "22.11.2026", "2026-1-1", "0000-00-00", "2026-11-22T00:00:00Z", "1999-01-01"} {
			_, err := s.FetchStatement(t.Context(), day, "", nil)
			require.ErrorIs(t, err, models.ErrDay, day)
		}
		_, err := s.FetchStatement(t.Context(), "2026-11-23", "", nil)
		require.ErrorIs(t, err, payments.ErrDayFuture)
		_, err = s.Reconcile(t.Context(), "2026-11-22")
		require.ErrorIs(t, err, payments.ErrNothingFetched)
		require.ErrorIs(t, s.SealDay(t.Context(), "2026-11-22", finance), payments.ErrDayOpen, "the day is not over")
		require.ErrorIs(t, s.SealDay(t.Context(), "2026-11-21", finance), payments.ErrNothingFetched)
		assert.Equal(t, before, s.requests.Load())
	})
}

func TestStatement_ManyPagesAndOneThatShifts(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.gateway.pages(func(r opay.StatementRequest) opay.StatementPage { return manyLines(4001, r.Page) })
		st, err := s.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		assert.Equal(t, models.StatementComplete, st.State)
		assert.Equal(t, 4001, st.Lines)
		assert.Equal(t, 3, st.Pages)

		calls := 0
		s.gateway.pages(func(r opay.StatementRequest) opay.StatementPage { // one record more from the fourth question on
			calls++
			if calls < 4 {
				return manyLines(4001, r.Page)
			}
			return manyLines(4002, r.Page)
		})
		st, err = s.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err, "begun again")
		assert.Equal(t, 4002, st.Lines)

		n := 4001
		s.gateway.pages(func(r opay.StatementRequest) opay.StatementPage {
			n++
			return manyLines(n, r.Page)
		})
		st, err = s.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.ErrorIs(t, err, payments.ErrStatement)
		assert.Equal(t, models.StatementFailed, st.State)

		s.gateway.pages(func(r opay.StatementRequest) opay.StatementPage {
			p := manyLines(4001, r.Page)
			p.Count = 4005
			return p
		})
		_, err = s.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.ErrorIs(t, err, payments.ErrStatement, "fewer lines than the platform counts")
	})
}

// manyLines is a page of a statement of so many lines.
func manyLines(count, page int) opay.StatementPage {
	p := opay.StatementPage{Count: count, Raw: []byte("page")}
	for i := (page - 1) * opay.MaxPageSize; i < min(count, page*opay.MaxPageSize); i++ {
		p.Lines = append(p.Lines, opay.StatementLine{
			AppOrderID: "ORDER-" + strings.Repeat("0", 4) + time.Unix(int64(i), 0).UTC().Format("150405"), OrderType: "1", Amount: "1", Coin: "USDT",
			PaidAt: time.Date(2026, 11, 22, 1, 0, i, 0, time.UTC),
		})
	}
	return p
}

func TestSettleDiscrepancy_OnlyThePlatformMovesMoney(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		lost := s.place(1)
		s.gateway.lie(func(d opay.OrderDetail) opay.OrderDetail { d.Status = opay.StatusPending; return d })
		require.NoError(t, s.platform.Pay(s.platformOrder(lost).OrderNum))
		s.deliver()
		require.Equal(t, models.OrderAwaiting, s.order(lost.Ref).State)
		_, err := s.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		report, err := s.Reconcile(t.Context(), "2026-11-22")
		require.NoError(t, err)
		require.Equal(t, []models.DiscrepancyKind{models.TheirsNotOurs}, kinds(report))
		rows, _, err := s.store.Discrepancies(t.Context(), models.DiscrepancyFilter{Day: report.Day})
		require.NoError(t, err)
		require.ErrorIs(t, s.SettleDiscrepancy(t.Context(), rows[0].ID, finance), payments.ErrNotSettleable, "orderDetail says pending")
		assert.Equal(t, models.OrderAwaiting, s.order(lost.Ref).State, "a statement line never pays")

		s.gateway.lie(nil)
		require.NoError(t, s.SettleDiscrepancy(t.Context(), rows[0].ID, finance))
		assert.Equal(t, models.OrderPaid, s.order(lost.Ref).State)
		report, err = s.DayReport(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.Equal(t, 2, report.Matched)
		assert.True(t, report.Balanced())
	})
}

func TestTask_CancelsManyWhileOneIsBeingPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		a, b, c := s.place(1), s.place(1), s.pay(1)
		paying := s.platformOrder(b).OrderNum
		s.gateway.interrupt(func(call string) {
			if o, _ := s.platform.Order(paying); call == "cancelOrder" && o.Status == opay.StatusPending {
				if at, _ := s.platform.Order(s.platformOrder(a).OrderNum); at.Status == opay.StatusClosed {
					assert.NoError(t, s.platform.Pay(paying))
				}
			}
		})
		token := models.NewRef()
		task, err := s.StartCancel(t.Context(), []string{a.ID, b.ID, c.ID, "01900000-0000-7000-8000-00000000dead"}, token, finance)
		require.NoError(t, err)
		again, err := s.StartCancel(t.Context(), []string{a.ID}, token, finance)
		require.NoError(t, err)
		assert.Equal(t, task.ID, again.ID, "a second click")
		s.work()
		task, err = s.store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		assert.Equal(t, models.TaskDone, task.State)
		rows, err := s.store.TaskRows(t.Context(), task.ID, 0, 10)
		require.NoError(t, err)
		outcomes := []string{}
		for _, r := range rows {
			outcomes = append(outcomes, r.Outcome)
		}
		assert.Equal(t, []string{"cancelled", "paid", "paid", "gone"}, outcomes)
		assert.Equal(t, models.OrderCancelled, s.order(a.Ref).State)
		assert.Equal(t, models.OrderPaid, s.order(b.Ref).State, "paid wins over cancel")
		_, err = s.StartCancel(t.Context(), nil, models.NewRef(), finance)
		require.ErrorIs(t, err, payments.ErrTask)
	})
}

func TestTask_ScheduleFetchesEachDayThreeTimes(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		for range 9 * 24 {
			s.later(time.Hour)
		}
		tasks, err := s.store.Tasks(t.Context(), 100)
		require.NoError(t, err)
		of := 0
		for _, task := range tasks {
			assert.Equal(t, models.TaskDone, task.State)
			if strings.Contains(task.Params, "2026-11-22") {
				of++
			}
		}
		assert.Equal(t, 3, of, "D+1, D+2 and D+7")
		book, err := s.store.BookDay(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.NotEmpty(t, book.StatementID)
	})
}

func TestExport_IsExactAndHarmless(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.cart(1)
		in.Name, in.Coin = `=HYPERLINK("http://evil.example","x")`, "BTC"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.NoError(t, s.platform.Pay(s.platformOrder(s.order(p.Ref)).OrderNum))
		s.deliver()
		var file bytes.Buffer
		require.NoError(t, s.WriteExport(t.Context(), &file, payments.Export{What: payments.ExportOrders, Format: payments.FormatCSV}, nil))
		text := strings.TrimPrefix(file.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Contains(t, rows[0], "placed (UTC)", "the zone is named")
		assert.Contains(t, rows[1], `'=HYPERLINK("http://evil.example","x")`)
		assert.Contains(t, rows[1], "0.00010797")
		assert.Contains(t, rows[1], "10.50")

		file.Reset()
		require.NoError(t, s.WriteExport(t.Context(), &file, payments.Export{
			What: payments.ExportPayments, Format: payments.FormatXLSX, From: "2026-11-22", To: "2026-11-22",
		}, nil))
		book, err := excelize.OpenReader(&file)
		require.NoError(t, err)
		sheet, err := book.GetRows("Sheet1")
		require.NoError(t, err)
		require.Len(t, sheet, 2)
		assert.Contains(t, sheet[1], "0.00010797")
		formula, err := book.GetCellFormula("Sheet1", "A2")
		require.NoError(t, err)
		assert.Empty(t, formula)
		for _, x := range []payments.Export{
			{What: "staff", Format: "csv"}, {What: "orders", Format: "exe"}, {What: "payments", Format: "csv", From: "2026-11-22", To: "2026-11-21"},
		} {
			require.ErrorIs(t, s.WriteExport(t.Context(), &file, x, nil), payments.ErrTask)
		}
	})
}

func TestTask_ExportSurvivesInPieces(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		task, err := s.StartExport(t.Context(), payments.Export{What: payments.ExportOrders, Format: payments.FormatCSV}, models.NewRef(), finance)
		require.NoError(t, err)
		s.work()
		task, err = s.store.Task(t.Context(), task.ID)
		require.NoError(t, err)
		require.Equal(t, models.TaskDone, task.State)
		assert.Contains(t, task.FileName, ".csv")
		var file bytes.Buffer
		require.NoError(t, s.store.EachTaskChunk(t.Context(), task.ID, func(b []byte) error {
			file.Write(b)
			return nil
		}))
		assert.Equal(t, task.FileSize, int64(file.Len()))
		assert.Equal(t, 2, strings.Count(file.String(), "\n"))
	})
}

func TestStaff_EveryWriteIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		order := s.pay(2)
		open := s.place(1)
		require.NoError(t, s.AddNote(ctx, order.ID, "called the shopper", "token", finance))
		require.NoError(t, s.AddNote(ctx, order.ID, "called the shopper", "token", finance), "a second press")
		require.ErrorIs(t, s.AddNote(ctx, order.ID, " ", "token", finance), payments.ErrText)
		require.NoError(t, s.Fulfil(ctx, order.ID, "TRACK-1", finance))
		require.ErrorIs(t, s.Fulfil(ctx, order.ID, "TRACK-1", finance), payments.ErrNotFulfillable)
		require.NoError(t, s.ResendMail(ctx, order.ID, models.MailPaymentReceived, "t", finance))
		_, err := s.AskOrder(ctx, open.ID, finance)
		require.NoError(t, err)
		outcome, err := s.CancelByStaff(ctx, open.ID, finance)
		require.NoError(t, err)
		assert.Equal(t, payments.OutcomeCancelled, outcome)
		_, err = s.refund(order, "1")
		require.NoError(t, err)
		entries, err := s.store.Audit(ctx, models.AuditFilter{Limit: 50})
		require.NoError(t, err)
		actions := []string{}
		for _, e := range entries {
			actions = append(actions, e.Action)
			assert.Equal(t, finance.Who, e.Who)
			assert.Equal(t, finance.RemoteAddr, e.RemoteAddr)
		}
		assert.ElementsMatch(t, []string{"order.note", "order.fulfil", "order.resend", "order.ask", "order.cancel", "refund.request"}, actions)
		n, broken, err := s.store.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.Equal(t, int64(len(entries)), n)
		s.work()
		assert.Contains(t, s.mails.subjects(), "order sent")
		assert.Equal(t, "TRACK-1", s.order(order.Ref).Tracking)
	})
}

func (g *faultyGateway) pages(f func(opay.StatementRequest) opay.StatementPage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.statement = f
}

func (g *faultyGateway) Statement(ctx context.Context, r opay.StatementRequest) (opay.StatementPage, error) {
	g.mu.Lock()
	f := g.statement
	g.mu.Unlock()
	if f != nil {
		return f(r), nil
	}
	return g.Gateway.Statement(ctx, r)
}
