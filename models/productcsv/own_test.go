package productcsv_test

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
)

func categories() []models.Category {
	return []models.Category{
		{ID: "c1", Slug: "kitchen", Name: "Kitchen, large"},
		{ID: "c2", Slug: "cups", Name: `Cups > \mugs`, ParentID: "c1"},
		{ID: "c3", Slug: "cups-2", Name: "Gifts"},
		{ID: "c4", Slug: "cups-3", Name: "Gifts"}, // two have the same name: the slug tells them apart
	}
}

// full returns a product with a value in every field.
func full() *models.Product {
	at := time.Date(2026, 11, 20, 1, 2, 3, 4e6, time.UTC)
	return &models.Product{
		ID: "p1", Slug: "shirt", Title: "=SUM(A1)", Summary: "'+quoted", Description: "One\n\nTwo, \"three\"\n- four", Featured: true, Hidden: true,
		Position: -3, CategoryID: "c4", CategoryIDs: []string{"c4", "c2"}, Tags: []string{"a, b", "-c"}, OptionNames: models.List{"Colour", "Size"}, Version: 7,
		Texts: models.Texts{"zh-Hans": {"title": "衬衫", "option1": "颜色"}, "de": {"summary": "@Hemd"}},
		Variants: []models.Variant{
			{
				ID: "v1", ProductID: "p1", SKU: "'=SKU 1", Title: "Red / L, wide", Options: models.List{"Red", "L, wide"}, Price: models.MustAmount("19.99"),
				SalePrice: models.MustAmount("15"), SaleFrom: at, SaleUntil: at.Add(time.Hour), Picture: "media/x.jpg", Weight: models.MustAmount("0.125"),
				Virtual: true, LowStock: 4, Barcode: "0123", Origin: "PT", OnHand: 8, Reserved: 2, Position: 0, Texts: models.Texts{"zh-Hans": {"title": "红"}},
			},
			{ID: "v2", ProductID: "p1", SKU: "B", Title: "Blue / M", Options: models.List{"Blue", "M"}, Price: models.MustAmount("20"), Untracked: true, Retired: true, Position: 5},
		},
		Pictures: []models.Picture{
			{ID: "i1", ProductID: "p1", Source: "a.svg", Position: 0},
			{ID: "i2", ProductID: "p1", Source: "media/x.jpg", Alt: "A shirt, red", Position: 2, Texts: models.Texts{"zh-Hans": {"alt": "一件, 衬衫"}}},
		},
	}
}

func write(t require.TestingT, products ...*models.Product) string {
	texts := map[productcsv.Text]bool{}
	for _, p := range products {
		productcsv.TextsOf(texts, p)
	}
	var out bytes.Buffer
	w, err := productcsv.NewWriter(&out, texts, productcsv.Paths(categories()))
	require.NoError(t, err)
	for _, p := range products {
		require.NoError(t, w.Write(p))
	}
	require.NoError(t, w.Close())
	return out.String()
}

// shopOf returns a shop with these products.
func shopOf(products ...*models.Product) *productcsv.Shop {
	shop := &productcsv.Shop{
		Products: map[string]*models.Product{}, BySKU: map[string]string{}, BySlug: map[string]string{}, Categories: categories(),
		Fetched: map[string]string{}, HasPicture: func(string) bool { return true }, NewID: models.NewID,
	}
	for _, p := range products {
		shop.Products[p.ID], shop.BySlug[p.Slug] = p, p.ID
		for _, v := range p.Variants {
			shop.BySKU[v.SKU] = p.ID
		}
	}
	return shop
}

func readOwn(t require.TestingT, text string) *productcsv.File {
	file, err := productcsv.Read(strings.NewReader(text), productcsv.Options{Digits: 2})
	require.NoError(t, err)
	require.Equal(t, productcsv.DialectCoincart, file.Dialect)
	return file
}

