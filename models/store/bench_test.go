package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// benchShop is a shop of the demonstration's size: 4 categories, 32 products with 3 variants, 3 pictures and a translation each,
// and a visitor with a cart of 3 lines.
func benchShop(b *testing.B, s *store.Store) (slug, cartID string, product models.Product) {
	b.Helper()
	for i := range 32 {
		modelstest.Product(b, s, func(p *models.Product) {
			p.Slug, p.Position, p.Featured = fmt.Sprintf("product-%02d", i), i, i%4 == 0
			p.Category = models.Category{Slug: fmt.Sprintf("category-%d", i%4), Name: fmt.Sprintf("Category %d", i%4)}
			p.Description = strings.Repeat("A sentence of a description that people may read. ", 12)
			p.Texts = models.Texts{"zh-Hans": {"title": "陶杯", "summary": "手工制作的杯子", "description": strings.Repeat("长长的说明文字。", 40)}}
			p.Variants, p.Pictures = nil, nil
			for n := range 3 {
				p.Variants = append(p.Variants, models.Variant{
					SKU: fmt.Sprintf("SKU-%02d-%d", i, n), Title: fmt.Sprintf("Option %d", n), Price: models.MustAmount(fmt.Sprintf("%d.99", 10+i+n)),
					OnHand: 1_000_000, Texts: models.Texts{"zh-Hans": {"title": "选项"}},
				})
				p.Pictures = append(p.Pictures, models.Picture{Source: fmt.Sprintf("p%02d-%d.svg", i, n), Alt: "A picture"})
			}
		})
	}
	modelstest.Coin(b, s)
	product, err := s.Product(b.Context(), "product-07")
	require.NoError(b, err)
	var items []modelstest.Item
	for _, v := range product.Variants {
		items = append(items, modelstest.Item{Variant: v, Quantity: 2})
	}
	cart := modelstest.Cart(b, s, items...)
	require.NoError(b, s.PutSession(b.Context(), "cookie", models.Session{
		CartID: cart.ID, Data: []byte(`{"lang":"en"}`), ExpiresAt: time.Now().Add(time.Hour),
	}))
	return product.Slug, cart.ID, product
}

func benchEach(b *testing.B, run func(b *testing.B, s *store.Store)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, modelstest.SQLite(b)) })
	b.Run("mariadb", func(b *testing.B) { run(b, modelstest.MariaDB(b)) })
}

func parallel(b *testing.B, name string, read func() error) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := read(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func BenchmarkReads(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		b.Helper()
		ctx := b.Context()
		slug, cartID, product := benchShop(b, s)
		parallel(b, "session", func() error { _, err := s.Session(ctx, "cookie"); return err })
		parallel(b, "categories", func() error { _, err := s.Categories(ctx); return err })
		parallel(b, "product", func() error { _, err := s.Product(ctx, slug); return err })
		parallel(b, "cart", func() error { _, err := s.Cart(ctx, cartID); return err })
		parallel(b, "cards of a category", func() error {
			_, _, err := s.Cards(ctx, models.CardFilter{CategoryID: product.CategoryID, Limit: 24})
			return err
		})
		parallel(b, "cards of all", func() error { _, _, err := s.Cards(ctx, models.CardFilter{Limit: 24}); return err })
		parallel(b, "search", func() error {
			_, _, err := s.Cards(ctx, models.CardFilter{Search: "thing 陶杯", Limit: 24})
			return err
		})
		parallel(b, "coins", func() error { _, err := s.Coins(ctx); return err })
		parallel(b, "product page", func() error { // all that the page reads
			if _, err := s.Session(ctx, "cookie"); err != nil {
				return err
			}
			if _, err := s.Categories(ctx); err != nil {
				return err
			}
			_, err := s.Product(ctx, slug)
			return err
		})
	})
}

// BenchmarkPlacement is what one order costs the database before the platform is asked: order, line, whom it is counted for, reservation with
// its movement, attempt, and the cart emptied, in one transaction.
func BenchmarkPlacement(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		b.Helper()
		ctx := b.Context()
		_, cartID, product := benchShop(b, s)
		cart, err := s.Cart(ctx, cartID)
		require.NoError(b, err)
		parallel(b, "order", func() error {
			return s.Tx(ctx, func(tx *store.Store) error {
				o := modelstest.NewOrder(product, time.Now())
				if err := tx.InsertOrder(ctx, &o); err != nil {
					return err
				}
				for _, kind := range []models.HolderKind{models.HolderPayer, models.HolderEmail, models.HolderNetwork} {
					if err := tx.HoldUnpaid(ctx, o.ID, models.Holder{Kind: kind, Name: o.ID}, 3); err != nil {
						return err
					}
				}
				if err := tx.Reserve(ctx, o.ID, o.Lines); err != nil {
					return err
				}
				a := models.Attempt{
					OrderID: o.ID, Coin: "USDT", Amount: o.Total, Rate: models.AmountFromInt(1), DueAt: o.DueAt, Payer: models.Payer{UserID: "1"},
				}
				if err := tx.InsertAttempt(ctx, &a); err != nil {
					return err
				}
				return tx.ClearCart(ctx, cartID, cart.FormToken, cart.FormToken)
			})
		})
	})
}

func BenchmarkOrderPage(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		b.Helper()
		o := modelstest.Order(b, s)
		modelstest.Attempt(b, s, o)
		parallel(b, "by ref", func() error { _, err := s.OrderByRef(b.Context(), o.Ref); return err })
	})
}
