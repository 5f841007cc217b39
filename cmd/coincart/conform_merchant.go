package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/conform/merchant"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// conformMerchantCmd tries a merchant's integration with a sandbox of its own.
type conformMerchantCmd struct {
	ProbeURL   string        `name:"probe-url" required:"" placeholder:"URL" help:"URL of the merchant's probe (docs/conform.md)."`
	NotifyURL  string        `name:"notify-url" placeholder:"URL" help:"URL that callbacks go to. Default: as each order says."`
	Addr       string        `default:"127.0.0.1:8091" placeholder:"HOST:PORT" help:"Listen address of the sandbox exchange."`
	BaseURL    string        `name:"base-url" placeholder:"URL" help:"URL of the sandbox exchange, as merchant and payer reach it. Default: the listen address."`
	AppID      string        `name:"app-id" default:"conform_merchant" placeholder:"ID" help:"The merchant's AppKey."`
	Keys       string        `default:"conform-keys" placeholder:"DIR" help:"Folder with the keys of both parties and the secret; what is missing is created."`
	Profile    string        `placeholder:"FILE" help:"File with the profile of the exchange to imitate: time, nonce, pay link, paths."`
	Signing    string        `default:"rsa" enum:"rsa,md5" placeholder:"rsa|md5" help:"How messages are signed: rsa or md5."`
	Amount     string        `default:"20" placeholder:"AMOUNT" help:"Amount that is suggested to the merchant."`
	Coin       string        `default:"USDT" placeholder:"COIN" help:"Coin that is suggested to the merchant."`
	Only       []string      `sep:"," placeholder:"ID" help:"Scenarios to run, such as forged,lost,form.padded. Default: all."`
	Parallel   int           `default:"8" placeholder:"N" help:"Scenarios to run at the same time."`
	Wait       time.Duration `default:"5m" placeholder:"DURATION" help:"How long to wait until the probe answers."`
	Settle     time.Duration `default:"2s" placeholder:"DURATION" help:"How long each result is watched for further credits."`
	Prompt     time.Duration `default:"30s" placeholder:"DURATION" help:"How long the merchant may take after a callback."`
	Patience   time.Duration `default:"3m" placeholder:"DURATION" help:"How long the merchant may take to find out without a callback."`
	JSON       string        `name:"json" placeholder:"FILE" help:"File to write the report to as JSON."`
	Markdown   string        `placeholder:"FILE" help:"File to write the report to as Markdown. Default: it is printed."`
	NoSettings bool          `name:"no-settings" help:"Do not print the settings for the merchant."`
}

// Run tries the merchant. It fails with errReported if a scenario failed, and with errNotDone if they could not be run.
func (c *conformMerchantCmd) Run(ctx context.Context, con console) error {
	var p problems
	checkListen(&p, "--addr", c.Addr)
	config := c.config(&p)
	if err := p.err(); err != nil {
		return notDone(err)
	}
	listener, err := listen(ctx, "The sandbox exchange", c.Addr, "--addr")
	if err != nil {
		return notDone(err)
	}
	if c.BaseURL == "" {
		c.BaseURL = localURL(listener.Addr())
	}
	config.Exchange.BaseURL = c.BaseURL
	began := time.Now()
	config.Told = func(r merchant.Result) {
		fmt.Fprintf(con.err, "%5.1f s %-20s %s %s\n", time.Since(began).Seconds(), r.ID, r.Verdict, r.Fault)
	}
	trial, err := merchant.New(config)
	if err != nil {
		closeAll(listener)
		return notDone(err)
	}
	server := sandboxHTTPServer(trial.Handler())
	go func() { _ = server.Serve(listener) }() // it ends with Close
	defer server.Close()
	if !c.NoSettings {
		fmt.Fprint(con.err, c.settings())
	}
	if err := c.await(ctx, trial); err != nil {
		return notDone(err)
	}
	began = time.Now()
	report, err := trial.Run(ctx)
	if err == nil {
		err = c.write(con, report)
	}
	if err != nil {
		return notDone(err)
	}
	if !report.Passes() {
		return errReported
	}
	return nil
}

