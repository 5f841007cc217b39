package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// correct changes what is on hand of a variant.
func correct(ctx context.Context, s *store.Store, variantID string, quantity int) error {
	return s.MoveStock(ctx, models.StockMovement{
		VariantID: variantID, Kind: models.MovementCorrection, Quantity: quantity, Note: "found", Who: "me@example.org",
	})
}

func TestMovements_WalkTheLedger(t *testing.T) {
	onClock(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		p := modelstest.Product(t, s, stocked(10, 10))
		a, b := p.Variants[0], p.Variants[1]
		began := clock.Now()
		for i := range 7 {
			clock.Advance(time.Second)
			require.NoError(t, correct(ctx, s, a.ID, 1+i))
		}
		o := newOrder(t, s, line(b, 2))
		require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
		var rows []models.MovementRow
		f := models.MovementFilter{Limit: 2}
		for first := true; first || f.After != ""; first = false {
			counted, count := modelstest.CountQueries(ctx)
			page, err := s.Movements(counted, f)
			require.NoError(t, err)
			require.Equal(t, 1, count.N())
			rows = append(rows, page.Rows...)
			f.After = page.Next
		}
		require.Len(t, rows, 10, "2 imports, 7 corrections, a reservation")
		sum := map[string]int{}
		for i, r := range rows {
			sum[r.VariantID] += r.Quantity
			assert.False(t, i > 0 && r.CreatedAt.After(rows[i-1].CreatedAt), "newest first")
		}
		assert.Equal(t, map[string]int{a.ID: 10 + 28, b.ID: 8}, sum, "on hand is the sum of the ledger")
		page, err := s.Movements(ctx, models.MovementFilter{Kind: models.MovementReservation})
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		assert.Equal(t, []string{o.NumberText, b.SKU, p.Title, ""}, []string{page.Rows[0].OrderNumber, page.Rows[0].Variant.SKU, page.Rows[0].Variant.ProductTitle, page.Rows[0].Who})
		page, err = s.Movements(ctx, models.MovementFilter{VariantID: a.ID, From: began.Add(time.Second), Until: began.Add(3 * time.Second)})
		require.NoError(t, err)
		require.Len(t, page.Rows, 2)
		assert.Equal(t, []any{"found", "me@example.org", 2}, []any{page.Rows[0].Note, page.Rows[0].Who, page.Rows[0].Quantity})
		_, err = s.Movements(ctx, models.MovementFilter{Kind: "theft"})
		require.ErrorIs(t, err, store.ErrFilter)
		_, err = s.Movements(ctx, models.MovementFilter{After: "x"})
		require.ErrorIs(t, err, store.ErrCursor)
	})
}

func TestSetStock_BooksOnlyDifferences(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := modelstest.Product(t, s, stocked(1, 2, 3))
		levels := []models.StockLevel{{VariantID: p.Variants[0].ID, OnHand: 5}, {VariantID: p.Variants[1].ID, OnHand: 2}, {VariantID: p.Variants[2].ID, OnHand: 0}, {VariantID: models.NewID(), OnHand: 1}}
		n, err := s.SetStock(ctx, levels, "a file", "me")
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		n, err = s.SetStock(ctx, levels, "a file", "me")
		require.NoError(t, err)
		assert.Zero(t, n, "the same again changes nothing")
		assert.Equal(t, [3]int{5, 0, 0}, stockOf(t, s, p.Variants[0].ID))
		levels[0].OnHand = 9
		levels[1].OnHand = -1
		_, err = s.SetStock(ctx, levels, "", "")
		_, ok := errors.AsType[*store.OutOfStockError](err)
		require.True(t, ok)
		assert.Equal(t, [3]int{5, 0, 0}, stockOf(t, s, p.Variants[0].ID), "all or none")
		requireSound(t, s)
	})
}

