package main

import (
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/cmd/coincart/demo"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web/admin"
)

// demoAppID is the app id of the demo's shop at its sandbox.
const demoAppID = "coincart_demo"

// demoKeys holds the keys of both parties, because the demo plays both.
type demoKeys struct {
	merchant, platform *rsa.PrivateKey
}

// serveDemo runs the demo: the shop and a sandbox platform in one process. It creates what they need on the first start and keeps it in the
// data folder.
func (c *serveCmd) serveDemo(ctx context.Context, con console, log *slog.Logger) error {
	started := time.Now()
	listener, metrics, err := c.listeners(ctx)
	if err != nil {
		return err
	}
	defer closeAll(listener, metrics)
	platformListener, err := listen(ctx, "The sandbox exchange", c.SandboxAddr, "--sandbox-addr or COINCART_SANDBOX_ADDR")
	if err != nil {
		return err
	}
	defer closeAll(platformListener)
	d, err := c.prepareDemo(ctx, log, listener.Addr(), platformListener.Addr())
	if err != nil {
		return err
	}
	defer d.shop.store.Close()
	link, err := d.shop.setupLink(ctx)
	if err != nil {
		return err
	}
	announce(con.out, d, c.DataDir, time.Since(started))
	announceSetup(con.out, link)
	tasks := []task{
		{"sandbox", d.platform.Run},
		serveHTTP("sandbox", sandboxHTTPServer(d.platform.Handler()), platformListener, log),
	}
	return runTasks(ctx, append(tasks, d.shop.tasks(listener, metrics, log)...))
}

// demonstration holds the parts of the demo.
type demonstration struct {
	shop                 *shop
	platform             *sandbox.Server
	baseURL, platformURL string
}

func (c *serveCmd) prepareDemo(ctx context.Context, log *slog.Logger, addr, platformAddr net.Addr) (demonstration, error) {
	d := demonstration{baseURL: strings.TrimRight(c.BaseURL, "/"), platformURL: localURL(platformAddr)}
	if d.baseURL == "" {
		d.baseURL = localURL(addr)
	}
	if err := privateFolder(c.DataDir); err != nil {
		return d, err
	}
	keys, err := loadOrMakeDemoKeys(c.DataDir)
	if err != nil {
		return d, err
	}
	pieces, err := c.demoParts(keys, log)
	if err != nil {
		return d, err
	}
	pieces.baseURL, pieces.platformURL = d.baseURL, d.platformURL
	zone, err := loadZone(c.PlatformTimezone)
	if err != nil {
		return d, err
	}
	d.platform, err = sandbox.New(sandbox.Config{
		BaseURL: d.platformURL, Keys: keys.platform, Seed: seedOf(keys.platform), Logger: log.With("part", "sandbox"),
		Apps: []sandbox.App{{
			AppID: demoAppID, Name: cmp.Or(c.ShopName, pieces.name), Key: &keys.merchant.PublicKey, Addresses: []string{d.baseURL},
		}},
		StateFile: filepath.Join(c.DataDir, "sandbox.json"), Location: zone,
	})
	if err != nil {
		return d, fmt.Errorf("set up the sandbox exchange: %w", err)
	}
	d.shop, err = c.openDemo(ctx, pieces, keys)
	return d, err
}

// demoParts returns what the demo's shop is made of, without its store.
func (s *settings) demoParts(keys demoKeys, log *slog.Logger) (parts, error) {
	catalogue, err := demo.Catalogue()
	if err != nil {
		return parts{}, fmt.Errorf("read the shop's name: %w", err)
	}
	ring, err := opay.NewKeyring(keys.merchant, &keys.platform.PublicKey)
	if err != nil {
		return parts{}, fmt.Errorf("the demo's keys in %s cannot be used: %w", s.DataDir, err)
	}
	return parts{
		baseURL: s.demoBase(), platformURL: "http://" + s.SandboxAddr, appID: demoAppID, keys: ring, log: log, demo: true, name: catalogue.Name,
	}, nil
}

