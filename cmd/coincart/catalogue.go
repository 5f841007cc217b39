package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/coincart/coincart/cmd/coincart/demo"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// currencyDigits is the number of decimals of the demo catalogue's currency, US dollars.
const currencyDigits = 2

// loadCatalogue stores the demo catalogue with its coins, currency, delivery and coupons in one transaction. It updates products,
// categories and coins that exist under the same slug, SKU or symbol, but keeps their stock.
func loadCatalogue(ctx context.Context, db *store.Store) error {
	shop, err := demo.Catalogue()
	if err != nil {
		return fmt.Errorf("load the demo catalogue: %w", err)
	}
	products, err := demoProducts(shop.Products)
	if err != nil {
		return err
	}
	coins, err := demoCoins(shop.Coins)
	if err != nil {
		return err
	}
	err = db.Tx(ctx, func(tx *store.Store) error {
		if err := putCategories(ctx, tx, shop.Categories); err != nil {
			return err
		}
		if err := putProducts(ctx, tx, products); err != nil {
			return err
		}
		if err := putCoins(ctx, tx, coins); err != nil {
			return err
		}
		if err := putCurrency(ctx, tx, shop.Settings.Currency); err != nil {
			return err
		}
		if err := loadTexts(ctx, tx, shop.Settings.Texts); err != nil {
			return err
		}
		return loadTerms(ctx, tx, shop)
	})
	if err != nil {
		return fmt.Errorf("load the demo catalogue: %w", err)
	}
	return nil
}

func putCategories(ctx context.Context, tx *store.Store, list []demo.Category) error {
	for _, c := range list {
		category := models.Category{Slug: c.Slug, Name: c.Name, Summary: c.Summary, Picture: c.Picture, Position: c.Position, Texts: models.Texts(c.Texts)}
		if err := tx.PutCategory(ctx, category); err != nil {
			return fmt.Errorf("category %s: %w", c.Slug, err)
		}
	}
	return nil
}

func putProducts(ctx context.Context, tx *store.Store, list []models.Product) error {
	for _, p := range list {
		if err := tx.PutProduct(ctx, p); err != nil {
			return fmt.Errorf("product %s: %w", p.Slug, err)
		}
	}
	return nil
}

func putCoins(ctx context.Context, tx *store.Store, list []models.Coin) error {
	for _, c := range list {
		if err := tx.PutCoin(ctx, c); err != nil {
			return fmt.Errorf("coin %s: %w", c.Symbol, err)
		}
	}
	return nil
}

func putCurrency(ctx context.Context, tx *store.Store, code string) error {
	if err := tx.PutSetting(ctx, "currency", code); err != nil {
		return fmt.Errorf("the currency: %w", err)
	}
	if err := tx.PutSetting(ctx, "currency_digits", strconv.Itoa(currencyDigits)); err != nil {
		return fmt.Errorf("the currency's digits: %w", err)
	}
	return nil
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
