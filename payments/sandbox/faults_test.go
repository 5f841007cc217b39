package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// rawCreate posts a good createThirdOrder and returns what the wire gave.
func (b *bench) rawCreate(appOrderID string) (*http.Response, []byte, error) {
	b.t.Helper()
	plain, err := json.Marshal(b.createFields(appOrderID))
	require.NoError(b.t, err)
	body, err := json.Marshal(b.sealed(string(plain)))
	require.NoError(b.t, err)
	return b.post(pCreate, body)
}

func TestFault_AnswersToCalls(t *testing.T) {
	for _, tc := range []struct {
		fault    sandbox.Fault
		accepted bool // the order exists afterwards
		check    func(a *assert.Assertions, res *http.Response, body string, err error)
	}{
		{sandbox.Fault{Kind: sandbox.FaultAnswerLost}, true, func(a *assert.Assertions, _ *http.Response, _ string, err error) { a.Error(err) }},
		{sandbox.Fault{Kind: sandbox.FaultUnreachable}, false, func(a *assert.Assertions, _ *http.Response, _ string, err error) { a.Error(err) }},
		{sandbox.Fault{Kind: sandbox.FaultServerError}, false, func(a *assert.Assertions, res *http.Response, _ string, _ error) { a.Equal(503, res.StatusCode) }},
		{sandbox.Fault{Kind: sandbox.FaultServerError, Accept: true}, true, func(a *assert.Assertions, res *http.Response, _ string, _ error) { a.Equal(503, res.StatusCode) }},
		{sandbox.Fault{Kind: sandbox.FaultHTML}, false, func(a *assert.Assertions, res *http.Response, body string, _ error) {
			a.Equal(200, res.StatusCode)
			a.Contains(res.Header.Get("Content-Type"), "text/html")
			a.Contains(body, "<html>")
		}},
		{sandbox.Fault{Kind: sandbox.FaultHTML, Accept: true}, true, func(a *assert.Assertions, _ *http.Response, body string, _ error) { a.Contains(body, "<html>") }},
		{sandbox.Fault{Kind: sandbox.FaultEmpty}, true, func(a *assert.Assertions, res *http.Response, body string, _ error) {
			a.Equal(200, res.StatusCode)
			a.Empty(body)
		}},
		{sandbox.Fault{Kind: sandbox.FaultTruncated}, true, func(a *assert.Assertions, res *http.Response, body string, _ error) {
			a.Equal(200, res.StatusCode)
			a.True(strings.HasPrefix(body, `{"code":`))
			a.False(json.Valid([]byte(body)))
		}},
		{sandbox.Fault{Kind: sandbox.FaultUnsigned}, true, func(a *assert.Assertions, _ *http.Response, body string, _ error) {
			a.Contains(body, `"data":`)
			a.NotContains(body, `"sign"`)
		}},
		{sandbox.Fault{Kind: sandbox.FaultWrongSignature}, true, func(a *assert.Assertions, _ *http.Response, body string, _ error) {
			var answer notice
			a.NoError(json.Unmarshal([]byte(body), &answer))
			plain, err := rawDecrypt(merchantKey(), answer.Data)
			a.NoError(err)
			a.Error(rawVerify(&platformKey().PublicKey, plain, answer.Sign))
		}},
		{sandbox.Fault{Kind: sandbox.FaultRefuse}, false, func(a *assert.Assertions, _ *http.Response, body string, _ error) { a.Contains(body, "10001") }},
		{sandbox.Fault{Kind: sandbox.FaultRefuse, Code: opay.CodeNoPermission}, false, func(a *assert.Assertions, _ *http.Response, body string, _ error) { a.Contains(body, "50012") }},
	} {
		t.Run(fmt.Sprint(tc.fault.Kind, tc.fault.Accept, tc.fault.Code), func(t *testing.T) {
			b := newBench(t)
			tc.fault.Call, tc.fault.Times = "createThirdOrder", 1
			b.faults(tc.fault)
			res, body, err := b.rawCreate("A-1")
			tc.check(assert.New(t), res, string(body), err)
			_, exists := b.box.OrderByAppID("A-1")
			assert.Equal(t, tc.accepted, exists)
			assert.Equal(t, string(tc.fault.Kind), b.box.Traffic(1)[0].Fault)
			assert.Empty(t, b.box.Faults(), "struck once")
			b.order("A-2")
		})
	}
}