// openDemo opens the demo's store and puts the shop together.
func (s *settings) openDemo(ctx context.Context, pieces parts, keys demoKeys) (*shop, error) {
	seal, err := sealKey(keys.merchant)
	if err != nil {
		return nil, err
	}
	pieces.store, err = openDemoStore(ctx, s.dsn(), store.Options{
		Logger: pieces.log, SealKey: seal, Timeout: s.DatabaseTimeout, Given: s.environmentSettings(),
	})
	if err != nil {
		return nil, err
	}
	return s.putTogether(pieces)
}

// openDemoStore opens the database, migrates it, and loads the catalogue if there is none yet. Changes by visitors are kept.
func openDemoStore(ctx context.Context, dsn string, o store.Options) (*store.Store, error) {
	db, err := store.Open(ctx, dsn, o)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the database: %w", err), db.Close())
	}
	categories, err := db.Categories(ctx)
	if err == nil && len(categories) == 0 {
		if err = loadCatalogue(ctx, db); err == nil {
			err = liveRates(ctx, db)
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// loadOrMakeDemoKeys reads both parties' keys from the folder, or creates them on the first start.
func loadOrMakeDemoKeys(folder string) (demoKeys, error) {
	var keys demoKeys
	var group errgroup.Group
	for _, party := range []struct {
		name string
		to   **rsa.PrivateKey
	}{{"merchant", &keys.merchant}, {"platform", &keys.platform}} {
		group.Go(func() error {
			private := filepath.Join(folder, party.name+".pem")
			if !exists(private) {
				key, err := opay.GenerateKeys(0)
				if err != nil {
					return fmt.Errorf("create the demo's keys: %w", err)
				}
				*party.to = key
				return writeKeyPair(key, private, filepath.Join(folder, party.name+".pub.pem"))
			}
			key, err := loadPrivateKey("demo's "+party.name+" key", private)
			*party.to = key
			return err
		})
	}
	return keys, group.Wait() //nolint:wrapcheck // the errors have context already
}

// seedOf returns a seed for the sandbox's numbers, so that they differ between data folders and stay the same over a restart.
func seedOf(key *rsa.PrivateKey) uint64 {
	sum := sha256.Sum256(key.N.Bytes())
	return binary.BigEndian.Uint64(sum[:])
}

// privateFolder creates a folder for its owner only, because it holds keys.
func privateFolder(name string) error {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	if err := os.Chmod(name, 0o700); err != nil { //nolint:gosec // a folder needs the x bit
		return fmt.Errorf("protect the data folder: %w", err)
	}
	return nil
}

// localURL returns the URL at which this machine reaches a listener.
func localURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// sandboxHTTPServer returns a server whose timeouts allow for the sandbox's slow answers (30 seconds).
func sandboxHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 60 * time.Second, IdleTimeout: 60 * time.Second,
	}
}

func announce(w io.Writer, d demonstration, folder string, took time.Duration) {
	var text strings.Builder
	fmt.Fprintf(&text, `
The Coincart demo is ready (%.1f s).

  Shop              %s
  Sandbox exchange  %s
  Back office       %s

Add something to the cart and check out. Sign in at the exchange, or enter one of these UIDs:
`, took.Seconds(), d.baseURL, d.platformURL, d.baseURL+admin.Home)
	for _, user := range sandbox.DemoUsers() {
		fmt.Fprintf(&text, "  %-10s %s\n", user.UID, describe(user))
	}
	fmt.Fprintf(&text, "\nData is stored in %s/ (emails in %s); delete it to start over. Press Ctrl-C to stop.\n\n",
		filepath.Clean(folder), filepath.Join(folder, "mail"))
	fmt.Fprint(w, text.String()) // whole: who waits for the first line can read the last
}

// describe says what happens to a payment of a demo user.
func describe(user sandbox.User) string {
	if user.Frozen {
		return user.Name + " (account frozen)"
	}
	return user.Name + " (" + user.Balances["USDT"] + " USDT)"
}
