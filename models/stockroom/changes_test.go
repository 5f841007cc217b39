package stockroom_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/stockroom"
	"github.com/coincart/coincart/models/store"
)

func me() models.Actor { return models.Actor{Who: "me@example.org"} }

// entries returns the entries of the audit log, newest first: action, subject, before and after.
func entries(t *testing.T, s *store.Store) []string {
	t.Helper()
	list, err := s.Audit(t.Context(), models.AuditFilter{Limit: models.MaxPageRows})
	require.NoError(t, err)
	var texts []string
	for _, e := range list {
		assert.Equal(t, me().Who, e.Who)
		texts = append(texts, e.Action+" "+e.Subject+" "+e.Before+" "+e.After)
	}
	return texts
}

// stocked makes the variants of a product, with these numbers on hand.
func stocked(onHand ...int) func(*models.Product) {
	return func(p *models.Product) {
		p.Variants = nil
		for _, n := range onHand {
			p.Variants = append(p.Variants, models.Variant{SKU: models.NewRef(), Price: models.AmountFromInt(2), OnHand: n})
		}
	}
}

func line(v models.Variant, quantity int) models.OrderLine {
	unit := models.AmountFromInt(2)
	return models.OrderLine{VariantID: v.ID, SKU: v.SKU, Quantity: quantity, UnitPrice: unit, Total: unit.Times(quantity)}
}

// reserved stores an order of these lines, with its stock reserved.
func reserved(t *testing.T, s *store.Store, lines ...models.OrderLine) models.Order {
	t.Helper()
	return modelstest.Order(t, s, func(o *models.Order) {
		o.Lines, o.Total = lines, models.Amount{}
		for _, l := range lines {
			o.Total = o.Total.Add(l.Total)
		}
	})
}

// stockOf returns what is on hand, reserved and sold of a variant.
func stockOf(t *testing.T, s *store.Store, id string) [3]int {
	t.Helper()
	v, _, err := s.Variant(t.Context(), id)
	require.NoError(t, err)
	return [3]int{v.OnHand, v.Reserved, v.Sold}
}

func requireSound(t *testing.T, s *store.Store) {
	t.Helper()
	found, err := s.Invariants(t.Context())
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestCorrectStock_ByDifferenceOrByCount(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		editor := stockroom.NewEditor(s)
		v := modelstest.Product(t, s, stocked(10)).Variants[0]
		o := reserved(t, s, line(v, 3))
		correct := func(c models.StockCorrection) error {
			c.VariantID, c.Note = v.ID, "why"
			return editor.CorrectStock(ctx, me(), c)
		}
		for range 2 {
			require.NoError(t, correct(models.StockCorrection{Quantity: -2, Token: "one form"}))
		}
		assert.Equal(t, [3]int{5, 3, 0}, stockOf(t, s, v.ID))
		require.NoError(t, correct(models.StockCorrection{Counted: true, Quantity: 12}))
		assert.Equal(t, [3]int{9, 3, 0}, stockOf(t, s, v.ID), "12 on the shelf, 3 of them promised")
		require.ErrorIs(t, correct(models.StockCorrection{Counted: true, Quantity: 12}), store.ErrMovement, "nothing to correct")
		require.ErrorIs(t, correct(models.StockCorrection{}), store.ErrMovement)
		short, ok := errors.AsType[*store.OutOfStockError](correct(models.StockCorrection{Counted: true, Quantity: 2}))
		require.True(t, ok, "less than is promised")
		assert.Equal(t, 9, short.Left)
		_, ok = errors.AsType[*store.OutOfStockError](correct(models.StockCorrection{Returned: true, Quantity: 1}))
		require.True(t, ok, "nothing was sold")
		require.NoError(t, s.SellReservation(ctx, o.ID))
		require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderReview, store.OrderChange{}, models.Transition{}))
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewLatePayment, Subject: o.ID, OrderID: o.ID}))
		require.NoError(t, correct(models.StockCorrection{Returned: true, Quantity: 1}))
		require.ErrorIs(t, correct(models.StockCorrection{Returned: true, Quantity: -1}), store.ErrMovement)
		assert.Equal(t, [3]int{10, 0, 2}, stockOf(t, s, v.ID))
		require.ErrorIs(t, editor.CorrectStock(ctx, me(), models.StockCorrection{VariantID: models.NewID(), Quantity: 1}), store.ErrNotFound)
		assert.Equal(t, []string{
			"stock.correct " + v.SKU + ` {"on_hand":"9"} {"kind":"return","note":"why","on_hand":"10"}`,
			"stock.correct " + v.SKU + ` {"on_hand":"5"} {"kind":"correction","note":"why","on_hand":"9"}`,
			"stock.correct " + v.SKU + ` {"on_hand":"7"} {"kind":"correction","note":"why","on_hand":"5"}`,
		}, entries(t, s), "what was refused is not in the log")
		requireSound(t, s)
	})
}

func TestCorrectStock_BoundsWhatIsOnHand(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		v := modelstest.Product(t, s).Variants[0] // 10 are there
		add := func(n int) error {
			return stockroom.NewEditor(s).CorrectStock(t.Context(), me(), models.StockCorrection{VariantID: v.ID, Quantity: n, Note: "many"})
		}
		require.NoError(t, add(models.MaxStock-10))
		for range 3 {
			require.ErrorIs(t, add(1), stockroom.ErrTooMuchStock)
			require.ErrorIs(t, add(models.MaxStock), stockroom.ErrTooMuchStock)
		}
		require.NoError(t, add(-1))
		requireSound(t, s)
	})
}

