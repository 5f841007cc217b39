package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-sql-driver/mysql"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates/i18n"
)

// doctorCmd checks everything that the shop needs.
type doctorCmd struct {
	Lang string `default:"en" enum:"${languages}" placeholder:"TAG" help:"Language of the report: ${languages}."`
	settings
}

// Run prints the findings and how to fix them. It fails if a problem prevents the shop from taking payments.
func (c *doctorCmd) Run(ctx context.Context, con console) error {
	words := i18n.ByTag(c.Lang)
	config, err := c.config(words)
	if err != nil {
		return err
	}
	report := config.Run(ctx)
	printReport(con.out, words, report)
	if !report.Healthy() {
		return errReported
	}
	return nil
}

// config derives from the settings what to check. Texts are in the printer's language.
func (c *doctorCmd) config(words *i18n.Printer) (doctor.Config, error) {
	var p problems
	c.logger(io.Discard, &p)
	c.check(&p)
	pieces := parts{baseURL: c.BaseURL, platformURL: c.PlatformURL, appID: c.AppID}
	if c.PlatformURL == "" {
		c.checkDemo(&p)
		if len(p) == 0 && !exists(filepath.Join(c.DataDir, "merchant.pem")) {
			return doctor.Config{}, errors.New(c.noShop().in(words))
		}
		pieces = parts{baseURL: c.demoBase(), platformURL: "http://" + c.SandboxAddr, appID: demo.AppID, demo: true}
	} else {
		c.checkAgreed(&p)
	}
	config := c.doctor(pieces)
	config.Problems = p.in(words)
	config.Explain = func(err error) string { return databaseProblem(words, err) }
	config.Ready = "http://" + c.Addr + "/readyz"
	var dsn problems
	if c.databaseSettings.check(&dsn); len(dsn) == 0 {
		config.OpenStore = c.openForDoctor
	}
	return config, nil
}

func (c *doctorCmd) openForDoctor(ctx context.Context) (*store.Store, func() error, error) {
	o := store.Options{Timeout: c.DatabaseTimeout, MustExist: true, Given: c.environmentSettings()}
	if own, err := loadPrivateKey("merchant private key", c.merchantFile()); err == nil {
		if seal, err := keyfile.SealKey(own); err == nil {
			o.SealKey = seal
		}
	}
	db, err := store.Open(ctx, c.dsn(), o)
	if err != nil {
		return nil, nil, fmt.Errorf("open the database: %w", err)
	}
	return db, db.Close, nil
}

// Errors of MySQL and MariaDB that wrong settings cause.
const (
	mysqlNoRights   = 1044 // the user may not use this database
	mysqlDenied     = 1045 // the user or the password is wrong
	mysqlNoDatabase = 1049
)

// databaseProblem explains an error of the database. It quotes errors that it does not know.
func databaseProblem(p *i18n.Printer, err error) string {
	if errors.Is(err, store.ErrNoDatabase) {
		return p.T("doctor.database.none")
	}
	if old, ok := errors.AsType[*migrations.UnreleasedError](err); ok {
		return p.T("doctor.database.unreleased", "Step", strconv.FormatInt(old.Step, 10))
	}
	if said, ok := errors.AsType[*mysql.MySQLError](err); ok {
		switch said.Number {
		case mysqlNoRights, mysqlDenied:
			return p.T("doctor.database.denied")
		case mysqlNoDatabase:
			return p.T("doctor.database.unknown")
		}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return p.T("doctor.database.no_name")
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return p.T("doctor.database.unreachable")
	}
	return p.T("doctor.database.other", "Words", strings.Join(strings.Fields(err.Error()), " "))
}

