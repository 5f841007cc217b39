package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
)

func TestVariant_SaleHasABeginningAndAnEnd(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	v := models.Variant{Price: models.AmountFromInt(10), SalePrice: models.AmountFromInt(7), SaleFrom: at, SaleUntil: at.Add(time.Hour)}
	for _, c := range []struct {
		at     time.Time
		price  string
		change time.Time
	}{
		{at.Add(-time.Millisecond), "10", at},
		{at, "7", at.Add(time.Hour)},
		{at.Add(time.Hour - time.Millisecond), "7", at.Add(time.Hour)},
		{at.Add(time.Hour), "10", time.Time{}},
	} {
		assert.Equal(t, c.price, v.PriceAt(c.at).String(), c.at)
		assert.Equal(t, c.change, v.PriceChange(c.at), c.at)
	}
	always := models.Variant{Price: models.AmountFromInt(10), SalePrice: models.AmountFromInt(9)}
	assert.True(t, always.OnSale(at))
	assert.True(t, always.PriceChange(at).IsZero())
	never := models.Variant{Price: models.AmountFromInt(10), SaleFrom: at, SaleUntil: at.Add(time.Hour)}
	assert.False(t, never.OnSale(at))
	assert.True(t, never.PriceChange(at.Add(-time.Hour)).IsZero())
}

func TestPricesAt_LeavesOutWhatIsRetired(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	p := models.PricesAt([]models.Variant{
		{Price: models.AmountFromInt(1), Retired: true, Untracked: true},
		{Price: models.AmountFromInt(20), SalePrice: models.AmountFromInt(5), SaleUntil: at.Add(time.Minute)},
		{Price: models.AmountFromInt(12), SalePrice: models.AmountFromInt(3), SaleFrom: at.Add(time.Second)},
	}, at)
	assert.Equal(t, []string{"5", "12", "20"}, []string{p.MinPrice.String(), p.MaxPrice.String(), p.MinRegular.String()})
	assert.Equal(t, []any{true, 2, false, at.Add(time.Second)}, []any{p.OnSale, p.VariantCount, p.Untracked, p.PriceDueAt})
	assert.Zero(t, models.PricesAt(nil, at).VariantCount)
}

func TestAvailable(t *testing.T) {
	assert.Equal(t, 3, models.Variant{OnHand: 3}.Available())
	assert.Equal(t, models.MaxQuantity, models.Variant{Untracked: true}.Available())
	assert.Zero(t, models.Variant{OnHand: 3, Untracked: true, Retired: true}.Available())
	assert.True(t, models.CartLine{Quantity: 999, Untracked: true}.Sellable())
	assert.False(t, models.CartLine{Quantity: 4, OnHand: 3}.Sellable())
	assert.False(t, models.CartLine{Quantity: 1, OnHand: 3, ProductHidden: true}.Sellable())
}

func TestTree_LosesNothing(t *testing.T) {
	list := []models.Category{
		{ID: "b", Slug: "b", Name: "B", Position: 2},
		{ID: "a", Slug: "a", Name: "A", Position: 1},
		{ID: "c", Slug: "c", Name: "C", ParentID: "a"},
		{ID: "d", Slug: "d", Name: "D", ParentID: "c"},
		{ID: "o", Slug: "o", Name: "Orphan", ParentID: "gone", Position: 3},
	}
	var lines []string
	for _, n := range models.Flatten(models.Tree(list)) {
		lines = append(lines, strings.Repeat("-", n.Depth)+n.Path)
	}
	assert.Equal(t, []string{"-A", "--A > C", "---A > C > D", "-B", "-Orphan"}, lines)
	assert.Equal(t, []string{"a", "c", "d"}, models.Descendants(list, "a"))
	above := models.Ancestors(list, "d")
	require.Len(t, above, 3)
	assert.Equal(t, []string{"a", "c", "d"}, []string{above[0].ID, above[1].ID, above[2].ID})
	assert.Empty(t, models.Ancestors(list, "nowhere"))
	circle := []models.Category{{ID: "x", ParentID: "y"}, {ID: "y", ParentID: "x"}}
	assert.Empty(t, models.Tree(circle))
	assert.Len(t, models.Descendants(circle, "x"), 2)
	assert.Len(t, models.Ancestors(circle, "x"), 2, "a circle ends too")
}

