package catalogue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

func testDesk() formContext {
	return formContext{
		categories: []models.Category{
			{ID: "home", Slug: "home", Name: "Home"}, {ID: "cups", ParentID: "home", Slug: "cups", Name: "Cups"}, {ID: "desk", Slug: "desk", Name: "Desk", Position: 1},
		},
		langs: []i18n.Language{{Tag: "zh-Hans", Name: "简体中文"}}, zone: time.FixedZone("east", 8*60*60), digits: 2,
	}
}

// fullProduct has something of everything that the form shows.
func fullProduct() models.Product {
	zh := func(pairs ...string) models.Texts {
		fields := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			fields[pairs[i]] = pairs[i+1]
		}
		return models.Texts{"zh-Hans": fields, "fr": {"title": "titre"}}
	}
	return models.Product{
		ID: models.NewID(), Slug: "shirt", CategoryID: "cups", CategoryIDs: []string{"cups", "desk"}, Title: "Shirt", Summary: "Of linen", Description: "One.\n\nTwo.",
		Tags: []string{"summer", "linen"}, Featured: true, Hidden: true, Version: 7, OptionNames: models.List{"Colour", "Size"},
		Texts: zh("title", "衬衫", "summary", "亚麻", "option1", "颜色", "option2", "尺寸"),
		Variants: []models.Variant{
			{
				ID: "v1", ProductID: "p", SKU: "S-1", Title: "Sand / S", Options: models.List{"Sand", "S"}, Price: models.MustAmount("40"), OnHand: 5, Reserved: 1, Sold: 2,
				Texts: zh("option1", "沙色", "title", "沙色 / S"),
			},
			{
				ID: "v2", ProductID: "p", SKU: "S-2", Title: "Blue / L", Options: models.List{"Blue", "L"}, Price: models.MustAmount("45.5"), SalePrice: models.MustAmount("30"),
				SaleFrom: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC), SaleUntil: time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC), Weight: models.MustAmount("0.25"),
				LowStock: 3, Barcode: "4006381333931", Origin: "PT", Picture: "pictures/b.svg", Virtual: true, Untracked: true, Retired: true, Texts: zh("option1", "蓝色", "title", "蓝色 / L"),
			},
		},
		Pictures: []models.Picture{{ID: "i1", Source: "pictures/a.svg", Alt: "A", Texts: zh("alt", "图")}, {ID: "i2", Source: "pictures/b.svg", Texts: models.Texts{}}},
	}
}

// encode is what a browser sends of a form.
func encode(f pages.ProductForm) url.Values {
	v := url.Values{
		"id": {f.ID}, "version": {f.Version}, "title": {f.Title.Value}, "slug": {f.Slug.Value}, "summary": {f.Summary.Value},
		"description": {strings.ReplaceAll(f.Description.Value, "\n", "\r\n")}, "tags": {f.Tags.Value},
	}
	tick := func(name string, is bool) {
		if is {
			v.Set(name, "1")
		}
	}
	tick("featured", f.Featured)
	tick("hidden", f.Hidden)
	for _, c := range f.Categories {
		if c.Chosen {
			v.Add("category", c.ID)
		}
		if c.Primary {
			v.Set("primary", c.ID)
		}
	}
	for _, t := range f.Texts {
		v.Set("t."+t.Lang+".title", t.Title.Value)
		v.Set("t."+t.Lang+".summary", t.Summary.Value)
		v.Set("t."+t.Lang+".description", t.Description.Value)
	}
	for i, o := range f.Options {
		at := "o." + strconv.Itoa(i) + "."
		v.Add("option", strconv.Itoa(i))
		v.Set(at+"name", o.Name.Value)
		v.Set(at+"values", o.Values.Value)
		for _, t := range o.Texts {
			v.Set(at+t.Lang+".name", t.Name)
			v.Set(at+t.Lang+".values", t.Values)
		}
	}
	for i, r := range f.Variants {
		at := "v." + strconv.Itoa(i) + "."
		v.Add("variant", strconv.Itoa(i))
		for name, field := range map[string]pages.Field{
			"title": r.Title, "sku": r.SKU, "price": r.Price, "sale": r.SalePrice, "from": r.SaleFrom, "until": r.SaleUntil, "stock": r.Stock,
			"weight": r.Weight, "low": r.LowStock,
		} {
			v.Set(at+name, field.Value)
		}
		for _, f := range r.Plain {
			v.Set(at+f.Name, f.Value)
		}
		v.Set(at+"id", r.ID)
		v.Set(at+"picture", r.Picture)
		tick(at+"virtual", r.Virtual)
		tick(at+"untracked", r.Untracked)
		tick(at+"retired", r.Retired)
		for j, o := range r.Options {
			v.Set(at+"opt."+strconv.Itoa(j), o.Value)
		}
	}
	for i, p := range f.Pictures {
		at := "p." + strconv.Itoa(i) + "."
		v.Add("picture", strconv.Itoa(i))
		v.Set(at+"source", p.Source)
		v.Set(at+"alt", p.Alt.Value)
		for _, t := range p.Texts {
			v.Set(at+t.Lang, t.Field.Value)
		}
	}
	return v
}

