package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// onClock runs a test on both databases with a clock of its own.
func onClock(t *testing.T, fn func(t *testing.T, s *store.Store, clock *modelstest.Clock)) {
	t.Helper()
	clock := modelstest.NewClock(time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC))
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) { fn(t, s, clock) })
}

// category stores a category below another and reads it back.
func category(tb testing.TB, s *store.Store, slug string, parent models.Category) models.Category {
	tb.Helper()
	c := models.Category{ID: models.NewID(), Slug: slug, Name: strings.ToUpper(slug), ParentID: parent.ID}
	require.NoError(tb, s.SaveCategory(tb.Context(), c))
	return categoryByID(tb, s, c.ID)
}

func categoryByID(tb testing.TB, s *store.Store, id string) models.Category {
	tb.Helper()
	list, err := s.Categories(tb.Context())
	require.NoError(tb, err)
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	return models.Category{}
}

// shirt is a new product with two options of four variants.
func shirt(categoryID string) models.Product {
	p := models.Product{
		ID: models.NewID(), Slug: "shirt", Title: "Shirt", CategoryIDs: []string{categoryID}, Tags: []string{"Linen", "summer"},
		OptionNames: models.List{"Size", "Colour"}, Pictures: []models.Picture{{Source: "a.svg", Alt: "A"}, {Source: "b.svg", Alt: "B"}},
	}
	for _, size := range []string{"S", "L"} {
		for _, colour := range []string{"Sand", "Sea"} {
			p.Variants = append(p.Variants, models.Variant{
				SKU: "SHIRT-" + size + "-" + colour, Price: models.AmountFromInt(40), Options: models.List{size, colour}, OnHand: 5, Weight: models.MustAmount("0.25"),
			})
		}
	}
	return p
}

func saved(tb testing.TB, s *store.Store, p models.Product) models.Product {
	tb.Helper()
	require.NoError(tb, s.SaveProduct(tb.Context(), p))
	got, err := s.ProductByID(tb.Context(), p.ID)
	require.NoError(tb, err)
	return got
}

func TestSaveProduct_KeepsExactlyWhatIsGiven(t *testing.T) {
	onClock(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		top := category(t, s, "clothes", models.Category{})
		sub := category(t, s, "shirts", top)
		other := category(t, s, "gifts", models.Category{})
		given := shirt(sub.ID)
		given.CategoryIDs = append(given.CategoryIDs, other.ID, sub.ID)
		p := saved(t, s, given)
		assert.Equal(t, 1, p.Version)
		assert.Equal(t, []string{sub.ID, other.ID}, p.CategoryIDs, "each once, the primary one first")
		assert.Equal(t, sub.ID, p.CategoryID)
		assert.Equal(t, []string{"Linen", "summer"}, p.Tags)
		assert.Equal(t, []string{"a.svg", "A"}, []string{p.Cover, p.CoverAlt})
		assert.Equal(t, "L / Sea", p.Variants[3].Title, "from the options")
		assert.Equal(t, models.List{"Size", "Colour"}, p.OptionNames)
		assert.Equal(t, [3]int{5, 0, 0}, stockOf(t, s, p.Variants[0].ID))

		clock.Advance(time.Minute)
		unchanged := saved(t, s, p)
		assert.Equal(t, encoded(t, p), encoded(t, unchanged), "what is the same is not written")

		changed := p
		changed.Slug, changed.Title = "linen-shirt", "Linen shirt"
		changed.Variants = []models.Variant{p.Variants[2], p.Variants[0], {SKU: "SHIRT-M", Price: models.AmountFromInt(30), Options: models.List{"M", "Sand"}, OnHand: 2}, p.Variants[3]}
		changed.Variants[0].OnHand = 999
		changed.Pictures = []models.Picture{p.Pictures[1]}
		changed.Tags = nil
		changed.CategoryIDs = []string{other.ID}
		_, err := s.SaveProducts(ctx, []models.Product{changed})
		used, ok := errors.AsType[*store.VariantInUseError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, store.VariantInUseError{VariantID: p.Variants[1].ID, SKU: "SHIRT-S-Sea"}, *used, "it has stock")
		require.ErrorIs(t, err, store.ErrInUse)
		require.NoError(t, correct(ctx, s, p.Variants[1].ID, -5))
		got := saved(t, s, changed)
		assert.Equal(t, 2, got.Version)
		assert.Equal(t, clock.Now(), got.UpdatedAt)
		assert.Equal(t, []string{"SHIRT-L-Sand", "SHIRT-S-Sand", "SHIRT-M", "SHIRT-L-Sea"},
			[]string{got.Variants[0].SKU, got.Variants[1].SKU, got.Variants[2].SKU, got.Variants[3].SKU})
		assert.Equal(t, 5, got.Variants[0].OnHand, "stock that is there is not changed by a form")
		assert.Equal(t, []string{"b.svg", "B"}, []string{got.Cover, got.CoverAlt})
		assert.Empty(t, got.Tags)
		assert.Equal(t, other.ID, got.CategoryID)

		require.ErrorIs(t, s.SaveProduct(ctx, changed), store.ErrConflict, "somebody else was first")
		gone := got
		gone.ID = models.NewID()
		require.ErrorIs(t, s.SaveProduct(ctx, gone), store.ErrNotFound)
		nowhere := got
		nowhere.CategoryIDs = []string{models.NewID()}
		require.ErrorIs(t, s.SaveProduct(ctx, nowhere), store.ErrNotFound)
		requireSound(t, s)
	})
}

