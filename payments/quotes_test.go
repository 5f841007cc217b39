package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/paymentstest"
)

func TestQuotes_AreKeptUntilTheirEndAndFrozenOnTheAttempt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		c := s.AddLiveRate(func(c *models.Coin) { c.Spread, c.Dropped = models.MustAmount("0.5"), 2 })
		in := s.CartForm(2) // 21.00 USD
		in.Coin = "BTC"
		shown := s.Clock.Now()
		for range 9 {
			s.Later(time.Minute)
			s.SetPrice("btcusdt", "98000", "")
			s.Clock.Advance(-30 * time.Second)
		}
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		a := s.Attempt(p.Ref)
		assert.Equal(t, "0.000218", a.Amount.String(), "21 ÷ 97250 × 1.005 = 0.00021701…, up to six digits")
		assert.Equal(t, "97250", a.Rate.String(), "the rate that was shown, not the one of now")
		assert.Equal(t, "0.5", a.Spread.String())
		assert.Equal(t, c.RateAt, a.RateAt)
		assert.Equal(t, "Exchange ticker", a.RateSource)
		assert.Equal(t, shown.Add(10*time.Minute), a.QuoteExpiresAt)
		assert.Equal(t, "0.000218", string(s.PlatformOrder(s.Order(p.Ref)).Amount), "what the platform was asked for")

		// Nothing makes the quote of a placed order anew.
		s.SetPrice("btcusdt", "90000", "")
		again, err := s.PayOrder(t.Context(), p.Ref, "", models.Payer{})
		require.NoError(t, err)
		assert.Equal(t, p.PayURL, again.PayURL)
		s.Later(5 * time.Minute)
		after := s.Attempt(p.Ref)
		assert.Equal(t, a.ID, after.ID)
		assert.Equal(t, a.Amount, after.Amount)
		assert.Equal(t, a.Rate, after.Rate)
		assert.Equal(t, a.QuoteExpiresAt, after.QuoteExpiresAt)
	})
}

func TestQuotes_ThatEndedAreNotCharged(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddLiveRate()
		old := s.CartForm(2)
		old.Coin = "BTC"
		s.Later(5 * time.Minute)
		s.SetPrice("btcusdt", "98000", "")
		s.Later(5 * time.Minute)
		_, err := s.Place(t.Context(), old)
		require.ErrorIs(t, err, payments.ErrQuote)
		assert.Empty(t, s.Platform.Orders())
		s.AssertStock(50, 0, 0)

		old.Coin = "USDT"
		p, err := s.Place(t.Context(), old)
		require.NoError(t, err, "a rate that is fixed by hand has not changed, and no time runs for it")
		assert.True(t, s.Attempt(p.Ref).QuoteExpiresAt.IsZero())
	})
}

func TestQuotes_ServeTheirCartAlone(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddLiveRate()
		mine, other := s.CartForm(2), s.CartForm(1)
		for name, token := range map[string]string{
			"another cart's": other.Quotes, "none": "", "noise": "AAAA", "no base64": "%%%", "cut": mine.Quotes[:len(mine.Quotes)-4],
		} {
			in := mine
			in.Coin, in.Quotes = "BTC", token
			_, err := s.Place(t.Context(), in)
			require.ErrorIs(t, err, payments.ErrQuote, name)
		}
		assert.Empty(t, s.Platform.Orders())
		mine.Coin = "BTC"
		p, err := s.Place(t.Context(), mine)
		require.NoError(t, err)
		order := s.Order(p.Ref)
		_, err = s.Pay(t.Context(), p.Ref, payments.PayInput{Coin: "USDT", Payer: mine.Payer, Quotes: mine.Quotes})
		require.ErrorIs(t, err, payments.ErrQuote, "the cart's quotes are not the order's")
		_, err = s.Pay(t.Context(), p.Ref, payments.PayInput{
			Coin: "USDT", Payer: mine.Payer, Quotes: s.QuoteToken(t.Context(), payments.OrderSubject(order.ID), order.Total),
		})
		require.NoError(t, err)
		assert.Equal(t, "USDT", s.Attempt(p.Ref).Coin)
	})
}

// A shopper who presses "pay" without choosing anything goes on at the price of before, or sees the new one first.
func TestPay_GoesOnAtTheAmountThatWasSeen(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddLiveRate()
		in := s.CartForm(2)
		in.Coin, in.Payer.UserID = "BTC", "99999999" // nobody has this UID, so that the platform refuses
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, models.AttemptFailed, s.Attempt(p.Ref).State)

		_, err = s.Pay(t.Context(), p.Ref, payments.PayInput{Payer: models.Payer{UserID: paymentstest.Alice}})
		require.NoError(t, err, "the rate is the same")
		first := s.Attempt(p.Ref)
		require.NoError(t, s.Platform.Fail(s.PlatformOrder(s.Order(p.Ref)).OrderNum))
		s.Deliver()
		s.SetPrice("btcusdt", "98000", "")
		_, err = s.Pay(t.Context(), p.Ref, payments.PayInput{Payer: models.Payer{UserID: paymentstest.Alice}})
		require.ErrorIs(t, err, payments.ErrQuote)
		assert.Equal(t, first.ID, s.Attempt(p.Ref).ID)
	})
}

func TestQuotes_GoOnWhileTheyHold(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddLiveRate()
		ask := func(token string) payments.Offers {
			coins, err := s.Store.Coins(t.Context())
			require.NoError(t, err)
			offers, err := s.Quotes(payments.QuoteRequest{Subject: "cart:x", Coins: coins, Total: models.MustAmount("21"), Token: token})
			require.NoError(t, err)
			return offers
		}
		btc := func(o payments.Offers) payments.Offer {
			for _, offer := range o.List {
				if offer.Coin.Symbol == "BTC" {
					return offer
				}
			}
			t.Fatal("no BTC")
			return payments.Offer{}
		}
		first := ask("")
		assert.False(t, first.Renewed, "there was nothing before")
		assert.Equal(t, 10*time.Minute, first.Left)
		s.SetPrice("btcusdt", "98000", "")
		second := ask(first.Token)
		assert.Equal(t, first.Token, second.Token)
		assert.Equal(t, "0.00021594", btc(second).Quote.Amount.String())
		assert.Equal(t, first.ExpiresAt, second.ExpiresAt)
		assert.False(t, second.Renewed)

		s.Later(10 * time.Minute)
		third := ask(second.Token)
		assert.NotEqual(t, second.Token, third.Token)
		assert.True(t, third.Renewed)
		assert.Equal(t, "0.00021429", btc(third).Quote.Amount.String())

		s.SetPrice("btcusdt", "200000", "")
		fourth := ask("")
		assert.Equal(t, models.RateJumped, btc(fourth).Problem)
		assert.Equal(t, models.Quote{}, btc(fourth).Quote)
		assert.True(t, fourth.ExpiresAt.IsZero(), "no live rate is promised")
	})
}

// A form whose quotes do not hold closes nothing: the payment that is open stays open.
func TestPay_StaleFormLeavesTheOpenPaymentAlone(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddLiveRate()
		order := s.PlaceOrder(1)
		_, err := s.Pay(t.Context(), order.Ref, payments.PayInput{Coin: "BTC", Payer: models.Payer{UserID: paymentstest.Alice}})
		require.ErrorIs(t, err, payments.ErrQuote)
		a := s.Attempt(order.Ref)
		assert.Equal(t, models.AttemptOpen, a.State)
		assert.Equal(t, models.IntentNone, a.Intent)
	})
}
