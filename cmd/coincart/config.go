package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the platform's zone must load where the system has no zones, as in a bare container

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/text"
)

// settings is everything that can be set, each as a flag and as an environment variable. README.md has a table of them, which a
// test compares with this struct.
type settings struct {
	Addr             string   `name:"addr" env:"COINCART_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Listen address of the shop."`
	BaseURL          string   `name:"base-url" env:"COINCART_BASE_URL" placeholder:"URL" help:"Public address of the shop, such as https://shop.example.org or https://example.org/shop. Return and callback URLs are built from it."`
	PlatformURL      string   `name:"platform-url" env:"COINCART_PLATFORM_URL" placeholder:"URL" help:"The exchange's base URL. Empty: run the demo."`
	AppID            string   `name:"app-id" env:"COINCART_APP_ID" placeholder:"ID" help:"The AppKey that the exchange issued for this shop."`
	MerchantKey      string   `name:"merchant-key" env:"COINCART_MERCHANT_KEY" placeholder:"FILE" help:"File with the merchant private key (see coincart keygen)."`
	PlatformKey      []string `name:"platform-key" env:"COINCART_PLATFORM_KEY" sep:"," placeholder:"FILE" help:"File with the exchange's public key. During a key change: two files, separated by a comma."`
	PlatformSigning  string   `name:"platform-signing" env:"COINCART_PLATFORM_SIGNING" default:"rsa" placeholder:"rsa|md5" help:"How messages are signed: rsa, or md5 for older exchanges that only have the Open Platform's first signature. With md5 nothing is encrypted and the exchange's answers are not authenticated."`
	PlatformSecret   []string `name:"platform-secret" env:"COINCART_PLATFORM_SECRET" sep:"," placeholder:"FILE" help:"With md5 signing: file with the secret that the exchange issued for this shop. During a change: two files, separated by a comma, the one in use first."`
	Profile          string   `name:"profile" env:"COINCART_PROFILE" placeholder:"FILE" help:"File that describes in what the exchange differs from the document: signature, time, nonce, pay link, paths. In the demo its sandbox follows it too."`
	PlatformTimezone string   `name:"platform-timezone" env:"COINCART_PLATFORM_TIMEZONE" default:"UTC" placeholder:"ZONE" help:"Time zone of the exchange's day, such as Asia/Shanghai."`
	FourEyesLimit    string   `name:"four-eyes-limit" env:"COINCART_FOUR_EYES_LIMIT" placeholder:"AMOUNT" help:"Refund amount, in the shop's currency, above which a second person must approve. Empty: no second approval."`
	PayPath          string   `name:"pay-path" env:"COINCART_PAY_PATH" placeholder:"PATH" help:"Path of the exchange's pay page, if it is not /platform/pay.html."`
	CancelPath       string   `name:"cancel-path" env:"COINCART_CANCEL_PATH" placeholder:"PATH" help:"Path of the cancel call, if the exchange supports only one of the two known paths."`
	SceneType        string   `name:"scene-type" env:"COINCART_SCENE_TYPE" placeholder:"NUMBER" help:"The orderSceneType agreed with the exchange. Empty: none is sent."`
	TrustedProxies   []string `name:"trusted-proxies" env:"COINCART_TRUSTED_PROXIES" sep:"," placeholder:"ADDR" help:"Addresses or networks of trusted proxies, separated by commas."`
	WebhookNetworks  []string `name:"webhook-networks" env:"COINCART_WEBHOOK_NETWORKS" sep:"," placeholder:"NETWORK" help:"Private networks in which webhook addresses may be, such as 10.0.0.0/8, separated by commas. Empty: public addresses only."`
	ShopName         string   `name:"shop-name" env:"COINCART_SHOP_NAME" placeholder:"NAME" help:"The shop's name on pages and in emails. Default: Coincart, or the demo catalogue's name in the demo."`
	SMTPURL          string   `name:"smtp-url" env:"COINCART_SMTP_URL" placeholder:"URL" help:"Mail server and sender: smtp://user:password@host:587?from=shop@example.org (smtps: implicit TLS). Empty: emails are written to files in the data folder."`
	MetricsAddr      string   `name:"metrics-addr" env:"COINCART_METRICS_ADDR" placeholder:"HOST:PORT" help:"Listen address for /metrics. Empty: no metrics."`
	SandboxAddr      string   `name:"sandbox-addr" env:"COINCART_SANDBOX_ADDR" default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Listen address of the demo's sandbox exchange."`
	databaseSettings
	logSettings
}

// The bounds of COINCART_DATABASE_TIMEOUT. Half of it is waited for a lock, in whole seconds.
const (
	minDatabaseTimeout = 2 * time.Second
	maxDatabaseTimeout = time.Hour
)

