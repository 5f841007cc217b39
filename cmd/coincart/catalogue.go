package main

import (
	"context"
	"fmt"

	"github.com/coincart/coincart/cmd/coincart/demo"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/starter"
	"github.com/coincart/coincart/models/store"
)

// currencyDigits is the number of decimals of the demo catalogue's currency, US dollars.
const currencyDigits = 2

// loadCatalogue stores the demo catalogue with its coins, currency, delivery and coupons. It updates products, categories and coins that
// exist under the same slug, SKU or symbol, but keeps their stock.
func loadCatalogue(ctx context.Context, db *store.Store) error {
	shop, err := demo.Catalogue()
	if err != nil {
		return fmt.Errorf("load the demo catalogue: %w", err)
	}
	contents, err := demoContents(shop)
	if err != nil {
		return err
	}
	if err := starter.Fill(ctx, db, contents); err != nil {
		return fmt.Errorf("load the demo catalogue: %w", err)
	}
	return nil
}

// demoContents returns the demo shop's contents as the shop's own nouns.
func demoContents(shop demo.Shop) (c starter.Contents, err error) {
	c.Currency = models.Currency{Code: shop.Settings.Currency, Digits: currencyDigits}
	c.HomeCountry = shop.Settings.Home
	c.Texts = demoTexts(shop.Settings.Texts)
	for _, d := range shop.Categories {
		c.Categories = append(c.Categories, models.Category{
			Slug: d.Slug, Name: d.Name, Summary: d.Summary, Picture: d.Picture, Position: d.Position, Texts: models.Texts(d.Texts),
		})
	}
	if c.Products, err = demoProducts(shop.Products); err != nil {
		return c, err
	}
	if c.Coins, err = demoCoins(shop.Coins); err != nil {
		return c, err
	}
	for _, d := range shop.Zones {
		zone, err := demoZone(d)
		if err != nil {
			return c, err
		}
		c.Zones = append(c.Zones, zone)
	}
	for _, d := range shop.Coupons {
		coupon, err := demoCoupon(d)
		if err != nil {
			return c, err
		}
		c.Coupons = append(c.Coupons, coupon)
	}
	return c, nil
}

func demoProducts(list []demo.Product) ([]models.Product, error) {
	var read amounts
	products := make([]models.Product, len(list))
	for i, p := range list {
		product := models.Product{
			Slug: p.Slug, Category: models.Category{Slug: p.Category}, Title: p.Title, Summary: p.Summary, Description: p.Description,
			Featured: p.Featured, Position: i, Texts: models.Texts(p.Texts), Tags: p.Tags, OptionNames: p.Options,
		}
		for _, picture := range p.Pictures {
			product.Pictures = append(product.Pictures, models.Picture{Source: picture.Source, Alt: picture.Alt, Texts: models.Texts(picture.Texts)})
		}
		for _, v := range p.Variants {
			product.Variants = append(product.Variants, models.Variant{
				SKU: v.SKU, Title: v.Title, Options: v.Options, Picture: v.Picture, OnHand: v.Stock, Virtual: v.Virtual, Untracked: v.Untracked,
				Price: read.of(v.Price, "price of "+v.SKU), SalePrice: read.of(v.SalePrice, "sale price of "+v.SKU),
				Weight: read.of(v.Weight, "weight of "+v.SKU), Texts: models.Texts(v.Texts),
			})
		}
		products[i] = product
	}
	return products, read.err
}

func demoCoins(list []demo.Coin) ([]models.Coin, error) {
	coins := make([]models.Coin, len(list))
	for i, c := range list {
		rate, err := models.ParseAmount(c.Rate)
		if err != nil {
			return nil, fmt.Errorf("the demo catalogue's rate of %s: %w", c.Symbol, err)
		}
		coins[i] = models.Coin{
			Symbol: c.Symbol, Name: c.Name, Precision: c.Precision, Rate: rate, RateSource: "fixed",
			Enabled: true, Position: i,
		}
	}
	return coins, nil
}

// Limits of the demo's live rates.
const (
	demoMaxAge       = 120 // seconds
	demoMaxJump      = 10  // percent
	demoMaxDeviation = 2   // percent
)

// liveRates makes the demo's coins take their rates from the sandbox's market call, if it has one for them.
func liveRates(ctx context.Context, db *store.Store) error {
	shop, err := demo.Catalogue()
	if err != nil {
		return fmt.Errorf("read the demo's coins: %w", err)
	}
	coins, err := demoCoins(shop.Coins)
	if err != nil {
		return err
	}
	for i, c := range coins {
		pair, second := shop.Coins[i].Pair, shop.Coins[i].Second
		if pair == "" {
			continue
		}
		c.Source, c.SourceSymbol, c.MaxAge, c.MaxJump = models.ExchangeSource, pair, demoMaxAge, models.AmountFromInt(demoMaxJump)
		if second != "" {
			c.SecondSource, c.SecondSymbol, c.MaxDeviation = models.ExchangeSource, second, models.AmountFromInt(demoMaxDeviation)
		}
		if err := db.PutCoin(ctx, c); err != nil {
			return fmt.Errorf("the live rate of %s: %w", c.Symbol, err)
		}
	}
	return nil
}