func TestOwnFormat_ReadingWhatWasWrittenChangesNothing(t *testing.T) {
	text := write(t, full(), &models.Product{ID: "p2", Slug: "empty", Title: "No variants", CategoryID: "c1", CategoryIDs: []string{"c1"}})
	file := readOwn(t, text)
	assert.Empty(t, problemLines(file.Problems))
	p2 := &models.Product{ID: "p2", Slug: "empty", Title: "No variants", CategoryID: "c1", CategoryIDs: []string{"c1"}}
	plan := productcsv.MakePlan(file, shopOf(full(), p2))
	assert.Empty(t, problemLines(plan.Problems))
	assert.Empty(t, plan.Items)
	assert.Empty(t, plan.Categories)
	assert.Equal(t, 2, plan.Unchanged)
}

func TestOwnFormat_AnotherShopGetsTheSameProduct(t *testing.T) {
	file := readOwn(t, write(t, full()))
	shop := shopOf()
	shop.Categories = nil
	plan := productcsv.MakePlan(file, shop)
	assert.Empty(t, problemLines(plan.Problems))
	require.Len(t, plan.Items, 1)
	made := plan.Items[0].Product
	assert.Equal(t, 1, plan.New)
	names := map[string]models.Category{}
	for _, c := range plan.Categories {
		names[c.Slug] = c
	}
	assert.Equal(t, `Cups > \mugs`, names["cups"].Name)
	assert.Equal(t, "Kitchen, large", plan.Categories[slices.IndexFunc(plan.Categories, func(c models.Category) bool { return c.ID == names["cups"].ParentID })].Name)
	assert.Equal(t, []string{names["cups-3"].ID, names["cups"].ID}, made.CategoryIDs)
	want := full()
	assert.Equal(t, want.Title, made.Title)
	assert.Equal(t, want.Texts, made.Texts)
	assert.Equal(t, want.Tags, made.Tags)
	assert.Equal(t, want.Variants[0].SKU, made.Variants[0].SKU)
	assert.Equal(t, want.Variants[0].Texts, made.Variants[0].Texts)
	assert.Equal(t, want.Variants[0].SaleUntil, made.Variants[0].SaleUntil)
	assert.Equal(t, 8, made.Variants[0].OnHand)
	assert.Equal(t, want.Pictures[1].Texts, made.Pictures[1].Texts)
	assert.Equal(t, "a.svg", made.Cover)

	// An export of the imported product is the same file.
	again := readOwn(t, write(t, full()))
	shop = shopOf(&made)
	shop.Categories = plan.Categories
	plan = productcsv.MakePlan(again, shop)
	assert.Empty(t, plan.Items)
	assert.Equal(t, 1, plan.Unchanged)
}

func TestOwnFormat_NoCellIsAFormula(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(write(t, full()), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	for _, row := range rows {
		for _, cell := range row {
			assert.False(t, strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "+") || strings.HasPrefix(cell, "-") || strings.HasPrefix(cell, "@"), cell)
		}
	}
}

func TestOwnFormat_TellsEveryProblem(t *testing.T) {
	head := "Coincart product,Title,SKU,Price,Stock,Options,Variant options,Sale until\n"
	file := readOwn(t, head+
		"a,A,A1,1,1,Size,L,\n"+
		"a,,A2,x,-1,,L,\n"+ // price, stock, repeated options
		"a,,A1,1,1,,M,never\n"+ // repeated SKU, a time
		"b b,B,B1,1,1,,,\n"+ // no slug
		"c,,C1,1,1,,L,\n"+ // no title, a value without an option
		"d,D,,,,,,\n") // no variant: allowed
	assert.Equal(t, []string{
		"3 options_twice Variant options", "3 price Price", "3 negative Stock", "4 sku_twice SKU", "4 date Sale until", "5 slug Coincart product",
		"6 missing Title", "6 option_count Variant options",
	}, problemLines(file.Problems))
	require.Len(t, file.Records, 1)
	assert.Equal(t, "d", file.Records[0].Slug)
}

