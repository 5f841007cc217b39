package payments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
)

// changeVariant stores the shop's product with its first variant changed.
func (s *shop) changeVariant(change func(p *models.Product, v *models.Variant)) {
	s.T.Helper()
	_, of, err := s.Store.Variant(s.T.Context(), s.Variant.ID)
	require.NoError(s.T, err)
	p, err := s.Store.ProductByID(s.T.Context(), of.ID)
	require.NoError(s.T, err)
	change(&p, &p.Variants[0])
	require.NoError(s.T, s.Store.PutProduct(s.T.Context(), p))
}

func TestPlace_ChargesThePriceOfTheMoment(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		from := s.Clock.Now().Add(time.Minute)
		s.changeVariant(func(_ *models.Product, v *models.Variant) {
			v.SalePrice, v.SaleFrom, v.SaleUntil = models.AmountFromInt(1), from, from.Add(time.Hour)
		})
		before := s.CartForm(2)
		s.Clock.Advance(time.Minute)
		_, err := s.Place(t.Context(), before)
		require.ErrorIs(t, err, payments.ErrCartChanged, "the form showed another price, even a higher one")
		p, err := s.Place(t.Context(), s.Form(before.CartID))
		require.NoError(t, err)
		order := s.Order(p.Ref)
		assert.Equal(t, []string{"1", "2"}, []string{order.Lines[0].UnitPrice.String(), order.Lines[0].Total.String()})
		require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
		s.Deliver()
		s.Work()
		during := s.CartForm(1)
		s.Clock.Advance(time.Hour)
		_, err = s.Place(t.Context(), during)
		require.ErrorIs(t, err, payments.ErrCartChanged, "the sale is over")
		s.AssertStock(48, 0, 2)
	})
}

func TestPlace_WhatIsNotCountedIsNeverReserved(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.changeVariant(func(_ *models.Product, v *models.Variant) { v.Untracked = true })
		order := s.PlaceOrder(70)
		s.AssertStock(50, 0, 0)
		require.NoError(t, s.Platform.Pay(order.Current().OrderNum))
		s.Deliver()
		s.Work()
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
		s.AssertStock(50, 0, 0)

		// Counted again while an order is open that reserved nothing: it is paid without stock.
		open := s.PlaceOrder(2)
		s.changeVariant(func(_ *models.Product, v *models.Variant) { v.Untracked = false })
		require.NoError(t, s.Platform.Pay(open.Current().OrderNum))
		s.Deliver()
		s.Work()
		assert.Equal(t, models.OrderPaid, s.Order(open.Ref).State)
		s.AssertStock(50, 0, 0)

		// And the other way round: what was promised while it was counted is sold as promised.
		held := s.PlaceOrder(1)
		s.AssertStock(49, 1, 0)
		s.changeVariant(func(_ *models.Product, v *models.Variant) { v.Untracked = true })
		require.NoError(t, s.Platform.Pay(held.Current().OrderNum))
		s.Deliver()
		s.Work()
		s.AssertStock(49, 0, 1)
		found, err := s.Store.Invariants(t.Context())
		require.NoError(t, err)
		assert.Empty(t, found)
	})
}

func TestPlace_WhatIsRetiredIsNotSold(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		open := s.PlaceOrder(1)
		in := s.CartForm(1)
		s.changeVariant(func(_ *models.Product, v *models.Variant) { v.Retired = true })
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrCartChanged)
		require.NoError(t, s.Platform.Pay(open.Current().OrderNum))
		s.Deliver()
		s.Work()
		assert.Equal(t, models.OrderPaid, s.Order(open.Ref).State, "an order that was there before is served")
		s.AssertStock(49, 0, 1)
		var inUse *store.VariantInUseError
		p, err := s.Store.ProductByID(t.Context(), s.product(t))
		require.NoError(t, err)
		p.Variants = append(p.Variants[1:], models.Variant{SKU: "OTHER"})
		require.ErrorAs(t, s.Store.SaveProduct(t.Context(), p), &inUse)
	})
}

// product is the id of the shop's product.
func (s *shop) product(t *testing.T) string {
	t.Helper()
	_, p, err := s.Store.Variant(t.Context(), s.Variant.ID)
	require.NoError(t, err)
	return p.ID
}
