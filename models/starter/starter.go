// Package starter fills a shop with the contents that a program brings along for a start, such as the demonstration's.
package starter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Contents is what a shop starts with.
type Contents struct {
	Categories  []models.Category
	Products    []models.Product // each in the category with its Category.Slug
	Coins       []models.Coin
	Currency    models.Currency
	Texts       map[models.SettingKey]string
	HomeCountry string // ISO 3166-1 alpha-2
	Zones       []models.Zone
	Coupons     []Coupon
}

// Coupon is a coupon for some categories.
type Coupon struct {
	models.Coupon

	Categories []string // slugs; none: all products
}

// Fill stores the contents in one transaction. Products, categories and coins that exist under the same slug, SKU or symbol are updated, but
// keep their stock. What people may have changed is kept: texts and coupons that exist, and delivery if there are any zones. Nobody of the
// staff does it, so the audit log has no entry of it.
func Fill(ctx context.Context, db *store.Store, c Contents) error {
	return db.Tx(ctx, func(tx *store.Store) error {
		for _, fill := range []func(context.Context, *store.Store) error{
			c.putCatalogue, c.putCurrency, c.addTexts, c.addDelivery, c.addCoupons,
		} {
			if err := fill(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// putCatalogue stores the categories, then the products in them, and the coins.
func (c Contents) putCatalogue(ctx context.Context, tx *store.Store) error {
	for _, category := range c.Categories {
		if err := tx.PutCategory(ctx, category); err != nil {
			return fmt.Errorf("category %s: %w", category.Slug, err)
		}
	}
	for _, p := range c.Products {
		if err := tx.PutProduct(ctx, p); err != nil {
			return fmt.Errorf("product %s: %w", p.Slug, err)
		}
	}
	for _, coin := range c.Coins {
		if err := tx.PutCoin(ctx, coin); err != nil {
			return fmt.Errorf("coin %s: %w", coin.Symbol, err)
		}
	}
	return nil
}

func (c Contents) putCurrency(ctx context.Context, tx *store.Store) error {
	if err := tx.PutSetting(ctx, "currency", c.Currency.Code); err != nil {
		return fmt.Errorf("the currency: %w", err)
	}
	if err := tx.PutSetting(ctx, "currency_digits", strconv.Itoa(c.Currency.Digits)); err != nil {
		return fmt.Errorf("the currency's digits: %w", err)
	}
	return nil
}

func (c Contents) addTexts(ctx context.Context, tx *store.Store) error {
	stored, err := tx.Settings(ctx)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(c.Texts)) {
		if _, there := stored[string(key)]; there {
			continue
		}
		if err := tx.PutSetting(ctx, string(key), c.Texts[key]); err != nil {
			return fmt.Errorf("the text %s: %w", key, err)
		}
	}
	return nil
}

// addDelivery stores the zones and the home country, unless there are zones.
func (c Contents) addDelivery(ctx context.Context, tx *store.Store) error {
	zones, err := tx.Zones(ctx)
	if err != nil {
		return fmt.Errorf("look for zones: %w", err)
	}
	if len(zones) > 0 {
		return nil
	}
	for _, zone := range c.Zones {
		if err := tx.SaveZone(ctx, &zone); err != nil { // zone is a copy, so that a retry of the transaction starts from c
			return fmt.Errorf("zone %s: %w", zone.Name, err)
		}
	}
	if err := tx.PutSetting(ctx, string(models.SettingHomeCountry), c.HomeCountry); err != nil {
		return fmt.Errorf("the home country: %w", err)
	}
	return nil
}

func (c Contents) addCoupons(ctx context.Context, tx *store.Store) error {
	categories, err := tx.Categories(ctx)
	if err != nil {
		return fmt.Errorf("read the categories: %w", err)
	}
	ids := map[string]string{} // by slug
	for _, category := range categories {
		ids[category.Slug] = category.ID
	}
	for _, coupon := range c.Coupons {
		_, err := tx.CouponByCode(ctx, coupon.Code)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("look for the coupon %s: %w", coupon.Code, err)
		}
		added := coupon.Coupon
		added.CategoryIDs = nil
		for _, slug := range coupon.Categories {
			if ids[slug] == "" {
				return fmt.Errorf("coupon %s is for the category %s, which is not there", coupon.Code, slug)
			}
			added.CategoryIDs = append(added.CategoryIDs, ids[slug])
		}
		if err := tx.SaveCoupon(ctx, &added); err != nil {
			return fmt.Errorf("coupon %s: %w", coupon.Code, err)
		}
	}
	return nil
}
