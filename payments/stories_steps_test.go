package payments_test

import (
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/stockroom"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// payAt lets the payer of an order at the exchange press the button. Then the callback arrives, or nobody has told the shop yet.
func (s *story) payAt(o sandbox.Order, late bool) {
	pay := s.Platform.Pay
	if late {
		pay = s.Platform.PayLate
	}
	err := pay(o.OrderNum)
	s.allow(err, one(sandbox.ErrInsufficientBalance, sandbox.ErrPayerFrozen))
	if err == nil {
		s.rt.Logf("paid %s", o.OrderNum)
	}
	if s.yes("the callback arrives at once") {
		s.Deliver()
	}
}

func (s *story) payExactly() {
	s.payAt(choose(s, "payment", s.atExchange(opay.StatusPending)), false)
}

// payAnother pays less or more than was asked, in time or late.
func (s *story) payAnother() {
	at := choose(s, "payment", s.atExchange(opay.StatusPending, opay.StatusPending, opay.StatusClosed))
	fault := sandbox.Fault{
		Kind: sandbox.FaultKind(s.name("amount", string(sandbox.FaultUnderpaid), string(sandbox.FaultOverpaid))),
		Way:  s.name("by", sandbox.OffDigit, sandbox.OffHalf), Times: 1,
	}
	before := s.Platform.Faults()
	require.NoError(s.T, s.Platform.SetFaults(append(slices.Clone(before), fault)))
	s.payAt(at, at.Status != opay.StatusPending)
	require.NoError(s.T, s.Platform.SetFaults(before))
}

// payGivenUp pays what is closed or failed at the exchange: after expiry, after cancelling, or a second time by another attempt.
func (s *story) payGivenUp() {
	s.payAt(choose(s, "payment given up", s.atExchange(opay.StatusClosed, opay.StatusFailed)), true)
}

// payWhileCancelled pays at the moment at which the shop wants to close the order at the exchange.
func (s *story) payWhileCancelled() {
	order := choose(s, "order", s.ordersIn(models.OrderAwaiting))
	a := order.Current()
	s.Gateway.BeforeCall(func(call string) {
		if call == "cancelOrder" && a.OrderNum != "" {
			_ = s.Platform.Pay(a.OrderNum) // the payer may have too little
		}
	})
	defer s.Gateway.BeforeCall(nil)
	s.allow(s.Cancel(s.T.Context(), order.Ref), one(payments.ErrNotCancellable))
	s.Work()
}

func (s *story) endAtExchange() {
	at := choose(s, "payment", s.atExchange(opay.StatusPending))
	if s.yes("it fails") {
		require.NoError(s.T, s.Platform.Fail(at.OrderNum))
	} else {
		require.NoError(s.T, s.Platform.Close(at.OrderNum))
	}
	s.Deliver()
}

func (s *story) chooseAnotherCoin() {
	order := choose(s, "order", s.ordersIn(models.OrderAwaiting))
	_, err := s.PayOrder(s.T.Context(), order.Ref, s.name("coin", "USDT", "BTC"), s.payer())
	s.allow(err, one(payments.ErrNotPayable, payments.ErrUnreachable, payments.ErrBusy, payments.ErrQuote))
}

func (s *story) cancel() {
	order := choose(s, "order", s.ordersIn(models.OrderAwaiting))
	if s.yes("by the staff") {
		_, err := s.CancelByStaff(s.T.Context(), order.ID, s.person())
		require.NoError(s.T, err)
		return
	}
	s.allow(s.Cancel(s.T.Context(), order.Ref), one(payments.ErrNotCancellable))
}

// refund asks for a refund of a paid order: of pieces, of the delivery, of an amount of either kind, or of all.
func (s *story) refund() {
	order := choose(s, "paid order", s.ordersIn(models.OrderPaid))
	in := payments.RefundInput{OrderID: order.ID, Reason: "as they wished", FormToken: models.NewRef()}
	switch s.name("what", "pieces", "pieces", "coin", "currency", "all") {
	case "pieces":
		for _, l := range order.Lines {
			n := rapid.IntRange(0, l.Quantity).Draw(s.rt, "pieces")
			in.Pieces = append(in.Pieces, payments.RefundPieces{LineID: l.ID, Quantity: n, Restock: s.yes("restock")})
		}
		in.Delivery = s.yes("delivery")
	case "coin":
		part := models.AmountFromInt(int64(rapid.IntRange(1, 100).Draw(s.rt, "per cent")))
		in.Amount = order.Current().Received.Mul(part).DivHalfUp(models.AmountFromInt(100), min(2, order.Current().Received.Digits()))
	case "currency":
		in.Worth = models.MustAmount(s.name("worth", "0.01", "3.33", "10.50", "33.33", "100"))
	case "all":
		in.All, in.Restock = true, s.yes("restock")
	}
	r, err := s.RequestRefund(s.T.Context(), in, s.person())
	s.allow(err, one(payments.ErrRefundAmount, payments.ErrPieces), kind[*store.RefundTooMuchError])
	if err == nil {
		s.rt.Logf("refund of %s %s: %s", r.Amount, r.Coin, r.State)
	}
	if s.yes("it is sent at once") {
		s.Work()
	}
}

// waiting returns the refunds that wait for a second person.
func (s *story) waiting() []models.Refund {
	rows, _, err := s.Store.RefundPage(s.T.Context(), models.RefundRequested, "", models.MaxPageRows)
	require.NoError(s.T, err)
	return rows
}

// decideRefund lets a person approve or decline a refund that waits; nobody approves their own.
func (s *story) decideRefund(by models.Actor) {
	r := choose(s, "waiting refund", s.waiting())
	if s.yes("declined") {
		require.NoError(s.T, s.DeclineRefund(s.T.Context(), r.ID, "not like this", by))
		return
	}
	err := s.ApproveRefund(s.T.Context(), r.ID, by)
	assert.Equal(s.T, r.RequestedBy == by.StaffID, one(payments.ErrSamePerson)(err), "a second person")
	s.allow(err, one(payments.ErrSamePerson))
	s.Work()
}

// send sends some pieces of a paid order, or all that is left.
func (s *story) send() {
	order := choose(s, "paid order", s.ordersIn(models.OrderPaid))
	in := payments.ShipInput{OrderID: order.ID, Details: payments.ShipmentDetails{Number: "T-1", ByHand: s.yes("by hand")}, FormToken: models.NewRef()}
	if s.yes("a part") {
		for _, l := range order.Lines {
			in.Pieces = append(in.Pieces, payments.Pieces{LineID: l.ID, Quantity: rapid.IntRange(0, l.Quantity).Draw(s.rt, "pieces")})
		}
	}
	_, err := s.Ship(s.T.Context(), in, s.person())
	s.allow(err, one(payments.ErrNotFulfillable, payments.ErrPieces, payments.ErrRestocked))
}

// changeSent corrects a shipment or takes it back.
func (s *story) changeSent() {
	order := choose(s, "paid order", s.ordersIn(models.OrderPaid))
	sh := choose(s, "shipment", s.file(order).Shipments)
	var err error
	if s.yes("undo") {
		err = s.UndoShipment(s.T.Context(), sh.ID, sh.Version, s.person())
	} else {
		err = s.CorrectShipment(s.T.Context(), sh.ID, sh.Version, payments.ShipmentDetails{Number: "T-2"}, true, s.person())
	}
	s.allow(err, one(payments.ErrUndoLate, store.ErrConflict))
}

func (s *story) decideCase() {
	s.decide(choose(s, "case", s.openCases()), models.Decisions()...)
}

// decide makes one of the possible decisions about a case, if some of them are possible.
func (s *story) decide(r models.Review, among ...models.Decision) {
	ctx := s.T.Context()
	orders, err := s.Store.CaseOrders(ctx, []models.Review{r})
	require.NoError(s.T, err)
	possible := slices.DeleteFunc(r.Decisions(orders[r.OrderID]), func(d models.Decision) bool { return !slices.Contains(among, d) })
	in := payments.DecideInput{ReviewID: r.ID, Decision: choose(s, "decision", possible), Note: "looked into it", Days: 2, FormToken: models.NewRef()}
	if r.AttemptID != "" {
		if claim, err := s.Store.PaidClaim(ctx, r.AttemptID); err == nil {
			in.Amount = models.MustAmount(claim.Amount)
		}
	}
	err = s.Service.Decide(ctx, in, s.person())
	if kind[*payments.MissingError](err) && s.yes("sell anyway") {
		in.Anyway = true
		err = s.Service.Decide(ctx, in, finance)
	}
	s.rt.Logf("decided about %s: %s", r.Kind, in.Decision)
	if err == nil && (in.Decision == models.DecideDrop || in.Decision == models.DecideNoted && r.Kind == models.ReviewMismatch) {
		s.mistaken[orders[r.OrderID].Attempt(r.AttemptID).AppOrderID] = true
	}
	if err == nil {
		s.seen["case "+string(r.Kind)+": "+string(in.Decision)]++
	}
	asked := func(error) bool { return in.Decision == models.DecideAsk } // the exchange may not answer
	s.allow(err, kind[*payments.MissingError], asked)
	s.Work()
}

func (s *story) countStock() {
	v := choose(s, "product", s.variants)
	err := stockroom.NewEditor(s.Store).CorrectStock(s.T.Context(), s.person(), models.StockCorrection{
		VariantID: v.ID, Counted: true, Quantity: rapid.IntRange(0, 8).Draw(s.rt, "on the shelf"), Note: "counted",
	})
	s.allow(err, one(store.ErrMovement), kind[*store.OutOfStockError])
}

// statement fetches the statement of yesterday and compares it.
func (s *story) statement() {
	day := models.DayOf(s.Clock.Now().Add(-24*time.Hour), s.Books.Zone())
	_, err := s.Books.FetchStatement(s.T.Context(), day, finance.StaffID, nil)
	s.allow(err, one(books.ErrStatement), func(error) bool { return len(s.Platform.Faults()) > 0 })
	if err != nil {
		return
	}
	_, err = s.Books.Reconcile(s.T.Context(), day)
	require.NoError(s.T, err)
}

// misbehaviours are what the exchange does once or twice.
var misbehaviours = []sandbox.Fault{
	{Kind: sandbox.FaultAnswerLost, Call: "createThirdOrder"},
	{Kind: sandbox.FaultUnreachable, Call: "createThirdOrder"},
	{Kind: sandbox.FaultServerError, Call: "createThirdOrder"},
	{Kind: sandbox.FaultOtherOrder, Call: "createThirdOrder"},
	{Kind: sandbox.FaultRefuse, Call: "createThirdOrder", Code: opay.CodeMerchantUnavailable},
	{Kind: sandbox.FaultAnswerLost, Call: "orderDetail"},
	{Kind: sandbox.FaultOtherOrder, Call: "orderDetail"},
	{Kind: sandbox.FaultStale, Call: "orderDetail"},
	{Kind: sandbox.FaultJavaAmount, Call: "orderDetail"},
	{Kind: sandbox.FaultAnswerLost, Call: "cancelOrder"},
	{Kind: sandbox.FaultUnreachable, Call: "cancelOrder"},
	{Kind: sandbox.FaultRefuse, Call: "cancelOrder", Code: opay.CodeMerchantUnavailable},
	{Kind: sandbox.FaultAnswerLost, Call: "refundOrder"},
	{Kind: sandbox.FaultUnreachable, Call: "refundOrder"},
	{Kind: sandbox.FaultServerError, Call: "refundOrder"},
	{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable},
	{Kind: sandbox.FaultRefuse, Call: "refundOrder", Code: opay.CodeMerchantUnavailable},
	{Kind: sandbox.FaultCallbackLost},
	{Kind: sandbox.FaultCallbackDoubled},
	{Kind: sandbox.FaultCallbackShuffled},
	{Kind: sandbox.FaultCallbackLate},
	{Kind: sandbox.FaultCallbackWrongAmount},
	{Kind: sandbox.FaultCallbackEarlyPaid},
	{Kind: sandbox.FaultStatementMissing, Call: "merchantBillingDay"},
	{Kind: sandbox.FaultStatementDouble, Call: "merchantBillingDay"},
	{Kind: sandbox.FaultStatementUnreadable, Call: "merchantBillingDay"},
}

func (s *story) misbehave() {
	fault := choose(s, "misbehaviour", misbehaviours)
	fault.Times = rapid.IntRange(1, 2).Draw(s.rt, "times")
	s.rt.Logf("the exchange: %s %s", fault.Kind, fault.Call)
	require.NoError(s.T, s.Platform.SetFaults(append(s.Platform.Faults(), fault)))
}

func (s *story) passTime() {
	s.Later(choose(s, "time", []time.Duration{5 * time.Second, time.Minute, 11 * time.Minute, 32 * time.Minute, 3 * time.Hour, 25 * time.Hour}))
}
