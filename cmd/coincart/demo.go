package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web/admin"
)

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
	link, err := d.shop.SetupLink(ctx)
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
	if err := demo.PrivateFolder(c.DataDir); err != nil {
		return d, err
	}
	keys, err := demo.LoadOrMakeKeys(c.DataDir)
	if err != nil {
		return d, err
	}
	pieces, err := c.demoParts(keys, log)
	if err != nil {
		return d, err
	}
	pieces.wire.warn(log)
	pieces.baseURL, pieces.platformURL = d.baseURL, d.platformURL
	zone, err := loadZone(c.PlatformTimezone)
	if err != nil {
		return d, err
	}
	sc := sandbox.Config{
		BaseURL: d.platformURL, Profile: pieces.wire.profile, Seed: demo.Seed(keys.Platform), Logger: log.With("part", "sandbox"),
		Apps:      []sandbox.App{{AppID: demo.AppID, Name: cmp.Or(c.ShopName, pieces.name), Secret: pieces.wire.secret, Addresses: []string{d.baseURL}}},
		StateFile: filepath.Join(c.DataDir, "sandbox.json"), Location: zone,
	}
	if pieces.wire.keys != nil {
		sc.Keys, sc.Apps[0].Key = keys.Platform, &keys.Merchant.PublicKey
	}
	d.platform, err = sandbox.New(sc)
	if err != nil {
		return d, fmt.Errorf("set up the sandbox exchange: %w", err)
	}
	d.shop, err = c.openDemo(ctx, pieces, keys)
	return d, err
}

// demoParts returns what the demo's shop is made of, without its store.
func (s *settings) demoParts(keys demo.Keys, log *slog.Logger) (parts, error) {
	catalogue, err := demo.Catalogue()
	if err != nil {
		return parts{}, fmt.Errorf("read the shop's name: %w", err)
	}
	w := wire{profile: s.platformProfile(&problems{})} // check has reported its problems
	if w.profile.Signing == opay.SigningMD5 {
		w.secret, err = loadOrMakeDemoSecret(s.DataDir)
	} else {
		w.keys, err = opay.NewKeyring(keys.Merchant, &keys.Platform.PublicKey)
	}
	if err != nil {
		return parts{}, fmt.Errorf("the demo's keys in %s cannot be used: %w", s.DataDir, err)
	}
	return parts{
		baseURL: s.demoBase(), platformURL: "http://" + s.SandboxAddr, appID: demo.AppID, wire: w, log: log, demo: true, name: catalogue.Name,
	}, nil
}

// openDemo opens the demo's store and puts the shop together.
func (s *settings) openDemo(ctx context.Context, pieces parts, keys demo.Keys) (*shop, error) {
	seal, err := keyfile.SealKey(keys.Merchant)
	if err != nil {
		return nil, err
	}
	pieces.store, err = demo.OpenStore(ctx, s.dsn(), store.Options{
		Logger: pieces.log, SealKey: seal, Timeout: s.DatabaseTimeout, Given: s.environmentSettings(),
	})
	if err != nil {
		return nil, err
	}
	return s.putTogether(pieces)
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
