package payments_test

import (
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// shortSignIns lets tokens of the platform run out after ten minutes.
func shortSignIns(sc *sandbox.Config, _ *assembly.Config) { sc.TokenTTL = 10 * time.Minute }

// placeSignedIn orders a mug for a payer who is signed in.
func (s *shop) placeSignedIn(payer models.Payer) models.Order {
	s.T.Helper()
	in := s.CartForm(1)
	in.Payer = payer
	p, err := s.Place(s.T.Context(), in)
	require.NoError(s.T, err)
	require.NotEmpty(s.T, p.PayURL)
	return s.Order(p.Ref)
}

// refusals lists the codes of questions about an order that the platform refused.
func (s *shop) refusals(o models.Order) []string {
	s.T.Helper()
	rows := modelstest.OrderFile(s.T, s.Store, o.ID).Evidence
	codes := []string{}
	for _, e := range rows {
		if e.Source == models.SourceQuery && e.Code != "" {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

// A sign-in that has run out must not keep a payment from being found: the platform is asked without the token.
func TestAsk_LapsedTokenIsLeftOut(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		paid, open := s.placeSignedIn(s.signIn()), s.placeSignedIn(s.signIn())
		s.Clock.Advance(11 * time.Minute)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(paid).OrderNum))
		s.Work()
		assert.Equal(t, models.OrderPaid, s.Order(paid.Ref).State)
		assert.Equal(t, []string{"60002"}, s.refusals(paid), "the refused question is in the order's history")
		for range 5 {
			s.Later(5 * time.Minute)
		}
		assert.Equal(t, models.OrderExpired, s.Order(open.Ref).State, "and an order can be closed")
		assert.Equal(t, []string{"60002"}, s.refusals(open), "once")
	}, shortSignIns, func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceMissing }) // there is no other way to ask
}

// Forgetting a token writes nothing back of a payer who was erased while the question was under way.
func TestAsk_LapsedTokenBringsNoErasedPayerBack(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeSignedIn(s.signIn())
		a := *order.Current()
		s.Clock.Advance(11 * time.Minute)
		var once atomic.Bool
		s.Gateway.BeforeCall(func(call string) {
			if call == "orderDetail" && once.CompareAndSwap(false, true) {
				set := store.AttemptChange{Payer: new(models.Payer{})}
				assert.NoError(t, s.Store.SetAttempt(t.Context(), a.ID, models.AttemptOpen, set))
			}
		})
		s.Work()
		assert.Equal(t, []string{"60002"}, s.refusals(order))
		assert.Equal(t, models.Payer{}, s.Attempt(order.Ref).Payer)
	}, shortSignIns)
}

// A refusal that would be the same for ever is not the end: our own id is another way to ask.
func TestAsk_RefusedByNumberAsksByOurOwnID(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{
			{Kind: sandbox.FaultCallbackLost}, {Kind: sandbox.FaultRefuse, Call: "orderDetail", Code: opay.CodeNoPermission},
		}))
		found := 0
		for range 8 {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			s.Later(13 * time.Second)
			d, err := s.Gateway.OrderByRef(t.Context(), order.Current().AppOrderID)
			require.NoError(t, err)
			assert.Equal(t, []string{string(opay.CodeNoPermission)}, s.refusals(order))
			if d.Complete() {
				found++
				assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
				continue
			}
			assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State, "the number alone proves nothing")
		}
		assert.Positive(t, found)
	})
}

