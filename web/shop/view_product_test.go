package shop

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestProductView(t *testing.T) {
	product := models.Product{
		Slug: "mug", Title: "Mug", Description: "One.\r\n\r\n Two. \n\n\n\nThree.", Cover: "c.svg", CoverAlt: "A mug", Tags: []string{"Tea time", "新品"},
		Variants: []models.Variant{
			{ID: "a", SKU: "A", Title: "Small", Price: models.MustAmount("10"), OnHand: 0},
			{ID: "b", SKU: "B", Title: "Large", Texts: texts("title", "大"), Price: models.MustAmount("12"), OnHand: 3},
			{ID: "c", SKU: "C", Title: "Gift", Price: models.MustAmount("5"), Untracked: true, Virtual: true},
		},
	}
	view := productView(i18n.ByTag("zh-Hans"), dollars(), product, chosenVariant(product, "b"), noon)
	assert.Equal(t, []string{"One.", "Two.", "Three."}, view.Paragraphs)
	assert.Equal(t, []templates.Picture{{Source: "c.svg", Alt: "A mug"}}, view.Pictures, "the cover stands in for pictures")
	assert.Equal(t, []pages.Variant{
		{ID: "a", SKU: "A", Title: "Small", Price: "US$10.00", SoldOut: true},
		{ID: "b", SKU: "B", Title: "大", Price: "US$12.00", Left: 3, Selected: true},
		{ID: "c", SKU: "C", Title: "Gift", Price: "US$5.00", Virtual: true},
	}, view.Variants)
	assert.Equal(t, []templates.Link{{Text: "Tea time", URL: "/tags/tea-time"}, {Text: "新品", URL: "/tags/%E6%96%B0%E5%93%81"}}, view.Tags)
	assert.Empty(t, view.Options)
	assert.False(t, view.Unmade)

	assert.Equal(t, "a", chosenBySKU(product, "A").id(), "a sold-out variant can be looked at")
	assert.Equal(t, "b", chosenBySKU(product, "").id(), "the first that can be bought")
	assert.Equal(t, "b", chosenBySKU(product, "gone").id())
	product.Variants = product.Variants[:1]
	assert.Empty(t, chosenBySKU(product, "").id())
}

func TestProductView_SaysTheSaleAndItsEnd(t *testing.T) {
	v := models.Variant{ID: "a", SKU: "A", Price: models.MustAmount("20"), SalePrice: models.MustAmount("15"), SaleUntil: noon.Add(time.Hour), OnHand: 9}
	p := i18n.ByTag("en")
	during := variantView(p, dollars(), v, noon)
	assert.Equal(t, "$15.00", during.Price)
	assert.Equal(t, "$20.00", during.Regular)
	assert.Equal(t, "2026-11-22T13:00:00Z", during.SaleEnds.ISO)
	after := variantView(p, dollars(), v, noon.Add(time.Hour))
	assert.Equal(t, "$20.00", after.Price, "the end is not one of the sale's times")
	assert.Empty(t, after.Regular)
	v.SaleUntil = time.Time{}
	assert.Empty(t, variantView(p, dollars(), v, noon).SaleEnds.Text)
}

// shirt is made in sand and blue, small and large, but not large in blue; the small sand one is sold out.
func shirt() models.Product {
	variant := func(id, colour, size string, onHand int) models.Variant {
		return models.Variant{
			ID: id, SKU: id, Options: models.List{colour, size}, OnHand: onHand, Price: models.MustAmount("40"), Picture: "p-" + colour,
			Texts: texts("option1", map[string]string{"Sand": "沙色", "Blue": "蓝色"}[colour]),
		}
	}
	return models.Product{
		Slug: "shirt", OptionNames: models.List{"Colour", "Size"}, Texts: texts("option1", "颜色"),
		Variants: []models.Variant{variant("sand-s", "Sand", "S", 0), variant("sand-l", "Sand", "L", 7), variant("blue-s", "Blue", "S", 2)},
		Pictures: []models.Picture{{Source: "p-first"}, {Source: "p-Sand"}, {Source: "p-Blue"}},
	}
}

