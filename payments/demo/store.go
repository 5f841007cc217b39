package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/starter"
	"github.com/coincart/coincart/models/store"
)

// OpenStore opens the database, migrates it, and loads the catalogue if there is none yet. Changes by visitors are kept.
func OpenStore(ctx context.Context, dsn string, o store.Options) (*store.Store, error) {
	db, err := store.Open(ctx, dsn, o)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the database: %w", err), db.Close())
	}
	categories, err := db.Categories(ctx)
	if err == nil && len(categories) == 0 {
		if err = Fill(ctx, db); err == nil {
			err = liveRates(ctx, db)
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Fill stores the catalogue with its coins, currency, delivery and coupons. It updates products, categories and coins that
// exist under the same slug, SKU or symbol, but keeps their stock.
func Fill(ctx context.Context, db *store.Store) error {
	shop, err := Catalogue()
	if err == nil {
		err = starter.Fill(ctx, db, shop.Contents)
	}
	if err != nil {
		return fmt.Errorf("load the demo catalogue: %w", err)
	}
	return nil
}

// Limits of the live rates.
const (
	maxAge       = 120 // seconds
	maxJump      = 10  // percent
	maxDeviation = 2   // percent
)

// liveRates makes the demo's coins take their rates from the sandbox's market call, if it has one for them.
func liveRates(ctx context.Context, db *store.Store) error {
	shop, err := Catalogue()
	if err != nil {
		return fmt.Errorf("read the demo's coins: %w", err)
	}
	for _, c := range shop.Coins {
		live, ok := shop.Live[c.Symbol]
		if !ok {
			continue
		}
		c.Source, c.SourceSymbol, c.MaxAge, c.MaxJump = models.ExchangeSource, live.Pair, maxAge, models.AmountFromInt(maxJump)
		if live.Second != "" {
			c.SecondSource, c.SecondSymbol, c.MaxDeviation = models.ExchangeSource, live.Second, models.AmountFromInt(maxDeviation)
		}
		if err := db.PutCoin(ctx, c); err != nil {
			return fmt.Errorf("the live rate of %s: %w", c.Symbol, err)
		}
	}
	return nil
}
