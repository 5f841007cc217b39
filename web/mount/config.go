package mount

import (
	"context"
	"crypto/rsa"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/web"
)

// Config configures a Mount.
type Config struct {
	// BaseURL is the public address of the mount, with the path at which the other program has it, such as https://shop.example.org/pay. Plain
	// http is accepted on this machine only.
	BaseURL string

	// Database is sqlite:FILE or mysql://user:password@host:3306/name, as COINCART_DATABASE; empty: coincart.db in DataDir. Open creates what is
	// missing in it and brings its tables up to date. Two mounts never share one.
	Database string

	// DataDir is a folder for the SQLite file, for e-mails if no mail server is set, and for the keys of a demonstration; empty: "data".
	DataDir string

	// Platform is the exchange. A demonstration has its own.
	Platform Platform

	// Demo takes payments in a sandbox exchange that runs in this process, at SandboxAddr. No coins move. Coins and goods of the demonstration
	// are filled into an empty database.
	Demo        bool
	SandboxAddr string // empty: 127.0.0.1:8081

	// WholeShop has front page, catalogue, cart and checkout of the shop itself too, and not only the hosted checkout and the back office.
	WholeShop bool

	ShopName        string        // where the back office has set none; empty: Coincart
	Origins         []string      // such as https://www.example.org: where payers may be sent back to, besides BaseURL's own
	RefundLimit     string        // what Refund may send back within 24 hours: decimal text, in the shop's currency; empty: nothing
	FourEyesLimit   string        // decimal text, in the shop's currency: what one person may refund; empty: everything
	TrustedProxies  []string      // addresses or networks whose X-Forwarded-For counts
	Logger          *slog.Logger  // nil: slog.Default()
	DatabaseTimeout time.Duration // that a call of the database may take; 0: ten seconds

	// OnEvent is told what happens to checkouts, orders and refunds, as webhooks are: at least once, in the order of each object's Sequence, and
	// again after an error, ten times over 75 hours. It may be called for several objects at once. ctx ends after 15 seconds. nil: nobody is told.
	OnEvent func(ctx context.Context, e Event) error
}

// Platform is the exchange that takes the payments. Files are named by their path.
type Platform struct {
	URL          string   // such as https://service.example.com
	AppID        string   // the AppKey that the exchange issued
	MerchantKey  string   // file with the merchant's private key (coincart keygen makes one)
	PlatformKeys []string // files with the exchange's public key; during a change of keys two
	Timezone     string   // of the exchange's day, such as Asia/Shanghai; empty: UTC
	SceneType    string   // the orderSceneType agreed with the exchange; empty: none is sent

	// Secrets are files with the secret that shop and exchange share. With one, messages are signed with md5, as older exchanges ask for it: they
	// are not encrypted, and the exchange's answers are not authenticated. Then there are no PlatformKeys. During a change of secrets two.
	Secrets []string

	// Profile says how the exchange differs: see opay.ParseProfile.
	Profile opay.Profile
}

// Event is what happened.
type Event = wire.Event

// ConfigError names the member of Config that is wrong.
type ConfigError struct {
	Member string // such as Platform.MerchantKey
	Err    error
}

// Error never holds a password or the content of a file.
func (e *ConfigError) Error() string { return "mount: " + e.Member + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *ConfigError) Unwrap() error { return e.Err }

// withDefaults returns c with what is empty filled in.
func (c Config) withDefaults() Config {
	fill := func(value *string, otherwise string) {
		if *value == "" {
			*value = otherwise
		}
	}
	fill(&c.DataDir, "data")
	fill(&c.Database, "sqlite:"+filepath.Join(c.DataDir, "coincart.db"))
	fill(&c.SandboxAddr, "127.0.0.1:8081")
	fill(&c.Platform.Timezone, "UTC")
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	const databaseTime = 10 * time.Second
	if c.DatabaseTimeout == 0 {
		c.DatabaseTimeout = databaseTime
	}
	return c
}