func TestFault_OtherOrderAndStaleStatus(t *testing.T) {
	b := newBench(t)
	first := b.order("A-1")
	b.faults(sandbox.Fault{Kind: sandbox.FaultOtherOrder, Times: 1})
	r := b.detail(first)
	require.Equal(t, "0", r.Code)
	require.Equal(t, "SANDBOX-STRANGER", r.Fields["appOrderId"], "with no other order, one that nobody made")

	second := b.order("A-2")
	b.faults(sandbox.Fault{Kind: sandbox.FaultOtherOrder, Times: 1})
	require.Equal(t, first, text(b.detail(second).Fields["orderNum"]))

	require.NoError(t, b.box.Pay(second))
	b.faults(sandbox.Fault{Kind: sandbox.FaultStale, Times: 1})
	require.Equal(t, "1", b.detail(second).Fields["orderStatus"], "the status went back")
	require.Equal(t, "3", b.detail(second).Fields["orderStatus"])
}

func TestFault_SlowWaitsAndCombines(t *testing.T) {
	var waited []time.Duration
	b := newBench(t, func(c *sandbox.Config) {
		c.Wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	})
	b.faults(
		sandbox.Fault{Kind: sandbox.FaultSlow, Delay: sandbox.Duration(7900 * time.Millisecond), Times: 1},
		sandbox.Fault{Kind: sandbox.FaultEmpty, Times: 1},
		sandbox.Fault{Kind: sandbox.FaultSlow, Times: 2},
	)
	_, body, err := b.rawCreate("A-1")
	require.NoError(t, err)
	require.Empty(t, body)
	b.faults(sandbox.Fault{Kind: sandbox.FaultSlow})
	b.order("A-2")
	require.Equal(t, []time.Duration{7900 * time.Millisecond, 5 * time.Second}, waited)
}

func TestFault_SlowEndsWhenTheClientGoes(t *testing.T) {
	b := newBench(t)
	b.faults(sandbox.Fault{Kind: sandbox.FaultSlow, Delay: sandbox.Duration(time.Minute), Times: 1})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		assert.Eventually(t, func() bool { return len(b.box.Faults()) == 0 }, 5*time.Second, 5*time.Millisecond, "the call has arrived")
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.http.URL+pCreate, nil)
	require.NoError(t, err)
	_, err = b.http.Client().Do(req)
	require.ErrorIs(t, err, context.Canceled)
	require.Eventually(t, func() bool { return len(b.box.Traffic(1)) == 1 }, 5*time.Second, 5*time.Millisecond)
}

func TestFault_StrikesItsCallItsTimesAndItsChance(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	b.faults(
		sandbox.Fault{Kind: sandbox.FaultRefuse, Call: "orderDetail", Times: 2},
		sandbox.Fault{Kind: sandbox.FaultRefuse, Call: "orderDetail", Code: opay.CodeTooOften, Times: 1},
	)
	b.order("A-2")
	var codes []string
	for range 4 {
		codes = append(codes, b.detail(num).Code)
	}
	require.Equal(t, []string{"10001", "10001", "10005", "0"}, codes, "the second waits until the first is used up")

	b.faults(sandbox.Fault{Kind: sandbox.FaultRefuse, Percent: 30})
	struck := 0
	for range 200 {
		if b.detail(num).Code != "0" {
			struck++
		}
	}
	require.InDelta(t, 60, struck, 30)
	require.Len(t, b.box.Faults(), 1, "until it is switched off")
}

