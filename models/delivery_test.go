package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
)

func TestZoneFor_MostSpecificWins(t *testing.T) {
	t.Parallel()
	zones := []models.Zone{
		{ID: "rest", Name: "Elsewhere"},
		{ID: "us", Places: []models.Place{{Country: "US"}, {Country: "CA"}}},
		{ID: "ak", Places: []models.Place{{Country: "US", Region: "AK"}, {Country: "US", Region: "HI"}}},
	}
	for place, want := range map[models.Place]string{
		{Country: "US", Region: "AK"}: "ak", {Country: "US", Region: "NY"}: "us", {Country: "US"}: "us", {Country: "CA", Region: "AK"}: "us",
		{Country: "DE"}: "rest", {}: "rest", {Country: "DE", Region: "AK"}: "rest",
	} {
		zone, ok := models.ZoneFor(zones, place.Country, place.Region)
		require.True(t, ok)
		assert.Equal(t, want, zone.ID, place)
	}
	_, ok := models.ZoneFor(zones[1:], "DE", "")
	assert.False(t, ok, "no zone takes it")
}

func TestZoneCheck(t *testing.T) {
	t.Parallel()
	good := models.Zone{Name: "Home", Places: []models.Place{{Country: "DE"}}, TaxMode: models.TaxIncluded, TaxName: "VAT", TaxRate: models.MustAmount("19")}
	assert.Empty(t, good.Check())
	untaxed := good
	untaxed.TaxRate = models.Amount{}
	assert.Empty(t, untaxed.Check(), "0 % is a rate")
	for name, c := range map[string]struct {
		change  func(*models.Zone)
		field   string
		problem invalid.Problem
	}{
		"no name":         {func(z *models.Zone) { z.Name = " " }, "name", invalid.Missing},
		"unknown country": {func(z *models.Zone) { z.Places = []models.Place{{Country: "ZZ"}} }, "places", invalid.Unknown},
		"lower case":      {func(z *models.Zone) { z.Places = []models.Place{{Country: "de"}} }, "places", invalid.Unknown},
		"unknown region":  {func(z *models.Zone) { z.Places = []models.Place{{Country: "US", Region: "XX"}} }, "places", invalid.Unknown},
		"twice":           {func(z *models.Zone) { z.Places = append(z.Places, z.Places[0]) }, "places", invalid.Twice},
		"part of itself": {func(z *models.Zone) {
			z.Places = []models.Place{{Country: "US"}, {Country: "US", Region: "AK"}}
		}, "places", invalid.Twice},
		"no tax name":  {func(z *models.Zone) { z.TaxName = "" }, "tax_name", invalid.Missing},
		"unknown mode": {func(z *models.Zone) { z.TaxMode = "" }, "tax_mode", invalid.Unknown},
	} {
		bad := good
		c.change(&bad)
		assert.Equal(t, c.problem, bad.Check()[c.field], name)
	}
}

func TestMethodCheck(t *testing.T) {
	t.Parallel()
	good := models.DeliveryMethod{Title: "Parcel", Kind: models.DeliveryWeight, Steps: models.Steps{
		{Price: models.MustAmount("4.90")}, {From: models.MustAmount("2.5"), Price: models.MustAmount("7")},
	}}
	assert.Empty(t, good.Check(2))
	for name, c := range map[string]struct {
		change  func(*models.DeliveryMethod)
		field   string
		problem invalid.Problem
	}{
		"no title":           {func(m *models.DeliveryMethod) { m.Title = "" }, "title", invalid.Missing},
		"kind":               {func(m *models.DeliveryMethod) { m.Kind = "distance" }, "kind", invalid.Unknown},
		"no step":            {func(m *models.DeliveryMethod) { m.Steps = nil }, "steps", invalid.Missing},
		"flat with steps":    {func(m *models.DeliveryMethod) { m.Kind = models.DeliveryFlat }, "steps", invalid.FlatRate},
		"begins above 0":     {func(m *models.DeliveryMethod) { m.Steps = m.Steps[1:] }, "steps", invalid.Steps},
		"does not rise":      {func(m *models.DeliveryMethod) { m.Steps = models.Steps{{}, {}} }, "steps", invalid.Steps},
		"third of a cent":    {func(m *models.DeliveryMethod) { m.Steps = models.Steps{{Price: models.MustAmount("0.001")}} }, "steps", invalid.Digits},
		"weighs nothing":     {func(m *models.DeliveryMethod) { m.MaxWeight = models.Amount{}.Sub(models.MustAmount("1")) }, "max_weight", invalid.Negative},
		"weighs too much":    {func(m *models.DeliveryMethod) { m.MaxWeight = models.MustAmount("1000000000000.000001") }, "max_weight", invalid.Range},
		"below a milligram":  {func(m *models.DeliveryMethod) { m.MaxWeight = models.MustAmount("0.0000001") }, "max_weight", invalid.Digits},
		"free from negative": {func(m *models.DeliveryMethod) { m.FreeFrom = models.Amount{}.Sub(models.MustAmount("1")) }, "free_from", invalid.Negative},
	} {
		bad := good
		c.change(&bad)
		assert.Equal(t, c.problem, bad.Check(2)[c.field], name)
	}
}

