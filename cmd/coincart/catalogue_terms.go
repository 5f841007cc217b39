package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/cmd/coincart/demo"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// loadTerms stores the demo's zones and coupons if there are none yet, so that changes by users are kept.
func loadTerms(ctx context.Context, tx *store.Store, shop demo.Shop) error {
	zones, err := tx.Zones(ctx)
	if err != nil {
		return fmt.Errorf("look for zones: %w", err)
	}
	if len(zones) == 0 {
		for _, z := range shop.Zones {
			zone, err := demoZone(z)
			if err != nil {
				return err
			}
			if err := tx.SaveZone(ctx, &zone); err != nil {
				return fmt.Errorf("zone %s: %w", z.Name, err)
			}
		}
		if err := tx.PutSetting(ctx, string(models.SettingHomeCountry), shop.Settings.Home); err != nil {
			return fmt.Errorf("the home country: %w", err)
		}
	}
	categories, err := tx.Categories(ctx)
	if err != nil {
		return fmt.Errorf("read the categories: %w", err)
	}
	for _, c := range shop.Coupons {
		_, err := tx.CouponByCode(ctx, c.Code)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("look for the coupon %s: %w", c.Code, err)
		}
		coupon, err := demoCoupon(c, categories)
		if err != nil {
			return err
		}
		if err := tx.SaveCoupon(ctx, &coupon); err != nil {
			return fmt.Errorf("coupon %s: %w", c.Code, err)
		}
	}
	return nil
}

// loadTexts stores the demo's own texts in every language. It keeps texts that exist.
func loadTexts(ctx context.Context, tx *store.Store, texts demo.Texts) error {
	stored, err := tx.Settings(ctx)
	if err != nil {
		return err
	}
	for lang, fields := range texts {
		for key, text := range map[models.SettingKey]string{
			models.SloganKey(lang): fields["slogan"], models.HomeTitleKey(lang): fields["home_title"], models.HomeTextKey(lang): fields["home_text"],
		} {
			if _, there := stored[string(key)]; there {
				continue
			}
			if err := tx.PutSetting(ctx, string(key), text); err != nil {
				return fmt.Errorf("the demonstration's %s: %w", key, err)
			}
		}
	}
	return nil
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

func demoCoupon(c demo.Coupon, categories []models.Category) (models.Coupon, error) {
	var read amounts
	coupon := models.Coupon{
		Code: c.Code, Kind: models.CouponKind(c.Kind), Value: read.of(c.Value, "coupon "+c.Code), Minimum: read.of(c.Minimum, "minimum of "+c.Code),
		MaxPerShopper: c.MaxPerShopper, Enabled: true,
	}
	for _, slug := range c.Categories {
		for _, category := range categories {
			if category.Slug == slug {
				coupon.CategoryIDs = append(coupon.CategoryIDs, category.ID)
			}
		}
	}
	if len(coupon.CategoryIDs) != len(c.Categories) {
		return coupon, fmt.Errorf("the demo catalogue's coupon %s is for a category that is not there", c.Code)
	}
	if problems := coupon.Check(currencyDigits); len(problems) > 0 {
		return coupon, fmt.Errorf("the demo catalogue's coupon %s: %v", c.Code, problems)
	}
	return coupon, read.err
}
