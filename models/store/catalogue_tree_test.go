package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// paths are the categories in the order of the tree, as "A > B".
func paths(tb testing.TB, s *store.Store) string {
	tb.Helper()
	list, err := s.Categories(tb.Context())
	require.NoError(tb, err)
	var all []string
	for _, node := range models.Flatten(models.Tree(list)) {
		all = append(all, node.Path)
	}
	return strings.Join(all, ", ")
}

func TestCategories_MoveInTheTree(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := category(t, s, "a", models.Category{})
		b := category(t, s, "b", a)
		c := category(t, s, "c", b)
		d := category(t, s, "d", models.Category{})
		require.Equal(t, "A, A > B, A > B > C, D", paths(t, s))
		require.NoError(t, s.MoveCategory(ctx, b.ID, d.ID, ""))
		assert.Equal(t, "A, D, D > B, D > B > C", paths(t, s))
		require.NoError(t, s.MoveCategory(ctx, d.ID, "", a.ID))
		assert.Equal(t, "D, D > B, D > B > C, A", paths(t, s))
		for _, move := range [][2]string{{d.ID, c.ID}, {d.ID, d.ID}, {a.ID, models.NewID()}} {
			require.ErrorIs(t, s.MoveCategory(ctx, move[0], move[1], ""), store.ErrTree)
		}
		require.ErrorIs(t, s.MoveCategory(ctx, models.NewID(), "", ""), store.ErrNotFound)
		require.ErrorIs(t, s.MoveCategory(ctx, a.ID, "", c.ID), store.ErrNotFound, "it is elsewhere")

		e := category(t, s, "e", c)
		f := category(t, s, "f", e)
		require.ErrorIs(t, s.SaveCategory(ctx, models.Category{Slug: "g", Name: "G", ParentID: f.ID}), store.ErrTree, "too deep")
		require.ErrorIs(t, s.MoveCategory(ctx, d.ID, a.ID, ""), store.ErrTree, "what is below it would be too deep")
		requireSound(t, s)

		again := categoryByID(t, s, b.ID)
		again.Slug, again.Name = "b2", "B2"
		require.NoError(t, s.SaveCategory(ctx, again))
		require.ErrorIs(t, s.SaveCategory(ctx, again), store.ErrConflict)
		now, err := s.RedirectSlug(ctx, "category", "b")
		require.NoError(t, err)
		assert.Equal(t, "b2", now)
		_, ok := asSlugTaken(s.SaveCategory(ctx, models.Category{Slug: "a", Name: "Twin"}))
		require.True(t, ok)
		require.ErrorIs(t, s.SaveCategory(ctx, models.Category{ID: models.NewID(), Version: 3, Slug: "x"}), store.ErrNotFound)
		requireSound(t, s)
	})
}

func TestCategories_AreSearchedWithWhatIsBelow(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		top := category(t, s, "kitchen", models.Category{})
		sub := category(t, s, "cups", top)
		saved(t, s, shirt(sub.ID))
		found := func(f models.CardFilter) int {
			_, total, err := s.Cards(ctx, f)
			require.NoError(t, err)
			return total
		}
		assert.Equal(t, 1, found(models.CardFilter{CategoryID: top.ID}))
		assert.Equal(t, 1, found(models.CardFilter{Search: "shirt kitchen"}), "the names above count")
		top = categoryByID(t, s, top.ID)
		top.Name = "Galley"
		require.NoError(t, s.SaveCategory(ctx, top))
		assert.Equal(t, 1, found(models.CardFilter{Search: "shirt galley"}))
		assert.Zero(t, found(models.CardFilter{Search: "shirt kitchen"}))
		require.NoError(t, s.MoveCategory(ctx, sub.ID, "", ""))
		assert.Zero(t, found(models.CardFilter{Search: "shirt galley"}))
		assert.Zero(t, found(models.CardFilter{CategoryID: top.ID}))
		requireSound(t, s)
	})
}

func TestRefreshCatalogue_RenamesManyProductsInTheBackground(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := category(t, s, "old", models.Category{})
		const many = 450
		list := make([]models.Product, many)
		for i := range list {
			list[i] = models.Product{
				Slug: fmt.Sprintf("p-%d", i), Title: "Thing", CategoryIDs: []string{c.ID}, Variants: []models.Variant{{SKU: fmt.Sprintf("K%d", i)}},
			}
		}
		outcomes, err := s.SaveProducts(ctx, list)
		require.NoError(t, err)
		require.Len(t, outcomes, many)
		c.Name = "Fresh"
		require.NoError(t, s.SaveCategory(ctx, c))
		total := 0
		for {
			n, err := s.RefreshCatalogue(ctx)
			require.NoError(t, err)
			if n == 0 {
				break
			}
			total += n
		}
		assert.Equal(t, many-200, total, "200 were done at once")
		_, found, err := s.Cards(ctx, models.CardFilter{Search: "fresh"})
		require.NoError(t, err)
		assert.Equal(t, many, found)
		requireSound(t, s)
	})
}

