package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"coincart/models/store"
	"coincart/payments"
	"coincart/payments/opay"
)

// serveCmd runs the shop.
type serveCmd struct {
	settings
}

// Run serves until ctx ends. Without a platform it is the demonstration.
func (c *serveCmd) Run(ctx context.Context, con console) error {
	var p problems
	log := c.logger(con.err, &p)
	c.check(&p)
	if c.PlatformURL == "" {
		c.checkDemo(&p)
		if err := p.err(); err != nil {
			return err
		}
		return c.serveDemo(ctx, con, log)
	}
	return c.serveReal(ctx, con, log, p)
}

// serveReal runs a shop that takes real payments. Everything that keeps it from starting is said at once.
func (c *serveCmd) serveReal(ctx context.Context, con console, log *slog.Logger, p problems) error {
	if c.ShopName == "" {
		c.ShopName = "Coincart"
	}
	c.checkReal(&p)
	keys, seal := c.realKeys(&p)
	db := c.realStore(ctx, &p, seal, log)
	if db != nil {
		defer db.Close()
	}
	if err := p.err(); err != nil {
		return err
	}
	base := strings.TrimRight(c.BaseURL, "/")
	listener, metrics, err := c.listeners(ctx)
	if err != nil {
		return err
	}
	shop, err := assemble(&c.settings, parts{
		baseURL: base, platformURL: c.PlatformURL, appID: c.AppID, keys: keys, store: db, log: log,
	})
	if err != nil {
		closeAll(listener, metrics)
		return err
	}
	fmt.Fprintf(con.out, "%s is open at %s (listening on %s), paid through %s; the platform's notifications arrive at %s\n",
		c.ShopName, base, listener.Addr(), c.PlatformURL, base+payments.NotifyPath)
	return runTasks(ctx, shop.tasks(listener, metrics, log))
}

// realKeys loads the keys, and derives the one that seals what the database holds.
func (c *serveCmd) realKeys(p *problems) (*opay.Keyring, []byte) {
	ring, own := c.loadKeyring(p)
	if ring == nil {
		return nil, nil
	}
	seal, err := sealKey(own)
	if err != nil {
		p.add("%s", err)
	}
	return ring, seal
}

// realStore opens the database and makes sure that its tables are this version's.
func (c *serveCmd) realStore(ctx context.Context, p *problems, seal []byte, log *slog.Logger) *store.Store {
	var dsn problems
	if c.databaseSettings.check(&dsn); len(dsn) > 0 {
		return nil // check has said so already
	}
	db, err := store.Open(ctx, c.dsn(), store.Options{Logger: log, SealKey: seal})
	if err != nil {
		p.add("COINCART_DATABASE: the database cannot be opened: %s", err)
		return nil
	}
	behind, err := db.SchemaBehind(ctx)
	switch {
	case err != nil:
		p.add("COINCART_DATABASE: the state of the tables cannot be read: %s", err)
	case behind:
		p.add("the database's tables are not those of this version: run coincart migrate up")
	}
	return db
}
