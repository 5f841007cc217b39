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

func TestPutProduct_InsertsAndUpdatesBySlugAndSKU(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		first := modelstest.Product(t, s, func(p *models.Product) {
			p.Slug, p.Title, p.Description = "cup", "Cup", strings.Repeat("Long. ", 5000)
			p.Texts = models.Texts{"zh-Hans": {"title": "陶杯", "description": "长"}}
			p.Variants = []models.Variant{
				{SKU: "S", Title: "Small", Price: models.MustAmount("9.99"), OnHand: 4, Texts: models.Texts{"zh-Hans": {"title": "小"}}},
				{SKU: "L", Title: "Large", Price: models.MustAmount("12"), OnHand: 1},
			}
			p.Pictures = []models.Picture{{Source: "b.svg", Alt: "B"}, {Source: "a.svg", Alt: "A", Texts: models.Texts{"zh-Hans": {"alt": "甲"}}}}
		})
		assert.Equal(t, []string{"b.svg", "B"}, []string{first.Cover, first.CoverAlt})
		assert.Equal(t, []string{"S", "L"}, []string{first.Variants[0].SKU, first.Variants[1].SKU})
		assert.Equal(t, []string{"b.svg", "a.svg"}, []string{first.Pictures[0].Source, first.Pictures[1].Source})
		assert.Equal(t, "甲", first.Pictures[1].Texts.In("zh-Hans", "alt", ""))
		assert.Equal(t, "things", first.Category.Slug)
		assert.Equal(t, [3]int{4, 0, 0}, stockOf(t, s, first.Variants[0].ID))

		o := newOrder(t, s, line(first.Variants[0], 1))
		require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
		second := modelstest.Product(t, s, func(p *models.Product) {
			p.Slug, p.Title = "cup", "Mug"
			p.Variants = []models.Variant{
				{SKU: "XL", Price: models.MustAmount("20"), OnHand: 2},
				{SKU: "S", Title: "Tiny", Price: models.MustAmount("8"), OnHand: 999},
			}
			p.Pictures = nil
			p.Cover = "c.svg"
		})
		assert.Equal(t, first.ID, second.ID)
		assert.Equal(t, first.CreatedAt, second.CreatedAt)
		assert.Empty(t, second.Pictures)
		byKey := map[string]models.Variant{}
		for _, v := range second.Variants {
			byKey[v.SKU] = v
		}
		assert.Equal(t, []any{first.Variants[0].ID, "Tiny", "8", 3, 1}, []any{
			byKey["S"].ID, byKey["S"].Title, byKey["S"].Price.String(), byKey["S"].OnHand, byKey["S"].Reserved,
		}, "an existing variant keeps its id and its stock")
		assert.Contains(t, byKey, "L", "one that is not listed stays")
		requireSound(t, s)

		err := s.PutProduct(ctx, models.Product{Slug: "thief", CategoryID: second.CategoryID, Variants: []models.Variant{{SKU: "S"}}})
		require.ErrorIs(t, err, store.ErrDuplicate)
		_, err = s.Product(ctx, "thief")
		require.ErrorIs(t, err, store.ErrNotFound, "all or nothing")
		require.ErrorIs(t, s.PutProduct(ctx, models.Product{Slug: "x", Category: models.Category{Slug: "nowhere"}}), store.ErrNotFound)
		require.ErrorIs(t, s.PutProduct(ctx, models.Product{Slug: "x", CategoryID: models.NewID()}), store.ErrNotFound)
		require.ErrorIs(t, s.PutProduct(ctx, models.Product{Slug: longText(191)}), store.ErrText)
	})
}

func TestProduct_InFewStatements(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		p := modelstest.Product(t, s, stocked(1, 2, 3))
		counted, count := modelstest.CountQueries(t.Context())
		got, err := s.Product(counted, p.Slug)
		require.NoError(t, err)
		assert.LessOrEqual(t, count.N(), 3, count.Statements())
		assert.Equal(t, encoded(t, p), encoded(t, got))
		counted, count = modelstest.CountQueries(t.Context())
		v, of, err := s.Variant(counted, p.Variants[1].ID)
		require.NoError(t, err)
		assert.Equal(t, 1, count.N())
		assert.Equal(t, encoded(t, p.Variants[1]), encoded(t, v))
		assert.Equal(t, []string{p.ID, p.Category.Name}, []string{of.ID, of.Category.Name})

		hidden := modelstest.Product(t, s, func(p *models.Product) { p.Hidden = true })
		for _, slug := range []string{hidden.Slug, "", "nothing", strings.ToUpper(p.Slug), p.Slug + " ", "ä🏺", "\xff", "a\x00", strings.Repeat("x", 5000)} {
			_, err := s.Product(t.Context(), slug)
			require.ErrorIs(t, err, store.ErrNotFound, "%q", slug)
		}
		for _, id := range []string{"", "nothing", "ä", models.NewID()} {
			_, _, err := s.Variant(t.Context(), id)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
	})
}

