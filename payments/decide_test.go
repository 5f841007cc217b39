package payments_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// late returns an order whose money came after it was cancelled.
func (s *shop) late() models.Order {
	s.T.Helper()
	order := s.PlaceOrder(1)
	require.NoError(s.T, s.Cancel(s.T.Context(), order.Ref))
	s.Deliver()
	require.NoError(s.T, s.Platform.PayLate(order.Current().OrderNum))
	s.Deliver()
	return s.Order(order.Ref)
}

// soldOut returns an order whose money came late, when the goods were gone.
func (s *shop) soldOut() models.Order {
	s.T.Helper()
	order := s.late()
	_, err := s.Store.SetStock(s.T.Context(), []models.StockLevel{{VariantID: s.Variant.ID, OnHand: 0}}, "for the test", "test")
	require.NoError(s.T, err)
	return s.Order(order.Ref)
}

// paidOther returns an order for which the exchange says that another amount was paid.
func (s *shop) paidOther(amount string) models.Order {
	s.T.Helper()
	order := s.PlaceOrder(1)
	s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Amount = opay.Amount(amount); return d })
	require.NoError(s.T, s.Platform.Pay(order.Current().OrderNum))
	s.Deliver()
	return s.Order(order.Ref)
}

// paidTwice returns an order that two attempts have paid.
func (s *shop) paidTwice() models.Order {
	s.T.Helper()
	order := s.PlaceOrder(1)
	first := order.Current()
	_, err := s.PayOrder(s.T.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Bob})
	require.NoError(s.T, err)
	require.NoError(s.T, s.Platform.SetBalance(paymentstest.Bob, "USDT", "100"))
	require.NoError(s.T, s.Platform.Pay(s.Attempt(order.Ref).OrderNum))
	s.Deliver()
	require.NoError(s.T, s.Platform.PayLate(first.OrderNum))
	s.Deliver()
	return s.Order(order.Ref)
}

// regressed returns a paid order of which the exchange says now that it is not.
func (s *shop) regressed() models.Order {
	s.T.Helper()
	order := s.PlacePaid(1)
	s.Gateway.ChangeOrders(func(d opay.OrderDetail) opay.OrderDetail { d.Status = opay.StatusPending; return d })
	body := s.reply(s.PlatformOrder(order), opay.StatusPending, "10.5", "https://shop.example/x")
	require.Equal(s.T, http.StatusOK, s.post(body))
	s.Work()
	return s.Order(order.Ref)
}

// refreshPause is a little more than the pause between two questions about an attempt.
const refreshPause = 3 * time.Second

var refuseRefund = sandbox.Faults{{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable, Times: 1}}

// outcome is where an order is after a decision.
type outcome struct {
	state   models.OrderState
	balance models.Balance
	refunds models.RefundStatus
	stock   [3]int // on hand, reserved, sold of the 50 pieces
	open    []models.ReviewKind
}

