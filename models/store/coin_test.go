package store_test

import (
	"encoding/base64"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func liveCoin(c *models.Coin) {
	c.Symbol, c.Name, c.Precision, c.Dropped, c.Source, c.SourceSymbol = "BTC", "Bitcoin", 8, 2, models.ExchangeSource, "btcusdt"
	c.Rate, c.Spread, c.MaxAge, c.MaxJump = models.MustAmount("97250.123456789012345678"), models.MustAmount("0.5"), 120, models.MustAmount("10")
}

func TestCoin_IsReadAsItWasStored(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		put := modelstest.Coin(t, s, liveCoin)
		got, err := s.Coin(t.Context(), "BTC")
		require.NoError(t, err)
		assert.Equal(t, put.Rate.String(), got.Rate.String())
		assert.Equal(t, "0.5", got.Spread.String())
		assert.Equal(t, 6, got.Digits())
		assert.Equal(t, 1, got.Version)
		assert.False(t, got.DueAt.IsZero(), "its source is asked at once")
		assert.True(t, got.CheckedAt.IsZero())
		_, err = s.Coin(t.Context(), "btc")
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = s.Coin(t.Context(), longText(40))
		require.ErrorIs(t, err, store.ErrNotFound)

		put.Name = "Bitcoin again"
		require.NoError(t, s.PutCoin(t.Context(), put))
		require.NoError(t, s.PutCoin(t.Context(), models.Coin{Symbol: "OFF", Name: "Switched off"}))
		on, err := s.Coins(t.Context())
		require.NoError(t, err)
		require.Len(t, on, 1)
		assert.Equal(t, "Bitcoin again", on[0].Name)
		assert.Equal(t, 2, on[0].Version)
		all, err := s.AllCoins(t.Context())
		require.NoError(t, err)
		assert.Len(t, all, 2)
		require.ErrorIs(t, s.NewCoin(t.Context(), put), store.ErrDuplicate)
	})
}

func TestSaveCoin_LosesNobodysChange(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Coin(t, s, liveCoin)
		c, err := s.Coin(t.Context(), "BTC")
		require.NoError(t, err)
		c.Spread = models.MustAmount("1")
		c.Rate = models.MustAmount("1") // of a live coin it is not a person's to change
		require.NoError(t, s.SaveCoin(t.Context(), c, 1))
		require.ErrorIs(t, s.SaveCoin(t.Context(), c, 1), store.ErrConflict)
		got, err := s.Coin(t.Context(), "BTC")
		require.NoError(t, err)
		assert.Equal(t, "1", got.Spread.String())
		assert.Equal(t, "97250.123456789012345678", got.Rate.String())
		assert.Equal(t, 2, got.Version)

		got.Source, got.Rate, got.RateSource = "", models.MustAmount("90000"), models.FixedRate
		require.NoError(t, s.SaveCoin(t.Context(), got, 2))
		fixed, err := s.Coin(t.Context(), "BTC")
		require.NoError(t, err)
		assert.Equal(t, "90000", fixed.Rate.String())
		assert.True(t, fixed.DueAt.IsZero(), "nobody need be asked")
	})
}

func TestClaimCoins_OneWorkerHasACoin(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Coin(t, s) // fixed by hand: never due
		modelstest.Coin(t, s, liveCoin)
		var wait sync.WaitGroup
		claims := make(chan models.Coin, 16)
		for range 16 {
			wait.Go(func() {
				list, err := s.ClaimCoins(t.Context(), 10, time.Minute)
				assert.NoError(t, err)
				for _, c := range list {
					claims <- c
				}
			})
		}
		wait.Wait()
		close(claims)
		require.Len(t, claims, 1)
		mine := <-claims

		now, err := s.Now(t.Context())
		require.NoError(t, err)
		mine.Rate, mine.RateSource, mine.RateAt, mine.CheckedAt = models.MustAmount("98000"), "Ticker", now, now
		require.NoError(t, s.FinishCoin(t.Context(), mine, now.Add(time.Hour)))
		require.ErrorIs(t, s.FinishCoin(t.Context(), mine, now), store.ErrConflict, "the lease is over")
		mine.Lease = ""
		require.ErrorIs(t, s.FinishCoin(t.Context(), mine, now), store.ErrConflict)
		got, err := s.Coin(t.Context(), "BTC")
		require.NoError(t, err)
		assert.Equal(t, "98000", got.Rate.String())
		assert.Equal(t, 1, got.Version, "a rate is no change by a person")
	})
}

