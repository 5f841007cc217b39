package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/coincart/coincart/payments/conform"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/web"
)

// conformCmd compares both sides of the payment API with what the document says.
type conformCmd struct {
	Platform conformPlatformCmd `cmd:"" help:"Ask an exchange what its payment API does, and write a report and a profile. Orders are the smallest, and are cancelled; nothing is paid without --spend. Exit code 0: it conforms, 1: a MUST failed, 2: could not run."`
	Merchant conformMerchantCmd `cmd:"" help:"Try a merchant's integration: run a sandbox exchange, let things go wrong, and say how often each order was credited. Exit code 0: all held, 1: a scenario failed, 2: could not run."`
}

// conformPlatformCmd asks an exchange.
type conformPlatformCmd struct {
	PlatformURL      string   `name:"platform-url" env:"COINCART_PLATFORM_URL" required:"" placeholder:"URL" help:"The exchange's base URL."`
	AppID            string   `name:"app-id" env:"COINCART_APP_ID" required:"" placeholder:"ID" help:"The AppKey that the exchange issued."`
	MerchantKey      string   `name:"merchant-key" env:"COINCART_MERCHANT_KEY" placeholder:"FILE" help:"File with the merchant private key; with rsa signing."`
	PlatformKey      []string `name:"platform-key" env:"COINCART_PLATFORM_KEY" sep:"," placeholder:"FILE" help:"File with the exchange's public key; with rsa signing."`
	PlatformSigning  string   `name:"platform-signing" env:"COINCART_PLATFORM_SIGNING" default:"rsa" placeholder:"rsa|md5" help:"How messages are signed."`
	PlatformSecret   []string `name:"platform-secret" env:"COINCART_PLATFORM_SECRET" sep:"," placeholder:"FILE" help:"File with the shared secret; with md5 signing."`
	Profile          string   `placeholder:"FILE" help:"File with what is known already, such as paths."`
	PlatformTimezone string   `name:"platform-timezone" env:"COINCART_PLATFORM_TIMEZONE" default:"UTC" placeholder:"ZONE" help:"Time zone of the exchange's day."`
	PayerUID         string   `name:"payer-uid" required:"" placeholder:"UID" help:"UID of an account of yours at the exchange: orders are made for it."`
	Coin             string   `default:"USDT" placeholder:"COIN" help:"Coin of the orders."`
	Amount           string   `default:"0.01" placeholder:"AMOUNT" help:"Amount of the orders that are cancelled."`
	Spend            string   `placeholder:"AMOUNT" help:"Also make an order of this amount, which you pay on the exchange's page. The amount goes to the merchant's account."`
	Listen           string   `placeholder:"HOST:PORT" help:"Listen address for callbacks. Default: callbacks are not checked."`
	NotifyURL        string   `name:"notify-url" placeholder:"URL" help:"Public URL of the listen address. Default: http:// and the listen address."`
	JSON             string   `name:"json" placeholder:"FILE" help:"File to write the report to as JSON."`
	Markdown         string   `placeholder:"FILE" help:"File to write the report to as Markdown. Default: it is printed."`
	WriteProfile     string   `name:"write-profile" placeholder:"FILE" help:"File to write the profile to, for coincart serve --profile."`
}

// Run asks, and writes what was found out. It fails with errReported if the exchange does not conform, and with errNotDone if it could not ask.
func (c *conformPlatformCmd) Run(ctx context.Context, con console) error {
	var p problems
	config := c.config(&p)
	if err := p.err(); err != nil {
		return notDone(err)
	}
	if c.Listen != "" {
		listener, err := listen(ctx, "The listener for callbacks", c.Listen, "--listen")
		if err != nil {
			return notDone(err)
		}
		config.Listener, config.NotifyURL = &conform.Listener{}, c.NotifyURL
		if c.NotifyURL == "" {
			config.NotifyURL = localURL(listener.Addr()) + "/notify"
		}
		server := web.HTTPServer(listener.Addr().String(), config.Listener)
		go func() { _ = server.Serve(listener) }() // it ends with Close
		defer server.Close()
	}
	if c.Spend != "" {
		config.Spend = func(_ context.Context, _, payURL string) error {
			_, err := fmt.Fprintf(con.out, "Pay this order on the exchange's page, within 15 minutes:\n%s\n", payURL)
			return err //nolint:wrapcheck // it says that nothing can be printed
		}
	}
	report, err := conform.Run(ctx, config)
	if err != nil {
		return notDone(err)
	}
	if err := c.write(con, report); err != nil {
		return notDone(err)
	}
	if !report.Conforms() {
		return errReported
	}
	return nil
}

// config derives from the flags what to ask. It adds problems to p.
func (c *conformPlatformCmd) config(p *problems) conform.Config {
	s := settings{
		PlatformURL: c.PlatformURL, AppID: c.AppID, MerchantKey: c.MerchantKey, PlatformKey: c.PlatformKey,
		PlatformSigning: c.PlatformSigning, PlatformSecret: c.PlatformSecret, Profile: c.Profile,
	}
	config := conform.Config{
		BaseURL: c.PlatformURL, AppID: c.AppID, Profile: s.platformProfile(p), Payer: c.PayerUID, Coin: c.Coin, Amount: opay.Amount(c.Amount), SpendAmount: opay.Amount(c.Spend),
		HTTPClient: &http.Client{Transport: web.PlatformTransport(), Timeout: opay.DefaultTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	checkPublicURL(p, "COINCART_PLATFORM_URL", "the exchange's address, such as https://service.example.com", c.PlatformURL)
	var err error
	if config.Zone, err = loadZone(c.PlatformTimezone); err != nil {
		p.add("--platform-timezone: %s", err)
	}
	for _, amount := range []struct{ flag, text string }{{"--amount", c.Amount}, {"--spend", c.Spend}} {
		if _, err := opay.ParseAmount(amount.text); err != nil && amount.text != "" {
			p.add("%s: %q is not an amount, such as 0.01", amount.flag, amount.text)
		}
	}
	if config.Profile.Signing == opay.SigningRSA {
		config.Keys, _ = s.loadKeyring(p)
		return config
	}
	texts := readSecrets(p, "COINCART_PLATFORM_SECRET", c.PlatformSecret)
	if len(texts) == 0 {
		p.add("COINCART_PLATFORM_SECRET is missing: set it to the file with the secret that the exchange issued")
		return config
	}
	if config.Secret, err = opay.NewSecret(texts[0], texts[1:]...); err != nil {
		p.add("COINCART_PLATFORM_SECRET: %s", err)
	}
	return config
}

// write writes the report and the profile where they are wanted.
func (c *conformPlatformCmd) write(con console, report conform.Report) error {
	text, err := report.JSON()
	if err != nil {
		return err //nolint:wrapcheck // it says what it is about
	}
	if c.Markdown == "" {
		fmt.Fprint(con.out, report.Markdown())
	}
	for _, file := range []struct {
		name string
		text []byte
	}{
		{c.JSON, text}, {c.Markdown, []byte(report.Markdown())}, {c.WriteProfile, append(report.Profile.Encode(), '\n')},
	} {
		if file.name == "" {
			continue
		}
		if err := os.WriteFile(file.name, file.text, 0o644); err != nil { //nolint:gosec // there is no secret in it
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}
