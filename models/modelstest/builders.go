package modelstest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Coin stores a coin and returns it: USDT at rate 1 with 6 digits, changed by edits.
func Coin(tb testing.TB, s *store.Store, edits ...func(*models.Coin)) models.Coin {
	tb.Helper()
	now, err := s.Now(tb.Context())
	require.NoError(tb, err)
	c := models.Coin{
		Symbol: "USDT", Name: "Tether", Precision: 6, Rate: models.AmountFromInt(1), RateSource: "fixed", RateAt: now, Enabled: true,
	}
	for _, edit := range edits {
		edit(&c)
	}
	require.NoError(tb, s.PutCoin(tb.Context(), c))
	return c
}

// Product stores a product and returns it as stored: one variant at 25.50 with 10 in stock, in the category "things", changed by edits. A
// hidden product is returned as given, without the ids of its parts. Slug and SKU are unique unless an edit sets them.
func Product(tb testing.TB, s *store.Store, edits ...func(*models.Product)) models.Product {
	tb.Helper()
	ctx := tb.Context()
	word := models.NewRef()[:8]
	p := models.Product{
		Slug: "thing-" + word, Title: "Thing " + word, Summary: "A thing.", Description: "A thing for tests.",
		Category: models.Category{Slug: "things", Name: "Things"},
		Variants: []models.Variant{{SKU: "SKU-" + word, Price: models.MustAmount("25.5"), OnHand: 10}},
		Pictures: []models.Picture{{Source: "thing.svg", Alt: "A thing"}},
	}
	for _, edit := range edits {
		edit(&p)
	}
	require.NoError(tb, s.PutCategory(ctx, p.Category))
	require.NoError(tb, s.PutProduct(ctx, p))
	if p.Hidden {
		return p
	}
	stored, err := s.Product(ctx, p.Slug)
	require.NoError(tb, err)
	return stored
}

// Catalogue stores eight products and three coins, the same ones each time, for Store.SeedOrders.
func Catalogue(tb testing.TB, s *store.Store) {
	tb.Helper()
	category := models.Category{Slug: "made-up", Name: "Made up"}
	require.NoError(tb, s.PutCategory(tb.Context(), category))
	for i, price := range []string{"4.9", "12", "19.95", "25.5", "48", "99", "149.5", "310"} {
		name := fmt.Sprintf("Thing %d", i+1)
		require.NoError(tb, s.PutProduct(tb.Context(), models.Product{
			Slug: fmt.Sprintf("made-up-%d", i+1), Title: name, Summary: "Made up.", Description: "Made up, for a made-up history.",
			Category: category, Cover: "thing.svg", CoverAlt: name, Position: i,
			Variants: []models.Variant{{SKU: fmt.Sprintf("MADE-%02d", i+1), Price: models.MustAmount(price), OnHand: 100}},
			Pictures: []models.Picture{{Source: "thing.svg", Alt: name}},
		}))
	}
	Coins(tb, s)
}

// Coins stores USDT, BTC and ETH.
func Coins(tb testing.TB, s *store.Store) {
	tb.Helper()
	Coin(tb, s)
	for i, coin := range []models.Coin{
		{Symbol: "BTC", Name: "Bitcoin", Rate: models.AmountFromInt(65000)},
		{Symbol: "ETH", Name: "Ether", Rate: models.MustAmount("3120.5")},
	} {
		Coin(tb, s, func(c *models.Coin) {
			c.Symbol, c.Name, c.Rate, c.Precision, c.Position = coin.Symbol, coin.Name, coin.Rate, 8, i+1
		})
	}
}

// Item is a quantity of a variant.
type Item struct {
	Variant  models.Variant
	Quantity int
}

// Cart stores a cart with items at their prices.
func Cart(tb testing.TB, s *store.Store, items ...Item) models.Cart {
	tb.Helper()
	ctx := tb.Context()
	cart, err := s.CreateCart(ctx)
	require.NoError(tb, err)
	for _, item := range items {
		_, err := s.AddToCart(ctx, cart.ID, item.Variant.ID, item.Quantity, item.Variant.Price)
		require.NoError(tb, err)
	}
	cart, err = s.Cart(ctx, cart.ID)
	require.NoError(tb, err)
	return cart
}

// NewOrder returns an order of two pieces of the product's first variant. It does not store it.
func NewOrder(p models.Product, now time.Time) models.Order {
	v := p.Variants[0]
	const pieces = 2
	return models.Order{
		ID: models.NewID(), Ref: models.NewRef(), State: models.OrderAwaiting, Email: "shopper@example.com", Name: "A. Shopper",
		Lang: "en", Currency: "USD", Digits: 2, Total: v.Price.Times(pieces), Goods: `[{"name":"Thing","desc":"2"}]`,
		FormToken: models.NewRef(), CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(30 * time.Minute), EndsBy: now.Add(7 * 24 * time.Hour), DueAt: now.Add(30 * time.Minute),
		Lines: []models.OrderLine{{
			VariantID: v.ID, SKU: v.SKU, Slug: p.Slug, Title: p.Title, VariantTitle: v.Title, ShopTitle: p.Title, ShopVariant: v.Title, Cover: p.Cover,
			UnitPrice: v.Price, Quantity: pieces, Total: v.Price.Times(pieces),
		}},
	}
}

