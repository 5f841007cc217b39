package opay

import (
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

// Paths of the calls and pages, appended to the base address (platform/api.md §3).
const (
	PathCreateOrder  = "/platformapi/chainup/open/opay/createThirdOrder"
	PathOrder        = "/platformapi/chainup/open/opay/orderDetail"
	PathOrderByRef   = "/platformapi/chainup/open/opay/getReferenceOrder"
	PathStatement    = "/platformapi/chainup/open/opay/merchantBillingDay"
	PathRefund       = "/platformapi/chainup/open/opay/refundOrder"
	PathCancel       = "/opay/cancelOrder"                           // the document's
	PathCancelLong   = "/platformapi/chainup/open/opay/cancelOrder"  // the newer pages'
	PathExchange     = "/platformapi/chainup/open/auth/token"        // openId and token for a sign-in's code
	PathRefreshToken = "/platformapi/chainup/open/auth/refreshToken" // a new token for an old one
	PathPay          = "/platform/pay.html"                          // browser
	PathLogin        = "/platform/login.html"                        // browser
)

// What Config's zero values mean, and the bounds on answers.
const (
	DefaultTimeout = 8 * time.Second // the whole call, repeats included (reliability.md R14)
	DefaultRetries = 2

	connectTimeout    = 2 * time.Second
	maxResponseBytes  = 1 << 20
	maxStatementBytes = 8 << 20
)

// Config says which platform the client talks to, and as whom.
type Config struct {
	// BaseURL is the platform's address, such as https://service.example.com. Plain
	// http is accepted on loopback hosts only. No query, fragment or user.
	BaseURL string
	// AppID is the application's AppKey.
	AppID string
	// Keys are our private key and the platform's public keys.
	Keys *Keyring
	// HTTPClient sends the requests. nil: a client of our own, which connects
	// within 2 seconds. Redirects are never followed, whatever the client says.
	// A transport of the caller's that refuses a request before sending any of it
	// (a circuit breaker) says so by an error that wraps [ErrUnreachable].
	HTTPClient *http.Client
	// Timeout bounds a whole call, repeats included. 0: 8 seconds.
	Timeout time.Duration
	// PayPath and CancelPath override where a platform differs. PayPath's default
	// is /platform/pay.html. Without CancelPath the document's short path is used
	// until it answers 404 and the long one does not.
	PayPath, CancelPath string
	// Now is the clock for the time in requests. nil: time.Now.
	Now func() time.Time
	// Retries is how often a read is repeated after a failure that may pass. 0
	// means 2, negative means never. Other calls are never repeated.
	Retries int
}

// Client makes a merchant's calls and reads the platform's notifications. It is
// safe for use by several goroutines.
type Client struct {
	base       string // without a slash at the end
	appID      string
	keys       *Keyring
	http       *http.Client
	timeout    time.Duration
	payPath    string
	cancelPath string // empty: PathCancel, or PathCancelLong once found
	now        func() time.Time
	retries    int
	cancelLong atomic.Bool
}

// New checks the configuration. The error wraps [ErrInvalidRequest] and says which
// member is wrong.
func New(c Config) (*Client, error) {
	base, err := checkBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	switch {
	case !isToken(c.AppID, 128):
		return nil, fmt.Errorf("%w: AppID must be 1 to 128 printable characters without spaces", ErrInvalidRequest)
	case c.Keys == nil:
		return nil, fmt.Errorf("%w: Keys are missing", ErrInvalidRequest)
	case c.Timeout < 0:
		return nil, fmt.Errorf("%w: Timeout is negative", ErrInvalidRequest)
	case c.PayPath != "" && !isPath(c.PayPath):
		return nil, fmt.Errorf("%w: PayPath must be a path such as %s", ErrInvalidRequest, PathPay)
	case c.CancelPath != "" && !isPath(c.CancelPath):
		return nil, fmt.Errorf("%w: CancelPath must be a path such as %s", ErrInvalidRequest, PathCancel)
	}
	client := &Client{
		base:       base,
		appID:      c.AppID,
		keys:       c.Keys,
		http:       httpClient(c.HTTPClient),
		timeout:    c.Timeout,
		payPath:    c.PayPath,
		cancelPath: c.CancelPath,
		now:        c.Now,
		retries:    max(c.Retries, 0),
	}
	if c.Timeout == 0 {
		client.timeout = DefaultTimeout
	}
	if c.PayPath == "" {
		client.payPath = PathPay
	}
	if c.Now == nil {
		client.now = time.Now
	}
	if c.Retries == 0 {
		client.retries = DefaultRetries
	}
	return client, nil
}

// String names the platform and the application.
func (c *Client) String() string {
	if c == nil {
		return "opay client(none)"
	}
	return "opay client(" + c.base + ", " + c.appID + ", " + c.keys.String() + ")"
}

// GoString is String.
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
	// A redirect would carry a signed request to a place that nobody checked.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

func checkBaseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: BaseURL is not a URL", ErrInvalidRequest)
	case u.Hostname() == "" || u.Opaque != "":
		return "", fmt.Errorf("%w: BaseURL must be absolute, such as https://service.example.com", ErrInvalidRequest)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", fmt.Errorf("%w: BaseURL must have no user, query or fragment", ErrInvalidRequest)
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	default:
		return "", fmt.Errorf("%w: BaseURL must be https (plain http on loopback hosts only)", ErrInvalidRequest)
	}
	return strings.TrimRight(u.String(), "/"), nil
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