// config derives from the flags what to try. It adds problems to p.
func (c *conformMerchantCmd) config(p *problems) merchant.Config {
	config := merchant.Config{
		Exchange: sandbox.Config{Apps: []sandbox.App{{AppID: c.AppID, Name: "A merchant on trial"}}, PlainHTTP: true},
		ProbeURL: c.ProbeURL, NotifyURL: c.NotifyURL, Amount: c.Amount, Coin: c.Coin, Only: c.Only, Parallel: c.Parallel, Settle: c.Settle, Prompt: c.Prompt, Patience: c.Patience,
	}
	for _, address := range []struct{ flag, text string }{{"--probe-url", c.ProbeURL}, {"--notify-url", c.NotifyURL}} {
		if u, err := url.Parse(address.text); address.text != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			p.add("%s: %q is no URL, such as http://127.0.0.1:9000/probe", address.flag, address.text)
		}
	}
	if _, err := opay.ParseAmount(c.Amount); err != nil {
		p.add("--amount: %q is not an amount, such as 20", c.Amount)
	}
	if c.Settle <= 0 || c.Prompt <= 0 || c.Patience <= 0 {
		p.add("--settle, --prompt and --patience must be longer than 0")
	}
	if c.Parallel < 1 {
		p.add("--parallel: %d is not a number of scenarios, such as 8", c.Parallel)
	}
	if c.Profile != "" {
		var err error
		if config.Exchange.Profile, err = readProfile(c.Profile); err != nil {
			p.add("--profile: %s", err)
		}
	}
	config.Exchange.Profile.Signing = opay.Signing(c.Signing)
	if err := c.keys(&config.Exchange); err != nil {
		p.add("--keys: %s", err)
	}
	return config
}

// keys loads the keys or the secret, and creates what is missing.
func (c *conformMerchantCmd) keys(exchange *sandbox.Config) error {
	if c.Signing == string(opay.SigningMD5) {
		text, err := c.secret()
		if err == nil {
			exchange.Apps[0].Secret, err = opay.NewSecret(strings.TrimSpace(text))
		}
		return err //nolint:wrapcheck // the caller names the folder
	}
	keys, err := demo.LoadOrMakeKeys(c.Keys)
	if err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	exchange.Keys, exchange.Apps[0].Key = keys.Platform, &keys.Merchant.PublicKey
	return nil
}

func (c *conformMerchantCmd) secretFile() string { return filepath.Join(c.Keys, "platform.secret") }

func (c *conformMerchantCmd) secret() (string, error) {
	text, err := os.ReadFile(c.secretFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return string(text), err //nolint:wrapcheck // it names the file
	}
	if err := os.MkdirAll(c.Keys, 0o700); err != nil {
		return "", err //nolint:wrapcheck // it names the folder
	}
	made := rand.Text() + "\n"
	return made, os.WriteFile(c.secretFile(), []byte(made), 0o600) //nolint:wrapcheck // it names the file
}

// settings returns what a merchant needs to reach the exchange, as a Coincart shop takes it.
func (c *conformMerchantCmd) settings() string {
	lines := []string{"COINCART_PLATFORM_URL=" + c.BaseURL, "COINCART_APP_ID=" + c.AppID, "COINCART_PLATFORM_SIGNING=" + c.Signing}
	if c.Signing == string(opay.SigningMD5) {
		lines = append(lines, "COINCART_PLATFORM_SECRET="+c.secretFile())
	} else {
		lines = append(lines, "COINCART_MERCHANT_KEY="+filepath.Join(c.Keys, "merchant.pem"), "COINCART_PLATFORM_KEY="+filepath.Join(c.Keys, "platform.pub.pem"))
	}
	return "The sandbox exchange is open at " + c.BaseURL + ". Settings for the merchant:\n  " + strings.Join(lines, "\n  ") +
		"\nWaiting for the probe at " + c.ProbeURL + "\n"
}

// await waits until the probe answers.
func (c *conformMerchantCmd) await(ctx context.Context, trial *merchant.Trial) error {
	for end := time.Now().Add(c.Wait); ; {
		err := trial.Ready(ctx)
		if err == nil {
			return nil
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("nothing was tried: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// write writes the report where it is wanted.
func (c *conformMerchantCmd) write(con console, report merchant.Report) error {
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
	}{{c.JSON, text}, {c.Markdown, []byte(report.Markdown())}} {
		if file.name == "" {
			continue
		}
		if err := os.WriteFile(file.name, file.text, 0o644); err != nil { //nolint:gosec // there is no secret in it
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}
