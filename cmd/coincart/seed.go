package main

import (
	"context"
	"fmt"
)

// seedCmd loads the demo catalogue.
type seedCmd struct{ databaseSettings }

// Run loads categories, products, coins and the shop's currency. A second run changes nothing but what was edited since: texts,
// prices and pictures go back to the catalogue's, stock stays.
func (c *seedCmd) Run(ctx context.Context, con console) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	behind, err := db.SchemaBehind(ctx)
	if err != nil {
		return fmt.Errorf("read the state of the tables: %w", err)
	}
	if behind {
		return problems{"the database's tables are not those of this version: run coincart migrate up"}
	}
	if err := loadCatalogue(ctx, db); err != nil {
		return err
	}
	fmt.Fprintln(con.out, "The demo catalogue is loaded.")
	return nil
}
