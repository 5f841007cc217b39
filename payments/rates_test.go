package payments_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/rates"
	"github.com/coincart/coincart/payments/sandbox"
)

// live makes BTC's rate come from the sandbox's market call, and lets the first answer arrive.
func (s *shop) live(edits ...func(*models.Coin)) models.Coin {
	s.t.Helper()
	c := models.Coin{
		Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.MustAmount("97000"), RateSource: models.FixedRate, RateAt: s.clock.Now(),
		Enabled: true, Position: 1, Source: models.ExchangeSource, SourceSymbol: "btcusdt", MaxAge: 120, MaxJump: models.MustAmount("10"),
	}
	for _, edit := range edits {
		edit(&c)
	}
	require.NoError(s.t, s.store.PutCoin(s.t.Context(), c))
	s.work()
	return s.coin("BTC")
}

func (s *shop) coin(symbol string) models.Coin {
	s.t.Helper()
	c, err := s.store.Coin(s.t.Context(), symbol)
	require.NoError(s.t, err)
	return c
}

// market sets a price of the sandbox's market call and lets the shop ask for it.
func (s *shop) market(symbol, price string, fault sandbox.TickerFault) models.Coin {
	s.t.Helper()
	require.NoError(s.t, s.platform.SetTicker(sandbox.Ticker{Symbol: symbol, Price: price, Fault: fault}))
	s.later(30 * time.Second)
	return s.coin("BTC")
}

// problem is why BTC cannot be sold at now.
func (s *shop) problem() models.RateProblem { return s.coin("BTC").ProblemAt(s.clock.Now()) }

func TestRates_ComeFromThePriceSourceAndAreKept(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		c := s.live()
		assert.Equal(t, "97250", c.Rate.String())
		assert.Equal(t, "Exchange ticker", c.RateSource)
		assert.Equal(t, s.clock.Now(), c.RateAt)

		c = s.market("btcusdt", "98100.123456789012345678", "")
		assert.Equal(t, "98100.123456789012345678", c.Rate.String(), "not a digit is lost on the way")
		c = s.market("btcusdt", "98200", sandbox.TickerNumber)
		assert.Equal(t, "98200", c.Rate.String())

		history, next, err := s.store.Rates(t.Context(), "BTC", "", 2)
		require.NoError(t, err)
		require.Len(t, history, 2)
		assert.Equal(t, "98200", history[0].Rate.String())
		older, _, err := s.store.Rates(t.Context(), "BTC", next, 2)
		require.NoError(t, err)
		require.Len(t, older, 1)
		assert.Equal(t, "97250", older[0].Rate.String())

		usdt := s.coin("USDT")
		assert.Equal(t, models.FixedRate, usdt.RateSource, "what is fixed by hand stays so")
		assert.True(t, usdt.CheckedAt.IsZero())
	})
}

// Every way in which a source can fail leaves the rate as it is, until it is too old; then nothing is sold and staff is told, until the
// source is good again.
func TestRates_FaultsOfTheSourceNeverBecomeARate(t *testing.T) {
	t.Parallel()
	for fault, want := range map[sandbox.TickerFault]models.FetchProblem{
		sandbox.TickerLate: models.FetchTimeout, sandbox.TickerStale: models.FetchOld, sandbox.TickerFuture: models.FetchBadTime,
		sandbox.TickerNegative: models.FetchNotPositive, sandbox.TickerZero: models.FetchNotPositive,
		sandbox.TickerMissing: models.FetchNoPrice, sandbox.TickerHTML: models.FetchNotJSON, sandbox.TickerHuge: models.FetchTooLarge,
		sandbox.TickerBroken: models.FetchNotJSON, sandbox.TickerError: models.FetchStatus, sandbox.TickerAway: models.FetchRedirected,
		sandbox.TickerCut: models.FetchUnreachable,
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				s.live()
				c := s.market("btcusdt", "98000", fault)
				assert.Equal(t, "97250", c.Rate.String())
				assert.Equal(t, want, c.FetchProblem)
				assert.Equal(t, models.RateGood, s.problem(), "thirty seconds are no trouble yet")
				assert.Empty(t, s.reviews())

				s.later(91 * time.Second)
				assert.Equal(t, models.RateStale, s.problem())
				assert.Equal(t, []models.ReviewKind{models.ReviewRate}, s.reviews())
				s.later(30 * time.Second)
				assert.Len(t, s.reviews(), 1, "one trouble is told once")

				c = s.market("btcusdt", "98000", "")
				if c.FetchProblem == models.FetchPaused {
					t.Fatal("the circuit breaker has no reason to be open")
				}
				assert.Equal(t, "98000", c.Rate.String())
				assert.Equal(t, models.RateGood, s.problem())
				assert.Empty(t, s.reviews(), "it is over by itself")
			}, func(_ *sandbox.Config, c *assembly.Config) {
				if fault == sandbox.TickerLate {
					c.PriceTimeout = time.Second // a machine that is busy must not be late where the source is not
				}
			})
		})
	}
}

