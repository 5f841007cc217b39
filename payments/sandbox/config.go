package sandbox

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// ErrConfig is wrapped by every error that New returns about a setting.
var ErrConfig = errors.New("sandbox: unusable configuration")

// Config configures a sandbox. Keys and one App are required; everything else has a default. With md5 signing the applications have secrets, and there
// are no keys.
type Config struct {
	BaseURL string          // public address of the sandbox, without a path; empty: pages show the address that was asked
	Profile opay.Profile    // how the platform signs, which paths it has, what requests must have; zero: the document's platform
	Keys    *rsa.PrivateKey // the platform's own key: it opens requests and signs answers; nil with md5 signing
	Apps    []App           // the merchants' applications
	Users   []User          // who can pay; empty: DemoUsers
	Coins   []Coin          // what can be paid with; empty: DemoCoins
	Tickers []Ticker        // the public market call's prices at the start; nil: DemoTickers

	Seed   uint64                                           // faults, delays, forms of answers and, with the clock at the start, tokens derive from it
	Clock  func() time.Time                                 // nil: time.Now. Read in UTC, truncated to milliseconds
	Wait   func(ctx context.Context, d time.Duration) error // how a slow answer waits; nil: a timer
	Logger *slog.Logger                                     // nil: silent. Never gets plaintexts, tokens or keys

	// StateFile is a JSON file that keeps everything but traffic, forms and markets over a restart, together with the journal beside it,
	// StateFile+".journal". Both belong to one sandbox at a time. Empty: memory only.
	StateFile string

	CallbackClient  *http.Client    // posts notifications; nil: a bounded client of our own. Redirects are never followed
	CallbackTimeout time.Duration   // for one try; 0: DefaultCallbackTimeout
	RetrySchedule   []time.Duration // from one try to the next; nil: DefaultRetrySchedule

	Location   *time.Location // whose midnight bounds a statement's day; nil: UTC
	TimeWindow time.Duration  // how far `time` may be off before 50010; 0: DefaultTimeWindow
	OrderTTL   time.Duration  // pending orders are closed after it; 0: never
	TokenTTL   time.Duration  // of tokens from sign-in; 0: DefaultTokenTTL

	CancelPaths   CancelPaths   // which of the two addresses of cancelOrder exist
	Reference     ReferenceMode // whether getReferenceOrder exists
	SceneTypes    []string      // orderSceneTypes agreed with merchants, others get 70009; empty: every number
	HexOrderNums  bool          // orderNum is 32 hexadecimal digits, as on some platforms, in place of 15 decimal ones
	BalanceFirst  bool          // createThirdOrder refuses with 70006 what the payer cannot pay now
	PlainHTTP     bool          // returnPage may be plain http on hosts other than loopback, as inside a container network
	MaxOrders     int           // kept at most, oldest settled ones go first; 0: DefaultMaxOrders
	MaxTraffic    int           // calls and callbacks kept for the traffic page; 0: DefaultMaxTraffic
	InitialFaults Faults        // switched on from the start
}

// App is a merchant's application, which the AppKey identifies.
type App struct {
	AppID     string            // AppKey: 1 to 64 of A-Z a-z 0-9 _ -
	Name      string            // the merchant, as pay.html shows it; empty: AppID
	Key       *rsa.PublicKey    // the merchant's public key; nil with md5 signing
	Secret    *opay.Secret      // shared with the merchant, with md5 signing only
	Addresses []string          // where sign-in may return to: http(s) addresses, each with everything below its path. Empty: loopback only
	Balances  map[string]string // the merchant's own account at the start, coin to decimal text
	Frozen    bool              // its calls are refused with 70005
}

// User is a user with an account at the exchange.
type User struct {
	UID      string            `json:"uid"`  // 1 to 18 digits
	Name     string            `json:"name"` // shown on the pages
	Frozen   bool              `json:"frozen"`
	Balances map[string]string `json:"balances"` // coin to decimal text
}

// Coin is a coin of the exchange.
type Coin struct {
	Symbol    string `json:"symbol"` // upper case
	Name      string `json:"name"`
	Precision int    `json:"precision"` // fraction digits of an amount, 0 to 18
}

// CancelPaths selects the addresses of cancelOrder that exist (platform/api.md §3.6).
type CancelPaths int

// The document gives the short address, newer pages the long one.
const (
	CancelBoth CancelPaths = iota
	CancelShort
	CancelLong
)

// ReferenceMode selects how getReferenceOrder behaves (platform/api.md §3.9).
type ReferenceMode int

// A platform may lack the call in two ways.
const (
	ReferenceOn      ReferenceMode = iota
	ReferenceMissing               // HTTP 404
	ReferenceRefused               // code 50007
)