func TestMethodTakes_UpToItsWeight(t *testing.T) {
	t.Parallel()
	letter := models.DeliveryMethod{MaxWeight: models.MustAmount("2.5")}
	assert.True(t, letter.Takes(models.Amount{}))
	assert.True(t, letter.Takes(models.MustAmount("2.50")))
	assert.False(t, letter.Takes(models.MustAmount("2.500001")))
	assert.True(t, models.DeliveryMethod{}.Takes(models.MustAmount("1000000000000")), "any weight")
}

func TestSteps_ComeBackFromTheDatabase(t *testing.T) {
	t.Parallel()
	steps := models.Steps{{Price: models.MustAmount("0.000000000000000001")}, {From: models.MustAmount("2.5"), Price: models.MustAmount("7")}}
	text, err := steps.Value()
	require.NoError(t, err)
	var back models.Steps
	require.NoError(t, back.Scan(text))
	require.Len(t, back, 2)
	assert.True(t, back[0].Price.Equal(steps[0].Price) && back[1].From.Equal(steps[1].From))
	require.Error(t, back.Scan(`[{"from":"-1"}]`))
	require.Error(t, back.Scan(7))
}

func TestAddressCheck(t *testing.T) {
	t.Parallel()
	good := models.Address{Name: "Ada", Line1: "1 Road", City: "Berlin", Postcode: "10115", Country: "DE", Phone: "+49 (30) 1-2"}
	assert.Empty(t, good.Check())
	hk := models.Address{Name: "Ada", Line1: "1 Road", City: "Hong Kong", Country: "HK"}
	assert.Empty(t, hk.Check(), "no postcodes there")
	for name, c := range map[string]struct {
		change  func(*models.Address)
		field   string
		problem invalid.Problem
	}{
		"no name":         {func(a *models.Address) { a.Name = "" }, "name", invalid.Missing},
		"no street":       {func(a *models.Address) { a.Line1 = "" }, "line1", invalid.Missing},
		"no postcode":     {func(a *models.Address) { a.Postcode = "" }, "postcode", invalid.Missing},
		"no country":      {func(a *models.Address) { a.Country = "" }, "country", invalid.Missing},
		"unknown country": {func(a *models.Address) { a.Country = "XX" }, "country", invalid.Country},
		"region missing":  {func(a *models.Address) { a.Country = "US" }, "region", invalid.Missing},
		"region unknown":  {func(a *models.Address) { a.Country, a.Region = "US", "Texas" }, "region", invalid.Unknown},
		"letters":         {func(a *models.Address) { a.Phone = "call me" }, "phone", invalid.Characters},
		"override":        {func(a *models.Address) { a.City = "Ber\u202elin" }, "city", invalid.Characters},
		"two lines":       {func(a *models.Address) { a.Line2 = "a\r\nb" }, "line2", invalid.Characters},
		"long":            {func(a *models.Address) { a.Line1 = strings.Repeat("x", 201) }, "line1", invalid.TooLong},
	} {
		bad := good
		c.change(&bad)
		assert.Equal(t, c.problem, bad.Check()[c.field], name)
	}
	assert.Equal(t, models.Address{Name: "Ada L", Country: "DE"}, models.Address{Name: " Ada \t L ", Country: " de"}.Clean())
}

func TestCountries(t *testing.T) {
	t.Parallel()
	list := models.CountriesIn("en")
	assert.InDelta(t, 245, len(list), 6)
	for _, code := range []string{"DE", "US", "CN", "HK", "TW", "GB", "XK", "PR"} {
		assert.True(t, models.IsCountry(code), code)
	}
	for _, code := range []string{"", "de", "EU", "UK", "ZZ", "AQ", "001", "SU", "DD"} {
		assert.False(t, models.IsCountry(code), code)
	}
	for _, lang := range []string{"en", "zh-Hans"} {
		for _, c := range models.CountriesIn(lang) {
			assert.NotEqual(t, c.Code, c.Name, lang)
			assert.NotEmpty(t, c.Name)
		}
	}
	assert.Equal(t, "Germany", models.CountryName("DE", "en"))
	assert.Equal(t, "德国", models.CountryName("DE", "zh-Hans"))
	assert.Equal(t, "??", models.CountryName("??", "en"))
	assert.Equal(t, "California, United States", models.Place{Country: "US", Region: "CA"}.NameIn("en"))
	assert.Equal(t, "美国加利福尼亚州", models.Place{Country: "US", Region: "CA"}.NameIn("zh-Hans"))
	for _, named := range list {
		country := named.Code
		seen := map[string]bool{}
		for _, r := range models.Regions(country) {
			assert.False(t, seen[r.Code], "%s-%s twice", country, r.Code)
			seen[r.Code] = true
			assert.NotEqual(t, r.Name, r.NameIn("zh-Hans"))
			assert.True(t, models.Place{Country: country, Region: r.Code}.Known())
		}
		if models.NeedsRegion(country) {
			assert.NotEmpty(t, seen, country)
		}
	}
}