// parts checks the configuration and reads what it names. own is the merchant's private key, of which the key that encrypts data in the database is
// derived. Errors: *ConfigError.
func (c *Config) parts() (p web.Parts, own *rsa.PrivateKey, err error) {
	base, err := models.ParseBaseURL(c.BaseURL)
	if err == nil && !base.Secure() && !models.IsLoopback(base.Hostname()) {
		err = errors.New("plain http is accepted on this machine only")
	}
	if err != nil {
		return p, nil, &ConfigError{"BaseURL", err}
	}
	p = web.Parts{
		BaseURL: base.String(), SceneType: c.Platform.SceneType, Logger: c.Logger, ShopName: c.ShopName, MailDir: filepath.Join(c.DataDir, "mail"),
		TrustedProxies: c.TrustedProxies, Demo: c.Demo, CheckoutOnly: !c.WholeShop, OnEvent: c.OnEvent,
	}
	if p.Zone, err = time.LoadLocation(c.Platform.Timezone); err != nil {
		return p, nil, &ConfigError{"Platform.Timezone", err}
	}
	if p.FourEyesLimit, err = parseLimit(c.FourEyesLimit); err != nil {
		return p, nil, &ConfigError{"FourEyesLimit", err}
	}
	if c.Demo {
		return p, nil, nil
	}
	p.Platform, own, err = c.Platform.client()
	return p, own, err
}

func parseLimit(text string) (models.Amount, error) {
	if text == "" {
		return models.Amount{}, nil
	}
	limit, err := models.ParseAmount(text)
	if err == nil && !limit.IsPositive() {
		err = errors.New("it must be above 0; leave it empty for no limit")
	}
	return limit, err
}

// client returns the configuration of the exchange's client, and the merchant's private key.
func (p *Platform) client() (c opay.Config, own *rsa.PrivateKey, err error) {
	c = opay.Config{BaseURL: p.URL, AppID: p.AppID, Profile: p.Profile}
	if p.URL == "" {
		return c, nil, &ConfigError{"Platform.URL", errors.New("it is missing")}
	}
	if p.AppID == "" {
		return c, nil, &ConfigError{"Platform.AppID", errors.New("it is missing")}
	}
	if own, err = keyfile.ReadPrivate(p.MerchantKey); err != nil {
		return c, nil, &ConfigError{"Platform.MerchantKey", err}
	}
	if len(p.Secrets) > 0 {
		c.Profile.Signing = opay.SigningMD5
		c.Secret, err = p.secret()
		return c, own, err
	}
	c.Keys, err = p.keys(own)
	return c, own, err
}

func (p *Platform) keys(own *rsa.PrivateKey) (*opay.Keyring, error) {
	peers := make([]*rsa.PublicKey, 0, len(p.PlatformKeys))
	for _, name := range p.PlatformKeys {
		peer, err := keyfile.ReadPublic(name)
		if err != nil {
			return nil, &ConfigError{"Platform.PlatformKeys", err}
		}
		peers = append(peers, peer)
	}
	ring, err := opay.NewKeyring(own, peers...)
	if err == nil {
		err = ring.Check()
	}
	if err != nil {
		return nil, &ConfigError{"Platform.PlatformKeys", err}
	}
	return ring, nil
}

func (p *Platform) secret() (*opay.Secret, error) {
	texts := make([]string, 0, len(p.Secrets))
	for _, name := range p.Secrets {
		text, err := keyfile.ReadSecret(name)
		if err != nil {
			return nil, &ConfigError{"Platform.Secrets", err}
		}
		texts = append(texts, text)
	}
	if len(p.PlatformKeys) > 0 {
		return nil, &ConfigError{"Platform.PlatformKeys", errors.New("there are none with Secrets")}
	}
	secret, err := opay.NewSecret(texts[0], texts[1:]...)
	if err != nil {
		return nil, &ConfigError{"Platform.Secrets", err}
	}
	return secret, nil
}

// openStore opens the database and brings its tables up to date.
func (c *Config) openStore(ctx context.Context, own *rsa.PrivateKey) (*store.Store, error) {
	seal, err := keyfile.SealKey(own)
	if err != nil {
		return nil, &ConfigError{"Platform.MerchantKey", err}
	}
	options := store.Options{Logger: c.Logger, SealKey: seal, Timeout: c.DatabaseTimeout}
	if c.ShopName != "" {
		options.Given = map[models.SettingKey]string{models.SettingShopName: c.ShopName}
	}
	if c.Demo {
		db, err := demo.OpenStore(ctx, c.Database, options)
		if err != nil {
			return nil, &ConfigError{"Database", err}
		}
		return db, nil
	}
	db, err := store.Open(ctx, c.Database, options)
	if err != nil {
		return nil, &ConfigError{"Database", err}
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, &ConfigError{"Database", errors.Join(err, db.Close())}
	}
	return db, nil
}

// origins returns where payers may be sent: the mount's own host, and the others that are named.
func (c *Config) origins() []string {
	base, err := models.ParseBaseURL(c.BaseURL)
	if err != nil { // parts has checked it
		return c.Origins
	}
	return append([]string{strings.ToLower(base.Origin)}, c.Origins...)
}
