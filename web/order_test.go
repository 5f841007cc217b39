package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestReturn_IgnoresWhatTheAddressClaims(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		back := "/payments/return/" + order.ReturnRef
		p := b.get(back + "?orderStatus=3&orderNum=1&status=paid&returnUrl=//evil.example").is(http.StatusOK)
		p.has(`content="5"`, order.NumberText).lacks("evil.example")
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		assert.Equal(t, http.StatusOK, b.do(http.MethodHead, back, nil, nil).status)
		b.post(back).is(http.StatusMethodNotAllowed)
	})
}

func TestReturn_AsksThePlatformOnceForManyVisits(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	_, order := b.place("1")
	before := len(s.platform.Traffic(1000))
	for range 20 {
		b.get("/payments/return/" + order.ReturnRef).is(http.StatusOK)
		b.get("/orders/" + order.Ref).is(http.StatusOK)
	}
	assert.Equal(t, before+1, len(s.platform.Traffic(1000)), "the clock stands still: one question is all that is allowed")
	s.clock.Advance(3 * time.Second)
	b.get("/orders/" + order.Ref)
	assert.Equal(t, before+2, len(s.platform.Traffic(1000)))
}

func TestReturn_SlowPlatformDoesNotHoldThePage(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	_, order := b.place("1")
	require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultSlow, Delay: sandbox.Duration(30 * time.Second)}}))
	begin := time.Now()
	b.get("/payments/return/" + order.ReturnRef).is(http.StatusOK)
	assert.Less(t, time.Since(begin), 4*time.Second)
}

func TestOrder_FragmentFollowsTheState(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		at := "/orders/" + order.Ref
		b.get(at).is(http.StatusOK).has(`hx-get="` + at + `?shown=awaiting"`)
		same := b.fragment(at+"?shown=awaiting").is(http.StatusOK).has(`id="order-status"`).lacks("<html", `id="order-details"`)
		assert.Equal(t, "no-store", same.header.Get("Cache-Control"))
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.clock.Advance(3 * time.Second)
		b.fragment(at+"?shown=awaiting").is(http.StatusOK).has(`id="order-details"`, "status--good").lacks("<html", "hx-get")
		b.fragment(at + "?shown=%3Cscript%3E").is(http.StatusOK).lacks("<script>")
	})
}

// A shopper who leaves the pay page without paying is not told that a payment is being confirmed.
func TestReturn_StillPendingIsNotPaidYet(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		at := "/payments/return/" + order.ReturnRef + "/order"
		left := b.get("/payments/return/"+order.ReturnRef).is(http.StatusOK).has(english.T("order.state.unpaid.title"), `action="`+at+`/pay"`, english.T("order.pay_by"))
		left.has(`hx-get="` + at + `?shown=unpaid&amp;back=1"`).lacks(english.T("order.state.confirming.title"))
		s.clock.Advance(3 * time.Second)
		before := len(s.platform.Traffic(1000))
		b.fragment(at + "?shown=unpaid&back=1").is(http.StatusOK).has("?shown=unpaid&amp;back=1").lacks(`id="order-details"`)
		assert.Equal(t, before+1, len(s.platform.Traffic(1000)), "the page goes on asking the platform")
		b.fragment(at + "?shown=unpaid&back=1").is(http.StatusOK).has("?shown=unpaid&amp;back=1").lacks(`id="order-details"`)

		// Money that arrives a little later is not lost on the page.
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.clock.Advance(3 * time.Second)
		b.fragment(at+"?shown=unpaid&back=1").is(http.StatusOK).has("status--good", `id="order-details"`)
	})
}

func TestReturn_WithoutAnAnswerNothingIsSure(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		at := "/payments/return/" + order.ReturnRef + "/order"
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError}}))
		b.get("/payments/return/"+order.ReturnRef).is(http.StatusOK).has(`hx-get="`+at+`?shown=confirming&amp;back=1"`, english.T("order.state.confirming.title"))
		s.clock.Advance(3 * time.Second)
		b.fragment(at + "?shown=confirming&back=1").is(http.StatusOK).lacks(at + "/pay")
		require.NoError(t, s.platform.SetFaults(nil))
		s.clock.Advance(3 * time.Second)
		b.fragment(at+"?shown=confirming&back=1").is(http.StatusOK).has(`id="order-details"`, `action="`+at+`/pay"`, "?shown=unpaid")
	})
}

