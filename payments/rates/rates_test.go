package rates_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/rates"
	"github.com/coincart/coincart/payments/sandbox"
)

// problem returns why BTC cannot be sold now.
func problem(s *paymentstest.Shop) models.RateProblem { return s.Coin("BTC").ProblemAt(s.Clock.Now()) }

func TestRates_ComeFromThePriceSourceAndAreKept(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		c := s.AddLiveRate()
		assert.Equal(t, "97250", c.Rate.String())
		assert.Equal(t, "Exchange ticker", c.RateSource)
		assert.Equal(t, s.Clock.Now(), c.RateAt)

		c = s.SetPrice("btcusdt", "98100.123456789012345678", "")
		assert.Equal(t, "98100.123456789012345678", c.Rate.String(), "not a digit is lost on the way")
		c = s.SetPrice("btcusdt", "98200", sandbox.TickerNumber)
		assert.Equal(t, "98200", c.Rate.String())

		history, next, err := s.Store.Rates(t.Context(), "BTC", "", 2)
		require.NoError(t, err)
		require.Len(t, history, 2)
		assert.Equal(t, "98200", history[0].Rate.String())
		older, _, err := s.Store.Rates(t.Context(), "BTC", next, 2)
		require.NoError(t, err)
		require.Len(t, older, 1)
		assert.Equal(t, "97250", older[0].Rate.String())

		usdt := s.Coin("USDT")
		assert.Equal(t, models.FixedRate, usdt.RateSource, "what is fixed by hand stays so")
		assert.True(t, usdt.CheckedAt.IsZero())
	})
}

// Whatever fault a source has, the rate stays as it is until it is too old. Then nothing is sold and a review is open until the source is
// good again.
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
			paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
				s.AddLiveRate()
				c := s.SetPrice("btcusdt", "98000", fault)
				assert.Equal(t, "97250", c.Rate.String())
				assert.Equal(t, want, c.FetchProblem)
				assert.Equal(t, models.RateGood, problem(s), "thirty seconds are no trouble yet")
				assert.Empty(t, s.OpenReviews())

				s.Later(91 * time.Second)
				assert.Equal(t, models.RateStale, problem(s))
				assert.Equal(t, []models.ReviewKind{models.ReviewRate}, s.OpenReviews())
				s.Later(30 * time.Second)
				assert.Len(t, s.OpenReviews(), 1, "one trouble is told once")

				c = s.SetPrice("btcusdt", "98000", "")
				if c.FetchProblem == models.FetchPaused {
					t.Fatal("the circuit breaker has no reason to be open")
				}
				assert.Equal(t, "98000", c.Rate.String())
				assert.Equal(t, models.RateGood, problem(s))
				assert.Empty(t, s.OpenReviews(), "it is over by itself")
				told := modelstest.Told(t, s.Store, models.EventRateStopped)
				require.Len(t, told, 1, "one trouble is told once")
				assert.Contains(t, told[0], `"coin":"BTC","problem":"stale","rate":"97250","since":`)
			}, func(_ *sandbox.Config, c *assembly.Config) {
				if fault == sandbox.TickerLate {
					c.PriceTimeout = time.Second // a busy machine must not cause a timeout when the source does not
				}
			})
		})
	}
}

// Java prints prices with exponents: they are parsed exactly.
func TestRates_AnExponentIsRead(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.AddLiveRate()
		c := s.SetPrice("btcusdt", "98000", sandbox.TickerExponent)
		assert.Equal(t, models.FetchGood, c.FetchProblem)
		assert.Equal(t, "98000", c.Rate.String())
	})
}