func TestList_IsTheSameBack(t *testing.T) {
	for _, list := range []models.List{nil, {"Colour", `"quoted"`, "尺寸"}} {
		value, err := list.Value()
		require.NoError(t, err)
		var back models.List
		require.NoError(t, back.Scan(value))
		assert.Equal(t, list, back)
		text, ok := value.(string)
		require.True(t, ok)
		require.NoError(t, back.Scan([]byte(text)))
		assert.Equal(t, list, back)
	}
	var l models.List
	require.NoError(t, l.Scan(nil))
	require.Error(t, l.Scan(7))
	require.Error(t, l.Scan("{"))
}

func TestProblems_NameEveryField(t *testing.T) {
	good := models.Product{
		Title: "T", Slug: "t", CategoryID: "c", OptionNames: models.List{"Size"},
		Variants: []models.Variant{{SKU: "A", Options: models.List{"S"}, Price: models.AmountFromInt(1)}, {SKU: "B", Options: models.List{"L"}}},
	}
	assert.Empty(t, good.Problems())
	long := strings.Repeat("x", 201)
	bad := models.Product{
		Title: " ", Slug: "No", Summary: strings.Repeat("x", 1001), Tags: []string{"a", "a"}, OptionNames: models.List{"Size", ""},
		Pictures: make([]models.Picture, models.MaxPictures+1),
		Variants: []models.Variant{
			{
				SKU: "", Barcode: long, Origin: "pt", Price: models.AmountFromInt(1).Sub(models.AmountFromInt(2)), SalePrice: models.AmountFromInt(1), Options: models.List{"S"},
				SaleFrom: time.Unix(9, 0), SaleUntil: time.Unix(9, 0), Weight: models.AmountFromInt(0).Sub(models.AmountFromInt(1)), LowStock: -1,
			},
			{SKU: "A", Options: models.List{"S", long}, Price: models.MustAmount("1000000000000.01"), Weight: models.MustAmount("1000000000000.000001")},
			{SKU: "A", Options: models.List{"S", long}},
			{SKU: "R", Retired: true},
		},
	}
	var got []string
	for _, p := range bad.Problems() {
		got = append(got, string(rune('a'+1+p.Variant))+" "+p.Field+" "+string(p.Problem))
	}
	assert.Equal(t, []string{
		"a title missing", "a slug slug", "a category missing", "a summary too_long", "a tags twice", "a options missing", "a pictures pictures",
		"b sku missing", "b barcode too_long", "b origin country", "b price negative", "b sale_price not_less", "b sale_until ends", "b options options", "b weight negative",
		"b low_stock negative", "c price range", "c options too_long", "c weight range", "d options too_long", "d sku twice", "d options twice",
	}, got)
	odd := good
	odd.Title, odd.Description, odd.Tags = "A\x7fB", "one\r\n\ttwo", []string{"\x01"}
	assert.Equal(t, []models.ProductProblem{{Field: "title", Variant: -1, Problem: invalid.Characters}, {Field: "tags", Variant: -1, Problem: invalid.Characters}}, odd.Problems())
	odd.Title, odd.Tags = "gnp\u202ekcalb", []string{"family \U0001F468\u200d\U0001F469\u200d\U0001F467", "\u2067x"}
	assert.Equal(t, []models.ProductProblem{{Field: "title", Variant: -1, Problem: invalid.Characters}, {Field: "tags", Variant: -1, Problem: invalid.Characters}}, odd.Problems())
	assert.Equal(t, invalid.Variants, models.Product{Title: "T", Slug: "t", CategoryID: "c"}.Problems()[0].Problem, "something to sell")
}
