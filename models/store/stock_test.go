package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// stockOf reads a variant's numbers: on hand, reserved, sold.
func stockOf(t *testing.T, s *store.Store, id string) [3]int {
	t.Helper()
	v, _, err := s.Variant(t.Context(), id)
	require.NoError(t, err)
	return [3]int{v.OnHand, v.Reserved, v.Sold}
}

// requireSound requires that no invariant about stock, sums or history is broken.
func requireSound(t *testing.T, s *store.Store) {
	t.Helper()
	found, err := s.Invariants(t.Context())
	require.NoError(t, err)
	require.Empty(t, found)
}

// newOrder stores an order of some pieces of variants, without reserving.
func newOrder(tb testing.TB, s *store.Store, lines ...models.OrderLine) models.Order {
	tb.Helper()
	now := time.Now()
	o := models.Order{
		FormToken: models.NewRef(), Currency: "USD", Digits: 2, CreatedAt: now, ExpiresAt: now.Add(time.Hour), EndsBy: now.Add(24 * time.Hour), DueAt: now.Add(time.Hour),
		Lines: lines,
	}
	for i := range o.Lines {
		o.Lines[i].UnitPrice = models.AmountFromInt(2)
		o.Lines[i].Total = o.Lines[i].UnitPrice.Times(o.Lines[i].Quantity)
		o.Total = o.Total.Add(o.Lines[i].Total)
	}
	require.NoError(tb, s.InsertOrder(tb.Context(), &o))
	return o
}

func line(v models.Variant, quantity int) models.OrderLine {
	return models.OrderLine{VariantID: v.ID, SKU: v.SKU, Quantity: quantity}
}

func stocked(onHand ...int) func(*models.Product) {
	return func(p *models.Product) {
		p.Variants = nil
		for _, n := range onHand {
			p.Variants = append(p.Variants, models.Variant{SKU: models.NewRef(), Price: models.AmountFromInt(2), OnHand: n})
		}
	}
}

func TestReserve_200BuyersOf50ReserveExactly50(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		v := modelstest.Product(t, s, stocked(50)).Variants[0]
		var reserved atomic.Int32
		var buyers errgroup.Group
		for range 200 {
			buyers.Go(func() error {
				return s.Tx(t.Context(), func(tx *store.Store) error {
					o := newOrder(t, tx, line(v, 1))
					err := tx.Reserve(t.Context(), o.ID, o.Lines)
					if err == nil {
						reserved.Add(1)
					}
					return err
				})
			})
		}
		err := buyers.Wait()
		gone, ok := errors.AsType[*store.OutOfStockError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, store.OutOfStockError{VariantID: v.ID, SKU: v.SKU, Wanted: 1, Left: 0}, *gone)
		assert.Equal(t, [3]int{0, 50, 0}, stockOf(t, s, v.ID))
		requireSound(t, s)
	})
}

func TestReserve_AllLinesOrNone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := modelstest.Product(t, s, stocked(5, 5, 1))
		a, b, c := p.Variants[0], p.Variants[1], p.Variants[2]
		o := newOrder(t, s, line(a, 2), line(b, 1), line(c, 2))
		var gone *store.OutOfStockError
		err := s.Tx(ctx, func(tx *store.Store) error {
			err := tx.Reserve(ctx, o.ID, o.Lines)
			require.ErrorAs(t, err, &gone)
			return tx.PutSetting(ctx, "the transaction", "goes on")
		})
		require.NoError(t, err)
		assert.Equal(t, store.OutOfStockError{VariantID: c.ID, SKU: c.SKU, Wanted: 2, Left: 1}, *gone)
		for _, v := range p.Variants {
			assert.Equal(t, [3]int{v.OnHand, 0, 0}, stockOf(t, s, v.ID))
		}
		require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{}))
		requireSound(t, s)

		twice := newOrder(t, s, line(a, 2), line(a, 1), line(b, 5))
		require.NoError(t, s.Reserve(ctx, twice.ID, twice.Lines), "the same variant on two lines")
		assert.Equal(t, [3]int{2, 3, 0}, stockOf(t, s, a.ID))
		assert.Equal(t, [3]int{0, 5, 0}, stockOf(t, s, b.ID))
		require.ErrorIs(t, s.Reserve(ctx, twice.ID, twice.Lines[:1]), store.ErrDuplicate)
		assert.Equal(t, [3]int{2, 3, 0}, stockOf(t, s, a.ID))

		unknown := newOrder(t, s, models.OrderLine{VariantID: models.NewID(), Quantity: 1})
		require.ErrorIs(t, s.Reserve(ctx, unknown.ID, unknown.Lines), store.ErrNotFound)
	})
}