func TestSaveProduct_NoOriginIsNull(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, _ *modelstest.Clock) {
		given := shirt(category(t, s, "clothes", models.Category{}).ID)
		given.Variants[0].Origin = "PT"
		p := saved(t, s, given)
		assert.Equal(t, []string{"PT", ""}, []string{p.Variants[0].Origin, p.Variants[1].Origin})
		const without = "SELECT COUNT(*) FROM variants WHERE origin IS NULL"
		assert.Equal(t, 3, modelstest.Count(t, dsn, without))
		p.Variants[0].Origin, p.Variants[1].Origin = "", "CN"
		p = saved(t, s, p)
		assert.Equal(t, []string{"", "CN"}, []string{p.Variants[0].Origin, p.Variants[1].Origin})
		assert.Equal(t, 3, modelstest.Count(t, dsn, without))
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM variants WHERE origin = 'CN'"))
	})
}

func TestSaveProduct_RefusesWhatCannotBe(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := category(t, s, "c", models.Category{})
		first := saved(t, s, shirt(c.ID))
		other := shirt(c.ID)
		other.Slug = "other"
		taken, ok := errors.AsType[*store.SKUTakenError](s.SaveProduct(ctx, other))
		require.True(t, ok)
		assert.Contains(t, taken.SKU, "SHIRT-")
		other.Variants, other.OptionNames = []models.Variant{{SKU: "O"}}, nil
		other.Slug = "shirt"
		slug, ok := errors.AsType[*store.SlugTakenError](s.SaveProduct(ctx, other))
		require.True(t, ok)
		assert.Equal(t, "shirt", slug.Slug)
		require.ErrorIs(t, slug, store.ErrDuplicate)
		other.Slug = "other"
		other = saved(t, s, other)
		other.Slug = "shirt"
		_, ok = errors.AsType[*store.SlugTakenError](s.SaveProduct(ctx, other))
		require.True(t, ok, "a change of it too")

		bad := first
		bad.Variants = []models.Variant{first.Variants[0]}
		bad.Variants[0].SalePrice = bad.Variants[0].Price
		problem, ok := errors.AsType[*store.ProductError](s.SaveProduct(ctx, bad))
		require.True(t, ok)
		assert.Equal(t, []models.ProductProblem{{Field: "sale_price", Variant: 0, Problem: invalid.NotLess}}, problem.Problems)

		// All or none: the second of two is refused.
		good := shirt(c.ID)
		good.ID, good.Slug, good.OptionNames, good.Variants = models.NewID(), "good", nil, []models.Variant{{SKU: "GOOD"}}
		twin := good
		twin.ID, twin.Slug = models.NewID(), "twin"
		_, err := s.SaveProducts(ctx, []models.Product{good, twin})
		_, ok = errors.AsType[*store.SKUTakenError](err)
		require.True(t, ok, "%v", err)
		_, err = s.ProductByID(ctx, good.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
		requireSound(t, s)
	})
}

