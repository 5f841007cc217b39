// Package fetch makes HTTP clients that reach public addresses only.
//
// The server fetches addresses that a person typed or a file contains. Such an address could lead to what only the server can reach: the
// machine itself, its network, the metadata service of its host (server-side request forgery, CWE-918). A client of this package therefore
// fetches over https only, checks every connection after name resolution, checks every redirect, uses no proxy and no cookies, and limits
// the time and the size of a response.
package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Errors of a request. http.Client wraps them.
var (
	// ErrAddress means that the address may not be fetched: it is not https or not public.
	ErrAddress = errors.New("the address is not a public one")
	// ErrRedirect means that the server redirected too often or to an address that the client does not follow.
	ErrRedirect = errors.New("redirected to another host")
	// ErrTooLarge means that the body is larger than the client accepts.
	ErrTooLarge = errors.New("the answer is too large")
)

const (
	maxRedirects   = 3
	maxHeaderBytes = 32 << 10
)

// Options configure a client. ConnectTimeout, Timeout and MaxBytes are required.
type Options struct {
	ConnectTimeout time.Duration // for connecting, and again for the TLS handshake
	Timeout        time.Duration // for the whole response, including its body and redirects
	MaxBytes       int64         // maximum size of a body, in bytes; the client does not ask for compression
	SameHost       bool          // follow redirects on the same scheme and host only
	Loopback       bool          // also allow this machine, over plain http too; for demonstrations and tests

	Networks []netip.Prefix // that are allowed although they are not public, over https
	Resolver *net.Resolver  // of names; nil: the system's
	PerHost  int            // connections to one host that are kept for further requests; 0: 2

	// Wrap wraps the transport that connects, for example in a circuit breaker. It may be nil.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// New returns a client. Its requests fail with ErrAddress, ErrRedirect or the error of the connection; reading a body fails with
// ErrTooLarge after MaxBytes. The client is safe for concurrent use.
func New(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: o.ConnectTimeout, Control: o.control, Resolver: o.Resolver}
	var transport http.RoundTripper = &http.Transport{ // Proxy is nil, so the environment's proxy is not used
		DialContext: dialer.DialContext, TLSHandshakeTimeout: o.ConnectTimeout, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: cmp.Or(o.PerHost, 2),
		IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxHeaderBytes, DisableCompression: true,
	}
	if o.Wrap != nil {
		transport = o.Wrap(transport)
	}
	client := &http.Client{Transport: checked{options: o, next: Bounded(transport, o.MaxBytes)}, CheckRedirect: limitRedirects, Timeout: o.Timeout}
	if o.SameHost {
		client.CheckRedirect = SameHost
	}
	return client
}

// Check refuses an address that may not be fetched whatever its name resolves to: one that is not https (plain http to this machine is
// allowed with Loopback), has a user, or has a literal IP address that is not public. The error is ErrAddress.
func (o Options) Check(u *url.URL) error {
	if u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ErrAddress
	}
	ip, err := netip.ParseAddr(u.Hostname())
	literal := err == nil
	loopback := u.Hostname() == "localhost" || literal && ip.Unmap().IsLoopback()
	switch {
	case literal && !o.reaches(ip), u.Scheme != "https" && (u.Scheme != "http" || !loopback || !o.Loopback):
		return ErrAddress
	case loopback && !o.Loopback && (!literal || !o.named(ip)):
		return ErrAddress
	}
	return nil
}

// SameHost is a CheckRedirect function that follows up to three redirects on the same scheme and host.
func SameHost(r *http.Request, via []*http.Request) error {
	if r.URL.Scheme != via[0].URL.Scheme || r.URL.Host != via[0].URL.Host {
		return ErrRedirect
	}
	return limitRedirects(r, via)
}

// limitRedirects is a CheckRedirect function that follows up to three redirects. Their addresses are checked like those of any request.
func limitRedirects(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || r.URL.User != nil {
		return ErrRedirect
	}
	return nil
}

// control checks the address that a name resolved to, before a socket connects. So a name cannot lead to the server's own network, not even
// if it resolves to another address the second time.
func (o Options) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAddress, err)
	}
	if !o.reaches(at.Addr()) {
		return ErrAddress
	}
	return nil
}

// reaches reports whether an address is public: IPv4 outside IANA's special-purpose registry, IPv6 within 2000::/3 outside that registry.
// Package ssrf generates its lists from the registries. An IPv4 address in IPv6 form counts as the IPv4 address; forms that a gateway
// translates (6to4, Teredo, NAT64) are refused.
func (o Options) reaches(ip netip.Addr) bool {
	ip = ip.Unmap()
	if o.Loopback && ip.IsLoopback() || o.named(ip) {
		return true
	}
	return ssrf.New(ssrf.WithAnyPort()).SafeAddr(ip) == nil
}

// named reports whether an address is in one of the networks that are allowed although they are not public.
func (o Options) named(ip netip.Addr) bool {
	return slices.ContainsFunc(o.Networks, func(n netip.Prefix) bool { return n.Contains(ip.Unmap()) })
}

// OwnNetwork reports whether a network can be allowed although it is not public: one of private addresses (RFC 1918, RFC 4193, RFC 6598) or of this
// machine. Others, such as the link-local one with a host's metadata service, cannot.
func OwnNetwork(n netip.Prefix) bool {
	return slices.ContainsFunc(ownNetworks, func(own netip.Prefix) bool { return own.Bits() <= n.Bits() && own.Contains(n.Addr()) })
}

var ownNetworks = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
}

// checked is a transport that refuses requests whose address may not be fetched, including redirects.
type checked struct {
	options Options
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t checked) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.options.Check(r.URL); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(r)
}

// Bounded returns a transport whose bodies fail with ErrTooLarge after limit bytes. The bytes read until then are valid.
func Bounded(next http.RoundTripper, limit int64) http.RoundTripper { return bounded{next, limit} }

type bounded struct {
	next  http.RoundTripper
	limit int64
}

// RoundTrip implements http.RoundTripper.
func (t bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = boundedBody{http.MaxBytesReader(nil, answer.Body, t.limit)}
	return answer, nil
}

// boundedBody is a body that http.MaxBytesReader limits, with the error of this package.
type boundedBody struct{ io.ReadCloser }

// Read implements io.Reader.
func (b boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, ErrTooLarge
	}
	return n, err
}
