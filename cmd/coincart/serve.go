package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// serveCmd runs the shop.
type serveCmd struct {
	settings
}

// Run serves until ctx ends. Without a platform it runs the demo.
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

// serveReal runs a shop that takes real payments.
func (c *serveCmd) serveReal(ctx context.Context, con console, log *slog.Logger, p problems) error {
	pieces, err := c.realParts(ctx, log, p)
	if err != nil {
		return err
	}
	defer pieces.store.Close()
	listener, metrics, err := c.listeners(ctx)
	if err != nil {
		return err
	}
	defer closeAll(listener, metrics)
	shop, err := assemble(&c.settings, pieces)
	if err != nil {
		return err
	}
	link, err := shop.SetupLink(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "%s is open at %s (listening on %s), paid through %s; the exchange's callbacks arrive at %s\n",
		shop.Server.ShopName(ctx), pieces.baseURL, listener.Addr(), c.PlatformURL, pieces.baseURL+payments.NotifyPath)
	announceSetup(con.out, link)
	return runTasks(ctx, shop.tasks(listener, metrics, log))
}

// realParts checks and opens everything that a shop with real payments needs. It reports all problems at once.
func (s *settings) realParts(ctx context.Context, log *slog.Logger, p problems) (parts, error) {
	s.checkReal(&p)
	wire, seal := s.realKeys(&p)
	db := s.realStore(ctx, &p, seal, log)
	if err := p.err(); err != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
		return parts{}, err
	}
	wire.warn(log)
	return parts{
		baseURL: strings.TrimRight(s.BaseURL, "/"), platformURL: s.PlatformURL, appID: s.AppID, wire: wire, store: db, log: log, name: "Coincart",
	}, nil
}

// realKeys loads what the shop signs with, and derives the key that encrypts data in the database.
func (s *settings) realKeys(p *problems) (wire, []byte) {
	w := wire{profile: s.platformProfile(&problems{})} // check has reported its problems
	var own *rsa.PrivateKey
	if w.profile.Signing == opay.SigningMD5 {
		w.secret, own = s.loadSecret(p)
	} else {
		w.keys, own = s.loadKeyring(p)
	}
	if own == nil {
		return w, nil
	}
	seal, err := keyfile.SealKey(own)
	if err != nil {
		p.add("%s", err)
	}
	return w, seal
}

// realStore opens the database and checks that its tables are those of this version.
func (s *settings) realStore(ctx context.Context, p *problems, seal []byte, log *slog.Logger) *store.Store {
	var dsn problems
	if s.databaseSettings.check(&dsn); len(dsn) > 0 {
		return nil // check has reported it
	}
	db, err := store.Open(ctx, s.dsn(), store.Options{
		Logger: log, SealKey: seal, Timeout: s.DatabaseTimeout, MustExist: true, Given: s.environmentSettings(),
	})
	if errors.Is(err, store.ErrNoDatabase) {
		p.add("COINCART_DATABASE: %s; create it with coincart migrate up", err)
		return nil
	}
	if err != nil {
		p.add("COINCART_DATABASE: the database cannot be opened: %s", err)
		return nil
	}
	behind, err := db.SchemaBehind(ctx)
	switch {
	case err != nil:
		p.add("COINCART_DATABASE: the database schema cannot be read: %s", err)
	case behind:
		p.add("%s", errSchema)
	}
	return db
}
