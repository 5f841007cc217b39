package main

import (
	"context"
	"fmt"

	"github.com/coincart/coincart/cmd/coincart/demo"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/starter"
	"github.com/coincart/coincart/models/store"
)

// loadCatalogue stores the demo catalogue with its coins, currency, delivery and coupons. It updates products, categories and coins that
// exist under the same slug, SKU or symbol, but keeps their stock.
func loadCatalogue(ctx context.Context, db *store.Store) error {
	shop, err := demo.Catalogue()
	if err == nil {
		err = starter.Fill(ctx, db, shop.Contents)
	}
	if err != nil {
		return fmt.Errorf("load the demo catalogue: %w", err)
	}
	return nil
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
	for _, c := range shop.Coins {
		live, ok := shop.Live[c.Symbol]
		if !ok {
			continue
		}
		c.Source, c.SourceSymbol, c.MaxAge, c.MaxJump = models.ExchangeSource, live.Pair, demoMaxAge, models.AmountFromInt(demoMaxJump)
		if live.Second != "" {
			c.SecondSource, c.SecondSymbol, c.MaxDeviation = models.ExchangeSource, live.Second, models.AmountFromInt(demoMaxDeviation)
		}
		if err := db.PutCoin(ctx, c); err != nil {
			return fmt.Errorf("the live rate of %s: %w", c.Symbol, err)
		}
	}
	return nil
}