// doctor returns what to check in a shop of these parts. A running shop adds its store.
func (s *settings) doctor(p parts) doctor.Config {
	config := doctor.Config{
		BaseURL: p.baseURL, PlatformURL: p.platformURL, AppID: p.appID, MerchantKey: s.MerchantKey, PlatformKeys: s.PlatformKey,
		Demo: p.demo, DataDir: s.DataDir, TrustedProxies: s.TrustedProxies, Database: s.databaseName(), Clock: p.clock,
		Profile: s.platformProfile(&problems{}), Secrets: s.PlatformSecret,
		Probes: assembly.Probes(),
		Paths:  doctor.Paths{Notify: payments.NotifyPath, Return: payments.ReturnPath, SignIn: payments.ConnectedPath},
	}
	if p.demo {
		config.MerchantKey, config.PlatformKeys = s.merchantFile(), []string{filepath.Join(s.DataDir, "platform.pub.pem")}
		if config.Profile.Signing == opay.SigningMD5 {
			config.PlatformKeys, config.Secrets = nil, []string{filepath.Join(s.DataDir, demoSecret)}
		}
	}
	return config
}

// merchantFile returns the file of the merchant's private key; the demo creates its own.
func (s *settings) merchantFile() string {
	if s.PlatformURL == "" {
		return filepath.Join(s.DataDir, "merchant.pem")
	}
	return s.MerchantKey
}

// demoBase returns the demo's address.
func (s *settings) demoBase() string {
	if s.BaseURL != "" {
		return strings.TrimRight(s.BaseURL, "/")
	}
	return "http://" + s.Addr
}

// noShop returns the problem that there is neither a real shop nor a demo.
func (s *settings) noShop() problem {
	return settingProblem("no_shop", "Folder", filepath.Clean(s.DataDir))
}

// databaseName returns the database's address without its password.
func (s *databaseSettings) databaseName() string {
	if !strings.HasPrefix(s.dsn(), "mysql:") {
		return s.dsn()
	}
	u, err := url.Parse(s.dsn())
	if err != nil {
		return "mysql"
	}
	return u.Scheme + "://" + u.User.Username() + "@" + u.Host + u.Path
}

// environmentSettings returns the settings from the environment, which apply if the database has none.
func (s *settings) environmentSettings() map[models.SettingKey]string {
	given := map[models.SettingKey]string{}
	if s.ShopName != "" {
		given[models.SettingShopName] = s.ShopName
	}
	if s.SMTPURL == "" {
		return given
	}
	server, err := mail.ParseURL(s.SMTPURL)
	if err != nil {
		return given // reported at the start
	}
	given[models.SettingMailHost] = server.Host
	given[models.SettingMailPort] = strconv.Itoa(server.Port)
	given[models.SettingMailTLS] = models.MailStartTLS
	if server.TLS {
		given[models.SettingMailTLS] = models.MailTLS
	}
	given[models.SettingMailUser], given[models.SettingMailPassword] = server.User, server.Password.Reveal()
	given[models.SettingMailFrom], given[models.SettingMailFromName] = server.From, server.FromName
	return given
}

// statusColumn is the width of the status in the report, in columns of a terminal.
const statusColumn = 10

// statusWord returns the text of a status, padded to statusColumn. A Chinese character takes two columns.
func statusWord(p *i18n.Printer, s health.Status) string {
	word := p.T("doctor.status." + string(s))
	wide := 0
	for _, r := range word {
		wide++
		if r > unicode.MaxLatin1 {
			wide++
		}
	}
	return word + strings.Repeat(" ", max(0, statusColumn-wide))
}

func printReport(w io.Writer, p *i18n.Printer, report doctor.Report) {
	bad := 0
	for _, f := range report.Findings {
		words := doctor.TextOf(f, p)
		line := p.T("doctor.line", "Check", words.Check, "Says", text.Quote(words.Says))
		fmt.Fprintf(w, "%s %s\n", statusWord(p, f.Status), line)
		if words.Mend != "" && f.Status != health.Good {
			fmt.Fprintf(w, "%*s → %s\n", statusColumn, "", text.Quote(words.Mend))
		}
		if f.Status == health.Bad {
			bad++
		}
	}
	fmt.Fprintln(w)
	if bad == 0 {
		fmt.Fprintln(w, p.T("doctor.healthy"))
		return
	}
	fmt.Fprintln(w, p.N("doctor.unhealthy", bad))
}
