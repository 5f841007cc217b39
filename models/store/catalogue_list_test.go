package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestDeleteProduct_LeavesNothingBehind(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := category(t, s, "c", models.Category{})
		p := saved(t, s, shirt(c.ID))
		p.Slug = "renamed"
		p = saved(t, s, p)
		modelstest.Cart(t, s, modelstest.Item{Variant: p.Variants[0], Quantity: 1})
		require.NoError(t, s.DeleteProduct(ctx, p.ID))
		require.ErrorIs(t, s.DeleteProduct(ctx, p.ID), store.ErrNotFound)
		_, total, err := s.Cards(ctx, models.CardFilter{Search: "shirt"})
		require.NoError(t, err)
		assert.Zero(t, total)
		tags, err := s.Tags(ctx)
		require.NoError(t, err)
		assert.Empty(t, tags)
		requireSound(t, s)
		saved(t, s, shirt(c.ID))
	})
}

func TestMoveProduct_PutsItBeforeAnother(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := category(t, s, "a", models.Category{}), category(t, s, "b", models.Category{})
		ids := map[string]string{}
		names := map[string]string{}
		for i, name := range []string{"1", "2", "3", "4", "5"} {
			p := shirt(a.ID)
			p.ID, p.Slug, p.OptionNames, p.Variants = models.NewID(), "p"+name, nil, []models.Variant{{SKU: name}}
			if i > 2 {
				p.CategoryIDs = []string{b.ID}
			}
			ids[name] = saved(t, s, p).ID
			names[p.ID] = name
		}
		order := func() string {
			page, err := s.Products(ctx, models.ProductFilter{})
			require.NoError(t, err)
			var b strings.Builder
			for _, r := range page.Rows {
				b.WriteString(names[r.ID])
			}
			return b.String()
		}
		require.Equal(t, "12345", order(), "new ones come last")
		for _, move := range []struct{ id, category, before, want string }{
			{"5", "", "1", "51234"},
			{"5", "", "3", "12534"},
			{"5", "", "3", "12534"},
			{"4", "", "3", "12543"},
			{"1", a.ID, "", "25431"},
			{"2", b.ID, "", "54231"},
			{"5", "", "", "42315"},
			{"1", "", "1", "42315"},
		} {
			require.NoError(t, s.MoveProduct(ctx, ids[move.id], move.category, ids[move.before]))
			assert.Equal(t, move.want, order(), "%+v", move)
		}
		require.ErrorIs(t, s.MoveProduct(ctx, models.NewID(), "", ids["1"]), store.ErrNotFound)
		require.ErrorIs(t, s.MoveProduct(ctx, ids["1"], "", models.NewID()), store.ErrNotFound)
	})
}

func TestProducts_FilterAndWalkEveryPage(t *testing.T) {
	onClock(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		top := category(t, s, "top", models.Category{})
		branchPattern := category(t, s, "below", top)
		for i := range 23 {
			clock.Advance(time.Second)
			p := models.Product{
				Slug: fmt.Sprintf("p%02d", i), Title: fmt.Sprintf("Thing %02d", (i*7)%23), CategoryIDs: []string{top.ID}, Hidden: i%5 == 0, Featured: i%2 == 0,
				Variants: []models.Variant{{SKU: fmt.Sprintf("K%02d", i), Price: models.AmountFromInt(3), OnHand: i, LowStock: 20 * (i % 2)}},
			}
			if i%3 == 0 {
				p.CategoryIDs, p.Tags = []string{branchPattern.ID}, []string{"tagged"}
			}
			require.NoError(t, s.SaveProduct(ctx, p))
		}
		walk := func(f models.ProductFilter) []string {
			var list []string
			f.Limit = 4
			for first := true; first || f.After != ""; first = false {
				counted, count := modelstest.CountQueries(ctx)
				page, err := s.Products(counted, f)
				require.NoError(t, err)
				require.LessOrEqual(t, count.N(), 3)
				for _, r := range page.Rows {
					require.NotContains(t, list, r.Slug, "on one page only")
					list = append(list, r.Slug)
				}
				f.After = page.Next
			}
			return list
		}
		assert.Len(t, walk(models.ProductFilter{}), 23)
		assert.Equal(t, "p00", walk(models.ProductFilter{})[0])
		assert.Equal(t, "p00", walk(models.ProductFilter{Sort: models.ProductsByTitle})[0])
		assert.Equal(t, "p10", walk(models.ProductFilter{Sort: models.ProductsByTitle})[1], "Thing 01")
		assert.Equal(t, "p22", walk(models.ProductFilter{Sort: models.ProductsByUpdate})[0])
		assert.Equal(t, "p22", walk(models.ProductFilter{Sort: models.ProductsByCreation})[0])
		assert.Len(t, walk(models.ProductFilter{CategoryID: top.ID}), 23, "with what is below it")
		assert.Len(t, walk(models.ProductFilter{CategoryID: branchPattern.ID}), 8)
		assert.Len(t, walk(models.ProductFilter{Tag: "tagged"}), 8)
		assert.Len(t, walk(models.ProductFilter{Shown: models.ShownHidden}), 5)
		assert.Len(t, walk(models.ProductFilter{Shown: models.ShownPublished, Featured: true}), 9)
		assert.Len(t, walk(models.ProductFilter{Search: "thing"}), 23)
		assert.Len(t, walk(models.ProductFilter{Search: "thing", Sort: models.ProductsByTitle}), 23)
		assert.Equal(t, []string{"p03"}, walk(models.ProductFilter{Search: "k03"}))
		assert.Len(t, walk(models.ProductFilter{OnlyLow: true, LowStock: 3}), 2+10, "0 and 2 by the shop's limit, the odd ones below 21 by their own")
		for _, f := range []models.ProductFilter{{Sort: "price"}, {Shown: "x"}, {Limit: 101}} {
			_, err := s.Products(ctx, f)
			require.ErrorIs(t, err, store.ErrFilter)
		}
		page, err := s.Products(ctx, models.ProductFilter{Limit: 1})
		require.NoError(t, err)
		_, err = s.Products(ctx, models.ProductFilter{After: page.Next, Sort: models.ProductsByTitle})
		require.ErrorIs(t, err, store.ErrCursor)
		tags, err := s.Tags(ctx)
		require.NoError(t, err)
		assert.Equal(t, []models.TagCount{{Tag: "tagged", Products: 8, Published: 6}}, tags)
		cards, total, err := s.Cards(ctx, models.CardFilter{Tag: "tagged", CategoryID: top.ID})
		require.NoError(t, err)
		assert.Len(t, cards, 6)
		assert.Equal(t, 6, total)
	})
}
