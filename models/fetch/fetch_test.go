package fetch_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/fetch"
)

func options() fetch.Options {
	return fetch.Options{ConnectTimeout: time.Second, Timeout: 5 * time.Second, MaxBytes: 100}
}

// addressOf returns an https URL with a literal IP address.
func addressOf(ip string) *url.URL {
	return &url.URL{Scheme: "https", Host: net.JoinHostPort(ip, "8443"), Path: "/"}
}

// The networks are those of IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890), multicast, and IPv6 outside 2000::/3.
func TestCheck_KnowsPublicAddresses(t *testing.T) {
	for _, public := range []string{
		"8.8.8.8", "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.254",
		"2606:2800:220:1:248:1893:25c8:1946", "2001:4860:4860::8888", "2a00:1450:4001::1", "::ffff:8.8.8.8",
	} {
		assert.NoError(t, options().Check(addressOf(public)), public)
	}
	for network, inside := range map[string][]string{
		"this network":     {"0.0.0.0", "0.1.2.3"},
		"loopback":         {"127.0.0.1", "127.8.9.10", "::1"},
		"private":          {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"},
		"link-local":       {"169.254.169.254", "fe80::1", "fe80::1%eth0", "2606:2800::1%eth0"},
		"site-local":       {"fec0::1"},
		"CGNAT":            {"100.64.0.1", "100.127.255.255"},
		"assignments":      {"192.0.0.1", "192.0.0.170", "2001::1", "2001:1ff::1"},
		"documentation":    {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1", "3fff:fff::1"},
		"benchmarking":     {"198.18.0.1", "198.19.255.255", "2001:2::1"},
		"6to4":             {"192.88.99.1", "2002:a00:1::", "2002:7f00:1::"},
		"Teredo":           {"2001:0:a00:1::1"},
		"NAT64":            {"64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", "64:ff9b:1:ffff::1"},
		"AS112 and AMT":    {"192.31.196.1", "192.52.193.1", "192.175.48.1", "2620:4f:8000::1"},
		"IPv4 in IPv6":     {"::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:127.0.0.1", "::10.0.0.1", "::7f00:1", "::8.8.8.8"},
		"translated IPv4":  {"::ffff:0:a00:1"},
		"unspecified":      {"::"},
		"discard":          {"100::1", "100:0:0:1::1"},
		"segment routing":  {"5f00::1", "5f00:ffff::1"},
		"multicast":        {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"},
		"reserved":         {"240.0.0.1", "255.255.255.255", "4000::1", "8000::1"},
		"ORCHID and drone": {"2001:10::1", "2001:20::1", "2001:30::1"},
	} {
		for _, ip := range inside {
			assert.ErrorIs(t, options().Check(addressOf(ip)), fetch.ErrAddress, "%s: %s", network, ip)
		}
	}
}

func TestCheck_Addresses(t *testing.T) {
	for address, want := range map[string]struct{ shop, demo bool }{
		"https://prices.example/":                  {true, true},
		"https://prices.example:8443/a?b=c":        {true, true},
		"http://prices.example/":                   {false, false},
		"http://8.8.8.8/":                          {false, false},
		"http://127.0.0.1:9/":                      {false, true},
		"http://localhost:9/":                      {false, true},
		"https://localhost/":                       {false, true},
		"http://[::1]:9/":                          {false, true},
		"http://[::ffff:127.0.0.1]/":               {false, true},
		"http://10.0.0.1/":                         {false, false},
		"https://10.0.0.1/":                        {false, false},
		"https://169.254.169.254/latest/meta-data": {false, false},
		"https://user:pass@prices.example/":        {false, false},
		"https://user@localhost/":                  {false, false},
		"file:///etc/passwd":                       {false, false},
		"gopher://127.0.0.1:8081/":                 {false, false},
		"https:///a":                               {false, false},
		"https://:443/a":                           {false, false},
		"https:prices.example":                     {false, false},
		"//prices.example/":                        {false, false},
		"":                                         {false, false},
	} {
		u, err := url.Parse(address)
		require.NoError(t, err, address)
		for loopback, allowed := range map[bool]bool{false: want.shop, true: want.demo} {
			o := options()
			o.Loopback = loopback
			assert.Equal(t, allowed, o.Check(u) == nil, "%s, loopback %t", address, loopback)
			if !allowed { // an address that Check refuses is not connected to either
				_, err := get(t.Context(), fetch.New(o), address)
				assert.Error(t, err, address)
				assert.NotErrorIs(t, err, context.DeadlineExceeded, address)
			}
		}
	}
}

// A name does not show where it leads, so the connection is refused after name resolution. Check does not recognise the name of this
// machine in capitals.
func TestClient_RefusesNamesThatLeadInside(t *testing.T) {
	asked := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	inside := (&url.URL{Scheme: "https", Host: net.JoinHostPort("LOCALHOST", strconv.Itoa(int(at.Port())))}).String()
	u, err := url.Parse(inside)
	require.NoError(t, err)
	require.NoError(t, options().Check(u), "by its name it could be anywhere")
	_, err = get(t.Context(), fetch.New(options()), inside)
	require.ErrorIs(t, err, fetch.ErrAddress)
	assert.False(t, asked)
}

func TestClient_UsesNoProxyOfTheEnvironment(t *testing.T) {
	transport := http.RoundTripper(nil)
	o := options()
	o.Wrap = func(next http.RoundTripper) http.RoundTripper {
		transport = next
		return next
	}
	client := fetch.New(o)
	plain, ok := transport.(*http.Transport)
	require.True(t, ok)
	assert.Nil(t, plain.Proxy)
	assert.Nil(t, client.Jar, "no cookies")
}

func TestClient_Redirects(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "other") }))
	defer other.Close()
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, address, http.StatusFound) }
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/here", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
	mux.HandleFunc("/moved", to("/here"))
	mux.HandleFunc("/3", to("/2"))
	mux.HandleFunc("/2", to("/moved"))
	mux.HandleFunc("/4", to("/3"))
	mux.HandleFunc("/round", to("/round"))
	mux.HandleFunc("/away", to(other.URL))
	mux.HandleFunc("/inside", to("https://10.0.0.1/"))
	mux.HandleFunc("/plain", to("http://prices.example/"))
	mux.HandleFunc("/user", to("https://a:b@prices.example/"))
	server := httptest.NewServer(mux)
	defer server.Close()
	for path, want := range map[string]struct{ anywhere, sameHost error }{
		"/moved": {nil, nil}, "/3": {nil, nil}, "/4": {fetch.ErrRedirect, fetch.ErrRedirect}, "/round": {fetch.ErrRedirect, fetch.ErrRedirect},
		"/away": {nil, fetch.ErrRedirect}, "/inside": {fetch.ErrAddress, fetch.ErrRedirect}, "/plain": {fetch.ErrAddress, fetch.ErrRedirect},
		"/user": {fetch.ErrRedirect, fetch.ErrRedirect},
	} {
		for sameHost, want := range map[bool]error{false: want.anywhere, true: want.sameHost} {
			o := options()
			o.Loopback, o.SameHost = true, sameHost
			_, err := get(t.Context(), fetch.New(o), server.URL+path)
			assert.ErrorIs(t, err, want, "%s, same host %t", path, sameHost)
		}
	}
}