// The table of reliability.md §4: each kind of case × each decision, on both databases. A cell that is not here is refused.
func TestDecide_EveryKindAndDecision(t *testing.T) {
	t.Parallel()
	other := func(amount string) func(*payments.DecideInput) {
		return func(in *payments.DecideInput) { in.Amount = models.MustAmount(amount) }
	}
	anyway := func(in *payments.DecideInput) { in.Anyway = true }
	paid := outcome{state: models.OrderPaid, refunds: models.RefundsNone, stock: [3]int{49, 0, 1}}
	back := outcome{state: models.OrderCancelled, refunds: models.RefundsAll, stock: [3]int{50, 0, 0}}
	kept := func(o outcome, kind models.ReviewKind) outcome { o.open = []models.ReviewKind{kind}; return o }
	review := outcome{state: models.OrderReview, refunds: models.RefundsNone}
	type cell struct {
		name     string
		make     func(*shop) models.Order
		decision models.Decision
		edits    []func(*payments.DecideInput)
		want     outcome
	}
	withStock := func(o outcome, stock ...int) outcome { o.stock = [3]int(stock); return o }
	withBalance := func(o outcome, b models.Balance) outcome { o.balance = b; return o }
	cells := []cell{
		{"late, accept", (*shop).late, models.DecideAccept, nil, paid},
		{"late, refund", (*shop).late, models.DecideRefund, nil, back},
		{"late, ask", (*shop).late, models.DecideAsk, nil, kept(withStock(review, 50, 0, 0), models.ReviewLatePayment)},
		{"late, wait", (*shop).late, models.DecideWait, nil, kept(withStock(review, 50, 0, 0), models.ReviewLatePayment)},
		{"sold out, accept anyway", (*shop).soldOut, models.DecideAccept, []func(*payments.DecideInput){anyway}, withStock(paid, 0, 0, 1)},
		{"sold out, refund", (*shop).soldOut, models.DecideRefund, nil, withStock(back, 0, 0, 0)},
		{"sold out, ask", (*shop).soldOut, models.DecideAsk, nil, kept(withStock(review, 0, 0, 0), models.ReviewLatePayment)},
		{"sold out, wait", (*shop).soldOut, models.DecideWait, nil, kept(withStock(review, 0, 0, 0), models.ReviewLatePayment)},
		{
			"less, accept", func(s *shop) models.Order { return s.paidOther("10.49") }, models.DecideAcceptAmount,
			[]func(*payments.DecideInput){other("10.49")},
			withBalance(paid, models.BalanceUnder),
		},
		{
			"more, accept", func(s *shop) models.Order { return s.paidOther("10.51") }, models.DecideAcceptAmount,
			[]func(*payments.DecideInput){other("10.51")},
			withBalance(paid, models.BalanceOver),
		},
		{"less, refund", func(s *shop) models.Order { return s.paidOther("10.49") }, models.DecideRefund, nil, back},
		{"less, drop", func(s *shop) models.Order { return s.paidOther("10.49") }, models.DecideDrop, nil, outcome{state: models.OrderCancelled, refunds: models.RefundsNone, stock: [3]int{50, 0, 0}}},
		{"less, ask", func(s *shop) models.Order { return s.paidOther("10.49") }, models.DecideAsk, nil, kept(withStock(review, 49, 1, 0), models.ReviewMismatch)},
		{"less, wait", func(s *shop) models.Order { return s.paidOther("10.49") }, models.DecideWait, nil, kept(withStock(review, 49, 1, 0), models.ReviewMismatch)},
		{"second, refund", (*shop).paidTwice, models.DecideRefund, nil, paid},
		{"second, ask", (*shop).paidTwice, models.DecideAsk, nil, kept(paid, models.ReviewSecondPayment)},
		{"second, wait", (*shop).paidTwice, models.DecideWait, nil, kept(paid, models.ReviewSecondPayment)},
		{"regress, noted", (*shop).regressed, models.DecideNoted, nil, paid},
		{"regress, ask", (*shop).regressed, models.DecideAsk, nil, kept(paid, models.ReviewStatusRegress)},
		{"regress, wait", (*shop).regressed, models.DecideWait, nil, kept(paid, models.ReviewStatusRegress)},
	}
	for _, c := range cells {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := c.make(s)
				s.Clock.Advance(refreshPause)
				made := s.OpenCase(order)
				for _, d := range models.Decisions() {
					if !s.offered(order, d) {
						require.ErrorIs(t, s.TryToDecide(order, d), payments.ErrNotDecidable, "%s is not offered", d)
					}
				}
				s.Decide(order, c.decision, c.edits...)
				s.Work()
				s.NextDay()
				got := s.Order(order.Ref)
				assert.Equal(t, c.want.state, got.State)
				assert.Equal(t, c.want.balance, got.Balance)
				assert.Equal(t, c.want.refunds, got.Refunds)
				assert.Equal(t, c.want.open, s.openCases(order))
				s.AssertStock(c.want.stock[0], c.want.stock[1], c.want.stock[2])
				decided, err := s.Store.Review(t.Context(), made.ID)
				require.NoError(t, err)
				if c.decision.Closes() {
					assert.Equal(t, c.decision, decided.Decision)
					assert.Equal(t, finance.StaffID, decided.DecidedBy)
				}
				if c.decision == models.DecideWait {
					assert.True(t, decided.WaitUntil.After(s.Clock.Now().Add(-refreshPause)), "it is put off")
				}
				s.Gateway.ChangeOrders(nil)
			})
		})
	}
}