func TestKeepSignedIn_RefreshesInTime(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		payer := s.signIn()
		assert.Equal(t, s.Clock.Now().Add(10*time.Minute), payer.TokenEndsAt)
		require.NotEmpty(t, payer.RefreshToken)

		asked := s.Requests.Load()
		same, err := s.KeepSignedIn(ctx, payer)
		require.NoError(t, err)
		assert.Equal(t, payer, same)
		assert.Equal(t, asked, s.Requests.Load(), "there is time")

		s.Clock.Advance(6 * time.Minute)
		fresh, err := s.KeepSignedIn(ctx, payer)
		require.NoError(t, err)
		assert.NotEqual(t, payer.Token, fresh.Token)
		assert.Equal(t, s.Clock.Now().Add(10*time.Minute), fresh.TokenEndsAt)
		order := s.placeSignedIn(fresh)
		assert.Equal(t, models.AttemptOpen, order.Current().State)

		s.Clock.Advance(10 * time.Minute)
		_, err = s.KeepSignedIn(ctx, payer)
		require.ErrorIs(t, err, payments.ErrSignIn, "a refresh token is used up")
		late, err := s.KeepSignedIn(ctx, fresh)
		require.NoError(t, err, "a token that has run out can still be refreshed")
		s.placeSignedIn(late)

		bare := late
		bare.RefreshToken = ""
		s.Clock.Advance(9 * time.Minute)
		same, err = s.KeepSignedIn(ctx, bare)
		require.NoError(t, err)
		assert.Equal(t, bare, same, "it is still good")
		s.Clock.Advance(time.Minute)
		_, err = s.KeepSignedIn(ctx, bare)
		require.ErrorIs(t, err, payments.ErrSignIn)

		typed := models.Payer{UserID: paymentstest.Alice}
		same, err = s.KeepSignedIn(ctx, typed)
		require.NoError(t, err)
		assert.Equal(t, typed, same)
		s.Work()
	}, shortSignIns)
}

func TestKeepSignedIn_PlatformThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		payer := s.signIn()
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "refreshToken"}}))
		s.Clock.Advance(8 * time.Minute)
		same, err := s.KeepSignedIn(t.Context(), payer)
		require.NoError(t, err, "it is still good for two minutes")
		assert.Equal(t, payer, same)
		s.Clock.Advance(3 * time.Minute)
		_, err = s.KeepSignedIn(t.Context(), payer)
		require.ErrorIs(t, err, payments.ErrSignIn)
		s.CutOff()
		same, err = s.KeepSignedIn(t.Context(), payer)
		require.NoError(t, err, "what comes next says that the platform cannot be reached")
		assert.Equal(t, payer, same)
	}, shortSignIns)
}

// A token that the platform refuses when the order is made costs the shopper a sign-in, not the cart.
func TestPlace_LapsedSignInKeepsTheCart(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(2)
		in.Payer = s.signIn()
		s.Clock.Advance(11 * time.Minute)
		in = s.Form(in.CartID)
		in.Payer = models.Payer{OpenID: s.signIn().OpenID, Token: "a-token-that-was-taken-back"}
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrSignIn)
		s.AssertStock(50, 0, 0)
		cart, err := s.Store.Cart(t.Context(), in.CartID)
		require.NoError(t, err)
		assert.Len(t, cart.Lines, 1, "the cart is kept")
		assert.NotEqual(t, in.FormToken, cart.FormToken, "under another form")
		_, err = s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrFormUsed, "nothing came of that form")

		again := s.Form(in.CartID)
		again.Payer = s.signIn()
		p, err := s.Place(t.Context(), again)
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
		assert.Len(t, s.Platform.Orders(), 1)
	}, shortSignIns)
}

func TestPay_LapsedSignInIsSaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		require.NoError(t, s.Platform.Fail(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		stale := models.Payer{OpenID: s.signIn().OpenID, Token: "a-token-that-was-taken-back"}
		_, err := s.PayOrder(t.Context(), order.Ref, "USDT", stale)
		require.ErrorIs(t, err, payments.ErrSignIn)
		assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		p, err := s.PayOrder(t.Context(), order.Ref, "USDT", s.signIn())
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
	}, shortSignIns)
}

// The pay page of an attempt is opened with the token at hand, because that of the attempt has run out meanwhile.
func TestPay_OpenAttemptIsPaidWithTheTokenAtHand(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeSignedIn(s.signIn())
		s.Later(11 * time.Minute)
		fresh := s.signIn()
		p, err := s.PayOrder(t.Context(), order.Ref, "", fresh)
		require.NoError(t, err)
		u, err := url.Parse(p.PayURL)
		require.NoError(t, err)
		assert.Equal(t, fresh.Token.Reveal(), u.Query().Get("token"))
		assert.Len(t, s.Order(order.Ref).Attempts, 1)
		_, err = s.PayOrder(t.Context(), order.Ref, "", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err, "somebody else's way is an attempt of its own")
	}, shortSignIns)
}