// Java prints prices with exponents: they are read exactly.
func TestRates_AnExponentIsRead(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		c := s.market("btcusdt", "98000", sandbox.TickerExponent)
		assert.Equal(t, models.FetchGood, c.FetchProblem)
		assert.Equal(t, "98000", c.Rate.String())
	})
}

func TestRates_AJumpWaitsForAPerson(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		in := s.cart(1)
		in.Coin = "BTC"
		c := s.market("btcusdt", "120000", "")
		assert.Equal(t, "97250", c.Rate.String())
		assert.Equal(t, models.RateJumped, s.problem())
		assert.Equal(t, "120000", c.Pending.String())
		assert.Equal(t, []models.ReviewKind{models.ReviewRate}, s.reviews())
		fresh := s.cart(1)
		fresh.Coin = "BTC"
		_, err := s.Place(t.Context(), fresh)
		require.ErrorIs(t, err, payments.ErrQuote, "it is not sold at")
		_, err = s.Place(t.Context(), in)
		require.NoError(t, err, "what was quoted before is kept")

		by := models.Actor{StaffID: "", Who: "ada@example.org"}
		require.ErrorIs(t, s.rates.AcceptRate(t.Context(), "BTC", models.MustAmount("99000"), by), rates.ErrRateMoved)
		require.ErrorIs(t, s.rates.AcceptRate(t.Context(), "USDT", models.MustAmount("1"), by), rates.ErrRateMoved)
		require.ErrorIs(t, s.rates.AcceptRate(t.Context(), "XYZ", models.MustAmount("1"), by), store.ErrNotFound)
		assert.Equal(t, models.RateJumped, s.problem())
		require.NoError(t, s.rates.AcceptRate(t.Context(), "BTC", models.MustAmount("120000"), by))
		assert.Equal(t, models.RateGood, s.problem())
		assert.Equal(t, "120000", s.coin("BTC").Rate.String())
		assert.Empty(t, s.reviews())
		entries, err := s.store.Audit(t.Context(), models.AuditFilter{Action: "coin.accept_rate"})
		require.NoError(t, err)
		require.Len(t, entries, 1)
		assert.JSONEq(t, `{"rate":"120000","seen":"120000"}`, entries[0].After)

		// Down again: it recovers by itself as soon as it is near the rate in force.
		s.market("btcusdt", "60000", "")
		assert.Equal(t, models.RateJumped, s.problem())
		s.market("btcusdt", "119000", "")
		assert.Equal(t, models.RateGood, s.problem())
		assert.Empty(t, s.reviews())
		all, err := s.store.Reviews(t.Context(), false, 10)
		require.NoError(t, err)
		assert.Len(t, all, 2, "each trouble has its own entry")
	})
}

func TestRates_TwoSourcesMustAgree(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live(func(c *models.Coin) {
			c.SecondSource, c.SecondSymbol, c.MaxDeviation = models.ExchangeSource, "btcusdc", models.MustAmount("1")
		})
		assert.Equal(t, models.RateGood, s.problem())
		assert.Equal(t, "97250", s.coin("BTC").Rate.String())

		c := s.market("btcusdc", "99000", "")
		assert.Equal(t, models.RateDeviates, s.problem())
		assert.Equal(t, "97250", c.Rate.String())
		assert.Equal(t, []models.ReviewKind{models.ReviewRate}, s.reviews())
		require.ErrorIs(t, s.rates.AcceptRate(t.Context(), "BTC", models.MustAmount("97250"), models.Actor{Who: "ada"}), rates.ErrRateMoved,
			"nobody can accept that two sources do not agree")

		s.market("btcusdc", "97300", "")
		assert.Equal(t, models.RateGood, s.problem())
		assert.Empty(t, s.reviews())

		c = s.market("btcusdc", "97300", sandbox.TickerError)
		assert.Equal(t, models.FetchUnconfirmed, c.FetchProblem)
		assert.Equal(t, models.RateGood, s.problem())
		s.later(2 * time.Minute)
		assert.Equal(t, models.RateStale, s.problem(), "a rate that nobody confirms is not taken")
	})
}