// wholeTables is the time-out of commands that work on whole tables: one statement of theirs may take long, and nobody waits for it
// but the person who sees it.
const wholeTables = time.Hour

// databaseSettings say where the data is; every command that works on it takes them.
type databaseSettings struct {
	Database        string        `name:"database" env:"COINCART_DATABASE" placeholder:"ADDRESS" help:"Database: sqlite:FILE or mysql://user:password@host:3306/name. Empty: coincart.db in the data folder."`
	DatabaseTimeout time.Duration `name:"database-timeout" env:"COINCART_DATABASE_TIMEOUT" default:"10s" placeholder:"TIME" help:"Maximum time to wait for the database, from 2s to 1h. Commands that work on whole tables wait up to an hour."`
	DataDir         string        `name:"data-dir" env:"COINCART_DATA_DIR" default:"data" placeholder:"FOLDER" help:"Data folder: the SQLite file, emails as files, the demo's keys."`
}

// logSettings say how much is logged, and in what form.
type logSettings struct {
	LogFormat string `name:"log-format" env:"COINCART_LOG_FORMAT" default:"text" placeholder:"FORMAT" help:"Format of the log: text or json."`
	LogLevel  string `name:"log-level" env:"COINCART_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"Lowest level that is logged: debug, info, warn or error."`
}

// dsn returns the database's address.
func (s *databaseSettings) dsn() string {
	if s.Database != "" {
		return s.Database
	}
	return "sqlite:" + filepath.Join(s.DataDir, "coincart.db")
}

// check notes what is wrong with the database's address, without repeating the password in it.
func (s *databaseSettings) check(p *problems) {
	scheme, rest, _ := strings.Cut(s.dsn(), ":")
	switch scheme {
	case "sqlite":
		if rest == "" {
			p.setting("database_file")
		}
	case "mysql":
		u, err := url.Parse(s.dsn())
		if err != nil || u.Host == "" && !u.Query().Has("socket") || u.User.Username() == "" || len(strings.Trim(u.Path, "/")) == 0 {
			p.setting("database_incomplete")
		}
	default:
		p.setting("database_scheme")
	}
	if s.DatabaseTimeout < minDatabaseTimeout || s.DatabaseTimeout > maxDatabaseTimeout {
		p.setting("database_timeout", "Value", s.DatabaseTimeout.String())
	}
}