func TestOwnFormat_ColumnsThatAreNotThereLeaveThingsAsTheyAre(t *testing.T) {
	was := full()
	plan := productcsv.MakePlan(readOwn(t, "Coincart product,SKU,Price\nshirt,B,21\n"), shopOf(was))
	assert.Empty(t, problemLines(plan.Problems))
	require.Len(t, plan.Items, 1)
	item := plan.Items[0]
	assert.Equal(t, []string{"price", "variants"}, item.Fields, "the variant that is named comes first")
	want := full()
	want.Variants[0], want.Variants[1] = want.Variants[1], want.Variants[0]
	want.Variants[0].Price = models.MustAmount("21")
	want.Variants[0].Position, want.Variants[1].Position = 0, 1
	assert.Equal(t, *want, item.Product)
	assert.Equal(t, full(), was, "a plan changes nothing")
}

// The texts are random.
func TestOwnFormat_AnyTextsComeBack(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("=+-@'\t\n ,;>\\\"`a1＝中é")), rapid.RuneFrom([]rune("xyz"))))
	one := rapid.StringOfN(rapid.RuneFrom([]rune("=+-@' ,>\\\"a中")), 1, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		p := full()
		p.Title, p.Summary, p.Description = one.Draw(t, "title"), text.Draw(t, "summary"), text.Draw(t, "description")
		p.Tags = slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(one, 0, 4).Draw(t, "tags"))))
		p.OptionNames = models.List{one.Draw(t, "option"), one.Draw(t, "other option")}
		p.Variants[0].Options = models.List{one.Draw(t, "value"), text.Draw(t, "other value")}
		p.Variants[0].Title = strings.Join(p.Variants[0].Options, " / ")
		p.Variants[0].SKU = "S" + one.Draw(t, "sku")
		p.Pictures[0].Alt, p.Pictures[1].Alt = text.Draw(t, "alt"), text.Draw(t, "alt 2")
		p.Texts = models.Texts{"de": {"title": one.Draw(t, "german")}}
		file := readOwn(t, write(t, p))
		require.Empty(t, problemLines(file.Problems))
		plan := productcsv.MakePlan(file, shopOf(p))
		for _, item := range plan.Items {
			t.Fatalf("changed: %v", item.Fields)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(wooHeader + "\n" + simple("A") + "\n" + variable("S") + "\n" + variation("V", "S", "Red") + "\n")
	f.Add("SKU;Name;Regular price\nA;\"b\nc\";'=1\n")
	f.Add("Coincart product,Title,SKU,Price,product title [de]\na,b,c,1,d\n")
	f.Add("ID,Type,Name,Parent\n1,variation,a,id:1\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := productcsv.Read(strings.NewReader(text), productcsv.Options{Digits: 2})
		require.NoError(t, err)
		lines := strings.Count(text, "\n") + 1
		for _, p := range file.Problems {
			require.LessOrEqual(t, p.Line, lines)
			require.NotEmpty(t, p.Code)
		}
		plan := productcsv.MakePlan(file, shopOf())
		skus := map[string]bool{}
		for _, r := range file.Records {
			for _, v := range r.Variants {
				require.NotEmpty(t, v.SKU)
				require.False(t, skus[v.SKU], "no SKU twice")
				skus[v.SKU] = true
				require.False(t, v.Price.IsNegative())
			}
		}
		// An import of the file plans the same as an import of its own export.
		shop := shopOf()
		shop.Categories = append(shop.Categories, plan.Categories...)
		for i := range plan.Items {
			p := plan.Items[i].Product
			shop.Products[p.ID], shop.BySlug[p.Slug] = &p, p.ID
			for _, v := range p.Variants {
				shop.BySKU[v.SKU] = p.ID
			}
		}
		again := productcsv.MakePlan(file, shop)
		for _, item := range again.Items {
			require.Empty(t, item.Fields, "the second time changes nothing")
		}
	})
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>a</p><script>b</script>")
	f.Add("<svg><svg/><textarea>")
	f.Fuzz(func(t *testing.T, source string) {
		text := productcsv.PlainText(source)
		require.Equal(t, strings.TrimSpace(text), text)
		require.NotContains(t, text, "\n\n\n")
	})
}

