package mount

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web"
)

// sandboxExchange is the exchange of a demonstration.
type sandboxExchange struct {
	server   *sandbox.Server
	listener net.Listener
}

// openSandbox makes the demonstration's exchange and completes parts with it. It returns the merchant's key.
func openSandbox(ctx context.Context, c *Config, parts *web.Parts) (s *sandboxExchange, own *rsa.PrivateKey, err error) {
	if err := demo.PrivateFolder(c.DataDir); err != nil {
		return nil, nil, &ConfigError{"DataDir", err}
	}
	pairs, err := demo.LoadOrMakeKeys(c.DataDir)
	if err != nil {
		return nil, nil, &ConfigError{"DataDir", err}
	}
	ring, err := opay.NewKeyring(pairs.Merchant, &pairs.Platform.PublicKey)
	if err != nil {
		return nil, nil, &ConfigError{"DataDir", err}
	}
	var config net.ListenConfig
	s = &sandboxExchange{}
	if s.listener, err = config.Listen(ctx, "tcp", c.SandboxAddr); err != nil {
		return nil, nil, &ConfigError{"SandboxAddr", err}
	}
	address := "http://" + s.listener.Addr().String()
	s.server, err = sandbox.New(sandbox.Config{
		BaseURL: address, Keys: pairs.Platform, Seed: demo.Seed(pairs.Platform), Logger: c.Logger.With("part", "sandbox"), Location: parts.Zone,
		Apps:      []sandbox.App{{AppID: demo.AppID, Name: c.ShopName, Key: &pairs.Merchant.PublicKey, Addresses: []string{parts.BaseURL}}},
		StateFile: filepath.Join(c.DataDir, "sandbox.json"),
	})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("mount: set up the sandbox exchange: %w", err), s.close())
	}
	parts.Platform = opay.Config{BaseURL: address, AppID: demo.AppID, Keys: ring}
	return s, pairs.Merchant, nil
}

// run serves the exchange until ctx ends.
func (s *sandboxExchange) run(ctx context.Context) error {
	const (
		readTime  = 10 * time.Second
		writeTime = time.Minute // the sandbox can be told to answer slowly
	)
	server := &http.Server{Handler: s.server.Handler(), ReadHeaderTimeout: readTime, ReadTimeout: readTime, WriteTimeout: writeTime}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.server.Run(ctx) })
	group.Go(func() error {
		if err := server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("sandbox exchange: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTime)
		defer cancel()
		return errors.Join(server.Shutdown(stopping), server.Close())
	})
	return group.Wait() //nolint:wrapcheck // each has its context
}

// close closes the listener; a server that ran has done so.
func (s *sandboxExchange) close() error {
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err //nolint:wrapcheck // it names the listener
	}
	return nil
}