func TestStockList_LowAndEveryPage(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := category(t, s, "c", models.Category{})
		p := models.Product{ID: models.NewID(), Slug: "thing", Title: "Thing", CategoryIDs: []string{c.ID}, OptionNames: models.List{"Number"}}
		for i := range 9 {
			p.Variants = append(p.Variants, models.Variant{
				SKU: fmt.Sprintf("T-%d", i), Options: models.List{strconv.Itoa(i)}, OnHand: 8 - i, LowStock: 6 * (i % 2), Untracked: i == 7, Retired: i >= 8,
			})
		}
		saved(t, s, p)
		modelstest.Product(t, s)
		walk := func(f models.StockFilter) string {
			var skus strings.Builder
			f.Limit = 2
			for first := true; first || f.After != ""; first = false {
				page, err := s.StockList(ctx, f)
				require.NoError(t, err)
				for _, r := range page.Rows {
					skus.WriteString(r.SKU[len(r.SKU)-1:])
				}
				f.After = page.Next
			}
			return skus.String()
		}
		assert.Equal(t, "01234567", walk(models.StockFilter{CategoryID: c.ID}), "retired and empty: not there")
		assert.Equal(t, "76543210", walk(models.StockFilter{Search: "thing number", CategoryID: c.ID, Sort: models.StockByLeft})+
			walk(models.StockFilter{Search: "thing", CategoryID: c.ID, Sort: models.StockByLeft}), "a search for what nothing has, and one that finds all")
		assert.Equal(t, "356", walk(models.StockFilter{CategoryID: c.ID, Low: true, LowStock: 2}))
		n, err := s.LowStock(ctx, 2)
		require.NoError(t, err)
		assert.Equal(t, 3, n)
		page, err := s.StockList(ctx, models.StockFilter{CategoryID: c.ID, LowStock: 2})
		require.NoError(t, err)
		assert.Equal(t, []any{"3", true, 6, false}, []any{page.Rows[3].Title, page.Rows[3].Low, page.Rows[3].LowStock, page.Rows[2].Low})
		assert.True(t, page.Rows[7].Untracked)
		for _, f := range []models.StockFilter{{Sort: "x"}, {Limit: -1}} {
			_, err := s.StockList(ctx, f)
			require.ErrorIs(t, err, store.ErrFilter)
		}
		_, err = s.StockList(ctx, models.StockFilter{After: "!"})
		require.ErrorIs(t, err, store.ErrCursor)
	})
}

func TestReservations_EndFirstFirst(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := modelstest.Product(t, s, stocked(50, 50))
		var numbers []string
		for i := range 5 {
			o := newOrder(t, s, line(p.Variants[0], 1), line(p.Variants[1], 2))
			require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
			require.NoError(t, s.ExtendOrder(ctx, o.ID, time.Now().Add(time.Duration(10-i)*time.Hour), time.Now().Add(time.Hour)))
			numbers = append([]string{o.NumberText}, numbers...)
			if i == 0 {
				require.NoError(t, s.ReleaseReservation(ctx, o.ID))
				require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{}))
				numbers = nil
			}
		}
		var got []string
		held := 0
		f := models.ReservationFilter{Limit: 3}
		for first := true; first || f.After != ""; first = false {
			counted, count := modelstest.CountQueries(ctx)
			page, err := s.Reservations(counted, f)
			require.NoError(t, err)
			require.Equal(t, 1, count.N())
			for _, r := range page.Rows {
				held += r.Quantity
				if len(got) == 0 || got[len(got)-1] != r.OrderNumber {
					got = append(got, r.OrderNumber)
				}
				assert.Equal(t, models.OrderAwaiting, r.State)
			}
			f.After = page.Next
		}
		assert.Equal(t, numbers, got)
		assert.Equal(t, 12, held)
		page, err := s.Reservations(ctx, models.ReservationFilter{VariantID: p.Variants[1].ID})
		require.NoError(t, err)
		assert.Len(t, page.Rows, 4)
	})
}
