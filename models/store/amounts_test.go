package store_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// amounts are hard ones: all 36 digits, the smallest, and neighbours that floats cannot tell apart.
func amounts() []string {
	return []string{
		"0", "0.000000000000000001", "0.000000000000000002", "0.1", "0.3", "1", "1.000000000000000001", "9.99", "10", "10.5",
		"9007199254740993", "9007199254740993.000000000000000001", "999999999999999999", "999999999999999999.999999999999999998",
		"999999999999999999.999999999999999999",
	}
}

func TestAmounts_RoundTripExactlyAndInOrder(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		category := models.Category{Slug: "c", Name: "C"}
		require.NoError(t, s.PutCategory(t.Context(), category))
		for _, i := range rand.Perm(len(amounts())) {
			text := amounts()[i]
			require.NoError(t, s.PutProduct(t.Context(), models.Product{
				Slug: strings.ReplaceAll(text, ".", "-"), Title: text, Category: category,
				Variants: []models.Variant{{SKU: text, Price: models.MustAmount(text)}},
			}))
		}
		for sort, want := range map[models.CardSort][]string{
			models.SortPriceAsc: amounts(),
			models.SortPriceDesc: func() []string {
				list := amounts()
				slices.Reverse(list)
				return list
			}(),
		} {
			cards, _, err := s.Cards(t.Context(), models.CardFilter{Sort: sort})
			require.NoError(t, err)
			var got []string
			for _, c := range cards {
				got = append(got, c.MinPrice.String())
				assert.Equal(t, c.Title, c.MaxPrice.String())
			}
			assert.Equal(t, want, got, "sort %q", sort)
		}
	})
}

// The invariant on totals sums up with the database's own means: one unit of the last digit more or less is found.
func TestAmounts_SumsAreExact(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		product := modelstest.Product(t, s)
		place := func(total string) {
			o := modelstest.NewOrder(product, time.Now())
			o.Total = models.MustAmount(total)
			line := o.Lines[0]
			line.Quantity = 1
			o.Lines = nil
			for _, price := range []string{"0.1", "0.2", "99999999999999999.000000000000000001", "0.000000000000000001"} {
				line.UnitPrice = models.MustAmount(price)
				line.Total = line.UnitPrice
				o.Lines = append(o.Lines, line)
			}
			line.Quantity, line.UnitPrice = 3, models.MustAmount("0.333333333333333333")
			line.Total = models.MustAmount("0.999999999999999999")
			o.Lines = append(o.Lines, line)
			require.NoError(t, s.InsertOrder(t.Context(), &o))
		}
		place("100000000000000000.300000000000000001")
		found, err := s.Invariants(t.Context())
		require.NoError(t, err)
		assert.Empty(t, found)
		place("100000000000000000.300000000000000002")
		found, err = s.Invariants(t.Context())
		require.NoError(t, err)
		require.Len(t, found, 1)
		assert.Equal(t, "sums", found[0].Rule)
	})
}

func TestAmounts_NothingIsRoundedSilently(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		order := modelstest.Order(t, s)
		tooFine := models.MustAmount("0.000000000000000001").Mul(models.MustAmount("0.1"))
		a := models.Attempt{OrderID: order.ID, Coin: "USDT", Amount: tooFine, Rate: models.AmountFromInt(1)}
		require.ErrorIs(t, s.InsertAttempt(t.Context(), &a), models.ErrAmount)
	})
}

func TestTimes_RoundTripInMillisecondsAndUTC(t *testing.T) {
	times := []time.Time{
		time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC),
		time.Date(2026, 3, 14, 9, 26, 53, 5_000_000, time.UTC),
		time.Date(2026, 3, 14, 9, 26, 53, 500_000_000, time.UTC),
		time.Date(2026, 3, 14, 9, 26, 53, 999_999_999, time.UTC),
		time.Date(2026, 10, 25, 2, 30, 0, 0, time.FixedZone("CEST", 2*3600)), // an hour that a zone has twice
		time.Date(2199, 12, 31, 23, 59, 59, 999_000_000, time.UTC),
	}
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		for _, at := range times {
			o := modelstest.Order(t, s, func(o *models.Order) { o.CreatedAt, o.ExpiresAt, o.DueAt = at, at, at })
			got, err := s.Order(t.Context(), o.ID)
			require.NoError(t, err)
			for _, stored := range []time.Time{got.CreatedAt, got.ExpiresAt, got.DueAt} {
				assert.Equal(t, models.Instant(at), stored)
			}
			assert.True(t, got.PaidAt.IsZero(), "NULL is the zero time")
			assert.Equal(t, time.UTC, got.CreatedAt.Location())
		}
	})
}
