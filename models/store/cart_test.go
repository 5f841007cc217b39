package store_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestCart_AddsUpAndIsCapped(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		v := modelstest.Product(t, s).Variants[0]
		cart := modelstest.Cart(t, s)
		assert.True(t, models.IsRef(cart.FormToken))
		assert.Empty(t, cart.Lines)
		n, err := s.AddToCart(ctx, cart.ID, v.ID, 2, v.Price)
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		n, err = s.AddToCart(ctx, cart.ID, v.ID, 3, models.AmountFromInt(9))
		require.NoError(t, err)
		assert.Equal(t, 5, n)
		n, err = s.AddToCart(ctx, cart.ID, v.ID, models.MaxQuantity, v.Price)
		require.NoError(t, err)
		assert.Equal(t, models.MaxQuantity, n)
		for _, quantity := range []int{0, -1, models.MaxQuantity + 1} {
			_, err = s.AddToCart(ctx, cart.ID, v.ID, quantity, v.Price)
			require.Error(t, err)
			require.Error(t, s.SetCartLine(ctx, cart.ID, v.ID, quantity))
		}
		_, err = s.AddToCart(ctx, cart.ID, models.NewID(), 1, v.Price)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = s.AddToCart(ctx, models.NewID(), v.ID, 1, v.Price)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestCart_ParallelAdditionsAllCount(t *testing.T) {
	var log *strings.Builder // written by one handler, which locks
	options := func() []modelstest.Option {
		log = &strings.Builder{}
		logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		return []modelstest.Option{func(o *store.Options) { o.Logger = logger }}
	}
	modelstest.EachWith(t, options, func(t *testing.T, s *store.Store) {
		p := modelstest.Product(t, s, stocked(1, 1))
		cart := modelstest.Cart(t, s)
		var presses errgroup.Group
		for i := range 40 {
			presses.Go(func() error {
				_, err := s.AddToCart(t.Context(), cart.ID, p.Variants[i%2].ID, 2, models.AmountFromInt(1))
				return err
			})
		}
		require.NoError(t, presses.Wait())
		got, err := s.Cart(t.Context(), cart.ID)
		require.NoError(t, err)
		assert.Equal(t, 80, got.Count())
		assert.NotContains(t, log.String(), "repeating", "they wait for each other, and none gives way")
	})
}

func TestCart_ShowsWhatIsTrueNow(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			p := modelstest.Product(t, s, func(p *models.Product) {
				p.Texts = models.Texts{"zh-Hans": {"title": "陶杯", "description": "长"}}
				p.Variants = []models.Variant{
					{SKU: "B", Title: "Large", Price: models.MustAmount("10.5"), OnHand: 3, Texts: models.Texts{"zh-Hans": {"title": "大"}}},
					{SKU: "A", Title: "Small", Price: models.MustAmount("9"), OnHand: 3},
				}
			})
			b, a := p.Variants[0], p.Variants[1]
			other := modelstest.Product(t, s).Variants[0]
			cart := modelstest.Cart(t, s, modelstest.Item{Variant: b, Quantity: 1}, modelstest.Item{Variant: a, Quantity: 2})
			clock.Advance(time.Second)
			_, err := s.AddToCart(ctx, cart.ID, other.ID, 1, other.Price)
			require.NoError(t, err)
			clock.Advance(time.Second)
			_, err = s.AddToCart(ctx, cart.ID, b.ID, 1, b.Price)
			require.NoError(t, err)

			changed := p
			changed.Variants[0].Price = models.MustAmount("11")
			require.NoError(t, s.PutProduct(ctx, changed))
			require.NoError(t, s.MoveStock(ctx, models.StockMovement{VariantID: b.ID, Kind: models.MovementCorrection, Quantity: -2}))
			counted, count := modelstest.CountQueries(ctx)
			got, err := s.Cart(counted, cart.ID)
			require.NoError(t, err)
			assert.LessOrEqual(t, count.N(), 2)
			require.Len(t, got.Lines, 3)
			assert.Equal(t, []string{"A", "B", other.SKU}, []string{got.Lines[0].SKU, got.Lines[1].SKU, got.Lines[2].SKU}, "as added, then by SKU")
			line := got.Lines[1]
			assert.Equal(t, "陶杯", line.ProductTexts.In("zh-Hans", "title", ""))
			assert.Equal(t, "大", line.VariantTexts.In("zh-Hans", "title", ""))
			assert.Equal(t, []string{p.ID, p.Slug, p.Title, "Large", p.Cover}, []string{line.ProductID, line.Slug, line.Title, line.VariantTitle, line.Cover})
			assert.True(t, line.PriceChanged())
			assert.Equal(t, "11", line.Price.String())
			assert.False(t, line.Sellable(), "1 left, 2 wanted")
			assert.Equal(t, clock.Now(), got.UpdatedAt)

			require.NoError(t, s.SetCartLine(ctx, cart.ID, b.ID, 1))
			require.NoError(t, s.RemoveCartLine(ctx, cart.ID, a.ID))
			require.NoError(t, s.RemoveCartLine(ctx, cart.ID, a.ID))
			require.ErrorIs(t, s.SetCartLine(ctx, cart.ID, a.ID, 1), store.ErrNotFound)
			changed.Hidden = true
			require.NoError(t, s.PutProduct(ctx, changed))
			got, err = s.Cart(ctx, cart.ID)
			require.NoError(t, err)
			require.Len(t, got.Lines, 2)
			assert.True(t, got.Lines[0].PriceChanged(), "since it was added")
			assert.True(t, got.Lines[0].ProductHidden)
		})
}