func TestOptions_SayWhatCanBeHadTogether(t *testing.T) {
	product := shirt()
	for name, c := range map[string]struct {
		colour, size string
		chosen       string
		unmade       bool
		states       [4]pages.OptionState // sand, blue, S, L
		picture      string
	}{
		"nothing": {"", "", "", false, [4]pages.OptionState{"", "", "", ""}, "p-first"},
		"blue":    {"Blue", "", "", false, [4]pages.OptionState{"", "", "", pages.OptionNone}, "p-first"},
		"small":   {"", "S", "", false, [4]pages.OptionState{pages.OptionSoldOut, "", "", ""}, "p-first"},
		"sand L":  {"Sand", "L", "sand-l", false, [4]pages.OptionState{"", pages.OptionNone, pages.OptionSoldOut, ""}, "p-Sand"},
		"blue S":  {"Blue", "S", "blue-s", false, [4]pages.OptionState{pages.OptionSoldOut, "", "", pages.OptionNone}, "p-Blue"},
		"blue L":  {"Blue", "L", "", true, [4]pages.OptionState{"", pages.OptionNone, "", pages.OptionNone}, "p-first"},
	} {
		form := url.Values{"o0": {c.colour}, "o1": {c.size}}
		chosen := chosenInForm(product, form)
		view := productView(i18n.ByTag("zh-Hans"), dollars(), product, chosen, noon)
		assert.Equal(t, c.chosen, chosen.id(), name)
		assert.Equal(t, c.unmade, view.Unmade, name)
		assert.Equal(t, "颜色", view.Options[0].Name)
		assert.Equal(t, "蓝色", view.Options[0].Values[1].Text)
		var states [4]pages.OptionState
		for i, o := range view.Options {
			for j, value := range o.Values {
				states[2*i+j] = value.State
				assert.Equal(t, value.Value == []string{c.colour, c.size}[i], value.Selected, name)
			}
		}
		assert.Equal(t, c.states, states, name)
		assert.Equal(t, c.picture, view.Pictures[0].Source, name)
		assert.Len(t, view.Pictures, 3)
	}
	_, ok := chosenValues(product, url.Values{"o0": {"Green"}, "o2": {"x"}}.Get)
	assert.False(t, ok, "a value that there is not chooses nothing")
}

func TestReadAddition_FindsTheVariantOfTheChosenOptions(t *testing.T) {
	product := shirt()
	for name, c := range map[string]struct {
		form    url.Values
		problem pages.BuyProblem
		variant string
	}{
		"made":         {url.Values{"o0": {"Sand"}, "o1": {"L"}, "quantity": {"1"}}, pages.BuyOK, "sand-l"},
		"not made":     {url.Values{"o0": {"Blue"}, "o1": {"L"}, "quantity": {"1"}}, pages.BuyNotMade, ""},
		"half chosen":  {url.Values{"o0": {"Blue"}, "quantity": {"1"}}, pages.BuyNoVariant, ""},
		"sold out":     {url.Values{"o0": {"Sand"}, "o1": {"S"}, "quantity": {"1"}}, pages.BuySoldOut, ""},
		"by its id":    {url.Values{"variant": {"blue-s"}, "quantity": {"2"}}, pages.BuyOK, "blue-s"},
		"too many":     {url.Values{"variant": {"blue-s"}, "quantity": {"3"}}, pages.BuyOnlyLeft, ""},
		"nothing":      {url.Values{"quantity": {"1"}}, pages.BuyNoVariant, ""},
		"no such":      {url.Values{"variant": {"x"}, "quantity": {"1"}}, pages.BuyNoVariant, ""},
		"bad quantity": {url.Values{"variant": {"blue-s"}, "quantity": {"0"}}, pages.BuyBadQuantity, ""},
	} {
		got, refusal := readAddition(c.form, product, models.Cart{})
		assert.Equal(t, c.problem, refusal.problem, name)
		assert.Equal(t, c.variant, got.variant.ID, name)
	}
	product.Variants[2].Untracked, product.Variants[2].OnHand = true, 0
	_, refusal := readAddition(url.Values{"variant": {"blue-s"}, "quantity": {"999"}}, product, models.Cart{})
	assert.Equal(t, pages.BuyOK, refusal.problem, "what is not counted is always there")
	_, refusal = readAddition(url.Values{"variant": {"blue-s"}, "quantity": {"999"}}, product, models.Cart{Lines: []models.CartLine{{VariantID: "blue-s", Quantity: 1}}})
	assert.Equal(t, pages.BuyTooMany, refusal.problem)
}

func TestCrumbs_LeaveHiddenCategoriesOut(t *testing.T) {
	list := []models.Category{{ID: "a", Slug: "home", Name: "Home"}, {ID: "b", ParentID: "a", Slug: "b", Name: "B", Hidden: true}, {ID: "c", ParentID: "b", Slug: "cups", Name: "Cups", Texts: texts("name", "杯")}}
	assert.Equal(t, []templates.Link{{Text: "Home", URL: "/categories/home"}, {Text: "杯", URL: "/categories/cups"}}, crumbs(i18n.ByTag("zh-Hans"), list, "c"))
	assert.Empty(t, crumbs(i18n.ByTag("en"), list, "gone"))
}