// A person's change takes the lease away, so that an answer to the question of before is not stored as one to the new.
func TestFinishCoin_GivesWayToAPerson(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Coin(t, s, liveCoin)
		list, err := s.ClaimCoins(t.Context(), 1, time.Minute)
		require.NoError(t, err)
		require.Len(t, list, 1)
		changed := list[0]
		changed.SourceSymbol = "btcusdc"
		require.NoError(t, s.SaveCoin(t.Context(), changed, 1))
		require.ErrorIs(t, s.FinishCoin(t.Context(), list[0], time.Now()), store.ErrConflict)
	})
}

func TestPriceSource_TheExchangeIsThereFromTheBeginning(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		list, err := s.PriceSources(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []models.PriceSource{models.ExchangeTicker()}, list)
		own, err := s.PriceSource(t.Context(), models.ExchangeSource)
		require.NoError(t, err)
		own.Path = "/data/last"
		require.NoError(t, s.SavePriceSource(t.Context(), own))
		require.ErrorIs(t, s.SavePriceSource(t.Context(), own), store.ErrConflict, "two who change it for the first time")
		own.Version = 1
		own.Enabled = false
		require.NoError(t, s.SavePriceSource(t.Context(), own))
		require.ErrorIs(t, s.SavePriceSource(t.Context(), own), store.ErrConflict)
		list, err = s.PriceSources(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, "/data/last", list[0].Path)
		assert.False(t, list[0].Enabled)
		assert.Equal(t, 2, list[0].Version)
		_, err = s.PriceSource(t.Context(), models.NewID())
		require.ErrorIs(t, err, store.ErrNotFound)
		own.URL = longText(501)
		require.ErrorIs(t, s.SavePriceSource(t.Context(), own), store.ErrText)
	})
}

func TestRates_ArePagedAndNotRepeated(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		add := func(after time.Duration, rate, problem string) {
			require.NoError(t, s.AddRate(t.Context(), models.Rate{
				Coin: "BTC", Source: "x", Rate: models.MustAmount(rate), Problem: problem, At: at, CreatedAt: at.Add(after),
			}))
		}
		add(0, "1", "")
		add(30*time.Second, "1", "")
		add(40*time.Second, "2", "")
		add(50*time.Second, "2", "timeout")
		add(55*time.Second, "2", "timeout")
		add(2*time.Minute, "2", "timeout")
		var seen []string
		for after, first := "", true; first || after != ""; first = false {
			rows, next, err := s.Rates(t.Context(), "BTC", after, 1)
			require.NoError(t, err)
			for _, r := range rows {
				seen = append(seen, r.Rate.String()+r.Problem)
			}
			after = next
		}
		assert.Equal(t, []string{"2timeout", "2timeout", "2", "1"}, seen)
		_, _, err := s.Rates(t.Context(), "BTC", "nonsense", 1)
		require.ErrorIs(t, err, store.ErrCursor)
		_, _, err = s.Rates(t.Context(), "BTC", "", -1)
		require.ErrorIs(t, err, store.ErrFilter)
		n, err := s.ForgetRates(t.Context(), at.Add(45*time.Second), 1)
		require.NoError(t, err)
		assert.Equal(t, 1, n, "no more than it was told to")
		n, err = s.ForgetRates(t.Context(), at.Add(45*time.Second), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
	})
}

func TestToken_OpensForItsPurposeAndSubjectAlone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		token, err := s.SealToken("quotes", "cart:1", []byte("secret"))
		require.NoError(t, err)
		assert.NotContains(t, token, "secret")
		plain, err := s.OpenToken("quotes", "cart:1", token)
		require.NoError(t, err)
		assert.Equal(t, "secret", string(plain))
		again, err := s.SealToken("quotes", "cart:1", []byte("secret"))
		require.NoError(t, err)
		assert.NotEqual(t, token, again)
		changed, err := base64.RawURLEncoding.DecodeString(token)
		require.NoError(t, err)
		changed[len(changed)-1] ^= 1
		for name, wrong := range map[string][3]string{
			"purpose": {"other", "cart:1", token}, "subject": {"quotes", "cart:2", token}, "nothing": {"quotes", "cart:1", ""},
			"noise": {"quotes", "cart:1", "!!"}, "changed": {"quotes", "cart:1", base64.RawURLEncoding.EncodeToString(changed)},
			"huge": {"quotes", "cart:1", longText(20_000)},
		} {
			_, err := s.OpenToken(wrong[0], wrong[1], wrong[2])
			require.ErrorIs(t, err, store.ErrToken, name)
		}
	})
}