func TestClearCart_GivesANewForm(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		v := modelstest.Product(t, s).Variants[0]
		cart := modelstest.Cart(t, s, modelstest.Item{Variant: v, Quantity: 1})
		next := models.NewRef()
		require.ErrorIs(t, s.ClearCart(ctx, cart.ID, next, models.NewRef()), store.ErrConflict, "it is another cart by now")
		got, err := s.Cart(ctx, cart.ID)
		require.NoError(t, err)
		assert.Len(t, got.Lines, 1, "and keeps what is in it")
		require.NoError(t, s.ClearCart(ctx, cart.ID, cart.FormToken, next))
		got, err = s.Cart(ctx, cart.ID)
		require.NoError(t, err)
		assert.Empty(t, got.Lines)
		assert.Equal(t, next, got.FormToken)
		require.ErrorIs(t, s.ClearCart(ctx, models.NewID(), next, next), store.ErrConflict)
		require.ErrorIs(t, s.RenewForm(ctx, cart.ID, cart.FormToken, "x"), store.ErrConflict)
		require.NoError(t, s.RenewForm(ctx, cart.ID, next, "x"))
		for _, missing := range []string{"", models.NewID(), "\xff", "ä"} {
			_, err := s.Cart(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
	})
}

func TestCart_SurvivesARestart(t *testing.T) {
	restart := func(t *testing.T, dsn string) {
		t.Helper()
		first, err := store.Open(t.Context(), dsn, store.Options{SealKey: modelstest.SealKey()})
		require.NoError(t, err)
		v := modelstest.Product(t, first).Variants[0]
		cart := modelstest.Cart(t, first, modelstest.Item{Variant: v, Quantity: 2})
		require.NoError(t, first.PutSession(t.Context(), "cookie", models.Session{
			CartID: cart.ID, Data: []byte("data"), ExpiresAt: time.Now().Add(time.Hour),
		}))
		require.NoError(t, first.Close())
		second := modelstest.Open(t, dsn)
		session, err := second.Session(t.Context(), "cookie")
		require.NoError(t, err)
		assert.Equal(t, 2, session.CartCount)
		got, err := second.Cart(t.Context(), session.CartID)
		require.NoError(t, err)
		assert.Equal(t, 2, got.Count())
	}
	t.Run("sqlite", func(t *testing.T) { restart(t, modelstest.SQLiteDSN(t)) })
	t.Run("mariadb", func(t *testing.T) { restart(t, modelstest.MariaDBDSN(t)) })
	t.Run("relative path", func(t *testing.T) {
		t.Chdir(t.TempDir())
		s := modelstest.Open(t, "sqlite:data/shop.db")
		require.NoError(t, s.Migrate(t.Context()))
		assert.FileExists(t, filepath.Join("data", "shop.db"))
	})
}