func TestReleaseAndSell_MayBeRepeated(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		v := modelstest.Product(t, s, stocked(10)).Variants[0]
		sold, released := newOrder(t, s, line(v, 3)), newOrder(t, s, line(v, 2))
		require.NoError(t, s.Reserve(ctx, sold.ID, sold.Lines))
		require.NoError(t, s.Reserve(ctx, released.ID, released.Lines))
		for range 3 {
			require.NoError(t, s.SellReservation(ctx, sold.ID))
			require.NoError(t, s.ReleaseReservation(ctx, released.ID))
		}
		require.NoError(t, s.ReleaseReservation(ctx, sold.ID), "what is sold stays sold")
		assert.Equal(t, [3]int{7, 0, 3}, stockOf(t, s, v.ID))
		require.NoError(t, s.SellReservation(ctx, released.ID), "late money takes stock again")
		assert.Equal(t, [3]int{5, 0, 5}, stockOf(t, s, v.ID))
		require.NoError(t, s.SellReservation(ctx, models.NewID()), "nothing reserved, nothing to do")
	})
}

func TestSell_OfReleasedStockThatIsGoneChangesNothing(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := modelstest.Product(t, s, stocked(4, 4, 1))
		late := newOrder(t, s, line(p.Variants[0], 1), line(p.Variants[1], 1), line(p.Variants[2], 1))
		require.NoError(t, s.Reserve(ctx, late.ID, late.Lines))
		require.NoError(t, s.ReleaseReservation(ctx, late.ID))
		for _, v := range p.Variants {
			quick := newOrder(t, s, line(v, 1))
			require.NoError(t, s.Reserve(ctx, quick.ID, quick.Lines))
		}
		before := [][3]int{stockOf(t, s, p.Variants[0].ID), stockOf(t, s, p.Variants[1].ID), stockOf(t, s, p.Variants[2].ID)}
		var gone *store.OutOfStockError
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			require.ErrorAs(t, tx.SellReservation(ctx, late.ID), &gone)
			for _, to := range []models.OrderState{models.OrderExpired, models.OrderReview} {
				from := models.OrderAwaiting
				if to == models.OrderReview {
					from = models.OrderExpired
				}
				if err := tx.MoveOrder(ctx, late.ID, from, to, store.OrderChange{}, models.Transition{Cause: "late"}); err != nil {
					return err
				}
			}
			return openCase(ctx, tx, late.ID)
		}))
		assert.Equal(t, p.Variants[2].SKU, gone.SKU)
		assert.Equal(t, before, [][3]int{stockOf(t, s, p.Variants[0].ID), stockOf(t, s, p.Variants[1].ID), stockOf(t, s, p.Variants[2].ID)})
		requireSound(t, s)
		require.NoError(t, s.MoveStock(ctx, models.StockMovement{VariantID: p.Variants[2].ID, Kind: models.MovementImport, Quantity: 1}))
		require.NoError(t, s.SellReservation(ctx, late.ID), "stock came in")
		assert.Equal(t, [3]int{0, 1, 1}, stockOf(t, s, p.Variants[2].ID))
	})
}