// logger writes to w; what is wrong with its settings goes to p.
func (s *logSettings) logger(w io.Writer, p *problems) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		p.setting("log_level", "Value", s.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch s.LogFormat {
	case "json":
		return slog.New(slog.NewJSONHandler(w, options))
	case "text":
	default:
		p.setting("log_format", "Value", s.LogFormat)
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// check notes what is wrong in any shop, the demonstration included.
func (s *settings) check(p *problems) {
	checkListen(p, "COINCART_ADDR", s.Addr)
	if s.MetricsAddr != "" {
		checkListen(p, "COINCART_METRICS_ADDR", s.MetricsAddr)
	}
	s.databaseSettings.check(p)
	if _, err := loadZone(s.PlatformTimezone); err != nil {
		p.setting("zone", "Value", s.PlatformTimezone)
	}
	if _, err := s.fourEyes(); err != nil {
		p.setting("four_eyes", "Value", s.FourEyesLimit)
	}
	s.platformProfile(p)
	for _, proxy := range s.TrustedProxies {
		s.checkProxy(p, proxy)
	}
	for _, network := range s.WebhookNetworks {
		if n, err := netip.ParsePrefix(network); err != nil || !fetch.OwnNetwork(n) {
			p.setting("webhook_network", "Value", network)
		}
	}
	if len([]rune(s.ShopName)) > 64 || !text.Line(s.ShopName) {
		p.setting("shop_name")
	}
	if s.SMTPURL != "" {
		_, err := mail.ParseURL(s.SMTPURL)
		if wrong, ok := errors.AsType[mail.URLError](err); ok {
			p.setting(string(wrong))
		}
	}
}

// webhookNetworks returns the networks in which webhook addresses may be; check has found them valid.
func (s *settings) webhookNetworks() (list []netip.Prefix) {
	for _, network := range s.WebhookNetworks {
		if n, err := netip.ParsePrefix(network); err == nil && fetch.OwnNetwork(n) {
			list = append(list, n.Masked())
		}
	}
	return list
}

// checkProxy notes a trusted proxy that is no address, or that would trust everybody.
func (s *settings) checkProxy(p *problems, proxy string) {
	network, err := netip.ParsePrefix(proxy)
	if err != nil {
		if _, err = netip.ParseAddr(proxy); err != nil {
			p.setting("proxy", "Value", proxy)
		}
		return
	}
	if network.Bits() == 0 {
		p.setting("proxy_everyone", "Value", proxy)
	}
}

// checkReal notes what is missing for a shop that takes real payments.
func (s *settings) checkReal(p *problems) {
	before := len(*p)
	checkPublicURL(p, "COINCART_BASE_URL", "the shop's public address, such as https://shop.example.org or https://example.org/shop", s.BaseURL)
	if _, err := models.ParseBaseURL(s.BaseURL); err != nil && s.BaseURL != "" && len(*p) == before {
		p.add("COINCART_BASE_URL has a path that browsers and proxies read differently: use letters, digits and hyphens, such as https://example.org/shop")
	}
	checkPublicURL(p, "COINCART_PLATFORM_URL", "the exchange's address, such as https://service.example.com", s.PlatformURL)
	switch {
	case s.AppID == "":
		p.add("COINCART_APP_ID is missing: set it to the AppKey that the exchange shows for the application")
	case len(s.AppID) > 128 || strings.ContainsFunc(s.AppID, func(r rune) bool { return r <= ' ' || r > '~' }):
		p.add("COINCART_APP_ID must be 1 to 128 printable characters without spaces")
	}
	s.checkAgreed(p)
}

// checkAgreed notes what is wrong with what is agreed with the platform.
func (s *settings) checkAgreed(p *problems) {
	for _, path := range []struct{ name, value string }{
		{"COINCART_PAY_PATH", s.PayPath}, {"COINCART_CANCEL_PATH", s.CancelPath},
	} {
		if path.value != "" && (!strings.HasPrefix(path.value, "/") || strings.HasPrefix(path.value, "//") || strings.ContainsAny(path.value, "?#\\ ")) {
			p.setting("path", "Setting", path.name)
		}
	}
	if strings.ContainsFunc(s.SceneType, func(r rune) bool { return r < '0' || r > '9' }) || len(s.SceneType) > 16 {
		p.setting("scene_type")
	}
}

// checkDemo notes settings that only a real shop has: with one of them set, a demo is not wanted.
func (s *settings) checkDemo(p *problems) {
	for _, only := range []struct {
		name string
		set  bool
	}{
		{"COINCART_APP_ID", s.AppID != ""},
		{"COINCART_MERCHANT_KEY", s.MerchantKey != ""},
		{"COINCART_PLATFORM_KEY", len(s.PlatformKey) > 0},
		{"COINCART_PLATFORM_SECRET", len(s.PlatformSecret) > 0},
		{"COINCART_PAY_PATH", s.PayPath != ""},
		{"COINCART_CANCEL_PATH", s.CancelPath != ""},
		{"COINCART_SCENE_TYPE", s.SceneType != ""},
	} {
		if only.set {
			p.setting("demo", "Setting", only.name)
		}
	}
	checkListen(p, "COINCART_SANDBOX_ADDR", s.SandboxAddr)
}

func checkListen(p *problems, name, addr string) {
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil || strings.ContainsAny(host, " /") {
		p.setting("listen", "Setting", name, "Value", addr)
	}
}

// checkPublicURL notes an address that is missing, has more than it may, or is plain http where others could read along. The
// value is not repeated: people paste addresses with passwords.
func checkPublicURL(p *problems, name, want, value string) {
	if value == "" {
		p.add("%s is missing: set it to %s", name, want)
		return
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https"):
		p.add("%s is not an http(s) address: set it to %s", name, want)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		p.add("%s has more than scheme, host and path: set it to %s", name, want)
	case u.Scheme == "http" && !models.IsLoopback(u.Hostname()):
		p.add("%s is plain http, which anyone on the network can read and change: use https (plain http is accepted on this machine only)", name)
	}
}

// fourEyes returns the limit of refunds that one person may decide; 0 where there is none.
func (s *settings) fourEyes() (models.Amount, error) {
	if s.FourEyesLimit == "" {
		return models.Amount{}, nil
	}
	limit, err := models.ParseAmount(s.FourEyesLimit)
	if err != nil || !limit.IsPositive() {
		return models.Amount{}, fmt.Errorf("%q is not a limit: use an amount above 0 in the shop's currency, such as 500 or 0.01, or nothing if one person is enough",
			s.FourEyesLimit)
	}
	return limit, nil
}

// loadZone loads a zone by name. The machine's own zone has no name that another machine would understand.
func loadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" || name == "" {
		return nil, fmt.Errorf("%q is not a time zone: use a name such as UTC or Asia/Shanghai", name)
	}
	return zone, nil
}