func TestFaults_ImpossibleOnesAreRefused(t *testing.T) {
	b := newBench(t)
	good := sandbox.Faults{{Kind: sandbox.FaultEmpty}}
	require.NoError(t, b.box.SetFaults(good))
	for _, f := range []sandbox.Fault{
		{},
		{Kind: "nonsense"},
		{Kind: sandbox.FaultEmpty, Call: "nonsense"},
		{Kind: sandbox.FaultCallbackLate, Call: "orderDetail"},
		{Kind: sandbox.FaultStale, Call: "refundOrder"},
		{Kind: sandbox.FaultEmpty, Times: -1},
		{Kind: sandbox.FaultEmpty, Percent: 101},
		{Kind: sandbox.FaultSlow, Delay: sandbox.Duration(3 * time.Minute)},
		{Kind: sandbox.FaultCallbackLate, Delay: -1},
		{Kind: sandbox.FaultRefuse, Code: "0"},
		{Kind: sandbox.FaultRefuse, Code: "99999"},
		{Kind: sandbox.FaultCallbackForged, Way: sandbox.AmountPlus},
		{Kind: sandbox.FaultCallbackDoubled, Count: 201},
		{Kind: sandbox.FaultJavaAmount, Way: sandbox.UnreadableAmount},
		{Kind: sandbox.FaultJavaAmount, Call: "createThirdOrder"},
		{Kind: sandbox.FaultCallbackJavaAmount, Call: "orderDetail"},
		{Kind: sandbox.FaultStatementUnreadable, Way: sandbox.JavaDouble},
		{Kind: sandbox.FaultStatementUnreadable, Call: "orderDetail"},
	} {
		require.ErrorIs(t, b.box.SetFaults(sandbox.Faults{{Kind: sandbox.FaultHTML}, f}), sandbox.ErrFault, "%+v", f)
	}
	require.ErrorIs(t, b.box.SetFaults(make(sandbox.Faults, 101)), sandbox.ErrFault)
	require.Equal(t, good, b.box.Faults(), "nothing has changed")
}

func TestCallbackFault_Late(t *testing.T) {
	b := newBench(t)
	b.faults(sandbox.Fault{Kind: sandbox.FaultCallbackLate, Delay: sandbox.Duration(time.Hour), Times: 1})
	require.NoError(t, b.box.Pay(b.order("A-1")))
	require.Zero(t, b.deliver())
	due, ok := b.box.NextDue()
	require.True(t, ok)
	require.Equal(t, b.clock.Now().Add(time.Hour), due)
	b.clock.Advance(time.Hour)
	require.Equal(t, 1, b.deliver())
	require.Equal(t, []string{"3"}, b.statuses())

	b.faults(sandbox.Fault{Kind: sandbox.FaultCallbackLate})
	require.NoError(t, b.box.Pay(b.order("A-2")))
	due, _ = b.box.NextDue()
	delay := due.Sub(b.clock.Now())
	require.True(t, delay >= 5*time.Second && delay <= time.Minute, "%s is not seeded from 5 s to 60 s", delay)
}

func TestCallbackFault_DoubledShuffledLost(t *testing.T) {
	b := newBench(t)
	told := func(fault sandbox.Fault) []string {
		before := len(b.notices())
		b.faults(fault)
		require.NoError(t, b.box.Pay(b.order(fmt.Sprint("A-", before, fault.Way, fault.Kind))))
		b.deliver()
		return b.statuses()[before:]
	}
	require.Equal(t, []string{"3", "3"}, told(sandbox.Fault{Kind: sandbox.FaultCallbackDoubled, Times: 1}))
	require.Len(t, told(sandbox.Fault{Kind: sandbox.FaultCallbackDoubled, Count: 50, Times: 1}), 50)
	require.Equal(t, []string{"3", "1"}, told(sandbox.Fault{Kind: sandbox.FaultCallbackShuffled, Times: 1}))
	require.Equal(t, []string{"0", "3"}, told(sandbox.Fault{Kind: sandbox.FaultCallbackShuffled, Way: sandbox.ShuffleClosedFirst, Times: 1}))
	require.Equal(t, []string{"2", "3"}, told(sandbox.Fault{Kind: sandbox.FaultCallbackShuffled, Way: sandbox.ShuffleFailedFirst, Times: 1}))
	require.Empty(t, told(sandbox.Fault{Kind: sandbox.FaultCallbackLost, Times: 1}))
	last := b.box.Callbacks()[len(b.box.Callbacks())-1]
	require.Equal(t, sandbox.CallbackLost, last.State)
	require.Empty(t, last.Tries)
}

