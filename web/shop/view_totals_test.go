package shop

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/templates/i18n"
)

func TestWords_EveryProblemOfACouponHasSome(t *testing.T) {
	for _, l := range i18n.Languages() {
		for _, problem := range modelstest.Constants[models.CouponProblem]() {
			if problem.Alike() {
				problem = models.CouponUnknown // its words are the answer to all of these
			}
			id := "coupon.problem." + string(problem)
			assert.NotEqual(t, id, i18n.ByTag(l.Tag).T(id), l.Tag)
		}
	}
}

func TestAddressLines_AreThoseOfAParcel(t *testing.T) {
	for name, c := range map[string]struct {
		lang    string
		address models.Address
		want    []string
	}{
		"United States": {
			"en",
			models.Address{Name: "Ada", Line1: "350 Fifth Avenue", City: "New York", Region: "NY", Postcode: "10118", Country: "US"},
			[]string{"Ada", "350 Fifth Avenue", "New York, NY 10118", "United States"},
		},
		"Germany": {
			"en",
			models.Address{Name: "Ada", Line1: "Hauptstr. 1", Line2: "Hof", City: "Berlin", Postcode: "10115", Country: "DE"},
			[]string{"Ada", "Hauptstr. 1", "Hof", "10115 Berlin", "Germany"},
		},
		"Hong Kong has no postcodes": {
			"en",
			models.Address{Name: "Ada", Line1: "1 Queen’s Road", City: "Central", Country: "HK"},
			[]string{"Ada", "1 Queen’s Road", "Central", models.CountryName("HK", "en")},
		},
		"China": {
			"zh-Hans",
			models.Address{Name: "安娜", Line1: "建国路 1 号", City: "朝阳区", Region: "BJ", Postcode: "100022", Country: "CN"},
			[]string{"安娜", "建国路 1 号", "北京市 朝阳区", "100022", "中国"},
		},
	} {
		assert.Equal(t, c.want, AddressLines(c.lang, c.address), name)
	}
}

func TestSpokenIn_OnlyCountriesThatAreNamed(t *testing.T) {
	for header, want := range map[string]string{
		"de-AT,de;q=0.9": "AT", "en": "", "zh-CN": "CN", "zh-Hans": "", "es-419": "", "": "", "*": "", ";;;": "", "en-GB;q=0.1": "GB",
	} {
		assert.Equal(t, want, languageCountry(header), header)
	}
}