// offered reports whether the one open case of an order offers a decision.
func (s *shop) offered(order models.Order, d models.Decision) bool {
	s.T.Helper()
	fresh, review := s.Order(order.Ref), s.OpenCase(order)
	return slices.Contains(review.Decisions(&fresh), d)
}

func (s *shop) openCases(order models.Order) (kinds []models.ReviewKind) {
	s.T.Helper()
	reviews, err := s.Store.ReviewsOf(s.T.Context(), order.ID)
	require.NoError(s.T, err)
	for _, r := range reviews {
		if r.Open {
			kinds = append(kinds, r.Kind)
		}
	}
	return kinds
}

func TestDecide_WhatIsMissingIsToldAndSoldOnlyOnRequest(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.soldOut()
		var missing *payments.MissingError
		require.ErrorAs(t, s.TryToDecide(order, models.DecideAccept), &missing)
		require.Len(t, missing.Pieces, 1)
		assert.Equal(t, s.Variant.SKU, missing.Pieces[0].SKU)
		assert.Equal(t, 1, missing.Pieces[0].Pieces)
		assert.Equal(t, models.OrderReview, s.Order(order.Ref).State, "nothing has changed")
	})
}

func TestDecide_AnAmountThatNobodySawIsNotAccepted(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.paidOther("10.49")
		wrong := func(in *payments.DecideInput) { in.Amount = models.MustAmount("10.50") }
		require.ErrorIs(t, s.TryToDecide(order, models.DecideAcceptAmount, wrong), payments.ErrNotDecidable)
		require.ErrorIs(t, s.TryToDecide(order, models.DecideAcceptAmount), payments.ErrNotDecidable)
		assert.Equal(t, models.OrderReview, s.Order(order.Ref).State)
	})
}

func TestDecide_WithoutAReasonNothingIsSentBackDroppedOrNoted(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.late()
		silent := func(in *payments.DecideInput) { in.Note = "  " }
		require.ErrorIs(t, s.TryToDecide(order, models.DecideRefund, silent), models.ErrNoteText)
		forever := func(in *payments.DecideInput) { in.Days = payments.MaxWaitDays + 1 }
		require.ErrorIs(t, s.TryToDecide(order, models.DecideWait, forever), payments.ErrWaitDays)
		s.Decide(order, models.DecideAccept, silent)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}

// A refund that comes to nothing leaves the money here: the case opens again, and nobody has to remember it.
func TestDecide_ARefundThatFailsOpensTheCaseAgain(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.late()
		require.NoError(t, s.Platform.SetFaults(refuseRefund))
		s.Decide(order, models.DecideRefund)
		s.Work()
		got := s.Order(order.Ref)
		assert.Equal(t, models.OrderReview, got.State)
		assert.Equal(t, []models.ReviewKind{models.ReviewLatePayment}, s.openCases(order))
		s.Decide(got, models.DecideAccept)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		assert.Empty(t, s.openCases(order))
	})
}

func TestDecide_TwoPeopleAtOnceDecideOnce(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.late()
		id := s.OpenCase(order).ID
		errs := make(chan error, 8)
		for i := range cap(errs) {
			d := []models.Decision{models.DecideAccept, models.DecideRefund}[i%2]
			go func() {
				errs <- s.Service.Decide(t.Context(), payments.DecideInput{ReviewID: id, Decision: d, Note: strconv.Itoa(i), FormToken: models.NewRef()}, finance)
			}()
		}
		won := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				won++
			} else {
				require.ErrorIs(t, err, payments.ErrNotDecidable)
			}
		}
		assert.Equal(t, 1, won)
		assert.Empty(t, s.openCases(order))
		s.Work()
	})
}
