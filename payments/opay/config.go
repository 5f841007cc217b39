package opay

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Paths of the calls and pages, relative to the base URL (platform/api.md §3). A
// [Profile] may have others.
const (
	PathCreateOrder  = "/platformapi/chainup/open/opay/createThirdOrder"
	PathOrder        = "/platformapi/chainup/open/opay/orderDetail"
	PathOrderByRef   = "/platformapi/chainup/open/opay/getReferenceOrder"
	PathStatement    = "/platformapi/chainup/open/opay/merchantBillingDay"
	PathRefund       = "/platformapi/chainup/open/opay/refundOrder"
	PathCancel       = "/opay/cancelOrder"                           // as the document has it
	PathCancelLong   = "/platformapi/chainup/open/opay/cancelOrder"  // as newer pages of the document have it
	PathExchange     = "/platformapi/chainup/open/auth/token"        // exchanges a sign-in's code for openId and token
	PathRefreshToken = "/platformapi/chainup/open/auth/refreshToken" // exchanges a refresh token for a new token
	PathPay          = "/platform/pay.html"                          // opened in the browser
	PathLogin        = "/platform/login.html"                        // opened in the browser
)

// Defaults of Config, and limits on answers.
const (
	DefaultTimeout = 8 * time.Second // for a whole call, including repeats (reliability.md R14)
	DefaultRetries = 2

	connectTimeout    = 2 * time.Second
	maxResponseBytes  = 1 << 20
	maxStatementBytes = 8 << 20
)

// Config configures a [Client].
type Config struct {
	// BaseURL is the platform's address, such as https://service.example.com. Plain
	// http is accepted for loopback hosts only. It must have no query, fragment or
	// user.
	BaseURL string
	// AppID is the application's AppKey.
	AppID string
	// Profile describes the platform. The zero value is the document's.
	Profile Profile
	// Keys holds the application's private key and the platform's public keys, for
	// [SigningRSA] only.
	Keys *Keyring
	// Secret is shared with the platform, for [SigningMD5] only.
	Secret *Secret
	// HTTPClient sends the requests. The default connects within 2 seconds. The
	// client never follows redirects, whatever HTTPClient.CheckRedirect says. A
	// transport that refuses a request before sending any of it, such as a circuit
	// breaker, must return an error that wraps [ErrUnreachable].
	HTTPClient *http.Client
	// Timeout limits a whole call, including repeats. 0 means 8 seconds.
	Timeout time.Duration
	// Now is the clock for the time in requests. Nil means time.Now.
	Now func() time.Time
	// Retries is how often a read is repeated after a temporary failure. 0 means 2,
	// a negative number means never. Other calls are never repeated.
	Retries int
}

// Client makes a merchant's calls and opens the platform's notifications. It is
// safe for concurrent use.
type Client struct {
	base       *url.URL // without a trailing slash
	appID      string
	dialect    dialect
	http       *http.Client
	timeout    time.Duration
	profile    Profile // with defaults; Paths.Cancel empty: PathCancel, or PathCancelLong if cancelLong is set
	now        func() time.Time
	retries    int
	cancelLong atomic.Bool
}

// New returns a client. If the configuration is invalid, the error wraps
// [ErrInvalidRequest] and names the field.
func New(c Config) (*Client, error) {
	base, err := checkBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	switch {
	case !isToken(c.AppID, 128):
		return nil, fmt.Errorf("%w: AppID must be 1 to 128 printable characters without spaces", ErrInvalidRequest)
	case c.Timeout < 0:
		return nil, fmt.Errorf("%w: Timeout is negative", ErrInvalidRequest)
	}
	if err := c.Profile.Check(); err != nil {
		return nil, fmt.Errorf("%w: Profile: %w", ErrInvalidRequest, err)
	}
	profile := c.Profile.WithDefaults()
	dialect, err := dialectOf(profile.Signing, c.Keys, c.Secret)
	if err != nil {
		return nil, err
	}
	client := &Client{
		base:    base,
		appID:   c.AppID,
		dialect: dialect,
		http:    httpClient(c.HTTPClient),
		timeout: cmp.Or(c.Timeout, DefaultTimeout),
		profile: profile,
		now:     c.Now,
		retries: max(cmp.Or(c.Retries, DefaultRetries), 0),
	}
	if c.Now == nil {
		client.now = time.Now
	}
	return client, nil
}

// url returns the address of a path.
func (c *Client) url(path string) string { return c.base.String() + path }

// String returns the platform's address, the application and the fingerprints of
// the keys.
func (c *Client) String() string {
	if c == nil {
		return "opay client(none)"
	}
	return "opay client(" + c.base.String() + ", " + c.appID + ", " + c.dialect.String() + ")"
}

// GoString returns String.
func (c *Client) GoString() string { return c.String() }

// LogValue logs String.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

func httpClient(given *http.Client) *http.Client {
	var client http.Client
	if given != nil {
		client = *given
	} else {
		dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
		client.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    connectTimeout,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        60 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		}
	}
	// A redirect would send a signed request to an address that nobody has checked.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

func checkBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: BaseURL is not a URL", ErrInvalidRequest)
	case u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%w: BaseURL must be absolute, such as https://service.example.com", ErrInvalidRequest)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%w: BaseURL must have no user, query or fragment", ErrInvalidRequest)
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	default:
		return nil, fmt.Errorf("%w: BaseURL must be https (plain http on loopback hosts only)", ErrInvalidRequest)
	}
	return url.Parse(strings.TrimRight(u.String(), "/"))
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func isPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && isToken(path, 256) && !strings.ContainsAny(path, `?#\`)
}