// The service of one shop, many times over the same database, asks once.
func TestRates_ReplicasDoNotAskTwice(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		s.clock.Advance(30 * time.Second)
		before := s.requests.Load()
		var wait sync.WaitGroup
		for range 8 {
			replica, err := assembly.New(s.config)
			require.NoError(t, err)
			wait.Go(func() {
				_, err := replica.Jobs.RunOnce(t.Context())
				assert.NoError(t, err)
			})
		}
		wait.Wait()
		assert.Equal(t, int64(1), s.requests.Load()-before)
		assert.Equal(t, s.clock.Now(), s.coin("BTC").CheckedAt)
		due := s.coin("BTC").DueAt
		assert.Equal(t, s.clock.Now().Add(30*time.Second), due)
	})
}

func TestRates_HistoryIsForgottenInTime(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		now := s.clock.Now()
		for i, age := range []time.Duration{31 * 24 * time.Hour, 30*24*time.Hour + time.Second, 29 * 24 * time.Hour, 0} {
			require.NoError(t, s.store.AddRate(t.Context(), models.Rate{
				Coin: "BTC", Source: "x", Rate: models.MustAmount(strconv.Itoa(i + 1)), At: now.Add(-age), CreatedAt: now.Add(-age),
			}))
		}
		s.work()
		left, err := s.store.RatesSince(t.Context(), "BTC", now.AddDate(0, -3, 0))
		require.NoError(t, err)
		require.Len(t, left, 2)
		assert.Equal(t, "3", left[0].Rate.String(), "oldest first")
	})
}

func TestQuotes_AreKeptUntilTheirEndAndFrozenOnTheAttempt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		c := s.live(func(c *models.Coin) { c.Spread, c.Dropped = models.MustAmount("0.5"), 2 })
		in := s.cart(2) // 21.00 USD
		in.Coin = "BTC"
		shown := s.clock.Now()
		for range 9 {
			s.later(time.Minute)
			s.market("btcusdt", "98000", "")
			s.clock.Advance(-30 * time.Second)
		}
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		a := s.attempt(p.Ref)
		assert.Equal(t, "0.000218", a.Amount.String(), "21 ÷ 97250 × 1.005 = 0.00021701…, up to six digits")
		assert.Equal(t, "97250", a.Rate.String(), "the rate that was shown, not the one of now")
		assert.Equal(t, "0.5", a.Spread.String())
		assert.Equal(t, c.RateAt, a.RateAt)
		assert.Equal(t, "Exchange ticker", a.RateSource)
		assert.Equal(t, shown.Add(10*time.Minute), a.QuoteExpiresAt)
		assert.Equal(t, "0.000218", string(s.platformOrder(s.order(p.Ref)).Amount), "what the platform was asked for")

		// Nothing makes the quote of a placed order anew.
		s.market("btcusdt", "90000", "")
		again, err := s.Pay(t.Context(), p.Ref, "", models.Payer{})
		require.NoError(t, err)
		assert.Equal(t, p.PayURL, again.PayURL)
		s.later(5 * time.Minute)
		after := s.attempt(p.Ref)
		assert.Equal(t, a.ID, after.ID)
		assert.Equal(t, a.Amount, after.Amount)
		assert.Equal(t, a.Rate, after.Rate)
		assert.Equal(t, a.QuoteExpiresAt, after.QuoteExpiresAt)
	})
}

func TestQuotes_ThatEndedAreNotCharged(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		old := s.cart(2)
		old.Coin = "BTC"
		s.later(5 * time.Minute)
		s.market("btcusdt", "98000", "")
		s.later(5 * time.Minute)
		_, err := s.Place(t.Context(), old)
		require.ErrorIs(t, err, payments.ErrQuote)
		assert.Empty(t, s.platform.Orders())
		s.stockIs(50, 0, 0)

		old.Coin = "USDT"
		p, err := s.Place(t.Context(), old)
		require.NoError(t, err, "a rate that is fixed by hand has not changed, and no time runs for it")
		assert.True(t, s.attempt(p.Ref).QuoteExpiresAt.IsZero())
	})
}

