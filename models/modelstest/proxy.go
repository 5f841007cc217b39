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

// Proxy stands between a store and the tests' MariaDB server and plays the network's faults: connections that fall silent, and
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

// NewProxy listens on a port of this machine and passes everything on to the server of a setting, such as MariaDBDSN gives. It ends
// with the test; open the store after it, so that the store closes first.
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

// DSN is the setting of the same database, reached through the proxy.
func (p *Proxy) DSN() string { return p.dsn }

// Freeze lets the open connections fall silent, as when another host takes over the server's address: what either side sends is
// swallowed, and nobody is told. New connections work. The server ends its side, so that transactions that were open are rolled back
// and hold no locks. Nothing passes any more when Freeze returns.
func (p *Proxy) Freeze() {
	for _, l := range p.all() {
		l.freeze()
	}
}

// Hang is Freeze for the connections to come as well: they are accepted and never answered, until Resume.
func (p *Proxy) Hang() {
	p.mu.Lock()
	p.hung = true
	p.mu.Unlock()
	p.Freeze()
}

// Resume lets new connections work again. Those that fell silent stay so.
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

// Conns is the number of connections whose client has not closed them, silent ones included.
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
		_, _ = io.Copy(io.Discard, client) // until the client gives up
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
			_ = client.Close() // the server has ended the connection
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
	passes sync.RWMutex // held for reading while bytes are passed on

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
	_ = l.client.SetWriteDeadline(time.Unix(1, 0)) // a client that does not read must not keep us
	l.passes.Lock()
	defer l.passes.Unlock() // what was on its way has passed
}

func (l *link) reset() {
	if tcp, ok := l.client.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an orderly end
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

// pass moves bytes from one side to the other until the first one ends; what a frozen link reads goes nowhere.
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