// Order stores an order of a new product, awaiting payment and with stock reserved, changed by edits.
func Order(tb testing.TB, s *store.Store, edits ...func(*models.Order)) models.Order {
	tb.Helper()
	ctx := tb.Context()
	now, err := s.Now(ctx)
	require.NoError(tb, err)
	o := NewOrder(Product(tb, s), now)
	for _, edit := range edits {
		edit(&o)
	}
	require.NoError(tb, s.Tx(ctx, func(tx *store.Store) error {
		if err := tx.InsertOrder(ctx, &o); err != nil {
			return err
		}
		return tx.Reserve(ctx, o.ID, o.Lines)
	}))
	return o
}

// Attempt stores an attempt to pay an order, created and due now, changed by edits.
func Attempt(tb testing.TB, s *store.Store, o models.Order, edits ...func(*models.Attempt)) models.Attempt {
	tb.Helper()
	ctx := tb.Context()
	now, err := s.Now(ctx)
	require.NoError(tb, err)
	a := models.Attempt{
		ID: models.NewID(), OrderID: o.ID, AppOrderID: models.NewRef(), State: models.AttemptCreated, Coin: "USDT", Amount: o.Total,
		Rate: models.AmountFromInt(1), RateSource: "fixed", RateAt: now, Payer: models.Payer{UserID: "10001"},
		CreatedAt: now, UpdatedAt: now, DueAt: now,
	}
	for _, edit := range edits {
		edit(&a)
	}
	require.NoError(tb, s.InsertAttempt(ctx, &a))
	return a
}

// Paid stores an order of a new product and its payment, with the attempt, evidence, stock and history that the money path would leave. It
// returns order and attempt as stored.
func Paid(tb testing.TB, s *store.Store, edits ...func(*models.Order)) (models.Order, models.Attempt) {
	tb.Helper()
	ctx := tb.Context()
	o := Order(tb, s, edits...)
	a := Attempt(tb, s, o)
	now, err := s.Now(ctx)
	require.NoError(tb, err)
	number := models.NewRef()
	require.NoError(tb, s.Tx(ctx, func(tx *store.Store) error {
		err := tx.AddEvidence(ctx, &models.Evidence{
			AttemptID: a.ID, OrderID: o.ID, Source: models.SourceQuery, Verified: true, AppOrderID: a.AppOrderID, OrderNum: number,
			Status: "3", Coin: a.Coin, Amount: a.Amount.String(),
		})
		if err != nil {
			return err
		}
		attempt := store.AttemptChange{OrderNum: new(number), PaidAt: new(now), Received: new(a.Amount), Worth: new(o.Total)}
		if err := tx.MoveAttempt(ctx, a.ID, a.State, models.AttemptPaid, attempt, models.Transition{Cause: "query"}); err != nil {
			return err
		}
		if err := tx.SellReservation(ctx, o.ID); err != nil {
			return err
		}
		order := store.OrderChange{PaidAttemptID: new(a.ID), PaidAt: new(now)}
		return tx.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderPaid, order, models.Transition{Cause: "query"})
	}))
	o, err = s.Order(ctx, o.ID)
	require.NoError(tb, err)
	return o, *o.Current()
}

// Staff stores an owner of the back office, changed by edits.
func Staff(tb testing.TB, s *store.Store, edits ...func(*models.Staff)) models.Staff {
	tb.Helper()
	m := models.Staff{
		Email: "staff-" + strings.ToLower(models.NewRef()[:8]) + "@example.com", Name: "S. Taff", Role: models.RoleOwner, Lang: "en",
		PasswordHash: "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", TOTP: "JBSWY3DPEHPK3PXP",
	}
	for _, edit := range edits {
		edit(&m)
	}
	require.NoError(tb, s.CreateStaff(tb.Context(), &m))
	return m
}

// OrderFile reads all that is known of an order.
func OrderFile(tb testing.TB, s *store.Store, orderID string) models.OrderFile {
	tb.Helper()
	f, err := s.OrderFile(tb.Context(), orderID)
	require.NoError(tb, err)
	return f
}

// Ship records that all pieces of an order were sent.
func Ship(tb testing.TB, s *store.Store, o models.Order) models.Shipment {
	tb.Helper()
	sh := models.Shipment{OrderID: o.ID, Number: "TRACK-1", FormToken: models.NewRef()}
	for _, l := range o.Lines {
		sh.Lines = append(sh.Lines, models.ShipmentLine{OrderLineID: l.ID, Quantity: l.Quantity})
	}
	require.NoError(tb, s.InsertShipment(tb.Context(), &sh))
	return sh
}
