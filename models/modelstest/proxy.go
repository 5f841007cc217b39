package modelstest

import (
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Proxy is a TCP proxy between a store and a MariaDB server that simulates faults of the network: connections that go silent and
// connections that are reset.
type Proxy struct {
	listener        net.Listener
	network, server string
	dsn             string

	mu    sync.Mutex
	links map[*link]struct{}
	hung  bool
	open  sync.WaitGroup
	ended bool
}

// NewProxy starts a proxy for the server of a DSN, such as MariaDBDSN returns. It ends with the test. Open the store after it, so that the
// store is closed first.
func NewProxy(tb testing.TB, dsn string) *Proxy {
	tb.Helper()
	u, err := url.Parse(dsn)
	require.NoError(tb, err)
	require.Equal(tb, "mysql", u.Scheme, "only a server can stand behind a proxy")
	p := &Proxy{network: "tcp", server: u.Host, links: map[*link]struct{}{}}
	query := u.Query()
	if socket := query.Get("socket"); socket != "" {
		p.network, p.server = "unix", socket
	} else if u.Port() == "" {
		p.server = net.JoinHostPort(u.Hostname(), "3306")
	}
	query.Del("socket")
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	u.Host, u.RawQuery = p.listener.Addr().String(), strings.ReplaceAll(query.Encode(), "+", "%20")
	p.dsn = u.String()
	p.open.Go(p.accept)
	tb.Cleanup(p.close)
	return p
}

// DSN returns the DSN of the same database through the proxy.
func (p *Proxy) DSN() string { return p.dsn }

// Freeze makes the open connections silent, as a failover to another host does: what either side sends is dropped without an error. New
// connections work. The proxy closes the server's side, so that open transactions are rolled back and release their locks. When Freeze
// returns, nothing passes any more.
func (p *Proxy) Freeze() {
	for _, l := range p.all() {
		l.freeze()
	}
}

// Hang is Freeze for future connections too: they are accepted and never answered until Resume.
func (p *Proxy) Hang() {
	p.mu.Lock()
	p.hung = true
	p.mu.Unlock()
	p.Freeze()
}

// Resume makes new connections work again. Silent ones stay silent.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hung = false
}

// Cut resets the open connections. New ones work.
func (p *Proxy) Cut() {
	for _, l := range p.all() {
		l.reset()
	}
}

// Conns returns the number of connections, including silent ones, that the client has not closed.
func (p *Proxy) Conns() int { return len(p.all()) }

func (p *Proxy) all() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]*link, 0, len(p.links))
	for l := range p.links {
		list = append(list, l)
	}
	return list
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.open.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	l := &link{client: client}
	p.mu.Lock()
	if p.ended {
		p.mu.Unlock()
		_ = client.Close()
		return
	}
	l.frozen.Store(p.hung)
	p.links[l] = struct{}{}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.links, l)
		p.mu.Unlock()
		_ = client.Close()
	}()
	if l.frozen.Load() {
		_, _ = io.Copy(io.Discard, client) // until the client closes it
		return
	}
	server, err := net.Dial(p.network, p.server)
	if err != nil {
		return
	}
	defer server.Close()
	l.connect(server)
	var answers sync.WaitGroup
	answers.Go(func() {
		l.pass(client, server)
		if !l.frozen.Load() {
			_ = client.Close() // the server has closed the connection
		}
	})
	l.pass(server, client) // until the client closes it
	_ = server.Close()
	answers.Wait()
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Cut()
	p.open.Wait()
}

// link is one connection through the proxy.
type link struct {
	client net.Conn
	frozen atomic.Bool
	passes sync.RWMutex // held for reading while bytes are forwarded

	mu     sync.Mutex
	server net.Conn
}

// connect adds the server's side.
func (l *link) connect(server net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server = server
	if l.frozen.Load() {
		_ = server.Close()
	}
}

func (l *link) freeze() {
	l.frozen.Store(true)
	l.closeServer()
	_ = l.client.SetWriteDeadline(time.Unix(1, 0)) // a client that does not read must not block us
	l.passes.Lock()
	defer l.passes.Unlock() // bytes in transit have been forwarded
}

func (l *link) reset() {
	if tcp, ok := l.client.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close with a reset
	}
	_ = l.client.Close()
	l.closeServer()
}

func (l *link) closeServer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil {
		_ = l.server.Close()
	}
}

// pass forwards bytes from one side to the other until one side ends. It drops what it reads on a frozen link.
func (l *link) pass(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && l.forward(to, buffer[:n]) != nil && !l.frozen.Load() {
			return
		}
		if err != nil {
			return
		}
	}
}

func (l *link) forward(to io.Writer, data []byte) error {
	l.passes.RLock()
	defer l.passes.RUnlock()
	if l.frozen.Load() {
		return nil
	}
	_, err := to.Write(data)
	return err
}
