package payments_test

import (
	"net/http"
	"net/url"
	"sync"
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

// signIn is alice, signed in at the platform.
func (s *shop) signIn() models.Payer {
	s.T.Helper()
	code, err := s.Platform.Login(paymentstest.App, paymentstest.Alice)
	require.NoError(s.T, err)
	payer, err := s.Connect(s.T.Context(), code)
	require.NoError(s.T, err)
	return payer
}

// The pay page's address holds the token of the account: whoever merely knows the order's reference must not get it.
func TestPay_TokenOnlyForTheBrowserThatIsSignedIn(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(1)
		in.Payer = s.signIn()
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		u, err := url.Parse(p.PayURL)
		require.NoError(t, err)
		assert.Equal(t, in.Payer.Token.Reveal(), u.Query().Get("token"))

		stranger, err := s.PayOrder(t.Context(), p.Ref, "", models.Payer{})
		require.ErrorIs(t, err, payments.ErrPayer)
		assert.Empty(t, stranger.PayURL)
		again, err := s.PayOrder(t.Context(), p.Ref, "", in.Payer)
		require.NoError(t, err)
		assert.Equal(t, p.PayURL, again.PayURL)

		form := in
		form.Payer = models.Payer{UserID: paymentstest.Alice}
		twice, err := s.Place(t.Context(), form)
		require.NoError(t, err)
		assert.True(t, twice.Existing)
		assert.Empty(t, twice.PayURL, "the same form without the sign-in shows the order page")

		other, err := s.PayOrder(t.Context(), p.Ref, "", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		assert.NotContains(t, other.PayURL, "token=", "a typed UID gets an attempt of its own")
		assert.Len(t, s.Order(p.Ref).Attempts, 2)
	})
}

// R2: an answer about another order says nothing about this one.
func TestPlace_AnswerOfAnotherOrderIsUnknown(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.PlaceOrder(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultOtherOrder, Call: "createThirdOrder", Times: 1}}))
		p, err := s.Place(t.Context(), s.CartForm(1))
		require.NoError(t, err)
		order := s.Order(p.Ref)
		assert.Contains(t, []models.AttemptState{models.AttemptUnknown, models.AttemptOpen}, order.Current().State)
		for range 4 {
			s.Later(15 * time.Second)
		}
		order = s.Order(p.Ref)
		assert.Equal(t, models.AttemptOpen, order.Current().State)
		at := s.PlatformOrder(order)
		assert.Equal(t, at.OrderNum, order.Current().OrderNum, "its own number")
		assert.Equal(t, []models.ReviewKind{models.ReviewMismatch}, s.OpenReviews())
		require.NoError(t, s.Platform.Pay(at.OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderPaid, s.Order(p.Ref).State)
	})
}

func TestPay_SecondPressGoesTheWayOfTheFirst(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		urls := map[string]bool{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				p, err := s.PayOrder(t.Context(), order.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
				mu.Lock()
				defer mu.Unlock()
				if assert.NoError(t, err) {
					urls[p.PayURL] = true
				}
			})
		}
		wg.Wait()
		assert.Len(t, urls, 1, "all presses lead to one pay page")
		assert.NotContains(t, urls, "")
		assert.Len(t, s.Order(order.Ref).Attempts, 2)
	})
}

func TestPlace_RefusedOrderHoldsItsStockForAShortTime(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(5)
		in.Payer.UserID = "99999999"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		s.AssertStock(45, 5, 0)
		s.Later(9 * time.Minute)
		assert.Equal(t, models.OrderAwaiting, s.Order(p.Ref).State)
		s.Later(3 * time.Minute)
		assert.Equal(t, models.OrderExpired, s.Order(p.Ref).State)
		s.AssertStock(50, 0, 0)

		p, err = s.Place(t.Context(), func() payments.PlaceInput { in := s.CartForm(1); in.Payer.UserID = "99999999"; return in }())
		require.NoError(t, err)
		_, err = s.PayOrder(t.Context(), p.Ref, "", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		s.Later(12 * time.Minute)
		assert.Equal(t, models.OrderAwaiting, s.Order(p.Ref).State, "another try has time of its own")
	})
}

// "Paid" said too early is not true; the same words later are, and must not be lost as a repetition.
func TestReceive_SameWordsLaterAreHeard(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		body := s.callback(at, opay.StatusPaid, string(at.Amount))
		require.Equal(t, http.StatusOK, s.post(body))
		s.Work()
		require.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		for range 6 {
			s.Later(time.Minute) // the poller has become slow
		}
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		require.NoError(t, s.Platform.Pay(at.OrderNum))
		require.Equal(t, http.StatusOK, s.post(body))
		s.Later(3 * time.Second)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}

func TestProbe_TellsBeforeTheFirstShopper(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Probe(t.Context()))
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultRefuse, Code: opay.CodeSignatureError}}))
		code, ok := opay.CodeOf(s.Probe(t.Context()))
		assert.True(t, ok)
		assert.Equal(t, opay.CodeSignatureError, code)
		s.CutOff()
		require.Error(t, s.Probe(t.Context()))
	})
}