func TestSaveProduct_VariantsMayTradeTheirSKUs(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		c := category(t, s, "c", models.Category{})
		p := saved(t, s, shirt(c.ID))
		p.Variants[0].SKU, p.Variants[1].SKU = p.Variants[1].SKU, p.Variants[0].SKU
		got := saved(t, s, p)
		assert.Equal(t, p.Variants[0].SKU, got.Variants[0].SKU)
		assert.Equal(t, p.Variants[0].ID, got.Variants[0].ID)
		fresh := got
		fresh.Variants = append([]models.Variant{}, got.Variants...)
		fresh.Variants[2].ID = ""
		again := saved(t, s, fresh)
		assert.Equal(t, got.Variants[2].ID, again.Variants[2].ID, "a SKU that the product has is that variant")
	})
}

func TestSaveProduct_TwoAtOnceOneWins(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		c := category(t, s, "c", models.Category{})
		p := saved(t, s, shirt(c.ID))
		var editors errgroup.Group
		conflicts := make(chan error, 8)
		for i := range 8 {
			editors.Go(func() error {
				mine := p
				mine.Title = fmt.Sprintf("Title %d", i)
				conflicts <- s.SaveProduct(t.Context(), mine)
				return nil
			})
		}
		require.NoError(t, editors.Wait())
		close(conflicts)
		won := 0
		for err := range conflicts {
			if err == nil {
				won++
				continue
			}
			require.ErrorIs(t, err, store.ErrConflict)
		}
		assert.Equal(t, 1, won)
		requireSound(t, s)
	})
}

func TestSlugs_OldAddressesLeadToTheNewOnes(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := category(t, s, "c", models.Category{})
		p := saved(t, s, shirt(c.ID))
		for _, slug := range []string{"two", "three"} {
			p.Slug = slug
			p = saved(t, s, p)
		}
		for _, old := range []string{"shirt", "two"} {
			now, err := s.RedirectSlug(ctx, "product", old)
			require.NoError(t, err)
			assert.Equal(t, "three", now)
		}
		_, err := s.RedirectSlug(ctx, "product", "three")
		require.ErrorIs(t, err, store.ErrNotFound, "it is an address")
		_, err = s.RedirectSlug(ctx, "category", "two")
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = s.RedirectSlug(ctx, "order", "two")
		require.ErrorIs(t, err, store.ErrFilter)

		p.Slug = "shirt"
		p = saved(t, s, p)
		_, err = s.RedirectSlug(ctx, "product", "shirt")
		require.ErrorIs(t, err, store.ErrNotFound, "it has its first address again")
		other := shirt(c.ID)
		other.ID, other.Slug, other.OptionNames, other.Variants = models.NewID(), "two", nil, []models.Variant{{SKU: "O"}}
		saved(t, s, other)
		_, err = s.RedirectSlug(ctx, "product", "two")
		require.ErrorIs(t, err, store.ErrNotFound, "another product has the address now")
		p.Hidden = true
		saved(t, s, p)
		_, err = s.RedirectSlug(ctx, "product", "three")
		require.ErrorIs(t, err, store.ErrNotFound, "it is not published")
		requireSound(t, s)
	})
}

func TestSales_PricesFollowTheClock(t *testing.T) {
	onClock(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		c := category(t, s, "c", models.Category{})
		p := shirt(c.ID)
		from, until := clock.Now().Add(time.Hour), clock.Now().Add(3*time.Hour)
		p.Variants[0].SalePrice, p.Variants[0].SaleFrom, p.Variants[0].SaleUntil = models.MustAmount("29.9"), from, until
		p.Variants[1].Price = models.AmountFromInt(35)
		p = saved(t, s, p)
		cart := modelstest.Cart(t, s, modelstest.Item{Variant: p.Variants[0], Quantity: 2})
		card := func() []any {
			t.Helper()
			n, err := s.RefreshCatalogue(ctx)
			require.NoError(t, err)
			cards, _, err := s.Cards(ctx, models.CardFilter{})
			require.NoError(t, err)
			got, err := s.Cart(ctx, cart.ID)
			require.NoError(t, err)
			broken, err := s.Invariants(ctx)
			require.NoError(t, err)
			require.Empty(t, broken)
			return []any{n, cards[0].MinPrice.String(), cards[0].MaxPrice.String(), cards[0].MinRegular.String(), cards[0].OnSale, got.Lines[0].Price.String()}
		}
		assert.Equal(t, []any{0, "35", "40", "35", false, "40"}, card())
		clock.Advance(time.Hour)
		assert.Equal(t, []any{1, "29.9", "40", "40", true, "29.9"}, card(), "the sale has begun")
		assert.Equal(t, []any{0, "29.9", "40", "40", true, "29.9"}, card())
		clock.Advance(2*time.Hour - time.Millisecond)
		assert.Equal(t, []any{0, "29.9", "40", "40", true, "29.9"}, card())
		clock.Advance(time.Millisecond)
		assert.Equal(t, []any{1, "35", "40", "35", false, "40"}, card(), "the end is not a part of it")
		got, err := s.ProductByID(ctx, p.ID)
		require.NoError(t, err)
		assert.Equal(t, p.Version, got.Version, "nobody changed the product")
		clock.Advance(-3 * time.Hour)
	})
}