func TestCards_FilterSortAndPage(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} }, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i := range 30 {
			clock.Advance(time.Second)
			modelstest.Product(t, s, func(p *models.Product) {
				p.Slug, p.Title, p.Position = fmt.Sprintf("p%02d", i), fmt.Sprintf("Title %02d", (i*7)%30), i/2
				p.Featured, p.Hidden = i%5 == 0, i == 10
				if i%3 == 0 {
					p.Category = models.Category{Slug: "other", Name: "Other"}
				}
				p.Texts = models.Texts{"zh-Hans": {"title": "标题", "description": "很长"}}
				p.Variants = []models.Variant{
					{SKU: fmt.Sprintf("K%02d-1", i), Price: models.AmountFromInt(int64(100 - i)), OnHand: i},
					{SKU: fmt.Sprintf("K%02d-2", i), Price: models.MustAmount(fmt.Sprintf("%d.5", 100-i)), OnHand: 1},
				}
			})
		}
		categories, err := s.Categories(ctx)
		require.NoError(t, err)
		require.Len(t, categories, 2)
		other := categories[0]
		require.Equal(t, "other", other.Slug)

		slugs := func(f models.CardFilter) (list []string, total int) {
			counted, count := modelstest.CountQueries(ctx)
			cards, total, err := s.Cards(counted, f)
			require.NoError(t, err)
			assert.LessOrEqual(t, count.N(), 2, count.Statements())
			for _, c := range cards {
				list = append(list, c.Slug)
			}
			return list, total
		}
		list, total := slugs(models.CardFilter{CategoryID: other.ID, Limit: 4})
		assert.Equal(t, []string{"p00", "p03", "p06", "p09"}, list)
		assert.Equal(t, 10, total)
		list, total = slugs(models.CardFilter{Featured: true})
		assert.Equal(t, []string{"p00", "p05", "p15", "p20", "p25"}, list, "the hidden one is not there")
		assert.Equal(t, 5, total)
		list, _ = slugs(models.CardFilter{Sort: models.SortNewest, Limit: 2})
		assert.Equal(t, []string{"p29", "p28"}, list)
		list, _ = slugs(models.CardFilter{Sort: models.SortPriceAsc, Limit: 2})
		assert.Equal(t, []string{"p29", "p28"}, list)
		list, _ = slugs(models.CardFilter{Sort: models.SortPriceDesc, Limit: 2, Offset: 1})
		assert.Equal(t, []string{"p01", "p02"}, list)
		list, _ = slugs(models.CardFilter{Sort: models.SortName, Limit: 3})
		assert.Equal(t, []string{"p00", "p13", "p26"}, list)
		list, total = slugs(models.CardFilter{Limit: 5, Offset: 500})
		assert.Empty(t, list)
		assert.Equal(t, 29, total)
		_, _, err = s.Cards(ctx, models.CardFilter{Sort: "price; DROP TABLE products"})
		require.ErrorIs(t, err, store.ErrFilter)

		for _, sort := range []models.CardSort{models.SortPosition, models.SortNewest, models.SortPriceAsc, models.SortPriceDesc, models.SortName} {
			seen := map[string]bool{}
			for offset := 0; offset < 29; offset += 4 {
				list, total := slugs(models.CardFilter{Sort: sort, Limit: 4, Offset: offset})
				assert.Equal(t, 29, total)
				for _, slug := range list {
					assert.False(t, seen[slug], "%s is on two pages", slug)
					seen[slug] = true
				}
			}
			assert.Len(t, seen, 29, sort)
		}
		cards, _, err := s.Cards(ctx, models.CardFilter{Search: "K29-1"})
		require.NoError(t, err)
		require.Len(t, cards, 1)
		c := cards[0]
		assert.Equal(t, []any{"71", "71.5", 30, 2}, []any{c.MinPrice.String(), c.MaxPrice.String(), c.OnHand, c.VariantCount})
		assert.Equal(t, models.Texts{"zh-Hans": {"title": "标题"}}, c.Texts, "what a list shows")
	})
}