// Defaults of Config.
const (
	DefaultCallbackTimeout = 10 * time.Second
	DefaultTimeWindow      = 5 * time.Minute
	DefaultTokenTTL        = 2 * time.Hour
	DefaultMaxOrders       = 10_000
	DefaultMaxTraffic      = 500
)

// DefaultRetrySchedule returns the pauses between tries of a notification that is not acknowledged. After the last try the sandbox gives up.
// The platform documents no schedule (platform/api.md §3.3).
func DefaultRetrySchedule() []time.Duration {
	return []time.Duration{
		2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute,
		5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour,
	}
}

// DemoUsers returns Alice, who can pay anything, Bob, who has almost nothing (70006), and Carol, whose account is frozen (70004).
func DemoUsers() []User {
	return []User{
		{UID: "22033390", Name: "Alice", Balances: map[string]string{"USDT": "250000", "USDC": "50000", "BTC": "5", "ETH": "80"}},
		{UID: "22033391", Name: "Bob", Balances: map[string]string{"USDT": "1.25", "USDC": "0.5", "BTC": "0.00000500", "ETH": "0.0001"}},
		{UID: "22033392", Name: "Carol", Frozen: true, Balances: map[string]string{"USDT": "9000", "BTC": "0.5", "ETH": "3"}},
	}
}

// DemoCoins returns the default coins.
func DemoCoins() []Coin {
	return []Coin{
		{Symbol: "USDT", Name: "Tether", Precision: 6},
		{Symbol: "USDC", Name: "USD Coin", Precision: 6},
		{Symbol: "BTC", Name: "Bitcoin", Precision: 8},
		{Symbol: "ETH", Name: "Ethereum", Precision: 8},
	}
}