func TestRetiredAndUntracked(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := category(t, s, "c", models.Category{})
		p := saved(t, s, shirt(c.ID))
		ordered := newOrder(t, s, line(p.Variants[0], 2))
		require.NoError(t, s.Reserve(ctx, ordered.ID, ordered.Lines))
		require.NoError(t, s.ReleaseReservation(ctx, ordered.ID))
		require.NoError(t, s.MoveOrder(ctx, ordered.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{}))
		require.NoError(t, correct(ctx, s, p.Variants[0].ID, -5))
		without := p
		without.Variants = p.Variants[1:]
		require.ErrorIs(t, s.SaveProduct(ctx, without), store.ErrInUse, "it was ordered")
		require.ErrorIs(t, s.DeleteProduct(ctx, p.ID), store.ErrInUse)

		cart := modelstest.Cart(t, s, modelstest.Item{Variant: p.Variants[0], Quantity: 1}, modelstest.Item{Variant: p.Variants[1], Quantity: 900})
		p.Variants[0].Retired, p.Variants[1].Untracked, p.Variants[1].Virtual = true, true, true
		p = saved(t, s, p)
		shown, err := s.Product(ctx, p.Slug)
		require.NoError(t, err)
		assert.Len(t, shown.Variants, 3, "shoppers do not see what is retired")
		got, err := s.Cart(ctx, cart.ID)
		require.NoError(t, err)
		assert.True(t, got.Lines[0].ProductHidden)
		assert.False(t, got.Lines[0].Sellable())
		assert.True(t, got.Lines[1].Sellable(), "not counted, so never too few")
		assert.True(t, got.Lines[1].Virtual)
		assert.Equal(t, "0.25", got.Lines[1].Weight.String())
		cards, _, err := s.Cards(ctx, models.CardFilter{})
		require.NoError(t, err)
		assert.Equal(t, 3, cards[0].VariantCount)
		assert.GreaterOrEqual(t, cards[0].OnHand, models.MaxQuantity)

		o := newOrder(t, s, line(p.Variants[1], 900), line(p.Variants[2], 1))
		require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
		assert.Equal(t, [3]int{5, 0, 0}, stockOf(t, s, p.Variants[1].ID), "no promise for what is not counted")
		assert.Equal(t, [3]int{4, 1, 0}, stockOf(t, s, p.Variants[2].ID))
		short := newOrder(t, s, line(p.Variants[1], 1), line(p.Variants[2], 1), line(p.Variants[3], 99))
		_, ok := errors.AsType[*store.OutOfStockError](s.Reserve(ctx, short.ID, short.Lines))
		require.True(t, ok)
		assert.Equal(t, [3]int{4, 1, 0}, stockOf(t, s, p.Variants[2].ID), "all or none")
		assert.Equal(t, [3]int{5, 0, 0}, stockOf(t, s, p.Variants[1].ID))
		require.NoError(t, s.MoveOrder(ctx, short.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{}))
		require.NoError(t, s.SellReservation(ctx, o.ID))
		require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderReview, store.OrderChange{}, models.Transition{}))
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewLatePayment, Subject: o.ID, OrderID: o.ID}))
		assert.Equal(t, [3]int{4, 0, 1}, stockOf(t, s, p.Variants[2].ID))
		requireSound(t, s)
	})
}
