package hooks_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/modelstest"
)

// nameServer is a DNS server of a test. Each lookup of an IPv4 address takes the next answer; the last one is given for ever.
type nameServer struct {
	conn net.PacketConn

	mu      sync.Mutex
	answers map[string][][]netip.Addr // by name, with a point at its end
	lookups map[string]int
	held    map[string]chan struct{} // by name: its lookups wait for it
}

func startNameServer(tb testing.TB, answers map[string][][]netip.Addr) *nameServer {
	tb.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(tb, err)
	s := &nameServer{conn: conn, answers: answers, lookups: map[string]int{}, held: map[string]chan struct{}{}}
	var serving sync.WaitGroup
	serving.Go(s.serve)
	tb.Cleanup(func() {
		_ = conn.Close()
		serving.Wait()
	})
	return s
}

// resolver asks this server alone.
func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", s.conn.LocalAddr().String())
	}}
}

func (s *nameServer) serve() {
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		question := slices.Clone(buffer[:n])
		go func() {
			if text, err := s.answer(question); err == nil {
				_, _ = s.conn.WriteTo(text, from)
			}
		}()
	}
}

func (s *nameServer) answer(question []byte) ([]byte, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(question)
	if err != nil {
		return nil, err
	}
	asked, err := parser.Question()
	if err != nil {
		return nil, err
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: header.ID, Response: true, Authoritative: true, RecursionAvailable: true})
	if err := errors.Join(b.StartQuestions(), b.Question(asked), b.StartAnswers()); err != nil {
		return nil, err
	}
	if asked.Type == dnsmessage.TypeA {
		for _, ip := range s.next(asked.Name.String()) {
			record := dnsmessage.ResourceHeader{Name: asked.Name, Class: dnsmessage.ClassINET, TTL: 0}
			if err := b.AResource(record, dnsmessage.AResource{A: ip.As4()}); err != nil {
				return nil, err
			}
		}
	}
	return b.Finish()
}

func (s *nameServer) next(name string) []netip.Addr {
	s.mu.Lock()
	n := s.lookups[name]
	s.lookups[name]++
	list, held := s.answers[name], s.held[name]
	s.mu.Unlock()
	if held != nil {
		<-held
	}
	if len(list) == 0 {
		return nil
	}
	return list[min(n, len(list)-1)]
}

// hold keeps the answers about a name back until release is called.
func (s *nameServer) hold(name string) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := make(chan struct{})
	s.held[name] = held
	return func() { close(held) }
}

func (s *nameServer) asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lookups[name]
}

// trap counts connections: nothing may ever connect to it.
type trap struct {
	net.Listener

	mu  sync.Mutex
	met int
}

func (l *trap) watch() {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.met++
		l.mu.Unlock()
		_ = conn.Close()
	}
}

func (l *trap) connections() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.met
}

// The names of the test's endpoints, as the name server is asked for them.
const (
	healthyName  = "healthy.example."
	changingName = "changing.example." // leads to the public address once, and inside ever after
	mixedName    = "mixed.example."    // leads to both at once
)

// outsideServer is a server at 127.0.0.2, which stands for a public address, because a test asks nobody outside. At the same port of 127.0.0.1, which
// is inside, is a trap.
type outsideServer struct {
	*httptest.Server

	inside *trap

	mu   sync.Mutex
	came map[string]int // requests by name
}

func startOutside(tb testing.TB) *outsideServer {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		tb.Skip("this system has no 127.0.0.2")
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(tb, err)
	trapped, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	require.NoError(tb, err)
	s := &outsideServer{inside: &trap{Listener: trapped}, came: map[string]int{}}
	go s.inside.watch()
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.take))
	require.NoError(tb, s.Listener.Close())
	s.Listener = listener
	s.StartTLS()
	tb.Cleanup(func() {
		_ = trapped.Close()
		s.Close()
	})
	return s
}

// take answers the healthy endpoint's requests well and others badly, so that they come again.
func (s *outsideServer) take(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, _, _ := net.SplitHostPort(r.Host)
	s.came[name+"."]++
	if name+"." != healthyName {
		w.Header().Set("Connection", "close") // each try looks the name up
		w.WriteHeader(http.StatusBadGateway)
	}
}

func (s *outsideServer) requests(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.came[name]
}

// url returns the address of an endpoint by a name.
func (s *outsideServer) url(name string) string {
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	return "https://" + strings.TrimSuffix(name, ".") + ":" + port + "/"
}

// client is the client of webhooks, with the test's names and the server's certificate.
func (s *outsideServer) client(names *nameServer) http.RoundTripper {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return fetch.New(fetch.Options{
		ConnectTimeout: soon, Timeout: soon, MaxBytes: 1 << 10, Resolver: names.resolver(), Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
		Wrap: func(next http.RoundTripper) http.RoundTripper {
			if transport, ok := next.(*http.Transport); ok {
				transport.TLSClientConfig = &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12} // the certificate's
			}
			return next
		},
	}).Transport
}

// The address that a name leads to is checked where the connection is made, so that no lookup before can have been about another one. Beside such
// endpoints a healthy one gets everything while the lookups of the others have not even been answered.
func TestDeliver_ANameThatChangesLeadsNowhereInside(t *testing.T) {
	t.Parallel()
	outside, inside := netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startOutside(t)
			names := startNameServer(t, map[string][][]netip.Addr{
				healthyName: {{outside}}, changingName: {{outside}, {inside}}, mixedName: {{inside, outside}},
			})
			clock := modelstest.NewClock(time.Time{})
			b := newBench(t, modelstest.Open(t, dsn(t), modelstest.WithClock(clock)), clock, func(c *hooks.Config) {
				c.Demo, c.Transport = false, server.client(names)
			})
			b.create(server.url(healthyName))
			changing, mixed := b.create(server.url(changingName)), b.create(server.url(mixedName))

			b.happen("co_0", 1)
			b.work()
			for _, e := range []models.WebhookEndpoint{changing, mixed} {
				assert.Equal(t, models.DeliveryRefused, b.deliveries(e)[0].Problem, "it was reached at its public address")
			}
			b.later(10 * time.Second)
			assert.Equal(t, models.DeliveryAddress, b.deliveries(changing)[0].Problem, "it leads inside now")
			assert.Equal(t, models.DeliveryRefused, b.deliveries(mixed)[0].Problem, "of its addresses the public one is used")
			assert.Equal(t, 2, names.asked(changingName))

			release, events := names.hold(changingName), 20
			b.run()
			for n := range events {
				b.happen(fmt.Sprintf("co_%d", 1+n), 1)
			}
			require.Eventually(t, func() bool { return server.requests(healthyName) == 1+events }, soon, 5*time.Millisecond,
				"nobody waits for the lookups of others")
			require.Eventually(t, func() bool { return names.asked(changingName) > 2 }, soon, 5*time.Millisecond)
			for _, d := range b.deliveries(changing)[1:] {
				assert.Zero(t, d.Tries, "its lookups have not been answered yet")
			}
			release()
			require.Eventually(t, func() bool {
				return !slices.ContainsFunc(b.deliveries(changing), func(d models.Delivery) bool { return d.Problem != models.DeliveryAddress })
			}, soon, 5*time.Millisecond)
			assert.Equal(t, 1, server.requests(changingName), "by its first lookup")
			assert.Zero(t, server.inside.connections())
		})
	}
}