var (
	appIDForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	uidForm    = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)
	coinForm   = regexp.MustCompile(`^[A-Z0-9]{1,16}$`)
	sceneForm  = regexp.MustCompile(`^[0-9]{1,16}$`)
	hostForm   = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$`)
	loopbackV4 = regexp.MustCompile(`^127(\.[0-9]{1,3}){3}$`)
)

// resolve returns the configuration with defaults, and refuses an invalid one.
func (c Config) resolve() (Config, error) {
	if c.Keys == nil && !c.flat() {
		return c, fmt.Errorf("%w: the platform's private key is missing", ErrConfig)
	}
	if len(c.Apps) == 0 {
		return c, fmt.Errorf("%w: no application is given", ErrConfig)
	}
	if c.BaseURL != "" {
		base, err := parseAddress(c.BaseURL)
		if err != nil || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" {
			return c, fmt.Errorf("%w: the base address must be http(s)://host[:port]", ErrConfig)
		}
		c.BaseURL = base.Scheme + "://" + base.Host
	}
	c.defaults()
	if c.MaxOrders < 1 || c.MaxTraffic < 1 || c.TimeWindow < 0 || c.OrderTTL < 0 || c.TokenTTL < 0 || c.CallbackTimeout < 0 {
		return c, fmt.Errorf("%w: a limit or a duration is negative", ErrConfig)
	}
	if err := c.InitialFaults.Check(); err != nil {
		return c, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if len(c.Coins) == 0 || len(c.Users) == 0 {
		return c, fmt.Errorf("%w: there must be a coin and a user", ErrConfig)
	}
	if err := checkCoins(c.Coins); err != nil {
		return c, err
	}
	for _, u := range c.Users {
		if !uidForm.MatchString(u.UID) {
			return c, fmt.Errorf("%w: the UID %q is not 1 to 18 digits", ErrConfig, u.UID)
		}
	}
	if err := c.checkApps(); err != nil {
		return c, err
	}
	return c, c.checkProfile()
}

func (c *Config) defaults() {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	c.Location = cmp.Or(c.Location, time.UTC)
	if c.Users == nil {
		c.Users = DemoUsers()
	}
	if c.Coins == nil {
		c.Coins = DemoCoins()
	}
	if c.Tickers == nil {
		c.Tickers = DemoTickers()
	}
	if c.RetrySchedule == nil {
		c.RetrySchedule = DefaultRetrySchedule()
	}
	c.CallbackTimeout = cmp.Or(c.CallbackTimeout, DefaultCallbackTimeout)
	c.TimeWindow = cmp.Or(c.TimeWindow, DefaultTimeWindow)
	c.TokenTTL = cmp.Or(c.TokenTTL, DefaultTokenTTL)
	c.MaxOrders = cmp.Or(c.MaxOrders, DefaultMaxOrders)
	c.MaxTraffic = cmp.Or(c.MaxTraffic, DefaultMaxTraffic)
	if c.CallbackClient == nil {
		c.CallbackClient = &http.Client{Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       30 * time.Second,
			ResponseHeaderTimeout: c.CallbackTimeout,
		}}
	}
	client := *c.CallbackClient
	// A redirect is no acknowledgement, and following it would carry a signed notification to an address that no merchant gave.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.CallbackClient = &client
}

func checkCoins(coins []Coin) error {
	seen := map[string]bool{}
	for _, coin := range coins {
		switch {
		case !coinForm.MatchString(coin.Symbol):
			return fmt.Errorf("%w: the coin %q is not an upper-case symbol", ErrConfig, coin.Symbol)
		case coin.Precision < 0 || coin.Precision > scale:
			return fmt.Errorf("%w: the precision of %s is not 0 to %d", ErrConfig, coin.Symbol, scale)
		case seen[coin.Symbol]:
			return fmt.Errorf("%w: the coin %s is given twice", ErrConfig, coin.Symbol)
		}
		seen[coin.Symbol] = true
	}
	return nil
}

func (c *Config) checkApps() error {
	c.Apps = slices.Clone(c.Apps)
	seen := map[string]bool{}
	for i, app := range c.Apps {
		switch {
		case !appIDForm.MatchString(app.AppID):
			return fmt.Errorf("%w: the AppKey %q is not 1 to 64 letters, digits, _ or -", ErrConfig, app.AppID)
		case seen[app.AppID]:
			return fmt.Errorf("%w: the AppKey %s is given twice", ErrConfig, app.AppID)
		}
		seen[app.AppID] = true
		for _, address := range app.Addresses {
			if _, err := parseAddress(address); err != nil {
				return fmt.Errorf("%w: application %s: its address %q is no http(s) address", ErrConfig, app.AppID, address)
			}
		}
		if app.Name == "" {
			c.Apps[i].Name = app.AppID
		}
	}
	return nil
}

// app returns the application with an AppKey, or nil.
func (c *Config) app(appID string) *App {
	if i := slices.IndexFunc(c.Apps, func(a App) bool { return a.AppID == appID }); i >= 0 {
		return &c.Apps[i]
	}
	return nil
}

func (c *Config) coin(symbol string) (Coin, bool) {
	return findFunc(c.Coins, func(coin Coin) bool { return coin.Symbol == symbol })
}

// findFunc returns the first element that satisfies match.
func findFunc[T any](list []T, match func(T) bool) (found T, ok bool) {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i], true
	}
	return found, false
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errAddress = errors.New("not an absolute http(s) address")

// parseAddress parses an address from a merchant: absolute, http or https, a plain host, no user, no fragment.
func parseAddress(text string) (*url.URL, error) {
	if len(text) > 1024 {
		return nil, errAddress
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "" || !hostForm.MatchString(u.Host) {
		return nil, errAddress
	}
	return u, nil
}

// isLoopback reports whether the address can only mean this machine.
func isLoopback(u *url.URL) bool {
	host := u.Hostname()
	return host == "localhost" || host == "::1" || loopbackV4.MatchString(host)
}

// returnAddress parses a returnPage or a redirectUrl: https, or plain http on loopback or if Config.PlainHTTP is set.
func (c *Config) returnAddress(text string) (*url.URL, error) {
	u, err := parseAddress(text)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" && !c.PlainHTTP && !isLoopback(u) {
		return nil, errAddress
	}
	return u, nil
}

// mayReturnTo reports whether a sign-in of the app may end at the address (50002 otherwise): a registered address or one below it; without
// registered addresses, loopback only.
func (a *App) mayReturnTo(u *url.URL) bool {
	if len(a.Addresses) == 0 {
		return isLoopback(u)
	}
	for _, address := range a.Addresses {
		base, err := parseAddress(address)
		if err != nil || base.Scheme != u.Scheme || base.Host != u.Host {
			continue
		}
		prefix := strings.TrimSuffix(base.EscapedPath(), "/")
		path := u.EscapedPath()
		if (path == prefix || strings.HasPrefix(path, prefix+"/")) && !strings.Contains(path, "/..") && !strings.Contains(path, "/./") {
			return true
		}
	}
	return false
}

func keyrings(c Config) (map[string]*opay.Keyring, error) {
	if c.flat() {
		return nil, nil
	}
	rings := make(map[string]*opay.Keyring, len(c.Apps))
	for _, app := range c.Apps {
		if app.Key == nil {
			return nil, fmt.Errorf("%w: application %s: the merchant's public key is missing", ErrConfig, app.AppID)
		}
		ring, err := opay.NewKeyring(c.Keys, app.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: application %s: %w", ErrConfig, app.AppID, err)
		}
		rings[app.AppID] = ring
	}
	return rings, nil
}
