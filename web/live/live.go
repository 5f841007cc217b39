// Package live wakes the open pages of orders when their orders change, whichever process changed them.
//
// One goroutine of the process looks for changes of all watched orders in one query, about once a second and only while a page is open. It
// wakes the pages of the changed orders; the others cost nothing. The number of pages is limited, for the process and for an address of a
// visitor. A page that is not watched asks now and then by itself, so that nothing depends on this package.
package live

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// The usual limits of a Hub.
const (
	lookEvery  = 750 * time.Millisecond
	lookTime   = 3 * time.Second  // time limit of a look
	restAfter  = 10 * time.Second // pause after a look that failed
	maxPages   = 500
	maxAddress = 24
)

// Errors of Watch.
var (
	// ErrFull means that as many pages are watched as may be.
	ErrFull = errors.New("too many open pages")
	// ErrClosed means that the server is stopping.
	ErrClosed = errors.New("the server is stopping")
)

// Look returns a mark of each order by its ref. A changed mark means a changed order.
type Look func(ctx context.Context, refs []string) (map[string]string, error)

// Config configures a Hub.
type Config struct {
	Look       Look
	Log        *slog.Logger
	Every      time.Duration // between two looks; 0: 750 ms
	Pages      int           // maximum number of pages of the process; 0: 500
	PerAddress int           // maximum number of pages of one address; 0: 24
}

// Hub knows the open pages of a process. It is safe for concurrent use.
type Hub struct {
	c      Config
	closed chan struct{}
	end    sync.Once

	mu        sync.Mutex
	pages     map[*Page]bool
	addresses map[string]int // number of pages
	looking   bool           // the goroutine is running
}

// New returns a hub. It does nothing before the first Watch.
func New(c Config) *Hub {
	if c.Every == 0 {
		c.Every = lookEvery
	}
	if c.Pages == 0 {
		c.Pages = maxPages
	}
	if c.PerAddress == 0 {
		c.PerAddress = maxAddress
	}
	return &Hub{c: c, closed: make(chan struct{}), pages: map[*Page]bool{}, addresses: map[string]int{}}
}

// Page is one open page of an order.
type Page struct {
	hub     *Hub
	ref     string
	address string
	mark    string // of the order as the page was told of it last; only the hub's goroutine changes it
	changed chan struct{}
}

// Watch adds a page of the order with this ref. mark is the order's mark at a time when the page was not older. The page is to be left.
// Errors: ErrFull, ErrClosed.
func (h *Hub) Watch(ref, address, mark string) (*Page, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closed:
		return nil, ErrClosed
	default:
	}
	if len(h.pages) >= h.c.Pages || h.addresses[address] >= h.c.PerAddress {
		return nil, ErrFull
	}
	p := &Page{hub: h, ref: ref, address: address, mark: mark, changed: make(chan struct{}, 1)}
	h.pages[p] = true
	h.addresses[address]++
	if !h.looking {
		h.looking = true
		go h.run()
	}
	return p, nil
}

// Changed returns a channel that receives when the order has changed since Watch or since the last receive.
func (p *Page) Changed() <-chan struct{} { return p.changed }

// Closed returns a channel that is closed when the server stops.
func (p *Page) Closed() <-chan struct{} { return p.hub.closed }

// Leave removes the page.
func (p *Page) Leave() {
	h := p.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.pages[p] {
		return
	}
	delete(h.pages, p)
	if h.addresses[p.address]--; h.addresses[p.address] == 0 {
		delete(h.addresses, p.address)
	}
}

// Pages returns how many pages are watched.
func (h *Hub) Pages() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.pages)
}

// Close ends all watching for ever.
func (h *Hub) Close() { h.end.Do(func() { close(h.closed) }) }

// run looks for changes until there is no page left.
func (h *Hub) run() {
	pause := time.NewTimer(h.c.Every)
	defer pause.Stop()
	failed := false
	for {
		select {
		case <-h.closed:
			return
		case <-pause.C:
		}
		pages := h.watched()
		if pages == nil {
			return
		}
		err := h.look(pages)
		if err != nil && !failed {
			h.c.Log.Warn("changes of orders not looked for", "error", err)
		}
		if failed = err != nil; failed {
			pause.Reset(restAfter)
		} else {
			pause.Reset(h.c.Every)
		}
	}
}

// watched returns the pages, or nil if there are none; then the goroutine ends, and the next Watch starts another one.
func (h *Hub) watched() []*Page {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pages) == 0 {
		h.looking = false
		return nil
	}
	return slices.Collect(maps.Keys(h.pages))
}

// look wakes the pages whose order has changed.
func (h *Hub) look(pages []*Page) error {
	refs := make([]string, len(pages))
	for i, p := range pages {
		refs[i] = p.ref
	}
	slices.Sort(refs)
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	marks, err := h.c.Look(ctx, slices.Compact(refs))
	if err != nil {
		return err
	}
	for _, p := range pages {
		if marks[p.ref] == p.mark {
			continue
		}
		p.mark = marks[p.ref]
		select {
		case p.changed <- struct{}{}:
		default: // not received yet
		}
	}
	return nil
}
