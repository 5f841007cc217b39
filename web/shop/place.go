package shop

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// fillDestination sets the cart's destination if nobody has chosen one yet: the country that the browser names, else the shop's own, if the
// shop delivers there. The page shows it in a list to choose from; it is stored with the order's form.
func (p *CartPages) fillDestination(v *visit.Visit, cart *models.Cart) error {
	if cart.Country != "" || !slices.ContainsFunc(cart.Lines, func(l models.CartLine) bool { return !l.Virtual }) {
		return nil
	}
	zones, err := p.site.Zones(v.Context())
	if err != nil || len(zones) == 0 {
		return err
	}
	home, err := p.site.HomeCountry(v.Context())
	if err != nil {
		return err
	}
	for _, country := range []string{languageCountry(v.Header("Accept-Language")), home} {
		if country != "" && deliversTo(zones, country) {
			cart.Country, cart.Region = country, ""
			return nil
		}
	}
	return nil
}

// languageCountry returns the country that the visitor's first language names, such as "de-AT"; "" where it names none.
func languageCountry(acceptLanguage string) string {
	const longest = 200
	if len(acceptLanguage) > longest {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return ""
	}
	region, confidence := tags[0].Region()
	if confidence != language.Exact || !models.IsCountry(region.String()) {
		return ""
	}
	return region.String()
}

// deliversTo reports whether goods can be sent to a country, or to some of its regions.
func deliversTo(zones []models.Zone, country string) bool {
	whole, ok := models.ZoneFor(zones, country, "")
	if ok && hasMethod(whole) {
		return true
	}
	return slices.ContainsFunc(zones, func(z models.Zone) bool {
		return hasMethod(z) && slices.ContainsFunc(z.Places, func(place models.Place) bool { return place.Country == country })
	})
}

func hasMethod(z models.Zone) bool {
	return slices.ContainsFunc(z.Methods, func(m models.DeliveryMethod) bool { return m.Enabled })
}

// atlas caches the names of countries and regions in the order of each language: sorting them takes longer than showing a page.
type atlas struct {
	countries, regions sync.Map // language, or language and country → []models.NamedPlace
}

func (a *atlas) countriesIn(lang string) []models.NamedPlace {
	return cachedPlaces(&a.countries, lang, func() []models.NamedPlace { return models.CountriesIn(lang) })
}

// regionsIn returns the regions of a country; none if they do not matter.
func (a *atlas) regionsIn(lang, country string) []models.NamedPlace {
	if len(models.Regions(country)) == 0 {
		return nil // not kept: the country may be anything
	}
	return cachedPlaces(&a.regions, lang+" "+country, func() []models.NamedPlace {
		var list []models.NamedPlace
		for _, r := range models.Regions(country) {
			list = append(list, models.NamedPlace{Code: r.Code, Name: r.NameIn(lang)})
		}
		order := collate.New(language.Make(lang))
		slices.SortFunc(list, func(a, b models.NamedPlace) int { return order.CompareString(a.Name, b.Name) })
		return list
	})
}

// cachedPlaces returns the list of a key, made on first use.
func cachedPlaces(cache *sync.Map, key string, list func() []models.NamedPlace) []models.NamedPlace {
	if known, ok := cache.Load(key); ok {
		return known.([]models.NamedPlace) //nolint:forcetypeassert,errcheck // the map holds nothing else
	}
	made, _ := cache.LoadOrStore(key, list())
	return made.([]models.NamedPlace) //nolint:forcetypeassert,errcheck // as above
}

// placeForm returns the form that chooses the cart's destination.
func (p *CartPages) placeForm(ctx context.Context, lang string, cart models.Cart, bill payments.Bill) (pages.EstimateForm, error) {
	form := pages.EstimateForm{Shown: bill.NeedsAddress, Everywhere: true}
	if !form.Shown {
		return form, nil
	}
	zones, err := p.site.Zones(ctx)
	if err != nil {
		return form, err
	}
	for _, c := range p.atlas.countriesIn(lang) {
		if !deliversTo(zones, c.Code) {
			form.Everywhere = false
			if c.Code != cart.Country {
				continue
			}
		}
		form.Countries = append(form.Countries, pages.Choice{Value: c.Code, Text: c.Name, Selected: c.Code == cart.Country})
	}
	for _, r := range p.atlas.regionsIn(lang, cart.Country) {
		form.Regions = append(form.Regions, pages.Choice{Value: r.Code, Text: r.Name, Selected: r.Code == cart.Region})
	}
	if cart.Country != "" && len(bill.Methods) == 0 {
		form.Undelivered = models.Place{Country: cart.Country, Region: cart.Region}.NameIn(lang)
		if bill.MaxWeight.IsPositive() {
			form.Weight, form.MaxWeight = bill.Weight.String(), bill.MaxWeight.String()
		}
	}
	form.Open = cart.Country == "" || form.Undelivered != ""
	return form, nil
}
