package demo_test

import (
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/static"
)

const chinese = "zh-Hans"

// translated asserts that a text has a Chinese translation.
func translated(t *testing.T, texts models.Texts, of string, fields ...string) {
	t.Helper()
	for _, field := range fields {
		assert.Regexp(t, `\p{Han}`, texts[chinese][field], "%s: %s", of, field)
		assert.NotRegexp(t, `\p{Han}[,;:!?]|[,;:!?]\p{Han}`, texts[chinese][field], "%s: half-width punctuation", of)
	}
	for language := range texts {
		assert.Equal(t, chinese, language, of)
	}
}

func TestCatalogue_IsAShop(t *testing.T) {
	shop, err := demo.Catalogue()
	require.NoError(t, err)
	assert.Equal(t, "Osier", shop.Name)
	assert.Equal(t, models.Currency{Code: "USD", Digits: 2}, shop.Currency)
	assert.Len(t, shop.Categories, 4)
	assert.GreaterOrEqual(t, len(shop.Products), 24)
	assert.GreaterOrEqual(t, len(shop.Coins), 3)
	for _, language := range []string{"en", chinese} {
		for _, key := range []models.SettingKey{models.SloganKey(language), models.HomeTitleKey(language), models.HomeTextKey(language)} {
			assert.NotEmpty(t, shop.Texts[key], key)
		}
	}
	assert.Len(t, shop.Texts, 6)
}

func TestCatalogue_CoinsAreExact(t *testing.T) {
	shop, err := demo.Catalogue()
	require.NoError(t, err)
	for _, c := range shop.Coins {
		assert.Regexp(t, `^[A-Z]{2,10}$`, c.Symbol)
		assert.True(t, c.Rate.IsPositive(), c.Symbol)
		assert.NotEmpty(t, c.Name)
		assert.Positive(t, c.Precision)
		assert.Equal(t, models.FixedRate, c.RateSource)
	}
	for symbol := range shop.Live {
		assert.True(t, slices.ContainsFunc(shop.Coins, func(c models.Coin) bool { return c.Symbol == symbol }), symbol)
	}
}

func TestCatalogue_CategoriesAreFilled(t *testing.T) {
	shop, err := demo.Catalogue()
	require.NoError(t, err)
	count := map[string]int{}
	for _, p := range shop.Products {
		count[p.Category.Slug]++
	}
	for i, c := range shop.Categories {
		assert.Equal(t, i+1, c.Position)
		assert.GreaterOrEqual(t, count[c.Slug], 6, c.Slug)
		assert.Contains(t, static.Names(), c.Picture)
		translated(t, c.Texts, c.Slug, "name", "summary")
		delete(count, c.Slug)
	}
	assert.Empty(t, count, "products of categories that do not exist")
}

func TestCatalogue_ProductsAreComplete(t *testing.T) {
	shop, err := demo.Catalogue()
	require.NoError(t, err)
	slug, sku := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)
	seen, used := map[string]bool{}, map[string]bool{}
	for _, p := range shop.Products {
		assert.Regexp(t, slug, p.Slug)
		assert.False(t, seen[p.Slug], "%s is there twice", p.Slug)
		seen[p.Slug] = true
		assert.NotEmpty(t, p.Title)
		assert.NotEmpty(t, p.Summary)
		assert.NotEmpty(t, p.Description)
		translated(t, p.Texts, p.Slug, "title", "summary", "description")
		require.NotEmpty(t, p.Pictures, p.Slug)
		for _, picture := range p.Pictures {
			assert.Contains(t, static.Names(), picture.Source)
			assert.False(t, used[picture.Source], "%s shows two products", picture.Source)
			used[picture.Source] = true
			assert.NotEmpty(t, picture.Alt)
			translated(t, picture.Texts, picture.Source, "alt")
		}
		require.NotEmpty(t, p.Variants, p.Slug)
		assert.LessOrEqual(t, len(p.Variants), 4, p.Slug)
		for _, v := range p.Variants {
			assert.Regexp(t, sku, v.SKU)
			assert.False(t, seen[v.SKU], "%s is there twice", v.SKU)
			seen[v.SKU] = true
			assert.True(t, v.Price.IsPositive(), v.SKU)
			assert.LessOrEqual(t, v.Price.Digits(), shop.Currency.Digits, v.SKU)
			assert.GreaterOrEqual(t, v.OnHand, 0)
			assert.NotEqual(t, v.Virtual, v.Weight.IsPositive(), "%s: what is sent has a weight", v.SKU)
			assert.Len(t, v.Options, len(p.OptionNames), v.SKU)
			for i := range v.Options {
				translated(t, v.Texts, v.SKU, "option"+strconv.Itoa(i+1))
			}
			if len(p.Variants) > 1 {
				assert.NotEmpty(t, v.Title, v.SKU)
				translated(t, v.Texts, v.SKU, "title")
			}
		}
	}
}

func TestCatalogue_ShowsWhatAShopCanDo(t *testing.T) {
	shop, err := demo.Catalogue()
	require.NoError(t, err)
	var virtual, options, sale, tags bool
	for _, p := range shop.Products {
		options, tags = options || len(p.OptionNames) == 2, tags || len(p.Tags) > 0
		for _, v := range p.Variants {
			virtual, sale = virtual || (v.Virtual && v.Untracked), sale || v.SalePrice.IsPositive()
		}
	}
	assert.True(t, virtual && options && sale && tags, "virtual %t, options %t, sale %t, tags %t", virtual, options, sale, tags)
	modes := map[models.TaxMode]bool{}
	for _, z := range shop.Zones {
		modes[z.TaxMode] = true
		assert.Empty(t, z.Check(), z.Name)
		require.NotEmpty(t, z.Methods, z.Name)
		for _, m := range z.Methods {
			assert.Empty(t, m.Check(shop.Currency.Digits), m.Title)
			translated(t, m.Texts, m.Title, "title", "note")
		}
		if z.TaxName != "" {
			translated(t, z.Texts, z.Name, "tax_name")
		}
	}
	assert.Equal(t, map[models.TaxMode]bool{"none": true, "included": true, "added": true}, modes)
	assert.Empty(t, shop.Zones[len(shop.Zones)-1].Places, "the rest of the world")
	kinds := map[models.CouponKind]bool{}
	for _, c := range shop.Coupons {
		assert.Empty(t, c.Check(shop.Currency.Digits), c.Code)
		kinds[c.Kind] = true
	}
	assert.Equal(t, map[models.CouponKind]bool{"percent": true, "fixed": true, "free_delivery": true}, kinds)
}

func TestCatalogue_HasScarceAndSoldOutThings(t *testing.T) {
	shop, err := demo.Catalogue()
	require.NoError(t, err)
	var stocks []int
	for _, p := range shop.Products {
		for _, v := range p.Variants {
			stocks = append(stocks, v.OnHand)
		}
	}
	assert.Contains(t, stocks, 0)
	assert.True(t, slices.ContainsFunc(stocks, func(n int) bool { return n > 0 && n <= 5 }))
}