func TestPlan_FindsCategoriesByPathAndMakesTheRest(t *testing.T) {
	file := read(t, "SKU,Name,Regular price,Categories",
		`A,a,1,"Kitchen\, large > Pots, gifts"`, `B,b,1,kitchen\, large`, `C,c,1,`, `D,d,1,"New > Newer, New"`)
	// The comma of the first row is within quotes, so its list has two entries; that of the second row is outside.
	require.Equal(t, []string{"3 cells"}, problemLines(file.Problems))
	plan := productcsv.MakePlan(file, shopOf())
	var made []string
	for _, c := range plan.Categories {
		made = append(made, c.Slug)
	}
	assert.Equal(t, []string{"pots", "uncategorized", "new", "newer"}, made)
	assert.Equal(t, "c1", plan.Categories[0].ParentID)
	assert.Equal(t, []string{plan.Categories[0].ID, "c3"}, plan.Items[0].Product.CategoryIDs)
}

func TestPlan_RefusesWhatBelongsToAnother(t *testing.T) {
	one, two := full(), full()
	two.ID, two.Slug = "p2", "other"
	two.Variants = []models.Variant{{ID: "v9", ProductID: "p2", SKU: "OTHER", Price: models.MustAmount("1")}}
	plan := productcsv.MakePlan(readOwn(t, "Coincart product,SKU,Price\nshirt,OTHER,1\n"), shopOf(one, two))
	assert.Equal(t, []string{"2 sku_elsewhere SKU"}, problemLines(plan.Problems))
	plan = productcsv.MakePlan(read(t, wooHeader, variable("S"), variation("B", "S", "Red"), variation("OTHER", "S", "Blue")), shopOf(one, two))
	assert.Equal(t, []string{"4 product_split SKU"}, problemLines(plan.Problems))
	assert.Empty(t, plan.Items)
}

func TestPlan_PicturesThatHaveToBeFetchedLeaveTheOldOnes(t *testing.T) {
	was := full()
	was.OptionNames = nil
	was.Variants = []models.Variant{{ID: "v1", ProductID: "p1", SKU: "A", Price: models.MustAmount("1"), Untracked: true}}
	file := read(t, "SKU,Name,Regular price,Images", `A,"=SUM(A1)",1,"https://s.example/1.jpg, a.svg, gone.svg"`)
	shop := shopOf(was)
	shop.HasPicture = func(name string) bool { return name == "a.svg" }
	plan := productcsv.MakePlan(file, shop)
	assert.Equal(t, []string{"2 picture_unknown"}, problemLines(plan.Problems))
	require.Len(t, plan.Items, 1)
	assert.True(t, plan.Items[0].Pending())
	assert.Equal(t, was.Pictures, plan.Items[0].Product.Pictures)
	assert.Len(t, plan.Items[0].Fetch, 2)
	assert.Equal(t, 1, plan.Unchanged)

	shop.Fetched["https://s.example/1.jpg"] = "media/1.jpg"
	plan = productcsv.MakePlan(file, shop)
	require.Len(t, plan.Items, 1)
	assert.Equal(t, []string{"pictures"}, plan.Items[0].Fields)
	assert.Equal(t, "media/1.jpg", plan.Items[0].Product.Pictures[0].Source)
	assert.Equal(t, "i1", plan.Items[0].Product.Pictures[1].ID, "a picture that is there keeps its id")
	assert.Equal(t, "media/1.jpg", plan.Items[0].Product.Cover)
}

func TestPlan_StockOfVariantsThatAreThereCanBeKept(t *testing.T) {
	file := readOwn(t, "Coincart product,SKU,Price,Stock,Stock counted\nshirt,''=SKU 1,100,3,1\nshirt,B,100,9,0\nshirt,NEW,100,4,1\n")
	require.Empty(t, problemLines(file.Problems))
	was := full()
	was.OptionNames, was.Variants[0].Options, was.Variants[1].Options = nil, nil, nil
	shop := shopOf(was)
	plan := productcsv.MakePlan(file, shop)
	assert.Empty(t, problemLines(plan.Problems))
	assert.Equal(t, []models.StockLevel{{VariantID: "v1", OnHand: 3}}, plan.Items[0].Stock)
	assert.Equal(t, 4, plan.Items[0].Product.Variants[2].OnHand)
	shop.KeepStock = true
	plan = productcsv.MakePlan(file, shop)
	assert.Empty(t, plan.Items[0].Stock)
	assert.Equal(t, 4, plan.Items[0].Product.Variants[2].OnHand)
}