func TestCount_KeepsWhatIsSoldMeanwhile(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		editor := stockroom.NewEditor(s)
		p := modelstest.Product(t, s, stocked(5, 5, 5, 5), func(p *models.Product) {
			p.Category, p.Variants[3].Untracked = models.Category{Slug: "shirts", Name: "Shirts"}, true
		})
		modelstest.Product(t, s)
		held := reserved(t, s, line(p.Variants[0], 2))
		count, err := editor.BeginCount(ctx, me(), "one form", "March", p.CategoryID)
		require.NoError(t, err)
		assert.Equal(t, 3, count.Lines, "what is not counted is not on the sheet")
		twice, err := editor.BeginCount(ctx, me(), "one form", "March", p.CategoryID)
		require.NoError(t, err)
		assert.Equal(t, count.ID, twice.ID, "a second press of the button")
		page, err := s.CountLines(ctx, count.ID, "", 2)
		require.NoError(t, err)
		require.Len(t, page.Lines, 2)
		assert.Equal(t, []any{5, 2, false}, []any{page.Lines[0].Expected, page.Lines[0].Reserved, page.Lines[0].Done}, "3 to sell, 2 promised")
		rest, err := s.CountLines(ctx, count.ID, page.Next, 2)
		require.NoError(t, err)
		require.Len(t, rest.Lines, 1)
		assert.Empty(t, rest.Next)

		require.NoError(t, editor.EnterCounts(ctx, count.ID, map[string]int{p.Variants[0].ID: 4, p.Variants[1].ID: 5}))
		sold := reserved(t, s, line(p.Variants[0], 3), line(p.Variants[2], 1)) // sold after it was counted
		require.NoError(t, s.SellReservation(ctx, sold.ID))
		require.NoError(t, s.MoveOrder(ctx, sold.ID, models.OrderAwaiting, models.OrderReview, store.OrderChange{}, models.Transition{}))
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewLatePayment, Subject: sold.ID, OrderID: sold.ID}))
		require.NoError(t, editor.EnterCounts(ctx, count.ID, map[string]int{p.Variants[0].ID: 4, p.Variants[2].ID: 4}))
		page, err = s.CountLines(ctx, count.ID, "", 0)
		require.NoError(t, err)
		assert.Equal(t, []any{5, 4, true}, []any{page.Lines[0].Expected, page.Lines[0].Counted, page.Lines[0].Done}, "as it was when it was counted")
		assert.Equal(t, []any{4, 4}, []any{page.Lines[2].Expected, page.Lines[2].Counted})
		count, err = s.StockCount(ctx, count.ID)
		require.NoError(t, err)
		assert.Equal(t, []int{3, 3, 1}, []int{count.Lines, count.Counted, count.Different})

		_, err = editor.BookCount(ctx, me(), count.ID, count.Version-1)
		require.ErrorIs(t, err, store.ErrConflict)
		_, err = editor.BookCount(ctx, me(), count.ID, count.Version)
		_, ok := errors.AsType[*store.OutOfStockError](err)
		require.True(t, ok, "the last one is promised: one of the orders cannot be served")
		require.NoError(t, s.ReleaseReservation(ctx, held.ID))
		require.NoError(t, s.MoveOrder(ctx, held.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{}))
		n, err := editor.BookCount(ctx, me(), count.ID, count.Version)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		assert.Equal(t, [3]int{1, 0, 3}, stockOf(t, s, p.Variants[0].ID), "4 were counted, 3 of them have left since")
		for _, err := range []error{
			editor.EnterCounts(ctx, count.ID, nil), editor.DropCount(ctx, me(), count.ID), second(editor.BookCount(ctx, me(), count.ID, count.Version+1)),
		} {
			require.ErrorIs(t, err, store.ErrConflict, "it is booked")
		}
		require.ErrorIs(t, editor.EnterCounts(ctx, models.NewID(), nil), store.ErrNotFound)

		dropped, err := editor.BeginCount(ctx, me(), "", "April", "")
		require.NoError(t, err)
		require.NoError(t, editor.EnterCounts(ctx, dropped.ID, map[string]int{p.Variants[1].ID: 0}))
		require.NoError(t, editor.EnterCounts(ctx, dropped.ID, map[string]int{p.Variants[1].ID: -1}))
		require.NoError(t, editor.DropCount(ctx, me(), dropped.ID))
		counts, err := s.StockCounts(ctx)
		require.NoError(t, err)
		require.Len(t, counts, 2)
		assert.Equal(t, [3]int{5, 0, 0}, stockOf(t, s, p.Variants[1].ID))
		_, err = editor.BeginCount(ctx, me(), "", "Nothing", models.NewID())
		require.ErrorIs(t, err, store.ErrFilter)
		assert.Equal(t, []string{
			`stock.count April {"state":"open"} {"corrected":"0","state":"dropped"}`,
			`stock.count April  {"state":"open"}`,
			`stock.count March {"state":"open"} {"corrected":"1","state":"booked"}`,
			`stock.count March  {"state":"open"}`,
		}, entries(t, s), "what was refused is not in the log")
		requireSound(t, s)
	})
}

func second(_ int, err error) error { return err }
