// Package mount puts Coincart's hosted checkout, or the whole shop, into another Go program: below a path of any router, beside the program's own
// pages, as often as it likes in one process. The program asks for payments with Create, sends the payer to the address that comes back, and is
// told by Config.OnEvent what became of it.
//
// Nothing of the process is touched: not the default HTTP client or mux, not the default logger, not Gin's mode. In Gin's debug mode Gin prints the
// routes of every engine, of this one too: call gin.SetMode(gin.ReleaseMode) if that disturbs.
//
// Amounts are decimal text. Times are UTC.
package mount

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web"
)

// Mount is a shop in another program. It is an http.Handler that expects requests with their whole path. It is safe for concurrent use.
type Mount struct {
	handler http.Handler
	shop    *web.Shop
	store   *store.Store
	key     models.APIKey // the program's
	sandbox *sandboxExchange
	live    bool

	closing sync.Once
	closed  error
}

// Open opens the database, prepares it, and puts the shop together. Nothing happens before Run, and no payment is settled without it. Call Close at
// the end. Errors: *ConfigError.
func Open(ctx context.Context, c Config) (m *Mount, err error) {
	c = c.withDefaults()
	parts, own, err := c.parts()
	if err != nil {
		return nil, err
	}
	m = &Mount{live: !c.Demo}
	if c.Demo {
		if m.sandbox, own, err = openSandbox(ctx, &c, &parts); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
			m = nil
		}
	}()
	if m.store, err = c.openStore(ctx, own); err != nil {
		return m, err
	}
	parts.Store = m.store
	if m.shop, err = web.Assemble(parts); err != nil {
		return m, fmt.Errorf("mount: %w", err)
	}
	m.handler = m.shop.Server.Handler()
	if err := m.shop.Services.Hooks.Listen(ctx, keys.Program()); err != nil {
		return m, fmt.Errorf("mount: prepare the program's events: %w", err)
	}
	m.key, err = m.shop.Services.Keys.OfProgram(ctx, keys.Draft{Name: "This program", Origins: c.origins(), RefundLimit: c.RefundLimit})
	if wrong, ok := errors.AsType[*keys.InputError](err); ok {
		member := "Origins"
		if wrong.Problems["refund_limit"] != "" {
			member = "RefundLimit"
		}
		return m, &ConfigError{member, err}
	}
	if err != nil {
		return m, fmt.Errorf("mount: prepare the program's key: %w", err)
	}
	return m, nil
}

// Run does the work behind the pages until ctx ends: it submits payments, asks the exchange, reads callbacks, sends e-mails, tells events. It returns
// nil then. Pages can be served before and after, but no payment goes on.
func (m *Mount) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return m.shop.Services.Jobs.Run(ctx) })
	group.Go(func() error { return m.shop.Server.Run(ctx) })
	if m.sandbox != nil {
		group.Go(func() error { return m.sandbox.run(ctx) })
	}
	group.Go(func() error {
		<-ctx.Done()
		m.shop.Server.EndStreams() // answers that go on for ever would keep the program's server from stopping
		return nil
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("mount: %w", err)
	}
	return nil
}

// ServeHTTP serves the shop at the path of its BaseURL. Requests must have their whole path; every other path is answered 404.
func (m *Mount) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

// SetupLink returns the address with which the first owner of the back office makes an account, or "" if there is one already. It works once.
func (m *Mount) SetupLink(ctx context.Context) (string, error) {
	link, err := m.shop.SetupLink(ctx)
	if err != nil {
		return "", fmt.Errorf("mount: %w", err)
	}
	return link, nil
}

// Close closes the database. Call it after Run has returned and requests are answered.
func (m *Mount) Close() error {
	m.closing.Do(func() {
		if m.sandbox != nil {
			m.closed = m.sandbox.close()
		}
		if m.store != nil {
			m.closed = errors.Join(m.closed, m.store.Close())
		}
	})
	return m.closed
}