func TestDeleteCategory_MovesWhatIsInIt(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := category(t, s, "a", models.Category{})
		b := category(t, s, "b", a)
		c := category(t, s, "c", b)
		d := category(t, s, "d", models.Category{})
		p := shirt(b.ID)
		p.CategoryIDs = []string{b.ID, c.ID, d.ID}
		p = saved(t, s, p)
		require.ErrorIs(t, s.DeleteCategory(ctx, b.ID, ""), store.ErrInUse)
		require.ErrorIs(t, s.DeleteCategory(ctx, b.ID, b.ID), store.ErrTree)
		require.ErrorIs(t, s.DeleteCategory(ctx, b.ID, models.NewID()), store.ErrNotFound)
		assert.Equal(t, "A, A > B, A > B > C, D", paths(t, s), "nothing has changed")
		require.NoError(t, s.DeleteCategory(ctx, b.ID, d.ID))
		assert.Equal(t, "A, A > C, D", paths(t, s))
		got, err := s.ProductByID(ctx, p.ID)
		require.NoError(t, err)
		assert.Equal(t, []string{d.ID, c.ID}, got.CategoryIDs)
		assert.Equal(t, d.ID, got.CategoryID)
		now, err := s.RedirectSlug(ctx, "category", "b")
		require.NoError(t, err)
		assert.Equal(t, "d", now)
		require.NoError(t, s.DeleteCategory(ctx, a.ID, ""))
		assert.Equal(t, "C, D", paths(t, s))
		require.ErrorIs(t, s.DeleteCategory(ctx, a.ID, ""), store.ErrNotFound)
		requireSound(t, s)
	})
}

func TestDeleteCategory_ItsCouponsStayForTheSameGoods(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := category(t, s, "a", models.Category{})
		b := category(t, s, "b", a)
		c := category(t, s, "c", b)
		d := category(t, s, "d", models.Category{})
		saved(t, s, shirt(b.ID))
		made := func(code string, ids ...string) models.Coupon {
			coupon := models.Coupon{Code: code, Kind: models.CouponPercent, Value: models.AmountFromInt(10), Enabled: true, CategoryIDs: ids}
			require.NoError(t, s.SaveCoupon(ctx, &coupon))
			return coupon
		}
		only, both, other := made("ONLY", b.ID), made("BOTH", d.ID, b.ID), made("OTHER", a.ID)
		require.NoError(t, s.DeleteCategory(ctx, b.ID, d.ID))
		now := func(was models.Coupon) models.Coupon {
			got, err := s.Coupon(ctx, was.ID)
			require.NoError(t, err)
			return got
		}
		assert.Equal(t, models.List{d.ID, c.ID}, now(only).CategoryIDs, "where the products went, and what was below")
		assert.Equal(t, models.List{d.ID, c.ID}, now(both).CategoryIDs)
		assert.Equal(t, only.Version+1, now(only).Version, "an order that was priced with the old one is told")
		assert.Equal(t, other.Version, now(other).Version)
		assert.Equal(t, other.CategoryIDs, now(other).CategoryIDs)

		last := made("LAST", c.ID)
		require.NoError(t, s.DeleteCategory(ctx, c.ID, ""))
		assert.False(t, now(last).Enabled)
		assert.Equal(t, models.List{c.ID}, now(last).CategoryIDs, "never for all goods")
		assert.Equal(t, models.List{d.ID}, now(only).CategoryIDs)
	})
}

// Two who each put one category below the other's would make a circle.
func TestCategories_TwoMovesAtOnceMakeNoCircle(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		for range 5 {
			ref := strings.ToLower(models.NewRef()[:6])
			a, b := category(t, s, "a-"+ref, models.Category{}), category(t, s, "b-"+ref, models.Category{})
			var both errgroup.Group
			both.Go(func() error { _ = s.MoveCategory(t.Context(), a.ID, b.ID, ""); return nil })
			both.Go(func() error { _ = s.MoveCategory(t.Context(), b.ID, a.ID, ""); return nil })
			require.NoError(t, both.Wait())
			requireSound(t, s)
			list, err := s.Categories(t.Context())
			require.NoError(t, err)
			assert.Len(t, models.Flatten(models.Tree(list)), len(list), "all are in the tree")
		}
	})
}

func asSlugTaken(err error) (*store.SlugTakenError, bool) {
	return errors.AsType[*store.SlugTakenError](err)
}
