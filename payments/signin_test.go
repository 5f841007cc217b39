package payments_test

import (
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// shortSignIns lets tokens of the platform run out after ten minutes.
func shortSignIns(sc *sandbox.Config, _ *assembly.Config) { sc.TokenTTL = 10 * time.Minute }

// placeSignedIn orders a mug for a payer who is signed in.
func (s *shop) placeSignedIn(payer models.Payer) models.Order {
	s.t.Helper()
	in := s.cart(1)
	in.Payer = payer
	p, err := s.Place(s.t.Context(), in)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, p.PayURL)
	return s.order(p.Ref)
}

// refusals lists the codes of questions about an order that the platform refused.
func (s *shop) refusals(o models.Order) []string {
	s.t.Helper()
	rows, err := s.store.Evidence(s.t.Context(), o.ID)
	require.NoError(s.t, err)
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
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
		paid, open := s.placeSignedIn(s.signIn()), s.placeSignedIn(s.signIn())
		s.clock.Advance(11 * time.Minute)
		require.NoError(t, s.platform.Pay(s.platformOrder(paid).OrderNum))
		s.work()
		assert.Equal(t, models.OrderPaid, s.order(paid.Ref).State)
		assert.Equal(t, []string{"60002"}, s.refusals(paid), "the refused question is in the order's history")
		for range 5 {
			s.later(5 * time.Minute)
		}
		assert.Equal(t, models.OrderExpired, s.order(open.Ref).State, "and an order can be closed")
		assert.Equal(t, []string{"60002"}, s.refusals(open), "once")
	}, shortSignIns, func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceMissing }) // there is no other way to ask
}

// Forgetting a token writes nothing back of a payer who was erased while the question was under way.
func TestAsk_LapsedTokenBringsNoErasedPayerBack(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeSignedIn(s.signIn())
		a := *order.Current()
		s.clock.Advance(11 * time.Minute)
		var once atomic.Bool
		s.gateway.interrupt(func(call string) {
			if call == "orderDetail" && once.CompareAndSwap(false, true) {
				set := store.AttemptChange{Payer: new(models.Payer{})}
				assert.NoError(t, s.store.SetAttempt(t.Context(), a.ID, models.AttemptOpen, set))
			}
		})
		s.work()
		assert.Equal(t, []string{"60002"}, s.refusals(order))
		assert.Equal(t, models.Payer{}, s.attempt(order.Ref).Payer)
	}, shortSignIns)
}

// A refusal that would be the same for ever is not the end: our own id is another way to ask.
func TestAsk_RefusedByNumberAsksByOurOwnID(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{
			{Kind: sandbox.FaultCallbackLost}, {Kind: sandbox.FaultRefuse, Call: "orderDetail", Code: opay.CodeNoPermission},
		}))
		found := 0
		for range 8 {
			order := s.place(1)
			require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
			s.later(13 * time.Second)
			d, err := s.gateway.OrderByRef(t.Context(), order.Current().AppOrderID)
			require.NoError(t, err)
			assert.Equal(t, []string{string(opay.CodeNoPermission)}, s.refusals(order))
			if d.Complete() {
				found++
				assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
				continue
			}
			assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State, "the number alone proves nothing")
		}
		assert.Positive(t, found)
	})
}