func TestQuotes_ServeTheirCartAlone(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		mine, other := s.cart(2), s.cart(1)
		for name, token := range map[string]string{
			"another cart's": other.Quotes, "none": "", "noise": "AAAA", "no base64": "%%%", "cut": mine.Quotes[:len(mine.Quotes)-4],
		} {
			in := mine
			in.Coin, in.Quotes = "BTC", token
			_, err := s.Place(t.Context(), in)
			require.ErrorIs(t, err, payments.ErrQuote, name)
		}
		assert.Empty(t, s.platform.Orders())
		mine.Coin = "BTC"
		p, err := s.Place(t.Context(), mine)
		require.NoError(t, err)
		order := s.order(p.Ref)
		_, err = s.Service.Pay(t.Context(), p.Ref, payments.PayInput{Coin: "USDT", Payer: mine.Payer, Quotes: mine.Quotes})
		require.ErrorIs(t, err, payments.ErrQuote, "the cart's quotes are not the order's")
		_, err = s.Service.Pay(t.Context(), p.Ref, payments.PayInput{
			Coin: "USDT", Payer: mine.Payer, Quotes: s.quotes(t.Context(), payments.OrderSubject(order.ID), order.Total),
		})
		require.NoError(t, err)
		assert.Equal(t, "USDT", s.attempt(p.Ref).Coin)
	})
}

// A shopper who presses "pay" without choosing anything goes on at the price of before, or sees the new one first.
func TestPay_GoesOnAtTheAmountThatWasSeen(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		in := s.cart(2)
		in.Coin, in.Payer.UserID = "BTC", "99999999" // nobody has this UID, so that the platform refuses
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, models.AttemptFailed, s.attempt(p.Ref).State)

		_, err = s.Service.Pay(t.Context(), p.Ref, payments.PayInput{Payer: models.Payer{UserID: alice}})
		require.NoError(t, err, "the rate is the same")
		first := s.attempt(p.Ref)
		require.NoError(t, s.platform.Fail(s.platformOrder(s.order(p.Ref)).OrderNum))
		s.deliver()
		s.market("btcusdt", "98000", "")
		_, err = s.Service.Pay(t.Context(), p.Ref, payments.PayInput{Payer: models.Payer{UserID: alice}})
		require.ErrorIs(t, err, payments.ErrQuote)
		assert.Equal(t, first.ID, s.attempt(p.Ref).ID)
	})
}

func TestQuotes_GoOnWhileTheyHold(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		ask := func(token string) payments.Offers {
			coins, err := s.store.Coins(t.Context())
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
		s.market("btcusdt", "98000", "")
		second := ask(first.Token)
		assert.Equal(t, first.Token, second.Token)
		assert.Equal(t, "0.00021594", btc(second).Quote.Amount.String())
		assert.Equal(t, first.ExpiresAt, second.ExpiresAt)
		assert.False(t, second.Renewed)

		s.later(10 * time.Minute)
		third := ask(second.Token)
		assert.NotEqual(t, second.Token, third.Token)
		assert.True(t, third.Renewed)
		assert.Equal(t, "0.00021429", btc(third).Quote.Amount.String())

		s.market("btcusdt", "200000", "")
		fourth := ask("")
		assert.Equal(t, models.RateJumped, btc(fourth).Problem)
		assert.Equal(t, models.Quote{}, btc(fourth).Quote)
		assert.True(t, fourth.ExpiresAt.IsZero(), "no live rate is promised")
	})
}

// A form whose quotes do not hold closes nothing: the payment that is open stays open.
func TestPay_StaleFormLeavesTheOpenPaymentAlone(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.live()
		order := s.place(1)
		_, err := s.Service.Pay(t.Context(), order.Ref, payments.PayInput{Coin: "BTC", Payer: models.Payer{UserID: alice}})
		require.ErrorIs(t, err, payments.ErrQuote)
		a := s.attempt(order.Ref)
		assert.Equal(t, models.AttemptOpen, a.State)
		assert.Equal(t, models.IntentNone, a.Intent)
	})
}