func TestCallbackFault_WrongAmounts(t *testing.T) {
	b := newBench(t)
	for way, want := range map[string]string{
		"": "12.500001", sandbox.AmountPlus: "12.500001", sandbox.AmountMinus: "12.499999", sandbox.AmountZero: "0",
		sandbox.AmountNegative: "-12.5", sandbox.AmountExponent: "12.5e0",
	} {
		b.faults(sandbox.Fault{Kind: sandbox.FaultCallbackWrongAmount, Way: way, Times: 1})
		num := b.order("A-" + way)
		require.NoError(t, b.box.Pay(num))
		b.deliver()
		notices := b.notices()
		require.Equal(t, want, notices[len(notices)-1]["payAmount"], way)
		o, _ := b.box.Order(num)
		require.Equal(t, opay.Amount("12.5"), o.Amount, "the ledger has the true amount")
	}
}

// Java prints numbers with exponents where nobody expects them, and the platform is written in Java.
func TestFault_JavaAmounts(t *testing.T) {
	for _, tc := range []struct {
		way, amount, coin, want string // want as JSON
	}{
		{sandbox.JavaBigDecimal, "0.00033152", "BTC", `"3.3152E-4"`},
		{sandbox.JavaBigDecimalNumber, "0.00033152", "BTC", `3.3152E-4`},
		{sandbox.JavaDouble, "0.00033152", "BTC", `"3.3152E-4"`},
		{sandbox.JavaDoubleNumber, "0.00033152", "BTC", `3.3152E-4`},
		{sandbox.JavaBigDecimal, "100", "USDT", `"1E+2"`},
		{sandbox.JavaBigDecimalNumber, "100.00", "USDT", `1E+2`},
		{sandbox.JavaDouble, "10000", "USDT", `"1.0E4"`},
		{sandbox.JavaDoubleNumber, "12345.678901", "USDT", `1.2345678901E4`},
		{sandbox.JavaBigDecimal, "12.5", "USDT", `"1.25E+1"`},
		{sandbox.JavaBigDecimal, "7", "USDT", `"7E+0"`},
		{sandbox.JavaDouble, "0.00000001", "BTC", `"1.0E-8"`},
	} {
		t.Run(tc.way+" "+tc.amount, func(t *testing.T) {
			b := newBench(t)
			b.faults(sandbox.Fault{Kind: sandbox.FaultJavaAmount, Way: tc.way}, sandbox.Fault{Kind: sandbox.FaultCallbackJavaAmount, Way: tc.way})
			var num string
			for i := range 8 { // getReferenceOrder tells everything of some orders only
				num = b.order(fmt.Sprint("A-", i), map[string]any{"orderAmount": tc.amount, "payCoinSymbol": tc.coin})
			}
			require.NoError(t, b.box.Pay(num))
			b.deliver()
			detail := b.detail(num).Plain
			require.Contains(t, detail, `"orderAmount":`+tc.want+`,`)
			require.NotRegexp(t, `"accountBalance":"?[0-9.]+"?[,}]`, detail, "balances have exponents too")
			full := 0
			for i := range 8 {
				if r := b.call(pRef, map[string]any{"appKey": testApp, "appOrderId": fmt.Sprint("A-", i)}); len(r.Fields) > 1 {
					full++
					require.Contains(t, r.Plain, `"orderAmount":`+tc.want+`,`)
				}
			}
			require.Positive(t, full)
			require.Contains(t, b.call(pBilling, map[string]any{}).Plain, `"orderAmount":`+tc.want+`,`)
			callbacks := b.box.Callbacks()
			require.Contains(t, callbacks[len(callbacks)-1].Plain, `"payAmount":`+tc.want+`,`)
			require.Len(t, b.notices(), 1, "JSON all the same")
			o, _ := b.box.Order(num)
			require.Equal(t, tc.amount, string(o.Amount), "the ledger has the true amount")

			b.faults()
			require.NotRegexp(t, `[0-9]E`, b.detail(num).Plain)
		})
	}
}

