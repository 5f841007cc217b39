package models

import (
	"cmp"
	"database/sql/driver"
	"slices"
	"strings"

	"github.com/coincart/coincart/models/invalid"
)

// Place is a country (ISO 3166-1 alpha-2), or one of its regions by the code that Regions lists. Both empty: the rest of the world.
type Place struct {
	Country string
	Region  string // "" means the whole country
}

// TaxMode says how a zone's tax goes into the prices.
type TaxMode string

// The modes of tax.
const (
	TaxNone     TaxMode = "none"     // no tax is shown or taken
	TaxIncluded TaxMode = "included" // prices contain it
	TaxAdded    TaxMode = "added"    // it is added to the prices
)

// TaxModes returns all modes, for forms.
func TaxModes() []TaxMode { return []TaxMode{TaxNone, TaxIncluded, TaxAdded} }

// Bounds of zones and their methods.
const (
	MaxZoneName   = 100 // runes, of names of zones, methods and taxes
	MaxZonePlaces = 400
	MaxSteps      = 50 // of a method
)

// MaxWeightDigits is the maximum number of decimals of a weight in kg: down to a milligram.
const MaxWeightDigits = 6

// Zone is a part of the world with its ways of delivery and its tax. A zone without a place is the rest of the world.
type Zone struct {
	ID          string `ascii:"36"`
	Name        string `text:"100"`
	Position    int
	TaxMode     TaxMode `ascii:"16"`
	TaxName     string  `text:"100"` // such as "VAT"
	TaxRate     Amount  // percent
	TaxDelivery bool    // the delivery is taxed too
	Version     int     // optimistic lock
	Texts       Texts   `text:"medium"` // may translate "tax_name"

	Places  []Place          `gorm:"-"`
	Methods []DeliveryMethod `gorm:"-"` // in their order
}

// Check returns what is wrong with a zone, before it is stored. Fields: name, places, tax_mode, tax_name, tax_rate.
func (z Zone) Check() invalid.Problems {
	p := invalid.Problems{}
	p.Add("name", checkLine(z.Name, MaxZoneName, true))
	if len(z.Places) > MaxZonePlaces {
		p.Add("places", invalid.TooLong)
	}
	seen := map[Place]bool{}
	for _, place := range z.Places {
		if seen[place] || (place.Region != "" && seen[Place{Country: place.Country}]) {
			p.Add("places", invalid.Twice)
		}
		seen[place] = true
		if !place.Known() {
			p.Add("places", invalid.Unknown)
		}
	}
	p.Add("tax_name", checkLine(z.TaxName, MaxZoneName, z.TaxMode != TaxNone))
	switch z.TaxMode {
	case TaxNone:
	case TaxIncluded, TaxAdded:
		p.Add("tax_rate", checkTaxRate(z.TaxRate))
	default:
		p.Add("tax_mode", invalid.Unknown)
	}
	return p
}

// NameIn returns the zone's name in a language.
func (z Zone) NameIn(lang string) string { return z.Texts.In(lang, "name", z.Name) }

// TaxTitle returns the name of the zone's tax in a language.
func (z Zone) TaxTitle(lang string) string { return z.Texts.In(lang, "tax_name", z.TaxName) }

// RestOfWorld reports whether the zone takes all places that no other zone names.
func (z Zone) RestOfWorld() bool { return len(z.Places) == 0 }

// ZoneFor returns the zone of a place: the one that names its region, else its country, else the rest of the world. ok is false where there is
// none: the shop does not deliver there. Of several, which the store does not allow, the first by position and id.
func ZoneFor(zones []Zone, country, region string) (zone Zone, ok bool) {
	best := -1
	for _, z := range zones {
		rank := z.rank(country, region)
		if rank < 0 || rank < best {
			continue
		}
		if rank > best || cmp.Or(cmp.Compare(z.Position, zone.Position), cmp.Compare(z.ID, zone.ID)) < 0 {
			zone, best = z, rank
		}
	}
	return zone, best >= 0
}

// rank returns how exactly the zone names a place: 2 by region, 1 by country, 0 as the rest of the world, -1 not at all.
func (z Zone) rank(country, region string) int {
	switch {
	case region != "" && slices.Contains(z.Places, Place{country, region}):
		return 2
	case slices.Contains(z.Places, Place{Country: country}):
		return 1
	case z.RestOfWorld():
		return 0
	}
	return -1
}

// DeliveryKind says what the price of a method depends on.
type DeliveryKind string

// The kinds of delivery prices.
const (
	DeliveryFlat   DeliveryKind = "flat"   // always the same
	DeliveryWeight DeliveryKind = "weight" // by the weight of what is shipped, in kg
	DeliveryTotal  DeliveryKind = "total"  // by what the goods cost, after the discount
)

// DeliveryKinds returns all kinds, for forms.
func DeliveryKinds() []DeliveryKind {
	return []DeliveryKind{DeliveryFlat, DeliveryWeight, DeliveryTotal}
}

// Step is a price from a weight or a total on.
type Step struct {
	From  Amount `json:"from"` // kg, or the shop's currency
	Price Amount `json:"price"`
}

// Steps are the prices of a method, rising by From; the first begins at 0. Stored as JSON with decimal texts.
type Steps []Step

// Value stores the steps as JSON.
func (s Steps) Value() (driver.Value, error) { return jsonValue("steps", []Step(s)) }

// Scan reads what Value stored.
func (s *Steps) Scan(src any) error {
	*s = nil
	return scanJSON("steps", src, (*[]Step)(s))
}