func TestOrder_PayGoesOnWithTheOpenPayment(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		pay, order := b.place("1")
		at := "/orders/" + order.Ref
		b.post(at + "/pay").redirects(pay)
		s.browser().post(at + "/pay").redirects(pay)
		other := b.post(at+"/pay", "quotes", b.get(at).value("quotes"), "coin", "BTC", "payer_uid", alice).is(http.StatusSeeOther).header.Get("Location")
		assert.NotEqual(t, pay, other)
		assert.Len(t, s.platform.Orders(), 2, "the first is proved closed before there is a second")
		require.NoError(t, s.platform.Pay(s.platform.Orders()[1].OrderNum))
		s.clock.Advance(3 * time.Second)
		b.get(at).is(http.StatusOK)
		b.post(at + "/pay").redirects(at)
		b.post(at+"/pay", "coin", "BTC", "payer_uid", alice).redirects(at)
	})
}

func TestOrder_FailureOffersAnotherTry(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		require.NoError(t, s.platform.Fail(s.platform.Orders()[0].OrderNum))
		at := "/orders/" + order.Ref
		b.get("/payments/return/" + order.ReturnRef).is(http.StatusOK).has("/payments/return/" + order.ReturnRef + "/order/pay").lacks("/cancel")
		b.get(at).is(http.StatusOK).has(at+"/pay", at+"/cancel")
		b.post(at+"/pay", "quotes", b.get(at).value("quotes"), "coin", "USDT", "payer_uid", alice).is(http.StatusSeeOther)
		assert.Len(t, s.order(at).Attempts, 2)
	})
}

func TestOrder_BusyAttemptIsSaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError}}))
		p := b.post("/orders/"+order.Ref+"/pay", "quotes", b.get("/orders/"+order.Ref).value("quotes"), "coin", "BTC", "payer_uid", alice).is(http.StatusConflict)
		p.has(`class="notices"`, order.NumberText)
		assert.Len(t, s.order(order.Ref).Attempts, 1)
	})
}

func TestOrder_CancelAndReorder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("2")
		at := "/orders/" + order.Ref
		b.post(at + "/cancel").redirects(at)
		b.get(at).is(http.StatusOK).has(at+"/reorder").lacks(at+"/cancel", at+"/pay")
		assert.Equal(t, models.OrderCancelled, s.order(at).State)
		assert.Equal(t, 10, s.blue().OnHand)
		b.post(at + "/cancel").redirects(at)

		s.price("mug", "MUG-BLUE", "13")
		fresh := s.opened(order)
		fresh.post(at + "/reorder").redirects("/cart")
		fresh.get("/cart").is(http.StatusOK).has("$12.00", "$13.00", "$26.00")

		product, err := s.db.Product(t.Context(), "mug")
		require.NoError(t, err)
		product.Hidden = true
		require.NoError(t, s.db.PutProduct(t.Context(), product))
		late := s.opened(order)
		late.post(at + "/reorder").redirects("/cart")
		late.get("/cart").is(http.StatusOK).lacks("Stoneware mug, Blue", "$26.00")
	})
}

func TestOrder_PaidCannotBeCancelled(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		at := "/orders/" + order.Ref
		b.post(at + "/cancel").redirects(at) // the payment was faster, and the page says so
		assert.Equal(t, models.OrderPaid, s.order(at).State)
		b.post(at + "/cancel").is(http.StatusConflict).has(`class="notices"`)
	})
}

func TestOrder_UnknownOnesAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		for _, ref := range []string{models.NewRef(), "x", "%00", "..%2f..%2f", "abcdefghijklmnopqrstuvwxyz"} {
			for _, action := range []string{"/pay", "/cancel", "/reorder"} {
				assert.Equal(t, http.StatusNotFound, b.post("/orders/"+ref+action, "coin", "USDT", "payer_uid", alice).status, ref+action)
			}
		}
	})
}

func TestOrder_ExpiredCanBeOrderedAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		_, order := b.place("1")
		s.clock.Advance(32 * time.Minute)
		s.work()
		at := "/orders/" + order.Ref
		require.Equal(t, models.OrderExpired, s.order(at).State)
		b.get(at).is(http.StatusOK).has(at + "/reorder").lacks("http-equiv")
		b.post(at + "/pay").redirects(at)
		b.post(at + "/cancel").is(http.StatusConflict)
	})
}