func TestProductForm_GivesBackWhatWasStored(t *testing.T) {
	k, stored := testDesk(), fullProduct()
	f := k.readForm(encode(k.filledForm(stored)))
	got, ok := k.product(&f, stored)
	require.True(t, ok, "%+v", f)
	assert.Equal(t, catalogue.ProductFacts(stored, k.categories), catalogue.ProductFacts(got, k.categories), "nothing has changed")
	assert.Equal(t, stored.Texts, got.Texts, "languages that the shop does not offer stay")
	for i := range stored.Variants {
		assert.Equal(t, stored.Variants[i].Texts, got.Variants[i].Texts)
		assert.Equal(t, [3]int{stored.Variants[i].OnHand, stored.Variants[i].Reserved, stored.Variants[i].Sold}, [3]int{got.Variants[i].OnHand, got.Variants[i].Reserved, got.Variants[i].Sold})
		assert.True(t, stored.Variants[i].SaleUntil.Equal(got.Variants[i].SaleUntil), "times are of the shop's zone on the page and UTC in the store")
	}
	was, is := models.ChangedFacts(catalogue.ProductFacts(stored, k.categories), catalogue.ProductFacts(got, k.categories))
	assert.Empty(t, was)
	assert.Empty(t, is)
}

func TestProductForm_ANewVariantHasStockAndAnOldOneKeepsIts(t *testing.T) {
	k, stored := testDesk(), fullProduct()
	f := k.filledForm(stored)
	require.True(t, k.changeRows(&f, "variant.add"))
	f.Variants[0].Stock.Value = "999"
	f.Variants[2].Stock.Value, f.Variants[2].SKU.Value = "12", "S-3"
	f.Variants[2].Options[0].Value, f.Variants[2].Options[1].Value = "Sand", "L"
	f = k.readForm(encode(f))
	got, ok := k.product(&f, stored)
	require.True(t, ok)
	assert.Equal(t, 5, got.Variants[0].OnHand)
	assert.Equal(t, 12, got.Variants[2].OnHand)
	assert.Equal(t, "45.5", got.Variants[2].Price.String(), "a new row begins with the price of the last one")
	assert.Equal(t, "沙色 / L", got.Variants[2].Texts["zh-Hans"]["title"])
}

func TestProductForm_OffersCountriesOfOriginByName(t *testing.T) {
	k, stored := testDesk(), fullProduct()
	k.lang = "zh-Hans"
	origin := func(v pages.VariantForm) pages.PlainField {
		at := slices.IndexFunc(v.Plain, func(f pages.PlainField) bool { return f.Name == "origin" })
		require.GreaterOrEqual(t, at, 0)
		return v.Plain[at]
	}
	f := k.filledForm(stored)
	require.True(t, k.changeRows(&f, "variant.add"))
	require.Len(t, f.Suggestions, 1, "one list for all variants")
	assert.Len(t, f.Suggestions[0].Choices, len(models.CountriesIn("zh-Hans")))
	assert.Contains(t, f.Suggestions[0].Choices, pages.Choice{Value: "PT", Label: "葡萄牙"})
	for i, want := range [][2]string{{"", ""}, {"PT", "葡萄牙"}, {"", ""}} {
		field := origin(f.Variants[i])
		assert.Equal(t, want, [2]string{field.Value, field.Meaning})
		assert.Equal(t, f.Suggestions[0].ID, field.List)
	}
	typed := encode(k.filledForm(stored))
	typed.Set("v.0.origin", "cn")
	typed.Set("v.1.origin", "XX")
	f = k.readForm(typed)
	got, ok := k.product(&f, stored)
	assert.False(t, ok)
	assert.Equal(t, "CN", got.Variants[0].Origin)
	assert.Equal(t, invalid.Country, origin(f.Variants[1]).Problem)
	assert.True(t, f.Variants[1].Bad())
	assert.Equal(t, "XX", origin(f.Variants[1]).Value, "what was sent is seen")
	assert.Empty(t, origin(f.Variants[1]).Meaning)
	assert.Equal(t, "中国", origin(f.Variants[0]).Meaning, "small letters are a code too")
}

