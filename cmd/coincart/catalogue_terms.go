package main

import (
	"fmt"
	"strings"

	"github.com/coincart/coincart/cmd/coincart/demo"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/starter"
)

// demoTexts returns the demo's own texts in every language.
func demoTexts(texts demo.Texts) map[models.SettingKey]string {
	all := map[models.SettingKey]string{}
	for lang, fields := range texts {
		all[models.SloganKey(lang)], all[models.HomeTitleKey(lang)], all[models.HomeTextKey(lang)] = fields["slogan"], fields["home_title"], fields["home_text"]
	}
	return all
}

// amounts parses decimal texts of the catalogue; "" is zero. It keeps the first error.
type amounts struct{ err error }

func (a *amounts) of(text, what string) models.Amount {
	if text == "" || a.err != nil {
		return models.Amount{}
	}
	amount, err := models.ParseAmount(text)
	if err != nil {
		a.err = fmt.Errorf("the demo catalogue's %s: %w", what, err)
	}
	return amount
}

func demoZone(z demo.Zone) (models.Zone, error) {
	var read amounts
	zone := models.Zone{
		Name: z.Name, TaxMode: models.TaxMode(z.TaxMode), TaxName: z.TaxName, TaxRate: read.of(z.TaxRate, "tax of "+z.Name),
		TaxDelivery: z.TaxDelivery, Texts: models.Texts(z.Texts),
	}
	for _, place := range z.Places {
		country, region, _ := strings.Cut(place, "-")
		zone.Places = append(zone.Places, models.Place{Country: country, Region: region})
	}
	for _, m := range z.Methods {
		method := models.DeliveryMethod{
			Title: m.Title, Note: m.Note, Texts: models.Texts(m.Texts), Kind: models.DeliveryKind(m.Kind),
			FreeFrom: read.of(m.FreeFrom, "free delivery by "+m.Title), Enabled: true,
		}
		for _, s := range m.Steps {
			method.Steps = append(method.Steps, models.Step{From: read.of(s.From, "step of "+m.Title), Price: read.of(s.Price, "price of "+m.Title)})
		}
		if problems := method.Check(currencyDigits); len(problems) > 0 {
			return zone, fmt.Errorf("the demo catalogue's delivery by %s in %s: %v", m.Title, z.Name, problems)
		}
		zone.Methods = append(zone.Methods, method)
	}
	if problems := zone.Check(); len(problems) > 0 {
		return zone, fmt.Errorf("the demo catalogue's zone %s: %v", z.Name, problems)
	}
	return zone, read.err
}

func demoCoupon(c demo.Coupon) (starter.Coupon, error) {
	var read amounts
	coupon := starter.Coupon{Categories: c.Categories, Coupon: models.Coupon{
		Code: c.Code, Kind: models.CouponKind(c.Kind), Value: read.of(c.Value, "coupon "+c.Code), Minimum: read.of(c.Minimum, "minimum of "+c.Code),
		MaxPerShopper: c.MaxPerShopper, Enabled: true,
	}}
	if problems := coupon.Check(currencyDigits); len(problems) > 0 {
		return coupon, fmt.Errorf("the demo catalogue's coupon %s: %v", c.Code, problems)
	}
	return coupon, read.err
}