func TestKeepSignedIn_RefreshesInTime(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		payer := s.signIn()
		assert.Equal(t, s.clock.Now().Add(10*time.Minute), payer.TokenEndsAt)
		require.NotEmpty(t, payer.RefreshToken)

		asked := s.requests.Load()
		same, err := s.KeepSignedIn(ctx, payer)
		require.NoError(t, err)
		assert.Equal(t, payer, same)
		assert.Equal(t, asked, s.requests.Load(), "there is time")

		s.clock.Advance(6 * time.Minute)
		fresh, err := s.KeepSignedIn(ctx, payer)
		require.NoError(t, err)
		assert.NotEqual(t, payer.Token, fresh.Token)
		assert.Equal(t, s.clock.Now().Add(10*time.Minute), fresh.TokenEndsAt)
		order := s.placeSignedIn(fresh)
		assert.Equal(t, models.AttemptOpen, order.Current().State)

		s.clock.Advance(10 * time.Minute)
		_, err = s.KeepSignedIn(ctx, payer)
		require.ErrorIs(t, err, payments.ErrSignIn, "a refresh token is used up")
		late, err := s.KeepSignedIn(ctx, fresh)
		require.NoError(t, err, "a token that has run out can still be refreshed")
		s.placeSignedIn(late)

		bare := late
		bare.RefreshToken = ""
		s.clock.Advance(9 * time.Minute)
		same, err = s.KeepSignedIn(ctx, bare)
		require.NoError(t, err)
		assert.Equal(t, bare, same, "it is still good")
		s.clock.Advance(time.Minute)
		_, err = s.KeepSignedIn(ctx, bare)
		require.ErrorIs(t, err, payments.ErrSignIn)

		typed := models.Payer{UserID: alice}
		same, err = s.KeepSignedIn(ctx, typed)
		require.NoError(t, err)
		assert.Equal(t, typed, same)
		s.work()
	}, shortSignIns)
}

func TestKeepSignedIn_PlatformThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		payer := s.signIn()
		require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "refreshToken"}}))
		s.clock.Advance(8 * time.Minute)
		same, err := s.KeepSignedIn(t.Context(), payer)
		require.NoError(t, err, "it is still good for two minutes")
		assert.Equal(t, payer, same)
		s.clock.Advance(3 * time.Minute)
		_, err = s.KeepSignedIn(t.Context(), payer)
		require.ErrorIs(t, err, payments.ErrSignIn)
		s.gateway.cutOff(t)
		same, err = s.KeepSignedIn(t.Context(), payer)
		require.NoError(t, err, "what comes next says that the platform cannot be reached")
		assert.Equal(t, payer, same)
	}, shortSignIns)
}

// A token that the platform refuses when the order is made costs the shopper a sign-in, not the cart.
func TestPlace_LapsedSignInKeepsTheCart(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.cart(2)
		in.Payer = s.signIn()
		s.clock.Advance(11 * time.Minute)
		in = s.form(in.CartID)
		in.Payer = models.Payer{OpenID: s.signIn().OpenID, Token: "a-token-that-was-taken-back"}
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrSignIn)
		s.stockIs(50, 0, 0)
		cart, err := s.store.Cart(t.Context(), in.CartID)
		require.NoError(t, err)
		assert.Len(t, cart.Lines, 1, "the cart is kept")
		assert.NotEqual(t, in.FormToken, cart.FormToken, "under another form")
		_, err = s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrFormUsed, "nothing came of that form")

		again := s.form(in.CartID)
		again.Payer = s.signIn()
		p, err := s.Place(t.Context(), again)
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
		assert.Len(t, s.platform.Orders(), 1)
	}, shortSignIns)
}

func TestPay_LapsedSignInIsSaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		require.NoError(t, s.platform.Fail(s.platformOrder(order).OrderNum))
		s.deliver()
		stale := models.Payer{OpenID: s.signIn().OpenID, Token: "a-token-that-was-taken-back"}
		_, err := s.Pay(t.Context(), order.Ref, "USDT", stale)
		require.ErrorIs(t, err, payments.ErrSignIn)
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		p, err := s.Pay(t.Context(), order.Ref, "USDT", s.signIn())
		require.NoError(t, err)
		assert.NotEmpty(t, p.PayURL)
	}, shortSignIns)
}

// The pay page of an attempt is opened with the token at hand, because that of the attempt has run out meanwhile.
func TestPay_OpenAttemptIsPaidWithTheTokenAtHand(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeSignedIn(s.signIn())
		s.later(11 * time.Minute)
		fresh := s.signIn()
		p, err := s.Pay(t.Context(), order.Ref, "", fresh)
		require.NoError(t, err)
		u, err := url.Parse(p.PayURL)
		require.NoError(t, err)
		assert.Equal(t, fresh.Token.Reveal(), u.Query().Get("token"))
		assert.Len(t, s.order(order.Ref).Attempts, 1)
		_, err = s.Pay(t.Context(), order.Ref, "", models.Payer{UserID: alice})
		require.NoError(t, err, "somebody else's way is an attempt of its own")
	}, shortSignIns)
}