func TestCombine_MakesWhatIsMissingAndNothingTwice(t *testing.T) {
	k := testDesk()
	f := k.filledForm(fullProduct())
	require.True(t, k.changeRows(&f, "combine"))
	var made []string
	for _, v := range f.Variants {
		made = append(made, strings.Join(valuesOf(v), "/"))
	}
	assert.ElementsMatch(t, []string{"Sand/S", "Blue/L", "Sand/L", "Blue/S"}, made)
	require.True(t, k.changeRows(&f, "combine"))
	assert.Len(t, f.Variants, 4)

	f.Options[0].Values.Value = strings.TrimSpace(strings.Repeat("x\n", 30))
	for i := range 30 {
		f.Options[0].Values.Value += "\n" + strconv.Itoa(i)
	}
	f.Options[1].Values.Value = f.Options[0].Values.Value
	require.True(t, k.changeRows(&f, "combine"))
	assert.Equal(t, invalid.Variants, f.OptionProblem, "more than there can be are not made")
	assert.Len(t, f.Variants, 4)
}

func TestChange_KnowsItsButtonsOnly(t *testing.T) {
	k := testDesk()
	for _, do := range []string{
		"", "save.all", "option.remove", "option.remove.9", "option.remove.-1", "option.remove.x", "variant.remove.2", "picture.up.2", "picture.fly.0", "combine.now.x",
	} {
		f := k.filledForm(fullProduct())
		assert.False(t, k.changeRows(&f, do), do)
	}
	f := k.filledForm(fullProduct())
	require.True(t, k.changeRows(&f, "picture.down.0"))
	assert.Equal(t, "pictures/b.svg", f.Pictures[0].Source)
	require.True(t, k.changeRows(&f, "picture.up.0"), "the first one stays where it is")
	require.True(t, k.changeRows(&f, "picture.remove.0"))
	require.True(t, k.changeRows(&f, "option.remove.0"))
	assert.Len(t, f.Options, 1)
	assert.Equal(t, []string{"S"}, valuesOf(f.Variants[0]))
	for range 9 {
		k.changeRows(&f, "option.add")
	}
	assert.Len(t, f.Options, models.MaxOptionNames)
}

func TestProduct_APictureThatIsTakenAwayIsNobodysPicture(t *testing.T) {
	k, stored := testDesk(), fullProduct()
	f := k.filledForm(stored)
	require.True(t, k.changeRows(&f, "picture.remove.1"))
	got, ok := k.product(&f, stored)
	require.True(t, ok)
	assert.Empty(t, got.Variants[1].Picture)
	assert.Equal(t, []string{"pictures/a.svg"}, got.PictureSources())
}

func TestCategoryRows_SayWhereEachCanGo(t *testing.T) {
	list := []models.Category{
		{ID: "a", Slug: "a"}, {ID: "b", Slug: "b", Position: 1}, {ID: "b1", ParentID: "b", Slug: "b1"}, {ID: "b2", ParentID: "b", Slug: "b2", Position: 1}, {ID: "c", Slug: "c", Position: 2},
	}
	moves := map[string]pages.CategoryMoves{}
	for _, r := range categoryRows(list, map[string]int{"a": 3}) {
		moves[r.ID] = r.Moves
	}
	place := func(parent, before string) *pages.Place { return &pages.Place{Parent: parent, Before: before} }
	assert.Equal(t, map[string]pages.CategoryMoves{
		"a":  {Down: place("", "c")},
		"b":  {Up: place("", "a"), Down: place("", ""), In: place("a", "")},
		"b1": {Down: place("b", ""), Out: place("", "c")},
		"b2": {Up: place("b", "b1"), In: place("b1", ""), Out: place("", "c")},
		"c":  {Up: place("", "b"), In: place("b", "")},
	}, moves)
	deep := []models.Category{{ID: "0", Slug: "0"}}
	for i := 1; i < models.MaxCategoryDepth; i++ {
		deep = append(deep, models.Category{ID: strconv.Itoa(i), ParentID: strconv.Itoa(i - 1), Slug: strconv.Itoa(i)})
	}
	deep = append(deep, models.Category{ID: "last", ParentID: "3", Slug: "z", Position: 9})
	for _, r := range categoryRows(deep, nil) {
		if r.ID == "last" {
			assert.Nil(t, r.Moves.In, "no deeper than the deepest")
		}
	}
}

func TestPlaceMoves_NeverLeaveThePage(t *testing.T) {
	rows := []pages.ProductRow{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	placeMoves(rows, false)
	assert.Equal(t, []string{"-", "c", "a", "", "b", "-"}, []string{rows[0].Up, rows[0].Down, rows[1].Up, rows[1].Down, rows[2].Up, rows[2].Down})
	placeMoves(rows, true)
	assert.Equal(t, "-", rows[1].Down, "what follows is on the next page")
}

func TestTagsOf_CutsAtCommasOfBothKinds(t *testing.T) {
	assert.Equal(t, []string{"new year", "礼物", "茶"}, tagsOf(" new  year,礼物，茶、, 茶"))
	assert.Empty(t, tagsOf(" , "))
}
