package models

import (
	_ "embed" // regions.tsv
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// regionTable lists the regions of countries whose addresses, delivery or tax go by them: country, code (ISO 3166-2 without the
// country), English name, Chinese name.
//
//go:embed regions.tsv
var regionTable string

// Region is a state, a province or another part of a country.
type Region struct {
	Code  string
	Name  string // English
	Texts Texts  // translates "name"
}

// NameIn returns the region's name in a language.
func (r Region) NameIn(lang string) string { return r.Texts.In(lang, "name", r.Name) }

// atlas holds the countries and regions. It is built when it is first used.
type atlas struct {
	countries []string // in the order of their codes
	regions   map[string][]Region
}

var loadAtlas = sync.OnceValue(func() atlas {
	a := atlas{regions: map[string][]Region{}}
	for line := range strings.Lines(regionTable) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(f) != 4 {
			continue
		}
		a.regions[f[0]] = append(a.regions[f[0]], Region{Code: f[1], Name: f[2], Texts: Texts{"zh-Hans": {"name": f[3]}}})
	}
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			code := string([]rune{first, second})
			if r, err := language.ParseRegion(code); err == nil && r.IsCountry() && r.String() == code && r.Canonicalize() == r && !notPosted(code) {
				a.countries = append(a.countries, code)
			}
		}
	}
	return a
})

// notPosted reports whether no mail is delivered to a code: former countries, unions, reserved codes, and islands
// without people.
func notPosted(code string) bool {
	return slices.Contains([]string{
		"AC", "AN", "AQ", "BV", "CP", "CQ", "CS", "DG", "EA", "EU", "EZ", "FQ", "HM", "IC", "NT", "PC", "QO", "SU", "TA", "TF", "UM", "UN",
		"XA", "XB", "YU", "ZZ",
	}, code)
}

// IsCountry reports whether goods can be sent to a country, by its ISO 3166-1 alpha-2 code.
func IsCountry(code string) bool {
	_, ok := slices.BinarySearch(loadAtlas().countries, code)
	return ok
}

// Regions returns the regions of a country that can be told apart, none for most countries. The list must not be changed.
func Regions(country string) []Region { return loadAtlas().regions[country] }

// NeedsRegion reports whether an address in the country is not complete without its region.
func NeedsRegion(country string) bool {
	return slices.Contains([]string{"AU", "BR", "CA", "CN", "IN", "JP", "MX", "US"}, country)
}

// HasPostcodes reports whether addresses in the country have a postal code. The others are those of the Universal Postal Union's list
// without one that shops meet most.
func HasPostcodes(country string) bool {
	return !slices.Contains([]string{
		"AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM", "DJ", "DM", "ER", "FJ",
		"GA", "GD", "GH", "GM", "GQ", "GY", "HK", "JM", "KI", "KM", "KN", "KP", "LY", "ML", "MO", "MR", "MW", "NR", "NU", "PA", "QA",
		"RW", "SB", "SC", "SL", "SO", "SR", "ST", "SY", "TD", "TG", "TK", "TL", "TO", "TV", "UG", "VU", "YE", "ZW",
	}, country)
}

// Known reports whether the place is a country, or one of its listed regions.
func (p Place) Known() bool {
	if !IsCountry(p.Country) {
		return false
	}
	return p.Region == "" || slices.ContainsFunc(Regions(p.Country), func(r Region) bool { return r.Code == p.Region })
}

// Code returns the place in the form that forms use: DE, or US-AK.
func (p Place) Code() string {
	if p.Region == "" {
		return p.Country
	}
	return p.Country + "-" + p.Region
}

// PlaceOf returns the place that a form names, or the zero value. It drops a region that is not the country's.
func PlaceOf(country, region string) Place {
	place := Place{Country: strings.ToUpper(strings.TrimSpace(country))}
	if !IsCountry(place.Country) {
		return Place{}
	}
	if exact := (Place{place.Country, region}); len(Regions(place.Country)) > 0 && exact.Known() {
		return exact
	}
	return place
}

// NameIn returns the place's name in a language (BCP 47): "Germany", "California, United States"; codes that are not known stay as they are.
func (p Place) NameIn(lang string) string {
	country := CountryName(p.Country, lang)
	if p.Region == "" {
		return country
	}
	for _, r := range Regions(p.Country) {
		if r.Code == p.Region {
			if strings.HasPrefix(lang, "zh") {
				return country + r.NameIn(lang)
			}
			return r.NameIn(lang) + ", " + country
		}
	}
	return p.Region + ", " + country
}

// CountryName returns a country's name in a language (BCP 47), from the Unicode CLDR; the code where there is none.
func CountryName(code, lang string) string {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 {
		return code
	}
	if name := renamed(code, lang); name != "" {
		return name
	}
	namer := display.Regions(language.Make(lang))
	if namer == nil {
		namer = display.Regions(language.English)
	}
	if name := namer.Name(region); name != "" {
		return name
	}
	return code
}

// renamed returns a name that is newer than the library's tables, or "".
func renamed(code, lang string) string {
	names := map[string][2]string{"MK": {"North Macedonia", "北马其顿"}, "SZ": {"Eswatini", "斯威士兰"}}[code]
	if strings.HasPrefix(lang, "zh") {
		return names[1]
	}
	if lang == "en" || strings.HasPrefix(lang, "en-") {
		return names[0]
	}
	return ""
}

// NamedPlace is a place with its name, for a list to choose from.
type NamedPlace struct {
	Code string
	Name string
}

// CountriesIn returns the countries with their names in a language, in that language's order.
func CountriesIn(lang string) []NamedPlace {
	codes := loadAtlas().countries
	list := make([]NamedPlace, len(codes))
	for i, code := range codes {
		list[i] = NamedPlace{code, CountryName(code, lang)}
	}
	order := collate.New(language.Make(lang))
	slices.SortFunc(list, func(a, b NamedPlace) int { return order.CompareString(a.Name, b.Name) })
	return list
}