func TestRates_AJumpWaitsForAPerson(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.AddLiveRate()
		in := s.CartForm(1)
		in.Coin = "BTC"
		c := s.SetPrice("btcusdt", "120000", "")
		assert.Equal(t, "97250", c.Rate.String())
		assert.Equal(t, models.RateJumped, problem(s))
		assert.Equal(t, "120000", c.Pending.String())
		assert.Equal(t, []models.ReviewKind{models.ReviewRate}, s.OpenReviews())
		fresh := s.CartForm(1)
		fresh.Coin = "BTC"
		_, err := s.Place(t.Context(), fresh)
		require.ErrorIs(t, err, payments.ErrQuote, "it is not sold at")
		_, err = s.Place(t.Context(), in)
		require.NoError(t, err, "what was quoted before is kept")

		by := models.Actor{StaffID: "", Who: "ada@example.org"}
		require.ErrorIs(t, s.Rates.AcceptRate(t.Context(), "BTC", models.MustAmount("99000"), by), rates.ErrRateMoved)
		require.ErrorIs(t, s.Rates.AcceptRate(t.Context(), "USDT", models.MustAmount("1"), by), rates.ErrRateMoved)
		require.ErrorIs(t, s.Rates.AcceptRate(t.Context(), "XYZ", models.MustAmount("1"), by), store.ErrNotFound)
		assert.Equal(t, models.RateJumped, problem(s))
		require.NoError(t, s.Rates.AcceptRate(t.Context(), "BTC", models.MustAmount("120000"), by))
		assert.Equal(t, models.RateGood, problem(s))
		assert.Equal(t, "120000", s.Coin("BTC").Rate.String())
		assert.Empty(t, s.OpenReviews())
		entries, err := s.Store.Audit(t.Context(), models.AuditFilter{Action: "coin.accept_rate"})
		require.NoError(t, err)
		require.Len(t, entries, 1)
		assert.JSONEq(t, `{"rate":"120000","seen":"120000"}`, entries[0].After)

		// The price drops again, and the rate recovers without help as soon as it is near the rate in force.
		s.SetPrice("btcusdt", "60000", "")
		assert.Equal(t, models.RateJumped, problem(s))
		s.SetPrice("btcusdt", "119000", "")
		assert.Equal(t, models.RateGood, problem(s))
		assert.Empty(t, s.OpenReviews())
		all, _, err := s.Store.ReviewPage(t.Context(), false, "", 10)
		require.NoError(t, err)
		assert.Len(t, all, 2, "each trouble has its own entry")
		told := modelstest.Told(t, s.Store, models.EventRateStopped)
		require.Len(t, told, 2, "each trouble has its own event")
		assert.Contains(t, told[0], `"problem":"jumped","rate":"97250","pending":"120000"`)
		assert.Contains(t, told[1], `"sequence":2}`)
	})
}

func TestRates_TwoSourcesMustAgree(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.AddLiveRate(func(c *models.Coin) {
			c.SecondSource, c.SecondSymbol, c.MaxDeviation = models.ExchangeSource, "btcusdc", models.MustAmount("1")
		})
		assert.Equal(t, models.RateGood, problem(s))
		assert.Equal(t, "97250", s.Coin("BTC").Rate.String())

		c := s.SetPrice("btcusdc", "99000", "")
		assert.Equal(t, models.RateDeviates, problem(s))
		assert.Equal(t, "97250", c.Rate.String())
		assert.Equal(t, []models.ReviewKind{models.ReviewRate}, s.OpenReviews())
		require.ErrorIs(t, s.Rates.AcceptRate(t.Context(), "BTC", models.MustAmount("97250"), models.Actor{Who: "ada"}), rates.ErrRateMoved,
			"nobody can accept that two sources do not agree")

		s.SetPrice("btcusdc", "97300", "")
		assert.Equal(t, models.RateGood, problem(s))
		assert.Empty(t, s.OpenReviews())

		c = s.SetPrice("btcusdc", "97300", sandbox.TickerError)
		assert.Equal(t, models.FetchUnconfirmed, c.FetchProblem)
		assert.Equal(t, models.RateGood, problem(s))
		s.Later(2 * time.Minute)
		assert.Equal(t, models.RateStale, problem(s), "a rate that nobody confirms is not taken")
	})
}

// Several services over one database ask once.
func TestRates_ReplicasDoNotAskTwice(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.AddLiveRate()
		s.Clock.Advance(30 * time.Second)
		before := s.Requests.Load()
		var wait sync.WaitGroup
		for range 8 {
			replica, err := assembly.New(s.Config)
			require.NoError(t, err)
			wait.Go(func() {
				_, err := replica.Jobs.RunOnce(t.Context())
				assert.NoError(t, err)
			})
		}
		wait.Wait()
		assert.Equal(t, int64(1), s.Requests.Load()-before)
		assert.Equal(t, s.Clock.Now(), s.Coin("BTC").CheckedAt)
		due := s.Coin("BTC").DueAt
		assert.Equal(t, s.Clock.Now().Add(30*time.Second), due)
	})
}

func TestRates_HistoryIsForgottenInTime(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		now := s.Clock.Now()
		for i, age := range []time.Duration{31 * 24 * time.Hour, 30*24*time.Hour + time.Second, 29 * 24 * time.Hour, 0} {
			require.NoError(t, s.Store.AddRate(t.Context(), models.Rate{
				Coin: "BTC", Source: "x", Rate: models.MustAmount(strconv.Itoa(i + 1)), At: now.Add(-age), CreatedAt: now.Add(-age),
			}))
		}
		s.Work()
		left, err := s.Store.RatesSince(t.Context(), "BTC", now.AddDate(0, -3, 0))
		require.NoError(t, err)
		require.Len(t, left, 2)
		assert.Equal(t, "3", left[0].Rate.String(), "oldest first")
	})
}
