package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/demo"
)

// maxSeedOrders limits the number of orders, because a typing mistake could fill a disk.
const maxSeedOrders = 10_000_000

// seedCmd loads the demo catalogue and generates a history of orders.
type seedCmd struct {
	Orders int `placeholder:"N" help:"Also generate N test orders over the last 365 days, to try the back office under load. Only in a database without orders."`
	databaseSettings
}

// Run loads categories, products, coins and the shop's currency. A second run resets edited texts, prices and pictures to the catalogue's,
// and keeps stock.
func (c *seedCmd) Run(ctx context.Context, con console) error {
	if c.Orders < 0 || c.Orders > maxSeedOrders {
		return fmt.Errorf("--orders is %d: use 0 to %d", c.Orders, maxSeedOrders)
	}
	db, err := c.openCurrent(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if c.Orders > 0 {
		if err := checkNoOrders(ctx, db); err != nil {
			return err
		}
	}
	if err := demo.Fill(ctx, db); err != nil {
		return err
	}
	fmt.Fprintln(con.out, "The demo catalogue is loaded.")
	if c.Orders == 0 {
		return nil
	}
	return c.seedOrders(ctx, con, db)
}

// checkNoOrders refuses a shop that has orders, to keep generated payments out of its records.
func checkNoOrders(ctx context.Context, db *store.Store) error {
	day, err := db.FirstOrderDay(ctx, time.UTC)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("look for orders: %w", err)
	}
	return fmt.Errorf("this database already has orders (first: %s). Use an empty database for test orders (COINCART_DATABASE)", day)
}

func (c *seedCmd) seedOrders(ctx context.Context, con console, db *store.Store) error {
	began, reported := time.Now(), 0
	err := db.SeedOrders(ctx, c.Orders, store.SeedSpec{Seed: 1, Progress: func(done, all int) {
		if percent := done * 100 / max(1, all); percent >= reported+5 {
			reported = percent
			fmt.Fprintf(con.err, "%d of %d orders\n", done, all)
		}
	}})
	if err != nil {
		return fmt.Errorf("create test orders: %w", err)
	}
	fmt.Fprintf(con.out, "Created %s in %.1f s.\n", counted(c.Orders, "test order", "test orders"), time.Since(began).Seconds())
	return nil
}