func TestClient_BoundsWhatItReads(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/most", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 100)) })
	mux.HandleFunc("/more", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 101)) })
	mux.HandleFunc("/packed", func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Accept-Encoding"), "what is packed could unpack to anything")
	})
	mux.HandleFunc("/header", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 64<<10)) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	o := options()
	o.Loopback = true
	client := fetch.New(o)
	for path, want := range map[string]error{"/most": nil, "/more": fetch.ErrTooLarge} {
		body, err := get(t.Context(), client, server.URL+path)
		assert.ErrorIs(t, err, want, path)
		assert.Equal(t, strings.Repeat("x", 100), body, path)
	}
	_, err := get(t.Context(), client, server.URL+"/packed")
	require.NoError(t, err)
	_, err = get(t.Context(), client, server.URL+"/header")
	assert.Error(t, err)

	o.Timeout = 50 * time.Millisecond
	_, err = get(t.Context(), fetch.New(o), server.URL+"/slow")
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}

func TestBounded_EndsWhereTheBodyEnds(t *testing.T) {
	for size, want := range map[int]error{0: nil, 1: nil, 3: nil, 4: fetch.ErrTooLarge, 9: fetch.ErrTooLarge} {
		for name, slowly := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "with its end": iotest.DataErrReader,
		} {
			next := roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{Body: io.NopCloser(slowly(strings.NewReader(strings.Repeat("x", size))))}, nil
			})
			answer, err := fetch.Bounded(next, 3).RoundTrip(httptest.NewRequest(http.MethodGet, "/", http.NoBody))
			require.NoError(t, err)
			body, err := io.ReadAll(answer.Body)
			assert.ErrorIs(t, err, want, "%d %s", size, name)
			assert.Equal(t, strings.Repeat("x", min(size, 3)), string(body), "%d %s", size, name)
			if want != nil {
				_, err = answer.Body.Read(make([]byte, 1))
				assert.ErrorIs(t, err, want, "it stays so")
			}
		}
	}
	broken := errors.New("broken")
	_, err := fetch.Bounded(roundTrip(func(*http.Request) (*http.Response, error) { return nil, broken }), 3).RoundTrip(nil)
	assert.ErrorIs(t, err, broken)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// get fetches an address and returns the part of its body that arrived.
func get(ctx context.Context, client *http.Client, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}