// DeliveryMethod is a way in which goods reach a zone. Texts may translate "title" and "note".
type DeliveryMethod struct {
	ID       string       `ascii:"36"`
	ZoneID   string       `ascii:"36"`
	Title    string       `text:"100"`
	Note     string       `text:"200"` // such as "2 to 4 working days"
	Texts    Texts        `text:"medium"`
	Kind     DeliveryKind `ascii:"16"`
	Steps    Steps        `text:"medium"`
	FreeFrom Amount       // the delivery is free if the goods cost at least this, after the discount; 0: never
	// MaxWeight is the maximum weight in kg, whatever the price depends on; 0: no limit.
	MaxWeight Amount
	Enabled   bool
	Position  int
}

// Check returns what is wrong with a method, before it is stored. digits are the currency's. Fields: title, note, kind, steps, free_from, max_weight.
func (m DeliveryMethod) Check(digits int) invalid.Problems {
	p := invalid.Problems{}
	p.Add("title", checkLine(m.Title, MaxZoneName, true))
	p.Add("note", checkLine(m.Note, 2*MaxZoneName, false))
	if !slices.Contains(DeliveryKinds(), m.Kind) {
		p.Add("kind", invalid.Unknown)
	}
	switch {
	case len(m.Steps) == 0:
		p.Add("steps", invalid.Missing)
	case m.Kind == DeliveryFlat && len(m.Steps) > 1:
		p.Add("steps", invalid.FlatRate)
	case len(m.Steps) > MaxSteps:
		p.Add("steps", invalid.TooLong)
	case !m.Steps[0].From.IsZero():
		p.Add("steps", invalid.Steps)
	}
	for i, step := range m.Steps {
		if m.Kind == DeliveryTotal {
			p.Add("steps", checkMoney(step.From, digits))
		} else {
			p.Add("steps", checkMoney(step.From, MaxWeightDigits))
		}
		p.Add("steps", checkMoney(step.Price, digits))
		if i > 0 && step.From.Cmp(m.Steps[i-1].From) <= 0 {
			p.Add("steps", invalid.Steps)
		}
	}
	p.Add("free_from", checkMoney(m.FreeFrom, digits))
	p.Add("max_weight", checkMoney(m.MaxWeight, MaxWeightDigits))
	return p
}

// Takes reports whether goods of a weight, in kg, can be delivered with the method.
func (m DeliveryMethod) Takes(weight Amount) bool {
	return m.MaxWeight.IsZero() || weight.Cmp(m.MaxWeight) <= 0
}

// Price returns the price of the method. goods is what the goods cost after the discount.
func (m DeliveryMethod) Price(weight, goods Amount) Amount {
	if m.FreeFrom.IsPositive() && goods.Cmp(m.FreeFrom) >= 0 {
		return Amount{}
	}
	measure := Amount{}
	switch m.Kind {
	case DeliveryWeight:
		measure = weight
	case DeliveryTotal:
		measure = goods
	case DeliveryFlat:
	}
	var price Amount
	for _, step := range m.Steps {
		if step.From.Cmp(measure) > 0 {
			break
		}
		price = step.Price
	}
	return price
}

// NameIn returns the method's title in a language.
func (m DeliveryMethod) NameIn(lang string) string { return m.Texts.In(lang, "title", m.Title) }

// Bounds of an address, in runes.
const (
	MaxAddressLine = 200
	MaxPhone       = 40
	MaxPostcode    = 20
)

// CheckShopper returns what is wrong with the name that a shopper gives, which may be missing; maxRunes is its maximum length.
func CheckShopper(name string, maxRunes int) invalid.Problem {
	return checkTyped(name, maxRunes, false)
}

// Address is where an order is delivered.
type Address struct {
	Name     string `text:"200"`
	Phone    string `text:"40"`
	Line1    string `text:"200"`
	Line2    string `text:"200"`
	City     string `text:"200"`
	Region   string `text:"200"` // a code of Regions(Country) where there are any, else free text
	Postcode string `text:"20"`
	Country  string `ascii:"2"` // ISO 3166-1 alpha-2
}

// Check returns what is wrong with an address. Fields: name, phone, line1, line2, city, region, postcode, country.
func (a Address) Check() invalid.Problems {
	p := invalid.Problems{}
	p.Add("name", checkTyped(a.Name, MaxAddressLine, true))
	p.Add("line1", checkTyped(a.Line1, MaxAddressLine, true))
	p.Add("line2", checkTyped(a.Line2, MaxAddressLine, false))
	p.Add("city", checkTyped(a.City, MaxAddressLine, true))
	p.Add("phone", checkTyped(a.Phone, MaxPhone, false))
	if strings.Trim(a.Phone, "0123456789+-()/. ") != "" {
		p.Add("phone", invalid.Characters)
	}
	p.Add("postcode", checkTyped(a.Postcode, MaxPostcode, HasPostcodes(a.Country)))
	p.Add("country", checkLine(a.Country, 2, true))
	if !IsCountry(a.Country) {
		p.Add("country", invalid.Country)
	}
	p.Add("region", checkTyped(a.Region, MaxAddressLine, NeedsRegion(a.Country)))
	if a.Region != "" && len(Regions(a.Country)) > 0 && !(Place{a.Country, a.Region}).Known() {
		p.Add("region", invalid.Unknown)
	}
	return p
}

// Clean folds white space in all fields and brings country to upper case.
func (a Address) Clean() Address {
	fold := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	return Address{
		Name: fold(a.Name), Phone: fold(a.Phone), Line1: fold(a.Line1), Line2: fold(a.Line2), City: fold(a.City),
		Region: fold(a.Region), Postcode: fold(a.Postcode), Country: strings.ToUpper(fold(a.Country)),
	}
}

// Blank reports whether nothing is filled in.
func (a Address) Blank() bool { return a == Address{} }