// Buyers who reserve, pay and give up several variants at once, in any order: nothing is lost, nothing deadlocks for good.
func TestStock_ManyOrdersAtOnceStaySound(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		p := modelstest.Product(t, s, stocked(40, 30, 20, 10))
		var buyers errgroup.Group
		buyers.SetLimit(24)
		for i := range 120 {
			buyers.Go(func() error {
				var lines []models.OrderLine
				for _, n := range rand.Perm(len(p.Variants))[:1+i%3] {
					lines = append(lines, line(p.Variants[n], 1+i%2))
				}
				var o models.Order
				err := s.Tx(t.Context(), func(tx *store.Store) error {
					o = newOrder(t, tx, lines...)
					return tx.Reserve(t.Context(), o.ID, o.Lines)
				})
				if _, ok := errors.AsType[*store.OutOfStockError](err); ok {
					return nil
				}
				if err != nil {
					return err
				}
				end := func(tx *store.Store) error { return tx.ReleaseReservation(t.Context(), o.ID) }
				to := models.OrderExpired
				if i%2 == 0 {
					end, to = func(tx *store.Store) error { return tx.SellReservation(t.Context(), o.ID) }, models.OrderReview
				}
				var both errgroup.Group // two workers at the same order: one wins
				for range 2 {
					both.Go(func() error {
						err := s.Tx(t.Context(), func(tx *store.Store) error {
							if err := end(tx); err != nil {
								return err
							}
							if to == models.OrderReview {
								if err := openCase(t.Context(), tx, o.ID); err != nil {
									return err
								}
							}
							return tx.MoveOrder(t.Context(), o.ID, models.OrderAwaiting, to, store.OrderChange{}, models.Transition{Cause: "test"})
						})
						if errors.Is(err, store.ErrConflict) {
							return nil
						}
						return err
					})
				}
				return both.Wait()
			})
		}
		require.NoError(t, buyers.Wait())
		requireSound(t, s)
		for _, v := range p.Variants {
			got := stockOf(t, s, v.ID)
			assert.Zero(t, got[1], "nothing stays reserved")
			assert.Equal(t, v.OnHand, got[0]+got[2])
		}
	})
}

// openCase opens the case that an order in review needs.
func openCase(ctx context.Context, s *store.Store, orderID string) error {
	return s.OpenReview(ctx, models.Review{Kind: models.ReviewLatePayment, Subject: orderID, OrderID: orderID})
}

func TestMoveStock_NeverBelowNothing(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		v := modelstest.Product(t, s, stocked(5)).Variants[0]
		move := func(kind models.MovementKind, n int) error {
			return s.MoveStock(ctx, models.StockMovement{VariantID: v.ID, Kind: kind, Quantity: n, Note: longText(2000)})
		}
		require.NoError(t, move(models.MovementCorrection, -2))
		require.NoError(t, move(models.MovementImport, 4))
		var gone *store.OutOfStockError
		require.ErrorAs(t, move(models.MovementCorrection, -8), &gone)
		assert.Equal(t, store.OutOfStockError{VariantID: v.ID, SKU: v.SKU, Wanted: 8, Left: 7}, *gone)
		for _, kind := range []models.MovementKind{models.MovementSale, models.MovementRelease, models.MovementReservation, "theft", ""} {
			require.ErrorIs(t, move(kind, 1), store.ErrMovement, kind)
		}
		assert.Equal(t, [3]int{7, 0, 0}, stockOf(t, s, v.ID))
		o := newOrder(t, s, line(v, 2))
		require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
		require.NoError(t, s.SellReservation(ctx, o.ID))
		require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderReview, store.OrderChange{}, models.Transition{}))
		require.NoError(t, openCase(ctx, s, o.ID))
		require.NoError(t, move(models.MovementReturn, 1))
		assert.Equal(t, [3]int{6, 0, 1}, stockOf(t, s, v.ID))
		require.ErrorAs(t, move(models.MovementReturn, 2), &gone, "more comes back than was sold")
		requireSound(t, s)
		err := s.MoveStock(ctx, models.StockMovement{VariantID: models.NewID(), Kind: models.MovementImport, Quantity: 1})
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}