func TestCards_SearchFindsAllWordsInAllLanguages(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Product(t, s, func(p *models.Product) {
			p.Slug, p.Title, p.Summary = "cup", "Café Cup 100%", `With "quotes" and 'more' \ back_slash`
			p.Texts = models.Texts{"zh-Hans": {"title": "陶杯 🏺", "summary": "手工制作"}}
			p.Category = models.Category{Slug: "tea", Name: "Tea & Coffee", Texts: models.Texts{"zh-Hans": {"name": "茶"}}}
			p.Variants = []models.Variant{{SKU: "CUP-Ä1", Title: "Sand", Price: models.AmountFromInt(1), Texts: models.Texts{"zh-Hans": {"title": "沙色"}}}}
		})
		modelstest.Product(t, s, func(p *models.Product) { // a random SKU could begin with what is searched
			p.Slug, p.Title, p.Variants[0].SKU = "plate", "Plate 1000", "PLATE-1"
		})
		found := func(search string) string {
			cards, total, err := s.Cards(t.Context(), models.CardFilter{Search: search})
			require.NoError(t, err, search)
			assert.Len(t, cards, total)
			var slugs []string
			for _, c := range cards {
				slugs = append(slugs, c.Slug)
			}
			return strings.Join(slugs, " ")
		}
		for _, search := range []string{
			"cup", "CUP café", "cafe", "CAFÉ  cup", "cup coffee", "陶杯", "手工", "工制作", "茶", "沙色", "🏺", "cup-ä1", "CUP-A1", "cupa1", "sand",
			`"quotes"`, "'more'", "back_slash", "back%slash", "café 100%", "ｃｕｐ", "  tea\t&\n", "quot", "cup bac", "coff",
		} {
			assert.Equal(t, "cup", found(search), "%q", search)
		}
		for _, search := range []string{
			"cup plate", "100 0", "b_ck", "c!up", "nothing", "' OR 1=1 --", "up", "ate", "quot cup", "杯陶", "陶制", strings.Repeat("x", 10000), `\`, "%", "--",
			"cup cafe with quotes and more back slash nowhere",
		} {
			assert.Empty(t, found(search), "%q", search)
		}
		assert.Equal(t, "cup plate", found("  "), "no word is no condition")
		assert.Equal(t, "plate", found("1000\xffplate"), "invalid bytes are spaces")
		assert.Equal(t, "plate", found("plate\x001000"))

		require.NoError(t, s.PutCategory(t.Context(), models.Category{Slug: "tea", Name: "Beverages"}))
		assert.Equal(t, "cup", found("cup beverages"), "a renamed category is found by its new name")
		assert.Empty(t, found("cup coffee"))
	})
}

func TestPutCategory_KeepsTheIdOfItsSlug(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for position, slug := range []string{"b", "a", "B"} {
			require.NoError(t, s.PutCategory(ctx, models.Category{Slug: slug, Name: "N", Position: 10 - position}))
		}
		before, err := s.Categories(ctx)
		require.NoError(t, err)
		require.Equal(t, []string{"B", "a", "b"}, []string{before[0].Slug, before[1].Slug, before[2].Slug})
		require.NoError(t, s.PutCategory(ctx, models.Category{ID: models.NewID(), Slug: "a", Name: "New", Position: 1, Texts: models.Texts{"zh-Hans": {"name": "新"}}}))
		after, err := s.Categories(ctx)
		require.NoError(t, err)
		assert.Equal(t, before[1].ID, after[0].ID)
		assert.Equal(t, "新", after[0].Texts.In("zh-Hans", "name", ""))
		require.ErrorIs(t, s.PutCategory(ctx, models.Category{Slug: "x", Name: longText(201)}), store.ErrText)
	})
}

func TestCoinsSettingsAndCounters(t *testing.T) {
	clock := modelstest.NewClock(time.Date(2026, 3, 14, 23, 59, 59, 0, time.UTC))
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} }, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		modelstest.Coin(t, s, func(c *models.Coin) { c.Position = 2; c.MinAmount = models.MustAmount("0.000000000000000001") })
		modelstest.Coin(t, s, func(c *models.Coin) {
			c.Symbol, c.Position, c.Rate = "BTC", 1, models.MustAmount("64000.123456789012345678")
		})
		modelstest.Coin(t, s, func(c *models.Coin) { c.Symbol, c.Enabled = "DOGE", false })
		modelstest.Coin(t, s, func(c *models.Coin) { c.Symbol, c.Position, c.Name = "BTC", 1, "Bitcoin" })
		coins, err := s.Coins(ctx)
		require.NoError(t, err)
		require.Len(t, coins, 2)
		assert.Equal(t, []string{"BTC", "Bitcoin", "USDT"}, []string{coins[0].Symbol, coins[0].Name, coins[1].Symbol})
		assert.Equal(t, "0.000000000000000001", coins[1].MinAmount.String())
		require.Error(t, s.PutCoin(ctx, models.Coin{Symbol: "X", Precision: 19}))
		require.ErrorIs(t, s.PutCoin(ctx, models.Coin{Symbol: longText(33)}), store.ErrText)

		_, err = s.Setting(ctx, "name")
		require.ErrorIs(t, err, store.ErrNotFound)
		for _, value := range []string{"one", `' " \ % 🏺` + "\x00", ""} {
			require.NoError(t, s.PutSetting(ctx, "name", value))
			got, err := s.Setting(ctx, "name")
			require.NoError(t, err)
			assert.Equal(t, value, got)
		}
		require.ErrorIs(t, s.PutSetting(ctx, longText(101), ""), store.ErrText)
		all, err := s.Settings(ctx)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"name": ""}, all)

		day := clock.Now()
		defer clock.Advance(-2 * time.Second)
		require.NoError(t, s.AddCounters(ctx, map[string]int{"a": 1, "b": 2}))
		require.NoError(t, s.AddCounters(ctx, map[string]int{"b": 3, "c": 4}))
		require.NoError(t, s.AddCounters(ctx, nil))
		clock.Advance(2 * time.Second)
		require.NoError(t, s.AddCounters(ctx, map[string]int{"a": 7}))
		counted, err := s.Counters(ctx, day)
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"a": 1, "b": 5, "c": 4}, counted)
		counted, err = s.Counters(ctx, clock.Now())
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"a": 7}, counted)
	})
}