func TestFault_JavaAmountsCombineAndComeInEveryWay(t *testing.T) {
	b := newBench(t)
	b.faults(sandbox.Fault{Kind: sandbox.FaultJavaAmount}, sandbox.Fault{Kind: sandbox.FaultStale, Times: 1})
	first := b.order("A-first")
	require.NoError(t, b.box.Pay(first))
	stale := b.detail(first)
	require.Equal(t, "1", stale.Fields["orderStatus"])
	require.Regexp(t, `"orderAmount":"?1\.25E`, stale.Plain)
	forms := map[string]bool{}
	for i := range 40 {
		_, after, _ := strings.Cut(b.detail(b.order(fmt.Sprint("A-", i))).Plain, `"orderAmount":`)
		form, _, _ := strings.Cut(after, ",")
		forms[form] = true
	}
	require.Equal(t, map[string]bool{`"1.25E+1"`: true, `1.25E+1`: true, `"1.25E1"`: true, `1.25E1`: true}, forms, "without a way the seed chooses")

	b.faults(
		sandbox.Fault{Kind: sandbox.FaultCallbackJavaAmount, Way: sandbox.JavaDouble},
		sandbox.Fault{Kind: sandbox.FaultCallbackWrongAmount, Way: sandbox.AmountPlus, Times: 1},
		sandbox.Fault{Kind: sandbox.FaultCallbackWrongAmount, Way: sandbox.AmountNegative, Times: 2},
	)
	require.NoError(t, b.box.Pay(b.order("A-plus")))
	require.NoError(t, b.box.Pay(b.order("A-minus")))
	b.deliver()
	notices := b.notices()
	require.Equal(t, "1.2500001E1", notices[len(notices)-2]["payAmount"], "a wrong amount in Java's form")
	require.Equal(t, "-12.5", notices[len(notices)-1]["payAmount"])
}

// A forged notification claims "paid" for an order that nobody paid; nothing that a merchant should accept may arrive.
func TestCallbackFault_ForgedInEveryWay(t *testing.T) {
	for _, way := range []string{"foreign_key", "unsigned", "random_signature", "tampered", "swapped", "not_encrypted", ""} {
		t.Run("way "+way, func(t *testing.T) {
			b := newBench(t)
			b.faults(sandbox.Fault{Kind: sandbox.FaultCallbackForged, Way: way, Times: 1})
			num := b.order("A-1")
			b.shop.answerWith(func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusBadRequest) })
			require.Equal(t, 1, b.deliver())
			n := b.shop.got()[0]
			plain, err := rawDecrypt(merchantKey(), n.Data)
			if err == nil {
				require.Contains(t, plain, `"orderStatus":"3"`)
				require.Error(t, rawVerify(&platformKey().PublicKey, plain, n.Sign))
			}
			require.Equal(t, "1", text(b.detail(num).Fields["orderStatus"]))
			b.clock.Advance(24 * time.Hour)
			require.Zero(t, b.deliver(), "a forger tries once")
			c := b.box.Callbacks()[0]
			require.NotEmpty(t, c.Forge)
			require.Equal(t, sandbox.CallbackGivenUp, c.State)
		})
	}
}

// The callback of a new order arrives while createThirdOrder still waits for its answer.
func TestCallbackFault_EarlyComesBeforeTheAnswer(t *testing.T) {
	for kind, status := range map[sandbox.FaultKind]string{sandbox.FaultCallbackEarly: "1", sandbox.FaultCallbackEarlyPaid: "3"} {
		b := newBench(t)
		answered := make(chan struct{})
		var early bool
		b.shop.answerWith(func(w http.ResponseWriter, _ int) {
			select {
			case <-answered:
			default:
				early = true
			}
			_, _ = w.Write([]byte(`{"code":0}`))
		})
		b.faults(sandbox.Fault{Kind: kind, Times: 1})
		num := b.order("A-1")
		close(answered)
		require.Equal(t, []string{status}, b.statuses(), "delivered without Run or Deliver")
		require.True(t, early)
		require.Equal(t, status, text(b.detail(num).Fields["orderStatus"]))
		require.Equal(t, sandbox.CallbackAcknowledged, b.box.Callbacks()[0].State)
	}
}

func TestCallbackFault_EarlyPaidNeedsTheMoney(t *testing.T) {
	b := newBench(t)
	b.faults(sandbox.Fault{Kind: sandbox.FaultCallbackEarlyPaid})
	num := b.order("A-1", map[string]any{"userId": bob})
	require.Equal(t, "1", text(b.detail(num).Fields["orderStatus"]))
	require.Empty(t, b.notices())
}