func TestWriter_WritesTranslationsInOneOrder(t *testing.T) {
	first, _, _ := strings.Cut(write(t, full()), "\n")
	for range 5 {
		again, _, _ := strings.Cut(write(t, full()), "\n")
		assert.Equal(t, first, again)
	}
	known := map[productcsv.Text]bool{}
	productcsv.TextsOf(known, full())
	assert.Len(t, slices.Collect(maps.Keys(known)), 5)
}

func TestPlan_TellsWhatTheShopWouldNotTake(t *testing.T) {
	plan := productcsv.MakePlan(readOwn(t, "Coincart product,SKU,Price,Sale price\nshirt,B,14,\nshirt,''=SKU 1,14,\n"), shopOf(full()))
	assert.Empty(t, plan.Problems, "the sale price becomes empty")
	plan = productcsv.MakePlan(readOwn(t, "Coincart product,SKU,Price\nshirt,B,14\nshirt,''=SKU 1,14\n"), shopOf(full()))
	require.Equal(t, []string{"3 refused"}, problemLines(plan.Problems), "its sale price of 15 is not below 14")
	assert.Equal(t, map[string]string{"field": "sale_price", "why": "not_less"}, plan.Problems[0].Values)
	assert.Empty(t, plan.Items)
}

// TestOwnFormat_PlainColumnsAreReadMergedAndWritten takes each plain column from a product that has a value in it to one that has none.
func TestOwnFormat_PlainColumnsAreReadMergedAndWritten(t *testing.T) {
	for column, want := range map[string]struct {
		cell, field string
		of          func(v models.Variant) any
	}{
		"Low stock":         {" 4 ", "low_stock", func(v models.Variant) any { return v.LowStock }},
		"Weight (kg)":       {"0.125", "weight", func(v models.Variant) any { return v.Weight }},
		"Virtual":           {"yes", "virtual", func(v models.Variant) any { return v.Virtual }},
		"Barcode":           {"0123", "barcode", func(v models.Variant) any { return v.Barcode }},
		"Country of origin": {" pt ", "origin", func(v models.Variant) any { return v.Origin }},
	} {
		text := "Coincart product,SKU," + column + "\nshirt,'=SKU 1," + want.cell + "\n"
		was := full()
		was.Variants = []models.Variant{{ID: "v1", ProductID: "p1", SKU: "=SKU 1", Title: "Red / L", Options: models.List{"Red", "L"}, Price: models.MustAmount("1")}}
		plan := productcsv.MakePlan(readOwn(t, text), shopOf(was))
		require.Len(t, plan.Items, 1, column)
		assert.Equal(t, []string{want.field}, plan.Items[0].Fields)
		assert.EqualValues(t, want.of(full().Variants[0]), want.of(plan.Items[0].Product.Variants[0]), column)
		assert.Empty(t, productcsv.MakePlan(readOwn(t, write(t, &plan.Items[0].Product)), shopOf(&plan.Items[0].Product)).Items, column)
	}
}

func TestOwnFormat_OriginIsTheCodeOfACountry(t *testing.T) {
	for cell, refused := range map[string]bool{"PT": false, "cn": false, "": false, "Portugal": true, "XX": true, "PRT": true, "葡萄牙": true} {
		plan := productcsv.MakePlan(readOwn(t, "Coincart product,SKU,Price,Country of origin\nshirt,B,21,"+cell+"\n"), shopOf(full()))
		if !refused {
			assert.Empty(t, problemLines(plan.Problems), cell)
			require.Len(t, plan.Items, 1, cell)
			assert.Equal(t, strings.ToUpper(cell), plan.Items[0].Product.Variants[0].Origin)
			continue
		}
		require.Equal(t, []string{"2 refused"}, problemLines(plan.Problems), cell)
		assert.Equal(t, map[string]string{"field": "origin", "why": "country"}, plan.Problems[0].Values)
		assert.Empty(t, plan.Items)
	}
	assert.Contains(t, write(t, full()), ",0123,PT,media/x.jpg,", "the code is written behind the barcode")
}
